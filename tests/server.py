"""A real gunicorn on 127.0.0.1 with the fake extractor, for the tests that need sockets and processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Waiting is bounded by these and not by the machine's speed; nothing measures time.
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        """A raw connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers (names in lower case) of one call."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def post(self, text: str | bytes, media_type: str = "text/plain") -> tuple[int, bytes, dict[str, str]]:
        """One article."""
        body = text.encode() if isinstance(text, str) else text
        return self.call("POST", "/v1/quotes", body, {"Content-Type": media_type})

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(log: Path, *, app: str = "tests.fake_service:app()", **settings: str) -> Iterator[Server]:
    """Start a service with ``settings`` in its environment, wait until it is ready, and stop it at the end."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "WEB_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", **settings}
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    with log.open("wb") as out:
        command = [sys.executable, "-m", "gunicorn", app]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    server = Server(port, process, log)
    try:
        wait_until(lambda: answers(server), "the service is ready", log)
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE_SECONDS)


def answers(server: Server) -> bool:
    """True when the service is ready; it must not have ended."""
    assert server.process.poll() is None, server.log.read_text()
    try:
        return server.call("GET", "/readyz")[0] == 200
    except OSError:
        return False


def wait_until(condition: object, what: str, log: Path | None = None) -> None:
    """Wait for ``condition()`` to be true; fail saying ``what`` did not come."""
    assert callable(condition)
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what} did not come\n{log.read_text()[-3000:] if log else ''}"
        time.sleep(0.02)
