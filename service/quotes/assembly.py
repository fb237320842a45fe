"""Where everything is weighed: marks, the parse's clauses and the reader's roles become attributed quotations.

1. ``weigh_statements``: what parse and reader found at one cue becomes one statement.
2. ``_claim``: statements take the marked stretches they report; marks fix the bounds of what is in marks.
3. ``_unclaimed``: marked stretches nobody claimed continue a quote, stand alone, or are no speech at all.
4. ``_numbered``: in text order, each continuation pointed at what it continues.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.quotes.beside import statement_beside
from service.quotes.marks import Marked
from service.quotes.trees import Trees
from service.quotes.types import Attribution, Quotation, QuoteType, Span, Statement
from service.quotes.weighing import weigh_statements

MIN_STANDALONE_WORDS = 4
MIN_PROSE_WORDS = 6
EDGE = " \t\n\r\f\v\u00a0,;:.–—-"
SPEECH_END = re.compile(r"[.!?…,][\"”’')\]]*\s*$")
SENTENCE_START = re.compile(r"^[\"“‘'\[(…\s]*[A-Z0-9]")


@dataclass(slots=True)
class _Draft:
    """A quotation in the making: what is reported, by which statement, and the marked stretches it holds."""

    contents: list[Span]
    statement: Statement
    marks: list[Marked] = field(default_factory=list)
    continues: int | None = None
    whole: bool = False

    def take(self, m: Marked) -> None:
        """Hold one more marked stretch."""
        self.contents = sorted([*self.contents, m.outer])
        self.marks.append(m)

    @property
    def start(self) -> int:
        return self.contents[0].start

    @property
    def end(self) -> int:
        return self.contents[-1].end


def assemble(
    trees: Trees,
    marked: Sequence[Marked],
    paragraphs: Sequence[Span],
    *,
    clauses: Sequence[Statement],
    roles: Sequence[Statement],
    turns: Sequence[Statement] = (),
    tweets: Sequence[Statement] = (),
) -> tuple[Attribution, ...]:
    """Weigh every finding into attributed quotations in text order; ``previous`` of each counts in that order.

    Turns of an interview and tweets have bounds of their own: nothing found inside them counts.
    """
    text = trees.text
    certain = [*tweets, *turns]
    statements = weigh_statements(trees, clauses, roles, marked)
    statements = tuple(s for s in statements if not _within(s, certain))
    bare = [s for s in statements if s.cue is None]
    drafts, left = _claim(text, [s for s in statements if s.cue is not None], marked)
    left = [m for m in left if not any(c.overlaps(m.outer) for s in certain for c in s.contents)]
    drafts.extend(_Draft(list(s.contents), s, whole=True) for s in certain)
    drafts = _without_nested(drafts)
    drafts = _unclaimed(trees, drafts, left, marked, paragraphs, bare)
    return _numbered(text, drafts)


def _within(statement: Statement, certain: Sequence[Statement]) -> bool:
    return any(a.overlaps(b) for s in certain for a in s.contents for b in statement.contents)


def _claim(
    text: str, statements: Sequence[Statement], marked: Sequence[Marked]
) -> tuple[list[_Draft], list[Marked]]:
    """Drafts with their marked stretches, and the stretches no statement reports."""
    drafts: list[_Draft] = []
    claimed: set[int] = set()
    order = {id(m): i for i, m in enumerate(marked)}
    runs = _runs(marked)
    for statement in sorted(statements, key=lambda s: -s.score):
        held = [m for m in marked if any(max(_share(m.inner, c), _share(c, m.inner)) >= 0.5 for c in statement.contents)]
        held = [m for m in held if statement.cue is None or not m.inner.contains(statement.cue)]
        numbers = sorted({run for m in held for run in runs[order[id(m)]]})
        held = [marked[i] for i in numbers]
        free = [marked[i] for i in numbers if i not in claimed]
        if held and not free:
            continue
        contents = _snapped(text, statement, held, marked)
        if not contents:
            continue
        claimed.update(order[id(m)] for m in free)
        missing = [m.outer for m in free if not any(c.contains(m.inner) for c in contents)]
        drafts.append(_Draft(sorted([*contents, *missing]), statement, free))
    drafts.sort(key=lambda d: d.start)
    return drafts, [m for i, m in enumerate(marked) if i not in claimed]


def _runs(marked: Sequence[Marked]) -> list[range]:
    """For each stretch the indices of the run it belongs to: paragraphs of one quotation, each left open for the next."""
    runs: list[range] = []
    first = 0
    for i, m in enumerate(marked):
        if not m.runs_on:
            runs.extend([range(first, i + 1)] * (i + 1 - first))
            first = i + 1
    runs.extend([range(first, len(marked))] * (len(marked) - first))
    return runs


def _share(part: Span, whole: Span) -> float:
    """How much of ``part`` lies in ``whole``, 0 to 1."""
    common = min(part.end, whole.end) - max(part.start, whole.start)
    return max(0, common) / max(1, part.end - part.start)


def _snapped(text: str, statement: Statement, held: Sequence[Marked], marked: Sequence[Marked]) -> list[Span]:
    """Content pieces with whole marked stretches, clear of the cue, the source and stretches of others."""
    pieces: list[Span] = []
    for content in statement.contents:
        start, end = content.start, content.end
        for m in marked:
            if not m.outer.overlaps(content):
                continue
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
        piece = _stripped(text, start, end)
        if piece is not None:
            pieces.append(piece)
    return _joined(text, pieces)


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
    """Pieces in text order, those that touch or part only by punctuation made one."""
    found: list[Span] = []
    for piece in sorted(pieces):
        if found and (piece.start <= found[-1].end or not text[found[-1].end : piece.start].strip(EDGE + "“”\"'’‘")):
            if "\n" not in text[found[-1].end : piece.start]:
                found[-1] = Span(found[-1].start, max(found[-1].end, piece.end))
                continue
        found.append(piece)
    return found


def _without_nested(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Drafts that do not stand inside the words of another; of two over the same words the surer one stays."""
    kept: list[_Draft] = []
    for draft in sorted(drafts, key=lambda d: (-(d.end - d.start), -d.statement.score)):
        inside = [k for k in kept if _covered(draft, k) > 0.5]
        if not inside:
            kept.append(draft)
    return sorted(kept, key=lambda d: d.start)


def _covered(draft: _Draft, other: _Draft) -> float:
    size = sum(c.end - c.start for c in draft.contents)
    common = sum(
        max(0, min(a.end, b.end) - max(a.start, b.start)) for a in draft.contents for b in other.contents
    )
    return common / max(1, size)


def _unclaimed(
    trees: Trees,
    drafts: list[_Draft],
    left: Sequence[Marked],
    marked: Sequence[Marked],
    paragraphs: Sequence[Span],
    bare: Sequence[Statement],
) -> list[_Draft]:
    """Give each stretch nobody claimed to the quote it continues, to an attribution beside it, or to itself."""
    for m in left:
        drafts.sort(key=lambda d: d.start)
        if any(any(c.contains(m.inner) for c in d.contents) for d in drafts):
            continue
        if not m.closed and not m.runs_on and not SPEECH_END.search(m.inner.of(trees.text)):
            continue
        taken_up = _taken_up(drafts, m, marked)
        before = _before(drafts, m)
        beside = statement_beside(trees, m, paragraphs[_paragraph_of(paragraphs, m.outer.start)], marked)
        same_cue = _of_cue(drafts, beside)
        sourced = next((s for s in bare if any(_share(m.inner, c) >= 0.5 for c in s.contents)), None)
        if taken_up is not None:
            taken_up.take(m)
        elif same_cue is not None:
            same_cue.take(m)
        elif beside is not None:
            drafts.append(_Draft([m.outer], beside, [m]))
        elif before is not None and _continues(trees.text, before, m, paragraphs):
            before.take(m)
        elif sourced is not None:
            drafts.append(_Draft([m.outer], sourced, [m]))
        elif _stands_alone(trees, m, paragraphs):
            implied = Statement(None, "", None, (m.outer,), "standalone", 0.6)
            drafts.append(_Draft([m.outer], implied, [m], continues=-1))
    return sorted(drafts, key=lambda d: d.start)


def _of_cue(drafts: Sequence[_Draft], beside: Statement | None) -> _Draft | None:
    """The draft that has the cue already: its quote has one more piece."""
    if beside is None or beside.cue is None:
        return None
    return next((d for d in drafts if d.marks and d.statement.cue and d.statement.cue.overlaps(beside.cue)), None)


def _taken_up(drafts: Sequence[_Draft], m: Marked, marked: Sequence[Marked]) -> _Draft | None:
    """The draft that holds the paragraph before, when that was left open for this one."""
    at = next(i for i, other in enumerate(marked) if other is m)
    if not at or not marked[at - 1].runs_on:
        return None
    return next((d for d in drafts if any(held is marked[at - 1] for held in d.marks)), None)


def _before(drafts: Sequence[_Draft], m: Marked) -> _Draft | None:
    earlier = [d for d in drafts if d.start < m.outer.start]
    return max(earlier, key=lambda d: d.end, default=None)


def _paragraph_of(paragraphs: Sequence[Span], offset: int) -> int:
    low, high = 0, len(paragraphs)
    while low < high:
        middle = (low + high) // 2
        if paragraphs[middle].end <= offset:
            low = middle + 1
        else:
            high = middle
    return min(low, len(paragraphs) - 1)


def _continues(text: str, draft: _Draft, m: Marked, paragraphs: Sequence[Span]) -> bool:
    """Whether a marked stretch goes on from a quote: in its paragraph after the attribution, or a next one all in marks."""
    if not draft.marks or not _is_sentence(text, m):
        return False
    if draft.statement.cue is None and draft.statement.mention is None and not draft.marks[-1].runs_on:
        return False
    last = max(draft.end, draft.statement.cue.end if draft.statement.cue else 0)
    here, there = _paragraph_of(paragraphs, m.outer.start), _paragraph_of(paragraphs, draft.end - 1)
    gap = text[last : m.outer.start]
    if here == there:
        return len(re.findall(r"[.!?]\s", gap)) <= 1 and len(gap) < 300
    return here - there == 1 and _all_in_marks(text, paragraphs[here], m) and _ends_speech(text, draft, paragraphs[there])


def _ends_speech(text: str, draft: _Draft, paragraph: Span) -> bool:
    """The paragraph ends with the quote or with its attribution: no further sentence stands between."""
    last = max(draft.end, draft.statement.cue.end if draft.statement.cue and draft.statement.cue.end <= paragraph.end else 0)
    rest = text[last : paragraph.end]
    return len(re.findall(r"[.!?]\s+\S", rest)) == 0


def _all_in_marks(text: str, paragraph: Span, m: Marked) -> bool:
    outside = text[paragraph.start : m.outer.start] + text[min(m.outer.end, paragraph.end) : paragraph.end]
    return not re.search(r"\w", outside)


def _is_sentence(text: str, m: Marked) -> bool:
    words = m.inner.of(text).split()
    return len(words) >= 2 and bool(SENTENCE_START.match(m.inner.of(text)))


def _stands_alone(trees: Trees, m: Marked, paragraphs: Sequence[Span]) -> bool:
    """Whether marked words without any attribution are speech: a sentence of their own, not a term in someone's sentence."""
    text = trees.text
    inner = m.inner.of(text)
    if len(inner.split()) < MIN_STANDALONE_WORDS and not re.search(r"[!?]\W*$", inner):
        return False
    paragraph = paragraphs[_paragraph_of(paragraphs, m.outer.start)]
    before = text[paragraph.start : m.outer.start].rstrip()
    opens = not before or before[-1] in ".!?:…”\"’—–-" or before.endswith("--")
    sentence = bool(SENTENCE_START.match(inner) and re.search(r"[.!?,…—-]\W*$", inner))
    if opens:
        return sentence or (not before and m.closed)
    return sentence and _is_prose(inner)


def _is_prose(inner: str) -> bool:
    """A long sentence that ends as one, not the title of a work."""
    words = re.findall(r"[^\W\d_]+", inner)
    lower = sum(1 for word in words if word.islower())
    return len(words) >= MIN_PROSE_WORDS and lower >= 0.6 * len(words) and inner.rstrip()[-1:] in ".!?"


def _numbered(text: str, drafts: Sequence[_Draft]) -> tuple[Attribution, ...]:
    found: list[Attribution] = []
    for draft in drafts:
        quotation = _quotation(text, draft)
        if quotation is None:
            continue
        alone = draft.continues is not None
        previous = len(found) - 1 if alone and found else None
        statement = draft.statement
        found.append(Attribution(quotation, statement.cue, statement.mention, previous, statement.rule, statement.score))
    return tuple(found)


def _quotation(text: str, draft: _Draft) -> Quotation | None:
    """The draft's type and pieces: direct when nothing but its marks holds words, mixed when some do."""
    if draft.whole:
        return Quotation("direct", tuple(draft.contents), tuple(draft.contents), draft.statement.score)
    outside = "".join(_outside(text, piece, draft.marks) for piece in draft.contents)
    words = re.findall(r"\w+", outside.lower())
    if draft.marks and (not words or words == ["that"]):
        outer = tuple(m.outer for m in sorted(draft.marks, key=lambda m: m.outer.start))
        inner = tuple(m.inner for m in sorted(draft.marks, key=lambda m: m.outer.start))
        return Quotation("direct", inner, outer, draft.statement.score)
    kind: QuoteType = "mixed" if draft.marks else "indirect"
    spans = tuple(draft.contents)
    return Quotation(kind, spans, spans, draft.statement.score) if spans else None


def _outside(text: str, piece: Span, marks: Sequence[Marked]) -> str:
    at, out = piece.start, []
    for m in sorted(marks, key=lambda m: m.outer.start):
        if m.outer.overlaps(piece):
            out.append(text[at : max(at, m.outer.start)])
            at = max(at, m.outer.end)
    out.append(text[at : piece.end])
    return " ".join(out)
