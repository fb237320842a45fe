"""Everything that can go wrong with a call: one table, and RFC 9457 answers made from it.

A problem's ``type`` is ``urn:onrecord:problem:`` and its slug; slugs never change their meaning. docs/errors.md
explains each and a test holds the two in step.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

TYPE_PREFIX = "urn:onrecord:problem:"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status and the one sentence that is the same every time."""

    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be understood."),
    "bad-json": Kind(400, "The body is not valid JSON."),
    "bad-encoding": Kind(400, "The body is not text in the encoding it claims."),
    "incomplete-body": Kind(400, "The body ended before all of it arrived."),
    "unauthorized": Kind(401, "A valid API key is needed."),
    "not-found": Kind(404, "There is nothing at this address."),
    "method-not-allowed": Kind(405, "This address does not take this method."),
    "not-acceptable": Kind(406, "None of the media types in Accept can be given."),
    "slow-body": Kind(408, "The body took too long to arrive."),
    "body-too-large": Kind(413, "The body is larger than this service takes."),
    "text-too-long": Kind(413, "The article is longer than this service takes."),
    "address-too-long": Kind(414, "The address with its query is longer than this service takes."),
    "unsupported-media-type": Kind(415, "The body is of a type this service does not read."),
    "invalid-request": Kind(422, "Some fields or parameters are not as they must be."),
    "empty-text": Kind(422, "There is no text to read."),
    "too-many-requests": Kind(429, "This key has used up its calls for now."),
    "head-too-large": Kind(431, "The head of the request is larger than this service takes."),
    "internal-error": Kind(500, "The service failed; the fault is ours."),
    "no-archive": Kind(501, "This service keeps no archive."),
    "queue-full": Kind(503, "Too many articles are waiting; try again shortly."),
    "out-of-time": Kind(503, "The article could not be read in time."),
    "not-ready": Kind(503, "The service is not ready to read articles."),
    "archive-unavailable": Kind(503, "The archive cannot do this now; nothing was changed."),
}

# What Flask and Werkzeug raise by themselves, by status.
_BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "slow-body",
    413: "body-too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-requests",
    431: "head-too-large",
    500: "internal-error",
    503: "queue-full",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One field or parameter that is wrong. ``pointer`` is a JSON pointer into the body, ``parameter`` a query name."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Exception):  # noqa: N818 (RFC 9457's own word)
    """A call that cannot be answered: a slug of ``PROBLEMS``, what happened this time, and what is wrong where."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.kind = PROBLEMS[slug]
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def describe_problem(problem: Problem) -> dict[str, Any]:
    """Return the RFC 9457 members of ``problem``, with the id of the request under way."""
    members: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
    }
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        members["request_id"] = request_id
    if problem.faults:
        members["errors"] = [
            {
                name: value
                for name, value in (
                    ("detail", fault.detail),
                    ("pointer", fault.pointer),
                    ("parameter", fault.parameter),
                )
                if value is not None
            }
            for fault in problem.faults
        ]
    return members


def answer_problem(problem: Problem) -> Response:
    """Return the HTTP answer for ``problem``."""
    structlog.contextvars.bind_contextvars(problem=problem.slug)
    body = orjson.dumps(describe_problem(problem), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status=problem.kind.status, headers=problem.headers, content_type=MEDIA_TYPE)


def _answer_http_exception(error: HTTPException) -> Response:
    """Give what Flask raises by itself the same shape, keeping headers that mean something (Allow)."""
    slug = _BY_STATUS.get(error.code or 500, "bad-request" if (error.code or 500) < 500 else "internal-error")
    kept = {name: value for name, value in error.get_headers() if name.lower() in ("allow", "retry-after")}
    details = {
        "not-found": "GET /openapi.json lists the addresses of this service.",
        "method-not-allowed": f"It takes {kept.get('Allow', 'others')}.",
    }
    return answer_problem(Problem(slug, details.get(slug, PROBLEMS[slug].title), headers=kept))


def place_of(error: BaseException) -> list[str]:
    """Return where ``error`` was raised, outermost call first; not its message, which may hold words of an article."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def _answer_unexpected(error: Exception) -> Response:
    """The app's last handler: log the kind of fault and its place, tell the client nothing of either."""
    structlog.get_logger().error("fault", error=type(error).__name__, place=place_of(error))
    return answer_problem(Problem("internal-error", "Nothing is wrong with the request. The fault has been logged."))


def register_errors(app: Flask) -> None:
    """Make every failure of ``app`` an RFC 9457 answer."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, _answer_unexpected)
