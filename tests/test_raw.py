"""Scores on raw text: what a reading end to end must agree in with the treebank, word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.evaluate.raw import score_raw
from models.train.treebank import Document, Word, lay_out
from service.quotes.types import ParsedText, Sentence, Span, Token

# Stanza's scorer leaves the files it reads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DOCUMENT = Document(
    "harbour",
    (
        (
            (
                Word("Pilots", "pilot", "NOUN", "NNS", True, 2, "nsubj"),
                Word("sailed", "sail", "VERB", "VBD", False, 0, "root"),
                Word(".", ".", "PUNCT", ".", True, 2, "punct"),
            ),
            (
                Word("Ice", "ice", "NOUN", "NN", True, 2, "nsubj"),
                Word("came", "come", "VERB", "VBD", False, 0, "root"),
                Word(".", ".", "PUNCT", ".", True, 2, "punct"),
            ),
        ),
    ),
)


def reading(*, joined: bool = False) -> ParsedText:
    """The document as read without a mistake, or with both sentences taken for one."""
    text, bounds = lay_out(DOCUMENT)
    words = [word for paragraph in DOCUMENT.paragraphs for sentence in paragraph for word in sentence]
    spans = [Span(start, end) for sentence in bounds for start, end in sentence]
    tokens = [
        Token(span, word.form, word.lemma, word.upos, word.xpos, number % 3, word.head - 1, word.deprel)
        for number, (span, word) in enumerate(zip(spans, words, strict=True))
    ]
    if joined:
        second = [
            replace(t, index=t.index + 3, head=1, deprel="parataxis" if t.head < 0 else t.deprel) for t in tokens[3:]
        ]
        second = [t if t.deprel == "parataxis" else replace(t, head=4) for t in second]
        groups = [[*tokens[:3], *second]]
    else:
        groups = [tokens[:3], tokens[3:]]
    sentences = tuple(
        Sentence(Span(group[0].span.start, group[-1].span.end), number, tuple(group))
        for number, group in enumerate(groups)
    )
    return ParsedText(text, (Span(0, len(text.rstrip())),), sentences, ())


def wrong(parsed: ParsedText, **changes: object) -> ParsedText:
    """The reading with its first word changed."""
    first, *rest = parsed.sentences
    word, *others = first.tokens
    changed = replace(first, tokens=(replace(word, **changes), *others))  # type: ignore[arg-type]
    return replace(parsed, sentences=(changed, *rest))


# A reading, the figures below 100, the reason
READINGS = [
    (reading(), {}, "nothing is wrong"),
    (wrong(reading(), deprel="obj"), {"LAS": 5 / 6}, "a wrong relation"),
    (wrong(reading(), head=2), {"LAS": 5 / 6, "UAS": 5 / 6}, "a wrong head"),
    (wrong(reading(), upos="PROPN"), {"UPOS": 5 / 6}, "a wrong tag"),
    (reading(joined=True), {"Sentences": 0.0, "LAS": 5 / 6, "UAS": 5 / 6}, "two sentences as one: one root less"),
]


@pytest.mark.parametrize(("parsed", "lower", "reason"), READINGS, ids=[row[2] for row in READINGS])
def test_score_raw(parsed: ParsedText, lower: dict[str, float], reason: str) -> None:
    scores = score_raw([DOCUMENT], lambda texts: [parsed for _ in texts])
    assert scores == pytest.approx({name: 100 * lower.get(name, 1.0) for name in scores}), reason
