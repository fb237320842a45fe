"""Time-ordered keys, the moments they come from and the cursors they become.

A key is seconds since year 1 shifted left by ``TAIL_BITS``, plus a running number among those of one second. Newest
first is therefore descending key, a stretch of time is a range of keys, and a page ends at one number.
"""

from __future__ import annotations

import string
from datetime import UTC, datetime, time, timedelta

# Keys stay below 2**63; a day of articles that give no hour shares one second, and 16 million quotes fit in that.
TAIL_BITS = 24
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_DIGITS = string.digits + string.ascii_lowercase


def read_moment(written: str) -> datetime:
    """Return the moment, in UTC, that an ISO 8601 date or date and time means; without a zone it is taken as UTC.

    A date alone is its first second. Raises ``ValueError`` for dates that are none (30 February).
    """
    moment = datetime.fromisoformat(written)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999") from error


def read_end(written: str) -> datetime:
    """Return the first moment after what ``written`` covers: the next day of a date alone, else the next second."""
    moment = read_moment(written)
    try:
        return moment + (timedelta(days=1) if len(written) == len("2024-05-06") else timedelta(seconds=1))
    except OverflowError:
        return datetime.combine(moment.date(), time.max, tzinfo=UTC)


def first_key(moment: datetime) -> int:
    """Return the first key of the second of ``moment``."""
    since = moment - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) << TAIL_BITS


def key_moment(key: int) -> datetime:
    """Return the moment that ``key`` stands for, to the second."""
    return _YEAR_ONE + timedelta(seconds=key >> TAIL_BITS)


def write_cursor(*numbers: int) -> str:
    """Return ``numbers``, none negative, as an opaque word for a URL.

    >>> read_cursor(write_cursor(255, 0), count=2)
    (255, 0)
    """
    return "-".join(map(_base36, numbers))


def read_cursor(word: str, *, count: int = 1) -> tuple[int, ...]:
    """Return the numbers of a cursor; raises ``ValueError`` when it is none of ours."""
    parts = word.split("-")
    if len(parts) != count or not all(part and len(part) <= 13 and set(part) <= set(_DIGITS) for part in parts):
        raise ValueError("not a cursor of this service")
    numbers = tuple(int(part, 36) for part in parts)
    if any(number >= 1 << 63 for number in numbers):
        raise ValueError("not a cursor of this service")
    return numbers


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
