"""Why a quote is as it is: the rule that attributed it, what the reader saw near it, and what else it could have been.

Candidates are of four decisions. For the *cue* and the *source*, what each finder proposed for these words: a rule of
the parse, or the reader. For the *speaker*, the identities that the source phrase was weighed against. For the
*outlet*, every news organisation that the text connects with the words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.quotes.types import (
    Attribution,
    Candidate,
    Decision,
    Explanation,
    Outlet,
    ParsedText,
    RoleSpan,
    Span,
    Speaker,
    Statement,
)

Proposal = tuple[Span | None, float, str]
"""The words that a finder proposes, its score and its name."""

MAX_ROLE_DISTANCE = 200  # characters between a quote and what the reader saw near it
# Contents of one finder hardly overlap, so a look at the few that begin before a place finds what reaches it.
MAX_LOOK_BACK = 24


class Explainer:
    """What was found in one text, to be asked why its finished quotes are as they are."""

    def __init__(self, parsed: ParsedText, *statements: Sequence[Statement]) -> None:
        self._text = parsed.text
        self._roles = parsed.roles
        self._starts = [role.span.start for role in parsed.roles]
        self._labelled = {role.span: role.score for role in parsed.roles if role.role == "source"}
        pieces = (
            (piece, number, each)
            for found in statements
            for number, each in enumerate(found)
            for piece in each.contents
        )
        self._pieces = sorted(pieces, key=lambda entry: (entry[0], entry[2].rule, entry[1]))
        self._piece_starts = [piece.start for piece, _, _ in self._pieces]

    def explain(self, attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None) -> Explanation:
        """The explanation of one quote; in it each decision's candidates stand together, what was chosen first."""
        proposed = list(self._proposed(attribution))
        weighed = tuple(_chosen_by_name(speaker)) if speaker else ()
        return Explanation(
            attribution.rule,
            self._near(attribution.quotation.spans),
            (
                *self._weighed("cue", attribution.cue, [(s.cue, s.score, s.rule) for s in proposed], attribution),
                *self._weighed("source", attribution.mention, list(map(self._source, proposed)), attribution),
                *weighed,
                *(outlet.candidates if outlet else ()),
            ),
        )

    def _near(self, spans: Sequence[Span]) -> tuple[RoleSpan, ...]:
        """What the reader labelled in a quote and around it."""
        first = bisect_left(self._starts, spans[0].start - MAX_ROLE_DISTANCE)
        return self._roles[first : bisect_left(self._starts, spans[-1].end + MAX_ROLE_DISTANCE)]

    def _proposed(self, attribution: Attribution) -> Iterator[Statement]:
        """The statements whose contents share a character with the quote, each once."""
        seen: set[int] = set()
        for span in attribution.quotation.outer:
            last = bisect_left(self._piece_starts, span.end)
            for piece, _, statement in self._pieces[max(0, last - MAX_LOOK_BACK) : last]:
                if piece.overlaps(span) and id(statement) not in seen:
                    seen.add(id(statement))
                    yield statement

    def _source(self, statement: Statement) -> Proposal:
        """The source phrase of a statement; the reader's with the probability of its own label."""
        mention, score = statement.mention, statement.score
        if mention is not None and statement.rule == "reader":
            score = self._labelled.get(mention, score)
        return mention, score, statement.rule

    def _weighed(
        self,
        decision: Decision,
        taken: Span | None,
        proposed: Sequence[Proposal],
        attribution: Attribution,
    ) -> tuple[Candidate, ...]:
        """The candidates for a cue or a source; what was taken is among them, whoever found it."""
        found = {
            (span, rule): Candidate(
                span.of(self._text), round(score, 3), decision, rule, span, taken is not None and span.overlaps(taken)
            )
            for span, score, rule in proposed
            if span is not None
        }
        own = not any(each.chosen for each in found.values())
        if taken is not None and own:
            score = round(attribution.score, 3)
            words = taken.of(self._text)
            found[taken, attribution.rule] = Candidate(words, score, decision, attribution.rule, taken, chosen=True)
        return tuple(sorted(found.values(), key=_rank))


def _rank(candidate: Candidate) -> tuple[bool, float, Span]:
    return not candidate.chosen, -candidate.score, candidate.span or Span(0, 0)


def _chosen_by_name(speaker: Speaker) -> Iterator[Candidate]:
    """The speaker's candidates with the one whose name was given marked; none when no name was."""
    given = False
    for each in sorted(speaker.candidates, key=lambda candidate: candidate.name != speaker.person.name):
        chosen = not given and speaker.person.name is not None and each.name == speaker.person.name
        given = given or chosen
        yield replace(each, score=round(each.score, 3), chosen=chosen)
