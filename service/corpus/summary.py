"""What a job found, as JSON and as a few lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import orjson

from service.corpus.output import Mark
from service.corpus.sources import Source
from service.quotes.types import QuoteType
from service.rendering import printable

TOP = 20
SHOWN = 10
# Names counted at a time: with more, those counted once are forgotten, and "counts_exact" is false.
MAX_NAMES = 1_000_000

Summary = dict[str, Any]


class Ranking:
    """Counts names without holding more than ``limit`` of them."""

    def __init__(self, limit: int = MAX_NAMES) -> None:
        self._counts: Counter[str] = Counter()
        self._limit = limit
        self.exact = True

    def add(self, counts: Mapping[str, int]) -> None:
        """Add ``counts``."""
        self._counts.update(counts)
        floor = 1
        while len(self._counts) > self._limit:
            self._counts = Counter({name: count for name, count in self._counts.items() if count > floor})
            self.exact = False
            floor += 1

    def top(self) -> list[dict[str, Any]]:
        """Return the names counted most, equal ones by name."""
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return [{"name": name, "quotes": count} for name, count in ranked[:TOP]]


def summarise(marks: Iterable[Mark], sources: Sequence[Source]) -> Summary:
    """Return the summary of the shards of ``marks``; ``seconds_of_processor`` is what reading and writing them took."""
    types: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    speakers, outlets = Ranking(), Ranking()
    articles = read = characters = 0
    seconds = 0.0
    for mark in marks:
        articles, read, characters = articles + mark.articles, read + mark.read, characters + mark.characters
        seconds += mark.seconds
        types.update(mark.types)
        reasons.update(fault["reason"] for fault in mark.faults)
        speakers.add(mark.speakers)
        outlets.add(mark.outlets)
    return {
        "files": len(sources),
        "damaged_files": [{"path": source.path, "reason": source.fault} for source in sources if source.fault],
        "articles": articles,
        "articles_read": read,
        "articles_failed": articles - read,
        "failures": dict(sorted(reasons.items())),
        "characters": characters,
        "seconds_of_processor": round(seconds, 1),
        "quotes": sum(types.values()),
        "quotes_by_type": {kind: types[kind] for kind in get_args(QuoteType)},
        "speakers": speakers.top(),
        "outlets": outlets.top(),
        "counts_exact": speakers.exact and outlets.exact,
    }


def pack_summary(summary: Summary) -> bytes:
    """Return ``summary`` as JSON for people."""
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def render_summary(summary: Summary) -> str:
    """Return ``summary`` as lines for a terminal, nothing in them that it would obey."""
    by_type = ", ".join(f"{count} {kind}" for kind, count in summary["quotes_by_type"].items())
    lines = [f"{summary['articles_read']} articles read, {summary['quotes']} quotes ({by_type})"]
    if summary["articles_failed"]:
        why = ", ".join(f"{count} {reason}" for reason, count in summary["failures"].items())
        lines.append(f"{summary['articles_failed']} articles not read ({why}): see errors.jsonl")
    lines += [f"{file['path']}: {file['reason']}" for file in summary["damaged_files"]]
    for title in ("speakers", "outlets"):
        if summary[title]:
            named = (f"{printable(entry['name'])} {entry['quotes']}" for entry in summary[title][:SHOWN])
            lines.append(f"{title}: {', '.join(named)}")
    return "\n".join(lines) + "\n"
