"""Articles compared without being stored: what was read in each, to the statements that several of them print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.answers import build_answer
from service.archive.rendering import pack_statement
from service.archive.statements import Utterance, Voice, compare_articles
from service.archive.store import printed_words
from service.archive.words import fold_text
from service.intake import Intake
from service.quotes.types import Extraction

_SHOWN = {"offset_unit": "codepoint", "explain": False, "min_confidence": 0.0}
# An utterance's key is the rank of its article by date, shifted by this, plus its place there: keys order versions.
_RANK_BITS = 32

Packed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """An article to compare: the client's name for it, when it was published, what was sent and read."""

    id: str
    moment: datetime
    intake: Intake
    extraction: Extraction


def build_comparison(articles: Sequence[Compared], package: Mapping[str, str]) -> Packed:
    """Return the answer, ready for ``ComparisonSchema``: articles in the order sent, versions earliest first."""
    packed = {article.id: _pack_quotes(article, package) for article in articles}
    by_date = sorted(articles, key=lambda article: article.moment)
    quotes = {
        (rank << _RANK_BITS) + place: quote
        for rank, article in enumerate(by_date)
        for place, quote in enumerate(packed[article.id])
    }
    utterances: list[list[Utterance]] = [[] for _ in articles]
    for key, quote in quotes.items():
        utterances[key >> _RANK_BITS].append(_utter(key, quote))
    return {
        "articles": [_describe(article, len(packed[article.id])) for article in articles],
        "statements": [pack_statement(statement, quotes) for statement in compare_articles(utterances)],
        "models": dict(package),
    }


def _refer(article: Compared) -> Packed:
    sent = article.intake.article
    return {"id": article.id, "publisher": sent.publisher, "url": sent.url, "published": sent.published}


def _describe(article: Compared, count: int) -> Packed:
    answer = build_answer(article.extraction, article.intake, _SHOWN, {})
    text = {"text": answer["text"]} if "text" in answer else {}
    return {**_refer(article), **text, "text_sha256": answer["text_sha256"], "quotes": count}


def _pack_quotes(article: Compared, package: Mapping[str, str]) -> tuple[Packed, ...]:
    """Return the quotes of ``article`` as the archive would answer them, each with a reference to the article."""
    answer = build_answer(article.extraction, article.intake, _SHOWN, package)
    reference = {**_refer(article), "stored": None}
    return tuple({**quote, "id": f"{article.id}.{quote['id']}", "article": reference} for quote in answer["quotes"])


def _utter(key: int, quote: Packed) -> Utterance:
    printed = printed_words(quote)
    speaker = quote["speaker"]
    voice = Voice(speaker["name"], speaker["kind"]) if speaker else None
    place = key & ((1 << _RANK_BITS) - 1)
    return Utterance(key, key >> _RANK_BITS, place, fold_text(printed), printed, voice)
