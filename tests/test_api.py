"""The HTTP edge with a fake extractor: what comes in, what goes out, what is refused and how."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from service import create_app, intake, self_test
from service.answers import offsets_in
from service.errors import PROBLEMS, TYPE_PREFIX
from service.quotes.types import Article, Extraction
from service.schemas import AnswerSchema, BatchAnswerSchema, ProblemSchema
from service.settings import Settings, SettingsError, describe_settings, read_settings
from tests.fake_extractor import FakeExtractor

ROOT = Path(__file__).parent.parent
ARTICLE = "“The bridge is open,” Mayor Ana Ruiz told Reuters.\r\n\r\n“Nobody asked us,” Bob Hill said.\n"
# `make fuzz` asks for 10,000.
FUZZ_EXAMPLES = int(os.environ.get("ONRECORD_FUZZ_EXAMPLES", "300"))
EMOJI = "😀😀 “We won 🏆 twice,” Ana Ruiz said."


def make_client(extract: Any = None, **changes: Any) -> FlaskClient:
    return create_app(Settings(**changes), extract or FakeExtractor()).test_client()


@pytest.fixture
def client() -> FlaskClient:
    return make_client()


def post(
    client: FlaskClient, body: str | bytes | dict[str, Any], media_type: str = "text/plain", **more: Any
) -> TestResponse:
    data = json.dumps(body) if isinstance(body, dict) else body
    media_type = "application/json" if isinstance(body, dict) else media_type
    return client.post("/v1/quotes", data=data, content_type=media_type, **more)


def problem_of(answer: TestResponse) -> dict[str, Any]:
    """The answer's problem details, checked against their own schema and the table."""
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = ProblemSchema().load(answer.get_json(force=True))
    slug = problem["type"].removeprefix(TYPE_PREFIX)
    assert (problem["status"], problem["title"]) == (answer.status_code, PROBLEMS[slug].title)
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    return {**problem, "slug": slug}


# --- The answer -------------------------------------------------------------------------------------------------------


def test_the_answer_has_exactly_the_members_of_the_contract(client: FlaskClient) -> None:
    answer = post(client, ARTICLE).get_json()
    assert list(answer) == ["text_sha256", "offset_unit", "publisher", "quotes", "speakers", "models"]
    assert list(answer["quotes"][0]) == [
        "id", "type", "spans", "cue", "speaker", "outlet", "platform", "confidence", "prefix", "suffix",
    ]  # fmt: skip
    assert list(answer["quotes"][0]["speaker"]) == ["id", "name", "kind", "title", "mention", "basis"]
    assert list(answer["quotes"][0]["outlet"]) == ["name", "kind", "mention", "basis", "programme", "interviewer"]
    assert answer["models"] == {"package": "fake", "version": "0"}
    AnswerSchema().load(answer)


def test_offsets_refer_to_the_body_exactly_as_sent(client: FlaskClient) -> None:
    answer = post(client, "\ufeff  " + ARTICLE).get_json()
    spans = [span for quote in answer["quotes"] for span in quote["spans"]]
    assert [("\ufeff  " + ARTICLE)[span["start"] : span["end"]] for span in spans] == [span["text"] for span in spans]
    assert answer["text_sha256"] == hashlib.sha256(("\ufeff  " + ARTICLE).encode()).hexdigest()
    assert answer["quotes"][0]["suffix"].endswith(".\r\n")


def test_utf16_offsets_count_as_javascript_does(client: FlaskClient) -> None:
    units = EMOJI.encode("utf-16-le")
    for unit in ("codepoint", "utf16"):
        span = post(client, EMOJI, query_string={"offset_unit": unit}).get_json()["quotes"][0]["spans"][0]
        found = (
            units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le")
            if unit == "utf16"
            else EMOJI[span["start"] : span["end"]]
        )
        assert found == span["text"] == "We won 🏆 twice,"


@given(st.text(max_size=60), st.data())
def test_utf16_offsets_are_the_lengths_of_the_prefixes(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert offsets_in(text, "utf16")(offset) == len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def test_explain_adds_the_rule_and_nothing_else(client: FlaskClient) -> None:
    plain, explained = (post(client, ARTICLE, query_string={"explain": flag}).get_json() for flag in ("false", "true"))
    explanations = [quote.pop("explanation") for quote in explained["quotes"]]
    assert explained == plain
    assert explanations[0]["rule"] == "marks"
    assert explanations[0]["roles"][0]["text"] == "The bridge is open,"
    assert [(one["decision"], one["name"], one["chosen"]) for one in explanations[0]["candidates"]] == [
        ("source", "Mayor Ana Ruiz", True),
        ("speaker", "Ana Ruiz", True),
    ]


def test_candidates_stand_where_they_say_in_either_unit(client: FlaskClient) -> None:
    for unit, text in (("codepoint", EMOJI), ("utf16", EMOJI.encode("utf-16-le"))):
        answer = post(client, EMOJI, query_string={"explain": "true", "offset_unit": unit}).get_json()
        spans = [one["span"] for one in answer["quotes"][0]["explanation"]["candidates"] if one["span"]]
        assert spans
        for span in spans:
            found = text[span["start"] : span["end"]] if isinstance(text, str) else None
            if isinstance(text, bytes):
                found = text[2 * span["start"] : 2 * span["end"]].decode("utf-16-le")
            assert found == span["text"]


FILTERS = [
    ("everything", {}, 2),
    ("name", {"speaker": "Ana Ruiz"}, 1),
    ("one word, any case", {"speaker": "ruiz"}, 1),
    ("accents do not matter", {"speaker": "Rúiz"}, 1),
    ("title", {"speaker": "mayor"}, 1),
    ("repeated: any of them", {"speaker": ["Ruiz", "Hill"]}, 2),
    ("outlet", {"outlet": "reuters"}, 1),
    ("type", {"type": "direct"}, 2),
    ("repeated type", {"type": ["indirect", "direct"]}, 2),
    ("confidence: the least figure counts", {"min_confidence": "0.85"}, 1),
    ("both filters must accept", {"speaker": "Ruiz", "outlet": "Reuters"}, 1),
    # Must not match.
    ("part of a word", {"speaker": "Rui"}, 0),
    ("somebody else", {"speaker": "Kim"}, 0),
    ("type", {"type": "mixed"}, 0),
    ("confidence", {"min_confidence": "0.95"}, 0),
    ("one filter refuses", {"speaker": "Hill", "outlet": "Reuters"}, 0),
]


@pytest.mark.parametrize(("query", "count"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS])
def test_filters(client: FlaskClient, query: dict[str, Any], count: int) -> None:
    answer = post(client, ARTICLE, query_string=query).get_json()
    assert len(answer["quotes"]) == count
    assert {person["id"] for person in answer["speakers"]} == {quote["speaker"]["id"] for quote in answer["quotes"]}


# --- Media types of the answer ----------------------------------------------------------------------------------------


def test_ndjson_is_a_quote_a_line(client: FlaskClient) -> None:
    answer = post(client, ARTICLE, headers={"Accept": "application/x-ndjson"})
    assert answer.content_type == "application/x-ndjson"
    assert [json.loads(line) for line in answer.data.splitlines()] == post(client, ARTICLE).get_json()["quotes"]


def test_csv_has_a_row_a_quote(client: FlaskClient) -> None:
    answer = post(
        client,
        {"text": '“Yes,\n"no", 50%,” Ana Ruiz said.', "url": "https://a.example"},
        headers={"Accept": "text/csv"},
    )
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["text"] == 'Yes,\n"no", 50%,'
    assert (row["speaker"], row["spans"], row["url"], row["outlet"]) == ("Ana Ruiz", "1-16", "https://a.example", "")


def test_jsonld_gives_selectors_that_find_each_piece(client: FlaskClient) -> None:
    answer = post(client, {"text": ARTICLE, "publisher": "The Post"}, headers={"Accept": "application/ld+json"})
    quotation = json.loads(answer.data)["@graph"][0]
    exact, position = quotation["hasPart"][0]["selector"]
    assert ARTICLE[position["start"] : position["end"]] == exact["exact"] == "The bridge is open,"
    assert exact["prefix"] + exact["exact"] + exact["suffix"] in ARTICLE
    assert quotation["creator"] == {"@type": "Person", "name": "Ana Ruiz", "jobTitle": "Mayor"}
    assert quotation["isBasedOn"]["publisher"]["name"] == "Reuters"
    assert quotation["isPartOf"]["publisher"]["name"] == "The Post"


def test_jsonld_leaves_positions_out_in_utf16(client: FlaskClient) -> None:
    answer = post(client, EMOJI, headers={"Accept": "application/ld+json"}, query_string={"offset_unit": "utf16"})
    (selector,) = json.loads(answer.data)["@graph"][0]["hasPart"][0]["selector"]
    assert selector["@type"] == "TextQuoteSelector"


def test_the_table_holds_nothing_a_terminal_would_obey(client: FlaskClient) -> None:
    answer = post(client, "“Red \x1b[31m and \u202ereversed,” Ana Ruiz said.", headers={"Accept": "text/plain"})
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Ana Ruiz" in answer.text
    assert not {"\x1b", "\u202e"} & set(answer.text)


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("text/html, text/csv;q=0.1", "text/csv"),
        ("application/json;q=0, text/csv", "text/csv"),
        ("", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("text/csv; header=present; q=0.9, image/png", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("application/json;q=0, */*", "application/x-ndjson"),
        # Must be refused.
        ("text/html", None),
        ("application/xml", None),
        ("application/json;q=0", None),
        ("application/json; charset=utf-8; q=0", None),
        ("rubbish", None),
    ],
)  # fmt: skip
def test_accept(client: FlaskClient, accept: str | None, given: str | None) -> None:
    answer = post(client, ARTICLE, headers={"Accept": accept} if accept is not None else {})
    if given is None:
        assert problem_of(answer)["slug"] == "not-acceptable"
    else:
        assert answer.content_type.split(";")[0] == given


def test_an_article_without_quotes_is_an_answer(client: FlaskClient) -> None:
    assert post(client, "Nothing was said.").get_json()["quotes"] == []
    assert post(client, "Nothing was said.", headers={"Accept": "text/plain"}).text == "No quotes.\n"
    assert post(client, "Nothing was said.", headers={"Accept": "application/x-ndjson"}).data == b""


# --- Bodies -----------------------------------------------------------------------------------------------------------

PAGE = f"""<!DOCTYPE html><html><head><title>Bridge</title>
<meta property="og:site_name" content="The Harbour Post"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Bridge opens</h1>
<p>{ARTICLE} &amp; it rained on everybody who had come to the river for the day.</p>
<p>The crowd went home at ten in the evening, when the last of the lamps on the new bridge had been put out.</p>
</article><footer>All rights reserved</footer></body></html>"""
FRAGMENT = "<p>“Go,” Bob Hill said.</p><p>They went.</p>"

ECHOED = [
    ("page as text/html", PAGE.encode(), "text/html; charset=utf-8"),
    ("page as text/html without charset", PAGE.encode(), "text/html"),
    ("page in JSON", {"html": PAGE}, ""),
    ("encoding named in the page", PAGE.replace("<title>", '<meta charset="windows-1252"><title>').encode("cp1252"),
     "text/html"),
    ("encoding named beside the page", PAGE.encode("utf-16"), "text/html; charset=utf-16"),
    ("fragment in JSON", {"html": FRAGMENT}, ""),
    ("ninjs 1.x html", {"ninjs": {"headline": "Go", "body_html": FRAGMENT, "usageterms": "none"}}, ""),
    ("ninjs 1.x text wins", {"ninjs": {"body_text": "“Go,” Bob Hill said.\n", "body_html": "<p>Other.</p>"}}, ""),
    ("ninjs 1.x empty text", {"ninjs": {"body_text": " ", "body_html": FRAGMENT}}, ""),
    ("ninjs 2.x", {"ninjs": {"bodies": [{"role": "main", "contenttype": "text/html", "value": FRAGMENT}]}}, ""),
    (
        "ninjs 3.x, main first",
        {"ninjs": {"headlines": [{"value": "Go"}], "bodies": [
            {"role": "summary", "contentType": "text/plain", "value": "Short."},
            {"role": "main", "contentType": "text/plain", "value": "“Go,” Bob Hill said."},
        ]}},
        "",
    ),
    ("ninjs 1.x, null is not there", {"ninjs": {"body_text": None, "body_html": FRAGMENT, "bodies": None}}, ""),
    ("ninjs 1.x xhtml", {"ninjs": {"body_xhtml": FRAGMENT}}, ""),
    ("ninjs 3.x xhtml", {"ninjs": {"bodies": [{"contentType": "application/xhtml+xml", "value": FRAGMENT}]}}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "media_type"), [row[1:] for row in ECHOED], ids=[row[0] for row in ECHOED])
def test_extracted_text_is_given_back_and_offsets_refer_to_it(client: FlaskClient, body: Any, media_type: str) -> None:
    answer = post(client, body, media_type).get_json()
    assert answer["quotes"]
    for quote in answer["quotes"]:
        assert [answer["text"][span["start"] : span["end"]] for span in quote["spans"]] == [
            span["text"] for span in quote["spans"]
        ]
    assert "rights reserved" not in answer["text"]
    assert "<" not in answer["text"]


def test_a_fragment_keeps_its_paragraphs(client: FlaskClient) -> None:
    assert post(client, {"html": FRAGMENT}).get_json()["text"] == "“Go,” Bob Hill said.\nThey went."


def test_text_in_json_is_not_given_back(client: FlaskClient) -> None:
    assert "text" not in post(client, {"text": ARTICLE}).get_json()


def test_the_publisher_is_the_requests_or_else_the_pages(client: FlaskClient) -> None:
    assert post(client, {"html": PAGE}).get_json()["publisher"] == {"name": "The Harbour Post", "basis": "page"}
    said = post(client, {"html": PAGE, "publisher": "Other"}).get_json()["publisher"]
    assert said == {"name": "Other", "basis": "request"}
    assert post(client, {"text": ARTICLE, "publisher": None}).get_json()["publisher"] is None


RIGHT_BODIES = [
    ("CR LF stays", ARTICLE.encode(), "text/plain"),
    ("charset, any case", ARTICLE.encode(), "text/plain; charset=UTF-8"),
    ("charset by another name", ARTICLE.encode(), "text/plain; charset=utf8"),
    ("windows-1252", ARTICLE.encode("windows-1252"), "text/plain; charset=windows-1252"),
    ("NUL", "“No\x00thing,” Ana Ruiz said.".encode(), "text/plain"),
    ("NUL in JSON", b'{"text": "a\\u0000b"}', "application/json"),
    ("byte order mark before JSON", b'\xef\xbb\xbf{"text": "a"}', "application/json"),
    ("surrogate pair in JSON", b'{"text": "\\ud83d\\ude00"}', "application/json"),
    ("right to left", "“שלום,” Ana Ruiz said. مرحبا".encode(), "text/plain"),
    ("50,000 quotation marks", ("“" * 50_000).encode(), "text/plain"),
    ("one line of the longest text", b"a" * 200_000, "text/plain"),
    ("media type in capitals", b"a", "TEXT/Plain"),
    ("a page in another script", "<p>Йдіть, сказав він.</p>".encode("koi8-u"), "text/html; charset=koi8-u"),
    ("a page that only its form calls windows-874", b"<p>\xa1\xa2</p>", "text/html; charset=windows-874"),
    (
        "a page with long values and long paragraphs",
        b'<p title="' + b"word = " * 2000 + b'">' + b"It's x = y. " * 2000 + b"</p>",
        "text/html",
    ),
    ("deep HTML", b"<div>" * 200 + "<p>“Go,” Bob Hill said.</p>".encode(), "text/html"),
]


@pytest.mark.parametrize(
    ("body", "media_type"), [row[1:] for row in RIGHT_BODIES], ids=[row[0] for row in RIGHT_BODIES]
)
def test_odd_bodies_that_are_right(client: FlaskClient, body: bytes, media_type: str) -> None:
    assert post(client, body, media_type).status_code == 200


WRONG_BODIES = [
    ("empty", b"", "text/plain", 422, "empty-text"),
    ("white space", b" \r\n\t", "text/plain", 422, "empty-text"),
    ("text over the limit", b"a" * 200_001, "text/plain", 413, "text-too-long"),
    ("100,000 quotation marks", ("“" * 100_000).encode(), "text/plain", 413, "text-too-long"),
    ("body over the limit", b"a" * (4 * 1024 * 1024 + 1), "text/plain", 413, "body-too-large"),
    ("invalid UTF-8", b"caf\xe9", "text/plain", 400, "bad-encoding"),
    ("lone surrogate in UTF-8", b"\xed\xa0\x80", "text/plain", 400, "bad-encoding"),
    ("unknown charset", b"a", "text/plain; charset=klingon", 415, "unsupported-media-type"),
    ("a page's charset for text", b"a", "text/plain; charset=koi8-u", 415, "unsupported-media-type"),
    ("a codec that is no encoding", b"a", "text/html; charset=rot13", 415, "unsupported-media-type"),
    ("charset with many readings", b"a", "text/plain; charset=utf-7", 415, "unsupported-media-type"),
    ("curl's default type", b"a", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
    ("no type", b"a", "", 415, "unsupported-media-type"),
    ("another JSON", b"{}", "application/vnd.api+json", 415, "unsupported-media-type"),
    ("bad JSON", b'{"text": ', "application/json", 400, "bad-json"),
    ("no JSON", b"", "application/json", 400, "bad-json"),
    ("invalid UTF-8 in JSON", b'{"text": "\xff"}', "application/json", 400, "bad-json"),
    ("lone surrogate in JSON", b'{"text": "\\ud800"}', "application/json", 400, "bad-json"),
    ("NaN", b'{"text": NaN}', "application/json", 400, "bad-json"),
    ("deep nesting", b"[" * 100_000, "application/json", 400, "bad-json"),
    ("deep nesting in ninjs", b'{"ninjs": ' + b'{"a":' * 50_000, "application/json", 400, "bad-json"),
    ("UTF-16 JSON", '{"text": "a"}'.encode("utf-16"), "application/json", 400, "bad-json"),
    ("an array", b"[]", "application/json", 422, "invalid-request"),
    ("null", b"null", "application/json", 422, "invalid-request"),
    ("unknown field", b'{"text": "a", "txet": 1}', "application/json", 422, "invalid-request"),
    ("two bodies", b'{"text": "a", "html": "b"}', "application/json", 422, "invalid-request"),
    ("no body", b'{"publisher": "a"}', "application/json", 422, "invalid-request"),
    ("number for text", b'{"text": 1}', "application/json", 422, "invalid-request"),
    ("huge number for text", b'{"text": 1' + b"0" * 5000 + b"}", "application/json", 400, "bad-json"),
    ("empty text", b'{"text": ""}', "application/json", 422, "invalid-request"),
    ("ninjs without a body", b'{"ninjs": {"headline": "a"}}', "application/json", 422, "empty-text"),
    ("ninjs is no object", b'{"ninjs": []}', "application/json", 422, "invalid-request"),
    ("bodies without value", b'{"ninjs": {"bodies": [{}]}}', "application/json", 422, "invalid-request"),
    ("date", b'{"text": "a", "published": "yesterday"}', "application/json", 422, "invalid-request"),
    ("a date no calendar has", b'{"text": "a", "published": "2024-02-31"}', "application/json", 422, "invalid-request"),
    ("an hour no clock has", b'{"text": "a", "published": "2024-02-01T25:00"}', "application/json", 422,
     "invalid-request"),
    ("date and line end", b'{"text": "a", "published": "2024-01-01\\n"}', "application/json", 422, "invalid-request"),
    ("HTML nested too deep to hold an article", b"<div>" * 20_000 + b"<p>Go.</p>", "text/html", 422, "empty-text"),
    ("page without an article", b"<html><head><title>a</title></head></html>", "text/html", 422, "empty-text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "media_type", "status", "slug"), [row[1:] for row in WRONG_BODIES], ids=[row[0] for row in WRONG_BODIES]
)
def test_wrong_bodies(client: FlaskClient, body: bytes, media_type: str, status: int, slug: str) -> None:
    answer = post(client, body, media_type)
    assert (answer.status_code, problem_of(answer)["slug"]) == (status, slug)


def test_a_fault_points_at_the_field(client: FlaskClient) -> None:
    answer = post(client, {"ninjs": {"bodies": [{"value": 3}]}, "a/b~c": 1})
    assert {fault["pointer"] for fault in problem_of(answer)["errors"]} == {"#/ninjs/bodies/0/value", "#/a~1b~0c"}


def test_many_faults_are_named_in_order_and_not_without_end(client: FlaskClient) -> None:
    answer = post(client, {"text": "a", **{f"x{number:04}": 1 for number in range(2000)}})
    named = [fault["pointer"] for fault in problem_of(answer)["errors"]]
    assert named == [f"#/x{number:04}" for number in range(50)]


@pytest.mark.parametrize(
    ("body", "media_type", "told"),
    [
        (b"<html><head><title>a</title></head></html>", "text/html", "No article was found in this HTML"),
        (b'{"ninjs": {"bodies": [{"contentType": "text/markdown", "value": "a"}]}}', "application/json", "body_html"),
        (b" ", "text/plain", "white space or nothing"),
    ],
    ids=["page", "ninjs", "text"],
)
def test_where_there_is_nothing_to_read_the_answer_says_what_would_do(
    client: FlaskClient, body: bytes, media_type: str, told: str
) -> None:
    assert told in problem_of(post(client, body, media_type))["detail"]


def test_compressed_bodies_are_refused(client: FlaskClient) -> None:
    answer = post(client, b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert problem_of(answer)["slug"] == "unsupported-media-type"
    # RFC 9110, section 15.5.16: so that a client knows what was wrong.
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("speaker=", "speaker"),
        ("type=spoken", "type"),
        ("min_confidence=2", "min_confidence"),
        ("min_confidence=nan", "min_confidence"),
        ("min_confidence=a", "min_confidence"),
        ("offset_unit=byte", "offset_unit"),
        ("offset_unit=utf16&offset_unit=codepoint", "offset_unit"),
        ("explain=maybe", "explain"),
        ("speakers=Ana", "speakers"),
    ],
)
def test_wrong_queries_name_the_parameter(client: FlaskClient, query: str, parameter: str) -> None:
    problem = problem_of(client.post(f"/v1/quotes?{query}", data="a", content_type="text/plain"))
    assert problem["slug"] == "invalid-request"
    assert problem["errors"][0]["parameter"] == parameter


# --- Statuses of the edge itself --------------------------------------------------------------------------------------


def test_unknown_addresses_and_methods(client: FlaskClient) -> None:
    assert problem_of(client.get("/nothing"))["slug"] == "not-found"
    answer = client.patch("/v1/quotes")
    assert problem_of(answer)["slug"] == "method-not-allowed"
    assert "POST" in answer.headers["Allow"]
    assert "POST" in problem_of(answer)["detail"]


def test_a_fault_of_ours_tells_nothing(capfd: pytest.CaptureFixture[str], client: FlaskClient) -> None:
    answer = post(client, "CRASH on secret words")
    problem = problem_of(answer)
    assert (answer.status_code, problem["slug"]) == (500, "internal-error")
    assert "secret" not in answer.text
    assert "secret" not in "".join(capfd.readouterr())


def test_request_ids(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "desk-7"}).headers["X-Request-ID"] == "desk-7"
    forged = client.get("/healthz", headers={"X-Request-ID": 'a" forged'}).headers["X-Request-ID"]
    assert forged != 'a" forged'
    assert len(forged) == 32


def test_keys() -> None:
    client = make_client(api_keys=(("desk", "k1"), ("archive", "k2")))
    answer = post(client, ARTICLE)
    assert problem_of(answer)["slug"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for headers, status in [
        ({"Authorization": "Bearer k1"}, 200),
        ({"X-API-Key": "k2"}, 200),
        ({"Authorization": "Bearer k"}, 401),
        ({"Authorization": "Basic azE6"}, 401),
        ({"X-API-Key": "ключ"}, 401),
        ({"X-API-Key": ""}, 401),
    ]:
        assert post(client, ARTICLE, headers=headers).status_code == status, headers
    assert client.get("/healthz").status_code == 200


def test_limits_are_per_key() -> None:
    client = make_client(api_keys=(("desk", "k1"), ("archive", "k2")), rate_limit="2/minute")
    statuses = [post(client, "a", headers={"X-API-Key": "k1"}).status_code for _ in range(2)]
    refused = post(client, "a", headers={"X-API-Key": "k1"})
    assert statuses == [200, 200]
    assert problem_of(refused)["slug"] == "too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert post(client, "a", headers={"X-API-Key": "k2"}).status_code == 200


def test_cors_is_off_until_an_origin_is_named() -> None:
    headers = {"Origin": "https://desk.example"}
    assert "Access-Control-Allow-Origin" not in post(make_client(), "a", headers=headers).headers
    client = make_client(cors_origins=("https://desk.example",))
    assert post(client, "a", headers=headers).headers["Access-Control-Allow-Origin"] == "https://desk.example"
    other = post(client, "a", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_readiness_needs_the_self_test_to_find_a_quote() -> None:
    assert make_client().get("/readyz").get_json()["status"] == "ready"
    deaf = make_client(lambda articles: [Extraction(article.text, (), ()) for article in articles])
    answer = deaf.get("/readyz")
    assert problem_of(answer)["slug"] == "not-ready"
    assert deaf.get("/healthz").status_code == 200
    assert self_test(lambda articles: []) is not None


def test_metrics_count_calls_and_quotes(client: FlaskClient) -> None:
    post(client, ARTICLE)
    client.get("/no/such/place")
    figures = client.get("/metrics").text
    assert 'onrecord_requests_total{method="POST",route="/v1/quotes",status="200"} 1.0' in figures
    assert 'onrecord_requests_total{method="GET",route="unmatched",status="404"} 1.0' in figures
    assert 'onrecord_quotes_total{type="direct"} 2.0' in figures
    assert 'onrecord_articles_total{outcome="read"} 1.0' in figures


# --- Load -------------------------------------------------------------------------------------------------------------


class Gate:
    """An extractor that waits until it is let go, so that what piles up behind it can be seen."""

    def __init__(self) -> None:
        self.inner = FakeExtractor()
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Semaphore(0)

    def __call__(self, articles: list[Article]) -> tuple[Extraction, ...]:
        self.entered.release()
        self.open.wait(30)
        return self.inner(articles)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def _post_in_threads(client: FlaskClient, texts: list[str]) -> tuple[list[threading.Thread], dict[str, int]]:
    statuses: dict[str, int] = {}

    def call(text: str) -> None:
        statuses[text] = post(client.application.test_client(), text).status_code

    threads = [threading.Thread(target=call, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    return threads, statuses


def _wait_until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_full_queue_refuses_at_once_and_waiting_articles_are_read_together(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(gate, queue_articles=3, read_together=8)
    gate.entered.acquire()  # the self-test
    gate.open.clear()
    first, statuses = _post_in_threads(client, ["a"])
    gate.entered.acquire()  # the model thread holds "a"
    reader = client.application.extensions["onrecord"].reader
    rest, more = _post_in_threads(client, ["b", "c", "d"])
    _wait_until(lambda: reader.waiting == 3)
    refused = post(client, "e")
    assert problem_of(refused)["slug"] == "queue-full"
    monkeypatch.setattr(intake, "read_page", lambda html: pytest.fail("a page was read that nobody waits for"))
    assert problem_of(post(client, "<p>e</p>", "text/html"))["slug"] == "queue-full"
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.get("/healthz").status_code == 200
    gate.open.set()
    for thread in (*first, *rest):
        thread.join(20)
    assert (statuses, more) == ({"a": 200}, {"b": 200, "c": 200, "d": 200})
    assert gate.inner.calls == [1, 1, 3]


def test_an_article_that_waits_too_long_is_given_up(gate: Gate) -> None:
    client = make_client(gate, request_seconds=1)
    gate.entered.acquire()
    gate.open.clear()
    answer = post(client, ARTICLE)
    assert problem_of(answer)["slug"] == "out-of-time"
    assert int(answer.headers["Retry-After"]) >= 1
    gate.open.set()
    _wait_until(lambda: post(client, ARTICLE).status_code == 200)


def test_one_bad_article_does_not_fail_those_read_with_it(gate: Gate) -> None:
    client = make_client(gate, queue_articles=3)
    gate.entered.acquire()
    gate.open.clear()
    threads, _ = _post_in_threads(client, ["a"])
    gate.entered.acquire()
    reader = client.application.extensions["onrecord"].reader
    more, later = _post_in_threads(client, ["b", "CRASH", "c"])
    _wait_until(lambda: reader.waiting == 3)
    gate.open.set()
    for thread in (*threads, *more):
        thread.join(20)
    assert later == {"b": 200, "CRASH": 500, "c": 200}


# --- Batch ------------------------------------------------------------------------------------------------------------


def post_batch(client: FlaskClient, lines: list[bytes], **more: Any) -> list[dict[str, Any]]:
    body = b"\n".join(lines)
    answer = client.post("/v1/quotes/batch", data=body, content_type="application/x-ndjson", buffered=True, **more)
    assert answer.status_code == 200
    return [BatchAnswerSchema().load(json.loads(line)) for line in answer.data.splitlines()]


def test_a_batch_answers_in_order_and_goes_on_after_a_bad_line(client: FlaskClient) -> None:
    lines = [
        json.dumps({"id": "first", "text": ARTICLE}).encode(),
        b"",
        b"not json",
        b'{"id": "third", "text": ""}',
        b'{"id": "fourth", "text": "CRASH"}',
        b'{"text": "caf\xe9"}',
        json.dumps({"id": "last", "html": PAGE}).encode() + b"\r",
    ]
    answers = post_batch(client, lines)
    outcomes = [
        (row["line"], row["id"], row.get("problem", {}).get("type", "read").rpartition(":")[2]) for row in answers
    ]
    assert outcomes == [
        (1, "first", "read"),
        (3, None, "bad-json"),
        (4, "third", "invalid-request"),
        (5, "fourth", "internal-error"),
        (6, None, "bad-json"),
        (7, "last", "read"),
    ]
    single = post(client, ARTICLE).get_json()
    assert answers[0]["answer"] == single


def test_a_batch_keeps_order_over_many_articles(client: FlaskClient) -> None:
    lines = [
        json.dumps({"id": str(number), "text": f"“Number {number},” Ana Ruiz said."}).encode() for number in range(200)
    ]
    answers = post_batch(client, lines)
    assert [row["id"] for row in answers] == [str(number) for number in range(200)]
    assert all(row["answer"]["quotes"][0]["spans"][0]["text"] == f"Number {row['id']}," for row in answers)


def test_filters_hold_for_each_article_of_a_batch(client: FlaskClient) -> None:
    (row,) = post_batch(client, [json.dumps({"text": ARTICLE}).encode()], query_string={"speaker": "Hill"})
    assert [quote["speaker"]["name"] for quote in row["answer"]["quotes"]] == ["Bob Hill"]


def test_limits_of_a_batch() -> None:
    client = make_client(max_batch_articles=2, max_body_bytes=100, max_batch_bytes=1000)
    line = b'{"text": "a"}'
    long_line = b'{"text": "' + b"a" * 200 + b'"}'
    answers = post_batch(client, [long_line, line, line])
    kinds = [row.get("problem", {}).get("type", "read").rpartition(":")[2] for row in answers]
    assert kinds == ["body-too-large", "read", "body-too-large"]
    assert answers[-1]["line"] == 3
    whole = client.post("/v1/quotes/batch", data=line * 100, content_type="application/x-ndjson")
    assert problem_of(whole)["slug"] == "body-too-large"


def test_only_so_many_batches_at_once(gate: Gate) -> None:
    client = make_client(gate, batch_calls=1)
    gate.entered.acquire()
    body = b'{"text": "a"}\n'
    first = client.post("/v1/quotes/batch", data=body, content_type="application/x-ndjson")
    refused = client.post("/v1/quotes/batch", data=body, content_type="application/x-ndjson")
    assert problem_of(refused)["slug"] == "queue-full"
    first.close()
    assert len(post_batch(client, [body])) == 1


def test_the_first_answer_comes_before_the_last_article(gate: Gate) -> None:
    client = make_client(gate, read_together=1)
    gate.entered.acquire()
    lines = b"".join(json.dumps({"id": str(number), "text": "a"}).encode() + b"\n" for number in range(4))
    answer = client.post("/v1/quotes/batch", data=lines, content_type="application/x-ndjson")
    stream = answer.iter_encoded()
    assert json.loads(next(stream))["id"] == "0"
    gate.open.clear()
    threading.Timer(0.2, gate.open.set).start()
    assert [json.loads(line)["id"] for line in stream] == ["1", "2", "3"]
    answer.close()


def test_a_batch_wants_ndjson(client: FlaskClient) -> None:
    answer = client.post("/v1/quotes/batch", data="[]", content_type="application/json")
    assert problem_of(answer)["slug"] == "unsupported-media-type"
    answer = client.post(
        "/v1/quotes/batch", data="{}", content_type="application/x-ndjson", headers={"Accept": "text/csv"}
    )
    assert problem_of(answer)["slug"] == "not-acceptable"


# --- Any input at all -------------------------------------------------------------------------------------------------

_MEDIA = st.sampled_from(["text/plain", "text/html", "application/json", "text/plain; charset=utf-8", "a/b", ""])
_NAMES = st.sampled_from(["text", "html", "ninjs", "bodies", "body_html", "value", "url"]) | st.text(max_size=3)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
_BODY = (
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | _JSON.map(lambda value: json.dumps(value).encode())
)


@pytest.fixture(scope="module")
def fuzzed() -> FlaskClient:
    return make_client()


@pytest.mark.fuzz
@hypothesis_settings(max_examples=FUZZ_EXAMPLES, deadline=None)
@given(
    body=_BODY,
    media_type=_MEDIA,
    accept=st.sampled_from([None, "text/csv", "text/plain", "application/ld+json", "b/*"]),
)
def test_no_input_gives_a_500(fuzzed: FlaskClient, body: bytes, media_type: str, accept: str | None) -> None:
    answer = post(fuzzed, body, media_type, headers={"Accept": accept} if accept else {})
    assert answer.status_code < 500
    if answer.status_code >= 400:
        problem_of(answer)


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_settings_come_from_the_environment() -> None:
    settings = read_settings({
        "PORT": "9000", "ONRECORD_API_KEYS": "desk:a:b, archive:c", "ONRECORD_CORS_ORIGINS": "https://a, https://b",
        "ONRECORD_QUEUE_ARTICLES": "", "UNRELATED": "x",
    })  # fmt: skip
    assert settings.port == 9000
    assert settings.api_keys == (("desk", "a:b"), ("archive", "c"))
    assert settings.cors_origins == ("https://a", "https://b")
    assert settings.queue_articles == Settings().queue_articles


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"),
        ("ONRECORD_QUEUE_ARTICLES", "0"),
        ("ONRECORD_TRUSTED_PROXIES", "-1"),
        ("ONRECORD_API_KEYS", "justakey"),
        ("ONRECORD_RATE_LIMIT", "often"),
        ("ONRECORD_LOG_LEVEL", "loud"),
    ],
)
def test_wrong_settings_name_the_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_settings({variable: value})


def test_the_documents_hold_every_setting_and_every_problem() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    for variable, default, meaning in describe_settings():
        assert f"| `{variable}` | {default or '(empty)'} | {meaning} |" in settings
    problems = (ROOT / "docs" / "errors.md").read_text()
    documented = [line.split("|")[1:4] for line in problems.splitlines() if line.startswith("| `")]
    assert {(slug.strip(" `"), int(status), title.strip()) for slug, status, title in documented} == {
        (slug, kind.status, kind.title) for slug, kind in PROBLEMS.items()
    }
