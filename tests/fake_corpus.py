"""The corpus command with the fake extractor: ``python -m tests.fake_corpus run …``."""

from __future__ import annotations

import sys

from service.corpus.__main__ import main
from service.corpus.running import Engine
from service.settings import Settings
from tests.fake_extractor import FakeExtractor


def fake_engine(_: Settings) -> Engine:
    return Engine(FakeExtractor, {"package": "fake", "version": "0"})


if __name__ == "__main__":
    sys.exit(main(engine=fake_engine))
