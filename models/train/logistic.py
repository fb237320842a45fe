"""Logistic regression over named features, for models small enough to ship as a table of weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Example:
    """The features of one place, whether the answer there is yes, and how many times it was seen."""

    features: Sequence[str]
    positive: bool
    count: int = 1


def fit(examples: Sequence[Example], *, ridge: float, rarest: int, steps: int = 200) -> dict[str, float]:
    """Return the weight (log odds) of each feature seen ``rarest`` times or more, to 3 decimals, zeros left out.

    Minimises the mean logistic loss plus ``ridge`` / n times the squared weights with L-BFGS; deterministic.
    """
    counts: Counter[str] = Counter()
    for example in examples:
        counts.update(dict.fromkeys(example.features, example.count))
    names = sorted(name for name, count in counts.items() if count >= rarest)
    index = {name: number for number, name in enumerate(names)}
    rows = [[index[name] for name in example.features if name in index] for example in examples]
    flat = torch.tensor([number for row in rows for number in row])
    starts = torch.tensor([0, *(len(row) for row in rows[:-1])]).cumsum(0)
    target = torch.tensor([float(example.positive) for example in examples])
    times = torch.tensor([float(example.count) for example in examples])
    weights = torch.zeros(len(names), 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=steps, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        odds = torch.nn.functional.embedding_bag(flat, weights, starts, mode="sum").squeeze(1)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(odds, target, weight=times, reduction="sum")
        loss = (losses + ridge * weights.square().sum()) / times.sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    rounded = ((name, round(float(weight), 3)) for name, weight in zip(names, weights.detach().squeeze(1), strict=True))
    return {name: weight for name, weight in rounded if weight}
