"""Decides whether a functional case restated from a peer's test suite passes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.evaluate.corpora import PeerCase, PeerQuote
from models.evaluate.score import ScoredQuote, content_offsets, names_agree
from service.quotes.types import Span

PRONOUNS = frozenset({"i", "you", "he", "she", "it", "we", "they"})
"""A mention that says no more than this does not stand for a name the case asks for."""


def failures(case: PeerCase, predicted: Sequence[ScoredQuote]) -> tuple[str, ...]:
    """Why a case fails, in words; empty when it passes.

    Every demanded quote must be reported with the right content (its pieces may come as quotes of their own) and
    speaker; nothing of ``not_quotes`` may be; and nothing else at all unless ``min_only``.
    """
    found = [content_offsets(case.text, quote.content) for quote in predicted]
    reasons: list[str] = []
    used: set[int] = set()
    for wanted in case.quotes:
        members = _members(case, wanted, found, predicted)
        if not members:
            reasons.append(f"missed or wrong span: {' … '.join(wanted.content)!r}")
            continue
        used.update(members)
        reasons.extend(
            f"wrong speaker: {_speaker_name(case.text, predicted[number])!r} for {wanted.speaker!r}"
            for number in members
            if not _speaker_agrees(case.text, wanted, predicted[number])
        )
    reasons.extend(f"reported: {text!r}" for text in _forbidden(case, predicted))
    if not case.min_only:
        extra = (quote for number, quote in enumerate(predicted) if number not in used)
        reasons.extend(f"spurious: {_written(case.text, quote.content)!r}" for quote in extra)
    return tuple(reasons)


def locate(text: str, pieces: Sequence[str]) -> tuple[Span, ...]:
    """Where the pieces stand, one after the other. Raises ``ValueError`` when one does not."""
    spans: list[Span] = []
    start = 0
    for piece in pieces:
        at = text.index(piece, start)
        spans.append(Span(at, at + len(piece)))
        start = at + len(piece)
    return tuple(spans)


def _members(
    case: PeerCase, wanted: PeerQuote, found: Sequence[frozenset[int]], predicted: Sequence[ScoredQuote]
) -> tuple[int, ...]:
    """The predictions that together are the wanted quote; empty when there are none.

    Where a case allows more than it lists, a prediction may hold further pieces of its own beside the wanted ones (the
    unclosed end of a quote, which the cases' notes leave open).
    """
    target = content_offsets(case.text, locate(case.text, wanted.content))
    clause = content_offsets(case.text, locate(case.text, (wanted.span,))) if wanted.span else target
    for number, offsets in enumerate(found):
        if target <= offsets <= clause:
            return (number,)
    if case.min_only:
        for number, quote in enumerate(predicted):
            apart = [content_offsets(case.text, (span,)) for span in quote.content]
            if frozenset[int]().union(*(piece for piece in apart if piece & target)) == target:
                return (number,)
    pieces = [content_offsets(case.text, (span,)) for span in locate(case.text, wanted.content)]
    parts = [number for number, offsets in enumerate(found) if offsets and offsets in _runs(pieces)]
    covered = frozenset[int]().union(*(found[number] for number in parts))
    return tuple(parts) if covered >= target else ()


def _runs(pieces: Sequence[frozenset[int]]) -> set[frozenset[int]]:
    """The content of every run of neighbouring pieces."""
    return {
        frozenset[int]().union(*pieces[start:end])
        for start in range(len(pieces))
        for end in range(start + 1, len(pieces) + 1)
    }


def _speaker_name(text: str, quote: ScoredQuote) -> str | None:
    """The resolved name, or the mention's words where the speaker has none."""
    return quote.speaker or (quote.mention.of(text) if quote.mention else None)


def _speaker_agrees(text: str, wanted: PeerQuote, quote: ScoredQuote) -> bool:
    name = _speaker_name(text, quote)
    if names_agree(wanted.speaker, name):
        return True
    described = wanted.mention is not None and wanted.mention.casefold() not in PRONOUNS
    return described and names_agree(wanted.mention, name)


def _forbidden(case: PeerCase, predicted: Sequence[ScoredQuote]) -> list[str]:
    """The texts of ``not_quotes`` that a prediction, or one piece of one, consists of."""
    reported = {_folded(_written(case.text, quote.content)) for quote in predicted}
    reported |= {_folded(span.of(case.text)) for quote in predicted for span in quote.content}
    return [text for text in case.not_quotes if _folded(text) in reported]


def _written(text: str, content: Sequence[Span]) -> str:
    return " … ".join(span.of(text) for span in content)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
