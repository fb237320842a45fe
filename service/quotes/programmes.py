"""The programmes and the people of an outlet that stand beside its name: "CNN’s “Harbour Hour”", "NBC host Ann Lee"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from service.quotes import lexicon, vocabulary
from service.quotes.outlet_names import CALENDAR, Sighting
from service.quotes.types import ParsedText, Span

MAX_GAP_CHARACTERS = 5  # between an outlet and its programme: a possessive, a space, a mark
MAX_BEFORE_CHARACTERS = 90  # how far before an outlet a person or a programme of it can begin
ON_AIR_KINDS = frozenset({"broadcaster", "radio"})

# Two words or more, with nothing after them that would make them a person's or a part of the outlet ("Moscow bureau").
AIRED_TITLE = re.compile(
    r"[’']s? ((?:The |As |In |On |Good )?[A-Z][\w’'&]*(?: (?:of |the |to |with |in |on |and |& )*[A-Z][\w’'&]*){1,4})"
    r"(?=[,.;:]| (?:that|on|in|the|it|he|she|they|there|this|we|last|yesterday|today|earlier|after|when|about)\b)"
)
# One word right after "told", where the parse takes it for no person.
LONE_TITLE = re.compile(r"[’']s? ([A-Z][\w’'&]+)(?=[,.;:]| (?:that|on|the|it|he|she|they|there|this|we)\b)")
TOLD = re.compile(r"\b(?:told|tells|tell) (?:the )?$")
PLAIN_TITLE = re.compile(r"[’']s? ((?:[A-Z0-9][\w’'&.]* ?){1,5}) (?:programme|program|show|podcast|breakfast)\b")
PERSON_NAME = re.compile(
    r"([A-Z][\w’'-]+)(?: (?:[A-Z]\.|(?:al|bin|da|de|del|der|di|du|el|la|le|van|von)|[A-Z][\w’'-]+)){0,2}"
    r" [A-Z][\w’'-]+"
)
ASKED_ON = re.compile(r"\b(?:[Aa]sked|[Ii]nterviewed|[Pp]ressed|[Qq]uestioned|[Cc]hallenged) on (?:the )?[“\"‘']?$")
BY = re.compile(r"[”\"’']? by (?=[A-Z])")
ASKED = r"(?:told|tell|tells|telling|with|to|by|asked|joined|from|informed|assured)"
# The person asked for an outlet: "told Jake Tapper on CNN's", "told Joe Duffy, the presenter of".
PERSON_BEFORE = re.compile(
    rf"\b{ASKED} (?:[a-z]+,? ){{0,3}}((?:[A-Z][\w’'.-]+ ){{2,3}})(?:on|of|at|from|for) (?:[Tt]he )?[“\"‘']?$"
)


@cache
def _hosts() -> str:
    return "|".join(sorted(lexicon.carrying_words("host"), key=len, reverse=True))


@cache
def _shows() -> str:
    return "|".join(sorted(lexicon.carrying_words("show"), key=len, reverse=True))


@cache
def _title_before() -> re.Pattern[str]:
    """ "on Daybreak on", "the host of Daybreak on": a programme before its outlet, in marks or not."""
    host = rf"(?:{_hosts()}) of|{ASKED} (?:[A-Z][\w’'.-]+ ){{2,3}}on"
    return re.compile(
        rf"\b(?:(?P<host>{host})|told|tell|tells|telling|[Oo]n|to|of|[Dd]uring|[Ii]n) (?:the )?"
        r"(?:[“\"‘'](?P<marked>[A-Z0-9][^”\"“\n]{1,40}?)[,.]?[”\"’']|(?P<plain>[A-Z][\w’'&]*(?: [A-Z][\w’'&]*){0,4}))"
        rf"(?: (?:{_shows()}))? (?:on|from) (?:the )?$"
    )


@cache
def _title_behind() -> re.Pattern[str]:
    """The programme behind who asked: "CNN’s Ann Lee on “Harbour Hour”", "RNZ’s Ann Lee on the Harbour Hour show"."""
    marked = r"(?:''|``|[“\"‘'])(?P<marked>[A-Z0-9][^”\"“\n]{1,40}?)[,.]?[”\"’']"
    plain = rf"(?P<plain>(?:[A-Z0-9][\w’'&.]* ?){{1,5}}) (?:{_shows()})\b"
    return re.compile(rf",? (?:on|for|during) (?:the |his |her )?(?:{marked}|{plain})")


@cache
def _quoted_title() -> re.Pattern[str]:
    """Words in marks behind an outlet's possessive or a noun for a show: "CNN’s “Harbour Hour”", "Geo show “Desk”"."""
    show = rf"(?: [a-z-]+)? (?:{_shows()}),?"
    return re.compile(
        rf"(?:[’']s?(?:{show})?|{show}) (?:''|``|[“\"‘'])(?P<title>[A-Z0-9][^”\"“\n]{{1,40}}?)[,.]?[”\"’']"
    )


@cache
def _called_title() -> re.Pattern[str]:
    """A capitalised name behind a noun for a show of the outlet: "NRK’s podcast Oppdatert", "the Kan show Erev Tov"."""
    title = r"[A-Z0-9][\w’'&!]*(?: (?:of |the |to |with |in |on )*[A-Z][\w’'&!]*){0,4}"
    return re.compile(rf"(?:[’']s?)?(?: [a-z-]+)? (?:{_shows()}),? (?P<title>{title})(?=[,.;:]| [a-z])")


@cache
def _host_before() -> re.Pattern[str]:
    """A person before an outlet, and between them what the person is there: "told Joe Duffy, the presenter of"."""
    return re.compile(
        rf"\b{ASKED} (?:[a-z]+ ){{0,2}}((?:[A-Z][\w’'.-]+ ?){{2,3}}), (?:(?:[a-z-]+ ){{0,3}})(?:{_hosts()})"
        r" (?:on|of|at|from|for|with) (?:the )?[“\"‘']?$"
    )


@cache
def _behind() -> re.Pattern[str]:
    """What may stand between an outlet with its programme and the person who asked: a possessive, a show, a host."""
    return re.compile(
        rf"(?P<owns>[’']s?)?(?: (?:{_shows()}))?(?P<own>[’']s?)?(?: interview with)?"
        rf"(?P<host>,? (?:[A-Za-z-]+ ){{0,3}}(?i:{_hosts()}),?)? "
    )


def join_programmes(text: str, sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """An outlet and the programme right beside it become one sighting; unsure programmes that stand alone are plain.

    "CNN’s “State of the Union”", "“Face the Nation” on CBS".
    """
    joined: list[Sighting] = []
    for sighting in sightings:
        last = joined[-1] if joined else None
        gap = text[last.span.end : sighting.span.start] if last else "…" * MAX_GAP_CHARACTERS * 2
        if last and last.programme is None and sighting.programme and _is_owner(gap):
            joined[-1] = replace(last, programme=_title(text, last, sighting), reach=sighting.span.end)
        elif last and last.programme and sighting.programme is None and _is_on(gap) and last.lead is None:
            joined[-1] = replace(sighting, programme=_title(text, sighting, last), lead=last.span.start)
        elif sighting.programme is None or sighting.sure or _called_show(text, sighting.span):
            joined.append(sighting)
        else:
            joined.append(replace(sighting, plain=True))
    return tuple(joined)


def _is_owner(gap: str) -> bool:
    return len(gap) <= MAX_GAP_CHARACTERS and "." not in gap and "\n" not in gap and "," not in gap


def _is_on(gap: str) -> bool:
    return re.fullmatch(rf"[,.]?[”\"’']?(?: (?:{_shows()}))? (?:on|from|at) (?:the )?", gap) is not None


def _title(text: str, outlet: Sighting, programme: Sighting) -> str | None:
    """The programme's name in the lists, or as written when it is another house's programme of the same name."""
    same = programme.outlet.split()[0] == outlet.outlet.split()[0]
    return programme.programme if same else programme.span.of(text)


def _called_show(text: str, span: Span) -> bool:
    """True when the words after a programme's name say that it is one: "Today programme"."""
    after = re.match(r"[”\"’']? ([a-z]+)", text[span.end : span.end + 30])
    return after is not None and after.group(1) in lexicon.carrying_words("show")


def with_unlisted_programme(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Sighting:
    """The words after an outlet's possessive: in marks, before "programme", or on the air a name that is no person's;
    or those before the outlet and "on".

    "CNN's “Harbour Hour”", "the BBC's Harbour Hour programme", "RNZ's Harbour Hour", "Harbour Hour on RNZ".
    ``starts`` are where the parse's entities start.
    """
    if sighting.programme:
        return sighting
    after = parsed.text[sighting.span.end : sighting.span.end + 70]
    quoted = _quoted_title().match(after) or _called_title().match(after)
    if quoted and _is_title(parsed, starts, quoted["title"], sighting.span.end + quoted.start("title")):
        end = sighting.span.end + quoted.end("title")
        return replace(sighting, programme=quoted["title"].strip(" ,."), reach=end)
    title = PLAIN_TITLE.match(after) or _aired_title(parsed, starts, sighting, after)
    if title:
        end = sighting.span.end + title.end(1)
        return replace(sighting, programme=title.group(1).strip(" ,."), reach=end)
    return _with_programme_before(parsed, starts, sighting)


def _is_title(parsed: ParsedText, starts: Sequence[int], words: str, start: int) -> bool:
    """True for words that are a programme's name rather than a person's, a host's role or a day."""
    return not (_is_host(words) or words.split()[0] in CALENDAR or person_at(parsed, starts, start))


def _aired_title(parsed: ParsedText, starts: Sequence[int], sighting: Sighting, after: str) -> re.Match[str] | None:
    """A programme's name behind a broadcaster's possessive: of several words no person's, of one, after "told", one
    that the parse knows for a name or that programmes have.
    """
    if sighting.kind not in ON_AIR_KINDS:
        return None
    several = AIRED_TITLE.match(after)
    if several and not _is_host(several.group(1)):
        return None if person_at(parsed, starts, sighting.span.end + several.start(1)) else several
    lone = (
        LONE_TITLE.match(after)
        if TOLD.search(parsed.text, max(0, sighting.span.start - 10), sighting.span.start)
        else None
    )
    if lone is None:
        return None
    offset = sighting.span.end + lone.start(1)
    at = bisect_left(starts, offset)
    person = at < len(starts) and starts[at] == offset and parsed.entities[at].kind == "person"
    return None if person or lone.group(1) in lexicon.given_names() or _is_host(lone.group(1)) else lone


def _with_programme_before(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Sighting:
    """ "Daybreak on Lagoon FM": words in marks, or several of which one is a programme's ("Good Evening Lagos")."""
    if sighting.kind not in ON_AIR_KINDS or not sighting.sure:
        return sighting
    first = max(0, sighting.span.start - MAX_BEFORE_CHARACTERS)
    match = _title_before().search(parsed.text[first : sighting.span.start])
    if match is None:
        return sighting
    group = "marked" if match["marked"] else "plain"
    words, start = match[group], first + match.start(group)
    shows = lexicon.carrying_words("title")
    doubtful = " " not in words or not shows & set(words.split())
    if group == "plain" and (person_at(parsed, starts, start) or (doubtful and not match["host"])):
        return sighting
    return replace(sighting, programme=words.strip(" ,."), lead=start)


def _is_host(words: str) -> bool:
    """True for "Senior Correspondent", which leads a name, and "Sunrise Daily host Ann Lee" with it."""
    return bool(lexicon.carrying_words("host") & set(words.lower().split()))


def person_at(parsed: ParsedText, starts: Sequence[int], offset: int, *, sure: bool = False) -> Span | None:
    """The person the parse names at ``offset``, else two or three capitalised words after a given name there; any such
    words where it is ``sure`` that a person is named.
    """
    at = bisect_left(starts, offset)
    if at < len(starts) and starts[at] == offset and parsed.entities[at].kind == "person":
        return _without_owner(parsed.text, parsed.entities[at].span)
    name = PERSON_NAME.match(parsed.text[offset : offset + 50])
    if name and (sure or name.group(1) in lexicon.given_names() or vocabulary.is_short_form(name.group(1))):
        end = offset + len(name.group())
        end -= 2 if parsed.text[:end].endswith(("’s", "'s")) else 0
        return _without_owner(parsed.text, Span(offset, end))
    return None


def _without_owner(text: str, name: Span) -> Span:
    """A person's name without the outlet's before it: "Ann Lee" of "CNN’s Ann Lee"."""
    owner = re.match(r"(?:[A-Z][\w-]* ){0,2}[A-Z][\w-]*[’']s (?=[A-Z])", name.of(text))
    return Span(name.start + owner.end(), name.end) if owner else name


def host_told(text: str, start: int) -> re.Match[str] | None:
    """Who the words before an outlet, or before its programme, say was told or asked: "told Joe Duffy, the presenter
    of"; ``start`` is where outlet or programme begins.
    """
    first = max(0, start - MAX_BEFORE_CHARACTERS)
    return _host_before().search(text, first, start)


def with_interviewer(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Sighting:
    """ "ABC News' George Stephanopoulos", "Fox News host Sean Hannity", "Jake Tapper on CNN" (the name before)."""
    person = _person_behind(parsed, starts, sighting) or _person_before(parsed, starts, sighting)
    if person is None and ASKED_ON.search(parsed.text, max(0, sighting.phrase.start - 25), sighting.phrase.start):
        by = BY.match(parsed.text, sighting.reach or sighting.span.end)
        person = person_at(parsed, starts, by.end(), sure=True) if by else None
    if person is None:
        return sighting
    title = _title_behind().match(parsed.text, person.end) if sighting.programme is None else None
    programme = (title["marked"] or title["plain"]).strip(" ,.") if title else sighting.programme
    return replace(sighting, interviewer=person.of(parsed.text), programme=programme)


def _person_behind(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Span | None:
    end = sighting.reach or sighting.span.end
    closing = re.match(r"[,.]?[”\"’'](?=[ ’'])", parsed.text[end : end + 3])
    end += closing.end() if closing and sighting.reach else 0
    lead = _behind().match(parsed.text, end, end + 60)
    if lead is None or lead.group() == " ":
        return None
    owned = lead["owns"] or lead["own"] or lead["host"]
    return person_at(parsed, starts, lead.end(), sure=bool(lead["host"])) if owned else None


def _person_before(parsed: ParsedText, starts: Sequence[int], sighting: Sighting) -> Span | None:
    first = max(0, sighting.phrase.start - MAX_BEFORE_CHARACTERS)
    before = parsed.text[first : sighting.phrase.start]
    for pattern in (PERSON_BEFORE, _host_before()):
        asked = pattern.search(before)
        if asked is None:
            continue
        start, words = first + asked.start(1), asked.group(1).rstrip()
        person = person_at(parsed, starts, start, sure=not lexicon.carrying_words("title") & set(words.split()))
        if person and person.end >= start + len(words) - 2:
            return person
    return None


def find_host(parsed: ParsedText, starts: Sequence[int], sentence: Span) -> str | None:
    """Who a sentence says asked: "told host Ann Lee", "asked by the show’s presenter, Ann Lee"; ``None`` for nobody."""
    match = _host_asked().search(parsed.text, sentence.start, sentence.end)
    person = person_at(parsed, starts, match.end(), sure=True) if match else None
    return person.of(parsed.text) if person else None


@cache
def _host_asked() -> re.Pattern[str]:
    owner = rf"(?:the|its|her|his|their|a)? ?(?:(?:{_shows()}|station|channel|network|broadcaster)[’']s )?"
    return re.compile(
        rf"\b(?:told|tells|telling|asked by|asked|interviewed by|with|interviewer|to) {owner}(?:[a-z-]+ ){{0,2}}"
        rf"(?:{_hosts()}),? (?=[A-Z])"
    )
