"""One model thread a worker: articles that wait together are read together, and no more wait than there is room for."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field

import structlog

from service.errors import Problem, place_of
from service.quotes.types import Article, Extraction

Extract = Callable[[Sequence[Article]], Sequence[Extraction]]

# Articles read together hold at most this many characters, so that short ones do not wait for the end of a long one.
MAX_TOGETHER_CHARACTERS = 60_000
# How much the newest batch counts in the running mean of seconds an article.
_NEWEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class _Job:
    article: Article
    future: Future[Extraction] = field(default_factory=Future)


class Reader:
    """Hands articles to ``extract`` on a thread of its own and their quotes back.

    ``places`` articles may wait; ``together`` are read in one call at most. ``on_batch`` is told how many articles each
    call read, ``on_outcome`` read, refused, late or failed for each article. The thread starts with the first article,
    so that a process forked before has its own.
    """

    def __init__(
        self,
        extract: Extract,
        *,
        places: int,
        together: int,
        on_batch: Callable[[int], None] = lambda count: None,
        on_outcome: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self._extract = extract
        self._places = places
        self._together = together
        self._on_batch = on_batch
        self._on_outcome = on_outcome
        self._jobs: deque[_Job] = deque()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._article_seconds = 0.5

    @property
    def waiting(self) -> int:
        """Articles that wait to be read."""
        return len(self._jobs)

    def seconds_behind(self) -> int:
        """Return the whole seconds, 1 or more, after which the articles waiting now should be read."""
        return max(1, math.ceil(self._article_seconds * (len(self._jobs) + 1)))

    def read(self, article: Article, *, deadline: float) -> Extraction:
        """Return the quotes of ``article``; ``deadline`` is on the monotonic clock.

        Raises ``Problem`` queue-full at once when no place is free, out-of-time when the deadline passes first.
        """
        return self.result(self.submit(article), deadline=deadline)

    def submit(self, article: Article) -> Future[Extraction]:
        """Queue ``article`` or raise ``Problem`` queue-full."""
        with self._change:
            if len(self._jobs) >= self._places:
                self._on_outcome("refused")
                raise self.refusal("queue-full", f"{self._places} articles are waiting already.")
            return self._enqueue(article)

    def submit_patiently(self, article: Article, *, deadline: float) -> Future[Extraction]:
        """Queue ``article`` of a batch once half of the places are free: the other half stays for single calls."""
        with self._change:
            room = max(1, self._places // 2)
            if not self._change.wait_for(lambda: len(self._jobs) < room, timeout=deadline - time.monotonic()):
                self._on_outcome("late")
                raise self.refusal("out-of-time", "No place in the queue came free in time.")
            return self._enqueue(article)

    def result(self, future: Future[Extraction], *, deadline: float) -> Extraction:
        """Wait for ``future`` until ``deadline``; an article still waiting then is not read any more."""
        try:
            return future.result(timeout=max(0.0, deadline - time.monotonic()))
        except FutureTimeout:
            future.cancel()
            self._on_outcome("late")
            raise self.refusal("out-of-time", "The time limit of this service passed before the answer.") from None

    def refusal(self, slug: str, detail: str) -> Problem:
        """Return the 503 that says when to come back."""
        return Problem(slug, detail, headers={"Retry-After": str(self.seconds_behind())})

    def _enqueue(self, article: Article) -> Future[Extraction]:
        job = _Job(article)
        self._jobs.append(job)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._serve, name="reader", daemon=True)
            self._thread.start()
        self._change.notify_all()
        return job.future

    def _serve(self) -> None:
        while True:
            jobs = self._take()
            if jobs:
                self._read_timed(jobs)

    def _take(self) -> list[_Job]:
        """Wait for articles and take those to read together, leaving out those nobody waits for any more."""
        with self._change:
            self._change.wait_for(lambda: self._jobs)
            taken: list[_Job] = []
            characters = 0
            while self._jobs and len(taken) < self._together:
                characters += len(self._jobs[0].article.text)
                if taken and characters > MAX_TOGETHER_CHARACTERS:
                    break
                job = self._jobs.popleft()
                if job.future.set_running_or_notify_cancel():
                    taken.append(job)
            self._change.notify_all()
        return taken

    def _read_timed(self, jobs: Sequence[_Job]) -> None:
        start = time.monotonic()
        self._on_batch(len(jobs))
        self._read(jobs)
        seconds = (time.monotonic() - start) / len(jobs)
        self._article_seconds += _NEWEST_SHARE * (seconds - self._article_seconds)

    def _read(self, jobs: Sequence[_Job]) -> None:
        """Read ``jobs`` in one call; when it fails read each alone, so that one article cannot fail its neighbours.

        This thread must outlive any fault, so every exception becomes the outcome of the article that caused it.
        """
        try:
            extractions = self._extract([job.article for job in jobs])
            if len(extractions) != len(jobs):
                raise RuntimeError("the extractor must return one extraction an article")
        except Exception as error:
            structlog.get_logger().error(
                "read_failed", articles=len(jobs), error=type(error).__name__, place=place_of(error)
            )
            if len(jobs) == 1:
                self._on_outcome("failed")
                jobs[0].future.set_exception(error)
                return
            for job in jobs:
                self._read([job])
            return
        for job, extraction in zip(jobs, extractions, strict=True):
            self._on_outcome("read")
            job.future.set_result(extraction)
