"""An extractor for the tests of the HTTP edge: no models, a quote for every pair of curly marks.

Words it obeys, so that a test can make it fail or wait: an article that holds ``CRASH`` raises, one that holds
``WAIT n`` takes n tenths of a second.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from service.quotes.types import (
    Article,
    Candidate,
    Confidence,
    Explanation,
    Extraction,
    Outlet,
    Person,
    Quote,
    RoleSpan,
    Span,
    Speaker,
)

_MARKED = re.compile(
    "“([^“”]+)”(?:,? (?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)*) (?P<cue>told|said)(?: (?P<outlet>[A-Z][a-z]+))?)?"
)


class FakeExtractor:
    """Finds what stands in curly marks; speaker and outlet from the words right behind."""

    package = "fake"
    version = "0"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def __call__(self, articles: Sequence[Article]) -> tuple[Extraction, ...]:
        self.calls.append(len(articles))
        return tuple(extract(article.text) for article in articles)


def extract(text: str) -> Extraction:
    """Return the marked words of ``text`` as direct quotes."""
    if "CRASH" in text:
        raise RuntimeError(f"cannot read {text}")
    if wait := re.search(r"WAIT (\d+)", text):
        time.sleep(int(wait[1]) / 10)
    people: dict[str, Person] = {}
    quotes = [_quote(index, match, people) for index, match in enumerate(_MARKED.finditer(text), 1)]
    return Extraction(text, tuple(quotes), tuple(people.values()))


def _group(match: re.Match[str], name: str) -> Span | None:
    return Span(*match.span(name)) if match[name] else None


def _candidates(mention: Span | None, speaker: Speaker | None, match: re.Match[str]) -> tuple[Candidate, ...]:
    if mention is None or speaker is None:
        return ()
    name = speaker.person.name or ""
    return (
        Candidate(match["name"], 0.9, "source", "marks", mention, chosen=True),
        Candidate(name, 0.9, chosen=True),
    )


def _quote(index: int, match: re.Match[str], people: dict[str, Person]) -> Quote:
    mention, outlet = _group(match, "name"), _group(match, "outlet")
    speaker = None
    if mention:
        name = match["name"]
        title, _, rest = name.partition(" ")
        known = (rest, title) if title == "Mayor" and rest else (name, None)
        person = people.setdefault(name, Person(f"s{len(people) + 1}", known[0], "person", known[1], (mention,)))
        speaker = Speaker(person, mention, "named", 0.9, (Candidate(name, 0.9),))
    return Quote(
        f"q{index}",
        "direct",
        (Span(*match.span(1)),),
        _group(match, "cue"),
        speaker,
        Outlet(match["outlet"], "agency", outlet, "stated", None, None, 0.8) if outlet else None,
        None,
        Confidence(0.99, 0.9 if speaker else None, 0.8 if outlet else None),
        Explanation("marks", (RoleSpan(Span(*match.span(1)), "content", 0.99),), _candidates(mention, speaker, match)),
    )
