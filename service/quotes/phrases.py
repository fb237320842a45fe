"""Questions about a noun phrase and about where a statement's words lie, that several steps ask."""

from __future__ import annotations

from service.quotes import lexicon
from service.quotes.trees import Trees, Word
from service.quotes.types import Attribution, Span, Token

MAX_CLIMB = 12  # steps up the tree; deeper nesting does not change who hears
NAME_LINKS = frozenset(
    {"compound", "flat", "flat:name", "appos", "amod", "fixed", "goeswith", "list", "dep", "nmod:desc"}
)
OF_STAFF = frozenset({"of", "from", "for", "with", "at"})


def phrase_head(trees: Trees, word: Word) -> Word:
    """The noun that stands for the whole phrase a name is part of: "a Reuters reporter", "CNN's State of the Union"."""
    for _ in range(MAX_CLIMB):
        head = trees.head(word)
        if head is None or head.token.upos not in {"NOUN", "PROPN", "X", "NUM", "ADJ"}:
            break
        link = word.token.deprel
        staff = link.startswith("nmod") and is_word(head.token, "staff") and prepositions(trees, word) & OF_STAFF
        if not (link in NAME_LINKS or link.startswith(("nmod:poss", "compound", "flat")) or staff):
            break
        word = head
    return word


def staff_of(trees: Trees, name: Word, top: Word) -> Word | None:
    """The noun for staff between a name and the head of its phrase: "reporter" of "Ann Lee, a reporter for Reuters"."""
    word = name
    for _ in range(MAX_CLIMB):
        if word is not name and word.token.upos == "NOUN" and is_word(word.token, "staff"):
            return word
        head = trees.head(word)
        if word is top or word.token.span == top.token.span or head is None:
            break
        word = head
    return None


def is_word(token: Token, use: str) -> bool:
    """True when the lexicon lists a token under one use in ``carrying_words.tsv``."""
    return token.lemma.lower() in lexicon.carrying_words(use) or token.text.lower() in lexicon.carrying_words(use)


def prepositions(trees: Trees, word: Word) -> frozenset[str]:
    """The prepositions of a phrase, in lower case."""
    children = trees.children(word.sentence, word.token.index)
    cases = (child.text.lower() for child in children if child.deprel.startswith("case"))
    return frozenset(text for text in cases if text.isalpha())


def says(attribution: Attribution, span: Span) -> bool:
    """True when a stretch is part of the reported words."""
    return any(piece.contains(span) for piece in attribution.quotation.outer)


def distance_to_cue(attribution: Attribution, span: Span) -> int:
    """Characters between a stretch and an attribution's cue, or its first words where it has none."""
    cue = attribution.cue or attribution.quotation.outer[0]
    return max(span.start - cue.end, cue.start - span.end, 0)
