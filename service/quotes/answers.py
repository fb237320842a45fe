"""A paragraph in marks behind somebody's question: an answer, by whom the question was put to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.quotes import lexicon
from service.quotes.drafts import Draft, Shelf
from service.quotes.marks import Marked
from service.quotes.preceding import subject_of
from service.quotes.trees import Trees
from service.quotes.types import Span, Statement

ANSWER_SCORE = 0.5
MAX_PARAGRAPHS_BACK = 3  # from an answer to the words before its question that show who else speaks
QUESTION_END = re.compile(r"\?[”\"’'»]*\s*$")


def answer_to_question(trees: Trees, shelf: Shelf, m: Marked, paragraphs: Sequence[Span], here: int) -> Draft | None:
    """What a paragraph in marks without an attribution says to the question that the one before ends with; ``None``
    where that asks nothing.

    "“Whose dog is it?” asks Lis. ¶ “Mine.”": of whom the paragraph before the question tells, or who spoke before it,
    else of nobody known.
    """
    question = shelf.before(m.outer.start)
    if question is None or not here or not _asks(trees, question, paragraphs[here - 1]):
        return None
    other = shelf.before(question.start)
    first = paragraphs[max(0, here - MAX_PARAGRAPHS_BACK)].start
    if other is not None and (other.end < first or _surname(trees, other) == _surname(trees, question)):
        other = None
    verb = lexicon.reporting_verbs().get(question.statement.lemma)
    goes_on = other is not None and other.statement.score == ANSWER_SCORE
    if not goes_on and (verb is None or verb.kind != "ask"):
        return None
    told = _told_of(trees, paragraphs[here - 2]) if here > 1 else None
    if other is not None and (told is None or other.end > paragraphs[here - 2].start):
        told = other.statement.mention
    else:
        other = None
    return Draft([m.outer], Statement(None, "", told, (m.outer,), "standalone", ANSWER_SCORE), [m], follows=other)


def _asks(trees: Trees, draft: Draft, paragraph: Span) -> bool:
    """Whether a quote in marks ends in a paragraph with a question."""
    last = draft.marks[-1] if draft.marks else None
    if last is None or last.runs_on or not paragraph.start <= draft.end <= paragraph.end:
        return False
    return QUESTION_END.search(last.outer.of(trees.text)) is not None


def _surname(trees: Trees, draft: Draft) -> str:
    mention = draft.statement.mention
    return mention.of(trees.text).split()[-1] if mention is not None else ""


def _told_of(trees: Trees, paragraph: Span) -> Span | None:
    """Whom a paragraph tells of in its last sentence."""
    sentence = trees.sentence_at(paragraph.start + max(0, len(paragraph.of(trees.text).rstrip()) - 1))
    return subject_of(trees, sentence) if sentence is not None else None
