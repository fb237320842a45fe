"""Time one article of 1, 10 and 100 KB, to see that time grows with length and no faster.

``python -m scripts.bench`` starts a service of its own on 127.0.0.1. The article is the example, repeated with other
names in each copy, since a text that repeats itself would be read faster than news. Figures mean something only on an
idle machine.
"""

from __future__ import annotations

import argparse
import statistics
import time

from scripts.load import EXAMPLE, Service, serving

KILOBYTES = (1, 10, 100)
_NAMES = ("Ruiz", "Adeyemi", "Kovacs", "Wilk", "Nair", "Reuters")


def make_article(size: int) -> str:
    """Return a text of ``size`` characters made of copies of the example, each with its own names."""
    copies: list[str] = []
    while sum(map(len, copies)) < size:
        copy = EXAMPLE
        for name in _NAMES:
            copy = copy.replace(name, f"{name}{chr(97 + len(copies) % 26)}{chr(97 + len(copies) // 26 % 26)}")
        copies.append(copy)
    return "\n".join(copies)[:size]


def time_article(service: Service, text: str, repeats: int) -> float:
    """Return the median seconds of ``repeats`` calls."""
    seconds = []
    for _ in range(repeats):
        start = time.monotonic()
        status, _, body = service.post(text)
        if status != 200:
            raise SystemExit(f"{len(text)} characters gave {status}: {body[:300]!r}")
        seconds.append(time.monotonic() - start)
    return statistics.median(seconds)


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", default="service:create_app()")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with serving(options.app) as service:
        service.post(EXAMPLE)
        print(f"{'KB':>6} {'s':>8} {'s/KB':>8}")
        for kilobytes in KILOBYTES:
            seconds = time_article(service, make_article(kilobytes * 1000), options.repeats)
            print(f"{kilobytes:>6} {seconds:8.3f} {seconds / kilobytes:8.4f}", flush=True)


if __name__ == "__main__":
    main()
