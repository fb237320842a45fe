"""The gate opens and shuts when it should, and never lowers a floor by itself."""

from __future__ import annotations

from typing import Any

import pytest

from models.evaluate.gate import (
    MARGIN,
    Change,
    LoweredFloorError,
    SetResult,
    changes,
    pin_floors,
    quote_key,
    violations,
)

FIGURE = "marked.found.f1"


def result(score: float | None, *, fingerprint: str = "abc", name: str = "polnear") -> SetResult:
    """A run that measured ``score``, or nothing."""
    return SetResult(name, fingerprint, {} if score is None else {FIGURE: score}, {})


def floors(floor: float = 0.8) -> dict[str, Any]:
    """Floors as they lie in the file."""
    return {"polnear": {"fingerprint": "abc", "floors": {FIGURE: floor}}}


OPEN = [
    ("above", floors(), result(0.9)),
    ("exactly-at-the-floor", floors(), result(0.8)),
    ("no-floors-yet", {}, result(0.1)),
    ("another-set", floors(), result(0.1, name="seed")),
]
SHUT = [
    ("below", floors(), result(0.7999), "below its floor"),
    ("not-measured", floors(), result(None), "not measured"),
    ("other-corpus", floors(), result(0.9, fingerprint="xyz"), "not the one"),
]


@pytest.mark.parametrize(("pinned", "run"), [case[1:] for case in OPEN], ids=[case[0] for case in OPEN])
def test_gate_is_open(pinned: dict[str, Any], run: SetResult) -> None:
    assert violations(pinned, [run]) == ()


@pytest.mark.parametrize(("pinned", "run", "reason"), [case[1:] for case in SHUT], ids=[case[0] for case in SHUT])
def test_gate_is_shut(pinned: dict[str, Any], run: SetResult, reason: str) -> None:
    (message,) = violations(pinned, [run])
    assert reason in message


def test_first_pin_lies_a_margin_below_the_score() -> None:
    pinned = pin_floors({}, [result(0.9)])
    assert pinned["polnear"]["floors"][FIGURE] == pytest.approx(0.9 - MARGIN)
    assert violations(pinned, [result(0.9)]) == ()


def test_a_better_run_raises_the_floor() -> None:
    assert pin_floors(floors(0.8), [result(0.9)])["polnear"]["floors"][FIGURE] > 0.8


def test_a_run_within_the_margin_leaves_the_floor() -> None:
    assert pin_floors(floors(0.8), [result(0.801)])["polnear"]["floors"][FIGURE] == 0.8


def test_pinning_twice_changes_nothing() -> None:
    once = pin_floors({}, [result(0.8765)])
    assert pin_floors(once, [result(0.8765)]) == once


@pytest.mark.parametrize("run", [result(0.79), result(None), result(0.79, fingerprint="xyz")])
def test_a_floor_is_not_lowered_without_a_reason(run: SetResult) -> None:
    with pytest.raises(LoweredFloorError, match="below its floor"):
        pin_floors(floors(0.8), [run])


def test_a_lowered_floor_keeps_its_reason() -> None:
    pinned = pin_floors(floors(0.8), [result(0.7)], lower_reason="the corpus grew by harder articles")
    assert pinned["polnear"]["floors"][FIGURE] < 0.7
    (entry,) = pinned["lowered"]
    assert (entry["figure"], entry["from"], entry["reason"]) == (FIGURE, 0.8, "the corpus grew by harder articles")


def test_pinning_leaves_other_sets_and_the_argument_alone() -> None:
    before = floors() | {"seed": {"fingerprint": "s", "floors": {"all.attributed.f1": 0.5}}}
    after = pin_floors(before, [result(0.9)])
    assert after["seed"] == before["seed"]
    assert before["polnear"]["floors"][FIGURE] == 0.8


def test_an_unguarded_figure_gets_no_floor() -> None:
    run = SetResult("polnear", "abc", {FIGURE: 0.9, "direct.found.precision": 0.9}, {})
    assert set(pin_floors({}, [run])["polnear"]["floors"]) == {FIGURE}


def test_changes_name_gains_and_losses() -> None:
    accepted = {"a": "fe", "b": "fes", "c": "", "gone": "f"}
    now = {"a": "fes", "b": "f", "c": "", "new": "f"}
    assert changes(accepted, now) == (Change("a", "s", ""), Change("b", "", "es"))


def test_keys_are_stable_and_differ() -> None:
    assert quote_key("a", [(0, 5)]) == quote_key("a", [(0, 5)])
    assert len({quote_key("a", [(0, 5)]), quote_key("b", [(0, 5)]), quote_key("a", [(0, 6)])}) == 3
