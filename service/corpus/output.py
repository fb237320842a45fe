"""A shard's files: quotes as Parquet or JSON Lines, and the mark that says the shard is done.

Each is written beside its place, brought to the disk and then renamed, the mark last; so what has its name is whole,
and a shard without a mark is as if it had never been begun.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from service.corpus.requirements import parquet, require
from service.corpus.shards import Row, ShardReading
from service.corpus.sources import Shard
from service.rendering import CSV_COLUMNS

Format = Literal["parquet", "jsonl"]

QUOTES, MARKS = "quotes", "done"
COLUMNS = ("article_id", *CSV_COLUMNS)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is kept of a shard that is done, beside its quotes: the tally, the faults, and seconds of processor time."""

    shard: int
    articles: int
    read: int
    characters: int
    seconds: float
    types: dict[str, int]
    speakers: dict[str, int]
    outlets: dict[str, int]
    faults: list[dict[str, str]]

    @property
    def failed(self) -> int:
        """Articles that could not be read."""
        return self.articles - self.read


class Output:
    """The folder of a job's results."""

    def __init__(self, folder: Path, form: Format) -> None:
        self.folder = folder
        self._form: Format = form

    def quotes_path(self, shard: Shard) -> Path:
        """Where the shard's quotes are."""
        return self.folder / QUOTES / f"{shard.name}.{self._form}"

    def _mark_path(self, name: str) -> Path:
        return self.folder / MARKS / f"{name}.json"

    def prepare(self) -> None:
        """Make the folders and remove what a killed run left half written."""
        for name in (QUOTES, MARKS):
            place = self.folder / name
            place.mkdir(parents=True, exist_ok=True)
            for partial in place.glob(".*.partial"):
                partial.unlink(missing_ok=True)

    def is_done(self, shard: Shard) -> bool:
        """True when the shard's quotes are whole."""
        return self._mark_path(shard.name).exists()

    def read_mark(self, shard: Shard) -> Mark:
        """Return the mark of a shard that is done."""
        return Mark(**orjson.loads(self._mark_path(shard.name).read_bytes()))

    def read_marks(self, shards: Sequence[Shard]) -> Iterator[Mark]:
        """Yield the marks of those of ``shards`` that are done, in order."""
        there = {path.stem for path in (self.folder / MARKS).glob("part-*.json")}
        return (self.read_mark(shard) for shard in shards if shard.name in there)

    def finish(self, shard: Shard, reading: ShardReading, *, seconds: float) -> Mark:
        """Write the shard's quotes and then its mark, which it returns."""
        write_whole(self.quotes_path(shard), self._pack(reading.rows))
        tally = reading.tally
        mark = Mark(
            shard.number,
            shard.count,
            tally.read,
            tally.characters,
            round(seconds, 3),
            dict(tally.types),
            dict(tally.speakers),
            dict(tally.outlets),
            [asdict(fault) for fault in reading.faults],
        )
        write_whole(self._mark_path(shard.name), orjson.dumps(asdict(mark)))
        return mark

    def _pack(self, rows: Sequence[Row]) -> bytes:
        if self._form == "jsonl":
            return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        arrow = require("pyarrow")
        sink = arrow.BufferOutputStream()
        parquet().write_table(arrow.Table.from_pylist(list(rows), schema=_schema(arrow)), sink, compression="zstd")
        return bytes(sink.getvalue())


def _schema(arrow: Any) -> Any:
    """All columns are text but the confidences."""
    kinds = {name: arrow.float64() if name.startswith("confidence_") else arrow.string() for name in COLUMNS}
    return arrow.schema(kinds.items())


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that it is there whole or not at all, also after a power cut."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        with partial.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
