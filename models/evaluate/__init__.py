"""Scores the engine on the development sets and keeps its quality from slipping (``python -m models.evaluate``)."""
