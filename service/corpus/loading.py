"""What was read, into the archive: each article once, however often its shard is read."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import replace

from service.archive.connection import Archive, ArchiveUnavailableError
from service.archive.search import find_record
from service.archive.store import Entry, is_same, write_entry

# Articles stored in one transaction: a writer waits for the others', and gives up after five seconds.
STORED_TOGETHER = 20
# How long to try again for while the archive is locked or away, and how long to wait between.
PATIENCE_SECONDS = 300.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 10.0

MAX_ID_CHARACTERS = 200
_UNFIT = re.compile(r"^[^A-Za-z0-9]|[^A-Za-z0-9._:@-]")


def archive_id(name: str) -> str:
    """Return the archive's id for the article that a corpus calls ``name``: itself where the archive can hold it.

    Other characters become ``~`` and their bytes in hexadecimal. Where the first is one of them, or the whole is then
    too long, the id is a hash.

    >>> archive_id("harbour/17")
    'harbour~2F17'
    """
    written = _UNFIT.sub(lambda match: "".join(f"~{byte:02X}" for byte in match[0].encode()), name)
    if len(written) <= MAX_ID_CHARACTERS and not written.startswith("~"):
        return written
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def store_entries(archive: Archive, entries: Sequence[Entry], *, patience: float = PATIENCE_SECONDS) -> None:
    """Store ``entries`` under the archive's ids for them; those that are there as they are stay untouched.

    Raises ``ArchiveUnavailableError`` when the archive cannot take them for ``patience`` seconds.
    """
    named = [replace(entry, id=archive_id(entry.id)) for entry in entries]
    for start in range(0, len(named), STORED_TOGETHER):
        _store_patiently(archive, named[start : start + STORED_TOGETHER], patience)


def _store_patiently(archive: Archive, entries: Sequence[Entry], patience: float) -> None:
    end, pause = time.monotonic() + patience, _FIRST_PAUSE_SECONDS
    while True:
        try:
            return _store(archive, entries)
        except ArchiveUnavailableError:
            if time.monotonic() + pause > end:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def _store(archive: Archive, entries: Sequence[Entry]) -> None:
    with archive.writing() as connection:
        for entry in entries:
            known = find_record(connection, entry.id)
            if known is None or not is_same(known, entry.intake, entry.package):
                write_entry(connection, entry)
