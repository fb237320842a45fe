"""The lexicon's files: whole, in order, with a source, and every entry with an example of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.quotes import lexicon

FOLDER = Path(lexicon.__file__).parent
FILES = sorted(path.name for path in FOLDER.glob("*.tsv"))
KINDS = {"say", "write", "chant", "ask", "answer", "promise", "deny", "judge", "show", "thought"}
# Past forms and plurals that the ending rules below do not give.
IRREGULAR = {
    "bear": "bore",
    "break": "broke",
    "draw": "drew",
    "give": "gave",
    "leave": "left",
    "make": "made",
    "medium": "media",
    "send": "sent",
    "shoot": "shot",
    "speak": "spoke",
    "take": "took",
    "write": "wrote",
}


def _forms(lemma: str) -> re.Pattern[str]:
    """The lemma or a form of it: its letters but the last one or two, then any ending."""
    stem = lemma[: max(2, len(lemma) - (2 if lemma.endswith(("ie", "ay", "um")) else 1))]
    return re.compile(rf"\b(?:{re.escape(stem)}[\w-]*|{IRREGULAR.get(lemma, stem)})\b", re.IGNORECASE)


@pytest.mark.parametrize("file", FILES)
def test_source_and_licence(file: str) -> None:
    comments = [line for line in (FOLDER / file).read_text(encoding="utf-8").split("\n") if line.startswith("# ")]
    assert any(line.startswith("# source: ") for line in comments)
    assert any(line.startswith("# licence: ") for line in comments)


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_in_the_readme(file: str) -> None:
    assert f"`{file}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
def test_rows_are_whole_and_once(file: str) -> None:
    rows = [tuple(row.values()) for row in lexicon.rows(file)]
    assert rows
    assert len(rows) == len(set(rows))
    assert all(row[0] and all(value == value.strip() for value in row) for row in rows)


@pytest.mark.parametrize("file", sorted({*FILES} - {"carrying_words.tsv"}))
def test_rows_are_in_order(file: str) -> None:
    keys = [next(iter(row.values())).casefold() for row in lexicon.rows(file)]
    assert keys == sorted(keys)


KEYED = {
    "reporting_verbs.tsv": "lemma",
    "reporting_phrases.tsv": "lemmas",
    "reporting_nouns.tsv": "lemma",
    "honorifics.tsv": "form",
    "roles.tsv": "role",
    "person_nouns.tsv": "noun",
    "document_nouns.tsv": "noun",
    "picture_nouns.tsv": "noun",
    "connectives.tsv": "phrase",
    "measure_nouns.tsv": "noun",
    "addressing_verbs.tsv": "lemma",
    "organisation_nouns.tsv": "noun",
    "given_names.tsv": "name",
    "demonyms.tsv": "demonym",
    "outlets.tsv": "name",
    "outlets_added.tsv": "name",
    "outlets_dropped.tsv": "name",
    "platforms.tsv": "name",
}


@pytest.mark.parametrize(("file", "key"), KEYED.items(), ids=KEYED)
def test_keys_are_once(file: str, key: str) -> None:
    keys = [row[key] for row in lexicon.rows(file)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("verb", lexicon.reporting_verbs().values(), ids=lambda verb: verb.lemma)
def test_verb_has_its_example(verb: lexicon.ReportingVerb) -> None:
    assert verb.kind in KINDS
    assert _forms(verb.lemma).search(verb.example)
    if verb.direct and not verb.clause:
        assert '"' in verb.example


@pytest.mark.parametrize("phrase", lexicon.reporting_phrases(), ids=lambda phrase: " ".join(phrase.lemmas))
def test_phrase_has_its_example(phrase: lexicon.ReportingPhrase) -> None:
    assert phrase.kind in {*KINDS, "by"}
    assert phrase.source in {"subject", "object", "possessor"}
    content = [lemma for lemma in phrase.lemmas if len(lemma) > 3 and lemma not in {"tell", "know", "have"}]
    assert all(_forms(lemma).search(phrase.example) for lemma in content)


@pytest.mark.parametrize("noun", lexicon.reporting_nouns().values(), ids=lambda noun: noun.lemma)
def test_noun_has_its_example(noun: lexicon.ReportingNoun) -> None:
    assert noun.kind in KINDS
    assert _forms(noun.lemma).search(noun.example)
    assert noun.clause <= ("that" in noun.example or "would" in noun.example or "Confirmation" in noun.example)


def test_genders_and_numbers() -> None:
    assert {entry.gender for entry in lexicon.honorifics().values()} == {"m", "f", ""}
    assert lexicon.person_nouns()["women"] == lexicon.PersonNoun("women", "woman", "plural", "f", True)
    assert lexicon.person_nouns()["official"].number == "singular"
    assert lexicon.given_names()["Volodymyr"] == "m"
    assert "William" in lexicon.nicknames()["Bill"]
    assert lexicon.demonyms()["Ukrainian"] == "Ukraine"


def test_aliases_are_not_names() -> None:
    for outlet in lexicon.outlets():
        assert outlet.name not in outlet.aliases
        assert len(outlet.aliases) == len(set(outlet.aliases))


@pytest.mark.parametrize("name", ["Reuters", "Associated Press", "Interfax", "BBC", "CNN", "The New York Times"])
def test_outlets_with_one_meaning(name: str) -> None:
    entry = next(outlet for outlet in lexicon.outlets() if outlet.name == name)
    assert not entry.ambiguous
    assert entry.kind in {"agency", "broadcaster", "newspaper"}


@pytest.mark.parametrize("name", ["The Sun", "Time", "Nature", "People", "Today", "FC Barcelona media", "Tate"])
def test_names_that_need_their_context_or_are_no_outlet(name: str) -> None:
    assert all(outlet.ambiguous for outlet in lexicon.outlets() if outlet.name == name)


def test_programmes_belong_to_a_maker() -> None:
    assert all(programme.outlet for programme in lexicon.programmes())
    assert {p.outlet for p in lexicon.programmes() if p.name == "Newsnight"} == {"BBC", "Citizen TV"}


def test_a_broken_row_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.tsv").write_text("# source: test\na\tb\n1\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"broken\.tsv:3"):
        list(lexicon.rows("broken.tsv"))


def test_keeping_apart_news_from_other_publishers() -> None:
    from models.train.outlets import kind_of, name_kinds

    kinds = name_kinds()
    for name in ("Ozerne Daily News", "KXYZ-TV", "Radio Free Ozerne", "Ozerne News Agency", "BBC Alba"):
        assert kind_of(name, kinds), name
    for name in (
        "University of Ozerne",
        "Ozerne University Press",
        "Moon Studios",
        "Ozerne Records",
        "FC Ozerne media",
    ):
        assert kind_of(name, kinds) is None, name
