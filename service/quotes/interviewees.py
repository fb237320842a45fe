"""Who answers the questions of an interview whose answers have no name on them: whom the text around it tells of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.quotes.types import Entity, Span

MAX_BYLINE_CHARACTERS = 30  # between "by" or "told" and whom the interview is by
MIN_TIMES_AS_OFTEN = 2  # as anybody else is named whom the text before an interview tells of

ANNOUNCED = re.compile(
    r"\b(?:interview(?:ed|s)?|q ?& ?a|(?:speaks?|spoke|talks?|talked|chats?|chatted|sat down|sits down) (?:to|with)"
    r"|in conversation|(?:answers?|answered|took|takes) (?:\w+ )?questions|questions (?:for|to))\b",
    re.IGNORECASE,
)
BY = re.compile(
    r"\b(?:by|told|tells|asked by|interviewed by|(?:spoke|speaks|talks|talked|sat down) (?:to|with)|conducted by)"
    r" (?:[\w’'&.-]+ ){0,4}$",
    re.IGNORECASE,
)
SPEAKS = re.compile(
    r"[^.]{0,120}?\b(?:spoke|speaks|talks|talked|sat down|sits down|answers|answered|tells|told|discusses|explains"
    r"|looks back|reflects)\b|[^.]{0,40}?\bwas (?:talking|speaking) (?:to|with)\b"
)
INTERVIEWED = re.compile(
    r"\b(?:interview|conversation|q ?& ?a|(?:spoke|speaks|talks|talked|sat down) |questions|interviewed) ?"
    r"(?:with|to|for|of)? ?(?:[\w’',-]+ ){0,8}$",
    re.IGNORECASE,
)


def find_interviewee(text: str, around: Span, entities: Sequence[Entity]) -> Span | None:
    """The one person with a full name whom the text before or behind an exchange names, its author and who asks left
    out; of several the one it says spoke, or else tells most of.
    """
    people: dict[str, list[Span]] = {}
    for entity in entities:
        words = entity.span.of(text)
        if entity.kind == "person" and around.contains(entity.span) and " " in words:
            people.setdefault(re.sub(r"[’']s?$", "", words).split()[-1], []).append(entity.span)
    answering = {name: spans for name, spans in people.items() if not all(_asks(text, span) for span in spans)}
    speaking = {name: spans for name, spans in answering.items() if any(_speaks(text, span) for span in spans)}
    for named in (answering, speaking, {} if speaking else _most_told_of(text, around, answering)):
        if len(named) == 1:
            return next(iter(named.values()))[0]
    return None


def _most_told_of(text: str, around: Span, people: Mapping[str, Sequence[Span]]) -> Mapping[str, Sequence[Span]]:
    """Whom the headline names, where it names one of ``people``; else whom the text names far more often."""
    headline = around.start + len(around.of(text).split("\n", 1)[0])
    headed = {name: spans for name, spans in people.items() if not around.start and spans[0].end <= headline}
    if len(headed) == 1:
        return headed
    counts = {name: len(re.findall(rf"\b{re.escape(name)}\b", around.of(text))) for name in people}
    most = max(counts.values(), default=0)
    if any(MIN_TIMES_AS_OFTEN * count > most for count in sorted(counts.values())[:-1]):
        return {}
    return {name: spans for name, spans in people.items() if counts[name] == most}


def _asks(text: str, name: Span) -> bool:
    """Whether a name is that of who writes or asks: "By Karl Stein", "told Karl Stein"."""
    before = text[max(0, name.start - MAX_BYLINE_CHARACTERS) : name.start].split("\n")[-1]
    return BY.search(before) is not None and not ANNOUNCED.search(before)


def _speaks(text: str, name: Span) -> bool:
    line = text.rfind("\n", 0, name.start) + 1
    return SPEAKS.match(text, name.end) is not None or INTERVIEWED.search(text[line : name.start]) is not None
