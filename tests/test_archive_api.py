"""The archive over HTTP with a fake extractor, on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import negative_data_rejection
from werkzeug.test import TestResponse

from service import create_app
from service.archive import connection as connections
from service.archive import schemas
from service.archive.connection import ArchiveMismatchError, open_archive
from service.errors import PROBLEMS, TYPE_PREFIX
from service.settings import Settings
from tests.databases import make_database, serving_postgresql, why_no_postgresql
from tests.fake_extractor import FakeExtractor
from tests.test_openapi import EXAMPLES

_numbers = count(1)
FIRST = "“The bridge will open again on Monday, whatever the weather does,” Mayor Ana Ruiz told Reuters.\n"
SECOND = (
    "“The bridge will be reopened on Monday regardless of the weather,” Ana Ruiz said. 😀 “Nobody came,” Bob said.\n"
)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with serving_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "archive.db")
    if reason := why_no_postgresql():
        pytest.skip(reason)
    return make_database(request.getfixturevalue("postgresql"), f"api{next(_numbers)}")


@pytest.fixture
def extractor() -> FakeExtractor:
    return FakeExtractor()


@pytest.fixture
def client(where: str, extractor: FakeExtractor) -> Iterator[FlaskClient]:
    app = create_app(Settings(archive=where), extractor)
    yield app.test_client()
    app.extensions["onrecord.archive"].engine.dispose()


def slug(answer: TestResponse) -> str:
    assert answer.content_type == "application/problem+json"
    found = answer.get_json(force=True)["type"].removeprefix(TYPE_PREFIX)
    assert PROBLEMS[found].status == answer.status_code
    return str(found)


def put(client: FlaskClient, name: str, text: str, **said: Any) -> TestResponse:
    return client.put(f"/v1/articles/{name}", json={"text": text, **said})


def fill(client: FlaskClient) -> None:
    assert put(client, "one", FIRST, publisher="Harbour Post", published="2024-05-06").status_code == 201
    assert put(client, "two", SECOND, publisher="Evening News", published="2024-05-07").status_code == 201


def test_storing_twice_reads_once(client: FlaskClient, extractor: FakeExtractor) -> None:
    fill(client)
    calls = len(extractor.calls)
    again = put(client, "one", FIRST, publisher="Harbour Post", published="2024-05-06")
    assert (again.status_code, len(extractor.calls)) == (200, calls)
    schemas.ArchivedArticleSchema().load(again.get_json())
    assert again.get_json() == client.get("/v1/articles/one").get_json()
    moved = put(client, "one", FIRST, publisher="Harbour Post", published="2024-05-09")
    assert (moved.status_code, len(extractor.calls)) == (200, calls + 1)
    assert client.get("/v1/articles/one").get_json()["published"] == "2024-05-09"


def test_an_id_of_ours(client: FlaskClient) -> None:
    made = client.post(
        "/v1/articles", data=FIRST, content_type="text/plain", query_string={"publisher": "P", "url": "u"}
    )
    assert made.status_code == 201
    answer = client.get(made.headers["Location"]).get_json()
    assert (answer["publisher"], answer["url"]) == ({"name": "P", "basis": "request"}, "u")
    assert "text" not in answer
    assert client.get(made.headers["Location"], query_string={"text": "true"}).get_json()["text"] == FIRST


def test_html_keeps_the_text_that_offsets_refer_to(client: FlaskClient) -> None:
    made = client.post("/v1/articles", data=f"<article><p>{FIRST}</p></article>", content_type="text/html").get_json()
    span = made["quotes"][0]["spans"][0]
    assert made["text"][span["start"] : span["end"]] == span["text"]


def test_deleting(client: FlaskClient) -> None:
    fill(client)
    assert client.delete("/v1/articles/one").status_code == 204
    assert slug(client.delete("/v1/articles/one")) == "not-found"
    assert slug(client.get("/v1/articles/one")) == "not-found"
    assert [entry["id"] for entry in client.get("/v1/articles").get_json()["articles"]] == ["two"]


def test_pages_lead_to_one_another(client: FlaskClient) -> None:
    fill(client)
    first = client.get("/v1/quotes", query_string={"limit": 2})
    answer = first.get_json()
    schemas.ArchivedQuotesSchema().load(answer)
    assert [quote["id"] for quote in answer["quotes"]] == ["two.q2", "two.q1"]
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    last = client.get(following)
    assert [quote["id"] for quote in last.get_json()["quotes"]] == ["one.q1"]
    assert last.get_json()["next"] is None and "Link" not in last.headers
    assert client.get("/v1/articles", query_string={"limit": 1}).get_json()["next"]


def test_every_format(client: FlaskClient) -> None:
    fill(client)

    def ask(media_type: str, **query: str) -> TestResponse:
        return client.get("/v1/quotes", headers={"Accept": media_type}, query_string=query)

    rows = list(csv.DictReader(io.StringIO(ask("text/csv").text)))
    assert [(row["id"], row["publisher"]) for row in rows] == [
        ("two.q2", "Evening News"), ("two.q1", "Evening News"), ("one.q1", "Harbour Post"),
    ]  # fmt: skip
    assert len(ask("text/csv", q="nothingness").text.splitlines()) == 1
    lines = [json.loads(line) for line in ask("application/x-ndjson").data.splitlines()]
    assert [line["article"]["id"] for line in lines] == ["two", "two", "one"]
    graph = ask("application/ld+json").get_json(force=True)["@graph"]
    assert [node["isPartOf"]["publisher"]["name"] for node in graph] == ["Evening News", "Evening News", "Harbour Post"]
    assert ask("application/ld+json", q="nothingness").get_json(force=True)["@graph"] == []
    assert "Ana Ruiz, Mayor" in ask("text/plain").text
    assert slug(ask("image/png")) == "not-acceptable"
    table = client.get("/v1/articles/one", headers={"Accept": "text/csv"}).text
    assert table.startswith("id,type,text")


def test_offsets_in_utf16(client: FlaskClient) -> None:
    fill(client)
    for path, query in (("/v1/quotes", {"q": "nobody"}), ("/v1/articles/two", {})):
        answer = client.get(path, query_string={**query, "offset_unit": "utf16"}).get_json()
        span = answer["quotes"][-1]["spans"][0]
        units = SECOND.encode("utf-16-le")
        assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == span["text"] == "Nobody came,"


def test_explanations_are_kept_and_given_on_demand(client: FlaskClient) -> None:
    fill(client)
    for path in ("/v1/quotes", "/v1/articles/one"):
        assert "explanation" not in client.get(path).get_json()["quotes"][0]
        assert client.get(path, query_string={"explain": "true"}).get_json()["quotes"][0]["explanation"]["rule"]


def test_speakers(client: FlaskClient) -> None:
    fill(client)
    listed = client.get("/v1/speakers").get_json()
    schemas.SpeakersSchema().load(listed)
    assert [(one["name"], one["quotes"]) for one in listed["speakers"]] == [("Ana Ruiz", 2), ("Bob", 1)]
    one = client.get(f"/v1/speakers/{listed['speakers'][0]['id']}", query_string={"by": "month"}).get_json()
    schemas.SpeakerDetailSchema().load(one)
    assert one["timeline"] == [
        {"period": "2024-05", "quotes": 2, "articles": 2, "publishers": ["Evening News", "Harbour Post"]}
    ]
    quoted = client.get("/v1/quotes", query_string={"speaker": one["id"]}).get_json()["quotes"]
    assert [quote["speaker"]["id"] for quote in quoted] == [one["id"]] * 2
    assert [entry["name"] for entry in client.get("/v1/speakers?name=bob").get_json()["speakers"]] == ["Bob"]


def test_versions_and_drift(client: FlaskClient) -> None:
    fill(client)
    statement = client.get("/v1/quotes/two.q1/variants").get_json()
    schemas.StatementSchema().load(statement)
    assert statement["earliest"] == "one.q1"
    assert [version["label"] for version in statement["versions"]] == ["identical", "reworded"]
    changes = statement["versions"][1]["changes"]
    assert " ".join(change["later"] for change in changes if change["later"]) == (
        "The bridge will be reopened on Monday regardless of the weather"
    )
    drift = client.get("/v1/drift").get_json()
    schemas.DriftSchema().load(drift)
    assert drift == {"statements": [statement], "pending": 0, "next": None}
    shown = client.get("/v1/quotes/two.q1/variants", headers={"Accept": "text/plain"}).text
    assert "{+be reopened+}" in shown
    assert slug(client.get("/v1/quotes/two.q9/variants")) == "not-found"


def test_comparing_stores_nothing(client: FlaskClient) -> None:
    articles = [{"text": SECOND, "published": "2024-05-07", "id": "late"}, {"text": FIRST, "published": "2024-05-06"}]
    answer = client.post("/v1/compare", json={"articles": articles}).get_json()
    schemas.ComparisonSchema().load(answer)
    assert [article["id"] for article in answer["articles"]] == ["late", "a2"]
    assert [statement["earliest"] for statement in answer["statements"]] == ["a2.q1"]
    assert client.get("/v1/articles").get_json()["articles"] == []


REFUSED: list[tuple[str, str, str, Any, str]] = [
    ("an id with a blank", "PUT", "/v1/articles/a%20b", {"text": FIRST}, "invalid-request"),
    ("an id that ends a path", "PUT", "/v1/articles/..", {"text": FIRST}, "invalid-request"),
    ("a NUL in an id", "GET", "/v1/articles/a%00", None, "not-found"),
    ("a date that is none", "PUT", "/v1/articles/a", {"text": FIRST, "published": "2024-02-31"}, "invalid-request"),
    (
        "a date that is none, in the query",
        "PUT",
        "/v1/articles/a?published=2024-02-31",
        {"text": FIRST},
        "invalid-request",
    ),
    ("no text", "POST", "/v1/articles", {"text": " "}, "invalid-request"),
    ("a bound that is no date", "GET", "/v1/quotes?from=2024-13-01", None, "invalid-request"),
    ("a cursor of nobody", "GET", "/v1/quotes?cursor=%F0", None, "invalid-request"),
    ("a cursor too large", "GET", "/v1/quotes?cursor=zzzzzzzzzzzzz", None, "invalid-request"),
    ("a search without a word", "GET", "/v1/quotes?q=-", None, "invalid-request"),
    ("too many at once", "GET", "/v1/quotes?limit=501", None, "invalid-request"),
    ("a filter that is unknown", "GET", "/v1/quotes?speakr=x", None, "invalid-request"),
    ("a filter that marshmallow uses itself", "GET", "/v1/drift?_schema=", None, "invalid-request"),
    ("a speaker of nobody", "GET", "/v1/speakers/p1", None, "not-found"),
    ("no speaker's number", "GET", "/v1/speakers/p99999999999999999999", None, "not-found"),
    ("one article to compare", "POST", "/v1/compare", {"articles": [{"text": FIRST}]}, "invalid-request"),
    ("two of one name", "POST", "/v1/compare", {"articles": [{"text": FIRST, "id": "a"}] * 2}, "invalid-request"),
    ("text to compare", "POST", "/v1/compare", None, "unsupported-media-type"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refusals(client: FlaskClient, method: str, path: str, body: Any, expected: str) -> None:
    assert slug(client.open(path, method=method, **({"json": body} if body is not None else {}))) == expected


def test_a_locked_archive_is_503_and_loses_nothing(
    client: FlaskClient, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(client)
    archive = client.application.extensions["onrecord.archive"]
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.2)
    client.application.extensions["onrecord.archive"] = open_archive(where, busy_seconds=0.2)
    with archive.writing():
        for answer in (put(client, "three", FIRST), put(client, "one", SECOND), client.delete("/v1/articles/one")):
            assert slug(answer) == "archive-unavailable"
            assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/v1/articles/one").status_code == 200
    assert [entry["id"] for entry in client.get("/v1/articles").get_json()["articles"]] == ["two", "one"]
    assert put(client, "three", FIRST).status_code == 201
    archive.engine.dispose()


def test_keys_and_limits_hold_for_the_archive_too(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "a.db"), api_keys=(("desk", "k1"),), rate_limit="2/minute")
    client = create_app(settings, FakeExtractor()).test_client()
    assert slug(client.get("/v1/articles")) == "unauthorized"
    key = {"X-API-Key": "k1"}
    assert client.get("/v1/articles", headers=key).status_code == 200
    assert client.post("/v1/quotes", data=FIRST, content_type="text/plain", headers=key).status_code == 200
    assert slug(client.get("/v1/articles", headers=key)) == "too-many-requests"


ROUTES = [
    ("GET", "/v1/articles"), ("POST", "/v1/articles"), ("PUT", "/v1/articles/a"), ("GET", "/v1/articles/a"),
    ("DELETE", "/v1/articles/a"), ("GET", "/v1/quotes"), ("GET", "/v1/quotes/a.q1/variants"), ("GET", "/v1/speakers"),
    ("GET", "/v1/speakers/p1"), ("GET", "/v1/drift"),
]  # fmt: skip


def test_without_an_archive_each_route_says_how_to_have_one() -> None:
    client = create_app(Settings(), FakeExtractor()).test_client()
    for method, path in ROUTES:
        answer = client.open(path, method=method)
        assert slug(answer) == "no-archive", path
        assert "ONRECORD_ARCHIVE" in answer.get_json(force=True)["detail"]
    assert client.post("/v1/compare", json={"articles": [{"text": FIRST}, {"text": SECOND}]}).status_code == 200


def test_a_comparison_takes_the_place_of_a_batch() -> None:
    """So that comparisons, which may be long, cannot hold every thread of a worker."""
    client = create_app(Settings(batch_calls=1), FakeExtractor()).test_client()
    both = {"articles": [{"text": FIRST}, {"text": SECOND}]}
    batch = client.post("/v1/quotes/batch", data=b'{"text": "a"}\n', content_type="application/x-ndjson")
    refused = client.post("/v1/compare", json=both)
    assert (slug(refused), refused.status_code) == ("queue-full", 503)
    assert int(refused.headers["Retry-After"]) >= 1
    batch.close()
    # A place is given back, also by one that fails.
    assert client.post("/v1/compare", json={"articles": [{"text": FIRST}, {"text": "CRASH"}]}).status_code == 500
    assert [client.post("/v1/compare", json=both).status_code for _ in range(2)] == [200, 200]


def test_a_service_does_not_start_on_tables_of_another_version(tmp_path: Path) -> None:
    archive = open_archive(str(tmp_path / "old.db"))
    with archive.writing() as writing:
        writing.exec_driver_sql("CREATE TABLE articles (id TEXT)")
    with pytest.raises(ArchiveMismatchError, match=r"service\.archive upgrade"):
        create_app(Settings(archive=str(tmp_path / "old.db")), FakeExtractor())
    archive.engine.dispose()


# Its temporary folder goes when the tests' process ends.
PLACE = tempfile.TemporaryDirectory(prefix="onrecord-fuzz-")
APP = create_app(Settings(archive=str(Path(PLACE.name) / "archive.db")), FakeExtractor())
# A schema cannot say that a date exists, that a search holds a word, that a page has an article in it or that there is
# something of that name, so some calls that fit it are rightly told so.
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "413", "422", "429", "503"]}}}
)
schema = schemathesis.openapi.from_wsgi("/openapi.json", APP, config=CONFIG)


@pytest.fixture(scope="module", autouse=True)
def filled() -> Iterator[None]:
    """Something to find for the generated calls."""
    fill(APP.test_client())
    yield
    APP.extensions["onrecord.archive"].engine.dispose()
    PLACE.cleanup()


@pytest.mark.fuzz
@schema.include(path_regex="^/v1/(articles|speakers|drift|compare)|variants$").parametrize()
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_calls(case: schemathesis.Case) -> None:
    _validate(case)


@pytest.mark.fuzz
@schema.include(path="/v1/quotes", method="GET").parametrize()
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_searches(case: schemathesis.Case) -> None:
    _validate(case)


def _validate(case: schemathesis.Case) -> None:
    """Every check of schemathesis, but one where it means nothing: of a text there is no wrong type to reject."""
    text = case.operation.method in ("post", "put") and case.media_type != "application/json"
    case.call_and_validate(excluded_checks=[negative_data_rejection] if text else [])
