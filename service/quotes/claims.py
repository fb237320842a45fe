"""Statements take the marked stretches they report, and marks fix the bounds of what is in marks."""

from __future__ import annotations

from collections.abc import Sequence

from service.quotes.drafts import Draft, with_stretch
from service.quotes.marks import Marked, MarkIndex
from service.quotes.speech import is_a_name
from service.quotes.types import Span, Statement

EDGE = " \t\n\r\f\v\u00a0,;:.–—-"
MARKS = "“”\"'’‘«»"


def claim_marks(
    text: str, statements: Sequence[Statement], marked: MarkIndex
) -> tuple[tuple[Draft, ...], tuple[Marked, ...]]:
    """Drafts with their marked stretches, and the stretches no statement reports; the surest statement chooses first.

    A stretch is reported by a statement when half of it lies in a piece or half of the piece in it; with it comes the
    whole run of paragraphs it belongs to.
    """
    drafts: list[Draft] = []
    claimed: set[int] = set()
    for statement in sorted(statements, key=lambda s: -s.score):
        held = _behind_names(text, _held(statement, marked))
        free = tuple(m for m in held if m.outer.start not in claimed)
        if held and not free:
            continue
        taken = [m for m in held if m.outer.start in claimed]
        contents = [c for c in _snapped(text, statement, held, marked) if not any(m.outer.contains(c) for m in taken)]
        if contents:
            claimed.update(m.outer.start for m in free)
            for m in free:
                if not any(c.contains(m.inner) for c in contents):
                    contents = with_stretch(contents, m.outer)
            drafts.append(Draft(contents, statement, list(free)))
    return tuple(drafts), tuple(m for m in marked.marked if m.outer.start not in claimed)


def _held(statement: Statement, marked: MarkIndex) -> tuple[Marked, ...]:
    found: dict[int, Marked] = {}
    for content in statement.contents:
        for m in marked.touching(content):
            near = max(m.inner.share_in(content), content.share_in(m.inner)) >= 0.5
            if near and not (statement.cue is not None and m.inner.contains(statement.cue)):
                found.update((paragraph.outer.start, paragraph) for paragraph in marked.run(m))
    return tuple(found[start] for start in sorted(found))


def _behind_names(text: str, held: tuple[Marked, ...]) -> tuple[Marked, ...]:
    """The stretches without names before one that a colon introduces: "says goodbye to “Harbor Lights”: “I cried”"."""
    for at, m in enumerate(held):
        if at and text[held[at - 1].outer.end : m.outer.start].rstrip().endswith(":"):
            return held[at:]
        if not is_a_name(m.inner.of(text)):
            break
    return held


def _snapped(text: str, statement: Statement, held: Sequence[Marked], marked: MarkIndex) -> list[Span]:
    """Content pieces with whole marked stretches, clear of the cue, the source and stretches of others."""
    pieces: list[Span] = []
    for content in statement.contents:
        start, end = content.start, content.end
        for m in marked.touching(content):
            if any(m is h for h in held):
                start, end = min(start, m.outer.start), max(end, m.outer.end)
            elif not m.inner.contains(content) and m.outer.start <= start:
                start = max(start, min(m.outer.end, end))
            elif not m.inner.contains(content) and m.outer.end >= end:
                end = min(end, max(m.outer.start, start))
        for inner in (statement.cue, statement.mention):
            if inner is None or not inner.overlaps(Span(start, end)) or any(h.outer.contains(inner) for h in held):
                continue
            start, end = _clear(start, end, inner)
        start = _behind_a_colon(text, start, end, held)
        piece = _stripped(text, start, end)
        if piece is not None:
            pieces.append(piece)
    return _joined(text, pieces)


def _behind_a_colon(text: str, start: int, end: int, held: Sequence[Marked]) -> int:
    """Where a piece begins when a colon introduces its marked words: at the mark, not at what stands before the
    colon.
    """
    first = next((m for m in held if start < m.outer.start < end), None)
    if first is None or text[start : start + 5].lower() == "that ":
        return start  # "she was sure that it would grow: “It feeds on rain”"
    return first.outer.start if text[start : first.outer.start].rstrip().endswith(":") else start


def _clear(start: int, end: int, inner: Span) -> tuple[int, int]:
    """The longer side of ``[start, end)`` without the words of the attribution itself."""
    before, after = inner.start - start, end - inner.end
    return (start, inner.start) if before >= after else (inner.end, end)


def _stripped(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return Span(start, end) if start < end else None


def _joined(text: str, pieces: Sequence[Span]) -> list[Span]:
    """Pieces in text order, those of one line that touch or part only by punctuation made one."""
    found: list[Span] = []
    for piece in sorted(pieces):
        gap = text[found[-1].end : piece.start] if found else ""
        if found and "\n" not in gap and not gap.strip(EDGE + MARKS):
            found[-1] = Span(found[-1].start, max(found[-1].end, piece.end))
        else:
            found.append(piece)
    return found
