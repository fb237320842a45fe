"""Interviews set as turns: texts of our own with the turns expected, half of which are no interview."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.paragraphs import find_paragraphs
from service.quotes.turns import find_turns
from service.quotes.types import Entity, Span, Statement

Turn = tuple[str, tuple[str, ...]]

TURNS = [
    (
        "questions",
        "Q: Who built the pier?\nA: My grandfather did.\nQ: And who burned it?\nA: Nobody ever said.",
        [
            ("", ("Who built the pier?",)),
            ("", ("My grandfather did.",)),
            ("", ("And who burned it?",)),
            ("", ("Nobody ever said.",)),
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
            ("", ("Who built it?",)),
            ("", ("My grandfather did.", "He had two oxen.")),
            ("", ("And then?",)),
            ("", ("Then it burned.",)),
        ],
        "a paragraph without a label belongs to the turn before",
    ),
    (
        "introduced",
        "Sigrid Moe met us at the quay.\nQ: Who built it?\nA: My grandfather did.\nQ: And then?\nA: It burned.",
        [
            ("", ("Who built it?",)),
            ("", ("My grandfather did.",)),
            ("", ("And then?",)),
            ("", ("It burned.",)),
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
        [("", ("One word?",)), ("", ("Two: never again.",)), ("", ("Why?",)), ("", ("Because: look.",))],
        "only the first colon ends a label",
    ),
    (
        "full_stops",
        "Q. Who built it?\nA. My grandfather did.\nQ. And then?\nA. It burned.",
        [("", ("Who built it?",)), ("", ("My grandfather did.",)), ("", ("And then?",)), ("", ("It burned.",))],
        "labels with a full stop",
    ),
    (
        "bold",
        "**Q: Who built it?**\nA: My grandfather did.\n**Q: And then?**\nA: It burned.",
        [("", ("Who built it?",)), ("", ("My grandfather did.",)), ("", ("And then?",)), ("", ("It burned.",))],
        "questions in bold",
    ),
    (
        "bold_labels",
        "**Herald:** Who built it?\n**Moe:** My grandfather did.\n**Herald:** And then?\n**Moe:** It burned.",
        [
            ("Herald", ("Who built it?",)),
            ("Moe", ("My grandfather did.",)),
            ("Herald", ("And then?",)),
            ("Moe", ("It burned.",)),
        ],
        "labels in bold",
    ),
    (
        "dashes",
        "Herald – Who built it?\nMoe – My grandfather did.\nHerald – And then?\nMoe – It burned.",
        [
            ("Herald", ("Who built it?",)),
            ("Moe", ("My grandfather did.",)),
            ("Herald", ("And then?",)),
            ("Moe", ("It burned.",)),
        ],
        "labels with a dash",
    ),
    (
        "two_parts",
        "Herald: Who built it?\nMoe: My grandfather did.\nHerald: And then?\nMoe: It burned.\n---\nReaders asked more."
        "\nQ. Was it cold?\nA. It was.\nQ. And dark?\nA. That too.",
        [
            ("Herald", ("Who built it?",)),
            ("Moe", ("My grandfather did.",)),
            ("Herald", ("And then?",)),
            ("Moe", ("It burned.",)),
            ("", ("Was it cold?",)),
            ("", ("It was.",)),
            ("", ("And dark?",)),
            ("", ("That too.",)),
        ],
        "a line of dashes ends a turn; the narrator has the word until the next label",
    ),
    (
        "note",
        "Q: Who built it?\nA: My grandfather did.\nQ: And then?\nA: It burned.\nThis interview has been edited.",
        [("", ("Who built it?",)), ("", ("My grandfather did.",)), ("", ("And then?",)), ("", ("It burned.",))],
        "a note on the interview is no answer",
    ),
    (
        "who_it_was",
        "Herald: Who built it?\nMoe: My father.\nHerald: And then?\nMoe: It burned.\nSigrid Moe is a boatwright.",
        [
            ("Herald", ("Who built it?",)),
            ("Moe", ("My father.",)),
            ("Herald", ("And then?",)),
            ("Moe", ("It burned.",)),
        ],
        "nor is what the paper says of who answered",
    ),
    (
        "labels_once",
        "The interview took an hour.\nHerald: Who built it?\nSigrid Moe: I did.\n"
        "Was it cold?\nIt was.\nAnd dark?\nThat too.",
        [
            ("Herald", ("Who built it?",)),
            ("Sigrid Moe", ("I did.",)),
            ("Herald", ("Was it cold?",)),
            ("Sigrid Moe", ("It was.",)),
            ("Herald", ("And dark?",)),
            ("Sigrid Moe", ("That too.",)),
        ],
        "two labels open an exchange that goes on without any",
    ),
    (
        "transcript",
        "JOAN FELL, HOST:\nGood morning.\nOKE BELLO, BYLINE: It rained.\n(SOUNDBITE OF RAIN)\n"
        "SIGRID MOE: It never stops.\nBELLO: So she moved.\n(LAUGHTER)\nShe took the dog.\nFELL: Thank you, Oke.",
        [
            ("JOAN FELL", ("Good morning.",)),
            ("OKE BELLO", ("It rained.",)),
            ("SIGRID MOE", ("It never stops.",)),
            ("BELLO", ("So she moved.", "She took the dog.")),
            ("FELL", ("Thank you, Oke.",)),
        ],
        "roles behind names, surnames for names, who speaks once, a label in a line of its own, sounds",
    ),
    (
        "times",
        "Fell: “Was it cold?”\nMoe: “It was.”\nFell: “And dark?”\nMoe: “That too.”\n3.02pm GMT\nMoe is back.",
        [
            ("Fell", ("“Was it cold?”",)),
            ("Moe", ("“It was.”",)),
            ("Fell", ("“And dark?”",)),
            ("Moe", ("“That too.”",)),
        ],
        "a time of day ends a turn, as does a paragraph without marks behind one in them",
    ),
    (
        "titles_in_questions",
        "Sigrid Moe spoke to us at the quay.\nWas “Ebb” hard to write?\nI wept.\nIs it true?\nI think so.\n"
        "And “Flow”?\nI am at it.\n“Ebb” is out on Monday.",
        [
            ("", ("Was “Ebb” hard to write?",)),
            ("", ("I wept.",)),
            ("", ("Is it true?",)),
            ("", ("I think so.",)),
            ("", ("And “Flow”?",)),
            ("", ("I am at it.",)),
        ],
        "titles in marks inside questions; what the paper says of the work behind",
    ),
    (
        "asides",
        "FELL (on camera): Was it cold?\nMOE (through translator): It was.\nFELL [voice-over]: And dark?\nMOE: Yes.",
        [
            ("FELL", ("Was it cold?",)),
            ("MOE", ("It was.",)),
            ("FELL", ("And dark?",)),
            ("MOE", ("Yes.",)),
        ],
        "how one hears the words is no part of the label",
    ),
    (
        "lines_of_their_own",
        "Herald:\nWho built it?\nMoe:\nMy grandfather did.\nHerald:\nAnd then?\nMoe:\nIt burned.",
        [
            ("Herald", ("Who built it?",)),
            ("Moe", ("My grandfather did.",)),
            ("Herald", ("And then?",)),
            ("Moe", ("It burned.",)),
        ],
        "labels above the words",
    ),
    (
        "no_labels",
        "Sigrid Moe spoke to us at the quay.\nWho built it?\nI did, with my own hands.\nWas it cold?\nWe froze.\n"
        "And dark?\nI could not see my oars.\nI still hear them.",
        [
            ("", ("Who built it?",)),
            ("", ("I did, with my own hands.",)),
            ("", ("Was it cold?",)),
            ("", ("We froze.",)),
            ("", ("And dark?",)),
            ("", ("I could not see my oars.", "I still hear them.")),
        ],
        "questions and answers without labels, in a text that says somebody was spoken to",
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
    (
        "notices",
        "CLOSED: Mill Lane.\nOPEN: Quay Street.\nUPDATE: Mill Lane is open.\nOPEN: The pier.",
        "labels in capitals of a list, most of them once",
    ),
    ("addresses", "Map: \nMap: \nKey: \nKey: ", "nothing after the labels"),
    ("long_label", "The Old Mill At The Far End Of Town: it burned.\n" * 4, "a label has few words"),
    (
        "questions_of_the_narrator",
        "The council met.\nWhat will it cost?\nI asked around.\nWhen will it open?\nWe do not know.\nWho pays?\nI do.",
        "questions in a text that announces no interview",
    ),
    (
        "answers_by_others",
        "The mayor spoke to reporters about the pier.\nWhat will it cost?\nNine million.\nWhen will it open?\nIn May.\n"
        "Who pays?\nThe county.",
        "answers in which nobody says I or we",
    ),
    (
        "faq",
        "FAQ: floods\nQ: Where are the bags?\nA: At the depot.\nQ: Is it safe?\nA: Boil it.",
        "no one person answers",
    ),
    (
        "dashed_list",
        "Monday – closed\nTuesday – open\nMonday – closed\nTuesday – open",
        "a list with dashes asks nothing",
    ),
    ("initial", "A. Moe won.\nA. Lis lost.\nB. Oke drew.\nB. Ruy fled.", "initials of names"),
    (
        "datelines",
        "OZERNE — Rain fell.\nMARFIELD — Snow fell.\nOZERNE — It stopped.\nMARFIELD — It went on.",
        "datelines",
    ),
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


PEOPLE = [
    ("one", "Sigrid Moe met us.", ["Sigrid Moe"], "Sigrid Moe", "the one person named"),
    ("again", "Sigrid Moe met us. Moe was late.", ["Sigrid Moe", "Moe"], "Sigrid Moe", "named twice"),
    ("byline", "By Karl Stein\nSigrid Moe met us.", ["Karl Stein", "Sigrid Moe"], "Sigrid Moe", "not who writes"),
    ("asker", "Sigrid Moe told Karl Stein why.", ["Sigrid Moe", "Karl Stein"], "Sigrid Moe", "not who asks"),
    ("spoke", "Oke Bello is dead. Sigrid Moe spoke.", ["Oke Bello", "Sigrid Moe"], "Sigrid Moe", "of two, who spoke"),
    (
        "with",
        "Oke Bello died. An interview with Sigrid Moe.",
        ["Oke Bello", "Sigrid Moe"],
        "Sigrid Moe",
        "or was asked",
    ),
    (
        "headline",
        "Sigrid Moe rows home\nShe sat down with us. Oke Bello is dead.",
        ["Sigrid Moe", "Oke Bello"],
        "Sigrid Moe",
        "or whom the headline names",
    ),
    (
        "most_told_of",
        "Sigrid Moe rows. Oke Bello did too. Moe is ninety.",
        ["Sigrid Moe", "Oke Bello"],
        "Sigrid Moe",
        "or who is named twice as often",
    ),
    (
        "not_two_of_a_headline",
        "Oke Bello and Sigrid Moe row home\nThey spoke to us.",
        ["Oke Bello", "Sigrid Moe"],
        None,
        "either of two in a headline",
    ),
    ("not_two", "Oke Bello and Sigrid Moe met us.", ["Oke Bello", "Sigrid Moe"], None, "either of two"),
    ("not_surname", "Moe met us.", ["Moe"], None, "no full name"),
    ("not_author", "By Karl Stein", ["Karl Stein"], None, "nobody but who writes"),
    ("not_none", "It rained.", [], None, "nobody"),
]


@pytest.mark.parametrize(
    ("before", "names", "expected", "reason"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE]
)
def test_whose_the_answers_are(before: str, names: list[str], expected: str | None, reason: str) -> None:
    text = f"{before}\nQ: Who?\nA: Me.\nQ: When?\nA: Now."
    places = [(at := text.index(name), at + len(name)) for name in names]
    entities = [Entity(Span(*place), "person") for place in places]
    turns = find_turns(text, [Span(*bounds) for bounds in find_paragraphs(text)], entities)
    assert [turn.mention and turn.mention.of(text) for turn in turns] == [None, expected, None, expected], reason


def test_what_the_narrator_tells_behind_the_last_answer() -> None:
    text = "Sigrid Moe met us.\nQ: Who?\nA: Me.\nQ: When?\nA: Now.\nMs. Moe reads from her book at six."
    entities = [Entity(Span(0, len("Sigrid Moe")), "person")]
    turns = find_turns(text, [Span(*bounds) for bounds in find_paragraphs(text)], entities)
    assert [words.of(text) for words in turns[-1].contents] == ["Now."], "nobody tells of themselves by their surname"


@given(
    st.lists(
        st.sampled_from(
            [
                "Q:",
                "A:",
                "Q.",
                "A –",
                "Moe:",
                "**",
                "why?",
                "interview",
                "I",
                "---",
                "Q",
                ":",
                "a word",
                "\n",
                "\n\n",
                "\x00",
                "🎉",
                "”",
            ]
        ),
        max_size=60,
    )
)
def test_any_text_gives_turns_inside_it_in_order(parts: list[str]) -> None:
    text = " ".join(parts)
    last = 0
    for statement in _find(text):
        assert statement.cue is None
        for span in (*((statement.mention,) if statement.mention else ()), *statement.contents):
            assert last <= span.start < span.end <= len(text)
            last = span.end
