"""gunicorn's threaded worker with a limit on how long a client may take to send the head of a request, and with the
service's own answers to what gunicorn refuses by itself.

gunicorn reads the head on one of its threads from a blocking socket; without this a client that sends half a head would
hold that thread for as long as it likes. On SIGQUIT it would also wait for ever in some stops, see ``handle_quit``.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from gunicorn.http.errors import ConfigurationProblem, LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import TConn, ThreadWorker

from service.errors import MEDIA_TYPE, PROBLEMS, Problem, describe_problem, place_of
from service.settings import read_settings


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Waits ``ONRECORD_HEAD_SECONDS`` for a request's head, then ends the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = read_settings(os.environ).head_seconds

    def handle(self, conn: TConn) -> Any:
        """Serve one request of ``conn``, on one of the worker's threads."""
        timer = threading.Timer(self._head_seconds, _stop, (conn.sock,))
        timer.daemon = True
        conn.head_timer = timer
        timer.start()
        try:
            return super().handle(conn)
        finally:
            timer.cancel()

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The head has arrived: from here the application's own limits hold."""
        conn.head_timer.cancel()
        return super().handle_request(req, conn)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop at once, by raising ``SystemExit``.

        gunicorn 27.0.1 shuts its thread pool down first, inside the signal: that takes a lock which the interrupted
        code holds when it was just handing a request to the pool, and the worker hangs until the master kills it.
        Python ends the pool at exit anyway.
        """
        Worker.handle_quit(self, sig, frame)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer what never reached the application: a head that is too long or no HTTP, or a fault of the server.

        gunicorn's own log line quotes what it could not read, which may be the rest of an article; ours does not.
        """
        request_id = uuid.uuid4().hex
        log = structlog.get_logger("onrecord").bind(request_id=request_id)
        problem = _refuse(exc)
        if problem.slug == "internal-error":
            log.error("fault", error=type(exc).__name__, place=place_of(exc))
        else:
            log.info("request", route="unread", status=problem.kind.status, problem=problem.slug)
        with suppress(OSError):  # The client is gone.
            client.sendall(write_answer(problem, request_id))


def _refuse(exc: BaseException) -> Problem:
    """Return the problem of a request that gunicorn could not take."""
    if isinstance(exc, LimitRequestLine):
        return Problem("address-too-long", "Send a shorter query.")
    if isinstance(exc, LimitRequestHeaders):
        return Problem("head-too-large", "Send fewer or shorter headers.")
    if isinstance(exc, ParseException) and not isinstance(exc, ConfigurationProblem):
        return Problem("bad-request", "It is not HTTP/1.1 as this service reads it.")
    return Problem("internal-error", "Nothing is wrong with the request. The fault has been logged.")


def write_answer(problem: Problem, request_id: str) -> bytes:
    """Return a whole HTTP answer for ``problem``, after which the connection ends."""
    members = {**describe_problem(problem), "request_id": request_id}
    body = orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    status = HTTPStatus(PROBLEMS[problem.slug].status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-ID: {request_id}\r\nCache-Control: no-store\r\n\r\n"
    )
    return head.encode("latin-1") + body


def _stop(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
