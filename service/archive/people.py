"""Who is who across articles: when two names are one person's, kept apart from where they are stored.

Merging two people puts words in somebody's mouth, so whatever is doubtful stays apart: a bare surname joins nobody
without a title that says the same, an initial says too little, and two candidates as likely as each other are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.archive.words import fold_text, small_words
from service.quotes import vocabulary
from service.quotes.names import (
    VARIANT,
    content_words,
    fold_words,
    person_words,
    skeleton,
    spelling_agreement,
    spelling_key,
    words_agree,
)

# Names this alike are one person's. Initials agree less (0.8), slips of the pen too (0.75).
MIN_AGREEMENT = 0.85
# Names this alike are one person's when the titles say the same.
MIN_AGREEMENT_WITH_TITLE = 0.75
# What a bare surname with the same title counts.
_SURNAME_WITH_TITLE = 0.8
# Title words that two titles must share: "president" alone is held by too many.
_SHARED_TITLE_WORDS = 2
# Speakers who can be the same in two articles; a group, a document or somebody unnamed is of one article only.
SHARED_KINDS = ("person", "organisation")
_BLOCK_CHARACTERS = 60


@lru_cache(maxsize=65_536)
def _words(name: str) -> tuple[str, ...]:
    return person_words(name)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What an article calls somebody; either may be empty."""

    name: str
    title: str


def is_shared(kind: str, name: str | None) -> bool:
    """True for a speaker who may be met in other articles too: a person or an organisation with a name."""
    if kind not in SHARED_KINDS or not name:
        return False
    if kind == "organisation":
        return bool(content_words(name))
    words = _words(name)
    # "the Mayor" is a role, and names nobody across articles.
    return len(words) > 1 or any(not vocabulary.is_role(word) and not vocabulary.is_honorific(word) for word in words)


def find_blocks(kind: str, spelling: Spelling) -> frozenset[str]:
    """Return the blocks in which to look for somebody who may be called ``spelling``."""
    name = spelling.name
    if kind == "organisation":
        return frozenset({f"o {' '.join(sorted(content_words(name)))}"[:_BLOCK_CHARACTERS]})
    words = _words(name)
    if not words:
        return frozenset()
    blocks = {f"p {skeleton(word)}" for word in words[1:] or words}
    if len(words) > 1 and len(_title_words(spelling.title)) >= _SHARED_TITLE_WORDS:
        # Surnames that sound different are one only beside the same title.
        blocks.add(f"g {spelling_key(words[0])} {words[-1][0]}")
    if len(words) > 1:
        blocks.add(f"s {' '.join(sorted(map(spelling_key, words)))}")
    return frozenset(block[:_BLOCK_CHARACTERS] for block in blocks)


def titles_agree(first: str, second: str) -> bool:
    """True when one title says what the other says, in two words or more.

    >>> titles_agree("Ukrainian President", "the Ukrainian president"), titles_agree("President", "President")
    (True, False)
    """
    if not first or not second:
        return False
    short, long = sorted((_title_words(first), _title_words(second)), key=len)
    return len(short) >= _SHARED_TITLE_WORDS and short <= long


@lru_cache(maxsize=65_536)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(fold_text(title).split()) - small_words()


@lru_cache(maxsize=65_536)
def full_names_agree(first: str, second: str) -> float:
    """How surely two names of two words or more are one person's, 0 to 1, stricter than within an article.

    Middle names that differ and a suffix that only one has (Jr.) tell two people apart.

    >>> full_names_agree("Volodymyr Zelensky", "Володимир Зеленський") >= MIN_AGREEMENT
    True
    >>> full_names_agree("George H. W. Bush", "George W. Bush"), full_names_agree("Tom Hale Jr.", "Tom Hale")
    (0.0, 0.0)
    """
    if _suffix(first) != _suffix(second):
        return 0.0
    one, two = _words(first), _words(second)
    if one[1:-1] and two[1:-1] and not _middles_agree(one[1:-1], two[1:-1]):
        return 0.0
    return words_agree(one, two)


@lru_cache(maxsize=65_536)
def _suffix(name: str) -> str:
    """Return the word after a name that tells son from father; "junior" and "jr" are one."""
    words = [
        word for word in fold_words(name.replace(",", " ")) if word in ("jr", "jnr", "junior", "sr", "snr", "senior")
    ]
    return words[-1][:1] if words else ""


def _middles_agree(first: Sequence[str], second: Sequence[str]) -> bool:
    """True when each middle name is the other's, or its initial."""
    if len(first) != len(second):
        return "".join(first) == "".join(second)
    pairs = zip(first, second, strict=True)
    return all(
        one[0] == two[0] and (min(len(one), len(two)) == 1 or spelling_agreement(one, two) > 0) for one, two in pairs
    )


def agreement(new: Spelling, known: Iterable[Spelling]) -> float:
    """How surely somebody called ``new`` is the person whose spellings are ``known``, 0 to 1.

    Every full name of theirs must agree, so that a chain of small differences never joins two people.
    """
    known = tuple(known)
    single = len(_words(new.name)) == 1
    full = {spelling.name for spelling in known if len(_words(spelling.name)) > 1}
    titled = any(titles_agree(new.title, spelling.title) for spelling in known)
    if single or not full:
        return _SURNAME_WITH_TITLE if titled and _surnames_agree(new.name, known) else 0.0
    least = min(full_names_agree(new.name, name) for name in full)
    enough = MIN_AGREEMENT_WITH_TITLE if titled else MIN_AGREEMENT
    return least if least >= enough else 0.0


def _surnames_agree(name: str, known: Iterable[Spelling]) -> bool:
    last = _words(name)[-1]
    return all(spelling_agreement(last, _words(spelling.name)[-1]) >= VARIANT for spelling in known)


def organisations_same(first: str, second: str) -> bool:
    """True when two organisations' names are the same words; an acronym is too little to go by across articles."""
    return sorted(content_words(first)) == sorted(content_words(second))


def choose_person(kind: str, new: Spelling, candidates: dict[int, list[Spelling]]) -> int | None:
    """Return the key of the candidate that ``new`` names, ``None`` when there is none or two are as likely."""
    if kind == "organisation":
        same = [key for key, known in candidates.items() if organisations_same(new.name, known[0].name)]
        return min(same) if same else None
    scored = sorted(((agreement(new, known), key) for key, known in candidates.items()), reverse=True)
    if not scored or not scored[0][0] or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return scored[0][1]
