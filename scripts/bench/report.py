"""What was measured as a document: bounds with their verdicts, tables and a chart."""

from __future__ import annotations

import io
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from scripts.bench.over_http import Served
from scripts.bench.timings import BASELINE, ENCODER, OURS, STAGES, STOCK, Latency

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "benchmarks.md"
CHART = DOCUMENT.with_name("benchmarks.svg")
BEGIN, END = "<!-- measured -->", "<!-- end -->"
_VECTOR_FLAGS = (
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_bf16",
    "amx_int8",
    "asimd",
    "bf16",
    "i8mm",
    "sve",
)
MB = 1e6
_NAMES = {
    OURS: "onrecord, text to quotes",
    STOCK: "(a) Stanza's stock architecture: tags, trees, entities",
    ENCODER: "(b) one bare pass of our encoder",
    BASELINE: "(c) marks and verbs by regular expressions",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise: ``value`` is to be at least (``least``) or at most (``most``) so much, in ``unit``."""

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def held(self) -> bool:
        """Whether the value keeps within the bound, the bound itself included."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def row(self) -> str:
        """The bound as a row of a table: what, how much it is to be, how much it is, the verdict."""
        asked = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        return (
            f"| {self.name} | {asked}{self.unit} | {self.value:.3g}{self.unit} | {'yes' if self.held else '**no**'} |"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything of one run. Times in seconds, memory and package in bytes.

    seconds: medians by name for ``words`` words, ours, its stages and the references. mixed: words and articles a
    second of articles of many lengths read together. grown: seconds over HTTP by kilobytes of an article.
    """

    words: int
    seconds: Mapping[str, float]
    mixed: tuple[float, float]
    in_process: Sequence[Latency]
    over_http: Sequence[Latency]
    grown: Mapping[int, float]
    load: float
    ready: float
    one: Served
    two: Served
    package: int
    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))

    def bounds(self) -> list[Bound]:
        """What the figures must show."""
        ours, p95 = self.seconds[OURS], {latency.words: latency.p95 for latency in self.over_http}
        further = (self.two.held.proportional - self.one.held.proportional) / (self.two.held.workers - 1)
        return [
            Bound("speed of the whole over (a)", self.seconds[STOCK] / ours, " ×", least=12),
            Bound("time of the whole over (b)", ours / self.seconds[ENCODER], " ×", most=1.8),
            Bound("p95 over HTTP, 600 words, nothing else to do", 1000 * p95[600], " ms", most=300),
            Bound("from the start to ready", self.ready, " s", most=5),
            Bound("resident memory of a worker under load", self.two.held.resident / MB, " MB", most=700),
            Bound("memory of each further worker", further / MB, " MB", most=150),
            Bound("two workers over one", self.two.articles_a_second / self.one.articles_a_second, " ×", least=1.7),
        ]


def describe_machine(cpuinfo: str, meminfo: str, cores: int) -> str:
    """Say what kind of machine it is, from the text of ``/proc/cpuinfo`` and ``/proc/meminfo``, without its name."""
    fields = {
        key.strip().lower(): value
        for line in cpuinfo.splitlines()
        if ":" in line
        for key, value in [line.split(":", 1)]
    }
    flags = set((fields.get("flags") or fields.get("features") or "").split())
    vectors = [flag for flag in _VECTOR_FLAGS if flag in flags] or ["none of those that matter"]
    total = next((int(line.split()[1]) for line in meminfo.splitlines() if line.startswith("MemTotal:")), 0)
    return f"{platform.machine()}, {cores} cores, {total / 2**20:.0f} GiB, vector instructions: {', '.join(vectors)}"


def this_machine(cores: int) -> str:
    """Describe the machine that this runs on."""
    return describe_machine(Path("/proc/cpuinfo").read_text(), Path("/proc/meminfo").read_text(), cores)


def draw(measured: Measured) -> str:
    """Draw words a second of ours and the references, on a scale of powers of ten, as SVG."""
    names = (STOCK, OURS, ENCODER, BASELINE)
    speeds = [measured.words / measured.seconds[name] for name in names]
    # The same figures give the same file, and its words stay words.
    with rc_context({"svg.hashsalt": "onrecord", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(9, 2.6), layout="constrained")
        axes = figure.add_subplot()
        bars = axes.barh([_NAMES[name] for name in names], speeds, color=["#9aa5b1", "#1f5fa8", "#9aa5b1", "#9aa5b1"])
        axes.bar_label(bars, labels=[f"{speed:,.0f}" for speed in speeds], padding=4)
        axes.set_xscale("log")
        axes.set_xlabel("words a second on one core")
        axes.margins(x=0.12)
        axes.spines[["top", "right"]].set_visible(False)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", facecolor="white", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"


def describe(measured: Measured, machine: str) -> str:
    """Return the figures as Markdown."""
    parts = [
        f"Measured on {machine}; one thread a process. Package of models: {measured.package / MB:.0f} MB.",
        "| | asked | measured | held |\n| --- | --- | --- | --- |\n" + "\n".join(b.row() for b in measured.bounds()),
        f"![Words a second of onrecord and the references]({CHART.name})",
        _speeds(measured),
        _stages(measured),
        _latencies(measured),
        _memory(measured),
    ]
    return "\n\n".join(parts)


def _speeds(measured: Measured) -> str:
    rows = [
        f"| {_NAMES[name]} | {seconds:.3f} | {measured.words / seconds:,.0f} | {seconds / measured.seconds[OURS]:.3g} |"
        for name, seconds in measured.seconds.items()
        if name in _NAMES
    ]
    words, articles = measured.mixed
    return (
        f"{measured.words:,} words, medians of rounds that take turns:\n\n| | seconds | words/s | time over ours |\n"
        "| --- | --- | --- | --- |\n" + "\n".join(rows) + f"\n\nArticles of many lengths, 16 read together: "
        f"{words:,.0f} words/s, {articles:.1f} articles/s."
    )


def _stages(measured: Measured) -> str:
    total = sum(measured.seconds[stage] for stage in STAGES)
    rows = [
        f"| {stage} | {1000 * measured.seconds[stage]:.1f} | {measured.seconds[stage] / total:.0%} |"
        for stage in STAGES
    ]
    return "Stages for the same words:\n\n| stage | ms | share |\n| --- | --- | --- |\n" + "\n".join(rows)


def _latencies(measured: Measured) -> str:
    http = {latency.words: latency for latency in measured.over_http}
    rows = [
        f"| {one.words} | {1000 * one.p50:.0f} | {1000 * one.p95:.0f} | {1000 * http[one.words].p50:.0f} | "
        f"{1000 * http[one.words].p95:.0f} |"
        for one in measured.in_process
    ]
    grown = ", ".join(f"{kilobytes} KB {seconds:.2f} s" for kilobytes, seconds in measured.grown.items())
    return (
        "Latency of one article in ms, unloaded:\n\n| words | in process p50 | p95 | over HTTP p50 | p95 |\n"
        "| --- | --- | --- | --- | --- |\n" + "\n".join(rows) + f"\n\nTime grows with length and no faster: {grown}."
    )


def _memory(measured: Measured) -> str:
    rows = [
        f"| {s.held.workers} | {s.articles} | {s.articles_a_second:.2f} | {s.held.resident / MB:.0f} | "
        f"{s.held.proportional / MB:.0f} |"
        for s in (measured.one, measured.two)
    ]
    return (
        f"Loading the models takes {measured.load:.1f} s, the service is ready after {measured.ready:.1f} s. Under "
        "load, two calls at a time for each worker, articles of many lengths:\n\n"
        "| workers | articles read | articles/s | resident of the largest worker, MB | proportional of all, MB |\n"
        "| --- | --- | --- | --- | --- |\n" + "\n".join(rows)
    )


def write(figures: str, chart: str, document: Path = DOCUMENT) -> None:
    """Put ``figures`` into the document between its marks and the chart beside it."""
    text = document.read_text(encoding="utf-8")
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    document.write_text(f"{text[:before]}\n\n{figures}\n\n{text[after:]}", encoding="utf-8")
    document.with_name(CHART.name).write_text(chart, encoding="utf-8")
