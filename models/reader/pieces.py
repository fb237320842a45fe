"""Words to word pieces, and what the uncased pieces lose: the case of letters and the side of quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer

CLS, SEP, UNKNOWN = 101, 102, 100
# Longer words are links and noise; their first pieces say as much.
MAX_PIECES_A_WORD = 8
MAX_CACHED_WORDS = 200_000

CASES = ("none", "lower", "title", "upper", "mixed", "number", "initial")
MARK_STATES = ("outside", "double", "single", "opening", "closing")

# One spelling for each mark, so that a newsroom's typography never changes what the reader sees.
TYPOGRAPHY = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'",
        "‹": "'", "›": "'", "`": "'", "´": "'", "–": "—", "―": "—", "‒": "—", "‐": "-", "‑": "-", "…": "...",
        "\u00a0": " ", "\u200b": "", "\u00ad": "",
    }
)  # fmt: skip
DOUBLE_OPENING, DOUBLE_CLOSING = frozenset("“„‟«"), frozenset("”»")
DOUBLE_EITHER = frozenset(['"', "''", "``"])
SINGLE_OPENING = frozenset("‘'`‹‚")
SINGLE_CLOSING = frozenset("’'´›")
DASHES = re.compile(r"^-{2,}$")
LINK = re.compile(r"^(?:https?://|www\.|pic\.twitter\.com/)", re.IGNORECASE)


class Pieces:
    """The word pieces of words, remembered for words already met."""

    def __init__(self, vocabulary: Path) -> None:
        self._tokenizer = Tokenizer(WordPiece.from_file(str(vocabulary), unk_token="[UNK]"))
        self._tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=True)
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, word: str) -> tuple[int, ...]:
        """The piece ids of one word, at least one and at most ``MAX_PIECES_A_WORD``."""
        known = self._known.get(word)
        if known is None:
            known = self._split(word)
            if len(self._known) < MAX_CACHED_WORDS:
                self._known[word] = known
        return known

    def _split(self, word: str) -> tuple[int, ...]:
        plain = "http" if LINK.match(word) else word.translate(TYPOGRAPHY)
        plain = "—" if DASHES.match(plain) else plain
        ids: list[int] = []
        for part in re.findall(r"\w+|[^\w\s]", plain[:60]):
            ids.extend(self._tokenizer.encode(part, add_special_tokens=False).ids)
        return tuple(ids[:MAX_PIECES_A_WORD]) or (UNKNOWN,)


def case_of(word: str, *, initial: bool) -> int:
    """The index in ``CASES`` of a word; ``initial`` when it opens a sentence, where a capital says less."""
    if any(letter.isdigit() for letter in word):
        return 5
    letters = [letter for letter in word if letter.isalpha()]
    if not letters:
        return 0
    if word.islower():
        return 1
    if word.isupper() and len(letters) > 1:
        return 3
    if letters[0].isupper() and all(letter.islower() for letter in letters[1:]):
        return 6 if initial else 2
    return 4


def mark_states(words: Sequence[str], spaced: Sequence[bool], breaks: Sequence[bool]) -> list[int]:
    """For each word the index in ``MARK_STATES``: is it a quotation mark, or inside a pair.

    ``spaced[i]`` is true when white space follows word i, ``breaks[i]`` when a paragraph begins at it: an unclosed mark
    ends with its paragraph. Nested single marks inside double ones stay "double".
    """
    states: list[int] = []
    inside = 0
    for i, word in enumerate(words):
        if breaks[i]:
            inside = 0
        state = inside
        if inside != 2 and (word in DOUBLE_EITHER or word in DOUBLE_OPENING or word in DOUBLE_CLOSING):
            closes = word in DOUBLE_CLOSING or (inside == 1 and word not in DOUBLE_OPENING)
            state, inside = (4, 0) if closes else (3, 1)
        elif inside == 2 and word in SINGLE_CLOSING and (spaced[i] or i + 1 == len(words) or breaks[i + 1]):
            state, inside = 4, 0
        elif inside == 0 and word in SINGLE_OPENING and _opens_single(words, spaced, breaks, i):
            state, inside = 3, 2
        states.append(state)
    return states


def _opens_single(words: Sequence[str], spaced: Sequence[bool], breaks: Sequence[bool], i: int) -> bool:
    """A single mark opens a pair when it leans on the next word and a closing one follows punctuation before long."""
    if spaced[i] or i + 1 == len(words) or (i and not spaced[i - 1] and words[i - 1].isalnum()):
        return False
    for j in range(i + 2, min(i + 80, len(words))):
        if breaks[j]:
            return False
        closes = words[j - 1][-1:] in ",.!?…" or (spaced[j] and not words[j - 1].endswith("s"))
        if closes and words[j] in SINGLE_CLOSING:
            return True
    return False
