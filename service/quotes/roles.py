"""What the reader says is reported: its source, cue and content spans, joined by its links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from service.quotes.lexicon import reporting_nouns, reporting_verbs
from service.quotes.trees import Trees, Word
from service.quotes.types import Link, ParsedText, Span, Statement

VERBS = frozenset({"VERB", "AUX"})
NOUNS = frozenset({"NOUN", "PROPN"})
WORDS = VERBS | NOUNS | {"ADJ", "ADV", "X", "INTJ"}


def find_role_statements(parsed: ParsedText, trees: Trees) -> tuple[Statement, ...]:
    """One statement a cue with all contents linked to it; contents without a cue stand alone with their source."""
    cue_of: dict[int, Link] = {}
    to_sources: dict[int, list[Link]] = defaultdict(list)
    for link in parsed.links:
        if parsed.roles[link.head].role == "source":
            to_sources[link.tail].append(link)
        elif link.tail not in cue_of or cue_of[link.tail].score < link.score:
            cue_of[link.tail] = link
    contents: dict[int, list[int]] = defaultdict(list)
    statements = []
    for i, role in enumerate(parsed.roles):
        if role.role != "content":
            continue
        if i in cue_of:
            contents[cue_of[i].head].append(i)
        else:
            mention = _elected(parsed, to_sources[i])
            statements.append(Statement(None, "", mention, (role.span,), "reader", role.score))
    for cue, members in contents.items():
        mention = _elected(parsed, [link for tail in (cue, *members) for link in to_sources[tail]])
        span, lemma = cue_word(trees, parsed.roles[cue].span)
        scores = [parsed.roles[cue].score, *(parsed.roles[m].score for m in members)]
        spans = tuple(parsed.roles[m].span for m in members)
        statements.append(Statement(span, lemma, mention, spans, "reader", sum(scores) / len(scores)))
    return tuple(sorted(statements, key=lambda s: s.contents[0]))


def _elected(parsed: ParsedText, links: Sequence[Link]) -> Span | None:
    """The source that a cue and its contents are linked to most surely: each link counts with its score and with the
    source's own.
    """
    votes: dict[int, float] = defaultdict(float)
    for link in links:
        votes[link.head] += link.score * parsed.roles[link.head].score
    return parsed.roles[max(votes, key=votes.__getitem__)].span if votes else None


def cue_word(trees: Trees, span: Span) -> tuple[Span, str]:
    """The reporting word inside a cue the reader marked, and its lemma: a reporting verb or noun, else the top word."""
    words = list(trees.words_in(span))
    lemmas = [w.token.lemma.lower() for w in words]
    if "according" in (w.token.text.lower() for w in words):
        at = next(w for w in words if w.token.text.lower() == "according")
        after = [w for w in words if w.token.text.lower() == "to" and w.token.index == at.token.index + 1]
        return Span(at.token.span.start, (after or [at])[0].token.span.end), "according to"
    for known, tags in ((reporting_verbs(), VERBS), (reporting_nouns(), NOUNS), (reporting_verbs(), WORDS)):
        for word, lemma in zip(reversed(words), reversed(lemmas), strict=True):
            if lemma in known and word.token.upos in tags:
                return word.token.span, lemma
    top = min(words, key=lambda w: _depth(trees, w), default=None)
    return (top.token.span, top.token.lemma.lower()) if top else (span, "")


def _depth(trees: Trees, word: Word) -> int:
    depth, at = 0, word.token.head
    while at >= 0 and depth < len(word.sentence.tokens):
        at = word.sentence.tokens[at].head
        depth += 1
    return depth
