"""The words the engine knows: cues, people, bodies, documents and news organisations.

Every list is a tab-separated file beside this module, with its source and licence in the comment lines at its top. Each
function below reads one file once and returns it as frozen records. Keys are as written in the file; words are lower
case unless they are names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Gender = Literal["m", "f", ""]
Number = Literal["singular", "plural"]


@dataclass(frozen=True, slots=True)
class ReportingVerb:
    """A verb that can report words.

    ``kind`` is say, write, chant, ask, answer, promise, deny, judge, show or thought. ``clause``: "VERB that CLAUSE" is
    a statement by itself. ``direct``: it can attribute words in quotation marks. A verb of kind thought is speech only
    with words in marks.
    """

    lemma: str
    kind: str
    clause: bool
    direct: bool
    example: str


@dataclass(frozen=True, slots=True)
class ReportingPhrase:
    """A reporting expression of several words, as lemmas.

    ``kind`` as for a verb, or "by" for a phrase whose object is the source ("according to"). ``source`` says where the
    source stands: subject, object or possessor. ``clause`` and ``direct`` as for a verb.
    """

    lemmas: tuple[str, ...]
    kind: str
    source: Literal["subject", "object", "possessor"]
    clause: bool
    direct: bool
    example: str


@dataclass(frozen=True, slots=True)
class ReportingNoun:
    """A noun that names a statement ("the claim that…"). ``clause``: "NOUN that CLAUSE" is a statement by itself."""

    lemma: str
    kind: str
    clause: bool
    example: str


@dataclass(frozen=True, slots=True)
class Honorific:
    """A form of address before a name, without its full stop."""

    form: str
    kind: str
    gender: Gender


@dataclass(frozen=True, slots=True)
class RoleNoun:
    """An office or occupation in the singular, lower case; may be several words."""

    role: str
    kind: str
    gender: Gender


@dataclass(frozen=True, slots=True)
class PersonNoun:
    """A noun for people, as written. ``group``: what it names is several people."""

    noun: str
    lemma: str
    number: Number
    gender: Gender
    group: bool


@dataclass(frozen=True, slots=True)
class NewsOutlet:
    """A news organisation.

    ``ambiguous``: its name is also a common word, a place, a person or another body, so the words around it must show
    that the outlet is meant. ``country`` is an English name or empty, ``domain`` and ``wikidata`` may be empty.
    """

    name: str
    kind: str
    aliases: tuple[str, ...]
    country: str
    domain: str
    wikidata: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class OutletWords:
    """Words that show a news organisation. ``strong``: they do so by themselves."""

    words: tuple[str, ...]
    kind: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """A broadcast programme or podcast and the outlet that makes it. ``ambiguous`` as for an outlet."""

    name: str
    outlet: str
    aliases: tuple[str, ...]
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Platform:
    """A place where people post. ``verbs`` are lemmas that mean posting there, ``nouns`` name what is posted."""

    name: str
    aliases: tuple[str, ...]
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    ambiguous: bool


def rows(file: str) -> Iterator[dict[str, str]]:
    """The rows of one lexicon file in file order, column name to value; comment lines and blank lines are skipped.

    ``ValueError`` names the file and the line when a row has not as many fields as the header.
    """
    header: list[str] | None = None
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.startswith("# "):
            continue
        fields = line.split("\t")
        if header is None:
            header = fields
        elif len(fields) != len(header):
            raise ValueError(f"{file}:{number}: {len(fields)} fields where the header has {len(header)}")
        else:
            yield dict(zip(header, fields, strict=True))


def _gender(value: str) -> Gender:
    if value == "m":
        return "m"
    return "f" if value == "f" else ""


def _several(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split("|") if part)


def _words(file: str) -> frozenset[str]:
    return frozenset(next(iter(row.values())) for row in rows(file))


@cache
def reporting_verbs() -> Mapping[str, ReportingVerb]:
    """Verbs that report words, by lemma."""
    return MappingProxyType(
        {
            row["lemma"]: ReportingVerb(
                row["lemma"], row["kind"], row["clause"] == "yes", row["direct"] == "yes", row["example"]
            )
            for row in rows("reporting_verbs.tsv")
        }
    )


def _source(value: str) -> Literal["subject", "object", "possessor"]:
    if value == "subject":
        return "subject"
    return "object" if value == "object" else "possessor"


@cache
def reporting_phrases() -> tuple[ReportingPhrase, ...]:
    """Reporting expressions of several words, longest first, so that the first match is the fullest."""
    found = (
        ReportingPhrase(
            tuple(row["lemmas"].split(" ")),
            row["kind"],
            _source(row["source"]),
            row["clause"] == "yes",
            row["direct"] == "yes",
            row["example"],
        )
        for row in rows("reporting_phrases.tsv")
    )
    return tuple(sorted(found, key=lambda phrase: (-len(phrase.lemmas), phrase.lemmas)))


@cache
def addressing_verbs() -> frozenset[str]:
    """Lemmas of verbs whose object is who was spoken to ("told reporters that")."""
    return frozenset(row["lemma"] for row in rows("addressing_verbs.tsv"))


@cache
def reporting_nouns() -> Mapping[str, ReportingNoun]:
    """Nouns that name a statement, by lemma."""
    return MappingProxyType(
        {
            row["lemma"]: ReportingNoun(row["lemma"], row["kind"], row["clause"] == "yes", row["example"])
            for row in rows("reporting_nouns.tsv")
        }
    )


@cache
def honorifics() -> Mapping[str, Honorific]:
    """Forms of address by their form without full stop ("Mr", "Lt Col"), as capitalised in a text."""
    return MappingProxyType(
        {row["form"]: Honorific(row["form"], row["kind"], _gender(row["gender"])) for row in rows("honorifics.tsv")}
    )


@cache
def roles() -> Mapping[str, RoleNoun]:
    """Offices and occupations by their singular in lower case ("prime minister")."""
    return MappingProxyType(
        {row["role"]: RoleNoun(row["role"], row["kind"], _gender(row["gender"])) for row in rows("roles.tsv")}
    )


@cache
def general_roles() -> Mapping[str, frozenset[str]]:
    """Words for people of any office of some kinds ("lawmaker", {"politics"}), with the kinds of ``roles``."""
    return MappingProxyType({row["role"]: frozenset(_several(row["kinds"])) for row in rows("general_roles.tsv")})


@cache
def person_nouns() -> Mapping[str, PersonNoun]:
    """Nouns for people by the word as written in lower case, singular and plural ("official", "officials")."""
    return MappingProxyType(
        {
            row["noun"]: PersonNoun(
                row["noun"],
                row["lemma"],
                "plural" if row["number"] == "plural" else "singular",
                _gender(row["gender"]),
                row["group"] == "yes",
            )
            for row in rows("person_nouns.tsv")
        }
    )


@cache
def kin_nouns() -> frozenset[str]:
    """Nouns, lower case, for what somebody is to another person: no office of theirs."""
    return _words("kin_nouns.tsv")


@cache
def document_nouns() -> frozenset[str]:
    """Nouns, lower case, for things written or recorded that a statement can come from."""
    return _words("document_nouns.tsv")


@cache
def aside_nouns() -> frozenset[str]:
    """Nouns, lower case, with which the narrator sums up a whole statement ("…, he said, a claim that she denied")."""
    return _words("aside_nouns.tsv")


@cache
def picture_nouns() -> frozenset[str]:
    """Nouns, lower case, for pictures and recordings, which show but state nothing."""
    return _words("picture_nouns.tsv")


@cache
def connectives() -> frozenset[str]:
    """Words and phrases, lower case, that tie a sentence to the one before it and say nothing by themselves."""
    return _words("connectives.tsv")


@cache
def measure_nouns() -> frozenset[str]:
    """Nouns, lower case, for what things are ordered or done by: no source after "according to"."""
    return _words("measure_nouns.tsv")


@cache
def organisation_nouns() -> Mapping[str, frozenset[str]]:
    """Nouns, lower case, for bodies that speak as one, each with the sorts of body it can stand for."""
    return MappingProxyType({row["noun"]: frozenset(_several(row["sorts"])) for row in rows("organisation_nouns.tsv")})


@cache
def body_words() -> Mapping[str, frozenset[str]]:
    """Words in the names of bodies, as written, with the sorts of body they show ("Ltd" to {"company"})."""
    return MappingProxyType({row["word"]: frozenset(_several(row["sorts"])) for row in rows("body_words.tsv")})


@cache
def whole_bodies() -> Mapping[tuple[str, ...], frozenset[str]]:
    """The complete names of well-known bodies by their words ("White", "House"), with their sorts."""
    whole = (row for row in rows("body_words.tsv") if row["whole"] == "yes")
    return MappingProxyType({tuple(row["word"].split()): frozenset(_several(row["sorts"])) for row in whole})


@cache
def given_names() -> Mapping[str, Gender]:
    """Given names as capitalised in a text to their usual gender; "" when it is either."""
    return MappingProxyType({row["name"]: _gender(row["gender"]) for row in rows("given_names.tsv")})


@cache
def nicknames() -> Mapping[str, frozenset[str]]:
    """Short forms of given names to the full names they can stand for ("Bill" to {"William"})."""
    found: dict[str, set[str]] = {}
    for row in rows("nicknames.tsv"):
        found.setdefault(row["nickname"], set()).add(row["name"])
    return MappingProxyType({short: frozenset(full) for short, full in found.items()})


@cache
def demonyms() -> Mapping[str, str]:
    """Adjectives and nouns of place to the place ("Ukrainian" to "Ukraine")."""
    return MappingProxyType({row["demonym"]: row["place"] for row in rows("demonyms.tsv")})


@cache
def outlets() -> tuple[NewsOutlet, ...]:
    """News organisations, by name in file order."""
    return tuple(
        NewsOutlet(
            row["name"],
            row["kind"],
            _several(row["aliases"]),
            row["country"],
            row["domain"],
            row["wikidata"],
            row["ambiguous"] == "yes",
        )
        for row in rows("outlets.tsv")
    )


def _outlet_words(use: str) -> Mapping[tuple[str, ...], OutletWords]:
    found = (row for row in rows("outlet_words.tsv") if row["use"] == use)
    entries = (OutletWords(tuple(row["words"].split(" ")), row["kind"], row["strong"] == "yes") for row in found)
    return MappingProxyType({entry.words: entry for entry in entries})


@cache
def outlet_name_words() -> Mapping[tuple[str, ...], OutletWords]:
    """Last words of outlets' names, as capitalised ("Kherson Herald": ("Herald",))."""
    return _outlet_words("name")


@cache
def outlet_lead_words() -> Mapping[tuple[str, ...], OutletWords]:
    """First words of outlets' names, as capitalised ("Radio Zorya": ("Radio",))."""
    return _outlet_words("lead")


@cache
def outlet_nouns() -> Mapping[tuple[str, ...], OutletWords]:
    """Nouns that say that a name beside them is an outlet's ("news agency", "newspaper")."""
    return _outlet_words("noun")


@cache
def carrying_words(use: str) -> frozenset[str]:
    """Words of one use in ``carrying_words.tsv``: tell, talk, relay, by, interview, broadcast, write, staff, host…"""
    return frozenset(row["word"] for row in rows("carrying_words.tsv") if row["use"] == use)


@cache
def programmes() -> tuple[Programme, ...]:
    """Broadcast programmes and podcasts, by name in file order."""
    return tuple(
        Programme(row["name"], row["outlet"], _several(row["aliases"]), row["ambiguous"] == "yes")
        for row in rows("programmes.tsv")
    )


@cache
def platforms() -> tuple[Platform, ...]:
    """Places where people post, by name in file order."""
    return tuple(
        Platform(
            row["name"],
            _several(row["aliases"]),
            _several(row["verbs"]),
            _several(row["nouns"]),
            row["ambiguous"] == "yes",
        )
        for row in rows("platforms.tsv")
    )
