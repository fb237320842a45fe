"""The same statement in several articles: who is told apart, which quotes pair up, the versions with their diffs."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.archive.pairing import Difference, Label, align_words, diff_words, weigh_pair
from service.archive.words import hash_terms, small_words
from service.quotes.names import fold_words, names_agree, organisations_agree, person_words

# Descriptions of unnamed speakers that share this much ("one man who attended", "a person who attended") are one.
MIN_DESCRIPTION_SHARED = 0.6
# Two cuts of one statement in one article may share this much of themselves.
MAX_CUT_OVERLAP = 0.3
# Quotes of another article that one quote is compared with at most, and entries looked at to find them.
MAX_NEAR = 40
MAX_LOOKED_UP = 400


@dataclass(frozen=True, slots=True)
class Voice:
    """Who said a quote, as far as known. ``key`` is the archive's identity; nobody else has it."""

    name: str | None
    kind: str
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """A quote to compare: where it stands (``article``, ``position`` there), its words folded and as printed."""

    key: int
    article: int
    position: int
    folded: str
    printed: str
    voice: Voice | None


@dataclass(frozen=True, slots=True)
class Version:
    """An utterance as a version of the earliest one of its statement."""

    utterance: Utterance
    difference: Difference
    label: Label


@dataclass(frozen=True, slots=True)
class Statement:
    """Versions of one statement, earliest first."""

    versions: tuple[Version, ...]

    @property
    def changed(self) -> float:
        """The share of words changed in the version that differs most from the earliest."""
        return max(version.difference.changed for version in self.versions)


def same_speaker(first: Voice | None, second: Voice | None) -> bool | None:
    """True when two quotes have one speaker, false when they certainly have two, ``None`` when that cannot be told.

    >>> same_speaker(Voice("Ana Ruiz", "person"), Voice("Bob Hill", "person"))
    False
    >>> same_speaker(Voice("Ana Ruiz", "person"), Voice("a local official", "unnamed")) is None
    True
    """
    if first is None or second is None or not first.name or not second.name:
        return None
    if first.key is not None and first.key == second.key:
        return True
    if first.kind != second.kind:
        return None
    if first.kind == "person":
        return _same_person(first.name, second.name)
    if first.kind == "organisation":
        return organisations_agree(first.name, second.name) > 0
    one, two = (frozenset(fold_words(name)) - small_words() for name in (first.name, second.name))
    shared = 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0
    return True if shared >= MIN_DESCRIPTION_SHARED else None


def _same_person(first: str, second: str) -> bool | None:
    if not names_agree(first, second):
        return False
    # A bare surname agrees with everybody who has it.
    return True if min(len(person_words(first)), len(person_words(second))) > 1 else None


def weigh(first: Utterance, second: Utterance) -> float:
    """Return how surely two utterances are versions of one statement, 0 when they are not."""
    return weigh_pair(first.folded, second.folded, same_speaker=same_speaker(first.voice, second.voice))


def match_articles(first: Sequence[Utterance], second: Sequence[Utterance]) -> tuple[tuple[Utterance, Utterance], ...]:
    """Return which utterances of two articles are versions of one statement, each with one, the surest first.

    One may have several only where those are different parts of it: a long answer that the other article prints in two
    quotes. Of equally sure pairs the one whose places in the articles are closer wins.
    """
    return match_pairs((one, two) for one in first for two in second)


def match_pairs(near: Iterable[tuple[Utterance, Utterance]]) -> tuple[tuple[Utterance, Utterance], ...]:
    """Do the same, judging only the pairs of ``near``."""
    weighed = [
        (-weight, abs(one.position - two.position), one.key, two.key, one, two)
        for one, two in near
        if (weight := weigh(one, two))
    ]
    taken: dict[int, set[int]] = {}
    pairs = []
    for *_, one, two in sorted(weighed, key=lambda entry: entry[:4]):
        words, words2 = one.folded.split(), two.folded.split()
        if len(taken.get(one.key, ())) == len(words) or len(taken.get(two.key, ())) == len(words2):
            continue
        shared = [
            (start, start2, end - start) for tag, start, end, start2, _ in align_words(words, words2) if tag == "equal"
        ]
        here = {place + step for place, _, size in shared for step in range(size)}
        there = {place + step for _, place, size in shared for step in range(size)}
        if _is_free(here, taken.get(one.key)) and _is_free(there, taken.get(two.key)):
            taken.setdefault(one.key, set()).update(here)
            taken.setdefault(two.key, set()).update(there)
            pairs.append((one, two))
    return tuple(pairs)


def _is_free(places: set[int], taken: set[int] | None) -> bool:
    """True for an utterance that has no partner yet, or whose partners have other parts of it than ``places``."""
    return taken is None or (bool(places) and len(places & taken) <= MAX_CUT_OVERLAP * len(places))


def compare_articles(articles: Sequence[Sequence[Utterance]]) -> tuple[Statement, ...]:
    """Return the statements that several of ``articles`` print, by their earliest version; keys order the versions."""
    words = [{utterance.key: hash_terms(utterance.folded.split()) for utterance in article} for article in articles]
    pairs = [
        pair
        for index, first in enumerate(articles)
        for place, second in enumerate(articles[index + 1 :], index + 1)
        for pair in match_pairs(_find_near(first, second, words[index] | words[place]))
    ]
    return tuple(
        make_statement(group) for group in group_pairs(pairs) if len({utterance.article for utterance in group}) > 1
    )


def _find_near(
    first: Sequence[Utterance], second: Sequence[Utterance], words: Mapping[int, Sequence[int]]
) -> Iterator[tuple[Utterance, Utterance]]:
    """Yield the pairs of two articles that are worth judging; ``words`` are the hashed words of each, by key.

    To each of ``first`` those of ``second`` that share telling words with it, rare ones counting more, ``MAX_NEAR`` at
    most, so that the time grows with the number of quotes and not with its square.
    """
    holding: dict[int, list[int]] = {}
    for place, two in enumerate(second):
        for term in words[two.key]:
            holding.setdefault(term, []).append(place)
    for one in first:
        scores: dict[int, float] = {}
        left = MAX_LOOKED_UP
        for term in sorted(words[one.key], key=lambda term: len(holding.get(term, ()))):
            places = _closest(holding.get(term, ()), one.position, left)
            left -= len(places)
            for place in places:
                scores[place] = scores.get(place, 0.0) + 1 / len(holding[term])
        near = heapq.nsmallest(
            MAX_NEAR, scores, key=lambda place: (-scores[place], abs(second[place].position - one.position), place)
        )
        yield from ((one, second[place]) for place in near)


def _closest(places: Sequence[int], position: int, number: int) -> Sequence[int]:
    """Return ``number`` of the ascending ``places`` at most, those around ``position``."""
    if len(places) <= number:
        return places
    start = max(0, min(len(places) - number, bisect_left(places, position) - number // 2))
    return places[start : start + number]


def group_pairs(pairs: Iterable[tuple[Utterance, Utterance]]) -> tuple[tuple[Utterance, ...], ...]:
    """Return the utterances that ``pairs`` connect, each group and the groups themselves in order of key."""
    groups: dict[int, dict[int, Utterance]] = {}
    for one, two in pairs:
        merged = groups.get(one.key, {one.key: one}) | groups.get(two.key, {two.key: two})
        for key in merged:
            groups[key] = merged
    distinct: Mapping[int, dict[int, Utterance]] = {min(group): group for group in groups.values()}
    return tuple(tuple(group[key] for key in sorted(group)) for _, group in sorted(distinct.items()))


def make_statement(utterances: Sequence[Utterance]) -> Statement:
    """Return ``utterances``, earliest first, as versions of the first: diffs, shares and labels against it."""
    earliest = utterances[0]
    return Statement(tuple(make_version(earliest, utterance) for utterance in utterances))


def make_version(earliest: Utterance, later: Utterance) -> Version:
    """Return ``later`` as a version of ``earliest``."""
    difference = diff_words(earliest.printed, later.printed)
    other = same_speaker(earliest.voice, later.voice) is False
    return Version(later, difference, "attributed to somebody else" if other else difference.wording)
