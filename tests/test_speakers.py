"""Who is taken to say what in whole articles, with the models: ``cases/speakers.txt``."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from blocks import CASES

from service.quotes import load_extractor
from service.quotes.types import Article, Extraction, Person

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("default")]


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table: in ``rows`` the words of a quote, its speaker's names, kinds and titles that are right.

    Kinds and titles are empty where any will do.
    """

    id: str
    reason: str
    rows: tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]
    text: str


def _row(line: str) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    words, name, *more = line.split(" / ")
    fields = dict(field.split(" ", 1) for field in more)
    assert fields.keys() <= {"kind", "title"}, line
    kinds, titles = (tuple(filter(None, fields.get(key, "").split(" or "))) for key in ("kind", "title"))
    return words, tuple(name.casefold().split(" or ")), kinds, titles


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    rows = tuple(_row(line.removeprefix("who: ")) for line in lines if line.startswith("who: "))
    return Case(name, reason, rows, "\n".join(line for line in lines if not line.startswith("who: ")))


TABLE = [_case(block) for block in (CASES / "speakers.txt").read_text(encoding="utf-8").split("\n## ")[1:]]


@pytest.fixture(scope="module")
def extractions() -> dict[str, Extraction]:
    """All articles of the table, read in one call."""
    found = load_extractor()([Article(case.text) for case in TABLE])
    return dict(zip((case.id for case in TABLE), found, strict=True))


def _speaker(extraction: Extraction, words: str) -> Person | None:
    at = extraction.text.index(words)
    holding = (q for q in extraction.quotes for span in q.spans if span.start <= at and at + len(words) <= span.end)
    quote = next(holding, None)
    assert quote is not None, f"no quote holds {words!r}"
    return quote.speaker.person if quote.speaker else None


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_speakers(case: Case, extractions: dict[str, Extraction]) -> None:
    for words, names, kinds, titles in case.rows:
        person = _speaker(extractions[case.id], words)
        name = (person.name if person else None) or "-"
        assert name.casefold() in names, f"{case.reason}: {words!r}"
        assert not kinds or (person is not None and person.kind in kinds), f"{words!r}: {person}"
        assert not titles or (person is not None and (person.title or "-") in titles), f"{words!r}: {person}"


def test_ids_are_once() -> None:
    assert len({case.id for case in TABLE}) == len(TABLE)
