"""Windows: a few sentences read together, as words with their features, and as tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.reader.network import Batch
from models.reader.pieces import CLS, SEP, Pieces, case_of, mark_states


@dataclass(frozen=True, slots=True)
class Window:
    """Words to be read together.

    ``sentence`` numbers the sentence of each word from 0; ``breaks`` marks the words at which a paragraph begins;
    ``spaced`` those that white space follows.
    """

    words: tuple[str, ...]
    sentence: tuple[int, ...]
    spaced: tuple[bool, ...]
    breaks: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A window as piece ids and features, ready to be padded; ``first[i]`` is the piece where word i begins."""

    pieces: tuple[int, ...]
    cases: tuple[int, ...]
    marks: tuple[int, ...]
    first: tuple[int, ...]
    sentence: tuple[int, ...]


def encode_window(window: Window, vocabulary: Pieces, *, limit: int) -> Encoded:
    """Piece ids and features of a window; at a paragraph break stands a separator.

    Words past ``limit`` pieces lose their inner pieces, not themselves; callers keep windows short enough for the rest.
    """
    states = mark_states(window.words, window.spaced, window.breaks)
    split = [vocabulary.of(word) for word in window.words]
    if sum(map(len, split)) + sum(window.breaks) + 2 > limit:
        split = [ids[:1] for ids in split]
    pieces, cases, marks, first = [CLS], [0], [0], []
    previous = -1
    for i, ids in enumerate(split):
        if i and window.breaks[i]:
            pieces.append(SEP)
            cases.append(0)
            marks.append(0)
        case = case_of(window.words[i], initial=window.sentence[i] != previous)
        previous = window.sentence[i]
        first.append(len(pieces))
        pieces.extend(ids)
        cases.extend([case] * len(ids))
        marks.extend([states[i]] * len(ids))
    pieces.append(SEP)
    return Encoded(tuple(pieces), (*cases, 0), (*marks, 0), tuple(first), window.sentence)


def collate(windows: Sequence[Encoded]) -> Batch:
    """Pad encoded windows to one batch."""
    return Batch(
        pieces=padded([w.pieces for w in windows], 0),
        cases=padded([w.cases for w in windows], 0),
        marks=padded([w.marks for w in windows], 0),
        first=padded([w.first for w in windows], 0),
        sentence=padded([w.sentence for w in windows], -1),
        lengths=torch.tensor([len(w.first) for w in windows]),
    )


def bundle(windows: Sequence[Encoded], *, largest: int, spare: int) -> Iterator[list[int]]:
    """Indices of windows of like length, to be read in one batch; every window is in one.

    A batch has at most ``largest`` pieces, padding included, unless one window alone has more, and less than ``spare``
    of them are padding.
    """
    found: list[int] = []
    real = 0
    for i in sorted(range(len(windows)), key=lambda i: len(windows[i].pieces)):
        size = len(windows[i].pieces)
        pieces = (len(found) + 1) * size
        if found and (pieces > largest or pieces - real - size >= spare):
            yield found
            found, real = [], 0
        found.append(i)
        real += size
    if found:
        yield found


def padded(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Rows of integers as one ``(rows, longest)`` tensor, filled with ``value``."""
    width = max(map(len, rows))
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])
