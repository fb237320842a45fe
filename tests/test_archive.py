"""The archive itself, the same tests on SQLite and on PostgreSQL: what is stored, found, joined and compared."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from service.answers import build_answer
from service.archive import connection as connections
from service.archive import tables
from service.archive.connection import (
    Archive,
    ArchiveMismatchError,
    ArchiveUnavailableError,
    migration_config,
    open_archive,
    prepare,
    upgrade,
)
from service.archive.keys import first_key, key_moment, read_cursor, read_end, read_moment, write_cursor
from service.archive.people import Spelling, choose_person
from service.archive.search import (
    Filters,
    find_article,
    find_cast,
    find_person,
    find_quote,
    find_timeline,
    list_articles,
    list_people,
    read_terms,
    search_quotes,
)
from service.archive.store import Entry, delete_article, store_article, store_articles
from service.archive.upkeep import back_up, count_stale, link_all, reextract
from service.archive.variants import count_unlinked, find_drift, find_variants, link_quotes
from service.quotes.types import Article, Extraction
from tests.archived import PACKAGE, Said, entry, extract_said
from tests.databases import make_database, serving_postgresql, why_no_postgresql

_numbers = count(1)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with serving_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an archive of this test may be made."""
    if request.param == "sqlite":
        return str(tmp_path / "archive.db")
    if reason := why_no_postgresql():
        pytest.skip(reason)
    return make_database(request.getfixturevalue("postgresql"), f"archive{next(_numbers)}")


@pytest.fixture
def archive(where: str) -> Iterator[Archive]:
    opened = open_archive(where)
    prepare(opened)
    yield opened
    opened.engine.dispose()


def store(archive: Archive, *entries: Entry) -> None:
    for one in entries:
        link_quotes(archive, store_article(archive, one).keys)


def ids(archive: Archive, **filters: Any) -> list[str]:
    return [quote.id for quote in search_quotes(archive, Filters(**filters), limit=100).items]


def counts(archive: Archive) -> dict[str, int]:
    """Rows of every table, and entries of the index of words that comparisons go by."""
    words = "SELECT coalesce(sum(doc), 0) FROM term_search_counts" if archive.embedded else (
        "SELECT count(*) FROM term_search")  # fmt: skip
    with archive.reading() as reading:
        rows = {
            table.name: reading.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }
        return {**rows, "term_search": reading.exec_driver_sql(words).scalar_one()}


# --- Whole articles ---------------------------------------------------------------------------------------------------

BRIDGE = Said("The bridge will open again on Monday, whatever the weather does.", "Ana Ruiz", title="Mayor")
FISH = Said("Nobody asked the fishermen.", "Omar Haddad", outlet="Reuters", platform="Telegram")


def test_what_is_stored_comes_back_as_the_main_call_answered_it(archive: Archive) -> None:
    one = entry("a1", BRIDGE, FISH, url="https://news.example/1")
    assert store_article(archive, one).created
    found = find_article(archive, "a1")
    assert found is not None
    article, quotes = found
    answer = build_answer(
        one.extraction, one.intake, {"offset_unit": "codepoint", "explain": True, "min_confidence": 0.0}, PACKAGE
    )
    assert [quote.record for quote in quotes] == answer["quotes"]
    assert find_cast(archive, article.key) == answer["speakers"]
    assert (article.text, article.text_sha256) == (one.extraction.text, answer["text_sha256"])
    assert (article.publisher, article.url, article.published) == (
        "The Harbour Post", "https://news.example/1", "2024-05-06",
    )  # fmt: skip
    assert (article.package, article.version, article.quotes) == ("onrecord-en", "1", 2)


def test_the_same_again_changes_nothing(archive: Archive) -> None:
    store(archive, entry("a1", BRIDGE, FISH), entry("a2", BRIDGE))
    before = counts(archive)
    people = list_people(archive, limit=10)
    outcome = store_article(archive, entry("a1", BRIDGE, FISH))
    assert not outcome.created
    link_quotes(archive, outcome.keys)
    assert counts(archive) == before
    assert list_people(archive, limit=10) == people


def test_another_text_under_the_same_id_replaces_it_whole(archive: Archive) -> None:
    store(archive, entry("a1", BRIDGE, FISH))
    stored = find_article(archive, "a1")
    store(archive, entry("a1", Said("I changed my mind.", "Ana Ruiz"), published="2024-06-01"))
    found = find_article(archive, "a1")
    assert found is not None and stored is not None
    assert [quote.record["spans"][0]["text"] for quote in found[1]] == ["I changed my mind."]
    assert found[0].stored == stored[0].stored
    assert ids(archive, terms=read_terms("fishermen")) == []
    assert [person.name for person in list_people(archive, limit=10)[0]] == ["Ana Ruiz"]


def test_nothing_is_left_of_a_deleted_article(archive: Archive) -> None:
    store(archive, entry("a1", BRIDGE, FISH), entry("a2", BRIDGE, Said("We saw it.", "a witness", "unnamed")))
    assert delete_article(archive, "a1")
    assert ids(archive) == ["a2.q2", "a2.q1"]
    assert delete_article(archive, "a2")
    assert not delete_article(archive, "a2")
    left = counts(archive)
    # Names of publishers, outlets and platforms stay for the next article.
    assert {name for name, number in left.items() if number} == {"labels"}


def test_a_text_may_hold_any_character(archive: Archive) -> None:
    words = "NUL \x00, 😀, \u2028 and \ufeff stay."
    store(archive, entry("odd", Said(words, "Ana \x00 Ruiz", title="M\x00"), publisher="P\x00st", url="x\x00"))
    found = find_article(archive, "odd")
    assert found is not None
    assert words in found[0].text
    assert found[1][0].record["spans"][0]["text"] == words


def test_an_article_without_quotes_is_stored_too(archive: Archive) -> None:
    store(archive, entry("dull"))
    found = find_article(archive, "dull")
    assert found is not None and found[1] == ()


def test_a_date_that_is_none_is_refused_and_nothing_changes(archive: Archive) -> None:
    store(archive, entry("a1", BRIDGE))
    with pytest.raises(ValueError, match="day"):
        store_article(archive, entry("a1", FISH, published="2024-02-31"))
    assert ids(archive) == ["a1.q1"]


def test_several_in_one_transaction_are_all_there_or_none(archive: Archive) -> None:
    outcomes = store_articles(archive, [entry("a1", BRIDGE), entry("a2", FISH), entry("a1", BRIDGE, FISH)])
    assert [(outcome.created, len(outcome.keys)) for outcome in outcomes] == [(True, 1), (True, 1), (False, 2)]
    assert set(ids(archive)) == {"a1.q1", "a1.q2", "a2.q1"}
    with pytest.raises(ValueError, match="day"):
        store_articles(archive, [entry("a3", BRIDGE), entry("a4", FISH, published="2024-02-31")])
    assert set(ids(archive)) == {"a1.q1", "a1.q2", "a2.q1"}


def test_pages_hold_everything_once_newest_first(archive: Archive) -> None:
    for number in range(23):
        store_article(archive, entry(f"n{number}", BRIDGE, FISH, published=f"2024-05-{1 + number % 9:02}"))
    seen: list[str] = []
    before: int | None = None
    while True:
        page = search_quotes(archive, Filters(), before=before, limit=5)
        seen += [quote.id for quote in page.items]
        if page.end is None:
            break
        before = page.end
    assert len(seen) == len(set(seen)) == 46
    dates = [find_quote(archive, quote_id) for quote_id in seen]
    published = [quote.article.published for quote in dates if quote]
    assert published == sorted(published, key=str, reverse=True)
    first = list_articles(archive, limit=20)
    rest = list_articles(archive, before=first.end, limit=20)
    assert rest.end is None
    assert len({article.id for article in (*first.items, *rest.items)}) == 23


# --- Filters and search -----------------------------------------------------------------------------------------------

LIBRARY = (
    entry("a", BRIDGE, Said("We won’t pay for López’s naïve tunnel.", "Erik Lund", outlet="CNN",
                            programme="State of the Union", type="mixed", confidence=0.5)),
    entry("b", Said("Attacks on the harbour stopped.", "Volodymyr Zelensky", title="Ukrainian President",
                    platform="Telegram"), publisher="Evening News", published="2024-05-07T22:30:00+02:00"),
    entry("c", Said("The attack went on.", "Володимир Зеленський", outlet="Reuters", type="indirect"),
          publisher="Kharkiv Daily", published="2024-05-08"),
    entry("d", Said("I saw the bridge fall.", "an elderly woman", "unnamed"), publisher=None, published=None),
)  # fmt: skip

FILTERS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("everything", {}, {"a.q1", "a.q2", "b.q1", "c.q1", "d.q1"}),
    ("a name", {"speakers": ("Erik Lund",)}, {"a.q2"}),
    ("one word of it, any case", {"speakers": ("lund",)}, {"a.q2"}),
    ("a name spelled otherwise finds every spelling", {"speakers": ("Zelenskiy",)}, {"b.q1", "c.q1"}),
    ("in Cyrillic", {"speakers": ("Зеленський",)}, {"b.q1", "c.q1"}),
    ("a title finds the person where it is not printed too", {"speakers": ("Ukrainian President",)}, {"b.q1", "c.q1"}),
    ("somebody unnamed", {"speakers": ("elderly woman",)}, {"d.q1"}),
    ("any of two", {"speakers": ("Lund", "Ruiz")}, {"a.q1", "a.q2"}),
    ("outlet", {"outlets": ("cnn",)}, {"a.q2"}),
    ("programme", {"outlets": ("state of the union",)}, {"a.q2"}),
    ("publisher", {"publishers": ("harbour post",)}, {"a.q1", "a.q2"}),
    ("platform", {"platforms": ("telegram",)}, {"b.q1"}),
    ("types", {"types": ("mixed", "indirect")}, {"a.q2", "c.q1"}),
    ("confidence", {"min_confidence": 0.6, "publishers": ("Post",)}, {"a.q1"}),
    ("from", {"start": read_moment("2024-05-08"), "types": ("indirect",)}, {"c.q1"}),
    ("to means all of its day", {"end": read_end("2024-05-07")}, {"a.q1", "a.q2", "b.q1"}),
    ("zones count", {"start": read_moment("2024-05-07T20:30:00Z"), "end": read_end("2024-05-07T20:30:00Z")}, {"b.q1"}),
    ("a word", {"terms": read_terms("bridge")}, {"a.q1", "d.q1"}),
    ("forms of a word", {"terms": read_terms("attacking")}, {"b.q1", "c.q1"}),
    ("small words count", {"terms": read_terms("went on")}, {"c.q1"}),
    ("apostrophes and accents", {"terms": read_terms("wont LOPEZ'S naive")}, {"a.q2"}),
    ("a phrase", {"terms": read_terms('"the bridge will"')}, {"a.q1"}),
    ("a beginning", {"terms": read_terms("harb*")}, {"b.q1"}),
    ("without", {"terms": read_terms("bridge -fall")}, {"a.q1"}),
    ("all must accept", {"terms": read_terms("attack"), "outlets": ("Reuters",), "speakers": ("Zelensky",)}, {"c.q1"}),
    # Must not match.
    ("part of a name's word", {"speakers": ("Zelen",)}, set()),
    ("two words of two names", {"speakers": ("Ana Lund",)}, set()),
    ("words of name and title are not one name", {"speakers": ("Zelensky Ukrainian",)}, set()),
    ("a sign where a name should be", {"speakers": ("%",)}, set()),
    ("part of an outlet's word", {"outlets": ("Reuter",)}, set()),
    ("a sign where an outlet should be", {"outlets": ("%",)}, set()),
    ("words in another order are no phrase", {"terms": read_terms('"bridge the will"')}, set()),
    ("a beginning without a star", {"terms": read_terms("harb")}, set()),
    ("one word missing", {"terms": read_terms("bridge tunnel")}, set()),
    ("before everything", {"end": read_moment("2024-05-06")}, set()),
    ("nobody's number", {"speakers": ("p999999",)}, set()),
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    if request.param == "sqlite":
        place = str(tmp_path_factory.mktemp("library") / "archive.db")
    elif reason := why_no_postgresql():
        pytest.skip(reason)
    else:
        place = make_database(request.getfixturevalue("postgresql"), f"library{next(_numbers)}")
    opened = open_archive(place)
    prepare(opened)
    store(opened, *LIBRARY)
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize(("filters", "expected"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS])
def test_filters(library: Archive, filters: dict[str, Any], expected: set[str]) -> None:
    assert set(ids(library, **filters)) == expected


@pytest.mark.parametrize("nothing", ["", "*", "-bridge", '""', "…", "- -"])
def test_a_search_needs_a_word(nothing: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        read_terms(nothing)


@given(st.text(max_size=30))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_search_is_answered(library: Archive, sent: str) -> None:
    try:
        terms = read_terms(sent)
    except ValueError:
        return
    search_quotes(library, Filters(terms=terms, speakers=(sent,), outlets=(sent,)), limit=3)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**62), st.integers(0, 2**62))
def test_keys_and_cursors_go_both_ways(moment: datetime, one: int, two: int) -> None:
    assert key_moment(first_key(moment)) == moment.replace(microsecond=0)
    assert first_key(moment) < 2**63
    assert read_cursor(write_cursor(one, two), count=2) == (one, two)


# --- People -----------------------------------------------------------------------------------------------------------

# Two articles name somebody so; are they one? Columns: why, first name and title, second, verdict.
PEOPLE: list[tuple[str, tuple[str, str | None], tuple[str, str | None], bool]] = [
    ("the same name", ("Ana Ruiz", None), ("Ana Ruiz", "Mayor"), True),
    ("honorific", ("Dr. Ana Ruiz", None), ("Ana Ruiz", None), True),
    ("transliteration", ("Volodymyr Zelensky", None), ("Volodymyr Zelenskyy", None), True),
    ("another script", ("Volodymyr Zelensky", None), ("Володимир Зеленський", None), True),
    ("both names transliterated", ("Sergei Lavrov", None), ("Sergey Lavrov", None), True),
    ("nickname", ("Bill Hale", None), ("William Hale", None), True),
    ("middle name in one", ("Ana Maria Ruiz", None), ("Ana Ruiz", None), True),
    ("accents", ("José Muñoz", None), ("Jose Munoz", None), True),
    ("surname with the same full title", ("Zelensky", "Ukrainian President"),
     ("Volodymyr Zelensky", "Ukrainian President"), True),
    ("a slip with the same full title", ("Vadym Boichenkov", "Mariupol City Mayor"),
     ("Vadym Boichenko", "Mariupol City Mayor"), True),
    # Must not be one.
    ("given names differ", ("John Kerry", None), ("Jane Kerry", None), False),
    ("husband and wife", ("Volodymyr Zelensky", None), ("Olena Zelenska", None), False),
    ("given names differ, same title", ("John Kerry", "Foreign Minister"), ("Jane Kerry", "Foreign Minister"), False),
    ("a surname alone", ("Kerry", None), ("John Kerry", None), False),
    ("a surname alone, twice", ("Kerry", None), ("Kerry", None), False),
    ("a surname with a title many hold", ("Johnson", "President"), ("Lyndon Johnson", "President"), False),
    ("an initial says too little", ("J. Kerry", None), ("John Kerry", None), False),
    ("middle initials differ", ("George H. W. Bush", None), ("George W. Bush", None), False),
    ("father and son", ("Tom Hale Jr.", None), ("Tom Hale", None), False),
    ("surnames a letter apart", ("John Miller", None), ("John Milner", None), False),
    ("surnames alike", ("Sergei Lavrov", None), ("Sergei Larov", None), False),
    ("somebody else", ("Ana Ruiz", None), ("Bob Hill", None), False),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "one"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_who_is_one_across_articles(
    first: tuple[str, str | None], second: tuple[str, str | None], one: bool, turned: bool
) -> None:
    known, new = (second, first) if turned else (first, second)
    candidates = {1: [Spelling(known[0], known[1] or "")]}
    assert (choose_person("person", Spelling(new[0], new[1] or ""), candidates) == 1) is one


@pytest.mark.parametrize(("first", "second", "one"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
def test_the_archive_finds_whom_it_should(tmp_path: Path, first: Any, second: Any, one: bool) -> None:
    opened = open_archive(str(tmp_path / "archive.db"))
    prepare(opened)
    for number, (name, title) in enumerate((first, second)):
        store_article(opened, entry(f"n{number}", Said("Yes, we did that.", name, title=title)))
    assert len(list_people(opened, limit=9)[0]) == (1 if one else 2)
    opened.engine.dispose()


def test_people_of_one_article_stay_apart(archive: Archive) -> None:
    store(archive, entry("a", Said("One.", "Ana Ruiz")))
    store(archive, entry("b", Said("Two.", "Ana Ruiz"), Said("Three.", "Ana Maria Ruiz")))
    assert sorted(person.quotes for person in list_people(archive, limit=9)[0]) == [1, 2]


def test_a_chain_of_spellings_joins_nobody_who_does_not_fit_all(archive: Archive) -> None:
    store(archive, entry("a", Said("One.", "Ana Ruiz")), entry("b", Said("Two.", "Ana Maria Ruiz")))
    store(archive, entry("c", Said("Three.", "Ana Isabel Ruiz")))
    assert sorted(person.quotes for person in list_people(archive, limit=9)[0]) == [1, 2]


@pytest.mark.parametrize("kind", ["unnamed", "group", "document"])
def test_who_has_no_name_is_of_one_article(archive: Archive, kind: Any) -> None:
    for number in range(2):
        store_article(archive, entry(f"n{number}", Said("We saw it.", "a resident", kind)))
    assert list_people(archive, limit=9)[0] == ()
    assert len(ids(archive, speakers=("a resident",))) == 2


def test_organisations_are_one_by_all_their_words(archive: Archive) -> None:
    names = ("the Ministry of Health", "Ministry of Health", "Ministry of Defence", "WHO", "World Health Organization")
    for number, name in enumerate(names):
        store_article(archive, entry(f"n{number}", Said("No comment.", name, "organisation")))
    assert sorted(person.quotes for person in list_people(archive, limit=9)[0]) == [1, 1, 1, 2]


def test_a_speaker_goes_by_the_name_most_articles_use(archive: Archive) -> None:
    for number, name in enumerate(("Volodymyr Zelenskiy", "Volodymyr Zelensky", "Volodymyr Zelensky")):
        said = Said("We stay.", name, title="President" if number else None)
        store_article(archive, entry(f"n{number}", said, published=f"202{number}-03-05", publisher=f"Paper {number}"))
    (person,), _ = list_people(archive, limit=9)
    detail = find_person(archive, person.id)
    assert detail is not None
    assert (detail.name, detail.title, detail.quotes) == ("Volodymyr Zelensky", "President", 3)
    assert detail.names == (("Volodymyr Zelensky", 2), ("Volodymyr Zelenskiy", 1))
    assert detail.titles == (("President", 2),)
    assert [period.period for period in find_timeline(archive, person.key, by="year")] == ["2020", "2021", "2022"]
    days = find_timeline(archive, person.key, by="day")
    assert (days[0].period, days[0].quotes, days[0].articles, days[0].publishers) == (
        "2020-03-05", 1, 1, ("Paper 0",),
    )  # fmt: skip
    delete_article(archive, "n1")
    delete_article(archive, "n2")
    again = find_person(archive, person.id)
    assert again is not None
    assert (again.name, again.quotes) == ("Volodymyr Zelenskiy", 1)


NAMES = ("Ana Ruiz", "Bob Hill", "Liu Mei", "Petra Novak", "Tom Hale", "Yusuf Demir", "Ellen Brandt")


def test_speakers_come_in_pages_most_quoted_first(archive: Archive) -> None:
    for number in range(7):
        said = [Said(f"Number {step}.", NAMES[number]) for step in range(1 + number % 3)]
        store_article(archive, entry(f"n{number}", *said))
    seen, after = [], None
    while True:
        people, after = list_people(archive, before=after, limit=2)
        seen += people
        if after is None:
            break
    assert [person.quotes for person in seen] == [3, 3, 2, 2, 1, 1, 1]
    assert {person.name for person in seen} == set(NAMES)


# --- Versions of a statement ------------------------------------------------------------------------------------------

LONG = "My father fished here and his father fished here, and now a ship takes in one night what we take in a year."


def test_versions_of_a_statement(archive: Archive) -> None:
    store(
        archive,
        entry("w", Said("The bridge will be reopened on Monday regardless of the weather.", "Ana Ruiz"),
              published="2024-05-08"),
        entry("o", BRIDGE, FISH, published="2024-05-06"),
        entry("s", Said("The bridge will open again on Monday whatever the weather does", "Ana Ruíz"),
              published="2024-05-07"),
        entry("x", Said("The bridge will open again on Monday, whatever the weather does.", "Tunde Bello"),
              published="2024-05-09"),
        entry("n", Said("The school will open again on Thursday.", "Ana Ruiz"), published="2024-05-09"),
    )  # fmt: skip
    for asked in ("w.q1", "o.q1", "s.q1"):
        quote = find_quote(archive, asked)
        assert quote is not None
        statement = find_variants(archive, quote)
        assert [version.label for version in statement.versions] == [
            "identical", "identical", "reworded", "attributed to somebody else",
        ]  # fmt: skip
        shown = [version.utterance.printed for version in statement.versions]
        assert shown[0] == BRIDGE.words
    assert statement.versions[2].difference.changed == pytest.approx(5 / 11)
    alone = find_quote(archive, "n.q1")
    assert alone is not None
    assert len(find_variants(archive, alone).versions) == 1


def test_two_cuts_of_one_answer_are_both_its_versions(archive: Archive) -> None:
    store(
        archive,
        entry("whole", Said(LONG, "Omar Haddad")),
        entry("cut", Said("My father fished here and his father fished here", "Omar Haddad"),
              Said("a ship takes in one night what we take in a year", "Omar Haddad"), published="2024-05-07"),
    )  # fmt: skip
    quote = find_quote(archive, "whole.q1")
    assert quote is not None
    assert [version.label for version in find_variants(archive, quote).versions] == ["identical", "trimmed", "trimmed"]


def test_drift_lists_each_statement_once_most_different_first(archive: Archive) -> None:
    store(
        archive,
        entry("a", BRIDGE, Said(LONG, "Omar Haddad")),
        entry("b", Said("The bridge will be reopened on Monday regardless of the weather.", "Ana Ruiz"),
              Said(LONG.replace("a year", "one year"), "Omar Haddad"), published="2024-05-07"),
        entry("c", Said("Regardless of weather the bridge is to reopen on Monday.", "Ana Ruiz"),
              Said("a ship takes in one night what we take in a year", "Omar Haddad"), published="2024-05-08"),
    )  # fmt: skip
    drift = find_drift(archive, labels=("reworded", "attributed to somebody else"), limit=10)
    firsts = [statement.versions[0].utterance.printed for statement in drift.statements]
    assert firsts == [BRIDGE.words, LONG]
    assert (drift.end, drift.unlinked) == (None, 0)
    page = find_drift(archive, labels=("reworded",), limit=1)
    assert page.end is not None
    rest = find_drift(archive, labels=("reworded",), after=page.end, limit=1)
    assert [
        page.statements[0].versions[0].utterance.printed,
        rest.statements[0].versions[0].utterance.printed,
    ] == firsts
    assert rest.end is None
    trimmed = find_drift(archive, labels=("trimmed",), limit=10)
    assert [statement.versions[0].utterance.printed for statement in trimmed.statements] == [LONG]
    assert find_drift(archive, labels=("identical",), limit=10).statements == ()
    delete_article(archive, "b")
    delete_article(archive, "c")
    assert find_drift(archive, labels=("reworded", "trimmed"), limit=10).statements == ()


def test_what_is_not_compared_yet_is_counted_and_can_be_later(archive: Archive) -> None:
    for number in range(3):
        store_article(archive, entry(f"n{number}", BRIDGE))
    assert count_unlinked(archive) == 3
    assert find_drift(archive, labels=("identical",), limit=5).unlinked == 3
    assert sum(link_all(archive)) == 3
    assert count_unlinked(archive) == 0
    assert counts(archive)["links"] == 3
    link_quotes(archive, [quote.key for quote in search_quotes(archive, Filters(), limit=9).items])
    assert counts(archive)["links"] == 3


# --- Upkeep -----------------------------------------------------------------------------------------------------------


class Rereader:
    """Reads every text as one quote; fails on texts that hold ``poison`` until it is emptied."""

    def __init__(self, poison: str) -> None:
        self.poison = poison
        self.read: list[str] = []

    def __call__(self, articles: Sequence[Article]) -> tuple[Extraction, ...]:
        if self.poison and any(self.poison in article.text for article in articles):
            raise RuntimeError("cannot")
        self.read += [article.text for article in articles]
        return tuple(Extraction(article.text, extract_said([]).quotes, ()) for article in articles)


def test_rereading_can_be_stopped_and_goes_on(archive: Archive) -> None:
    for number in range(20):
        store_article(archive, entry(f"n{number}", Said(f"Number {number} it is.", "Ana Ruiz")))
    package = {"package": "onrecord-en", "version": "2"}
    reader = Rereader("Number 7 ")
    run = reextract(archive, reader, package)
    for _ in range(5):
        next(run)
    run.close()
    assert count_stale(archive, package) == 15
    outcomes = list(reextract(archive, reader, package))
    assert [outcome.id for outcome in outcomes if outcome.error] == ["n7"]
    assert count_stale(archive, package) == 1
    assert ids(archive) == ["n7.q1"]
    reader.poison = ""
    assert [outcome.error for outcome in reextract(archive, reader, package)] == [None]
    assert count_stale(archive, package) == 0
    found = find_article(archive, "n3")
    assert found is not None
    assert (found[0].version, found[0].published, found[0].publisher) == ("2", "2024-05-06", "The Harbour Post")


def test_a_copy_is_whole_while_the_archive_is_in_use(where: str, archive: Archive, tmp_path: Path) -> None:
    for number in range(30):
        store_article(archive, entry(f"n{number}", BRIDGE, FISH))
    stop = threading.Event()

    def keep_storing() -> None:
        for number in count(100):
            if stop.is_set():
                return
            store_article(archive, entry(f"n{number}", BRIDGE, FISH))

    thread = threading.Thread(target=keep_storing)
    thread.start()
    try:
        back_up(archive, tmp_path / "copy")
    finally:
        stop.set()
        thread.join()
    with pytest.raises(FileExistsError):
        back_up(archive, tmp_path / "copy")
    if not archive.embedded:
        assert (tmp_path / "copy").read_bytes()[:5] == b"PGDMP"
        return
    copy = open_archive(str(tmp_path / "copy"))
    prepare(copy)
    number = counts(copy)
    assert number["articles"] >= 30
    assert number["quotes"] == 2 * number["articles"]
    copy.engine.dispose()


def test_migrations_make_the_tables_of_the_code(archive: Archive) -> None:
    with archive.reading() as reading:
        context = MigrationContext.configure(reading, opts={"include_object": _is_ours})
        assert compare_metadata(context, tables.metadata) == []


def _is_ours(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    """True for what the code describes; full-text search is the migrations' own."""
    return "search" not in (name or "") and "search" not in str(getattr(item, "table", ""))


def test_migrations_go_down_and_up_again(archive: Archive) -> None:
    store(archive, entry("a", BRIDGE))
    with archive.writing() as writing:
        command.downgrade(migration_config(writing), "base")
    with pytest.raises(ArchiveMismatchError, match="upgrade"):
        prepare(archive)
    upgrade(archive)
    prepare(archive)
    store(archive, entry("a", BRIDGE))
    assert ids(archive, terms=read_terms("bridge")) == ["a.q1"]


def test_an_archive_of_the_first_version_keeps_its_statements_together(archive: Archive) -> None:
    """Its words were rows of a table; they move to the quotes, and back when an operator goes back."""
    reworded = Said("The bridge will be reopened on Monday regardless of the weather.", "Ana Ruiz")
    store(archive, entry("a", BRIDGE), entry("b", reworded, published="2024-05-07"))
    now = counts(archive)
    with archive.writing() as writing:
        command.downgrade(migration_config(writing), "0001")
        rows = writing.exec_driver_sql("SELECT count(*) FROM terms").scalar_one()
    assert rows == now["term_search"] > 0
    upgrade(archive)
    assert counts(archive) == now
    quote = find_quote(archive, "a.q1")
    assert quote is not None and len(find_variants(archive, quote).versions) == 2
    assert delete_article(archive, "a") and delete_article(archive, "b")
    assert counts(archive)["term_search"] == 0


@pytest.mark.parametrize("where_not", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "://"])
def test_what_is_no_place_for_an_archive(where_not: str) -> None:
    with pytest.raises(ValueError, match=r"memory|SQLite|URL"):
        open_archive(where_not)


# --- Faults -----------------------------------------------------------------------------------------------------------


def hold(where: str) -> Callable[[], None]:
    """Take the writer's lock from outside, as another process would; return what gives it back."""
    other = open_archive(where)
    context = other.writing()
    context.__enter__()

    def release() -> None:
        context.__exit__(None, None, None)
        other.engine.dispose()

    return release


def test_a_locked_archive_refuses_and_loses_nothing(
    where: str, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.2)
    impatient = open_archive(where, busy_seconds=0.2)
    store(archive, entry("a", BRIDGE))
    release = hold(where)
    try:
        for refused in (
            lambda: store_article(impatient, entry("a", FISH)),
            lambda: store_article(impatient, entry("b", FISH)),
            lambda: delete_article(impatient, "a"),
        ):
            with pytest.raises(ArchiveUnavailableError, match="locked"):
                refused()
        # Readers go on meanwhile.
        assert ids(impatient) == ["a.q1"]
    finally:
        release()
    store(impatient, entry("b", FISH))
    assert ids(archive) == ["b.q1", "a.q1"]
    impatient.engine.dispose()


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    opened = open_archive(str(tmp_path / "archive.db"))
    prepare(opened)
    store(opened, entry("a", BRIDGE))

    def limit(connection: sqlite3.Connection, _: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    event.listen(opened.engine, "connect", limit)
    opened.engine.dispose()
    stored = ["a"]
    with pytest.raises(ArchiveUnavailableError, match="full"):
        for number in range(200):
            store_article(
                opened, entry(f"n{number}", *[Said(f"{LONG} {number} {step}", "Ana Ruiz") for step in range(9)])
            )
            stored.append(f"n{number}")
    event.remove(opened.engine, "connect", limit)
    opened.engine.dispose()
    assert {article.id for article in list_articles(opened, limit=500).items} == set(stored)
    assert len(ids(opened, terms=read_terms("father"))) == min(100, 9 * (len(stored) - 1))
    with opened.reading() as reading:
        assert reading.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    store(opened, entry("after", FISH))
    opened.engine.dispose()


def test_a_server_that_is_gone_is_no_fault_of_ours() -> None:
    gone = open_archive("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(ArchiveUnavailableError):
        store_article(gone, entry("a", BRIDGE))


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnavailableError, match="opened"):
        prepare(open_archive(str(tmp_path / "no" / "such" / "folder" / "archive.db")))


def test_many_writers_make_one_of_each(archive: Archive) -> None:
    failures: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for number in range(8):
                store_article(archive, entry(f"w{worker}-{number}", BRIDGE, FISH))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    number = counts(archive)
    assert (number["articles"], number["quotes"], number["people"]) == (32, 64, 2)
    assert sorted(person.quotes for person in list_people(archive, limit=9)[0]) == [32, 32]


# --- Any order of stores and deletes ----------------------------------------------------------------------------------

_NAMES = ["Ana Ruiz", "Ana Maria Ruiz", "Bob Hill", "Bobby Hill", "Hill", None]
_WORDS = [BRIDGE.words, FISH.words, LONG, "Go home!"]
_said = st.builds(Said, st.sampled_from(_WORDS), st.sampled_from(_NAMES), outlet=st.sampled_from([None, "Reuters"]))
_steps = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.one_of(st.none(), st.lists(_said, max_size=3))), max_size=8
)


@given(_steps)
@hypothesis_settings(
    max_examples=15 if "ONRECORD_FUZZ_EXAMPLES" not in os.environ else 300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_of_stores_and_deletes_leaves_it_whole(tmp_path: Path, steps: list[Any]) -> None:
    opened = open_archive(str(tmp_path / f"order{next(_numbers)}.db"))
    prepare(opened)
    expected: dict[str, list[Said]] = {}
    for article_id, said in steps:
        if said is None:
            assert delete_article(opened, article_id) == (expected.pop(article_id, None) is not None)
        else:
            store(opened, entry(article_id, *said))
            expected[article_id] = said
    with opened.reading() as reading:
        quotes, people = tables.quotes.c, tables.people.c
        assert reading.execute(select(func.count()).select_from(tables.quotes)).scalar_one() == sum(
            map(len, expected.values())
        )
        for key, number in reading.execute(select(people.key, people.quotes)).all():
            said_by = select(func.count()).where(quotes.person_key == key)
            assert reading.execute(said_by).scalar_one() == number > 0
        uses = reading.execute(select(func.coalesce(func.sum(tables.spellings.c.uses), 0))).scalar_one()
        assert uses == reading.execute(select(func.count()).select_from(tables.appearances)).scalar_one()
        assert reading.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for index in ("quote_search", "term_search"):
            reading.exec_driver_sql(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    opened.engine.dispose()
