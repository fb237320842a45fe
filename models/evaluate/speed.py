"""The reader's time beside a bare forward pass of its encoder: ``python -m models.evaluate.speed``.

The articles are dev texts, read where they lie and tokenized before the clock starts. Passes of the two alternate in
one process, and their medians are compared, so that load from elsewhere weighs on both alike. The encoder gets the very
batches that the reader makes, in the same precision; the reader's time includes laying out windows, every head, all
decoding, and writing into the Documents.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch
from stanza.models.common.doc import Document

from models.package import READER, ROOT, TOKENIZER, VOCABULARY
from models.processors import build_document
from models.reader.network import Batch, Reader
from models.reader.pieces import Pieces
from models.reader.processor import ArticleReader, best_dtype, load_reader
from models.tokenizer import Tokenizer, load_weights
from models.train.data import CORPORA


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians over the rounds, in seconds for all articles, of the reader and the bare encoder."""

    threads: int
    dtype: str
    words: int
    reader: float
    encoder: float

    def parts(self) -> tuple[tuple[str, float], ...]:
        """Both times with their names."""
        return ("reader", self.reader), ("encoder", self.encoder)

    @property
    def ratio(self) -> float:
        """The reader's time as a multiple of the encoder's."""
        return self.reader / self.encoder


def articles_of(corpora: Path, *, count: int) -> list[str]:
    """The first ``count`` articles of PolNeAR's dev split. Raises ``OSError`` when it is missing."""
    paths = sorted((corpora / "polnear/dev/text").iterdir())[:count]
    return [path.read_bytes().decode("utf8") for path in paths]


def measure(
    reader: ArticleReader, texts: Sequence[str], *, threads: int, rounds: int, clock: Callable[[], float]
) -> Timing:
    """Time both by ``clock`` on ``threads`` threads, one article a call, after one round to warm up."""
    tokenizer = Tokenizer(load_weights(ROOT / TOKENIZER))
    docs = [build_document(text, list(tokenizer.split(text))) for text in texts]
    batches = [batch for doc in docs for batch in reader.batches([doc])]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        pairs = [
            (_time(clock, lambda: _read(reader, docs)), _time(clock, lambda: _encode(reader.net, batches)))
            for _ in range(rounds + 1)
        ]
    finally:
        torch.set_num_threads(before)
    return Timing(
        threads=threads,
        dtype=str(reader.net.root.dtype).removeprefix("torch."),
        words=sum(len(sentence.words) for doc in docs for sentence in doc.sentences),
        reader=median(pair[0] for pair in pairs[1:]),
        encoder=median(pair[1] for pair in pairs[1:]),
    )


def _time(clock: Callable[[], float], call: Callable[[], None]) -> float:
    began = clock()
    call()
    return clock() - began


def _read(reader: ArticleReader, docs: Sequence[Document]) -> None:
    for doc in docs:
        reader.read([doc])


@torch.inference_mode()
def _encode(net: Reader, batches: Sequence[Batch]) -> None:
    for batch in batches:
        net.encoder(batch.pieces)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each number of threads: words a second of both and the ratio of their times."""
    parser = argparse.ArgumentParser(prog="python -m models.evaluate.speed", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--articles", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu for a ratio on a busy machine")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), help="by default the best for this CPU")
    chosen = parser.parse_args(arguments)
    dtype = getattr(torch, chosen.dtype) if chosen.dtype else best_dtype()
    reader = ArticleReader(load_reader(ROOT / READER, dtype=dtype), Pieces(ROOT / VOCABULARY))
    clock = time.perf_counter if chosen.clock == "wall" else time.process_time
    texts = articles_of(chosen.corpora, count=chosen.articles)
    for threads in chosen.threads:
        timing = measure(reader, texts, threads=threads, rounds=chosen.rounds, clock=clock)
        speeds = [f"{name} {timing.words / took:.0f} words/s" for name, took in timing.parts()]
        sys.stdout.write("  ".join([f"{threads} threads", timing.dtype, *speeds, f"ratio {timing.ratio:.2f}"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
