"""The titles of named people."""

from __future__ import annotations

import pytest
from parsed import make_attribution, read_table

from service.quotes.identity import resolve_speakers
from service.quotes.titles import names_an_office

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
    (
        "two roles joined",
        """
        # entity person Ana Ruiz
        Party _ PROPN 2 compound
        veteran _ NOUN 8 nsubj
        and _ CCONJ 5 cc
        campaign _ NOUN 5 compound
        chief _ NOUN 6 nmod:desc
        Ana _ PROPN 8 nsubj
        Ruiz _ PROPN 6 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 8 punct
        """,
        "Party veteran and campaign chief",
        "both are hers, whatever the parse hangs the first on",
    ),
    (
        "explained between commas",
        """
        # entity organisation Front
        # entity person Ana Ruiz
        The _ DET 2 det
        chair _ NOUN 10 nsubj
        of _ ADP 5 case
        the _ DET 5 det
        Front~ _ PROPN 2 nmod
        , _ PUNCT 7 punct
        Ana _ PROPN 5 appos
        Ruiz~ _ PROPN 7 flat
        , _ PUNCT 2 punct
        agreed~ agree VERB 0 root
        . _ PUNCT 10 punct
        """,
        "chair of the Front",
        "the name explains the chair, though the parse hangs it on the Front",
    ),
    (
        "acting",
        """
        # entity person Ana Ruiz
        Acting _ VERB 2 amod
        Mayor _ PROPN 5 nsubj
        Ana _ PROPN 2 flat
        Ruiz _ PROPN 3 flat
        agreed~ agree VERB 0 root
        . _ PUNCT 5 punct
        """,
        "Acting Mayor",
        "it belongs to the office",
    ),
    (
        "one of several",
        """
        # entity person Ana Ruiz
        Ana _ PROPN 8 nsubj
        Ruiz~ _ PROPN 1 flat
        , _ PUNCT 4 punct
        one _ NUM 1 appos
        of _ ADP 7 case
        the _ DET 7 det
        organisers~ organiser NOUN 4 nmod
        agreed~ agree VERB 0 root
        . _ PUNCT 8 punct
        """,
        "one of the organisers",
        "several have the role",
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
    (
        "one of some things",
        """
        # entity person Ruiz
        Ruiz~ _ PROPN 7 nsubj
        , _ PUNCT 3 punct
        one _ NUM 1 appos
        of _ ADP 6 case
        the _ DET 6 det
        reasons~ reason NOUN 3 nmod
        agreed~ agree VERB 0 root
        . _ PUNCT 7 punct
        """,
        "no role in it",
    ),
    (
        "another before a comma",
        """
        # entity person Ruiz
        Thanking thank VERB 7 advcl
        the _ DET 3 det
        mayor~ _ NOUN 1 obj
        , _ PUNCT 1 punct
        Ruiz _ PROPN 7 nsubj
        then _ ADV 7 advmod
        agreed~ agree VERB 0 root
        . _ PUNCT 7 punct
        """,
        "no comma closes it: the mayor is thanked",
    ),
    (
        "in marks",
        """
        # entity person Ruiz
        Ruiz _ PROPN 6 nsubj
        was be AUX 6 cop
        “~ _ PUNCT 6 punct
        an _ DET 6 det
        impressive _ ADJ 6 amod
        witness~ _ NOUN 0 root
        ” _ PUNCT 6 punct
        . _ PUNCT 6 punct
        """,
        "what somebody calls her",
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


@pytest.mark.parametrize(
    ("title", "office", "reason"),
    [
        ("mother of three", False, "what somebody is to children"),
        ("victim's brother", False, "whose relation somebody is"),
        ("friend of the mayor", False, "the office is another's"),
        ("mayor", True, "an office"),
        ("president of the mothers' union", True, "the relation stands below the office"),
        ("husband and manager", True, "an office beside the relation"),
        ("friend", False, "nothing but a relation"),
        ("", True, "nothing to refuse"),
    ],
)
def test_a_relation_is_no_office(title: str, office: bool, reason: str) -> None:
    assert names_an_office(title) is office, reason
