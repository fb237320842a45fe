"""Time the archive on generated quotes: stores a second, and percentiles of searching and of finding versions.

``python -m scripts.archive_load`` fills an SQLite file of its own (``--archive URL`` takes another empty archive) with
``--quotes`` quotes, the last of them an article a transaction and then several, and asks ``--asked`` questions of each
kind. Beside the time by the clock stands the time of this process's processor: on a busy machine only the second says
something, and an article alone waits for the disk. Words follow Zipf's law, as in any language, and one article in ten
reprints statements of an earlier one in changed words.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

from service.archive.connection import Archive, open_archive, prepare
from service.archive.search import Filters, find_quote, read_terms, search_quotes
from service.archive.store import Entry, store_article, store_articles
from service.archive.variants import find_variants, link_quotes
from service.archive.words import small_words
from service.intake import Intake
from service.quotes.types import (
    Article,
    Confidence,
    Explanation,
    Extraction,
    Outlet,
    Person,
    Quote,
    Span,
    Speaker,
)

QUOTES_PER_ARTICLE = 5
WORDS = 20_000
SPEAKERS = 4_000
TIMED_STORES = 1_000
BULK_ARTICLES = 500
TOGETHER = 20
REPRINTED_SHARE = 0.1
SEED = 7


class Generator:
    """Articles of made-up words by made-up people, the same every time."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        self._small = sorted(small_words())
        self.words = self._names(WORDS, 5, 9)
        self._weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
        given, family = self._names(200, 4, 7), self._names(SPEAKERS // 10, 6, 9)
        self.people = [
            f"{self._random.choice(given).title()} {self._random.choice(family).title()}" for _ in range(SPEAKERS)
        ]
        self.publishers = [f"{name.title()} News" for name in self._names(60, 5, 8)]
        self.outlets = [name.title() for name in self._names(40, 5, 8)]
        self._printed: list[list[str]] = []

    def _names(self, number: int, least: int, most: int) -> list[str]:
        consonants, vowels = "bdfgklmnprstvz", "aeiou"
        made: dict[str, None] = {}
        while len(made) < number:
            length = self._random.randint(least, most)
            letters = (self._random.choice(vowels if place % 2 else consonants) for place in range(length))
            made["".join(letters)] = None
        return list(made)

    def statement(self) -> list[str]:
        """Eight to thirty words, two in five of them small ones."""
        length = self._random.randint(8, 30)
        telling = iter(self._random.choices(self.words, cum_weights=self._weights, k=length))
        small = self._random.random
        return [self._random.choice(self._small) if small() < 0.4 else next(telling) for _ in range(length)]

    def _said(self) -> list[str]:
        if len(self._printed) > BULK_ARTICLES and self._random.random() < REPRINTED_SHARE:
            words = list(self._random.choice(self._printed))
            words[self._random.randrange(len(words))] = self._random.choice(self.words)
            return words
        words = self.statement()
        self._printed.append(words)
        return words

    def entries(self) -> Iterator[Entry]:
        """Yield articles without end."""
        number = 0
        while True:
            number += 1
            day, month, year = number % 28 + 1, number // 28 % 12 + 1, 2015 + number // 336 % 10
            extraction = self._extraction([" ".join(self._said()) for _ in range(QUOTES_PER_ARTICLE)])
            article = Article(
                extraction.text, self._random.choice(self.publishers), None, f"{year}-{month:02}-{day:02}"
            )
            package = {"package": "generated", "version": "1"}
            yield Entry(f"g{number}", Intake(article, extracted=False), extraction, package)

    def _extraction(self, statements: Sequence[str]) -> Extraction:
        text, quotes, people = "", [], []
        for number, words in enumerate(statements, 1):
            span = Span(len(text) + 1, len(text) + 1 + len(words))
            name = self._random.choice(self.people)
            mention = Span(span.end + 2, span.end + 2 + len(name))
            text += f"“{words}” {name} said.\n"
            person = Person(f"s{number}", name, "person", None, (mention,))
            outlet = self._random.choice(self.outlets) if number == 1 else None
            quotes.append(
                Quote(
                    f"q{number}",
                    "direct",
                    (span,),
                    None,
                    Speaker(person, mention, "named", 0.9),
                    Outlet(outlet, "agency", None, "stated", None, None, 0.9) if outlet else None,
                    None,
                    Confidence(0.9, 0.9, 0.9 if outlet else None),
                    Explanation("generated", (), ()),
                )
            )
            people.append(person)
        return Extraction(text, tuple(quotes), tuple(people))


def measure(asked: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Return percentiles, in milliseconds, of calling each of ``asked``: by the clock and of the processor."""
    clock, processor = [], []
    for ask in asked:
        started, busy = time.perf_counter(), time.process_time()
        ask()
        clock.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - busy))
    return {
        f"{name}_p{percent}_ms": round(statistics.quantiles(figures, n=100)[percent - 1], 1)
        for name, figures in (("clock", clock), ("processor", processor))
        for percent in (50, 95)
    }


def fill(archive: Archive, generator: Generator, articles: int) -> dict[str, dict[str, float]]:
    """Store ``articles``; return how many of the last went a second, each in a transaction of its own and together."""
    entries = generator.entries()
    bulk = max(0, articles - 2 * TIMED_STORES)
    while bulk:
        chunk = list(islice(entries, min(bulk, BULK_ARTICLES)))
        bulk -= len(chunk)
        store_articles(archive, chunk)
    alone, together = (list(islice(entries, min(articles // 2, TIMED_STORES))) for _ in range(2))
    chunks = [together[start : start + TOGETHER] for start in range(0, len(together), TOGETHER)]
    return {
        "store": _time_stores(lambda: [store_article(archive, entry) for entry in alone], len(alone)),
        f"store_{TOGETHER}_together": _time_stores(
            lambda: [store_articles(archive, chunk) for chunk in chunks], len(together)
        ),
    }


def _time_stores(store: Callable[[], object], number: int) -> dict[str, float]:
    started, busy = time.perf_counter(), time.process_time()
    store()
    return {
        "articles_a_second_clock": round(number / (time.perf_counter() - started), 1),
        "articles_a_second_processor": round(number / (time.process_time() - busy), 1),
    }


def ask_searches(archive: Archive, generator: Generator, number: int) -> list[Callable[[], object]]:
    """Return searches as reporters make them: rare and common words, phrases, speakers, outlets, periods."""
    chooser = random.Random(SEED)
    common, rare = generator.words[:50], generator.words[500:]

    def filters() -> Filters:
        kind = chooser.randrange(6)
        if kind == 0:
            return Filters(terms=read_terms(chooser.choice(rare)))
        if kind == 1:
            return Filters(terms=read_terms(chooser.choice(common)))
        if kind == 2:
            return Filters(terms=read_terms(f"{chooser.choice(common)} {chooser.choice(rare)}"))
        if kind == 3:
            return Filters(speakers=(chooser.choice(generator.people),))
        if kind == 4:
            return Filters(outlets=(chooser.choice(generator.outlets),), terms=read_terms(chooser.choice(common)))
        return Filters(publishers=(chooser.choice(generator.publishers),), speakers=(chooser.choice(generator.people),))

    chosen = [filters() for _ in range(number)]
    return [lambda one=one: search_quotes(archive, one, limit=50) for one in chosen]  # type: ignore[misc]


def ask_variants(archive: Archive, articles: int, number: int) -> list[Callable[[], object]]:
    """Return questions for the versions of quotes all over the archive."""
    chooser = random.Random(SEED)
    names = [f"g{chooser.randint(1, articles)}.q{chooser.randint(1, QUOTES_PER_ARTICLE)}" for _ in range(number)]

    def ask(name: str) -> object:
        quote = find_quote(archive, name)
        assert quote is not None
        return find_variants(archive, quote)

    return [lambda name=name: ask(name) for name in names]  # type: ignore[misc]


def main() -> int:
    """Fill, ask, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--archive")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        archive = open_archive(asked.archive or str(Path(place) / "archive.db"))
        prepare(archive)
        generator = Generator()
        articles = max(1, asked.quotes // QUOTES_PER_ARTICLE)
        figures: dict[str, object] = {
            "quotes": articles * QUOTES_PER_ARTICLE,
            **fill(archive, generator, articles),
        }
        figures["search"] = measure(ask_searches(archive, generator, asked.asked))
        figures["variants"] = measure(ask_variants(archive, articles, asked.asked))
        keys = [quote.key for quote in search_quotes(archive, Filters(), limit=max(20, asked.asked // 4)).items]
        figures["link_a_quote"] = measure([lambda key=key: link_quotes(archive, [key]) for key in keys])  # type: ignore[misc]
        archive.engine.dispose()
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
