"""Many articles in one call: NDJSON in and out, a line an article, in order, each answered as soon as it is read.

The body is taken in by a thread of its own into a temporary file while answers go out, because a client may send
everything before it reads the first answer, and neither side must then wait for the other.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

import orjson
import structlog
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.errors import Problem, describe_problem, place_of
from service.intake import Intake, intake_fields, load_fields, parse_json
from service.quotes.types import Extraction
from service.reading import Reader
from service.schemas import BatchLineSchema
from service.settings import Settings

# gunicorn gives a body in pieces of 1 KB at the least, and waits for each to be full.
_CHUNK_BYTES = 1024
# How long to wait for more of the body before looking whether an answer is ready to go out.
_TICK_SECONDS = 0.05
_LINE = BatchLineSchema()

Answer = Callable[[Extraction, Intake], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body, counted from 1; ``body`` is ``None`` when the line is longer than one article may be."""

    number: int
    body: bytes | None


class Spool:
    """The body of a batch, taken in by a thread as fast as the client sends it and read line by line meanwhile."""

    def __init__(self, stream: IO[bytes], *, max_line_bytes: int) -> None:
        self._stream = stream
        self._max_line_bytes = max_line_bytes
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (close() closes it)
        self._size = 0
        self._done = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._fill, name="spool", daemon=True)
        self.problem: Problem | None = None

    def start(self) -> None:
        """Begin to take in the body."""
        self._thread.start()

    def close(self) -> None:
        """Wait for the end of the body (stop the connection's reading first) and forget it."""
        self._thread.join()
        self._file.close()

    @property
    def done(self) -> bool:
        """True when nothing more will arrive."""
        return self._done

    @property
    def size(self) -> int:
        """Bytes taken in so far."""
        return self._size

    def _fill(self) -> None:
        try:
            while chunk := self._stream.read(_CHUNK_BYTES):
                self._file.write(chunk)
                with self._change:
                    self._size += len(chunk)
                    self._change.notify_all()
        except RequestEntityTooLarge:
            self.problem = Problem("body-too-large", "The batch is larger than this service takes.")
        except (OSError, ParseException, ClientDisconnected):
            self.problem = Problem("incomplete-body", "The batch ended before all of it arrived.")
        finally:
            with self._change:
                self._done = True
                self._change.notify_all()

    def lines(self) -> Iterator[Line | None]:
        """Yield each line that is not blank as it arrives, and ``None`` whenever no more has arrived for a moment."""
        number = size = 0
        # The line under way in pieces, joined once when it ends: a long line may arrive in thousands of them.
        pieces: list[bytes] = []
        for data in self._chunks():
            if data is None:
                yield None
                continue
            first, *others = data.split(b"\n")
            for body in (first, *others):
                if body is not first:
                    number += 1
                    yield from self._line(number, pieces, size)
                    pieces, size = [], 0
                # Of a line that is too long already nothing more is kept.
                pieces += [body] if body and size <= self._max_line_bytes else []
                size += len(body)
        yield from self._line(number + 1, pieces, size)

    def _line(self, number: int, pieces: list[bytes], size: int) -> Iterator[Line]:
        body = b"".join(pieces)
        if body.strip():
            yield Line(number, body if size <= self._max_line_bytes else None)

    def _moved(self, offset: int) -> bool:
        return self._size > offset or self._done

    def _chunks(self) -> Iterator[bytes | None]:
        offset = 0
        while True:
            with self._change:
                moved = self._change.wait_for(partial(self._moved, offset), timeout=_TICK_SECONDS)
                size = self._size
            if not moved:
                yield None
            elif size == offset:
                return
            else:
                data = os.pread(self._file.fileno(), min(size - offset, 1 << 16), offset)
                offset += len(data)
                yield data


def _name_of(value: Any) -> str | None:
    """Return the client's name for a line, also of one whose other fields turn out wrong."""
    name = value.get("id") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A line under way: its reading, or the problem that kept it from being read."""

    line: int
    id: str | None
    intake: Intake | None
    outcome: Future[Extraction] | Problem
    deadline: float

    @property
    def ready(self) -> bool:
        return isinstance(self.outcome, Problem) or self.outcome.done()


class Batch:
    """Answers the lines of one batch call in order, a few of them under way at a time."""

    def __init__(self, reader: Reader, settings: Settings, answer: Answer) -> None:
        self._reader = reader
        self._settings = settings
        self._answer = answer
        self._pending: deque[_Pending] = deque()
        self.read = 0
        self.refused = 0

    def answers(self, spool: Spool) -> Iterator[bytes]:
        """Yield one NDJSON line for each article of ``spool``, in order; of a body cut short the last line says so."""
        count = line_number = 0
        for line in spool.lines():
            if line is not None:
                count, line_number = count + 1, line.number
                if count > self._settings.max_batch_articles:
                    break
                self._pending.append(self._begin(line))
            yield from self._finish(self._settings.read_together)
        yield from self._finish(0)
        problem = spool.problem
        if count > self._settings.max_batch_articles:
            problem = Problem("body-too-large", f"A batch holds {self._settings.max_batch_articles} articles.")
        if problem:
            yield self._pack(line_number + (spool.problem is problem), None, "problem", describe_problem(problem))

    def cancel(self) -> None:
        """Forget the articles under way: nobody waits for them any more."""
        for pending in self._pending:
            if isinstance(pending.outcome, Future):
                pending.outcome.cancel()

    def _begin(self, line: Line) -> _Pending:
        name: str | None = None
        deadline = time.monotonic() + self._settings.request_seconds
        try:
            if line.body is None:
                raise Problem("body-too-large", f"This service takes {self._settings.max_body_bytes} bytes an article.")
            value = parse_json(line.body)
            name = _name_of(value)
            intake = intake_fields(load_fields(value, _LINE), self._settings)
            future = self._reader.submit_bulk(intake.article, deadline=deadline)
        except Problem as problem:
            return _Pending(line.number, name, None, problem, deadline)
        return _Pending(line.number, name, intake, future, deadline)

    def _finish(self, under_way: int) -> Iterator[bytes]:
        """Yield the answers that are ready, and wait for more until only ``under_way`` lines are."""
        while self._pending and (len(self._pending) > under_way or self._pending[0].ready):
            pending = self._pending.popleft()
            try:
                members = ("answer", self._answer(self._outcome(pending), pending.intake))  # type: ignore[arg-type]
                self.read += 1
            except Problem as problem:
                members = ("problem", describe_problem(problem))
                self.refused += 1
            yield self._pack(pending.line, pending.id, *members)

    def _outcome(self, pending: _Pending) -> Extraction:
        """Return the extraction or raise ``Problem``; one article's fault must not end the batch."""
        if isinstance(pending.outcome, Problem):
            raise pending.outcome
        try:
            return self._reader.result(pending.outcome, deadline=pending.deadline)
        except Problem:
            raise
        except Exception as error:
            structlog.get_logger().error("fault", error=type(error).__name__, place=place_of(error), line=pending.line)
            raise Problem("internal-error", "Nothing is wrong with this article. The fault has been logged.") from None

    def _pack(self, line: int, name: str | None, kind: str, members: dict[str, Any]) -> bytes:
        return orjson.dumps({"line": line, "id": name, kind: members}, option=orjson.OPT_APPEND_NEWLINE)
