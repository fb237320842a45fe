"""Hand-built parses for tests: a table of our own sentences becomes a ``ParsedText``, with no model.

One token a line: form, lemma, upos, head, deprel, separated by white space. Heads count from 1 within the sentence, 0
is the root, as in CoNLL-U. Lemma ``_`` stands for the form in lower case; an upos of ``VERB+VBG`` gives an xpos too. A
form that ends in ``~`` has no space after it. A blank line ends a sentence; a line ``---`` ends a paragraph as well. A
line ``# entity KIND WORDS`` marks the words, as they stand in the text of the sentence that follows, as an entity of
that kind (person, organisation, place, other).

    parsed = read_table('''
    # entity person Ana Ruiz
    Ana     _    PROPN  3 nsubj
    Ruiz    _    PROPN  1 flat
    spoke~  speak VERB  0 root
    .       _    PUNCT  3 punct
    ''')
    parsed.text  # 'Ana Ruiz spoke.'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from service.quotes.types import (
    Attribution,
    Entity,
    ParsedText,
    Person,
    Quotation,
    QuoteType,
    Sentence,
    Span,
    Speaker,
    SpeakerKind,
    Token,
)

EntityKind = Literal["person", "organisation", "place", "other"]


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one sentence, its entity lines and whether it ends its paragraph."""

    tokens: tuple[str, ...]
    entities: tuple[str, ...]
    ends_paragraph: bool


def _blocks(table: str) -> list[_Block]:
    blocks: list[_Block] = []
    tokens: list[str] = []
    entities: list[str] = []
    for line in [*(raw.strip() for raw in table.split("\n")), "---"]:
        if line in ("", "---"):
            if tokens:
                blocks.append(_Block(tuple(tokens), tuple(entities), line == "---"))
                tokens, entities = [], []
            elif blocks and line == "---":
                blocks[-1] = _Block(blocks[-1].tokens, blocks[-1].entities, True)
        elif line.startswith("# entity "):
            entities.append(line.removeprefix("# entity "))
        else:
            tokens.append(line)
    return blocks


def _sentence(block: _Block, index: int, start: int) -> tuple[Sentence, str]:
    """The sentence at ``start`` and its text, trailing space included."""
    tokens: list[Token] = []
    text = ""
    for number, line in enumerate(block.tokens):
        form, lemma, upos, head, deprel = line.split()
        glued = form.endswith("~")
        form = form.removesuffix("~")
        upos, _, xpos = upos.partition("+")
        span = Span(start + len(text), start + len(text) + len(form))
        lemma = form.lower() if lemma == "_" else lemma
        tokens.append(Token(span, form, lemma, upos, xpos or upos, number, int(head) - 1, deprel))
        text += form if glued else form + " "
    return Sentence(Span(tokens[0].span.start, tokens[-1].span.end), index, tuple(tokens)), text


def read_table(table: str) -> ParsedText:
    """The parse that ``table`` writes down. ``AssertionError`` when an entity's words are not in its sentence."""
    text = ""
    sentences: list[Sentence] = []
    entities: list[Entity] = []
    paragraphs: list[Span] = []
    paragraph_start = 0
    for index, block in enumerate(_blocks(table)):
        start = len(text)
        sentence, words = _sentence(block, index, start)
        text += words
        sentences.append(sentence)
        for line in block.entities:
            kind, wanted = line.split(" ", 1)
            at = text.find(wanted, start)
            assert at >= 0, f"entity words not in their sentence: {wanted!r}"
            entities.append(Entity(Span(at, at + len(wanted)), cast(EntityKind, kind)))
        if block.ends_paragraph:
            text = text.rstrip(" ")
            paragraphs.append(Span(paragraph_start, len(text)))
            text += "\n\n"
            paragraph_start = len(text)
    return ParsedText(text.rstrip(), tuple(paragraphs), tuple(sentences), tuple(sorted(entities, key=lambda e: e.span)))


def find_span(parsed: ParsedText, words: str, occurrence: int = 1) -> Span:
    """Where ``words`` stand in the text, the first time or a later one. ``AssertionError`` when they do not."""
    at = -1
    for _ in range(occurrence):
        at = parsed.text.find(words, at + 1)
        assert at >= 0, f"not in the text: {words!r}"
    return Span(at, at + len(words))


def make_attribution(
    parsed: ParsedText,
    *content: str,
    cue: str | None,
    mention: str | None,
    kind: QuoteType = "direct",
    previous: int | None = None,
) -> Attribution:
    """An attribution whose pieces, cue and mention are the first stretches of the text with these words."""
    spans = tuple(find_span(parsed, words) for words in content)
    return Attribution(
        Quotation(kind, spans, spans, 1.0),
        None if cue is None else find_span(parsed, cue),
        None if mention is None else find_span(parsed, mention),
        previous,
        "test",
        1.0,
    )


def make_speaker(name: str, *, number: int = 1, kind: SpeakerKind = "person", mention: Span | None = None) -> Speaker:
    """A speaker of this name, resolved with certainty."""
    mentions = () if mention is None else (mention,)
    return Speaker(Person(f"s{number}", name, kind, None, mentions), mention, "named", 1.0)
