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

# Articles of batch calls read together hold at most this many characters: a single call behind them must not wait long.
MAX_TOGETHER_CHARACTERS = 20_000
# How much the newest reading counts in the running mean of seconds a character, and the mean before the first.
_NEWEST_SHARE = 0.2
_FIRST_SECONDS_PER_CHARACTER = 0.0002


@dataclass(frozen=True, slots=True)
class _Job:
    article: Article
    future: Future[Extraction] = field(default_factory=Future)


class Reader:
    """Hands articles to ``extract`` on a thread of its own and their quotes back.

    ``places`` articles of single calls may wait, and ``together`` of batch calls; ``together`` are read at a time at
    most. Single calls go first. ``on_batch`` is told how many articles were read together, ``on_outcome`` whether each
    was read, refused, late or failed. The thread starts with the first article, so that a process forked before has
    its own.
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
        self._single: deque[_Job] = deque()
        self._bulk: deque[_Job] = deque()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._characters_read = 0
        self._seconds_per_character = _FIRST_SECONDS_PER_CHARACTER

    @property
    def waiting(self) -> int:
        """Articles that wait to be read, of single and of batch calls."""
        return len(self._single) + len(self._bulk)

    def seconds_behind(self) -> int:
        """Return the whole seconds, 1 or more, in which what is being read and what waits should be done."""
        with self._change:
            characters = self._characters_read + sum(len(job.article.text) for job in self._single)
        return max(1, math.ceil(self._seconds_per_character * characters))

    def read(self, article: Article, *, deadline: float) -> Extraction:
        """Return the quotes of ``article``; ``deadline`` is on the monotonic clock.

        Raises ``Problem`` queue-full at once when no place is free, out-of-time when the deadline passes first.
        """
        return self.result(self.submit(article), deadline=deadline)

    def submit(self, article: Article) -> Future[Extraction]:
        """Queue ``article`` of a single call or raise ``Problem`` queue-full."""
        with self._change:
            if len(self._single) < self._places:
                return self._enqueue(self._single, article)
        raise self._refuse()

    def check_room(self) -> None:
        """Raise ``Problem`` queue-full when ``submit`` would now: before an article is taken out of its page."""
        with self._change:
            if len(self._single) < self._places:
                return
        raise self._refuse()

    def _refuse(self) -> Problem:
        self._on_outcome("refused")
        return self.refusal("queue-full", "As many articles are waiting as may.")

    def submit_bulk(self, article: Article, *, deadline: float) -> Future[Extraction]:
        """Queue ``article`` of a batch call as soon as there is room, or raise ``Problem`` out-of-time."""
        with self._change:
            if self._change.wait_for(lambda: len(self._bulk) < self._together, timeout=deadline - time.monotonic()):
                return self._enqueue(self._bulk, article)
        self._on_outcome("late")
        raise self.refusal("out-of-time", "No place in the queue came free in time.")

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

    def _enqueue(self, queue: deque[_Job], article: Article) -> Future[Extraction]:
        job = _Job(article)
        queue.append(job)
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
        """Wait for articles and take those to read together, without those that nobody waits for any more.

        Single calls that wait are all taken, and one article of a batch with them so that batches always move; when no
        single call waits, several of a batch.
        """
        with self._change:
            self._change.wait_for(lambda: self._single or self._bulk)
            taken = [
                job for job in self._pop(self._single, self._together) if job.future.set_running_or_notify_cancel()
            ]
            bulk = self._pop(self._bulk, min(1, self._together - len(taken)) if taken else self._together)
            taken += [job for job in bulk if job.future.set_running_or_notify_cancel()]
            self._characters_read = sum(len(job.article.text) for job in taken)
            self._change.notify_all()
        return taken

    def _pop(self, queue: deque[_Job], count: int) -> list[_Job]:
        """Take up to ``count`` articles off ``queue``, of a batch call no more than hold the characters allowed."""
        popped: list[_Job] = []
        characters = 0
        while queue and len(popped) < count:
            characters += len(queue[0].article.text)
            if popped and queue is self._bulk and characters > MAX_TOGETHER_CHARACTERS:
                break
            popped.append(queue.popleft())
        return popped

    def _read_timed(self, jobs: Sequence[_Job]) -> None:
        start = time.monotonic()
        self._on_batch(len(jobs))
        self._read(jobs)
        seconds_per_character = (time.monotonic() - start) / max(1, self._characters_read)
        self._seconds_per_character += _NEWEST_SHARE * (seconds_per_character - self._seconds_per_character)
        self._characters_read = 0

    def _read(self, jobs: Sequence[_Job]) -> None:
        """Read ``jobs`` together and give each its outcome.

        This thread must outlive any fault, so every exception becomes the outcome of the article that caused it.
        """
        outcomes = read_each(self._extract, [job.article for job in jobs])
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Exception):
                structlog.get_logger().error("read_failed", error=type(outcome).__name__, place=place_of(outcome))
                self._on_outcome("failed")
                job.future.set_exception(outcome)
            else:
                self._on_outcome("read")
                job.future.set_result(outcome)


def read_each(extract: Extract, articles: Sequence[Article]) -> list[Extraction | Exception]:
    """Read ``articles`` in one call, and when it fails each alone: the one at fault gives its exception instead."""
    try:
        extractions = list(extract(articles))
        if len(extractions) != len(articles):
            raise RuntimeError("the extractor must return one extraction an article")
    except Exception as error:
        return [error] if len(articles) == 1 else [read_each(extract, [article])[0] for article in articles]
    return [*extractions]
