"""Writing: an article with its quotes and people, in one transaction, stored, replaced or deleted whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select

from service.answers import build_answer
from service.archive import tables
from service.archive.connection import Archive
from service.archive.keys import TAIL_BITS, first_key, read_moment
from service.archive.placement import forget_article, forget_people, place_people
from service.archive.search import StoredArticle
from service.archive.words import PIECE_GAP, clean, fold_text, hash_terms, search_form
from service.intake import Intake
from service.quotes.types import Extraction

# Everything the main call can answer is kept; what a client asks for is chosen when it asks.
_KEPT = {"offset_unit": "codepoint", "explain": True, "min_confidence": 0.0}

Packed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """An article to store: the client's id for it, what it sent, what was read in it, and by which models."""

    id: str
    intake: Intake
    extraction: Extraction
    package: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What storing did; ``keys`` are those of the article's quotes now, in text order."""

    created: bool
    keys: tuple[int, ...]


def store_article(archive: Archive, entry: Entry) -> Outcome:
    """Store ``entry`` whole, in place of what had its id before.

    Raises ``ArchiveUnavailableError``, ``ValueError`` for a date that is none; either way nothing has changed.
    """
    with archive.writing() as connection:
        return write_entry(connection, entry)


def store_articles(archive: Archive, entries: Iterable[Entry]) -> tuple[Outcome, ...]:
    """Store ``entries`` in one transaction, all of them or none: one wait for the disk instead of one an article.

    Raises as ``store_article`` does.
    """
    with archive.writing() as connection:
        return tuple(write_entry(connection, entry) for entry in entries)


def is_same(known: StoredArticle, intake: Intake, package: Mapping[str, str]) -> bool:
    """True when storing ``intake`` would change nothing: same text, said the same of it, read by the same models."""
    article = intake.article
    return (
        known.text_sha256 == hashlib.sha256(article.text.encode()).hexdigest()
        and (known.publisher, known.url, known.published) == (article.publisher, article.url, article.published)
        and known.extracted == intake.extracted
        and (known.package, known.version) == (package["package"], package["version"])
    )


def delete_article(archive: Archive, article_id: str) -> bool:
    """Delete an article with its quotes; false when there is none of that id."""
    with archive.writing() as connection:
        known = connection.execute(_KNOWN, {"id": article_id}).one_or_none()
        if known is None:
            return False
        orphans = _remove(connection, known.key)
        forget_people(connection, orphans)
    return True


def now() -> datetime:
    """Return this moment, in UTC and whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


# Statements are built once: building one takes SQLAlchemy longer than SQLite takes to answer it.
_KNOWN = select(tables.articles.c.key, tables.articles.c.stored).where(tables.articles.c.id == bindparam("id"))


def _last_key(table: Table) -> Any:
    within = table.c.key.between(bindparam("first"), bindparam("last"))
    return select(func.max(table.c.key)).where(within).scalar_subquery()


_ADD_ARTICLE, _ADD_CAST = insert(tables.articles), insert(tables.casts)
_ADD_QUOTE, _ADD_RECORD = insert(tables.quotes), insert(tables.records)
_LAST_KEYS = select(_last_key(tables.articles).label("article"), _last_key(tables.quotes).label("quote"))


def write_entry(connection: Connection, entry: Entry) -> Outcome:
    """Write ``entry`` in the transaction under way; people keep their numbers over a replacement."""
    known = connection.execute(_KNOWN, {"id": entry.id}).one_or_none()
    touched = _remove(connection, known.key) if known else set()
    stored = known.stored if known else now().isoformat()
    answer = build_answer(entry.extraction, entry.intake, _KEPT, entry.package)
    article_key, first_quote = _next_keys(connection, read_moment(entry.intake.article.published or stored))
    labels = _label_keys(connection, answer)
    publisher = answer["publisher"]
    connection.execute(
        _ADD_ARTICLE,
        _article_row(entry, answer, key=article_key, stored=stored)
        | {"publisher_key": labels.get(("publisher", clean(publisher["name"]), "")) if publisher else None},
    )
    people = place_people(connection, article_key, answer)
    keys = _write_quotes(connection, article_key, first_quote, answer, labels, people)
    forget_people(connection, touched)
    return Outcome(known is None, keys)


def _next_keys(connection: Connection, moment: datetime) -> tuple[int, int]:
    """Return the first free keys of an article and of a quote in the second of ``moment``."""
    start = first_key(moment)
    last = connection.execute(_LAST_KEYS, {"first": start, "last": start + (1 << TAIL_BITS) - 1}).one()
    article, quote = (start if key is None else int(key) + 1 for key in last)
    return article, quote


def _article_row(entry: Entry, answer: Packed, *, key: int, stored: str) -> Packed:
    article = entry.intake.article
    text = article.text.encode()
    return {
        "key": key,
        "id": entry.id,
        "text": text,
        "text_sha256": hashlib.sha256(text).hexdigest(),
        "extracted": entry.intake.extracted,
        "publisher_basis": entry.intake.publisher_basis if answer["publisher"] else None,
        "url": article.url.replace("\x00", "\ufffd") if article.url else None,
        "published": article.published,
        "stored": stored,
        "read": now().isoformat(),
        "package": entry.package["package"],
        "version": entry.package["version"],
    }


# --- Labels -----------------------------------------------------------------------------------------------------------

Label = tuple[str, str, str]
_LABELS = select(tables.labels.c.kind, tables.labels.c.name, tables.labels.c.detail, tables.labels.c.key).where(
    tables.labels.c.name.in_(bindparam("names", expanding=True))
)


def _outlet_label(outlet: Mapping[str, Any]) -> Label:
    return ("outlet", clean(outlet["name"]), clean(outlet["programme"] or ""))


def _label_keys(connection: Connection, answer: Packed) -> dict[Label, int]:
    """Return the keys of the labels that an article needs, making those that are new."""
    wanted: set[Label] = set()
    if answer["publisher"]:
        wanted.add(("publisher", clean(answer["publisher"]["name"]), ""))
    for quote in answer["quotes"]:
        if quote["outlet"]:
            wanted.add(_outlet_label(quote["outlet"]))
        if quote["platform"]:
            wanted.add(("platform", clean(quote["platform"]), ""))
    if not wanted:
        return {}
    table = tables.labels
    rows = connection.execute(_LABELS, {"names": sorted({name for _, name, _ in wanted})})
    keys: dict[Label, int] = {(kind, name, detail): key for kind, name, detail, key in rows}
    for kind, name, detail in sorted(wanted - keys.keys()):
        row = {"kind": kind, "name": name, "detail": detail, "folded": search_form(name, detail)}
        keys[kind, name, detail] = connection.execute(insert(table).returning(table.c.key), row).scalar_one()
    return keys


# --- Quotes -----------------------------------------------------------------------------------------------------------


def printed_words(record: Mapping[str, Any]) -> str:
    """Return the words of a packed quote as one run."""
    return PIECE_GAP.join(span["text"] for span in record["spans"])


def _write_quotes(
    connection: Connection,
    article_key: int,
    first: int,
    answer: Packed,
    labels: Mapping[Label, int],
    people: Mapping[str, int],
) -> tuple[int, ...]:
    rows = [
        _quote_row(first + index, article_key, quote, answer, labels, people)
        for index, quote in enumerate(answer["quotes"])
    ]
    connection.execute(_ADD_CAST, {"article_key": article_key, "speakers": orjson.dumps(answer["speakers"]).decode()})
    if rows:
        connection.execute(_ADD_QUOTE, rows)
        connection.execute(
            _ADD_RECORD,
            [
                {"quote_key": row["key"], "record": orjson.dumps(quote).decode()}
                for row, quote in zip(rows, answer["quotes"], strict=True)
            ],
        )
    return tuple(row["key"] for row in rows)


def _quote_row(
    key: int,
    article_key: int,
    quote: Packed,
    answer: Packed,
    labels: Mapping[Label, int],
    people: Mapping[str, int],
) -> Packed:
    figures = [figure for figure in quote["confidence"].values() if figure is not None]
    publisher = answer["publisher"]
    folded = fold_text(printed_words(quote))
    return {
        "key": key,
        "article_key": article_key,
        "number": quote["id"],
        "type": quote["type"],
        "person_key": people[quote["speaker"]["id"]] if quote["speaker"] else None,
        "outlet_key": labels[_outlet_label(quote["outlet"])] if quote["outlet"] else None,
        "platform_key": labels["platform", clean(quote["platform"]), ""] if quote["platform"] else None,
        "publisher_key": labels["publisher", clean(publisher["name"]), ""] if publisher else None,
        "confidence": min(figures),
        "linked": False,
        "folded": folded,
        "terms": " ".join(map(str, hash_terms(folded.split()))),
    }


def _remove(connection: Connection, article_key: int) -> set[int]:
    """Delete an article and what hangs on it; return the people who may now be named by none."""
    by_person = select(tables.quotes.c.person_key, func.count()).where(
        tables.quotes.c.article_key == article_key, tables.quotes.c.person_key.is_not(None)
    )
    rows = connection.execute(by_person.group_by(tables.quotes.c.person_key))
    said = {int(person): int(count) for person, count in rows}
    touched = forget_article(connection, article_key, said)
    connection.execute(delete(tables.articles).where(tables.articles.c.key == article_key))
    return touched
