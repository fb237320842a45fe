"""The operator's commands: ``python -m service.archive --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from tqdm import tqdm

from service.archive import connection
from service.archive.connection import Archive, ArchiveMismatchError, ArchiveUnavailableError, open_archive, prepare
from service.archive.upkeep import back_up, count_stale, link_all, reextract
from service.archive.variants import count_unlinked
from service.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0 done, 1 done with articles that could not be read, 2 not done."""
    asked = _parser().parse_args(arguments)
    where = asked.archive or read_settings(os.environ).archive
    if not where:
        return _fail("name the archive: set ONRECORD_ARCHIVE or give --archive")
    try:
        archive = open_archive(where)
        status: int = asked.run(archive, asked)
    except (ValueError, RuntimeError, OSError, ArchiveUnavailableError, ArchiveMismatchError) as error:
        return _fail(str(error))
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.archive", description="Upkeep of the archive of quotes.")
    parser.add_argument("--archive", help="path of an SQLite file or a PostgreSQL URL (ONRECORD_ARCHIVE)")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    add("upgrade", _upgrade, "bring the tables to this version, creating them in an empty database")
    downgrade = add("downgrade", _downgrade, "bring the tables back to an older version")
    downgrade.add_argument("revision", help="the version; base drops everything")
    add("check", _check, "say what is stored and whether it is sound")
    add("reextract", _reextract, "read again every article that other models read; can be stopped and started again")
    add("link", _link, "compare the quotes that have not been compared with those of other articles yet")
    add("backup", _backup, "copy the archive while it is in use").add_argument("target", type=Path, help="a new file")
    return parser


def _fail(message: str) -> int:
    sys.stderr.write(f"archive: {message}\n")
    return 2


def _upgrade(archive: Archive, _: argparse.Namespace) -> int:
    connection.upgrade(archive)
    return 0


def _downgrade(archive: Archive, asked: argparse.Namespace) -> int:
    with archive.writing() as writing:
        command.downgrade(connection.migration_config(writing), asked.revision)
    return 0


def _check(archive: Archive, _: argparse.Namespace) -> int:
    prepare(archive)
    with archive.reading() as reading:
        for table in ("articles", "quotes", "people", "links"):
            sys.stdout.write(f"{table:10} {connection.count_rows(reading, table):>10}\n")
        if archive.embedded:
            verdict = reading.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            strays = reading.exec_driver_sql("PRAGMA foreign_key_check").all()
            sys.stdout.write(f"integrity  {verdict}, {len(strays)} references to nothing\n")
            return 0 if verdict == "ok" and not strays else 1
    return 0


def _reextract(archive: Archive, _: argparse.Namespace) -> int:
    from service import load_extract

    prepare(archive)
    extract = load_extract(read_settings(os.environ))
    package = {name: str(getattr(extract, name, "unnamed")) for name in ("package", "version")}
    failed = []
    with tqdm(total=count_stale(archive, package), unit="article") as bar:
        for done in reextract(archive, extract, package):
            bar.update()
            if done.error:
                failed.append(done)
    for done in failed:
        sys.stderr.write(f"archive: {done.id} could not be read ({done.error}) and keeps its quotes\n")
    return max(_link(archive, _), 1 if failed else 0)


def _link(archive: Archive, _: argparse.Namespace) -> int:
    prepare(archive)
    with tqdm(total=count_unlinked(archive), unit="quote") as bar:
        for count in link_all(archive):
            bar.update(count)
    return 0


def _backup(archive: Archive, asked: argparse.Namespace) -> int:
    prepare(archive)
    back_up(archive, asked.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
