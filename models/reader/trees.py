"""The best dependency tree of a sentence: greedy where the greedy choice is a tree, Chu-Liu and Edmonds' where not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Scores = NDArray[np.float64]
Heads = NDArray[np.int64]


def best_heads(scores: Tensor, sentence: Tensor, lengths: Sequence[int]) -> list[list[int]]:
    """For each window the head of each word (0 the root, else 1 + word): one tree a sentence.

    ``scores`` are the arcs' ``(B, W, 1 + W)`` as ``Reader.arcs`` gives them, ``sentence`` ``(B, W)`` numbers the
    sentences, whose words stand together.
    """
    table = scores.numpy()
    greedy = table.argmax(-1)
    sentences = sentence.numpy()
    found = []
    for i, n in enumerate(lengths):
        heads: Heads = greedy[i, :n].copy()
        edges = np.flatnonzero(np.diff(sentences[i, :n], prepend=-2, append=-2)).tolist()
        for begin, end in pairwise(edges):
            if not is_tree(heads[begin:end].tolist(), begin):
                square = np.full((end - begin + 1, end - begin + 1), -np.inf)
                square[1:, 0] = table[i, begin:end, 0]
                square[1:, 1:] = table[i, begin:end, begin + 1 : end + 1]
                tree = best_tree(square)[1:]
                heads[begin:end] = np.where(tree > 0, tree + begin, 0)
        found.append([int(head) for head in heads])
    return found


def is_tree(heads: Sequence[int], begin: int = 0) -> bool:
    """True when exactly one word hangs on the root and every word reaches it.

    ``heads`` are those of the words from word ``begin`` of a window on, 0 the root, else 1 + word of the window.
    """
    if sum(head == 0 for head in heads) != 1:
        return False
    # 0: not yet seen; k: seen on the k-th walk upwards.
    walk = [0] * len(heads)
    for start in range(len(heads)):
        at = start
        while not walk[at]:
            walk[at] = start + 1
            if heads[at] == 0:
                break
            at = heads[at] - begin - 1
        else:
            if walk[at] == start + 1:
                return False
    return True


def best_tree(scores: Scores) -> Heads:
    """The heads of the best tree with one word on the root: ``scores[dependent, head]``, node 0 the root.

    Root arcs are made dearer than anything else only where the best tree has several, so that one is left.
    """
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)
    heads: Heads = spanning_tree(scores)
    if int((heads[1:] == 0).sum()) > 1:
        finite = scores[1:][np.isfinite(scores[1:])]
        scores[1:, 0] -= (len(scores) + 1) * (finite.max() - finite.min() + 1)
        heads = spanning_tree(scores)
    return heads


def spanning_tree(scores: Scores) -> Heads:
    """The heads of the best spanning tree below node 0, whose own head is 0 (Chu and Liu 1965, Edmonds 1967)."""
    heads: Heads = scores.argmax(axis=1)
    heads[0] = 0
    cycle = _cycle(heads.tolist())
    if not cycle:
        return heads
    ring = np.array(cycle)
    rest = np.setdiff1d(np.arange(len(scores)), ring)
    new = len(rest)
    # What it costs to enter the cycle at each of its nodes, breaking the arc that led there; and the ways out of it.
    entry = scores[np.ix_(ring, rest)] - scores[ring, heads[ring]][:, None]
    exits = scores[np.ix_(rest, ring)]
    small = np.full((new + 1, new + 1), -np.inf)
    small[:new, :new] = scores[np.ix_(rest, rest)]
    small[new, :new] = entry.max(axis=0)
    small[:new, new] = exits.max(axis=1)
    inner = spanning_tree(small)
    outside = inner[:new]
    heads[rest] = np.where(outside < new, rest[np.minimum(outside, new - 1)], ring[exits.argmax(axis=1)])
    heads[ring[entry.argmax(axis=0)[inner[new]]]] = rest[inner[new]]
    heads[0] = 0
    return heads


def _cycle(heads: Sequence[int]) -> list[int]:
    """The nodes of one cycle of the graph, none when it has no cycle besides the root's own."""
    walk = [0] * len(heads)
    walk[0] = -1
    for start in range(1, len(heads)):
        at = start
        while not walk[at]:
            walk[at] = start
            at = heads[at]
        if walk[at] == start:
            cycle, node = [at], heads[at]
            while node != at:
                cycle.append(node)
                node = heads[node]
            return cycle
    return []
