"""What the parse says is reported: a cue governs its clause, its subject is the source.

Universal Dependencies gives reported speech three shapes: the clause is the cue's ``ccomp`` or ``xcomp``; the cue is a
``parataxis`` of the clause ("The road is shut, police said"); the source is an oblique with "according to".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.quotes.lexicon import ReportingVerb, reporting_verbs
from service.quotes.marks import Marked, MarkIndex
from service.quotes.trees import (
    CLAUSAL,
    MAX_SENTENCE_TOKENS,
    RELATIVE_PRONOUNS,
    SUBJECTS,
    Trees,
    Word,
    trimmed,
)
from service.quotes.types import Sentence, Span, Statement, Token

PARSE_SCORE = 0.75
# Verbs that report their object only with "that" or a finite clause; a bare infinitive after them is a deed, not words.
INFINITIVE_KINDS = frozenset({"promise", "deny"})
ASKING_KINDS = frozenset({"ask", "answer"})  # with a clause they ask or answer in words: "asked whether"
INFINITIVE_LEMMAS = frozenset({"claim", "profess", "purport"})
FRAME_PREPOSITIONS = frozenset({"as", "of", "for", "over"})
MIN_MARKED_WORDS_OF_AN_OBJECT = 3


def find_clause_statements(trees: Trees, marked: MarkIndex) -> tuple[Statement, ...]:
    """Every statement the dependency trees show, in order of the cue."""
    found: list[Statement] = []
    for sentence in trees.sentences:
        if len(sentence.tokens) > MAX_SENTENCE_TOKENS:
            continue
        inside = marked.touching(sentence.span) if _has_cue(sentence) else ()
        for token in sentence.tokens:
            found.extend(_of_token(trees, Word(sentence, token), inside))
    return tuple(found)


def _has_cue(sentence: Sentence) -> bool:
    verbs = reporting_verbs()
    return any(t.lemma.lower() in verbs for t in sentence.tokens)


def _of_token(trees: Trees, word: Word, marked: Sequence[Marked]) -> Iterator[Statement]:
    lemma = word.token.lemma.lower()
    by = lemma == "accord" or word.token.text.lower() == "according"
    if by or (lemma == "per" and word.token.deprel == "case"):
        yield from _according(trees, word)
    elif word.token.upos in ("VERB", "AUX") and lemma in reporting_verbs():
        verb = reporting_verbs()[lemma]
        if verb.kind != "thought" and not _was_asked(trees, word, verb):
            yield from _of_verb(trees, word, verb, marked)


def _was_asked(trees: Trees, word: Word, verb: ReportingVerb) -> bool:
    """A bare participle of asking ("…, when asked whether"): somebody else asked, and the text does not say who."""
    bare = trees.child(word, *SUBJECTS, "nsubj:pass", "aux", "aux:pass") is None
    return verb.kind in ASKING_KINDS and word.token.xpos == "VBN" and bare


def _of_verb(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> Iterator[Statement]:
    mention = source_of(trees, word)
    named = word.token.xpos == "VBN" and word.token.deprel.startswith("acl")
    for rule, contents in (
        ("clause", _complement(trees, word, verb)),
        ("parataxis", _host(trees, word)),
        ("judged", _judged(trees, word, verb, marked)),
    ):
        if contents and not (rule == "judged" and named):
            yield Statement(word.token.span, verb.lemma, mention, contents, rule, PARSE_SCORE)
            return


def _complement(trees: Trees, word: Word, verb: ReportingVerb) -> tuple[Span, ...]:
    """The reported clause below a cue: a finite ``ccomp``, "whether …", or an infinitive after verbs that state
    with one.
    """
    if not (verb.clause or verb.direct):
        return ()
    states = verb.clause or verb.kind in ASKING_KINDS
    for child in trees.children(word.sentence, word.token.index):
        if child.deprel == "ccomp" and (states or child.index < word.token.index):
            return _pieces(trees, word.sentence, trees.subtree(word.sentence, child.index))
        if child.deprel == "advcl" and verb.kind in ASKING_KINDS and _asks(trees, word, child):
            return _pieces(trees, word.sentence, trees.subtree(word.sentence, child.index))
        if child.deprel == "xcomp" and child.index > word.token.index:
            infinitive = verb.kind in INFINITIVE_KINDS or verb.lemma in INFINITIVE_LEMMAS
            if verb.clause and infinitive and child.upos in ("VERB", "AUX", "ADJ", "NOUN"):
                return _pieces(trees, word.sentence, trees.subtree(word.sentence, child.index))
    return ()


def _asks(trees: Trees, word: Word, child: Token) -> bool:
    """Whether a clause is a reported question ("asked the clerk whether …")."""
    return any(t.deprel == "mark" and t.lemma == "whether" for t in trees.children(word.sentence, child.index))


def _host(trees: Trees, word: Word) -> tuple[Span, ...]:
    """The clause that a parenthetical cue comments on, without the cue's own words: one piece, or two around it."""
    head = trees.head(word)
    if head is None or word.token.deprel != "parataxis" or not _has_subject(trees, word):
        return ()
    own = frozenset({word.token.index})
    tokens = trees.subtree(word.sentence, head.token.index, leave=own)
    first = trees.subtree(word.sentence, word.token.index)[0].index
    if not any(t.index < first and t.upos != "PUNCT" for t in tokens):
        return ()
    return _pieces(trees, word.sentence, tokens)


def _judged(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> tuple[Span, ...]:
    """Quoted words in the object of a cue: "called the plan a “disgrace”", "accused him of “lying”", "urged them
    to “act”".
    """
    if not verb.direct:
        return ()
    branches = [t for t in trees.children(word.sentence, word.token.index) if t.index > word.token.index]
    for at, branch in enumerate(branches):
        if branch.deprel not in ("obj", "xcomp", "obl", "advcl", "ccomp", "iobj"):
            continue
        tokens = trees.subtree(word.sentence, branch.index)
        span = Span(tokens[0].span.start, tokens[-1].span.end)
        quoted = [m for m in marked if m.inner.overlaps(span) and m.outer.start > word.token.span.start]
        if not quoted or not _is_reported(quoted, verb, trees):
            continue
        start = _judged_start(trees, word, branches[: at + 1], quoted[0])
        end = _judged_end(trees, word.sentence, tokens, quoted[-1])
        return (Span(min(start, quoted[0].outer.start), max(end, quoted[-1].outer.end)),)
    return ()


def _judged_start(trees: Trees, word: Word, branches: Sequence[Token], quoted: Marked) -> int:
    """Where a verdict or demand begins: at what it is about ("the plan as “a farce”"), or at its infinitive ("to
    “act”").

    ``branches`` are the cue's dependents up to the one that holds the quoted words.
    """
    inside = trees.subtree(word.sentence, branches[-1].index)
    infinitives = [t for t in inside if t.xpos == "TO" and t.span.start < quoted.outer.start]
    if infinitives:
        return infinitives[-1].span.start
    for branch in branches:
        tokens = trees.subtree(word.sentence, branch.index)
        if branch.deprel in ("obj", "obl") and (
            tokens[0].lemma.lower() in FRAME_PREPOSITIONS or branch.deprel == "obj"
        ):
            framed = tokens[0].lemma.lower() in FRAME_PREPOSITIONS and len(tokens) > 1
            return tokens[1 if framed else 0].span.start
    first = inside[0]
    return inside[1].span.start if first.upos in ("ADP", "SCONJ") and len(inside) > 1 else first.span.start


def _judged_end(trees: Trees, sentence: Sentence, tokens: Sequence[Token], quoted: Marked) -> int:
    """Where a verdict ends: before a clause of the narrator's behind a comma (", where fighting goes on")."""
    for token in tokens:
        if token.span.start < quoted.outer.end or token.deprel != "acl:relcl":
            continue
        opening = trees.subtree(sentence, token.index)[0]
        if opening.index and sentence.tokens[opening.index - 1].text == "," and opening.span.start >= quoted.outer.end:
            return sentence.tokens[opening.index - 1].span.start
    return tokens[-1].span.end


def _is_reported(quoted: Sequence[Marked], verb: ReportingVerb, trees: Trees) -> bool:
    if verb.kind in ("judge", "chant"):
        return True
    return any(len(m.inner.of(trees.text).split()) >= MIN_MARKED_WORDS_OF_AN_OBJECT for m in quoted)


def _according(trees: Trees, word: Word) -> Iterator[Statement]:
    """ "… , according to X": the clause X is an oblique of."""
    head = trees.head(word)
    if head is None or word.token.deprel not in ("case", "mark"):
        return
    mention = trees.noun_phrase(head)
    top = head
    while (above := trees.head(top)) is not None:
        top = above
        if top.token.deprel in CLAUSAL or top.token.upos in ("VERB", "AUX"):
            break
    if top is head or (top.token.lemma.lower() in reporting_verbs() and trees.child(top, *SUBJECTS)):
        return
    tokens = trees.subtree(word.sentence, top.token.index, leave=frozenset({head.token.index}))
    tokens = [t for t in tokens if not (t.deprel in ("cc", "mark") and t.head == top.token.index)]
    contents = _pieces(trees, word.sentence, tokens)
    if contents:
        to = next((t for t in trees.children(word.sentence, word.token.index) if t.deprel == "fixed"), word.token)
        cue = Span(word.token.span.start, max(to.span.end, word.token.span.end))
        yield Statement(cue, "according to", mention, contents, "according", PARSE_SCORE)


def source_of(trees: Trees, word: Word) -> Span | None:
    """The source phrase of a cue: its subject, or for a participle, infinitive or second verb its governor's
    subject.
    """
    seen = 0
    at: Word | None = word
    while at is not None and seen < 6:
        subject = trees.child(at, *SUBJECTS)
        passive = trees.child(at, "nsubj:pass")
        if subject is not None:
            return _subject_phrase(trees, at, subject)
        if passive is not None:
            agent = trees.child(at, "obl:agent")
            if agent is not None:
                return trees.noun_phrase(Word(at.sentence, agent))
            return None if at is word else _subject_phrase(trees, at, passive)
        if at.token.deprel == "acl":
            if at.token.xpos == "VBN":
                return None  # "a film called", "rooms named": the noun is what is named, not the source
            head = trees.head(at)
            return trees.noun_phrase(head) if head is not None else None
        if at.token.deprel not in CLAUSAL:
            return None
        at = trees.head(at)
        seen += 1
    return None


def _subject_phrase(trees: Trees, verb: Word, subject: Token) -> Span | None:
    """The subject's noun phrase; a relative pronoun gives the noun it stands for."""
    if subject.text.lower() in RELATIVE_PRONOUNS:
        head = trees.head(verb) if verb.token.deprel.startswith("acl") else _noun_before(verb.sentence, subject)
        return trees.noun_phrase(head) if head is not None else None
    return trees.noun_phrase(Word(verb.sentence, subject))


def _noun_before(sentence: Sentence, pronoun: Token) -> Word | None:
    """The noun that a relative pronoun follows, for a relative clause the parse has hung elsewhere."""
    before = [t for t in sentence.tokens[max(0, pronoun.index - 3) : pronoun.index] if t.upos in ("NOUN", "PROPN")]
    if not before:
        return None
    noun = before[-1]
    while noun.deprel in ("flat", "compound", "appos") and noun.head >= 0:
        noun = sentence.tokens[noun.head]
    return Word(sentence, noun)


def _has_subject(trees: Trees, word: Word) -> bool:
    return trees.child(word, *SUBJECTS, "nsubj:pass", "expl") is not None


def _pieces(trees: Trees, sentence: Sentence, tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Tokens in text order as spans: a new one where real words stand between, none of punctuation alone."""
    runs: list[list[Token]] = [[tokens[0]]] if tokens else []
    for before, token in pairwise(tokens):
        between = sentence.tokens[before.index + 1 : token.index]
        if any(t.upos != "PUNCT" for t in between):
            runs.append([])
        runs[-1].append(token)
    return tuple(
        trimmed(run)
        for run in runs
        if any(t.upos != "PUNCT" and not (t.upos == "PRON" and t.text.lower() in RELATIVE_PRONOUNS) for t in run)
    )
