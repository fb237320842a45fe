"""The routes: load what came, have it read, dump what was found."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

import orjson
import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.datastructures import MIMEAccept

from service.access import make_gate
from service.answers import build_answer
from service.batch import Batch, Spool
from service.contract import build_contract
from service.errors import Problem
from service.intake import Intake, check_media_type, read_article, read_query, reading_deadline, stop_reading
from service.operations import Metrics
from service.quotes.types import Extraction
from service.reading import Reader
from service.rendering import CONTENT_TYPES, RENDERERS
from service.schemas import AnswerSchema
from service.settings import Settings

_ANSWER = AnswerSchema()
NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes work with. ``unready`` says why the self-test failed, ``None`` when it passed."""

    settings: Settings
    reader: Reader
    metrics: Metrics
    package: Mapping[str, str]
    unready: str | None
    batches: threading.BoundedSemaphore


def _service() -> Service:
    return cast(Service, current_app.extensions["onrecord"])


def choose_media_type(offered: Iterable[str]) -> str:
    """Return the media type of ``offered`` that Accept likes best, the first when it says nothing; else ``Problem``.

    Parameters of a type (charset, header) choose nothing here, so ``application/json; charset=utf-8`` is JSON too.
    """
    offers = list(offered)
    if not request.accept_mimetypes:
        return offers[0]
    wanted = MIMEAccept([(kind.partition(";")[0].strip(), quality) for kind, quality in request.accept_mimetypes])
    best = wanted.best_match(offers)
    if best is None:
        raise Problem("not-acceptable", f"This service can give {', '.join(offers)}.")
    return best


def dump_answer(extraction: Extraction, intake: Intake, query: Mapping[str, Any], service: Service) -> dict[str, Any]:
    """Return the answer dumped by its schema, and count what was found."""
    for quote in extraction.quotes:
        service.metrics.quotes.labels(quote.type).inc()
    dumped: dict[str, Any] = _ANSWER.dump(build_answer(extraction, intake, query, service.package))
    return dumped


def post_quotes() -> Response:
    """Read one article."""
    service = _service()
    deadline = time.monotonic() + service.settings.request_seconds
    media_type = choose_media_type(RENDERERS)
    query = read_query(request)
    intake = read_article(request, service.settings, on_arrival=service.reader.check_room)
    service.metrics.waiting.set(service.reader.waiting)
    extraction = service.reader.read(intake.article, deadline=deadline)
    g.quotes = len(extraction.quotes)
    answer = dump_answer(extraction, intake, query, service)
    body = RENDERERS[media_type](answer, intake.article)
    return Response(body, content_type=CONTENT_TYPES.get(media_type, media_type), headers={"Vary": "Accept"})


def post_batch() -> Response:
    """Read many articles, a line each."""
    service = _service()
    settings = service.settings
    choose_media_type([NDJSON])
    query = read_query(request)
    check_media_type(request, [NDJSON])
    if (request.content_length or 0) > settings.max_batch_bytes:
        raise Problem("body-too-large", f"A batch holds {settings.max_batch_bytes} bytes.")
    if not service.batches.acquire(blocking=False):
        raise service.reader.refusal("queue-full", f"{settings.batch_calls} batches are being read already.")
    request.max_content_length = settings.max_batch_bytes + 1
    spool = Spool(request.stream, max_line_bytes=settings.max_body_bytes)
    batch = Batch(service.reader, settings, lambda extraction, intake: dump_answer(extraction, intake, query, service))
    end = _open_batch(spool, batch, service)

    def lines() -> Iterator[bytes]:
        with end:
            yield from batch.answers(spool)

    response = Response(lines(), content_type=NDJSON)
    # Also when the client leaves before the first line.
    response.call_on_close(end.close)
    return response


def _open_batch(spool: Spool, batch: Batch, service: Service) -> ExitStack:
    """Begin to take in a batch; return what ends it, whether all answers went out or the client left."""
    environ = request.environ
    log = structlog.get_logger("onrecord")
    end = ExitStack()
    end.callback(lambda: log.info("batch", read=batch.read, refused=batch.refused, bytes_in=spool.size))
    end.callback(service.batches.release)
    end.enter_context(reading_deadline(environ, service.settings.batch_seconds))
    end.callback(spool.close)
    end.callback(lambda: None if spool.done else stop_reading(environ))
    end.callback(batch.cancel)
    spool.start()
    return end


def get_health() -> Response:
    """The process answers."""
    return _json({"status": "ok"})


def get_readiness() -> Response:
    """The models are loaded and read the self-test."""
    service = _service()
    if service.unready:
        raise Problem("not-ready", service.unready, headers={"Retry-After": "30"})
    return _json({"status": "ready", "models": dict(service.package), "waiting": service.reader.waiting})


def get_metrics() -> Response:
    """The figures for Prometheus."""
    service = _service()
    service.metrics.waiting.set(service.reader.waiting)
    return Response(service.metrics.scrape(), content_type=CONTENT_TYPE_LATEST)


def get_contract() -> Response:
    """The OpenAPI document."""
    return _json(build_contract())


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), content_type="application/json")


def register_routes(app: Flask, service: Service) -> None:
    """Add every route to ``app``; those under /v1 stand behind keys and limits."""
    app.extensions["onrecord"] = service
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    # The archive's routes stand behind the same gate: a limit counts the calls of both.
    app.extensions["onrecord.gate"] = gate = make_gate(service.settings)
    v1.before_request(gate)
    v1.add_url_rule("/quotes", view_func=post_quotes, methods=["POST"])
    v1.add_url_rule("/quotes/batch", view_func=post_batch, methods=["POST"])
    app.register_blueprint(v1)
    app.add_url_rule("/healthz", view_func=get_health)
    app.add_url_rule("/readyz", view_func=get_readiness)
    app.add_url_rule("/metrics", view_func=get_metrics)
    app.add_url_rule("/openapi.json", view_func=get_contract)
