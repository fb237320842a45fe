"""What reading costs in this process, on one thread: ours stage by stage, and the references on the same text.

Rounds of the references and of ours take turns, and medians are compared: what else the machine does weighs on all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch

from models.evaluate import baseline
from models.package import READER, ROOT, VOCABULARY, load_pipeline
from models.reader.network import Batch, Reader
from models.reader.pieces import Pieces
from models.reader.processor import ArticleReader, best_dtype, load_reader
from service.quotes import extract_quotes
from service.quotes.parse import Part, build_parsed
from service.quotes.types import Article, ParsedText

OURS, STOCK, ENCODER, BASELINE = "whole", "stock", "encoder", "baseline"
STAGES = ("tokenize", "reader", "lemmas", "parsed", "rules")


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of single articles of so many words: the median and the value that 95 of 100 do not exceed."""

    words: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """Some texts in every form that a stage takes, made before the clock starts."""

    texts: tuple[str, ...]
    articles: tuple[Article, ...]
    words: tuple[tuple[str, ...], ...]
    batches: tuple[Batch, ...]
    documents: tuple[Any, ...]
    parses: tuple[ParsedText, ...]


class Engine:
    """Our pipeline with its stages apart, each timed for itself and all of them together."""

    def __init__(self) -> None:
        self.pipeline = load_pipeline()
        self.reader = ArticleReader(load_reader(ROOT / READER, dtype=best_dtype()), Pieces(ROOT / VOCABULARY))

    def bundle(self, texts: Sequence[str]) -> Bundle:
        """Prepare ``texts`` for every stage."""
        documents = self.pipeline.bulk_process(list(texts))
        return Bundle(
            texts=tuple(texts),
            articles=tuple(map(Article, texts)),
            words=tuple(tuple(word.text for word in s.words) for doc in documents for s in doc.sentences),
            batches=tuple(self.reader.batches(documents)),
            documents=tuple(documents),
            parses=tuple(build_parsed(text, [Part(0, doc)]) for text, doc in zip(texts, documents, strict=True)),
        )

    def read(self, articles: Sequence[Article]) -> None:
        """Texts to quotes, as the service reads them."""
        extract_quotes(articles, read=self._parse)

    def _parse(self, texts: Sequence[str]) -> list[ParsedText]:
        documents = self.pipeline.bulk_process(list(texts))
        return [build_parsed(text, [Part(0, doc)]) for text, doc in zip(texts, documents, strict=True)]

    def stages(self, bundle: Bundle) -> dict[str, float]:
        """Seconds of each stage for one reading of ``bundle``."""
        processors = self.pipeline.processors
        documents = list(bundle.texts)
        seconds: dict[str, float] = {}
        for name in ("tokenize", "reader", "lemmas"):
            start = time.perf_counter()
            documents = processors[name].bulk_process(documents)
            seconds[name] = time.perf_counter() - start
        seconds["parsed"] = seconds_of(
            lambda: [build_parsed(t, [Part(0, doc)]) for t, doc in zip(bundle.texts, documents, strict=True)]
        )
        seconds["rules"] = seconds_of(lambda: extract_quotes(bundle.articles, read=lambda _: bundle.parses))
        return seconds

    @torch.inference_mode()
    def encode(self, bundle: Bundle) -> None:
        """Reference (b): one bare forward pass of the encoder over the word pieces that the reader reads, in its
        batches and its precision.
        """
        network: Reader = self.reader.net
        for batch in bundle.batches:
            network.encoder(batch.pieces)


def seconds_of(call: Callable[[], object]) -> float:
    """Return the seconds that ``call`` takes by the clock."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(engine: Engine, stock: Any, bundle: Bundle, *, rounds: int) -> dict[str, float]:
    """Return the median seconds of ours, its stages and the references over ``rounds``, after one to warm up.

    ``stock`` is the pipeline of reference (a), which gets our sentences and words and so need not look for them.
    """
    sentences = [list(words) for words in bundle.words]
    calls: dict[str, Callable[[], object]] = {
        OURS: lambda: engine.read(bundle.articles),
        ENCODER: lambda: engine.encode(bundle),
        BASELINE: lambda: baseline.extract(bundle.articles),
        STOCK: lambda: stock(sentences),
    }
    taken: dict[str, list[float]] = {name: [] for name in (*calls, *STAGES)}
    for number in range(rounds + 1):
        found = {name: seconds_of(call) for name, call in calls.items()} | engine.stages(bundle)
        if number:
            for name, seconds in found.items():
                taken[name].append(seconds)
    return {name: median(seconds) for name, seconds in taken.items()}


def latencies(engine: Engine, articles: Mapping[int, Sequence[str]]) -> list[Latency]:
    """Return the latency of single articles in process; ``articles`` by their number of words."""
    return [latency_of(words, [_whole_seconds(engine, text) for text in texts]) for words, texts in articles.items()]


def _whole_seconds(engine: Engine, text: str) -> float:
    article = Article(text)
    return seconds_of(lambda: engine.read([article]))


def latency_of(words: int, seconds: Sequence[float]) -> Latency:
    """Return the percentiles of ``seconds`` (nearest rank). Raises ``ValueError`` when there are none."""
    if not seconds:
        raise ValueError("no call was timed")
    ordered = sorted(seconds)
    return Latency(words, median(ordered), ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)])
