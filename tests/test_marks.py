"""Stretches in quotation marks: a table of our own sentences, half of which open nothing, and any text at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.paragraphs import find_paragraphs
from service.quotes.marks import MARK, Marked, _Mark, _marks, _single_pairs, find_marked
from service.quotes.types import Span

# In a row ⟦ stands before each stretch expected, its marks included, and one of these after it.
ENDS = {"⟧": "closed", "⦈": "unclosed", "⟫": "runs on"}
Tree = tuple[str, str, tuple["Tree", ...]]


def read_row(row: str) -> tuple[str, tuple[Tree, ...]]:
    """The text of a row without its brackets, and the stretches they show, each with how it ends and what it holds."""
    text = ""
    top: list[Tree] = []
    stack: list[tuple[int, list[Tree]]] = []
    for character in row:
        if character == "⟦":
            stack.append((len(text), []))
        elif character in ENDS:
            start, nested = stack.pop()
            (stack[-1][1] if stack else top).append((text[start:], ENDS[character], tuple(nested)))
        else:
            text += character
    assert not stack, "a bracket of the row is left open"
    return text, tuple(top)


def tree_of(text: str, marked: Marked) -> Tree:
    end = "closed" if marked.closed else "runs on" if marked.runs_on else "unclosed"
    return marked.outer.of(text), end, tuple(tree_of(text, inner) for inner in marked.nested)


def paragraphs_of(text: str) -> tuple[Span, ...]:
    return tuple(Span(*bounds) for bounds in find_paragraphs(text))


OPENS = [
    ("straight", 'Harbourmaster Liv Dahl said, ⟦"The ferry leaves at dawn."⟧', "straight marks"),
    ("curly", "⟦“Nobody sleeps in Valparaíso tonight,”⟧ Inés Rojas said.", "curly marks"),
    ("interrupted", '⟦"We dug,"⟧ she said, ⟦"until the spade broke."⟧', "two stretches around an attribution"),
    ("wrong_closing", "⟦“The well is dry,“⟧ Amara Diallo said.", "an opening mark typed where one closes"),
    ("wrong_opening", "⟦”The harbour is ours again,”⟧ the crew sang.", "a closing mark typed where one opens"),
    ("mixed_pair", '⟦“The aid came late,"⟧ the nurse said.', "a curly mark closed by a straight one"),
    ("mixed_pair_other", '⟦"The aid came late,”⟧ the nurse said.', "a straight mark closed by a curly one"),
    ("low_high_polish", "⟦„Zostajemy”⟧, said Ewa Lis.", "low and high marks, Polish"),
    ("guillemets", "⟦«The bridge is ours»⟧, the sergeant said.", "guillemets without spaces"),
    ("latex", "⟦``The vault was empty,''⟧ the curator told guests.", "doubled signs of a typesetting system"),
    ("doubled_singles", "⟦‘‘Our bread is stone,’’⟧ the baker said.", "two single marks for a double one"),
    ("doubled_closing", "⟦“There will be an election,’’⟧ a source said.", "a double mark closed by two single ones"),
    ("corner", "⟦「雨です」⟧, the forecaster wrote.", "corner brackets, no spaces inside words"),
    ("british", "⟦‘The tide took the pier,’⟧ said Nia Pryce.", "single marks, curly"),
    ("british_straight", "⟦'The tide took the pier,'⟧ said Nia Pryce.", "single marks, straight"),
    (
        "british_apostrophe",
        "⟦‘It isn’t over, and we won’t go,’⟧ said Nia Pryce.",
        "apostrophes inside words close nothing",
    ),
    (
        "british_possessive",
        "⟦‘The divers’ boats are gone,’⟧ he said.",
        "a possessive after s closes nothing when a comma closes later",
    ),
    ("british_elision", "⟦‘Twelve o’clock, ’tis late,’⟧ he said.", "an elision inside"),
    ("after_dash", "She had one answer—⟦“never”⟧—and gave it twice.", "dashes touch the marks"),
    ("in_brackets", 'The sign (⟦"Closed for good"⟧) hung askew.', "brackets touch the marks"),
    ("after_colon", 'Her note read: ⟦"Gone fishing"⟧.', "after a colon, the stop outside"),
    ("one_word", "He called it ⟦“theft”⟧.", "one word: marks only, what is speech is decided later"),
    ("three_in_a_row", "Its rooms are ⟦“Dawn”⟧, ⟦“Noon”⟧ and ⟦“Dusk”⟧.", "a list"),
    ("nested_single", "⟦“He told me ⟦‘the roof is next’⟧ and ran,”⟧ she said.", "single marks inside double ones"),
    ("nested_double", "⟦‘She shouted ⟦“Fire!”⟧ and we ran,’⟧ said Tom.", "double marks inside single ones"),
    (
        "nested_straight",
        "⟦\"He said 'wait here' twice,\"⟧ she said.".replace("'wait here'", "⟦'wait here'⟧"),
        "all straight",
    ),
    ("nested_same_curly", "⟦“My aunt said ⟦“never sell”⟧ and died,”⟧ he said.", "curly marks inside curly ones"),
    ("nested_at_the_end", "⟦“Then she said, ⟦‘Not without me.’⟧”⟧", "both close together"),
    ("nested_at_the_start", "⟦“⟦‘Not without me,’⟧ she said, and I waited,”⟧ he recalled.", "both open together"),
    (
        "nested_apostrophe",
        "⟦“It’s Musa’s word against the brothers’ word,”⟧ she said.",
        "apostrophes inside double marks nest nothing",
    ),
    ("unclosed", "⟦“The dam will not hold, the engineer said.⦈", "never closed: to the end of the paragraph"),
    ("unclosed_straight", 'He said: ⟦"The dam will not hold.⦈', "straight and never closed"),
    (
        "unclosed_then_new",
        "⟦“The dam will not hold.⦈\nThe valley was cleared.",
        "the next paragraph opens with no mark",
    ),
    (
        "runs_on",
        "⟦“The first winter was long.⟫\n\n⟦“The second was longer,”⟧ he said.",
        "left open for the next paragraph",
    ),
    ("runs_on_twice", "⟦“One.⟫\n⟦“Two.⟫\n⟦“Three,”⟧ she counted.", "three paragraphs, closed once"),
    (
        "runs_on_straight",
        '⟦"The first winter was long.⟫\n\n⟦"The second was longer,"⟧ he said.',
        "the same in straight marks",
    ),
    ("closed_each", "⟦“One.”⟧\n⟦“Two.”⟧", "each paragraph closed"),
    ("blank_lines", "⟦“One thing is sure.”⟧\n\n\n\n⟦“The snow is not.”⟧", "empty lines between"),
    (
        "hard_wrapped",
        "The warden walked the length of the sea wall before he spoke, and\n"
        "then he said: ⟦“There is no stone left here that the water has not\n"
        "moved at least once since I was a boy, and no house behind it that\n"
        "has not been wet.”⟧ He pointed at the line of sand on the door of\n"
        "the chapel.",
        "a quotation over the lines of a wrapped paragraph",
    ),
    (
        "closed_on_the_next_line",
        "He wrote: ⟦“Sell the boat,\nkeep the nets.”⟧",
        "a line break inside a short quotation",
    ),
    ("accented", "⟦“Ça suffit !”⟧ cried Zoë.", "letters with accents"),
    ("rtl", "⟦“سلام”⟧, the banner read.", "letters written from the right"),
    ("emoji", "⟦“We won 🎉”⟧, he posted.", "an emoji before the closing mark"),
    ("number_inside", '⟦"It rose 40 per cent in 1998,"⟧ she said.', "numbers touch no mark"),
    ("decade", "⟦‘The ’90s were kinder,’⟧ he said.", "a decade's apostrophe opens nothing"),
    ("low_high_german", "⟦„Wir bleiben“⟧, said Jürgen Behn, meaning that they stay.", "low and high marks, German"),
    ("no_space_after", 'He said ⟦"Go home."⟧Then he left.', "no space after a straight closing mark"),
    ("french_spaces", "⟦« Le pont est à nous »⟧, said Zoë Petit.", "guillemets with spaces inside"),
    ("spaced", '⟦" The road is shut , "⟧ he said. ⟦" Go round . "⟧', "straight marks between spaces, in turn"),
    ("spaced_curly", "⟦“ The road is shut , ”⟧ he said. ⟦“ Go round ”⟧.", "curly marks between spaces"),
    (
        "nested_space",
        '⟦"They shout, ⟦\'Look at this,\'⟧ "⟧ she said. ⟦"Then they go."⟧',
        "a space parts the closing marks of a quotation and of one in it",
    ),
    ("doubled_apostrophes", "⟦''We lost a vote,''⟧ said the whip. ⟦''Once.''⟧", "two apostrophes open and close"),
    ("height", "⟦“He is taller; he’s like 6’2”,”⟧ she said. ⟦“Go on.”⟧", "inches inside close nothing"),
]

OPENS_NOTHING = [
    ("none", "The council met and went home.", "no mark"),
    ("contraction", "It isn't over and they won't say why.", "apostrophes inside words"),
    ("contraction_curly", "It isn’t over and they won’t say why.", "curly ones"),
    ("possessive", "The miners' union and the dockers' choir met.", "apostrophes after words"),
    ("possessive_curly", "The miners’ union and the dockers’ choir met.", "curly ones"),
    ("possessive_name", "Jones' farm and Reyes's mill burned.", "after a name in s"),
    ("elision", "'Twas the coldest spring, and 'tis no warmer now.", "words that begin with an apostrophe"),
    ("elision_turned", "Tell ‘em the dam is safe.", "the same with the mark turned wrong"),
    ("rock_n_roll", "The rock 'n' roll years ended in '74.", "a letter between apostrophes, a year"),
    ("decade", "Rents of the ’80s and the '90s.", "decades"),
    ("feet_and_inches", "The beam is 6' 2\" long and 4' high.", "feet and inches"),
    ("inches", 'A 15" pipe and a 9" valve burst.', "inches"),
    ("minutes_of_arc", "The wreck lies at 51° 30' 26\" north.", "minutes and seconds of arc"),
    ("glottal", "Hawai'i and O'ahu closed their ports; Ha‘apai did not.", "a letter written like a mark"),
    ("irish", "O'Brien, D'Souza and N'Djamena.", "names with apostrophes"),
    ("empty", 'The form read "" and nothing more.', "nothing between the marks"),
    ("empty_curly", "The form read “” and nothing more.", "nothing between the marks"),
    ("only_closing", "The page began in the middle.” The rest was lost.", "a closing mark alone"),
    ("attribute", 'The page said <post author="Lis" date="1 May 2020"> and no more.', "values of attributes in markup"),
    ("lone_straight", 'A single " stood on the page.', "white space on both sides"),
    ("greater", "If x < 5 and y >> 3, stop.", "signs that are no guillemets"),
    ("blank", " \n \n", "white space"),
    ("nothing", "", "nothing"),
]


@pytest.mark.parametrize(("row", "reason"), [row[1:] for row in OPENS], ids=[row[0] for row in OPENS])
def test_stretches_in_marks(row: str, reason: str) -> None:
    text, expected = read_row(row)
    found = find_marked(text, paragraphs_of(text))
    assert expected, "a row of this table shows a stretch"
    assert tuple(tree_of(text, marked) for marked in found) == expected, reason


@pytest.mark.parametrize(("text", "reason"), [row[1:] for row in OPENS_NOTHING], ids=[row[0] for row in OPENS_NOTHING])
def test_what_opens_nothing(text: str, reason: str) -> None:
    assert [marked.outer.of(text) for marked in find_marked(text, paragraphs_of(text))] == [], reason


def test_inner_leaves_out_the_marks_and_the_space_beside_them() -> None:
    text = "``Rain,'' she said. ‘‘Snow,’’ he said. “Hail,” they said. “ Sleet , ” we said."
    marked = find_marked(text, paragraphs_of(text))
    assert [m.inner.of(text) for m in marked] == ["Rain,", "Snow,", "Hail,", "Sleet ,"]


def test_a_mark_opens_only_inside_the_paragraphs_given() -> None:
    text = "“Rain,” she said.\n“Snow,” he said."
    assert [m.inner.of(text) for m in find_marked(text, paragraphs_of(text)[1:])] == ["Snow,"]


def test_many_marks_end() -> None:
    text = "“Rain,” she said. 'Snow,' he said. " * 25_000
    assert len(find_marked(text, paragraphs_of(text))) == 50_000


@pytest.mark.parametrize("mark", ["“", "”", '"', "'", "‘", "’", "`", "``", "« ", "„", "「", "“‘", "(‘x"])
def test_many_of_the_same_mark_end(mark: str) -> None:
    text = f"{mark}a " * 50_000
    check(text, find_marked(text, paragraphs_of(text)))


class _Counted(list[_Mark]):
    """A list that counts how often an element is read."""

    reads = 0

    def __getitem__(self, index: Any) -> Any:
        self.reads += 1
        return super().__getitem__(index)


@pytest.mark.parametrize("row", ["‘a ", "'a ", "‘‘a “‘b ", "a’ ", "‘a’ ", "‘as’ ", "s' ", "'s' 'a "])
def test_single_marks_are_paired_in_linear_time(row: str) -> None:
    text = row * 500
    marks = _Counted(_marks(text, Span(0, len(text))))
    _single_pairs(text, marks)
    assert marks.reads <= 6 * len(marks)


NEWSPRINT = st.text(alphabet="ab S9.,!?—:-\n\r\t\u00a0“”„\"«»「」‘’'‹›`é🎉\u0301ש\x00", max_size=200)


def _flat(marked: Marked) -> Iterator[Marked]:
    yield marked
    for inner in marked.nested:
        yield from _flat(inner)


def check(text: str, found: tuple[Marked, ...]) -> None:
    """What holds of the stretches of any text."""
    last = 0
    for marked in found:
        assert last <= marked.outer.start < marked.outer.end <= len(text)
        last = marked.outer.end
        for each in _flat(marked):
            assert each.outer.contains(each.inner)
            assert MARK.fullmatch(text[each.outer.start : each.inner.start].rstrip())
            if each.closed:
                assert MARK.fullmatch(text[each.inner.end : each.outer.end].lstrip())
            else:
                assert each.inner.end == each.outer.end
            assert not (each.closed and each.runs_on)
            inside = each.inner.start
            for nested in each.nested:
                assert inside <= nested.outer.start < nested.outer.end <= each.inner.end
                inside = nested.outer.end


@given(NEWSPRINT | st.text(max_size=200))
def test_any_text_gives_stretches_inside_it_in_order(text: str) -> None:
    check(text, find_marked(text, paragraphs_of(text)))


@given(st.lists(NEWSPRINT, max_size=6))
def test_text_after_a_closed_paragraph_changes_nothing_before_it(parts: list[str]) -> None:
    """Paragraphs of words alone, put after the text, add no stretch and take none away when all are closed."""
    text = "\n".join(parts)
    before = find_marked(text, paragraphs_of(text))
    longer = text + "\n\nThe council met and went home."
    if all(marked.closed for marked in before) and len(paragraphs_of(longer)) == len(paragraphs_of(text)) + 1:
        after = find_marked(longer, paragraphs_of(longer))
        assert [m.outer for m in after][: len(before)] == [m.outer for m in before]
