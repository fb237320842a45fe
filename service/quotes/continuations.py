"""Marked stretches that no statement claimed: they continue a quote, have an attribution beside them, stand alone,
or are
no speech at all."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import takewhile

from service.quotes.answers import answer_to_question
from service.quotes.beside import statement_beside, statement_introduced
from service.quotes.drafts import Draft, Shelf
from service.quotes.marks import Marked, MarkIndex
from service.quotes.preceding import PERSONAL_PRONOUNS, outermost, sentence_before, subject_of
from service.quotes.speech import is_a_term_within, is_a_title, is_led_by_no_speech, is_marked_as_a_term
from service.quotes.trees import Trees
from service.quotes.types import Sentence, Span, Statement

STANDALONE_SCORE = 0.6
MIN_STANDALONE_WORDS = 4
MIN_PROSE_WORDS = 6
# Between a quote and what goes on from it in the same paragraph stands its attribution, not a story.
MAX_ATTRIBUTION_CHARACTERS = 300
MAX_CHARACTERS_BEFORE = 40
SPEECH_END = re.compile(r"[.!?…,][\"”’')\]]*\s*$")
UTTERANCE_END = re.compile(r"[.!?,…—-]\W*$")
SENTENCE_START = re.compile(r"^[\"“‘'\[(…\s]*[A-Z0-9]")
NEXT_SENTENCE = re.compile(r"[.!?]\s+\S")
# What follows the title of an article or a work.
BYLINE = re.compile(r",?\s*by\s+(?:the\s+)?[A-Z]")
WORD = re.compile(r"\w")
BULLET = re.compile(r"\s*[–—•·*-]\s")
# Bullets between a quote in a list and the line above the list that says whose words it holds.
MAX_BULLETS = 8
MAX_HEADING_TOKENS = 14


def place_unclaimed(
    trees: Trees,
    shelf: Shelf,
    left: Sequence[Marked],
    marked: MarkIndex,
    paragraphs: Sequence[Span],
    bare: Sequence[Statement],
    linked: Sequence[Statement] = (),
) -> None:
    """Give each stretch in ``left`` (text order) to the quote it continues, to an attribution beside it, or to itself.

    ``bare`` are statements that have a source but no cue; they count where nothing better is found. ``linked`` are all
    the reader found, also at cues that report nothing: they say whose the words are that stand alone.
    """
    starts = [p.start for p in paragraphs]
    sourced, named = ByPlace(bare), ByPlace(linked)
    for m in left:
        text = trees.text
        if shelf.holding(m.inner) is not None:
            continue
        no_speech = is_a_title(text, m) or is_marked_as_a_term(text, m) or is_led_by_no_speech(trees, m)
        if no_speech or (is_a_term_within(text, m.outer) and m.inner.of(text)[:1].isupper()):
            continue
        if not m.closed and not m.runs_on and not SPEECH_END.search(m.inner.of(text)):
            continue
        here = max(0, bisect_right(starts, m.outer.start) - 1)
        _place(trees, shelf, m, marked, paragraphs, here, sourced.over(m.inner), named.over(m.inner))


class ByPlace:
    """Statements of the reader, to be asked for by the place of their contents."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._pairs = sorted(((c, s) for s in statements for c in s.contents), key=lambda pair: pair[0])
        self._starts = [content.start for content, _ in self._pairs]

    def over(self, span: Span) -> list[Statement]:
        """The statements with a content that holds half of ``span``; contents are disjoint, as role spans are."""
        first, last = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        return [s for c, s in self._pairs[max(0, first - 1) : last] if span.share_in(c) >= 0.5]


def _place(
    trees: Trees,
    shelf: Shelf,
    m: Marked,
    marked: MarkIndex,
    paragraphs: Sequence[Span],
    here: int,
    sourced: Sequence[Statement],
    linked: Sequence[Statement],
) -> None:
    run = marked.run(m)
    taken_up = shelf.of_mark(run[0]) if run[0] is not m else None
    beside = _attribution(trees, m, paragraphs, here) if taken_up is None else None
    same_cue = shelf.of_cue(beside.cue) if beside else None
    sentence = sentence_before(trees, m.outer.start, paragraphs[here])
    spoke = outermost(trees, shelf, sentence) if sentence else None
    before = shelf.before(m.outer.start)
    alone = _all_in_marks(trees.text, paragraphs[here], m)
    answer = answer_to_question(trees, shelf, m, paragraphs, here) if alone else None
    if taken_up is not None:
        shelf.take(taken_up, m)
    elif same_cue is not None:
        shelf.take(same_cue, m)
    elif beside is not None:
        shelf.add(Draft([m.outer], beside, [m]))
    elif answer is not None:
        shelf.add(answer)
    elif spoke is not None and _goes_on(trees.text, spoke, m):
        shelf.take(spoke, m)
    elif before is not None and _continues(trees, before, m, paragraphs, here, sentence):
        shelf.take(before, m)
    elif sourced:
        shelf.add(Draft([m.outer], sourced[0], [m]))
    elif any(_stands_alone(trees.text, member, paragraphs[here]) for member in run):
        if linked and linked[0].mention is not None:
            own = Statement(None, "", linked[0].mention, (m.outer,), "standalone", linked[0].score)
            shelf.add(Draft([m.outer], own, [m]))
        else:
            shelf.add(_unattributed(trees, shelf, m, paragraphs, here, sentence))


def _attribution(trees: Trees, m: Marked, paragraphs: Sequence[Span], here: int) -> Statement | None:
    """What attributes a stretch beside it, or at the end of the paragraph before it or its list, behind a colon."""
    lead = trees.text[paragraphs[here].start : m.outer.start]
    if here and (not lead.strip() or BULLET.fullmatch(lead)):
        above = paragraphs[_above_the_list(trees, paragraphs, here) if lead.strip() else here - 1]
        if trees.text[above.start : above.end].rstrip().endswith(":"):
            return statement_introduced(trees, m, above)
    return statement_beside(trees, m, paragraphs[here])


def _goes_on(text: str, draft: Draft, m: Marked) -> bool:
    """Whether a stretch goes on from a quote in marks: a new sentence of several words after that of its cue."""
    inner = m.inner.of(text)
    known = draft.statement.cue is not None or draft.statement.mention is not None
    return bool(draft.marks) and known and len(inner.split()) > 1 and SENTENCE_START.match(inner) is not None


def _unattributed(
    trees: Trees, shelf: Shelf, m: Marked, paragraphs: Sequence[Span], here: int, sentence: Sentence | None
) -> Draft:
    """Words that stand alone: of who spoke in the sentence before, else of whom it tells, else of who spoke last."""
    heading = _heading_of_list(trees, paragraphs, here)
    if heading is not None:
        return Draft([m.outer], Statement(None, "", heading, (m.outer,), "standalone", STANDALONE_SCORE), [m])
    spoke = outermost(trees, shelf, sentence) if sentence else None
    subject = subject_of(trees, sentence) if sentence else None
    before = shelf.before(m.outer.start)
    if spoke is None and subject is None and sentence is None and here:
        above = paragraphs[here - 1]
        last = sentence_before(trees, above.end, above)
        spoke = outermost(trees, shelf, last) if last else None
        if spoke is None and last is not None and (before is None or before.end <= above.start):
            subject = subject_of(trees, last, named=True)
    if spoke is None and subject is None and before is not None and before.end > paragraphs[max(0, here - 2)].start:
        spoke = before
    mention = spoke.statement.mention if spoke else subject
    statement = Statement(None, "", mention, (m.outer,), "standalone", STANDALONE_SCORE)
    return Draft([m.outer], statement, [m], follows=spoke)


def _heading_of_list(trees: Trees, paragraphs: Sequence[Span], here: int) -> Span | None:
    """The name that opens the line above a list of bullets in which a paragraph stands ("Ana Ruiz, Alba Partners")."""
    at = _above_the_list(trees, paragraphs, here)
    if at == here:
        return None
    tokens = [w.token for w in trees.words_in(paragraphs[at])]
    name = list(takewhile(lambda token: token.upos == "PROPN", tokens))
    parted = all(token.text in (",", "(", "–", "—", "-") for token in tokens[len(name) : len(name) + 1])
    told = any(token.upos in ("VERB", "AUX") or token.text in ".!?:" for token in tokens)
    if len(name) < 2 or len(tokens) > MAX_HEADING_TOKENS or told or not parted:
        return None
    return Span(name[0].span.start, name[-1].span.end)


def _above_the_list(trees: Trees, paragraphs: Sequence[Span], here: int) -> int:
    """The number of the paragraph above the bullets in which one stands; its own where it is no bullet."""
    at = here
    while at > max(0, here - MAX_BULLETS) and BULLET.match(trees.text, paragraphs[at].start):
        at -= 1
    return at


def _continues(
    trees: Trees, draft: Draft, m: Marked, paragraphs: Sequence[Span], here: int, sentence: Sentence | None
) -> bool:
    """Whether a stretch goes on from a quote: in its paragraph after the attribution, or a next one all in marks."""
    text = trees.text
    if not draft.marks or len(m.inner.of(text).split()) < 2 or not SENTENCE_START.match(m.inner.of(text)):
        return False
    if draft.statement.cue is None and draft.statement.mention is None and not draft.marks[-1].runs_on:
        return False
    cue_end = draft.statement.cue.end if draft.statement.cue else 0
    if draft.end > paragraphs[here].start:
        last = max(draft.end, min(cue_end, m.outer.start))
        gap = text[last : min(m.outer.start, last + MAX_ATTRIBUTION_CHARACTERS)]
        near = m.outer.start - last < MAX_ATTRIBUTION_CHARACTERS and len(re.findall(r"[.!?]\s", gap)) <= 1
        return near and not (sentence is not None and _turns_to_another(trees, sentence, draft))
    there = paragraphs[here - 1] if here else None
    if there is None or draft.end <= there.start:
        return False
    last = max(draft.end, cue_end if cue_end <= there.end else 0)
    return _all_in_marks(text, paragraphs[here], m) and NEXT_SENTENCE.search(text, last, there.end) is None


def _turns_to_another(trees: Trees, sentence: Sentence, draft: Draft) -> bool:
    """Whether a sentence after a quote and its attribution tells of somebody by name or description."""
    if sentence.span.start < draft.end:
        return False
    subject = subject_of(trees, sentence)
    return subject is not None and subject.of(trees.text).lower() not in PERSONAL_PRONOUNS


def _all_in_marks(text: str, paragraph: Span, m: Marked) -> bool:
    before = WORD.search(text, paragraph.start, m.outer.start)
    return before is None and WORD.search(text, min(m.outer.end, paragraph.end), paragraph.end) is None


def _stands_alone(text: str, m: Marked, paragraph: Span) -> bool:
    """Whether words without an attribution are speech: a sentence of their own, not a term in someone's sentence."""
    inner = m.inner.of(text)
    if len(inner.split()) < MIN_STANDALONE_WORDS and not re.search(r"[!?]\W*$", inner):
        return False
    after = text[m.outer.end : paragraph.end]
    if inner.isupper() or BYLINE.match(after):
        return False
    before = text[max(paragraph.start, m.outer.start - MAX_CHARACTERS_BEFORE) : m.outer.start].rstrip()
    sentence = bool(SENTENCE_START.match(inner) and UTTERANCE_END.search(inner))
    if before and m.closed and BULLET.fullmatch(before + " ") and _all_in_marks(text, paragraph, m):
        return True
    if not before or before[-1] in '.!?:…”"’—–' or before.endswith("--"):
        return sentence or (not before and m.closed and not after.lstrip()[:1].islower())
    return sentence and _is_prose(inner)


def _is_prose(inner: str) -> bool:
    """A long sentence that ends as one, not the title of a work."""
    words = re.findall(r"[^\W\d_]+", inner)
    lower = sum(1 for word in words if word.islower())
    return len(words) >= MIN_PROSE_WORDS and lower >= 0.6 * len(words) and inner.rstrip()[-1:] in ".!?"
