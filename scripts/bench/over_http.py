"""What a service on 127.0.0.1 does: how soon it is ready, how fast it answers, and what its workers hold."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.timings import Latency, latency_of
from scripts.load import Call, Service, run_clients, serving

APP = "service:create_app()"


@dataclass(frozen=True, slots=True)
class Held:
    """Memory of a service in bytes after it has read many articles: resident in its largest worker (shared pages
    included) and proportional of all its processes together (shared pages once).
    """

    workers: int
    resident: int
    proportional: int


@dataclass(frozen=True, slots=True)
class Served:
    """What a service of so many workers did under load: articles a second, how many it read, and what it held."""

    articles_a_second: float
    articles: int
    held: Held


@contextmanager
def service_of(workers: int) -> Iterator[tuple[Service, float]]:
    """Within, a service of ``workers`` runs; also gives the seconds until it was ready."""
    start = time.perf_counter()
    # A place to wait for each client: a refusal would be no reading.
    settings = {"WEB_CONCURRENCY": str(workers), "ONRECORD_QUEUE_ARTICLES": str(2 * workers)}
    with serving(APP, poll_seconds=0.02, **settings) as service:
        yield service, time.perf_counter() - start


def unloaded(service: Service, articles: Mapping[int, Sequence[str]]) -> list[Latency]:
    """Return the latency of calls that come one after the other; ``articles`` by their number of words."""
    found = []
    for words, texts in articles.items():
        seconds = []
        for text in texts:
            start = time.perf_counter()
            post(service, text)
            seconds.append(time.perf_counter() - start)
        found.append(latency_of(words, seconds))
    return found


def post(service: Service, text: str) -> None:
    """Send an article. Raises ``SystemExit`` when it is not read."""
    status, _, body = service.post(text)
    if status != 200:
        raise SystemExit(f"an article of {len(text)} characters was answered {status}: {body[:300]!r}")


def under_load(service: Service, workers: int, texts: Sequence[str], seconds: float) -> Served:
    """Keep every worker busy for ``seconds`` with ``texts`` in turn and return what was done and held."""
    turns = itertools.cycle(texts)
    lock = threading.Lock()

    def once() -> Call:
        with lock:
            text = next(turns)
        start = time.perf_counter()
        status, _, _ = service.post(text)
        return Call(status, time.perf_counter() - start, status == 200)

    start = time.perf_counter()
    calls = run_clients(2 * workers, seconds, once)
    took = time.perf_counter() - start
    read = sum(call.right for call in calls)
    if not read:
        raise SystemExit("no article was read under load")
    return Served(read / took, read, held_by(service, workers))


def held_by(service: Service, workers: int) -> Held:
    """Return what the service holds now."""
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
    return Held(workers, max(_resident_bytes(pid) for pid in children), service.memory_bytes())


def _resident_bytes(pid: str) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
