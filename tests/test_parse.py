"""Stanza Documents to ParsedText: hand-built Documents, and a tiny package that Stanza's own trainers make."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stanza.models.common.doc import Document

from service.quotes.parse import Part, TextReader, build_parsed, process_texts, reader_of
from service.quotes.types import Span
from tests.tiny_package import make_tiny_package

Row = dict[str, Any]


def _word(number: int, text: str, start: int | None, head: int, **more: object) -> Row:
    row: Row = {"id": number, "text": text, "lemma": text.lower(), "upos": "X", "head": head, "deprel": "dep", **more}
    return row if start is None else {**row, "start_char": start, "end_char": start + len(text)}


def _document(text: str, *sentences: list[Row]) -> Document:
    return Document([list(sentence) for sentence in sentences], text)


def test_heads_count_from_zero_and_the_root_is_minus_one() -> None:
    doc = _document("Ana spoke.", [_word(1, "Ana", 0, 2), _word(2, "spoke", 4, 0), _word(3, ".", 9, 2)])
    parsed = build_parsed("Ana spoke.", [Part(0, doc)])
    assert [token.head for token in parsed.sentences[0].tokens] == [1, -1, 1]
    assert [token.index for token in parsed.sentences[0].tokens] == [0, 1, 2]
    assert parsed.sentences[0].span == Span(0, 10)


MULTIWORD = [
    ("plain", "can't", ["ca", "n't"], ["ca", "n't"], "the words as written"),
    ("possessive", "Kyiv’s", ["Kyiv", "’s"], ["Kyiv", "’s"], "curly apostrophe"),
    ("rewritten", "won't", ["will", "not"], ["won'", "t"], "no words as written: lengths decide, all inside the token"),
    ("three", "dunno", ["du", "n", "no"], ["du", "n", "no"], "three words"),
    ("short", "x", ["a", "b"], ["x", "x"], "a token shorter than its words gives each its span"),
]


@pytest.mark.parametrize(
    ("token", "words", "spans"), [row[1:4] for row in MULTIWORD], ids=[row[0] for row in MULTIWORD]
)
def test_words_of_a_multiword_token_get_spans_inside_it(token: str, words: list[str], spans: list[str]) -> None:
    text = f"Yes {token}."
    end = 4 + len(token)
    rows: list[Row] = [
        _word(1, "Yes", 0, 0),
        {"id": (2, 1 + len(words)), "text": token, "start_char": 4, "end_char": end},
    ]
    rows += [_word(number, word, None, 1) for number, word in enumerate(words, start=2)]
    rows.append(_word(2 + len(words), ".", end, 1))
    parsed = build_parsed(text, [Part(0, _document(text, rows))])
    tokens = parsed.sentences[0].tokens
    assert [item.text for item in tokens] == ["Yes", *spans, "."]
    assert [item.span.of(text) for item in tokens] == [item.text for item in tokens]


def test_parts_of_a_text_are_shifted_to_their_place() -> None:
    text = "One.\n\n  Two."
    parts = [
        Part(0, _document("One.", [_word(1, "One", 0, 0), _word(2, ".", 3, 1)])),
        Part(8, _document("Two.", [_word(1, "Two", 0, 0, ner="S-PERSON"), _word(2, ".", 3, 1, ner="O")])),
    ]
    parsed = build_parsed(text, parts)
    assert [sentence.span.of(text) for sentence in parsed.sentences] == ["One.", "Two."]
    assert [sentence.index for sentence in parsed.sentences] == [0, 1]
    assert [paragraph.of(text) for paragraph in parsed.paragraphs] == ["One.", "Two."]
    assert [(entity.span.of(text), entity.kind) for entity in parsed.entities] == [("Two", "person")]


KINDS = [
    ("PERSON", "person"), ("Person", "person"), ("PER", "person"), ("ORG", "organisation"),
    ("Organization", "organisation"), ("GPE", "place"), ("Location", "place"), ("FAC", "place"),
    ("NORP", "other"), ("DATE", "other"), ("Misc", "other"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "kind"), KINDS)
def test_entity_labels_of_any_model_become_our_kinds(label: str, kind: str) -> None:
    doc = _document("Ana", [_word(1, "Ana", 0, 0, ner=f"S-{label}")])
    assert [entity.kind for entity in build_parsed("Ana", [Part(0, doc)]).entities] == [kind]


def test_roles_and_links_come_from_the_reader() -> None:
    text = "Ana said so."
    doc = _document(text, [_word(1, "Ana", 0, 2), _word(2, "said", 4, 0), _word(3, "so", 9, 2), _word(4, ".", 11, 2)])
    doc.quote_roles = [(0, 3, "source", 0.9), (4, 8, "cue", 0.8)]
    doc.quote_links = [(1, 0, 0.7)]
    parsed = build_parsed(text, [Part(0, doc)])
    assert [(role.span.of(text), role.role, role.score) for role in parsed.roles] == [
        ("Ana", "source", 0.9),
        ("said", "cue", 0.8),
    ]
    assert [(link.tail, link.head, link.score) for link in parsed.links] == [(1, 0, 0.7)]


def test_without_a_reader_there_are_no_roles() -> None:
    parsed = build_parsed("Ana", [Part(0, _document("Ana", [_word(1, "Ana", 0, 0)]))])
    assert parsed.roles == () and parsed.links == ()


class _OneWord:
    """A pipeline that makes each text one word, and counts its calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def bulk_process(self, texts: list[str]) -> list[Document]:
        self.calls.append(list(texts))
        return [_document(text, [_word(1, text, 0, 0)]) for text in texts]


def test_all_texts_go_through_the_pipeline_in_one_call_and_empty_ones_not_at_all() -> None:
    pipeline = _OneWord()
    parts = process_texts(pipeline, ["a", " \n", "b", ""])
    assert pipeline.calls == [["a", "b"]]
    assert [[part.doc.text for part in found] for found in parts] == [["a"], [], ["b"], []]


@pytest.fixture(scope="module")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextReader]:
    """The reader over a tiny stock package, trained and loaded here, with the network shut."""
    folder: Path = tmp_path_factory.mktemp("stanza")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        make_tiny_package(folder)
        yield reader_of(folder)


def _refuse(*_: object) -> None:
    raise AssertionError("the network was used")


@pytest.mark.models
@pytest.mark.filterwarnings("default")
def test_a_package_that_stanza_trained_parses_to_our_records(tiny_reader: TextReader) -> None:
    text = "Mayor Ada Brown told the Herald that the bridge was safe.\nOmar Reyes said the ferry left Lisbon on time."
    (parsed, empty) = tiny_reader([text, "\n"])
    assert empty.sentences == () and empty.paragraphs == ()
    assert [paragraph.of(text) for paragraph in parsed.paragraphs] == text.split("\n")
    tokens = [token for sentence in parsed.sentences for token in sentence.tokens]
    assert "".join(token.text for token in tokens) == "".join(text.split())
    assert all(token.span.of(text) == token.text for token in tokens)
    assert all(token.upos and token.lemma and token.deprel for token in tokens)
    for sentence in parsed.sentences:
        assert sum(token.head == -1 for token in sentence.tokens) == 1
        assert any(paragraph.contains(sentence.span) for paragraph in parsed.paragraphs)
    assert {"tell", "leave"} <= {token.lemma for token in tokens}
    assert ("Ada Brown", "person") in {(entity.span.of(text), entity.kind) for entity in parsed.entities}
    assert parsed.roles == ()
