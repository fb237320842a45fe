"""Reads PolNeAR (political news attributions, brat standoff) as gold quotes.

Its contents are speech, writing, belief and intention alike: the type follows from the quotation marks in the
content, and an attribution without marks whose cue is no reporting expression is optional. Sources have no names, so
speakers are compared by mention (``score.mention_overlaps``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import simplemma

from models.evaluate.corpora import GoldArticle
from models.evaluate.score import GoldQuote, ScoredQuote
from service.quotes.types import QuoteType, Span

LEXICON = Path(__file__).resolve().parents[2] / "service" / "quotes" / "lexicon"
REPORTING_TABLES = ("reporting_verbs.tsv", "reporting_nouns.tsv")
ANNOTATOR_SUFFIX = re.compile(r"_[0-9a-f]{4}\.ann$")
SPAN_LINE = re.compile(r"^(T\d+)\t\S+ (\d+ \d+(?:;\d+ \d+)*)(?:\t|$)")
MARKED_STRETCH = re.compile(r"“[^”\n]*(?:”|’’|$)|\"[^\"\n]*(?:\"|$)|``[^\n]*?(?:''|$)", re.MULTILINE)
"""A stretch in double marks: to its closing mark, or to the end of the line where that is missing."""


class MissingLexiconError(Exception):
    """The reporting lexicon that tells speech from belief is not there; the message names the file and the cure."""


def read_reporting_lemmas(folder: Path = LEXICON) -> frozenset[str]:
    """Lemmas whose "LEMMA that CLAUSE" is a statement by itself: rows with ``clause`` "yes" (or no such column).

    Raises ``MissingLexiconError`` when a table is not there.
    """
    rows: list[dict[str, str]] = []
    for name in REPORTING_TABLES:
        path = folder / name
        if not path.exists():
            raise MissingLexiconError(f"{path} is missing, it tells speech from belief")
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        rows.extend(csv.DictReader(lines, delimiter="\t"))
    return frozenset(row["lemma"].casefold() for row in rows if row.get("clause", "yes") == "yes")


def polnear_files(folder: Path) -> tuple[tuple[Path, Path], ...]:
    """Text and annotation file of every article, by name; the first annotator's where there are several."""
    first: dict[str, Path] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        first.setdefault(ANNOTATOR_SUFFIX.sub("", path.name), path)
    return tuple((folder / "text" / f"{name}.txt", path) for name, path in first.items())


def read_polnear(folder: Path, *, reporting: frozenset[str]) -> tuple[GoldArticle, ...]:
    """The articles of one split, by name. Raises ``FileNotFoundError`` when there are none."""
    files = polnear_files(folder)
    if not files:
        raise FileNotFoundError(f"no PolNeAR annotations under {folder}")
    articles = []
    for text_path, annotation_path in files:
        text = text_path.read_bytes().decode("utf-8")
        annotation = annotation_path.read_bytes().decode("utf-8")
        articles.append(GoldArticle(text_path.stem, text, attributions(text, annotation, reporting=reporting)))
    return tuple(articles)


def attributions(text: str, annotation: str, *, reporting: frozenset[str]) -> tuple[GoldQuote, ...]:
    """The attributions of one ``.ann`` file in text order."""
    spans: dict[str, tuple[Span, ...]] = {}
    quotes: list[GoldQuote] = []
    for line in annotation.split("\n"):
        if match := SPAN_LINE.match(line):
            spans[match[1]] = _fragments(match[2])
    marked = marked_offsets(text)
    for line in annotation.split("\n"):
        if not re.match(r"E\d+\t", line):
            continue
        parts = _parts(line, spans)
        if content := parts.get("Content"):
            quotes.append(_gold_quote(text, content, parts, marked=marked, reporting=reporting))
    return tuple(sorted(quotes, key=lambda item: item.quote.content[0]))


def _fragments(written: str) -> tuple[Span, ...]:
    return tuple(Span(*map(int, fragment.split())) for fragment in written.split(";"))


def _parts(line: str, spans: Mapping[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    """Role to its spans in text order; "Content2" is more of "Content"."""
    parts: dict[str, tuple[Span, ...]] = {}
    for link in line.split("\t", 1)[1].split():
        role, _, name = link.partition(":")
        role = role.rstrip("0123456789")
        parts[role] = tuple(sorted({*parts.get(role, ()), *spans.get(name, ())}))
    return parts


def _gold_quote(
    text: str,
    content: tuple[Span, ...],
    parts: Mapping[str, tuple[Span, ...]],
    *,
    marked: frozenset[int],
    reporting: frozenset[str],
) -> GoldQuote:
    source = parts.get("Source", ())
    kind = quote_type(text, content, marked=marked)
    cue = " ".join(span.of(text) for span in parts.get("Cue", ()))
    quote = ScoredQuote(
        type=kind,
        content=content,
        mention=Span(source[0].start, source[-1].end) if source else None,
    )
    return GoldQuote(quote, optional=kind == "indirect" and not is_reporting(cue, reporting=reporting))


def is_reporting(cue: str, *, reporting: frozenset[str]) -> bool:
    """True when a word of the cue is a form of a reporting lemma, or the cue says "according to"."""
    words = re.findall(r"[\w-]+", cue.casefold())
    lemmas = {simplemma.lemmatize(word, lang="en").casefold() for word in words}
    return not reporting.isdisjoint(lemmas.union(words)) or "according" in words


def marked_offsets(text: str) -> frozenset[int]:
    """Offsets of everything that stands in double quotation marks, paragraph by paragraph."""
    return frozenset(at for match in MARKED_STRETCH.finditer(text) for at in range(*match.span()))


def quote_type(text: str, content: Sequence[Span], *, marked: frozenset[int]) -> QuoteType:
    """Direct when every letter of the content is in marks, mixed when some are, else indirect."""
    letters = [at for span in content for at in range(span.start, span.end) if text[at].isalnum()]
    inside = sum(at in marked for at in letters)
    if inside == 0:
        return "indirect"
    return "direct" if inside == len(letters) else "mixed"
