"""The network's scores to what it says: tags, trees, entities, roles and links of each window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root
from torch import Tensor

from models.reader.labels import LINKS, ROLE_LABELS, allowed, spans_of, viterbi
from models.reader.network import Batch, Reader

LINK_ENDS = tuple(tuple(name.split("-")) for name in LINKS)


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Words ``[first, last]``, both included, with a label and its probability."""

    first: int
    last: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one window. ``head`` is a word of the window, -1 for a root; a link joins two role spans
    (tail, head, probability)."""

    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    head: tuple[int, ...]
    deprel: tuple[str, ...]
    entities: tuple[WordSpan, ...]
    roles: tuple[WordSpan, ...]
    links: tuple[tuple[int, int, float], ...]


@torch.inference_mode()
def read_batch(net: Reader, batch: Batch) -> list[Reading]:
    """Read every window of a batch."""
    shape = net.shape
    states = net.encode(batch)
    syntax = net.mix["syntax"](states)
    lengths = batch.lengths.tolist()
    upos = net.upos(syntax).argmax(-1).tolist()
    xpos = net.xpos(syntax).argmax(-1).tolist()
    heads = best_heads(net.arcs(syntax, batch.sentence), batch.sentence, lengths)
    deprel = _relations(net, syntax, heads, lengths)
    entities = _spans(net.entity(net.mix["entities"](states)).float(), batch.lengths, shape.entities)
    role_states = net.mix["roles"](states)
    emissions = net.role(role_states).float()
    roles = _spans(emissions, batch.lengths, ROLE_LABELS, learned=net.role_transitions)
    return [
        Reading(
            upos=tuple(shape.upos[k] for k in upos[i][:n]),
            xpos=tuple(shape.xpos[k] for k in xpos[i][:n]),
            head=tuple(h - 1 for h in heads[i]),
            deprel=tuple(shape.deprel[k] for k in deprel[i]),
            entities=entities[i],
            roles=roles[i],
            links=_links(net, role_states, i, roles[i]),
        )
        for i, n in enumerate(lengths)
    ]


def best_heads(scores: Tensor, sentence: Tensor, lengths: Sequence[int]) -> list[list[int]]:
    """For each window the head of each word (0 the root, else 1 + word): one tree a sentence (Chu-Liu, Edmonds)."""
    table = scores.numpy()
    greedy = table.argmax(-1)
    sentences = sentence.numpy()
    return [_window_heads(table[i], greedy[i, :n], sentences[i, :n]) for i, n in enumerate(lengths)]


def _window_heads(table: NDArray[np.float32], greedy: NDArray[np.int64], sentence: NDArray[np.int64]) -> list[int]:
    heads = greedy.copy()
    edges = np.flatnonzero(np.diff(sentence, prepend=-2, append=-2))
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        if not _is_tree(heads[begin:end], int(begin)):
            size = int(end - begin)
            square = np.full((size + 1, size + 1), -1e4, dtype=np.float32)
            square[1:, 0] = table[begin:end, 0]
            square[1:, 1:] = table[begin:end, begin + 1 : end + 1]
            found = np.asarray(chuliu_edmonds_one_root(square))[1:]
            heads[begin:end] = np.where(found > 0, found + begin, 0)
    return [int(h) for h in heads]


def _is_tree(heads: NDArray[np.int64], begin: int) -> bool:
    """True when exactly one word hangs on the root and every word reaches it."""
    if int((heads == 0).sum()) != 1:
        return False
    sound = {0}
    for word in range(begin + 1, begin + len(heads) + 1):
        trail = []
        while word not in sound:
            if word in trail:
                return False
            trail.append(word)
            word = int(heads[word - begin - 1])
        sound.update(trail)
    return True


def _relations(net: Reader, syntax: Tensor, heads: list[list[int]], lengths: Sequence[int]) -> list[list[int]]:
    rows = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    words = torch.cat([torch.arange(n) for n in lengths])
    flat = torch.tensor([h for window in heads for h in window])
    labels: list[int] = net.relations(syntax, rows, words, flat).argmax(-1).tolist()
    found, at = [], 0
    for n in lengths:
        found.append(labels[at : at + n])
        at += n
    return found


def _spans(
    emissions: Tensor, lengths: Tensor, labels: Sequence[str], learned: Tensor | None = None
) -> list[tuple[WordSpan, ...]]:
    start, between, end = allowed(labels)
    path = viterbi(emissions, lengths, start, between if learned is None else learned, end)
    sure = emissions.softmax(-1).gather(2, path[..., None])[..., 0].numpy()
    rows = path.tolist()
    windows = []
    for i, n in enumerate(lengths.tolist()):
        names = [labels[k] for k in rows[i][:n]]
        windows.append(
            tuple(WordSpan(a, b - 1, kind, float(sure[i, a:b].mean())) for a, b, kind in spans_of(names))
        )
    return windows


def _links(net: Reader, states: Tensor, row: int, roles: Sequence[WordSpan]) -> tuple[tuple[int, int, float], ...]:
    found = []
    for kind, (tail_role, head_role) in enumerate(LINK_ENDS):
        tails = [i for i, span in enumerate(roles) if span.label == tail_role]
        heads = [i for i, span in enumerate(roles) if span.label == head_role]
        if not tails or not heads:
            continue
        ends = torch.tensor([(span.first, span.last) for span in roles])
        sure, where = net.links(states, row, ends[tails], ends[heads], kind).softmax(-1).max(-1)
        found.extend(
            (tail, heads[at - 1], score)
            for tail, at, score in zip(tails, where.tolist(), sure.tolist(), strict=True)
            if at
        )
    return tuple(found)
