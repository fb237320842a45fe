"""Articles to time: made up, in the lengths of news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.made_up_news import Writer

LENGTHS = (300, 600, 1200)


def articles_of(words: int, count: int, *, seed: int) -> list[str]:
    """Return ``count`` different articles of exactly ``words`` words, the same for the same ``seed``."""
    paragraphs = _paragraphs(seed)
    return [_article(paragraphs, words) for _ in range(count)]


def mixed(count: int, *, seed: int) -> list[str]:
    """Return ``count`` articles in many lengths, half of them of 250 words or fewer."""
    return [article.text for article in Writer(seed).articles(count)]


def count_words(texts: Sequence[str]) -> int:
    """Return the words of all ``texts``, as white space divides them."""
    return sum(len(text.split()) for text in texts)


def _paragraphs(seed: int) -> Iterator[str]:
    for article in Writer(seed).articles(1_000_000):
        yield from article.text.split("\n\n")


def _article(paragraphs: Iterator[str], words: int) -> str:
    """Return an article of ``words`` words; its last paragraph is cut where they end."""
    taken: list[str] = []
    left = words
    while left:
        paragraph = next(paragraphs).split()[:left]
        left -= len(paragraph)
        taken.append(" ".join(paragraph))
    return "\n\n".join(taken)
