"""Label sets and the one decoder for labels that come in spans."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

ROLES = ("source", "cue", "content")
ROLE_LABELS = ("O", *(f"{place}-{role}" for role in ROLES for place in "BIES"))
LINKS = ("content-cue", "cue-source", "content-source")
FORBIDDEN = -1e4


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


def viterbi(emissions: Tensor, lengths: Tensor, start: Tensor, between: Tensor, end: Tensor) -> Tensor:
    """The best label sequences, ``(batch, words)`` indices, 0 beyond each length (Viterbi, 1967).

    ``emissions`` is ``(batch, words, L)``; a padded word keeps the score and label of the last real one.
    """
    batch, words, size = emissions.shape
    score = start + emissions[:, 0]
    back: list[Tensor] = []
    stay = torch.arange(size, device=emissions.device).expand(batch, size)
    for t in range(1, words):
        best, where = (score[:, :, None] + between).max(dim=1)
        live = (t < lengths)[:, None]
        score = torch.where(live, best + emissions[:, t], score)
        back.append(torch.where(live, where, stay))
    label = (score + end).argmax(dim=1)
    path = [label]
    for where in reversed(back):
        label = where.gather(1, label[:, None])[:, 0]
        path.append(label)
    found = torch.stack(path[::-1], dim=1)
    inside = torch.arange(words, device=emissions.device) < lengths[:, None]
    return torch.where(inside, found, torch.zeros_like(found))


def spans_of(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """(first word, word after the last, kind) of each span in a BIOES sequence; a broken span is read as far as it goes."""
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
