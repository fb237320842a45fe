"""The mentions of a text: every name, pronoun and noun phrase that can stand for somebody who speaks.

``read_mentions`` goes once over the parse, in text order. What a mention can stand for (kind, gender, number) is read
from the lexicon and the parse; which mentions are one person is not decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from service.quotes import lexicon, vocabulary
from service.quotes.names import fold_word, is_acronym_of
from service.quotes.types import Entity, ParsedText, Span, Token

Sort = Literal["name", "pronoun", "description"]
Kind = Literal["person", "organisation", "group", "document", "place", "unknown"]
Gender = Literal["m", "f", "n", ""]

MAX_PHRASE_TOKENS = 60  # a noun phrase longer than this is a misparse
MAX_CLIMB = 12  # steps up the tree; deeper nesting does not change who speaks
# They bring in one of those just told of ("officials, including the mayor, Ana Ruiz").
ILLUSTRATING = frozenset({"including", "particularly", "especially", "notably", "chiefly", "like"})
NAME_LINKS = frozenset({"flat", "compound", "flat:name", "flat:foreign", "goeswith"})
TITLE_LINKS = frozenset({"compound", "nmod:desc", "flat", "appos", "amod", "nmod", "nmod:unmarked"})
_OF_A_PHRASE = frozenset({"ADP", "DET", "NOUN", "PROPN", "ADJ", "CCONJ", "PART", "NUM"})
_BESIDE_LINKS = frozenset({"flat", "appos", "compound"})  # of a name that follows the noun for who it is
SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "csubj"})

_PRONOUNS: dict[str, tuple[Gender, bool | None]] = {
    **dict.fromkeys(("he", "him", "his"), ("m", False)),
    **dict.fromkeys(("she", "her", "hers"), ("f", False)),
    **dict.fromkeys(("it", "its"), ("n", False)),
    **dict.fromkeys(("they", "them", "their", "theirs"), ("", None)),
}
FIRST_OR_SECOND = frozenset(
    [
        "i",
        "me",
        "my",
        "mine",
        "myself",
        "we",
        "us",
        "our",
        "ours",
        "ourselves",
        "you",
        "your",
        "yours",
        "yourself",
        "yourselves",
    ]
)
_NO_ANTECEDENT = frozenset(
    [
        "who",
        "which",
        "that",
        "what",
        "whoever",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "anyone",
        "nobody",
        "one",
    ]
)
CALLED = frozenset({"call", "name"})  # "a boy called Oleh"
QUANTIFIERS = frozenset(["some", "others", "many", "most", "several"])
_DEFINITE = frozenset(
    ["the", "this", "that", "these", "those", "his", "her", "its", "their", "my", "our", "your", "both"]
)
CALENDAR = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
     "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip
# A line that says who wrote or edited the article, nobody whom it is about: capitalised words and what joins names.
BYLINE = re.compile(
    r"\(?(?:[A-Z][a-z]+ ){0,2}(?:[Bb]y|BY):? "
    r"(?:(?:[A-ZÀ-Þ]\S*|and|in|for|of|at|the|by|with|de|van|von|al|bin|staff|newsroom;?|bureaus?;?|[&|–—-])(?: |$))+"
)
_EDGES = " \t\n\r\u00a0,;:.…–—-"


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch that stands for somebody. ``first``, ``last`` and ``head`` index ``Words.tokens``; ``last`` is
    included.

    ``plural`` is ``None`` when the form leaves it open. ``quoted`` numbers the words in marks that the mention lies
    in, -1 outside; ``reported`` is true in any reported words, in marks or not. A ``quantifier`` is "some", "many"
    and the like.
    """

    span: Span
    first: int
    last: int
    head: int
    sort: Sort
    kind: Kind
    gender: Gender
    plural: bool | None
    definite: bool
    sentence: int
    quoted: int
    reported: bool
    quantifier: bool = False


class Words:
    """The tokens of a text in one row, with the sentence, head and children of each by position in that row."""

    __slots__ = ("_ends", "_starts", "children", "first_of", "heads", "paragraph_of", "sentence_of", "text", "tokens")

    def __init__(self, parsed: ParsedText) -> None:
        self.text = parsed.text
        self.tokens: tuple[Token, ...] = tuple(token for sentence in parsed.sentences for token in sentence.tokens)
        sentence_of: list[int] = []
        heads: list[int] = []
        first_of: list[int] = []
        for number, sentence in enumerate(parsed.sentences):
            base = len(sentence_of)
            first_of.append(base)
            for place, token in enumerate(sentence.tokens):
                sentence_of.append(number)
                inside = 0 <= token.head < len(sentence.tokens) and token.head != place
                heads.append(base + token.head if inside else -1)
        self.sentence_of = tuple(sentence_of)
        self.heads = tuple(heads)
        self.first_of = (*first_of, len(sentence_of))
        children: list[list[int]] = [[] for _ in heads]
        for place, head in enumerate(heads):
            if head >= 0:
                children[head].append(place)
        self.children = tuple(map(tuple, children))
        ends = [paragraph.end for paragraph in parsed.paragraphs]
        self.paragraph_of = tuple(bisect_right(ends, sentence.span.start) for sentence in parsed.sentences)
        self._starts = [token.span.start for token in self.tokens]
        self._ends = [token.span.end for token in self.tokens]

    def covered(self, span: Span) -> range:
        """The positions of the tokens that share a character with ``span``."""
        return range(bisect_right(self._ends, span.start), bisect_left(self._starts, span.end))

    def head_of(self, places: range) -> int:
        """The position in ``places`` that the others hang on: the first whose head lies outside; -1 when empty."""
        roots = [place for place in places if self.heads[place] not in places]
        worded = [place for place in roots if self.tokens[place].upos != "PUNCT"]
        return (worded or roots or list(places) or [-1])[0]

    def span(self, first: int, last: int) -> Span:
        """The characters from the token at ``first`` to the one at ``last``, both included."""
        return Span(self.tokens[first].span.start, self.tokens[last].span.end)

    def words(self, first: int, last: int) -> str:
        """The text of that stretch with each white space made one blank."""
        return " ".join(self.span(first, last).of(self.text).split())

    def descendants(self, place: int) -> tuple[int, ...]:
        """``place`` and everything under it, at most ``MAX_PHRASE_TOKENS``, in text order."""
        seen = [place]
        known = {place}
        for current in seen:
            fresh = [child for child in self.children[current] if child not in known]
            seen.extend(fresh)
            known.update(fresh)
            if len(seen) > MAX_PHRASE_TOKENS:
                break
        return tuple(sorted(seen))

    def phrase_head(self, place: int) -> int:
        """The token whose relation is that of the whole phrase a name is part of.

        "partner" in "his partner Ana", "Ana" for "Luka" in "Ana and Luka".
        """
        for _ in range(MAX_CLIMB):
            head, link = self.heads[place], self.tokens[place].deprel.split(":")[0]
            joined = link == "conj" and head >= 0 and self.tokens[head].upos in ("NOUN", "PROPN", "PRON")
            if not 0 <= head < place or not (joined or link in _BESIDE_LINKS):
                break
            place = head
        return place

    def chain(self, place: int) -> Iterator[int]:
        """The heads above ``place``, nearest first."""
        for _ in range(MAX_CLIMB):
            place = self.heads[place]
            if place < 0:
                return
            yield place


def tidy(text: str) -> str:
    """``text`` on one line, without white space or separating marks at its edges, or a bracket that nothing closes."""
    line = " ".join(text.split()).strip(_EDGES + '"“”')
    return line if line.count("(") <= line.count(")") else line[: line.rindex("(")].strip(_EDGES)


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Sorted stretches of the text that do not overlap."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, spans: Sequence[Span]) -> _Stretches:
        return cls(tuple(span.start for span in spans), tuple(span.end for span in spans))

    def at(self, position: int) -> int:
        """The number of the stretch that holds ``position``, or -1."""
        number = bisect_right(self.starts, position) - 1
        return number if number >= 0 and position < self.ends[number] else -1


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """``spans`` in text order with overlapping ones made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where names stand: the number of the name that covers each token position."""

    covering: dict[int, int]
    known_words: frozenset[str]


def read_mentions(
    parsed: ParsedText,
    *,
    words: Words,
    quoted: Sequence[Span],
    speakers: Sequence[Span],
    reported: Sequence[Span] = (),
) -> tuple[Mention, ...]:
    """The mentions of ``parsed`` in text order; no two share a head.

    ``quoted`` are the stretches in quotation marks, ``reported`` those reported without, neither overlapping its
    like, and ``speakers`` the words attributed as sources: a source counts as a mention even where the lexicon knows
    no noun of it.
    """
    in_marks, without = _Stretches.of(quoted), _Stretches.of(reported)

    def quotation_of(span: Span) -> tuple[int, bool]:
        number = in_marks.at(span.start)
        return number, number >= 0 or without.at(span.start) >= 0

    names = _read_names(parsed, words, speakers)
    taken = {place for first, last, _ in names for place in range(first, last + 1)}
    full = {words.tokens[last].text for first, last, kind in names if kind == "person" and first < last}
    found = [_name_mention(words, first, last, kind, quotation_of, full) for first, last, kind in names]
    found.extend(_read_others(words, taken, {words.head_of(words.covered(span)) for span in speakers}, quotation_of))
    bylines = _Stretches.of([span for span in parsed.paragraphs if BYLINE.fullmatch(parsed.text, span.start, span.end)])
    found = [mention for mention in found if bylines.at(mention.span.start) < 0]
    return tuple(sorted(found, key=lambda mention: (mention.span.start, mention.span.end)))


def _read_names(parsed: ParsedText, words: Words, speakers: Sequence[Span]) -> list[tuple[int, int, Kind]]:
    """First and last token and kind of each name: the entities, then the runs of proper nouns no entity covers."""
    surnames = _surnames(words, parsed.entities)
    speaking = {place for span in speakers for place in words.covered(span)}
    entities = [
        _who_speaks(words, name, surnames, speaking)
        for entity in parsed.entities
        if (name := _entity_name(words, entity, surnames)) is not None and not _is_national(words, *name[:2])
    ]
    explained = [*_explained(words), *_outside(_whole_bodies(words), entities)]
    within = {place for first, last, _ in explained for place in range(first, last + 1)}
    longer = [name for name in entities if name[2] == "person" and name[1] > name[0]]
    people = {place for first, last, _ in longer for place in range(first, last + 1)}
    full = [name for name in explained if not people.intersection(range(name[0], name[1] + 1))]
    found = [*full, *(name for name in entities if not (full and within.intersection(range(name[0], name[1] + 1))))]
    found = _agreed_kinds(words, _hyphened(words, _without_overlaps(found)))
    covered = {place for first, last, _ in found for place in range(first, last + 1)}
    known = {
        fold_word(words.tokens[place].text)
        for first, last, kind in found
        if kind == "person"
        for place in range(first, last + 1)
    }
    runs = _proper_runs(words, covered, {place for place in speaking if _is_surname(words, place, surnames)})
    found.extend(
        name
        for first, last in runs
        if not _is_national(words, first, last) and (name := _run_name(words, first, last, known, speaking)) is not None
    )
    offices = _short_offices(words)
    return sorted(name for name in found if words.words(name[0], name[1]) not in offices)


def _short_offices(words: Words) -> set[str]:
    """Short forms that stand in brackets behind an office, before the name of who holds it: "Port Officer (PO) Bos"."""
    return {
        words.tokens[place].text
        for place in range(2, len(words.tokens) - 2)
        if words.tokens[place].text.isupper()
        and (words.tokens[place - 1].text, words.tokens[place + 1].text) == ("(", ")")
        and vocabulary.is_role(fold_word(words.tokens[place - 2].text))
        and words.tokens[place + 2].upos == "PROPN"
    }


def _is_national(words: Words, first: int, last: int) -> bool:
    """True for "the Estonian", "the Swede": somebody called by the country; not for all of them ("the Dutch")."""
    word = fold_word(words.tokens[first].text)
    led = _is_led_by_the(words, first)
    return first == last and led and not _is_a_people(word) and vocabulary.place_of(word) is not None


def _is_a_people(word: str) -> bool:
    """Whether an adjective of place with "the" before it means all of a country: "the French", "the Chinese"."""
    return word.endswith(("ese", "sh", "ch", "ss")) and word != "czech"


def _surnames(words: Words, entities: Sequence[Entity]) -> frozenset[str]:
    """The folded last words of the people the article names in full."""
    people = (words.covered(entity.span) for entity in entities if entity.kind == "person")
    return frozenset(fold_word(words.tokens[places[-1]].text) for places in people if len(places) > 1)


def _who_speaks(
    words: Words, name: tuple[int, int, Kind], surnames: frozenset[str], speaking: Collection[int]
) -> tuple[int, int, Kind]:
    """``name``; the surname of somebody named in full is theirs where it is a source, though it looks like a place."""
    first, last, kind = name
    own = kind == "place" and first == last and first in speaking and _is_surname(words, first, surnames)
    return (first, last, "person") if own else name


def _is_surname(words: Words, place: int, surnames: frozenset[str]) -> bool:
    """True for a capitalised word of any kind that is the surname of somebody named in full, with no article to it."""
    token = words.tokens[place]
    led = place > words.first_of[words.sentence_of[place]] and words.tokens[place - 1].upos in ("DET", "ADJ", "NOUN")
    return token.text[:1].isupper() and fold_word(token.text) in surnames and not led


def _outside(
    names: Sequence[tuple[int, int, Kind]], entities: Sequence[tuple[int, int, Kind]]
) -> list[tuple[int, int, Kind]]:
    """``names`` that are no part of a longer name of a body: "Supreme Court", not that of "Supreme Court of India"."""
    bodies = [(first, last) for first, last, kind in entities if kind != "person"]
    return [
        name
        for name in names
        if not any(first <= name[0] and name[1] <= last and last - first > name[1] - name[0] for first, last in bodies)
    ]


def _explained(words: Words) -> list[tuple[int, int, Kind]]:
    """The full names that an acronym in brackets right after them spells: "Port Workers Union (PWU)".

    The shortest stretch before the bracket whose initials give the acronym, as in Schwartz and Hearst, "A simple
    algorithm for identifying abbreviation definitions in biomedical text" (2003), by words instead of letters.
    """
    found: list[tuple[int, int, Kind]] = []
    for place in range(1, len(words.tokens) - 1):
        short = words.tokens[place + 1].text
        if words.tokens[place].text != "(" or not short.isupper() or len(short) < 2:
            continue
        lowest = max(words.first_of[words.sentence_of[place]], place - 2 * len(short) - 3)
        for first in range(place - 2, lowest - 1, -1):
            spelt = words.tokens[first].text[:1].isupper() and is_acronym_of(short, words.words(first, place - 1))
            office = any(vocabulary.is_role(fold_word(words.tokens[at].text)) for at in range(first, place))
            if spelt and not office:  # "Deputy Commissioner of Police (DCP)" is who holds the office
                found.append((first, place - 1, "organisation"))
                break
    return found


def _whole_bodies(words: Words) -> list[tuple[int, int, Kind]]:
    """Well-known names of bodies, whatever the models make of them: "the White House", "Downing Street"."""
    found: list[tuple[int, int, Kind]] = []
    for place, token in enumerate(words.tokens):
        for name in _whole_by_first().get(token.text, ()):
            last = place + len(name) - 1
            end = words.first_of[words.sentence_of[place] + 1]
            written = tuple(other.text for other in words.tokens[place : last + 1])
            goes_on = last + 1 < end and words.tokens[last + 1].upos == "PROPN"
            if written == name and last < end and not goes_on and not _continues_name(words, place):
                found.append((place, last, "organisation"))
    return found


def _continues_name(words: Words, place: int) -> bool:
    before = words.tokens[place - 1] if place > words.first_of[words.sentence_of[place]] else None
    return before is not None and before.upos == "PROPN" and before.text not in ("The", "the")


@cache
def _whole_by_first() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The complete names of bodies by their first word."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in lexicon.whole_bodies():
        found[name[0]] = (*found.get(name[0], ()), name)
    return found


def _hyphened(words: Words, names: Sequence[tuple[int, int, Kind]]) -> list[tuple[int, int, Kind]]:
    """``names`` with two people's that a hyphen joins made one: "Dubois-Martin"."""
    found: list[tuple[int, int, Kind]] = []
    for first, last, kind in names:
        before = found[-1] if found else None
        gap = words.text[words.tokens[before[1]].span.end : words.tokens[first].span.start] if before else ""
        if before is not None and gap == "-" and before[2] == kind == "person":
            found[-1] = (before[0], last, kind)
        else:
            found.append((first, last, kind))
    return found


def _agreed_kinds(words: Words, names: Sequence[tuple[int, int, Kind]]) -> list[tuple[int, int, Kind]]:
    """Names written alike get one kind: what most of them were taken for; in capitals, an organisation if one was."""
    votes: dict[str, list[Kind]] = {}
    for first, last, kind in names:
        votes.setdefault(words.words(first, last), []).append(kind)
    agreed: dict[str, Kind] = {}
    aliases = _aliases(words, names)
    for text, kinds in votes.items():
        if text in aliases:
            agreed[text] = "organisation"
            continue
        shouted = text.isupper() and " " not in text and len(text) > 2 and "organisation" in kinds
        agreed[text] = "organisation" if shouted else max(kinds, key=kinds.count)
    parts = {part for text, kind in agreed.items() if kind == "person" and " " in text for part in text.split()}
    bodies = {text.split()[0] for text, kind in agreed.items() if kind == "organisation" and " " in text}
    for text, kind in agreed.items():
        if kind == "person" and text in bodies - parts and not vocabulary.is_given_name(fold_word(text)):
            agreed[text] = "organisation"  # "Atlas" beside "Atlas Shipping Lines"
    people = {fold_word(text.split()[-1]) for text, kind in agreed.items() if kind == "person"}
    for first, last, _ in names:
        if agreed[words.words(first, last)] != "person" and _is_persons(words, first, last, people):
            agreed[words.words(first, last)] = "person"
    return [(first, last, agreed[words.words(first, last)]) for first, last, _ in names]


def _is_persons(words: Words, first: int, last: int, surnames: Collection[str]) -> bool:
    """True for what reads as somebody's name and is used as one, though it was taken for a body's or a place's.

    A given name and a surname that a person has elsewhere in the article, after which an age stands, or which explain
    the noun for a person ("the bank's economist, Ada Moss").
    """
    folded = [fold_word(words.tokens[place].text) for place in range(first, last + 1)]
    if not 2 <= len(folded) <= 4 or not vocabulary.is_given_name(folded[0]) or vocabulary.is_place(folded[0]):
        return False
    if vocabulary.sorts_of_name(words.tokens[last].text):
        return False
    head = words.heads[first]
    noun = vocabulary.person_noun(fold_word(words.tokens[head].text)) if head >= 0 else None
    explains = words.tokens[first].deprel in _BESIDE_LINKS and noun is not None and noun.number == "singular"
    return folded[-1] in surnames or explains or age_after(words, last) is not None


def age_after(words: Words, last: int) -> str | None:
    """The age that stands right after a name in commas or brackets: "Ana Ruiz, 45,", "Ana Ruiz (45)"."""
    end = words.first_of[words.sentence_of[last] + 1]
    if last + 3 >= end + 1 or last + 2 >= end:
        return None
    opening, age = words.tokens[last + 1].text, words.tokens[last + 2].text
    if opening == "," and age == "aged" and last + 3 < end:
        age = words.tokens[last + 3].text
        return age if age.isdigit() else None
    closing = words.tokens[last + 3].text if last + 3 < end else "."
    closed = closing in (",", ")", ".", ";", "-") or (opening == "," and closing in ("and", "who", "of", "from"))
    return age if opening in (",", "(") and re.fullmatch(r"\d{1,2}", age) and closed else None


def _aliases(words: Words, names: Sequence[tuple[int, int, Kind]]) -> set[str]:
    """Single words in brackets right after an organisation: its short name."""
    found = set()
    for _, last, kind in names:
        if kind == "organisation" and last + 3 < len(words.tokens):
            opening, short, closing = (words.tokens[last + step].text for step in (1, 2, 3))
            if opening == "(" and closing == ")" and short[:1].isupper():
                found.add(short)
    return found


def _entity_name(words: Words, entity: Entity, surnames: frozenset[str]) -> tuple[int, int, Kind] | None:
    places = words.covered(entity.span)
    if not places or entity.kind == "other":
        return None
    first, last = places[0], places[-1]
    last = min(last, words.first_of[words.sentence_of[first] + 1] - 1)
    first, last = _trim(words, first, last)
    if first > last or _is_called_by_office(words, first, last, surnames):
        return None
    if entity.kind == "person":
        if words.words(first, last).islower():
            return None  # "magnate" names nobody
        if any(words.tokens[place].text == "," for place in range(first, last - 1)):
            return None  # "(Con, Weir)": a party and a ward
        if first == last and words.text[max(0, words.tokens[first].span.start - 1) :][:1] == "(":
            return None  # "(Ind)": a party
        opened = first
        first = _with_given_name(words, _skip_titles(words, first, last), last)
        ranked = first == last and vocabulary.is_rank(fold_word(words.tokens[first].text))
        folded = [fold_word(words.tokens[place].text) for place in range(opened, last + 1)]
        addressed = first == last > opened and vocabulary.is_honorific_among(folded, last - opened)
        if addressed or (ranked and not _is_surname(words, first, surnames)):
            return None  # "the Queen" describes, "Datuk Seri" addresses
        last = _with_last_word(words, first, last)
    elif vocabulary.is_organisation_noun(fold_word(words.words(first, last))):
        return None  # "the Ministry" describes
    return first, last, entity.kind


def _is_called_by_office(words: Words, first: int, last: int, surnames: frozenset[str]) -> bool:
    """True for "the Greens MP": no name, though it holds one."""
    nominal = all(words.tokens[place].upos in ("PROPN", "NOUN", "ADJ") for place in range(first, last + 1))
    described = first < last and _is_led_by_the(words, first) and _described(words, first, last)
    return nominal and described and fold_word(words.tokens[last].text) not in surnames


def _is_led_by_the(words: Words, first: int) -> bool:
    return first > words.first_of[words.sentence_of[first]] and words.tokens[first - 1].text.casefold() == "the"


def _trim(words: Words, first: int, last: int) -> tuple[int, int]:
    """Without the article before a name and the possessive mark, brackets and punctuation around it."""
    while first <= last and (words.tokens[first].upos in ("DET", "PUNCT") or not fold_word(words.tokens[first].text)):
        first += 1
    while last >= first and (words.tokens[last].upos in ("PUNCT", "PART") or not fold_word(words.tokens[last].text)):
        last -= 1
    return first, last


OCCUPATION_ENDINGS = ("er", "or", "ist", "ian", "man", "woman", "eer", "smith", "wright")
MIN_OCCUPATION_LETTERS = 5  # "der" and "ter" are parts of names


def _skip_titles(words: Words, first: int, last: int) -> int:
    """The first token of a person's name after honorifics and roles that were taken into it."""
    start = first
    while start < last:
        word = fold_word(words.tokens[start].text)
        near = [fold_word(token.text) for token in words.tokens[max(0, start - 1) : start + 2]]
        address = vocabulary.is_honorific_among(near, min(start, 1))
        opens = address or (vocabulary.is_role(word) and not vocabulary.is_given_name(word))
        whole = start == first and last == first + 1 and vocabulary.is_given_name(word)  # "Dean Rusk", "Lance Hill"
        if word and (whole or not (opens or _is_occupation(words, start, last))):
            break
        start += 1
    return start


def _is_occupation(words: Words, place: int, last: int) -> bool:
    """True for what somebody does, in no list, before two names: "hunter Nuka Ipeelee", "Verger Anders Holm"."""
    text, following = words.tokens[place].text, fold_word(words.tokens[place + 1].text)
    if last - place < 2 or not words.tokens[place + 1].text[:1].isupper():
        return False
    if text.islower():
        return len(text) >= MIN_OCCUPATION_LETTERS and text.endswith(OCCUPATION_ENDINGS)
    opens = place == words.first_of[words.sentence_of[place]]
    role = fold_word(text).endswith(OCCUPATION_ENDINGS) and not vocabulary.is_given_name(fold_word(text))
    return opens and role and vocabulary.is_given_name(following)


def _with_given_name(words: Words, first: int, last: int) -> int:
    """``first``, or the given name before a surname that looks like a common noun: "Observer Blessing Okafor"."""
    before = words.tokens[first - 1] if first > words.first_of[words.sentence_of[first]] else None
    if first < last or before is None or before.upos not in ("NOUN", "PROPN") or not before.text[:1].isupper():
        return first
    beside = words.text[before.span.end : words.tokens[first].span.start] == " "
    return first - 1 if beside and vocabulary.is_given_name(fold_word(before.text)) else first


def _with_last_word(words: Words, first: int, last: int) -> int:
    """``last``, or the capitalised word behind it that the parse takes for part of the name: "Wee Kah" "Soon"."""
    end = words.first_of[words.sentence_of[last] + 1]
    behind = words.tokens[last + 1] if last + 1 < end else None
    goes_on = behind is not None and behind.deprel == "flat" and first <= words.heads[last + 1] <= last
    return last + 1 if goes_on and behind is not None and behind.text.istitle() else last


def _without_overlaps(names: Sequence[tuple[int, int, Kind]]) -> list[tuple[int, int, Kind]]:
    kept: list[tuple[int, int, Kind]] = []
    for name in sorted(names, key=lambda name: (name[0], -name[1])):
        if not kept or name[0] > kept[-1][1]:
            kept.append(name)
    return kept


def _proper_runs(words: Words, covered: set[int], surnames: Collection[int]) -> Iterator[tuple[int, int]]:
    """Runs of proper nouns in one sentence that no entity covers, hyphens between them included.

    Words at the positions ``surnames`` count as such whatever the parse makes of them.
    """
    start = -1
    for place in range(len(words.tokens) + 1):
        proper = place < len(words.tokens) and (words.tokens[place].upos == "PROPN" or place in surnames)
        inside = proper and place not in covered
        breaks = start >= 0 and (not inside or words.sentence_of[place] != words.sentence_of[start])
        if breaks and not _goes_on(words, start, place, covered):
            yield start, place - 1
            start = -1
        if inside and start < 0:
            start = place


def _goes_on(words: Words, start: int, place: int, covered: set[int]) -> bool:
    """True for the small word inside an organisation's name: "Bureau of Statistics"."""
    if place + 1 >= len(words.tokens) or words.sentence_of[place + 1] != words.sentence_of[start]:
        return False
    joins = words.tokens[place].text in ("of", "for") and place not in covered and place + 1 not in covered
    body = vocabulary.is_organisation_noun(fold_word(words.tokens[place - 1].text))
    return joins and body and words.tokens[place + 1].upos == "PROPN"


def _run_name(words: Words, first: int, last: int, known: set[str], speaking: set[int]) -> tuple[int, int, Kind] | None:
    """What a run of proper nouns names: a known person, one with an honorific or given name, or some speaker."""
    start = _skip_titles(words, first, last)
    folded = [fold_word(words.tokens[place].text) for place in range(start, last + 1)]
    if all(vocabulary.is_honorific(word) or vocabulary.is_rank(word) for word in folded):
        return None
    titled = start > first or (first > 0 and vocabulary.is_honorific(fold_word(words.tokens[first - 1].text)))
    final = folded[-1]
    if _described(words, first, last) and not (first == last and final in known):
        return None
    if any(map(vocabulary.is_organisation_noun, (folded[0], final))) and not (set(folded[:1]) & known):
        return (_with_adjective(words, first), last, "organisation") if last > first else None
    if known.intersection((folded[0], final)) or titled or (len(folded) > 1 and vocabulary.is_given_name(folded[0])):
        return start, last, "person"
    if first == last and vocabulary.is_given_name(final) and _is_explained(words, first):
        return first, last, "person"
    if first == last and (final in CALENDAR or _titles_a_document(words, first)):
        return None
    return (start, last, "unknown") if speaking.intersection(range(first, last + 1)) else None


def _is_explained(words: Words, place: int) -> bool:
    """Whether a noun for a person stands beside a name: "Mehmet, a welder"."""
    beside = (words.tokens[child] for child in words.children[place] if words.tokens[child].deprel == "appos")
    return any(noun_meaning(token)[0] == "person" for token in beside)


def _titles_a_document(words: Words, place: int) -> bool:
    """Whether a word only tells what document is meant: "the “Save Our Trams” petition"."""
    head = words.heads[place]
    return words.tokens[place].deprel == "compound" and head >= 0 and noun_meaning(words.tokens[head])[0] == "document"


def _with_adjective(words: Words, first: int) -> int:
    """``first``, or the capitalised adjective before it that opens the name ("National Bureau of Statistics")."""
    before = words.tokens[first - 1] if first > words.first_of[words.sentence_of[first]] + 1 else None
    return first - 1 if before is not None and before.upos == "ADJ" and before.text[:1].isupper() else first


def _described(words: Words, first: int, last: int) -> bool:
    """True for a role in capitals that stands for its holder ("the Prime Minister", "The Opposition Leader")."""
    final = fold_word(words.tokens[last].text)
    opened = first > 0 and words.tokens[first - 1].upos in ("DET", "PRON", "ADJ")
    return (
        vocabulary.person_noun(final) is not None and (opened or last == first) and not vocabulary.is_given_name(final)
    )


def _name_mention(
    words: Words,
    first: int,
    last: int,
    kind: Kind,
    quotation_of: Callable[[Span], tuple[int, bool]],
    surnames: Collection[str],
) -> Mention:
    span = words.span(first, last)
    gender: Gender = name_gender(words, first, last) if kind in ("person", "unknown") else "n"
    plural = None if kind == "organisation" else False
    plural_form = words.tokens[last].xpos == "NNPS" and words.tokens[last].text not in surnames
    if kind == "person" and plural_form:
        kind, gender, plural = "group", "", True  # "the Sams", "Muslims"
    return Mention(
        span, first, last, words.head_of(range(first, last + 1)), "name", kind, gender, plural, True,
        words.sentence_of[first], *quotation_of(span),
    )  # fmt: skip


def name_gender(words: Words, first: int, last: int) -> Gender:
    """The gender that the honorific or role before a name, or else its given name, shows."""
    for place in range(first - 1, max(first - 4, -1), -1):
        word = fold_word(words.tokens[place].text)
        if words.sentence_of[place] != words.sentence_of[first] or (word and not _titles_name(word)):
            break
        gender = vocabulary.honorific_gender(word) or vocabulary.role_gender(word)
        if gender:
            return gender
    if first == last:
        return ""
    return vocabulary.given_gender(fold_word(words.tokens[first].text))


def _titles_name(word: str) -> bool:
    return vocabulary.is_honorific(word) or vocabulary.is_role(word) or vocabulary.is_role_word(word)


def _read_others(
    words: Words, taken: set[int], speaking: set[int], quotation_of: Callable[[Span], tuple[int, bool]]
) -> Iterator[Mention]:
    """Pronouns and descriptions outside names; ``speaking`` are the heads of the sources."""
    for place, token in enumerate(words.tokens):
        if place in taken:
            continue
        word = token.text.casefold()
        if word in _PRONOUNS and token.upos in ("PRON", "DET"):
            gender, plural = _PRONOUNS[word]
            kind: Kind = "organisation" if gender == "n" else "unknown" if not gender else "person"
            yield Mention(
                token.span, place, place, place, "pronoun", kind, gender, plural, True,
                words.sentence_of[place], *quotation_of(token.span),
            )  # fmt: skip
        elif token.upos in ("NOUN", "PROPN", "ADJ", "NUM", "DET", "PRON"):
            described = _description(words, place, taken, place in speaking, quotation_of)
            if described is not None:
                yield described


def _description(
    words: Words, place: int, taken: set[int], speaks: bool, quotation_of: Callable[[Span], tuple[int, bool]]
) -> Mention | None:
    """The noun phrase at ``place`` when it can stand for a speaker and is no part of a name."""
    token = words.tokens[place]
    noun = token.text.casefold()
    if not speaks and (token.upos not in ("NOUN", "PROPN") or belongs_to_name(words, place, taken)):
        return None
    if words.heads[place] >= 0 and token.deprel in ("compound", "nmod:desc", "amod", "flat", "det", "nummod", "fixed"):
        return None
    kind, gender, plural = noun_meaning(token)
    if kind == "group" and place and vocabulary.is_organisation_noun(fold_word(words.words(place - 1, place))):
        kind, gender, plural = "organisation", "n", False  # "the general staff"
    if kind == "unknown" and not speaks and not _is_age(words, place):
        return None
    if noun in FIRST_OR_SECOND or (noun in _NO_ANTECEDENT and not speaks):
        return None
    if not speaks and token.deprel == "appos" and _is_somebody(words, words.heads[place]):
        return None  # "the 34-year-old, a roofer", "he is the last of them, a small man": one man
    first, last = noun_phrase(words, place)
    opening = words.tokens[first].text.casefold()
    if kind == "unknown" and (_is_national(words, place, place) or _is_age(words, place)):
        kind = "person"
    owned = any(words.tokens[child].deprel == "nmod:poss" for child in words.children[place])
    span = words.span(first, last)
    return Mention(
        span, first, last, place, "description", kind, gender, plural, opening in _DEFINITE or owned,
        words.sentence_of[place], *quotation_of(span), fold_word(token.text) in QUANTIFIERS,
    )  # fmt: skip


def _is_somebody(words: Words, place: int) -> bool:
    """Whether a noun by itself stands for one person, or is part of a predicate, which tells of the subject."""
    if noun_meaning(words.tokens[place])[0] == "person" or _is_age(words, place):
        return True
    while words.tokens[place].deprel == "nmod" and words.heads[place] >= 0:
        place = words.heads[place]
    return any(words.tokens[child].deprel == "cop" for child in words.children[place])


def _is_age(words: Words, place: int) -> bool:
    """True for "45-year-old", and for the last word of it where the tokenizer makes several."""
    token = words.tokens[place]
    behind = words.text[max(0, token.span.end - 16) : token.span.end]
    return token.text.endswith("old") and re.search(r"\b\d\d?-(?:year|month)-old$", behind) is not None


def noun_meaning(token: Token) -> tuple[Kind, Gender, bool]:
    """Kind, gender and whether it is several, of what a noun stands for; kind "unknown" when no list holds it."""
    word = fold_word(token.text)
    if word in QUANTIFIERS:
        return "group", "", True
    plural = token.xpos in ("NNS", "NNPS")
    if token.upos == "PROPN" and vocabulary.is_organisation_noun(word):
        return "organisation", "n", plural  # "the Weather Center" plays in no team
    person = vocabulary.person_noun(word)
    if person is not None and not (person.group and person.number == "singular"):
        several = person.number == "plural"
        return ("group" if several else "person"), person.gender, several
    if vocabulary.is_organisation_noun(word):
        return "organisation", "n", plural
    if person is not None:
        return "group", "", True
    if vocabulary.is_document_noun(word):
        return "document", "n", plural
    return "unknown", "", plural


def belongs_to_name(words: Words, place: int, taken: set[int]) -> bool:
    """True for a noun that only says what a named person is: a title, an apposition, a predicate."""
    head = words.heads[place]
    token = words.tokens[place]
    if head in taken and token.deprel in TITLE_LINKS and token.deprel not in ("nmod", "amod"):
        return True
    children = words.children[place]
    if any(child in taken and _is_named_by(words, place, child) for child in children):
        return True
    if any(words.tokens[child].lemma.casefold() in CALLED and _holds(words, child, taken) for child in children):
        return True  # "a boy called Oleh"
    if head >= 0 and words.tokens[head].lemma in ("be", "become", "remain") and token.deprel not in SUBJECTS:
        return True
    if place + 1 in taken and words.heads[place + 1] == place and words.tokens[place + 1].deprel in TITLE_LINKS:
        return True
    if _is_named_between_commas(words, place, taken):
        return True
    return any(words.tokens[child].deprel == "cop" for child in children)


def _is_named_between_commas(words: Words, place: int, taken: set[int]) -> bool:
    """Whether the words alone show whose an office is: "the chairman of the union at the port, Ana Ruiz, came"."""
    token = words.tokens[place]
    if not vocabulary.is_role(fold_word(token.text)) or token.xpos != "NN":
        return False
    end = words.first_of[words.sentence_of[place] + 1]
    comma = place + 1
    while comma < end and words.tokens[comma].upos in _OF_A_PHRASE:
        comma += 1
    last = comma
    while last + 1 < end and last + 1 in taken:
        last += 1
    parted = comma < end and words.tokens[comma].text == "," and last - comma > 1
    return parted and last + 1 < end and words.tokens[last + 1].text == ","


def _is_named_by(words: Words, place: int, name: int) -> bool:
    """Whether a name below a noun is that of whom the noun means: beside it, or after it without a preposition."""
    link = words.tokens[name].deprel
    cased = any(words.tokens[child].deprel == "case" for child in words.children[name])
    return link in ("flat", "appos") or (link == "nmod" and name > place and not cased)


def _holds(words: Words, participle: int, taken: set[int]) -> bool:
    """Whether a participle that describes the noun before it has a name for what it calls it."""
    return words.tokens[participle].deprel == "acl" and any(child in taken for child in words.children[participle])


def noun_phrase(words: Words, place: int) -> tuple[int, int]:
    """First and last token of the noun phrase headed at ``place`` without what only stands beside it."""
    kept: list[int] = []
    for child in words.children[place]:
        relation = words.tokens[child].deprel
        if relation == "acl" or relation.split(":")[0] in ("det", "amod", "nummod", "compound", "nmod"):
            kept.extend(words.descendants(child))
    kept = [other for other in kept if words.sentence_of[other] == words.sentence_of[place]]
    first, last = min((place, *kept)), max((place, *kept))
    while words.tokens[last].upos == "PUNCT" and last > place:
        last -= 1
    return first, min(last, place + MAX_PHRASE_TOKENS)


def holds_reporting_verb(words: Words, place: int) -> bool:
    """True when the mention headed at ``place`` is the subject of a verb that can report words."""
    place = words.phrase_head(place)
    head = words.heads[place]
    return (
        head >= 0
        and words.tokens[place].deprel in SUBJECTS
        and vocabulary.is_reporting(words.tokens[head].lemma.casefold())
    )
