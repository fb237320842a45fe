"""Fits the weights of ``service/quotes/antecedents.json`` on GUM's coreference annotation.

Run: ``python -m models.train identity``; about a minute on one core. Each pronoun and description of the training
documents is one example: the candidates the engine would weigh, with the annotated identity as the right answer, or
"none" when it was not met before. Fitted by maximum likelihood with a ridge (L-BFGS; deterministic). Only documents of
genres free for commercial use are read; those of GUM's dev split are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

import service.quotes
from models.train.coreference import FREE_GENRES, CoreferenceDocument, read_gum
from models.train.treebank import corpora
from service.quotes.antecedents import Features, Memory, Track, candidates_of, class_of, none_features
from service.quotes.clusters import cluster_names
from service.quotes.identity import Decision, follow_mentions
from service.quotes.mentions import Mention, Words, holds_reporting_verb, read_mentions

OUT = Path(service.quotes.__path__[0]) / "antecedents.json"
RIDGE = 3.0  # set by hand; other strengths were not compared on one footing
RAREST = 5  # a feature seen in fewer examples is left out


@dataclass(frozen=True, slots=True)
class Example:
    """One mention: its class, the features of every answer, which answers are right, whether it reports words."""

    table: str
    answers: tuple[Features, ...]
    right: frozenset[int]
    speaks: bool


class Oracle:
    """Whose each mention and each identity of a document is, as annotated."""

    def __init__(self, document: CoreferenceDocument) -> None:
        self.words = Words(document.parsed)
        self.mentions = read_mentions(document.parsed, words=self.words, quoted=document.quoted, speakers=())
        self.naming = cluster_names(self.words, self.mentions)
        self._by_head: dict[int, str] = {}
        self._by_stretch = {(gold.first, gold.last): gold.entity for gold in document.mentions}
        for gold in sorted(document.mentions, key=lambda gold: gold.first - gold.last):
            self._by_head[gold.head] = gold.entity  # the shortest of those that share a head comes last
        votes: dict[int, Counter[str]] = defaultdict(Counter)
        for place, readings in self.naming.readings.items():
            entity = self.of_mention(self.mentions[place])
            if len(readings) == 1 and entity is not None:
                votes[readings[0]][entity] += 1
        self._of_cluster = {number: counts.most_common(1)[0][0] for number, counts in votes.items()}

    def of_mention(self, mention: Mention) -> str | None:
        """The annotated identity of a mention, by its head or the title it hangs on; ``None`` when it has none."""
        entity = self._by_head.get(mention.head)
        if entity is None and self.words.tokens[mention.head].deprel in ("flat", "appos", "compound"):
            entity = self._by_head.get(self.words.heads[mention.head])
        return entity

    def of_track(self, track: Track) -> str | None:
        """The annotated identity of most of a cluster's names, or of the description that opened the identity."""
        if track.parts:
            return self._by_stretch.get((track.first.first, track.first.last))
        if track.cluster is not None:
            return self._of_cluster.get(track.cluster.number)
        return self.of_mention(track.first)


def read_examples(document: CoreferenceDocument) -> list[Example]:
    """The examples of a document; identities go on as annotated, not as a model would guess them."""
    oracle = Oracle(document)
    examples: list[Example] = []

    def decide(place: int, mention: Mention, memory: Memory) -> Decision:
        entity = oracle.of_mention(mention)
        candidates = candidates_of(memory, mention)
        right = [n for n, (track, _) in enumerate(candidates) if entity and oracle.of_track(track) == entity]
        if entity is not None or mention.sort == "pronoun":
            answers = (*(features for _, features in candidates), none_features(memory, mention, candidates))
            speaks = holds_reporting_verb(memory.words, mention.head)
            examples.append(Example(class_of(mention), answers, frozenset(right or [len(candidates)]), speaks))
        return Decision(candidates[right[0]][0] if right else None, ())

    follow_mentions(oracle.words, oracle.mentions, oracle.naming, speaking=frozenset(), decide=decide)
    return examples


def fit(examples: Sequence[Example], *, ridge: float = RIDGE) -> dict[str, float]:
    """The weight of each feature: maximum likelihood of the right answers, plus ``ridge`` times the squared weights."""
    counts = Counter(
        name for example in examples for names in {n for a in example.answers for n in a} for name in [names]
    )
    names = sorted(name for name, count in counts.items() if count >= RAREST)
    index = {name: number for number, name in enumerate(names)}
    width = max(len(example.answers) for example in examples)
    values = torch.zeros(len(examples), width, len(names), dtype=torch.float64)
    valid = torch.zeros(len(examples), width, dtype=torch.bool)
    right = torch.zeros(len(examples), width, dtype=torch.bool)
    for row, example in enumerate(examples):
        for column, answer in enumerate(example.answers):
            valid[row, column] = True
            right[row, column] = column in example.right
            for name, value in answer.items():
                if name in index:
                    values[row, column, index[name]] = value
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (values @ weights).masked_fill(~valid, float("-inf"))
        chosen = scores.masked_fill(~right, float("-inf"))
        loss = (scores.logsumexp(1) - chosen.logsumexp(1)).sum() + ridge * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return {name: round(float(weight), 3) for name, weight in zip(names, weights.detach(), strict=True)}


def dev_names(folder: Path) -> frozenset[str]:
    """The documents of GUM's dev split, by the treebank's own list."""
    with gzip.open(folder / "ud" / "en_gum.dev.conllu.gz", "rt", encoding="utf-8") as file:
        return frozenset(line.split(" = ")[1].strip() for line in file if line.startswith("# newdoc id"))


def split(
    folder: Path, *, genres: frozenset[str] = FREE_GENRES
) -> tuple[list[CoreferenceDocument], list[CoreferenceDocument]]:
    """GUM's documents for training and for dev."""
    held = dev_names(folder)
    documents = list(read_gum(folder / "ud" / "gum_sources.tar.gz", genres=genres))
    return [each for each in documents if each.name not in held], [each for each in documents if each.name in held]


def fit_tables(examples: Iterable[Example], *, ridge: float = RIDGE) -> dict[str, dict[str, float]]:
    """One table of weights for each class of mention."""
    grouped: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        grouped[example.table].append(example)
    return {name: fit(each, ridge=ridge) for name, each in sorted(grouped.items())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on the training documents and write the weights; 0 when done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--ridge", type=float, default=RIDGE)
    chosen = parser.parse_args(arguments)
    documents, _ = split(corpora())
    examples = [example for document in documents for example in read_examples(document)]
    tables = fit_tables(examples, ridge=chosen.ridge)
    provenance = {
        "data": "UniversalDependencies/UD_English-GUM, Entity= annotation, train split, genres "
        + ", ".join(sorted(FREE_GENRES)),
        "documents": len(documents),
        "examples": dict(sorted(Counter(example.table for example in examples).items())),
        "command": "python -m models.train identity",
        "ridge": chosen.ridge,
    }
    chosen.out.write_text(json.dumps({"provenance": provenance, "weights": tables}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(provenance, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
