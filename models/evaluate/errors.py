"""Lists every miss of a run by kind, with its words: for the terminal only, never for a file of the repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.evaluate.corpora import GoldArticle
from models.evaluate.score import CREDITS, Pair, ScoredQuote, credit_right
from models.evaluate.titles import title_outcomes

KINDS = ("missed", "spurious", "wrong span", "wrong speaker", "wrong outlet", "wrong title")
SHOWN_CHARACTERS = 300
"""Longest stretch of an article a line of the list shows."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is wrong: its kind, the article, the gold and the predicted side in words."""

    kind: str
    article: str
    gold: str
    predicted: str


def misses(article: GoldArticle, pairs: Sequence[Pair]) -> tuple[Miss, ...]:
    """Everything wrong in one article, in the order of the pairs. Optional gold quotes are left out."""
    found = [miss for pair in pairs if pair.counted for miss in _pair_misses(article, pair)]
    gold = [pair for pair in pairs if pair.gold]
    for number, right in title_outcomes(article.text, pairs, article.titles).items():
        if not right:
            expected = " | ".join(span.of(article.text) for span in article.titles[number])
            given = gold[number].predicted
            found.append(Miss("wrong title", article.id, expected, str(given.title) if given else "(quote missed)"))
    return tuple(found)


def _pair_misses(article: GoldArticle, pair: Pair) -> Iterator[Miss]:
    gold = pair.gold.quote if pair.gold else None
    predicted = pair.predicted
    if gold is None or predicted is None:
        kind = "missed" if gold else "spurious"
        yield Miss(kind, article.id, _shown(article.text, gold), _shown(article.text, predicted))
        return
    if not pair.exact:
        yield Miss("wrong span", article.id, _shown(article.text, gold), _shown(article.text, predicted))
    if not pair.speaker_right:
        yield Miss("wrong speaker", article.id, _speaker(article.text, gold), _speaker(article.text, predicted))
    for name in CREDITS:
        if credit_right(pair, name) is False:
            sides = (f"{name}: {getattr(side, name)} ({_shown(article.text, side)})" for side in (gold, predicted))
            yield Miss("wrong outlet", article.id, *sides)


def _shown(text: str, quote: ScoredQuote | None) -> str:
    if quote is None:
        return "—"
    words = " … ".join(span.of(text) for span in quote.content).replace("\n", "¶")
    return f"[{quote.type}] {words[:SHOWN_CHARACTERS]} — {quote.speaker}"


def _speaker(text: str, quote: ScoredQuote) -> str:
    mention = quote.mention.of(text) if quote.mention else None
    return f"{quote.speaker} (mention: {mention}; quote at {quote.content[0].start})"


def listing(found: Sequence[Miss]) -> str:
    """The misses under a heading for each kind, ready to print."""
    lines: list[str] = []
    for kind in KINDS:
        members = [miss for miss in found if miss.kind == kind]
        lines.append(f"\n== {kind}: {len(members)}")
        lines += [f"{miss.article}\n    gold  {miss.gold}\n    given {miss.predicted}" for miss in members]
    return "\n".join(lines)
