"""Paragraphs of plain text: each line one, unless the text was hard-wrapped to a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

Bounds = tuple[int, int]

# What str.splitlines takes for the end of a line, without the separators of data files (U+001C to U+001E).
_LINE = re.compile("[^\n\r\x0b\x0c\x85\u2028\u2029]+")
# Mail and wire copy is wrapped between 45 and 100 columns; an article with a line a paragraph has longer lines.
_NARROWEST, _WIDEST = 45, 100
# A text is hard-wrapped when it has at least this many line ends inside blocks, this share of them come where the
# next word would not have fitted, and this share of them cut through a sentence.
_MIN_BREAKS, _MIN_FULL, _MIN_CUT = 3, 0.7, 0.4
_SENTENCE_END = re.compile(r"""[.?!…:;]["'”’)\]]*$""")


def find_paragraphs(text: str) -> tuple[Bounds, ...]:
    """Return the paragraphs of ``text`` in order, as ``(start, end)`` in code points without surrounding white space.

    A line end closes a paragraph. Only where the text is hard-wrapped to a column (the lines of its blocks are full,
    and many end inside a sentence) are the lines of a block joined, up to a line that had room for another word.
    """
    lines = [_strip(text, *match.span()) for match in _LINE.finditer(text)]
    lines = [(start, end) for start, end in lines if start < end]
    soft = _soft_breaks(text, lines)
    paragraphs: list[Bounds] = []
    for index, (start, end) in enumerate(lines):
        if index in soft:
            paragraphs[-1] = (paragraphs[-1][0], end)
        else:
            paragraphs.append((start, end))
    return tuple(paragraphs)


def _strip(text: str, start: int, end: int) -> Bounds:
    line = text[start:end]
    lead = len(line) - len(line.lstrip())
    return start + lead, start + max(lead, len(line.rstrip()))


def _soft_breaks(text: str, lines: Sequence[Bounds]) -> frozenset[int]:
    """Return the indices of the lines that continue the line before them."""
    breaks = [
        index + 1
        for index, (left, right) in enumerate(pairwise(lines))
        if right[0] - left[1] <= 2 and _wrappable(left) and right[1] - right[0] <= _WIDEST
    ]
    breaks = [index for index in breaks if not _blank_between(text, lines[index - 1][1], lines[index][0])]
    if len(breaks) < _MIN_BREAKS:
        return frozenset()
    width = max(lines[index - 1][1] - lines[index - 1][0] for index in breaks)
    full = [index for index in breaks if _was_full(text, lines[index - 1], lines[index], width)]
    cut = [index for index in full if not _SENTENCE_END.search(text, *lines[index - 1])]
    if len(full) < _MIN_FULL * len(breaks) or len(cut) < _MIN_CUT * len(breaks):
        return frozenset()
    return frozenset(full)


def _wrappable(line: Bounds) -> bool:
    return line[1] - line[0] <= _WIDEST


def _blank_between(text: str, start: int, end: int) -> bool:
    """True when more than one line ends between two offsets (a blank line); CR LF is one end."""
    return len(text[start:end].replace("\r\n", "\n").strip(" \t")) > 1


def _was_full(text: str, line: Bounds, following: Bounds, width: int) -> bool:
    """True when the first word of ``following`` did not fit behind ``line`` in ``width`` columns."""
    word = text[following[0] : following[1]].split(maxsplit=1)[0]
    return width >= _NARROWEST and line[1] - line[0] + 1 + len(word) > width
