"""Confidence: what the evidence says of hand-built quotes, what the weights make of it, and how they are fitted."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from math import isfinite, log
from random import Random
from typing import get_args

import pytest
from parsed import find_span, read_table

from models.train.confidence import Example, fit, moved, weigh
from service.quotes import extract_quotes
from service.quotes.confidence import Table, judge, probability, tables_of, weights
from service.quotes.evidence import Evidence, Features, odds
from service.quotes.types import Article, Attribution, Confidence, Link, Outlet, ParsedText, RoleSpan, Speaker

SAID = """
# entity person Vera Lis
Vera    _     PROPN 3 nsubj
Lis     _     PROPN 1 flat
said    say   VERB  0 root
the     _     DET   5 det
mill    _     NOUN  7 nsubj
was     be    AUX   7 cop
lost    _     ADJ   3 ccomp
today~  _     NOUN  7 obl:tmod
.       _     PUNCT 3 punct
"""


def read_by_the_reader(content: str, score: float = 0.9, *, source: str = "Vera Lis") -> ParsedText:
    """The sentence with roles of the reader: these words as content, "said" as their cue."""
    parsed = read_table(SAID)
    roles = (
        RoleSpan(find_span(parsed, source), "source", score),
        RoleSpan(find_span(parsed, "said"), "cue", score),
        RoleSpan(find_span(parsed, content), "content", score),
    )
    return replace(parsed, roles=roles, links=(Link(2, 1, score), Link(1, 0, score)))


def evidence_for(parsed: ParsedText) -> dict[str, tuple[Table, Features]]:
    """What is noted of the one quote of a text."""
    noted: list[dict[str, tuple[Table, Features]]] = []

    def note(
        evidence: Evidence, attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None
    ) -> Confidence:
        noted.append(tables_of(evidence, attribution, speaker, outlet))
        return judge(evidence, attribution, speaker, outlet)

    extract_quotes([Article(parsed.text)], read=lambda texts: [parsed], judge=note)
    (only,) = noted
    return only


# The reader's content, features that hold, features that do not, reason
BOUNDS = [
    ("the mill was lost today", {"indirect, read alike": 1.0}, {"indirect, not read"}, "the same words"),
    ("the mill was lost", {"indirect, read begins alike": 1.0}, {"indirect, not read"}, "the same first word"),
]


@pytest.mark.parametrize(("content", "held", "absent", "reason"), BOUNDS, ids=lambda value: str(value)[:24])
def test_evidence_of_bounds(content: str, held: Features, absent: set[str], reason: str) -> None:
    table, features = evidence_for(read_by_the_reader(content))["span"]
    assert table == "span"
    assert held.items() <= features.items(), reason
    assert not absent & features.keys(), reason


def test_without_a_reader_other_weights_are_used() -> None:
    found = evidence_for(read_table(SAID))
    assert found["span"][0] == "span, no reader"
    assert found["source"][0] == "source, no reader"
    assert found["span"][1]["indirect, not read"] == 1.0


@pytest.mark.parametrize("parsed", [read_table(SAID), read_by_the_reader("the mill was lost")], ids=["parse", "both"])
def test_features_lie_between_minus_one_and_one(parsed: ParsedText) -> None:
    for _, features in evidence_for(parsed).values():
        assert all(-1.0 <= value <= 1.0 for value in features.values())


def _confidence(parsed: ParsedText) -> Confidence:
    (extraction,) = extract_quotes([Article(parsed.text)], read=lambda texts: [parsed])
    return extraction.quotes[0].confidence


def test_bounds_that_parse_and_reader_share_are_surer_than_bounds_they_dispute() -> None:
    agreed, disputed = read_by_the_reader("the mill was lost today"), read_by_the_reader("mill was lost")
    assert _confidence(agreed).span > _confidence(disputed).span


def test_a_source_that_parse_and_reader_share_is_surer_than_one_they_dispute() -> None:
    agreed = read_by_the_reader("the mill was lost today")
    disputed = read_by_the_reader("was lost today", source="the mill")
    sure, unsure = _confidence(agreed).speaker, _confidence(disputed).speaker
    assert sure is not None
    assert unsure is not None
    assert sure > unsure


def test_no_speaker_no_figure() -> None:
    parsed = read_by_the_reader("the mill was lost today")
    noted = evidence_for(parsed)
    assert set(noted) == {"span", "source", "name"}
    assert _confidence(parsed).outlet is None


def test_the_shipped_weights_are_whole() -> None:
    data = json.loads(files("service.quotes").joinpath("confidence.json").read_text(encoding="utf-8"))
    assert set(data["weights"]) == set(get_args(Table))
    assert all(isfinite(value) for table in data["weights"].values() for value in table.values())
    assert data["provenance"]["command"] == "python -m models.train confidence"


@pytest.mark.parametrize("table", get_args(Table))
def test_a_feature_no_table_knows_weighs_nothing(table: Table) -> None:
    assert probability(table, {"": 1.0, "unheard of": 1.0}) == probability(table, {"": 1.0})
    assert 0.0 < probability(table, {}) < 1.0


def test_a_surer_rule_makes_a_surer_outlet() -> None:
    assert weights()["outlet"]["score"] > 0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 0.0), (1.0, 1.0), (0.0, -1.0), (0.9, log(9) / 4)])
def test_odds(share: float, expected: float) -> None:
    assert odds(share) == pytest.approx(expected)


def _examples(rate: dict[str, float], count: int, seed: int = 7) -> list[Example]:
    """Examples with one feature each, right as often as ``rate`` says of it."""
    chance = Random(seed)
    return [
        Example("span", {"": 1.0, name: 1.0}, chance.random() < share, str(number % 5))
        for name, share in rate.items()
        for number in range(count)
    ]


def test_fit_finds_how_often_each_feature_is_right() -> None:
    found = fit(_examples({"sure": 0.9, "unsure": 0.4}, 2000), ridge=0.01)
    for name, share in (("sure", 0.9), ("unsure", 0.4)):
        assert weigh(found, {"": 1.0, name: 1.0}) == pytest.approx(log(share / (1 - share)), abs=0.2)


def test_fit_is_the_same_every_time() -> None:
    examples = _examples({"sure": 0.9, "unsure": 0.4}, 50)
    assert fit(examples, ridge=1.0) == fit(examples, ridge=1.0)


def test_fit_leaves_out_what_is_rare() -> None:
    examples = [*_examples({"sure": 0.9}, 50), Example("span", {"": 1.0, "rare": 1.0}, True, "0")]
    assert "rare" not in fit(examples, ridge=1.0)


def test_moved_weights_give_the_share_of_the_place_they_are_moved_to() -> None:
    start = fit(_examples({"sure": 0.9, "unsure": 0.4}, 500), ridge=0.01)
    better = _examples({"sure": 0.98, "unsure": 0.7}, 500)
    there = moved(start, better, ridge=0.1)
    assert weigh(there, {"": 1.0, "sure": 1.0}) > weigh(start, {"": 1.0, "sure": 1.0})
    assert weigh(there, {"": 1.0, "unsure": 1.0}) > weigh(start, {"": 1.0, "unsure": 1.0})


def test_weights_moved_by_a_handful_of_examples_hardly_move() -> None:
    start = fit(_examples({"sure": 0.9, "unsure": 0.4}, 500), ridge=0.01)
    there = moved(start, _examples({"sure": 0.9}, 2), ridge=3.0)
    assert weigh(there, {"": 1.0, "sure": 1.0}) == pytest.approx(weigh(start, {"": 1.0, "sure": 1.0}), abs=0.5)
