"""The reader's network: an encoder, and a small head for each thing it says of a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.reader.encoder import Encoder, EncoderSize
from models.reader.labels import LINKS, ROLE_LABELS, allowed
from models.reader.pieces import CASES, MARK_STATES

MAX_DISTANCE = 12


@dataclass(frozen=True, slots=True)
class ReaderShape:
    """Label sets and measures; enough to build the network before its weights are loaded."""

    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    deprel: tuple[str, ...]
    entities: tuple[str, ...]
    arc_width: int = 320
    relation_width: int = 128
    head_width: int = 256
    link_width: int = 128
    encoder: EncoderSize = field(default_factory=EncoderSize)

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary that ``from_json`` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ReaderShape:
        """The shape that ``as_json`` wrote."""
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k != "encoder"}
        return cls(**plain, encoder=EncoderSize(**data["encoder"]))


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors; ``P`` pieces and ``W`` words are the longest window's.

    pieces, cases, marks ``(B, P)``: piece ids and the features of each piece's word. first ``(B, W)``: the piece where
    a word begins. sentence ``(B, W)``: the sentence a word belongs to, -1 where padded. lengths ``(B,)``: the words of
    each window.
    """

    pieces: Tensor
    cases: Tensor
    marks: Tensor
    first: Tensor
    sentence: Tensor
    lengths: Tensor


class Mix(nn.Module):
    """A learned weighting of the encoder's layers (Peters et al. 2018)."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.linspace(-2.0, 2.0, layers))

    def forward(self, states: Sequence[Tensor]) -> Tensor:
        """The weighted sum of the layers' ``states``, all of one shape."""
        weights = self.weights.softmax(0)
        mixed = states[0] * weights[0]
        for weight, state in zip(weights[1:], states[1:], strict=True):
            mixed = mixed + state * weight
        return mixed


class Perceptron(nn.Module):
    """A hidden layer and a linear one."""

    def __init__(self, width: int, hidden: int, out: int, *, dropout: float = 0.2) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, out)
        self.dropout = dropout

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores ``(..., out)`` of ``vectors`` ``(..., width)``."""
        hidden = functional.gelu(self.hidden(functional.dropout(vectors, self.dropout, self.training)))
        out: Tensor = self.out(functional.dropout(hidden, self.dropout, self.training))
        return out


class Biaffine(nn.Module):
    """Dozat and Manning's (2017) scorer of word pairs; ``out`` scores a pair."""

    def __init__(self, width: int, hidden: int, out: int, *, dropout: float = 0.3) -> None:
        super().__init__()
        self.tail = nn.Linear(width, hidden)
        self.head = nn.Linear(width, hidden)
        self.weight = nn.Parameter(torch.zeros(out, hidden + 1, hidden + 1))
        self.dropout = dropout

    def project(self, tails: Tensor, heads: Tensor) -> tuple[Tensor, Tensor]:
        """Both sides, each with a constant 1 for the linear terms."""

        def side(layer: nn.Linear, vectors: Tensor) -> Tensor:
            hidden = functional.leaky_relu(layer(functional.dropout(vectors, self.dropout, self.training)), 0.1)
            hidden = functional.dropout(hidden, self.dropout, self.training)
            return torch.cat([hidden, torch.ones_like(hidden[..., :1])], dim=-1)

        return side(self.tail, tails), side(self.head, heads)

    def forward(self, tails: Tensor, heads: Tensor) -> Tensor:
        """Scores of every pair: ``(B, T, width)`` and ``(B, H, width)`` to ``(B, out, T, H)``."""
        tail, head = self.project(tails, heads)
        scores: Tensor = (tail[:, None] @ self.weight) @ head[:, None].transpose(-1, -2)
        return scores

    def paired(self, tails: Tensor, heads: Tensor) -> Tensor:
        """Scores of given pairs: ``(N, width)`` twice to ``(N, out)``."""
        tail, head = self.project(tails, heads)
        flat = tail @ self.weight.permute(1, 0, 2).reshape(tail.shape[-1], -1)
        return (flat.view(len(tail), len(self.weight), -1) @ head[:, :, None])[..., 0]


class Reader(nn.Module):
    """Windows of words to scores for tags, arcs, relations, entities, roles and links."""

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.encoder.width
        layers = shape.encoder.layers + 1
        self.encoder = Encoder(shape.encoder)
        self.case = nn.Embedding(len(CASES), width)
        self.mark = nn.Embedding(len(MARK_STATES), width)
        for embedding in (self.case, self.mark):
            nn.init.normal_(embedding.weight, std=0.02)
        self.mix = nn.ModuleDict({name: Mix(layers) for name in ("syntax", "entities", "roles")})
        self.upos = nn.Linear(width, len(shape.upos))
        self.xpos = nn.Linear(width, len(shape.xpos))
        self.root = nn.Parameter(torch.randn(width) * 0.02)
        self.arc = Biaffine(width, shape.arc_width, 1)
        self.relation = Biaffine(width, shape.relation_width, len(shape.deprel))
        self.entity = Perceptron(width, shape.head_width, len(shape.entities))
        self.role = Perceptron(width, shape.head_width, len(ROLE_LABELS))
        start, between, end = allowed(ROLE_LABELS)
        self.register_buffer("role_valid", between, persistent=False)
        self.register_buffer("role_first", start, persistent=False)
        self.register_buffer("role_last", end, persistent=False)
        self.role_between = nn.Parameter(torch.zeros(len(ROLE_LABELS), len(ROLE_LABELS)))
        self.link = Biaffine(2 * width, shape.link_width, len(LINKS), dropout=0.2)
        self.link_distance = nn.Embedding(2 * MAX_DISTANCE + 1, len(LINKS))
        self.link_none = nn.Parameter(torch.zeros(len(LINKS)))

    def encode(self, batch: Batch) -> list[Tensor]:
        """The layers' states at the first piece of every word, each ``(B, W, width)``."""
        states = self.layers_of(batch)
        at = batch.first[..., None].expand(-1, -1, states[0].shape[-1])
        return [state.gather(1, at) for state in states]

    def layers_of(self, batch: Batch) -> list[Tensor]:
        """The layers' states of every piece, each ``(B, P, width)``."""
        states: list[Tensor] = self.encoder(batch.pieces, self.case(batch.cases) + self.mark(batch.marks))
        return states

    def words_of(self, batch: Batch) -> dict[str, Tensor]:
        """Each ``mix`` of what ``encode`` gives, by name, without the padding: ``(N, width)``, all words in order."""
        at = batch.first + torch.arange(len(batch.first), device=batch.first.device)[:, None] * batch.pieces.shape[1]
        at = at[batch.sentence >= 0]
        states = torch.stack([state.flatten(0, 1).index_select(0, at) for state in self.layers_of(batch)])
        weights = torch.stack([self.mix[name].weights.softmax(0) for name in self.mix])  # type: ignore[operator]
        mixed = (weights @ states.flatten(1)).view(len(weights), len(at), -1)
        return dict(zip(self.mix, mixed, strict=True))

    def arcs(self, syntax: Tensor, sentence: Tensor) -> Tensor:
        """Arc scores ``(B, W, 1 + W)``: column 0 is the root, others words; forbidden outside a word's sentence."""
        heads = torch.cat([self.root.to(syntax.dtype).expand(len(syntax), 1, -1), syntax], dim=1)
        scores = self.arc(syntax, heads)[:, 0].float()
        same = (sentence[:, :, None] == sentence[:, None, :]) & (sentence[:, None, :] >= 0)
        same = same & ~torch.eye(sentence.shape[1], dtype=torch.bool, device=same.device)
        open_root = torch.ones_like(same[:, :, :1])
        masked: Tensor = scores.masked_fill(~torch.cat([open_root, same], dim=2), -1e4)
        return masked

    def relations(self, syntax: Tensor, rows: Tensor, words: Tensor, heads: Tensor) -> Tensor:
        """Relation scores ``(N, relations)`` of words and their heads (0 the root, else 1 + word), windows ``rows``."""
        tails = syntax[rows, words]
        tops = torch.where((heads > 0)[:, None], syntax[rows, (heads - 1).clamp(min=0)], self.root.to(syntax.dtype))
        scores: Tensor = self.relation.paired(tails, tops).float()
        return scores

    def links(self, roles: Tensor, row: int, tails: Tensor, heads: Tensor, kind: int) -> Tensor:
        """Link scores ``(T, 1 + H)`` of spans ``(n, 2)`` (first word, last word); column 0 is "none"."""
        window = roles[row]

        def vectors(spans: Tensor) -> Tensor:
            return torch.cat([window[spans[:, 0]], window[spans[:, 1]]], dim=-1)

        scores = self.link(vectors(tails)[None], vectors(heads)[None])[0, kind].float()
        scores = scores + self._distance(tails[:, None], heads[None])[..., kind].float()
        none = self.link_none[kind].expand(len(tails), 1)
        return torch.cat([none, scores], dim=1)

    def paired_links(self, words: Tensor, tails: Tensor, heads: Tensor, kinds: Tensor) -> Tensor:
        """``links`` of pairs of spans ``(N, 2)``, which count words of ``words`` ``(M, width)``: scores ``(N,)``."""
        scores = self.link.paired(words[tails].flatten(1), words[heads].flatten(1)).float()
        scores = scores + self._distance(tails, heads).float()
        picked: Tensor = scores.gather(1, kinds[:, None])[:, 0]
        return picked

    def _distance(self, tails: Tensor, heads: Tensor) -> Tensor:
        """The learned scores of the words between two spans ``(..., 2)``, on a logarithmic scale with a sign."""
        ahead = heads[..., 0] - tails[..., 1]
        behind = tails[..., 0] - heads[..., 1]
        far = torch.where(ahead > 0, ahead, -behind).float()
        bucket = (far.sign() * far.abs().add(1).log2().mul(1.5).round().clamp(max=MAX_DISTANCE)).long() + MAX_DISTANCE
        scores: Tensor = self.link_distance(bucket)
        return scores

    @property
    def role_transitions(self) -> Tensor:
        """The learned scores between role labels, forbidden where the scheme forbids."""
        valid: Tensor = self.role_valid  # type: ignore[assignment]
        return self.role_between.float() + valid


def crf_loss(emissions: Tensor, gold: Tensor, lengths: Tensor, start: Tensor, between: Tensor, end: Tensor) -> Tensor:
    """Negative log-likelihood a word of the gold label sequences under a linear-chain CRF (Lafferty et al. 2001).

    ``emissions`` ``(B, W, L)`` float32, ``gold`` ``(B, W)``; padded words count for nothing.
    """
    words = emissions.shape[1]
    inside = torch.arange(words, device=emissions.device) < lengths[:, None]
    picked = emissions.gather(2, gold[..., None])[..., 0]
    steps = between[gold[:, :-1], gold[:, 1:]]
    last = gold.gather(1, (lengths - 1)[:, None])[:, 0]
    numerator = (picked * inside).sum() + (steps * inside[:, 1:]).sum() + start[gold[:, 0]].sum() + end[last].sum()
    score = start + emissions[:, 0]
    for t in range(1, words):
        step = torch.logsumexp(score[:, :, None] + between, dim=1) + emissions[:, t]
        score = torch.where(inside[:, t, None], step, score)
    total: Tensor = (torch.logsumexp(score + end, dim=1).sum() - numerator) / lengths.sum()
    return total
