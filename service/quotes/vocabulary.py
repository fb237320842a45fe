"""Questions about single words that the lexicon's lists answer: is this an honorific, a role, a noun for people?

Words are asked for folded (``names.fold_word``) or as lower-case lemmas; each list is folded once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from anyascii import anyascii

from service.quotes import lexicon
from service.quotes.lexicon import Gender

FUNCTION_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "on",
        "in",
        "at",
        "to",
        "and",
        "against",
        "with",
        "by",
        "de",
        "la",
        "le",
        "du",
        "des",
        "der",
        "die",
        "das",
        "&",
        "un",
        "une",
        "el",
    ]
)
SUFFIXES = frozenset(
    [
        "jr",
        "sr",
        "junior",
        "snr",
        "jnr",
        "phd",
        "md",
        "qc",
        "kc",
        "esq",
        "obe",
        "mbe",
        "cbe",
        "mp",
        "mla",
        "msp",
        "ao",
        "am",
        "oam",
    ]
)
# nouns after the name of an outlet: "the Sabah newspaper" is Sabah
MEDIA_NOUNS = frozenset(
    [
        "newspaper",
        "daily",
        "weekly",
        "magazine",
        "broadcaster",
        "channel",
        "station",
        "network",
        "website",
        "agency",
        "tabloid",
        "paper",
        "outlet",
    ]
)
# kinds of honorific that say nothing of what somebody does: no title by themselves
_BARE_KINDS = frozenset({"civil", "learned"})
_BARE_BUT_TITLE = frozenset({"chief", "professor", "associate professor", "assistant professor", "encik"})


def fold(word: str) -> str:
    """``word`` in plain lower-case letters without full stops."""
    return anyascii(word).casefold().replace(".", "").replace("'", "")


@cache
def _honorifics() -> dict[str, tuple[str, Gender]]:
    return {fold(form): (entry.kind, entry.gender) for form, entry in lexicon.honorifics().items()}


@cache
def _honorific_words() -> frozenset[str]:
    return frozenset(word for form in _honorifics() for word in form.split())


@cache
def _roles() -> dict[str, Gender]:
    return {fold(role): entry.gender for role, entry in lexicon.roles().items()}


@cache
def _role_heads() -> frozenset[str]:
    # "half" ends "centre half" but is no role by itself
    heads = frozenset(role.replace("-", " ").split()[-1] for role in _roles())
    return frozenset(head for head in heads if head in _roles() or head in _person_nouns())


@cache
def _role_words() -> frozenset[str]:
    return frozenset(word for role in _roles() for word in role.split()) - FUNCTION_WORDS


@cache
def _given_names() -> dict[str, Gender]:
    return {fold(name): gender for name, gender in lexicon.given_names().items()}


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    return {fold(short): frozenset(map(fold, full)) for short, full in lexicon.nicknames().items()}


@cache
def _person_nouns() -> dict[str, lexicon.PersonNoun]:
    return {fold(noun): entry for noun, entry in lexicon.person_nouns().items()}


@cache
def _organisation_nouns() -> dict[str, frozenset[str]]:
    return {fold(noun): sorts for noun, sorts in lexicon.organisation_nouns().items()}


@cache
def _document_nouns() -> frozenset[str]:
    return frozenset(map(fold, lexicon.document_nouns()))


def is_honorific(word: str) -> bool:
    """True for a form of address or a word of one ("mr", "lt", "datuk")."""
    return word in _honorific_words()


@cache
def _honorific_pairs() -> frozenset[tuple[str, str]]:
    return frozenset(pair for form in _honorifics() for pair in pairwise(form.split()))


def is_honorific_among(words: Sequence[str], place: int) -> bool:
    """True when the folded word at ``place`` is a form of address, or one with a word beside it: "tan" in "Tan Sri
    Wong", but not in "Tan Kok Wai".
    """
    beside = pairwise(words[max(0, place - 1) : place + 2])
    return words[place] in _honorifics() or any(pair in _honorific_pairs() for pair in beside)


@cache
def _bare_words() -> frozenset[str]:
    forms = [form for form, (kind, _) in _honorifics().items() if kind in _BARE_KINDS and form not in _BARE_BUT_TITLE]
    return frozenset(word for form in forms for word in form.split()) - _BARE_BUT_TITLE - frozenset(_roles())


def is_bare_honorific(phrase: str) -> bool:
    """True for a folded form of address that names no office: Mr, Dr, Dame; false for Gen, Sen, Chief, Professor."""
    words = phrase.split()
    return bool(words) and all(word in _bare_words() for word in words)


def is_rank(word: str) -> bool:
    """True for a word that is a form of address or an office and no given name: by itself it describes somebody."""
    return (word in _honorifics() or word in _roles()) and word not in _given_names()


def honorific_gender(word: str) -> Gender:
    """The gender a form of address fixes, "" for none."""
    entry = _honorifics().get(word)
    return entry[1] if entry else ""


# what goes before an office with a hyphen: "co-organiser", "vice-mayor", "ex-pilot"
_ROLE_PREFIX = re.compile(r"(?:co|vice|ex|deputy|acting|sub|under|arch|then|now)-(?=[a-z]{3})")


@cache
def is_role(word: str) -> bool:
    """True when ``word`` is, or ends, the name of an office or occupation."""
    bare = _ROLE_PREFIX.sub("", word)
    if bare != word:
        return is_role(bare) or bare in _person_nouns()
    return word in _roles() or word in _role_heads()


def is_general_role(word: str, roles: Iterable[str]) -> bool:
    """True when ``word`` is a general name for one of ``roles``: "lawmaker" for an MP, "officer" for a sergeant."""
    kinds = lexicon.general_roles().get(word, frozenset())
    return any(entry.kind in kinds for role in roles if (entry := lexicon.roles().get(role)) is not None)


def roles_agree(word: str, roles: Sequence[str]) -> bool:
    """True when ``word`` is one of ``roles`` or a general name for one, or one is for it: a "witness" may be any."""
    return word in roles or is_general_role(word, roles) or any(is_general_role(role, [word]) for role in roles)


@cache
def is_spokesperson(word: str) -> bool:
    """True for the office of somebody who speaks for others: "spokeswoman"."""
    role = lexicon.roles().get(word)
    return role is not None and role.kind == "spokesperson"


def is_kin(word: str) -> bool:
    """True for a noun for what somebody is to another ("sister", "friend")."""
    return word in lexicon.kin_nouns()


def is_role_word(word: str) -> bool:
    """True when ``word`` occurs in the name of an office ("prime" in "prime minister")."""
    return word in _role_words()


def role_gender(word: str) -> Gender:
    """The gender the name of an office fixes, "" for none."""
    return _roles().get(word, "")


def given_gender(word: str) -> Gender:
    """The usual gender of a given name, also of one with a hyphen by its first part; "" for either or unknown."""
    found = _given_names().get(word)
    if found is None and "-" in word:
        found = _given_names().get(word.split("-")[0])
    return found or ""


def is_given_name(word: str) -> bool:
    """True for a given name of the list."""
    return word in _given_names()


def is_nickname(first: str, second: str) -> bool:
    """True when one is a short form of the other, or both are short forms of one name."""
    fulls, others = _nicknames().get(first, frozenset()), _nicknames().get(second, frozenset())
    return second in fulls or first in others


@cache
def is_short_form(name: str) -> bool:
    """True for the short form of a given name, as capitalised in a text ("Rich")."""
    return name in lexicon.nicknames()


def person_noun(word: str) -> lexicon.PersonNoun | None:
    """The entry of a noun for people, as written in lower case; a role is one too, its plural by rule."""
    entry = _person_nouns().get(word)
    if entry is not None:
        return entry
    if is_role(word):
        return lexicon.PersonNoun(word, word, "singular", role_gender(word), False)
    single = next((stem for stem in _singulars(word) if is_role(stem)), None)
    return lexicon.PersonNoun(word, single, "plural", role_gender(single), True) if single else None


def _singulars(word: str) -> Iterable[str]:
    if word.endswith("men"):
        yield word[:-2] + "an"
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]


def is_organisation_noun(word: str) -> bool:
    """True for the singular or plural of a noun for a body that speaks as one."""
    return word in _organisation_nouns() or any(stem in _organisation_nouns() for stem in _singulars(word))


def sorts_of_noun(word: str) -> frozenset[str]:
    """The sorts of body that a folded noun can stand for, singular or plural; empty for no noun for bodies."""
    stems = (word, *_singulars(word))
    return next((sorts for stem in stems if (sorts := _organisation_nouns().get(stem))), frozenset())


@cache
def sorts_of_name(name: str) -> frozenset[str]:
    """The sorts of body that the words of a name as written show ("Green Alliance"); empty when none does."""
    known = lexicon.body_words()
    if name in known:
        return known[name]
    for part in re.split(r" (?:of|for) ", name):
        words = (word for word in part.split() if word[:1].isupper())
        sorts = frozenset[str]().union(*(known.get(word) or sorts_of_noun(fold(word)) for word in words))
        if sorts:
            return sorts
    return frozenset()


def is_document_noun(word: str) -> bool:
    """True for the singular or plural of a noun for something written or recorded."""
    return word in _document_nouns() or any(stem in _document_nouns() for stem in _singulars(word))


def is_reporting(lemma: str) -> bool:
    """True for a verb that can report words."""
    entry = lexicon.reporting_verbs().get(lemma)
    return entry is not None and entry.kind != "thought"


def place_of(demonym: str) -> str | None:
    """The folded name of the place an adjective or noun of place belongs to ("ukrainian" to "ukraine")."""
    return _demonyms().get(demonym)


@cache
def _demonyms() -> dict[str, str]:
    return {fold(demonym): fold(place) for demonym, place in lexicon.demonyms().items()}


@cache
def people_of(place: str) -> frozenset[str]:
    """The folded nouns and adjectives for who is of a folded place ("estonia" to {"estonian"}); empty for no place."""
    return frozenset(demonym for demonym, home in _demonyms().items() if home == place and demonym != place)


def honorific_kind(word: str) -> str:
    """The kind the lexicon gives a form of address (civil, clergy, royal, office…), "" for none."""
    entry = _honorifics().get(word)
    return entry[0] if entry else ""


@cache
def _places() -> frozenset[str]:
    return frozenset(_demonyms()) | frozenset(_demonyms().values())


def is_place(word: str) -> bool:
    """True for a demonym or the place it belongs to."""
    return word in _places()
