"""Score what the models say of raw text, tokenizer and reader end to end, with the CoNLL 2018 scorer.

``python -m models.evaluate.raw`` prints one line for each set of documents: F1 of words and sentences, and of tags and
trees over words that the scorer aligned by their characters.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.evaluate.engine import Read, cached, package_version
from models.evaluate.tokens import SETS
from models.train.treebank import Document, corpora, lay_out, read_documents
from service.quotes.types import ParsedText

FIGURES = ("Tokens", "Sentences", "UPOS", "XPOS", "UAS", "LAS")
"""Names of the scorer's figures, in the order printed."""


def score_raw(documents: Sequence[Document], read: Read) -> dict[str, float]:
    """F1 in percent of each of ``FIGURES`` over the documents, a blank line between paragraphs, as one text."""
    from stanza.models.common.utils import ud_scores

    texts = [lay_out(document)[0] for document in documents]
    with tempfile.TemporaryDirectory() as folder:
        gold, found = (Path(folder) / name for name in ("gold.conllu", "found.conllu"))
        gold.write_text("".join(line for each in documents for line in _gold(each)), encoding="utf-8")
        found.write_text("".join(line for parsed in read(texts) for line in _found(parsed)), encoding="utf-8")
        scores = ud_scores(str(gold), str(found))
    return {name: 100 * scores[name].f1 for name in FIGURES}


def _gold(document: Document) -> Iterator[str]:
    for sentence in (sentence for paragraph in document.paragraphs for sentence in paragraph):
        for number, word in enumerate(sentence, start=1):
            yield _line(number, word.form, word.upos, word.xpos, word.head, word.deprel)
        yield "\n"


def _found(parsed: ParsedText) -> Iterator[str]:
    for sentence in parsed.sentences:
        for token in sentence.tokens:
            yield _line(token.index + 1, token.text, token.upos, token.xpos, token.head + 1, token.deprel)
        yield "\n"


def _line(number: int, form: str, upos: str, xpos: str, head: int, deprel: str) -> str:
    return f"{number}\t{form}\t_\t{upos}\t{xpos}\t_\t{head}\t{deprel}\t_\t_\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the scores of every set; exit status 0."""
    from service.quotes import load_reader

    parser = argparse.ArgumentParser(prog="python -m models.evaluate.raw", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/parsed"), help="folder for parses")
    options = parser.parse_args(arguments)
    read = cached(lambda texts: load_reader()(texts), options.cache, version=package_version())
    for title, name, pattern in SETS:
        documents = [d for d in read_documents(corpora() / "ud" / f"{name}.conllu.gz") if re.search(pattern, d.id)]
        figures = "  ".join(f"{figure} {value:.2f}" for figure, value in score_raw(documents, read).items())
        sys.stdout.write(f"{title:26} {figures}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
