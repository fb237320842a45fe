"""bin/quotes against a real service."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.server import PATIENCE_SECONDS, ROOT, Server, answers, free_port, serving, wait_until

pytestmark = pytest.mark.server

ARTICLE = "“The bridge is open,” Mayor Ana Ruiz told Reuters.\n\n“Nobody asked us,” Bob Hill said.\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("command") / "log", ONRECORD_API_KEYS="desk:k1") as server:
        yield server


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8", newline="")
    return path


def quotes(
    server: Server | None, *arguments: str, sent: bytes | None = None, **environment: str
) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command."""
    surroundings = {**os.environ, "ONRECORD_API_KEY": "k1", "ONRECORD_URL": server.url if server else "", **environment}
    given = {"input": sent} if sent is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(  # type: ignore[call-overload]
        [ROOT / "bin" / "quotes", *arguments], env=surroundings, capture_output=True, check=False, timeout=120, **given
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_table_by_default(server: Server, article: Path) -> None:
    status, out, err = quotes(server, str(article))
    assert (status, err) == (0, "")
    assert "Ana Ruiz, Mayor" in out
    assert "Nobody asked us," in out


def test_standard_input(server: Server) -> None:
    assert "Bob Hill" in quotes(server, "-", sent=ARTICLE.encode())[1]


def test_a_name_with_blanks_and_signs(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "an 'odd' na;me, *.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    assert quotes(server, str(path))[0] == 0
    dashed = tmp_path / "-x.txt"
    dashed.write_text(ARTICLE, encoding="utf-8")
    done = subprocess.run(
        [ROOT / "bin" / "quotes", "--url", server.url, "--", "-x.txt"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**os.environ, "ONRECORD_API_KEY": "k1"},
        timeout=120,
    )
    assert done.returncode == 0


def test_formats(server: Server, article: Path) -> None:
    answer = json.loads(quotes(server, "--json", str(article))[1])
    assert len(answer["quotes"]) == 2
    assert len(quotes(server, "--ndjson", str(article))[1].splitlines()) == 2
    rows = list(csv.DictReader(io.StringIO(quotes(server, str(article), "--csv")[1])))
    assert [row["speaker"] for row in rows] == ["Ana Ruiz", "Bob Hill"]
    assert len(json.loads(quotes(server, "--jsonld", str(article))[1])["@graph"]) == 2
    assert "explanation" in json.loads(quotes(server, "--json", "--explain", str(article))[1])["quotes"][0]


@pytest.mark.parametrize(
    ("options", "speakers"),
    [
        (["--speaker", "Ruiz"], ["Ana Ruiz"]),
        (["--speaker", "Ruiz", "--speaker", "Bob Hill"], ["Ana Ruiz", "Bob Hill"]),
        (["--outlet", "reuters"], ["Ana Ruiz"]),
        (["--type", "direct"], ["Ana Ruiz", "Bob Hill"]),
        (["--min-confidence", "0.85"], ["Bob Hill"]),
        # Must not match.
        (["--speaker", "Kim & Sons=?"], []),
        (["--type", "indirect"], []),
    ],
)
def test_filters(server: Server, article: Path, options: list[str], speakers: list[str]) -> None:
    answer = json.loads(quotes(server, "--json", *options, str(article))[1])
    assert [quote["speaker"]["name"] for quote in answer["quotes"]] == speakers


def test_pages_and_json_bodies_by_their_name(server: Server, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>{ARTICLE}</p>", encoding="utf-8")
    assert "text" in json.loads(quotes(server, "--json", str(page))[1])
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"text": ARTICLE, "publisher": "The Post"}), encoding="utf-8")
    assert json.loads(quotes(server, "--json", str(body))[1])["publisher"]["name"] == "The Post"


def test_problems_go_to_standard_error(server: Server, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    status, out, err = quotes(server, str(empty))
    assert (status, out) == (22, "")
    assert err.startswith("quotes: Send an article's words; this is white space or nothing.\n")
    assert "the service answered 422 empty-text, request " in err


def test_problems_say_what_is_wrong_where(server: Server, article: Path) -> None:
    _, _, err = quotes(server, "--type", "spoken", "--min-confidence", "3", str(article))
    assert "quotes:   type: Must be one of: direct, mixed, indirect.\n" in err
    assert "quotes:   min_confidence: Must be" in err


# What reporters have at hand, and what the command says of it.
NO_TEXT = [
    ("a Word file", "a.docx", b"PK\x03\x04\x14\x00", 26, "save it as plain text"),
    ("an old Word file", "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", 26, "save it as plain text"),
    ("a PDF", "a.pdf", b"%PDF-1.4\n\xe2", 26, "is a PDF"),
    ("rich text", "a.rtf", b"{\\rtf1 hello}", 26, "is rich text"),
    ("compressed", "a.txt.gz", b"\x1f\x8b\x08", 26, "is compressed"),
    ("UTF-16", "a.txt", ARTICLE.encode("utf-16"), 26, "save it as UTF-8"),
    ("written by Windows", "a.txt", ARTICLE.encode("windows-1252"), 22, "add --encoding windows-1252"),
    ("white space", "a.txt", b" \n", 22, "white space or nothing"),
]


@pytest.mark.parametrize(
    ("name", "body", "expected", "said"), [row[1:] for row in NO_TEXT], ids=[row[0] for row in NO_TEXT]
)
def test_files_that_are_no_text(
    server: Server, tmp_path: Path, name: str, body: bytes, expected: int, said: str
) -> None:
    (tmp_path / name).write_bytes(body)
    status, out, err = quotes(server, str(tmp_path / name))
    assert (status, out) == (expected, "")
    assert said in err


def test_other_encodings_and_pages_from_standard_input(server: Server, article: Path) -> None:
    written = json.loads(quotes(server, "--json", str(article))[1])
    article.write_bytes(ARTICLE.encode("windows-1252"))
    assert json.loads(quotes(server, "--json", "--encoding", "windows-1252", str(article))[1]) == written
    page = json.loads(quotes(server, "--json", "--html", "-", sent=f"<p>{ARTICLE}</p>".encode())[1])
    assert len(page["quotes"]) == 2 and "<p>" not in page["text"]


def test_an_address_and_a_folder_are_no_files(server: Server, tmp_path: Path) -> None:
    status, _, err = quotes(server, "https://news.example/bridge")
    assert status == 26 and "curl -sL 'https://news.example/bridge' | quotes --html -" in err
    status, _, err = quotes(server, str(tmp_path))
    assert status == 26 and "is a folder" in err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "usage"),
        (["--colour", "a"], 2, "--colour"),
        (["a", "b"], 2, "one article"),
        (["--speaker"], 2, "needs a value"),
        (["no-such-file"], 26, "no-such-file"),
        (["/"], 26, "is a folder"),
        (["--url", "http://127.0.0.1:1", "-"], 7, "curl"),
        (["--url", "http://127.0.0.1:1/x y", "-"], 3, "curl"),
        (["--help"], 0, ""),
    ],
)
def test_exit_statuses_are_curls(arguments: list[str], status: int, said: str) -> None:
    given, out, err = quotes(None, *arguments)
    assert given == status, err
    assert said in err
    assert status == 0 or out == ""


def test_keys(server: Server, article: Path) -> None:
    assert quotes(server, str(article), ONRECORD_API_KEY="wrong")[0] == 22
    assert quotes(server, str(article), ONRECORD_API_KEY="")[0] == 22


class _Busy(BaseHTTPRequestHandler):
    """Full at every first call; the second gets the body back."""

    calls = 0

    def do_POST(self) -> None:
        type(self).calls += 1
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        full = self.calls % 2
        self.send_response(503 if full else 200)
        self.send_header("Retry-After", "1")
        answer = b'{\n  "type": "urn:onrecord:problem:queue-full"\n}\n' if full else sent
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_busy_service_is_asked_again_but_not_to_store_twice() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Busy) as busy:
        threading.Thread(target=busy.serve_forever, daemon=True).start()
        url = ("--url", f"http://127.0.0.1:{busy.server_port}")
        assert quotes(None, *url, "-", sent=ARTICLE.encode())[:2] == (0, ARTICLE)
        status, out, err = quotes(None, "store", *url, "-", sent=ARTICLE.encode())
        assert (status, out) == (22, "") and "503 queue-full" in err
        busy.shutdown()


def test_only_2xx_is_success(server: Server, article: Path) -> None:
    """Whatever else answers at the address, its page is no answer."""
    status, out, _ = quotes(server, "--url", f"{server.url}/elsewhere", str(article))
    assert (status, out) == (22, "")


def test_shellcheck_has_nothing_to_say() -> None:
    shellcheck = shutil.which("shellcheck", path=f"{ROOT / '.venv/bin'}:{os.environ['PATH']}")
    if not shellcheck:
        pytest.skip("shellcheck is not installed")
    scripts = [ROOT / "bin/quotes", ROOT / "scripts/run", ROOT / ".ci/run"]
    done = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_make_run_shows_the_example_and_serves_until_interrupted(tmp_path: Path) -> None:
    """What `make run` runs, with the fake extractor."""
    port = free_port()
    settings = {"BIN": str(Path(sys.executable).parent), "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1"}
    environment = {**os.environ, **settings, "APP": "tests.fake_service:app()", "TMPDIR": str(tmp_path)}
    environment.pop("ONRECORD_API_KEY", None)
    with (tmp_path / "out").open("wb") as out:
        # Tests that run as a background job ignore interrupts, and a shell never takes what it was started to ignore.
        taking = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
        run = subprocess.Popen([ROOT / "scripts" / "run"], cwd=ROOT, env=environment, stdout=out, stderr=out, **taking)  # type: ignore[call-overload]
    try:
        wait_until(lambda: b"Serving on" in (tmp_path / "out").read_bytes(), "the service", tmp_path / "out")
        shown = (tmp_path / "out").read_text(encoding="utf-8")
        assert "Ana Ruiz" in shown
        assert "Reuters" in shown
        with socket.create_connection(("127.0.0.1", port)):
            pass
    finally:
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE_SECONDS) == 0
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port)):
        pass


def test_make_run_says_why_it_did_not_start(tmp_path: Path) -> None:
    """A taken port, and a service that cannot load."""
    settings = {"BIN": str(Path(sys.executable).parent), "HOST": "127.0.0.1", "TMPDIR": str(tmp_path)}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, **settings, "PORT": str(taken.getsockname()[1])}
        done = subprocess.run([ROOT / "scripts/run"], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "is taken" in done.stderr
    environment = {**os.environ, **settings, "PORT": str(free_port()), "ONRECORD_QUEUE_ARTICLES": "many"}
    done = subprocess.run(
        [ROOT / "scripts/run"], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "ONRECORD_QUEUE_ARTICLES" in done.stderr


def test_the_procfile_listens_on_the_port_of_the_host(tmp_path: Path) -> None:
    process, _, command = (ROOT / "Procfile").read_text().partition(": ")
    assert process == "web"
    port = free_port()
    binaries = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": binaries, "PORT": str(port), "WEB_CONCURRENCY": "1"}
    assert "service:create_app()" in command
    command = "exec " + command.replace("service:create_app()", "tests.fake_service:app()")
    with (tmp_path / "log").open("wb") as log:
        web = subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        server = Server(port, web, tmp_path / "log")
        wait_until(lambda: answers(server), "the service", server.log)
        assert f"http://0.0.0.0:{port}" in server.log.read_text()
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(PATIENCE_SECONDS)
