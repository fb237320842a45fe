"""What operators see: one JSON log line a call without a word of any article, and figures for Prometheus."""

from __future__ import annotations

import logging
import os
import re
import time
import uuid
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The service's figures. Under several workers each writes its own file and a scrape adds them up."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    articles: Counter
    quotes: Counter
    read_together: Histogram
    waiting: Gauge

    def scrape(self) -> bytes:
        """Return all figures in Prometheus's text format, those of every worker."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def make_metrics() -> Metrics:
    """Return fresh figures in a registry of their own, so that two apps in one process do not share them."""
    registry = CollectorRegistry()
    return Metrics(
        registry,
        Counter("onrecord_requests", "Calls answered.", ("route", "method", "status"), registry=registry),
        Histogram(
            "onrecord_request_seconds",
            "Time to the answer's first byte.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        ),
        Counter(
            "onrecord_articles", "Articles by outcome: read, refused, late or failed.", ("outcome",), registry=registry
        ),
        Counter("onrecord_quotes", "Quotes found, by type.", ("type",), registry=registry),
        Histogram(
            "onrecord_read_together",
            "Articles the models read in one batch.",
            buckets=(1, 2, 4, 8, 16, 32),
            registry=registry,
        ),
        Gauge("onrecord_waiting", "Articles that wait to be read.", registry=registry, multiprocess_mode="livesum"),
    )


def _drop_exception_text(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep tracebacks out of the log: an exception's message may quote the article it failed on."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        event["error"] = error[0].__name__
    elif isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event


def _processors() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_exception_text,
    ]


def log_config(level: str) -> dict[str, Any]:
    """Return the ``logging`` configuration: every logger, gunicorn's too, writes JSON lines to standard error."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _processors(),
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "gunicorn.error": {"handlers": ["stderr"], "level": level.upper(), "propagate": False},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }


def configure_logging() -> None:
    """Send the service's own events through ``logging`` in the same shape."""
    structlog.configure(
        processors=[*_processors(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _route() -> str:
    """Return the rule that matched: a path as sent could hold anything, and would make a metric for each."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def _begin() -> None:
    sent = request.headers.get("X-Request-ID", "")
    request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    g.request_id = request_id
    g.started = time.monotonic()


def observe(app: Flask, metrics: Metrics) -> None:
    """Give every call of ``app`` an id, a log line and its place in the figures."""
    log = structlog.get_logger("onrecord")

    def end(response: Response) -> Response:
        seconds = time.monotonic() - g.started
        response.headers["X-Request-ID"] = g.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        method = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
        metrics.requests.labels(_route(), method, str(response.status_code)).inc()
        metrics.seconds.labels(_route()).observe(seconds)
        log.info(
            "request",
            method=method,
            route=_route(),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            bytes_in=request.content_length,
            client=g.get("client"),
            quotes=g.get("quotes"),
        )
        return response

    app.before_request(_begin)
    app.after_request(end)


def quiet_libraries() -> None:
    """Silence libraries that log what they read: trafilatura's messages may hold words of the page."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
