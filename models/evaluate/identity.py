"""How often a mention is taken for the right person.

Run: ``python -m models.evaluate.identity``. On GUM's dev documents (gold trees): pronouns and descriptions, all of
them and those that are the subject of a reporting verb. On newsroom-dev, by half (weights set by hand were chosen on
half a): the speaker, kind and title of each gold quote given the gold mention and spans, the text as the models read
it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.evaluate.corpora import GoldArticle, gold_folder, read_articles, read_titles, take_half
from models.evaluate.engine import Read, cached, package_version
from models.evaluate.score import names_agree
from models.evaluate.titles import titles_agree
from models.train.coreference import CoreferenceDocument
from models.train.identity import Oracle, split
from models.train.treebank import corpora
from service.quotes import load_reader
from service.quotes.antecedents import Weights, class_of
from service.quotes.identity import follow_mentions, resolve_speakers
from service.quotes.mentions import holds_reporting_verb
from service.quotes.types import Attribution, ParsedText, Quotation, Speaker

Tally = Counter[tuple[str, str, str]]


def score_gum(documents: Iterable[CoreferenceDocument], *, tables: Weights | None = None) -> Tally:
    """Counts by class of mention ("person", "they", "it", "description", "body"), "all" or "speaks", and outcome.

    Outcomes: "right", "wrong", "abstained" where the text does name the identity before, and "new right", "new
    wrong" where it does not.
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
    lines = [
        f"{'class':12} {'scope':7} {'right':>6} {'wrong':>6} {'abst.':>6} {'new ok':>6} {'new no':>6} {'accuracy':>8}"
    ]
    for name in ("person", "they", "it", "description", "body"):
        for scope in ("all", "speaks"):
            counts = [tally[name, scope, each] for each in ("right", "wrong", "abstained", "new right", "new wrong")]
            share = (counts[0] + counts[3]) / max(1, sum(counts))
            lines.append(f"{name:12} {scope:7} " + " ".join(f"{count:6}" for count in counts) + f" {share:8.3f}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Answer:
    """The speaker given for one gold quote. ``title_right`` is ``None`` for all but a person's first quote, and then
    where neither has a title or having one is free."""

    article: str
    gold: str | None
    gold_kind: str | None
    speaker: Speaker | None
    right: bool
    title_right: bool | None


def answer_article(article: GoldArticle, parsed: ParsedText) -> list[Answer]:
    """The speakers of the counted gold quotes that have a mention, given it and the content."""
    asked = sorted(
        (number for number, gold in enumerate(article.quotes) if gold.quote.mention is not None),
        key=lambda number: article.quotes[number].quote.content[0],
    )
    attributions = []
    for number in asked:
        quote = article.quotes[number].quote
        quotation = Quotation(quote.type, quote.content, quote.content, 1.0)
        attributions.append(Attribution(quotation, None, quote.mention, None, "gold", 1.0))
    answers = []
    titled: set[str | None] = set()
    for number, speaker in zip(asked, resolve_speakers(parsed, attributions), strict=True):
        gold = article.quotes[number]
        if gold.optional:
            continue
        person = speaker.person if speaker is not None else None
        right = names_agree(gold.quote.speaker, person.name if person is not None else None)
        title = _title_right(article, number, person.title if person is not None else None)
        first = right and gold.quote.kind == "person" and gold.quote.speaker not in titled
        titled.update([gold.quote.speaker] if first else [])
        answers.append(
            Answer(article.id, gold.quote.speaker, gold.quote.kind, speaker, right, title if first else None)
        )
    return answers


def _title_right(article: GoldArticle, number: int, title: str | None) -> bool | None:
    name = article.quotes[number].quote.speaker
    same = [each for each, gold in enumerate(article.quotes) if gold.quote.speaker == name]
    wanted = [span.of(article.text) for each in same for span in article.titles.get(each, ())]
    if wanted:
        return title is not None and any(titles_agree(span, title) for span in wanted)
    return None if title is None or article.allowed_titles.intersection(same) else False


def newsroom_table(answers: Sequence[Answer]) -> str:
    """Shares of right names, kinds and titles, names by how the source is written, and how sure the engine was."""
    given = [answer for answer in answers if answer.speaker is not None]
    kinds = sum(answer.speaker is not None and answer.speaker.person.kind == answer.gold_kind for answer in answers)
    titles = [answer.title_right for answer in answers if answer.title_right is not None]
    right = _share([answer.right for answer in answers])
    lines = [f"speakers {right}  kinds {kinds}/{len(answers)}  titles {_share(titles)}"]
    by_basis: dict[str, list[bool]] = {basis: [] for basis in ("named", "pronoun", "description")}
    for answer in given:
        if answer.speaker is not None:
            by_basis.setdefault(answer.speaker.basis, []).append(answer.right)
    lines.extend(f"  {basis:12} {_share(outcomes)}" for basis, outcomes in by_basis.items())
    bounds = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))
    lines.extend(f"  score {low:.1f}-{high:.1f} {_share(_sure(given, low, high))}" for low, high in bounds)
    return "\n".join(lines)


def _share(outcomes: Sequence[bool]) -> str:
    return f"{sum(outcomes)}/{len(outcomes)} {sum(outcomes) / max(1, len(outcomes)):.3f}"


def _sure(given: Sequence[Answer], low: float, high: float) -> list[bool]:
    """Whether each answer with a score from ``low`` to below ``high`` (or 1) is right."""
    scored = [(answer.speaker.score, answer.right) for answer in given if answer.speaker is not None]
    return [right for score, right in scored if low <= score < high or score == high == 1.0]


def _missed(answer: Answer) -> str:
    person = answer.speaker.person if answer.speaker is not None else None
    given = (person.name, person.kind, person.title) if person is not None else None
    return f"  {answer.article}: {answer.gold!r} {answer.gold_kind} given {given} title right: {answer.title_right}"


def newsroom_answers(half: str, read: Read) -> list[Answer]:
    """The answers on one half of newsroom-dev."""
    articles = take_half(read_articles(gold_folder() / "newsroom-dev.jsonl", titles=read_titles()), half)
    parses = read([article.text for article in articles])
    return [
        answer for article, parsed in zip(articles, parses, strict=True) for answer in answer_article(article, parsed)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/parsed"), help="folder for parses")
    parser.add_argument("--no-gum", action="store_true", help="newsroom-dev only")
    parser.add_argument("--errors", action="store_true", help="list the misses on half a")
    options = parser.parse_args(arguments)
    if not options.no_gum:
        _, documents = split(corpora())
        print("GUM dev, gold trees, genres of the training documents")
        print(gum_table(score_gum(documents)))
    read = cached(lambda texts: load_reader()(texts), options.cache, version=package_version())
    for half in ("a", "b"):
        answers = newsroom_answers(half, read)
        print(f"newsroom-dev, half {half}, gold mentions\n{newsroom_table(answers)}")
        if options.errors and half == "a":
            print("\n".join(_missed(each) for each in answers if not each.right or each.title_right is False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
