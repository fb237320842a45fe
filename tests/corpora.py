"""Small corpora and whole runs of the corpus command, for its tests."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.corpus.articles import Columns
from service.corpus.job import Job, Terms, plan
from service.corpus.output import Format, Output
from service.corpus.running import ShardWorker, Work
from service.corpus.sources import Shard
from service.settings import Settings
from tests.fake_corpus import fake_engine
from tests.server import ROOT

# Ray takes long to start on a busy machine; nothing measures time, this only bounds waiting.
PATIENCE_SECONDS = 400
SPEAKERS = ("Ana Ruiz", "Bob Hill", "Yusuf Demir")

Fields = dict[str, Any]


def make_articles(count: int, *, waiting: int = 0, seed: int = 1) -> list[Fields]:
    """Articles of none to six quotes; of every ``waiting`` one takes a tenth of a second to read."""
    chance = random.Random(seed)
    articles = []
    for number in range(count):
        said = (
            f"“The bridge number {number}.{i} will open,” {chance.choice(SPEAKERS)} told Reuters."
            for i in range(chance.randint(0, 6))
        )
        text = f"News {number}. {' '.join(said)}" + (" WAIT 1" if waiting and number % waiting == 0 else "")
        articles.append({"id": f"n{number}", "text": text, "publisher": "Post", "published": "2024-05-06"})
    return articles


def write_lines(path: Path, articles: Sequence[Fields | str]) -> Path:
    """Write JSON Lines; a text among ``articles`` is a line as it is."""
    lines = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in articles).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


def make_work(
    inputs: Sequence[Path], folder: Path, *, form: Format = "jsonl", shard_articles: int = 20, **more: Any
) -> Work:
    """The work of reading ``inputs`` with the fake extractor, planned anew."""
    settings, engine = Settings(), fake_engine(Settings())
    terms = Terms.of(form, more.pop("columns", Columns()), settings, engine.package)
    job: Job = plan([str(path) for path in inputs], terms, shard_articles=shard_articles)
    output = Output(folder, form)
    output.prepare()
    return Work(job, output, engine, settings, more.pop("archive", None))


def run_here(work: Work) -> dict[str, bytes]:
    """Do all shards one after the other in this process, without Ray; return the files of quotes by name."""
    with closing(ShardWorker(work)) as worker:
        for shard in work.job.shards:
            assert worker(batch_of(shard)) == {"number": [shard.number], "failure": [""]}
    return quotes_of(work.output.folder)


def batch_of(shard: Shard) -> dict[str, list[int]]:
    """The shard as Ray hands it to an actor."""
    return {name: [value] for name, value in asdict(shard).items()}


def quotes_of(folder: Path) -> dict[str, bytes]:
    """The files of quotes in an output folder, by name."""
    return {path.name: path.read_bytes() for path in sorted((folder / "quotes").iterdir())}


def rows_of(files: Mapping[str, bytes]) -> list[Fields]:
    """The rows of files of quotes in JSON Lines."""
    return [json.loads(line) for _, content in sorted(files.items()) for line in content.splitlines()]


def start(arguments: Sequence[object], log: Path, *, module: str = "tests.fake_corpus") -> subprocess.Popen[bytes]:
    """Start the command; what it says goes to ``log``."""
    command = [sys.executable, "-m", module, "run", *map(str, arguments)]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "OMP_NUM_THREADS": "1"})


def finish(process: subprocess.Popen[bytes], log: Path, *, status: int = 0) -> str:
    """Wait for the command to end with ``status`` and return what it said."""
    try:
        ended = process.wait(PATIENCE_SECONDS)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    said = log.read_text()
    assert ended == status, said
    return said


def run(arguments: Sequence[object], log: Path, *, status: int = 0, module: str = "tests.fake_corpus") -> str:
    """Run the command to its end and return what it said."""
    return finish(start(arguments, log, module=module), log, status=status)


def wait_for(condition: Callable[[], object], what: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until ``condition()`` holds while ``process`` runs."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process.poll() is None, f"ended before {what}\n{log.read_text()}"
        assert time.monotonic() < end, f"{what} did not come\n{log.read_text()}"
        time.sleep(0.05)


def marks_in(folder: Path) -> set[str]:
    """The shards that are done."""
    return {path.stem for path in (folder / "done").glob("part-*.json")}


def listening(pids: Sequence[int]) -> set[str]:
    """The addresses on which processes listen for TCP connections."""
    inodes: set[str] = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                # In hexadecimal, the bytes of each 32-bit word in the machine's order; IPv4 is the last word.
                words = bytes.fromhex(fields[1].partition(":")[0][-8:])
                found.add(".".join(map(str, reversed(words))))
    return found
