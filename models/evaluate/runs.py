"""Runs an extractor over a development set and turns the pairs into figures and outcome letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.evaluate.corpora import (
    GoldArticle,
    PeerCase,
    corpora_folder,
    gold_folder,
    read_articles,
    read_peer_cases,
    read_titles,
    take_half,
    take_part,
)
from models.evaluate.engine import Extract
from models.evaluate.gate import quote_key
from models.evaluate.peer import failures
from models.evaluate.polnear import polnear_files, read_polnear, read_reporting_lemmas
from models.evaluate.score import (
    CREDITS,
    Pair,
    Ratio,
    SpeakerTest,
    credit_right,
    mention_overlaps,
    pair_quotes,
    same_speaker,
    score_credits,
    score_pairs,
    scored_quotes,
    type_right,
)
from models.evaluate.titles import score_titles
from service.quotes.types import Article

SETS = ("newsroom-dev", "seed", "peer", "polnear")
TRAIN_SET = "polnear-train"
"""PolNeAR's training articles: to read errors on, never to report. The reader has seen them, so they flatter it."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A set of annotated articles, the files it was read from and how its speakers are compared."""

    name: str
    articles: tuple[GoldArticle, ...]
    files: tuple[Path, ...]
    speakers_agree: SpeakerTest = same_speaker


@dataclass(frozen=True, slots=True)
class Run:
    """An extractor's pairs on a corpus, article by article."""

    corpus: Corpus
    pairs: tuple[tuple[Pair, ...], ...]

    def all_pairs(self) -> tuple[Pair, ...]:
        """The pairs of all articles in one row."""
        return tuple(pair for pairs in self.pairs for pair in pairs)


def load_corpus(name: str, *, half: str | None = None, part: slice | None = None) -> Corpus:
    """One of the annotated sets (not "peer"). Raises ``OSError`` when its data are not there.

    ``half`` is for newsroom-dev (``take_half``), ``part`` for PolNeAR's training articles (``take_part``).
    """
    if name in ("polnear", TRAIN_SET):
        folder = corpora_folder() / "polnear" / ("dev" if name == "polnear" else "train")
        articles = read_polnear(folder, reporting=read_reporting_lemmas())
        if name == TRAIN_SET:
            articles = take_part(articles, part or slice(None))
        files = tuple(path for pair in polnear_files(folder) for path in pair)
        return Corpus(name, articles, files, mention_overlaps)
    path = gold_folder() / {"newsroom-dev": "newsroom-dev.jsonl", "seed": "seed-nypost.jsonl"}[name]
    articles = read_articles(path, titles=read_titles())
    return Corpus(name, take_half(articles, half), (path,))


def run_corpus(corpus: Corpus, extract: Extract) -> Run:
    """Pairs what ``extract`` finds in every article with its gold quotes."""
    articles = [Article(article.text, publisher=article.publisher) for article in corpus.articles]
    paired = (
        pair_quotes(gold.text, gold.quotes, scored_quotes(extraction), speakers_agree=corpus.speakers_agree)
        for gold, extraction in zip(corpus.articles, extract(articles), strict=True)
    )
    return Run(corpus, tuple(paired))


def run_peer(extract: Extract) -> tuple[tuple[PeerCase, tuple[str, ...]], ...]:
    """Every peer case with the reasons why it fails, empty where it passes."""
    cases = read_peer_cases(peer_file())
    extractions = extract([Article(case.text) for case in cases])
    return tuple(
        (case, failures(case, scored_quotes(extraction))) for case, extraction in zip(cases, extractions, strict=True)
    )


def peer_file() -> Path:
    """Where the peer cases lie."""
    return gold_folder() / "peer-cases.jsonl"


def ratios(run: Run) -> dict[str, Ratio]:
    """Every figure of a run by name: "<row>.<test>", "outlet" and the like, "titles", "type"."""
    pairs = run.all_pairs()
    found = {f"{row}.{test}": ratio for row, tests in score_pairs(pairs).items() for test, ratio in tests.items()}
    found["type"] = type_right(pairs)
    if run.corpus.name != "polnear":
        found.update({name: score_credits(pairs, name) for name in CREDITS})
        found["titles"] = score_titles(list(zip(run.corpus.articles, run.pairs, strict=True)))
    return found


def figures(found: dict[str, Ratio]) -> dict[str, float]:
    """Precision, recall and F1 of every ratio that has anything to count, as plain numbers."""
    return {
        f"{name}.{part}": value
        for name, ratio in found.items()
        if ratio.gold
        for part, value in (("precision", ratio.precision), ("recall", ratio.recall), ("f1", ratio.f1))
    }


def outcomes(run: Run) -> dict[str, str]:
    """Outcome letters of every counted gold quote by key: f found, e exact, s speaker, o outlet not wrong."""
    letters: dict[str, str] = {}
    for article, pairs in zip(run.corpus.articles, run.pairs, strict=True):
        for pair in pairs:
            if pair.gold and pair.counted:
                offsets = [(span.start, span.end) for span in pair.gold.quote.content]
                letters[quote_key(article.id, offsets)] = _letters(pair)
    return letters


def _letters(pair: Pair) -> str:
    tests: tuple[tuple[str, Callable[[Pair], bool]], ...] = (
        ("f", lambda pair: pair.found),
        ("e", lambda pair: pair.exact),
        ("s", lambda pair: pair.speaker_right),
        ("o", lambda pair: pair.found and credit_right(pair, "outlet") is not False),
    )
    return "".join(letter for letter, test in tests if test(pair))


def texts_by_key(run: Run) -> dict[str, str]:
    """The first words of every gold quote by key, to print beside gains and losses on a terminal."""
    return {
        quote_key(article.id, [(span.start, span.end) for span in gold.quote.content]): (
            f"{article.id}: {gold.quote.content[0].of(article.text)[:90]!r}"
        )
        for article in run.corpus.articles
        for gold in article.quotes
    }
