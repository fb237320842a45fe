"""Label sets that come in spans, and the chain that scores sequences of them: the best one, and how likely it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROLES = ("source", "cue", "content")
ROLE_LABELS = ("O", *(f"{place}-{role}" for role in ROLES for place in "BIES"))
LINKS = ("content-cue", "cue-source", "content-source")
FORBIDDEN = -1e4

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def allowed(labels: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Scores of the BIOES scheme: start ``(L,)``, transition ``(L, L)`` (from, to) and end ``(L,)``, 0 or forbidden."""
    size = len(labels)
    start, between, end = torch.zeros(size), torch.zeros(size, size), torch.zeros(size)
    for i, a in enumerate(labels):
        a_open, a_kind = a[0] in "BI", a[2:]
        if a[0] in "IE":
            start[i] = FORBIDDEN
        if a_open:
            end[i] = FORBIDDEN
        for j, b in enumerate(labels):
            continues = b[0] in "IE"
            if continues != a_open or (a_open and a_kind != b[2:]):
                between[i, j] = FORBIDDEN
    return start, between, end


@dataclass(frozen=True, slots=True)
class Chain:
    """Scores of a linear chain: the first label's ``(L,)``, a step's ``(L, L)`` (from, to), the last's ``(L,)``."""

    start: Floats
    between: Floats
    end: Floats

    @classmethod
    def of(cls, start: Tensor, between: Tensor, end: Tensor) -> Chain:
        """The chain of the network's tensors."""
        return cls(*(scores.detach().double().numpy() for scores in (start, between, end)))


def viterbi(emissions: Floats, lengths: Indices, chain: Chain) -> Indices:
    """The best label sequences, ``(B, W)`` indices, 0 beyond each length (Viterbi 1967).

    ``emissions`` is ``(B, W, L)``, ``lengths`` ``(B,)``, each at least 1.
    """
    batch, words, size = emissions.shape
    live = np.arange(words)[:, None] < lengths
    arriving = chain.between.T[None]
    score = chain.start + emissions[:, 0]
    back = np.tile(np.arange(size), (words, batch, 1))
    for t in range(1, words):
        paths = score[:, None, :] + arriving
        step = paths.max(axis=2) + emissions[:, t]
        at = live[t][:, None]
        back[t] = np.where(at, paths.argmax(axis=2), back[t])
        score = np.where(at, step, score)
    found = np.zeros((batch, words), dtype=np.int64)
    row = np.arange(batch)
    found[:, -1] = (score + chain.end).argmax(axis=1)
    for t in range(words - 1, 0, -1):
        found[:, t - 1] = back[t, row, found[:, t]]
    return np.where(live.T, found, 0)


def certainty(emissions: Floats, lengths: Indices, chain: Chain, path: Indices) -> tuple[Floats, Floats]:
    """How likely the labels of ``path`` are under the chain's distribution over all sequences (forward-backward).

    Returns two ``(B, W)`` arrays of probabilities: of each label by itself, and of each label given the one before it
    on the path (at the first word the same as by itself). So the probability that a span stands exactly here is the
    first array at its first word times the second at its others. Beyond a length both mean nothing.
    """
    words = emissions.shape[1]
    # Products of scaled exponentials instead of sums of logarithms, which cost more; the floor keeps them above 0.
    local = np.exp(np.maximum(emissions - emissions.max(axis=2, keepdims=True), -300.0))
    steps, last = np.exp(chain.between), np.exp(chain.end)
    forward, backward = np.empty_like(local), np.empty_like(local)
    ahead = local[:, 0] * np.exp(chain.start)
    forward[:, 0] = ahead / ahead.sum(axis=1, keepdims=True)
    for t in range(1, words):
        ahead = (forward[:, t - 1] @ steps) * local[:, t]
        forward[:, t] = ahead / ahead.sum(axis=1, keepdims=True)
    backward[:, -1] = last
    for t in range(words - 2, -1, -1):
        behind = (local[:, t + 1] * backward[:, t + 1]) @ steps.T
        behind = behind / behind.sum(axis=1, keepdims=True)
        backward[:, t] = np.where((t + 1 < lengths)[:, None], behind, last)
    alone = _share(forward * backward, path)
    given = alone.copy()
    given[:, 1:] = _share(steps[path[:, :-1]] * (local * backward)[:, 1:], path[:, 1:])
    return alone, given


def _share(weights: Floats, path: Indices) -> Floats:
    """The share of the path's labels in the weights of all labels, word by word."""
    picked = np.take_along_axis(weights, path[..., None], axis=2)[..., 0]
    share: Floats = picked / np.maximum(weights.sum(axis=2), 1e-300)
    return share


def spans_of(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """(first word, word after the last, kind) of each span in a BIOES sequence.

    A broken span is read as far as it goes.
    """
    spans: list[tuple[int, int, str]] = []
    begin, kind = -1, ""
    for i, label in enumerate(labels):
        place, name = label[0], label[2:]
        if begin >= 0 and (place in "OBS" or name != kind):
            spans.append((begin, i, kind))
            begin = -1
        if place == "S":
            spans.append((i, i + 1, name))
        elif place in "BI" and begin < 0:
            begin, kind = i, name
        elif place == "E":
            spans.append((begin if begin >= 0 else i, i + 1, name))
            begin = -1
    if begin >= 0:
        spans.append((begin, len(labels), kind))
    return spans
