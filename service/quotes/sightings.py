"""Where a text names news organisations, their programmes and their people.

Names come from the lexicon's lists; names in no list are known by their words ("Kherson Herald") or by the noun beside
them ("the newspaper Hromada"). Whether an outlet carried a statement is not decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import day_abbr, day_name, month_abbr, month_name
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from service.quotes import lexicon
from service.quotes.types import ParsedText, Span

LISTED_SCORE = 0.98
WORDED_SCORE = 0.85
NOUN_SCORE = 0.85
PLAIN_SCORE = 0.55  # an organisation that only its place in the sentence makes an outlet
DEFINITE_SCORE = 0.8
MAX_BACK_SIGHTINGS = 5  # outlets that "the newspaper" can look back over
OWN_VOICE = re.compile(r"\b[Tt]his (?:newspaper|publication|magazine|website|masthead|news organi[sz]ation|paper)\b")
# A capitalised run: words of a name, with what may stand between them.
NAME_WORD = r"[A-ZÀ-ÖØ-ÝŠŽČ0-9](?:[\w’'&+-]|\.(?=\w))*"
NAME_RUN = re.compile(rf"\b{NAME_WORD}(?: {NAME_WORD}){{0,6}}")
WORD = re.compile(r"[^\W_]+")
MAX_GAP_CHARACTERS = 3  # between an outlet and its programme: a possessive, a space, a mark
CALENDAR = frozenset([*day_name, *day_abbr, *month_name[1:], *month_abbr[1:], "Tues", "Thur", "Thurs", "Sept"])


@dataclass(frozen=True, slots=True)
class Sighting:
    """A stretch that names an outlet, or a programme that stands for one.

    ``outlet`` is the outlet's name in the lexicon, or as written when it is in none. ``sure`` is false when the name is
    also something else, so that only a place where nothing but an outlet can stand makes it one. ``plain`` marks an
    organisation that nothing but its place could make an outlet.
    """

    span: Span
    outlet: str
    kind: str
    score: float
    sure: bool
    programme: str | None = None
    interviewer: str | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write an outlet or a programme; ``article``: only after "the"."""

    words: str
    outlet: str
    kind: str
    sure: bool
    programme: str | None = None
    article: bool = False


def fold_apostrophes(text: str) -> str:
    """``text`` with straight apostrophes for curly ones; offsets stay."""
    return text.replace("’", "'")


def _forms() -> Iterator[_Form]:
    for outlet in lexicon.outlets():
        name = re.sub(r" \([^)]*\)$", "", outlet.name)
        capitals = (name.upper(),) if " " in name else ()
        for words in (name, *outlet.aliases, *capitals):
            bare = words.removeprefix("The ").removeprefix("THE ")
            article = words != bare and " " not in bare
            short = words.isalpha() and words.istitle() and words != outlet.name
            sure = not (outlet.ambiguous or article or short)
            yield _Form(fold_apostrophes(bare), outlet.name, outlet.kind, sure, article=article and outlet.ambiguous)
    kinds = {outlet.name: outlet.kind for outlet in lexicon.outlets()}
    for programme in lexicon.programmes():
        for words in (programme.name, *programme.aliases):
            kind = kinds.get(programme.outlet, "broadcaster")
            sure = not programme.ambiguous or len(words) > len(programme.name)
            yield _Form(fold_apostrophes(words), programme.outlet, kind, sure, programme.name)


@cache
def _forms_by_word() -> Mapping[str, tuple[_Form, ...]]:
    """Every form by its first word, longest first; of two the same the surer stands."""
    best: dict[tuple[str, bool], _Form] = {}
    for form in _forms():
        key = (form.words, form.programme is not None)
        if key not in best or (form.sure and not best[key].sure):
            best[key] = form
    by_word: dict[str, list[_Form]] = {}
    for form in best.values():
        first = WORD.search(form.words)
        if first and first.start() == 0 and len(form.words) > 1:
            by_word.setdefault(first.group(), []).append(form)
    return {
        word: tuple(sorted(forms, key=lambda form: (-len(form.words), form.programme is None)))
        for word, forms in by_word.items()
    }


def find_listed(text: str) -> tuple[Sighting, ...]:
    """Names of the lexicon in ``text``, in text order; they may overlap only as outlet and programme."""
    plain = fold_apostrophes(text)
    found: list[Sighting] = []
    taken = 0
    for word in WORD.finditer(plain):
        start = word.start()
        if start < taken:
            continue
        for form in _forms_by_word().get(word.group(), ()):
            end = start + len(form.words)
            led = not form.article or plain[max(0, start - 4) : start].lower() == "the "
            if led and plain.startswith(form.words, start) and not (end < len(plain) and _goes_on(plain, end)):
                found.append(
                    Sighting(Span(start, end), form.outlet, form.kind, LISTED_SCORE, form.sure, form.programme)
                )
                taken = end
                break
    return tuple(found)


def _goes_on(text: str, end: int) -> bool:
    """True when a word runs on past ``end``, or a domain or a double name does."""
    if text[end].isalnum() or text[end] == "_":
        return True
    return text[end] in "-.@/" and end + 1 < len(text) and text[end + 1].isalnum() and text[end - 1 : end] != "."


@dataclass(frozen=True, slots=True)
class _Run:
    """A capitalised run of a text and the words in it."""

    span: Span
    words: tuple[str, ...]


def _runs(text: str) -> tuple[_Run, ...]:
    runs: list[_Run] = []
    for match in NAME_RUN.finditer(text):
        words = re.split(r"[ ]", match.group())
        end = match.end()
        last = words[-1]
        for ending in ("’s", "'s", "’", "'", "."):
            if last.endswith(ending) and len(last) > len(ending):
                last, end = last[: -len(ending)], end - len(ending)
                break
        runs.append(_Run(Span(match.start(), end), (*words[:-1], last)))
    return tuple(runs)


def _worded(run: _Run) -> Sighting | None:
    """A run whose last words are those of outlets ("Kherson Herald"); weak ones ("Post") only after another name."""
    words = run.words
    start = run.span.start
    while words and (words[0] in {"The", *CALENDAR} or words[0].endswith(("’s", "'s"))):
        start += len(words[0]) + 1
        words = words[1:]
    entry = lexicon.outlet_name_words().get(words[-2:]) or lexicon.outlet_name_words().get(words[-1:])
    if len(words) < 2 or entry is None or len(entry.words) == len(words):
        return None
    if len(entry.words) == 1 and words[-1] in lexicon.carrying_words("refused"):
        return None
    name = " ".join(words)
    loosely = entry.kind == "website" and not entry.strong
    return Sighting(Span(start, run.span.end), name, entry.kind, WORDED_SCORE, entry.strong, plain=loosely)


def _noun_after(text: str, end: int) -> lexicon.OutletWords | None:
    """The outlet noun that follows a name: "Sotsportal news website"."""
    words = re.match(r" ([A-Za-z]+)(?: ([a-z]+))?(?: ([a-z]+))?", text[end : end + 60])
    if not words:
        return None
    parts = tuple(part for part in words.groups() if part)
    return next((entry for n in (3, 2, 1) if (entry := lexicon.outlet_nouns().get(parts[:n])) and entry.strong), None)


def _noun_before(text: str, start: int) -> lexicon.OutletWords | None:
    """The outlet noun that leads a name: "state broadcaster RTA", "the newspaper Hromada"."""
    words = re.search(r"(?:([a-z]+) )?(?:([a-z]+) )?([A-Za-z]+),? [\"“‘']?$", text[max(0, start - 60) : start])
    if not words:
        return None
    parts = tuple(part for part in words.groups() if part)
    return next((entry for n in (3, 2, 1) if (entry := lexicon.outlet_nouns().get(parts[-n:])) and entry.strong), None)


def find_worded(text: str) -> tuple[Sighting, ...]:
    """Names in no list whose own words or the noun beside them show an outlet, in text order, as ``find_unlisted``."""
    return tuple(sighting for sighting in find_unlisted(text, ()) if sighting.sure)


def find_unlisted(text: str, listed: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Outlets in no list, by the words of their names or the noun beside them, in text order."""
    starts = [sighting.span.start for sighting in listed]
    found: list[Sighting] = []
    for run in _runs(text):
        near = listed[max(0, bisect_right(starts, run.span.start) - 1) : bisect_left(starts, run.span.end)]
        inside = [sighting for sighting in near if sighting.span.overlaps(run.span)]
        worded = _worded(run)
        if worded and not any(s.sure or s.span.contains(worded.span) for s in inside):
            found.append(worded)
        elif not inside and not run.words[-1].endswith(("-based", "-owned", "-run", "-language")):
            noun = _noun_after(text, run.span.end) or _noun_before(text, run.span.start)
            if noun:
                start = run.span.start + (4 if run.words[0] == "The" and len(run.words) > 1 else 0)
                name = text[start : run.span.end]
                found.append(Sighting(Span(start, run.span.end), name, noun.kind, NOUN_SCORE, True))
    return tuple(found)


def find_plain(parsed: ParsedText, others: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Organisations of the parse that may be outlets if their place says so: no police, court, party or company."""
    starts = [sighting.span.start for sighting in others]
    refused = lexicon.carrying_words("refused")
    found: list[Sighting] = []
    for entity in parsed.entities:
        words = entity.span.of(parsed.text).removeprefix("the ").removeprefix("The ")
        near = others[max(0, bisect_right(starts, entity.span.start) - 1) : bisect_left(starts, entity.span.end)]
        if entity.kind != "organisation" or any(s.span.overlaps(entity.span) for s in near):
            continue
        parts = WORD.findall(words)
        bodies = {part.lower() for part in parts} & lexicon.organisation_nouns().keys()
        acronym = len(parts) == 1 and parts[0].isupper()
        if parts and parts[0][:1].isupper() and not bodies and not acronym and not refused & set(parts):
            span = Span(entity.span.end - len(words), entity.span.end)
            found.append(Sighting(span, words, "unknown", PLAIN_SCORE, False, plain=True))
    return tuple(found)


@cache
def _with_noun() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A name before a noun for outlets, and one behind it; what leads noun or name is in lower case or a place's."""
    nouns = (" ".join(words) for words in lexicon.outlet_nouns())
    noun = "|".join(sorted((words for words in nouns if words.islower()), key=len, reverse=True))
    before = re.compile(rf"(?P<name>.*?[\w’'.+)])(?: [a-z-]+)?? (?P<noun>{noun})")
    return before, re.compile(rf"(?:[\w’'-]+ ){{0,3}}?(?P<noun>{noun}),? (?P<name>[A-Z].*)")


def bare_outlet(phrase: str) -> str | None:
    """The name in a phrase that says what it is the name of: "Zorya" of "the Russian news agency Zorya"; else ``None``.

    A noun that is said of more than outlets ("channel", "network") does so only of names in the lists.
    """
    words = re.sub(r"^[Tt]he ", "", phrase)
    before, behind = _with_noun()
    match = before.fullmatch(words) or behind.fullmatch(words)
    if match is None:
        return None
    leads = [word for word in match["name"].split() if word[:1].isupper() or "-" not in word]
    while len(leads) > 1 and (leads[0] in lexicon.demonyms() or leads[0].endswith(("’s", "'s"))):
        leads = leads[1:]  # "the Russian Interfax news agency", "Syria’s SANA news agency"
    name = " ".join(leads)
    if any(sighting.span == Span(0, len(name)) for sighting in find_listed(name)):
        return name
    strong = lexicon.outlet_nouns()[tuple(match["noun"].split())].strong
    named = all(word[:1].isupper() for word in leads) and not leads[0].endswith(("’s", "'s"))
    return name if strong and named and leads[0] not in lexicon.demonyms() else None


def find_short_forms(text: str, publisher: str | None, named: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """ "The Post", "the Journal", "this newspaper": the publisher, or the outlet named before whose last word it is."""
    found = [
        Sighting(Span(m.start(), m.end()), publisher, "publisher", LISTED_SCORE, True)
        for m in OWN_VOICE.finditer(text)
        if publisher
    ]
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
    after = re.match(r" ([A-Z][\w’']*)", text[sighting.span.end : sighting.span.end + 40])
    if after is None:
        return False
    return after.group(1) in lexicon.carrying_words("refused") or not (sighting.sure or after.group(1) in CALENDAR)


def _refused_before(text: str, sighting: Sighting) -> bool:
    """True for an unsure name that ends a longer one ("the Morning Sun" for "Sun")."""
    before = re.search(r"([A-Z][\w’'.-]*) $", text[max(0, sighting.span.start - 30) : sighting.span.start])
    if sighting.sure or before is None:
        return False
    word = before.group(1)
    return not (word in {"The", *CALENDAR} or word in lexicon.demonyms() or word.endswith(("’s", "'s")))


def without_overlaps(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """One sighting a place: the longest, then the surest; in text order."""
    kept: list[Sighting] = []
    for sighting in sorted(sightings, key=lambda s: (s.span.start, -(s.span.end - s.span.start), not s.sure)):
        if not kept or sighting.span.start >= kept[-1].span.end:
            kept.append(sighting)
        elif sighting.span.end - sighting.span.start > kept[-1].span.end - kept[-1].span.start:
            kept[-1] = sighting
    return tuple(kept)


def _possessed(text: str, sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """An outlet and the programme right after it become one sighting; unsure programmes that stand alone are plain."""
    joined: list[Sighting] = []
    for sighting in sightings:
        last = joined[-1] if joined else None
        gap = text[last.span.end : sighting.span.start] if last else "….."
        if (
            last
            and last.programme is None
            and sighting.programme
            and len(gap) <= MAX_GAP_CHARACTERS + 2
            and "." not in gap
        ):
            joined[-1] = replace(last, programme=sighting.programme)
        elif sighting.programme is None or sighting.sure or _called_show(text, sighting.span):
            joined.append(sighting)
        else:
            joined.append(replace(sighting, plain=True))
    return tuple(joined)


def _called_show(text: str, span: Span) -> bool:
    """True when the words after a programme's name say that it is one: "Today programme"."""
    after = re.match(r"[”\"’']? ([a-z]+)", text[span.end : span.end + 30])
    return after is not None and after.group(1) in lexicon.carrying_words("show")


QUOTED_TITLE = re.compile(r"[’']s? [“\"‘']([A-Z0-9][^”\"“\n]{1,40}?)[,.]?[”\"’']")
# Two words or more, with nothing after them that would make them a person's or a part of the outlet ("Moscow bureau").
AIRED_TITLE = re.compile(
    r"[’']s? ((?:The |As |In |On |Good )?[A-Z][\w’'&]*(?: (?:of |the |to |with |in |on |and |& )*[A-Z][\w’'&]*){1,4})"
    r"(?=[,.;:]| (?:that|on|in|the|it|he|she|they|there|this|we|last|yesterday|today|earlier|after|when|about)\b)"
)
PLAIN_TITLE = re.compile(r"[’']s? ((?:[A-Z0-9][\w’'&.]* ?){1,5}) (?:programme|program|show|podcast|breakfast)\b")


def _with_unlisted_programme(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Sighting:
    """The words after an outlet's possessive: in marks, before "programme", or on the air a name that is no person's.

    "CNN's “Harbour Hour”", "the BBC's Harbour Hour programme", "RNZ's Harbour Hour".
    """
    if sighting.programme:
        return sighting
    after = parsed.text[sighting.span.end : sighting.span.end + 70]
    title = QUOTED_TITLE.match(after) or PLAIN_TITLE.match(after)
    if title is None and sighting.kind in {"broadcaster", "radio"}:
        title = AIRED_TITLE.match(after)
        if title and (_person_at(parsed, starts, sighting.span.end + title.start(1)) or _ends_in_host(title.group(1))):
            title = None
    return replace(sighting, programme=title.group(1).strip(" ,.")) if title else sighting


def _ends_in_host(words: str) -> bool:
    """True for "Senior Correspondent", which leads a name."""
    return bool(lexicon.carrying_words("host") & set(words.lower().split()))


@cache
def _hosts() -> str:
    return "|".join(sorted(lexicon.carrying_words("host"), key=len, reverse=True))


def _person_at(parsed: ParsedText, starts: Sequence[int], offset: int) -> Span | None:
    """The person the parse names at ``offset``, else two or three capitalised words after a given name there."""
    at = bisect_left(starts, offset)
    if at < len(starts) and starts[at] == offset and parsed.entities[at].kind == "person":
        return parsed.entities[at].span
    name = PERSON_NAME.match(parsed.text[offset : offset + 50])
    if name and name.group(1) in lexicon.given_names():
        end = offset + len(name.group())
        end -= 2 if parsed.text[:end].endswith(("’s", "'s")) else 0
        return Span(offset, end)
    return None


PERSON_NAME = re.compile(
    r"([A-Z][\w’'-]+)(?: (?:[A-Z]\.|(?:al|bin|da|de|del|der|di|du|el|la|le|van|von)|[A-Z][\w’'-]+)){0,2}"
    r" [A-Z][\w’'-]+"
)
# The person asked for an outlet: "told Jake Tapper on CNN's".
PERSON_BEFORE = re.compile(
    r"(?:told|with|to|by|asked) (?:[a-z]+ ){0,2}((?:[A-Z][\w’'.-]+ ){2,3})(?:on|of|at|from|for) (?:the )?$"
)


def _with_interviewer(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Sighting:
    """ "ABC News' George Stephanopoulos", "Fox News host Sean Hannity", "Jake Tapper on CNN" (the name before)."""
    text = parsed.text
    after = text[sighting.span.end : sighting.span.end + 60]
    lead = re.match(rf"(?:[’']s?)? (?:interview with )?(?:(?:[A-Za-z-]+ ){{0,3}}(?i:{_hosts()}) )?", after)
    person = _person_at(parsed, starts, sighting.span.end + lead.end()) if lead else None
    if person and (lead is not None and (lead.group() != " ")):
        return replace(sighting, interviewer=person.of(text))
    before = text[max(0, sighting.span.start - 70) : sighting.span.start]
    told = PERSON_BEFORE.search(before)
    if told:
        at = max(0, sighting.span.start - 70) + told.start(1)
        person = _person_at(parsed, starts, at)
        if person and person.end >= at + len(told.group(1).rstrip()) - 2:
            return replace(sighting, interviewer=person.of(text))
    return sighting


def _is_person(text: str, span: Span, bodies: Collection[int], people: Collection[int]) -> bool:
    """True when a name that could be an outlet's is somebody's: "Gordon", "Opposition Leader", "Senate Republican".

    ``bodies`` and ``people`` are where the parse says that names of organisations and persons end.
    """
    *before, last = span.of(text).lower().split()
    noun = bool(before) and (last in lexicon.roles() or last in lexicon.person_nouns())
    return span.end in people or (noun and span.end not in bodies)


def _without_surnames(parsed: ParsedText, sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """``sightings`` without those that are part of somebody's longer name: "Hannity" in "Sean Hannity"."""
    ends = {entity.span.end: entity.span.start for entity in parsed.entities if entity.kind == "person"}
    return tuple(s for s in sightings if ends.get(s.span.end, s.span.start) >= s.span.start)


def find_sightings(parsed: ParsedText, *, publisher: str | None) -> tuple[Sighting, ...]:
    """Every place that names an outlet, in text order, each with the programme and the interviewer named beside it."""
    text = parsed.text
    listed = find_listed(text)
    unlisted = find_unlisted(text, listed)
    named = without_overlaps([*listed, *unlisted])
    kept = [s for s in named if not _refused_after(text, s) and not _refused_before(text, s)]
    short = find_short_forms(text, publisher, named)
    joined = _possessed(text, without_overlaps([*kept, *short]))
    bodies = {entity.span.end for entity in parsed.entities if entity.kind == "organisation"}
    people = {entity.span.end for entity in parsed.entities if entity.kind == "person"}
    joined = tuple(s for s in joined if s.sure or not _is_person(text, s.span, bodies, people))
    joined = _without_surnames(parsed, joined)
    everything = without_overlaps([*joined, *find_plain(parsed, named)])
    starts = [entity.span.start for entity in parsed.entities]
    full = tuple(_with_interviewer(parsed, starts, _with_unlisted_programme(parsed, starts, s)) for s in everything)
    return without_overlaps([*full, *find_definite(text, full)])
