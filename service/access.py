"""Who may call, and how often: API keys and limits, both off until set."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable

from flask import g, request
from limits import parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from service.errors import Problem
from service.settings import Settings


def check_key(keys: tuple[tuple[str, str], ...]) -> str | None:
    """Return the name of the key sent as ``Authorization: Bearer`` or ``X-API-Key``; ``None`` when no keys are set.

    Raises ``Problem`` unauthorized. Every key is compared in full, so that the time taken tells nothing.
    """
    if not keys:
        return None
    bearer = request.authorization.token if request.authorization and request.authorization.type == "bearer" else None
    sent = (bearer or request.headers.get("X-API-Key") or "").encode()
    names = [name for name, key in keys if hmac.compare_digest(key.encode(), sent)]
    if not names:
        raise Problem(
            "unauthorized",
            "Send a key as Authorization: Bearer.",
            headers={"WWW-Authenticate": 'Bearer realm="onrecord"'},
        )
    return names[0]


def make_gate(settings: Settings) -> Callable[[], None]:
    """Return the check that runs before each call under /v1: its key, then its limit."""
    limiter = MovingWindowRateLimiter(storage_from_string(settings.rate_limit_storage))
    limits = parse_many(settings.rate_limit) if settings.rate_limit else []

    def gate() -> None:
        if request.method == "OPTIONS":
            return
        g.client = check_key(settings.api_keys)
        caller = g.client or request.remote_addr or "unknown"
        for limit in limits:
            if not limiter.hit(limit, caller):
                reset = limiter.get_window_stats(limit, caller).reset_time
                seconds = max(1, math.ceil(reset - time.time()))
                raise Problem("too-many-requests", f"The limit is {limit}.", headers={"Retry-After": str(seconds)})

    return gate
