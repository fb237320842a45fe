"""Writing: an article with its quotes and people, in one transaction, stored, replaced or deleted whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from service.answers import build_answer
from service.archive import tables
from service.archive.connection import Archive
from service.archive.keys import TAIL_BITS, first_key, read_moment
from service.archive.people import Spelling, choose_person, find_blocks, is_shared
from service.archive.words import PIECE_GAP, fold_text, hash_terms, search_form, sound_form
from service.intake import Intake
from service.quotes.types import Extraction

# Names longer than this are cut: they come from texts and stand in indexes.
_NAME_CHARACTERS = 300
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


def delete_article(archive: Archive, article_id: str) -> bool:
    """Delete an article with its quotes; false when there is none of that id."""
    with archive.writing() as connection:
        key = _find_key(connection, article_id)
        if key is None:
            return False
        orphans = _remove(connection, key)
        _forget_people(connection, orphans)
    return True


def now() -> datetime:
    """Return this moment, in UTC and whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def clean(words: str) -> str:
    """Return ``words`` as a name both databases can hold: no NUL, at most ``_NAME_CHARACTERS``."""
    return words.replace("\x00", "\ufffd")[:_NAME_CHARACTERS]


def _find_key(connection: Connection, article_id: str) -> int | None:
    return connection.execute(select(tables.articles.c.key).where(tables.articles.c.id == article_id)).scalar()


def write_entry(connection: Connection, entry: Entry) -> Outcome:
    """Write ``entry`` in the transaction under way; people keep their numbers over a replacement."""
    known = connection.execute(
        select(tables.articles.c.key, tables.articles.c.stored).where(tables.articles.c.id == entry.id)
    ).one_or_none()
    touched = _remove(connection, known.key) if known else set()
    stored = known.stored if known else now().isoformat()
    answer = build_answer(entry.extraction, entry.intake, _KEPT, entry.package)
    published = entry.intake.article.published
    moment = read_moment(published or stored)
    article_key = _next_key(connection, tables.articles, moment)
    labels = _label_keys(connection, answer)
    publisher = answer["publisher"]
    connection.execute(
        insert(tables.articles),
        _article_row(entry, answer, key=article_key, stored=stored)
        | {"publisher_key": labels.get(("publisher", clean(publisher["name"]), "")) if publisher else None},
    )
    people = _place_people(connection, article_key, answer)
    keys = _write_quotes(connection, article_key, _next_key(connection, tables.quotes, moment), answer, labels, people)
    _forget_people(connection, touched)
    return Outcome(known is None, keys)


def _next_key(connection: Connection, table: Any, moment: datetime) -> int:
    """Return the first free key of the second of ``moment``."""
    start = first_key(moment)
    last = connection.execute(
        select(func.max(table.c.key)).where(table.c.key >= start, table.c.key < start + (1 << TAIL_BITS))
    ).scalar()
    return start if last is None else int(last) + 1


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
    rows = connection.execute(
        select(table.c.kind, table.c.name, table.c.detail, table.c.key).where(
            table.c.name.in_(sorted({name for _, name, _ in wanted}))
        )
    )
    keys: dict[Label, int] = {(row.kind, row.name, row.detail): row.key for row in rows}
    for kind, name, detail in sorted(wanted - keys.keys()):
        row = {"kind": kind, "name": name, "detail": detail, "folded": search_form(name, detail)}
        keys[kind, name, detail] = connection.execute(insert(table).returning(table.c.key), row).scalar_one()
    return keys


# --- People -----------------------------------------------------------------------------------------------------------


def _spelling(speaker: Mapping[str, Any]) -> Spelling:
    return Spelling(clean(speaker["name"] or ""), clean(speaker["title"] or ""))


def _place_people(connection: Connection, article_key: int, answer: Packed) -> dict[str, int]:
    """Return the archive's person for each speaker of an article, by the article's id for them."""
    speakers = answer["speakers"]
    if not speakers:
        return {}
    known = _find_candidates(connection, speakers)
    placed: dict[str, int] = {}
    for speaker in speakers:
        spelling = _spelling(speaker)
        if is_shared(speaker["kind"], spelling.name):
            # Two speakers whom the article tells apart are two people here too.
            taken = set(placed.values())
            candidates = {key: spellings for key, spellings in known[speaker["id"]].items() if key not in taken}
            key = choose_person(speaker["kind"], spelling, candidates)
            if key is not None:
                placed[speaker["id"]] = key
    placed |= _add_people(connection, [speaker for speaker in speakers if speaker["id"] not in placed])
    called = [(placed[speaker["id"]], speaker["kind"], _spelling(speaker)) for speaker in speakers]
    _write_spellings(connection, article_key, called)
    said = Counter(placed[quote["speaker"]["id"]] for quote in answer["quotes"] if quote["speaker"])
    _count_quotes(connection, said, placed.values())
    return placed


def _find_candidates(
    connection: Connection, speakers: Sequence[Mapping[str, Any]]
) -> dict[str, dict[int, list[Spelling]]]:
    """Return for each of ``speakers``, by the article's id, the spellings of everybody stored who might be them."""
    blocks: dict[str, set[str]] = {}
    for speaker in speakers:
        spelling = _spelling(speaker)
        if is_shared(speaker["kind"], spelling.name):
            for block in find_blocks(speaker["kind"], spelling):
                blocks.setdefault(block, set()).add(speaker["id"])
    found: dict[str, dict[int, list[Spelling]]] = {speaker["id"]: {} for speaker in speakers}
    if not blocks:
        return found
    near, spellings = tables.blocks, tables.spellings
    rows = connection.execute(
        select(near.c.block, near.c.person_key, spellings.c.name, spellings.c.title)
        .join(spellings, spellings.c.person_key == near.c.person_key)
        .where(near.c.block.in_(sorted(blocks)))
    )
    for row in rows:
        for speaker_id in blocks[row.block]:
            known = found[speaker_id].setdefault(row.person_key, [])
            spelling = Spelling(row.name, row.title)
            if spelling not in known:
                known.append(spelling)
    return found


def _add_people(connection: Connection, speakers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Make a person of each of ``speakers`` and return their keys by the article's ids."""
    if not speakers:
        return {}
    rows = []
    for speaker in speakers:
        spelling = _spelling(speaker)
        named = {"name": spelling.name or None, "title": spelling.title or None}
        rows.append({"kind": speaker["kind"], "shared": is_shared(speaker["kind"], spelling.name), **named})
    keys = _insert(connection, tables.people, rows)
    return {speaker["id"]: key for speaker, key in zip(speakers, keys, strict=True)}


def _insert(connection: Connection, table: Table, rows: Sequence[Packed]) -> Sequence[int]:
    """Insert ``rows`` and return the keys they were given, in the same order."""
    inserting = insert(table).returning(table.c.key, sort_by_parameter_order=True)
    return [row.key for row in connection.execute(inserting, rows)]


def _write_spellings(connection: Connection, article_key: int, called: Sequence[tuple[int, str, Spelling]]) -> None:
    """Note what an article calls its people, and where somebody with such a name is to be looked for."""
    table = tables.spellings
    rows = connection.execute(
        select(table.c.key, table.c.person_key, table.c.name, table.c.title).where(
            table.c.person_key.in_(sorted({key for key, _, _ in called}))
        )
    )
    keys = {(row.person_key, Spelling(row.name, row.title)): row.key for row in rows}
    new = list(dict.fromkeys((key, kind, spelling) for key, kind, spelling in called if (key, spelling) not in keys))
    if new:
        added = [
            {
                "person_key": key,
                "name": spelling.name,
                "title": spelling.title,
                "sounds": f"{sound_form(spelling.name)}/{sound_form(spelling.title)}",
                "uses": 0,
            }
            for key, _, spelling in new
        ]
        made = _insert(connection, table, added)
        keys |= {(key, spelling): number for (key, _, spelling), number in zip(new, made, strict=True)}
        _write_blocks(connection, new)
    used = sorted({keys[key, spelling] for key, _, spelling in called})
    connection.execute(update(table).where(table.c.key.in_(used)).values(uses=table.c.uses + 1))
    connection.execute(
        insert(tables.appearances), [{"article_key": article_key, "spelling_key": spelling} for spelling in used]
    )


def _write_blocks(connection: Connection, called: Sequence[tuple[int, str, Spelling]]) -> None:
    wanted = {
        (block, key)
        for key, kind, spelling in called
        if is_shared(kind, spelling.name)
        for block in find_blocks(kind, spelling)
    }
    if not wanted:
        return
    table = tables.blocks
    people = sorted({key for _, key in wanted})
    there = connection.execute(select(table.c.block, table.c.person_key).where(table.c.person_key.in_(people)))
    rows = sorted(wanted - {(row.block, row.person_key) for row in there})
    if rows:
        connection.execute(insert(table), [{"block": block, "person_key": key} for block, key in rows])


def _count_quotes(connection: Connection, said: Mapping[int, int], people: Iterable[int]) -> None:
    """Add to each person's count and let them go by the name most articles use, the longest of those."""
    touched = sorted(set(people))
    if not touched:
        return
    table, spellings = tables.people, tables.spellings
    called: dict[int, list[Any]] = {key: [] for key in touched}
    for row in connection.execute(select(spellings).where(spellings.c.person_key.in_(touched))):
        called[row.person_key].append(row)
    rows = []
    for key, known in called.items():
        best = max(known, key=lambda row: (row.uses, len(row.name), len(row.title), -row.key), default=None)
        named = {"new_name": best.name or None, "new_title": best.title or None} if best else {}
        rows.append({"person": key, "said": said.get(key, 0), "new_name": None, "new_title": None, **named})
    connection.execute(
        update(table)
        .where(table.c.key == bindparam("person"))
        .values(quotes=table.c.quotes + bindparam("said"), name=bindparam("new_name"), title=bindparam("new_title")),
        rows,
    )


def _forget_people(connection: Connection, people: Iterable[int]) -> None:
    """Remove of ``people`` those whom no article names any more, and spellings that none uses."""
    touched = sorted(people)
    if not touched:
        return
    table, spellings = tables.people, tables.spellings
    connection.execute(delete(spellings).where(spellings.c.person_key.in_(touched), spellings.c.uses <= 0))
    named = select(spellings.c.person_key).where(spellings.c.person_key.in_(touched))
    connection.execute(delete(table).where(table.c.key.in_(touched), table.c.key.not_in(named)))
    _count_quotes(connection, {}, connection.execute(select(table.c.key).where(table.c.key.in_(touched))).scalars())


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
    connection.execute(
        insert(tables.casts), {"article_key": article_key, "speakers": orjson.dumps(answer["speakers"]).decode()}
    )
    if rows:
        connection.execute(insert(tables.quotes), rows)
        connection.execute(
            insert(tables.records),
            [
                {"quote_key": row["key"], "record": orjson.dumps(quote).decode()}
                for row, quote in zip(rows, answer["quotes"], strict=True)
            ],
        )
    terms = [{"term": term, "quote_key": row["key"]} for row in rows for term in hash_terms(row["folded"].split())]
    if terms:
        connection.execute(insert(tables.terms), sorted(terms, key=lambda row: (row["term"], row["quote_key"])))
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
        "folded": fold_text(printed_words(quote)),
    }


def _remove(connection: Connection, article_key: int) -> set[int]:
    """Delete an article and what hangs on it; return the people who may now be named by none."""
    quotes, spellings, appearances = tables.quotes, tables.spellings, tables.appearances
    said: Counter[int] = Counter()
    terms: dict[int, list[int]] = {}
    for row in connection.execute(
        select(quotes.c.key, quotes.c.folded, quotes.c.person_key).where(quotes.c.article_key == article_key)
    ):
        said.update([row.person_key] if row.person_key is not None else [])
        for term in hash_terms(row.folded.split()):
            terms.setdefault(term, []).append(row.key)
    for term, keys in terms.items():
        connection.execute(delete(tables.terms).where(tables.terms.c.term == term, tables.terms.c.quote_key.in_(keys)))
    used = select(appearances.c.spelling_key).where(appearances.c.article_key == article_key)
    called = set(connection.execute(select(spellings.c.person_key).where(spellings.c.key.in_(used))).scalars())
    connection.execute(update(spellings).where(spellings.c.key.in_(used)).values(uses=spellings.c.uses - 1))
    connection.execute(delete(tables.articles).where(tables.articles.c.key == article_key))
    people = tables.people
    for key, count in said.items():
        connection.execute(update(people).where(people.c.key == key).values(quotes=people.c.quotes - count))
    return called | set(said)
