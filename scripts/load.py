"""Load a service on this machine: requests a second, percentiles, errors and memory at 1, 2, 4 and 8 clients.

``python -m scripts.load`` starts a service of its own on 127.0.0.1 and stops it at the end; ``--overload`` instead
sends for a while at twice the rate that it can take and says whether it kept its promises. Articles of several lengths
are sent in turn, as a newsroom would. ``--app`` loads another application, as in ``tests.fake_service:app()`` to look
at the edge alone. Figures mean something only on an idle machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / "examples" / "article.txt").read_text(encoding="utf-8")
CLIENTS = (1, 2, 4, 8)
START_SECONDS = 300
# What the overload run must show: memory of its second half over its first, slow answers over unloaded ones.
MAX_MEMORY_GROWTH, MAX_SLOWDOWN = 1.05, 3.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call's outcome: status (0 when there was no answer), seconds, and whether the answer was right."""

    status: int
    seconds: float
    right: bool


@dataclass(frozen=True, slots=True)
class Service:
    """A running service and the process that holds its workers."""

    port: int
    pid: int

    def memory_bytes(self) -> int:
        """Memory of the service, shared pages counted once (the proportional set size of all its processes)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_proportional_bytes(pid) for pid in (str(self.pid), *children))

    def post(self, text: str) -> tuple[int, dict[str, str], bytes]:
        """Send one article; status, headers and body of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("POST", "/v1/quotes", text.encode(), {"Content-Type": "text/plain"})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def answers(self, path: str) -> bool:
        """True when ``path`` answers 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _without_scores(body: bytes) -> object:
    """An answer's quotes without their confidences: in bfloat16 these vary in the third place with what is read
    beside.
    """
    answer = json.loads(body)
    for quote in answer.get("quotes", ()):
        quote.pop("confidence", None)
    return answer


def _proportional_bytes(pid: str) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


@contextmanager
def serving(app: str, *, poll_seconds: float = 0.2, **settings: str) -> Iterator[Service]:
    """Start ``app`` under gunicorn on a free port, wait until it is ready, stop it at the end.

    ``settings`` are variables of its environment.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "PORT": str(port), "ONRECORD_LOG_LEVEL": "warning", **settings}
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", app], cwd=ROOT, env=environment)
    service = Service(port, process.pid)
    try:
        end = time.monotonic() + START_SECONDS
        while not service.answers("/readyz"):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the service did not start")
            time.sleep(poll_seconds)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def call(service: Service, text: str, expected: bytes) -> Call:
    """Send ``text``; the answer is right when it is ``expected``, or a 503 that says when to come back."""
    start = time.monotonic()
    try:
        status, headers, body = service.post(text)
    except OSError:
        status, headers, body = 0, {}, b""
    end = time.monotonic()
    right = (
        _without_scores(body) == _without_scores(expected)
        if status == 200
        else status == 503 and int(headers.get("Retry-After", 0)) > 0
    )
    return Call(status, end - start, right)


def run_clients(clients: int, seconds: float, once: Callable[[], Call], *, pause: float = 0.0) -> list[Call]:
    """Have ``clients`` threads call ``once`` again and again for ``seconds``, each with ``pause`` between its calls."""
    end = time.monotonic() + seconds
    calls: list[Call] = []

    def loop() -> None:
        while time.monotonic() < end:
            calls.append(once())
            time.sleep(pause)

    threads = [threading.Thread(target=loop) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return calls


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of ``values`` do not exceed, 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def report(label: str, calls: Sequence[Call], seconds: float, memory_bytes: int) -> None:
    """Print one row."""
    taken = [call.seconds for call in calls if call.status == 200]
    marks = " ".join(f"{percentile(taken, share):8.3f}" for share in (0.5, 0.95, 0.99))
    statuses = ", ".join(
        f"{count} x {status}" for status, count in sorted(Counter(call.status for call in calls).items())
    )
    wrong = sum(not call.right for call in calls)
    print(f"{label:>8} {len(taken) / seconds:8.2f} {marks} {wrong:6} {memory_bytes / 1e6:9.0f}  {statuses}", flush=True)


HEAD = f"{'clients':>8} {'read/s':>8} {'p50 s':>8} {'p95 s':>8} {'p99 s':>8} {'wrong':>6} {'memory MB':>9}  answers"


def make_articles(example: str) -> tuple[str, ...]:
    """Return ``example`` short, whole and long: its first third, itself, and itself twice over."""
    short = example[: len(example) // 3].rpartition("\n")[0] or example
    return (short, example, f"{example}\n{example}")


def caller(service: Service, articles: Sequence[str]) -> Callable[[], Call]:
    """Return a function that sends the next of ``articles``, whose right answers it learns first."""
    expected = [(text, service.post(text)[2]) for text in articles]
    turns = itertools.cycle(expected)
    lock = threading.Lock()

    def once() -> Call:
        with lock:
            text, answer = next(turns)
        return call(service, text, answer)

    return once


def measure(service: Service, articles: Sequence[str], seconds: float) -> bool:
    """Print a row for each number of clients; return whether every answer was right."""
    once = caller(service, articles)
    right = True
    print(HEAD)
    for clients in CLIENTS:
        calls = run_clients(clients, seconds, once)
        report(str(clients), calls, seconds, service.memory_bytes())
        right = right and all(one.right for one in calls)
    return right


def overload(service: Service, articles: Sequence[str], seconds: float) -> bool:
    """Offer twice what the service takes for ``seconds``, print the outcome; return whether it kept its promises."""
    once = caller(service, articles)
    calm = min(20.0, seconds)
    unloaded = percentile([one.seconds for one in run_clients(1, calm, once)], 0.95)
    full = run_clients(8, calm, once, pause=0.01)
    rate = 2 * sum(one.status == 200 for one in full) / calm
    print(f"one client's p95: {unloaded:.3f} s; offering {rate:.1f} articles a second\n{HEAD}")
    memory: list[int] = []
    calls = _offer(service, rate, seconds, once, memory)
    report("2 x", calls, seconds, memory[-1])
    half = len(memory) // 2
    growth = statistics.mean(memory[half:]) / statistics.mean(memory[:half])
    slowdown = percentile([one.seconds for one in calls if one.status == 200], 0.95) / max(unloaded, 1e-9)
    promises = {
        "every answer right, or 503 with Retry-After": all(one.right for one in calls),
        f"memory of the second half {growth:.3f} of the first, at most {MAX_MEMORY_GROWTH}": growth < MAX_MEMORY_GROWTH,
        f"p95 of accepted calls {slowdown:.2f} times the unloaded, at most {MAX_SLOWDOWN}": slowdown < MAX_SLOWDOWN,
    }
    for promise, held in promises.items():
        print(f"{'held' if held else 'BROKEN'}: {promise}")
    return all(promises.values())


def _offer(service: Service, rate: float, seconds: float, once: Callable[[], Call], memory: list[int]) -> list[Call]:
    """Begin a call every 1/``rate`` seconds, whatever the earlier ones do, and note the memory every second."""
    calls: list[Call] = []
    threads: list[threading.Thread] = []
    start = time.monotonic()
    for number in range(max(1, int(rate * seconds))):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        thread = threading.Thread(target=lambda: calls.append(once()))
        thread.start()
        threads.append(thread)
        if len(memory) < time.monotonic() - start:
            memory.append(service.memory_bytes())
    for thread in threads:
        thread.join()
    return calls


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", default="service:create_app()")
    parser.add_argument("--article", type=Path, help="instead of the example")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each number of clients, or for the overload")
    parser.add_argument("--overload", action="store_true")
    options = parser.parse_args()
    articles = make_articles(options.article.read_text(encoding="utf-8") if options.article else EXAMPLE)
    with serving(options.app) as service:
        found = [len(json.loads(service.post(text)[2])["quotes"]) for text in articles]
        print(
            ", ".join(
                f"{len(text)} characters with {count} quotes" for text, count in zip(articles, found, strict=True)
            )
        )
        held = (overload if options.overload else measure)(service, articles, options.seconds)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
