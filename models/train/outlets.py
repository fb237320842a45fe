"""Build the lexicon's list of news organisations from public lists and our own additions.

    python -m models.train.outlets        # reads $ONRECORD_CORPORA/outlets, writes the lexicon's outlets.tsv

Reads ``newsmap.tsv`` (sherzod-hakimov/ru-ua-news-discourse-twitter, MIT) and ``fundus.tsv`` (flairNLP/fundus, MIT), and
from the lexicon ``outlets_added.tsv``, ``outlets_dropped.tsv`` and ``outlet_words.tsv``. The newsmap list holds
publishers, studios, universities and clubs too, so a name in it is kept only when its words show a news organisation;
our additions win over both lists.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

LEXICON = Path(__file__).parents[2] / "service" / "quotes" / "lexicon"
CORPORA = Path(os.environ.get("ONRECORD_CORPORA", "../shared/corpora"))
COLUMNS = ("name", "kind", "aliases", "country", "domain", "wikidata", "ambiguous")
HEADER = """# news organisations; ambiguous: yes: also a common word, a place, a person or another outlet
# source: built by models/train/outlets.py from newsmap_metadata.json of sherzod-hakimov/ru-ua-news-discourse-twitter,
# the publisher list of flairNLP/fundus, and outlets_added.tsv
# licence: MIT for the two lists, ours as the rest of this repository
"""
# A call sign of a North American station, with its suffix ("WSB-TV").
CALL_SIGN = re.compile(r"[WK][A-Z]{2,3}(-(?:TV|DT|FM|LD|CD))?")
# Words of names that newsmap lists and that publish no news, or are no organisation.
NOT_NEWS = re.compile(
    r"\b(?:University|Universit[àáäéy]\w*|Universidad\w*|College|School|Institute|Academy|Society|Association|Museum|Opera"
    r"|Books|Publishing|Publishers|Publications|Press$|Verlag|Records|Music|Pictures|Studios?|Games|Cinemas?|Theat\w+"
    r"|Films?|Productions|Entertainment|Comics|Cartoon|Disney|Nickelodeon|Foundation|Fund|Ministry|Bank|Shopping|Kids"
    r"|Hospital|Editions|Éditions|Editora|Editorial|Library|Gallery|Festival|Awards?|FC|F\.C\.|Football Club|season"
    r"|Movies?|Cooking|Food|Travel|Animal|Golf|Discovery|Lifetime|Rotana|MTV|VH1|HGTV|TLC|Syfy|AXN|Comedy|Drama"
    r"|New York Times Company|McClatchy|Netflix|Congress|Senate|Council|Government|Sony|Warner|Paramount"
    r"|Zee (?:TV|Cinema))\b"
)
# These publish news although their last word would drop them.
PRESS_AGENCY = re.compile(r"\b(?:Press Agency|Associated Press|Press Trust|Free Press|Europa Press|Saudi Press)\b")
# First words of broadcasters' services.
BROADCASTERS = {"ABC", "Al", "BBC", "CBS", "CNN", "Fox", "NBC", "RTL", "Rai", "Sky", "TRT"}
COUNTRIES = {
    "United States of America": "United States",
    "People's Republic of China": "China",
    "State of Palestine": "Palestine",
}
# The country codes of the fundus list.
CODES = {
    "at": "Austria", "au": "Australia", "be": "Belgium", "ca": "Canada", "ch": "Switzerland", "cn": "China",
    "cz": "Czech Republic", "de": "Germany", "dk": "Denmark", "es": "Spain", "fr": "France", "gl": "Greenland",
    "id": "Indonesia", "il": "Israel", "it": "Italy", "jp": "Japan", "kr": "South Korea", "lb": "Lebanon",
    "li": "Liechtenstein", "ls": "Lesotho", "lt": "Lithuania", "lu": "Luxembourg", "mx": "Mexico", "my": "Malaysia",
    "na": "Namibia", "no": "Norway", "pl": "Poland", "pt": "Portugal", "py": "Paraguay", "ru": "Russia", "se": "Sweden",
    "tr": "Turkey", "tv": "", "tw": "Taiwan", "tz": "Tanzania", "ua": "Ukraine", "uk": "United Kingdom",
    "us": "United States", "vn": "Vietnam", "za": "South Africa",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``outlets.tsv``; ``aliases`` are parted by |."""

    name: str
    kind: str
    aliases: str = ""
    country: str = ""
    domain: str = ""
    wikidata: str = ""
    ambiguous: str = ""

    def line(self) -> str:
        """The row as it stands in the file."""
        return "\t".join(getattr(self, column) for column in COLUMNS)


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a tab-separated file with a header; lines that start with "# " are skipped."""
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line and not line.startswith("# ")]
    header = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(header, line.split("\t"), strict=True))


def name_kinds() -> dict[str, tuple[str, bool]]:
    """Last words of outlets' names to their kind and whether they show an outlet by themselves."""
    words = read_table(LEXICON / "outlet_words.tsv")
    return {row["words"]: (row["kind"], row["strong"] == "yes") for row in words if row["use"] == "name"}


def kind_of(name: str, kinds: dict[str, tuple[str, bool]]) -> str | None:
    """The kind of outlet that the words of ``name`` show, ``None`` when they show none."""
    if CALL_SIGN.fullmatch(name):
        return "broadcaster"
    if NOT_NEWS.search(name) and not PRESS_AGENCY.search(name):
        return None
    words = name.split()
    if len(words) < 2:
        return None
    for length in (2, 1):
        kind, strong = kinds.get(" ".join(words[-length:]), (None, False))
        if kind and strong:
            return kind
    kind, strong = kinds.get(words[1 if words[0] == "The" else 0], (None, False))
    if kind in {"newspaper", "agency", "radio", "broadcaster"} and strong and len(words) > 2:
        return kind
    return "broadcaster" if words[0] in BROADCASTERS else None


def from_newsmap(rows: Iterable[dict[str, str]], kinds: dict[str, tuple[str, bool]]) -> Iterator[Row]:
    """The news organisations of newsmap, once each, in file order (most followed first)."""
    seen: set[str] = set()
    for row in rows:
        name = re.sub(r" \(.*\)$", "", row["name"]).strip()
        kind = kind_of(name, kinds)
        if kind is None or name in seen:
            continue
        seen.add(name)
        call = CALL_SIGN.fullmatch(name)
        alias = name.split("-")[0] if call and call[1] else ""
        yield Row(name, kind, alias, COUNTRIES.get(row["country"], row["country"]), "", row["wikidata"])


def from_fundus(rows: Iterable[dict[str, str]], kinds: dict[str, tuple[str, bool]]) -> Iterator[Row]:
    """The publishers of fundus; a single word that shows no outlet is ambiguous."""
    for row in rows:
        name = re.sub(r" \(.*\)$", "", row["name"]).strip()
        kind = kind_of(name, kinds)
        ambiguous = "" if kind or " " in name else "yes"
        yield Row(name, kind or "website", "", CODES[row["country"]], row["domain"], "", ambiguous)


def bare(name: str) -> str:
    """``name`` without its article and case, to find one outlet in two lists."""
    return name.casefold().removeprefix("the ").replace("’", "'")


def merge(added: Iterable[Row], listed: Iterable[Row]) -> list[Row]:
    """All outlets, by name. A listed one that is already there under any name only fills in what is missing."""
    outlets: dict[str, Row] = {}
    known: dict[str, str] = {}
    for row in added:
        outlets[row.name] = row
        for name in (row.name, *row.aliases.split("|")):
            known.setdefault(bare(name), row.name)
    for row in listed:
        have = known.get(bare(row.name))
        if have is None:
            outlets[row.name] = row
            known[bare(row.name)] = row.name
        else:
            old = outlets[have]
            same = not old.country or not row.country or old.country == row.country
            outlets[have] = replace(
                old,
                country=old.country or row.country,
                domain=old.domain or (row.domain if same else ""),
                wikidata=old.wikidata or (row.wikidata if same else ""),
            )
    return sorted(outlets.values(), key=lambda row: (row.name.casefold(), row.name))


def build(folder: Path) -> list[Row]:
    """The rows of ``outlets.tsv`` from the raw lists in ``folder``."""
    kinds = name_kinds()
    added = [Row(**row) for row in read_table(LEXICON / "outlets_added.tsv")]
    dropped = {row["name"] for row in read_table(LEXICON / "outlets_dropped.tsv")}
    listed = [
        *from_newsmap(read_table(folder / "newsmap.tsv"), kinds),
        *from_fundus(read_table(folder / "fundus.tsv"), kinds),
    ]
    return merge(added, [row for row in listed if row.name not in dropped])


def main() -> None:
    """Write ``outlets.tsv``."""
    rows = build(CORPORA / "outlets")
    lines = "".join(row.line() + "\n" for row in rows)
    (LEXICON / "outlets.tsv").write_text(HEADER + "\t".join(COLUMNS) + "\n" + lines, encoding="utf-8")
    print(f"{len(rows)} outlets")


if __name__ == "__main__":
    main()
