"""The titles of named people."""

from __future__ import annotations

import pytest
from parsed import make_attribution, read_table

from service.quotes.identity import resolve_speakers

CASES = [
    (
        "before the name",
        """
        # entity place Halden
        # entity person Ana Ruiz
        Halden _ PROPN 2 compound
        Mayor _ PROPN 3 nmod:desc
        Ana _ PROPN 5 nsubj
        Ruiz _ PROPN 3 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 5 punct
        """,
        "Halden Mayor",
        "the office with its place",
    ),
    (
        "the noun as head",
        """
        # entity organisation UNICEF
        # entity person Ana Ruiz
        UNICEF _ PROPN 2 compound
        spokeswoman _ NOUN 5 nsubj
        Ana _ PROPN 2 appos
        Ruiz _ PROPN 3 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 5 punct
        """,
        "UNICEF spokeswoman",
        "some parsers hang the name on its title",
    ),
    (
        "with of",
        """
        # entity person Ana Ruiz
        Secretary _ PROPN 4 nmod:desc
        of _ ADP 3 case
        State _ PROPN 1 nmod
        Ana _ PROPN 6 nsubj
        Ruiz _ PROPN 4 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 6 punct
        """,
        "Secretary of State",
        "an office may hold a preposition",
    ),
    (
        "apposition",
        """
        # entity person Ana Ruiz
        # entity organisation Port Office
        Ana _ PROPN 12 nsubj
        Ruiz~ _ PROPN 1 flat
        , _ PUNCT 5 punct
        operations _ NOUN 5 compound
        director _ NOUN 1 appos
        of _ ADP 9 case
        the _ DET 9 det
        Port _ PROPN 9 compound
        Office~ _ PROPN 5 nmod
        , _ PUNCT 5 punct
        had have AUX 12 aux
        agreed~ agree VERB 0 root
        . _ PUNCT 12 punct
        """,
        "operations director of the Port Office",
        "the apposition to its end",
    ),
    (
        "apposition with a relative clause",
        """
        # entity person Ana Ruiz
        Ana _ PROPN 11 nsubj
        Ruiz~ _ PROPN 1 flat
        , _ PUNCT 5 punct
        a _ DET 5 det
        teacher _ NOUN 1 appos
        who _ PRON 7 nsubj
        fled flee VERB 5 acl:relcl
        last _ ADJ 9 amod
        year~ _ NOUN 7 obl
        , _ PUNCT 5 punct
        agreed~ agree VERB 0 root
        . _ PUNCT 11 punct
        """,
        "teacher",
        "what somebody did is no title",
    ),
    (
        "across sentences",
        """
        # entity person Ana Ruiz
        Ana _ PROPN 3 nsubj
        Ruiz _ PROPN 1 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 3 punct

        # entity person Ruiz
        # entity place Halden
        Ruiz _ PROPN 4 nsubj
        is be AUX 4 cop
        the _ DET 4 det
        mayor _ NOUN 0 root
        of _ ADP 6 case
        Halden~ _ PROPN 4 nmod
        . _ PUNCT 4 punct
        """,
        "mayor of Halden",
        "a predicate tells the office",
    ),
    (
        "office before an honorific",
        """
        # entity person Ana Ruiz
        Health _ PROPN 2 compound
        Minister _ PROPN 4 nmod:desc
        Dr. _ PROPN 4 nmod:desc
        Ana _ PROPN 6 nsubj
        Ruiz _ PROPN 4 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 6 punct
        """,
        "Health Minister",
        "the honorific is left out at the edge",
    ),
]

UNTITLED = [
    (
        "bare honorific",
        """
        # entity person Ruiz
        Ms _ PROPN 2 nmod:desc
        Ruiz _ PROPN 3 nsubj
        agreed~ agree VERB 0 root
        . _ PUNCT 3 punct
        """,
        "a form of address is no title",
    ),
    (
        "denied office",
        """
        # entity person Ruiz
        Ruiz _ PROPN 5 nsubj
        is be AUX 5 cop
        not _ PART 5 advmod
        the _ DET 5 det
        mayor~ _ NOUN 0 root
        . _ PUNCT 5 punct
        """,
        "she is not",
    ),
    (
        "apposition of a thing",
        """
        # entity person Ruiz
        Ruiz~ _ PROPN 5 nsubj
        , _ PUNCT 4 punct
        a _ DET 4 det
        surprise~ _ NOUN 1 appos
        agreed~ agree VERB 0 root
        . _ PUNCT 5 punct
        """,
        "no role in it",
    ),
    (
        "another's office",
        """
        # entity person Ruiz
        The _ DET 2 det
        mayor _ NOUN 3 nsubj
        praised praise VERB 0 root
        Ruiz~ _ PROPN 3 obj
        . _ PUNCT 3 punct
        """,
        "the mayor is somebody else",
    ),
]


def title_of(table: str, mention: str) -> str | None:
    parsed = read_table(table)
    attribution = make_attribution(parsed, parsed.text[-1], cue=None, mention=mention)
    speaker = resolve_speakers(parsed, [attribution])[0]
    assert speaker is not None
    return speaker.person.title


@pytest.mark.parametrize(("case", "table", "title", "reason"), CASES, ids=[row[0] for row in CASES])
def test_title_as_written(case: str, table: str, title: str, reason: str) -> None:
    assert title_of(table, "Ana Ruiz") == title, reason


@pytest.mark.parametrize(("case", "table", "reason"), UNTITLED, ids=[row[0] for row in UNTITLED])
def test_no_title(case: str, table: str, reason: str) -> None:
    assert title_of(table, "Ruiz") is None, reason
