"""A record made an article to read: columns mapped, checked as the service checks the line of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from service.archive.keys import read_moment
from service.corpus.records import Record
from service.errors import Problem
from service.intake import Intake, intake_fields, load_fields
from service.schemas import BatchLineSchema
from service.settings import Settings

_LINE = BatchLineSchema()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which field of a record is what."""

    id: str = "id"
    text: str = "text"
    html: str = "html"
    publisher: str = "publisher"
    url: str = "url"
    published: str = "published"

    def names(self) -> tuple[str, ...]:
        """The fields that are read."""
        return tuple(asdict(self).values())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record on its way to be read: its id, its place, and the article, or why it cannot be read."""

    id: str
    place: str
    intake: Intake | Problem


def make_candidate(record: Record, columns: Columns, settings: Settings) -> Candidate:
    """Return the article of ``record``; one without an id goes by its place. Fields that are empty count as not there.

    Of a record with text and HTML the text is read.
    """
    if isinstance(record.content, Problem):
        return Candidate(record.place, record.place, record.content)
    fields = _fields(record.content, columns)
    name = fields.get("id")
    try:
        return Candidate(str(name or record.place), record.place, _intake(fields, settings))
    except Problem as problem:
        known = isinstance(name, str) and len(name) <= 300
        return Candidate(str(name) if known else record.place, record.place, problem)


def _fields(content: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    fields = {field: content.get(column) for field, column in asdict(columns).items()}
    fields = {field: value for field, value in fields.items() if value is not None and value != ""}
    if isinstance(fields.get("id"), int):
        fields["id"] = str(fields["id"])
    if "text" in fields:
        fields.pop("html", None)
    return fields


def _intake(fields: Mapping[str, Any], settings: Settings) -> Intake:
    if "text" not in fields and "html" not in fields:
        raise Problem("empty-text", "The record has neither text nor HTML.")
    intake = intake_fields(load_fields(fields, _LINE), settings)
    if intake.article.published:
        try:
            read_moment(intake.article.published)
        except ValueError:
            raise Problem("invalid-request", "published: There is no such date.") from None
    return intake


def describe(problem: Problem) -> str:
    """Return what is wrong with an article in one line: the fields at fault, or the problem's own words."""
    faults = [f"{(fault.pointer or '#').removeprefix('#/')}: {fault.detail}" for fault in problem.faults]
    return "; ".join(faults) or problem.detail
