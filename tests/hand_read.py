"""examples/article.txt read by hand: an extractor without models that gives what a careful reader finds in it.

Any other text is read by the fake extractor. Each row quotes the article, so a changed article fails here, not later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.quotes.types import (
    Article,
    Candidate,
    Confidence,
    Explanation,
    Extraction,
    Outlet,
    Person,
    Quote,
    QuoteType,
    RoleSpan,
    Span,
    Speaker,
    SpeakerBasis,
    SpeakerKind,
)
from tests.fake_extractor import extract

EXAMPLE = (Path(__file__).parent.parent / "examples" / "article.txt").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Row:
    """One quote: pieces, cue and mention, as ``words`` or ``before|words`` where the words alone are not unique."""

    type: QuoteType
    pieces: tuple[str, ...]
    cue: str | None
    mention: str | None
    who: str | None
    basis: SpeakerBasis = "named"
    outlet: str | None = None
    sure: float = 0.95


PEOPLE: dict[str, tuple[str, SpeakerKind, str | None]] = {
    "ruiz": ("Ana Ruiz", "person", "Mayor"),
    "tideway": ("Tideway Lines", "organisation", None),
    "adeyemi": ("Femi Adeyemi", "person", "leads the port workers"),
    "kovacs": ("Helen Kovacs", "person", "transport minister"),
    "wilk": ("Tomasz Wilk", "person", "Regional governor"),
    "fishmonger": ("One fishmonger", "unnamed", None),
}
ROWS = (
    Row(
        "direct",
        ("We promised people their bridge before the summer,", "They will have it with three weeks to spare."),
        "summer,” Mayor Ana Ruiz |told",
        "Mayor Ana Ruiz",
        "ruiz",
        outlet="Reuters",
    ),
    Row(
        "indirect",
        ("The repairs cost $41 million", "every cent of it would be billed to the ship's owners"),
        "million, Ruiz |said",
        "million, |Ruiz",
        "ruiz",
        sure=0.82,
    ),
    Row(
        "mixed",
        ("it would “contest any claim in court” and that the pilot, not the crew, had chosen the course",),
        "said in a statement",
        "Tideway Lines",
        "tideway",
        sure=0.9,
    ),
    Row(
        "direct",
        ("The pilot had four minutes and no engine,", "Let them try to steer a dead ship."),
        "engine,” |said",
        "Femi Adeyemi",
        "adeyemi",
    ),
    Row("indirect", ("members were ready to testify",), "He |added", "\n\n|He", "adeyemi", "pronoun", sure=0.71),
    Row(
        "indirect",
        ("that inspectors had been warned about the bridge's fenders",),
        "denied",
        "transport minister Helen Kovacs",
        "kovacs",
        outlet="In an interview on the |BBC",
        sure=0.77,
    ),
    Row(
        "direct",
        ("Nobody sent us such a letter,",),
        "she |told",
        "letter,” |she",
        "kovacs",
        "pronoun",
        "In an interview on the |BBC",
    ),
    Row(
        "indirect",
        ("the fenders were older than the rules now allow",),
        "conceded",
        "The minister",
        "kovacs",
        "description",
        sure=0.68,
    ),
    Row(
        "direct",
        ("Three governments looked at that bridge and drove on,",),
        "wrote on Telegram",
        "drove on,” |he",
        "wilk",
        "pronoun",
    ),
    Row(
        "indirect",
        ("she had lost half of her customers",),
        "One fishmonger |said",
        "One fishmonger",
        "fishmonger",
        "description",
        sure=0.86,
    ),
    Row(
        "direct",
        ("Keep the brass band,", "Give me the lorries."),
        "she |said, laughing",
        "band,” |she",
        "fishmonger",
        "pronoun",
    ),
    Row(
        "indirect",
        ("a second freighter of the same line ran aground last week",),
        "According to",
        "the Interfax news agency",
        None,
        outlet="According to the |Interfax",
        sure=0.8,
    ),
)
KINDS = {"Reuters": "agency", "Interfax": "agency", "BBC": "broadcaster"}


def find(words: str) -> Span:
    """Return where ``words`` stand in the example; of ``before|words`` only the second part."""
    before, _, after = words.rpartition("|")
    place = EXAMPLE.index(before + after)
    return Span(place + len(before), place + len(before) + len(after))


def read_example() -> Extraction:
    """Return the extraction of the example."""
    people: dict[str, Person] = {}
    for row in ROWS:
        if row.who and row.who not in people:
            mentions = tuple(find(one.mention) for one in ROWS if one.who == row.who and one.mention)
            people[row.who] = Person(f"s{len(people) + 1}", *PEOPLE[row.who], mentions)
    quotes = tuple(_quote(number, row, people) for number, row in enumerate(ROWS, 1))
    return Extraction(EXAMPLE, quotes, tuple(people.values()))


def _quote(number: int, row: Row, people: dict[str, Person]) -> Quote:
    person = people[row.who] if row.who else None
    mention = find(row.mention) if row.mention else None
    outlet = None
    if row.outlet:
        span = find(row.outlet)
        name = span.of(EXAMPLE)
        programme = ("Newsnight", "Priya Nair") if name == "BBC" else (None, None)
        outlet = Outlet(name, KINDS[name], span, "stated", *programme, 0.93)
    spans = tuple(find(piece) for piece in row.pieces)
    candidates = (Candidate(person.name or "", row.sure),) if person else ()
    return Quote(
        f"q{number}",
        row.type,
        spans,
        find(row.cue) if row.cue else None,
        Speaker(person, mention, row.basis, row.sure, candidates) if person else None,
        outlet,
        "Telegram" if row.who == "wilk" else None,
        Confidence(0.97, row.sure if person else None, 0.93 if outlet else None),
        Explanation("cue-subject", tuple(RoleSpan(span, "content", 0.97) for span in spans), candidates),
    )


class HandReader:
    """Reads the example as a person would and anything else with the fake extractor."""

    package = "by-hand"
    version = "1"

    def __call__(self, articles: Sequence[Article]) -> tuple[Extraction, ...]:
        return tuple(read_example() if article.text == EXAMPLE else extract(article.text) for article in articles)
