"""Texts to ``ParsedText``: the service's only use of Stanza."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.package import load_pipeline, read_manifest
from models.paragraphs import find_paragraphs
from service.quotes.types import Entity, Link, ParsedText, RoleSpan, Sentence, Span, Token

if TYPE_CHECKING:
    from stanza import Pipeline
    from stanza.models.common.doc import Document
    from stanza.models.common.doc import Sentence as StanzaSentence
    from stanza.models.common.doc import Token as StanzaToken

Kind = Literal["person", "organisation", "place", "other"]
# The labels of OntoNotes, CoNLL and the worldwide newswire corpus, in lower case; all others are "other".
_KINDS: dict[str, Kind] = {
    "person": "person",
    "per": "person",
    "org": "organisation",
    "organization": "organisation",
    "gpe": "place",
    "loc": "place",
    "location": "place",
    "fac": "place",
    "facility": "place",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A Stanza Document of a stretch of a text and the offset at which the stretch begins in it."""

    start: int
    doc: Document


@dataclass(frozen=True, slots=True)
class TextReader:
    """Parses texts with a loaded pipeline; ``package`` and ``version`` name its models."""

    process: Callable[[Sequence[str]], Sequence[Sequence[Part]]]
    package: str
    version: str

    def __call__(self, texts: Sequence[str]) -> tuple[ParsedText, ...]:
        """Return one ``ParsedText`` for each text, in order."""
        return tuple(build_parsed(text, parts) for text, parts in zip(texts, self.process(texts), strict=True))


def reader_of(directory: Path | None) -> TextReader:
    """Load our package, or the Stanza package in ``directory``, once. Raises ``models.package.PackageError``."""
    pipeline = load_pipeline(directory)
    if directory is not None:
        return TextReader(lambda texts: process_paragraphs(pipeline, texts), "stanza", directory.name)
    manifest = read_manifest()
    return TextReader(lambda texts: process_texts(pipeline, texts), manifest.name, manifest.version)


def process_texts(pipeline: Pipeline, texts: Sequence[str]) -> list[list[Part]]:
    """Run our pipeline on all texts at once; a text without a word has no part."""
    wordy = [number for number, text in enumerate(texts) if find_paragraphs(text)]
    docs = pipeline.bulk_process([texts[number] for number in wordy])
    found = dict(zip(wordy, docs, strict=True))
    return [[Part(0, found[number])] if number in found else [] for number in range(len(texts))]


def process_paragraphs(pipeline: Pipeline, texts: Sequence[str]) -> list[list[Part]]:
    """Run a stock pipeline on all paragraphs at once, since Stanza's tokenizer joins lines that we hold apart."""
    bounds = [find_paragraphs(text) for text in texts]
    pieces = [text[start:end] for text, places in zip(texts, bounds, strict=True) for start, end in places]
    docs = iter(pipeline.bulk_process(pieces))
    return [
        [Part(start, doc) for (start, _), doc in zip(places, islice(docs, len(places)), strict=True)]
        for places in bounds
    ]


def build_parsed(text: str, parts: Sequence[Part]) -> ParsedText:
    """Return the parse of ``text`` from the Documents of its parts, in text order.

    Needs lemma, upos, head and deprel of the words and the Document's entities; takes the roles and links from
    ``quote_roles`` and ``quote_links`` where the reader left them. Offsets count code points of ``text``.
    """
    places = [(part.start, sentence) for part in parts for sentence in part.doc.sentences]
    roles, links = _roles_and_links(parts)
    return ParsedText(
        text=text,
        paragraphs=tuple(Span(start, end) for start, end in find_paragraphs(text)),
        sentences=tuple(_sentence(text, start, number, sentence) for number, (start, sentence) in enumerate(places)),
        entities=tuple(_entities(parts)),
        roles=roles,
        links=links,
    )


def _sentence(text: str, offset: int, index: int, sentence: StanzaSentence) -> Sentence:
    spans = [span for token in sentence.tokens for span in word_spans(text, offset, token)]
    first = sentence.words[0].id
    tokens = tuple(
        Token(
            span=span,
            text=span.of(text),
            lemma=word.lemma or word.text.lower(),
            upos=word.upos or "X",
            xpos=word.xpos or "",
            index=number,
            head=word.head - first if word.head else -1,
            deprel=word.deprel or "dep",
        )
        for number, (span, word) in enumerate(zip(spans, sentence.words, strict=True))
    )
    return Sentence(Span(spans[0].start, spans[-1].end), index, tokens)


def word_spans(text: str, offset: int, token: StanzaToken) -> Iterator[Span]:
    """Yield the spans of a token's words in order: its own, or for a multi-word token stretches inside it.

    A word is looked for in the text behind the one before it; one that is written otherwise ("will" of "won't") takes
    as many characters as it has, and the last one all that is left. A token shorter than its words gives each its span.
    """
    start, end = offset + token.start_char, offset + token.end_char
    count = len(token.words)
    if count == 1 or end - start < count:
        yield from (Span(start, end) for _ in range(count))
        return
    at = start
    for number, word in enumerate(token.words):
        left = count - number - 1
        found = text.find(word.text, at, end - left)
        begin = found if found >= 0 and found - at <= 1 else at
        stop = end if not left else max(begin + 1, min(begin + len(word.text), end - left))
        yield Span(begin, stop)
        at = stop


def _entities(parts: Iterable[Part]) -> Iterator[Entity]:
    for part in parts:
        for entity in part.doc.ents:
            span = Span(part.start + entity.start_char, part.start + entity.end_char)
            yield Entity(span, _KINDS.get(entity.type.lower(), "other"))


def _roles_and_links(parts: Iterable[Part]) -> tuple[tuple[RoleSpan, ...], tuple[Link, ...]]:
    roles: list[RoleSpan] = []
    links: list[Link] = []
    for part in parts:
        base = len(roles)
        for start, end, role, score in getattr(part.doc, "quote_roles", ()):
            roles.append(RoleSpan(Span(part.start + start, part.start + end), role, score))
        for tail, head, score in getattr(part.doc, "quote_links", ()):
            links.append(Link(base + tail, base + head, score))
    return tuple(roles), tuple(links)
