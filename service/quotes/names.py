"""Names of people and organisations: how they fold, and whether two of them can name the same one.

Nothing here knows an article; ``names_agree`` also serves agreement across articles. Spelling variants come from
transliteration (Zelensky, Zelenskiy) and typing errors (Trehubov, Trehobov); measures that allow them also allow Lavrov
for Larov and Kerry for Perry, so how much variation is forgiven depends on whether the given names agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA

from service.quotes import vocabulary

SAME = 1.0
VARIANT = 0.9  # the same consonants in the same order: Zelensky, Zelenskiy; Trehubov, Trehobov
TYPING_SLIP = 0.75  # one or two letters off; believed only beside an agreeing given name
MIN_SLIP_LETTERS = 5  # shorter words differ by a letter too easily
LONG_WORD_LETTERS = 9  # words this long may be two letters off
MIN_SKELETON_LETTERS = 3  # consonants a word needs before two that share them count as variants

_POSSESSIVE = re.compile(r"(?:['’´`]s|(?<=s)['’])$", re.IGNORECASE)
_EDGES = "\"'“”‘’«»„.,;:!?()[]{}<>…*_|/\\ \t\n\u00a0-–—"
_ROMAN = re.compile(r"(?:ii|iii|iv|v|vi)")
_TRANSLITERATED = (
    (re.compile(r"[^a-z]"), ""),
    (re.compile(r"(?:iy|yy|yi|ij|ii|ie|ei|ey|ee|i|y)+$"), "y"),
    (re.compile(r"shch|sch|sz"), "sh"),
    (re.compile(r"kh|gh"), "h"),
    (re.compile(r"tch|tsch|cz"), "ch"),
    (re.compile(r"ph|ff$"), "f"),
    (re.compile(r"ou|oo"), "u"),
    (re.compile(r"ck|q|c(?=[aoukrl])"), "k"),
    (re.compile(r"ks"), "x"),
    (re.compile(r"w"), "v"),
    (re.compile(r"dj|zh"), "j"),
    (re.compile(r"^[gh](?=[aeiouylr])"), "g"),
    (re.compile(r"(?<=[a-z])[jy](?=[aeiou])"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_VOWELS = re.compile(r"[aeiouy]+")


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """``word`` in plain lower-case letters, without accents, possessive, full stops or edge punctuation.

    >>> fold_word("Zelenskyy’s"), fold_word("López"), fold_word("U.N.")
    ('zelenskyy', 'lopez', 'un')
    """
    bare = _POSSESSIVE.sub("", word.strip(_EDGES))
    return anyascii(bare).casefold().replace(".", "").replace("'", "").strip(_EDGES)


def fold_words(name: str) -> tuple[str, ...]:
    """The folded words of ``name``; what stands in brackets or after a comma is no part of a name.

    >>> fold_words("Steven Sim (PH-Bukit Mertajam)")
    ('steven', 'sim')
    """
    head = re.split(r"[(,\[]", name, maxsplit=1)[0] or name
    return tuple(word for word in map(fold_word, head.split()) if word)


def person_words(name: str) -> tuple[str, ...]:
    """The folded words of a person's name without honorifics, ranks, roles before it and generational suffixes.

    A name that is nothing but such words stays whole ("Pope", "the General").
    """
    whole = fold_words(name)
    first = 0
    while first + 1 < len(whole) and (
        vocabulary.is_honorific_among(whole, first) or vocabulary.is_role(whole[first]) or whole[first] == "the"
    ):
        first += 1
    words = list(whole[first:])
    while len(words) > 1 and (words[-1] in vocabulary.SUFFIXES or _ROMAN.fullmatch(words[-1])):
        words.pop()
    return tuple(words)


@lru_cache(maxsize=65_536)
def spelling_key(word: str) -> str:
    """``word`` (folded) with the ways of writing one sound in Latin letters made one; equal keys, equal sound.

    >>> spelling_key("zelenskiy") == spelling_key("zelenskyy") == spelling_key("zelensky")
    True
    """
    key = word.removeprefix("al-").removeprefix("el-")
    for pattern, replacement in _TRANSLITERATED:
        key = pattern.sub(replacement, key)
    return key or word


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """The first letter and the consonants of ``word`` as it sounds: what spelling variants have in common."""
    key = spelling_key(word)
    return key[:1] + _VOWELS.sub("", key[1:])


def spelling_agreement(first: str, second: str, *, lenient: bool = False) -> float:
    """How surely two folded words are one name word, 0 to 1; ``lenient`` also forgives slips of the pen.

    >>> spelling_agreement("lavrov", "larov"), spelling_agreement("kerry", "perry", lenient=True)
    (0.0, 0.0)
    """
    if first == second:
        return SAME
    if spelling_key(first) == spelling_key(second):
        return 0.95
    if skeleton(first) == skeleton(second) and len(skeleton(first)) >= MIN_SKELETON_LETTERS:
        # Lavrov and Lavrova are two members of a family, not two spellings
        return VARIANT if OSA.distance(first, second) <= 2 and first.endswith("a") == second.endswith("a") else 0.0
    if lenient and first[:1] == second[:1] and min(len(first), len(second)) >= MIN_SLIP_LETTERS:
        allowed = 2 if max(len(first), len(second)) >= LONG_WORD_LETTERS else 1
        return TYPING_SLIP if OSA.distance(first, second, score_cutoff=allowed) <= allowed else 0.0
    return 0.0


def given_agreement(first: str, second: str) -> float:
    """How surely two folded given names are one person's: the same, a nickname, an initial, a spelling; 0 when not."""
    if first == second:
        return SAME
    if vocabulary.is_nickname(first, second):
        return VARIANT
    if min(len(first), len(second)) <= 2 and first[0] == second[0]:
        shorter, longer = sorted((first, second), key=len)
        return 0.8 if len(shorter) == 1 or not longer.startswith(shorter) or len(longer) > 3 else VARIANT
    return spelling_agreement(first, second, lenient=True)


def _is_subsequence(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return all(any(spelling_agreement(word, other) for other in rest) for word in short)


def _agree_one_word(word: str, words: Sequence[str]) -> float:
    """A single word against a whole name: the last word counts most, then the first, then one between."""
    last = spelling_agreement(word, words[-1])
    first = 0.9 * max(spelling_agreement(word, words[0]), VARIANT * vocabulary.is_nickname(word, words[0]))
    between = max((0.85 * spelling_agreement(word, other) for other in words[1:-1]), default=0.0)
    return max(last, first, between)


def words_agree(first: Sequence[str], second: Sequence[str]) -> float:
    """How surely two people's names, as ``person_words`` gives them, can name one person, 0 to 1; 0 when they
    cannot.
    """
    short, long = (first, second) if len(first) <= len(second) else (second, first)
    if not short:
        return 0.0
    if len(long) > 1 and "".join(short).replace("-", "") == "".join(long).replace("-", ""):
        return SAME
    if len(short) == 1:
        return _agree_one_word(short[0], long)
    given = given_agreement(short[0], long[0])
    if given:
        last = spelling_agreement(short[-1], long[-1], lenient=given >= 0.95)
        if last:
            return min(given, last)
        return 0.9 * given if _is_subsequence(short, long) else 0.0
    if spelling_agreement(short[-1], long[-1]) and _is_subsequence(short, long):
        return 0.85
    swapped = len(short) == len(long) and sorted(short) == sorted(long)
    # surname first or last, but James Martin is not Martin James
    return 0.85 if swapped and not all(map(vocabulary.is_given_name, short)) else 0.0


def names_agree(first: str, second: str) -> float:
    """How surely two people's names can name one person, 0 to 1; 0 when they cannot.

    Titles and honorifics are left aside. A single word agrees with every name that holds it, so across articles ask
    only with names of two words or more.

    >>> names_agree("President Volodymyr Zelenskiy", "Volodymyr Zelensky") > 0.9
    True
    >>> names_agree("John Kerry", "Jane Kerry")
    0.0
    """
    return words_agree(person_words(first), person_words(second))


def content_words(name: str) -> tuple[str, ...]:
    """The folded words of an organisation's name without articles, prepositions and conjunctions."""
    return tuple(word for word in fold_words(name) if word not in vocabulary.FUNCTION_WORDS)


def is_acronym_of(short: str, long: str) -> bool:
    """True when the letters of ``short`` are the initials of ``long``'s words, in order, none of the capitals missing.

    Small words may give a letter or not ("EAAT", the Egyptian Association against Torture).

    >>> is_acronym_of("UNHCR", "UN High Commissioner for Refugees"), is_acronym_of("WHO", "World Food Programme")
    (True, False)
    """
    letters = short.replace(".", "").replace("&", "")
    if not 2 <= len(letters) <= 10 or sum(letter.isupper() for letter in letters) < 2:
        return False
    words = [part for word in long.split() for part in word.strip(_EDGES).split("-") if part]
    return _spells(letters.casefold(), words)


def spells_part(short: str, title: str) -> bool:
    """True when the letters of ``short`` are the initials of all of ``title`` or of words in a row in it.

    >>> spells_part("IGP", "Inspector-General of Police"), spells_part("AG", "state Attorney General")
    (True, True)
    """
    initials = "".join(
        word[0] for word in re.findall(r"\w+", title) if fold_word(word) not in vocabulary.FUNCTION_WORDS
    )
    return len(short) > 1 and short.isupper() and short.replace(".", "").casefold() in initials.casefold()


def _spells(letters: str, words: Sequence[str]) -> bool:
    """True when ``words`` can be shortened to ``letters``: every capitalised word gives a letter, an acronym gives
    all.
    """
    position = 0
    for word in words:
        folded = anyascii(word).casefold()
        rest = letters[position:]
        if word.isupper() and len(word) > 1 and rest.startswith(folded):
            position += len(folded)
        elif rest.startswith(folded[:1]):
            position += 1
        elif word[:1].isupper() and folded not in vocabulary.FUNCTION_WORDS:
            return False
    return position == len(letters)


def organisations_agree(first: str, second: str) -> float:
    """How surely two organisations' names name one, 0 to 1: the same words, an acronym, a shorter form of a longer."""
    if is_acronym_of(first, second) or is_acronym_of(second, first):
        return VARIANT
    short, long = sorted((content_words(first), content_words(second)), key=len)
    if not short:
        return 0.0
    if sorted(short) == sorted(long):
        return SAME
    return 0.8 if len(short) >= 2 and _is_subsequence(short, long) and short[0] == long[0] else 0.0
