"""Embedded tweets: texts of our own with the tweets expected, half of which hold none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.paragraphs import find_paragraphs
from service.quotes.tweets import find_tweets
from service.quotes.types import Span, Statement

SIGNED = "— Ines Faro (@inesfaro) May 3, 2024"
Tweet = tuple[str, str]

TWEETS = [
    (
        "plain",
        f"The pier is gone. All of it.\n{SIGNED}",
        [("The pier is gone. All of it.", "Ines Faro")],
        "words over a signature",
    ),
    (
        "one_paragraph",
        f"The pier is gone. {SIGNED}",
        [("The pier is gone.", "Ines Faro")],
        "words and signature on one line",
    ),
    (
        "introduced",
        f"The mayor wrote on the platform:\nThe pier is gone and I am sorry.\n{SIGNED}",
        [("The pier is gone and I am sorry.", "Ines Faro")],
        "the introduction, which ends in a colon, is no part of it",
    ),
    (
        "narrator_before",
        f"Nobody had slept.\nThe pier is gone. {SIGNED}",
        [("The pier is gone.", "Ines Faro")],
        "the paragraph before is the narrator's",
    ),
    (
        "two_paragraphs",
        f"She posted:\nThe pier is gone.\nWe will build it again in oak.\n{SIGNED}",
        [("The pier is gone.\nWe will build it again in oak.", "Ines Faro")],
        "all paragraphs after the introduction",
    ),
    (
        "link",
        f"The pier is gone this morning. https://example.org/pier {SIGNED}",
        [("The pier is gone this morning.", "Ines Faro")],
        "a link that trails the words is none of them",
    ),
    (
        "picture",
        f"The pier is gone this morning. pic.twitter.com/a1B2c3 {SIGNED}",
        [("The pier is gone this morning.", "Ines Faro")],
        "a picture's link is no word",
    ),
    (
        "signature_apart",
        f"The pier is gone this morning.\npic.twitter.com/a1B2c3\n{SIGNED}",
        [("The pier is gone this morning.", "Ines Faro")],
        "a line of links between words and signature",
    ),
    (
        "emoji",
        f"We won the cup 🏆🎉 at last {SIGNED}",
        [("We won the cup 🏆🎉 at last", "Ines Faro")],
        "emoji inside stay",
    ),
    (
        "two_in_a_paragraph",
        f"The pier is gone today. {SIGNED} We saw it fall. — Oke (@oke_b) 4 May 2024",
        [("The pier is gone today.", "Ines Faro"), ("We saw it fall.", "Oke")],
        "each begins after the signature before",
    ),
    (
        "two_in_a_row",
        f"The pier is gone today. {SIGNED}\nWe saw it fall at noon. — Oke (@oke_b) May 4, 2024",
        [("The pier is gone today.", "Ines Faro"), ("We saw it fall at noon.", "Oke")],
        "one a paragraph",
    ),
    (
        "day_first",
        "Rain again in Bergen. — Sigrid Moe (@moe) 12 June 2023",
        [("Rain again in Bergen.", "Sigrid Moe")],
        "the day first",
    ),
    (
        "short_month",
        "Rain again in Bergen. — Sigrid Moe (@moe) Jun 12, 2023",
        [("Rain again in Bergen.", "Sigrid Moe")],
        "a month cut short",
    ),
    (
        "en_dash",
        "Rain again in Bergen. – Sigrid Moe (@moe) June 12, 2023",
        [("Rain again in Bergen.", "Sigrid Moe")],
        "a shorter dash",
    ),
    (
        "no_space",
        "Rain again in Bergen.—Sigrid Moe (@moe) June 12, 2023",
        [("Rain again in Bergen.", "Sigrid Moe")],
        "no space at the dash",
    ),
    (
        "office",
        "The lock is open. — Port of Łódź 🚢 (@lodzport) June 12, 2023",
        [("The lock is open.", "Port of Łódź 🚢")],
        "an account of an office",
    ),
    (
        "hashtags",
        f"#SaveThePier now or never, friends {SIGNED}",
        [("#SaveThePier now or never, friends", "Ines Faro")],
        "hashtags stay",
    ),
    (
        "other_script",
        f"Набережной больше нет, друзья. {SIGNED}",
        [("Набережной больше нет, друзья.", "Ines Faro")],
        "any script",
    ),
    (
        "only_links",
        f"https://example.org/pier {SIGNED}",
        [("https://example.org/pier", "Ines Faro")],
        "a post that is only a link",
    ),
]

NO_TWEETS = [
    ("no_date", "The pier is gone. — Ines Faro (@inesfaro)", "a signature without a date"),
    ("no_handle", "The pier is gone. — Ines Faro May 3, 2024", "no account"),
    ("no_dash", "Ines Faro (@inesfaro) May 3, 2024", "no dash"),
    ("mention", "Write to us (@ozerneherald) by May 3, 2024 with your photographs.", "an account in a sentence"),
    ("mail", "— Desk (desk@example.org) May 3, 2024", "an address of mail"),
    (
        "long_handle",
        "Gone. — Ines Faro (@averyveryverylonghandle) May 3, 2024",
        "an account's name has at most 15 characters",
    ),
    ("aside", "The pier — built by Ines Faro — fell on May 3, 2024.", "dashes around an aside"),
    ("signature_alone", SIGNED, "no words"),
    ("saying", "“The pier is gone,” Ines Faro said on May 3, 2024.", "an attribution"),
    ("dateline", "BERGEN, June 12, 2023 — The pier is gone.", "a dateline"),
    ("nothing", "", "nothing"),
]


def _find(text: str) -> tuple[Statement, ...]:
    return find_tweets(text, [Span(*bounds) for bounds in find_paragraphs(text)])


def _shown(text: str) -> list[Tweet]:
    return [(s.contents[0].of(text), s.mention.of(text) if s.mention else "") for s in _find(text)]


@pytest.mark.parametrize(("text", "expected", "reason"), [row[1:] for row in TWEETS], ids=[row[0] for row in TWEETS])
def test_tweets(text: str, expected: list[Tweet], reason: str) -> None:
    assert _shown(text) == expected, reason


@pytest.mark.parametrize(("text", "reason"), [row[1:] for row in NO_TWEETS], ids=[row[0] for row in NO_TWEETS])
def test_what_is_no_tweet(text: str, reason: str) -> None:
    assert _shown(text) == [], reason


def test_a_tweet_has_no_cue_and_one_piece() -> None:
    (statement,) = _find(f"The pier is gone. {SIGNED}")
    assert (statement.cue, statement.rule, len(statement.contents)) == (None, "tweet", 1)


@given(
    st.lists(
        st.sampled_from(
            ["a word", "Go:", SIGNED, "— B (@b) 1 May 2020", "\n", "\n\n", " ", "🎉", "https://t.co/x", "\x00"]
        )
    )
)
def test_any_text_gives_tweets_inside_it_in_order(parts: list[str]) -> None:
    text = " ".join(parts)
    last = 0
    for statement in _find(text):
        (content,) = statement.contents
        assert statement.mention is not None
        assert last <= content.start < content.end <= statement.mention.start < statement.mention.end <= len(text)
        assert content.of(text) == content.of(text).strip()
        last = statement.mention.end
