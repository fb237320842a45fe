"""Whether two statements are one, word by word: 200 pairs of our own, diffs, labels, and any words at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.archive import statements
from service.archive.pairing import diff_words, weigh_pair
from service.archive.statements import Utterance, Voice, compare_articles, match_articles, same_speaker, weigh
from service.archive.words import fold_text, hash_terms, read_words
from service.intake import Intake
from service.quotes.types import Article

CASES = Path(__file__).parent / "cases" / "statement_pairs.tsv"
SEEDS = Path(os.environ.get("ONRECORD_SEEDS", Path(__file__).parent.parent.parent / "shared" / "seeds"))


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    first: Utterance
    second: Utterance

    @property
    def found(self) -> bool:
        return bool(match_articles([self.first], [self.second]))


def _voice(name: str) -> Voice:
    return Voice(name, "unnamed" if name[0].islower() else "person")


def _utterance(article: int, words: str, voice: Voice | None, position: int = 1) -> Utterance:
    return Utterance(article * 1000 + position, article, position, fold_text(words), words, voice)


def read_pairs() -> list[Pair]:
    """The pairs of the table, in order."""
    rows = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [
        Pair(kind, _utterance(1, first, _voice(who)), _utterance(2, second, _voice(who if other == "=" else other)))
        for kind, who, first, other, second in rows
    ]


def score(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Precision and recall of pairing."""
    found = [pair for pair in pairs if pair.found]
    right = [pair for pair in found if pair.kind != "lookalike"]
    return len(right) / len(found), len(right) / sum(pair.kind != "lookalike" for pair in pairs)


def test_the_table_is_as_its_head_says() -> None:
    pairs = read_pairs()
    assert len(pairs) == 200
    assert {pair.kind for pair in pairs} == {"same", "trimmed", "reworded", "lookalike"}


@pytest.mark.parametrize("half", [0, 1], ids=["chosen on", "reported"])
def test_pairing_is_right(half: int) -> None:
    precision, recall = score(read_pairs()[half::2])
    assert precision >= 0.97, precision
    assert recall >= 0.95, recall


def test_trimmed_pairs_are_called_trimmed_and_reworded_ones_reworded() -> None:
    pairs = [pair for pair in read_pairs() if pair.kind in ("trimmed", "reworded") and pair.found]
    wrong = [pair for pair in pairs if diff_words(pair.first.printed, pair.second.printed).wording != pair.kind]
    assert len(wrong) <= 0.03 * len(pairs), [pair.second.printed for pair in wrong]


# Words of both versions, the share that changed, the label and why.
DIFFS: list[tuple[str, str, str, float, str]] = [
    ("marks and case are no words", "“We won,” he said.", "we won he SAID", 0.0, "identical"),
    ("curly and straight", "We don’t know", "We don't know", 0.0, "identical"),
    ("a number with and without commas", "40,000 people", "40000 people", 0.0, "identical"),
    ("the end is missing", "We will rebuild the bridge and the school", "We will rebuild the bridge", 3 / 8, "trimmed"),
    ("the beginning is missing", "And I say that we will win", "we will win", 4 / 7, "trimmed"),
    ("only the middle is left", "I tell you we will win this war today", "we will win this war", 4 / 9, "trimmed"),
    ("the later is the longer", "we will win", "And I say that we will win", 4 / 7, "trimmed"),
    ("a sentence in the middle is missing", "We won. It took long years. We are glad.", "We won. We are glad.", 4 / 9,
     "trimmed"),
    # Not trimmed: something was done to the words.
    ("a small word inside is missing", "all the brave people go", "all brave people go", 1 / 5, "reworded"),
    ("one word is another", "We will win this war", "We will win this game", 1 / 5, "reworded"),
    ("cut and changed", "We will win this war today", "We shall win", 4 / 6, "reworded"),
    ("turned around", "War we will win", "We will win war", 2 / 4, "reworded"),
    ("nothing in common", "Go home", "Stay here", 1.0, "reworded"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "later", "changed", "wording"), [row[1:] for row in DIFFS], ids=[row[0] for row in DIFFS]
)
def test_differences(earlier: str, later: str, changed: float, wording: str) -> None:
    difference = diff_words(earlier, later)
    assert (difference.changed, difference.wording) == (pytest.approx(changed), wording)


VOICES: list[tuple[str, Voice | None, Voice | None, bool | None]] = [
    ("one identity", Voice("Hill", "person", 7), Voice("Bob Hill", "person", 7), True),
    ("one name", Voice("Ana Ruiz", "person"), Voice("Mayor Ana Ruíz", "person"), True),
    ("descriptions alike", Voice("one man who attended the rally", "unnamed"),
     Voice("a person who attended the rally", "unnamed"), True),
    ("the group", Voice("the protesters", "group"), Voice("Protesters", "group"), True),
    ("two people", Voice("John Kerry", "person"), Voice("Jane Kerry", "person"), False),
    ("two organisations", Voice("Ministry of Health", "organisation"), Voice("Reuters", "organisation"), False),
    # Nothing can be told.
    ("a surname", Voice("Kerry", "person"), Voice("John Kerry", "person"), None),
    ("unnamed", Voice("a lawmaker", "unnamed"), Voice("Carla Mendes", "person"), None),
    ("nobody", None, Voice("Carla Mendes", "person"), None),
    ("two descriptions", Voice("an elderly woman", "unnamed"), Voice("a soldier", "unnamed"), None),
    ("a minister and a ministry", Voice("Ana Ruiz", "person"), Voice("Ministry of Health", "organisation"), None),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "same"), [row[1:] for row in VOICES], ids=[row[0] for row in VOICES])
def test_who_says_it(first: Voice | None, second: Voice | None, same: bool | None) -> None:
    assert same_speaker(first, second) is same
    assert same_speaker(second, first) is same


CHANTS: list[tuple[str, str, str, bool | None, bool]] = [
    ("one speaker, one word in two spellings", "Ukrainia", "Ukraine", True, True),
    ("one telling word of one speaker", "Go home", "Go home!", True, True),
    ("a set phrase, one word less", "Freedom is above all", "Freedom above all", None, True),
    ("one word of nobody known", "Ukrainia", "Ukraine", None, False),
    ("two people say yes", "Yes.", "Yes.", False, False),
    ("a wish of many", "I want to go home.", "I want to see my children again.", None, False),
]


@pytest.mark.parametrize(
    ("first", "second", "same", "one"), [row[1:] for row in CHANTS], ids=[row[0] for row in CHANTS]
)
def test_statements_that_say_little(first: str, second: str, same: bool | None, one: bool) -> None:
    assert bool(weigh_pair(fold_text(first), fold_text(second), same_speaker=same)) is one


def test_each_statement_of_an_article_has_one_partner_in_place() -> None:
    words = "Freedom is above all else"
    first = [_utterance(1, words, None, position) for position in (1, 2)]
    second = [_utterance(2, words, None, position) for position in (1, 2)]
    assert [(one.position, two.position) for one, two in match_articles(first, second)] == [(1, 1), (2, 2)]
    assert len(compare_articles([first, second])) == 2


# --- Any words at all -------------------------------------------------------------------------------------------------

_SAMPLES = "a the bridge Bridge war won’t 40,000 Київ opens opened “we” — ! x"
_texts = st.lists(st.sampled_from(_SAMPLES.split())).map(" ".join)


@given(_texts | st.text(max_size=40), _texts | st.text(max_size=40))
def test_a_difference_holds_every_word_of_both(earlier: str, later: str) -> None:
    difference = diff_words(earlier, later)
    shown = [
        " ".join(change.earlier for change in difference.changes),
        " ".join(change.later for change in difference.changes),
    ]
    for text, printed in zip((earlier, later), shown, strict=True):
        assert [word.folded for word in read_words(printed)] == [word.folded for word in read_words(text)]
    assert 0.0 <= difference.changed <= 1.0
    assert (difference.changed == 0.0) == (difference.wording == "identical")
    back = diff_words(later, earlier)
    assert back.wording == difference.wording


@given(_texts, _texts, st.sampled_from([True, False, None]))
def test_pairing_knows_no_order(first: str, second: str, same: bool | None) -> None:
    one, two = fold_text(first), fold_text(second)
    weight = weigh_pair(one, two, same_speaker=same)
    assert 0.0 <= weight <= 1.0
    assert weight == pytest.approx(weigh_pair(two, one, same_speaker=same))
    if weight and one and two:
        # What pairs must share a word that the index knows, or the archive could not find it.
        assert set(hash_terms(one.split())) & set(hash_terms(two.split()))


# --- The pair of articles this began with -----------------------------------------------------------------------------


@pytest.mark.models
@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the articles are not at {SEEDS} (ONRECORD_SEEDS)")
def test_the_report_and_its_rewriting() -> None:
    from datetime import UTC, datetime

    from service.archive.comparison import Compared, build_comparison
    from service.quotes import load_extractor

    names = ("cnn", "cnn-rewrite", "euromaidanpress", "nypost")
    texts = [(SEEDS / f"{name}.txt").read_text(encoding="utf-8") for name in names]
    articles = [Article(text) for text in texts]
    extractions = load_extractor()(articles)
    compared = [
        Compared(name, datetime(2022, 3, day, tzinfo=UTC), Intake(article, extracted=False), extraction)
        for day, (name, article, extraction) in enumerate(zip(names, articles, extractions, strict=True), 6)
    ]
    answer = build_comparison(compared, {"package": "seeds", "version": "0"})
    pairs = {}
    for statement in answer["statements"]:
        where = [version["quote"]["article"]["id"] for version in statement["versions"]]
        assert where == ["cnn", "cnn-rewrite"], f"a false pair: {where}"
        printed = " ".join(span["text"] for span in statement["versions"][0]["quote"]["spans"])
        pairs[printed[:15].strip('“”" ')] = statement["versions"][1]
    for beginning, wording in (
        ("People want to", "reworded"),
        ("Save our countr", "reworded"),
        ("Everyone who ca", "identical"),
        ("Get out of our", "reworded"),
        ("Get out of here", "reworded"),
        ("Ukrainia,", "reworded"),
    ):
        assert beginning in pairs, f"not paired: {beginning} of {sorted(pairs)}"
        assert pairs[beginning]["label"] == wording
    assert sum(beginning.startswith("Ukraine is abov") for beginning in pairs) >= 1


# --- Time that grows with what is sent, not with its square -----------------------------------------------------------


def utterances(article: int, number: int, words: str) -> list[Utterance]:
    """Quotes of one article, by one voice; ``words`` may hold the place of each."""
    return [
        Utterance(article * 10_000 + place, article, place, fold_text(said := words.format(place)), said, None)
        for place in range(number)
    ]


@pytest.mark.parametrize("words", ["We go on with bridge {0} and street {0}0.", "We go on whatever the weather does."])
def test_two_long_articles_are_judged_by_the_nearest_quotes_only(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Of 300 quotes that all look alike each still finds the one in its own place."""
    judged = 0

    def count(one: Utterance, two: Utterance) -> float:
        nonlocal judged
        judged += 1
        return weigh(one, two)

    monkeypatch.setattr(statements, "weigh", count)
    found = compare_articles([utterances(1, 300, words), utterances(2, 300, words)])
    places = [[version.utterance.position for version in statement.versions] for statement in found]
    assert places == [[place, place] for place in range(300)]
    assert judged <= 300 * statements.MAX_NEAR


def test_of_very_long_statements_beginning_and_end_are_told_apart() -> None:
    first = "one " + "left " * 3000 + "three four"
    second = "one " + "right " * 3000 + "three four"
    changes = diff_words(first, second).changes
    assert [change.operation for change in changes] == ["equal", "replace", "equal"]
    assert (changes[0].earlier, changes[2].later) == ("one", "three four")
    assert [change.operation for change in diff_words(first, f"{first} five").changes] == ["equal", "insert"]
    assert weigh_pair(fold_text(first), fold_text(second)) == 0.0
    assert weigh_pair(fold_text(first), fold_text(f"{first} five")) > 0.9
