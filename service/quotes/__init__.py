"""The engine: an article's text in, its attributed quotes out. No HTTP, no network.

``extract_quotes`` is the whole flow on one screen; each step is a module of this package, in the order of the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.quotes.assembly import assemble
from service.quotes.clauses import find_clause_statements
from service.quotes.confidence import Judge, judge
from service.quotes.evidence import Evidence
from service.quotes.explanation import Explainer
from service.quotes.headlines import find_headline, find_quoted_headline
from service.quotes.identity import resolve_speakers
from service.quotes.marks import MarkIndex, find_marked
from service.quotes.outlet import name_outlets
from service.quotes.posts import name_platforms
from service.quotes.roles import find_role_statements
from service.quotes.trees import Trees
from service.quotes.turns import find_turns, with_labels_named
from service.quotes.tweets import find_tweets
from service.quotes.types import (
    Article,
    Attribution,
    Confidence,
    Extraction,
    Outlet,
    ParsedText,
    Person,
    Quote,
    Speaker,
    Statement,
)

if TYPE_CHECKING:
    from service.quotes.parse import TextReader

Read = Callable[[Sequence[str]], Sequence[ParsedText]]
FindClauses = Callable[[Trees, MarkIndex], Sequence[Statement]]


def extract_quotes(
    articles: Sequence[Article],
    *,
    read: Read,
    judge: Judge = judge,
    find_clauses: FindClauses = find_clause_statements,
) -> tuple[Extraction, ...]:
    """Every attributed quote of each article, in the order of the articles.

    ``read`` parses texts, one ``ParsedText`` each; it is the only costly step and sees all texts at once. ``judge``
    says how sure each quote is, ``find_clauses`` which statements the trees show (training and evaluation put others in
    their place). Offsets of all spans are code points of the article's text as given.
    """
    parses = read([article.text for article in articles])
    return tuple(
        _extract(article, parsed, judge, find_clauses) for article, parsed in zip(articles, parses, strict=True)
    )


def _extract(article: Article, parsed: ParsedText, judge: Judge, find_clauses: FindClauses) -> Extraction:
    turns = find_turns(parsed.text, parsed.paragraphs, parsed.entities)
    parsed = with_labels_named(parsed, turns)
    trees = Trees(parsed)
    marked = MarkIndex(find_marked(parsed.text, parsed.paragraphs))
    clauses = find_clauses(trees, marked)
    quoted_headline = find_quoted_headline(trees, marked, parsed.paragraphs, parsed.entities)
    roles = (*find_role_statements(parsed, trees), *quoted_headline)
    headline = () if turns else find_headline(trees, parsed.paragraphs, parsed.entities, clauses)
    parsed = with_labels_named(parsed, headline)
    attributions = assemble(
        trees,
        marked,
        parsed.paragraphs,
        clauses=clauses,
        roles=roles,
        certain=(*find_tweets(parsed.text, parsed.paragraphs), *turns, *headline),
    )
    speakers = resolve_speakers(parsed, attributions)
    platforms = name_platforms(parsed, attributions)
    outlets = name_outlets(parsed, attributions, speakers, publisher=article.publisher, platforms=platforms)
    evidence = Evidence(parsed, trees, marked, clauses=clauses, roles=roles)
    explainer = Explainer(parsed, clauses, roles)
    quotes = tuple(
        _quote(
            f"q{number}",
            explainer,
            attribution,
            speaker,
            outlet,
            platform,
            judge(evidence, attribution, speaker, outlet),
        )
        for number, (attribution, speaker, outlet, platform) in enumerate(
            zip(attributions, speakers, outlets, platforms, strict=True), start=1
        )
    )
    return Extraction(parsed.text, quotes, _people(speakers))


def _quote(
    name: str,
    explainer: Explainer,
    attribution: Attribution,
    speaker: Speaker | None,
    outlet: Outlet | None,
    platform: str | None,
    confidence: Confidence,
) -> Quote:
    quotation = attribution.quotation
    return Quote(
        id=name,
        type=quotation.type,
        spans=quotation.spans,
        cue=attribution.cue,
        speaker=speaker,
        outlet=outlet,
        platform=platform,
        confidence=confidence,
        explanation=explainer.explain(attribution, speaker, outlet),
    )


def _people(speakers: Sequence[Speaker | None]) -> tuple[Person, ...]:
    """The identities that spoke, each once, in order of first quote."""
    return tuple({speaker.person.id: speaker.person for speaker in speakers if speaker is not None}.values())


def load_reader(*, stanza_dir: str | None = None) -> TextReader:
    """Load the models once and return the function that parses texts with them; it carries ``package`` and ``version``.

    ``stanza_dir`` is a folder with another Stanza package for English to use instead of ours. Raises
    ``models.package.PackageError`` when a file is missing or damaged; never touches the network.
    """
    from service.quotes.parse import reader_of  # Stanza takes seconds to import, and tests of the rest do without

    return reader_of(Path(stanza_dir) if stanza_dir else None)


@dataclass(frozen=True, slots=True)
class Extractor:
    """The engine with its models loaded; ``package`` and ``version`` name them."""

    read: Read
    package: str
    version: str

    def __call__(self, articles: Sequence[Article]) -> tuple[Extraction, ...]:
        """Every attributed quote of each article, as ``extract_quotes``."""
        return extract_quotes(articles, read=self.read)


def load_extractor(*, stanza_dir: str | None = None) -> Extractor:
    """The engine with its models loaded, as ``load_reader``."""
    reader = load_reader(stanza_dir=stanza_dir)
    return Extractor(reader, reader.package, reader.version)
