"""Measure the corpus job on made-up news and write the figures into docs/scale.md.

``python -m scripts.corpus_load`` takes about twenty minutes on two idle cores and refuses to take much longer: it reads
10,000 articles with as many actors as there are cores, a fifth of them with one, and some on one Ray node a core, and
compares each with the engine alone, which reads the same batches in as many bare processes at the same time.
``--share`` does a smaller part of everything, to try it out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.made_up_news import write_corpus
from scripts.ray_nodes import ray_node, workers_of
from service.corpus.__main__ import main as run_corpus
from service.corpus.articles import Columns, make_candidate
from service.corpus.records import Record
from service.corpus.running import Engine
from service.corpus.shards import WINDOW_ARTICLES, make_batches
from service.intake import Intake
from service.quotes.types import Article, Extraction
from service.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->"
ARTICLES, ALONE_ARTICLES, NODE_ARTICLES, BARE_ARTICLES, EMPTY_ARTICLES = 10_000, 2_000, 1_000, 400, 100_000
# The whole measurement ends after so long whatever happens, what has not been measured by then is left out.
LIMIT_SECONDS = 25 * 60
# What news has: the articles made up here are shorter.
NEWS_CHARACTERS = 4000


class Nothing:
    """Reads nothing, so that only the job around the engine is left to measure."""

    package, version = "none", "0"

    def __call__(self, articles: Sequence[Article]) -> tuple[Extraction, ...]:
        """No quotes."""
        return tuple(Extraction(article.text, (), ()) for article in articles)


def nothing(_: Settings) -> Engine:
    """The engine that reads nothing."""
    return Engine(Nothing, {"package": "none", "version": "0"})


@dataclass(slots=True)
class Run:
    """A run of the job: seconds from start to end and from the first shard done to the last, and what it read."""

    name: str
    actors: int
    seconds: float = 0.0
    summary: dict[str, Any] = field(default_factory=dict)
    steady: float = 0.0
    bare: float = 0.0
    first_half: float = 0.0
    second_half: float = 0.0
    found: float = 0.0

    @property
    def articles(self) -> int:
        """Articles read."""
        return int(self.summary["articles_read"])


def lines_of(path: Path, count: int) -> list[dict[str, Any]]:
    """Return the first ``count`` articles of a file."""
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line, _ in zip(handle, range(count), strict=False)]


def read_bare(path: Path, count: int) -> None:
    """Read ``count`` articles as an actor does, without the job around it, and print characters a second."""
    from service import load_extract

    extract = load_extract(Settings())
    columns, settings = Columns(), Settings()
    records = [Record("", fields) for fields in lines_of(path, count)]
    candidates = [make_candidate(record, columns, settings) for record in records]
    batches = []
    for start in range(0, count, WINDOW_ARTICLES):
        window = candidates[start : start + WINDOW_ARTICLES]
        batches += [[window[n].intake.article for n in batch if isinstance(window[n].intake, Intake)]
                    for batch in make_batches(window)]  # fmt: skip
    extract(batches[0])
    print("ready", flush=True)
    sys.stdin.readline()
    start_time = time.perf_counter()
    for batch in batches:
        extract(batch)
    seconds = time.perf_counter() - start_time
    print(sum(len(article.text) for batch in batches for article in batch) / seconds, flush=True)


def bare_speed(path: Path, processes: int, count: int) -> float:
    """Return characters a second of the engine alone, in so many processes at once, added up."""
    command = [sys.executable, "-m", "scripts.corpus_load", "--bare", str(path), "--count", str(count)]
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(processes)
        ]
        for process in running:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise SystemExit("the engine did not load")
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return sum(float(process.stdout.readline()) for process in running if process.stdout)


class Watch:
    """Notes the memory of the actors while it runs."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.largest: list[int] = []

    def __enter__(self) -> Watch:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(2.0):
            sizes = [_resident(worker) for pid in self._pids for worker in workers_of(pid)]
            if any(sizes):
                self.largest.append(max(sizes))

    def halves(self) -> tuple[float, float]:
        """Return the median memory of the largest actor, in MB, in the second and the last quarter of the time."""
        quarter = max(1, len(self.largest) // 4)
        parts = (self.largest[quarter : 2 * quarter], self.largest[-quarter:])
        first, second = (statistics.median(part) / 1e6 if part else 0.0 for part in parts)
        return first, second


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def run_job(
    name: str, path: Path, folder: Path, actors: int, *options: str, watched: Sequence[int] = (), limit: float
) -> Run:
    """Run the command and return what it took; raise ``TimeoutExpired`` after ``limit`` seconds."""
    command = [sys.executable, "-m", "service.corpus", "run", str(path), str(folder), "--format", "jsonl", *options]
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    with process, Watch([*watched, process.pid]) as watch:
        try:
            if process.wait(limit):
                raise SystemExit(f"{name} failed")
        except subprocess.TimeoutExpired:
            process.terminate()
            raise
    run = Run(name, actors, time.monotonic() - start, json.loads((folder / "summary.json").read_bytes()))
    run.steady = steady_speed(folder, actors)
    run.first_half, run.second_half = watch.halves()
    return run


def steady_speed(folder: Path, actors: int) -> float:
    """Return characters a second from the first shards done to the last: without the start of Ray and models."""
    marks = sorted(
        (path.stat().st_mtime, json.loads(path.read_bytes())["characters"]) for path in (folder / "done").iterdir()
    )
    counted = marks[actors:]
    return sum(characters for _, characters in counted) / max(1e-9, marks[-1][0] - marks[actors - 1][0])


def known_share(folder: Path, expected: Path, ids: set[str]) -> float:
    """Return the share of the known quotes that were found with their words, type and speaker, and the outlet if told.

    Where the text names no outlet beside a quote, one that the speaker told something else may well be credited.
    """
    found = set()
    for path in (folder / "quotes").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found |= {_known(row, row["article_id"], row["outlet"]), _known(row, row["article_id"], None)}
    known = [quote for quote in map(json.loads, expected.open(encoding="utf-8")) if quote["id"] in ids]
    return sum(_known(quote, quote["id"], quote["outlet"]) in found for quote in known) / len(known)


def _known(quote: Mapping[str, Any], article: str, outlet: str | None) -> tuple[Any, ...]:
    words = quote["text"].strip(" .,").casefold()
    return article, quote["type"], words, quote["speaker"], (outlet or "").casefold().removeprefix("the ")


def take(path: Path, count: int, to: Path) -> Path:
    """Write the first ``count`` articles of ``path`` to ``to``."""
    with path.open("rb") as handle:
        to.write_bytes(b"".join(line for line, _ in zip(handle, range(count), strict=False)))
    return to


@contextmanager
def nodes(folder: Path, count: int) -> Iterator[tuple[str, list[int]]]:
    """Within, ``count`` Ray nodes of one core run here; gives the address and the nodes' processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        head = ("--head", f"--port={port}", "--include-dashboard=false")
        started = [stack.enter_context(ray_node(folder / "head", *head))]
        _await_start(folder / "head")
        for number in range(1, count):
            started.append(stack.enter_context(ray_node(folder / f"node{number}", f"--address=127.0.0.1:{port}")))
            _await_start(folder / f"node{number}")
        yield f"127.0.0.1:{port}", [process.pid for process in started]


def _await_start(log: Path) -> None:
    end = time.monotonic() + 120
    while "started" not in log.read_text():
        if time.monotonic() > end:
            raise SystemExit(f"a Ray node did not start:\n{log.read_text()}")
        time.sleep(0.2)


def overhead(folder: Path, count: int) -> tuple[float, float]:
    """Return articles a second and shards a second of the job with an engine that reads nothing."""
    path = folder / "empty.jsonl"
    path.write_text("".join(json.dumps({"id": f"e{n}", "text": "Nothing is said. " * 60}) + "\n" for n in range(count)))
    speeds = []
    for articles, taken in ((1000, count), (1, max(20, count // 200))):
        source = take(path, taken, folder / f"empty{articles}.jsonl")
        out = folder / f"nothing{articles}"
        arguments = ["run", str(source), str(out), "--format", "jsonl", "--shard-articles", str(articles)]
        run_corpus([*arguments, "--actors", str(len(os.sched_getaffinity(0)))], engine=nothing)
        times = sorted(path.stat().st_mtime for path in (out / "done").iterdir())
        speeds.append((len(times) - 1) * articles / max(1e-9, times[-1] - times[0]))
    return speeds[0], speeds[1]


def measure(folder: Path, share: float) -> str:
    """Measure everything and return the figures for the document."""
    cores = len(os.sched_getaffinity(0))
    end = time.monotonic() + LIMIT_SECONDS
    counts = [max(100, int(share * count)) for count in (ARTICLES, ALONE_ARTICLES, NODE_ARTICLES, BARE_ARTICLES)]
    path, expected = write_corpus(folder / "in", counts[0])
    bare = {processes: bare_speed(path, processes, counts[3]) for processes in dict.fromkeys((1, cores))}
    print(
        {processes: round(speed) for processes, speed in bare.items()}, "characters/s of the engine alone", flush=True
    )
    runs: list[Run] = []
    tasks = [
        ("one actor", counts[1], 1),
        ("one Ray node a core", counts[2], cores),
        ("an actor a core", counts[0], cores),
    ]
    for name, count, actors in tasks:
        source = take(path, count, folder / f"{count}.jsonl")
        out = folder / name.replace(" ", "-")
        with ExitStack() as stack:
            options, watched = ["--actors", str(actors)], []
            if "node" in name:
                address, watched = stack.enter_context(nodes(folder, cores))
                options += ["--address", address]
            limit = end - time.monotonic()
            try:
                run = run_job(name, source, out, actors, *options, watched=watched, limit=limit)
            except subprocess.TimeoutExpired:
                print(f"{name} was not done within {LIMIT_SECONDS} s and is left out", flush=True)
                continue
        run.bare = bare[actors]
        run.found = known_share(out, expected, {fields["id"] for fields in lines_of(path, count)})
        runs.append(run)
        print(f"{name}: {run.articles} articles in {run.seconds:.0f} s", flush=True)
    plumbing = overhead(folder, max(2000, int(share * EMPTY_ARTICLES)))
    return describe(runs, bare, plumbing)


def describe(runs: Sequence[Run], bare: Mapping[int, float], plumbing: tuple[float, float]) -> str:
    """Return the figures as Markdown."""
    rows = [
        f"| {run.name} | {run.articles} | {run.seconds:.0f} | {run.articles / run.seconds:.2f} | "
        f"{run.steady:.0f} | {run.bare:.0f} | {100 * run.steady / run.bare:.0f} % | "
        f"{run.first_half:.0f} → {run.second_half:.0f} | {100 * run.found:.1f} % |\n"
        for run in runs
    ]
    lengths = [run.summary["characters"] / run.articles for run in runs]
    processor = [run.summary["characters"] / run.summary["seconds_of_processor"] for run in runs]
    speed = statistics.median(processor) if processor else bare[1]
    hours = NEWS_CHARACTERS / speed / 3600
    return (
        f"Measured on {platform.machine()}, {len(os.sched_getaffinity(0))} cores, with "
        "`python -m scripts.corpus_load`; "
        f"articles of {statistics.mean(lengths):.0f} characters on average.\n\n"
        "| Run | Articles | Seconds in all | Articles/s in all | Characters/s | Engine alone | Share | "
        "Memory of an actor, MB | Known quotes found |\n| --- " + "| --- " * 8 + "|\n" + "".join(rows) + "\n"
        f"A core reads {speed:,.0f} characters a second of its own time: {speed / NEWS_CHARACTERS:.2f} articles/s of "
        f"{NEWS_CHARACTERS:,} characters. A million such articles cost {1e6 * hours:.0f} core hours, a hundred million "
        f"{1e8 * hours:,.0f}.\n\n"
        f"With an engine that reads nothing, the job moves {plumbing[0]:,.0f} articles/s in shards of 1,000 and "
        f"{plumbing[1]:.1f} shards/s in shards of one article.\n"
    )


def write_figures(figures: str) -> None:
    """Put ``figures`` into the document between its marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    DOCUMENT.write_text(f"{text[:before]}\n{figures}\n{text[after:]}", encoding="utf-8")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the articles (%(default)s)")
    parser.add_argument("--dry", action="store_true", help="print the figures and leave the document as it is")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        read_bare(options.bare, options.count)
        return
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        figures = measure(Path(folder), options.share)
    print(figures)
    if not options.dry:
        write_figures(figures)


if __name__ == "__main__":
    main()
