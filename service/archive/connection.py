"""One way to both databases: how an archive is opened, written to by one at a time, and what its failures mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# How long a call waits for another's transaction; above it the archive is busy and the call can be sent again.
BUSY_SECONDS = 5.0
# Pages kept in memory by each SQLite connection.
_CACHE_KIBIBYTES = 64 * 1024
_CONNECTIONS = 8
_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, the same in every process: PostgreSQL's lock of the archive's writer.
_WRITER_LOCK = 0x6F6E7265636F7264
# PostgreSQL: connection lost or refused, out of resources (full disk), locks, shutdown, input and output, read only.
_PASSING_STATES = ("08", "53", "55", "57", "58", "25006", "40")


class ArchiveUnavailableError(Exception):
    """The archive cannot do it now: locked for too long, disk full, server away. Nothing was changed."""


class ArchiveMismatchError(Exception):
    """The archive's tables are not those of this version; the message says which command cures it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive. Holds no connection until the first use, so that a process forked before has its own."""

    engine: Engine

    @property
    def embedded(self) -> bool:
        """True for SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive throughout; raises ``ArchiveUnavailableError``."""
        with _translated(), self.engine.connect() as connection:
            if self.embedded:
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction that writes now, committed at the end; raises ``ArchiveUnavailableError``."""
        with _translated(), self.engine.connect() as connection:
            if self.embedded:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
            yield connection
            connection.commit()


def open_archive(where: str, *, busy_seconds: float = BUSY_SECONDS) -> Archive:
    """Return the archive at ``where``, a path of an SQLite file or a database URL, without touching it.

    Raises ``ValueError`` for a URL that names no database this service works with.
    """
    try:
        url = make_url(where if "://" in where else f"sqlite:///{where}")
    except ArgumentError as error:
        raise ValueError(f"not a path or database URL: {error}") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ValueError("an archive in memory would be lost with the process; name a file")
        # The driver begins no transaction by itself: reading() and writing() say which kind.
        connect_args = {"timeout": busy_seconds, "isolation_level": None}
        engine = create_engine(url, pool_size=_CONNECTIONS, connect_args=connect_args)
        event.listen(engine, "connect", _prepare_sqlite)
        return Archive(engine)
    if url.drivername != "postgresql+psycopg":
        raise ValueError("the archive is kept in an SQLite file or in PostgreSQL (postgresql://…)")
    return Archive(create_engine(url, pool_size=_CONNECTIONS, pool_pre_ping=True, connect_args={"connect_timeout": 5}))


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    for pragma in (
        "journal_mode = WAL",
        # Acknowledged means on the disk, also when the power fails.
        "synchronous = FULL",
        # What is deleted is overwritten where its page is written anyway, and not at the price of further pages.
        "secure_delete = FAST",
        "foreign_keys = ON",
        # Pages of the log before they go into the file: the same pages of the word index change with every article, and
        # are then written once for many.
        "wal_autocheckpoint = 8000",
        f"cache_size = -{_CACHE_KIBIBYTES}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what passes by itself or by an operator's hand into ``ArchiveUnavailableError``; the rest is our fault."""
    try:
        yield
    except PoolTimeout:
        raise ArchiveUnavailableError("Too many calls use the archive.") from None
    except DatabaseError as error:
        reason = _passing_reason(error.orig)
        if reason is None:
            raise
        raise ArchiveUnavailableError(reason) from error


def _passing_reason(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE_REASONS.get(code)
    state = getattr(error, "sqlstate", None)
    # What fails before the server says anything has no state: a connection refused, or values it cannot be sent.
    if not (state.startswith(_PASSING_STATES) if state else isinstance(error, psycopg.OperationalError)):
        return None
    if state == "53100":
        return "The archive's disk is full."
    return "The archive is locked." if state == "55P03" else "The archive's database does not answer."


_SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "The archive is locked.",
    sqlite3.SQLITE_LOCKED: "The archive is locked.",
    sqlite3.SQLITE_FULL: "The archive's disk is full.",
    sqlite3.SQLITE_IOERR: "The archive's disk does not work.",
    sqlite3.SQLITE_CANTOPEN: "The archive's file cannot be opened.",
    sqlite3.SQLITE_READONLY: "The archive's file cannot be written.",
}


def migration_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; the migrations use ``connection`` and leave the transaction to its owner."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(archive: Archive) -> None:
    """Bring the archive's tables to this version, creating them in an empty database; all or nothing."""
    with archive.writing() as connection:
        command.upgrade(migration_config(connection), "head")


def prepare(archive: Archive) -> None:
    """Make the archive ready to serve: create its tables when it has none, refuse those of another version.

    Raises ``ArchiveMismatchError``. Leaves no connection open, so that a server may fork afterwards.
    """
    try:
        with archive.reading() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            empty = not inspect(connection).get_table_names()
        if found is None and empty:
            upgrade(archive)
        elif found != (wanted := ScriptDirectory.from_config(migration_config()).get_current_head()):
            raise ArchiveMismatchError(
                f"The archive's tables are of version {found or 'none'}, this service needs {wanted}: "
                "make a backup, then run `python -m service.archive upgrade`."
            )
    finally:
        archive.engine.dispose()


def count_rows(connection: Connection, table: str) -> int:
    """Return the number of rows of ``table``, a name of ours."""
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
