"""Measure speed and memory beside references on the same text in one run: ``python -m scripts.bench``.

References: (a) Stanza's stock English architecture with random weights, (b) one bare forward pass of our encoder,
(c) a baseline of regular expressions. The figures go into docs/benchmarks.md with a chart (``--dry``: only printed).
They mean something only on an idle machine of two cores or more. Exit status 1 when a bound does not hold.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from models.package import read_manifest
from scripts.bench import over_http, report
from scripts.bench.articles import LENGTHS, articles_of, count_words, mixed
from scripts.bench.stock import build_stock
from scripts.bench.timings import Engine, Latency, compare, latencies
from service.quotes.types import Article

# Articles and rounds of a full and of a quick run; seconds of load for a service.
_FULL, _QUICK = (40, 5, 60.0), (8, 2, 15.0)
_TOGETHER = 16
_MIXED_ARTICLES = 400
_KILOBYTES = (1, 10, 100)
_LOAD = "import time; start = time.perf_counter(); from service.quotes import load_extractor; load_extractor(); " \
    "print(time.perf_counter() - start)"  # fmt: skip


def measure(count: int, rounds: int, load_seconds: float) -> report.Measured:
    """Measure everything; ``count`` articles a length, ``rounds`` of the comparison, ``load_seconds`` of load."""
    articles = {words: articles_of(words, count, seed=words) for words in LENGTHS}
    many = mixed(_MIXED_ARTICLES, seed=3)
    load = float(subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True).stdout)
    words, seconds, in_process, speed = _in_process(articles, many[: 5 * count], rounds)
    with over_http.service_of(1) as (service, ready):
        _say("over HTTP, nothing else to do")
        over_http.unloaded(service, {300: articles_of(300, 3, seed=1)})
        unloaded = over_http.unloaded(service, articles)
        sizes = {size: [_of_size(size, seed) for seed in range(3)] for size in _KILOBYTES}
        grown = {latency.words: latency.p50 for latency in over_http.unloaded(service, sizes)}
    one, two = (_loaded(workers, many, load_seconds) for workers in (1, 2))
    package = sum(file.bytes for file in read_manifest().files)
    return report.Measured(words, seconds, speed, in_process, unloaded, grown, load, ready, one, two, package)


def _loaded(workers: int, texts: Sequence[str], seconds: float) -> over_http.Served:
    """Put a fresh service of so many workers under load; what it compiles for its first articles is not counted."""
    _say(f"under load, {workers} workers")
    with over_http.service_of(workers) as (service, _):
        over_http.under_load(service, workers, texts, seconds / 10)
        return over_http.under_load(service, workers, texts, seconds)


def _in_process(
    articles: Mapping[int, Sequence[str]], many: Sequence[str], rounds: int
) -> tuple[int, dict[str, float], list[Latency], tuple[float, float]]:
    """Words and seconds of the comparison, latencies by length, and words and articles a second of ``many`` read
    together.
    """
    engine = Engine()
    bundle = engine.bundle([articles_of(words, 1, seed=5 * words)[0] for words in LENGTHS])
    _say("beside the references")
    with tempfile.TemporaryDirectory() as folder:
        seconds = compare(engine, build_stock(Path(folder)), bundle, rounds=rounds)
    _say("in process")
    found = latencies(engine, articles)
    start = time.perf_counter()
    for at in range(0, len(many), _TOGETHER):
        engine.read([Article(text) for text in many[at : at + _TOGETHER]])
    took = time.perf_counter() - start
    return sum(map(len, bundle.words)), seconds, found, (count_words(many) / took, len(many) / took)


def _of_size(kilobytes: int, seed: int) -> str:
    return articles_of(200 * kilobytes, 1, seed=seed)[0][: 1000 * kilobytes]


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work: to try it, not to publish")
    parser.add_argument("--dry", action="store_true", help="print the figures and leave the document as it is")
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    measured = measure(*(_QUICK if options.quick else _FULL))
    figures = report.describe(measured, report.this_machine(measured.cores))
    print(figures)
    if not options.dry and not options.quick:
        report.write(figures, report.draw(measured))
    return 0 if all(bound.held for bound in measured.bounds()) else 1


if __name__ == "__main__":
    sys.exit(main())
