"""Which news organisation got or carried a statement.

1. ``find_sightings``: where the text names outlets.
2. ``_read_place``: what the sentence makes of each: told, interviewed by, quoted by, on the air of, according to.
3. ``_give``: each goes to the statements whose cue its place hangs on.
4. ``_carry_on``: a later statement of the same speaker on the same occasion has the outlet of the earlier.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.quotes import lexicon
from service.quotes.phrases import MAX_CLIMB, distance_to_cue, is_word, phrase_head, prepositions, says
from service.quotes.posts import name_platforms
from service.quotes.sightings import LISTED_SCORE, PLAIN_SCORE, Sighting, find_sightings, fold_apostrophes
from service.quotes.trees import POSSESSIVES, Trees, Word
from service.quotes.types import Attribution, Candidate, Outlet, OutletBasis, ParsedText, Span, Speaker, Token

__all__ = ["name_outlets", "name_platforms"]

MAX_ARTICLE_CHARACTERS = 5  # between "told" and a name: a space, or an article and two
MAX_LEAD_TOKENS = 7  # before a name, within its noun phrase: "the Russian state news agency"
MAX_CARRY_PARAGRAPHS = 2  # an outlet said of one statement holds for the same speaker this far on
CARRIED_SCORE = 0.62
ALONE_SCORE = 0.85  # the only statement of its sentence, though the tree does not join the two
NEAREST_SCORE = 0.65  # one of several statements of its sentence, the nearest
UNSURE_SCORE = 0.9  # names that are also common words
# What the outlet heard itself may go on over several statements; what it quoted need not.
HEARD = frozenset({"heard", "interview", "air"})
PLAIN_TYPES = frozenset({"direct", "mixed"})
AIR_KINDS = frozenset({"broadcaster", "radio", "website", "unknown", "publisher"})
NAME_LINKS = frozenset(
    {"compound", "flat", "flat:name", "appos", "amod", "fixed", "goeswith", "list", "dep", "nmod:desc"}
)
LEAD_TAGS = frozenset({"DET", "ADJ", "NOUN", "PROPN", "NUM", "PART", "PUNCT", "PRON"})


@dataclass(frozen=True, slots=True)
class _Place:
    """What a sentence makes of a sighting.

    ``relation`` is heard, agent, according, interview, air, page or subject; ``governor`` is the word it hangs on.
    """

    relation: str
    governor: Word | None
    score: float


@dataclass(frozen=True, slots=True)
class _Gift:
    """An outlet given to a statement; ``relation`` is that of its place, ``weighed`` are all it could have been."""

    sighting: Sighting
    relation: str
    basis: OutletBasis
    score: float
    weighed: tuple[Candidate, ...] = ()


def name_outlets(
    parsed: ParsedText,
    attributions: Sequence[Attribution],
    speakers: Sequence[Speaker | None],
    *,
    publisher: str | None,
) -> tuple[Outlet | None, ...]:
    """The outlet of each attribution, in the same order; ``None`` where the text names none.

    ``speakers`` has one entry an attribution. ``publisher`` is who published this text: "The Post" or "this newspaper"
    mean it. Spans of the result count code points of ``parsed.text``. Example: "“Stay home,” she told the Kherson
    Herald." gives "Kherson Herald", stated.
    """
    trees = Trees(parsed)
    sightings = find_sightings(parsed, publisher=publisher)
    places = [(sighting, _read_place(trees, sighting)) for sighting in sightings]
    gifts, loose = _give(trees, places, attributions)
    gifts = _carry_on(parsed, gifts, loose, attributions, speakers)
    names = _fullest_names(parsed.text, sightings)
    return tuple(_finish(parsed.text, gift, names) for gift in gifts)


def _fullest_names(text: str, sightings: Sequence[Sighting]) -> Mapping[str, str]:
    """The fullest form in which the text names each outlet; the lexicon's own when they differ only in the article."""
    fullest: dict[str, str] = {}
    for sighting in sightings:
        words = sighting.span.of(text)
        if words.islower() and words.startswith("the "):
            continue
        same = fold_apostrophes(sighting.outlet).removeprefix("The ") == fold_apostrophes(words)
        own = sighting.kind == "publisher" or words.startswith(("The ", "the "))
        only_programme = sighting.programme is not None and sighting.programme in fold_apostrophes(words)
        if same or own or only_programme:
            words = sighting.outlet
        if len(words) > len(fullest.get(sighting.outlet, "")):
            fullest[sighting.outlet] = words
    return fullest


def _finish(text: str, gift: _Gift | None, names: Mapping[str, str]) -> Outlet | None:
    if gift is None:
        return None
    seen = gift.sighting
    kind = "unknown" if seen.kind == "publisher" else seen.kind
    name, score = _plain_name(seen.outlet, names), round(gift.score, 3)
    taken = Candidate(name, score, "outlet", gift.relation, seen.span, chosen=True)
    others = [
        replace(each, name=_plain_name(each.name, names), score=round(each.score, 3))
        for each in sorted(gift.weighed, key=lambda each: -each.score)
        if each.span != seen.span
    ]
    return Outlet(name, kind, seen.span, gift.basis, seen.programme, seen.interviewer, score, (taken, *others))


def _plain_name(outlet: str, names: Mapping[str, str]) -> str:
    """The name to give for an outlet of the lexicon, without what tells it from others in brackets."""
    return re.sub(r" \([^)]*\)$", "", names.get(outlet, outlet))


def _reports(token: Token) -> bool:
    return token.lemma.lower() in lexicon.reporting_verbs() or is_word(token, "talk")


def _name_head(trees: Trees, span: Span) -> Word | None:
    """The token of a name that hangs on something outside it."""
    words = list(trees.words_in(span))
    inside = {(word.sentence.index, word.token.index) for word in words}
    heads = (word for word in words if (word.sentence.index, word.token.head) not in inside)
    return next(
        (word for word in heads if word.token.upos not in {"DET", "PUNCT", "ADP"}), words[-1] if words else None
    )


def _read_place(trees: Trees, sighting: Sighting) -> _Place | None:
    """What the sentence makes of a sighting; ``None`` when nothing says that the outlet heard or carried words."""
    name = _name_head(trees, sighting.span)
    if name is None:
        return None
    top = phrase_head(trees, name)
    governor = trees.head(top)
    place = _after_fixed_words(trees, sighting, top) or _place_in_tree(trees, sighting, name, top, governor)
    if place is None and (_right_after_tell(trees, sighting) or not _is_settled(top)):
        place = _place_in_words(trees, sighting)
    if place is None or (sighting.plain and not _is_likely(place, sighting)):
        return None
    factor = sighting.score * (1.0 if sighting.sure else UNSURE_SCORE)
    return replace(place, score=place.score * factor)


# However the parse hangs it up, a name soon after "according to" with nothing to part them is who it is according to.
ACCORDING = re.compile(r"\b[Aa]ccording to (?:[^\s,.;:“”\"]+ ){0,6}$")


def _is_likely(place: _Place, sighting: Sighting) -> bool:
    """True for a place that makes an outlet of a doubtful name; a programme of several words also on the air."""
    aired = sighting.programme is not None and " " in sighting.programme
    return place.relation in {"heard", "interview"} or (aired and place.relation == "air")


INTERVIEW_WITH = re.compile(r"\binterviews? (?:with|by|for) (?:the )?$")


def _after_fixed_words(trees: Trees, sighting: Sighting, top: Word) -> _Place | None:
    """The place of "according to the state-run Zorya news agency", and of "in an interview with CNN" for a sure one."""
    before = trees.text[max(0, sighting.span.start - 90) : sighting.span.start]
    governor = trees.head(top)
    if ACCORDING.search(before):
        if governor is not None and governor.token.text.lower() == "according":
            governor = trees.head(governor)
        return _Place("according", governor, 0.95)
    return _Place("interview", governor, 0.93) if sighting.sure and INTERVIEW_WITH.search(before) else None


def _is_settled(top: Word) -> bool:
    """True when the parse knows what a phrase does in its sentence."""
    return top.token.deprel.split(":")[0] in {"nsubj", "obj", "iobj", "obl", "nmod", "conj"}


def _right_after_tell(trees: Trees, sighting: Sighting) -> bool:
    """True for "told Reuters", whatever the parse makes of it, unless a common noun goes on: "told BBC managers"."""
    words = list(trees.words_in(Span(max(0, sighting.span.start - 30), sighting.span.end + 30)))
    before = [word.token for word in words if word.token.span.end <= sighting.span.start]
    after = [word.token for word in words if word.token.span.start >= sighting.span.end]
    if before and before[-1].upos == "DET":
        before.pop()
    alone = sighting.programme is None and sighting.interviewer is None
    goes_on = alone and bool(after) and (after[0].upos == "NOUN" or after[0].text in POSSESSIVES)
    return sighting.sure and bool(before) and is_word(before[-1], "tell") and not goes_on


def _is_outlets_own(sighting: Sighting, name: Word, top: Word) -> bool:
    """True when a phrase that a name is part of is the outlet's: its staff, its programme, a person of it, its kind."""
    if top is name or top.token.upos in {"PROPN", "NUM"} or sighting.span.overlaps(top.token.span):
        return True
    nouns = {words[-1] for words in lexicon.outlet_nouns()}
    own = is_word(top.token, "staff") or is_word(top.token, "show") or top.token.lemma.lower() in nouns
    return own or is_word(top.token, "interview")


def _place_in_tree(trees: Trees, sighting: Sighting, name: Word, top: Word, governor: Word | None) -> _Place | None:
    """The place as the parse has it."""
    if top is not name and is_word(top.token, "interview") and not is_word(top.token, "staff"):
        return _Place("interview", top, 0.9) if top.token.deprel not in {"nsubj", "obj"} else None
    if governor is None:
        return None
    cases = prepositions(trees, top) or prepositions(trees, name)
    if "per" in cases:
        return _Place("according", governor, 0.85)
    if not _is_outlets_own(sighting, name, top):
        return None
    if cases & {"on", "of", "at", "from"} and governor.token.upos == "PROPN":
        # "told Jake Tapper on CNN", "told Lester Holt of NBC News": what the person heard
        top = phrase_head(trees, governor)
        governor, cases = trees.head(top), prepositions(trees, top)
        if governor is None:
            return None
    if cases:
        return _place_by_preposition(cases, governor, sighting, top)
    if top.token.deprel == "nsubj:pass" and is_word(governor.token, "tell"):
        return _Place("heard", governor, 0.9)
    if top.token.deprel.startswith("nsubj"):
        plain = top is name or top.token.lemma.lower() in {words[-1] for words in lexicon.outlet_nouns()}
        named = sighting.sure or is_word(governor.token, "news") or _has_article(trees, sighting)
        return _Place("subject", governor, 0.92) if plain and named and is_word(governor.token, "relay") else None
    if top.token.deprel in {"obj", "iobj", "obl", "obl:unmarked", "obl:arg", "ccomp", "xcomp", "dep", "nsubj:outer"}:
        after = governor.token.index < top.token.index
        if is_word(governor.token, "tell") and after:
            return _Place("heard", governor, 0.98)
        if governor.token.lemma in {"cite", "quote"} and after:
            return _Place("agent", governor, 0.7)
    return None


def _has_article(trees: Trees, sighting: Sighting) -> bool:
    """True for "the Guardian": a listed name that a capital and an article set apart from the common word."""
    return sighting.score == LISTED_SCORE and trees.text[: sighting.span.start].lower().endswith("the ")


def _place_by_preposition(cases: frozenset[str], governor: Word, sighting: Sighting, top: Word) -> _Place | None:
    """The place of a name after a preposition; the word it hangs on says whether that means carried words."""
    token = governor.token
    spoken = _reports(token) or is_word(token, "interview")
    if cases & {"to", "with"} and spoken:
        return _Place("interview" if is_word(token, "interview") else "heard", governor, 0.93)
    if cases & {"to", "with"} and is_word(top.token, "host"):
        return _Place("heard", governor, 0.8)
    if "by" in cases and (is_word(token, "by") or is_word(token, "interview")):
        return _Place("agent", governor, 0.9)
    if cases & {"on", "over"} and sighting.kind in AIR_KINDS and (spoken or is_word(token, "broadcast")):
        return _Place("air", governor, 0.93)
    if cases & {"in", "for"} and sighting.kind != "agency" and (is_word(token, "write") or is_word(token, "interview")):
        return _Place("page", governor, 0.88)
    if cases & {"of", "from", "during", "at"} and is_word(token, "interview"):
        return _Place("interview", governor, 0.75)
    return None


def _place_in_words(trees: Trees, sighting: Sighting) -> _Place | None:
    """The place by the words right before the name, where the parse has nothing to say."""
    before = list(trees.words_in(Span(max(0, sighting.span.start - 90), sighting.span.start)))
    sentence = before[-1].sentence if before else None
    lead = [
        w for w in before if sentence and w.sentence.index == sentence.index and w.token.span.end <= sighting.span.start
    ]
    for steps, word in enumerate(reversed(lead)):
        token, tag = word.token, word.token.upos
        lower = token.text.lower()
        at = len(lead) - 1 - steps
        earlier = lead[at - 1] if at else None
        if earlier and lower == "to" and earlier.token.text.lower() == "according":
            return _Place("according", trees.head(earlier) or earlier, 0.95)
        if tag == "VERB" and is_word(token, "tell") and lower != "to":
            return _Place("heard", word, 0.93)
        if tag == "ADP" or lower == "to":
            nearest = next((w for w in reversed(lead[:at]) if w.token.upos in {"VERB", "NOUN"}), None)
            return _place_by_preposition(frozenset({lower}), nearest, sighting, word) if nearest else None
        if steps >= MAX_LEAD_TOKENS or tag not in LEAD_TAGS or token.text in {",", ";", ":", "”", "("}:
            return None
    return None


class _Cues:
    """The attributions by where their cues and contents lie."""

    def __init__(self, trees: Trees, attributions: Sequence[Attribution]) -> None:
        self.attributions = attributions
        self.trees = trees
        self.by_sentence: dict[int, list[int]] = {}
        for number, attribution in enumerate(attributions):
            place = attribution.cue or attribution.quotation.outer[0]
            sentence = trees.sentence_at(place.start)
            if sentence is not None:
                self.by_sentence.setdefault(sentence.index, []).append(number)
        self._pieces = sorted(piece for attribution in attributions for piece in attribution.quotation.outer)

    def quoted(self, span: Span) -> bool:
        """True when a stretch lies in reported words (in the last piece that begins before it, as they seldom nest)."""
        at = bisect_right(self._pieces, span) - 1
        return at >= 0 and self._pieces[at].contains(span)

    def near(self, sighting: Sighting) -> list[int]:
        """The attributions of the sighting's sentence that do not have it in their words."""
        sentence = self.trees.sentence_at(sighting.span.start)
        numbers = self.by_sentence.get(sentence.index, []) if sentence else []
        return [n for n in numbers if _is_beside(self.attributions[n], sighting.span)]

    def at(self, word: Word, numbers: Sequence[int]) -> list[int]:
        """Those of ``numbers`` whose cue covers a word."""
        return [n for n in numbers if (cue := self.attributions[n].cue) and cue.overlaps(word.token.span)]


def _is_beside(attribution: Attribution, span: Span) -> bool:
    """True when a name is no part of the reported words, or opens them after the cue ("told Reuters rents rose")."""
    cue = attribution.cue
    opens = cue is not None and 0 < span.start - cue.end <= MAX_ARTICLE_CHARACTERS
    return opens or not says(attribution, span)


def _give(
    trees: Trees, places: Sequence[tuple[Sighting, _Place | None]], attributions: Sequence[Attribution]
) -> tuple[list[_Gift | None], list[_Gift]]:
    """The best outlet of each attribution, and those that a sentence names with no statement of its own."""
    cues = _Cues(trees, attributions)
    gifts: list[_Gift | None] = [None] * len(attributions)
    loose: list[_Gift] = []
    for sighting, place in places:
        if place is None:
            continue
        takers = _takers(cues, sighting, place)
        if not takers and not sighting.plain and place.relation in HEARD and not cues.quoted(sighting.span):
            loose.append(_Gift(sighting, place.relation, "carried", CARRIED_SCORE))
        for number, score in takers:
            old = gifts[number]
            if sighting.score <= PLAIN_SCORE and attributions[number].quotation.type not in PLAIN_TYPES:
                continue
            this = Candidate(sighting.outlet, score, "outlet", place.relation, sighting.span)
            weighed = (*(old.weighed if old else ()), this)
            if old is None or score > old.score:
                joined = _joined(sighting, old.sighting if old else None)
                gifts[number] = _Gift(joined, place.relation, "stated", score, weighed)
            else:
                gifts[number] = replace(old, sighting=_joined(old.sighting, sighting), weighed=weighed)
    return gifts, loose


def _joined(sighting: Sighting, other: Sighting | None) -> Sighting:
    """``sighting`` with the programme and interviewer that another sighting of the same outlet names."""
    if other is None or other.outlet != sighting.outlet:
        return sighting
    return replace(
        sighting,
        programme=sighting.programme or other.programme,
        interviewer=sighting.interviewer or other.interviewer,
    )


def _takers(cues: _Cues, sighting: Sighting, place: _Place) -> list[tuple[int, float]]:
    """The attributions an outlet goes to, each with a score."""
    near = cues.near(sighting)
    if place.relation == "subject":
        return _relayed(cues, sighting, place, near)
    word: Word | None = place.governor
    for _ in range(MAX_CLIMB):
        if word is None:
            break
        if found := cues.at(word, near):
            return [(n, place.score) for n in found]
        word = cues.trees.head(word)
    if not near:
        return []
    if len({cues.attributions[n].cue for n in near}) == 1:
        return [(n, place.score * ALONE_SCORE) for n in near]
    nearest = min(near, key=lambda n: distance_to_cue(cues.attributions[n], sighting.span))
    return [(nearest, place.score * NEAREST_SCORE)]


def _relayed(cues: _Cues, sighting: Sighting, place: _Place, near: Sequence[int]) -> list[tuple[int, float]]:
    """What an outlet as subject passes on: its own words, or the statements below its verb or beside it."""
    governor = place.governor
    assert governor is not None
    own = cues.at(governor, near)
    below = [n for n in near if n not in own and _is_below(cues, n, governor)]
    if below:
        return [(n, place.score) for n in below]
    if own:
        return [(n, place.score) for n in own]
    # "…, the mayor said, Interfax reported": beside the statement, not above it
    beside = [n for n in near if cues.attributions[n].cue is not None]
    if len(beside) == 1 and governor.token.deprel in {"parataxis", "conj", "root", "ccomp", "advcl", "dep"}:
        return [(n, place.score * ALONE_SCORE) for n in beside]
    return []


def _is_below(cues: _Cues, number: int, governor: Word) -> bool:
    """True when an attribution's cue hangs, at any depth, on ``governor`` by a clause it reports."""
    cue = cues.attributions[number].cue
    word = next(cues.trees.words_in(cue), None) if cue else None
    for _ in range(MAX_CLIMB):
        if word is None:
            return False
        head = cues.trees.head(word)
        if head is not None and head.token.span == governor.token.span:
            return word.token.deprel.split(":")[0] in {"ccomp", "xcomp", "advcl", "obl", "parataxis", "acl", "obj"}
        word = head
    return False


class _Paragraphs:
    """Which paragraph an offset lies in."""

    def __init__(self, parsed: ParsedText) -> None:
        self._starts = [span.start for span in parsed.paragraphs]

    def number(self, offset: int) -> int:
        """0 for the first; offsets between two belong to the earlier."""
        return max(0, bisect_right(self._starts, offset) - 1)


def _carry_on(
    parsed: ParsedText,
    gifts: Sequence[_Gift | None],
    loose: Sequence[_Gift],
    attributions: Sequence[Attribution],
    speakers: Sequence[Speaker | None],
) -> list[_Gift | None]:
    """``gifts`` with those carried over: to continuations and to the same speaker's next words on one occasion."""
    paragraphs = _Paragraphs(parsed)
    result = list(gifts)
    starts = [gift.sighting.span.start for gift in loose]
    last: tuple[int, int] | None = None  # the statement whose outlet may go on, and the paragraph of the latest one
    for number, attribution in enumerate(attributions):
        start = attribution.quotation.outer[0].start
        here = paragraphs.number(start)
        speaker = speakers[number]
        person = speaker.person.id if speaker is not None else None
        if result[number] is not None:
            last = (number, here) if _keeps_on(result[number], speaker) else None
            continue
        if attribution.previous is not None and (before := result[attribution.previous]) is not None:
            result[number] = replace(before, basis="carried", score=before.score * 0.9)
            last = (number, here)
            continue
        if last is not None:
            source = speakers[last[0]]
            same = person is not None and source is not None and source.person.id == person
            if same and here - last[1] <= MAX_CARRY_PARAGRAPHS and not _new_occasion(parsed, attribution):
                carried = result[last[0]]
                assert carried is not None
                result[number] = replace(carried, basis="carried", score=min(CARRIED_SCORE, carried.score))
                last = (number, here)
                continue
            last = None
        result[number] = _from_loose(parsed, paragraphs, loose, starts, attribution, speakers[number])
        last = (number, here) if result[number] is not None else None
    return result


def _keeps_on(gift: _Gift | None, speaker: Speaker | None) -> bool:
    """True when the speaker's next words may be of the same occasion: not for an outlet that speaks itself."""
    if gift is None or gift.relation not in HEARD or speaker is None or speaker.person.name is None:
        return False
    return speaker.person.kind in {"person", "unnamed", "group"}


def _new_occasion(parsed: ParsedText, attribution: Attribution) -> bool:
    """True when the words around a cue set the statement elsewhere: a speech, a tweet, a hearing, another day."""
    if attribution.cue is None:
        return False
    after = parsed.text[attribution.cue.start : attribution.cue.end + 80].split("\n")[0]
    before = parsed.text[max(0, attribution.cue.start - 60) : attribution.cue.start].split("\n")[-1]
    outside = re.split(r"[“\"”]", after)[0] + " " + re.split(r"[“\"”]", before)[-1]
    words = set(re.findall(r"[\w’]+", outside.casefold()))
    if words & {"interview"} and not words & {"an", "another"}:
        return False
    return bool(words & (lexicon.carrying_words("occasion") | lexicon.carrying_words("elsewhere")))


def _from_loose(
    parsed: ParsedText,
    paragraphs: _Paragraphs,
    loose: Sequence[_Gift],
    starts: Sequence[int],
    attribution: Attribution,
    speaker: Speaker | None,
) -> _Gift | None:
    """The outlet of an occasion that a sentence right before names: "In an interview with CNN, he spoke of…"."""
    start = attribution.quotation.outer[0].start
    at = bisect_left(starts, start) - 1
    if at < 0 or speaker is None or speaker.person.kind == "organisation" or _new_occasion(parsed, attribution):
        return None
    gift = loose[at]
    if paragraphs.number(start) - paragraphs.number(gift.sighting.span.start) > 1:
        return None
    sentence = next((s for s in parsed.sentences if s.span.contains(gift.sighting.span)), None)
    if sentence is None or not any(sentence.span.overlaps(mention) for mention in speaker.person.mentions):
        return None
    return gift
