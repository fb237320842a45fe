"""Quotation marks: which stretches of a text stand in them.

A single pass over the marks of each paragraph, with a stack for nesting. Typographic marks say which side they are;
straight ones are read by the white space around them. An unclosed mark at the end of a paragraph runs on when the next
paragraph opens with the same mark (the printers' rule for quotations of several paragraphs).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.quotes.types import Span

# What each mark can be: the family it pairs in, and whether it may open or close.
FAMILIES = {
    "“": ("double", True, False), "”": ("double", False, True), "„": ("double", True, False),
    '"': ("double", True, True), "«": ("guillemet", True, False), "»": ("guillemet", False, True),
    "「": ("corner", True, False), "」": ("corner", False, True), "``": ("double", True, False),
    "''": ("double", True, True), "’’": ("double", False, True), "‘‘": ("double", True, False),
    "‘": ("single", True, True), "’": ("single", False, True), "'": ("single", True, True),
    "‹": ("single", True, False), "›": ("single", False, True), "`": ("single", True, False),
}  # fmt: skip
MARK = re.compile(r"``|''|’’|‘‘|[“”„\"«»「」‘’'‹›`]")
# Words that begin with an apostrophe; one before them opens nothing.
ELISION = re.compile(r"(?:tis|twas|twill|em|im|til|cause|bout|round|n|\d\ds)\b", re.IGNORECASE)
SENTENCE_PUNCTUATION = frozenset(",.!?…")
FOLLOWS_A_CLOSING_MARK = frozenset(",.;:!?)")
# A height in feet and inches right before a closing mark, “He’s 6’2”,” she said: its mark closes nothing.
INCHES = re.compile(r"(?<=\d)[’'′]\s?\d{1,2}(?P<inch>[”\"])[,.!?]?[”\"]")
# An unclosed mark may close in a later line of hard-wrapped text, but not further on than this.
MAX_WRAPPED_CHARACTERS = 1500
MAX_NESTING = 4


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch in quotation marks: ``outer`` with them, ``inner`` without.

    ``closed`` is false when the paragraph ends first; ``runs_on`` when the next paragraph takes it up with a mark of
    its own. ``nested`` are the stretches in marks inside this one.
    """

    outer: Span
    inner: Span
    family: str
    closed: bool
    runs_on: bool = False
    nested: tuple[Marked, ...] = ()


class MarkIndex:
    """The outermost stretches of a text, to be asked for by place; a look-up costs the logarithm of their number."""

    def __init__(self, marked: Sequence[Marked]) -> None:
        self.marked = tuple(marked)
        self._starts = [m.outer.start for m in self.marked]
        self._ends = [m.outer.end for m in self.marked]

    def touching(self, span: Span) -> tuple[Marked, ...]:
        """The stretches that share a character with ``span``, marks included, in text order."""
        return self.marked[bisect_right(self._ends, span.start) : bisect_left(self._starts, span.end)]

    def covers(self, span: Span) -> bool:
        """Whether more than half of ``span`` stands in marks."""
        common = sum(min(m.outer.end, span.end) - max(m.outer.start, span.start) for m in self.touching(span))
        return 2 * common > span.end - span.start

    def quoted(self, spans: Iterable[Span]) -> bool:
        """Whether any of the spans shares a character with words in marks, the marks themselves not counted."""
        return any(m.inner.overlaps(span) for span in spans for m in self.touching(span))

    def number(self, m: Marked) -> int:
        """The place of a stretch in ``marked``."""
        return bisect_left(self._starts, m.outer.start)

    def run(self, m: Marked) -> tuple[Marked, ...]:
        """The paragraphs of one quotation that a stretch belongs to, each but the last left open for the next."""
        first = last = self.number(m)
        while first and self.marked[first - 1].runs_on:
            first -= 1
        while self.marked[last].runs_on and last + 1 < len(self.marked):
            last += 1
        return self.marked[first : last + 1]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark met in the text and what its neighbours let it be; one that ``floats`` stands between spaces."""

    start: int
    end: int
    family: str
    opens: bool
    closes: bool
    directed: bool
    floats: bool


def find_marked(text: str, paragraphs: Sequence[Span]) -> tuple[Marked, ...]:
    """The outermost stretches in quotation marks, in text order.

    ``paragraphs`` are spans of the text in order. Apostrophes, inch marks and other strays open nothing. Offsets are
    code points; every ``inner`` slices back to the words between the marks.
    """
    found: list[Marked] = []
    done = 0
    for number, paragraph in enumerate(paragraphs):
        span = Span(max(paragraph.start, done), paragraph.end)
        if span.start >= span.end:
            continue
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
        for marked in _in_paragraph(text, span, following):
            found.append(marked)
            done = max(done, marked.outer.end)
    return tuple(found)


def _marks(text: str, span: Span) -> Iterator[_Mark]:
    inches = {match.start("inch") for match in INCHES.finditer(text, span.start, span.end)}
    for match in MARK.finditer(text, span.start, span.end):
        family, may_open, may_close = FAMILIES[match.group()]
        start, end = match.span()
        before = text[start - 1] if start > span.start else " "
        after = text[end] if end < span.end else " "
        # The value of an attribute in left-over markup is not spoken: author="Name".
        if start in inches or before == "=":
            continue
        directed = may_open != may_close
        if family == "single":
            leans_right = not after.isspace() and (not before.isalnum() or directed)
            opens = leans_right and may_open and not before.isalnum() and not ELISION.match(text, end)
            closes = not before.isspace() and not after.isalnum()
        else:
            opens, closes = _sides(match.group(), before, after)
        if opens or closes:
            yield _Mark(start, end, family, opens, closes, directed, before.isspace() and after.isspace())


def _sides(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a mark other than a single one opens and closes, by the characters beside it (white space at an edge).

    One between spaces does what its form says, or either where its form says nothing; the marks before it decide.
    """
    _, may_open, may_close = FAMILIES[mark]
    if before.isspace() and after.isspace():
        return may_open, may_close
    directed = may_open != may_close
    leans_right = not after.isspace() and (not before.isalnum() or (directed and may_open))
    leans_left = not before.isspace() and (not after.isalnum() or before in SENTENCE_PUNCTUATION)
    # A mark typed the wrong way round (“Hello,“ he said) does what its neighbours say; a doubled one is never that.
    typed_wrong = len(mark) == 1 and FAMILIES[mark][0] == "double"
    opens = leans_right and (may_open or (typed_wrong and not leans_left))
    closes = leans_left and (may_close or (typed_wrong and not leans_right))
    if directed and may_open:
        return opens, closes and not leans_right
    if directed and not (leans_right and before.isspace() and typed_wrong and after not in FOLLOWS_A_CLOSING_MARK):
        return False, True
    return opens, closes


def _in_paragraph(text: str, span: Span, following: Span | None) -> Iterator[Marked]:
    marks = list(_marks(text, span))
    straight = sum(1 for m in marks if m.family == "double" and not m.directed)
    stack: list[tuple[_Mark, list[Marked]]] = []
    singles = _single_pairs(text, marks)
    last_closing = {mark.family: i for i, mark in enumerate(marks) if mark.closes}
    for i, mark in enumerate(marks):
        if mark.family == "single":
            pair = singles.get(i)
            if stack and (pair is None or stack[-1][0].family == "single"):
                if not (stack[-1][0].family == "single" and singles.get(i) == -1):
                    continue
            elif pair is None:
                continue
            opening = pair is not None and pair >= 0
        else:
            opening = mark.opens and not (mark.closes and _open(stack, mark.family))
            if opening and _closes_low(text, mark, stack):
                opening, mark = False, replace(mark, closes=True)
            if opening and mark.floats and not mark.directed and last_closing.get(mark.family, 0) <= i:
                continue
            if opening and _open(stack, mark.family) and not mark.directed and straight % 2:
                # An odd number of straight marks: the earlier one was never closed, rather than this one nested.
                stack.clear()
        if opening and len(stack) < MAX_NESTING:
            stack.append((mark, []))
        elif not opening and mark.closes and _open(stack, mark.family):
            while stack:
                opener, nested = stack.pop()
                if opener.family == mark.family:
                    break
            inner = _stripped(text, opener.end, mark.start)
            made = Marked(Span(opener.start, mark.end), inner, opener.family, True, False, tuple(nested))
            if stack:
                stack[-1][1].append(made)
            elif made.inner.start < made.inner.end:
                yield made
    if stack:
        yield from _unclosed(text, span, following, stack[0][0])


def _stripped(text: str, start: int, end: int) -> Span:
    """The words between two marks without white space at either end."""
    words = text[start:end].rstrip()
    return Span(start + len(words) - len(words.lstrip()), start + len(words))


def _open(stack: Sequence[tuple[_Mark, list[Marked]]], family: str) -> bool:
    return any(mark.family == family for mark, _ in stack)


def _closes_low(text: str, mark: _Mark, stack: Sequence[tuple[_Mark, list[Marked]]]) -> bool:
    """Whether a high mark closes a low one, as in German: „…“."""
    low = bool(stack) and text[stack[-1][0].start] == "„"
    return low and text[mark.start] == "“" and not text[mark.start - 1].isspace()


def _single_pairs(text: str, marks: Sequence[_Mark]) -> dict[int, int]:
    """Pairs of single marks: index of an opening mark to its closing one's, and -1 for each closing one.

    An apostrophe after an s looks like a closing mark; one after punctuation is the better reading, else the last.
    """
    pairs: dict[int, int] = {}
    at = 0
    while at < len(marks):
        mark = marks[at]
        if mark.family != "single" or not mark.opens:
            at += 1
            continue
        best = -1
        for j in range(at + 1, len(marks)):
            other = marks[j]
            if other.family != "single":
                continue
            if other.closes and not (other.opens and not other.closes):
                before = text[other.start - 1]
                if before in SENTENCE_PUNCTUATION or before != "s":
                    best = j
                    break
                best = j
            elif other.opens and best >= 0:
                break
        if best < 0:
            # Nothing closes behind this one, so nothing does behind the later ones either.
            later = (i for i in range(at, len(marks)) if marks[i].family == "single" and marks[i].opens)
            pairs.update(dict.fromkeys(later, len(marks)))
            return pairs
        pairs[at], pairs[best] = best, -1
        at = best + 1
    return pairs


def _unclosed(text: str, span: Span, following: Span | None, opener: _Mark) -> Iterator[Marked]:
    mark = text[opener.start : opener.end]
    if following is not None:
        head = text[following.start : following.end].lstrip()[:2]
        if head.startswith(mark) or (opener.family == "double" and head[:1] in ("“", '"')):
            yield _to_the_end(text, span, opener, runs_on=True)
            return
        # An apostrophe is no reason to search further than the next line.
        if opener.family != "single" or following.start - span.end <= 2:
            closing = _later_closing(text, following.start, opener)
            if closing is not None:
                yield Marked(Span(opener.start, closing.end), Span(opener.end, closing.start), opener.family, True)
                return
    if opener.family != "single":
        yield _to_the_end(text, span, opener, runs_on=False)


def _to_the_end(text: str, span: Span, opener: _Mark, *, runs_on: bool) -> Marked:
    return Marked(Span(opener.start, span.end), Span(opener.end, span.end), opener.family, False, runs_on)


def _later_closing(text: str, start: int, opener: _Mark) -> _Mark | None:
    """The mark that closes an unclosed one in the lines that follow, when no other mark opens before it."""
    window = Span(start, min(len(text), start + MAX_WRAPPED_CHARACTERS))
    for mark in _marks(text, window):
        if mark.family == opener.family:
            return mark if mark.closes and not mark.opens else None
    return None
