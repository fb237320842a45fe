"""Where a text names news organisations, their programmes and their people, by name or by a word that takes one up.

Whether an outlet carried a statement is not decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from service.quotes import lexicon
from service.quotes.outlet_names import (
    CALENDAR,
    LISTED_SCORE,
    NOUN_SCORE,
    Sighting,
    find_listed,
    find_plain,
    find_unlisted,
    outlet_noun_after,
    outlet_noun_before,
)
from service.quotes.programmes import join_programmes, with_interviewer, with_unlisted_programme
from service.quotes.types import Entity, ParsedText, Span

DEFINITE_SCORE = 0.8
# A network before the station that airs it: "ABC affiliate WXYZ-TV".
AFFILIATE = re.compile(r"[’']?s? (?:[a-z]+ )?(?:affiliate|partner|sister)(?: [a-z]+)?,? [A-Z]")
# Before the first word of a sentence, whose capital makes no name of a common word: "“People are tired,” she said."
OPENING = re.compile(r"(?:^|[.!?…:]|[“‘\"']|\n)[\s“‘\"'(]*\Z")
MAX_OPENING_CHARACTERS = 6
MAX_BACK_SIGHTINGS = 5  # outlets that "the newspaper" can look back over
OWN_VOICE = re.compile(
    r"\b[Tt]his (?:newspaper|publication|magazine|website|masthead|news organi[sz]ation|paper)\b"
    r"|(?<=\b[Tt]old )us\b|(?<=\b[Tt]ells )us\b|(?<=\b[Ss]poke to )us\b|(?<=\b[Ee]mailed )us\b"
)


def _of_the_publisher(text: str, publisher: str) -> Iterator[Sighting]:
    """The publisher in its own pages: "this newspaper", or its full name, a domain in any case."""
    found = list(OWN_VOICE.finditer(text))
    if " " in publisher or "." in publisher:
        case = re.IGNORECASE if "." in publisher else 0
        found.extend(re.finditer(rf"(?<!\w){re.escape(publisher)}(?!\w)", text, case))
    return (Sighting(Span(m.start(), m.end()), publisher, "publisher", LISTED_SCORE, True) for m in found)


def find_short_forms(text: str, publisher: str | None, named: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """ "The Post", "the Journal", "this newspaper": the publisher, or the outlet named before whose last word it is."""
    found = list(_of_the_publisher(text, publisher)) if publisher else []
    ends: dict[str, str] = {}
    if publisher and (words := publisher.split()) and len(words) > 1:
        ends[words[-1]] = publisher
    first_named: dict[str, Sighting] = {}
    for sighting in named:
        if " " in sighting.span.of(text) and sighting.programme is None:
            first_named.setdefault(sighting.outlet.split()[-1], sighting)
    for match in re.finditer(r"\b[Tt]he ([A-Z][a-z]+)\b(?! [A-Z])", text):
        word = match.group(1)
        before = first_named.get(word)
        outlet = ends.get(word) or (before.outlet if before and before.span.start < match.start() else None)
        if outlet and (word,) in lexicon.outlet_name_words():
            kind = lexicon.outlet_name_words()[(word,)].kind
            found.append(Sighting(Span(match.start(), match.end()), outlet, kind, 0.95, True))
    return tuple(found)


# The kinds of outlet that a noun takes up besides its own; a website's nouns take up any.
ALSO = {"broadcaster": frozenset({"radio"}), "newspaper": frozenset({"publisher"})}


@cache
def _definite() -> re.Pattern[str]:
    """ "the" and a noun for outlets or programmes, in lower case."""
    nouns = {" ".join(words) for words in lexicon.outlet_nouns()} | lexicon.carrying_words("show")
    alternatives = "|".join(sorted(nouns, key=lambda noun: (-len(noun), noun)))
    return re.compile(rf"\bthe (?:{alternatives})\b(?! of\b|[’']s)")


def _fits(noun: str, sighting: Sighting) -> bool:
    """True when a noun can stand for an outlet named before, or for its programme."""
    if noun in lexicon.carrying_words("show"):
        return sighting.programme is not None
    kind = lexicon.outlet_nouns()[tuple(noun.split())].kind
    return kind == "website" or sighting.kind == kind or sighting.kind in ALSO.get(kind, frozenset())


def find_definite(text: str, named: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """ "the newspaper", "the agency", "the programme": the last outlet named before that it can mean."""
    named = [
        sighting
        for sighting in named
        if sighting.sure
        or not OPENING.search(text, max(0, sighting.span.start - MAX_OPENING_CHARACTERS), sighting.span.start)
    ]
    starts = [sighting.span.start for sighting in named]
    found: list[Sighting] = []
    for match in _definite().finditer(text):
        for sighting in reversed(named[: bisect_left(starts, match.start())][-MAX_BACK_SIGHTINGS:]):
            if not sighting.plain and _fits(match.group()[4:], sighting):
                span = Span(match.start(), match.end())
                found.append(replace(sighting, span=span, score=DEFINITE_SCORE, interviewer=None, plain=True))
                break
    return tuple(found)


def _refused_after(text: str, sighting: Sighting) -> bool:
    """True for part of a longer name that is no outlet: "Washington Post Road", "Reuters Institute"."""
    if AFFILIATE.match(text, sighting.span.end):
        return True
    after = re.match(r" ([A-Z][\w’']*)", text[sighting.span.end : sighting.span.end + 40])
    if after is None:
        # "the Star of David", "the Mirror of Justice": a common word after all
        return (
            not sighting.sure
            and re.match(r" of (?:the )?[A-Z]", text[sighting.span.end : sighting.span.end + 12]) is not None
        )
    return after.group(1) in lexicon.carrying_words("refused") or not (sighting.sure or after.group(1) in CALENDAR)


def _refused_before(text: str, sighting: Sighting, ends: Collection[int]) -> bool:
    """True for an unsure name that ends a longer one ("the Morning Sun" for "Sun"), not for a programme right behind
    its station ("BBC Radio Kent Breakfast"); ``ends`` are where outlets end.
    """
    if sighting.programme and sighting.span.start - 1 in ends:
        return False
    before = re.search(r"([A-Z][\w’'.-]*) $", text[max(0, sighting.span.start - 30) : sighting.span.start])
    if sighting.sure or before is None:
        return False
    word = before.group(1)
    return not (word in {"The", *CALENDAR} or word in lexicon.demonyms() or word.endswith(("’s", "'s")))


def _surer(text: str, sighting: Sighting) -> Sighting:
    """A listed name that could be something else is sure beside a noun for outlets: "the Sun newspaper"."""
    if sighting.sure or sighting.plain or sighting.programme or sighting.score < LISTED_SCORE:
        return sighting
    noun = outlet_noun_after(text, sighting.span.end) or outlet_noun_before(text, sighting.span.start)
    return replace(sighting, sure=True) if noun and noun.strong else sighting


def without_overlaps(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """One sighting a place: the longest, then the surest; in text order."""
    kept: list[Sighting] = []
    for sighting in sorted(sightings, key=lambda s: (s.span.start, -(s.span.end - s.span.start), not s.sure)):
        if not kept or sighting.span.start >= kept[-1].span.end:
            kept.append(sighting)
        elif sighting.span.end - sighting.span.start > kept[-1].span.end - kept[-1].span.start:
            kept[-1] = sighting
    return tuple(kept)


def _is_person(text: str, span: Span, bodies: Collection[int], people: Collection[int]) -> bool:
    """True when a name that could be an outlet's is somebody's: "Gordon", "Opposition Leader", "Senate Republican".

    ``bodies`` and ``people`` are where the parse says that names of organisations and persons end.
    """
    *before, last = span.of(text).lower().split()
    noun = bool(before) and (last in lexicon.roles() or last in lexicon.person_nouns())
    return span.end in people or (noun and span.end not in bodies)


def _is_agency(text: str, sighting: Sighting) -> bool:
    """True for an agency's short name that is no given name: "Kyodo", which looks like a person's to the parse."""
    return sighting.kind == "agency" and sighting.span.of(text) not in lexicon.given_names()


def _without_surnames(
    parsed: ParsedText, sightings: Sequence[Sighting], listed: Collection[Sighting] = ()
) -> tuple[Sighting, ...]:
    """``sightings`` without those that are part of somebody's longer name ("Hannity" in "Sean Hannity"), and without
    those not ``listed`` that are somebody's last name elsewhere in the text ("told Moss", of Kieran Moss).
    """
    people = [entity.span for entity in parsed.entities if entity.kind == "person"]
    ends = {span.end: span.start for span in people}
    surnames = {words[-1] for span in people if len(words := span.of(parsed.text).split()) > 1}
    known = frozenset(listed)
    return tuple(
        s
        for s in sightings
        if ends.get(s.span.end, s.span.start) >= s.span.start and (s in known or s.span.of(parsed.text) not in surnames)
    )


def _with_whole_names(parsed: ParsedText, sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """``sightings`` to the end of the name that the parse sees where they begin: "BBC Radio Ozerne" for "BBC".

    Of a listed name only an organisation's goes on, or one that is no short form's: "Kurier Nadrzeczny" for "Kurier".
    """
    ends = {entity.span.start: entity for entity in parsed.entities}
    starts = [sighting.span.start for sighting in sightings]
    return tuple(
        replace(sighting, span=entity.span, outlet=entity.span.of(parsed.text))
        if (entity := ends.get(sighting.span.start)) and _is_whole(parsed.text, starts, sighting, entity)
        else sighting
        for sighting in sightings
    )


def _is_whole(text: str, starts: Sequence[int], sighting: Sighting, entity: Entity) -> bool:
    """True when an entity that begins with a sighting is the outlet's longer name, and no programme or person of it."""
    end = sighting.span.end
    more = text[end : entity.span.end].split()
    listed = sighting.score >= LISTED_SCORE
    name = sighting.span.of(text)
    if (
        sighting.programme
        or end >= entity.span.end
        or text[end] != " "
        or not (name[-1:].isalpha() or name[-1:].isdigit())
    ):
        return False
    if bisect_left(starts, end) < bisect_left(starts, entity.span.end) or any(
        word.endswith(("’s", "'s")) for word in more
    ):
        return False
    refused = lexicon.carrying_words("refused") | lexicon.carrying_words("title") | CALENDAR | {"Editor", "Chief"}
    last = more[-1].lower()
    common = listed and any(word[0].islower() for word in more)
    if common or last in lexicon.document_nouns() or last in lexicon.person_nouns():
        return False
    hosts = {word.lower() for word in more} & (lexicon.carrying_words("host") | lexicon.carrying_words("staff"))
    if refused & set(more) or hosts - {"service", "network", "radio", "channel", "news", "magazine", "newspaper"}:
        return False
    return (
        entity.kind == "organisation" or not listed or (entity.kind == "person" and name.istitle() and " " not in name)
    )


def find_sightings(parsed: ParsedText, *, publisher: str | None) -> tuple[Sighting, ...]:
    """Every place that names an outlet, in text order, each with the programme and the interviewer named beside it."""
    text = parsed.text
    listed = find_listed(text)
    unlisted = find_unlisted(text, listed)
    named = without_overlaps([*listed, *unlisted])
    ends = {sighting.span.end for sighting in named if sighting.sure}
    kept = [_surer(text, s) for s in named if not _refused_after(text, s) and not _refused_before(text, s, ends)]
    short = find_short_forms(text, publisher, named)
    joined = join_programmes(text, _with_whole_names(parsed, without_overlaps([*kept, *short])))
    bodies = {entity.span.end for entity in parsed.entities if entity.kind == "organisation"}
    people = {entity.span.end for entity in parsed.entities if entity.kind == "person"}
    numbers = {token.span.start for sentence in parsed.sentences for token in sentence.tokens if token.upos == "NUM"}
    joined = tuple(s for s in joined if s.sure or s.span.start not in numbers)  # "Three people said"
    whole = {entity.span for entity in parsed.entities if entity.kind == "person"}
    joined = tuple(
        s
        for s in joined
        if (s.sure and not (s.score == NOUN_SCORE and s.span in whole))  # "writer and broadcaster Luc Moreau"
        or _is_agency(text, s)
        or not _is_person(text, s.span, bodies, people)
    )
    joined = _without_surnames(parsed, joined, listed)
    everything = without_overlaps([*joined, *_without_surnames(parsed, find_plain(parsed, named))])
    starts = [entity.span.start for entity in parsed.entities]
    full = tuple(with_interviewer(parsed, starts, with_unlisted_programme(parsed, starts, s)) for s in everything)
    return without_overlaps([*full, *find_definite(text, full)])
