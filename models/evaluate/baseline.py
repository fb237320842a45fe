"""A baseline extractor of regular expressions: quotation marks, reporting words, capitals. No model, no parse.

It is the reference the engine is measured against (``--baseline``): what marks and reporting words alone can do.
Speakers are named by the words at the quote; a short name takes the longest earlier name that ends with it, a pronoun
the last speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from service.quotes.types import (
    Article,
    Confidence,
    Explanation,
    Extraction,
    Outlet,
    Person,
    Quote,
    QuoteType,
    Span,
    Speaker,
)

MARKS = re.compile(r"“([^”\n]+)(?:”|’’|(?=\n|$))|\"([^\"\n]+)(?:\"|(?=\n|$))")
MIN_WORDS = 4
"""Words in marks from which a stretch counts as a quote without a cue, to keep scare quotes out."""

CONFIDENCE = 0.5
"""The baseline does not know how sure it is."""

NAME = r"(?:[A-Z][\w'’.-]*\w)(?:\s+(?:of|the|de|al|bin|von|van|for|and)\s+[A-Z][\w'’.-]*\w|\s+[A-Z][\w'’.-]*\w){0,7}"
SOURCE = rf"(?:{NAME}(?:, [^,.“”\"\n]{{3,90}}(?=,| said| told))?|[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Tt]he \w+(?: \w+){{0,2}}?)"
PRONOUNS = frozenset({"he", "she", "they", "it"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A quote before its speaker has a name."""

    type: QuoteType
    spans: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    outlet: Span | None


def extract(articles: Sequence[Article]) -> tuple[Extraction, ...]:
    """The baseline's quotes of each article, in text order: same signature as the engine."""
    return tuple(_extract_one(article.text) for article in articles)


@cache
def _cue() -> str:
    lines = Path(__file__).with_name("baseline_cues.txt").read_text(encoding="utf-8").splitlines()
    return "(?:" + "|".join(line for line in lines if line and not line.startswith("#")) + ")"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    cue = _cue()
    told = rf"(?P<cue>{cue})(?: (?P<outlet>(?:the )?{NAME}))?"
    return {
        "inverted": re.compile(rf"[,.]?\s*(?P<cue>{cue}) (?P<source>{SOURCE})"),
        "after": re.compile(rf"[,.]?\s*(?P<source>{SOURCE}),? (?:also |later |then )?{told}"),
        "before": re.compile(rf"(?P<source>{SOURCE}),?[^.“”\"\n]{{0,40}}? {told}[^.“”\"\n]{{0,40}}$"),
        "clause": re.compile(
            rf"(?P<source>{SOURCE}),? (?:has |have |had |also |later )?{told}(?: on \w+)?"
            r" (?P<content>(?:that|the|a|an|he|she|it|they|there|his|her|its) [^\n]*?)(?=[.!?]?(?:\n|$)|[.!?] )"
        ),
        "according": re.compile(rf"(?P<content>[^\n]+), (?P<cue>according to) (?P<outlet>(?:the )?{NAME})"),
    }


def _extract_one(text: str) -> Extraction:
    drafts: list[Draft] = []
    for paragraph in _paragraphs(text):
        drafts.extend(_drafts(text, paragraph, previous=drafts[-1] if drafts else None))
    return _named(text, sorted(drafts, key=lambda draft: draft.spans[0]))


def _paragraphs(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]+", text):
        yield Span(*match.span())


def _drafts(text: str, paragraph: Span, *, previous: Draft | None) -> list[Draft]:
    """The quotes of one paragraph; its stretches in marks share the first attribution that one of them has."""
    stretches = list(MARKS.finditer(text, paragraph.start, paragraph.end))
    attributed = [(match, _attribution(text, paragraph, match)) for match in stretches]
    cues = [found for _, found in attributed if found]
    spans = tuple(
        Span(*match.span(1 if match[1] else 2))
        for match, found in attributed
        if found or len(match.group().split()) >= MIN_WORDS
    )
    if spans and (cues or _covers(text, paragraph, stretches)):
        found = cues[0] if cues else None
        return [
            Draft(
                "direct",
                spans,
                _group(found, "cue"),
                _group(found, "source") if found else previous.mention if previous else None,
                _group(found, "outlet") if found and found["cue"] in ("told", "tells") else None,
            )
        ]
    return _clauses(text, paragraph)


def _covers(text: str, paragraph: Span, stretches: Sequence[re.Match[str]]) -> bool:
    """True when the paragraph is all in marks."""
    inside = sum(match.end() - match.start() for match in stretches)
    return inside >= len(paragraph.of(text).strip()) - 1


def _attribution(text: str, paragraph: Span, stretch: re.Match[str]) -> re.Match[str] | None:
    for name in ("inverted", "after"):
        if found := _patterns()[name].match(text, stretch.end(), paragraph.end):
            return found
    return _patterns()["before"].search(text, paragraph.start, stretch.start())


def _clauses(text: str, paragraph: Span) -> list[Draft]:
    """Reported clauses: "X said (that) …" and "…, according to X", sentence by sentence."""
    drafts = []
    for sentence in re.finditer(r"\S.*?(?:[.!?][”\"]?(?=\s)|$)", paragraph.of(text)):
        start, end = (paragraph.start + at for at in sentence.span())
        for name in ("clause", "according"):
            found = _patterns()[name].search(text, start, end)
            if not found:
                continue
            content = Span(*found.span("content"))
            kind: QuoteType = "mixed" if re.search('[“"]', content.of(text)) else "indirect"
            source = _group(found, "source" if name == "clause" else "outlet")
            outlet = _group(found, "outlet") if found["cue"] in ("told", "tells") else None
            drafts.append(Draft(kind, (content,), _group(found, "cue"), source, outlet))
            break
    return drafts


def _group(found: re.Match[str] | None, name: str) -> Span | None:
    if found is None or name not in found.re.groupindex or found[name] is None:
        return None
    return Span(*found.span(name))


def _named(text: str, drafts: Sequence[Draft]) -> Extraction:
    people: dict[str, Person] = {}
    quotes: list[Quote] = []
    last: str | None = None
    for number, draft in enumerate(drafts):
        name = _resolve(draft.mention.of(text) if draft.mention else None, tuple(people), last)
        last = name or last
        speaker = None
        if name is not None and draft.mention is not None:
            known = people.get(name) or Person(f"s{len(people) + 1}", name, "person", None, ())
            people[name] = replace(known, mentions=(*known.mentions, draft.mention))
            speaker = Speaker(people[name], draft.mention, "named", CONFIDENCE)
        quotes.append(_quote(text, f"q{number + 1}", draft, speaker))
    return Extraction(text, tuple(quotes), tuple(people.values()))


def _resolve(mention: str | None, known: Sequence[str], last: str | None) -> str | None:
    """A name for a mention: the last speaker for a pronoun, a longer known name that ends alike, else the mention."""
    if mention is None or mention.casefold() in PRONOUNS:
        return last
    name = mention.split(",")[0]
    longer = [other for other in known if other.split()[-1] == name.split()[-1] and len(other) > len(name)]
    return max(longer, key=len) if longer else name


def _quote(text: str, identifier: str, draft: Draft, speaker: Speaker | None) -> Quote:
    outlet = None
    if draft.outlet is not None:
        name = draft.outlet.of(text).removeprefix("the ")
        outlet = Outlet(name, "unknown", draft.outlet, "stated", None, None, CONFIDENCE)
    return Quote(
        id=identifier,
        type=draft.type,
        spans=draft.spans,
        cue=draft.cue,
        speaker=speaker,
        outlet=outlet,
        platform=None,
        confidence=Confidence(CONFIDENCE, CONFIDENCE if speaker else None, CONFIDENCE if outlet else None),
        explanation=Explanation("baseline", (), ()),
    )
