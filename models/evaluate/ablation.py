"""What parse and reader are worth: the engine with one of them only, and with both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.evaluate.engine import CLAUSES, load_engine
from models.evaluate.runs import Corpus, load_corpus, ratios, run_corpus

ROWS: dict[str, frozenset[str]] = {
    "parse only": frozenset({"roles"}),
    "roles only": frozenset({CLAUSES}),
    "roles, no trees": frozenset({"parse"}),
    "both": frozenset(),
}
"""The rows of the table: their name and what the engine goes without. With "roles only" the trees find no statement,
but still tell what is a clause and who is meant; without trees that falls away as well."""

COLUMNS = (
    "marked.found",
    "marked.attributed",
    "marked.exact_attributed",
    "indirect.found",
    "indirect.attributed",
    "indirect.exact_attributed",
    "all.exact_attributed",
)


def ablation_sets() -> tuple[tuple[str, Corpus], ...]:
    """The sets of the table with their titles. Raises ``OSError`` when one is not there."""
    halves = tuple((f"newsroom-dev, half {half}", load_corpus("newsroom-dev", half=half)) for half in ("a", "b"))
    return (*halves, ("PolNeAR dev", load_corpus("polnear")))


def ablation_table(cache: Path | None) -> Iterator[str]:
    """The table in Markdown, line by line: F1 of each column, for each set the engine with and without its parts."""
    yield "| set | engine | " + " | ".join(name.replace(".", " ").replace("_", " + ") for name in COLUMNS) + " |"
    yield "| --- " * (len(COLUMNS) + 2) + "|"
    sets = ablation_sets()
    engines = {row: load_engine(cache=cache, without=without) for row, without in ROWS.items()}
    for title, corpus in sets:
        for row, extract in engines.items():
            found = ratios(run_corpus(corpus, extract))
            yield f"| {title} | {row} | " + " | ".join(f"{found[name].f1:.3f}" for name in COLUMNS) + " |"
