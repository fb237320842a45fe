"""openapi.yaml from the schemas: one source for what is checked and what is documented. ``make openapi`` writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from service.answers import build_answer
from service.archive import contract as archive
from service.errors import MEDIA_TYPE, PROBLEMS, TYPE_PREFIX
from service.intake import Intake
from service.quotes.types import (
    Article,
    Candidate,
    Confidence,
    Explanation,
    Extraction,
    Outlet,
    Person,
    Quote,
    RoleSpan,
    Span,
    Speaker,
)
from service.rendering import RENDERERS
from service.schemas import (
    AnswerSchema,
    ArticleSchema,
    BatchAnswerSchema,
    BatchLineSchema,
    HealthSchema,
    QuerySchema,
    ReadinessSchema,
)

API_VERSION = "1.0.0"
EXAMPLE_TEXT = "“The bridge will open on Monday,” Mayor Ana Ruiz told Reuters."
_PACKAGE = {"package": "onrecord-en", "version": "1"}
_QUERY = {"offset_unit": "codepoint", "explain": False, "min_confidence": 0.0}
_INTRODUCTION = """\
Who said what, to whom, in whose pages, word for word. Send an article; every attributed quote in it comes back with its
verbatim spans, its speaker and the outlet that got it. Offsets count Unicode code points, half-open, in the text as
sent. Failures are RFC 9457 problem details whose `type` never changes.
"""


def example_extraction() -> Extraction:
    """Return the quotes of ``EXAMPLE_TEXT``, put together by hand: the answers in the documents are made from it."""

    def span(words: str) -> Span:
        start = EXAMPLE_TEXT.index(words)
        return Span(start, start + len(words))

    mention = span("Mayor Ana Ruiz")
    person = Person("s1", "Ana Ruiz", "person", "Mayor", (mention,))
    words = span("The bridge will open on Monday,")
    quote = Quote(
        "q1",
        "direct",
        (words,),
        span("told"),
        Speaker(person, mention, "named", 0.98, (Candidate("Ana Ruiz", 0.98),)),
        Outlet("Reuters", "agency", span("Reuters"), "stated", None, None, 0.97),
        None,
        Confidence(0.99, 0.98, 0.97),
        Explanation(
            "reader+clause",
            (RoleSpan(mention, "source", 0.98),),
            (
                Candidate("told", 0.96, "cue", "reader", span("told"), chosen=True),
                Candidate("told", 0.75, "cue", "clause", span("told"), chosen=True),
                Candidate("Mayor Ana Ruiz", 0.98, "source", "reader", mention, chosen=True),
                Candidate("Ana Ruiz", 0.97, chosen=True),
                Candidate("Reuters", 0.97, "outlet", "heard", span("Reuters"), chosen=True),
            ),
        ),
    )
    return Extraction(EXAMPLE_TEXT, (quote,), (person,))


def _example_answer() -> dict[str, Any]:
    answer = build_answer(example_extraction(), Intake(Article(EXAMPLE_TEXT), extracted=False), _QUERY, _PACKAGE)
    dumped: dict[str, Any] = AnswerSchema().dump(answer)
    return dumped


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _article_bodies() -> dict[str, Any]:
    ninjs = {
        "headline": "Bridge to open",
        "body_html": f"<p>{EXAMPLE_TEXT}</p>",
        "type": "text",
        "uri": "urn:example:1",
    }
    ninjs3 = {"bodies": [{"role": "main", "contentType": "text/plain", "value": EXAMPLE_TEXT}], "uri": "urn:example:1"}
    json_examples = {
        "text": {"text": EXAMPLE_TEXT, "publisher": "The Harbour Post", "published": "2024-05-06"},
        "html": {"html": f"<article><p>{EXAMPLE_TEXT}</p></article>", "url": "https://news.example/bridge"},
        "ninjs1": {"ninjs": ninjs},
        "ninjs3": {"ninjs": ninjs3},
    }
    return {
        "text/plain": {"schema": {"type": "string", "minLength": 1}, "example": EXAMPLE_TEXT},
        "text/html": {
            "schema": {"type": "string", "minLength": 1},
            "example": f"<article><p>{EXAMPLE_TEXT}</p></article>",
        },
        "application/json": {
            "schema": _ref("Article"),
            "examples": {name: {"value": value} for name, value in json_examples.items()},
        },
    }


def _answer_bodies() -> dict[str, Any]:
    answer, article = _example_answer(), Article(EXAMPLE_TEXT)
    rendered = {name: render(answer, article).decode() for name, render in RENDERERS.items()}
    linked_data = {"type": "object", "required": ["@context", "@graph"]}
    return {
        "application/json": {"schema": _ref("Answer"), "example": answer},
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "A Quote a line."},
            "example": rendered["application/x-ndjson"],
        },
        "text/csv": {"schema": {"type": "string"}, "example": rendered["text/csv"]},
        "application/ld+json": {"schema": linked_data, "example": yaml.safe_load(rendered["application/ld+json"])},
        "text/plain": {"schema": {"type": "string"}, "example": rendered["text/plain"]},
    }


def _problems(*slugs: str) -> dict[str, Any]:
    """Return the responses for the problems of ``slugs``, those of one status together."""
    statuses: dict[str, list[str]] = {}
    for slug in slugs:
        statuses.setdefault(str(PROBLEMS[slug].status), []).append(slug)
    return {
        status: {
            "description": " ".join(PROBLEMS[slug].title for slug in same),
            "content": {MEDIA_TYPE: {"schema": _ref("Problem"), "examples": _problem_examples(same)}},
            **_problem_headers(status),
        }
        for status, same in sorted(statuses.items())
    }


def _problem_examples(slugs: Sequence[str]) -> dict[str, Any]:
    return {
        slug: {
            "value": {
                "type": TYPE_PREFIX + slug,
                "title": PROBLEMS[slug].title,
                "status": PROBLEMS[slug].status,
                "detail": PROBLEMS[slug].title,
            }
        }
        for slug in slugs
    }


def _problem_headers(status: str) -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 1}
    headers: Mapping[str, Any] = {
        "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
        "429": {"Retry-After": {"description": "Seconds.", "schema": whole}},
        "503": {"Retry-After": {"description": "Seconds.", "schema": whole}},
    }
    return {"headers": headers[status]} if status in headers else {}


def _quotes_operation() -> dict[str, Any]:
    return {
        "operationId": "readQuotes",
        "summary": "Every attributed quote of one article",
        "parameters": [{"in": "query", "schema": QuerySchema}],
        "requestBody": {"required": True, "content": _article_bodies()},
        "responses": {
            "200": {
                "description": "The quotes, in text order, in the media type asked for.",
                "content": _answer_bodies(),
            },
            **_problems(
                "bad-request",
                "bad-json",
                "bad-encoding",
                "incomplete-body",
                "unauthorized",
                "not-acceptable",
                "slow-body",
                "body-too-large",
                "text-too-long",
                "unsupported-media-type",
                "invalid-request",
                "empty-text",
                "too-many-requests",
                "internal-error",
                "queue-full",
                "out-of-time",
            ),
        },
        "security": [{}, {"key": []}, {"header": []}],
    }


def _batch_operation() -> dict[str, Any]:
    lines = '{"id": "a1", "text": "' + EXAMPLE_TEXT + '"}\n{"id": "a2", "text": ""}\n'
    answers = [
        {"line": 1, "id": "a1", "answer": _example_answer()},
        {"line": 2, "id": "a2", "problem": _problem_examples(["invalid-request"])["invalid-request"]["value"]},
    ]
    given = b"".join(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE) for answer in answers).decode()
    return {
        "operationId": "readBatch",
        "summary": "Many articles, a line each, answered in order as they are read",
        "description": "Each request line is a BatchLine, each line of the answer a BatchAnswer. An article that "
        "cannot be read gets a line with its problem and the others go on.",
        "parameters": [{"in": "query", "schema": QuerySchema}],
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": lines}},
        },
        "responses": {
            "200": {
                "description": "One line for each line that is not blank.",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": given}},
            },
            **_problems(
                "bad-request",
                "unauthorized",
                "not-acceptable",
                "body-too-large",
                "unsupported-media-type",
                "invalid-request",
                "too-many-requests",
                "internal-error",
                "queue-full",
            ),
        },
        "security": [{}, {"key": []}, {"header": []}],
    }


def _get(name: str, summary: str, content: Mapping[str, Any], *slugs: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": content}, **_problems("internal-error", *slugs)},
    }


def _operations() -> dict[str, dict[str, Any]]:
    ready = {"status": "ready", "models": _PACKAGE, "waiting": 0}
    figures = {"schema": {"type": "string"}, "example": "onrecord_waiting 0.0\n"}
    return {
        "/v1/quotes": {"post": _quotes_operation()},
        "/v1/quotes/batch": {"post": _batch_operation()},
        "/healthz": {
            "get": _get(
                "health",
                "The process answers",
                {"application/json": {"schema": _ref("Health"), "example": {"status": "ok"}}},
            )
        },
        "/readyz": {
            "get": _get(
                "readiness",
                "The models are loaded and read the self-test",
                {"application/json": {"schema": _ref("Readiness"), "example": ready}},
                "not-ready",
            )
        },
        "/metrics": {"get": _get("metrics", "Figures for Prometheus", {"text/plain": figures})},
        "/openapi.json": {
            "get": _get(
                "contract",
                "This document",
                {"application/json": {"schema": {"type": "object"}, "example": {"openapi": "3.1.0"}}},
            )
        },
    }


def _name(schema: Schema | type[Schema]) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__.removesuffix("Schema")


@cache
def build_contract() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    spec = APISpec(
        title="onrecord",
        version=API_VERSION,
        openapi_version="3.1.0",
        info={"description": _INTRODUCTION, "license": {"name": "MIT", "identifier": "MIT"}},
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("header", {"type": "apiKey", "in": "header", "name": "X-API-Key"})
    # The schemas nested in these come with them.
    own: tuple[type[Schema], ...] = (
        *(ArticleSchema, BatchLineSchema, BatchAnswerSchema, HealthSchema, ReadinessSchema),
        *archive.SCHEMAS,
    )
    for schema in own:
        spec.components.schema(_name(schema), schema=schema)
    edge, archived = _operations(), archive.describe_operations(example_extraction(), _article_bodies(), _problems)
    for path in {**edge, **archived}:
        spec.path(path=path, operations={**edge.get(path, {}), **archived.get(path, {})})
    document: dict[str, Any] = spec.to_dict()
    exactly_one = [{"required": [name]} for name in ("text", "html", "ninjs")]
    for name in ("Article", "BatchLine", "ComparedArticle"):
        document["components"]["schemas"][name]["oneOf"] = exactly_one
    return {name: document[name] for name in ("openapi", "info", "paths", "components")}


def write_contract() -> str:
    """Return openapi.yaml."""
    head = "# Written by `make openapi` from service/schemas.py; a test fails when it is out of step.\n"
    return head + yaml.safe_dump(_plain(build_contract()), allow_unicode=True, sort_keys=False, width=120)


def _plain(value: Any) -> Any:
    """Return ``value`` made of plain mappings and lists, each a fresh one, so that YAML needs no aliases."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
