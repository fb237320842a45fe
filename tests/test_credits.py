"""Who each statement of a sentence is by and who got or carried it, with the models: ``cases/credits.txt``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from blocks import CASES

from service.quotes import load_extractor
from service.quotes.types import Article, Extraction, Quote

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("default")]


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    expected: tuple[tuple[str, ...], ...]
    publisher: str | None
    text: str


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    rows = tuple(tuple(line.removeprefix("who: ").split(" / ")) for line in lines if line.startswith("who: "))
    publisher = next((line.removeprefix("publisher: ") for line in lines if line.startswith("publisher: ")), None)
    text = "\n".join(line for line in lines if not line.startswith(("who: ", "publisher: ")))
    return Case(name, reason, rows, publisher, text)


TABLE = [_case(block) for block in (CASES / "credits.txt").read_text(encoding="utf-8").split("\n## ")[1:]]


@pytest.fixture(scope="module")
def extractions() -> dict[str, Extraction]:
    """All articles of the table, read in one call."""
    found: Sequence[Extraction] = load_extractor()([Article(case.text, publisher=case.publisher) for case in TABLE])
    return dict(zip((case.id for case in TABLE), found, strict=True))


def _row(quote: Quote) -> tuple[str, ...]:
    outlet = quote.outlet
    fields = {
        "outlet": outlet and outlet.name,
        "programme": outlet and outlet.programme,
        "interviewer": outlet and outlet.interviewer,
    }
    carried = ("carried",) if outlet and outlet.basis == "carried" else ()
    platform = (f"platform {quote.platform}",) if quote.platform else ()
    name = quote.speaker.person.name if quote.speaker else None
    return (name or "-", *(f"{key} {value}" for key, value in fields.items() if value), *carried, *platform)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_credits(case: Case, extractions: dict[str, Extraction]) -> None:
    found = [_row(quote) for quote in extractions[case.id].quotes]
    pairs = zip(case.expected, found, strict=False)
    same = [row[1:] == got[1:] and got[0] in row[0].split(" or ") for row, got in pairs]
    assert len(found) == len(case.expected) and all(same), (case.reason, found)


def test_much_of_the_table_gives_nothing() -> None:
    refused = [case for case in TABLE if case.id.startswith("not_")]
    assert len(refused) * 4 >= len(TABLE)
    assert all(len(row) == 1 for case in refused for row in case.expected)
