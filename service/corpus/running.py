"""The shards of a job read by a pool of Ray actors. The only module that knows Ray.

Ray's dataset holds places of shards, no text: an actor reads its shard from the file system that all machines share and
writes what it found there. So a machine that is lost takes nothing with it but the shards it was at.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from service.archive.connection import open_archive
from service.corpus.job import Job
from service.corpus.loading import store_entries
from service.corpus.output import Mark, Output
from service.corpus.records import RecordReader
from service.corpus.requirements import require
from service.corpus.shards import read_shard
from service.corpus.sources import Shard
from service.errors import place_of
from service.operations import quiet_libraries
from service.reading import Extract
from service.settings import Settings

# Ray's own memory for what actors hand each other: here places of shards, a few bytes each.
OBJECT_STORE_BYTES = 200_000_000
# Shards that may fail for reasons that lie in no article (a full disk, an archive that is away) before the run stops.
MAX_FAILED_SHARDS = 3
# Nothing is told to anybody, and Ray's own words do not tear our bar.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_PROMPT_ENABLED": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


class RunError(Exception):
    """The run cannot go on; the message says why. What is done stays done."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How an actor loads what reads articles, and what models that must be."""

    load: Callable[[], Extract]
    package: dict[str, str]


@dataclass(frozen=True, slots=True)
class Work:
    """All that an actor needs to know."""

    job: Job
    output: Output
    engine: Engine
    settings: Settings
    archive: str | None


class ShardWorker:
    """What runs in an actor: loads the models once, then reads shard after shard."""

    def __init__(self, work: Work) -> None:
        self._work = work
        quiet_libraries()
        self._extract = work.engine.load()
        package = {name: str(getattr(self._extract, name, "unnamed")) for name in work.engine.package}
        if package != work.engine.package:
            raise RunError(f"A machine of the job has other models: {package} instead of {work.engine.package}.")
        limit = work.settings.max_body_bytes
        columns = work.job.terms.columns.names()
        self._records = RecordReader(work.job.sources, columns=columns, max_line_bytes=limit)
        self._keep = partial(store_entries, open_archive(work.archive)) if work.archive else lambda entries: None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Read the shards of ``batch``; of each return its number and why it failed, if it did."""
        shards = [Shard(**{name: int(batch[name][i]) for name in batch}) for i in range(len(batch["number"]))]
        return {"number": [shard.number for shard in shards], "failure": [self._finish(shard) for shard in shards]}

    def close(self) -> None:
        """Close the file that is open; in an actor the process's end does."""
        self._records.close()

    def _finish(self, shard: Shard) -> str:
        """Do ``shard`` unless it is done and return what went wrong, nothing when nothing did."""
        try:
            if not self._work.output.is_done(shard):
                self._read(shard)
        # Whatever it is, the other shards go on; the driver decides when it is too much.
        except Exception as error:
            return f"{type(error).__name__}: {_reason(error)}"
        return ""

    def _read(self, shard: Shard) -> None:
        start = time.process_time()
        reading = read_shard(
            self._records.read(shard),
            extract=self._extract,
            package=self._work.engine.package,
            columns=self._work.job.terms.columns,
            settings=self._work.settings,
            keep=self._keep,
        )
        self._work.output.finish(shard, reading, seconds=time.process_time() - start)


def _reason(error: Exception) -> str:
    """What the system says of a failure; of any other only its place, since a message may quote an article."""
    return str(error) if isinstance(error, OSError | RunError) else " < ".join(place_of(error)[-1:])


@contextmanager
def cluster(address: str | None, actors: int | None) -> Iterator[int]:
    """Within, Ray runs; gives how many actors it has room for. Without ``address`` Ray starts here and ends with us."""
    os.environ.update(_ENVIRONMENT if address else {**_ENVIRONMENT, "RAY_AUTH_MODE": "token"})
    if not address:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray = require("ray")
    require("ray.data")
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, "include_dashboard": False}
    try:
        if address:
            quiet.pop("include_dashboard")
            ray.init(address=address, **quiet)
        else:
            wanted = actors or len(os.sched_getaffinity(0))
            with _loopback():
                ray.init(
                    address="local",
                    num_cpus=wanted,
                    object_store_memory=OBJECT_STORE_BYTES,
                    _node_ip_address="127.0.0.1",
                    **quiet,
                )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError, ray.exceptions.RayError) as error:
        raise RunError(f"Ray does not answer: {str(error).splitlines()[0]}") from None
    try:
        yield actors or max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        ray.shutdown()


@contextmanager
def _loopback() -> Iterator[None]:
    """Within, Ray takes 127.0.0.1 as the address it is given, and so listens on nothing else.

    Ray 2.60 has no option for that: it turns the loopback address into one that other machines reach.
    """
    services = require("ray._private.services")
    resolve = services.resolve_ip_for_localhost
    services.resolve_ip_for_localhost = lambda host: host
    try:
        yield
    finally:
        services.resolve_ip_for_localhost = resolve


def run_shards(work: Work, missing: Sequence[Shard], *, actors: int) -> Iterator[Mark]:
    """Do the shards of ``missing``, yielding the mark of each as it is done, in any order.

    A shard that is lost with its worker or its machine is done again at the end by those that are left. Raises
    ``RunError`` when shards fail for a reason that lies in no article, or when nobody is left to do them.
    """
    left = {shard.number: shard for shard in missing}
    failures: dict[int, str] = {}
    while left:
        before = len(left)
        for number, failure in _pass(work, list(left.values()), actors=min(actors, len(left))):
            if failure:
                failures[number] = failure
                if len(failures) >= min(MAX_FAILED_SHARDS, len(left)):
                    raise RunError(failure)
                continue
            failures.pop(number, None)
            yield work.output.read_mark(left.pop(number))
        if len(left) == before:
            raise RunError(next(iter(failures.values()), "") or _deaths(work, list(left.values())))


def _deaths(work: Work, shards: Sequence[Shard]) -> str:
    """Return what to say when nobody outlives ``shards``."""
    first = shards[0]
    where = f"{work.job.sources[first.source].name} from line or row {first.first}, {first.count} articles"
    return f"{len(shards)} shards were lost with their workers again and again; the first is {first.name} ({where})"


def _pass(work: Work, shards: Sequence[Shard], *, actors: int) -> Iterator[tuple[int, str]]:
    """Run ``shards`` once; of those that are not lost on the way yield number and failure."""
    data = require("ray.data")
    context = data.DataContext.get_current()
    # A task is not repeated by Ray: it would wait for its actor, and an actor whose machine is gone never comes back.
    context.max_errored_blocks = -1
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.wait_for_min_actors_s = -1
    places = data.from_items([asdict(shard) for shard in shards], override_num_blocks=len(shards))
    with warnings.catch_warnings():
        # Of Ray 2.60 there is no other way to say how often an actor is started again.
        warnings.filterwarnings("ignore", message=".*ray_remote_args.*")
        dataset = places.map_batches(
            ShardWorker,
            batch_size=1,
            compute=data.ActorPoolStrategy(size=actors),
            fn_constructor_args=(work,),
            num_cpus=1,
            max_restarts=-1,
            max_task_retries=0,
        )
    try:
        for row in dataset.iter_rows():
            yield int(row["number"]), str(row["failure"])
    except require("ray").exceptions.RayError as error:
        raise RunError(_cause(error)) from None


def _cause(error: BaseException) -> str:
    """Return the last line of what Ray says, which names the exception that a worker died of."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
