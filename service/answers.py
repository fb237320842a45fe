"""An extraction to the answer of the contract: filtered, with offsets in the unit asked for."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.intake import Intake
from service.quotes.types import Candidate, Explanation, Extraction, Outlet, Person, Quote, Span, Speaker

# Code points given on each side of a quote: enough to find it again in an edited copy (W3C TextQuoteSelector).
CONTEXT_CHARACTERS = 32

_WORD = re.compile(r"[^\W_]+")

Locate = Callable[[int], int]
Packed = dict[str, Any]


def offsets_in(text: str, unit: str) -> Locate:
    """Return the function that turns an offset in code points of ``text`` into one in ``unit``, codepoint or utf16."""
    if unit == "codepoint":
        return lambda offset: offset
    # A code point above the Basic Multilingual Plane is two UTF-16 code units.
    astral = [match.start() for match in re.finditer("[\U00010000-\U0010ffff]", text)]
    return lambda offset: offset + bisect_left(astral, offset)


def build_answer(
    extraction: Extraction,
    intake: Intake,
    query: Mapping[str, Any],
    package: Mapping[str, str],
) -> Packed:
    """Return the answer, ready for ``AnswerSchema``: the quotes the query's filters accept, in text order.

    ``speakers`` are the people who said one of them. ``package`` names the models.
    """
    text = extraction.text
    packer = Packer(text, offsets_in(text, query["offset_unit"]), explain=query["explain"])
    mentions = {person.id: _mentions(person, text) for person in extraction.people}
    quotes = [quote for quote in extraction.quotes if accepts(quote, query, mentions)]
    shown = {quote.speaker.person.id for quote in quotes if quote.speaker}
    publisher = intake.article.publisher
    return {
        **({"text": text} if intake.extracted else {}),
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "offset_unit": query["offset_unit"],
        "publisher": {"name": publisher, "basis": intake.publisher_basis} if publisher else None,
        "quotes": [packer.quote(quote) for quote in quotes],
        "speakers": [packer.person(person) for person in extraction.people if person.id in shown],
        "models": dict(package),
    }


def accepts(quote: Quote, query: Mapping[str, Any], mentions: Mapping[str, Sequence[str]]) -> bool:
    """True when every filter of ``query`` accepts ``quote``; ``mentions`` are the words for each person, by id."""
    speaker, outlet = quote.speaker, quote.outlet
    called = [*mentions.get(speaker.person.id, ()), speaker.person.name, speaker.person.title] if speaker else []
    credited = [outlet.name, outlet.programme] if outlet else []
    figures = (quote.confidence.span, quote.confidence.speaker, quote.confidence.outlet)
    return (
        _any_holds(called, query.get("speaker"))
        and _any_holds(credited, query.get("outlet"))
        and quote.type in (query.get("type") or [quote.type])
        and all(figure >= query["min_confidence"] for figure in figures if figure is not None)
    )


def _mentions(person: Person, text: str) -> tuple[str, ...]:
    return tuple(span.of(text) for span in person.mentions)


def _any_holds(names: Sequence[str | None], wanted: Sequence[str] | None) -> bool:
    """True when nothing is wanted or one of ``names`` holds the words of one wanted entry, in order."""
    if not wanted:
        return True
    folded = [_fold(name) for name in names if name]
    return any(_fold(entry) in name for entry in wanted for name in folded)


def _fold(name: str) -> str:
    """Return the words of ``name`` without case, accents and marks, a space around each. Only for matching."""
    letters = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return f" {' '.join(_WORD.findall(letters.casefold()))} "


class Packer:
    """Turns the records of one text into the answer's mappings."""

    def __init__(self, text: str, locate: Locate, *, explain: bool) -> None:
        self._text = text
        self._locate = locate
        self._explain = explain

    def quote(self, quote: Quote) -> Packed:
        """Pack one quote; prefix and suffix stand right before its first and right after its last span."""
        first, last = quote.spans[0].start, quote.spans[-1].end
        return {
            "id": quote.id,
            "type": quote.type,
            "spans": [self.span(span) for span in quote.spans],
            "cue": self._maybe(quote.cue),
            "speaker": self.speaker(quote.speaker) if quote.speaker else None,
            "outlet": self.outlet(quote.outlet) if quote.outlet else None,
            "platform": quote.platform,
            "confidence": {
                "span": quote.confidence.span,
                "speaker": quote.confidence.speaker,
                "outlet": quote.confidence.outlet,
            },
            "prefix": self._text[max(0, first - CONTEXT_CHARACTERS) : first],
            "suffix": self._text[last : last + CONTEXT_CHARACTERS],
            **({"explanation": self.explanation(quote.explanation)} if self._explain else {}),
        }

    def span(self, span: Span) -> Packed:
        """Pack one span with its words."""
        return {"start": self._locate(span.start), "end": self._locate(span.end), "text": span.of(self._text)}

    def _maybe(self, span: Span | None) -> Packed | None:
        return self.span(span) if span else None

    def speaker(self, speaker: Speaker) -> Packed:
        """Pack who said a quote."""
        person = speaker.person
        return {
            "id": person.id,
            "name": person.name,
            "kind": person.kind,
            "title": person.title,
            "mention": self._maybe(speaker.mention),
            "basis": speaker.basis,
        }

    def outlet(self, outlet: Outlet) -> Packed:
        """Pack the outlet a quote was given to."""
        return {
            "name": outlet.name,
            "kind": outlet.kind,
            "mention": self._maybe(outlet.mention),
            "basis": outlet.basis,
            "programme": outlet.programme,
            "interviewer": outlet.interviewer,
        }

    def person(self, person: Person) -> Packed:
        """Pack an identity with all its mentions."""
        return {
            "id": person.id,
            "name": person.name,
            "kind": person.kind,
            "title": person.title,
            "mentions": [self.span(span) for span in person.mentions],
        }

    def explanation(self, explanation: Explanation) -> Packed:
        """Pack why a quote is as it is."""
        return {
            "rule": explanation.rule,
            "roles": [{**self.span(role.span), "role": role.role, "score": role.score} for role in explanation.roles],
            "candidates": [self.candidate(candidate) for candidate in explanation.candidates],
        }

    def candidate(self, candidate: Candidate) -> Packed:
        """Pack one way a decision could have gone."""
        return {
            "decision": candidate.decision,
            "name": candidate.name,
            "score": candidate.score,
            "rule": candidate.rule,
            "span": self._maybe(candidate.span),
            "chosen": candidate.chosen,
        }
