"""The archive's routes: articles stored and given back, quotes searched, people, versions of a statement."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

import orjson
import structlog
from flask import Blueprint, Flask, Response, current_app, request, url_for
from marshmallow import Schema

from service.api import Service, choose_media_type
from service.archive import schemas, search
from service.archive.comparison import Compared, build_comparison
from service.archive.connection import Archive, ArchiveUnavailableError, open_archive, prepare
from service.archive.keys import first_key, read_cursor, read_end, read_moment, write_cursor
from service.archive.rendering import (
    STATEMENT_TYPES,
    content_type,
    move_offsets,
    pack_quote,
    pack_statement,
    render_quotes,
    render_statements,
)
from service.archive.search import Filters, StoredArticle, StoredQuote
from service.archive.statements import Statement
from service.archive.store import Entry, delete_article, is_same, now, store_article
from service.archive.upkeep import LINK_TOGETHER
from service.archive.variants import find_drift, find_variants, link_quotes
from service.errors import Fault, Problem, answer_problem
from service.intake import (
    Intake,
    check_media_type,
    intake_fields,
    load_fields,
    parse_json,
    read_article,
    read_query,
    receive_body,
)
from service.quotes.types import Article, Extraction
from service.reading import Reader
from service.rendering import RENDERERS
from service.schemas import Strict
from service.settings import Settings

RETRY_SECONDS = 5
_ARTICLE_ID = re.compile(schemas.ARTICLE_ID_PATTERN)
_KEPT = {"offset_unit": "codepoint", "explain": True, "min_confidence": 0.0}

Packed = dict[str, Any]
View = Callable[..., Response]


def register_archive(app: Flask, settings: Settings) -> None:
    """Add the archive's routes to ``app`` and open what ``settings`` name, creating it when it is new.

    Raises ``ArchiveMismatchError`` for tables of another version, ``ArchiveUnavailableError`` when it cannot be opened.
    """
    archive = open_archive(settings.archive) if settings.archive else None
    if archive is not None:
        prepare(archive)
    app.extensions["onrecord.archive"] = archive
    blueprint = Blueprint("archive", __name__, url_prefix="/v1")
    blueprint.before_request(app.extensions["onrecord.gate"])
    for rule, method, view in (
        ("/articles", "GET", get_articles),
        ("/articles", "POST", post_article),
        ("/articles/<article_id>", "PUT", put_article),
        ("/articles/<article_id>", "GET", get_article),
        ("/articles/<article_id>", "DELETE", remove_article),
        ("/quotes", "GET", get_quotes),
        ("/quotes/<quote_id>/variants", "GET", get_variants),
        ("/speakers", "GET", get_speakers),
        ("/speakers/<speaker_id>", "GET", get_speaker),
        ("/compare", "POST", post_compare),
        ("/drift", "GET", get_drift),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])
    app.register_blueprint(blueprint)
    app.register_error_handler(ArchiveUnavailableError, _answer_unavailable)


def _answer_unavailable(error: ArchiveUnavailableError) -> Response:
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return answer_problem(Problem("archive-unavailable", str(error), headers=headers))


def _archive() -> Archive:
    archive: Archive | None = current_app.extensions["onrecord.archive"]
    if archive is None:
        detail = "Its operator can set ONRECORD_ARCHIVE to the path of a file or a PostgreSQL URL and start it again."
        raise Problem("no-archive", detail)
    return archive


def _service() -> Service:
    return cast(Service, current_app.extensions["onrecord"])


def _needs_archive(view: View) -> View:
    """Make ``view`` answer before anything else that there is no archive."""

    @wraps(view)
    def guarded(**arguments: str) -> Response:
        _archive()
        return view(**arguments)

    return guarded


# --- Articles ---------------------------------------------------------------------------------------------------------


@_needs_archive
def put_article(article_id: str) -> Response:
    """Store an article under the client's id; the same one again changes nothing."""
    if not _ARTICLE_ID.fullmatch(article_id):
        fault = Fault("1 to 200 letters, digits and . _ ~ : @ -, a letter or digit first.", parameter="article_id")
        raise Problem("invalid-request", "The article's id is not as it must be.", faults=[fault])
    return _store(article_id)


@_needs_archive
def post_article() -> Response:
    """Store an article under an id of ours."""
    return _store(uuid.uuid4().hex)


def _store(article_id: str) -> Response:
    service = _service()
    deadline = time.monotonic() + service.settings.request_seconds
    media_type = choose_media_type(RENDERERS)
    query = read_query(request, schemas.StoreQuerySchema())
    intake = _note(read_article(request, service.settings, on_arrival=service.reader.check_room), query)
    known = search.find_article(_archive(), article_id)
    if known and is_same(known[0], intake, service.package):
        return _answer_article(known[0], known[1], query, media_type, status=200)
    extraction = service.reader.read(intake.article, deadline=deadline)
    for quote in extraction.quotes:
        service.metrics.quotes.labels(quote.type).inc()
    outcome = store_article(_archive(), Entry(article_id, intake, extraction, service.package))
    _link(outcome.keys, deadline=deadline)
    stored = search.find_article(_archive(), article_id)
    if stored is None:
        raise Problem("not-found", "The article was stored and deleted by another call at once.")
    return _answer_article(stored[0], stored[1], query, media_type, status=201 if outcome.created else 200)


def _note(intake: Intake, query: Mapping[str, Any]) -> Intake:
    """Return ``intake`` with what the query says of the article over what the body says; check the date."""
    said = {name: query[name] for name in ("publisher", "url", "published") if name in query}
    article = replace(intake.article, **said)
    if article.published:
        place = {"parameter": "published"} if "published" in said else {"pointer": "#/published"}
        fault = Fault("There is no such date.", **place)
        _moment(article.published, read_moment, fault)
    return replace(
        intake, article=article, publisher_basis="request" if "publisher" in said else intake.publisher_basis
    )


def _link(keys: Sequence[int], *, deadline: float) -> None:
    """Compare what was just stored with the rest, some quotes at a time until ``deadline`` on the monotonic clock.

    What cannot be compared now, or not in time, is left to `python -m service.archive link`.
    """
    left = len(keys)
    try:
        for start in range(0, len(keys), LINK_TOGETHER):
            if time.monotonic() > deadline:
                break
            link_quotes(_archive(), keys[start : start + LINK_TOGETHER])
            left = max(0, len(keys) - start - LINK_TOGETHER)
    except ArchiveUnavailableError:
        pass
    if left:
        structlog.get_logger().warning("not_linked", quotes=left)


@_needs_archive
def get_article(article_id: str) -> Response:
    """Give a stored article with its quotes."""
    media_type = choose_media_type(RENDERERS)
    query = read_query(request, schemas.ArticleQuerySchema())
    found = search.find_article(_archive(), article_id) if _ARTICLE_ID.fullmatch(article_id) else None
    if found is None:
        raise Problem("not-found", "No article of this id is stored.")
    return _answer_article(*found, query, media_type, status=200)


def _answer_article(
    article: StoredArticle,
    quotes: Sequence[StoredQuote],
    query: Mapping[str, Any],
    media_type: str,
    *,
    status: int,
) -> Response:
    unit = query["offset_unit"]
    answer = {
        "id": article.id,
        "url": article.url,
        "published": article.published,
        "stored": article.stored,
        "read": article.read,
        **({"text": article.text} if article.extracted or query["text"] else {}),
        "text_sha256": article.text_sha256,
        "offset_unit": unit,
        "publisher": {"name": article.publisher, "basis": article.publisher_basis} if article.publisher else None,
        "quotes": [_pack_record(quote.record, article.text, query) for quote in quotes],
        "speakers": move_offsets(search.find_cast(_archive(), article.key), article.text, unit),
        "models": {"package": article.package, "version": article.version},
    }
    dumped = schemas.ArchivedArticleSchema().dump(answer)
    body = RENDERERS[media_type](dumped, Article("", article.publisher, article.url, article.published))
    headers = {"Vary": "Accept"}
    if status == 201:
        headers["Location"] = url_for("archive.get_article", article_id=article.id)
    return Response(body, status=status, content_type=content_type(media_type), headers=headers)


def _pack_record(record: Packed, text: str, query: Mapping[str, Any]) -> Packed:
    shown = record if query["explain"] else {name: value for name, value in record.items() if name != "explanation"}
    return shown if query["offset_unit"] == "codepoint" else dict(move_offsets(shown, text, query["offset_unit"]))


@_needs_archive
def remove_article(article_id: str) -> Response:
    """Delete an article with its quotes."""
    if not _ARTICLE_ID.fullmatch(article_id) or not delete_article(_archive(), article_id):
        raise Problem("not-found", "No article of this id is stored.")
    return Response(status=204)


@_needs_archive
def get_articles() -> Response:
    """List stored articles, newest first."""
    choose_media_type(["application/json"])
    query = read_query(request, schemas.ArticlesQuerySchema())
    page = search.list_articles(
        _archive(),
        publishers=query.get("publisher", ()),
        start=_bound(query, "from", read_moment),
        end=_bound(query, "to", read_end),
        before=_cursor(query, 1)[0] if "cursor" in query else None,
        limit=query["limit"],
    )
    entries = [
        {
            "id": article.id,
            "publisher": article.publisher,
            "url": article.url,
            "published": article.published,
            "stored": article.stored,
            "read": article.read,
            "text_sha256": article.text_sha256,
            "quotes": article.quotes,
            "models": {"package": article.package, "version": article.version},
        }
        for article in page.items
    ]
    return _give(schemas.ArticlesSchema(), {"articles": entries}, () if page.end is None else (page.end,))


# --- Quotes and speakers ----------------------------------------------------------------------------------------------


@_needs_archive
def get_quotes() -> Response:
    """Search the quotes."""
    media_type = choose_media_type(RENDERERS)
    query = read_query(request, schemas.SearchSchema())
    before = _cursor(query, 1)[0] if "cursor" in query else None
    page = search.search_quotes(_archive(), _filters(query), before=before, limit=query["limit"])
    unit = query["offset_unit"]
    texts = search.load_texts(_archive(), (quote.article.key for quote in page.items)) if unit == "utf16" else {}
    following = None if page.end is None else write_cursor(page.end)
    answer = {
        "offset_unit": unit,
        "quotes": [
            pack_quote(quote, text=texts.get(quote.article.key), unit=unit, explain=query["explain"])
            for quote in page.items
        ],
        "next": following,
    }
    body = render_quotes(media_type, schemas.ArchivedQuotesSchema().dump(answer), page.items)
    headers = {"Vary": "Accept", **_link_header(following)}
    return Response(body, content_type=content_type(media_type), headers=headers)


def _filters(query: Mapping[str, Any]) -> Filters:
    terms: tuple[search.Term, ...] = ()
    if "q" in query:
        try:
            terms = search.read_terms(query["q"])
        except ValueError as error:
            fault = Fault(str(error), parameter="q")
            raise Problem("invalid-request", "The search holds no word.", faults=[fault]) from None
    return Filters(
        speakers=tuple(query.get("speaker", ())),
        outlets=tuple(query.get("outlet", ())),
        publishers=tuple(query.get("publisher", ())),
        platforms=tuple(query.get("platform", ())),
        types=tuple(query.get("type", ())),
        terms=terms,
        start=_bound(query, "from", read_moment),
        end=_bound(query, "to", read_end),
        min_confidence=query["min_confidence"],
    )


def _bound(query: Mapping[str, Any], name: str, read: Callable[[str], datetime]) -> datetime | None:
    return _moment(query[name], read, Fault("There is no such date.", parameter=name)) if name in query else None


def _moment(written: str, read: Callable[[str], datetime], fault: Fault) -> datetime:
    try:
        moment = read(written)
        first_key(moment)
    except (ValueError, OverflowError):
        raise Problem("invalid-request", f"{written} is no date.", faults=[fault]) from None
    return moment


def _cursor(query: Mapping[str, Any], count: int) -> tuple[int, ...]:
    try:
        return read_cursor(query["cursor"], count=count)
    except ValueError as error:
        fault = Fault(str(error), parameter="cursor")
        raise Problem("invalid-request", "The cursor is not one of this service.", faults=[fault]) from None


def _link_header(following: str | None) -> dict[str, str]:
    """Return the header that leads to the next page, for the formats that have no place for its cursor."""
    if following is None:
        return {}
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*arguments, ("cursor", following)])}>; rel="next"'}


def _give(schema: Schema, answer: Packed, end: Sequence[int], *, text: bytes | None = None) -> Response:
    """Return ``answer`` dumped by ``schema`` with the cursor of the next page, or ``text`` in place of it."""
    following = write_cursor(*end) if end else None
    headers = {"Vary": "Accept", **_link_header(following)}
    if text is not None:
        return Response(text, content_type=content_type("text/plain"), headers=headers)
    paged = {**answer, "next": following} if "next" in schema.fields else answer
    body = orjson.dumps(schema.dump(paged), option=orjson.OPT_APPEND_NEWLINE)
    return Response(body, content_type="application/json", headers=headers)


@_needs_archive
def get_speakers() -> Response:
    """List who was quoted, most quoted first."""
    choose_media_type(["application/json"])
    query = read_query(request, schemas.SpeakersQuerySchema())
    before = _cursor(query, 2) if "cursor" in query else None
    people, end = search.list_people(
        _archive(),
        names=query.get("name", ()),
        kinds=query.get("kind", ()),
        before=cast("tuple[int, int] | None", before),
        limit=query["limit"],
    )
    return _give(schemas.SpeakersSchema(), {"speakers": [_pack_person(person) for person in people]}, end or ())


def _pack_person(person: search.StoredPerson) -> Packed:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind,
        "title": person.title,
        "quotes": person.quotes,
    }


@_needs_archive
def get_speaker(speaker_id: str) -> Response:
    """Give one speaker with names, titles and timeline."""
    choose_media_type(["application/json"])
    query = read_query(request, schemas.TimelineQuerySchema())
    person = search.find_person(_archive(), speaker_id)
    if person is None:
        raise Problem("not-found", "No speaker of this id is stored.")
    periods = search.find_timeline(_archive(), person.key, by=query["by"])
    answer = {
        **_pack_person(person),
        "names": [{"name": name, "articles": count} for name, count in person.names],
        "titles": [{"name": name, "articles": count} for name, count in person.titles],
        "timeline": [
            {
                "period": period.period,
                "quotes": period.quotes,
                "articles": period.articles,
                "publishers": period.publishers,
            }
            for period in periods
        ],
    }
    return _give(schemas.SpeakerDetailSchema(), answer, ())


# --- Versions of a statement ------------------------------------------------------------------------------------------


def _pack_stored(statement: Statement) -> Packed:
    archive = _archive()
    with archive.reading() as connection:
        quotes = search.load_quotes(connection, [version.utterance.key for version in statement.versions])
    return pack_statement(statement, {quote.key: pack_quote(quote) for quote in quotes})


@_needs_archive
def get_variants(quote_id: str) -> Response:
    """Give the versions of one stored quote's statement in other articles."""
    media_type = choose_media_type(STATEMENT_TYPES)
    read_query(request, Strict())
    article_id = quote_id.rpartition(".")[0]
    quote = search.find_quote(_archive(), quote_id) if _ARTICLE_ID.fullmatch(article_id) else None
    if quote is None:
        raise Problem("not-found", "No quote of this id is stored.")
    packed = _pack_stored(find_variants(_archive(), quote))
    text = render_statements([packed]) if media_type == "text/plain" else None
    return _give(schemas.StatementSchema(), packed, (), text=text)


@_needs_archive
def get_drift() -> Response:
    """List the statements whose versions differ most."""
    media_type = choose_media_type(STATEMENT_TYPES)
    query = read_query(request, schemas.DriftQuerySchema())
    after = cast("tuple[int, int, int] | None", _cursor(query, 3) if "cursor" in query else None)
    drift = find_drift(_archive(), labels=query["label"], after=after, limit=query["limit"])
    packed = [_pack_stored(statement) for statement in drift.statements]
    text = render_statements(packed) if media_type == "text/plain" else None
    answer = {"statements": packed, "pending": drift.unlinked}
    return _give(schemas.DriftSchema(), answer, drift.end or (), text=text)


def post_compare() -> Response:
    """Compare the quotes of several articles without storing them."""
    service = _service()
    deadline = time.monotonic() + service.settings.request_seconds
    media_type = choose_media_type(STATEMENT_TYPES)
    read_query(request, Strict())
    check_media_type(request, ["application/json"])
    sent = load_fields(parse_json(receive_body(request, service.settings)), schemas.CompareSchema())["articles"]
    names = [entry.get("id") or f"a{number}" for number, entry in enumerate(sent, 1)]
    if len(set(names)) < len(names):
        fault = Fault("Two articles have one id.", pointer="#/articles")
        raise Problem("invalid-request", "Each article needs an id of its own.", faults=[fault])
    intakes = [intake_fields(entry, service.settings) for entry in sent]
    moments = [_compare_moment(intake.article, number) for number, intake in enumerate(intakes)]
    # As long as a batch call, so it takes the place of one: comparisons must not hold every thread.
    if not service.batches.acquire(blocking=False):
        raise service.reader.refusal("queue-full", f"{service.settings.batch_calls} long calls are served already.")
    try:
        extractions = _read_all(service.reader, [intake.article for intake in intakes], deadline=deadline)
        articles = [Compared(*parts) for parts in zip(names, moments, intakes, extractions, strict=True)]
        answer = build_comparison(articles, service.package)
    finally:
        service.batches.release()
    text = render_statements(answer["statements"]) if media_type == "text/plain" else None
    return _give(schemas.ComparisonSchema(), answer, (), text=text)


def _read_all(reader: Reader, articles: Sequence[Article], *, deadline: float) -> list[Extraction]:
    """Return what is read in each of ``articles``; when one cannot be, the others are not read either."""
    futures: list[Future[Extraction]] = []
    try:
        # One by one, so that those begun are known when the next finds no place in time.
        futures.extend(reader.submit_bulk(article, deadline=deadline) for article in articles)
        return [reader.result(future, deadline=deadline) for future in futures]
    finally:
        for future in futures:
            future.cancel()


def _compare_moment(article: Article, number: int) -> datetime:
    """Return when an article was published, or now: what has no date comes after what has one."""
    fault = Fault("There is no such date.", pointer=f"#/articles/{number}/published")
    return _moment(article.published, read_moment, fault) if article.published else now()
