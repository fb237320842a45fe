"""Scores of the reader on the dev sets: tags, trees, entities, quotation roles and links."""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.ao.quantization import quantize_dynamic

from models.package import READER, ROOT, VOCABULARY
from models.reader.labels import LINKS, spans_of
from models.reader.network import Reader
from models.reader.pieces import Pieces
from models.reader.predict import Reading, read_batch
from models.reader.processor import load_reader
from models.reader.windows import Window, bundle, collate, encode_window
from models.train.data import CORPORA, Piece, group, joined, read_entities, read_roles, read_trees

WINDOW_WORDS = 150
PRECISIONS = ("float32", "bfloat16", "int8")
PIECES_A_BATCH = 3000


@dataclass(frozen=True, slots=True)
class DevSets:
    """Gold pieces by set: ``trees`` by name, entity sentences, role paragraphs."""

    trees: dict[str, tuple[Piece, ...]]
    entities: tuple[Piece, ...]
    roles: tuple[Piece, ...]


def read_dev_sets(corpora: Path) -> DevSets:
    """The dev split of every corpus. Raises ``OSError`` when one is missing."""
    return DevSets(
        trees={
            "ewt": tuple(read_trees(corpora / "ud/en_flat.dev.conllu.gz")),
            "gum": tuple(read_trees(corpora / "ud/en_gumflat.dev.conllu.gz")),
        },
        entities=tuple(read_entities(corpora / "ner/wwn.dev.json.gz")),
        roles=tuple(read_roles(corpora / "polnear/dev")),
    )


def windows_of(pieces: Sequence[Piece]) -> list[tuple[Window, Piece]]:
    """Consecutive pieces as windows of one length, as the product reads them."""
    runs = group(pieces, random.Random(0), shortest=WINDOW_WORDS, longest=WINDOW_WORDS)
    return [joined(run) for run in runs]


def at_precision(weights: Path, precision: str) -> Reader:
    """The network as it computes in one of ``PRECISIONS``. For int8, linear layers quantize inputs as they come.

    Raises ``ValueError`` for another.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"no precision {precision!r}; choose from {', '.join(PRECISIONS)}")
    if precision != "int8":
        return load_reader(weights, dtype=getattr(torch, precision))
    net = load_reader(weights, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # eager quantization goes; here it is measured, not used
        quantized: Reader = quantize_dynamic(net, {torch.nn.Linear}, dtype=torch.qint8)  # type: ignore[no-untyped-call]
    return quantized


def precision_table(weights: Path, dev: DevSets, vocabulary: Pieces) -> Iterator[str]:
    """Every dev figure at every precision as a table in Markdown, line by line."""
    columns = {
        name: evaluate_reader(at_precision(weights, name), dev, vocabulary, autocast=False) for name in PRECISIONS
    }
    yield f"| figure | {' | '.join(PRECISIONS)} |"
    yield "| --- " * (len(PRECISIONS) + 1) + "|"
    for figure in columns[PRECISIONS[0]]:
        yield f"| {figure} | " + " | ".join(f"{column[figure]:.2f}" for column in columns.values()) + " |"


def read_windows(net: Reader, windows: Sequence[Window], vocabulary: Pieces, *, autocast: bool = True) -> list[Reading]:
    """Read windows in batches of like length; readings in the order of the windows.

    ``autocast``: compute in bfloat16 where training did, whatever the weights are in.
    """
    encoded = [encode_window(w, vocabulary, limit=512) for w in windows]
    readings: dict[int, Reading] = {}
    for each in bundle(encoded, largest=PIECES_A_BATCH, spare=PIECES_A_BATCH):
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            readings.update(zip(each, read_batch(net, collate([encoded[i] for i in each])), strict=True))
    return [readings[i] for i in range(len(windows))]


def evaluate_reader(net: Reader, dev: DevSets, vocabulary: Pieces, *, autocast: bool = True) -> dict[str, float]:
    """Every dev figure, 0 to 100, and ``score``, the mean that chooses a checkpoint."""
    scores: dict[str, float] = {}
    for name, pieces in dev.trees.items():
        scores |= {f"{name}.{key}": value for key, value in _trees(net, pieces, vocabulary, autocast).items()}
    scores |= _entities(net, dev.entities, vocabulary, autocast)
    scores |= _roles(net, dev.roles, vocabulary, autocast)
    las = [value for key, value in scores.items() if key.endswith(".las")]
    roles = [scores[f"{role}.f1"] for role in ("source", "cue", "content")]
    scores["score"] = round((sum(las) / max(1, len(las)) + scores["entities.f1"] + sum(roles) / 3) / 3, 3)
    return scores


def _trees(net: Reader, pieces: Sequence[Piece], vocabulary: Pieces, autocast: bool) -> dict[str, float]:
    pairs = windows_of(pieces)
    readings = read_windows(net, [window for window, _ in pairs], vocabulary, autocast=autocast)
    total = upos = xpos = uas = las = 0
    for (_, gold), found in zip(pairs, readings, strict=True):
        total += len(gold.words)
        upos += sum(a == b for a, b in zip(gold.upos, found.upos, strict=True))
        xpos += sum(a == b for a, b in zip(gold.xpos, found.xpos, strict=True))
        for i, head in enumerate(gold.head):
            right = head == found.head[i]
            uas += right
            # As the CoNLL 2018 scorer: subtypes of relations do not count.
            las += right and gold.deprel[i].split(":")[0] == found.deprel[i].split(":")[0]
    return {k: round(100 * v / total, 2) for k, v in (("upos", upos), ("xpos", xpos), ("uas", uas), ("las", las))}


def _entities(net: Reader, pieces: Sequence[Piece], vocabulary: Pieces, autocast: bool) -> dict[str, float]:
    pairs = windows_of(pieces)
    readings = read_windows(net, [window for window, _ in pairs], vocabulary, autocast=autocast)
    gold = {(i, a, b - 1, kind) for i, (_, g) in enumerate(pairs) for a, b, kind in spans_of(g.entities)}
    found = {(i, s.first, s.last, s.label) for i, r in enumerate(readings) for s in r.entities}
    kinds: dict[str, Callable[[str], bool]] = {
        "entities": lambda kind: True,
        "person": lambda kind: kind == "Person",
        "organization": lambda kind: kind == "Organization",
    }
    return {
        f"{name}.f1": f1({g for g in gold if keep(g[3])}, {f for f in found if keep(f[3])})
        for name, keep in kinds.items()
    }


def _roles(net: Reader, pieces: Sequence[Piece], vocabulary: Pieces, autocast: bool) -> dict[str, float]:
    pairs = windows_of(pieces)
    readings = read_windows(net, [window for window, _ in pairs], vocabulary, autocast=autocast)
    scores = {}
    for role in ("source", "cue", "content"):
        gold = {(i, a, b) for i, (_, g) in enumerate(pairs) for a, b, kind in g.spans if kind == role}
        found = {(i, s.first, s.last) for i, r in enumerate(readings) for s in r.roles if s.label == role}
        scores[f"{role}.f1"] = f1(gold, found)
    return scores | _links(net, pairs, vocabulary, autocast)


@torch.inference_mode()
def _links(net: Reader, pairs: Sequence[tuple[Window, Piece]], vocabulary: Pieces, autocast: bool) -> dict[str, float]:
    """Share of gold spans whose best head, among gold spans and "none", is right."""
    right = dict.fromkeys(LINKS, 0)
    total = dict.fromkeys(LINKS, 0)
    for window, gold in pairs:
        if not gold.spans:
            continue
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            vectors = net.mix["roles"](net.encode(collate([encode_window(window, vocabulary, limit=512)])))
            ends = torch.tensor([(a, b) for a, b, _ in gold.spans])
            linked = set(gold.links)
            for kind, name in enumerate(LINKS):
                tail_role, head_role = name.split("-")
                tails = [i for i, span in enumerate(gold.spans) if span[2] == tail_role]
                heads = [i for i, span in enumerate(gold.spans) if span[2] == head_role]
                if not tails or not heads:
                    continue
                best = net.links(vectors, 0, ends[tails], ends[heads], kind).argmax(-1).tolist()
                for tail, at in zip(tails, best, strict=True):
                    wanted = {head for head in heads if (tail, head) in linked}
                    right[name] += (heads[at - 1] in wanted) if at else not wanted
                    total[name] += 1
    return {f"links.{name}": round(100 * right[name] / max(1, total[name]), 2) for name in LINKS}


def f1(gold: Set[object], found: Set[object]) -> float:
    """F1 of two sets, 0 to 100."""
    return round(200 * len(gold & found) / max(1, len(gold) + len(found)), 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m models.evaluate.reader``: print every dev figure of the shipped weights, or of ``--weights``.

    With ``--precision`` in each precision that a CPU may compute in.
    """
    parser = argparse.ArgumentParser(prog="python -m models.evaluate.reader", description=main.__doc__)
    parser.add_argument("--weights", type=Path, default=ROOT / READER)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--precision", action="store_true", help="a table of float32, bfloat16 and int8 instead")
    chosen = parser.parse_args(arguments)
    if chosen.precision:
        dev = read_dev_sets(chosen.corpora)
        for line in precision_table(chosen.weights, dev, Pieces(ROOT / VOCABULARY)):
            sys.stdout.write(line + "\n")
        return 0
    net = load_reader(chosen.weights, dtype=torch.float32)
    scores = evaluate_reader(net, read_dev_sets(chosen.corpora), Pieces(ROOT / VOCABULARY))
    sys.stdout.write("".join(f"{name:24} {value:6.2f}\n" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
