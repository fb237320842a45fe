"""Score words and sentences of the tokenizer on raw text with the CoNLL 2018 scorer, and lemmas on gold tags.

``python -m models.evaluate.tokens`` prints one line for each set; with ``--folds N`` one more, for the training
documents of newsroom genres, each read by a tokenizer that was trained without it.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from models.lemmas import load_lemmas
from models.package import LEMMAS, ROOT, TOKENIZER
from models.tokenizer import Tokenizer, load_weights
from models.train.treebank import Bounds, Document, corpora, lay_out, read_documents

# The dev sets and the pattern that the identifiers of their documents must match.
SETS = (
    ("GUM news, interview, bio", "en_gumflat.dev", r"GUM_(news|interview|bio)_"),
    ("GUM", "en_gumflat.dev", ""),
    ("EWT", "en_flat.dev", ""),
    ("EWT weblog, newsgroup", "en_flat.dev", r"(weblog|newsgroup)"),
)


def score_words(tokenizer: Tokenizer, documents: Sequence[Document]) -> tuple[float, float]:
    """Return the F1 of words and of sentences in percent, over the documents as one text."""
    return score_readings([(document, tokenizer) for document in documents])


def score_readings(readings: Iterable[tuple[Document, Tokenizer]]) -> tuple[float, float]:
    """The same with a tokenizer a document."""
    from stanza.models.common.utils import ud_scores

    gold: list[str] = []
    found: list[str] = []
    for document, tokenizer in readings:
        text, sentences = lay_out(document)
        gold.extend(_conllu(text, sentences))
        found.extend(_conllu(text, tokenizer.split(text)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "gold.conllu", Path(folder) / "found.conllu"]
        for path, lines in zip(paths, (gold, found), strict=True):
            path.write_text("".join(lines), encoding="utf-8")
        scores = ud_scores(*map(str, paths))
    return 100 * scores["Tokens"].f1, 100 * scores["Sentences"].f1


def _conllu(text: str, sentences: Iterable[Sequence[Bounds]]) -> Iterator[str]:
    """Yield the words as CoNLL-U with a flat tree, which the scorer wants."""
    for sentence in sentences:
        for number, (start, end) in enumerate(sentence, start=1):
            head, relation = (1, "dep") if number > 1 else (0, "root")
            yield f"{number}\t{text[start:end]}\t_\t_\t_\t_\t{head}\t{relation}\t_\t_\n"
        yield "\n"


def score_lemmas(documents: Iterable[Document], *, path: Path = ROOT / LEMMAS) -> float:
    """Return the share in percent of words that get the treebank's lemma from its form and tags."""
    lemmatizer = load_lemmas(path)
    words = [w for document in documents for paragraph in document.paragraphs for s in paragraph for w in s]
    right = sum(lemmatizer.lemma_of(w.form, upos=w.upos, xpos=w.xpos) == w.lemma for w in words)
    return 100 * right / len(words)


def cross_validated(documents: Sequence[Document], pattern: str, *, folds: int) -> tuple[float, float]:
    """F1 of words and sentences of the documents whose id matches ``pattern``, each read by a tokenizer of the rest."""
    from models.train.tokenizer import fit_tokenizer

    asked = [document for document in documents if re.search(pattern, document.id)]
    readings: list[tuple[Document, Tokenizer]] = []
    for fold in range(folds):
        held = asked[fold::folds]
        names = {document.id for document in held}
        tokenizer = Tokenizer(fit_tokenizer([document for document in documents if document.id not in names]))
        readings += [(document, tokenizer) for document in held]
    return score_readings(readings)


def main(arguments: list[str] | None = None) -> int:
    """Print the scores of every set; exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m models.evaluate.tokens", description=__doc__)
    parser.add_argument("--weights", type=Path, default=ROOT / TOKENIZER, help="the tokenizer's weights")
    parser.add_argument("--folds", type=int, default=0, help="score training documents too, in so many folds (minutes)")
    options = parser.parse_args(arguments)
    tokenizer = Tokenizer(load_weights(options.weights))
    for title, name, pattern in SETS:
        documents = [d for d in read_documents(corpora() / "ud" / f"{name}.conllu.gz") if re.search(pattern, d.id)]
        words, sentences = score_words(tokenizer, documents)
        lemmas = score_lemmas(documents)
        sys.stdout.write(f"{title:26} words {words:.2f}  sentences {sentences:.2f}  lemmas {lemmas:.2f}\n")
    if options.folds:
        documents = list(read_documents(corpora() / "ud" / "en_flat.train.conllu.gz"))
        words, sentences = cross_validated(documents, SETS[0][2], folds=options.folds)
        sys.stdout.write(f"{SETS[0][0]}, train documents in {options.folds} folds: ")
        sys.stdout.write(f"words {words:.2f}  sentences {sentences:.2f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
