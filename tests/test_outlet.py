"""Outlets of statements: a table of sentences with hand-made parses, half of which must give none."""

from __future__ import annotations

import pytest
from blocks import Case, read_cases, statements_of
from hypothesis import given
from hypothesis import strategies as st

from service.quotes.outlet import name_outlets
from service.quotes.outlet_names import bare_outlet, find_listed
from service.quotes.sightings import find_sightings
from service.quotes.types import ParsedText

TABLE = read_cases("outlets.txt")


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_heads_are_sound(case: Case) -> None:
    for sentence in case.parsed.sentences:
        heads = [token.head for token in sentence.tokens]
        assert heads.count(-1) == 1
        assert all(-1 <= head < len(heads) and head != index for index, head in enumerate(heads))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_outlets(case: Case) -> None:
    attributions, speakers = statements_of(case)
    outlets = name_outlets(case.parsed, attributions, speakers, publisher=case.publisher)
    found = tuple(
        ("-",)
        if outlet is None
        else (
            outlet.name,
            *((f"programme {outlet.programme}",) if outlet.programme else ()),
            *((f"interviewer {outlet.interviewer}",) if outlet.interviewer else ()),
            *(("carried",) if outlet.basis == "carried" else ()),
        )
        for outlet in outlets
    )
    assert found == case.expected, f"{case.reason}: {case.parsed.text}"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_mentions_lie_in_the_text(case: Case) -> None:
    attributions, speakers = statements_of(case)
    for outlet in name_outlets(case.parsed, attributions, speakers, publisher=case.publisher):
        if outlet is not None and outlet.mention is not None:
            assert outlet.mention.of(case.parsed.text)
            assert 0 <= outlet.score <= 1


def test_half_of_the_table_gives_nothing() -> None:
    refused = [case for case in TABLE if case.id.startswith("not_")]
    assert len(refused) * 3 >= len(TABLE)
    assert all(("-",) in case.expected for case in refused)


@pytest.mark.parametrize(
    ("text", "names", "reason"),
    [
        ("She told Reuters.", ["Reuters"], "an agency"),
        ("She told Interfax-Ukraine and Interfax.", ["Interfax-Ukraine", "Interfax"], "the longer name first"),
        ("L'Express and L’Express", ["L’Express", "L’Express"], "both apostrophes"),
        ("CNNs", [], "part of a word"),
        ("cnn", [], "names keep their capitals"),
        ("The Reutersville fair", [], "part of a word"),
        ("www.bbc-fans.example", [], "lower case within an address"),
        ("", [], "nothing in nothing"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:24],
)
def test_listed_names(text: str, names: list[str], reason: str) -> None:
    assert [sighting.outlet for sighting in find_listed(text)] == names, reason


@pytest.mark.parametrize(
    ("phrase", "name", "reason"),
    [
        ("the Zorya news agency", "Zorya", "a noun behind the name"),
        ("the state-run Zorya news agency", "Zorya", "what leads the name"),
        ("the Russian Interfax news agency", "Interfax", "an adjective of place leads it"),
        ("Syria's SANA news agency", "SANA", "a place owns it"),
        ("state news agency SANA", "SANA", "a noun before the name"),
        ("The public broadcaster NHK", "NHK", "another"),
        ("British newspaper The Guardian", "The Guardian", "an article within"),
        ("the KCNA state news agency", "KCNA", "an adjective between name and noun"),
        ("the Ozerne Tribune newspaper", "Ozerne Tribune", "two words"),
        ("the Wagner channel", None, "a channel may be anybody's"),
        ("the telecoms network Orange", None, "a network may be of anything"),
        ("a Kyiv newspaper", None, "one of several without a name"),
        ("the Russian news agency", None, "no name"),
        ("Syria’s state news agency", None, "no name, a place that owns it"),
        ("the state-owned news agency", None, "an adjective, no name"),
        ("Ada Moss", None, "a person"),
        ("Reuters", None, "nothing but the name"),
        ("the station master Ken Moss", None, "a station of another sort"),
        ("", None, "nothing in nothing"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bare_names(phrase: str, name: str | None, reason: str) -> None:
    assert bare_outlet(phrase) == name, reason


@given(st.text(max_size=300))
def test_any_text_gives_sightings_in_order_and_inside(text: str) -> None:
    parsed = ParsedText(text, (), (), ())
    last = 0
    for sighting in find_sightings(parsed, publisher="Ozerne Herald"):
        assert last <= sighting.span.start < sighting.span.end <= len(text)
        last = sighting.span.end
