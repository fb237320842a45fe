"""The whole engine with its models: ``cases/articles.txt``, ``cases/statements.txt``, and any text at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from blocks import CASES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.quotes import load_extractor
from service.quotes.types import Article, Extraction, Quote, Span

pytestmark = [pytest.mark.models, pytest.mark.filterwarnings("default")]
Extract = Callable[[Sequence[Article]], Sequence[Extraction]]


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    expected: tuple[tuple[str, ...], ...]
    text: str


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    rows = tuple(tuple(line.removeprefix("quote: ").split(" / ")) for line in lines if line.startswith("quote: "))
    return Case(name, reason, rows, "\n".join(line for line in lines if not line.startswith("quote: ")))


def _table(file: str) -> list[Case]:
    return [_case(block) for block in (CASES / file).read_text(encoding="utf-8").split("\n## ")[1:]]


STATEMENTS = _table("statements.txt")
TABLE = [*_table("articles.txt"), *STATEMENTS]


@pytest.fixture(scope="module")
def extract() -> Extract:
    """The engine, loaded once."""
    return load_extractor()


@pytest.fixture(scope="module")
def extractions(extract: Extract) -> dict[str, Extraction]:
    """All articles of the tables by their text, read in one call."""
    return dict(zip((case.text for case in TABLE), extract([Article(case.text) for case in TABLE]), strict=True))


def _row(text: str, quote: Quote) -> tuple[str, ...]:
    outlet = quote.outlet
    more = {
        "outlet": outlet.name if outlet else None,
        "programme": outlet.programme if outlet else None,
        "interviewer": outlet.interviewer if outlet else None,
        "platform": quote.platform,
    }
    name = quote.speaker.person.name if quote.speaker else None
    pieces = " | ".join(span.of(text) for span in quote.spans)
    return quote.type, pieces, name or "-", *(f"{key} {value}" for key, value in more.items() if value)


def _agrees(row: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether a quote is the one expected: all fields equal, the name one of those given."""
    same = (*row[:2], *row[3:]) == (*found[:2], *found[3:])
    return same and found[2] in row[2].split(" or ")


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_quotes(case: Case, extractions: dict[str, Extraction]) -> None:
    found = [_row(case.text, quote) for quote in extractions[case.text].quotes]
    assert len(found) == len(case.expected) and all(map(_agrees, case.expected, found)), (case.reason, found)


def test_half_of_the_statements_give_no_quote() -> None:
    refused = [case for case in STATEMENTS if case.id.startswith("not_")]
    assert 2 * len(refused) >= len(STATEMENTS)
    assert all(bool(case.expected) != (case in refused) for case in STATEMENTS)


def _spans(extraction: Extraction) -> Iterator[Span]:
    for quote in extraction.quotes:
        yield from quote.spans
        yield from (role.span for role in quote.explanation.roles)
        yield from (span for span in (quote.cue, quote.speaker and quote.speaker.mention) if span is not None)
        if quote.outlet is not None and quote.outlet.mention is not None:
            yield quote.outlet.mention
    for person in extraction.people:
        yield from person.mentions


def check(text: str, extraction: Extraction) -> None:
    """What holds of the quotes of any text."""
    assert extraction.text == text
    assert [quote.id for quote in extraction.quotes] == [f"q{n}" for n in range(1, len(extraction.quotes) + 1)]
    starts = [quote.spans[0].start for quote in extraction.quotes]
    assert starts == sorted(starts)
    for span in _spans(extraction):
        assert 0 <= span.start < span.end <= len(text)
    for quote in extraction.quotes:
        assert quote.spans
        assert all(a.end <= b.start for a, b in zip(quote.spans, quote.spans[1:], strict=False))
        assert quote.speaker is None or quote.speaker.person in extraction.people
        figures = (quote.confidence.span, quote.confidence.speaker, quote.confidence.outlet)
        assert all(figure is None or 0 <= figure <= 1 for figure in figures)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_every_span_slices_back(case: Case, extractions: dict[str, Extraction]) -> None:
    check(case.text, extractions[case.text])


def test_an_article_is_read_the_same_alone_and_among_others(
    extract: Extract, extractions: dict[str, Extraction]
) -> None:
    case = next(case for case in TABLE if case.id == "told_agency")
    (alone,) = extract([Article(case.text)])
    rows = [[_row(case.text, quote) for quote in found.quotes] for found in (alone, extractions[case.text])]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff", "🎉 ", "e\u0301\n", "\r\n", "\u2028", "\u00a0"])
def test_what_stands_before_changes_no_words(extract: Extract, before: str) -> None:
    text = before + "“The lake froze in one night,” Ines Faro said."
    (extraction,) = extract([Article(text)])
    assert [span.of(text) for quote in extraction.quotes for span in quote.spans] == ["The lake froze in one night,"]


MARKS = ("“", "”", '"', "'", "‘", "’", "«", "»", "``", "''", "„", ".", "…", "—", "--", ":", ",", "?!", "(", "[")
SPACES = ("\n", "\n\n", "\r\n", "\t", " ", "\u00a0", "\u2028", "\x00", "\ufeff", "\u202e")
LETTERS = ("🎉", "👩\u200d👧", "e\u0301", "\u0301", "שלום", "سلام", "你好", "ﬁ", "İ", "𝔄", "1,000", "Q:", "A:")
WORDS = ("said", "Ana Ruiz", "he said", "told Reuters", "according to", "that", "the mill burned", "adding that")
POSTS = ("— Ines Faro (@inesfaro) March 5, 2022", "https://example.org/x", "on Telegram", "The CNN “Show”")
PARTS = st.sampled_from([*MARKS, *SPACES, *LETTERS, *WORDS, *POSTS])


@given(st.lists(PARTS, max_size=30).map(" ".join) | st.lists(PARTS, max_size=30).map("".join) | st.text(max_size=120))
@example("")
@example("\x00")
@example("“")
@example("”" * 40)
@example("said said said said")
@example("“a” " * 60)
@example("A" * 3000)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_gives_quotes_inside_it_in_order(extract: Extract, text: str) -> None:
    (extraction,) = extract([Article(text)])
    check(text, extraction)
