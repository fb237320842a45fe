"""The network's scores to what it says: tags, trees, entities, roles and links of each window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.reader.labels import LINKS, ROLE_LABELS, Chain, allowed, likely_spans, spans_of, viterbi
from models.reader.network import Batch, Reader
from models.reader.trees import best_heads

LINK_ENDS = tuple((tail, head) for tail, head in (name.split("-") for name in LINKS))
Indices = NDArray[np.int64]
# Chosen on PolNeAR dev: the exact F1 of all three roles is within 0.1 of its best between 0.40 and 0.47.
MIN_ROLE_SCORE = 0.4


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


@dataclass(frozen=True, slots=True)
class _Scores:
    """What the network says of the words of one batch, in order and without padding.

    upos, xpos, deprel ``(N,)``: the best labels. head: of each word, window by window. entities and roles
    ``(N, labels)``: emissions. vectors ``(N, width)``: what links are scored from. opens ``(N,)``: true where a
    sentence begins. lengths ``(B,)``: the words of each window.
    """

    upos: Tensor
    xpos: Tensor
    deprel: Tensor
    head: list[list[int]]
    entities: Tensor
    roles: Tensor
    vectors: Tensor
    opens: Tensor
    lengths: Tensor


def read_batch(net: Reader, batch: Batch) -> list[Reading]:
    """Read every window of a batch."""
    return read_batches(net, [batch])


@torch.inference_mode()
def read_batches(net: Reader, batches: Sequence[Batch]) -> list[Reading]:
    """Read every window of some batches, in order.

    Labels are decoded and links scored for all windows together: their loops cost as much for one window as for many.
    """
    scores = [_score(net, batch) for batch in batches]
    if not scores:
        return []
    shape = net.shape
    lengths = torch.cat([s.lengths for s in scores]).numpy()
    entities = _entities(_joined(scores, "entities"), _joined(scores, "opens"), lengths, shape.entities)
    roles = _roles(net, _joined(scores, "roles"), lengths)
    links = _links(net, _joined(scores, "vectors"), roles, lengths)
    heads = [head for s in scores for head in s.head]
    tags = [
        _split([names[k] for s in scores for k in getattr(s, kind).tolist()], lengths)
        for kind, names in (("upos", shape.upos), ("xpos", shape.xpos), ("deprel", shape.deprel))
    ]
    return [
        Reading(upos, xpos, tuple(h - 1 for h in head), deprel, entity, role, link)
        for upos, xpos, deprel, head, entity, role, link in zip(*tags, heads, entities, roles, links, strict=True)
    ]


def _joined(scores: Sequence[_Scores], name: str) -> Tensor:
    return torch.cat([getattr(s, name) for s in scores])


def _split(names: Sequence[str], lengths: Indices) -> list[tuple[str, ...]]:
    ends = lengths.cumsum().tolist()
    return [tuple(names[end - n : end]) for n, end in zip(lengths.tolist(), ends, strict=True)]


def _score(net: Reader, batch: Batch) -> _Scores:
    words = net.words_of(batch)
    syntax = words["syntax"]
    inside = batch.sentence >= 0
    square = syntax.new_zeros(*inside.shape, syntax.shape[-1])
    square[inside] = syntax
    heads = best_heads(net.arcs(square, batch.sentence), batch.sentence, batch.lengths.tolist())
    rows, columns = inside.nonzero(as_tuple=True)
    relations = net.relations(square, rows, columns, torch.tensor([head for window in heads for head in window]))
    opens = batch.sentence != torch.nn.functional.pad(batch.sentence, (1, 0), value=-2)[:, :-1]
    return _Scores(
        upos=net.upos(syntax).argmax(-1),
        xpos=net.xpos(syntax).argmax(-1),
        deprel=relations.argmax(-1),
        head=heads,
        entities=net.entity(words["entities"]).float(),
        roles=net.role(words["roles"]).float(),
        vectors=words["roles"],
        opens=opens[inside],
        lengths=batch.lengths,
    )


def _entities(emissions: Tensor, opens: Tensor, lengths: Indices, labels: Sequence[str]) -> list[tuple[WordSpan, ...]]:
    """The entities of each window; none runs over the end of a sentence.

    Nothing is learned between labels, so where the best label of each word makes a sequence the scheme allows, that is
    the best sequence too; only the other sentences are searched. A span's score is the mean of its labels' own.
    """
    chain = Chain.of(*allowed(labels))
    path = emissions.argmax(-1).numpy()
    first = opens.numpy()
    last = np.append(first[1:], True)
    cost = np.where(first, chain.start[path], chain.between[np.roll(path, 1), path]) + last * chain.end[path]
    sentence = first.cumsum() - 1
    sizes = np.bincount(sentence)
    broken = np.unique(sentence[cost < 0])
    if len(broken):
        at = np.isin(sentence, broken)
        found = viterbi(_square(emissions.numpy()[at], sizes[broken]), sizes[broken], chain)
        path[at] = found[np.arange(found.shape[1]) < sizes[broken][:, None]]
    sure = emissions.softmax(-1).numpy()[np.arange(len(path)), path]
    return _windows(path, lengths, labels, lambda first, end: float(sure[first:end].mean()))


def _roles(net: Reader, emissions: Tensor, lengths: Indices) -> list[tuple[WordSpan, ...]]:
    """The quotation roles of each window; a span's score is the probability that it stands exactly there."""
    chain = Chain.of(net.role_first, net.role_transitions, net.role_last)  # type: ignore[arg-type]
    found = likely_spans(_square(emissions.numpy(), lengths), lengths, chain, ROLE_LABELS, least=MIN_ROLE_SCORE)
    return [tuple(WordSpan(first, end - 1, kind, score) for first, end, kind, score in spans) for spans in found]


def _square(flat: NDArray[np.float32], lengths: Indices) -> NDArray[np.float64]:
    """Rows of words as ``(sequences, longest, labels)``, 0 where padded."""
    square = np.zeros((len(lengths), int(lengths.max()), flat.shape[1]))
    square[np.arange(square.shape[1]) < lengths[:, None]] = flat
    return square


def _windows(
    path: Indices, lengths: Indices, labels: Sequence[str], score: Callable[[int, int], float]
) -> list[tuple[WordSpan, ...]]:
    """The spans of each window; ``score`` takes a span's first word and the one after it, counted over all windows."""
    windows, base = [], 0
    for names in _split([labels[k] for k in path.tolist()], lengths):
        windows.append(tuple(WordSpan(a, b - 1, kind, score(base + a, base + b)) for a, b, kind in spans_of(names)))
        base += len(names)
    return windows


def _links(
    net: Reader, vectors: Tensor, roles: Sequence[Sequence[WordSpan]], lengths: Indices
) -> list[tuple[tuple[int, int, float], ...]]:
    """For each span of each window its likeliest head of every kind, unless that is none."""
    pairs = [
        (window, kind, tail, head)
        for window, spans in enumerate(roles)
        for kind, (tail_role, head_role) in enumerate(LINK_ENDS)
        for tail, head in product(_of_role(spans, tail_role), _of_role(spans, head_role))
    ]
    if not pairs:
        return [() for _ in roles]
    base = (lengths.cumsum() - lengths).tolist()

    def ends(window: int, span: int) -> tuple[int, int]:
        return base[window] + roles[window][span].first, base[window] + roles[window][span].last

    tails = torch.tensor([ends(window, tail) for window, _, tail, _ in pairs])
    heads = torch.tensor([ends(window, head) for window, _, _, head in pairs])
    kinds = torch.tensor([kind for _, kind, _, _ in pairs])
    scores = net.paired_links(vectors, tails, heads, kinds).tolist()
    found: list[list[tuple[int, int, float]]] = [[] for _ in roles]
    for (window, kind, tail), group in groupby(zip(pairs, scores, strict=True), key=lambda pair: pair[0][:3]):
        heads_of, weights = zip(*((pair[3], score) for pair, score in group), strict=True)
        shares = np.exp(np.array([float(net.link_none[kind]), *weights]) - max(0.0, *weights))
        best = int(shares.argmax())
        if best:
            found[window].append((tail, heads_of[best - 1], float(shares[best] / shares.sum())))
    return [tuple(links) for links in found]


def _of_role(spans: Sequence[WordSpan], role: str) -> list[int]:
    return [i for i, span in enumerate(spans) if span.label == role]
