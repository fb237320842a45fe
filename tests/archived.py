"""Articles with quotes put together by hand, for the tests of the archive: no models, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.archive.store import Entry
from service.intake import Intake
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
    SpeakerKind,
)

PACKAGE = {"package": "onrecord-en", "version": "1"}


@dataclass(frozen=True, slots=True)
class Said:
    """A quote to be: ``words`` by the speaker of that name, kind and title, on a platform or to an outlet."""

    words: str
    name: str | None = None
    kind: SpeakerKind = "person"
    title: str | None = None
    outlet: str | None = None
    programme: str | None = None
    platform: str | None = None
    type: QuoteType = "direct"
    confidence: float = 0.9


def extract_said(said: Sequence[Said]) -> Extraction:
    """Return an extraction of a text that prints ``said`` one after the other, each with its speaker behind it."""
    text, quotes = "", []
    people: dict[tuple[str, str | None], Person] = {}
    for number, quote in enumerate(said, 1):
        span = Span(len(text) + 1, len(text) + 1 + len(quote.words))
        text += f"“{quote.words}” "
        speaker = None
        if quote.name:
            mention = Span(len(text), len(text) + len(quote.name))
            text += f"{quote.name} said"
            known = Person(f"s{len(people) + 1}", quote.name, quote.kind, quote.title, (mention,))
            speaker = Speaker(people.setdefault((quote.name, quote.title), known), mention, "named", quote.confidence)
        text += ".\n"
        outlet = Outlet(quote.outlet, "agency", None, "stated", quote.programme, None, 0.9) if quote.outlet else None
        figures = Confidence(quote.confidence, quote.confidence if speaker else None, 0.9 if outlet else None)
        quotes.append(
            Quote(
                f"q{number}", quote.type, (span,), None, speaker, outlet, quote.platform, figures,
                Explanation("hand", (), ()),
            )
        )  # fmt: skip
    return Extraction(text or "Nothing is quoted here.", tuple(quotes), tuple(people.values()))


def entry(
    article_id: str,
    *said: Said,
    publisher: str | None = "The Harbour Post",
    published: str | None = "2024-05-06",
    url: str | None = None,
    version: str = "1",
) -> Entry:
    """Return an article to store that prints ``said``."""
    extraction = extract_said(said)
    article = Article(extraction.text, publisher, url, published)
    return Entry(article_id, Intake(article, extracted=False), extraction, {**PACKAGE, "version": version})
