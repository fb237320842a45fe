"""GUM's documents with their coreference annotation, as the parses the engine reads.

Tokens, tags and trees are the gold ones. Named entities are the runs of proper nouns at the heads of the annotated
people, organisations and places: what an entity recogniser would mark. Stretches in quotation marks count as quoted.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.quotes.mentions import Words
from service.quotes.types import Entity, ParsedText, Sentence, Span, Token

# genres of GUM whose texts are free for commercial use: what the shipped weights may be fitted on
FREE_GENRES = frozenset({"academic", "bio", "court", "interview", "news", "speech", "voyage"})
_ENTITY = re.compile(r"\((\d+)(?:\[\d+/\d+\])?-(\w+)-([^()]*)(\))?|(\d+)(?:\[\d+/\d+\])?\)")
_KINDS: Mapping[str, Literal["person", "organisation", "place"]] = {
    "person": "person",
    "organization": "organisation",
    "place": "place",
}
_JOINS = frozenset({"of", "for", "and", "the", "&"})


@dataclass(frozen=True, slots=True)
class GoldMention:
    """An annotated mention: positions of its first and last token and its head in the text, and whose it is."""

    first: int
    last: int
    head: int
    entity: str
    kind: str


@dataclass(frozen=True, slots=True)
class CoreferenceDocument:
    """A document of GUM. ``quoted`` are the stretches in quotation marks, in text order."""

    name: str
    genre: str
    parsed: ParsedText
    mentions: tuple[GoldMention, ...]
    quoted: tuple[Span, ...]


def read_gum(archive: Path, *, genres: frozenset[str] = FREE_GENRES) -> Iterator[CoreferenceDocument]:
    """The documents of these genres, by name; ``OSError`` when the archive is not there."""
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda each: each.name):
            name = Path(member.name).stem
            parts = name.split("_")
            file = tar.extractfile(member) if member.isfile() and len(parts) > 2 and parts[1] in genres else None
            if file is not None:
                yield _read_document(name, parts[1], file.read().decode("utf-8"))


def _read_document(name: str, genre: str, conllu: str) -> CoreferenceDocument:
    builder = _Builder()
    for block in conllu.split("\n\n"):
        builder.add(block.split("\n"))
    return builder.finish(name, genre)


class _Builder:
    """Grows the text, sentence by sentence."""

    def __init__(self) -> None:
        self.text = ""
        self.sentences: list[Sentence] = []
        self.paragraphs: list[Span] = []
        self.paragraph_start = 0
        self.mentions: list[tuple[int, int, str, str]] = []
        self.total = 0

    def add(self, lines: Sequence[str]) -> None:
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        if not rows:
            return
        if self.text and any(line.startswith("# newpar") and "block" not in line for line in lines):
            self._end_paragraph()
        tokens = self._tokens(rows)
        self.sentences.append(
            Sentence(Span(tokens[0].span.start, tokens[-1].span.end), len(self.sentences), tuple(tokens))
        )
        self._entities([row for row in rows if row[0].isdigit()])
        self.total += len(tokens)

    def _end_paragraph(self) -> None:
        self.text = self.text.rstrip(" ")
        self.paragraphs.append(Span(self.paragraph_start, len(self.text)))
        self.text += "\n\n"
        self.paragraph_start = len(self.text)

    def _tokens(self, rows: Sequence[Sequence[str]]) -> list[Token]:
        tokens: list[Token] = []
        glued: dict[str, str] = {}
        for row in rows:
            if "-" in row[0]:
                first, last = row[0].split("-")
                glued.update({str(number): "SpaceAfter=No" for number in range(int(first), int(last))})
                glued[last] = row[9]
            elif row[0].isdigit():
                span = Span(len(self.text), len(self.text) + len(row[1]))
                head = int(row[6]) - 1
                tokens.append(Token(span, row[1], row[2], row[3], row[4], len(tokens), head, row[7]))
                spaced = "SpaceAfter=No" not in glued.get(row[0], row[9])
                self.text += row[1] + (" " if spaced else "")
        if not self.text.endswith(" "):
            self.text += " "
        return tokens

    def _entities(self, rows: Sequence[Sequence[str]]) -> None:
        opened: dict[str, list[tuple[int, str]]] = {}
        for offset, row in enumerate(rows):
            value = next((part[7:] for part in row[9].split("|") if part.startswith("Entity=")), "")
            for match in _ENTITY.finditer(value):
                place = self.total + offset
                if match.group(5) is not None:
                    if opened.get(match.group(5)):
                        first, kind = opened[match.group(5)].pop()
                        self.mentions.append((first, place, match.group(5), kind))
                elif match.group(4) is not None:
                    self.mentions.append((place, place, match.group(1), match.group(2)))
                else:
                    opened.setdefault(match.group(1), []).append((place, match.group(2)))

    def finish(self, name: str, genre: str) -> CoreferenceDocument:
        text = self.text.rstrip()
        paragraphs = (*self.paragraphs, Span(self.paragraph_start, len(text)))
        bare = ParsedText(text, paragraphs, tuple(self.sentences), ())
        words = Words(bare)
        mentions = tuple(
            GoldMention(first, last, words.head_of(range(first, last + 1)), entity, kind)
            for first, last, entity, kind in sorted(self.mentions)
        )
        parsed = ParsedText(text, paragraphs, bare.sentences, _named_entities(words, mentions))
        return CoreferenceDocument(name, genre, parsed, mentions, _quoted(words))


def _named_entities(words: Words, mentions: Sequence[GoldMention]) -> tuple[Entity, ...]:
    found: dict[int, tuple[int, Entity]] = {}
    for mention in mentions:
        if mention.kind not in _KINDS or words.tokens[mention.head].upos != "PROPN":
            continue
        first = last = mention.head
        while first - 1 >= mention.first and words.tokens[first - 1].xpos.startswith(("NNP", "HYPH")):
            first -= 1
        while last + 1 <= mention.last and _continues(words, last + 1, mention):
            last += 1
        while not words.tokens[last].xpos.startswith("NNP"):
            last -= 1
        while not words.tokens[first].xpos.startswith("NNP"):
            first += 1
        span = words.span(first, last)
        if first not in found or found[first][0] < last:
            found[first] = (last, Entity(span, _KINDS[mention.kind]))
    entities = [entity for _, entity in (found[first] for first in sorted(found))]
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.span.start >= kept[-1].span.end:
            kept.append(entity)
    return tuple(kept)


def _continues(words: Words, place: int, mention: GoldMention) -> bool:
    token = words.tokens[place]
    if token.xpos.startswith(("NNP", "HYPH")):
        return True
    joins = mention.kind == "organization" and token.text.casefold() in _JOINS and place + 2 <= mention.last + 1
    return joins and any(
        words.tokens[at].xpos.startswith("NNP") for at in range(place + 1, min(place + 3, mention.last + 1))
    )


def _quoted(words: Words) -> tuple[Span, ...]:
    """The stretches between double quotation marks of one paragraph."""
    found: list[Span] = []
    opened = -1
    for place, token in enumerate(words.tokens):
        paragraph = words.paragraph_of[words.sentence_of[place]]
        if opened >= 0 and words.paragraph_of[words.sentence_of[opened]] != paragraph:
            opened = -1
        if token.text in ('"', "“", "”"):
            if opened < 0 and token.text != "”":
                opened = place
            elif opened >= 0:
                found.append(Span(words.tokens[opened].span.start, token.span.end))
                opened = -1
    return tuple(found)
