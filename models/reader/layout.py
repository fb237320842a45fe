"""Which sentences are read together: windows of whole sentences, cut at paragraphs where they can be.

A paragraph too long for one window is read in several that overlap by a few sentences on either side, and each sentence
is answered for by the window in which it has the most neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# As long as the windows the reader was trained on.
WINDOW_WORDS = 160
OVERLAP_WORDS = 50


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences ``[first, last)`` read in one window; the window answers for ``[own_first, own_last)`` of them."""

    first: int
    last: int
    own_first: int
    own_last: int


def lay_out(sizes: Sequence[int], opens_paragraph: Sequence[bool]) -> Iterator[Stretch]:
    """Windows over sentences of ``sizes`` words; every sentence is answered for exactly once, in order."""
    first = 0
    while first < len(sizes):
        last = _window_end(sizes, first)
        cut = _paragraph_cut(opens_paragraph, first, last)
        if cut is not None:
            yield Stretch(first, cut, first, cut)
            first = cut
            continue
        end = _paragraph_end(opens_paragraph, first)
        yield from _overlapping(sizes, first, end)
        first = end


def _window_end(sizes: Sequence[int], first: int) -> int:
    words, last = 0, first
    while last < len(sizes) and (last == first or words + sizes[last] <= WINDOW_WORDS):
        words += sizes[last]
        last += 1
    return last


def _paragraph_cut(opens: Sequence[bool], first: int, last: int) -> int | None:
    """The last paragraph break at or before ``last`` and after ``first``."""
    if last == len(opens):
        return last
    return next((at for at in range(last, first, -1) if opens[at]), None)


def _paragraph_end(opens: Sequence[bool], first: int) -> int:
    return next((at for at in range(first + 1, len(opens)) if opens[at]), len(opens))


def _overlapping(sizes: Sequence[int], first: int, end: int) -> Iterator[Stretch]:
    own = first
    while own < end:
        begin, words = own, 0
        while begin > first and words + sizes[begin - 1] <= OVERLAP_WORDS:
            begin -= 1
            words += sizes[begin]
        last = own
        while last < end and (last == own or words + sizes[last] <= WINDOW_WORDS):
            words += sizes[last]
            last += 1
        keep = last
        behind = 0
        while last < end and keep > own + 1 and behind + sizes[keep - 1] <= OVERLAP_WORDS:
            keep -= 1
            behind += sizes[keep]
        yield Stretch(begin, last, own, keep)
        own = keep
