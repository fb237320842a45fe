"""Words and sentences of newswire: what is cut, what must not be, and that offsets hold for any text at all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.package import ROOT, TOKENIZER
from models.paragraphs import find_paragraphs
from models.tokenizer import MAX_SENTENCE_WORDS, Tokenizer, load_weights
from tests.cases.tokens import MUST_NOT_SPLIT, SENTENCES, WRAPPED


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(load_weights(ROOT / TOKENIZER))


def _show(tokenizer: Tokenizer, text: str) -> str:
    """The sentences of a text, one a line, a space between words."""
    return "\n".join(" ".join(text[start:end] for start, end in sentence) for sentence in tokenizer.split(text))


@pytest.mark.parametrize(("name", "text", "expected", "reason"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_sentences_and_words(name: str, text: str, expected: str, reason: str, tokenizer: Tokenizer) -> None:
    assert _show(tokenizer, text) == expected, reason


@pytest.mark.parametrize(("text", "reason"), MUST_NOT_SPLIT, ids=[row[0][:30] for row in MUST_NOT_SPLIT])
def test_one_sentence(text: str, reason: str, tokenizer: Tokenizer) -> None:
    assert len(list(tokenizer.split(text))) == 1, reason


@pytest.mark.parametrize(("name", "text", "paragraphs"), WRAPPED, ids=[row[0] for row in WRAPPED])
def test_paragraphs(name: str, text: str, paragraphs: list[str]) -> None:
    assert [" ".join(text[start:end].split()) for start, end in find_paragraphs(text)] == paragraphs


NEWSWIRE = "ab ’'\"“”().?!,;:-—…\n\r 0é🌊🇺\u200d\u200b\ufeff/@#."
TEXTS = st.one_of(st.text(), st.text(alphabet=NEWSWIRE), st.text(alphabet=st.characters(), max_size=300))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_words_in_order_inside_it_that_leave_nothing_out(text: str) -> None:
    tokenizer = Tokenizer(load_weights(ROOT / TOKENIZER)) if not _CACHE else _CACHE[0]
    _CACHE[:] = [tokenizer]
    sentences = list(tokenizer.split(text))
    words = [word for sentence in sentences for word in sentence]
    assert all(sentences)
    assert all(len(sentence) <= MAX_SENTENCE_WORDS for sentence in sentences)
    assert all(0 <= start < end <= len(text) for start, end in words)
    assert all(left[1] <= right[0] for left, right in pairwise(words))
    assert not any(text[start:end] != "".join(text[start:end].split()) for start, end in words)
    covered = {at for start, end in words for at in range(start, end)}
    assert not any(character.isalnum() for at, character in enumerate(text) if at not in covered)


_CACHE: list[Tokenizer] = []


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_paragraphs_are_in_order_and_hold_every_character_that_is_not_white_space(text: str) -> None:
    paragraphs = find_paragraphs(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in paragraphs)
    assert all(left[1] <= right[0] for left, right in pairwise(paragraphs))
    covered = sum(len("".join(text[start:end].split())) for start, end in paragraphs)
    assert covered == len("".join(text.split()))


# Each would take hours if any step were quadratic in the length of the text.
LONG = [
    ("quotation marks", '"' * 100_000),
    ("curly pairs", "“a” " * 50_000),
    ("one line", "The harbour was calm and the boats stayed in. " * 20_000),
    ("no full stop", "calm " * 200_000),
    ("no space", "calm" * 250_000),
    ("hyphens", "a-" * 50_000),
    ("dots", "." * 200_000),
    ("addresses", "http://" * 50_000),
    ("half an address", "http://a" + ".!" * 30_000),
    ("handles", "— @a" * 50_000),
    ("signatures", "— (@" * 50_000),
    ("lines", "calm\n" * 100_000),
    ("apostrophes", "n't" * 50_000),
]


@pytest.mark.parametrize(("name", "text"), LONG, ids=[row[0] for row in LONG])
def test_long_texts_take_linear_time(name: str, text: str, tokenizer: Tokenizer) -> None:
    words = [word for sentence in tokenizer.split(text) for word in sentence]
    assert "".join(text[start:end] for start, end in words) == "".join(text.split())
