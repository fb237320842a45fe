"""A BERT encoder, small enough to read on a screen and quick enough to import in a newsroom's start-up.

``from_published`` maps the parameter names of the published BERT checkpoints to ours, so that any checkpoint of that
family of the same measures loads.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class EncoderSize:
    """The measures of an encoder; the defaults are MiniLM-L6-H384's."""

    vocabulary: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512


class Layer(nn.Module):
    """Self-attention and a feed-forward step, each with its residual and its norm after it."""

    def __init__(self, size: EncoderSize, *, dropout: float) -> None:
        super().__init__()
        self.heads = size.heads
        self.dropout = dropout
        self.query = nn.Linear(size.width, size.width)
        self.key = nn.Linear(size.width, size.width)
        self.value = nn.Linear(size.width, size.width)
        self.merge = nn.Linear(size.width, size.width)
        self.merge_norm = nn.LayerNorm(size.width, eps=1e-12)
        self.widen = nn.Linear(size.width, size.inner)
        self.narrow = nn.Linear(size.inner, size.width)
        self.narrow_norm = nn.LayerNorm(size.width, eps=1e-12)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """New states of ``states`` ``(batch, pieces, width)``.

        ``mask`` is added to the attention scores ``(batch, heads, pieces, pieces)``, to which it broadcasts.
        """
        batch, pieces, width = states.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, pieces, self.heads, width // self.heads).transpose(1, 2)

        context = functional.scaled_dot_product_attention(
            split(self.query(states)),
            split(self.key(states)),
            split(self.value(states)),
            attn_mask=mask,
        )
        context = self.merge(context.transpose(1, 2).reshape(batch, pieces, width))
        states = self.merge_norm(states + functional.dropout(context, self.dropout, self.training))
        wide = self.narrow(functional.gelu(self.widen(states)))
        out: Tensor = self.narrow_norm(states + functional.dropout(wide, self.dropout, self.training))
        return out


class Encoder(nn.Module):
    """Word pieces in, the states of every layer out."""

    def __init__(self, size: EncoderSize, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.size = size
        self.dropout = dropout
        self.word = nn.Embedding(size.vocabulary, size.width, padding_idx=0)
        self.position = nn.Embedding(size.positions, size.width)
        self.norm = nn.LayerNorm(size.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(size, dropout=dropout) for _ in range(size.layers))

    def forward(self, pieces: Tensor, extra: Tensor | None = None) -> list[Tensor]:
        """Encode ``pieces`` ``(batch, length)``, 0 where padded; ``extra`` joins the embeddings before their norm.

        Returns the embeddings and the output of each layer, each ``(batch, length, width)``.
        """
        states = self.word(pieces) + self.position.weight[: pieces.shape[1]]
        if extra is not None:
            states = states + extra
        states = functional.dropout(self.norm(states), self.dropout, self.training)
        padded = pieces == 0
        mask = None
        if bool(padded.any()):
            mask = torch.zeros(padded.shape, dtype=states.dtype, device=pieces.device)
            mask = mask.masked_fill(padded, -1e4)[:, None, None, :].to(self._attention_dtype(states))
        outputs = [states]
        for layer in self.layers:
            outputs.append(layer(outputs[-1], mask))
        return outputs

    @staticmethod
    def _attention_dtype(states: Tensor) -> torch.dtype:
        kind = states.device.type
        return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else states.dtype


PUBLISHED_NAMES = (
    ("embeddings.word_embeddings.", "word."),
    ("embeddings.position_embeddings.", "position."),
    ("embeddings.LayerNorm.", "norm."),
    ("encoder.layer.", "layers."),
    (".attention.self.query.", ".query."),
    (".attention.self.key.", ".key."),
    (".attention.self.value.", ".value."),
    (".attention.output.dense.", ".merge."),
    (".attention.output.LayerNorm.", ".merge_norm."),
    (".intermediate.dense.", ".widen."),
    (".output.dense.", ".narrow."),
    (".output.LayerNorm.", ".narrow_norm."),
)


def from_published(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our parameter names for a published BERT checkpoint; the constant segment embedding is folded into positions."""
    ours: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if not name.startswith(("embeddings.", "encoder.")) or name.endswith("position_ids"):
            continue
        for theirs, mine in PUBLISHED_NAMES:
            name = name.replace(theirs, mine)
        ours[name] = tensor.float()
    segment = ours.pop("embeddings.token_type_embeddings.weight")[0]
    ours["position.weight"] = ours["position.weight"] + segment
    return ours
