"""Interviews set as turns: texts of our own with the turns expected, half of which are no interview."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.paragraphs import find_paragraphs
from service.quotes.turns import find_turns
from service.quotes.types import Span, Statement

Turn = tuple[str, tuple[str, ...]]

TURNS = [
    (
        "questions",
        "Q: Who built the pier?\nA: My grandfather did.\nQ: And who burned it?\nA: Nobody ever said.",
        [
            ("Q", ("Who built the pier?",)),
            ("A", ("My grandfather did.",)),
            ("Q", ("And who burned it?",)),
            ("A", ("Nobody ever said.",)),
        ],
        "questions and answers",
    ),
    (
        "names",
        "Herald: Who built the pier?\nMoe: My grandfather did.\nHerald: And who burned it?\nMoe: Nobody ever said.",
        [
            ("Herald", ("Who built the pier?",)),
            ("Moe", ("My grandfather did.",)),
            ("Herald", ("And who burned it?",)),
            ("Moe", ("Nobody ever said.",)),
        ],
        "a paper and a person",
    ),
    (
        "full_names",
        "Ana de Cruz: Was it cold?\nOke Bello: It was.\nAna de Cruz: And dark?\nOke Bello: That too.",
        [
            ("Ana de Cruz", ("Was it cold?",)),
            ("Oke Bello", ("It was.",)),
            ("Ana de Cruz", ("And dark?",)),
            ("Oke Bello", ("That too.",)),
        ],
        "names of several words",
    ),
    (
        "long_answer",
        "Q: Who built it?\nA: My grandfather did.\nHe had two oxen.\nQ: And then?\nA: Then it burned.",
        [
            ("Q", ("Who built it?",)),
            ("A", ("My grandfather did.", "He had two oxen.")),
            ("Q", ("And then?",)),
            ("A", ("Then it burned.",)),
        ],
        "a paragraph without a label belongs to the turn before",
    ),
    (
        "introduced",
        "Sigrid Moe met us at the quay.\nQ: Who built it?\nA: My grandfather did.\nQ: And then?\nA: It burned.",
        [
            ("Q", ("Who built it?",)),
            ("A", ("My grandfather did.",)),
            ("Q", ("And then?",)),
            ("A", ("It burned.",)),
        ],
        "what stands before the first label is the narrator's",
    ),
    (
        "three_voices",
        "Moe: Sit down.\nBello: I will stand.\nLis: So will I.\nMoe: As you like.\nBello: Thank you.\nLis: Begin.",
        [
            ("Moe", ("Sit down.",)),
            ("Bello", ("I will stand.",)),
            ("Lis", ("So will I.",)),
            ("Moe", ("As you like.",)),
            ("Bello", ("Thank you.",)),
            ("Lis", ("Begin.",)),
        ],
        "a debate",
    ),
    (
        "colon_inside",
        "Q: One word?\nA: Two: never again.\nQ: Why?\nA: Because: look.",
        [("Q", ("One word?",)), ("A", ("Two: never again.",)), ("Q", ("Why?",)), ("A", ("Because: look.",))],
        "only the first colon ends a label",
    ),
]

NO_TURNS = [
    (
        "notes",
        "Note: bring boots.\nNote: bring bread.\nNote: bring rope.\nNote: come early.",
        "one label is no exchange",
    ),
    ("two_labels_once", "Date: Monday.\nPlace: The quay.\nPrice: Free.\nTime: Noon.", "labels of a list, each once"),
    ("too_few", "Q: Who built it?\nA: My grandfather did.", "two turns may be anything"),
    ("unequal", "Q: Who?\nQ: When?\nQ: Where?\nQ: Why?\nA: Nobody knows.", "one that answers once is no exchange"),
    ("prose", "The mayor had one rule: never run.\nThe clerk had another: never stop.", "colons inside sentences"),
    ("lower_case", "first: boil it.\nthen: salt it.\nfirst: drain it.\nthen: eat it.", "labels begin with a capital"),
    ("scores", "Lyon 2:1 Porto\nPorto 3:3 Lyon\nLyon 0:1 Porto\nPorto 2:2 Lyon", "results of matches"),
    ("times", "Monday 10:30 opening\nTuesday 11:30 debate\nMonday 12:30 lunch\nTuesday 13:30 vote", "times of day"),
    ("addresses", "Map: \nMap: \nKey: \nKey: ", "nothing after the labels"),
    ("long_label", "The Old Mill At The Far End Of Town: it burned.\n" * 4, "a label has few words"),
    ("nothing", "", "nothing"),
]


def _find(text: str) -> tuple[Statement, ...]:
    return find_turns(text, [Span(*bounds) for bounds in find_paragraphs(text)])


def _shown(text: str) -> list[Turn]:
    return [(s.mention.of(text) if s.mention else "", tuple(c.of(text) for c in s.contents)) for s in _find(text)]


@pytest.mark.parametrize("name", ["Ana de la Cruz", "Otto von der Heyde", "Salma bint Nasser", "Ruy dos Santos"])
def test_small_words_inside_the_name_of_a_label(name: str) -> None:
    text = f"{name}: Was it cold?\nMoe: It was.\n{name}: And dark?\nMoe: That too."
    assert [label for label, _ in _shown(text)] == [name, "Moe", name, "Moe"]


@pytest.mark.parametrize(("text", "expected", "reason"), [row[1:] for row in TURNS], ids=[row[0] for row in TURNS])
def test_turns(text: str, expected: list[Turn], reason: str) -> None:
    assert _shown(text) == expected, reason


@pytest.mark.parametrize(("text", "reason"), [row[1:] for row in NO_TURNS], ids=[row[0] for row in NO_TURNS])
def test_what_is_no_interview(text: str, reason: str) -> None:
    assert _shown(text) == [], reason


@given(
    st.lists(st.sampled_from(["Q:", "A:", "Moe:", "Q", ":", "a word", "\n", "\n\n", "\x00", "🎉", "”"]), max_size=60)
)
def test_any_text_gives_turns_inside_it_in_order(parts: list[str]) -> None:
    text = " ".join(parts)
    last = 0
    for statement in _find(text):
        assert statement.mention is not None and statement.cue is None
        for span in (statement.mention, *statement.contents):
            assert last <= span.start < span.end <= len(text)
            last = span.end
