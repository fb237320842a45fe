"""How fast onrecord is, beside references that anyone can run: ``python -m scripts.bench``."""
