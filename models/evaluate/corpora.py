"""Reads the development sets into gold records. Nothing of the texts is kept anywhere.

Folders: ``ONRECORD_GOLD`` (default ``../shared/gold``) and ``ONRECORD_CORPORA`` (default ``../shared/corpora``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.evaluate.score import CREDITS, CreditField, GoldQuote, ScoredQuote
from service.quotes.types import QuoteType, Span

TITLES_FILE = Path(__file__).with_name("titles.json")


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An annotated article.

    ``titles`` maps the number of a person's first quote to the spans that are right as the person's title;
    ``allowed_titles`` holds the numbers of people who may be given one or not (the rule is in ``titles.py``).
    """

    id: str
    text: str
    quotes: tuple[GoldQuote, ...]
    publisher: str | None = None
    titles: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    allowed_titles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PeerQuote:
    """A quote a peer case demands. ``content`` are its pieces as text; ``span``, a whole mixed clause, is right too."""

    type: QuoteType
    content: tuple[str, ...]
    speaker: str | None
    mention: str | None = None
    span: str | None = None


@dataclass(frozen=True, slots=True)
class PeerCase:
    """A functional case: what must be reported, what must not, and whether more may be (``min_only``)."""

    id: str
    text: str
    quotes: tuple[PeerQuote, ...]
    not_quotes: tuple[str, ...] = ()
    min_only: bool = False


def gold_folder() -> Path:
    """Where the annotated articles and the peer cases lie."""
    return Path(os.environ.get("ONRECORD_GOLD", "../shared/gold"))


def corpora_folder() -> Path:
    """Where the training corpora lie."""
    return Path(os.environ.get("ONRECORD_CORPORA", "../shared/corpora"))


TitleTable = Mapping[str, Mapping[str, Mapping[str, Sequence[Sequence[int]]]]]
"""What ``titles.json`` holds: "titles" or "allowed" → article id → number of a quote → spans."""


def read_articles(path: Path, *, titles: TitleTable | None = None) -> tuple[GoldArticle, ...]:
    """The articles of a gold file, one JSON object a line, in file order. Raises ``OSError`` when it is not there."""
    return tuple(_article(row, titles or {}) for row in _rows(path))


def read_titles(path: Path = TITLES_FILE) -> TitleTable:
    """The title annotation of the gold articles."""
    loaded: TitleTable = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def read_peer_cases(path: Path) -> tuple[PeerCase, ...]:
    """The functional cases, in file order."""
    return tuple(
        PeerCase(
            id=row["id"],
            text=row["text"],
            quotes=tuple(
                PeerQuote(
                    quote["type"], tuple(quote["content"]), quote["speaker"], quote.get("mention"), quote.get("span")
                )
                for quote in row["quotes"]
            ),
            not_quotes=tuple(row["not_quotes"]),
            min_only=row["min_only"],
        )
        for row in _rows(path)
    )


def take_half(articles: Sequence[GoldArticle], half: str | None) -> tuple[GoldArticle, ...]:
    """Half of the articles: sorted by id, every other one. "a" is for fitting thresholds, "b" for reporting."""
    if half is None:
        return tuple(articles)
    ordered = sorted(articles, key=lambda article: article.id)
    return tuple(ordered[0 if half == "a" else 1 :: 2])


def take_part(articles: Sequence[GoldArticle], part: slice) -> tuple[GoldArticle, ...]:
    """Some of the articles, after mixing them: in the order of a hash of their ids, so any part has all publishers."""
    mixed = sorted(articles, key=lambda article: hashlib.sha256(article.id.encode()).digest())
    return tuple(mixed[part])


def fingerprint(paths: Iterable[Path]) -> str:
    """SHA-256 over names and bytes of files, in the order of their names: the same corpus, the same fingerprint."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _article(row: Mapping[str, Any], titles: TitleTable) -> GoldArticle:
    given, allowed = (titles.get(part, {}).get(row["id"], {}) for part in ("titles", "allowed"))
    return GoldArticle(
        id=row["id"],
        text=row["text"],
        publisher=row.get("publisher"),
        quotes=tuple(_gold_quote(quote) for quote in row["quotes"]),
        titles={int(number): _spans(pairs) for number, pairs in given.items()},
        allowed_titles=frozenset(map(int, allowed)),
    )


def _gold_quote(row: Mapping[str, Any]) -> GoldQuote:
    mention = row.get("speaker_mention")
    also: dict[CreditField, tuple[str, ...]] = {
        name: tuple(row[f"{name}_also"]) for name in CREDITS if row.get(f"{name}_also")
    }
    quote = ScoredQuote(
        type=row["type"],
        content=_spans(row["content"]),
        speaker=row["speaker"],
        mention=Span(*mention) if mention else None,
        kind=row.get("speaker_kind"),
        outlet=row.get("outlet"),
        programme=row.get("programme"),
        interviewer=row.get("interviewer"),
        platform=row.get("platform"),
    )
    return GoldQuote(quote, optional=bool(row.get("optional")), also=also)


def _spans(pairs: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)
