"""One training command a model: ``python -m models.train``."""
