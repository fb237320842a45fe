"""Scores the titles of named people against ``titles.json``.

The annotation
--------------
``titles.json`` holds offsets only, article id → number of the person's first gold quote → the spans that are right,
each ``[start, end)`` in code points of the article: under "titles" for people who have a title, under "allowed" for
people who may be given one (counted neither when it is missing nor when it is given). Who is in neither has no title.
The rule:

- A title is the role as the article writes it: office, rank, profession or standing, with the body or place it
  belongs to ("Mariupol Mayor", "harbour master of Port Ellen").
- The role nearest to the person's fullest mention: before the name, or after it in apposition or after "is". A role
  written elsewhere of the same person ("the former harbour master") is right as well.
- Honorifics alone (Mr, Ms, Dr, Datuk Seri) are no titles and stay outside the spans; Chief, Counsel, Rep. and
  Superintendent are titles.
- Occupation and part in the matter count ("lawyer", "political analyst", "claimant"). Opinions ("well-known") and
  ages stay outside where the rest stands alone.
- "Allowed" are what somebody is without a role (resident, witness, descendant), roles that only a relative clause
  tells, constituencies in brackets, and a title that is part of the gold name.
- Where shorter and longer forms are both natural, all are listed.

A predicted title is right when its folded words equal those of a listed span, or when one holds the other and both have
the same head noun ("Mayor" for "Mariupol Mayor").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.evaluate.corpora import GoldArticle
from models.evaluate.score import Pair, Ratio, fold_words
from service.quotes.types import Span

HEAD_ENDS = re.compile(r"\s(?:of|for|at|in|from|to|on|with|and|who|under|by|featuring)\s|,|\(")
"""What ends the part of a title that holds its head noun, its last word."""

DROPPED = frozenset({"the", "a", "an"})


def titles_agree(gold: str, predicted: str) -> bool:
    """True when the folded words are equal, or one holds the other and the head nouns are the same."""
    left, right = title_words(gold), title_words(predicted)
    if left == right:
        return True
    nested = left <= right or right <= left
    return nested and head_noun(gold) == head_noun(predicted) is not None


def title_words(title: str) -> frozenset[str]:
    """The folded words of a title without articles."""
    return frozenset(fold_words(title)) - DROPPED


def head_noun(title: str) -> str | None:
    """The last word before the first preposition, comma or "and": "director" of "Operations Director of the Office"."""
    words = fold_words(HEAD_ENDS.split(title.strip(), maxsplit=1)[0])
    return words[-1] if words else None


def title_outcomes(text: str, pairs: Sequence[Pair], titles: Mapping[int, tuple[Span, ...]]) -> dict[int, bool]:
    """For every person with a title, by the number of the first gold quote, whether the engine gave it.

    ``pairs`` are one article's, gold quotes first and in order. The first quote of the person that was found with the
    right speaker decides; a person with none is counted as wrong.
    """
    gold = [pair for pair in pairs if pair.gold]
    outcomes: dict[int, bool] = {}
    for number, spans in titles.items():
        given = _title_given(gold, _name(gold[number]))
        outcomes[number] = given is not None and any(titles_agree(span.of(text), given) for span in spans)
    return outcomes


def score_titles(articles: Sequence[tuple[GoldArticle, Sequence[Pair]]]) -> Ratio:
    """Recall over the people who have a title; precision over those the engine gave one, among people it got right.

    ``articles`` are gold articles with their pairs. People who may have a title or not are left out.
    """
    right = people = given = 0
    for article, pairs in articles:
        outcomes = title_outcomes(article.text, pairs, article.titles)
        right += sum(outcomes.values())
        people += len(outcomes)
        free = {article.quotes[number].quote.speaker for number in article.allowed_titles}
        given += len(_people_given_a_title(pairs) - free)
    return Ratio(right_predicted=right, predicted=given, right_gold=right, gold=people)


def _title_given(gold: Sequence[Pair], name: str | None) -> str | None:
    for pair in gold:
        if pair.predicted and pair.speaker_right and _name(pair) == name:
            return pair.predicted.title
    return None


def _people_given_a_title(pairs: Sequence[Pair]) -> set[str | None]:
    gold = [pair for pair in pairs if pair.gold]
    people = {_name(pair) for pair in gold if pair.gold and pair.gold.quote.kind == "person"}
    return {name for name in people if _title_given(gold, name)}


def _name(pair: Pair) -> str | None:
    return pair.gold.quote.speaker if pair.gold else None
