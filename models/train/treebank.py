"""UD treebanks in CoNLL-U as plain text with the offsets of their words and sentences."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A syntactic word: its form, lemma and tags, whether white space follows it, and its place in the tree.

    ``head`` counts words of its sentence from 1, 0 is the root.
    """

    form: str
    lemma: str
    upos: str
    xpos: str
    space_after: bool
    head: int = 0
    deprel: str = "root"


@dataclass(frozen=True, slots=True)
class Document:
    """A document: paragraphs of sentences of words. ``id`` is the treebank's name of it."""

    id: str
    paragraphs: tuple[tuple[tuple[Word, ...], ...], ...]


def corpora() -> Path:
    """Return the folder of training data: ``ONRECORD_CORPORA``, by default ``../shared/corpora``."""
    return Path(os.environ.get("ONRECORD_CORPORA", "../shared/corpora"))


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a CoNLL-U file (gzip or plain) without multi-word tokens, in order."""
    name, new = "", True
    paragraphs: list[list[tuple[Word, ...]]] = []
    sentence: list[Word] = []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            if line.startswith("# newdoc"):
                if paragraphs:
                    yield _document(name, paragraphs)
                name, paragraphs, new = line.partition("= ")[2].strip(), [], True
            elif line.startswith("# newpar"):
                new = True
            elif columns[0].isdigit():
                sentence.append(_word(columns))
            elif len(columns) == 1 and not columns[0] and sentence:
                if new:
                    paragraphs.append([])
                paragraphs[-1].append(tuple(sentence))
                sentence, new = [], False
    if paragraphs:
        yield _document(name, paragraphs)


def _word(columns: list[str]) -> Word:
    spaced = "SpaceAfter=No" not in columns[9].split("|")
    return Word(columns[1], columns[2], columns[3], columns[4], spaced, int(columns[6]), columns[7])


def _document(name: str, paragraphs: list[list[tuple[Word, ...]]]) -> Document:
    return Document(name, tuple(tuple(paragraph) for paragraph in paragraphs))


def lay_out(document: Document) -> tuple[str, list[list[Bounds]]]:
    """Return the document as text, a blank line between paragraphs, and the bounds of the words of each sentence."""
    parts: list[str] = []
    sentences: list[list[Bounds]] = []
    at = 0
    for paragraph in document.paragraphs:
        for sentence in paragraph:
            bounds = []
            for word in sentence:
                bounds.append((at, at + len(word.form)))
                parts.append(word.form + " " * word.space_after)
                at += len(parts[-1])
            sentences.append(bounds)
        parts.append("\n\n")
        at += 2
    return "".join(parts), sentences
