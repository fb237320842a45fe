"""Train the tokenizer's two linear models on the treebanks and write their weights."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from models.tokenizer import Piece, Weights, certain_cut, cut_features, kind_of, shape_of, split_atoms, stop_candidates
from models.train.logistic import Example, fit
from models.train.treebank import Document, Word, corpora, lay_out, read_documents

SEED = 20220306
# Chosen on en_flat.dev and GUM dev, see cards/tokenizer.md.
CUT_RIDGE, STOP_RIDGE = 0.3, 0.5
CUT_RAREST, STOP_RAREST = 3, 2
# One sentence in this many loses the space behind its last word, as in "5 million.Then".
_GLUED = 20
# Times each paragraph with abbreviations is seen again with others of their kind ("Mr." for "Sgt.").
_VARIED = 3
_ABBREVIATIONS = Path(__file__).with_name("abbreviations.tsv")


def train_tokenizer(target: Path, *, source: Path | None = None) -> dict[str, int]:
    """Train on ``source`` (by default en_flat.train of the corpora folder), write ``target``, return the sizes."""
    weights = fit_tokenizer(tuple(read_documents(source or corpora() / "ud" / "en_flat.train.conllu.gz")))
    data = {name: getattr(weights, name) for name in ("cut", "stop", "together", "abbreviations")}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return {name: len(table) for name, table in data.items()}


def fit_tokenizer(documents: Sequence[Document]) -> Weights:
    """The weights of both models, fitted on ``documents``."""
    abbreviations = read_abbreviations(_ABBREVIATIONS)
    chance = random.Random(SEED)
    varied = [vary_abbreviations(documents, abbreviations, chance) for _ in range(_VARIED)]
    glued = tuple(glue_sentences(chain(documents, *varied), chance))
    together = find_together(documents)
    cut = fit(tuple(cut_examples(glued, together, abbreviations)), ridge=CUT_RIDGE, rarest=CUT_RAREST)
    stop = fit(tuple(stop_examples(glued, abbreviations)), ridge=STOP_RIDGE, rarest=STOP_RAREST)
    return Weights(cut=cut, stop=stop, together=together, abbreviations=abbreviations)


def read_abbreviations(path: Path) -> dict[str, str]:
    """Return the kind of each abbreviation, keyed by the form without its last full stop."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {form: kind for form, kind in rows}  # noqa: C416 - dict() of lists does not type


def vary_abbreviations(
    documents: Iterable[Document], abbreviations: Mapping[str, str], chance: random.Random
) -> Iterator[Document]:
    """Yield the paragraphs that hold an abbreviation, each one replaced by another of its kind from the list."""
    by_kind: dict[str, list[str]] = {}
    for form, kind in sorted(abbreviations.items()):
        by_kind.setdefault(kind, []).append(form)

    def vary(word: Word) -> Word:
        kind = kind_of(word.form[:-1], abbreviations) if word.form.endswith(".") else ""
        if kind not in by_kind:
            return word
        form = chance.choice(by_kind[kind])
        return replace(word, form=(form[0].upper() + form[1:] if word.form[0].isupper() else form) + ".")

    for document in documents:
        for paragraph in document.paragraphs:
            varied = tuple(tuple(vary(word) for word in sentence) for sentence in paragraph)
            if varied != paragraph:
                yield Document(document.id, (varied,))


def glue_sentences(documents: Iterable[Document], chance: random.Random) -> Iterator[Document]:
    """Yield the documents with the space between some sentences left out, as careless pasting does."""
    for document in documents:
        paragraphs = []
        for paragraph in document.paragraphs:
            glued = [_glue(sentence) if not chance.randrange(_GLUED) else sentence for sentence in paragraph]
            paragraphs.append(tuple(glued))
        yield Document(document.id, tuple(paragraphs))


def _glue(sentence: tuple[Word, ...]) -> tuple[Word, ...]:
    last = sentence[-1]
    if last.form not in {".", "?", "!", "”", '"'} or len(sentence) < 4:
        return sentence
    return (*sentence[:-1], replace(last, space_after=False))


def find_together(documents: Iterable[Document]) -> dict[str, int]:
    """Return the forms of letters alone that are two words more often than one, with the offset of the cut."""
    cuts: Counter[tuple[str, int]] = Counter()
    for document in documents:
        for form, ends, _ in pieces(document):
            if form.text.isalpha() and len(ends) <= 1:
                cuts[form.text.lower(), ends[0] if ends else 0] += 1
    return {
        form: at
        for (form, at), count in sorted(cuts.items())
        if at and count >= 2 and count > cuts[form, 0] and all(cuts[form, other] <= count for other in range(len(form)))
    }


def pieces(document: Document) -> Iterator[tuple[Piece, tuple[int, ...], int]]:
    """Yield the pieces of the document between spaces, the offsets where a word ends inside each, and its number."""
    for paragraph in document.paragraphs:
        found: list[tuple[str, tuple[int, ...]]] = []
        form, ends = "", []
        for word in (word for sentence in paragraph for word in sentence):
            if form:
                ends.append(len(form))
            form += word.form
            if word.space_after:
                found.append((form, tuple(ends)))
                form, ends = "", []
        if form:
            found.append((form, tuple(ends)))
        for index, (text, cuts) in enumerate(found):
            follow = shape_of(found[index + 1][0][:2]) if "." in text and index + 1 < len(found) else ""
            yield Piece(text, follow, index == 0), cuts, index


def cut_examples(
    documents: Iterable[Document], together: Mapping[str, int], abbreviations: Mapping[str, str]
) -> Iterator[Example]:
    """Yield one example for each place between atoms, equal pieces counted together."""
    seen = Counter((piece, cuts) for document in documents for piece, cuts, _ in pieces(document))
    for (piece, cuts), count in sorted(seen.items()):
        atoms = split_atoms(piece.text, together)
        for index in range(len(atoms) - 1):
            if not certain_cut(atoms, index):
                features = cut_features(atoms, index, piece, abbreviations)
                yield Example(features, atoms[index].end in cuts, count)


def stop_examples(documents: Iterable[Document], abbreviations: Mapping[str, str]) -> Iterator[Example]:
    """Yield one example for each place where a sentence may end inside a paragraph, with the treebank's words."""
    for document in documents:
        for paragraph in document.paragraphs:
            text, sentences = lay_out(Document(document.id, (paragraph,)))
            words = [word for sentence in sentences for word in sentence]
            begins, at = set(), 0
            for sentence in sentences:
                begins.add(at)
                at += len(sentence)
            for index, features in stop_candidates(text, words, abbreviations):
                yield Example(features, index in begins)
