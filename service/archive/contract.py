"""The archive's operations for openapi.yaml. The examples are answers put together from the contract's own example."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import Schema

from service.answers import build_answer
from service.archive import schemas
from service.archive.comparison import Compared, build_comparison
from service.archive.rendering import STATEMENT_TYPES, pack_quote, render_quotes, render_statements
from service.archive.search import StoredArticle, StoredQuote
from service.intake import Intake
from service.quotes.types import Article, Extraction
from service.rendering import RENDERERS

Packed = dict[str, Any]
SCHEMAS: tuple[type[Schema], ...] = (
    schemas.ArchivedArticleSchema,
    schemas.ArticlesSchema,
    schemas.ArchivedQuotesSchema,
    schemas.SpeakersSchema,
    schemas.SpeakerDetailSchema,
    schemas.DriftSchema,
    schemas.CompareSchema,
    schemas.ComparisonSchema,
)
_SECURITY: list[dict[str, list[str]]] = [{}, {"key": []}, {"header": []}]
_COMMON = ("unauthorized", "too-many-requests", "internal-error", "archive-unavailable", "no-archive")
_LIST = (*_COMMON, "not-acceptable", "invalid-request")
_BODY = (
    "bad-request", "bad-json", "bad-encoding", "incomplete-body", "slow-body", "body-too-large", "text-too-long",
    "unsupported-media-type", "empty-text", "queue-full", "out-of-time",
)  # fmt: skip
_PACKAGE = {"package": "onrecord-en", "version": "1"}
_ARTICLE = StoredArticle(
    1,
    "harbour-1",
    "",
    "",
    False,
    "The Harbour Post",
    "request",
    "https://news.example/bridge",
    "2024-05-06",
    "2024-05-06T10:00:00+00:00",
    "2024-05-06T10:00:00+00:00",
    "onrecord-en",
    "1",
    1,
)


def describe_operations(
    extraction: Extraction, bodies: Mapping[str, Any], problems: Any
) -> dict[str, dict[str, Packed]]:
    """Return the archive's operations by path and method.

    ``extraction`` is the contract's example, ``bodies`` the request bodies of an article, ``problems`` makes the
    responses for slugs of problems.
    """
    example = _Example(extraction)
    stored = example.articles()
    article = {
        "parameters": [{"in": "query", "schema": schemas.StoreQuerySchema}],
        "responses": {
            "200": {"description": "The article as stored; nothing to change.", "content": stored},
            "201": {
                "description": "The article was not there before and is now.",
                "content": stored,
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            **problems(*_LIST, *_BODY),
        },
        "requestBody": {"required": True, "content": bodies},
    }
    return {
        "/v1/articles": {
            "get": _operation("listArticles", "Stored articles, newest first", schemas.ArticlesQuerySchema,
                              _json("Articles", example.entries()), problems(*_LIST)),
            "post": {**article, **_named("storeArticle", "Store an article under an id of the service's")},
        },
        "/v1/articles/{article_id}": {
            "put": {**article, **_named("putArticle", "Store an article under your id; the same again changes nothing"),
                    "parameters": [_path("article_id", schemas.ARTICLE_ID_PATTERN), *article["parameters"]]},
            "get": _operation("getArticle", "A stored article with its quotes", schemas.ArticleQuerySchema, stored,
                              problems(*_LIST, "not-found"), _path("article_id")),
            "delete": {
                **_named("deleteArticle", "Delete an article with its quotes"),
                "parameters": [_path("article_id")],
                "responses": {"204": {"description": "It was there and is gone."}, **problems(*_COMMON, "not-found")},
            },
        },
        "/v1/quotes": {
            "get": _operation("searchQuotes", "The quotes of all stored articles, filtered, newest first",
                              schemas.SearchSchema, example.quotes(), problems(*_LIST)),
        },
        "/v1/quotes/{quote_id}/variants": {
            "get": _operation("listVariants", "The same statement in other stored articles", None,
                              _statements("Statement", example.statement(), [example.statement()]),
                              problems(*_LIST, "not-found"), _path("quote_id")),
        },
        "/v1/speakers": {
            "get": _operation("listSpeakers", "Who was quoted, across articles, most quoted first",
                              schemas.SpeakersQuerySchema,
                              _json("Speakers", {"speakers": [example.person()], "next": None}), problems(*_LIST)),
        },
        "/v1/speakers/{speaker_id}": {
            "get": _operation("getSpeaker", "One speaker: names, titles, timeline", schemas.TimelineQuerySchema,
                              _json("SpeakerDetail", example.detail()), problems(*_LIST, "not-found"),
                              _path("speaker_id")),
        },
        "/v1/compare": {
            "post": {
                **_named("compareArticles", "The statements that several articles print, without storing them"),
                "requestBody": {"required": True, "content": _json("Compare", example.compared())},
                "responses": {
                    "200": {
                        "description": "The statements, each by its earliest version.",
                        "content": _statements("Comparison", example.comparison(), example.comparison()["statements"]),
                    },
                    **problems(*(slug for slug in _LIST if slug not in ("no-archive", "archive-unavailable")), *_BODY),
                },
            },
        },
        "/v1/drift": {
            "get": _operation("listDrift", "The statements whose versions differ most", schemas.DriftQuerySchema,
                              _statements("Drift", {"statements": [example.statement()], "pending": 0, "next": None},
                                          [example.statement()]), problems(*_LIST)),
        },
    }  # fmt: skip


def _named(operation: str, summary: str) -> Packed:
    return {"operationId": operation, "summary": summary, "security": _SECURITY}


def _path(name: str, pattern: str | None = None) -> Packed:
    schema = {"type": "string", **({"pattern": pattern} if pattern else {"minLength": 1})}
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _operation(
    name: str, summary: str, query: type[Schema] | None, content: Packed, problems: Packed, *path: Packed
) -> Packed:
    parameters = [*path, *([{"in": "query", "schema": query}] if query else [])]
    return {
        **_named(name, summary),
        "parameters": parameters,
        "responses": {"200": {"description": summary, "content": content}, **problems},
    }


def _json(schema: str, example: Packed) -> Packed:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}}


def _statements(schema: str, example: Packed, statements: list[Packed]) -> Packed:
    text = {"schema": {"type": "string"}, "example": render_statements(statements).decode()}
    return {**_json(schema, example), STATEMENT_TYPES[1]: text}


class _Example:
    """The contract's example article, stored and compared."""

    def __init__(self, extraction: Extraction) -> None:
        self._article = Article(extraction.text, _ARTICLE.publisher, _ARTICLE.url, _ARTICLE.published)
        self._intake = Intake(self._article, extracted=False)
        self._extraction = extraction
        shown = {"offset_unit": "codepoint", "explain": False, "min_confidence": 0.0}
        self._answer = build_answer(extraction, self._intake, shown, _PACKAGE)
        record = self._answer["quotes"][0]
        self._quote = StoredQuote(1, record["id"], _ARTICLE, 17, "Ana Ruiz", True, record)

    def entries(self) -> Packed:
        about = {name: getattr(_ARTICLE, name) for name in ("id", "publisher", "url", "published", "stored", "read")}
        entry = {**about, "text_sha256": self._answer["text_sha256"], "quotes": 1, "models": _PACKAGE}
        return {"articles": [entry], "next": None}

    def articles(self) -> Packed:
        about = {name: getattr(_ARTICLE, name) for name in ("id", "url", "published", "stored", "read")}
        whole = schemas.ArchivedArticleSchema().dump({**about, **self._answer})
        return _contents("ArchivedArticle", {name: render(whole, self._article) for name, render in RENDERERS.items()})

    def quotes(self) -> Packed:
        page = {"offset_unit": "codepoint", "quotes": [pack_quote(self._quote)], "next": None}
        rendered = {name: render_quotes(name, page, [self._quote]) for name in RENDERERS}
        return _contents("ArchivedQuotes", rendered)

    def person(self) -> Packed:
        return {"id": "p17", "name": "Ana Ruiz", "kind": "person", "title": "Mayor", "quotes": 1}

    def detail(self) -> Packed:
        period = {"period": "2024-05-06", "quotes": 1, "articles": 1, "publishers": ["The Harbour Post"]}
        names = {"names": [{"name": "Ana Ruiz", "articles": 1}], "titles": [{"name": "Mayor", "articles": 1}]}
        return {**self.person(), **names, "timeline": [period]}

    def compared(self) -> Packed:
        text = self._extraction.text
        return {"articles": [{"text": text, "publisher": "The Harbour Post"}, {"text": text, "id": "b"}]}

    def comparison(self) -> Packed:
        moment = datetime(2024, 5, 6, tzinfo=UTC)
        other = Intake(Article(self._extraction.text), extracted=False)
        articles = [
            Compared("a1", moment, self._intake, self._extraction),
            Compared("b", moment, other, self._extraction),
        ]
        return build_comparison(articles, _PACKAGE)

    def statement(self) -> Packed:
        statement: Packed = self.comparison()["statements"][0]
        return statement


def _contents(schema: str, rendered: Mapping[str, bytes]) -> Packed:
    """Return the bodies of an answer in every media type; those of JSON as values."""
    linked_data = {"type": "object", "required": ["@context", "@graph"]}
    kinds: Packed = {
        "application/json": {"$ref": f"#/components/schemas/{schema}"},
        "application/ld+json": linked_data,
    }
    return {
        name: {
            "schema": kinds.get(name, {"type": "string"}),
            "example": orjson.loads(body) if name in kinds else body.decode(),
        }
        for name, body in rendered.items()
    }
