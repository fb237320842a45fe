"""Articles made of templates, in many lengths, with the quotes that stand in them.

``python -m scripts.made_up_news FOLDER --articles 10000`` writes ``articles.jsonl`` and ``expected.jsonl``, in which
each line is a quote: the article's id, type, words, speaker and outlet. The same number gives the same articles.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

SEED = 11
# Paragraphs of an article follow a log-normal law: half have six or fewer, one in a hundred more than thirty.
_MEDIAN_PARAGRAPHS, _SPREAD, _MOST_PARAGRAPHS = 6.0, 0.75, 60

_GIVEN = (
    "Amara", "Bela", "Carla", "Dario", "Elena", "Farid", "Greta", "Hamid", "Irena", "Jonas", "Kofi", "Lena", "Mirko",
    "Nadia", "Oskar", "Petra", "Samir", "Tereza",
)  # fmt: skip
_FAMILY = (
    "Abara", "Berger", "Costa", "Dunne", "Eklund", "Farkas", "Grieve", "Halloran", "Ibarra", "Jansen", "Kowal",
    "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quigley", "Rosen", "Salazar", "Tanaka", "Ulrich", "Varga",
    "Whitlock", "Yilmaz", "Zeman",
)  # fmt: skip
_TITLES = ("Mayor", "Governor", "Senator", "Judge", "Professor", "Captain")
_OUTLETS = ("Reuters", "the BBC", "CNN", "The Associated Press", "Bloomberg")
_THINGS = (
    "bridge", "harbour", "hospital", "school", "reservoir", "railway", "stadium", "library", "airport", "market",
    "museum", "power station", "ferry terminal", "tunnel", "clinic", "dam", "theatre", "factory", "court house",
    "bus depot",
)  # fmt: skip
_PLACES = (
    "Ashford", "Brackwater", "Calder Point", "Dunmore", "Eastvale", "Fairhaven", "Glenrock", "Hartwell", "Inverley",
    "Kingsmere", "Larkfield", "Millbrook", "Northgate", "Oakridge", "Pinehurst", "Redcliff",
)  # fmt: skip
_MONTHS = ("January", "March", "May", "July", "September", "November")
# What is said: each fits both a quotation and a clause after "said".
_SAYINGS = (
    "the {thing} in {place} will open again before {month}",
    "the repairs to the {thing} cost more than {count} million dollars",
    "nobody in {place} was told about the {thing} until {month}",
    "the council should have closed the {thing} {count} years ago",
    "about {count} families near the {thing} still have no water",
    "the contract for the {thing} was signed without a vote",
    "{place} needs a second {thing} and cannot wait until {month}",
    "the plans for the {thing} were never shown to the people of {place}",
)
_FILLERS = (
    "The {thing} stands on the edge of {place} and was built {count} years ago.",
    "Traffic near the {thing} was slow for most of the week, and two roads in {place} stayed closed.",
    "{place} has about {count} thousand inhabitants, most of whom live within sight of the {thing}.",
    "Work on the {thing} began in {month} and stopped after {count} days because of heavy rain.",
    "The budget of {place} sets aside {count} million dollars for the {thing}, a tenth more than last year.",
    "A storm in {month} damaged the roof of the {thing} and flooded {count} cellars in {place}.",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A quote that an article holds; ``outlet`` is ``None`` where the text names none."""

    id: str
    type: str
    text: str
    speaker: str
    outlet: str | None


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An article and the quotes in it, in order."""

    id: str
    text: str
    publisher: str
    published: str
    quotes: tuple[Known, ...]

    @property
    def line(self) -> str:
        """The article as a line of JSON."""
        fields = {"id": self.id, "text": self.text, "publisher": self.publisher, "published": self.published}
        return json.dumps(fields, ensure_ascii=False) + "\n"


class Writer:
    """Writes articles, the same every time."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)

    def articles(self, count: int) -> Iterator[MadeUp]:
        """Yield ``count`` articles."""
        for number in range(count):
            yield self._article(f"made-{number}")

    def _article(self, name: str) -> MadeUp:
        chance = self._random
        wanted = chance.lognormvariate(0.0, _SPREAD) * _MEDIAN_PARAGRAPHS
        people = [
            f"{given} {family}"
            for given, family in zip(chance.sample(_GIVEN, 4), chance.sample(_FAMILY, 4), strict=True)
        ]
        quotes: list[Known] = []
        paragraphs = [self._filler()]
        for _ in range(min(_MOST_PARAGRAPHS, round(wanted))):
            if chance.random() < 0.5:
                paragraphs.append(f"{self._filler()} {self._filler()}")
                continue
            paragraph, quote = self._said(name, chance.choice(people))
            paragraphs.append(paragraph)
            quotes.append(quote)
        published = f"20{chance.randint(10, 24)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        return MadeUp(name, "\n\n".join(paragraphs), f"The {chance.choice(_PLACES)} Post", published, tuple(quotes))

    def _fill(self, template: str) -> str:
        chance = self._random
        return template.format(
            thing=chance.choice(_THINGS),
            place=chance.choice(_PLACES),
            month=chance.choice(_MONTHS),
            count=chance.randint(2, 90),
        )

    def _filler(self) -> str:
        return self._fill(self._random.choice(_FILLERS))

    def _said(self, name: str, person: str) -> tuple[str, Known]:
        chance = self._random
        clause = self._fill(chance.choice(_SAYINGS))
        words = clause[0].upper() + clause[1:]
        outlet = chance.choice(_OUTLETS)
        form = chance.randrange(5)
        if form == 0:
            return f"“{words},” {person} said.", Known(name, "direct", f"{words},", person, None)
        if form == 1:
            paragraph = f"“{words},” {chance.choice(_TITLES)} {person} told {outlet}."
            return paragraph, Known(name, "direct", f"{words},", person, outlet)
        if form == 2:
            return f"{person} said: “{words}.”", Known(name, "direct", f"{words}.", person, None)
        if form == 3:
            return f"{person} said {clause}.", Known(name, "indirect", clause, person, None)
        return f"{person} told {outlet} that {clause}.", Known(name, "indirect", f"that {clause}", person, outlet)


def write_corpus(folder: Path, count: int) -> tuple[Path, Path]:
    """Write ``count`` articles and the quotes in them into ``folder``; return the two files."""
    folder.mkdir(parents=True, exist_ok=True)
    articles, expected = folder / "articles.jsonl", folder / "expected.jsonl"
    with articles.open("w", encoding="utf-8") as lines, expected.open("w", encoding="utf-8") as known:
        for article in Writer().articles(count):
            lines.write(article.line)
            known.writelines(json.dumps(asdict(quote), ensure_ascii=False) + "\n" for quote in article.quotes)
    return articles, expected


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    options = parser.parse_args(arguments)
    for path in write_corpus(options.folder, options.articles):
        print(f"{path.stat().st_size:>12} {path}")


if __name__ == "__main__":
    main()
