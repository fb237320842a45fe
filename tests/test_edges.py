"""What is left of a piece when the words that belong to the act of speech are taken off."""

from __future__ import annotations

import pytest
from parsed import read_table

from service.quotes.edges import edged
from service.quotes.marks import MarkIndex, find_marked
from service.quotes.trees import Trees
from service.quotes.types import Span

TABLE = """
She _ PRON 2 nsubj
said say VERB 0 root
on _ ADP 4 case
Monday~ _ PROPN 2 obl
, _ PUNCT 4 punct
rents _ NOUN 7 nsubj
fell~ fall VERB 2 ccomp
. _ PUNCT 2 punct
"""
CASES = [
    ("day", "on Monday,", None, "all of it says when she spoke, up to its comma"),
    ("clause", "rents fell", "rents fell", "the clause stays whole"),
]


@pytest.mark.parametrize(("case", "piece", "left", "reason"), CASES, ids=[row[0] for row in CASES])
def test_edges(case: str, piece: str, left: str | None, reason: str) -> None:
    parsed = read_table(TABLE)
    trees = Trees(parsed)
    start = parsed.text.index(piece)
    cue = next(word for word in trees.words_in(Span(0, len(parsed.text))) if word.token.text == "said")
    found = edged(trees, Span(start, start + len(piece)), cue, MarkIndex(find_marked(parsed.text, parsed.paragraphs)))
    assert (found and found.of(parsed.text)) == left, reason
