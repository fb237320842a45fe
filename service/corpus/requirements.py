"""What the job needs beside the service's own requirements, and what to say when it is not there."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

FILE = "requirements-corpus.txt"
PACKAGES = ("ray", "pyarrow", "pandas", "msgpack")


class MissingRequirementError(Exception):
    """A package of requirements-corpus.txt is not installed; the message says how to install it."""


def require(module: str) -> Any:
    """Return the module of that name; raise ``MissingRequirementError`` when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise _missing((error.name or module).partition(".")[0]) from None


def _missing(package: str) -> MissingRequirementError:
    return MissingRequirementError(
        f"{package} is not installed: run `pip install -r {FILE}` on every machine of the job"
    )


def check_installed() -> None:
    """Raise ``MissingRequirementError`` when a package is not there, without loading those that are."""
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise _missing(package)


def parquet() -> Any:
    """Return ``pyarrow.parquet``."""
    return require("pyarrow.parquet")
