"""How predicted quotes are compared with gold quotes. Texts are our own; pieces are marked inline with ⟦ and ⟧."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluate.score import (
    CreditField,
    GoldQuote,
    ScoredQuote,
    content_offsets,
    credits_agree,
    mention_overlaps,
    names_agree,
    overlap,
    pair_quotes,
    score_credits,
    score_pairs,
    type_right,
)
from service.quotes.types import QuoteType, Span

TEXT = "“The river rose,” Ada Brook told Echo FM. “We left at noon.” She said that the bridge is closed. The end."


def marked(written: str) -> tuple[str, tuple[Span, ...]]:
    """A text and the spans that ⟦ ⟧ mark in it."""
    spans: list[Span] = []
    text = ""
    for part in re.split("([⟦⟧])", written):
        if part == "⟦":
            spans.append(Span(len(text), len(text)))
        elif part == "⟧":
            spans[-1] = Span(spans[-1].start, len(text))
        else:
            text += part
    return text, tuple(spans)


def at(words: str, text: str = TEXT) -> Span:
    """Where ``words`` stand in ``text``."""
    start = text.index(words)
    return Span(start, start + len(words))


def quote(*words: str, kind: QuoteType = "direct", speaker: str | None = "Ada Brook", **more: str) -> ScoredQuote:
    """A quote of ``TEXT``."""
    return ScoredQuote(kind, tuple(at(piece) for piece in words), speaker, **more)  # type: ignore[arg-type]


def figures(gold: list[GoldQuote], predicted: list[ScoredQuote], row: str, test: str) -> tuple[int, int, int, int]:
    """Right predictions, predictions, right gold quotes, gold quotes."""
    ratio = score_pairs(pair_quotes(TEXT, gold, predicted))[row][test]
    return ratio.right_predicted, ratio.predicted, ratio.right_gold, ratio.gold


SAME_CONTENT = [
    ("outer-marks", "She said: ⟦“Go home.”⟧", "She said: “⟦Go home⟧.”", "marks and the stop at the edge do not count"),
    ("straight-marks", 'He said ⟦"no way"⟧.', 'He said "⟦no way⟧".', "straight marks neither"),
    ("leading-that", "He said ⟦that it rains⟧.", "He said that ⟦it rains⟧.", "the complementiser may be left out"),
    ("that-after-mark", "He said ⟦that “all” is lost⟧.", "He said that ⟦“all” is lost⟧.", "before a mark too"),
    ("white-space", "⟦One  \n two⟧", "⟦One⟧  \n ⟦two⟧", "white space between pieces does not count"),
    ("dash-at-edge", "⟦It rains —⟧ he said", "⟦It rains⟧ — he said", "a dash at the edge is punctuation"),
    ("inner-marks", "⟦a “green” door⟧", "⟦a ⟧“⟦green⟧”⟦ door⟧", "marks never count, wherever they stand"),
]
OTHER_CONTENT = [
    ("a-word-more", "⟦It rains⟧ today", "⟦It rains today⟧", "a word is content"),
    ("inner-comma", "⟦Rain, snow⟧", "⟦Rain⟧, ⟦snow⟧", "a comma inside a piece is content, one between pieces is not"),
    ("that-is", "⟦that's fine⟧", "that⟦'s fine⟧", "a contraction is no complementiser"),
    ("later-that", "⟦no⟧, ⟦that is wrong⟧", "⟦no⟧, that ⟦is wrong⟧", "only a leading one is left out"),
    ("whether", "asked ⟦whether it rains⟧", "asked whether ⟦it rains⟧", "whether carries meaning"),
    ("currency", "⟦$5 is enough⟧", "$⟦5 is enough⟧", "a currency sign is no punctuation"),
]


@pytest.mark.parametrize(("one", "other"), [case[1:3] for case in SAME_CONTENT], ids=[case[0] for case in SAME_CONTENT])
def test_content_is_the_same(one: str, other: str) -> None:
    assert content_offsets(*marked(one)) == content_offsets(*marked(other))


@pytest.mark.parametrize(
    ("one", "other"), [case[1:3] for case in OTHER_CONTENT], ids=[case[0] for case in OTHER_CONTENT]
)
def test_content_differs(one: str, other: str) -> None:
    assert content_offsets(*marked(one)) != content_offsets(*marked(other))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_content_lies_in_its_piece_and_counts_no_space(text: str, one: int, other: int) -> None:
    piece = Span(min(one, other, len(text)), min(max(one, other), len(text)))
    offsets = content_offsets(text, (piece,))
    assert all(piece.start <= offset < piece.end and not text[offset].isspace() for offset in offsets)


AGREEING_NAMES = [
    ("title", "President Ada Brook", "Ada Brook", "titles are folded"),
    ("surname", "Brook", "Ada Brook", "one holds the other"),
    ("accents", "José Peña", "Jose Pena", "accents are folded"),
    ("possessive", "Ada Brook’s", "Ada Brook", "possessives are folded"),
    ("article", "the Water Board", "Water Board", "articles are folded"),
    ("last-word", "A. Brook", "Ada Brook", "the last words agree"),
    ("half", "Harbour Water Office", "Water Office Board", "half of all words are shared"),
    ("only-titles", "the mayor", "The Mayor", "a name of titles alone keeps them"),
    ("none", None, None, "nobody and nobody"),
]
DIFFERING_NAMES = [
    ("other-person", "Ada Brook", "Carl Reed", "nothing is shared"),
    ("given-name", "Ada Brook", "Ada Mills", "a third of the words is too little"),
    ("nobody", None, "Ada Brook", "a name for nobody"),
    ("missed", "Ada Brook", None, "nobody for a name"),
    ("other-office", "the mayor", "the governor", "titles alone are compared as words"),
    ("title-only-shared", "Mayor Ada Brook", "Mayor Carl Reed", "a shared title is no shared name"),
]


@pytest.mark.parametrize(
    ("one", "other"), [case[1:3] for case in AGREEING_NAMES], ids=[case[0] for case in AGREEING_NAMES]
)
def test_names_agree(one: str | None, other: str | None) -> None:
    assert names_agree(one, other)
    assert names_agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [case[1:3] for case in DIFFERING_NAMES], ids=[case[0] for case in DIFFERING_NAMES]
)
def test_names_differ(one: str | None, other: str | None) -> None:
    assert not names_agree(one, other)
    assert not names_agree(other, one)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("ABC News", "ABC", True),
        ("the Harbour news agency", "Harbour", True),
        ("Echo FM", "echo fm", True),
        ("Echo FM", "Harbour Post", False),
        ("ABC News", "Sky News", False),
        ("News Agency", "Sky News", False),
    ],
)
def test_outlet_names(one: str, other: str, agree: bool) -> None:
    assert credits_agree(one, other) is agree


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (Span(0, 10), Span(5, 40), True),
        (Span(0, 10), Span(6, 40), False),
        (Span(0, 40), Span(30, 34), True),
        (Span(0, 10), Span(10, 20), False),
        (None, Span(0, 5), False),
        (None, None, True),
    ],
)
def test_mentions_overlap_by_half_of_the_shorter(one: Span | None, other: Span | None, agree: bool) -> None:
    gold, predicted = (ScoredQuote("direct", (), mention=mention) for mention in (one, other))
    assert mention_overlaps(gold, predicted) is agree


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [({1, 2}, {1, 2}, 1.0), ({1, 2, 3}, {3, 4}, 0.25), ({1}, {2}, 0.0), (set(), set(), 0.0)],
)
def test_overlap(one: set[int], other: set[int], expected: float) -> None:
    assert overlap(frozenset(one), frozenset(other)) == expected


WHOLE = quote("“The river rose,”", "“We left at noon.”")
CLAUSE = quote("that the bridge is closed", kind="indirect")


def test_a_perfect_run_is_perfect() -> None:
    gold = [GoldQuote(WHOLE), GoldQuote(CLAUSE)]
    for row, right in (("direct", 1), ("indirect", 1), ("all", 2)):
        assert figures(gold, [WHOLE, CLAUSE], row, "exact_attributed") == (right, right, right, right)


def test_direct_spans_without_marks_are_exact() -> None:
    predicted = [quote("The river rose,", "We left at noon.")]
    assert figures([GoldQuote(WHOLE)], predicted, "direct", "exact") == (1, 1, 1, 1)


def test_a_piece_below_half_is_missed_and_spurious() -> None:
    predicted = [quote("The river")]
    assert figures([GoldQuote(WHOLE)], predicted, "direct", "found") == (0, 1, 0, 1)


def test_pairing_is_one_to_one_and_takes_the_best() -> None:
    near = quote("the bridge is closed. The", kind="indirect")
    pairs = pair_quotes(TEXT, [GoldQuote(CLAUSE)], [near, CLAUSE])
    assert pairs[0].predicted is CLAUSE and pairs[0].exact
    assert [pair.predicted for pair in pairs[1:]] == [near]


def test_an_empty_prediction_pairs_with_nothing() -> None:
    empty = ScoredQuote("direct", (Span(3, 3),))
    assert figures([GoldQuote(ScoredQuote("direct", (Span(5, 5),)))], [empty], "direct", "found") == (0, 1, 0, 1)


def test_a_wrong_speaker_is_found_but_not_attributed() -> None:
    predicted = [quote("The river rose,", "We left at noon.", speaker="Carl Reed")]
    assert figures([GoldQuote(WHOLE)], predicted, "all", "found") == (1, 1, 1, 1)
    assert figures([GoldQuote(WHOLE)], predicted, "all", "attributed") == (0, 1, 0, 1)


def test_a_mixed_quote_reported_as_direct_counts_on_both_sides() -> None:
    gold = [GoldQuote(quote("that the bridge is closed", kind="mixed"))]
    predicted = [quote("the bridge is closed", kind="direct")]
    assert figures(gold, predicted, "mixed", "found") == (0, 0, 1, 1)
    assert figures(gold, predicted, "direct", "found") == (1, 1, 0, 0)
    assert figures(gold, predicted, "marked", "found") == (1, 1, 1, 1)
    assert type_right(pair_quotes(TEXT, gold, predicted)).recall == 0


def test_optional_gold_is_neither_missed_nor_spurious() -> None:
    gold = [GoldQuote(CLAUSE, optional=True), GoldQuote(WHOLE)]
    assert figures(gold, [WHOLE], "all", "found") == (1, 1, 1, 1)
    assert figures(gold, [WHOLE, CLAUSE], "all", "found") == (1, 1, 1, 1)
    assert figures(gold, [WHOLE, CLAUSE], "indirect", "found") == (0, 0, 0, 0)


def test_a_counted_gold_quote_goes_before_an_optional_one() -> None:
    pairs = pair_quotes(TEXT, [GoldQuote(CLAUSE, optional=True), GoldQuote(CLAUSE)], [CLAUSE])
    assert [pair.found for pair in pairs] == [False, True]


ALSO: dict[CreditField, tuple[str, ...]] = {"outlet": ("Echo FM",)}
OUTLETS = [
    ("right", GoldQuote(quote("The river rose,", outlet="Echo FM")), "Echo FM", (1, 1, 1, 1)),
    ("wrong", GoldQuote(quote("The river rose,", outlet="Echo FM")), "Harbour Post", (0, 1, 0, 1)),
    ("left-out", GoldQuote(quote("The river rose,", outlet="Echo FM")), None, (0, 0, 0, 1)),
    ("invented", GoldQuote(quote("The river rose,")), "Echo FM", (0, 1, 0, 0)),
    ("carried-given", GoldQuote(quote("The river rose,"), also=ALSO), "Echo FM", (1, 1, 0, 0)),
    ("carried-left-out", GoldQuote(quote("The river rose,"), also=ALSO), None, (0, 0, 0, 0)),
    ("carried-wrong", GoldQuote(quote("The river rose,"), also=ALSO), "Harbour Post", (0, 1, 0, 0)),
    ("optional", GoldQuote(quote("The river rose,"), optional=True), "Echo FM", (0, 0, 0, 0)),
]


@pytest.mark.parametrize(
    ("gold", "outlet", "expected"), [case[1:] for case in OUTLETS], ids=[case[0] for case in OUTLETS]
)
def test_outlets(gold: GoldQuote, outlet: str | None, expected: tuple[int, int, int, int]) -> None:
    predicted = ScoredQuote("direct", (at("The river rose,"),), "Ada Brook", outlet=outlet)
    ratio = score_credits(pair_quotes(TEXT, [gold], [predicted]), "outlet")
    assert (ratio.right_predicted, ratio.predicted, ratio.right_gold, ratio.gold) == expected


def test_an_outlet_of_a_missed_quote_is_missed_and_of_a_spurious_one_not_counted() -> None:
    gold = [GoldQuote(quote("The river rose,", outlet="Echo FM"))]
    spurious = quote("The end", outlet="Echo FM")
    ratio = score_credits(pair_quotes(TEXT, gold, [spurious]), "outlet")
    assert (ratio.predicted, ratio.right_gold, ratio.gold) == (0, 0, 1)
