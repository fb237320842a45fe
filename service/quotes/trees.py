"""The parse as an index: tokens by offset, children, subtrees and noun phrases. No rule of quotation lives here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.quotes.types import ParsedText, Sentence, Span, Token

# Longer sentences are lists, tables or noise: their trees mean nothing, and rules over them would cost too much.
MAX_SENTENCE_TOKENS = 400

SUBJECTS = frozenset({"nsubj", "nsubj:outer", "csubj"})
CLAUSAL = frozenset({"ccomp", "xcomp", "advcl", "acl", "acl:relcl", "parataxis", "csubj", "conj"})
# Dependents of a noun that are no part of the phrase that names a source.
NOT_OF_THE_PHRASE = frozenset(
    {"acl:relcl", "parataxis", "cop", "discourse", "advcl", "ccomp", "mark", "nsubj", "case", "aux", "advmod:emph"}
)
POSSESSIVES = frozenset({"'s", "’s", "'", "’"})
RELATIVE_PRONOUNS = frozenset({"who", "which", "that", "whom", "whose"})


@dataclass(frozen=True, slots=True)
class Word:
    """A token with its place: the sentence it stands in."""

    sentence: Sentence
    token: Token


class Trees:
    """Look-ups over one ``ParsedText``; built once, in linear time."""

    def __init__(self, parsed: ParsedText) -> None:
        self.text = parsed.text
        self.sentences = parsed.sentences
        self._sentence_starts = [s.span.start for s in parsed.sentences]
        self._children: dict[int, tuple[tuple[int, ...], ...]] = {}
        self._starts: dict[int, list[int]] = {}

    def sentence_at(self, offset: int) -> Sentence | None:
        """The last sentence that begins at or before an offset, ``None`` before the first."""
        at = bisect_right(self._sentence_starts, offset) - 1
        return self.sentences[at] if at >= 0 else None

    def sentences_in(self, span: Span) -> Sequence[Sentence]:
        """The sentences that share a character with ``span``."""
        first = max(0, bisect_right(self._sentence_starts, span.start) - 1)
        last = bisect_left(self._sentence_starts, span.end)
        return [s for s in self.sentences[first:last] if s.span.overlaps(span)]

    def words_in(self, span: Span) -> Iterator[Word]:
        """The tokens that share a character with ``span``, in text order."""
        for sentence in self.sentences_in(span):
            starts = self._token_starts(sentence)
            first = max(0, bisect_right(starts, span.start) - 1)
            for token in sentence.tokens[first : bisect_left(starts, span.end)]:
                if token.span.overlaps(span):
                    yield Word(sentence, token)

    def word_at(self, offset: int) -> Word | None:
        """The token that covers an offset."""
        return next(self.words_in(Span(offset, offset + 1)), None)

    def children(self, sentence: Sentence, index: int) -> Iterator[Token]:
        """The dependents of a token, in text order."""
        if sentence.index not in self._children:
            lists: list[list[int]] = [[] for _ in sentence.tokens]
            for token in sentence.tokens:
                if token.head >= 0:
                    lists[token.head].append(token.index)
            self._children[sentence.index] = tuple(tuple(row) for row in lists)
        return (sentence.tokens[i] for i in self._children[sentence.index][index])

    def child(self, word: Word, *deprels: str) -> Token | None:
        """The first dependent with one of the relations, subtypes counted apart."""
        return next((t for t in self.children(word.sentence, word.token.index) if t.deprel in deprels), None)

    def head(self, word: Word) -> Word | None:
        """The governor of a token, ``None`` for the root."""
        head = word.token.head
        return Word(word.sentence, word.sentence.tokens[head]) if head >= 0 else None

    def subtree(self, sentence: Sentence, index: int, *, leave: frozenset[int] = frozenset()) -> list[Token]:
        """A token and all below it in text order; branches at the indices in ``leave`` are left out whole."""
        found: list[int] = []
        stack = [index]
        while stack:
            at = stack.pop()
            if at in leave:
                continue
            found.append(at)
            stack.extend(t.index for t in self.children(sentence, at))
        return [sentence.tokens[i] for i in sorted(found)]

    def noun_phrase(self, word: Word) -> Span:
        """The full noun phrase at a nominal head: modifiers, appositions and coordination, but no clause about the act.

        Relative clauses, parataxis and trailing punctuation are left out (the annotation scheme's source phrase).
        """
        leave = frozenset(
            t.index
            for t in self.children(word.sentence, word.token.index)
            if t.deprel in NOT_OF_THE_PHRASE and t.text not in POSSESSIVES
        )
        tokens = self.subtree(word.sentence, word.token.index, leave=leave)
        return trimmed(contiguous(tokens, word.token.index))

    def _token_starts(self, sentence: Sentence) -> list[int]:
        if sentence.index not in self._starts:
            self._starts[sentence.index] = [t.span.start for t in sentence.tokens]
        return self._starts[sentence.index]


def antecedent(trees: Trees, pronoun: Span, likely: Span | None = None) -> Span | None:
    """The noun phrase that a relative pronoun stands for: ``likely`` where that ends right before it, else the phrase
    of the noun that does; ``None`` when no noun stands there.
    """
    word = trees.word_at(pronoun.start)
    apposed = _of_an_apposition(trees, word) if word is not None else None
    if apposed is not None:
        return apposed
    if likely is not None and likely.end <= pronoun.start and not trees.text[likely.end : pronoun.start].strip(" ,–—-"):
        return likely
    if word is None:
        return None
    before = [t for t in word.sentence.tokens[: word.token.index] if t.upos != "PUNCT"]
    if not before or before[-1].upos not in ("NOUN", "PROPN", "NUM"):
        return None
    noun = Word(word.sentence, before[-1])
    while noun.token.deprel in ("flat", "compound", "appos", "nummod") and (head := trees.head(noun)) is not None:
        noun = head
    return trees.noun_phrase(noun)


def _of_an_apposition(trees: Trees, pronoun: Word) -> Span | None:
    """Who is meant by "who" behind an apposition that ends in a body: "Lena Wilk, head of Kern Bank, who said"."""
    before = [t for t in pronoun.sentence.tokens[: pronoun.token.index] if t.upos != "PUNCT"]
    if pronoun.token.text.lower() != "who" or not before or before[-1].upos != "PROPN":
        return None
    noun = Word(pronoun.sentence, before[-1])
    while noun.token.deprel in ("flat", "compound", "nmod", "conj") and (head := trees.head(noun)) is not None:
        noun = head
    named = trees.head(noun) if noun.token.deprel == "appos" and noun.token.upos == "NOUN" else None
    if named is None or named.token.upos != "PROPN":
        return None
    phrase = trees.noun_phrase(named)
    return Span(phrase.start, min(phrase.end, before[-1].span.end))


def contiguous(tokens: Sequence[Token], index: int) -> list[Token]:
    """The run of neighbouring tokens that holds the one with ``index`` (``tokens`` in text order)."""
    at = next(i for i, t in enumerate(tokens) if t.index == index)
    first = last = at
    while first > 0 and tokens[first - 1].index == tokens[first].index - 1:
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].index == tokens[last].index + 1:
        last += 1
    return list(tokens[first : last + 1])


def trimmed(tokens: Sequence[Token]) -> Span:
    """The span of tokens without punctuation at either end (brackets and marks that close inside stay)."""
    first, last = 0, len(tokens)
    while last - first > 1 and tokens[last - 1].upos == "PUNCT" and tokens[last - 1].text not in (")", "]"):
        last -= 1
    while last - first > 1 and tokens[first].upos == "PUNCT" and tokens[first].text not in ("(", "["):
        first += 1
    return Span(tokens[first].span.start, tokens[last - 1].span.end)
