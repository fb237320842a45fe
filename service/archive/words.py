"""A statement's words: how they fold for search and comparison, and where each stands in the words as printed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

from service.quotes.names import fold_words, skeleton, spelling_key

# What stands between the pieces of an interrupted quote when they are read as one run of words.
PIECE_GAP = " "
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’ʼ][^\W_]+)*")
_KEPT = re.compile(r"[^a-z0-9]+")


# Names longer than this are cut: they come from texts and stand in indexes.
_NAME_CHARACTERS = 300


def clean(words: str) -> str:
    """Return ``words`` as a name both databases can hold: no NUL, at most ``_NAME_CHARACTERS``."""
    return words.replace("\x00", "\ufffd")[:_NAME_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Word:
    """A word: as it folds, and ``[start, end)`` in code points of the printed words."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Return ``word`` in plain lower-case letters and digits; empty when it has none.

    >>> fold("Don’t"), fold("López"), fold("1,000"), fold("Київ")
    ('dont', 'lopez', '1000', 'kiiv')
    """
    return _KEPT.sub("", anyascii(word).casefold())


def read_words(printed: str) -> tuple[Word, ...]:
    """Return the words of ``printed`` in order; punctuation and marks are none."""
    found = (Word(fold(match[0]), *match.span()) for match in _WORD.finditer(printed))
    return tuple(word for word in found if word.folded)


def fold_text(printed: str) -> str:
    """Return the folded words of ``printed`` with a space between."""
    return " ".join(word.folded for word in read_words(printed))


@cache
def small_words() -> frozenset[str]:
    """Return the words that say little by themselves, folded: ``small_words.txt``."""
    lines = files(__package__).joinpath("small_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def hash_terms(folded: Sequence[str]) -> tuple[int, ...]:
    """Return the hashes under which a statement of these folded words can be found, in ascending order.

    Small words are left out unless there is nothing else. Words that sound alike have one hash, so that spellings of a
    name lead to one another; an accidental collision only adds a candidate.
    """
    small = small_words()
    telling = [word for word in folded if word not in small] or folded
    return tuple(sorted(set(map(_hash_sound, telling))))


@lru_cache(maxsize=65_536)
def _hash_sound(word: str) -> int:
    return zlib.crc32((skeleton(word) or word).encode())


def search_form(*names: str | None) -> str:
    """Return the folded words of ``names`` with a space around each, for a search of whole words.

    >>> search_form("CNN", "State of the Union")
    ' cnn state of the union '
    """
    words = [word for name in names if name for word in fold_text(name).split()]
    return f" {' '.join(words)} " if words else " "


def sound_form(name: str) -> str:
    """Return the words of ``name`` by their sound with a space around each: spellings of one name give one form.

    >>> sound_form("Zelenskyy") == sound_form("Zelensky") == sound_form("Зеленский")
    True
    """
    words = [spelling_key(word) for word in fold_words(name.replace("\x00", " "))]
    return f" {' '.join(words)} " if words else " "
