"""Whether two printed statements are versions of one, how they differ word by word, and what to call the difference.

Nothing here knows the archive: words in, a judgement out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from rapidfuzz.distance import Levenshtein

from service.archive.words import Word, read_words, small_words
from service.quotes.names import spelling_agreement

Wording = Literal["identical", "trimmed", "reworded"]
Label = Literal["identical", "trimmed", "reworded", "attributed to somebody else"]
LABELS: tuple[Label, ...] = ("identical", "trimmed", "reworded", "attributed to somebody else")
Operation = Literal["equal", "insert", "delete", "replace"]

# A gap inside a statement of this many words or more is a cut (a sentence left out, an ellipsis); a shorter one is a
# change of wording.
MIN_CUT_WORDS = 3
# Two words with this much beginning and no longer endings are taken for forms of one.
MIN_STEM_LETTERS = 3
MAX_ENDING_LETTERS = 3
# Judging two statements takes time that grows with the product of their lengths in words. Above this product their
# first words are judged, and of their difference only what they begin and end with in common is told apart.
MAX_ALIGNED_PAIRS = 4_000_000
MAX_JUDGED_WORDS = 1_000

# Thresholds chosen on the odd rows of tests/cases/statement_pairs.tsv; docs/archive.md has what the even rows say.
# Statements of FEW telling words or fewer share some by accident, so they must share more of them.
MIN_SHARED = 0.62
MIN_SHARED_OF_FEW = 0.72
FEW = 3
# A version that only lacks words: nearly all it says stands in the other, most of it side by side.
MIN_HELD = 0.9
MIN_RUN = 0.8
MIN_TRIMMED_WORDS = 3
# With fewer telling words than MIN_TELLING the small words decide too, and one word alone is too little of anything.
MIN_TELLING = 2
MIN_SHARED_ALL = 0.8
MIN_SHARED_ALL_SAME_SPEAKER = 0.6
# How much more two people must share: set phrases are said by many.
OTHER_SPEAKER = 0.15


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of the word-level difference: the earlier version's words as printed, and the later's."""

    operation: Operation
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How a later version differs: the changes in order, the share of words changed, 0 to 1, and what that amounts to.

    The share counts words inserted, deleted and replaced against the words of the longer version.
    """

    changes: tuple[Change, ...]
    changed: float
    wording: Wording


Block = tuple[Operation, int, int, int, int]


def align_words(first: Sequence[str], second: Sequence[str]) -> tuple[Block, ...]:
    """Return the operations that make ``second`` of ``first``: name, start and end in each, covering both in order.

    A version that stands in the other as it is stays in one piece, where a shortest edit might scatter it.
    """
    for long, short, operation in ((first, second, "delete"), (second, first, "insert")):
        start = _find_run(long, short)
        if start is not None and len(short) < len(long):
            return _cut_blocks(
                len(long), start, start + len(short), cut="delete" if operation == "delete" else "insert"
            )
    if len(first) * len(second) > MAX_ALIGNED_PAIRS:
        return _align_between(first, second)
    return tuple(
        (cast(Operation, block.tag), block.src_start, block.src_end, block.dest_start, block.dest_end)
        for block in Levenshtein.opcodes(list(first), list(second))
    )


def _align_between(first: Sequence[str], second: Sequence[str]) -> tuple[Block, ...]:
    """Align two long statements: what they begin and end with in common, and between that all as one stretch."""
    start = _count_shared(first, second)
    end = _count_shared(first[start:][::-1], second[start:][::-1])
    last, last2 = len(first) - end, len(second) - end
    between: Operation = "delete" if start == last2 else "insert" if start == last else "replace"
    blocks: tuple[Block, ...] = (
        ("equal", 0, start, 0, start),
        (between, start, last, start, last2),
        ("equal", last, len(first), last2, len(second)),
    )
    return tuple(block for block in blocks if block[1] < block[2] or block[3] < block[4])


def _count_shared(first: Sequence[str], second: Sequence[str]) -> int:
    """Return with how many equal words both begin."""
    places = (place for place, (one, two) in enumerate(zip(first, second, strict=False)) if one != two)
    return next(places, min(len(first), len(second)))


def _find_run(long: Sequence[str], short: Sequence[str]) -> int | None:
    """Return the number of the first word of ``long`` from which it reads as ``short``; words hold no space."""
    before, found, _ = f" {' '.join(long)} ".partition(f" {' '.join(short)} ")
    return before.count(" ") if short and found else None


def _cut_blocks(length: int, start: int, end: int, *, cut: Literal["delete", "insert"]) -> tuple[Block, ...]:
    """Return the operations between a statement of ``length`` words and its words from ``start`` to ``end``."""
    long_ranges = ((cut, 0, start), ("equal", start, end), (cut, end, length))
    blocks: list[Block] = []
    for tag, first, last in long_ranges:
        if first == last:
            continue
        short = (first - start, last - start) if tag == "equal" else (0, 0) if first < start else (end - start,) * 2
        long = (first, last)
        blocks.append((tag, *long, *short) if cut == "delete" else (tag, *short, *long))  # type: ignore[arg-type]
    return tuple(blocks)


def diff_words(earlier: str, later: str) -> Difference:
    """Return the word-level difference between two printed statements; case, marks and punctuation are no difference.

    >>> diff_words("all brave people go into this", "all the brave people go").changed
    0.5
    """
    first, second = read_words(earlier), read_words(later)
    blocks = align_words([word.folded for word in first], [word.folded for word in second])
    changes = tuple(
        Change(tag, _printed(earlier, first[start:end]), _printed(later, second[start2:end2]))
        for tag, start, end, start2, end2 in blocks
    )
    sizes = [(tag, max(end - start, end2 - start2)) for tag, start, end, start2, end2 in blocks]
    longest = max(len(first), len(second))
    distance = sum(size for tag, size in sizes if tag != "equal")
    return Difference(changes, distance / longest if longest else 0.0, _name_wording(sizes))


def _printed(text: str, words: Sequence[Word]) -> str:
    return text[words[0].start : words[-1].end] if words else ""


def _name_wording(blocks: Sequence[tuple[Operation, int]]) -> Wording:
    """Name a difference: trimmed when one version only lacks the other's beginning, end, or whole stretches of it."""
    changed = [(index, tag, size) for index, (tag, size) in enumerate(blocks) if tag != "equal"]
    if not changed:
        return "identical"
    edges = (0, len(blocks) - 1)
    cuts = all(index in edges or size >= MIN_CUT_WORDS for index, _, size in changed)
    one_way = {tag for _, tag, _ in changed} in ({"delete"}, {"insert"})
    return "trimmed" if cuts and one_way and len(blocks) > len(changed) else "reworded"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two statements are. All figures but ``telling`` are shares, 0 to 1, of telling words (not small ones).

    ``shared``: of both versions together, words that the other has too, in whatever order. ``held``: of the version
    that says less, words the other has. ``run``: of all words of that version, those in common runs of two or more.
    ``telling`` is the number of telling words of the version that says less.
    """

    shared: float
    held: float
    run: float
    telling: int


def _telling(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in small_words()) or tuple(words)


@lru_cache(maxsize=262_144)
def _words_match(first: str, second: str) -> bool:
    """True when two folded words are forms or spellings of one: opened and opening, Kharkiv and Kharkov."""
    if first == second:
        return True
    if first[0] != second[0] or first.isdigit() or second.isdigit():
        return False
    shorter = min(len(first), len(second))
    prefix = 0
    while prefix < shorter and first[prefix] == second[prefix]:
        prefix += 1
    same_stem = prefix >= MIN_STEM_LETTERS and max(len(first), len(second)) - prefix <= MAX_ENDING_LETTERS
    return same_stem or spelling_agreement(first, second) > 0


def _count_matches(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many words of ``first`` have a partner of their own in ``second``."""
    left, right = Counter(first), Counter(second)
    exact = left & right
    matched = exact.total()
    # Forms and spellings of a word begin with one letter, so only such are looked at.
    rest: dict[str, list[str]] = {}
    for other in (right - exact).elements():
        rest.setdefault(other[0], []).append(other)
    for word in (left - exact).elements():
        near = rest.get(word[0], [])
        partner = next((other for other in near if _words_match(word, other)), None)
        if partner is not None:
            near.remove(partner)
            matched += 1
    return matched


def can_match(first: Sequence[str], second: Sequence[str]) -> bool:
    """False when two statements of these folded words share too little for any rule, by their first letters alone."""
    one, two = _telling(first), _telling(second)
    possible = (Counter(word[0] for word in one) & Counter(word[0] for word in two)).total()
    return 2 * possible >= MIN_SHARED * (len(one) + len(two)) or possible >= MIN_HELD * min(len(one), len(two))


def measure_likeness(first: Sequence[str], second: Sequence[str]) -> Likeness:
    """Return how alike two statements of these folded words are; neither may be empty."""
    one, two = _telling(first), _telling(second)
    matched = _count_matches(one, two)
    shorter = first if len(one) <= len(two) else second
    runs = sum(
        size
        for operation in Levenshtein.opcodes(list(first), list(second))
        if operation.tag == "equal" and (size := operation.src_end - operation.src_start) > 1
    )
    telling = min(len(one), len(two))
    return Likeness(2 * matched / (len(one) + len(two)), matched / telling, min(1.0, runs / len(shorter)), telling)


def weigh_pair(first: str, second: str, *, same_speaker: bool | None = None) -> float:
    """Return how surely two statements, given as folded words, are versions of one, above 0 to 1; 0 when they are not.

    ``same_speaker`` is ``None`` where that cannot be told.
    """
    one, two = first.split(), second.split()
    if len(one) * len(two) > MAX_ALIGNED_PAIRS:
        one, two = one[:MAX_JUDGED_WORDS], two[:MAX_JUDGED_WORDS]
    if not one or not two or not can_match(one, two):
        return 0.0
    likeness = measure_likeness(one, two)
    stricter = OTHER_SPEAKER if same_speaker is False else 0.0
    if likeness.telling < MIN_TELLING:
        return _weigh_short(one, two, likeness, same_speaker=same_speaker)
    least = (MIN_SHARED_OF_FEW if likeness.telling <= FEW else MIN_SHARED) + stricter
    if likeness.shared >= least:
        return likeness.shared
    trimmed = (
        likeness.telling >= MIN_TRIMMED_WORDS
        and likeness.held >= MIN_HELD
        and likeness.run >= min(1.0, MIN_RUN + stricter)
    )
    return (likeness.held + likeness.run + likeness.shared) / 3 if trimmed else 0.0


def _weigh_short(one: Sequence[str], two: Sequence[str], likeness: Likeness, *, same_speaker: bool | None) -> float:
    """Weigh statements that say little: chants, "I want to go home". One word is enough only for one speaker."""
    shared = 2 * _count_matches(one, two) / (len(one) + len(two))
    least = MIN_SHARED_ALL_SAME_SPEAKER if same_speaker else MIN_SHARED_ALL
    enough = same_speaker or (same_speaker is None and min(len(one), len(two)) >= MIN_TRIMMED_WORDS)
    return shared if enough and likeness.held == 1.0 and shared >= least else 0.0
