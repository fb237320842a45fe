"""What an operator does to a whole archive: read it again with new models, compare what is not compared, copy it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, or_, select

from service.archive import tables
from service.archive.connection import Archive
from service.archive.search import StoredArticle, find_article
from service.archive.store import Entry, store_article
from service.archive.variants import find_unlinked, link_quotes
from service.intake import Intake
from service.quotes.types import Article
from service.reading import Extract, read_each

# Articles read in one call of the models; each is stored in a transaction of its own.
READ_TOGETHER = 8
LINK_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one article: its id, and what went wrong, ``None`` when it was read and stored."""

    id: str
    error: str | None


def count_stale(archive: Archive, package: Mapping[str, str]) -> int:
    """Return how many articles were read by other models than ``package``."""
    with archive.reading() as connection:
        stale = select(func.count()).select_from(tables.articles).where(_is_stale(package))
        return int(connection.execute(stale).scalar_one())


def _is_stale(package: Mapping[str, str]):  # type: ignore[no-untyped-def]
    table = tables.articles.c
    return or_(table.package != package["package"], table.version != package["version"])


def reextract(archive: Archive, extract: Extract, package: Mapping[str, str]) -> Iterator[Reread]:
    """Read again every article that other models than ``package`` read, oldest first, and yield what became of each.

    Stopped at any moment it goes on where it was when called again: what is done carries the new models' name. An
    article that cannot be read keeps its quotes, and is tried again the next time.
    """
    last = -1
    while stale := _load_stale(archive, package, last):
        last = stale[-1].key
        for article, outcome in _read(extract, stale):
            if isinstance(outcome, Entry):
                store_article(archive, Entry(article.id, outcome.intake, outcome.extraction, package))
            yield Reread(article.id, None if isinstance(outcome, Entry) else outcome)


def _load_stale(archive: Archive, package: Mapping[str, str], last: int) -> tuple[StoredArticle, ...]:
    table = tables.articles.c
    with archive.reading() as connection:
        ids = connection.execute(
            select(table.id).where(_is_stale(package), table.key > last).order_by(table.key).limit(READ_TOGETHER)
        ).scalars()
        wanted = list(ids)
    found = (find_article(archive, article_id) for article_id in wanted)
    return tuple(entry[0] for entry in found if entry)


def _read(extract: Extract, articles: Sequence[StoredArticle]) -> Iterable[tuple[StoredArticle, Entry | str]]:
    """Yield each article with what was read, or with the kind of error; one article's fault is not its neighbours'."""
    intakes = [_intake(article) for article in articles]
    outcomes = read_each(extract, [intake.article for intake in intakes])
    for article, intake, outcome in zip(articles, intakes, outcomes, strict=True):
        if isinstance(outcome, Exception):
            yield article, type(outcome).__name__
        else:
            yield article, Entry(article.id, intake, outcome, {})


def _intake(stored: StoredArticle) -> Intake:
    article = Article(stored.text, stored.publisher, stored.url, stored.published)
    return Intake(article, extracted=stored.extracted, publisher_basis=stored.publisher_basis)


def link_all(archive: Archive) -> Iterator[int]:
    """Compare every quote that was not compared yet, yielding how many each step took; resumable at any moment."""
    while keys := find_unlinked(archive, limit=LINK_TOGETHER):
        link_quotes(archive, keys)
        yield len(keys)


def back_up(archive: Archive, target: Path) -> None:
    """Write a copy of ``archive`` as of one moment to ``target`` while it is in use; ``target`` is whole or not there.

    SQLite gives an archive that can be opened at once, PostgreSQL a file for ``pg_restore``. Raises
    ``FileExistsError``, and ``RuntimeError`` when the copy is not sound.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        if archive.embedded:
            _copy_sqlite(Path(archive.engine.url.database or ""), partial)
        else:
            _dump_postgresql(archive, partial)
        _sync(partial)
        partial.rename(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file and check the copy."""
    origin = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        # All in one step: it sees one state and keeps nobody from writing; in several each write would start it over.
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise RuntimeError(f"the copy is not sound: {verdict}")
    finally:
        copy.close()
        origin.close()


def _dump_postgresql(archive: Archive, target: Path) -> None:
    tool = shutil.which("pg_dump")
    if tool is None:
        raise RuntimeError("pg_dump is needed to copy a PostgreSQL archive: install postgresql-client")
    url = archive.engine.url
    # The password goes through the environment: on the command line every user of the machine could read it.
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [tool, "--format=custom", f"--file={target}", f"--dbname={address}"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(f"pg_dump failed: {done.stderr.strip()}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
