"""Lemmas: every reporting verb in every form, the rules on words no dictionary holds, and what must stay as it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from models.lemmas import Lemmatizer, inflect, load_lemmas
from models.package import LEMMAS, ROOT
from service.quotes.lexicon import reporting_verbs

VERBS = Path(__file__).parent / "cases" / "reporting_verbs.tsv"
TAGS = {"lemma": "VB", "third": "VBZ", "past": "VBD", "participle": "VBN", "gerund": "VBG"}


@pytest.fixture(scope="module")
def lemmatizer() -> Lemmatizer:
    return load_lemmas(ROOT / LEMMAS)


@cache
def _verbs() -> list[dict[str, str]]:
    header, *rows = [line.split("\t") for line in VERBS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_there_are_300_reporting_verbs_and_more() -> None:
    assert len({row["lemma"] for row in _verbs()}) >= 300


def test_every_verb_the_engine_reports_by_is_among_them() -> None:
    assert reporting_verbs().keys() <= {row["lemma"] for row in _verbs()}


@pytest.mark.parametrize("row", _verbs(), ids=lambda row: row["lemma"])
def test_every_form_of_a_reporting_verb_has_its_lemma(row: dict[str, str], lemmatizer: Lemmatizer) -> None:
    found = {column: lemmatizer.lemma_of(row[column], upos="VERB", xpos=tag) for column, tag in TAGS.items()}
    # "lambasted" is of "lambast" and of "lambaste"; either is right.
    same = {column: {other["lemma"] for other in _verbs() if other[column] == row[column]} for column in TAGS}
    assert all(found[column] in same[column] for column in TAGS), found
    assert found["lemma"] == row["lemma"]


# form, upos, xpos, lemma, reason
WORDS = [
    ("Said", "VERB", "VBD", "say", "a capital at the start of a sentence"),
    ("TOLD", "VERB", "VBD", "tell", "capitals of a headline"),
    ("left", "VERB", "VBD", "leave", "the tag decides: not the adjective"),
    ("left", "ADJ", "JJ", "left", "the tag decides: not the verb"),
    ("found", "VERB", "VBD", "find", "not the founding of anything"),
    ("’s", "AUX", "VBZ", "be", "curly apostrophe"),
    ("n’t", "PART", "RB", "not", "curly apostrophe"),
    ("ca", "AUX", "MD", "can", "first half of can't"),
    ("wo", "AUX", "MD", "will", "first half of won't"),
    ("were", "AUX", "VBD", "be", "irregular"),
    ("women", "NOUN", "NNS", "woman", "irregular plural"),
    ("cities", "NOUN", "NNS", "city", "-ies"),
    ("churches", "NOUN", "NNS", "church", "-es"),
    ("children", "NOUN", "NNS", "child", "irregular plural"),
    ("Russians", "PROPN", "NNPS", "Russian", "a name keeps its capital"),
    ("Reuters", "PROPN", "NNP", "Reuters", "a name in -s is no plural"),
    ("Zelensky", "PROPN", "NNP", "Zelensky", "a name no treebank knows"),
    ("zorbled", "VERB", "VBD", "zorble", "a verb nobody knows: -ble"),
    ("frobbed", "VERB", "VBD", "frob", "a verb nobody knows: doubled"),
    ("glorified", "VERB", "VBN", "glorify", "-ied"),
    ("quibbling", "VERB", "VBG", "quibble", "-bling"),
    ("zitches", "VERB", "VBZ", "zitch", "-ches"),
    ("snorkies", "NOUN", "NNS", "snorky", "-ies of an unknown noun"),
    ("bigger", "ADJ", "JJR", "big", "comparative"),
    ("happiest", "ADJ", "JJS", "happy", "superlative"),
    ("alleges", "VERB", "VBD", "allege", "an s-form whose tag is wrong"),
    ("chanted", "VERB", "VBP", "chant", "a past whose tag is wrong"),
    ("proceed", "VERB", "VB", "proceed", "a base form that ends in ed"),
    ("express", "VERB", "VBP", "express", "a base form that ends in s"),
    ("1990s", "NOUN", "NNS", "1990s", "a figure is no word"),
    ("bring", "VERB", "VB", "bring", "-ing of a base form stays"),
    ("news", "NOUN", "NN", "news", "-s of a singular stays"),
    ("red", "ADJ", "JJ", "red", "-ed of an adjective stays"),
    ("“", "PUNCT", "``", "\"", "a mark has the treebanks' plain shape"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "upos", "xpos", "lemma", "reason"), WORDS, ids=[f"{row[0]}-{row[2]}" for row in WORDS]
)
def test_words(form: str, upos: str, xpos: str, lemma: str, reason: str, lemmatizer: Lemmatizer) -> None:
    assert lemmatizer.lemma_of(form, upos=upos, xpos=xpos) == lemma, reason


def test_without_tags_the_form_stays_in_lower_case(lemmatizer: Lemmatizer) -> None:
    assert lemmatizer.lemma_of("Walked", upos=None, xpos=None) == "walked"


FORMS = [
    ("stop", "ed", {"stopped"}),
    ("travel", "ed", {"travelled", "traveled"}),
    ("panic", "ing", {"panicking"}),
    ("die", "ing", {"dying"}),
    ("agree", "ing", {"agreeing"}),
    ("play", "ed", {"played"}),
    ("cry", "s", {"cries"}),
    ("quiz", "s", {"quizes", "quizzes"}),
    ("row", "ed", {"rowed"}),
]


@pytest.mark.parametrize(("base", "inflection", "forms"), FORMS)
def test_regular_forms_in_british_and_american_spelling(base: str, inflection: str, forms: set[str]) -> None:
    assert inflect(base, inflection) == forms
