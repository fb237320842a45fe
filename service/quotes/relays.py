"""Statements inside statements: an outlet that passes on what somebody said is no speaker of theirs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.quotes.lexicon import carrying_words, demonyms, outlet_nouns, reporting_verbs
from service.quotes.marks import MarkIndex
from service.quotes.outlet_names import bare_outlet, find_listed, find_worded
from service.quotes.preceding import can_speak
from service.quotes.speech import FINITE, is_written
from service.quotes.trees import RELATIVE_PRONOUNS, SUBJECTS, Trees, Word
from service.quotes.types import Span, Statement, Token

# An inner source stands this near behind the outer cue: nothing but "that" and an article between them.
MAX_CHARACTERS_BEFORE_A_SOURCE = 8
# So many words behind marks can be their attribution.
MAX_WORDS_OF_AN_ATTRIBUTION = 12
# So little of what an outlet reports is neither the inner statement, its cue nor its source.
MAX_CHARACTERS_BESIDE = 12
DASH = re.compile(r"\s[–—-]{1,2}\s")
QUOTING = frozenset({"quote", "cite"})


def without_relays(trees: Trees, statements: Sequence[Statement], marked: MarkIndex) -> Iterator[Statement]:
    """Leave out "…, said Li, according to an agency" and "an agency reported that Li said …": the inner statement is
    the quote, the agency its outlet. What somebody is quoted as saying is theirs, not of who quotes them. Behind any
    other source the outer statement is the quote ("most drivers say the fare is fair, according to a survey").
    """
    statements = [_to_the_quoted(trees, statement) for statement in statements]
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
            passed_on = inner and (_is_news(trees, statement.mention) or any(_is_by_a_paper(trees, s) for s in inner))
            kept = _own_part(trees, statement, inner) if passed_on else statement
            if kept is not None and not _holds_an_attribution(trees, kept, marked):
                yield kept
        elif not any(_relays(trees, statement, other) for other in (*inner, *_between(statement, cued, starts))):
            yield statement


def _between(statement: Statement, cued: Sequence[Statement], starts: Sequence[int]) -> list[Statement]:
    """The statements of the same words whose cue stands between these and the statement's own: “…,” Li said, Interfax
    reported.
    """
    if statement.cue is None or statement.contents[-1].end > statement.cue.start:
        return []
    near = cued[bisect_left(starts, statement.contents[-1].end) : bisect_left(starts, statement.cue.start)]
    return [other for other in near if any(a.overlaps(b) for a in other.contents for b in statement.contents)]


def _to_the_quoted(trees: Trees, statement: Statement) -> Statement:
    """The statement with its speaker as the source, where its sentence passes it on for somebody else.

    "Interfax quoted him as saying …", "she was quoted by Interfax as saying …", "Li said, according to Xinhua",
    "Reuters, citing two officials, said …".
    """
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    if word is not None and word.token.upos == "AUX":  # "was quoted"
        word = trees.head(word) or word
    if word is None or statement.lemma == "according to":
        return statement
    source = _quoted(trees, word) or _own_subject(trees, word, statement) or _cited(trees, word, statement)
    if source is None or source.of(trees.text).lower() in RELATIVE_PRONOUNS:
        return statement
    return replace(statement, mention=source)


def _quoted(trees: Trees, word: Word) -> Span | None:
    """Who a sentence says is quoted, for "quoted" itself or the "saying" below it."""
    head = trees.head(word)
    verb = word if word.token.lemma.lower() in QUOTING else head
    if verb is None or verb.token.lemma.lower() not in QUOTING or verb.token.upos != "VERB":
        return None
    if verb is head and word.token.xpos != "VBG":
        return None
    passive = trees.child(verb, "nsubj:pass") or _before_the_passive(trees, verb)
    if passive is not None:
        return trees.noun_phrase(Word(verb.sentence, passive))
    quoted = trees.child(verb, "obj")
    if quoted is None or quoted.index > word.token.index > verb.token.index or quoted.index < verb.token.index:
        return None
    if verb is word and not can_speak(quoted):
        return None  # "cited the sale as “an obstacle”": what is cited is a reason, not a speaker
    saying = verb is not word or any(t.text.lower() == "as" for t in verb.sentence.tokens[quoted.index :])
    return trees.noun_phrase(Word(verb.sentence, quoted)) if saying else None


def _before_the_passive(trees: Trees, verb: Word) -> Token | None:
    """Who stands right before "was quoted" when the parse hangs them elsewhere."""
    auxiliary = trees.child(verb, "aux:pass")
    if auxiliary is None or auxiliary.index == 0:
        return None
    tokens = verb.sentence.tokens
    token = tokens[auxiliary.index - 1]
    while token.deprel in ("flat", "compound", "nmod:desc") and token.head >= 0 and tokens[token.head].upos == "PROPN":
        token = tokens[token.head]
    return token if token.upos in ("PROPN", "NOUN", "PRON") and can_speak(token) else None


def _own_subject(trees: Trees, word: Word, statement: Statement) -> Span | None:
    """The subject of a cue whose source was taken from the "according to" behind it."""
    subject = trees.child(word, *SUBJECTS)
    if statement.mention is None or subject is None or statement.mention.overlaps(subject.span):
        return None
    before = trees.text[max(0, statement.mention.start - 20) : statement.mention.start].lower()
    by = re.search(r"\b(?:according to|per) (?:the )?$", before) is not None
    return trees.noun_phrase(Word(word.sentence, subject)) if by else None


def _cited(trees: Trees, word: Word, statement: Statement) -> Span | None:
    """Whom an outlet cites for what it reports: "Reuters, citing two officials, reported that …"."""
    if statement.mention is None or not is_outlet(statement.mention.of(trees.text)):
        return None
    for token in word.sentence.tokens:
        beside = not any(content.contains(token.span) for content in statement.contents)
        if token.lemma.lower() == "cite" and token.xpos == "VBG" and beside:
            cited = trees.child(Word(word.sentence, token), "obj")
            return trees.noun_phrase(Word(word.sentence, cited)) if cited is not None else None
    return None


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
                led = trees.child(word, *SUBJECTS) is not None or (word is not words[0] and _only_names(words, word))
                if verb is not None and verb.direct and led and word.token.upos == "VERB":
                    return True
    return False


def _only_names(words: Sequence[Word], verb: Word) -> bool:
    """Whether nothing but a name stands between marks and a finite verb: “…,” Li Wen told delegates."""
    return verb.token.xpos in FINITE and all(
        w.token.upos in ("PROPN", "NOUN", "PUNCT", "ADV") for w in words[: words.index(verb)]
    )


def _relays(trees: Trees, outer: Statement, inner: Statement) -> bool:
    """Whether an outlet reports just that somebody said something: "Interfax reported that the mayor said …",
    "the mayor said …, Interfax reported".
    """
    if outer.mention is None or inner.mention is None or outer.cue is None or inner.cue is None:
        return False
    if not _is_news(trees, outer.mention):
        return False
    if outer.contents[-1].end <= inner.cue.start < outer.cue.start:
        return True
    if inner.cue.end <= outer.contents[-1].end <= outer.cue.start:
        return _is_all_there_is(trees, outer, inner)
    if not outer.cue.end <= inner.mention.start < inner.cue.start:
        return False
    between = trees.text[outer.contents[0].start : inner.mention.start]
    behind = trees.text[inner.mention.end : inner.cue.start]
    return len(between) <= MAX_CHARACTERS_BEFORE_A_SOURCE and len(behind.split()) <= 2


def _is_by_a_paper(trees: Trees, statement: Statement) -> bool:
    """Whether something written makes a statement: who is said to have found that out only stands behind it."""
    return statement.mention is not None and is_written(trees, statement.mention)


def _is_news(trees: Trees, mention: Span | None) -> bool:
    return mention is not None and (is_outlet(mention.of(trees.text)) or is_media(mention.of(trees.text)))


def _is_all_there_is(trees: Trees, outer: Statement, inner: Statement) -> bool:
    """Whether an inner statement with its source and cue is all that an outer one reports."""
    own = [span for span in (inner.mention, inner.cue, *inner.contents) if span is not None]
    whole = sum(len(content.of(trees.text)) for content in outer.contents)
    return whole - sum(span.end - span.start for span in own) <= MAX_CHARACTERS_BESIDE


def is_outlet(words: str) -> bool:
    """Whether a source phrase is the name of a news organisation: of the lists, or shown to be one by its words."""
    named = (*find_listed(words), *find_worded(words))
    return bare_outlet(words) is not None or any(2 * (s.span.end - s.span.start) >= len(words) for s in named)


def is_media(words: str) -> bool:
    """Whether a source phrase is outlets without a name: "state television", "local media reports", "the newspaper"."""
    parts = tuple(words.split())
    if parts and parts[-1] in ("report", "reports"):
        parts = parts[:-1]
    if not parts or any(part[:1].isupper() and part not in demonyms() for part in parts[1:-1]):
        return False
    singular = re.sub(r"s$", "", re.sub(r"ies$", "y", parts[-1]))
    if singular.lower() in carrying_words("media"):
        return True
    return any((entry := outlet_nouns().get((*parts[-n:-1], singular))) and entry.strong for n in (1, 2, 3))
