"""Explanations: which rule, roles and candidates of each decision a quote comes with, on parses written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from parsed import find_span, read_table

from service.quotes import extract_quotes
from service.quotes.types import Article, Candidate, Decision, Link, ParsedText, Quote, RoleSpan

SAID = """
# entity person Vera Lis
Vera    _     PROPN 3 nsubj
Lis     _     PROPN 1 flat
said    say   VERB  0 root
the     _     DET   5 det
mill    _     NOUN  7 nsubj
was     be    AUX   7 cop
lost~   _     ADJ   3 ccomp
.       _     PUNCT 3 punct
"""
THEN_HE = """
# entity person Femi Bako
Femi   _     PROPN 3 nsubj
Bako   _     PROPN 1 flat
met    meet  VERB  0 root
Tom    _     PROPN 3 obj
Hale~  _     PROPN 4 flat
.      _     PUNCT 3 punct

He     _     PRON  2 nsubj
said   say   VERB  0 root
the    _     DET   4 det
mill   _     NOUN  6 nsubj
was    be    AUX   6 cop
lost~  _     ADJ   2 ccomp
.      _     PUNCT 2 punct
"""
TOLD = """
# entity person Vera Lis
# entity organisation Reuters
Vera     _     PROPN 3 nsubj
Lis      _     PROPN 1 flat
told     tell  VERB  0 root
Reuters  _     PROPN 3 obj
the      _     DET   6 det
mill     _     NOUN  8 nsubj
was      be    AUX   8 cop
lost~    _     ADJ   3 ccomp
.        _     PUNCT 3 punct
"""


def explained(parsed: ParsedText) -> tuple[Quote, dict[Decision, list[Candidate]]]:
    """The one quote of a text and its candidates by decision."""
    (extraction,) = extract_quotes([Article(parsed.text)], read=lambda texts: [parsed])
    (quote,) = extraction.quotes
    by_decision: dict[Decision, list[Candidate]] = {"cue": [], "source": [], "speaker": [], "outlet": []}
    for candidate in quote.explanation.candidates:
        by_decision[candidate.decision].append(candidate)
    return quote, by_decision


def with_roles(table: str, source: str, content: str) -> ParsedText:
    """The parse with what a reader would have labelled."""
    parsed = read_table(table)
    roles = (
        RoleSpan(find_span(parsed, source), "source", 0.8),
        RoleSpan(find_span(parsed, "said"), "cue", 0.7),
        RoleSpan(find_span(parsed, content), "content", 0.9),
    )
    return replace(parsed, roles=roles, links=(Link(2, 1, 0.9), Link(1, 0, 0.9)))


def test_the_parse_alone_proposes_cue_and_source() -> None:
    _, found = explained(read_table(SAID))
    assert [(one.name, one.rule, one.chosen) for one in found["cue"]] == [("said", "clause", True)]
    assert [(one.name, one.rule, one.chosen) for one in found["source"]] == [("Vera Lis", "clause", True)]


def test_parse_and_reader_each_propose_theirs() -> None:
    quote, found = explained(with_roles(SAID, "Vera Lis", "the mill was lost"))
    assert quote.explanation.rule == "reader+clause"
    assert {(one.name, one.rule) for one in found["cue"]} == {("said", "clause"), ("said", "reader")}
    assert {one.score for one in found["source"] if one.rule == "reader"} == {0.8}, "the label's own probability"
    assert all(one.chosen for one in (*found["cue"], *found["source"]))


def test_where_finders_differ_what_was_not_taken_is_shown_behind_what_was() -> None:
    parsed = with_roles(SAID, "the mill", "was lost")
    quote, found = explained(parsed)
    assert quote.speaker is not None
    assert quote.speaker.mention is not None
    first, second = found["source"]
    assert {first.name, second.name} == {"Vera Lis", "the mill"}
    assert (first.name, first.chosen, second.chosen) == (quote.speaker.mention.of(parsed.text), True, False)


def test_everybody_a_pronoun_could_be_is_shown_with_their_share() -> None:
    quote, found = explained(read_table(THEN_HE))
    assert {one.name for one in found["speaker"]} == {"Femi Bako", "Tom Hale"}
    assert quote.speaker is not None
    assert [one.name for one in found["speaker"] if one.chosen] == [quote.speaker.person.name]
    assert sum(one.score for one in found["speaker"]) <= 1.001


def test_an_outlet_comes_with_how_the_text_names_it() -> None:
    quote, found = explained(read_table(TOLD))
    assert quote.outlet is not None
    assert [(one.name, one.rule, one.chosen) for one in found["outlet"]] == [("Reuters", "heard", True)]
    assert found["outlet"][0].score == quote.outlet.score


def test_without_an_outlet_none_was_weighed() -> None:
    assert explained(read_table(SAID))[1]["outlet"] == []


@pytest.mark.parametrize("table", [SAID, THEN_HE, TOLD])
def test_candidates_stand_where_they_say(table: str) -> None:
    parsed = read_table(table)
    quote, _ = explained(parsed)
    for one in quote.explanation.candidates:
        assert one.span is None or one.decision == "outlet" or one.span.of(parsed.text) == one.name
        assert 0.0 <= one.score <= 1.0
