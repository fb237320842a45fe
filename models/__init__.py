"""The trained models: weights, their cards, and the code that trains and evaluates them."""
