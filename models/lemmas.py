"""Lemmas of English words: forms the treebanks and the irregular verbs settle, then the rules of regular inflection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# What an inflected form is of a word, by Penn tag: past or participle, gerund, s-form, comparative, superlative.
INFLECTIONS = {
    "VBD": "ed", "VBN": "ed", "VBG": "ing", "VBZ": "s", "NNS": "s", "NNPS": "s",
    "JJR": "er", "RBR": "er", "JJS": "est", "RBS": "est",
}  # fmt: skip
# Endings that a verb's form cannot have under its tag: one that has it was tagged amiss ("alleges" as a past).
_AMISS = {"VB": ("s", "ed"), "VBP": ("s", "ed"), "VBD": ("s",), "VBN": ("s",), "VBZ": ("ed",)}
_FAMILY = {"V": "verb", "N": "noun", "J": "adjective", "R": "adjective"}
# One vowel and one consonant that doubles: "stop", "admit", "dial"; not "w", "x", "y".
_DOUBLES = re.compile(r"(?:^|[^aeiou]|qu|[iu](?=[ae]l))[aeiou][bcdfgklmnprstvz]$")
_ONE_BEAT = re.compile(r"^[^aeiouy]*(?:qu)?[aeiou][^aeiouy]$")
_HISSES = ("s", "x", "z", "ch", "sh")
_LONGEST_ENDING = 6


@dataclass(frozen=True, slots=True)
class Lemmas:
    """The dictionary as shipped.

    ``forms`` maps "form TAG" to the lemma, where the rules would be wrong. ``known`` are base forms by family (verb,
    noun, adjective), which the rules prefer. ``endings`` maps "family ending" of a stem to the change that gives the
    base ("" none, "e" one more letter, "-" one letter less, "y" for a last "i").
    """

    forms: Mapping[str, str]
    known: Mapping[str, frozenset[str]]
    endings: Mapping[str, str]


def load_lemmas(path: Path) -> Lemmatizer:
    """Read the tables ``python -m models.train lemmas`` wrote. Raises ``OSError``, ``ValueError`` or ``KeyError``."""
    data = json.loads(path.read_text(encoding="utf-8"))
    known = {family: frozenset(words.split()) for family, words in data["known"].items()}
    return Lemmatizer(Lemmas(data["forms"], known, data["endings"]))


class Lemmatizer:
    """Gives words their lemmas; remembers those it has given."""

    def __init__(self, lemmas: Lemmas) -> None:
        self.lemmas = lemmas
        self._remembered: dict[tuple[str, str | None, str | None], str] = {}

    def lemma_of(self, form: str, *, upos: str | None, xpos: str | None) -> str:
        """Return the lemma of a word; a tag of ``None`` or one unknown to us leaves only the form to go by.

        Names keep their capitals, other lemmas are in lower case. >>> told, VERB, VBD -> tell
        """
        key = (form, upos, xpos)
        lemma = self._remembered.get(key)
        if lemma is None:
            lemma = find_lemma(self.lemmas, form, upos=upos or "", xpos=xpos or "")
            if len(self._remembered) < 100_000:
                self._remembered[key] = lemma
        return lemma


def find_lemma(lemmas: Lemmas, form: str, *, upos: str, xpos: str) -> str:
    """Return the lemma from the dictionary or the rules."""
    plain = form.replace("’", "'")
    low = plain if upos == "PROPN" or xpos in {"NNP", "NNPS"} else plain.lower()
    if (lemma := lemmas.forms.get(f"{low} {xpos or upos}")) is not None:
        return lemma
    inflection = INFLECTIONS.get(xpos)
    if upos == "VERB" and low not in lemmas.known["verb"]:
        others = (ending for ending in _AMISS.get(xpos, ()) if low.endswith(ending))
        bases = (base for ending in others for base in possible_bases(low, ending) if base in lemmas.known["verb"])
        if base := next(bases, None):
            return base
    if inflection is None or len(low) < 3 or not low[-3:].isalpha():
        return low
    if xpos[0] == "N" and len(low) > 4 and low.endswith("men"):
        return low[:-2] + "an"
    return strip_inflection(lemmas, low, inflection, family=_FAMILY[xpos[0]])


def strip_inflection(lemmas: Lemmas, form: str, inflection: str, *, family: str) -> str:
    """Return the base that gives ``form`` by the rules: a known one first, else the one its ending suggests."""
    bases = [base for base in possible_bases(form, inflection) if form in inflect(base, inflection)]
    for words in (lemmas.known[family], *lemmas.known.values()):
        if found := next((base for base in bases if base in words), None):
            return found
    if not bases or form in lemmas.known[family]:
        return form
    if inflection == "s" or len(bases) == 1:
        return bases[0]
    stem = _stem(form, inflection)
    wanted = likely_ending(lemmas.endings, stem, family)
    return next((base for base in bases if wanted is not None and base == _add(stem, wanted)), bases[0])


def _stem(form: str, inflection: str) -> str:
    return form[: -len(inflection)]


def _add(stem: str, change: str) -> str:
    """Apply a change to a stem: "-" takes its last letter off, "y" turns a last "i", "e" is added."""
    return stem[:-1] if change == "-" else stem[:-1] + "y" if change == "y" else stem + change


def likely_ending(endings: Mapping[str, str], stem: str, family: str) -> str | None:
    """Return the change that most words with the longest known ending of ``stem`` take."""
    for start in range(max(0, len(stem) - _LONGEST_ENDING), len(stem)):
        if (change := endings.get(f"{family} {stem[start:]}")) is not None:
            return change
    return None


def possible_bases(form: str, inflection: str) -> Iterator[str]:
    """Yield the bases that ``form`` may come from by some rule, the plainest first."""
    if not form.endswith(inflection):
        return
    stem = _stem(form, inflection)
    if inflection == "s":
        yield from _bases_of_s(stem)
        return
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        yield stem[:-1]
    if stem.endswith("i"):
        yield stem[:-1] + "y"
    if stem.endswith("y") and inflection == "ing":
        yield stem[:-1] + "ie"
    if stem.endswith("ck"):
        yield stem[:-1]
    yield stem
    yield stem + "e"


def _bases_of_s(stem: str) -> Iterator[str]:
    if stem.endswith("ie"):
        yield stem[:-2] + "y"
    if stem.endswith("zze"):
        yield stem[:-2]
    if stem.endswith(("sse", "che", "she", "xe", "zze", "oe")):
        yield stem[:-1]
    yield stem
    if stem.endswith("e"):
        yield stem[:-1]


@cache
def inflect(base: str, inflection: str) -> frozenset[str]:
    """Return the regular forms of a base: one, or two where British and American spelling differ."""
    if inflection == "s":
        if base.endswith(_HISSES):
            return frozenset({base + "es"} | ({base + "zes"} if base.endswith("z") else set()))
        if base.endswith("o"):
            return frozenset({base + "s", base + "es"})
        return frozenset({base[:-1] + "ies" if _ends_consonant_y(base) else base + "s"})
    if base.endswith("e"):
        return _inflect_e(base, inflection)
    if _ends_consonant_y(base) and inflection != "ing":
        return frozenset({base[:-1] + "i" + inflection})
    if base.endswith("c") and inflection in {"ed", "ing"}:
        return frozenset({base + "k" + inflection})
    if _DOUBLES.search(base):
        doubled = base + base[-1] + inflection
        return frozenset({doubled} if _ONE_BEAT.search(base) else {doubled, base + inflection})
    return frozenset({base + inflection})


def _inflect_e(base: str, inflection: str) -> frozenset[str]:
    if inflection != "ing":
        return frozenset({base + inflection[1:]})
    if base.endswith("ie"):
        return frozenset({base[:-2] + "ying"})
    return frozenset({base + "ing"} if base.endswith(("ee", "oe", "ye")) else {base[:-1] + "ing", base + "ing"})


def _ends_consonant_y(base: str) -> bool:
    return base.endswith("y") and len(base) > 1 and base[-2] not in "aeiou"
