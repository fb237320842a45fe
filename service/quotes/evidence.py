"""What speaks for a decided quote: named features of its span, its source phrase, its speaker's name and its outlet.

They are what ``confidence`` weighs: how parse, reader and marks agree on the bounds, what the cue is and where it
stands, who else could have spoken. Nothing here decides anything. Each value lies between 0 and 1 where it is a share
or a switch; log odds are divided by ``ODDS_UNIT`` and cut at that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import log

from service.quotes.lexicon import reporting_nouns, reporting_verbs
from service.quotes.marks import MarkIndex
from service.quotes.trees import SUBJECTS, Trees
from service.quotes.types import Attribution, Outlet, ParsedText, Role, RoleSpan, Span, Speaker, Statement

Features = dict[str, float]

ODDS_UNIT = 4.0  # log odds of 0.982: surer than that is not told apart
FEW_WORDS = (2, 4)  # quotes of up to so many words
FAR_CHARACTERS = 200.0  # a cue this far from its words counts as 1
LONG_WORDS = 60.0  # a quote this long counts as 1
WORDS = re.compile(r"\w+(?:['’]\w+)?")
THAT = re.compile(r"\W*that\W+", re.IGNORECASE)
SPEECH_END = re.compile(r"[.!?…,—–-]\W*$")


class Evidence:
    """What parse, marks and reader found in one text, to be asked about its finished attributions."""

    def __init__(
        self,
        parsed: ParsedText,
        trees: Trees,
        marked: MarkIndex,
        *,
        clauses: Sequence[Statement],
        roles: Sequence[Statement],
    ) -> None:
        self._text = parsed.text
        self._trees = trees
        self._marked = marked
        self._roles = {role: [r for r in parsed.roles if r.role == role] for role in ("source", "cue", "content")}
        ends = ((parsed.roles[link.tail].span, parsed.roles[link.head].span, link.score) for link in parsed.links)
        self._links = {(tail, head): score for tail, head, score in ends}
        self._starts = {role: [r.span.start for r in spans] for role, spans in self._roles.items()}
        self._clauses = _by_cue(clauses)
        self._readings = _by_cue(roles)
        self.has_reader = bool(parsed.roles)

    def of_span(self, attribution: Attribution) -> Features:
        """For a quotation with just these bounds."""
        kind, pieces = attribution.quotation.type, attribution.quotation.spans
        found: Features = {"": 1.0, f"{kind}": 1.0, "score": odds(attribution.score)}
        found |= {f"{name}": 1.0 for name in _rules(attribution.rule)}
        found |= {f"{kind}, {name}": 1.0 for name in _rules(attribution.rule)}
        found |= self._shape(attribution)
        found |= self._cue(attribution)
        statements = {"parse": self._clauses, "reader": self._readings}
        for finder, table in statements.items():
            statement = table.get(attribution.cue.start) if attribution.cue else None
            if statement is not None:
                found |= self._compared(f"{kind}, {finder}", pieces, statement.contents)
            else:
                found[f"{kind}, {finder} silent"] = 1.0
        found |= self._read(kind, pieces)
        if attribution.cue is not None:
            contents = [r for piece in pieces for r in self._near("content", piece)]
            found |= self._linked(f"{kind}, ", contents, list(self._near("cue", attribution.cue)))
        return found

    def of_source(self, attribution: Attribution) -> Features:
        """For a source phrase that is the one of this quotation."""
        kind, mention = attribution.quotation.type, attribution.mention
        found: Features = {"": 1.0, f"{kind}": 1.0, "score": odds(attribution.score)}
        found |= {f"{name}": 1.0 for name in _rules(attribution.rule)}
        found |= self._cue(attribution)
        if mention is None:
            return found | {"no source": 1.0}
        for finder, table in (("parse", self._clauses), ("reader", self._readings)):
            statement = table.get(attribution.cue.start) if attribution.cue else None
            theirs = statement.mention if statement else None
            outcome = "silent" if theirs is None else "agrees" if theirs.overlaps(mention) else "differs"
            found[f"{finder} {outcome}"] = 1.0
        best = max(self._near("source", mention), key=lambda r: mention.share_in(r.span), default=None)
        found |= {"read as source": odds(best.score)} if best else {"not read as source": 1.0}
        if attribution.cue is not None:
            found |= self._linked("source ", list(self._near("cue", attribution.cue)), [best] if best else [])
        first, last = attribution.quotation.outer[0].start, attribution.quotation.outer[-1].end
        place = "before" if mention.end <= first else "behind" if mention.start >= last else "between"
        found[f"source {place}"] = 1.0
        gap = max(first - mention.end, mention.start - last, 0)
        found["source far"] = min(1.0, gap / FAR_CHARACTERS)
        words = WORDS.findall(mention.of(self._text))
        found["source long"] = min(1.0, len(words) / LONG_WORDS)
        found["source of a word"] = float(len(words) == 1)
        found["source with a capital"] = float(any(word[0].isupper() for word in words))
        return found

    def _shape(self, attribution: Attribution) -> Features:
        """How long it is, in how many pieces, how it begins and ends."""
        kind, pieces = attribution.quotation.type, attribution.quotation.spans
        words = [word for piece in pieces for word in WORDS.findall(piece.of(self._text))]
        found: Features = {f"{kind}, long": min(1.0, len(words) / LONG_WORDS)}
        for most in FEW_WORDS:
            found[f"{kind}, up to {most} words"] = float(len(words) <= most)
        found[f"{kind}, in pieces"] = float(len(pieces) > 1)
        found[f"{kind}, over sentences"] = float(len(self._trees.sentences_in(pieces[0])) > 1)
        first, last = pieces[0].of(self._text), pieces[-1].of(self._text)
        found[f"{kind}, capital"] = float(first[:1].isupper())
        found[f"{kind}, that"] = float(THAT.match(first) is not None)
        if kind == "direct":
            found["direct, ends as speech"] = float(SPEECH_END.search(last) is not None)
            marks = self._marked.touching(pieces[-1])
            found["direct, closed"] = float(all(m.closed for m in marks))
        else:
            sentence = self._trees.sentence_at(pieces[-1].start)
            rest = self._text[pieces[-1].end : sentence.span.end] if sentence else ""
            found[f"{kind}, to the full stop"] = float(not WORDS.search(rest))
            found[f"{kind}, a subject"] = float(self._has_subject(pieces))
            found[f"{kind}, a comma behind"] = float(rest[:1] == ",")
        if kind == "mixed":
            held = [m for piece in pieces for m in self._marked.touching(piece)]
            inside = sum(len(WORDS.findall(m.inner.of(self._text))) for m in held)
            found["mixed, in marks"] = min(1.0, inside / max(1, len(words)))
            found["mixed, ends in marks"] = float(bool(held) and held[-1].outer.end >= pieces[-1].end)
        return found

    def _has_subject(self, pieces: Sequence[Span]) -> bool:
        return any(
            word.token.deprel in SUBJECTS or word.token.deprel in ("nsubj:pass", "expl")
            for piece in pieces
            for word in self._trees.words_in(piece)
        )

    def _cue(self, attribution: Attribution) -> Features:
        """What the cue is, how sure the reader is of it, and where it stands."""
        kind, cue = attribution.quotation.type, attribution.cue
        if cue is None:
            return {"no cue": 1.0, f"{kind}, no cue": 1.0}
        pieces = attribution.quotation.outer
        lemma = next((word.token.lemma.lower() for word in self._trees.words_in(cue)), "")
        verb, noun = reporting_verbs().get(lemma), reporting_nouns().get(lemma)
        sort = (
            verb.kind if verb else "noun" if noun else "according" if lemma in ("accord", "according") else "unlisted"
        )
        found: Features = {f"cue {sort}": 1.0, f"{kind}, cue {sort}": 1.0}
        found["cue said"] = float(lemma in ("say", "tell", "add", "according", "accord"))
        best = max(self._near("cue", cue), key=lambda r: r.score, default=None)
        found |= {"read as cue": odds(best.score)} if best else {"not read as cue": 1.0}
        place = "before" if cue.end <= pieces[0].start else "behind" if cue.start >= pieces[-1].end else "between"
        found[f"{kind}, cue {place}"] = 1.0
        gap = min(max(piece.start - cue.end, cue.start - piece.end, 0) for piece in pieces)
        found[f"{kind}, cue far"] = min(1.0, gap / FAR_CHARACTERS)
        home, there = self._trees.sentence_at(cue.start), self._trees.sentence_at(pieces[0].start)
        found[f"{kind}, cue in another sentence"] = float(home is not there)
        return found

    def _read(self, kind: str, pieces: Sequence[Span]) -> Features:
        """How the reader's content spans lie over the pieces."""
        over = sorted({r for piece in pieces for r in self._near("content", piece)}, key=lambda r: r.span)
        if not over:
            return {f"{kind}, not read": 1.0}
        found = self._compared(f"{kind}, read", pieces, [r.span for r in over])
        found[f"{kind}, read so"] = odds(max(r.score for r in over))
        found[f"{kind}, read in pieces"] = float(len(over) > 1)
        return found

    def _compared(self, name: str, pieces: Sequence[Span], others: Sequence[Span]) -> Features:
        """Whether two sets of spans begin and end at the same words, and how much of them is common."""
        ours, theirs = self._words(pieces), self._words(others)
        starts, ends = ours[0] == theirs[0], ours[1] == theirs[1]
        common = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in pieces for b in others)
        whole = sum(span.end - span.start for span in (*pieces, *others)) - common
        return {
            f"{name} begins alike": float(starts),
            f"{name} ends alike": float(ends),
            f"{name} alike": float(starts and ends),
            f"{name} share": common / max(1, whole),
        }

    def _linked(self, name: str, tails: Sequence[RoleSpan], heads: Sequence[RoleSpan]) -> Features:
        """How sure the reader is that one of ``tails`` (contents, cues) goes with one of ``heads`` (cues, sources)."""
        scores = [
            self._links[tail.span, head.span]
            for tail in tails
            for head in heads
            if (tail.span, head.span) in self._links
        ]
        return {f"{name}linked": odds(max(scores))} if scores else {f"{name}not linked": 1.0}

    def _words(self, spans: Sequence[Span]) -> tuple[int, int]:
        """Where the first word (no leading "that") starts and the last one ends."""
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        lead = THAT.match(self._text, first, last)
        bounds = [match.span() for match in WORDS.finditer(self._text, lead.end() if lead else first, last)]
        return (bounds[0][0], bounds[-1][1]) if bounds else (first, last)

    def _near(self, role: Role, span: Span) -> Iterator[RoleSpan]:
        """The reader's spans of a role that share a character with ``span``; they are disjoint and in text order."""
        starts, spans = self._starts[role], self._roles[role]
        first = max(0, bisect_left(starts, span.start) - 1)
        return (r for r in spans[first : bisect_left(starts, span.end)] if r.span.overlaps(span))


def name_features(attribution: Attribution, speaker: Speaker) -> Features:
    """For a speaker who is whom the source phrase means."""
    basis, kind = speaker.basis, speaker.person.kind
    found: Features = {"": 1.0, basis: 1.0, f"{basis}, score": odds(speaker.score), kind: 1.0}
    found["no name"] = float(speaker.person.name is None)
    scores = sorted((candidate.score for candidate in speaker.candidates), reverse=True)
    margin = next((first - second for first, second in pairwise(scores)), 1.0)
    found[f"{basis}, margin"] = margin
    found["goes on"] = float(attribution.previous is not None)
    return found


def outlet_features(outlet: Outlet) -> Features:
    """For an outlet that did get or carry the words."""
    return {"": 1.0, outlet.basis: 1.0, "score": odds(outlet.score)}


def odds(probability: float) -> float:
    """Log odds in units of ``ODDS_UNIT``, -1 to 1."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return min(1.0, max(-1.0, log(inside / (1 - inside)) / ODDS_UNIT))


def _rules(rule: str) -> tuple[str, ...]:
    """The finders of a rule, and what they are together: "reader+clause" is "reader", "clause" and "reader+clause"."""
    parts = rule.split("+")
    return (f"rule {rule}", *(f"rule {part}" for part in parts if len(parts) > 1))


def _by_cue(statements: Sequence[Statement]) -> Mapping[int, Statement]:
    return {s.cue.start: s for s in statements if s.cue is not None}
