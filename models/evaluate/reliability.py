"""Do confidences mean what they say? Predictions in bins of confidence, each with the share that was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.evaluate.score import Pair, Ratio, credit_right
from service.quotes.types import Confidence

BINS = 10
"""Bins of equal width over 0 to 1."""

LEVELS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
"""Values of ``min_confidence`` that the table of what it trades shows."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions with a confidence in [low, high): how many, their mean confidence and the share that was right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


Judgement = tuple[float, bool]
"""A confidence and whether the prediction was right."""


def judgements(pairs: Sequence[Pair], *, outlets: bool = True) -> dict[str, tuple[Judgement, ...]]:
    """Confidence and truth of every counted prediction, for span (exact), speaker and outlet (on found pairs).

    ``outlets``: the gold says which outlet got or carried a quote; without that theirs cannot be judged.
    """
    counted = [pair for pair in pairs if pair.counted]
    found = [pair for pair in counted if pair.found]
    judged = {
        "span": _judge(counted, lambda scores: scores.span, lambda pair: pair.exact),
        "speaker": _judge(found, lambda scores: scores.speaker, lambda pair: pair.speaker_right),
    }
    if outlets:
        judged["outlet"] = _judge(
            found, lambda scores: scores.outlet, lambda pair: credit_right(pair, "outlet") is True
        )
    return judged


def _judge(
    pairs: Sequence[Pair], score: Callable[[Confidence], float | None], right: Callable[[Pair], bool]
) -> tuple[Judgement, ...]:
    judged = []
    for pair in pairs:
        if pair.predicted is None or pair.predicted.confidence is None:
            continue
        value = score(pair.predicted.confidence)
        if value is not None:
            judged.append((value, right(pair)))
    return tuple(judged)


def reliability(judged: Sequence[Judgement], *, bins: int = BINS) -> tuple[Bin, ...]:
    """The bins that hold anything, from low to high; confidence 1.0 belongs to the last."""
    table = []
    for number in range(bins):
        members = [item for item in judged if min(int(item[0] * bins), bins - 1) == number]
        if members:
            mean = sum(value for value, _ in members) / len(members)
            share = sum(right for _, right in members) / len(members)
            table.append(Bin(number / bins, (number + 1) / bins, len(members), mean, share))
    return tuple(table)


def calibration_error(table: Sequence[Bin]) -> float:
    """Mean gap between confidence and share right, weighted by count (expected calibration error); 0 for no bins."""
    total = sum(item.count for item in table)
    return sum(item.count * abs(item.confidence - item.right) for item in table) / total if total else 0.0


def brier_score(judged: Sequence[Judgement]) -> float:
    """Mean squared gap between a confidence and 1 or 0 for right or wrong; 0 when nothing was judged."""
    return sum((value - right) ** 2 for value, right in judged) / len(judged) if judged else 0.0


def trade_off(pairs: Sequence[Pair], *, levels: Sequence[float] = LEVELS) -> dict[float, Ratio]:
    """What ``min_confidence`` trades: "found with the right speaker" when only quotes of at least a level are given.

    As in the service every figure of a quote must reach the level.
    """
    counted = [pair for pair in pairs if pair.counted]
    gold = sum(pair.gold is not None for pair in counted)
    table = {}
    for level in levels:
        given = [pair for pair in counted if pair.predicted and _least(pair.predicted.confidence) >= level]
        right = sum(pair.speaker_right for pair in given)
        table[level] = Ratio(right, len(given), right, gold)
    return table


def _least(confidence: Confidence | None) -> float:
    """The least figure of a quote, 1 where none is given."""
    figures = (confidence.span, confidence.speaker, confidence.outlet) if confidence else ()
    return min((figure for figure in figures if figure is not None), default=1.0)
