"""The benchmark: its texts, references, arithmetic and report. Nothing here depends on the speed of the machine."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from scripts.bench.articles import LENGTHS, articles_of, count_words, mixed
from scripts.bench.over_http import Held, Served
from scripts.bench.report import BEGIN, DOCUMENT, END, Bound, Measured, describe, describe_machine, draw, write
from scripts.bench.timings import BASELINE, ENCODER, OURS, STAGES, STOCK, Latency, latency_of

GOOD = Measured(
    words=2000,
    seconds={OURS: 1.0, STOCK: 12.0, ENCODER: 0.6, BASELINE: 0.01, **dict.fromkeys(STAGES, 0.2)},
    mixed=(2500.0, 9.5),
    in_process=[Latency(words, 0.1, 0.2) for words in LENGTHS],
    over_http=[Latency(words, 0.1, 0.3) for words in LENGTHS],
    grown={1: 0.1, 10: 0.9, 100: 9.0},
    load=2.0,
    ready=5.0,
    one=Served(10.0, 600, Held(1, 500_000_000, 600_000_000)),
    two=Served(17.0, 1020, Held(2, 700_000_000, 750_000_000)),
    package=50_000_000,
    cores=2,
)


@pytest.mark.parametrize("words", LENGTHS)
def test_articles_have_the_words_they_are_to_have_and_differ(words: int) -> None:
    texts = articles_of(words, 3, seed=1)
    assert [len(text.split()) for text in texts] == [words] * 3
    assert len(set(texts)) == 3
    assert texts == articles_of(words, 3, seed=1)
    assert texts != articles_of(words, 3, seed=2)


def test_mixed_articles_are_of_many_lengths() -> None:
    texts = mixed(40, seed=1)
    assert len({len(text) for text in texts}) > 30
    assert count_words(texts) == len(" ".join(texts).split())


BOUNDS = [
    (Bound("at the least", 12.0, least=12), True, "a bound holds where it is met exactly"),
    (Bound("below the least", 11.99, least=12), False, "just below"),
    (Bound("at the most", 1.8, most=1.8), True, "met exactly"),
    (Bound("above the most", 1.81, most=1.8), False, "just above"),
]


@pytest.mark.parametrize(("bound", "held", "why"), BOUNDS)
def test_bounds(bound: Bound, held: bool, why: str) -> None:
    assert bound.held is held, why
    assert ("**no**" in bound.row()) is not held


def test_all_bounds_hold_at_their_edges() -> None:
    assert [bound.name for bound in GOOD.bounds() if not bound.held] == []
    assert [round(bound.value, 3) for bound in GOOD.bounds()] == [12.0, 1.667, 300.0, 5.0, 700.0, 150.0, 1.7]


WORSE = [
    ({"seconds": {**GOOD.seconds, STOCK: 11.9}}, "speed of the whole over (a)"),
    ({"seconds": {**GOOD.seconds, ENCODER: 0.55}}, "time of the whole over (b)"),
    ({"over_http": [Latency(words, 0.1, 0.301) for words in LENGTHS]}, "p95 over HTTP, 600 words, nothing else to do"),
    ({"ready": 5.01}, "from the start to ready"),
    ({"two": Served(17.0, 1, Held(2, 701_000_000, 750_000_000))}, "resident memory of a worker under load"),
    ({"two": Served(17.0, 1, Held(2, 600_000_000, 751_000_000))}, "memory of each further worker"),
    ({"two": Served(16.9, 1, Held(2, 600_000_000, 750_000_000))}, "two workers over one"),
]


@pytest.mark.parametrize(("change", "broken"), WORSE)
def test_each_bound_breaks_by_itself(change: dict[str, object], broken: str) -> None:
    measured = dataclasses.replace(GOOD, **change)  # type: ignore[arg-type]
    assert [bound.name for bound in measured.bounds() if not bound.held] == [broken]


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert latency_of(300, [float(n) for n in range(1, 101)]) == Latency(300, 50.5, 95.0)
    assert latency_of(300, [3.0]) == Latency(300, 3.0, 3.0)
    with pytest.raises(ValueError, match="no call"):
        latency_of(300, [])


MACHINES = [
    ("flags\t\t: fpu avx2 avx512f amx_bf16\n", "vector instructions: avx2, avx512f, amx_bf16", "x86"),
    ("Features\t: fp asimd bf16\n", "vector instructions: asimd, bf16", "Arm"),
    ("model name\t: secret\n", "none of those that matter", "no flags; the model's name is not told"),
]


@pytest.mark.parametrize(("cpuinfo", "expected", "why"), MACHINES)
def test_the_machine_is_named_by_what_it_can_do(cpuinfo: str, expected: str, why: str) -> None:
    said = describe_machine(cpuinfo, "MemTotal:       25165824 kB\n", 2)
    assert expected in said, why
    assert "2 cores, 24 GiB" in said
    assert "secret" not in said


def test_the_report_has_every_figure_and_fits_between_the_marks(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write(describe(GOOD, "a machine"), draw(GOOD), document)
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    for stage in STAGES:
        assert f"| {stage} | 200.0 | 20% |" in text
    assert "| 600 | 100 | 200 | 100 | 300 |" in text
    assert text.count("| yes |") == len(GOOD.bounds())
    svg = (tmp_path / "benchmarks.svg").read_text(encoding="utf-8")
    assert "words a second" in svg
    assert draw(GOOD) == svg, "the same figures give the same picture"


def test_the_document_has_the_marks() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


# Stanza's training commands leave their files for the garbage collector to close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.models
def test_the_references_read_what_ours_reads(tmp_path: Path) -> None:
    from scripts.bench.stock import build_stock
    from scripts.bench.timings import Engine, compare, latencies

    engine = Engine()
    bundle = engine.bundle(articles_of(60, 2, seed=1))
    stock = build_stock(tmp_path)
    sizes = {name: sum(p.numel() for p in stock.processors[name].trainer.model.parameters()) for name in ("pos", "ner")}
    # The default English package's models have some 20 million parameters each, all but a few in the character models.
    assert all(15e6 < size < 40e6 for size in sizes.values()), sizes
    read = stock([list(words) for words in bundle.words])
    assert [[word.text for word in s.words] for s in read.sentences] == [list(words) for words in bundle.words]
    assert all(word.deprel and word.upos for s in read.sentences for word in s.words)
    seconds = compare(engine, stock, bundle, rounds=1)
    assert seconds.keys() == {OURS, STOCK, ENCODER, BASELINE, *STAGES}
    assert all(value > 0 for value in seconds.values())
    assert [latency.words for latency in latencies(engine, {60: list(bundle.texts)})] == [60]
