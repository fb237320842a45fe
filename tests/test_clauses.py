"""What the parse alone shows to be reported: ``cases/clauses.txt``, sentences with hand-made parses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from blocks import CASES, token_line
from parsed import read_table

from service.quotes.clauses import find_clause_statements
from service.quotes.marks import MarkIndex, find_marked
from service.quotes.trees import Trees
from service.quotes.types import ParsedText, Statement

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    expected: tuple[Row, ...]
    parsed: ParsedText


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    expected = [line.removeprefix("statement: ") for line in lines if line.startswith("statement: ")]
    sentences = ["\n".join(map(token_line, line.split())) for line in lines if not line.startswith("statement: ")]
    rows = [tuple(part.strip() for part in row.rsplit(" / ", 3)) for row in expected]
    return Case(name, reason, tuple((a, b, c, d) for a, b, c, d in rows), read_table("\n\n".join(sentences)))


TABLE = [_case(block) for block in (CASES / "clauses.txt").read_text(encoding="utf-8").split("\n## ")[1:]]


def _row(text: str, statement: Statement) -> Row:
    cue, mention = statement.cue, statement.mention
    content = " | ".join(span.of(text) for span in statement.contents)
    return content, cue.of(text) if cue else "-", mention.of(text) if mention else "-", statement.rule


def _statements(parsed: ParsedText) -> tuple[Statement, ...]:
    return find_clause_statements(Trees(parsed), MarkIndex(find_marked(parsed.text, parsed.paragraphs)))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_heads_are_sound(case: Case) -> None:
    for sentence in case.parsed.sentences:
        heads = [token.head for token in sentence.tokens]
        assert heads.count(-1) == 1
        assert all(-1 <= head < len(heads) and head != index for index, head in enumerate(heads))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in TABLE])
def test_statements(case: Case) -> None:
    text = case.parsed.text
    assert tuple(_row(text, statement) for statement in _statements(case.parsed)) == case.expected, case.reason


def test_a_third_of_the_table_reports_nothing() -> None:
    refused = [case for case in TABLE if case.id.startswith("not_")]
    assert len(refused) * 3 >= len(TABLE)
    assert not any(case.expected for case in refused)
    assert all(case.expected for case in TABLE if case not in refused)


def test_a_sentence_too_long_for_a_tree_is_left_alone() -> None:
    rows = ["Ana _ PROPN 2 nsubj", "said say VERB 0 root", "it _ PRON 4 nsubj", "rained rain VERB 2 ccomp"]
    short = read_table("\n".join(rows))
    long = read_table("\n".join([*rows, *["rain _ NOUN 4 obj"] * 400]))
    assert len(_statements(short)) == 1
    assert _statements(long) == ()
