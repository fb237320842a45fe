"""Scores to probabilities: how often a quote, a speaker and an outlet like this were right on development articles."""

from __future__ import annotations

from service.quotes.types import Attribution, Confidence, Outlet, Speaker


def confidence_of(attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None) -> Confidence:
    """Probabilities, 0 to 1, that the spans, the speaker and the outlet of a quote are right."""
    return Confidence(
        span=round(attribution.quotation.score, 3),
        speaker=round(attribution.score * speaker.score, 3) if speaker else None,
        outlet=round(outlet.score, 3) if outlet else None,
    )
