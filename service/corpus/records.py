"""A shard's records out of its file: the JSON value of a line or the row of a Parquet file, each with its place."""

from __future__ import annotations

import datetime
import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from service.corpus.requirements import parquet
from service.corpus.sources import Shard, Source, open_lines, read_lines
from service.errors import Problem
from service.intake import parse_json

_ROWS_TOGETHER = 32
# Bytes of a column read at a time: a row group may be larger than the memory.
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """What stands at one place of a source: its fields, or the problem that kept them from being read.

    ``place`` is the file's name and the line or row, counted from 1.
    """

    place: str
    content: Mapping[str, Any] | Problem


class RecordReader:
    """Reads shards of ``sources``; keeps the last file open, since shards that follow one another lie in one."""

    def __init__(self, sources: Sequence[Source], *, columns: Sequence[str], max_line_bytes: int) -> None:
        self._sources = sources
        self._columns = columns
        self._max_line_bytes = max_line_bytes
        self._open: tuple[int, _Lines | _Rows] | None = None

    def read(self, shard: Shard) -> Iterator[Record]:
        """Yield the shard's records in order; those behind damage in the file hold a problem that says so.

        Raises ``OSError`` when the disk fails or the file is not what it was.
        """
        name, count = self._sources[shard.source].name, 0
        try:
            for record in self._opened(shard.source).read(shard):
                count += 1
                yield record
        except (OSError, ValueError) as error:
            self.close()
            # What the system refuses has a number; what pyarrow finds wrong in a file has none.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            for row in range(shard.first + count, shard.first + shard.count):
                yield Record(f"{name}:{row}", Problem("invalid-request", "The file is damaged here or before."))

    def _opened(self, index: int) -> _Lines | _Rows:
        if self._open is None or self._open[0] != index:
            self.close()
            source = self._sources[index]
            made = _Lines(source, self._max_line_bytes) if source.kind == "lines" else _Rows(source, self._columns)
            self._open = (index, made)
        return self._open[1]

    def close(self) -> None:
        """Close the file that is open."""
        if self._open:
            self._open[1].close()
            self._open = None


class _Lines:
    """A file of JSON Lines."""

    def __init__(self, source: Source, max_line_bytes: int) -> None:
        self._name = source.name
        self._max_line_bytes = max_line_bytes
        self._handle: IO[bytes] = open_lines(Path(source.path))

    def read(self, shard: Shard) -> Iterator[Record]:
        # In a .gz this unpacks what lies between, and starts over only to go back.
        self._handle.seek(shard.offset)
        lines = read_lines(self._handle, number=shard.first, offset=shard.offset, max_bytes=self._max_line_bytes)
        for _ in range(shard.count):
            line = next(lines, None)
            if line is None:
                raise _shortened(self._name)
            yield Record(f"{self._name}:{line.number}", self._content(line.body))

    def _content(self, body: bytes | None) -> Mapping[str, Any] | Problem:
        if body is None:
            return Problem("body-too-large", f"An article may have {self._max_line_bytes} bytes.")
        try:
            value = parse_json(body)
        except Problem as problem:
            return problem
        return value if isinstance(value, dict) else Problem("invalid-request", "The line is no JSON object.")

    def close(self) -> None:
        self._handle.close()


class _Rows:
    """A Parquet file, of which only the columns asked for are read."""

    def __init__(self, source: Source, columns: Sequence[str]) -> None:
        self._name = source.name
        self._file = parquet().ParquetFile(source.path, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        self._columns = [name for name in self._file.schema_arrow.names if name in set(columns)]
        self._at = 0
        self._rows = self._iterate(0)

    def _group_of(self, row: int) -> tuple[int, int]:
        """Return the row group that holds ``row`` and the row it begins with, all from 0."""
        metadata, group, start = self._file.metadata, 0, 0
        while group < metadata.num_row_groups - 1 and start + metadata.row_group(group).num_rows <= row:
            start += metadata.row_group(group).num_rows
            group += 1
        return group, start

    def _iterate(self, group: int) -> Iterator[Mapping[str, Any]]:
        for number in range(group, self._file.num_row_groups):
            # A group at a time: a batch across two would be lost with the one that is damaged.
            for batch in self._file.iter_batches(_ROWS_TOGETHER, row_groups=[number], columns=self._columns):
                for row in batch.to_pylist():
                    self._at += 1
                    yield row

    def read(self, shard: Shard) -> Iterator[Record]:
        first = shard.first - 1
        group, start = self._group_of(first)
        if not start <= self._at <= first:
            self._at, self._rows = start, self._iterate(group)
        while self._at < first and next(self._rows, None) is not None:
            pass
        for _ in range(shard.count):
            row = next(self._rows, None)
            if row is None:
                raise _shortened(self._name)
            yield Record(f"{self._name}:{self._at}", {name: _plain(value) for name, value in row.items()})

    def close(self) -> None:
        self._file.close()


def _shortened(name: str) -> OSError:
    return OSError(errno.ESTALE, f"{name} is shorter than it was")


def _plain(value: Any) -> Any:
    """Return a date or a moment as ISO 8601, anything else as it is."""
    return value.isoformat() if isinstance(value, datetime.date) else value
