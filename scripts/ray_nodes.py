"""Ray nodes of one core each on this machine, as if they were machines, and the processes that belong to them."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_STOP_SECONDS = 30


def descendants(pid: int) -> list[int]:
    """Return the processes that ``pid`` started, and those that they did."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            # A process may be gone by now.
            with suppress(OSError):
                children = [int(child) for child in task.read_text().split()]
                found += children
                waiting += children
    return found


def workers_of(pid: int) -> list[int]:
    """Return the actors among the processes that ``pid`` started."""
    return [child for child in descendants(pid) if "MapWorker" in _command(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """True while the process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pids: Sequence[int]) -> None:
    """End processes that we started at once, as a power cut would."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def ray_node(log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a node, the head of a cluster with ``--head`` among ``options``; it ends with all that it started.

    Raises ``FileNotFoundError`` where Ray is not installed.
    """
    ray = shutil.which("ray", path=str(Path(sys.executable).parent))
    if ray is None:
        raise FileNotFoundError("the command ray is not installed: pip install -r requirements-corpus.txt")
    # The nodes, and the drivers that this process starts, know one another by a token.
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    command = [ray, "start", "--block", "--node-ip-address=127.0.0.1", "--num-cpus=1", "--disable-usage-stats"]
    command += ["--object-store-memory=100000000", *options]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        yield process
    finally:
        started = descendants(process.pid)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        kill([process.pid, *(pid for pid in started if alive(pid))])
        process.wait()
