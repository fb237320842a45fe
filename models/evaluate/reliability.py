"""Do confidences mean what they say? Predictions in bins of confidence, each with the share that was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.evaluate.score import Pair, credit_right
from service.quotes.types import Confidence

BINS = 10
"""Bins of equal width over 0 to 1."""


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


def judgements(pairs: Sequence[Pair]) -> dict[str, tuple[Judgement, ...]]:
    """Confidence and truth of every counted prediction, for span (exact), speaker and outlet (on found pairs)."""
    counted = [pair for pair in pairs if pair.counted]
    found = [pair for pair in counted if pair.found]
    return {
        "span": _judge(counted, lambda scores: scores.span, lambda pair: pair.exact),
        "speaker": _judge(found, lambda scores: scores.speaker, lambda pair: pair.speaker_right),
        "outlet": _judge(found, lambda scores: scores.outlet, lambda pair: credit_right(pair, "outlet") is True),
    }


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
