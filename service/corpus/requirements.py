"""What the job needs beside the service's own requirements, and what to say when it is not there."""

from __future__ import annotations

import importlib
from typing import Any

FILE = "requirements-corpus.txt"


class MissingRequirementError(Exception):
    """A package of requirements-corpus.txt is not installed; the message says how to install it."""


def require(module: str) -> Any:
    """Return the module of that name; raise ``MissingRequirementError`` when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        raise MissingRequirementError(
            f"{package} is not installed: run `pip install -r {FILE}` on every machine of the job"
        ) from None


def parquet() -> Any:
    """Return ``pyarrow.parquet``."""
    return require("pyarrow.parquet")
