"""The records that flow through the engine, text to quotes.

Every record is frozen; a stage reads records and makes new ones. All offsets are Unicode code points into the text as
sent, half-open, so ``text[span.start:span.end]`` is always the verbatim words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QuoteType = Literal["direct", "mixed", "indirect"]
Role = Literal["source", "cue", "content"]
SpeakerKind = Literal["person", "organisation", "group", "unnamed", "document"]
SpeakerBasis = Literal["named", "pronoun", "description", "continuation", "implied"]
OutletBasis = Literal["stated", "carried"]
Decision = Literal["cue", "source", "speaker", "outlet"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``[start, end)`` in code points of the text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words of ``text`` this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """True when the two share a character."""
        return self.start < other.end and other.start < self.end

    def share_in(self, whole: Span) -> float:
        """How much of this span lies in ``whole``, 0 to 1."""
        common = min(self.end, whole.end) - max(self.start, whole.start)
        return max(0, common) / max(1, self.end - self.start)

    def contains(self, other: Span) -> bool:
        """True when every character of ``other`` lies in this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Token:
    """One syntactic word. ``index`` counts within its sentence from 0; ``head`` is an index there too, -1 for the
    root.
    """

    span: Span
    text: str
    lemma: str
    upos: str
    xpos: str
    index: int
    head: int
    deprel: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the parse; ``index`` counts within the text from 0."""

    span: Span
    index: int
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity. ``kind`` is one of person, organisation, place, other, whatever the model's own labels were."""

    span: Span
    kind: Literal["person", "organisation", "place", "other"]


@dataclass(frozen=True, slots=True)
class RoleSpan:
    """A stretch the reader labelled with a quotation role; ``score`` is its probability, 0 to 1."""

    span: Span
    role: Role
    score: float


@dataclass(frozen=True, slots=True)
class Link:
    """The reader's link from one role span to another (content to cue, cue to source), with its probability.

    Both ends are indices into ``ParsedText.roles``.
    """

    tail: int
    head: int
    score: float


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text with everything the models say of it. ``roles`` and ``links`` are empty with a package that has no
    reader.
    """

    text: str
    paragraphs: tuple[Span, ...]
    sentences: tuple[Sentence, ...]
    entities: tuple[Entity, ...]
    roles: tuple[RoleSpan, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A reporting expression with the words it reports and its source, as the parse or the reader found them.

    ``cue`` is the reporting word or phrase, ``None`` where a bare source introduces words (a colon); ``lemma`` its
    verb's or
    noun's lemma. ``contents`` are in text order. ``rule`` names what found it, ``score`` is that finder's trust, 0
    to 1.
    """

    cue: Span | None
    lemma: str
    mention: Span | None
    contents: tuple[Span, ...]
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of reported speech: its pieces in text order and its type.

    ``spans`` of a direct quotation leave out the outer marks; ``outer`` are the same pieces with them. ``score`` is its
    finder's trust, 0 to 1.
    """

    type: QuoteType
    spans: tuple[Span, ...]
    outer: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation with its reporting expression and the words that name its source.

    ``cue`` and ``mention`` may be ``None``. ``previous`` is the index, in the list of attributions in text order,
    of the
    one whose speaker this one continues (a quotation with no attribution of its own after an attributed one). ``rule``
    names the decision, ``score`` is its finder's trust, 0 to 1.
    """

    quotation: Quotation
    cue: Span | None
    mention: Span | None
    previous: int | None
    rule: str
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way a decision could have gone, for the explanation: who or what, and its score, the higher the likelier.

    ``rule`` names what found it and ``span`` the words it was found at, where that applies; ``chosen`` tells what the
    decision came to.
    """

    name: str
    score: float
    decision: Decision = "speaker"
    rule: str | None = None
    span: Span | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An identity of the article: a person, organisation, group, unnamed speaker or document.

    ``id`` is "s1", "s2"… in order of first quote. ``name`` is the fullest form in the article, for an unnamed
    speaker the
    descriptive noun phrase, ``None`` when two are as likely. ``title`` is the role as the article writes it.
    """

    id: str
    name: str | None
    kind: SpeakerKind
    title: str | None
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said one quote: the identity, the words at the quote and how they led to it."""

    person: Person
    mention: Span | None
    basis: SpeakerBasis
    score: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlet:
    """The news organisation that the text says got or carried a quote; ``kind`` as in the lexicon, "unknown" if in
    none.
    """

    name: str
    kind: str
    mention: Span | None
    basis: OutletBasis
    programme: str | None
    interviewer: str | None
    score: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Confidence:
    """Probabilities, 0 to 1, that the bounds, the speaker and the outlet are right; ``None`` where there is no speaker
    or outlet to be right about.
    """

    span: float
    speaker: float | None
    outlet: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a quote is as it is: the rule that attributed it, the reader's roles near it, the candidates it weighed."""

    rule: str
    roles: tuple[RoleSpan, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A finished record; ``id`` is "q1", "q2"… in text order."""

    id: str
    type: QuoteType
    spans: tuple[Span, ...]
    cue: Span | None
    speaker: Speaker | None
    outlet: Outlet | None
    platform: str | None
    confidence: Confidence
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Article:
    """What a client sent: the text to read and what it said about it."""

    text: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All quotes of one article, in text order, and the people who said them."""

    text: str
    quotes: tuple[Quote, ...]
    people: tuple[Person, ...]
