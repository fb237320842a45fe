"""Statements that a noun names: "the union's claim that …", "a warning from the park that …", "in his words, “…”"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.quotes.lexicon import ReportingNoun, reporting_nouns
from service.quotes.marks import Marked
from service.quotes.trees import SUBJECTS, Trees, Word, trimmed
from service.quotes.types import Span, Statement, Token

NOUN_SCORE = 0.6
# Verbs with which somebody makes the statement that the noun names; of any other verb the subject is somebody else.
MAKING = frozenset(
    {"make", "issue", "give", "repeat", "release", "offer", "express", "voice", "deliver", "send", "publish", "renew",
     "reiterate", "raise", "level", "have", "post", "utter", "add"}
)  # fmt: skip
FROM = frozenset({"by", "from", "of"})
# Words in marks may stand this many words behind "in the words of …".
MAX_WORDS_BEHIND = 4


def statements_of_noun(trees: Trees, word: Word, marked: Sequence[Marked]) -> Iterator[Statement]:
    """The statement a noun names with a clause of its own, when the text says whose it is; or that of "words"."""
    lemma = word.token.lemma.lower()
    noun = reporting_nouns().get(lemma)
    if lemma == "word" and word.token.text.lower() == "words":
        yield from _in_the_words(trees, word, marked)
    elif noun is not None and noun.clause:
        yield from _named_clause(trees, word, noun)


def _named_clause(trees: Trees, word: Word, noun: ReportingNoun) -> Iterator[Statement]:
    clause = next(
        filter(None, (_that_clause(trees, word, t) for t in trees.children(word.sentence, word.token.index))), None
    )
    if clause is None:
        return
    source = source_of_noun(trees, word)
    if source is not None and not source.overlaps(clause):
        yield Statement(word.token.span, noun.lemma, source, (clause,), "noun", NOUN_SCORE)


def _that_clause(trees: Trees, word: Word, child: Token) -> Span | None:
    """A clause below a noun that "that" opens without standing for the noun itself ("the claim that it leaked")."""
    if child.deprel not in ("acl", "ccomp", "acl:relcl", "appos", "dep") or child.index < word.token.index:
        return None
    tokens = [t for t in trees.subtree(word.sentence, child.index) if t.index > word.token.index]
    opener = next((t for t in tokens if t.upos != "PUNCT"), None)
    if opener is None or opener.text.lower() != "that" or opener.deprel != "mark":
        return None
    subject = trees.child(Word(word.sentence, child), *SUBJECTS, "nsubj:pass", "expl")
    stop = next((t.index for t in tokens if t.text == ";"), len(word.sentence.tokens))
    return trimmed([t for t in tokens if t.index < stop]) if subject is not None else None


def source_of_noun(trees: Trees, word: Word) -> Span | None:
    """Whose statement a noun names: its owner, who it comes from, or the subject of the verb that makes it."""
    for child in trees.children(word.sentence, word.token.index):
        if child.deprel == "nmod:poss":
            return _owner(trees, Word(word.sentence, child))
    for child in trees.children(word.sentence, word.token.index):
        cases = [t for t in trees.children(word.sentence, child.index) if t.deprel == "case"]
        if child.deprel in ("nmod", "obl") and cases and cases[0].text.lower() in FROM:
            return trees.noun_phrase(Word(word.sentence, child))
        agent = trees.child(Word(word.sentence, child), "obl:agent") if child.deprel.startswith("acl") else None
        if agent is not None and child.lemma.lower() in MAKING:
            return trees.noun_phrase(Word(word.sentence, agent))
    return _maker(trees, word)


def _owner(trees: Trees, owner: Word) -> Span:
    """The owner's phrase without its "'s"."""
    tokens = [t for t in trees.subtree(owner.sentence, owner.token.index) if t.deprel != "case" or t.upos != "PART"]
    return trimmed(tokens)


def _maker(trees: Trees, word: Word) -> Span | None:
    """The subject of the verb that makes the statement ("The park issued a warning that …")."""
    verb = trees.head(word)
    if verb is None or word.token.deprel != "obj" or verb.token.lemma.lower() not in MAKING:
        return None
    at: Word | None = verb
    while at is not None:
        subject = trees.child(at, *SUBJECTS)
        if subject is not None:
            return trees.noun_phrase(Word(at.sentence, subject))
        at = trees.head(at) if at.token.deprel in ("conj", "xcomp", "advcl") else None
    return None


def _in_the_words(trees: Trees, word: Word, marked: Sequence[Marked]) -> Iterator[Statement]:
    """Marks right behind "in the words of X" or "in X's words", before or after them."""
    if not any(t.deprel == "case" and t.text.lower() == "in" for t in trees.children(word.sentence, word.token.index)):
        return
    owner = trees.child(word, "nmod:poss")
    child = next((t for t in trees.children(word.sentence, word.token.index) if _is_of(trees, word, t)), None)
    if owner is not None:
        source = _owner(trees, Word(word.sentence, owner))
    elif child is not None:
        source = trees.noun_phrase(Word(word.sentence, child))
    else:
        return
    end = max(source.end, word.token.span.end)
    behind = next((m for m in marked if m.outer.start >= end), None)
    if behind is not None and len(trees.text[end : behind.outer.start].split()) <= MAX_WORDS_BEHIND:
        yield Statement(word.token.span, "word", source, (behind.outer,), "noun", NOUN_SCORE)


def _is_of(trees: Trees, word: Word, child: Token) -> bool:
    cases = [t.text.lower() for t in trees.children(word.sentence, child.index) if t.deprel == "case"]
    return child.deprel == "nmod" and cases[:1] == ["of"]
