"""What the reader says is reported: its source, cue and content spans, joined by its links."""

from __future__ import annotations

from collections import defaultdict

from service.quotes.lexicon import reporting_nouns, reporting_verbs
from service.quotes.trees import Trees, Word
from service.quotes.types import ParsedText, Span, Statement

VERBS = frozenset({"VERB", "AUX"})
NOUNS = frozenset({"NOUN", "PROPN"})
WORDS = VERBS | NOUNS | {"ADJ", "ADV", "X", "INTJ"}


def find_role_statements(parsed: ParsedText, trees: Trees) -> tuple[Statement, ...]:
    """One statement a cue with all contents linked to it; contents without a cue stand alone with their source."""
    cue_of: dict[int, tuple[int, float]] = {}
    source_of: dict[int, tuple[int, float]] = {}
    for link in parsed.links:
        table = cue_of if parsed.roles[link.head].role == "cue" else source_of
        if link.tail not in table or table[link.tail][1] < link.score:
            table[link.tail] = (link.head, link.score)
    contents: dict[int | None, list[int]] = defaultdict(list)
    statements = []
    for i, role in enumerate(parsed.roles):
        if role.role != "content":
            continue
        cue = cue_of.get(i)
        if cue is not None:
            contents[cue[0]].append(i)
        else:
            source = source_of.get(i)
            mention = parsed.roles[source[0]].span if source else None
            statements.append(Statement(None, "", mention, (role.span,), "reader", role.score))
    for cue_index, members in contents.items():
        assert cue_index is not None
        source = source_of.get(cue_index) or next((source_of[m] for m in members if m in source_of), None)
        mention = parsed.roles[source[0]].span if source else None
        span, lemma = cue_word(trees, parsed.roles[cue_index].span)
        scores = [parsed.roles[cue_index].score, *(parsed.roles[m].score for m in members)]
        spans = tuple(parsed.roles[m].span for m in members)
        statements.append(Statement(span, lemma, mention, spans, "reader", sum(scores) / len(scores)))
    return tuple(sorted(statements, key=lambda s: s.contents[0]))


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
