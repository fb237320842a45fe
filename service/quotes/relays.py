"""Statements inside statements: an outlet that passes on what somebody said is no speaker of theirs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.quotes.lexicon import reporting_verbs
from service.quotes.marks import MarkIndex
from service.quotes.sightings import find_listed
from service.quotes.trees import SUBJECTS, Trees
from service.quotes.types import Span, Statement

# An inner source stands this near behind the outer cue: nothing but "that" and an article between them.
MAX_CHARACTERS_BEFORE_A_SOURCE = 8
# So many words behind marks can be their attribution.
MAX_WORDS_OF_AN_ATTRIBUTION = 12
DASH = re.compile(r"\s[–—-]{1,2}\s")


def without_relays(trees: Trees, statements: Sequence[Statement], marked: MarkIndex) -> Iterator[Statement]:
    """Leave out "…, said Li, according to an agency" and "an agency reported that Li said …": the inner statement is
    the quote, the agency its outlet.
    """
    cued = sorted((s for s in statements if s.cue is not None), key=lambda s: s.cue or s.contents[0])
    starts = [s.cue.start for s in cued if s.cue is not None]
    for statement in statements:
        inner = [
            other
            for content in statement.contents
            for other in cued[bisect_left(starts, content.start) : bisect_left(starts, content.end)]
            if other.cue is not None and not marked.touching(other.cue) and other.cue != statement.cue
        ]
        if statement.lemma == "according to":
            kept = _own_part(trees, statement, inner) if inner else statement
            if kept is not None and not _holds_an_attribution(trees, kept, marked):
                yield kept
        elif not any(_relays(trees, statement, other) for other in inner):
            yield statement


def _own_part(trees: Trees, statement: Statement, inner: Sequence[Statement]) -> Statement | None:
    """What is left of "A study found X — a fortune, according to others" for the others: the words behind the dash."""
    last = max(other.cue.end for other in inner if other.cue is not None)
    content = statement.contents[-1]
    dash = DASH.search(trees.text, min(last, content.end), content.end)
    return replace(statement, contents=(Span(dash.end(), content.end),)) if dash else None


def _holds_an_attribution(trees: Trees, statement: Statement, marked: MarkIndex) -> bool:
    """Whether marks are followed by an attribution of their own inside the content ("“…,” she said, according to")."""
    for content in statement.contents:
        for m in marked.touching(content):
            words = list(trees.words_in(Span(m.outer.end, content.end))) if m.outer.end < content.end else []
            for word in words[:MAX_WORDS_OF_AN_ATTRIBUTION]:
                verb = reporting_verbs().get(word.token.lemma.lower())
                if verb is not None and verb.direct and trees.child(word, *SUBJECTS) and word.token.upos == "VERB":
                    return True
    return False


def _relays(trees: Trees, outer: Statement, inner: Statement) -> bool:
    """Whether an outlet reports just that somebody said something: "Interfax reported that the mayor said …"."""
    if outer.mention is None or inner.mention is None or outer.cue is None or inner.cue is None:
        return False
    if not outer.cue.end <= inner.mention.start < inner.cue.start or not is_outlet(outer.mention.of(trees.text)):
        return False
    between = trees.text[outer.contents[0].start : inner.mention.start]
    behind = trees.text[inner.mention.end : inner.cue.start]
    return len(between) <= MAX_CHARACTERS_BEFORE_A_SOURCE and len(behind.split()) <= 2


def is_outlet(words: str) -> bool:
    """Whether a source phrase is the name of a news organisation of the lists."""
    return any(2 * (s.span.end - s.span.start) >= len(words) for s in find_listed(words))
