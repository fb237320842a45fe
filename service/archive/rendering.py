"""The archive's answers in each media type: quotes of many articles through the main call's renderers, statements as
text for a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import fill
from typing import Any

import orjson

from service.answers import offsets_in
from service.archive.search import StoredArticle, StoredQuote
from service.archive.statements import Statement
from service.quotes.types import Article
from service.rendering import CONTENT_TYPES, GAP, RENDERERS, printable

Packed = dict[str, Any]
STATEMENT_TYPES = ("application/json", "text/plain")
# A terminal is taken to be so wide.
_COLUMNS = 120
_INDENT = "    "


def pack_quote(
    quote: StoredQuote, *, text: str | None = None, unit: str = "codepoint", explain: bool = False
) -> Packed:
    """Return a stored quote as the archive answers it; ``text`` is needed only for offsets in UTF-16 units."""
    record: Packed = dict(quote.record)
    if not explain:
        record.pop("explanation", None)
    if unit != "codepoint":
        record = move_offsets(record, text or "", unit)
    if record["speaker"] and quote.person_key is not None:
        record["speaker"] = {**record["speaker"], "id": f"p{quote.person_key}"}
    return {**record, "id": quote.id, "article": refer(quote.article)}


def refer(article: StoredArticle) -> Packed:
    """Return what an answer says of a quote's article."""
    return {
        "id": article.id,
        "publisher": article.publisher,
        "url": article.url,
        "published": article.published,
        "stored": article.stored or None,
    }


def move_offsets(value: Any, text: str, unit: str) -> Any:
    """Return ``value``, packed with offsets in code points of ``text``, with all of them in ``unit``."""
    locate = offsets_in(text, unit)

    def move(inner: Any) -> Any:
        if isinstance(inner, Mapping):
            moved = {name: move(member) for name, member in inner.items()}
            if "start" in moved and "end" in moved:
                moved["start"], moved["end"] = locate(moved["start"]), locate(moved["end"])
            return moved
        return [move(member) for member in inner] if isinstance(inner, list) else inner

    return move(value)


def render_quotes(media_type: str, answer: Packed, quotes: Sequence[StoredQuote]) -> bytes:
    """Return the page ``answer`` of ``quotes`` in ``media_type``: what the main call gives, for several articles."""
    if media_type == "application/json":
        return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)
    if media_type == "text/plain":
        return "\n".join(map(_describe_quote, answer["quotes"])).encode() or b"No quotes.\n"
    pairs = list(zip(quotes, answer["quotes"], strict=True))
    parts = [
        _render_article(media_type, answer["offset_unit"], list(group))
        for _, group in groupby(pairs, key=lambda pair: pair[0].article.key)
    ]
    if media_type == "application/ld+json":
        return _join_graphs(parts)
    return _join_tables(parts) if media_type == "text/csv" else b"".join(parts)


def _describe_quote(quote: Packed) -> str:
    """Return a quote for a terminal: its id, whole so that it can be copied, its article and speaker, and the words."""
    speaker, outlet, article = quote["speaker"] or {}, quote["outlet"] or {}, quote["article"]
    known = (
        *(quote["id"], article["publisher"], (article["published"] or "")[:10], quote["type"]),
        *(speaker.get("name"), speaker.get("title")),
    )
    given = [name for name in (outlet.get("name"), outlet.get("programme"), quote["platform"]) if name]
    head = ", ".join(part for part in known if part) + (f" ({', '.join(given)})" if given else "")
    words = GAP.join(span["text"] for span in quote["spans"])
    return (
        f"{printable(head)}:\n{fill(printable(words), _COLUMNS, initial_indent=_INDENT, subsequent_indent=_INDENT)}\n"
    )


def _render_article(media_type: str, unit: str, pairs: Sequence[tuple[StoredQuote, Packed]]) -> bytes:
    article = pairs[0][0].article
    linked = media_type == "application/ld+json"
    answer = {
        "publisher": {"name": article.publisher} if article.publisher else None,
        "text_sha256": article.text_sha256,
        "offset_unit": unit,
        # Linked data names a quote by its article's text and its number there.
        "quotes": [{**packed, "id": quote.number} if linked else packed for quote, packed in pairs],
    }
    return RENDERERS[media_type](answer, Article("", article.publisher, article.url, article.published))


def _join_graphs(parts: Sequence[bytes]) -> bytes:
    documents = [orjson.loads(part) for part in parts] or [
        orjson.loads(RENDERERS["application/ld+json"](_EMPTY, _NONE))
    ]
    graph = [node for document in documents for node in document["@graph"]]
    return orjson.dumps({**documents[0], "@graph": graph}, option=orjson.OPT_APPEND_NEWLINE)


_EMPTY: Packed = {"publisher": None, "text_sha256": "", "offset_unit": "codepoint", "quotes": []}
_NONE = Article("")


def _join_tables(parts: Sequence[bytes]) -> bytes:
    """Put tables together under one header: that of a table of no article."""
    header = RENDERERS["text/csv"](_EMPTY, _NONE)
    return header + b"".join(part.removeprefix(header) for part in parts)


def content_type(media_type: str) -> str:
    """Return the Content-Type of ``media_type``."""
    return CONTENT_TYPES.get(media_type, media_type)


# --- Statements -------------------------------------------------------------------------------------------------------


def pack_statement(statement: Statement, quotes: Mapping[int, Packed]) -> Packed:
    """Return ``statement`` as the archive answers it; ``quotes`` are the packed quotes by key."""
    return {
        "earliest": quotes[statement.versions[0].utterance.key]["id"],
        "changed": round(statement.changed, 4),
        "versions": [
            {
                "quote": quotes[version.utterance.key],
                "label": version.label,
                "wording": version.difference.wording,
                "changed": round(version.difference.changed, 4),
                "changes": [
                    {"operation": change.operation, "earlier": change.earlier, "later": change.later}
                    for change in version.difference.changes
                ],
            }
            for version in statement.versions
        ],
    }


def render_statements(statements: Sequence[Packed]) -> bytes:
    """Return packed statements as text: each version with what it leaves out in [-…-] and what it adds in {+…+}."""
    if not statements:
        return b"No statement is printed by more than one article.\n"
    return "\n".join(_describe_statement(statement) for statement in statements).encode()


def _describe_statement(statement: Packed) -> str:
    lines = []
    for version in statement["versions"]:
        quote = version["quote"]
        speaker = quote["speaker"] or {}
        article = quote["article"]
        head = (quote["id"], article["publisher"], (article["published"] or "")[:10], speaker.get("name"))
        is_first = quote["id"] == statement["earliest"]
        label = "earliest" if is_first else f"{version['label']}, {version['changed']:.0%} of words changed"
        lines.append(printable(", ".join(part for part in head if part) + f": {label}"))
        words = printable(" ".join(map(_describe_change, version["changes"])))
        lines.append(fill(words, _COLUMNS, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False))
    return "\n".join(lines) + "\n"


def _describe_change(change: Packed) -> str:
    if change["operation"] == "equal":
        return str(change["later"])
    gone = f"[-{change['earlier']}-]" if change["earlier"] else ""
    new = f"{{+{change['later']}+}}" if change["later"] else ""
    return " ".join(part for part in (gone, new) if part)
