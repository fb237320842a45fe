"""Where everything is weighed: marks, the parse's clauses and the reader's roles become attributed quotations.

1. ``weigh_statements``: what parse and reader found at one cue becomes one statement.
2. ``claim_marks``: statements take the marked stretches they report; marks fix the bounds of what is in marks.
3. ``without_nested``: a quote inside a quote is not one of its own.
4. ``place_unclaimed``: stretches nobody claimed continue a quote, stand alone, or are no speech at all.
5. ``_numbered``: in text order, each continuation pointed at what it continues.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from service.quotes.claims import claim_marks
from service.quotes.continuations import place_unclaimed
from service.quotes.drafts import Draft, Shelf, without_nested
from service.quotes.marks import Marked, MarkIndex
from service.quotes.trees import Trees
from service.quotes.types import Attribution, Quotation, QuoteType, Span, Statement
from service.quotes.weighing import is_amiss, weigh_statements


def assemble(
    trees: Trees,
    marked: MarkIndex,
    paragraphs: Sequence[Span],
    *,
    clauses: Sequence[Statement],
    roles: Sequence[Statement],
    certain: Sequence[Statement] = (),
) -> tuple[Attribution, ...]:
    """Weigh every finding into attributed quotations in text order; ``previous`` of each counts in that order.

    ``certain`` statements (tweets, turns of an interview, a headline) have bounds of their own: nothing found inside
    them counts.
    """
    taken = sorted(_place_of(statement, content, paragraphs) for statement in certain for content in statement.contents)
    statements = [
        s for s in weigh_statements(trees, clauses, roles, marked) if not any(_touches(taken, c) for c in s.contents)
    ]
    drafts, left = claim_marks(trees.text, [s for s in statements if s.cue is not None], marked)
    whole = [Draft(list(s.contents), s, whole=True) for s in certain]
    shelf = Shelf(without_nested([*drafts, *whole]))
    bare = [s for s in statements if s.cue is None]
    linked = [
        s for s in roles if s.mention is not None and not is_amiss(trees, s.mention, s.cue or s.contents[0], marked)
    ]
    place_unclaimed(trees, shelf, [m for m in left if not _touches(taken, m.outer)], marked, paragraphs, bare, linked)
    return _numbered(trees.text, sorted(shelf.drafts, key=lambda d: d.start))


def _place_of(statement: Statement, content: Span, paragraphs: Sequence[Span]) -> Span:
    """Where nothing but a certain statement can be: its words, and what opens the paragraph of a turn or headline."""
    if statement.rule not in ("turn", "headline"):
        return content
    at = bisect_right(paragraphs, content.start, key=lambda paragraph: paragraph.start) - 1
    return Span(min(content.start, paragraphs[at].start), content.end) if at >= 0 else content


def _touches(taken: Sequence[Span], span: Span) -> bool:
    """Whether one of ``taken`` (in text order, disjoint) shares a character with ``span``."""
    at = bisect_left(taken, Span(span.end, span.end))
    return at > 0 and taken[at - 1].end > span.start


def _numbered(text: str, drafts: Iterable[Draft]) -> tuple[Attribution, ...]:
    found: list[Attribution] = []
    numbers: dict[int, int] = {}
    for number, draft in enumerate(drafts):
        statement = draft.statement
        numbers[id(draft)] = number
        previous = numbers.get(id(draft.follows)) if draft.follows is not None else None
        found.append(
            Attribution(
                _quotation(text, draft), statement.cue, statement.mention, previous, statement.rule, statement.score
            )
        )
    return tuple(found)


def _quotation(text: str, draft: Draft) -> Quotation:
    """The draft's type and pieces: direct when nothing but its marks holds words, mixed when some do."""
    pieces = tuple(draft.contents)
    kind: QuoteType
    if draft.whole:
        kind = "indirect" if draft.statement.rule == "headline" else "direct"
        return Quotation(kind, pieces, pieces, draft.statement.score)
    marks = sorted(draft.marks, key=lambda m: m.outer.start)
    words = re.findall(r"\w+", " ".join(_outside(text, piece, marks) for piece in pieces).lower())
    if marks and (not words or words == ["that"]):
        inner = tuple(m.inner for m in marks)
        return Quotation("direct", inner, tuple(m.outer for m in marks), draft.statement.score)
    kind = "mixed" if marks else "indirect"
    return Quotation(kind, pieces, pieces, draft.statement.score)


def _outside(text: str, piece: Span, marks: Sequence[Marked]) -> str:
    """The words of a piece that stand in none of the marks."""
    at, out = piece.start, []
    for m in marks:
        if m.outer.overlaps(piece):
            out.append(text[at : max(at, m.outer.start)])
            at = max(at, m.outer.end)
    return " ".join([*out, text[at : piece.end]])
