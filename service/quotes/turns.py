"""Interviews: paragraphs that open with who is speaking, "Reuters: …", "Q. …", "Zelensky – …", or questions and their
answers without labels, in a text that says it is an interview.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from service.quotes import lexicon
from service.quotes.interviewees import ANNOUNCED, find_interviewee
from service.quotes.outlet_names import find_listed, find_worded
from service.quotes.types import Entity, ParsedText, Span, Statement

SMALL_WORDS = "of|the|and|de|da|do|di|dos|das|del|der|den|la|le|van|von|zu|al|el|ibn|bin|bint|y|e"
BOLD = r"(?:\*{1,3}|_{1,3})?"
NAME = rf"(?:[A-Z][\w.'’-]*)(?:[ \u00a0](?:[A-Z][\w.'’-]*|{SMALL_WORDS})){{0,5}}"
# Behind the name in a transcript: who it is ("JOAN FELL, HOST"), how one hears it ("(on camera)"), which of several.
ROLE = r"(?:,[ \u00a0](?:[A-Z][A-Z0-9 .,&/’'-]{2,60}|(?:host|co-host|presenter|anchor|reporter|byline|moderator)\b))?"
ASIDE = r"(?:[ \u00a0]?(?:\([^()\n]{1,40}\)|\[[^\[\]\n]{1,40}\]|#\d{1,2})){0,2}"
# A label may stand in a line of its own, above the words.
LABEL = re.compile(rf"{BOLD}(?P<name>{NAME}){ROLE}{ASIDE}{BOLD}\s?:{BOLD}(?:\s+(?=\S)|\s*$)")
ASKED = re.compile(rf"{BOLD}(?P<name>Q|A|Question|Answer)\s?\d{{0,2}}(?:[.:)]{BOLD}\s+|{BOLD}\s?[–—-]\s*)(?=\S)")
DASHED = re.compile(rf"{BOLD}(?P<name>{NAME}){BOLD}\s?(?:[–—]|(?<=\s)--?)\s+(?=\S)")
QUESTION_LABELS = frozenset({"Q", "Question"})
ANSWER_LABELS = frozenset({"A", "Answer"})
TURN_SCORE = 0.85
# A label counts as a speaker's when the article is an exchange: this many labelled paragraphs, of at least two labels.
MIN_TURNS = 4
MIN_REPEATED = 2
MAX_PARAGRAPHS_OF_A_TURN = 20
# Without labels: so many questions, none of them long, and most answers by somebody who says "I" or "we".
MIN_QUESTIONS = 3
MAX_QUESTION_WORDS = 45
MIN_FIRST_PERSON_SHARE = 0.5
MAX_BRIEF_WORDS = 10  # of questions without a verb ("Tea or coffee?") and their answers, in which nobody need say "I"

MIN_LETTERS_OF_A_NAME = 4  # in a label of one word in capitals, which else is an initial or a note

# What a transcript says of sounds, between or inside turns: "(LAUGHTER)".
SOUND = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# A line of stars, or a time of day.
SEPARATOR = re.compile(r"[\s*_·•#~–—-]+|\W*\d{1,2}[.:]\d{2} ?(?:[AaPp]\.?[Mm]\.?)?(?: [A-Z]{2,4})?\W*")
OPENING_MARK = re.compile(r"[*_\s]*[“\"‘'«„]")
# What the narrator says after an exchange, or between two.
NOTE = re.compile(
    r"\b(?:interview|conversation|transcript|exchange|q ?& ?a)\b[^.]*\b(?:conducted|edited|condensed|translated"
    r"|abridged|took place|was|has been)\b|\bwas (?:talking|speaking) (?:to|with)\b"
    r"|\b(?:is|are) (?:out (?:on|now|in)|in cinemas|published|released|available|on sale|on display|touring)\b"
    r"|^\W*(?:interview(?:ed)?|translat(?:ed|ion)|edited|reporting|additional reporting|writing|compiled|photos?"
    r"|read more|copyright|©|as told to)\b",
    re.IGNORECASE,
)
FAQ = re.compile(
    r"\b(?:FAQs?|frequently asked|explainer|explained|what to (?:do|know)|your questions)\b", re.IGNORECASE
)
VERBAL = re.compile(
    r"\b(?:is|are|was|were|do|does|did|will|would|can|could|have|has|had|shall|should|may|might|must|what|who|whom|whose"
    r"|which|when|where|why|how)\b",
    re.IGNORECASE,
)
FIRST_PERSON = re.compile(r"\b(?:I|we|my|our|me|us|mine|I[’']\w+|we[’']\w+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Who speaks by the label, where it stands, and the words."""

    label: str
    place: Span | None
    words: tuple[Span, ...]


def find_turns(text: str, paragraphs: Sequence[Span], entities: Sequence[Entity] = ()) -> tuple[Statement, ...]:
    """The words of each turn of an interview, with the label as the source; nothing for texts that are none.

    Paragraphs without a label that follow a turn belong to it until the next label or the narrator's own words. "A:"
    has the one person whom the text before the exchange (else behind it) names as its source, "Q:" has none.
    ``entities`` of the parse tell who that is.
    """
    turns = _labelled(text, paragraphs) or _unlabelled(text, paragraphs)
    if not turns:
        return ()
    first = (turns[0].place or turns[0].words[0]).start
    last = Span(turns[-1].words[-1].end, len(text))
    person = find_interviewee(text, Span(0, first), entities) or find_interviewee(text, last, entities)
    unnamed = all(turn.label in QUESTION_LABELS | ANSWER_LABELS for turn in turns)
    if person is None and unnamed and FAQ.search(text, 0, first):
        return ()

    if person is not None:
        turns = [_without_account_of(text, person, turn) for turn in turns]

    def source(turn: _Turn) -> Span | None:
        if turn.label in ANSWER_LABELS:
            return person
        return None if turn.label in QUESTION_LABELS else turn.place

    return tuple(Statement(None, "turn", source(turn), turn.words, "turn", TURN_SCORE) for turn in turns)


def _labelled(text: str, paragraphs: Sequence[Span]) -> list[_Turn]:
    """The turns of an exchange whose paragraphs open with labels, by a colon or, where there are none, by a dash."""
    for pattern in (LABEL, DASHED):
        labels = [(p, ASKED.match(text, p.start, p.end) or pattern.match(text, p.start, p.end)) for p in paragraphs]
        speakers = _speakers([m["name"] for _, m in labels if m])
        if pattern is LABEL and _opens_an_exchange(text, labels):
            speakers = {m["name"] for _, m in labels if m}
        elif not speakers:
            continue
        turns = [turn for turn in _collect(text, labels, speakers) if turn.words]
        if turns and (pattern is LABEL or any(_is_question(text, turn.words[-1]) for turn in turns)):
            return turns
    return []


def _speakers(names: Sequence[str]) -> set[str]:
    """The labels of an exchange, out of all in text order; none where they are those of a list.

    A surname goes for the full name before it ("JOAN FELL, HOST", "FELL"). Beside labels in capitals that come again
    one with a full name in capitals speaks though it comes once.
    """
    full = {name.split()[-1].casefold(): name for name in names if " " in name}
    keys = [name if " " in name else full.get(name.casefold(), name) for name in names]
    counts = Counter(keys)
    repeated = {key for key, count in counts.items() if count >= MIN_REPEATED}
    if sum(counts[key] for key in repeated) < MIN_TURNS or len(repeated) < 2:
        return set()
    capitals = all(key.isupper() for key in repeated) and max(map(len, repeated)) >= MIN_LETTERS_OF_A_NAME
    return {
        name
        for name, key in zip(names, keys, strict=True)
        if key in repeated or (capitals and " " in name and name.isupper())
    }


def _opens_an_exchange(text: str, labels: Sequence[tuple[Span, re.Match[str] | None]]) -> bool:
    """Whether two labels open an exchange that goes on without any: "DW: …?", "Bisi Lawal: …", "…?", "…"."""
    at = [place for place, (_, match) in enumerate(labels) if match]
    if len(at) != 2 or at[1] != at[0] + 1 or not ANNOUNCED.search(text):
        return False
    rest = [paragraph for paragraph, _ in labels[at[0] :]]
    return _is_question(text, rest[0]) and sum(_is_question(text, each) for each in rest) >= MIN_QUESTIONS


def _collect(text: str, labels: Sequence[tuple[Span, re.Match[str] | None]], repeated: set[str]) -> Iterator[_Turn]:
    """The turns in text order: each label's paragraph and those behind it that are no narrator's."""
    once = len([match for _, match in labels if match]) == len(repeated)
    turn: _Turn | None = None
    pair: list[_Turn] = []  # the first turns, whose labels go for those without
    for paragraph, match in labels:
        asked = _is_question(text, paragraph)
        if match and match["name"] in repeated:
            if turn:
                yield turn
            behind = Span(match.end(), paragraph.end)
            words = (_bare(text, behind),) if behind.of(text).strip() else ()
            turn = _Turn(match["name"], Span(*match.span("name")), words)
            pair = [*pair, turn][:2]
        elif turn is None or SOUND.fullmatch(text, paragraph.start, paragraph.end):
            continue
        elif _is_narrators(text, paragraph, repeated) or _leaves_marks(text, turn, paragraph):
            yield turn
            turn = None
        elif once and len(pair) == 2 and turn.words and asked != _is_question(text, turn.words[-1]):
            yield turn
            turn = replace(pair[0 if asked else 1], words=(_bare(text, paragraph),))
        elif len(turn.words) <= MAX_PARAGRAPHS_OF_A_TURN:
            turn = replace(turn, words=(*turn.words, _bare(text, paragraph)))
    if turn:
        yield turn


def _leaves_marks(text: str, turn: _Turn, paragraph: Span) -> bool:
    """Whether a paragraph has no marks behind a turn that is set in them."""
    marked = turn.words and OPENING_MARK.match(text, turn.words[0].start) is not None
    return bool(marked) and OPENING_MARK.match(text, paragraph.start) is None


def _bare(text: str, words: Span) -> Span:
    """A paragraph's words without the asterisks or underscores that set it in bold or italics."""
    start, end = words.start, words.end
    while end - start > 1 and text[start] in "*_":
        start += 1
    while end - start > 1 and text[end - 1] in "*_":
        end -= 1
    return Span(start, end)


def _is_question(text: str, paragraph: Span) -> bool:
    words = _bare(text, paragraph).of(text).rstrip()
    return words.endswith("?") and len(words.split()) <= MAX_QUESTION_WORDS


def _is_narrators(text: str, paragraph: Span, labels: set[str]) -> bool:
    """Whether a paragraph without a label ends a turn: a line of stars, a note on the interview, who somebody is."""
    words = paragraph.of(text)
    if SEPARATOR.fullmatch(words) or NOTE.search(words):
        return True
    who = re.match(r"\W*((?:[A-Z][\w’'.-]+ ){1,4})(?:is|was|has|will)\b", words)
    names = {label.split()[-1] for label in labels if len(label) > 1}
    return who is not None and who.group(1).split()[-1] in names


def _without_account_of(text: str, person: Span, turn: _Turn) -> _Turn:
    """An answer up to where the narrator goes on to tell of who gave it: "Ms Moe will read from her book at six."."""
    surname = re.escape(re.sub(r"[’']s?$", "", person.of(text)).split()[-1])
    told = re.compile(rf"\W*(?:[A-Z][\w’'.-]+ ){{0,3}}{surname}(?:[’']s?|,.{{1,80}},)? [a-z]")
    if turn.label not in ANSWER_LABELS:
        return turn
    last = next((n for n, words in enumerate(turn.words) if n and told.match(text, words.start, words.end)), None)
    return turn if last is None else replace(turn, words=turn.words[:last])


def _unlabelled(text: str, paragraphs: Sequence[Span]) -> list[_Turn]:
    """Questions that are paragraphs of their own and the answers to them, where the text announces an interview."""
    asked = [
        n for n, paragraph in enumerate(paragraphs) if _is_question(text, paragraph) and not _marked(text, paragraph)
    ]
    if len(asked) < MIN_QUESTIONS or asked[0] == 0 or not ANNOUNCED.search(text, 0, paragraphs[asked[0]].start):
        return []
    turns: list[_Turn] = []
    for number, following in zip(asked, [*asked[1:], len(paragraphs)], strict=True):
        behind = paragraphs[number + 1 : following]
        last = next((n for n, each in enumerate(behind) if _is_narrators(text, each, set())), len(behind))
        answer = tuple(_bare(text, each) for each in behind[:last][:MAX_PARAGRAPHS_OF_A_TURN])
        turns.append(_Turn("Q", None, (_bare(text, paragraphs[number]),)))
        if answer:
            turns.append(_Turn("A", None, answer))
        if last < len(behind):
            break
    answers = [turn for turn in turns if turn.label == "A"]
    own = sum(any(FIRST_PERSON.search(words.of(text)) for words in turn.words) for turn in answers)
    whole = len(answers) * 2 >= len(turns) - 1 and len(answers) >= MIN_QUESTIONS
    brief = all(sum(len(words.of(text).split()) for words in turn.words) <= MAX_BRIEF_WORDS for turn in turns)
    brisk = brief and not any(VERBAL.search(turn.words[0].of(text)) for turn in turns if turn.label == "Q")
    return turns if whole and (brisk or own >= MIN_FIRST_PERSON_SHARE * len(answers)) else []


def _marked(text: str, paragraph: Span) -> bool:
    """Whether a paragraph opens with marks, as somebody's words in a story do; not one that has a title inside."""
    return OPENING_MARK.match(text, paragraph.start, paragraph.end) is not None


def with_labels_named(parsed: ParsedText, turns: Sequence[Statement]) -> ParsedText:
    """``parsed`` with the labels of turns as names of people, where they are those of no outlet.

    Alone before its colon a surname looks like anything to the parse; people are who has turns.
    """
    labels = {turn.mention for turn in turns if turn.mention is not None}
    if not labels:
        return parsed
    others = (entity.span.of(parsed.text) for entity in parsed.entities if entity.kind == "person")
    people = {re.sub(r"[’']s?$", "", name) for name in others if " " in name}
    written = {label.of(parsed.text) for label in labels}
    surnames = {name.split()[-1].casefold() for name in (*people, *(words for words in written if " " in words))}
    persons = {words for words in written if _is_person(words, people, surnames)}
    named = sorted(label for label in labels if label.of(parsed.text) in persons)
    if not named:
        return parsed
    starts = [label.start for label in named]

    def is_apart(entity: Entity) -> bool:
        at = bisect_left(starts, entity.span.end) - 1
        return at < 0 or not named[at].overlaps(entity.span)

    entities = [*filter(is_apart, parsed.entities), *(Entity(label, "person") for label in named)]
    return replace(parsed, entities=tuple(sorted(entities, key=lambda entity: entity.span)))


def _is_person(label: str, people: Collection[str], surnames: Collection[str]) -> bool:
    """Whether a label is a person's: a name or surname that the text has in full, or one with a given name in it."""
    named = (*find_listed(label), *find_worded(label))
    if any(2 * (each.span.end - each.span.start) >= len(label) for each in named):
        return False
    first = label.split()[0]
    given = " " in label and (first.title() if first.isupper() else first) in lexicon.given_names()
    return given or label in people or label.casefold() in surnames
