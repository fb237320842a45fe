"""What a job is: its input cut into shards and everything else its rows depend on, kept in the output folder.

A run that goes on with another must agree with it in all of that, or its rows would not be those of one unbroken run.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import orjson

from service.corpus.articles import Columns
from service.corpus.output import Format, write_whole
from service.corpus.sources import Shard, Source, choose_shard_articles, digest_of, find_files, scan
from service.settings import Settings

FILE = "job.json"
_LAYOUT = 1
# Settings that decide which articles are read.
_LIMITS = ("max_body_bytes", "max_text_characters", "max_text_words")


class ResumeError(Exception):
    """The run cannot go on with the one before; the message says what differs and what to do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rows depend on beside the input: the output's form, the columns, the limits and the models."""

    form: Format
    columns: Columns
    limits: dict[str, int]
    package: dict[str, str]

    @classmethod
    def of(cls, form: Format, columns: Columns, settings: Settings, package: dict[str, str]) -> Terms:
        """Return the terms of a run with these options."""
        return cls(form, columns, {name: getattr(settings, name) for name in _LIMITS}, package)


@dataclass(frozen=True, slots=True)
class Job:
    """An input cut into shards, and the terms on which it is read."""

    terms: Terms
    sources: tuple[Source, ...]
    shards: tuple[Shard, ...]

    @property
    def articles(self) -> int:
        """Articles of all shards."""
        return sum(shard.count for shard in self.shards)


def plan(places: Sequence[str], terms: Terms, *, shard_articles: int | None = None) -> Job:
    """Return the job of reading what is at ``places``. Raises ``InputError``."""
    files = find_files(places)
    chosen = shard_articles or choose_shard_articles(files)
    sources, shards = scan(files, shard_articles=chosen, max_line_bytes=terms.limits["max_body_bytes"])
    return Job(terms, tuple(sources), tuple(shards))


def save(job: Job, folder: Path) -> None:
    """Write ``job`` into its output folder."""
    packed = {
        "layout": _LAYOUT,
        "terms": asdict(job.terms),
        "sources": [asdict(source) for source in job.sources],
        "shards": [[shard.source, shard.first, shard.offset, shard.count] for shard in job.shards],
    }
    write_whole(folder / FILE, orjson.dumps(packed))


def load(folder: Path) -> Job | None:
    """Return the job that was begun in ``folder``, ``None`` when none was; raise ``ResumeError`` if damaged."""
    try:
        packed = orjson.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise ResumeError(f"{folder / FILE} is damaged: choose another output folder") from None
    if packed.get("layout") != _LAYOUT:
        raise ResumeError(f"{folder} was begun by another version of this command: choose another output folder")
    terms = packed["terms"]
    return Job(
        Terms(terms["form"], Columns(**terms["columns"]), terms["limits"], terms["package"]),
        tuple(Source(**source) for source in packed["sources"]),
        tuple(Shard(number, *cut) for number, cut in enumerate(packed["shards"])),
    )


def check_same(job: Job, places: Sequence[str], terms: Terms) -> None:
    """Raise ``ResumeError`` when the input is not what ``job`` was planned for, or the terms are others."""
    differences = [*_changes(job.terms, terms), *_moves(job.sources, find_files(places))]
    if differences:
        raise ResumeError(
            "The output holds a job that this one does not go on with:\n"
            + "".join(f"  {difference}\n" for difference in differences)
            + "Undo that, or choose another output folder."
        )


def _changes(before: Terms, after: Terms) -> Iterator[str]:
    for entry in fields(Terms):
        old, new = getattr(before, entry.name), getattr(after, entry.name)
        if old != new:
            named = {"form": "the form of the output", "package": "the models"}.get(entry.name, f"the {entry.name}")
            yield f"{named} were {_shown(old)} and are {_shown(new)}"


def _shown(value: object) -> str:
    members = asdict(value) if isinstance(value, Columns) else value
    return ", ".join(f"{name} {part}" for name, part in members.items()) if isinstance(members, dict) else str(members)


def _moves(sources: Sequence[Source], files: Sequence[Path]) -> Iterator[str]:
    now = {str(file): file for file in files}
    known = {source.path for source in sources}
    yield from (f"{path} was not there" for path in now if path not in known)
    for source in sources:
        file = now.get(source.path)
        if file is None:
            yield f"{source.path} is not there any more"
            continue
        about = file.stat()
        if about.st_size != source.size:
            yield f"{source.path} has changed: it had {source.size} bytes and has {about.st_size}"
        elif about.st_mtime_ns != source.modified and digest_of(file) != source.digest:
            yield f"{source.path} has changed: it has other bytes than it had"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Within, no other run writes to ``folder``; raises ``ResumeError`` when one does. A killed run leaves no lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ResumeError(f"Another run is writing to {folder}.") from None
        yield
