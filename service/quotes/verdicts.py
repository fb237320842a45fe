"""Words in marks inside what a cue judges or asks for: "called the plan a “disgrace”", "urged them to “act”".

The parse says which marks belong to the cue; where the verdict begins and ends is read off the words between them,
since its frame ("the plan as", "the ministry of", "for families on the coast") is what parses attach most freely.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from service.quotes.lexicon import ReportingVerb, addressing_verbs, reporting_verbs
from service.quotes.marks import Marked
from service.quotes.trees import RELATIVE_PRONOUNS, Trees, Word, contiguous, trimmed
from service.quotes.types import Sentence, Span, Token

MIN_MARKED_WORDS_OF_AN_OBJECT = 3
HOLDING = frozenset({"obj", "xcomp", "obl", "advcl", "ccomp", "iobj", "obl:arg", "nsubj"})
FRAMES = frozenset({"as", "of", "for", "over", "to", "on", "upon", "about"})
# A phrase behind the marks with one of these goes on with the verdict; any other tells when, where or how it was given.
OF_THE_VERDICT = frozenset({"for", "of", "from", "against", "to", "towards", "toward", "than"})
QUOTERS = frozenset({"quote", "cite"})


def find_verdict(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> tuple[Span, ...]:
    """The words judged or asked for with what they are about: one piece, in the passive the subject and the rest."""
    if not verb.direct:
        return ()
    if _is_described(word):
        return _described(trees, word, verb, marked)
    branches = [t for t in trees.children(word.sentence, word.token.index) if t.index > word.token.index]
    for branch in branches:
        if branch.deprel not in HOLDING:
            continue
        tokens = trees.subtree(word.sentence, branch.index)
        span = Span(tokens[0].span.start, tokens[-1].span.end)
        quoted = [m for m in marked if m.inner.overlaps(span) and m.outer.start > word.token.span.start]
        if not quoted or not _is_reported(quoted, verb, trees) or _judged_by_another(word, quoted[0]):
            continue
        end = max(_end(trees, word, tokens, quoted[-1]), quoted[-1].outer.end)
        about = _judged_subject(trees, word, verb)
        if about is not None:
            return (about, Span(_frame_start(word, quoted[0]), end))
        return (Span(min(_start(trees, word, verb, branch, quoted[0]), quoted[0].outer.start), end),)
    return ()


def _is_reported(quoted: Sequence[Marked], verb: ReportingVerb, trees: Trees) -> bool:
    if verb.kind in ("judge", "chant"):
        return True
    return any(len(m.inner.of(trees.text).split()) >= MIN_MARKED_WORDS_OF_AN_OBJECT for m in quoted)


def _between(word: Word, quoted: Marked) -> list[Token]:
    """The tokens behind the cue and before the marks."""
    return [t for t in word.sentence.tokens[word.token.index + 1 :] if t.span.end <= quoted.outer.start]


def _judged_by_another(word: Word, quoted: Marked) -> bool:
    """Whether a second verdict stands nearer to the marks ("did not call it a feast, instead titling it “a duty”")."""
    return any(
        t.upos == "VERB" and _is_judge(t) and after.text.lower() not in ("for", "on", "upon")
        for t, after in pairwise(_between(word, quoted))
    )


def _is_judge(token: Token) -> bool:
    verb = reporting_verbs().get(token.lemma.lower())
    return verb is not None and verb.kind == "judge"


def demand_start(word: Word, quoted: Marked) -> int | None:
    """Where an infinitive whose words stand in marks begins ("to “act”"), ``None`` when none does."""
    between = _between(word, quoted)
    return between[-1].span.start if between and between[-1].xpos == "TO" else None


def _start(trees: Trees, word: Word, verb: ReportingVerb, branch: Token, quoted: Marked) -> int:
    """Where a verdict or demand begins: at what it is about ("the plan as “a farce”"), or at its infinitive ("to
    “act”").
    """
    between = _between(word, quoted)
    if verb.kind != "judge" or (between and between[0].text.lower() in ("on", "upon", "for")):
        infinitive = demand_start(word, quoted)
        if infinitive is None and branch.deprel in ("xcomp", "advcl", "ccomp"):
            mark = next((t for t in trees.children(word.sentence, branch.index) if t.xpos == "TO"), None)
            infinitive = mark.span.start if mark is not None and mark in between else None
        if infinitive is not None:
            return infinitive
    at = 0
    while at < len(between) and (
        between[at].deprel in ("advmod", "compound:prt")
        or (between[at].lemma.lower() in FRAMES and between[at].upos in ("ADP", "SCONJ"))
    ):
        at += 1
    return between[at].span.start if at < len(between) else quoted.outer.start


def _frame_start(word: Word, quoted: Marked) -> int:
    """Where the verdict proper of a passive begins: at "as" or "to be" before the marks, else at the marks."""
    frames = [t for t in _between(word, quoted) if t.lemma.lower() == "as" or t.xpos == "TO"]
    return frames[-1].span.start if frames else quoted.outer.start


def _judged_subject(trees: Trees, word: Word, verb: ReportingVerb) -> Span | None:
    """What a passive verdict is about ("The plan was described as"); nothing for a passive of asking or quoting."""
    subject = trees.child(word, "nsubj:pass")
    if subject is None or subject.text.lower() in RELATIVE_PRONOUNS:
        return None
    if verb.lemma in addressing_verbs() or verb.lemma in QUOTERS:
        return None
    return trees.noun_phrase(Word(word.sentence, subject))


def _is_described(word: Word) -> bool:
    return word.token.deprel == "acl" and word.token.xpos == "VBN"


def _described(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> tuple[Span, ...]:
    """A noun and the verdict on it of a participle with its agent: "cuts described by readers as “an insult”".

    By the words between participle and marks, as a parse may hang what stands in them anywhere.
    """
    agent = trees.child(word, "obl:agent")
    quoted = next((m for m in marked if m.outer.start > word.token.span.start), None)
    about = _described_noun(trees, word)
    if verb.kind != "judge" or verb.lemma in QUOTERS or agent is None or quoted is None or about is None:
        return ()
    last = trees.noun_phrase(Word(word.sentence, agent)).end
    rest = [t for t in _between(word, quoted) if t.span.start >= last]
    if quoted.outer.start < last or any(t.text.lower() not in FRAMES for t in rest):
        return ()
    tail = _phrase_behind(trees, word.sentence, quoted)
    end = max(tail.end, quoted.outer.end) if tail is not None else quoted.outer.end
    return (about, Span(rest[0].span.start if rest else quoted.outer.start, end))


def _described_noun(trees: Trees, participle: Word) -> Span | None:
    """The noun phrase before a participle that describes it."""
    noun = trees.head(participle)
    if noun is None or noun.token.index > participle.token.index:
        return None
    tokens = trees.subtree(noun.sentence, noun.token.index, leave=frozenset({participle.token.index}))
    before = [t for t in tokens if t.index < participle.token.index]
    before = [t for t in before if not (t.deprel == "case" and t.head == noun.token.index)]
    return trimmed(contiguous(before, noun.token.index))


def _end(trees: Trees, word: Word, tokens: Sequence[Token], quoted: Marked) -> int:
    """Where a verdict ends: behind its last phrase, before a clause of the narrator's behind a comma."""
    last = tokens[-1].span.end
    for token in tokens:
        if token.span.start < quoted.outer.end or token.deprel not in ("acl:relcl", "advcl"):
            continue
        opening = trees.subtree(word.sentence, token.index)[0]
        comma = word.sentence.tokens[opening.index - 1] if opening.index else None
        if comma is not None and comma.text == "," and opening.span.start >= quoted.outer.end:
            last = comma.span.start
            break
    tail = _phrase_behind(trees, word.sentence, quoted)
    return max(last, tail.end) if tail is not None else last


def _phrase_behind(trees: Trees, sentence: Sentence, quoted: Marked) -> Span | None:
    """The phrase right behind the marks that goes on with the verdict ("“aid” for families on the coast")."""
    behind = next((t for t in sentence.tokens if t.span.start >= quoted.outer.end), None)
    if behind is None or behind.lemma.lower() not in OF_THE_VERDICT or behind.deprel != "case" or behind.head < 0:
        return None
    tokens = [t for t in trees.subtree(sentence, behind.head) if t.index >= behind.index]
    return trimmed(tokens)
