"""Platforms of statements: a table of sentences with hand-made parses, near half of which must give none."""

from __future__ import annotations

import pytest
from blocks import Case, read_cases, statements_of

from service.quotes.posts import name_platforms

TABLE = read_cases("platforms.txt")


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_platforms(case: Case) -> None:
    attributions, _ = statements_of(case)
    found = tuple((platform or "-",) for platform in name_platforms(case.parsed, attributions))
    assert found == case.expected, f"{case.reason}: {case.parsed.text}"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_heads_are_sound(case: Case) -> None:
    for sentence in case.parsed.sentences:
        heads = [token.head for token in sentence.tokens]
        assert heads.count(-1) == 1
        assert all(-1 <= head < len(heads) and head != index for index, head in enumerate(heads))
