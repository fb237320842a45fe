"""Who speaks in the sentence before words that nothing attributes: its outermost cue's source, else its subject."""

from __future__ import annotations

import re

from service.quotes import lexicon, vocabulary
from service.quotes.drafts import Draft, Shelf
from service.quotes.trees import SUBJECTS, Trees, Word
from service.quotes.types import Sentence, Span, Token

SENTENCE_END = re.compile(r"[.!?…:][\"”’'»)\]]*\s*$")
PERSONAL_PRONOUNS = frozenset({"he", "she", "they", "we", "i", "him", "her", "them"})
MAX_STEPS = 60  # up a tree; deeper nesting is a list, not a sentence


def sentence_before(trees: Trees, offset: int, within: Span) -> Sentence | None:
    """The sentence that ends right before an offset; ``None`` where ``within`` begins there or a sentence goes on."""
    before = trees.text[within.start : offset].rstrip()
    if not before or not SENTENCE_END.search(before):
        return None
    return trees.sentence_at(within.start + len(before) - 1)


def outermost(trees: Trees, shelf: Shelf, sentence: Sentence) -> Draft | None:
    """The quotation of a sentence whose cue stands highest in its tree: not one that is told of inside another."""
    drafts = shelf.speaking_in(sentence.span)
    return min(drafts, key=lambda draft: _depth(trees, draft), default=None)


def _depth(trees: Trees, draft: Draft) -> int:
    cue = draft.statement.cue
    word = trees.word_at(cue.start) if cue is not None else None
    if word is None:
        return MAX_STEPS
    steps, at = 0, word.token
    while at.head >= 0 and steps < MAX_STEPS:
        at = word.sentence.tokens[at.head]
        steps += 1
    return steps


def subject_of(trees: Trees, sentence: Sentence, *, named: bool = False) -> Span | None:
    """Who a sentence tells of: the subject of its main verb when it can speak, or whose words the subject is ("Lis's
    reply was short"); with ``named`` only a proper name. ``None`` for anything else.
    """
    root = next((t for t in sentence.tokens if t.head < 0), None)
    if root is None:
        return None
    subject = trees.child(Word(sentence, root), *SUBJECTS, "nsubj:pass")
    if subject is None:
        return None
    word = Word(sentence, subject)
    if _is_written(subject):
        owner = trees.child(word, "nmod:poss")
        return _phrase(trees, Word(sentence, owner)) if owner is not None and can_speak(owner, named=named) else None
    by_name = named and subject.upos == "NOUN" and _has_a_name(trees, word)
    return _phrase(trees, word) if can_speak(subject, named=named and not by_name) else None


def _has_a_name(trees: Trees, word: Word) -> bool:
    """Whether a noun has a name beside it: "Ferry owner Lena Wilk was blunter"."""
    beside = trees.children(word.sentence, word.token.index)
    return any(t.upos == "PROPN" and t.deprel in ("flat", "appos") and t.index > word.token.index for t in beside)


def _phrase(trees: Trees, word: Word) -> Span:
    phrase = trees.noun_phrase(word)
    return Span(phrase.start, phrase.start + len(re.sub(r"['’]s?$", "", phrase.of(trees.text))))


def _is_written(token: Token) -> bool:
    lemma = token.lemma.lower()
    return token.upos == "NOUN" and (lemma in lexicon.document_nouns() or lemma in lexicon.reporting_nouns())


def can_speak(token: Token, *, named: bool = False) -> bool:
    """Whether a noun or pronoun is one for people or bodies of people; with ``named`` only a proper noun is."""
    if token.upos == "PROPN":
        return True
    if named:
        return False
    word = vocabulary.fold(token.text)
    if token.upos == "PRON":
        return word in PERSONAL_PRONOUNS or token.deprel == "nmod:poss"
    return vocabulary.person_noun(word) is not None or vocabulary.is_organisation_noun(word)
