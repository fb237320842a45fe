"""The environment to a frozen ``Settings``: one field a variable, with its meaning beside it.

The table of docs/settings.md is written from the fields below by ``make docs`` and checked by a test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from limits import parse_many


class SettingsError(ValueError):
    """A variable holds what it cannot mean; the message names it and says what would do."""


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def _whole(value: str) -> int:
    number = int(value)
    if number < 0:
        raise ValueError("must be 0 or more")
    return number


def _names(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _keys(value: str) -> tuple[tuple[str, str], ...]:
    pairs = tuple(tuple(part.strip() for part in entry.split(":", 1)) for entry in _names(value))
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise ValueError("must be name:key pairs, separated by commas")
    return tuple((name, key) for name, key in pairs)


def _limit(value: str) -> str:
    if value:
        parse_many(value)
    return value


def _level(value: str) -> str:
    if value.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return value.lower()


def _cores() -> int:
    """Return the number of cores this process may use, at most 4: a worker a core, and each holds a model thread."""
    return min(4, len(os.sched_getaffinity(0)))


def _setting(variable: str, read: Callable[[str], Any], default: Any, help_text: str, shown: str | None = None) -> Any:
    """Make a field read from ``variable``; ``shown`` is its default in the documents where the value says little."""
    metadata = {"variable": variable, "read": read, "help": help_text, "shown": shown}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Units end the names; bytes are of the body as sent, characters are code points."""

    host: str = _setting(
        "ONRECORD_HOST", str, "127.0.0.1", "Address to listen on. The Procfile listens on every address."
    )
    port: int = _setting("PORT", _positive, 8000, "Port to listen on.")
    workers: int = _setting(
        "WEB_CONCURRENCY",
        _positive,
        _cores,
        "Worker processes. Each reads articles on one core; the models are loaded once and shared.",
        "cores, at most 4",
    )
    stanza_dir: str = _setting(
        "ONRECORD_STANZA_DIR",
        str,
        "",
        "Directory of a Stanza English package to use instead of the models that ship here.",
        "the models that ship here",
    )
    archive: str = _setting(
        "ONRECORD_ARCHIVE",
        str,
        "",
        "Where articles and their quotes are kept: the path of an SQLite file, or a PostgreSQL URL (postgresql://…).",
        "none: the archive is off",
    )
    max_body_bytes: int = _setting(
        "ONRECORD_MAX_BODY_BYTES", _positive, 4 * 1024 * 1024, "Largest body of one article."
    )
    max_text_characters: int = _setting(
        "ONRECORD_MAX_TEXT_CHARACTERS",
        _positive,
        200_000,
        "Longest text of one article, in code points.",
    )
    max_text_words: int = _setting(
        "ONRECORD_MAX_TEXT_WORDS",
        _positive,
        60_000,
        "Most words and marks in the text of one article: reading time grows with them.",
    )
    max_batch_bytes: int = _setting(
        "ONRECORD_MAX_BATCH_BYTES", _positive, 64 * 1024 * 1024, "Largest body of a batch call."
    )
    max_batch_articles: int = _setting("ONRECORD_MAX_BATCH_ARTICLES", _positive, 1000, "Most articles in a batch call.")
    queue_articles: int = _setting(
        "ONRECORD_QUEUE_ARTICLES",
        _positive,
        1,
        "Articles that may wait in one worker; the next one gets 503 with Retry-After at once. "
        "More take a burst, read together, and make each of it wait longer.",
    )
    read_together: int = _setting(
        "ONRECORD_READ_TOGETHER",
        _positive,
        8,
        "Most waiting articles that the models read at a time.",
    )
    batch_calls: int = _setting(
        "ONRECORD_BATCH_CALLS", _positive, 2, "Batch calls and comparisons one worker serves at the same time."
    )
    request_seconds: int = _setting(
        "ONRECORD_REQUEST_SECONDS",
        _positive,
        120,
        "Longest that one article may wait and be read before 503.",
    )
    body_seconds: int = _setting(
        "ONRECORD_BODY_SECONDS", _positive, 20, "Longest that a client may take to send one article."
    )
    head_seconds: int = _setting(
        "ONRECORD_HEAD_SECONDS", _positive, 10, "Longest that a client may take to send the head of a request."
    )
    batch_seconds: int = _setting(
        "ONRECORD_BATCH_SECONDS",
        _positive,
        3600,
        "Longest that a client may take to send a batch.",
    )
    api_keys: tuple[tuple[str, str], ...] = _setting(
        "ONRECORD_API_KEYS",
        _keys,
        (),
        "Keys that may call /v1, as name:key pairs separated by commas. The names appear in logs, the keys never.",
        "none: open to all",
    )
    rate_limit: str = _setting(
        "ONRECORD_RATE_LIMIT",
        _limit,
        "",
        "Most calls of one key (of one address without keys), as in 60/minute or 10/second;5000/day.",
        "no limit",
    )
    rate_limit_storage: str = _setting(
        "ONRECORD_RATE_LIMIT_STORAGE",
        str,
        "memory://",
        "Where calls are counted. memory:// counts in each worker for itself; redis://host:port counts for all.",
    )
    trusted_proxies: int = _setting(
        "ONRECORD_TRUSTED_PROXIES",
        _whole,
        0,
        "Reverse proxies in front whose X-Forwarded-For is believed, for limits by address.",
    )
    cors_origins: tuple[str, ...] = _setting(
        "ONRECORD_CORS_ORIGINS",
        _names,
        (),
        "Origins whose pages may call /v1, separated by commas.",
        "none: CORS is off",
    )
    log_level: str = _setting("ONRECORD_LOG_LEVEL", _level, "info", "debug, info, warning or error.")

    @property
    def threads(self) -> int:
        """Threads of one worker: one an article that may wait or be read, and some to refuse and to answer health."""
        return self.queue_articles + self.read_together + self.batch_calls + 8


def _value(entry: Field[Any], environment: Mapping[str, str]) -> Any:
    variable = entry.metadata["variable"]
    try:
        return entry.metadata["read"](environment[variable])
    except ValueError as error:
        raise SettingsError(f"{variable} {error}; it is {environment[variable]!r}") from None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that ``environment`` gives, defaults for the rest; an empty variable counts as not there.

    Raises ``SettingsError`` naming the variable when one cannot be read.
    """
    given = (entry for entry in fields(Settings) if environment.get(entry.metadata["variable"], "").strip())
    return Settings(**{entry.name: _value(entry, environment) for entry in given})


def describe_settings() -> tuple[tuple[str, str, str], ...]:
    """Return variable, default and meaning of every setting, in order: the rows of docs/settings.md."""

    def default(entry: Field[Any]) -> str:
        shown: str | None = entry.metadata["shown"]
        return shown or str(entry.default if entry.default is not MISSING else "")

    return tuple((entry.metadata["variable"], default(entry), entry.metadata["help"]) for entry in fields(Settings))
