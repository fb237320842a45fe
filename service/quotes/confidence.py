"""How sure the engine is of a quote, its speaker and its outlet: the scores of the finders, not calibrated yet."""

from __future__ import annotations

from service.quotes.types import Attribution, Confidence, Outlet, Speaker


def confidence_of(attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None) -> Confidence:
    """Scores, 0 to 1, for the spans, the speaker and the outlet of a quote; the speaker's holds the attribution's
    too.
    """
    return Confidence(
        span=round(attribution.quotation.score, 3),
        speaker=round(attribution.score * speaker.score, 3) if speaker else None,
        outlet=round(outlet.score, 3) if outlet else None,
    )
