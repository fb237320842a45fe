"""Marked stretches that no statement claimed: they continue a quote, have an attribution beside them, stand alone,
or are
no speech at all."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from service.quotes.beside import statement_beside
from service.quotes.drafts import Draft, Shelf
from service.quotes.marks import Marked, MarkIndex
from service.quotes.trees import Trees
from service.quotes.types import Span, Statement

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
WORD = re.compile(r"\w")
POSSESSIVE_LEAD = re.compile(r"['’]s?$")
TITLE_LEAD = re.compile(
    r"(?:['’]s?|\b(?:in|of|on|from|for|about|called|titled|entitled|named|dubbed|the|his|her|their|its))$",
    re.IGNORECASE,
)


def place_unclaimed(
    trees: Trees,
    shelf: Shelf,
    left: Sequence[Marked],
    marked: MarkIndex,
    paragraphs: Sequence[Span],
    bare: Sequence[Statement],
) -> None:
    """Give each stretch in ``left`` (text order) to the quote it continues, to an attribution beside it, or to itself.

    ``bare`` are statements that have a source but no cue; they count where nothing better is found.
    """
    starts = [p.start for p in paragraphs]
    sourced = sorted(((c, s) for s in bare for c in s.contents), key=lambda pair: pair[0])
    places = [content.start for content, _ in sourced]
    for m in left:
        text = trees.text
        if shelf.holding(m.inner) is not None:
            continue
        if _is_a_title(text, m):
            continue
        if not m.closed and not m.runs_on and not SPEECH_END.search(m.inner.of(text)):
            continue
        here = max(0, bisect_right(starts, m.outer.start) - 1)
        # Role spans are disjoint: those that reach the stretch begin in it, but for one.
        near = sourced[max(0, bisect_left(places, m.inner.start) - 1) : bisect_left(places, m.inner.end)]
        _place(trees, shelf, m, marked, paragraphs, here, [s for c, s in near if m.inner.share_in(c) >= 0.5])


def _place(
    trees: Trees,
    shelf: Shelf,
    m: Marked,
    marked: MarkIndex,
    paragraphs: Sequence[Span],
    here: int,
    sourced: Sequence[Statement],
) -> None:
    run = marked.run(m)
    taken_up = shelf.of_mark(run[0]) if run[0] is not m else None
    beside = statement_beside(trees, m, paragraphs[here]) if taken_up is None else None
    same_cue = shelf.of_cue(beside.cue) if beside else None
    before = shelf.before(m.outer.start)
    if taken_up is not None:
        shelf.take(taken_up, m)
    elif same_cue is not None:
        shelf.take(same_cue, m)
    elif beside is not None:
        shelf.add(Draft([m.outer], beside, [m]))
    elif before is not None and _continues(trees.text, before, m, paragraphs, here):
        shelf.take(before, m)
    elif sourced:
        shelf.add(Draft([m.outer], sourced[0], [m]))
    elif any(_stands_alone(trees.text, member, paragraphs[here]) for member in run):
        implied = Statement(None, "", None, (m.outer,), "standalone", STANDALONE_SCORE)
        shelf.add(Draft([m.outer], implied, [m], implied=True))


def _continues(text: str, draft: Draft, m: Marked, paragraphs: Sequence[Span], here: int) -> bool:
    """Whether a stretch goes on from a quote: in its paragraph after the attribution, or a next one all in marks."""
    if not draft.marks or len(m.inner.of(text).split()) < 2 or not SENTENCE_START.match(m.inner.of(text)):
        return False
    if draft.statement.cue is None and draft.statement.mention is None and not draft.marks[-1].runs_on:
        return False
    cue_end = draft.statement.cue.end if draft.statement.cue else 0
    if draft.end > paragraphs[here].start:
        last = max(draft.end, min(cue_end, m.outer.start))
        gap = text[last : min(m.outer.start, last + MAX_ATTRIBUTION_CHARACTERS)]
        return m.outer.start - last < MAX_ATTRIBUTION_CHARACTERS and len(re.findall(r"[.!?]\s", gap)) <= 1
    there = paragraphs[here - 1] if here else None
    if there is None or draft.end <= there.start:
        return False
    last = max(draft.end, cue_end if cue_end <= there.end else 0)
    return _all_in_marks(text, paragraphs[here], m) and NEXT_SENTENCE.search(text, last, there.end) is None


def _all_in_marks(text: str, paragraph: Span, m: Marked) -> bool:
    before = WORD.search(text, paragraph.start, m.outer.start)
    return before is None and WORD.search(text, min(m.outer.end, paragraph.end), paragraph.end) is None


def _stands_alone(text: str, m: Marked, paragraph: Span) -> bool:
    """Whether words without an attribution are speech: a sentence of their own, not a term in someone's sentence."""
    inner = m.inner.of(text)
    if len(inner.split()) < MIN_STANDALONE_WORDS and not re.search(r"[!?]\W*$", inner):
        return False
    before = text[max(paragraph.start, m.outer.start - MAX_CHARACTERS_BEFORE) : m.outer.start].rstrip()
    sentence = bool(SENTENCE_START.match(inner) and UTTERANCE_END.search(inner))
    if not before or before[-1] in '.!?:…”"’—–' or before.endswith("--"):
        return sentence or (not before and m.closed)
    return sentence and _is_prose(inner)


def _is_a_title(text: str, m: Marked) -> bool:
    """The name of a work or a programme: capitals throughout, behind a possessive or a preposition ("In “The Salt
    Road,”").
    """
    before = text[max(0, m.outer.start - MAX_CHARACTERS_BEFORE) : m.outer.start].rstrip()
    words = re.findall(r"[^\W\d_]+", m.inner.of(text))
    owned = POSSESSIVE_LEAD.search(before) is not None
    capitals = len(words) > (0 if owned else 1) and all(w[0].isupper() for w in words if len(w) > 3 or w is words[0])
    return capitals and bool(TITLE_LEAD.search(before)) and m.inner.of(text)[-1:] not in "!?"


def _is_prose(inner: str) -> bool:
    """A long sentence that ends as one, not the title of a work."""
    words = re.findall(r"[^\W\d_]+", inner)
    lower = sum(1 for word in words if word.islower())
    return len(words) >= MIN_PROSE_WORDS and lower >= 0.6 * len(words) and inner.rstrip()[-1:] in ".!?"
