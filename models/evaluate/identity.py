"""How often a mention is taken for the right person.

Run: ``python -m models.evaluate.identity``. On GUM's dev documents (gold trees): pronouns and descriptions, all and those
that are the subject of a reporting verb; on newsroom-dev, by half, the speaker of each gold quote given the gold mention
and spans, the text read by the models (left out when they are not there).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.train.coreference import CoreferenceDocument
from models.train.identity import Oracle, split
from models.train.treebank import corpora
from service.quotes.antecedents import Weights, class_of
from service.quotes.identity import follow_mentions
from service.quotes.mentions import holds_reporting_verb

Tally = Counter[tuple[str, str, str]]


def score_gum(documents: Iterable[CoreferenceDocument], *, tables: Weights | None = None) -> Tally:
    """Counts by class of mention ("person", "they", "it", "description", "body"), "all" or "speaks", and outcome.

    Outcomes: "right", "wrong", "abstained" where the text does name the identity before, and "new right", "new wrong" where
    it does not.
    """
    tally: Tally = Counter()
    for document in documents:
        oracle = Oracle(document)
        decisions = follow_mentions(oracle.words, oracle.mentions, oracle.naming, speaking=frozenset(), tables=tables)
        met: set[str] = set()
        for place, mention in enumerate(oracle.mentions):
            entity = oracle.of_mention(mention)
            track = decisions[place].track if place in decisions else None
            if place in decisions and mention.sort != "name" and (entity is not None or mention.sort == "pronoun"):
                found = track is not None and (track.cluster is not None or track.first is not mention)
                if entity in met:
                    right = track is not None and found and oracle.of_track(track) == entity
                    outcome = "right" if right else "wrong" if found else "abstained"
                else:
                    outcome = "new wrong" if found else "new right"
                for scope in ("all", "speaks")[: 1 + holds_reporting_verb(oracle.words, mention.head)]:
                    tally[class_of(mention), scope, outcome] += 1
            if entity is not None:
                met.add(entity)
    return tally


def gum_table(tally: Tally) -> str:
    """The counts as lines of text, with accuracy over all mentions of a class."""
    lines = [f"{'class':12} {'scope':7} {'right':>6} {'wrong':>6} {'abst.':>6} {'new ok':>6} {'new no':>6} {'accuracy':>8}"]
    for name in ("person", "they", "it", "description", "body"):
        for scope in ("all", "speaks"):
            counts = [tally[name, scope, each] for each in ("right", "wrong", "abstained", "new right", "new wrong")]
            share = (counts[0] + counts[3]) / max(1, sum(counts))
            lines.append(f"{name:12} {scope:7} " + " ".join(f"{count:6}" for count in counts) + f" {share:8.3f}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    _, documents = split(corpora())
    print("GUM dev, gold trees, genres of the training documents")
    print(gum_table(score_gum(documents)))


if __name__ == "__main__":
    main()
