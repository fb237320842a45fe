"""Whether two names can name one person or one organisation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.quotes.names import fold_words, is_acronym_of, names_agree, organisations_agree, person_words

AGREE = [
    ("the same", "Ana Ruiz", "Ana Ruiz", "equal"),
    ("surname", "Ruiz", "Ana Ruiz", "the last word stands for the whole"),
    ("given name", "Ana", "Ana Ruiz", "so does the first"),
    ("surname first", "Tanaka", "Tanaka Hiroshi", "East Asian order"),
    ("both orders", "Zhao Meifang", "Meifang Zhao", "East Asian order and its Western reversal"),
    ("surname between", "Wu", "Elena Wu Mei-ling", "a surname followed by further names"),
    ("honorific", "Mr Ruiz", "Tomas Ruiz", "a form of address is no part of a name"),
    ("title", "Prime Minister Oleh Marchenko", "Oleh Marchenko", "nor is an office"),
    ("possessive", "Marchenko’s", "Oleh Marchenko", "nor is a possessive"),
    ("accents", "José Peña", "Jose Pena", "accents are often left out"),
    ("y and iy", "Volodymyr Zelensky", "Volodymyr Zelenskiy", "one sound, two transliterations"),
    ("yy", "Zelenskyy", "Zelensky", "the same, by surname alone"),
    ("vowel slip", "Trehubov", "Dmytro Trehobov", "the consonants are the same"),
    ("g and h", "Gerashchenko", "Anton Herashchenko", "Russian and Ukrainian spelling of one name"),
    ("given name respelt", "Sergei Orlov", "Sergey Orlov", "one name, two transliterations"),
    ("slip beside given name", "Martin Kowalski", "Martin Kowalsky", "an equal given name lets a letter differ"),
    ("nickname", "Bill Harlow", "William Harlow", "a usual short form"),
    ("initial", "J. Harlow", "Jane Harlow", "the initial of the given name"),
    ("middle initial", "Jane Q. Harlow", "Jane Harlow", "a name between may be left out"),
    ("hyphen", "Lee Min-ho", "Lee Min Ho", "hyphens come and go"),
    ("article in a surname", "Hassan al-Tamimi", "Hassan Tamimi", "the article is often left out"),
    ("suffix", "Luther Banks Jr.", "Luther Banks", "a generational suffix is left out"),
    ("constituency", "Steven Ong (PH-Bukit Indah)", "Steven Ong", "brackets are no part of a name"),
]

DIFFER = [
    ("given names", "John Kerry", "Jane Kerry", "two people of one family name"),
    ("consonant lost", "Lavrov", "Larov", "both are surnames"),
    ("first letter", "Kerry", "Perry", "both are surnames"),
    ("first letter, same given name", "John Kerry", "John Perry", "an equal given name does not make them one"),
    ("feminine ending", "Lavrov", "Lavrova", "husband and wife, or father and daughter"),
    ("other initial", "K. Harlow", "Jane Harlow", "the initial is of another name"),
    ("nothing shared", "Ana Ruiz", "Oleh Marchenko", "nothing in common"),
    (
        "given name as surname",
        "James Martin",
        "Martin James",
        "but the order tells",
    ),
    ("short words", "Lee", "Loe", "too short to forgive a letter"),
    ("empty", "", "Ana Ruiz", "no name at all"),
]


@pytest.mark.parametrize(("case", "first", "second", "reason"), AGREE, ids=[row[0] for row in AGREE])
def test_one_person(case: str, first: str, second: str, reason: str) -> None:
    assert names_agree(first, second) >= 0.8, reason
    assert names_agree(second, first) == names_agree(first, second), "the order of asking does not matter"


@pytest.mark.parametrize(("case", "first", "second", "reason"), DIFFER, ids=[row[0] for row in DIFFER])
def test_two_people(case: str, first: str, second: str, reason: str) -> None:
    assert names_agree(first, second) == 0.0, reason


BODIES = [
    ("acronym", "UNHCR", "UN High Commissioner for Refugees", "an acronym may hold another"),
    ("small word counted", "EAAT", "Egyptian Association against Torture", "a preposition may give its letter"),
    ("hyphen", "FORNC", "Field-Office Repairs and Northern Crossings", "both halves give a letter"),
    ("full stops", "W.F.P.", "World Food Programme", "full stops do not matter"),
    ("order", "Interior Ministry", "Ministry of the Interior", "the same words"),
    ("shorter", "Harbour Workers", "Harbour Workers Union of Kent", "the first words of a longer name"),
]

OTHER_BODIES = [
    ("other acronym", "WHO", "World Food Programme", "the letters are others"),
    ("capital missing", "WP", "World Food Programme", "every capitalised word gives a letter"),
    ("one word", "People", "People's Daily", "one common word is no short form"),
    ("same head", "Ministry of Health", "Ministry of Defence", "two ministries"),
]


@pytest.mark.parametrize(("case", "first", "second", "reason"), BODIES, ids=[row[0] for row in BODIES])
def test_one_organisation(case: str, first: str, second: str, reason: str) -> None:
    assert organisations_agree(first, second) >= 0.8, reason


@pytest.mark.parametrize(("case", "first", "second", "reason"), OTHER_BODIES, ids=[row[0] for row in OTHER_BODIES])
def test_two_organisations(case: str, first: str, second: str, reason: str) -> None:
    assert organisations_agree(first, second) == 0.0, reason


def test_words_of_a_name_leave_its_title() -> None:
    assert person_words("Deputy Prime Minister Dr. Ana Ruiz’s") == ("ana", "ruiz")
    assert person_words("the General") == ("general",), "nothing but a title stays"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_asked(first: str, second: str) -> None:
    assert 0.0 <= names_agree(first, second) <= 1.0
    assert names_agree(first, second) == names_agree(second, first)
    assert 0.0 <= organisations_agree(first, second) <= 1.0
    assert is_acronym_of(first, second) in (True, False)


@given(st.text(alphabet="abcdefgh ", min_size=1, max_size=30).filter(str.strip))
def test_a_name_agrees_with_itself(name: str) -> None:
    assert names_agree(name, name) == 1.0 or not fold_words(name)
