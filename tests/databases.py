"""Archives for the tests: an SQLite file, and a PostgreSQL server of our own when Debian's package is there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PATIENCE_SECONDS = 120


def find_postgresql() -> Path | None:
    """Return the directory of PostgreSQL's server programs, the newest, ``None`` when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def why_no_postgresql() -> str | None:
    """Return why PostgreSQL cannot be tested here, ``None`` when it can."""
    if find_postgresql() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _account() is None:
        return "PostgreSQL does not run as root and there is no account postgres"
    return None


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


@contextmanager
def serving_postgresql() -> Iterator[str]:
    """Start a server of our own that listens on a socket only; yield the URL of its database, stop it at the end."""
    programs = find_postgresql()
    assert programs is not None
    place = Path(tempfile.mkdtemp(prefix="onrecord-pg-"))
    account = _account() if os.geteuid() == 0 else None
    if account:
        os.chown(place, account.pw_uid, account.pw_gid)
    place.chmod(0o700)
    as_account = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    data, log = place / "data", place / "log"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        with log.open("ab") as out:
            done = subprocess.run(  # type: ignore[call-overload]
                command, stdout=out, stderr=out, cwd=place, check=False, timeout=PATIENCE_SECONDS, **as_account
            )
        assert done.returncode == 0, f"{command}\n{log.read_text()}"

    try:
        run("initdb", "--pgdata", str(data), "--auth=trust", "--username=onrecord", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{place}' -c fsync=off"
        run("pg_ctl", "--pgdata", str(data), "--wait", "--options", options, "start")
        try:
            yield f"postgresql://onrecord@/postgres?host={place}"
        finally:
            run("pg_ctl", "--pgdata", str(data), "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def make_database(server: str, name: str) -> str:
    """Make an empty database on ``server`` and return its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return server.replace("/postgres?", f"/{name}?")
