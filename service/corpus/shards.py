"""One shard: its articles read in batches of like length, its quotes made rows, its bad articles noted.

Everything here depends on the shard's records and the models alone: how its articles are batched is decided within it,
since in bfloat16 the last digits of a score vary with what is read beside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from service.answers import build_answer
from service.archive.store import Entry
from service.corpus.articles import Candidate, Columns, describe, make_candidate
from service.corpus.records import Record
from service.errors import Problem, place_of
from service.intake import Intake
from service.quotes.types import Extraction
from service.reading import Extract, read_each
from service.rendering import flat_rows
from service.settings import Settings

# Articles held at a time, and read in one call of the models at most: with more a core reads no faster.
WINDOW_ARTICLES = 100
READ_TOGETHER = 16
READ_TOGETHER_CHARACTERS = 40_000
# Speakers of these kinds have a name that means the same in another article.
_NAMED_KINDS = ("person", "organisation")
_QUERY = {"offset_unit": "codepoint", "explain": False, "min_confidence": 0.0}

Row = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """What was found, counted: articles by outcome, characters read, quotes by type, by speaker and by outlet."""

    read: int = 0
    failed: int = 0
    characters: int = 0
    types: Counter[str] = field(default_factory=Counter)
    speakers: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)

    def count(self, row: Mapping[str, Any]) -> None:
        """Count the quote of ``row``."""
        self.types[row["type"]] += 1
        if row["speaker"] and row["speaker_kind"] in _NAMED_KINDS:
            self.speakers[row["speaker"]] += 1
        if row["outlet"]:
            self.outlets[row["outlet"]] += 1


@dataclass(frozen=True, slots=True)
class Fault:
    """An article that could not be read: its id, its place in the input, the problem's slug and what was wrong.

    No word of the article is in it.
    """

    id: str
    place: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShardReading:
    """What a shard gave: rows and faults in the order of its articles, and their tally."""

    rows: list[Row]
    faults: list[Fault]
    tally: Tally


def read_shard(
    records: Iterable[Record],
    *,
    extract: Extract,
    package: Mapping[str, str],
    columns: Columns,
    settings: Settings,
    keep: Callable[[Sequence[Entry]], None] = lambda entries: None,
) -> ShardReading:
    """Return the quotes of ``records``; ``keep`` is given what was read, some articles at a time."""
    reading = ShardReading([], [], Tally())
    left = iter(records)
    while window := list(islice(left, WINDOW_ARTICLES)):
        candidates = [_candidate(record, columns, settings) for record in window]
        read = _read(candidates, extract)
        for number, candidate in enumerate(candidates):
            _note(reading, candidate, read.get(number), package)
        keep(list(_entries(candidates, read, package)))
    return reading


def _candidate(record: Record, columns: Columns, settings: Settings) -> Candidate:
    """Make a candidate of ``record``; whatever a parser of HTML throws is that article's fault and no other's."""
    try:
        return make_candidate(record, columns, settings)
    except Exception as error:
        return Candidate(record.place, record.place, _fault_of(error))


def _fault_of(error: Exception) -> Problem:
    """Return ``error`` without its message, which may quote the article."""
    return Problem("internal-error", f"{type(error).__name__} in {place_of(error)[-1].rpartition('/')[2]}")


def _read(candidates: Sequence[Candidate], extract: Extract) -> dict[int, Extraction | Problem]:
    """Return what was read of each candidate that can be, by its number."""
    read: dict[int, Extraction | Problem] = {}
    for batch in make_batches(candidates):
        articles = [candidates[number].intake.article for number in batch]  # type: ignore[union-attr]
        for number, outcome in zip(batch, read_each(extract, articles), strict=True):
            read[number] = _fault_of(outcome) if isinstance(outcome, Exception) else outcome
    return read


def make_batches(candidates: Sequence[Candidate]) -> Iterator[list[int]]:
    """Yield the numbers of the candidates to read together: those of like length, longest first."""
    sizes = {
        number: len(candidate.intake.article.text)
        for number, candidate in enumerate(candidates)
        if isinstance(candidate.intake, Intake)
    }
    batch: list[int] = []
    characters = 0
    for number in sorted(sizes, key=lambda number: (-sizes[number], number)):
        if batch and (len(batch) == READ_TOGETHER or characters + sizes[number] > READ_TOGETHER_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(number)
        characters += sizes[number]
    if batch:
        yield batch


def _note(
    reading: ShardReading, candidate: Candidate, outcome: Extraction | Problem | None, package: Mapping[str, str]
) -> None:
    """Add the candidate's rows, or its fault, to ``reading``."""
    problem = candidate.intake if isinstance(candidate.intake, Problem) else outcome
    if not isinstance(candidate.intake, Intake) or not isinstance(outcome, Extraction):
        assert isinstance(problem, Problem)
        reading.faults.append(Fault(candidate.id, candidate.place, problem.slug, describe(problem)))
        reading.tally.failed += 1
        return
    reading.tally.read += 1
    reading.tally.characters += len(outcome.text)
    for row in flat_rows(build_answer(outcome, candidate.intake, _QUERY, package), candidate.intake.article):
        reading.rows.append({"article_id": candidate.id, **row})
        reading.tally.count(row)


def _entries(
    candidates: Sequence[Candidate], read: Mapping[int, Extraction | Problem], package: Mapping[str, str]
) -> Iterator[Entry]:
    for number, candidate in enumerate(candidates):
        outcome = read.get(number)
        if isinstance(candidate.intake, Intake) and isinstance(outcome, Extraction):
            yield Entry(candidate.id, candidate.intake, outcome, package)
