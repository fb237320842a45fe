"""Which news organisation got or carried a statement.

1. ``find_sightings``: where the text names outlets.
2. ``places.read_place``: what the sentence makes of each: told, interviewed by, quoted by, on the air of, according to.
3. ``_give``: each goes to the statements whose cue its place hangs on.
4. ``_carry_on``: a later statement of the same speaker on the same occasion has the outlet of the earlier.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from service.quotes import lexicon
from service.quotes.outlet_names import (
    NOUN_SCORE,
    PLAIN_SCORE,
    Sighting,
    bare_outlet,
    find_listed,
    find_worded,
    fold_apostrophes,
    names_a_programme,
)
from service.quotes.phrases import MAX_CLIMB, distance_to_cue, is_word, says
from service.quotes.places import Place, read_place
from service.quotes.posts import name_platforms
from service.quotes.programmes import find_host
from service.quotes.sightings import find_sightings
from service.quotes.trees import SUBJECTS, Trees, Word
from service.quotes.types import Attribution, Candidate, Outlet, OutletBasis, ParsedText, Span, Speaker

__all__ = ["name_outlets", "name_platforms"]

MAX_ARTICLE_CHARACTERS = 5  # between "told" and a name: a space, or an article and two
MAX_CARRY_PARAGRAPHS = 2  # an outlet said of one statement holds for the same speaker this far on
CARRIED_SCORE = 0.62
ALONE_SCORE = 0.85  # the only statement of its sentence, though the tree does not join the two
NEAREST_SCORE = 0.65  # one of several statements of its sentence, the nearest
# What the outlet heard itself may go on over several statements; what it quoted need not.
HEARD = frozenset({"heard", "interview", "air", "written"})
WRITING = frozenset({"wrote", "writes", "column", "editorial", "letter", "blog"})
# A sentence that tells of the occasion of what was said before it ("She was speaking to …", "Her remarks came in …").
OF_THE_OCCASION = re.compile(
    r"(?P<who>(?:[\w’'.-]+ ){1,6}?)"
    r"(?:(?:was|were|had been|has been) (?:speaking|talking|interviewed|asked|being interviewed)"
    r"|spoke|talked|made (?:the|these|those|his|her|their) [a-z]+)\b"
    r"|(?:His|Her|Their|The|These|Those) (?:[a-z]+ )?(?:comments?|remarks?|statements?|words|interview|claims?"
    r"|warnings?|admission|announcement|intervention|observations?|criticism) (?!will)[a-z]+\b"
)
SPOKE = r"(?:spoke|speaks|speaking|talks|talked|talking|interview|interviewed|conversation|sat down|sits down)"
IN_A_LEAD = re.compile(r"\b(?:on|to|in|for|via|with) (?:the )?[“\"‘']?$")
SPACE = re.compile(r"[\u00a0\u2000-\u200a\u202f]")
# An outlet's report is beside a statement with "as" ("…, as Reuters reported"); with these it tells when or why.
TIMES = frozenset({"after", "before", "when", "while", "because", "since", "although", "though", "if", "until", "once"})
PLAIN_TYPES = frozenset({"direct", "mixed"})


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
    platforms: Sequence[str | None] = (),
) -> tuple[Outlet | None, ...]:
    """The outlet of each attribution, in the same order; ``None`` where the text names none.

    ``speakers`` has one entry an attribution, and so has ``platforms`` where given: what was posted on a platform was
    told to no outlet, so none is carried on to it. ``publisher`` is who published this text: "The Post" or "this
    newspaper" mean it. Spans of the result count code points of ``parsed.text``. Example: "“Stay home,” she told the
    Kherson Herald." gives "Kherson Herald", stated.
    """
    parsed = replace(parsed, text=SPACE.sub(" ", parsed.text))  # names are read across spaces of any width
    trees = Trees(parsed)
    sightings = find_sightings(parsed, publisher=publisher)
    places = [(sighting, read_place(trees, sighting)) for sighting in sightings]
    gifts, loose = _give(trees, places, attributions)
    gifts = _with_leads(parsed.text, places, gifts, attributions)
    gifts = _carry_on(parsed, gifts, loose, attributions, speakers, platforms or (None,) * len(attributions))
    gifts = _with_occasions_told_after(trees, gifts, loose, attributions, speakers)
    gifts = _with_interviews(parsed, places, gifts, attributions, speakers)
    gifts = _with_hosts(parsed, trees, gifts, attributions)
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
        only_programme = sighting.programme is not None and names_a_programme(words)
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
    name = re.sub(r" \([^)]*\)$", "", names.get(outlet, outlet))
    return bare_outlet(name) or name


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
    trees: Trees, places: Sequence[tuple[Sighting, Place | None]], attributions: Sequence[Attribution]
) -> tuple[list[_Gift | None], list[_Gift]]:
    """The best outlet of each attribution, and those that a sentence names with no statement of its own."""
    cues = _Cues(trees, attributions)
    gifts: list[_Gift | None] = [None] * len(attributions)
    loose: list[_Gift] = []
    for sighting, place in places:
        if place is None:
            continue
        if place.relation == "asking":  # whoever is asked answers in the sentences behind
            loose.append(_Gift(sighting, "heard", "carried", CARRIED_SCORE))
            continue
        takers = _takers(cues, sighting, place)
        if not takers and not sighting.plain and place.relation in HEARD and not cues.quoted(sighting.span):
            loose.append(_Gift(sighting, place.relation, "carried", CARRIED_SCORE))
        for number, score in takers:
            old = gifts[number]
            doubtful = sighting.score <= PLAIN_SCORE and not place.plain
            if doubtful and attributions[number].quotation.type not in PLAIN_TYPES:
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
    if other is None or (other.outlet != sighting.outlet and not _is_of_the_house(sighting, other)):
        return sighting
    return replace(
        sighting,
        programme=sighting.programme or other.programme,
        interviewer=sighting.interviewer or other.interviewer,
    )


def _is_of_the_house(sighting: Sighting, other: Sighting) -> bool:
    """True for an outlet and a programme of its house: "NBC’s Ann Lee on “Meet the Press”", which NBC News makes."""
    own = sighting.programme is None or other.programme is None
    return (
        own and sighting.outlet.split()[0] == other.outlet.split()[0] and len(sighting.outlet.split()[0]) > len("The")
    )


def _takers(cues: _Cues, sighting: Sighting, place: Place) -> list[tuple[int, float]]:
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
        if place.relation in {"page", "air"} and _tells_of_another(cues.trees, word):
            return []
        word = cues.trees.head(word)
    if not near:
        return []
    if len({cues.attributions[n].cue for n in near}) == 1:
        return [(n, place.score * ALONE_SCORE) for n in near]
    nearest = min(near, key=lambda n: distance_to_cue(cues.attributions[n], sighting.span))
    return [(nearest, place.score * NEAREST_SCORE)]


def _tells_of_another(trees: Trees, verb: Word) -> bool:
    """True for the verb of a clause on a thing of the speaker's: "Dorr, whose study appeared in Nature, said"."""
    subject = trees.child(verb, *SUBJECTS)
    if subject is None or not verb.token.deprel.startswith("acl") or subject.upos != "NOUN":
        return False
    owner = trees.child(Word(verb.sentence, subject), "nmod:poss")
    return owner is not None and owner.text.lower() == "whose" and not is_word(subject, "interview")


def _relayed(cues: _Cues, sighting: Sighting, place: Place, near: Sequence[int]) -> list[tuple[int, float]]:
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
    mark = cues.trees.child(governor, "mark", "advmod")
    if mark is not None and mark.text.lower() in TIMES:
        return []
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


def _with_leads(
    text: str,
    places: Sequence[tuple[Sighting, Place | None]],
    gifts: Sequence[_Gift | None],
    attributions: Sequence[Attribution],
) -> list[_Gift | None]:
    """``gifts`` with outlets of leads without a verb, between who speaks and the colon: "Lena Wilk (on BBC One):"."""
    result = list(gifts)
    starts = [sighting.span.start for sighting, _ in places]
    for number, attribution in enumerate(attributions):
        if attribution.rule != "colon" or attribution.cue is not None or attribution.mention is None:
            continue
        lead = attribution.mention.end, attribution.quotation.outer[0].start
        for sighting, place in places[bisect_left(starts, lead[0]) : bisect_left(starts, lead[1])]:
            settled = sighting.sure or (place is not None and place.relation in HEARD)
            if settled and IN_A_LEAD.search(text, lead[0], sighting.phrase.start):
                result[number] = _Gift(sighting, "air", "stated", sighting.score * ALONE_SCORE)
    return result


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
    platforms: Sequence[str | None],
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
            written = (gift := result[last[0]]) is not None and gift.relation == "written"
            posted = platforms[number] is not None and platforms[number] != platforms[last[0]]
            new = posted or _new_occasion(parsed, attribution, written=written)
            if same and here - last[1] <= MAX_CARRY_PARAGRAPHS and not new:
                carried = result[last[0]]
                assert carried is not None
                result[number] = replace(carried, basis="carried", score=min(CARRIED_SCORE, carried.score))
                last = (number, here)
                continue
            last = None
        if platforms[number] is None:
            result[number] = _from_loose(parsed, paragraphs, loose, starts, attribution, speakers[number])
        last = (number, here) if result[number] is not None else None
    return result


def _with_occasions_told_after(
    trees: Trees,
    gifts: Sequence[_Gift | None],
    loose: Sequence[_Gift],
    attributions: Sequence[Attribution],
    speakers: Sequence[Speaker | None],
) -> list[_Gift | None]:
    """``gifts`` with the outlet that the sentence behind a statement says it was made to, by whom it is about."""
    result = list(gifts)
    starts = [attribution.quotation.outer[0].start for attribution in attributions]
    for gift in loose:
        sentence = trees.sentence_at(gift.sighting.span.start)
        told = OF_THE_OCCASION.match(sentence.span.of(trees.text)) if sentence else None
        number = bisect_left(starts, sentence.span.start) - 1 if sentence else -1
        if sentence is None or told is None or number < 0 or result[number] is not None:
            continue
        speaker, end = speakers[number], attributions[number].quotation.outer[-1].end
        apart = end > sentence.span.start or trees.text.count("\n\n", end, sentence.span.start) > 1
        if speaker is None or speaker.person.kind == "organisation" or apart:
            continue
        who = Span(sentence.span.start, sentence.span.start + len(told["who"] or ""))
        own = told["who"] is None or told["who"].strip() in ("He", "She", "They")
        if own or any(who.overlaps(mention) for mention in speaker.person.mentions):
            result[number] = gift
    return result


def _with_interviews(
    parsed: ParsedText,
    places: Sequence[tuple[Sighting, Place | None]],
    gifts: Sequence[_Gift | None],
    attributions: Sequence[Attribution],
    speakers: Sequence[Speaker | None],
) -> list[_Gift | None]:
    """``gifts`` with who had an interview set as turns: the label that is an outlet's, else whom the text around the
    turns says was spoken to. The outlet's own questions have none.
    """
    turns = [number for number, attribution in enumerate(attributions) if attribution.rule == "turn"]
    if not turns:
        return list(gifts)
    labels = {
        mention for number in turns if (mention := attributions[number].mention) and not _is_person(speakers[number])
    }
    written = {label.of(parsed.text) for label in labels}
    pieces = sorted(piece for number in turns for piece in attributions[number].quotation.outer)
    starts = [piece.start for piece in pieces]
    outside = [(s, place) for s, place in places if not _lies_in(pieces, starts, s.span)]
    asking = [s for s, _ in outside if s.span in labels and not s.plain] or _spoken_to(parsed.text, labels)
    heard = [s for s, place in outside if place and place.relation in HEARD and not s.plain and s.span not in labels]
    if asking:
        gift = _Gift(asking[0], "interview", "stated", asking[0].score)
    elif heard:
        gift = _Gift(heard[0], "interview", "carried", CARRIED_SCORE)
    else:
        return list(gifts)
    result = list(gifts)
    for number in turns:
        label = attributions[number].mention
        result[number] = None if label is None or label.of(parsed.text) in written else gift
    return result


def _lies_in(pieces: Sequence[Span], starts: Sequence[int], span: Span) -> bool:
    """True when one of ``pieces`` (in text order, none in another; ``starts`` are theirs) holds ``span``."""
    at = bisect_right(starts, span.start) - 1
    return at >= 0 and pieces[at].contains(span)


def _is_person(speaker: Speaker | None) -> bool:
    return speaker is not None and speaker.person.kind == "person"


def _spoken_to(text: str, labels: Collection[Span]) -> list[Sighting]:
    """The first label that the text elsewhere says was spoken to: "Nordlys: …" after "She spoke to Nordlys"."""
    for label in sorted(labels):
        name = label.of(text)
        if re.search(rf"\b{SPOKE} (?:[a-z]+ ){{0,2}}(?:to|with|by) (?:the )?{re.escape(name)}\b", text):
            return [Sighting(label, name, "unknown", NOUN_SCORE, True)]
    return []


def _with_hosts(
    parsed: ParsedText, trees: Trees, gifts: Sequence[_Gift | None], attributions: Sequence[Attribution]
) -> list[_Gift | None]:
    """``gifts`` with who the sentence of a cue says asked: "speaking on Lagoon FM, she told host Ann Lee that"."""
    starts = [entity.span.start for entity in parsed.entities]
    result = list(gifts)
    for number, (gift, attribution) in enumerate(zip(gifts, attributions, strict=True)):
        if gift is None or attribution.cue is None or gift.sighting.interviewer or gift.relation not in HEARD:
            continue
        sentence = trees.sentence_at(attribution.cue.start)
        host = find_host(parsed, starts, sentence.span) if sentence else None
        if host and not (find_listed(host) or find_worded(host)):  # "told broadcaster Zorya TV"
            result[number] = replace(gift, sighting=replace(gift.sighting, interviewer=host))
    return result


def _keeps_on(gift: _Gift | None, speaker: Speaker | None) -> bool:
    """True when the speaker's next words may be of the same occasion: not for an outlet that speaks itself."""
    if gift is None or gift.relation not in HEARD or speaker is None or speaker.person.name is None:
        return False
    return speaker.person.kind in {"person", "unnamed", "group"}


def _new_occasion(parsed: ParsedText, attribution: Attribution, *, written: bool = False) -> bool:
    """True when the words around a cue set the statement elsewhere: a speech, a tweet, a hearing, another day; words
    ``written`` for an outlet are no other for being written.
    """
    if attribution.cue is None:
        return False
    after = parsed.text[attribution.cue.start : attribution.cue.end + 80].split("\n")[0]
    before = parsed.text[max(0, attribution.cue.start - 60) : attribution.cue.start].split("\n")[-1]
    outside = re.split(r"[“\"”]", after)[0] + " " + re.split(r"[“\"”]", before)[-1]
    words = set(re.findall(r"[\w’]+", outside.casefold()))
    if words & {"interview"} and not words & {"an", "another"}:
        return False
    others = lexicon.carrying_words("occasion") | lexicon.carrying_words("elsewhere")
    return bool(words & (others - WRITING if written else others))


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
    if at < 0 or speaker is None or speaker.person.kind == "organisation":
        return None
    gift = loose[at]
    if speaker.person.name is not None and speaker.person.name == gift.sighting.interviewer:
        return None
    if _new_occasion(parsed, attribution, written=gift.relation == "written"):
        return None
    if paragraphs.number(start) - paragraphs.number(gift.sighting.span.start) > 1:
        return None
    sentence = next((s for s in parsed.sentences if s.span.contains(gift.sighting.span)), None)
    if sentence is None or not any(sentence.span.overlaps(mention) for mention in speaker.person.mentions):
        return None
    return gift
