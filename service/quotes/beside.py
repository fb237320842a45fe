"""An attribution right beside words in marks, for those no statement reports: "…," the mayor said; the mayor said:
"…".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.quotes.clauses import source_of
from service.quotes.lexicon import addressing_verbs, reporting_verbs
from service.quotes.marks import Marked
from service.quotes.outlet_names import CALENDAR
from service.quotes.preceding import subject_of
from service.quotes.speech import NAMING, is_a_name
from service.quotes.trees import SUBJECTS, Trees, Word
from service.quotes.types import Span, Statement

BESIDE_SCORE = 0.7
COLON_SCORE = 0.65
MAX_WORDS_AFTER = 14
MAX_WORDS_AFTER_A_CLOSED_END = 2
MAX_WORDS_BEFORE = 25
MAX_CHARACTERS_BEFORE = 400
MIN_WORDS_AFTER_A_CUE = 2
ENDS_OPEN = re.compile(r"[,?!…—-][\"”’']?\s*$")
SENTENCE_CLOSE = re.compile(r"[.!?…][\"”’']?\s*$")
CLAUSE_END = re.compile(r"[,!?…—-][\"”’']?\s*$")
NEGATIONS = frozenset({"not", "never", "n't", "n’t"})
NAME = frozenset({"PROPN", "NOUN", "PRON"})
OF_A_NAME = frozenset({"PROPN", "NOUN", "ADJ", "NUM", "DET"})
IN_A_NAME = frozenset({"of", "-", "'s", "’s", "&", "for", "and"})


def statement_beside(trees: Trees, m: Marked, paragraph: Span) -> Statement | None:
    """The statement a cue right after or before the stretch makes of it, or a bare source before a colon; else
    ``None``.
    """
    text = trees.text
    open_end = ENDS_OPEN.search(m.inner.of(text)) or text[m.outer.end : m.outer.end + 2].lstrip().startswith(
        (",", "—", "–", "-")
    )
    after = _cue_after(trees, m, paragraph, within=MAX_WORDS_AFTER if open_end else MAX_WORDS_AFTER_A_CLOSED_END)
    if after is not None:
        return after
    before = text[max(paragraph.start, m.outer.start - MAX_CHARACTERS_BEFORE) : m.outer.start].rstrip()
    if before.endswith(":"):
        return statement_introduced(trees, m, Span(paragraph.start, m.outer.start))
    return _cue_before(trees, m, paragraph)


def _reports(word: Word) -> bool:
    verb = reporting_verbs().get(word.token.lemma.lower())
    return verb is not None and verb.direct and word.token.upos in ("VERB", "AUX")


def _cue_after(trees: Trees, m: Marked, paragraph: Span, *, within: int) -> Statement | None:
    words: list[Word] = []
    for word in trees.words_in(Span(m.outer.end, paragraph.end)):
        if word.token.text in (".", "!", "?", ";", ":") or word.token.text in '“"' or len(words) >= within:
            break
        words.append(word)
    cue = next((w for w in words if _reports(w)), None)
    if words and _opens_a_sentence(m.inner.of(trees.text), words[0]):
        return None
    if cue is None or cue.token.deprel.startswith("acl") or _tells_of_something_else(trees, m, words, cue):
        return None
    mention = source_of(trees, cue)
    if mention is not None and mention.overlaps(m.outer):  # the parse has the cue for a second verb of the words
        mention = _nearest_noun(trees, words[: words.index(cue) + 1], cue)
    mention = mention or _nearest_noun(trees, words, cue)
    if mention is None or mention.overlaps(m.outer) or _names(cue, m.inner.of(trees.text)):
        return None
    if not all(_of_the_source(trees, w, mention) for w in words[: words.index(cue)]):
        return None
    return Statement(cue.token.span, cue.token.lemma.lower(), mention, (m.outer,), "beside", BESIDE_SCORE)


def _tells_of_something_else(trees: Trees, m: Marked, words: Sequence[Word], cue: Word) -> bool:
    """Whether the clause behind the marks is none of an attribution: it gives a reason, or its verb has an object
    of its own, or it goes on from a clause that ends with the marks.

    "He cut it to “hold” and said he was right": the words belong to the verb before them.
    "… from “fascists,” as the locals reject the invaders": an attribution's verb has the words in marks for its object,
    or whom they were said to. Behind a comma in the marks a second object is an aside ("Lis said, a point she likes").
    """
    before = words[: words.index(cue)]
    subordinate = any(w.token.upos == "SCONJ" or w.token.deprel == "mark" for w in before)
    own = trees.child(cue, "obj") is not None and cue.token.lemma.lower() not in addressing_verbs()
    first = trees.head(cue)
    joined = cue.token.deprel == "conj" and first is not None and first.token.span.end <= m.outer.start
    second = joined and any(w.token.upos == "CCONJ" for w in before)
    return subordinate or second or _is_called_so(trees, m) or (own and not CLAUSE_END.search(m.inner.of(trees.text)))


def _is_called_so(trees: Trees, m: Marked) -> bool:
    """Whether words in marks are the name that a verb before them gives ("a trial, which she calls “Ebb,” begins")."""
    words = list(trees.words_in(m.inner))
    inside = {w.token.index for w in words}
    top = next((w for w in words if w.token.head not in inside), None)
    verb = trees.head(top) if top is not None and top.token.deprel in ("xcomp", "obj", "obl") else None
    named = verb is not None and verb.token.lemma.lower() in NAMING and verb.token.span.end <= m.outer.start
    return named and is_a_name(m.inner.of(trees.text))


def _opens_a_sentence(inner: str, word: Word) -> bool:
    """Whether the narrator goes on in a new sentence behind marks that end one: “Stop!” Her father had tears."""
    text = word.token.text
    function = word.token.upos in ("DET", "PRON", "SCONJ", "ADP", "CCONJ", "ADV") and text != "I"
    return function and text[:1].isupper() and SENTENCE_CLOSE.search(inner) is not None


def _of_the_source(trees: Trees, word: Word, mention: Span) -> bool:
    """Whether a word between the marks and their cue is part of the source, hangs on it, or only says how or when."""
    if word.token.upos in ("PUNCT", "ADV", "AUX", "PART", "CCONJ"):
        return True
    at: Word | None = word
    while at is not None:
        if at.token.span.overlaps(mention):
            return True
        at = trees.head(at)
    return False


def _nearest_noun(trees: Trees, words: Sequence[Word], cue: Word) -> Span | None:
    """The noun phrase beside a cue that the parse gave no subject."""
    at = words.index(cue)
    near = [*words[at + 1 :], *reversed(words[:at])]
    noun = next((w for w in near if w.token.upos in NAME), None)
    while noun is not None and noun.token.deprel in ("flat", "compound") and (head := trees.head(noun)) is not None:
        noun = head
    return trees.noun_phrase(noun) if noun else None


def _cue_before(trees: Trees, m: Marked, paragraph: Span) -> Statement | None:
    if len(m.inner.of(trees.text).split()) < MIN_WORDS_AFTER_A_CUE:
        return None
    words = list(trees.words_in(Span(max(paragraph.start, m.outer.start - MAX_CHARACTERS_BEFORE), m.outer.start)))[
        -MAX_WORDS_BEFORE:
    ]
    for word in reversed(words):
        if word.token.text in (".", "!", "?", ";") or not word.token.span.end <= m.outer.start:
            return None
        if word.token.upos == "VERB":
            if not _reports(word):
                return None
            between = trees.text[word.token.span.end : m.outer.start].strip()
            if between and not between.endswith((",", ":", "that", "as", "of", "like")):
                return None
            mention = source_of(trees, word)
            if mention is None or _is_denied(trees, word) or _names(word, m.inner.of(trees.text)):
                return None
            return Statement(word.token.span, word.token.lemma.lower(), mention, (m.outer,), "beside", BESIDE_SCORE)
    return None


def _is_denied(trees: Trees, word: Word) -> bool:
    """Whether a cue is said not to have happened ("it could not accept “a delay” as a reason")."""
    return any(t.lemma.lower() in NEGATIONS for t in trees.children(word.sentence, word.token.index))


def _names(word: Word, inner: str) -> bool:
    """Whether the words in marks are what something is called, not what somebody said of it."""
    verb = reporting_verbs()[word.token.lemma.lower()]
    capitals = all(w[:1].isupper() for w in re.findall(r"[^\W\d_]{4,}", inner))
    return (verb.kind in ("judge", "thought") or verb.lemma == "read") and capitals


def statement_introduced(trees: Trees, m: Marked, lead: Span) -> Statement | None:
    """Words after a colon: the cue of the sentence before it, or the subject of one that has none ("She was blunt:").

    ``lead`` is the text that ends with the colon. A name behind a preposition ("later that month on CNN:") is no
    source.
    """
    words = list(trees.words_in(Span(max(lead.start, lead.end - MAX_CHARACTERS_BEFORE), lead.end)))
    if not words or _labels(words):
        return None
    sentence = words[-1].sentence
    inside = [w for w in words if w.sentence is sentence]
    cue = next((w for w in reversed(inside) if _reports(w)), None)
    mention = source_of(trees, cue) if cue is not None else None
    if cue is not None and not (mention is None and cue.token.lemma.lower() == "read"):  # "Also read:"
        return Statement(cue.token.span, cue.token.lemma.lower(), mention, (m.outer,), "colon", BESIDE_SCORE)
    told = subject_of(trees, sentence)
    if told is not None:
        return Statement(None, "", told, (m.outer,), "colon", COLON_SCORE)
    name = _opening_name(trees, inside)
    if name is not None:
        return Statement(None, "", name, (m.outer,), "colon", COLON_SCORE)
    subject = next((w for w in inside if w.token.deprel in SUBJECTS and w.token.upos in NAME), None)
    noun = subject or next((w for w in inside if _is_bare_name(trees, w)), None)
    who = trees.noun_phrase(noun) if noun else None
    return Statement(None, "", who, (m.outer,), "colon", COLON_SCORE) if who else None


def _labels(words: Sequence[Word]) -> bool:
    """Whether a number stands before a colon: what follows is its name ("level 3: “Stay Home”")."""
    return [w.token.xpos for w in words if w.token.upos != "PUNCT"][-1:] == ["CD"]


def _opening_name(trees: Trees, inside: Sequence[Word]) -> Span | None:
    """Who speaks by a lead without a verb of its own, which opens with the name and may add who that is or where it was
    said: "Lena Wilk, who runs the mill, in a column for the Herald:", "Miller Lena Wilk (on Ozerne FM):".
    """
    at = next((n for n, w in enumerate(inside) if w.token.upos != "PUNCT"), len(inside))
    phrase: list[Word] = []
    for word in inside[at:]:
        if word.token.upos not in OF_A_NAME and word.token.text not in IN_A_NAME:
            break
        phrase.append(word)
    tops = [w for w in phrase if w.token.head < 0]
    names = [w for w in phrase if w.token.upos == "PROPN" and w.token.text not in CALENDAR]
    if not tops or not names or names[-1] is not phrase[-1] or trees.child(tops[0], "case") is not None:
        return None
    return Span(phrase[0].token.span.start, phrase[-1].token.span.end)


def _is_bare_name(trees: Trees, word: Word) -> bool:
    """Whether a proper noun stands in no phrase with a preposition."""
    at: Word | None = word
    while at is not None and at.token.upos in NAME:
        if trees.child(at, "case") is not None and at.token.deprel != "root":
            return False
        at = trees.head(at)
    return word.token.upos == "PROPN" and word.token.text not in CALENDAR
