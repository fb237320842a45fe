"""What goes wrong in the world: each fault ends in a right answer or a clean 4xx or 503, and the service goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gunicorn.config import Config

from service.errors import TYPE_PREFIX
from service.worker import PatientWorker
from tests.server import PATIENCE_SECONDS, Server, serving, wait_until

pytestmark = pytest.mark.server

ARTICLE = "“The bridge is open,” Mayor Ana Ruiz told Reuters."
HEAD = b"POST /v1/quotes HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
LIMITS = {
    "ONRECORD_BODY_SECONDS": "2",
    "ONRECORD_HEAD_SECONDS": "2",
    "ONRECORD_QUEUE_ARTICLES": "2",
    "ONRECORD_READ_TOGETHER": "1",
    "ONRECORD_REQUEST_SECONDS": "20",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("faults") / "log", **LIMITS) as server:
        yield server


@pytest.fixture(autouse=True)
def _goes_on(server: Server) -> Iterator[None]:
    """After each fault the service answers as before, once it has read what clients who left still had in its queue."""
    yield
    answers: list[tuple[int, bytes, dict[str, str]]] = []

    def answered() -> bool:
        answers.append(server.post(ARTICLE))
        assert answers[-1][0] in (200, 503)
        return answers[-1][0] == 200

    wait_until(answered, "an answer", server.log)
    assert len(json.loads(answers[-1][1])["quotes"]) == 1


def slug_of(body: bytes) -> str:
    return str(json.loads(body)["type"]).removeprefix(TYPE_PREFIX)


def exchange(server: Server, *pieces: bytes, end: bool = False) -> tuple[int, bytes]:
    """Send ``pieces`` on a raw connection, close its sending half if ``end``; the answer's status and body."""
    with server.connect() as connection:
        for piece in pieces:
            connection.sendall(piece)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < _length(received):
            data = connection.recv(65536)
            if not data:
                break
            received += data
    return int(received.split()[1]), received.partition(b"\r\n\r\n")[2]


def _length(received: bytes) -> int:
    head = received.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length:")[2].split()[0])


BODIES = [
    ("NULs", "“a\x00b,” Ana Ruiz said.\x00".encode(), "text/plain", 200, ""),
    ("right to left", "“שלום‏ עולם,” Ana Ruiz said. ‮مرحبا‬".encode(), "text/plain", 200, ""),
    ("emoji", "“👩‍👩‍👧🏳️‍🌈 👍🏽,” Ana Ruiz said.".encode(), "text/plain", 200, ""),
    ("100,000 quotation marks", ("“" * 50_000 + "”" * 50_000).encode(), "text/plain", 413, "text-too-long"),
    ("100,000 straight marks", b'"' * 100_000, "text/plain", 413, "text-too-long"),
    ("50,000 straight marks", b'"' * 50_000, "text/plain", 200, ""),
    ("deep nesting of marks", ("“‘" * 5_000 + "’”" * 5_000).encode(), "text/plain", 200, ""),
    ("deep nesting of JSON", b'{"ninjs":' + b"[" * 500_000, "application/json", 400, "bad-json"),
    ("deep nesting of HTML", b"<div>" * 20_000, "text/html", 422, "empty-text"),
    ("deeper nesting of HTML", b"<div>" * 200_000, "text/html", 413, "text-too-long"),
    ("100,000 elements of HTML", b"<b>x</b>" * 100_000, "text/html", 413, "text-too-long"),
    ("100,000 attributes of one", b"<p " + b"a=b " * 100_000 + b">", "text/html", 413, "text-too-long"),
    ("100,000 attributes without blanks", b"<p " + b'a="b"' * 100_000 + b">", "text/html", 413, "text-too-long"),
    ("attributes behind a mark", b"<p a='>' " + b"a " * 100_000 + b">", "text/html", 413, "text-too-long"),
    (
        "the same in ninjs",
        b'{"ninjs":{"body_html":"' + b"<i>" * 50_000 + b'"}}',
        "application/json",
        413,
        "text-too-long",
    ),
    ("lone surrogate in JSON", b'{"text": "\\udc00\\ud800"}', "application/json", 400, "bad-json"),
    ("invalid UTF-8", b"\xff\xfe\x00", "text/plain", 400, "bad-encoding"),
    ("a 3 MB single line", b"a" * 3_000_000, "text/plain", 413, "text-too-long"),
    ("a 5 MB single line", b"a" * 5_000_000, "text/plain", 413, "body-too-large"),
    ("10 MB", b"a b " * 2_500_000, "text/plain", 413, "body-too-large"),
    ("10 MB of JSON", b'{"text": "' + b"a" * 10_000_000 + b'"}', "application/json", 413, "body-too-large"),
]


@pytest.mark.parametrize(
    ("body", "media_type", "status", "slug"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_bodies(server: Server, body: bytes, media_type: str, status: int, slug: str) -> None:
    given, answer, _ = server.post(body, media_type)
    assert given == status
    assert status == 200 or slug_of(answer) == slug


def test_a_body_cut_short(server: Server) -> None:
    status, body = exchange(server, HEAD + b"Content-Length: 100\r\n\r\nhalf", end=True)
    assert (status, slug_of(body)) == (400, "incomplete-body")


def test_a_body_that_stops_arriving(server: Server) -> None:
    status, body = exchange(server, HEAD + b"Content-Length: 100\r\n\r\nhalf")
    assert (status, slug_of(body)) == (408, "slow-body")


def test_a_body_that_trickles(server: Server) -> None:
    """A byte now and then would keep a socket's own time limit from ever passing."""
    with server.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        stop = threading.Event()

        def trickle() -> None:
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            assert connection.recv(65536).split()[1] == b"408"
        finally:
            stop.set()
            thread.join()


def test_a_chunked_body(server: Server) -> None:
    body = ARTICLE.encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[index : index + 1]) for index in range(len(body)))
    status, answer = exchange(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert (status, json.loads(answer)["quotes"][0]["speaker"]["name"]) == (200, "Ana Ruiz")


@pytest.mark.parametrize(
    "chunks",
    [b"5\r\nhello\r\n", b"zz\r\nhello\r\n", b"5\r\nhello!!!\r\n0\r\n\r\n"],
    ids=["cut", "no number", "too long"],
)
def test_broken_chunks(server: Server, chunks: bytes) -> None:
    status, body = exchange(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, end=True)
    assert (status, slug_of(body)) == (400, "incomplete-body")


def test_an_endless_chunked_body_is_refused(server: Server) -> None:
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    status, body = exchange(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 80)
    assert (status, slug_of(body)) == (413, "body-too-large")


REFUSED = [
    ("not HTTP", b"hello secretword\r\n\r\n", 400, "bad-request"),
    ("another version", b"GET /healthz HTTP/9.9\r\n\r\n", 400, "bad-request"),
    ("a method in small letters", b"get /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
    ("a folded header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "bad-request"),
    ("an unknown coding", HEAD + b"Transfer-Encoding: secretword\r\n\r\n", 400, "bad-request"),
    ("length and chunks", HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad-request"),
    ("no length", HEAD + b"Content-Length: secretword\r\n\r\n", 400, "bad-request"),
    ("an address too long", b"GET /healthz?" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414, "address-too-long"),
    ("a header too long", b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "head-too-large"),
    ("too many headers", b"GET /healthz HTTP/1.1\r\n" + b"X: a\r\n" * 200 + b"\r\n", 431, "head-too-large"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "slug"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_never_reaches_the_application_is_a_problem_too(
    server: Server, sent: bytes, status: int, slug: str
) -> None:
    answered, body = exchange(server, sent)
    assert (answered, slug_of(body)) == (status, slug)
    problem = json.loads(body)
    assert problem["status"] == status and problem["request_id"] in server.log.read_text()


def test_the_rest_of_an_article_taken_for_a_request_stays_out_of_the_log(server: Server) -> None:
    """A client that announces less than it sends: what follows would be the next request."""
    with server.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 5\r\n\r\nhello secretword was said by the mayor\r\n\r\n")
        while connection.recv(65536):
            pass
    assert "secretword" not in server.log.read_text()


def test_a_search_may_be_as_long_as_its_filters_allow(server: Server) -> None:
    """500 letters of another script, each nine bytes of an address."""
    assert slug_of(server.call("GET", f"/v1/quotes?q={'%E4%BD%A0' * 500}")[1]) == "no-archive"


def test_clients_that_leave_without_reading(server: Server) -> None:
    body = ARTICLE.encode()
    for _ in range(20):
        with server.connect() as connection:
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_more_slow_heads_than_threads_leave_the_service_answering(server: Server) -> None:
    """Connections that say nothing hold no thread; those that stop in mid-head are ended."""
    silent = [server.connect() for _ in range(40)]
    halves = [server.connect() for _ in range(4)]
    for connection in halves:
        connection.sendall(b"POST /v1/quotes HTTP/1.1\r\nHos")
    try:
        assert server.post(ARTICLE)[0] == 200
        for connection in halves:
            assert connection.recv(10) == b""
    finally:
        for connection in (*silent, *halves):
            connection.close()


def test_a_full_queue_refuses_at_once_and_what_it_took_is_answered(server: Server) -> None:
    results: list[tuple[int, str]] = []

    def call() -> None:
        status, body, headers = server.post("WAIT 10 " + ARTICLE)
        results.append((status, headers.get("retry-after", "") or str(len(json.loads(body)["quotes"]))))

    threads = [threading.Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = [detail for status, detail in results if status == 200]
    refused = [detail for status, detail in results if status == 503]
    assert len(accepted) + len(refused) == 10
    # One is read while two wait; the others find no place. Timing may let one or two more in.
    assert len(accepted) >= 3
    assert len(refused) >= 5
    assert set(accepted) == {"1"}
    assert all(int(seconds) >= 1 for seconds in refused)


def test_batches_are_sent_whole_before_any_answer_is_read(server: Server) -> None:
    """A client that reads nothing until it has sent everything must not wait for the service, nor it for the client."""
    line = json.dumps({"text": ARTICLE + " and so on" * 800}).encode() + b"\n"
    body = line * 900
    status, answer, _ = server.call("POST", "/v1/quotes/batch", body, {"Content-Type": "application/x-ndjson"})
    rows = [json.loads(row) for row in answer.splitlines()]
    assert (status, [row["line"] for row in rows]) == (200, list(range(1, 901)))
    assert all(len(row["answer"]["quotes"]) == 1 for row in rows)


def test_a_batch_answers_before_the_client_has_sent_all(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(
            HEAD.replace(b"/v1/quotes", b"/v1/quotes/batch").replace(b"text/plain", b"application/x-ndjson")
        )
        connection.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for name in ("first", "second"):
            line = json.dumps({"id": name, "text": ARTICLE + " " * 8000}).encode() + b"\n"
            connection.sendall(b"%x\r\n%s\r\n" % (len(line), line))
        received = b""
        while b'"first"' not in received:
            received += connection.recv(65536)
        last = b'{"id": "last", "text": "a"}'
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(last), last))
        while b'"last"' not in received:
            received += connection.recv(65536)


def test_a_batch_whose_client_leaves_gives_its_place_back(server: Server) -> None:
    for _ in range(4):
        with server.connect() as connection:
            head = HEAD.replace(b"/v1/quotes", b"/v1/quotes/batch").replace(b"text/plain", b"application/x-ndjson")
            connection.sendall(head + b'Content-Length: 100000\r\n\r\n{"text": "a"}\n')

    def accepted() -> bool:
        body = b'{"text": "a"}\n'
        return server.call("POST", "/v1/quotes/batch", body, {"Content-Type": "application/x-ndjson"})[0] == 200

    wait_until(accepted, "a place for a batch", server.log)


def test_logs_are_json_and_hold_no_article(server: Server) -> None:
    server.post("CRASH secretword")
    server.post("“secretword,” Ana Ruiz said.")
    server.post(b"\xffsecretword")
    server.post(b"<p>secretword</p>", "text/html")
    server.call("GET", "/secretword?secretword=secretword")
    lines = server.log.read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert "secretword" not in "".join(lines)
    assert {"request", "read_failed", "fault"} <= {event["event"] for event in events}
    assert all(event["request_id"] for event in events if event["event"] == "request")


def test_a_killed_worker_comes_back(server: Server) -> None:
    """Under load: every call ends in an answer or a closed connection, and new calls are answered."""
    stop = threading.Event()
    outcomes: list[int] = []

    def load() -> None:
        while not stop.is_set():
            try:
                outcomes.append(server.post("WAIT 1 " + ARTICLE)[0])
            except OSError:
                outcomes.append(0)
            stop.wait(0.01)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: 200 in outcomes, "an answer under load", server.log)
        (worker,) = server.workers()
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: server.workers() not in ([worker], []), "a new worker", server.log)
        seen = len(outcomes)
        wait_until(lambda: 200 in outcomes[seen:], "an answer from the new worker", server.log)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(outcomes) <= {200, 503, 0}


def test_a_graceful_stop_finishes_what_it_holds(tmp_path: Path) -> None:
    with serving(tmp_path / "log") as server:
        results: list[int] = []
        thread = threading.Thread(target=lambda: results.append(server.post("WAIT 20 " + ARTICLE)[0]))
        thread.start()
        wait_until(
            lambda: b"onrecord_read_together_count 1.0" in server.call("GET", "/metrics")[1], "reading", server.log
        )
        server.process.send_signal(signal.SIGTERM)
        thread.join()
        assert results == [200]
        assert server.process.wait(60) == 0


def test_figures_are_right_under_several_workers(tmp_path: Path) -> None:
    with serving(tmp_path / "log", WEB_CONCURRENCY="3") as server:
        wait_until(lambda: len(server.workers()) == 3, "three workers", server.log)
        for _ in range(30):
            assert server.post(ARTICLE)[0] == 200
        figures = server.call("GET", "/metrics")[1].decode()
        assert 'onrecord_requests_total{method="POST",route="/v1/quotes",status="200"} 30.0' in figures
        assert 'onrecord_quotes_total{type="direct"} 30.0' in figures


def test_a_stop_ends_the_worker_while_it_hands_a_request_to_its_pool() -> None:
    worker = PatientWorker(1, os.getpid(), [], None, 30, Config(), None)
    worker.tpool = worker.get_thread_pool()
    codes: list[object] = []

    def stop() -> None:
        with worker.tpool._shutdown_lock, contextlib.closing(worker.tmp):  # as ThreadPoolExecutor.submit holds it
            try:
                worker.handle_quit(signal.SIGQUIT, None)
            except SystemExit as stopped:
                codes.append(stopped.code)

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert codes == [0]


def test_a_bad_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="ONRECORD_QUEUE_ARTICLES"),
        serving(tmp_path / "log", ONRECORD_QUEUE_ARTICLES="many"),
    ):
        pass
