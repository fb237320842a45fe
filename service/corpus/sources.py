"""The input: which files hold articles, what is in them, and the shards they are cut into.

A shard is a run of consecutive articles of one file. It is read whole by one actor and never together with another, so
that its rows are the same whoever reads it and whatever else is read at the time.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from service.corpus.requirements import parquet

Kind = Literal["lines", "parquet"]

_KINDS: dict[str, Kind] = {".jsonl": "lines", ".ndjson": "lines", ".json": "lines", ".parquet": "parquet"}
# A shard is what a killed worker does again: a few seconds to half an hour of one core. Its size grows with the
# corpus so that there are some 20,000 of them at most, each with two small files.
MIN_SHARD_ARTICLES, MAX_SHARD_ARTICLES, MANY_SHARDS = 50, 5000, 20_000
# For that estimate alone: a news article with its fields, and how much gzip takes off.
_BYTES_AN_ARTICLE, _GZIP_RATIO = 4000, 3
_PIECE_BYTES = 1 << 20


class InputError(Exception):
    """The input cannot be used as it is; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of articles. ``articles`` counts what can be read of it, ``fault`` says what cannot."""

    path: str
    kind: Kind
    size: int
    modified: int
    digest: str
    articles: int
    fault: str | None = None

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class Shard:
    """``count`` articles of the source with that index, from the line (or row, from 1) ``first``, at byte ``offset``.

    ``offset`` counts uncompressed bytes and is 0 for Parquet. ``number`` counts shards over all sources from 0.
    """

    number: int
    source: int
    first: int
    offset: int
    count: int

    @property
    def name(self) -> str:
        """What the shard's files are called, without an ending."""
        return f"part-{self.number:06}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its number from 1, the byte it begins at, its bytes (``None`` when it is too long)."""

    number: int
    offset: int
    body: bytes | None


def kind_of(path: Path) -> Kind | None:
    """Return what a file holds by its name, ``None`` when that says nothing we read."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes[-1:] == [".gz"]:
        kind = _KINDS.get(suffixes[0]) if len(suffixes) == 2 else None
        return kind if kind == "lines" else None
    return _KINDS.get(suffixes[-1]) if suffixes else None


def find_files(places: Sequence[str]) -> tuple[Path, ...]:
    """Return the files that ``places`` (files, folders, globs) name, each once, sorted by path.

    Of folders and globs only files with a known ending are taken, none whose name begins with a dot or an underscore.
    Raises ``InputError`` for a place that gives none.
    """
    found: set[Path] = set()
    for place in places:
        path = Path(place)
        if path.is_file():
            if kind_of(path) is None:
                raise InputError(f"{place}: name it .jsonl, .ndjson or .json (or one of these with .gz) or .parquet")
            found.add(path.absolute())
            continue
        among = path.rglob("*") if path.is_dir() else map(Path, glob.glob(place, recursive=True))  # noqa: PTH207 (takes what a shell does)
        files = {file.absolute() for file in among if kind_of(file) and file.name[0] not in "._" and file.is_file()}
        if not files:
            raise InputError(
                f"{place}: no file of articles (.jsonl, .ndjson, .json, these with .gz, .parquet) is there"
            )
        found |= files
    return tuple(sorted(found))


def choose_shard_articles(files: Sequence[Path]) -> int:
    """Return how many articles a shard of these files holds, by their sizes alone."""
    size = sum(file.stat().st_size * (_GZIP_RATIO if file.suffix == ".gz" else 1) for file in files)
    return max(MIN_SHARD_ARTICLES, min(MAX_SHARD_ARTICLES, math.ceil(size / _BYTES_AN_ARTICLE / MANY_SHARDS)))


def digest_of(path: Path) -> str:
    """Return a hash of the file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def scan(files: Sequence[Path], *, shard_articles: int, max_line_bytes: int) -> tuple[list[Source], list[Shard]]:
    """Return the sources and the shards of ``files``, in order.

    A file that is damaged is a source with the articles before the damage.
    """
    sources: list[Source] = []
    shards: list[Shard] = []
    for path in files:
        kind = kind_of(path) or "lines"
        about = path.stat()
        cuts: list[tuple[int, int, int]] = []
        fault = None
        walk = _cut_lines(path, shard_articles, max_line_bytes) if kind == "lines" else _cut_rows(path, shard_articles)
        try:
            cuts.extend(walk)
        except (OSError, EOFError, ValueError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
            fault = f"{type(error).__name__}: the file is damaged or cut short"
        shards += [Shard(len(shards) + i, len(sources), *cut) for i, cut in enumerate(cuts)]
        articles = sum(count for _, _, count in cuts)
        sources.append(Source(str(path), kind, about.st_size, about.st_mtime_ns, digest_of(path), articles, fault))
    return sources, shards


def open_lines(path: Path) -> IO[bytes]:
    """Return the file open for reading, unpacked as it is read when it is a .gz."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def read_lines(handle: IO[bytes], *, number: int, offset: int, max_bytes: int) -> Iterator[Line]:
    """Yield the lines from ``handle``'s place on, which is line ``number`` at ``offset``; blank ones only count.

    Never holds more of a line than ``max_bytes`` and its end.
    """
    while body := handle.readline(max_bytes + 2):
        size = len(body)
        whole: bytes | None = body.rstrip(b"\r\n")
        if len(body.rstrip(b"\r\n")) > max_bytes:
            whole = None
            while not body.endswith(b"\n") and (body := handle.readline(_PIECE_BYTES)):
                size += len(body)
        if whole is None or (whole and not whole.isspace()):
            yield Line(number, offset, whole)
        number, offset = number + 1, offset + size


def _cut_lines(path: Path, shard_articles: int, max_line_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Yield first line, offset and count of each shard; what a damaged file gave before the damage comes first."""
    first, offset, count = 1, 0, 0
    with open_lines(path) as handle:
        lines = read_lines(handle, number=1, offset=0, max_bytes=max_line_bytes)
        while True:
            try:
                line = next(lines, None)
            except Exception:
                if count:
                    yield first, offset, count
                raise
            if line is None:
                break
            if count == shard_articles:
                yield first, offset, count
                count = 0
            if not count:
                first, offset = line.number, line.offset
            count += 1
    if count:
        yield first, offset, count


def _cut_rows(path: Path, shard_articles: int) -> Iterator[tuple[int, int, int]]:
    rows = parquet().ParquetFile(path).metadata.num_rows
    for first in range(0, rows, shard_articles):
        yield first + 1, 0, min(shard_articles, rows - first)
