"""Compares predicted quotes with gold quotes. Pure functions; offsets are code points of the article's text.

How the figures are computed
----------------------------
*Content* is the set of a quote's characters (their offsets) without white space, quotation marks, the punctuation at
the edges of each piece and a leading "that". Predicted direct quotes leave out their outer marks and gold ones
include them; in this form the two are alike.

*found*: predictions and gold quotes are paired one to one, greedily, best intersection over union first, at least
``MIN_OVERLAP``. *exact*: a found pair whose sets are equal. *attributed*: a found pair whose speakers agree.

*By type*: recall is over the gold quotes of a type, whatever the type of the prediction they are paired with;
precision is over the predictions of a type, whatever the type of their gold quote. So a mixed quote reported as
direct is found, counts for the recall of mixed, for the precision of direct, and for both of "marked" (direct and
mixed together). How often the type itself was right is a figure of its own (``type_right``).

*Optional* gold quotes are not counted as missed, and a prediction paired with one is not counted at all.

*Outlet* (platform, programme and interviewer likewise): recall over the counted gold quotes that have one, found or
not; precision over the predicted ones on found pairs. What ``*_also`` lists may be given (right) or left out (not
wrong).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from service.quotes.types import Confidence, Extraction, QuoteType, Span, SpeakerKind

MIN_OVERLAP = 0.5
"""Intersection over union from which a prediction and a gold quote are one and the same (the scheme's figure)."""

QUOTATION_MARKS = frozenset("\"“”„‟«»‹›‘’‚‛'`´「」『』＂")
"""Characters that never count as content, wherever they stand."""

MARKED: tuple[QuoteType, ...] = ("direct", "mixed")
GROUPS: dict[str, tuple[QuoteType, ...]] = {
    "direct": ("direct",),
    "mixed": ("mixed",),
    "marked": MARKED,
    "indirect": ("indirect",),
    "all": ("direct", "mixed", "indirect"),
}
"""The rows of a table: a name and the quote types it takes together."""

CreditField = Literal["outlet", "programme", "interviewer", "platform"]
CREDITS: tuple[CreditField, ...] = ("outlet", "programme", "interviewer", "platform")


@dataclass(frozen=True, slots=True)
class ScoredQuote:
    """A quote reduced to what is compared: a prediction, or the plain half of a gold quote.

    ``speaker`` is the resolved name and ``mention`` the words at the quote; either may be ``None``.
    """

    type: QuoteType
    content: tuple[Span, ...]
    speaker: str | None = None
    mention: Span | None = None
    kind: SpeakerKind | None = None
    outlet: str | None = None
    programme: str | None = None
    interviewer: str | None = None
    platform: str | None = None
    title: str | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """An annotated quote. ``also`` lists, by field, names that may be given without being asked for."""

    quote: ScoredQuote
    optional: bool = False
    also: Mapping[CreditField, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """What became of one gold quote or one prediction: paired (both), missed (``gold`` only) or spurious.

    The remaining fields are ``None`` when one side is missing, and ``credits`` is then empty.
    """

    gold: GoldQuote | None
    predicted: ScoredQuote | None
    exact: bool = False
    speaker_right: bool = False
    type_right: bool = False

    @property
    def counted(self) -> bool:
        """False for an optional gold quote, and so for what is paired with it."""
        return self.gold is None or not self.gold.optional

    @property
    def found(self) -> bool:
        """True when a prediction and a gold quote were paired."""
        return self.gold is not None and self.predicted is not None


@dataclass(frozen=True, slots=True)
class Ratio:
    """``right`` of ``predicted`` (precision) and of ``gold`` (recall); ``right_gold`` where the two counts differ."""

    right_predicted: int
    predicted: int
    right_gold: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of predictions that are right; 1.0 when there are none, as none is wrong."""
        return self.right_predicted / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold that was got; 1.0 when there is none."""
        return self.right_gold / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0.0 when both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


SpeakerTest = Callable[[ScoredQuote, ScoredQuote], bool]


def scored_quotes(extraction: Extraction) -> tuple[ScoredQuote, ...]:
    """The engine's quotes in the form that is compared, in the same order."""
    return tuple(
        ScoredQuote(
            type=quote.type,
            content=quote.spans,
            speaker=quote.speaker.person.name if quote.speaker else None,
            mention=quote.speaker.mention if quote.speaker else None,
            kind=quote.speaker.person.kind if quote.speaker else None,
            outlet=quote.outlet.name if quote.outlet else None,
            programme=quote.outlet.programme if quote.outlet else None,
            interviewer=quote.outlet.interviewer if quote.outlet else None,
            platform=quote.platform,
            title=quote.speaker.person.title if quote.speaker else None,
            confidence=quote.confidence,
        )
        for quote in extraction.quotes
    )


def content_offsets(text: str, pieces: Sequence[Span]) -> frozenset[int]:
    """Offsets of the characters of ``pieces`` that count: no white space, marks, edge punctuation, leading "that"."""
    kept: set[int] = set()
    for number, piece in enumerate(pieces):
        offsets = [at for at in range(piece.start, piece.end) if not _never_counts(text[at])]
        offsets = _strip_edges(text, offsets)
        if number == 0:
            offsets = _strip_edges(text, _drop_that(text, offsets))
        kept.update(offsets)
    return frozenset(kept)


def _never_counts(character: str) -> bool:
    return character.isspace() or character in QUOTATION_MARKS


def _strip_edges(text: str, offsets: list[int]) -> list[int]:
    start, end = 0, len(offsets)
    while start < end and unicodedata.category(text[offsets[start]]).startswith("P"):
        start += 1
    while end > start and unicodedata.category(text[offsets[end - 1]]).startswith("P"):
        end -= 1
    return offsets[start:end]


def _drop_that(text: str, offsets: list[int]) -> list[int]:
    """``offsets`` without a leading word "that" ("that's" and "thatch" stay)."""
    if not offsets:
        return offsets
    start = offsets[0]
    leads = re.match(r"that(?![\w'’])", text[start:], re.IGNORECASE)
    return [at for at in offsets if at >= start + 4] if leads else offsets


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Intersection over union, 0 to 1; 0 when both are empty."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def pair_quotes(
    text: str,
    gold: Sequence[GoldQuote],
    predicted: Sequence[ScoredQuote],
    *,
    speakers_agree: SpeakerTest | None = None,
) -> tuple[Pair, ...]:
    """Pairs gold and predicted quotes of one article one to one.

    Returns one ``Pair`` per gold quote, in order, then one per prediction left over, in order. ``speakers_agree`` is
    ``same_speaker`` unless a corpus has a test of its own.
    """
    agree = speakers_agree or same_speaker
    gold_sets = [content_offsets(text, item.quote.content) for item in gold]
    predicted_sets = [content_offsets(text, quote.content) for quote in predicted]
    partner = _greedy(gold, gold_sets, predicted_sets)
    pairs: list[Pair] = []
    for index, item in enumerate(gold):
        match = partner.get(index)
        if match is None:
            pairs.append(Pair(item, None))
            continue
        quote = predicted[match]
        pairs.append(
            Pair(
                item,
                quote,
                exact=gold_sets[index] == predicted_sets[match],
                speaker_right=agree(item.quote, quote),
                type_right=item.quote.type == quote.type,
            )
        )
    taken = set(partner.values())
    pairs.extend(Pair(None, quote) for number, quote in enumerate(predicted) if number not in taken)
    return tuple(pairs)


def _greedy(
    gold: Sequence[GoldQuote], gold_sets: Sequence[frozenset[int]], predicted_sets: Sequence[frozenset[int]]
) -> dict[int, int]:
    """Gold index to prediction index, best overlap first; on a tie a counted gold quote goes before an optional one."""
    ranked = sorted(
        (-share, gold[left].optional, left, right)
        for left, right in product(range(len(gold_sets)), range(len(predicted_sets)))
        if (share := overlap(gold_sets[left], predicted_sets[right])) >= MIN_OVERLAP
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, left, right in ranked:
        if left not in partner and right not in taken:
            partner[left] = right
            taken.add(right)
    return partner


def same_speaker(gold: ScoredQuote, predicted: ScoredQuote) -> bool:
    """True when the two names mean the same speaker, see ``names_agree``."""
    return names_agree(gold.speaker, predicted.speaker)


def mention_overlaps(gold: ScoredQuote, predicted: ScoredQuote) -> bool:
    """True when the mentions share half of the shorter one, or neither has one (PolNeAR's sources have no names)."""
    one, other = gold.mention, predicted.mention
    if one is None or other is None:
        return one is other
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared * 2 >= min(one.end - one.start, other.end - other.start)


def names_agree(one: str | None, other: str | None) -> bool:
    """True when two speaker names agree after folding case, accents, possessives and titles.

    The word sets are equal, one holds the other, the last words agree, or at least half of all words are shared. Two
    missing names agree; a missing one and a name do not.
    """
    if one is None or other is None:
        return one is other
    left, right = name_words(one), name_words(other)
    if not left or not right:
        return left == right
    first, second = frozenset(left), frozenset(right)
    shared = first & second
    return first <= second or second <= first or left[-1] == right[-1] or 2 * len(shared) >= len(first | second)


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without titles and articles; all its words when nothing else would be left."""
    words = fold_words(name)
    return tuple(word for word in words if word not in _folded_titles()) or words


def fold_words(text: str) -> tuple[str, ...]:
    """Words in lower case without accents and possessives; a hyphenated word is one."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub(r"'s\b|s'(?=\s|$)", lambda match: "s" if match.group().startswith("s") else "", plain)
    return tuple(re.findall(r"\w+(?:[-']\w+)*", plain))


@cache
def _folded_titles() -> frozenset[str]:
    lines = Path(__file__).with_name("folded_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def credits_agree(one: str, other: str) -> bool:
    """True when two names of an outlet (programme, interviewer, platform) agree: equal, or one holds the other.

    "News" and "agency" are left out unless nothing else would remain.
    """
    left, right = _credit_words(one), _credit_words(other)
    return left <= right or right <= left


def _credit_words(name: str) -> frozenset[str]:
    words = frozenset(fold_words(name)) - {"the"}
    return words - {"news", "agency"} or words


def score_pairs(pairs: Sequence[Pair]) -> dict[str, dict[str, Ratio]]:
    """Figures by row of ``GROUPS`` and by name: found, exact, attributed, exact_attributed."""
    tests: dict[str, Callable[[Pair], bool]] = {
        "found": lambda pair: pair.found,
        "exact": lambda pair: pair.exact,
        "attributed": lambda pair: pair.speaker_right,
        "exact_attributed": lambda pair: pair.exact and pair.speaker_right,
    }
    counted = [pair for pair in pairs if pair.counted]
    return {
        group: {name: _ratio(counted, types, test) for name, test in tests.items()} for group, types in GROUPS.items()
    }


def _ratio(pairs: Sequence[Pair], types: tuple[QuoteType, ...], right: Callable[[Pair], bool]) -> Ratio:
    gold = [pair for pair in pairs if pair.gold and pair.gold.quote.type in types]
    predicted = [pair for pair in pairs if pair.predicted and pair.predicted.type in types]
    return Ratio(
        right_predicted=sum(map(right, predicted)),
        predicted=len(predicted),
        right_gold=sum(map(right, gold)),
        gold=len(gold),
    )


def type_right(pairs: Sequence[Pair]) -> Ratio:
    """Found pairs whose types agree, over the found pairs."""
    found = [pair for pair in pairs if pair.counted and pair.found]
    right = sum(pair.type_right for pair in found)
    return Ratio(right, len(found), right, len(found))


def credit_right(pair: Pair, name: CreditField) -> bool | None:
    """Whether a found pair's outlet (programme, …) is right; ``None`` when nothing was asked or given."""
    if pair.gold is None:
        return None
    expected: str | None = getattr(pair.gold.quote, name)
    given: str | None = getattr(pair.predicted, name) if pair.predicted else None
    if given is None:
        return None if expected is None else False
    welcome = pair.gold.also.get(name, ())
    return any(credits_agree(given, choice) for choice in (*((expected,) if expected else ()), *welcome))


def score_credits(pairs: Sequence[Pair], name: CreditField) -> Ratio:
    """Figures for outlet, programme, interviewer or platform; see the module's docstring."""
    counted = [pair for pair in pairs if pair.counted and pair.gold]
    asked = [pair for pair in counted if pair.gold and getattr(pair.gold.quote, name) is not None]
    given = [pair for pair in counted if pair.predicted and getattr(pair.predicted, name) is not None]
    return Ratio(
        right_predicted=sum(credit_right(pair, name) is True for pair in given),
        predicted=len(given),
        right_gold=sum(credit_right(pair, name) is True for pair in asked),
        gold=len(asked),
    )
