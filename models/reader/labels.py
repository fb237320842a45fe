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


ScoredSpan = tuple[int, int, str, float]


def likely_spans(
    emissions: Floats, lengths: Indices, chain: Chain, labels: Sequence[str], *, least: float
) -> list[list[ScoredSpan]]:
    """The spans that stand exactly there with a probability above ``least``, window by window, in text order.

    ``emissions`` is ``(B, W, L)``, ``lengths`` ``(B,)``. A span is (first word, word after the last, kind,
    probability). Each is judged by itself over all label sequences (forward-backward), and of two that overlap the
    likelier is taken: that gets more spans exactly right than the one best sequence does (minimum Bayes risk decoding,
    Goodman 1996).
    """
    marginals = _Marginals.of(emissions, chain, lengths)
    index = {label: i for i, label in enumerate(labels)}
    found: list[list[ScoredSpan]] = [[] for _ in lengths]
    for kind in sorted({label[2:] for label in labels if label != "O"}):
        begin, inside, end, single = (index[f"{place}-{kind}"] for place in "BIES")
        for row, at in np.argwhere(marginals.alone[:, :, single] > least).tolist():
            found[row].append((at, at + 1, kind, float(marginals.alone[row, at, single])))
        for row, at in np.argwhere(marginals.alone[:, :, begin] > least).tolist():
            sure = marginals.from_begin(row, at, int(lengths[row]), (begin, inside, end))
            found[row].extend((at, at + 2 + i, kind, float(sure[i])) for i in np.flatnonzero(sure > least).tolist())
    return [_apart(spans) for spans in found]


@dataclass(frozen=True, slots=True)
class _Marginals:
    """Probabilities under a chain (forward-backward), each array ``(B, W, L)``.

    ``alone``: of a label at a word, 0 beyond the length. ``ahead`` and ``norm`` give those of a label after another.
    """

    alone: Floats
    ahead: Floats
    norm: Floats
    steps: Floats

    @classmethod
    def of(cls, emissions: Floats, chain: Chain, lengths: Indices) -> _Marginals:
        words = emissions.shape[1]
        # Products of scaled exponentials instead of sums of logarithms, which cost more; the floor keeps them above 0.
        local = np.exp(np.maximum(emissions - emissions.max(axis=2, keepdims=True), -300.0))
        steps, last = np.exp(chain.between), np.exp(chain.end)
        forward, backward = np.empty_like(local), np.empty_like(local)
        reach = local[:, 0] * np.exp(chain.start)
        forward[:, 0] = reach / reach.sum(axis=1, keepdims=True)
        for t in range(1, words):
            reach = (forward[:, t - 1] @ steps) * local[:, t]
            forward[:, t] = reach / reach.sum(axis=1, keepdims=True)
        backward[:, -1] = last
        for t in range(words - 2, -1, -1):
            behind = (local[:, t + 1] * backward[:, t + 1]) @ steps.T
            behind = behind / behind.sum(axis=1, keepdims=True)
            backward[:, t] = np.where((t + 1 < lengths)[:, None], behind, last)
        alone = forward * backward
        alone = alone / np.maximum(alone.sum(axis=2, keepdims=True), 1e-300)
        alone[np.arange(words) >= lengths[:, None]] = 0.0
        ahead = local * backward
        return cls(alone, ahead, np.maximum(ahead @ steps.T, 1e-300), steps)

    def from_begin(self, row: int, at: int, length: int, places: tuple[int, int, int]) -> Floats:
        """How likely a span of two words or more begins at ``at`` and ends at each later word before ``length``;
        ``places`` are the labels of its first, inner and last words."""
        begin, inside, end = places
        ahead, norm = self.ahead[row, at + 1 : length], self.norm[row, at + 1 : length]
        goes_on = self.steps[inside, inside] * ahead[:, inside] / norm[:, inside]
        goes_on[:1] = self.steps[begin, inside] * ahead[:1, inside] / norm[:1, begin]
        closes = self.steps[inside, end] * ahead[:, end] / norm[:, inside]
        closes[:1] = self.steps[begin, end] * ahead[:1, end] / norm[:1, begin]
        before = np.concatenate([[1.0], np.cumprod(goes_on)[:-1]])[: len(closes)]
        sure: Floats = self.alone[row, at, begin] * before * closes
        return sure


def _apart(spans: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    """The likelier of spans that overlap, in text order."""
    kept: list[ScoredSpan] = []
    for span in sorted(spans, key=lambda span: -span[3]):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
            kept.append(span)
    return sorted(kept)


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
