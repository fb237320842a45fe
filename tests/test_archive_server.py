"""A real service with an archive: killed in the middle of a thousand stores, and asked by the command."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import ROOT, Server, serving, wait_until

pytestmark = pytest.mark.server

STORES = 1000
CLIENTS = 4
KILL_AFTER = 400


SPEAKERS = ("Yusuf Demir told Reuters", "Ana Ruiz said", "Bob Hill said")


def statements(number: int) -> list[str]:
    """Three statements of made-up words that no other number gives."""
    letters = random.Random(number)
    words = ["".join(letters.choices("abdefgiklmnoprstuvz", k=7)) for _ in range(24)]
    return [" ".join(words[start : start + 8]) for start in (0, 8, 16)]


def article(number: int) -> str:
    """An article of three quotes that only it has, by speakers whom all have."""
    said = zip(statements(number), SPEAKERS, strict=True)
    return " ".join(f"“{words},” {speaker}." for words, speaker in said)


class Clients:
    """Some clients that store a thousand articles between them and note what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._left = iter(range(STORES))
        self._lock = threading.Lock()
        self.acknowledged: set[int] = set()
        self.threads = [threading.Thread(target=self._store) for _ in range(CLIENTS)]

    def _store(self) -> None:
        while True:
            with self._lock:
                number = next(self._left, None)
            if number is None:
                return
            body = json.dumps({"text": article(number), "publisher": "Post"}).encode()
            try:
                status, _, _ = self._server.call(
                    "PUT", f"/v1/articles/n{number}", body, {"Content-Type": "application/json"}
                )
            except OSError:
                return
            if status in (200, 201):
                with self._lock:
                    self.acknowledged.add(number)


def wait_for(clients: Clients, number: int, log: Path) -> None:
    """Wait until so many stores are acknowledged, as long as it takes: only standing still is a failure."""
    before = -1
    while (now := len(clients.acknowledged)) < number:
        reached = min(number, now + 1)
        wait_until(lambda: len(clients.acknowledged) >= reached, "the next store", log)  # noqa: B023
        assert now > before
        before = now


def kill(server: Server) -> None:
    """End master and workers at once, as a power cut would."""
    for pid in (server.process.pid, *server.workers()):
        os.kill(pid, signal.SIGKILL)
    server.process.wait()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"ONRECORD_ARCHIVE": str(tmp_path / "archive.db"), "ONRECORD_QUEUE_ARTICLES": "8"}


def test_no_acknowledged_article_is_lost_and_none_is_half_there(tmp_path: Path, environment: dict[str, str]) -> None:
    with serving(tmp_path / "before", **environment) as server:
        clients = Clients(server)
        for thread in clients.threads:
            thread.start()
        wait_for(clients, KILL_AFTER, tmp_path / "before")
        kill(server)
        for thread in clients.threads:
            thread.join()
    acknowledged = set(clients.acknowledged)
    assert KILL_AFTER <= len(acknowledged) < STORES
    with serving(tmp_path / "after", **environment) as server:
        for number in sorted(acknowledged):
            status, body, _ = server.call("GET", f"/v1/articles/n{number}")
            assert status == 200, number
            printed = [quote["spans"][0]["text"] for quote in json.loads(body)["quotes"]]
            assert printed == [f"{words}," for words in statements(number)]
        words = statements(min(acknowledged))[1].replace(" ", "+")
        status, body, _ = server.call("GET", f"/v1/quotes?q={words}")
        assert len(json.loads(body)["quotes"]) == 1
    check_whole(Path(environment["ONRECORD_ARCHIVE"]), at_least=len(acknowledged))


def check_whole(path: Path, *, at_least: int) -> None:
    """Every article that is there has all of its quotes, and each quote its record, terms and place in the search."""
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        (articles,) = database.execute("SELECT count(*) FROM articles").fetchone()
        assert at_least <= articles <= at_least + CLIENTS
        quotes = "SELECT count(*) FROM articles a WHERE 3 = (SELECT count(*) FROM quotes WHERE article_key = a.key)"
        assert database.execute(quotes).fetchone() == (articles,)
        for table in ("records", "quote_search", "term_search"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (3 * articles,)
        for index in ("quote_search", "term_search"):
            database.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
        assert database.execute("SELECT sum(quotes), count(*) FROM people").fetchone() == (3 * articles, 3)
    finally:
        database.close()


# --- The command ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("command")
    with serving(place / "log", ONRECORD_ARCHIVE=str(place / "archive.db")) as server:
        yield server


def quotes(server: Server, *arguments: str, cwd: Path, sent: bytes = b"") -> tuple[int, str, str]:
    """Exit status, standard output and standard error of bin/quotes."""
    done = subprocess.run(
        [ROOT / "bin" / "quotes", *arguments],
        env={**os.environ, "ONRECORD_URL": server.url},
        cwd=cwd,
        input=sent,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


FIRST = "“The bridge will open again on Monday, whatever the weather does,” Ana Ruiz said.\n"
SECOND = "“The bridge will be reopened on Monday regardless of the weather,” Ana Ruiz said.\n"


def test_the_command_stores_searches_and_shows_versions(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FIRST, encoding="utf-8")
    told = ("--id", "one", "--publisher", "Harbour & Sons’ Post", "--published", "2024-05-06")
    status, out, err = quotes(server, "store", *told, "a.txt", cwd=tmp_path)
    assert (status, err) == (0, "")
    assert "The bridge will open again" in out
    two = ("store", "--published", "2024-05-07", "--id", "two", "-", "--json")
    assert json.loads(quotes(server, *two, cwd=tmp_path, sent=SECOND.encode())[1])["id"] == "two"
    found = json.loads(quotes(server, "search", "--json", '"the weather"', "bridge", cwd=tmp_path)[1])["quotes"]
    assert [quote["id"] for quote in found] == ["two.q1", "one.q1"]
    assert found[1]["article"]["publisher"] == "Harbour & Sons’ Post"
    for filters, expected in (
        (("--publisher", "Harbour"), ["one.q1"]),
        (("--to", "2024-05-06"), ["one.q1"]),
        (("--limit", "1"), ["two.q1"]),
        (("--speaker", "ruiz"), ["two.q1", "one.q1"]),
        (("nothing",), []),
    ):
        listed = json.loads(quotes(server, "search", "--json", *filters, cwd=tmp_path)[1])["quotes"]
        assert [quote["id"] for quote in listed] == expected
    status, out, _ = quotes(server, "search", "--limit", "1", cwd=tmp_path)
    assert out == (
        "two.q1, 2024-05-07, direct, Ana Ruiz:\n    The bridge will be reopened on Monday regardless of the weather,\n"
    ), "the id stands there whole, for variants"
    status, out, _ = quotes(server, "variants", "one.q1", cwd=tmp_path)
    assert status == 0 and "{+be reopened+}" in out


def test_the_command_compares_files_of_any_characters(server: Server, tmp_path: Path) -> None:
    odd = 'Tab\there, "straight", back\\slash & ampersand, bell \x07, 😀.\r\n'
    (tmp_path / "a b.txt").write_text(odd + FIRST, encoding="utf-8", newline="")
    (tmp_path / "b.json").write_text(json.dumps({"text": SECOND, "id": "given"}), encoding="utf-8")
    (tmp_path / "c.html").write_text(f"<article><p>{SECOND}</p></article>", encoding="utf-8")
    status, out, err = quotes(server, "compare", "--json", "a b.txt", "b.json", "c.html", cwd=tmp_path)
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert [article["id"] for article in answer["articles"]] == ["a1", "given", "a3"]
    (statement,) = answer["statements"]
    assert [version["label"] for version in statement["versions"]] == ["identical", "reworded", "reworded"]
    start = statement["versions"][0]["quote"]["spans"][0]["start"]
    assert start == len(odd) + 1, "the text arrived with every character"


USAGE = [
    ("an unknown quote", ("variants", "nothing.q1"), 22),
    ("one article to compare", ("compare", "a.txt"), 2),
    ("no article to store", ("store",), 2),
    ("an id that would be another address", ("variants", "a/../b"), 2),
    ("an id to store under that would be another address", ("store", "--id", "a/b", "a.txt"), 2),
    ("an address in place of a file", ("compare", "a.txt", "https://news.example/a"), 26),
    ("an id with a blank", ("store", "--id", "a b", "a.txt"), 2),
    ("an id without store", ("--id", "a", "a.txt"), 2),
    ("a file that is not there", ("store", "b.txt"), 26),
    ("a file to compare that is not there", ("compare", "a.txt", "b.txt"), 26),
]


@pytest.mark.parametrize(("arguments", "expected"), [row[1:] for row in USAGE], ids=[row[0] for row in USAGE])
def test_usage(server: Server, tmp_path: Path, arguments: tuple[str, ...], expected: int) -> None:
    (tmp_path / "a.txt").write_text(FIRST, encoding="utf-8")
    assert quotes(server, *arguments, cwd=tmp_path)[0] == expected
