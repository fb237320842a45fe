"""Reading: articles, quotes and people back out of the archive, filtered, in pages, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select, text, union

from service.archive import tables
from service.archive.connection import Archive
from service.archive.keys import first_key, key_moment
from service.archive.words import fold_text, search_form, sound_form

Packed = dict[str, Any]
Item = TypeVar("Item")
_TERM = re.compile(r'(?P<not>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_PERSON_ID = re.compile(r"p([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side in a quote, or must not; ``prefix`` when the last is only begun."""

    words: tuple[str, ...]
    wanted: bool
    prefix: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """Which quotes to give. An empty tuple accepts all; of several entries one must accept, of several filters all.

    ``start`` and ``end`` bound the moment of publication, half-open.
    """

    speakers: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as stored. ``text`` is empty where only a listing was asked for; moments are ISO 8601 in UTC."""

    key: int
    id: str
    text: str
    text_sha256: str
    extracted: bool
    publisher: str | None
    publisher_basis: str
    url: str | None
    published: str | None
    stored: str
    read: str
    package: str
    version: str
    quotes: int


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote as stored: its record as the main call answers it (explanation included, code points) and its article.

    ``person_key`` is the archive's identity of the speaker, ``person`` the name it goes by.
    """

    key: int
    number: str
    article: StoredArticle
    person_key: int | None
    person: str | None
    shared: bool
    record: Packed

    @property
    def id(self) -> str:
        """The quote's id in the archive; no id of an article or a quote within it holds the last full stop."""
        return f"{self.article.id}.{self.number}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of the found, in order; ``end`` is the key of the last when there are more."""

    items: tuple[Item, ...]
    end: int | None


def read_terms(sent: str) -> tuple[Term, ...]:
    """Return what ``sent`` asks for: words, "phrases in marks", beginnings*, each with - before it when unwanted.

    Raises ``ValueError`` when it names no word to look for.
    """
    terms = []
    for match in _TERM.finditer(sent):
        raw = match["phrase"] if match["phrase"] is not None else match["word"]
        words = tuple(fold_text(raw).split())
        if words:
            terms.append(Term(words, match["not"] is None, match["phrase"] is None and raw.endswith("*")))
    if not any(term.wanted for term in terms):
        raise ValueError("There is no word in it to look for.")
    return tuple(terms)


# --- Articles ---------------------------------------------------------------------------------------------------------

_ARTICLE_COLUMNS = [
    tables.articles.c[name]
    for name in (
        "key", "id", "text_sha256", "extracted", "publisher_basis", "url", "published", "stored", "read", "package",
        "version",
    )
]  # fmt: skip
_PUBLISHER = (
    select(tables.labels.c.name)
    .where(tables.labels.c.key == tables.articles.c.publisher_key)
    .scalar_subquery()
    .label("publisher")
)
_COUNT = (
    select(func.count())
    .select_from(tables.quotes)
    .where(tables.quotes.c.article_key == tables.articles.c.key)
    .scalar_subquery()
    .label("quotes")
)


def _article(row: Any, *, text: bytes = b"", quotes: int = 0) -> StoredArticle:
    return StoredArticle(
        row.key,
        row.id,
        text.decode(),
        row.text_sha256,
        bool(row.extracted),
        row.publisher,
        row.publisher_basis or "request",
        row.url,
        row.published,
        row.stored,
        row.read,
        row.package,
        row.version,
        quotes,
    )


def find_record(connection: Connection, article_id: str) -> StoredArticle | None:
    """Return what is noted of an article, without text and quotes; ``None`` when there is none of that id."""
    row = connection.execute(
        select(*_ARTICLE_COLUMNS, _PUBLISHER).where(tables.articles.c.id == article_id)
    ).one_or_none()
    return None if row is None else _article(row)


def find_article(archive: Archive, article_id: str) -> tuple[StoredArticle, tuple[StoredQuote, ...]] | None:
    """Return an article and its quotes in text order, ``None`` when there is none of that id."""
    with archive.reading() as connection:
        row = connection.execute(
            select(*_ARTICLE_COLUMNS, tables.articles.c.text, _PUBLISHER).where(tables.articles.c.id == article_id)
        ).one_or_none()
        if row is None:
            return None
        keys = connection.execute(
            select(tables.quotes.c.key).where(tables.quotes.c.article_key == row.key).order_by(tables.quotes.c.key)
        ).scalars()
        quotes = load_quotes(connection, list(keys))
    return _article(row, text=row.text, quotes=len(quotes)), quotes


def find_cast(archive: Archive, article_key: int) -> list[Packed]:
    """Return an article's speakers as the main call answers them."""
    with archive.reading() as connection:
        cast = connection.execute(select(tables.casts.c.speakers).where(tables.casts.c.article_key == article_key))
        found = cast.scalar()
    return list(orjson.loads(found)) if found else []


def list_articles(
    archive: Archive,
    *,
    publishers: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> Page[StoredArticle]:
    """Return a page of articles, newest first, those with a key below ``before``; their texts stay where they are."""
    table = tables.articles
    with archive.reading() as connection:
        conditions = _between(table.c.key, start, end, before)
        if publishers:
            conditions.append(table.c.publisher_key.in_(_label_keys(connection, "publisher", publishers)))
        rows = connection.execute(
            select(*_ARTICLE_COLUMNS, _PUBLISHER, _COUNT)
            .where(*conditions)
            .order_by(table.c.key.desc())
            .limit(limit + 1)
        ).all()
    items = tuple(_article(row, quotes=row.quotes) for row in rows[:limit])
    return Page(items, items[-1].key if len(rows) > limit else None)


def _between(
    column: ColumnElement[int], start: datetime | None, end: datetime | None, before: int | None
) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if start is not None:
        bounds.append(column >= first_key(start))
    ends = [first_key(end)] if end is not None else []
    ends += [before] if before is not None else []
    if ends:
        bounds.append(column < min(ends))
    return bounds


# --- Quotes -----------------------------------------------------------------------------------------------------------


def search_quotes(archive: Archive, filters: Filters, *, before: int | None = None, limit: int) -> Page[StoredQuote]:
    """Return a page of quotes that ``filters`` accept, newest article first, those with a key below ``before``."""
    with archive.reading() as connection:
        found = connection.execute(_search(archive, connection, filters, before).limit(limit + 1))
        keys = [row[0] for row in found]
        items = load_quotes(connection, keys[:limit])
    return Page(items, items[-1].key if len(keys) > limit else None)


def _search(archive: Archive, connection: Connection, filters: Filters, before: int | None) -> Select[Any]:
    def column(name: str) -> ColumnElement[Any]:
        return literal_column(f"quotes.{name}")

    key = column("key")
    source = "quotes"
    conditions: list[Any] = []
    if filters.terms and archive.embedded:
        # The words decide first: their index gives row numbers in order, from any number on, as many as are wanted.
        key = literal_column("quote_search.rowid")
        source = "quote_search CROSS JOIN quotes ON quotes.key = quote_search.rowid"
        conditions.append(text("quote_search MATCH :words").bindparams(words=write_fts5(filters.terms)))
    elif filters.terms:
        conditions.append(_tsquery(filters.terms))
    conditions += _between(key, filters.start, filters.end, before)
    if filters.types:
        conditions.append(column("type").in_(filters.types))
    if filters.min_confidence > 0:
        conditions.append(column("confidence") >= filters.min_confidence)
    named = {"outlet": filters.outlets, "publisher": filters.publishers, "platform": filters.platforms}
    for kind, wanted in named.items():
        if wanted:
            conditions.append(column(f"{kind}_key").in_(_label_keys(connection, kind, wanted)))
    if filters.speakers:
        conditions.append(column("person_key").in_(_people_called(filters.speakers)))
    return select(key).select_from(text(source)).where(*conditions).order_by(key.desc())


def write_fts5(terms: Iterable[Term]) -> str:
    """Return the FTS5 query of ``terms``; folded words hold only letters and digits, so nothing needs escaping."""
    parts = [(term.wanted, f'"{" ".join(term.words)}"{" *" if term.prefix else ""}') for term in terms]
    wanted = " AND ".join(part for is_wanted, part in parts if is_wanted)
    unwanted = [part for is_wanted, part in parts if not is_wanted]
    return f"({wanted}) NOT ({' OR '.join(unwanted)})" if unwanted else wanted


def _tsquery(terms: Iterable[Term]) -> ColumnElement[bool]:
    """Return the condition that a quote's words are as ``terms`` ask, for PostgreSQL."""
    parts, words = [], {}
    for number, term in enumerate(terms):
        made = (
            f"to_tsquery('onrecord', :term{number})" if term.prefix else f"phraseto_tsquery('onrecord', :term{number})"
        )
        parts.append(made if term.wanted else f"!!{made}")
        words[f"term{number}"] = " <-> ".join(term.words) + ":*" if term.prefix else " ".join(term.words)
    condition: Any = text(f"quotes.search @@ ({' && '.join(parts)})").bindparams(**words)
    return condition  # type: ignore[no-any-return]


def _label_keys(connection: Connection, kind: str, wanted: Sequence[str]) -> Sequence[int]:
    """Return the keys of the labels of ``kind`` that hold the words of one of ``wanted``, in order."""
    table = tables.labels
    holds = [
        table.c.folded.contains(search_form(words), autoescape=True) for words in wanted if search_form(words) != " "
    ]
    return (
        connection.execute(select(table.c.key).where(table.c.kind == kind, or_(*holds))).scalars().all()
        if holds
        else ()
    )


def _people_called(wanted: Sequence[str]) -> Any:
    """Return the choice of people whom a speaker filter means: an id, or words of a name or title as they sound.

    Somebody is found under every name that any article gives them.
    """
    chosen = []
    for words in wanted:
        if match := _PERSON_ID.fullmatch(words):
            chosen.append(select(tables.people.c.key).where(tables.people.c.key == int(match[1])))
        elif (sounds := sound_form(words)) != " ":
            table = tables.spellings
            chosen.append(select(table.c.person_key).where(table.c.sounds.contains(sounds, autoescape=True)))
    if not chosen:
        return select(tables.people.c.key).where(text("1 = 0"))
    return union(*chosen) if len(chosen) > 1 else chosen[0]


def load_quotes(connection: Connection, keys: Sequence[int]) -> tuple[StoredQuote, ...]:
    """Return the quotes of ``keys`` in that order; a key that is no quote's is left out."""
    if not keys:
        return ()
    quotes, people = tables.quotes, tables.people
    rows = connection.execute(
        select(
            quotes.c.key.label("quote_key"),
            quotes.c.number,
            quotes.c.person_key,
            people.c.name.label("person"),
            people.c.shared,
            tables.records.c.record,
            *_ARTICLE_COLUMNS,
            _PUBLISHER,
        )
        .join(tables.articles, tables.articles.c.key == quotes.c.article_key)
        .join(tables.records, tables.records.c.quote_key == quotes.c.key)
        .outerjoin(people, people.c.key == quotes.c.person_key)
        .where(quotes.c.key.in_(keys))
    )
    found = {
        row.quote_key: StoredQuote(
            row.quote_key,
            row.number,
            _article(row),
            row.person_key,
            row.person,
            bool(row.shared),
            orjson.loads(row.record),
        )
        for row in rows
    }
    return tuple(found[key] for key in keys if key in found)


def load_texts(archive: Archive, article_keys: Iterable[int]) -> Mapping[int, str]:
    """Return the texts of articles by key."""
    table = tables.articles
    with archive.reading() as connection:
        rows = connection.execute(select(table.c.key, table.c.text).where(table.c.key.in_(sorted(set(article_keys)))))
        return {row.key: row.text.decode() for row in rows}


def find_quote(archive: Archive, quote_id: str) -> StoredQuote | None:
    """Return a quote by its id in the archive, ``None`` when there is none."""
    article_id, _, number = quote_id.rpartition(".")
    quotes, articles = tables.quotes, tables.articles
    with archive.reading() as connection:
        key = connection.execute(
            select(quotes.c.key)
            .join(articles, articles.c.key == quotes.c.article_key)
            .where(articles.c.id == article_id, quotes.c.number == number)
        ).scalar()
        found = load_quotes(connection, [key]) if key is not None else ()
    return found[0] if found else None


# --- People -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """Somebody quoted, across articles. ``names`` and ``titles`` with the number of articles that use each."""

    key: int
    name: str | None
    kind: str
    title: str | None
    quotes: int
    names: tuple[tuple[str, int], ...] = ()
    titles: tuple[tuple[str, int], ...] = ()

    @property
    def id(self) -> str:
        """The identity's id, never given to somebody else."""
        return f"p{self.key}"


@dataclass(frozen=True, slots=True)
class Period:
    """What somebody said in a day, month or year (as its ISO 8601 prefix): how many quotes, in whose pages."""

    period: str
    quotes: int
    articles: int
    publishers: tuple[str, ...]


def list_people(
    archive: Archive,
    *,
    names: Sequence[str] = (),
    kinds: Sequence[str] = (),
    before: tuple[int, int] | None = None,
    limit: int,
) -> tuple[tuple[StoredPerson, ...], tuple[int, int] | None]:
    """Return a page of people by number of quotes, most first, and quotes and key of the last when there are more."""
    table = tables.people
    conditions: list[ColumnElement[bool]] = [table.c.shared.is_(True) if not archive.embedded else table.c.shared == 1]
    if kinds:
        conditions.append(table.c.kind.in_(kinds))
    if names:
        conditions.append(table.c.key.in_(_people_called(names)))
    if before:
        quotes, key = before
        conditions.append(or_(table.c.quotes < quotes, and_(table.c.quotes == quotes, table.c.key > key)))
    with archive.reading() as connection:
        rows = connection.execute(
            select(table).where(*conditions).order_by(table.c.quotes.desc(), table.c.key).limit(limit + 1)
        ).all()
    people = tuple(StoredPerson(row.key, row.name, row.kind, row.title, row.quotes) for row in rows[:limit])
    return people, (people[-1].quotes, people[-1].key) if len(rows) > limit else None


def find_person(archive: Archive, person_id: str) -> StoredPerson | None:
    """Return somebody by id with all their names and titles, ``None`` when there is nobody of that id."""
    match = _PERSON_ID.fullmatch(person_id)
    if match is None:
        return None
    table, spellings = tables.people, tables.spellings
    with archive.reading() as connection:
        row = connection.execute(select(table).where(table.c.key == int(match[1]))).one_or_none()
        if row is None:
            return None
        called = connection.execute(
            select(spellings.c.name, spellings.c.title, spellings.c.uses)
            .where(spellings.c.person_key == row.key)
            .order_by(spellings.c.uses.desc(), spellings.c.key)
        ).all()
    return StoredPerson(
        row.key,
        row.name,
        row.kind,
        row.title,
        row.quotes,
        _add_up((spelling.name, spelling.uses) for spelling in called),
        _add_up((spelling.title, spelling.uses) for spelling in called),
    )


def _add_up(counted: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return what is counted with its sums, most first, leaving out the empty."""
    sums: dict[str, int] = {}
    for name, count in counted:
        if name:
            sums[name] = sums.get(name, 0) + count
    return tuple(sorted(sums.items(), key=lambda entry: -entry[1]))


# Letters of an ISO 8601 date that a period keeps.
PERIODS = {"day": 10, "month": 7, "year": 4}


def find_timeline(archive: Archive, person_key: int, *, by: str) -> tuple[Period, ...]:
    """Return when somebody was quoted, earliest first; an article without a date counts when it was stored."""
    quotes, labels = tables.quotes, tables.labels
    with archive.reading() as connection:
        rows = connection.execute(
            select(quotes.c.key, quotes.c.article_key, labels.c.name)
            .outerjoin(labels, labels.c.key == quotes.c.publisher_key)
            .where(quotes.c.person_key == person_key)
            .order_by(quotes.c.key)
        ).all()
    periods: dict[str, list[Any]] = {}
    for row in rows:
        periods.setdefault(key_moment(row.key).isoformat()[: PERIODS[by]], []).append(row)
    return tuple(
        Period(
            period,
            len(said),
            len({row.article_key for row in said}),
            tuple(sorted({row.name for row in said if row.name})),
        )
        for period, said in periods.items()
    )
