"""What gunicorn serves in the tests, ``gunicorn 'tests.fake_service:app()'``: the app with the fake extractor."""

from __future__ import annotations

from flask import Flask

from service import create_app
from tests.fake_extractor import FakeExtractor


def app() -> Flask:
    """Return the application, settings from the environment."""
    return create_app(extract=FakeExtractor())
