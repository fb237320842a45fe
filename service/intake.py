"""What a client sent, made the article to read. Offsets refer to ``Article.text``: the body exactly as decoded, or the
text taken from HTML or ninjs, which the answer then gives back.
"""

from __future__ import annotations

import codecs
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import trafilatura
from flask import Request
from gunicorn.http.errors import ParseException
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.errors import Fault, Problem
from service.quotes.types import Article
from service.schemas import ArticleSchema, QuerySchema
from service.settings import Settings

TEXT_TYPES = ("text/plain", "text/html", "application/json")
# Encodings a text/plain body may claim; each decodes to code points in one way only.
CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")
# Those a page may claim in its Content-Type, as in its own head: the text is taken out of it anyway.
PAGE_CHARSETS = (
    *CHARSETS,
    *("utf-16", "utf-16le", "utf-16be", "koi8-r", "koi8-u", "big5", "gb18030", "gbk", "euc-jp", "shift_jis"),
    *("iso-2022-jp", "euc-kr"),
    *(f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
    *(f"windows-{page}" for page in (874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)),
)
_PYTHON_NAMES = {"windows-874": "cp874"}
# A body too large is still taken in, up to this many times the limit, before it is refused.
_DRAINED_BODIES = 4
# Faults named in one answer: who sends thousands has sent something else than an article.
_MAX_FAULTS = 50
_WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
# Taking an article out of a page takes time that grows with the square of the elements beside one another and of the
# attributes of one. Pages of newspapers have a few thousand elements; these take seconds.
MAX_PAGE_ELEMENTS = 30_000
MAX_ATTRIBUTES = 500
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_NOTHING = "Send an article's words; this is white space or nothing."
_NOTHING_IN_PAGE = "No article was found in this HTML; send the part of it that holds the article, or its text."
_NOTHING_IN_NINJS = (
    "This service reads body_text, body_html, body_xhtml, and bodies of plain text or HTML; none has text."
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A page has these; what has none of them is a fragment, and of that nothing can be boilerplate.
_WHOLE_PAGE = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)
_ARTICLE = ArticleSchema()
_QUERY = QuerySchema()


@dataclass(frozen=True, slots=True)
class Intake:
    """An article to read. ``extracted``: its text came out of HTML or ninjs. ``publisher_basis``: who named that."""

    article: Article
    extracted: bool
    publisher_basis: str = "request"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of HTML holds: its article's text and what it says of itself."""

    text: str
    publisher: str | None
    url: str | None
    published: str | None


def read_query(request: Request, schema: Schema = _QUERY) -> dict[str, Any]:
    """Return the query's filters and options, defaults filled in; raise ``Problem`` invalid-request.

    A parameter that ``schema`` has as a list may be repeated, any other not.
    """
    repeatable = {name for name, field in schema.fields.items() if isinstance(field, fields.List)}
    sent = request.args.to_dict(flat=False)
    repeated = [
        Fault("Given more than once.", parameter=name)
        for name, values in sent.items()
        if len(values) > 1 and name not in repeatable
    ]
    if repeated:
        raise Problem("invalid-request", "A parameter that takes one value has several.", faults=repeated)
    flat = {name: values if name in repeatable else values[0] for name, values in sent.items()}
    try:
        query: dict[str, Any] = schema.load(flat)
    except ValidationError as error:
        # marshmallow files what is wrong with the whole under _schema, and so a parameter of that name.
        faults = [Fault(detail, parameter=path[0] if path else "_schema") for path, detail in _list_faults(error)]
        raise Problem("invalid-request", "Some query parameters are not as they must be.", faults=faults) from None
    return query


def read_article(request: Request, settings: Settings, *, on_arrival: Callable[[], None] = lambda: None) -> Intake:
    """Return the article of a single call; raise ``Problem`` with what is wrong with it.

    ``on_arrival`` is called when the body is there and nothing has been made of it yet.
    """
    media_type = check_media_type(request, TEXT_TYPES)
    body = receive_body(request, settings)
    on_arrival()
    if media_type == "application/json":
        return intake_fields(load_fields(parse_json(body), _ARTICLE), settings)
    charset = request.mimetype_params.get("charset", "")
    if media_type == "text/html":
        page = read_page(decode(body, charset, PAGE_CHARSETS) if charset else body)
        return _intake_page(page, {}, settings)
    return Intake(Article(check_text(decode(body, charset or "utf-8"), settings)), extracted=False)


def check_media_type(request: Request, accepted: Sequence[str]) -> str:
    """Return the body's media type, lower case, or raise ``Problem`` unsupported-media-type naming those accepted."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        headers = {"Accept-Encoding": "identity"}
        raise Problem("unsupported-media-type", "Send the body without Content-Encoding.", headers=headers)
    if request.mimetype not in accepted:
        detail = (
            f"Send Content-Type {', '.join(accepted[:-1])} or {accepted[-1]}."
            if accepted[1:]
            else f"Send Content-Type {accepted[0]}."
        )
        raise Problem("unsupported-media-type", detail, headers={"Accept-Post": ", ".join(accepted)})
    return request.mimetype


def stop_reading(environ: Mapping[str, Any]) -> None:
    """End the reading half of the request's connection: a read that waits for more returns, and answers still go out.

    gunicorn's threads read from a blocking socket without a limit. A server that gives no socket has nothing to stop.
    """
    connection = environ.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):  # The client is gone already.
            connection.shutdown(socket.SHUT_RD)


@contextmanager
def reading_deadline(environ: Mapping[str, Any], seconds: float) -> Iterator[threading.Event]:
    """Within, reading the body ends after ``seconds`` however slowly it trickles in; the event tells that it did."""
    passed = threading.Event()

    def stop() -> None:
        passed.set()
        stop_reading(environ)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()


def receive_body(request: Request, settings: Settings) -> bytes:
    """Return the whole body; raise ``Problem`` slow-body, incomplete-body or body-too-large."""
    limit = settings.max_body_bytes
    # Werkzeug stops a chunked body at its limit without a word, so one byte more is asked for, which tells.
    request.max_content_length = limit + 1
    body = None
    with reading_deadline(request.environ, settings.body_seconds) as passed:
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            body = b" " * (limit + 1)
        except (OSError, ParseException, ClientDisconnected):
            pass  # The length tells below.
        if body is not None and len(body) > limit:
            _drain(request, _DRAINED_BODIES * limit)
            raise Problem("body-too-large", f"This service takes {limit} bytes.")
    if passed.is_set():
        raise Problem("slow-body", f"The body must arrive within {settings.body_seconds} seconds.")
    if body is None or len(body) < (request.content_length or 0):
        raise Problem("incomplete-body", "Fewer bytes arrived than the request announced.")
    return body


def _drain(request: Request, size: int) -> None:
    """Read and forget ``size`` bytes of a body that is too large: most clients look for an answer after sending."""
    stream = request.environ["wsgi.input"]
    with suppress(OSError, ParseException):
        while size > 0 and (data := stream.read(min(size, 1 << 16))):
            size -= len(data)


@cache
def _codecs_of(charsets: tuple[str, ...]) -> frozenset[str]:
    return frozenset(codecs.lookup(_PYTHON_NAMES.get(charset, charset)).name for charset in charsets)


def decode(body: bytes, charset: str, charsets: tuple[str, ...] = CHARSETS) -> str:
    """Return ``body`` as text, every code point of it kept (a byte order mark, CR LF, NUL); raise ``Problem``."""
    charset = _PYTHON_NAMES.get(charset.lower(), charset)
    try:
        known = codecs.lookup(charset).name in _codecs_of(charsets)
    except (LookupError, ValueError):
        known = False
    if not known:
        raise Problem("unsupported-media-type", f"Of encodings this service reads {', '.join(charsets)}.")
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        raise Problem("bad-encoding", f"Byte {error.start} is not {charset.lower()}.") from None


def parse_json(body: bytes) -> Any:
    """Return the JSON value of ``body``; a leading byte order mark is left out (RFC 8259, section 8.1).

    Raises ``Problem`` bad-json, also for lone surrogates, NaN, invalid UTF-8 and nesting too deep to read.
    """
    try:
        return orjson.loads(body.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise Problem("bad-json", f"{error.msg}, line {error.lineno}, column {error.colno}.") from None


def intake_fields(fields: Mapping[str, Any], settings: Settings) -> Intake:
    """Return the article that the loaded fields of a JSON body or of a line of a batch give."""
    said = {name: fields.get(name) for name in ("publisher", "url", "published")}
    if "html" in fields:
        return _intake_page(read_page(fields["html"]), said, settings)
    if "ninjs" in fields:
        text = check_text(read_ninjs(fields["ninjs"]), settings, nothing=_NOTHING_IN_NINJS)
        return Intake(Article(text, **said), extracted=True)
    return Intake(Article(check_text(fields["text"], settings), **said), extracted=False)


def load_fields(value: Any, schema: Schema) -> dict[str, Any]:
    """Return ``value`` loaded by ``schema``; raise ``Problem`` invalid-request with a JSON pointer a fault."""
    try:
        loaded: dict[str, Any] = schema.load(value)
    except ValidationError as error:
        faults = [Fault(detail, pointer="/".join(["#", *map(_escape, path)])) for path, detail in _list_faults(error)]
        raise Problem("invalid-request", "Some fields of the body are not as they must be.", faults=faults) from None
    return loaded


def check_text(text: str, settings: Settings, *, nothing: str = _NOTHING) -> str:
    """Return ``text`` unchanged; raise ``Problem`` text-too-long, empty-text or, for a lone surrogate, bad-encoding.

    ``nothing`` is what to say of an empty text.
    """
    if len(text) > settings.max_text_characters:
        raise Problem(
            "text-too-long", f"It has {len(text)} characters; this service takes {settings.max_text_characters}."
        )
    words = sum(1 for _ in _WORD_OR_MARK.finditer(text))
    if words > settings.max_text_words:
        detail = f"It has {words} words and marks; this service takes {settings.max_text_words}."
        raise Problem("text-too-long", detail)
    if not text.strip():
        raise Problem("empty-text", nothing)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Problem("bad-encoding", f"Character {error.start} is half of a surrogate pair.") from None
    return text


def read_page(html: str | bytes) -> Page:
    """Return the article of a page, or all the text of a fragment; no text when there is none."""
    markup = html if isinstance(html, str) else trafilatura.utils.decode_file(html)
    check_markup(markup)
    found = trafilatura.bare_extraction(markup, include_comments=False, with_metadata=True)
    text = getattr(found, "text", None) or ("" if _WHOLE_PAGE.search(markup) else read_fragment(markup))
    return Page(text, *(getattr(found, name, None) or None for name in ("sitename", "url", "date")))


def check_markup(html: str) -> None:
    """Raise ``Problem`` text-too-long for HTML of more than ``MAX_PAGE_ELEMENTS``, or ``MAX_ATTRIBUTES`` of one."""
    tags = [piece for piece in html.split("<") if piece[:1].isalpha()]
    if len(tags) > MAX_PAGE_ELEMENTS:
        detail = f"The page has {len(tags)} elements; this service takes {MAX_PAGE_ELEMENTS}."
        raise Problem("text-too-long", detail)
    for tag in tags:
        # An attribute takes two characters at the least; what stands in its marks is none.
        if len(tag) > 2 * MAX_ATTRIBUTES:
            inside = _QUOTED.sub("", tag).partition(">")[0]
            if max(len(inside.split()), inside.count("=")) > MAX_ATTRIBUTES:
                detail = f"An element of the page has more than {MAX_ATTRIBUTES} attributes."
                raise Problem("text-too-long", detail)


def read_fragment(html: str) -> str:
    """Return the text of HTML that is all article, a paragraph a line; nothing when there is none."""
    check_markup(html)
    page = f"<html><body><article>{html}</article></body></html>"
    found = trafilatura.bare_extraction(page, include_comments=False, favor_recall=True)
    return str(getattr(found, "text", None) or "")


def read_ninjs(item: Mapping[str, Any]) -> str:
    """Return the text of a ninjs item's body: plain text when it has some, else the text of its HTML.

    1.x has ``body_text`` and ``body_html`` (some write ``body_xhtml``); 2.x and 3.x have ``bodies``, where the main
    role goes first. What is null is not there.
    """
    bodies = sorted(item.get("bodies") or (), key=lambda body: body.get("role") != "main")
    typed = [
        ((body.get("contentType") or body.get("contenttype") or "text/plain").lower(), body["value"]) for body in bodies
    ]
    plain = [value for kind, value in typed if kind.startswith("text/plain")]
    marked_up = [value for kind, value in typed if "html" in kind]
    for text in (item.get("body_text"), *plain):
        if text and text.strip():
            return str(text)
    for html in (item.get("body_html"), item.get("body_xhtml"), *marked_up):
        if html and html.strip():
            return read_fragment(html)
    return ""


def _intake_page(page: Page, said: Mapping[str, str | None], settings: Settings) -> Intake:
    article = Article(
        check_text(page.text, settings, nothing=_NOTHING_IN_PAGE),
        publisher=said.get("publisher") or page.publisher,
        url=said.get("url") or page.url,
        published=said.get("published") or page.published,
    )
    return Intake(article, extracted=True, publisher_basis="request" if said.get("publisher") else "page")


def _escape(part: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


def _list_faults(error: ValidationError) -> list[tuple[tuple[str, ...], str]]:
    """Return path and message of the faults in order of their paths, no more than ``_MAX_FAULTS``."""
    return sorted(_messages(error.messages))[:_MAX_FAULTS]


def _messages(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield path and message of each fault marshmallow found; what it says of a whole body stands at the root."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _messages(inner, path if name == "_schema" else (*path, str(name)))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _messages(inner, path)
    else:
        yield path, str(messages)
