"""onrecord over HTTP: ``create_app`` makes the Flask application."""

from __future__ import annotations

import os
import threading
from itertools import pairwise

from flask import Flask
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api import Service, register_routes
from service.archive.api import register_archive
from service.errors import register_errors
from service.operations import configure_logging, make_metrics, observe, quiet_libraries
from service.page import blueprint as page
from service.quotes.types import Article, Extraction
from service.reading import Extract, Reader
from service.settings import Settings, read_settings

SELF_TEST = (
    "“The bridge will open again on Monday,” Mayor Ana Ruiz told Reuters. Ruiz said the repairs had cost $2 million."
)


def create_app(settings: Settings | None = None, extract: Extract | None = None) -> Flask:
    """Return the application; ``settings`` come from the environment and ``extract`` from the models unless given.

    An ``extract`` may name its models in the attributes ``package`` and ``version``. Raises when a setting or a model
    file is missing or damaged: a service that cannot read must not start.
    """
    settings = settings or read_settings(os.environ)
    extract = extract or load_extract(settings)
    configure_logging()
    quiet_libraries()
    metrics = make_metrics()
    reader = Reader(
        extract,
        places=settings.queue_articles,
        together=settings.read_together,
        on_batch=metrics.read_together.observe,
        on_outcome=lambda outcome: metrics.articles.labels(outcome).inc(),
    )
    package = {name: str(getattr(extract, name, "unnamed")) for name in ("package", "version")}
    app = Flask("onrecord", static_folder=None)
    observe(app, metrics)
    register_errors(app)
    register_routes(
        app,
        Service(
            settings, reader, metrics, package, self_test(extract), threading.BoundedSemaphore(settings.batch_calls)
        ),
    )
    register_archive(app, settings)
    app.register_blueprint(page)
    if settings.cors_origins:
        CORS(
            app,
            resources={"/v1/*": {"origins": list(settings.cors_origins)}},
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def load_extract(settings: Settings) -> Extract:
    """Load the models once and return the extractor that reads with them; it names its ``package`` and ``version``.

    One torch thread, set before the first inference: with more, processes forked afterwards hang in their first one.
    """
    import torch

    from service.quotes import load_extractor

    torch.set_num_threads(1)
    return load_extractor(stanza_dir=settings.stanza_dir or None)


def self_test(extract: Extract) -> str | None:
    """Read a sentence of our own and return what is wrong with the outcome, ``None`` when nothing is."""
    extractions: list[Extraction] = list(extract([Article(SELF_TEST)]))
    if len(extractions) != 1 or extractions[0].text != SELF_TEST:
        return "The self-test gave no extraction of its text."
    quotes = extractions[0].quotes
    if not quotes:
        return "The self-test found no quote in its text."
    for quote in quotes:
        inside = all(0 <= span.start < span.end <= len(SELF_TEST) for span in quote.spans)
        if not inside or any(left.end > right.start for left, right in pairwise(quote.spans)):
            return "The self-test found a quote outside its text."
    return None
