"""Quotations in the making: pieces, the statement behind them, the marked stretches they hold; and where each
stands.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.quotes.marks import Marked
from service.quotes.types import Span, Statement

# Pieces of different drafts hardly overlap, so a look at the few that begin before a place finds what reaches it.
MAX_LOOK_BACK = 12


@dataclass(slots=True, eq=False)
class Draft:
    """One quotation while marked stretches are still being handed out.

    ``follows``: nothing attributes it, its speaker is that of this earlier one. ``whole``: its bounds are given (a
    tweet, a turn of an interview) and it is direct without marks.
    """

    contents: list[Span]
    statement: Statement
    marks: list[Marked] = field(default_factory=list)
    follows: Draft | None = None
    whole: bool = False

    @property
    def start(self) -> int:
        """Where its first piece begins."""
        return self.contents[0].start

    @property
    def end(self) -> int:
        """Where its last piece ends."""
        return self.contents[-1].end

    @property
    def size(self) -> int:
        """Characters of all pieces."""
        return sum(piece.end - piece.start for piece in self.contents)


class Shelf:
    """Drafts by place; every look-up costs the logarithm of their number."""

    def __init__(self, drafts: Iterable[Draft] = ()) -> None:
        self._pieces: list[tuple[int, int, int, Draft]] = []
        self._count = 0
        self._by_mark: dict[int, Draft] = {}
        self._by_cue: dict[int, Draft] = {}
        self._cues: list[tuple[int, int, Draft]] = []
        self.drafts: list[Draft] = []
        for draft in drafts:
            self.add(draft)

    def add(self, draft: Draft) -> None:
        """Put a draft on the shelf."""
        self.drafts.append(draft)
        for piece in draft.contents:
            self._note(piece, draft)
        for m in draft.marks:
            self._by_mark[m.outer.start] = draft
        if draft.statement.cue is not None:
            insort(self._cues, (draft.statement.cue.start, len(self.drafts), draft))
            if draft.marks:
                self._by_cue[draft.statement.cue.start] = draft

    def take(self, draft: Draft, m: Marked) -> None:
        """Give a draft on the shelf one more marked stretch."""
        draft.contents = with_stretch(draft.contents, m.outer)
        draft.marks.append(m)
        self._by_mark[m.outer.start] = draft
        self._note(m.outer, draft)

    def holding(self, span: Span) -> Draft | None:
        """A draft with a piece that contains ``span``."""
        at = bisect_left(self._pieces, (span.start + 1,))
        near = self._pieces[max(0, at - MAX_LOOK_BACK) : at]
        return next((draft for start, end, _, draft in reversed(near) if start <= span.start and span.end <= end), None)

    def before(self, offset: int) -> Draft | None:
        """The draft whose last piece that begins before ``offset`` ends last."""
        at = bisect_left(self._pieces, (offset,))
        near = self._pieces[max(0, at - MAX_LOOK_BACK) : at]
        return max(near, key=lambda piece: piece[1])[3] if near else None

    def of_mark(self, m: Marked) -> Draft | None:
        """The draft that holds a marked stretch."""
        return self._by_mark.get(m.outer.start)

    def of_cue(self, cue: Span | None) -> Draft | None:
        """The draft, with words in marks, that has this cue."""
        return self._by_cue.get(cue.start) if cue is not None else None

    def speaking_in(self, span: Span) -> list[Draft]:
        """The drafts whose cue begins in ``span``, in text order."""
        first, last = bisect_left(self._cues, (span.start,)), bisect_left(self._cues, (span.end,))
        return [draft for _, _, draft in self._cues[first:last]]

    def _note(self, piece: Span, draft: Draft) -> None:
        self._count += 1
        insort(self._pieces, (piece.start, piece.end, self._count, draft))


def with_stretch(pieces: Sequence[Span], stretch: Span) -> list[Span]:
    """Pieces in text order with one more stretch; those it shares a character with become one with it."""
    reached = [piece for piece in pieces if piece.overlaps(stretch)]
    start = min(piece.start for piece in (stretch, *reached))
    end = max(piece.end for piece in (stretch, *reached))
    return sorted([*(piece for piece in pieces if piece not in reached), Span(start, end)])


def without_nested(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts that do not stand inside the words of another, in text order; of two over the same words the surer
    stays.
    """
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda d: (d.start, -d.size)):
        near = [other for other in kept[-MAX_LOOK_BACK:] if other.end > draft.start]
        rivals = [other for other in near if _common(draft, other) > 0.5 * min(draft.size, other.size)]
        if all(_outweighs(draft, other) for other in rivals):
            for other in rivals:
                kept.remove(other)
            kept.append(draft)
    return kept


def _outweighs(draft: Draft, other: Draft) -> bool:
    if draft.size != other.size:
        return draft.size > other.size
    return draft.statement.score > other.statement.score


def _common(draft: Draft, other: Draft) -> int:
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in draft.contents for b in other.contents)
