"""Names of news organisations and programmes in a text: those of the lists, and those their words give away.

"Kherson Herald" ends like a newspaper's name, "the newspaper Hromada" says what Hromada is, "WXYZ-TV" is a call sign.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import day_abbr, day_name, month_abbr, month_name
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service.quotes import lexicon, vocabulary
from service.quotes.types import ParsedText, Span

LISTED_SCORE = 0.98
WORDED_SCORE = 0.85
NOUN_SCORE = 0.85
PLAIN_SCORE = 0.55  # an organisation that only its place in the sentence makes an outlet
# A capitalised run: words of a name, with what may stand between them.
NAME_WORD = r"[A-ZÀ-ÖØ-ÝŠŽČ0-9](?:[\w’'&+-]|\.(?=\w))*"
NAME_RUN = re.compile(rf"\b{NAME_WORD}(?: {NAME_WORD}){{0,6}}")
# The small words of other languages inside a name ("Voz do Vale", "Journal de la Baie"), and what may follow them.
SMALL_WORDS = "d|da|das|de|degli|dei|del|della|delle|den|der|des|di|do|dos|du|e|el|en|et|i|la|las|le|les|los|of|og"
SMALL_WORDS += "|op|och|sur|und|van|vom|von|y|z|za|zum|zur"
RUN_ON = re.compile(rf"(?: (?:{SMALL_WORDS})){{1,2}} {NAME_WORD}(?: {NAME_WORD})*")
WORD = re.compile(r"[^\W_]+")
# Stations by their call signs (in the United States, the Philippines and Australia), their bands or their channels.
CALL_SIGN = r"(?:[KW][A-Z]{2,3}|D[WXYZ][A-Z]{2}|[2-8][A-Z]{2})"
STATION = re.compile(
    rf"\b{CALL_SIGN}-(?:TV|FM|AM|DT|LP)\b|\b{CALL_SIGN} (?:Radio|News)(?:radio)?\b(?! [A-Z])"
    r"|\b(?:[A-Z][\w-]+ ){0,2}(?:FM|AM) \d{2,4}(?:\.\d)?\b(?! ?[ap]\.?m)|\b(?:[A-Z][\w-]+ ){0,2}\d{2,3}\.\d ?FM\b"
    r"|\b(?:(?:ABC|CBS|FOX|Fox|NBC|CW|News|Action News|Eyewitness News|NewsChannel|NewsRadio) ?\d{1,2}|\d{1,2}News)\b"
    r"(?! (?:percent|per|years|people|million))"
)
BARE_CALL_SIGN = re.compile(r"\b(?:[KW][A-Z]{3}|[Dd][WXYZwxyz][A-Z]{2}|[2-8][A-Z]{2})\b(?!-)")
# Acronyms of broadcasters in no list: "SLBC", "GTV", "KTVN".
ACRONYM = re.compile(r"\b(?:[A-Z]{1,3}BC|[A-Z]{1,4}TV[A-Z]?|TV[A-Z]{1,3})\b(?!-)")
TOLD_THE = re.compile(r"\b(?:told|tells) (?P<name>The [A-Z][\w’'&-]+(?: [A-Z][\w’'&-]+){0,3})(?![\w’'-])")
CALENDAR = frozenset([*day_name, *day_abbr, *month_name[1:], *month_abbr[1:], "Tues", "Thur", "Thurs", "Sept"])


@dataclass(frozen=True, slots=True)
class Sighting:
    """A stretch that names an outlet, or a programme that stands for one.

    ``outlet`` is the outlet's name in the lexicon, or as written when it is in none. ``sure`` is false when the name is
    also something else, so that only a place where nothing but an outlet can stand makes it one. ``plain`` marks an
    organisation that nothing but its place could make an outlet. ``lead`` is where a programme before it starts
    ("Daybreak on Lagoon FM"), ``reach`` where one behind it ends.
    """

    span: Span
    outlet: str
    kind: str
    score: float
    sure: bool
    programme: str | None = None
    interviewer: str | None = None
    plain: bool = False
    lead: int | None = None
    reach: int | None = None

    @property
    def phrase(self) -> Span:
        """The span with the programme before it."""
        return self.span if self.lead is None else Span(self.lead, self.span.end)


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


def names_a_programme(words: str) -> bool:
    """True for the name of a programme of the lists and nothing more: "Fox and Friends"."""
    first = WORD.search(words)
    forms = _forms_by_word().get(first.group(), ()) if first else ()
    return any(form.programme is not None and form.words == fold_apostrophes(words) for form in forms)


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
            led = not form.article or _is_led(plain, start) or _has_a_page(plain, end)
            if led and plain.startswith(form.words, start) and not (end < len(plain) and _goes_on(plain, end)):
                found.append(
                    Sighting(Span(start, end), form.outlet, form.kind, LISTED_SCORE, form.sure, form.programme)
                )
                taken = end if form.sure else start  # "The Daily" is none in "The Daily Star"
                break
    return tuple(found)


# What only an outlet's name stands before: "her Spectator column".
PAGE_BEHIND = re.compile(
    r" (?:column|columnist|op-ed|editorial|interview|interviewer|reporter|correspondent|cover story)\b"
)


def _has_a_page(text: str, end: int) -> bool:
    return PAGE_BEHIND.match(text, end) is not None


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
        owner = next((n for n, word in enumerate(words) if n and word.endswith(("’s", "'s"))), len(words))
        for part in (words[: owner + 1], words):
            run = _run(match.start(), part)
            if not runs or runs[-1] != run:
                runs.append(run)
    return tuple(runs)


def _run(start: int, words: Sequence[str]) -> _Run:
    """The run of ``words`` from ``start`` on, without a possessive or a full stop behind its last."""
    last, end = words[-1], start + len(" ".join(words))
    for ending in ("’s", "'s", "’", "'", "."):
        if last.endswith(ending) and len(last) > len(ending):
            last, end = last[: -len(ending)], end - len(ending)
            break
    return _Run(Span(start, end), (*words[:-1], last))


def _worded(run: _Run) -> Sighting | None:
    """A run whose last words are those of outlets ("Kherson Herald"); weak ones ("Post") only after another name."""
    words = run.words
    start = run.span.start
    while words and (words[0] in {"The", *CALENDAR} or words[0].endswith(("’s", "'s"))):
        start += len(words[0]) + 1
        words = words[1:]
    entry = lexicon.outlet_name_words().get(words[-2:]) or lexicon.outlet_name_words().get(words[-1:])
    entry = entry or lexicon.outlet_lead_words().get(words[:1])
    if len(words) < 2 or entry is None or len(entry.words) == len(words):
        return None
    if len(entry.words) == 1 and words[-1] in lexicon.carrying_words("refused"):
        return None
    if words[-1] == "Network" and any(word.lower() in lexicon.person_nouns() or word == "Rights" for word in words):
        return None  # "Harbour Rights Network", "Women Farmers Network"
    if words[-2:] == ("University", "Press") or words in lexicon.whole_bodies() or words[:2] in lexicon.whole_bodies():
        return None  # "Royal Mail", "Radio City Orchestra"
    name = " ".join(words)
    loosely = entry.kind == "website" and not entry.strong
    return Sighting(Span(start, run.span.end), name, entry.kind, WORDED_SCORE, entry.strong, plain=loosely)


def outlet_noun_after(text: str, end: int) -> lexicon.OutletWords | None:
    """The outlet noun that follows a name: "Sotsportal news website"."""
    words = re.match(r"[”\"’']? ([A-Za-z]+)(?: ([a-z]+))?(?: ([a-z]+))?", text[end : end + 60])
    if not words:
        return None
    parts = tuple(part for part in words.groups() if part)
    return next((entry for n in (3, 2, 1) if (entry := lexicon.outlet_nouns().get(parts[:n])) and entry.strong), None)


def outlet_noun_before(text: str, start: int) -> lexicon.OutletWords | None:
    """The outlet noun that leads a name: "state broadcaster RTA", "the newspaper Hromada", "the weekly Zorya"."""
    words = re.search(r"(?:([a-z]+) )?(?:([a-z]+) )?([A-Za-z]+),? [\"“‘']?$", text[max(0, start - 60) : start])
    if not words:
        return None
    parts = tuple(part for part in words.groups() if part)
    return next((entry for n in (3, 2, 1) if (entry := lexicon.outlet_nouns().get(parts[-n:]))), None)


def find_worded(text: str) -> tuple[Sighting, ...]:
    """Names in no list whose own words or the noun beside them show an outlet, in text order, as ``find_unlisted``."""
    return tuple(sighting for sighting in find_unlisted(text, ()) if sighting.sure)


def find_unlisted(text: str, listed: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Outlets in no list, by the words of their names or the noun beside them, or by a call sign, in text order."""
    stations = _stations(text)
    listed = sorted([*listed, *stations], key=lambda sighting: sighting.span)
    starts = [sighting.span.start for sighting in listed]
    found: list[Sighting] = list(stations)
    for run in _runs(text):
        near = listed[max(0, bisect_right(starts, run.span.start) - 1) : bisect_left(starts, run.span.end)]
        inside = [sighting for sighting in near if sighting.span.overlaps(run.span)]
        worded = _worded(run)
        if worded and not any(s.sure or s.span.contains(worded.span) for s in inside):
            found.append(worded)
        elif not inside and not run.words[-1].endswith(("-based", "-owned", "-run", "-language")):
            found.extend(_beside_a_noun(text, run))
    return tuple(found)


def _noun_of(text: str, span: Span) -> lexicon.OutletWords | None:
    """The outlet noun behind a name; ``None`` where the words only lead the noun: an adjective of place, or what stands
    before the name proper ("Norwegian newspaper", "Kyiv newspaper Zorya").
    """
    noun = outlet_noun_after(text, span.end)
    if noun is None or span.of(text) in lexicon.demonyms():
        return None
    behind = re.match(rf"[”\"’']? {' '.join(noun.words)} [“\"‘']?([A-Z][\w-]*)", text[span.end : span.end + 60])
    return noun if behind is None or behind.group(1) in CALENDAR else None


def _beside_a_noun(text: str, run: _Run) -> Iterator[Sighting]:
    """The name that a run, with what its small words tie to it, is by the noun behind or before it; a noun that is said
    of more than outlets ("the weekly", "the channel") needs a place for one as well.
    """
    on = RUN_ON.match(text, run.span.end)
    whole = _run(run.span.start, text[run.span.start : on.end()].split(" ")).span if on else run.span
    for span in dict.fromkeys((whole, run.span)):
        if noun := _noun_of(text, span) or outlet_noun_before(text, span.start):
            start = span.start + (4 if run.words[0] == "The" and len(run.words) > 1 else 0)
            name = text[start : span.end]
            yield Sighting(Span(start, span.end), name, noun.kind, NOUN_SCORE, noun.strong, plain=not noun.strong)
            return


def _stations(text: str) -> list[Sighting]:
    """Stations by call sign, band or channel; a bare call sign is one only where nothing else can stand."""
    sure = [
        Sighting(Span(m.start(), m.end()), m.group(), "broadcaster", WORDED_SCORE, True) for m in STATION.finditer(text)
    ]
    refused = lexicon.carrying_words("refused")
    bare = (
        Sighting(Span(m.start(), m.end()), m.group(), "broadcaster", WORDED_SCORE, False, plain=True)
        for pattern in (BARE_CALL_SIGN, ACRONYM)
        for m in pattern.finditer(text)
        if m.group() not in refused
    )
    return sorted([*sure, *(s for s in bare if not any(s.span.overlaps(t.span) for t in sure))], key=lambda s: s.span)


@cache
def _platform_names() -> frozenset[str]:
    """The words of the names of platforms, where people post and nobody is told anything."""
    return frozenset(word for platform in lexicon.platforms() for word in WORD.findall(platform.name))


def find_plain(parsed: ParsedText, others: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Organisations of the parse that may be outlets if their place says so: no police, court, party or company; and
    what has a capital "The" behind "told", as a title has.
    """
    refused = lexicon.carrying_words("refused") | _platform_names()
    places = {entity.span.of(parsed.text) for entity in parsed.entities if entity.kind == "place"}
    found = _told_by_title(parsed, others)
    others = sorted([*others, *found], key=lambda sighting: sighting.span)
    starts = [sighting.span.start for sighting in others]
    for entity in parsed.entities:
        words = entity.span.of(parsed.text).removeprefix("the ").removeprefix("The ")
        near = others[max(0, bisect_right(starts, entity.span.start) - 1) : bisect_left(starts, entity.span.end)]
        owned = entity.kind == "place" and _is_a_countrys(parsed.text, entity.span.start, places)
        if not (entity.kind == "organisation" or owned) or any(s.span.overlaps(entity.span) for s in near):
            continue
        parts = WORD.findall(words)
        bodies = {part.lower() for part in parts} & lexicon.organisation_nouns().keys()
        acronym = len(parts) == 1 and parts[0].isupper()
        sorts = vocabulary.sorts_of_name(words)
        known = (
            bodies
            or acronym
            or (sorts and "media" not in sorts)
            or refused & set(parts)
            or (words in places and not owned)
        )
        if parts and parts[0][:1].isupper() and not known:
            span = Span(entity.span.end - len(words), entity.span.end)
            shown = lexicon.outlet_name_words().get((words,)) if _is_led(parsed.text, span.start) else None
            kind, score = (shown.kind, WORDED_SCORE) if shown else ("unknown", PLAIN_SCORE)  # "told the Inquirer"
            found.append(Sighting(span, words, kind, score, False, plain=True))
    return tuple(found)


def _is_led(text: str, start: int) -> bool:
    return text[max(0, start - 4) : start].lower() == "the "


def _told_by_title(parsed: ParsedText, others: Sequence[Sighting]) -> list[Sighting]:
    """What has a capital "The" behind "told", as titles have inside a sentence, and is no place or person."""
    others_spans = [entity.span for entity in parsed.entities if entity.kind in ("place", "person")]
    others_spans += [sighting.span for sighting in others]
    spans = [Span(*match.span("name")) for match in TOLD_THE.finditer(parsed.text)]
    return [
        Sighting(span, span.of(parsed.text), "unknown", WORDED_SCORE, False, plain=True)
        for span in spans
        if not any(other.overlaps(span) for other in others_spans)
    ]


def _is_a_countrys(text: str, start: int, places: Collection[str]) -> bool:
    """True for what a place owns ("Estonia’s Lõunaleht"): no place itself, though the parse takes it for one."""
    owner = re.search(r"((?:[A-Z][\w-]+ ?){1,3})[’']s $", text[max(0, start - 40) : start])
    return owner is not None and owner.group(1) in places


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
    if not leads:
        return None  # "state-run television": an adjective, no name
    while len(leads) > 1 and (leads[0] in lexicon.demonyms() or leads[0].endswith(("’s", "'s"))):
        leads = leads[1:]  # "the Russian Interfax news agency", "Syria’s SANA news agency"
    name = " ".join(leads)
    if any(sighting.span == Span(0, len(name)) for sighting in find_listed(name)):
        return name
    strong = lexicon.outlet_nouns()[tuple(match["noun"].split())].strong
    named = all(word[:1].isupper() for word in leads) and not leads[0].endswith(("’s", "'s"))
    return name if strong and named and leads[0] not in lexicon.demonyms() else None
