"""Versions of a statement across the archive: found by rare words, judged word by word, kept as links."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, or_, select, text, update

from service.archive import tables
from service.archive.connection import Archive
from service.archive.pairing import LABELS, Label
from service.archive.search import StoredQuote, load_quotes
from service.archive.statements import Statement, Utterance, Voice, make_statement, make_version, match_articles, weigh
from service.archive.store import printed_words
from service.archive.words import hash_terms

# Entries of the word index that one search reads at most, rarest words first, and quotes it then judges.
MAX_ENTRIES = 30_000
MAX_CANDIDATES = 200
# Words that a candidate must share, when so many are looked up.
MIN_SHARED_TERMS = 2
# Versions that one statement shows: above it something is a slogan, and the list is cut.
MAX_VERSIONS = 200
# Links kept of one quote, to its earliest versions: a slogan with thousands must not make storing it slow.
MAX_LINKS = 20
# Links looked at in one go when statements are listed.
_LINKS_AT_ONCE = 200


def find_variants(archive: Archive, quote: StoredQuote) -> Statement:
    """Return the statement ``quote`` is a version of: its versions in other articles and itself, earliest first."""
    with archive.reading() as connection:
        found = [other.key for _, other in _find_pairs(connection, quote.key)][:MAX_VERSIONS]
        near = [key for key in _find_linked(connection, found) if key != quote.key and key not in found]
        loaded = load_quotes(connection, [*found, *near][:MAX_VERSIONS])
    others = (other for other in loaded if other.article.key != quote.article.key)
    return make_statement(sorted(map(read_utterance, (quote, *others)), key=lambda utterance: utterance.key))


def _find_linked(connection: Connection, keys: Sequence[int]) -> list[int]:
    """Return the quotes linked to those of ``keys``: versions of versions, which the one asked for is too far from."""
    links = tables.links.c
    rows = connection.execute(
        select(links.earlier, links.later).where(or_(links.earlier.in_(keys), links.later.in_(keys)))
    )
    return sorted({key for row in rows for key in row})


def read_utterance(quote: StoredQuote) -> Utterance:
    """Return a stored quote as something to compare."""
    speaker = quote.record["speaker"]
    voice = Voice(speaker["name"], speaker["kind"], quote.person_key) if speaker else None
    printed = printed_words(quote.record)
    return Utterance(quote.key, quote.article.key, int(quote.number[1:]), "", printed, voice)


def _find_pairs(connection: Connection, key: int) -> tuple[tuple[Utterance, Utterance], ...]:
    """Return the pairs of the quote of ``key`` with quotes of other articles."""
    asked = _load_utterances(connection, [key])
    if not asked:
        return ()
    utterance = asked[0]
    by_article: dict[int, list[Utterance]] = {}
    for other in _load_utterances(connection, _find_candidates(connection, utterance)):
        if other.article != utterance.article and weigh(utterance, other):
            by_article.setdefault(other.article, []).append(other)
    return tuple(pair for others in by_article.values() for pair in match_articles([utterance], others))


def _find_candidates(connection: Connection, utterance: Utterance) -> list[int]:
    """Return the keys of the quotes that share the most with ``utterance``, counting rare words more."""
    terms = hash_terms(utterance.folded.split())
    counted = _count_terms(connection, terms)
    total = max(1, sum(counted.values()))
    scores: dict[int, float] = {}
    shared: Counter[int] = Counter()
    entries = looked_up = 0
    for term, count in sorted(counted.items(), key=lambda entry: entry[1]):
        entries += count
        if entries > MAX_ENTRIES and scores:
            break
        weight = 1.0 + math.log(total / count)
        looked_up += 1
        keys = _find_holding(connection, term)
        shared.update(keys)
        for key in keys:
            scores[key] = scores.get(key, 0.0) + weight
    scores.pop(utterance.key, None)
    # Versions share most of their words, so of enough words one in common is an accident.
    least = min(MIN_SHARED_TERMS, max(1, looked_up - 1))
    near = [key for key in scores if shared[key] >= least]
    return heapq.nsmallest(MAX_CANDIDATES, near, key=lambda key: (-scores[key], key))


# Where words lead to quotes differs: SQLite keeps an index of words, PostgreSQL a table.
_COUNTS = {
    "sqlite": "SELECT term, doc FROM term_search_counts WHERE term IN :terms",
    "postgresql": "SELECT term, count(*) FROM term_search WHERE term IN :terms GROUP BY term",
}
_HOLDING = {
    "sqlite": "SELECT rowid FROM term_search WHERE term_search MATCH :term LIMIT :most",
    "postgresql": "SELECT quote_key FROM term_search WHERE term = :term LIMIT :most",
}


def _count_terms(connection: Connection, terms: Sequence[int]) -> dict[int, int]:
    """Return in how many quotes each of ``terms`` stands, those that stand in any."""
    asked = text(_COUNTS[connection.dialect.name]).bindparams(bindparam("terms", expanding=True))
    written: Sequence[object] = list(map(str, terms)) if connection.dialect.name == "sqlite" else terms
    return {int(term): int(count) for term, count in connection.execute(asked, {"terms": written})}


def _find_holding(connection: Connection, term: int) -> list[int]:
    """Return the keys of the quotes that hold ``term``, ``MAX_ENTRIES`` at most."""
    asked = text(_HOLDING[connection.dialect.name])
    written = str(term) if connection.dialect.name == "sqlite" else term
    return [row[0] for row in connection.execute(asked, {"term": written, "most": MAX_ENTRIES})]


def _load_utterances(connection: Connection, keys: Sequence[int]) -> list[Utterance]:
    """Return the quotes of ``keys`` with folded words only: enough to judge whether they pair."""
    quotes, people = tables.quotes, tables.people
    if not keys:
        return []
    rows = connection.execute(
        select(quotes.c.key, quotes.c.article_key, quotes.c.number, quotes.c.folded, quotes.c.person_key)
        .add_columns(people.c.name, people.c.kind)
        .outerjoin(people, people.c.key == quotes.c.person_key)
        .where(quotes.c.key.in_(keys))
    )
    return [
        Utterance(
            row.key,
            row.article_key,
            int(row.number[1:]),
            row.folded,
            "",
            Voice(row.name, row.kind, row.person_key) if row.person_key is not None else None,
        )
        for row in rows
    ]


# --- Links ------------------------------------------------------------------------------------------------------------


def count_unlinked(archive: Archive) -> int:
    """Return how many quotes have not been compared with those of other articles yet."""
    with archive.reading() as connection:
        table = tables.quotes
        unlinked = select(func.count()).select_from(table).where(_is_unlinked(archive))
        return int(connection.execute(unlinked).scalar_one())


def find_unlinked(archive: Archive, *, limit: int) -> tuple[int, ...]:
    """Return the keys of some quotes that have not been compared yet, earliest first."""
    with archive.reading() as connection:
        key = tables.quotes.c.key
        return tuple(connection.execute(select(key).where(_is_unlinked(archive)).order_by(key).limit(limit)).scalars())


def _is_unlinked(archive: Archive):  # type: ignore[no-untyped-def]
    linked = tables.quotes.c.linked
    # As the partial index says it, or the database would not use that.
    return linked == 0 if archive.embedded else ~linked


def link_quotes(archive: Archive, keys: Sequence[int]) -> int:
    """Compare the quotes of ``keys`` with all others and keep what pairs; return how many pairs were new.

    What is looked for is read first and written in a transaction of its own, so that nobody waits for the search.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    with archive.reading() as connection:
        for key in keys:
            pairs = sorted(_find_pairs(connection, key), key=lambda pair: pair[1].key)[:MAX_LINKS]
            loaded = {
                quote.key: read_utterance(quote)
                for quote in load_quotes(connection, [key, *(two.key for _, two in pairs)])
            }
            for one, two in pairs:
                earlier, later = sorted((one.key, two.key))
                if earlier in loaded and later in loaded:
                    version = make_version(loaded[earlier], loaded[later])
                    changed = round(10_000 * version.difference.changed)
                    found[earlier, later] = (LABELS.index(version.label), changed)
    with archive.writing() as connection:
        return _write_links(connection, keys, found)


def _write_links(connection: Connection, keys: Sequence[int], found: dict[tuple[int, int], tuple[int, int]]) -> int:
    links, quotes = tables.links, tables.quotes
    ends = sorted({key for pair in found for key in pair} | set(keys))
    there = set(connection.execute(select(quotes.c.key).where(quotes.c.key.in_(ends))).scalars())
    known = {
        (row.earlier, row.later)
        for row in connection.execute(
            select(links.c.earlier, links.c.later).where(or_(links.c.earlier.in_(keys), links.c.later.in_(keys)))
        )
    }
    rows = [
        {"earlier": earlier, "later": later, "label": label, "changed": changed}
        for (earlier, later), (label, changed) in sorted(found.items())
        if {earlier, later} <= there and (earlier, later) not in known
    ]
    if rows:
        connection.execute(insert(links), rows)
    connection.execute(
        update(quotes).where(quotes.c.key.in_(bindparam("keys", expanding=True))).values(linked=True),
        {"keys": list(keys)},
    )
    return len(rows)


@dataclass(frozen=True, slots=True)
class Drift:
    """A page of statements, those first whose versions differ most; ``end`` is where the next page begins."""

    statements: tuple[Statement, ...]
    end: tuple[int, int, int] | None
    unlinked: int


def find_drift(
    archive: Archive,
    *,
    labels: Sequence[Label],
    after: tuple[int, int, int] | None = None,
    limit: int,
) -> Drift:
    """Return the statements whose versions differ most, counting only pairs of ``labels``.

    ``after`` is the ``end`` of the page before: changed, earlier and later of its last link.
    """
    wanted = [LABELS.index(label) for label in labels]
    statements: list[Statement] = []
    with archive.reading() as connection:
        while len(statements) <= limit:
            links = _next_links(connection, wanted, after)
            for link in links:
                group = _find_group(connection, link, wanted)
                if group and len(statements) == limit:
                    return Drift(tuple(statements), after, count_unlinked(archive))
                after = link
                if group:
                    loaded = map(read_utterance, load_quotes(connection, group))
                    statements.append(make_statement(tuple(loaded)))
            if len(links) < _LINKS_AT_ONCE:
                break
    return Drift(tuple(statements), None, count_unlinked(archive))


def _next_links(
    connection: Connection, labels: Sequence[int], after: tuple[int, int, int] | None
) -> list[tuple[int, int, int]]:
    links = tables.links
    chosen = select(links.c.changed, links.c.earlier, links.c.later).where(links.c.label.in_(labels))
    if after:
        changed, earlier, later = after
        chosen = chosen.where(
            or_(
                links.c.changed < changed,
                (links.c.changed == changed) & (links.c.earlier > earlier),
                (links.c.changed == changed) & (links.c.earlier == earlier) & (links.c.later > later),
            )
        )
    chosen = chosen.order_by(links.c.changed.desc(), links.c.earlier, links.c.later).limit(_LINKS_AT_ONCE)
    return [tuple(row) for row in connection.execute(chosen)]


def _find_group(connection: Connection, link: tuple[int, int, int], labels: Sequence[int]) -> tuple[int, ...]:
    """Return the keys of the statement that ``link`` belongs to, earliest first; none when another link stands for it.

    A statement stands in the list once, at the place of its most different pair.
    """
    links = tables.links
    group, new = set(link[1:]), list(link[1:])
    first = (-link[0], link[1], link[2])
    while new and len(group) <= MAX_VERSIONS:
        rows = connection.execute(select(links).where(or_(links.c.earlier.in_(new), links.c.later.in_(new)))).all()
        if any(row.label in labels and (-row.changed, row.earlier, row.later) < first for row in rows):
            return ()
        new = sorted({key for row in rows for key in (row.earlier, row.later)} - group)
        group.update(new)
    return tuple(sorted(group))
