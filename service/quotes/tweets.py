"""Embedded tweets: words without marks over a signature, "— Name (@handle) March 5, 2022"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.quotes.types import Span, Statement

MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|[A-Z][a-z]{2}\.?)"
SIGNATURE = re.compile(
    rf"[—–]\s?(?P<name>[^\n()@]{{1,80}}?)\s?\(@\w{{1,15}}\)\s(?:{MONTH}\s\d{{1,2}},\s\d{{4}}|\d{{1,2}}\s{MONTH}\s\d{{4}})"
)
LINK = re.compile(r"(?:https?://|pic\.twitter\.com/|t\.co/)\S*")
LINKS = r"(?:(?:https?://|pic\.twitter\.com/)\S*\s*)+"
# The credit of a film or picture, "📹@name", and links at either end are no words of the tweet.
CREDIT = r"(?:[📹🎥📷📸]\s*(?:@\w+?(?=pic\.twitter|\b)\s*)?)?"
TRAILING_LINKS = re.compile(rf"\s*{CREDIT}{LINKS}$|\s*[📹🎥📷📸]\s*@\w+\s*$")
# Left-over markup around an embedded tweet is none of its words either.
LEADING_LINKS = re.compile(rf"\s*(?:<[^<>\n]*>\s*)?(?:{LINKS})?")
TWEET_SCORE = 0.95
# A tweet has at most 280 characters, so a few paragraphs.
MAX_PARAGRAPHS = 4
MAX_CHARACTERS = 600


def find_tweets(text: str, paragraphs: Sequence[Span]) -> tuple[Statement, ...]:
    """The words of each embedded tweet with the account's name as its source, in text order."""
    found = []
    previous = 0
    for number, paragraph in enumerate(paragraphs):
        floor = paragraph.start
        for signature in SIGNATURE.finditer(text, paragraph.start, paragraph.end):
            first = number if floor == paragraph.start else None
            start = _start(text, paragraphs, number, signature.start(), previous) if first is not None else floor
            content = _content(text, start, signature.start())
            name = Span(*signature.span("name"))
            if content is not None:
                found.append(Statement(None, "tweet", name, (content,), "tweet", TWEET_SCORE))
            floor = previous = signature.end()
    return tuple(found)


def _start(text: str, paragraphs: Sequence[Span], number: int, end: int, previous: int) -> int:
    """Where the tweet begins: after an introduction that ends in a colon, else with the paragraph of its words."""
    lowest = max(previous, end - MAX_CHARACTERS)
    for back in range(1, MAX_PARAGRAPHS):
        at = number - back
        if at < 0 or paragraphs[at].start < lowest:
            break
        if text[paragraphs[at].end - 1] == ":":
            return paragraphs[at + 1].start
    at = number
    while at > 0 and not _has_words(text[paragraphs[at].start : end]) and paragraphs[at - 1].start >= lowest:
        at -= 1
    return paragraphs[at].start


def _has_words(text: str) -> bool:
    plain = re.sub(r"[@#]\w+", "", LINK.sub("", text))
    return len(re.findall(r"[^\W\d_]{2,}", plain)) >= 3


def _content(text: str, start: int, end: int) -> Span | None:
    """The tweet's words without the links that trail them; ``None`` when nothing but links is there."""
    words = text[start:end].rstrip()
    cut = TRAILING_LINKS.sub("", words)
    words = cut if _has_words(cut) else words
    links = LEADING_LINKS.match(words)
    lead = links.end() if links and _has_words(words[links.end() :]) else len(words) - len(words.lstrip())
    return Span(start + lead, start + len(words)) if words.strip() else None
