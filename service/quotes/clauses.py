"""What the parse says is reported: a cue governs its clause, its subject is the source.

Universal Dependencies gives reported speech three shapes: the clause is the cue's ``ccomp`` or ``xcomp``; the cue is a
``parataxis`` of the clause ("The road is shut, police said"); the source is an oblique with "according to".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.quotes.joints import cue_behind, lost_subject, nearest_subject
from service.quotes.lexicon import (
    ReportingVerb,
    addressing_verbs,
    carrying_words,
    connectives,
    document_nouns,
    reporting_nouns,
    reporting_verbs,
)
from service.quotes.marks import Marked, MarkIndex
from service.quotes.nouns import statements_of_noun
from service.quotes.preceding import can_speak
from service.quotes.speech import FINITE, TELLING, wants_to_know
from service.quotes.trees import (
    CLAUSAL,
    MAX_SENTENCE_TOKENS,
    RELATIVE_PRONOUNS,
    SUBJECTS,
    Trees,
    Word,
    trimmed,
)
from service.quotes.types import Sentence, Span, Statement, Token
from service.quotes.verdicts import find_verdict

PARSE_SCORE = 0.75
# Verbs that report their object only with "that" or a finite clause; a bare infinitive after them is a deed, not words.
INFINITIVE_KINDS = frozenset({"promise", "deny"})
ASKING_KINDS = frozenset({"ask", "answer"})  # with a clause they ask or answer in words: "asked whether"
QUESTIONS = frozenset({"whether", "if", "how", "why", "what", "who", "whom", "whose", "which", "where", "when"})
ASKING_IF = frozenset({"ask", "inquire", "enquire", "wonder", "query", "question"})  # "if" after them is "whether"
OPENERS = frozenset({"that", "whether", "if"})
MIN_CLAUSE_TOKENS = 3
PUT_IT = ReportingVerb("put", "say", False, False, "As she put it, “the race is run”.")
# Verbs with which "as X …" comments on the clause it stands in ("as X put it, the roof leaked").
COMMENTING = frozenset(
    {"say", "tell", "put", "report", "note", "observe", "explain", "write", "describe", "point", "state"}
)
# Relations by which a parser hangs a reported clause without "that" when it takes it for something else.
MISHUNG = frozenset({"advcl", "parataxis", "acl", "obj", "dep"})
# A whole sentence in marks behind an attribution: nothing before belongs to it ("In a note, she said, “We lost.”").
UTTERANCE = re.compile(r",\s*[“‘\"'«„]+\s*[^\W\d_a-zß-ÿ]")
QUOTING = frozenset({"quote", "cite", "report"})  # "the mayor was quoted as saying"
ASKED = frozenset({"ask", "press", "question", "reach", "contact"})
QUANTIFIERS = frozenset({"another", "others", "one", "some", "many", "several", "most", "both"})
INFINITIVE_LEMMAS = frozenset({"claim", "profess", "purport"})


def find_clause_statements(trees: Trees, marked: MarkIndex) -> tuple[Statement, ...]:
    """Every statement the dependency trees show, in order of the cue."""
    found: list[Statement] = []
    for sentence in trees.sentences:
        if len(sentence.tokens) > MAX_SENTENCE_TOKENS:
            continue
        inside = marked.touching(sentence.span)
        for token in sentence.tokens:
            found.extend(_of_token(trees, Word(sentence, token), inside))
    return tuple(found)


def _of_token(trees: Trees, word: Word, marked: Sequence[Marked]) -> Iterator[Statement]:
    lemma = word.token.lemma.lower()
    by = lemma == "accord" or word.token.text.lower() == "according"
    if by or (lemma == "per" and word.token.deprel == "case"):
        yield from _according(trees, word)
    elif word.token.upos == "NOUN":
        yield from statements_of_noun(trees, word, marked)
    elif lemma == "put" and word.token.upos == "VERB" and _puts_it(trees, word):
        yield from _of_verb(trees, word, PUT_IT, marked)
    elif lemma == "know" and wants_to_know(trees, word):
        yield from _of_verb(trees, word, reporting_verbs()["ask"], marked)
    elif word.token.upos in ("VERB", "AUX") and lemma in reporting_verbs():
        verb = reporting_verbs()[lemma]
        if verb.kind != "thought" and not _was_asked(trees, word, verb):
            yield from _of_verb(trees, word, verb, marked)


def _puts_it(trees: Trees, word: Word) -> bool:
    """Whether "put" is a cue: "as she put it"."""
    thing = trees.child(word, "obj")
    return thing is not None and thing.text.lower() == "it" and trees.child(word, "mark", "advmod") is not None


def _was_asked(trees: Trees, word: Word, verb: ReportingVerb) -> bool:
    """A bare participle of asking ("…, when asked whether"): somebody else asked, and the text does not say who."""
    bare = trees.child(word, *SUBJECTS, "nsubj:pass", "aux", "aux:pass") is None
    return verb.kind in ASKING_KINDS and word.token.xpos == "VBN" and bare


def _of_verb(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> Iterator[Statement]:
    mention = inverted_source(trees, word) or source_of(trees, word)
    reduced = word.token.xpos == "VBN" and word.token.deprel.startswith("acl") and trees.child(word, *SUBJECTS) is None
    named = reduced and _agent(trees, word) is None
    anothers = mention is None and bool(_according_phrases(trees, word))  # "was charged with “…,” according to X"
    for rule, contents in (
        ("clause", _complement(trees, word, verb)),
        ("parataxis", _host(trees, word) or _commented(trees, word, verb, marked)),
        ("judged", find_verdict(trees, word, verb, marked)),
    ):
        if contents and not (rule == "judged" and (named or anothers)):
            yield Statement(word.token.span, verb.lemma, mention, contents, rule, PARSE_SCORE)
            return


def _complement(trees: Trees, word: Word, verb: ReportingVerb) -> tuple[Span, ...]:
    """The reported clause below a cue: a finite ``ccomp``, "whether …", "how …", or an infinitive after verbs that
    state with one.
    """
    if not (verb.clause or verb.direct):
        return ()
    states = verb.clause or verb.kind in ASKING_KINDS
    for child in trees.children(word.sentence, word.token.index):
        after = child.index > word.token.index
        if child.deprel == "ccomp" and (states or not after) and _is_reported(trees, word, child):
            return _clause_pieces(trees, word, child)
        if after and (_asks(trees, word, child, verb) or (verb.clause and _is_bare_clause(trees, word, child))):
            return _clause_pieces(trees, word, child)
        if child.deprel == "xcomp" and after:
            infinitive = verb.kind in INFINITIVE_KINDS or verb.lemma in INFINITIVE_LEMMAS
            if verb.lemma in INFINITIVE_LEMMAS and trees.child(word, "obj") is not None:
                continue  # "claimed victory with votes still to be counted"
            if verb.clause and infinitive and child.upos in ("VERB", "AUX", "ADJ", "NOUN"):
                return _pieces(trees, word.sentence, trees.subtree(word.sentence, child.index))
    return _stray_clause(trees, word, verb)


def _stray_clause(trees: Trees, word: Word, verb: ReportingVerb) -> tuple[Span, ...]:
    """A "that" clause with its own subject which the parse hangs on where or to whom it was said ("said on Lagoon FM
    that …", "told the inquest that …").
    """
    settings = carrying_words("show") | carrying_words("interview") | carrying_words("occasion")
    if verb.kind not in ("say", "write") or not verb.clause:
        return ()
    for place in trees.children(word.sentence, word.token.index):
        told = verb.lemma in addressing_verbs() and place.deprel in ("obj", "iobj") and can_speak(place)
        setting = told or place.upos == "PROPN" or place.lemma.lower() in settings
        if place.index < word.token.index or not setting or place.deprel.split(":")[0] not in ("obl", "obj", "iobj"):
            continue
        for child in trees.subtree(word.sentence, place.index):
            if not child.deprel.startswith(("acl", "ccomp")):
                continue
            tokens = [t for t in trees.subtree(word.sentence, child.index) if t.upos != "PUNCT"]
            opens = tokens[0].text.lower() == "that" and tokens[0].deprel == "mark" and tokens[0].head == child.index
            own = trees.child(Word(word.sentence, child), *SUBJECTS, "nsubj:pass", "expl")
            if opens and own is not None:
                return _pieces(trees, word.sentence, tokens)
    return ()


def _is_reported(trees: Trees, word: Word, child: Token) -> bool:
    """Whether a complement is what is reported: not a clause on who is addressed ("told farmers that grow wheat to …"),
    nor the narrator's ("…, although it rains").
    """
    first = next(t for t in trees.subtree(word.sentence, child.index) if t.upos != "PUNCT" or t is child)
    if first.index < word.token.index:
        behind = word.sentence.tokens[first.index - 1].text == "," if first.index else False
        return not (behind and first.upos == "PRON" and first.text.lower() == "who")  # "Ruiz, who was ill, said"
    subject = first.upos == "PRON" and first.deprel in SUBJECTS and first.text.lower() in RELATIVE_PRONOUNS
    opener = first.text.lower() == "that" and word.sentence.tokens[first.index - 1].upos in ("NOUN", "PROPN")
    own = Word(word.sentence, child)
    if child.upos in ("NOUN", "PROPN") and next(trees.children(word.sentence, child.index), None) is None:
        return False  # "was denied citizenship"
    bare = trees.child(own, *SUBJECTS, "nsubj:pass", "expl") is None and child.index == first.index + 1
    if opener and bare:
        return False
    concedes = first.upos == "SCONJ" and first.text.lower() in ("although", "though", "while", "because")
    return not subject and not concedes


def _clause_pieces(trees: Trees, word: Word, child: Token) -> tuple[Span, ...]:
    """The reported clause in pieces, from its "that" on, with the front that an attribution inside parts from it."""
    tokens = trees.subtree(word.sentence, child.index)
    opener = next((t for t in tokens if t.deprel == "mark" and t.head == child.index and t.lemma in OPENERS), None)
    if opener is not None and opener.index > word.token.index:
        before = [t for t in tokens if t.index < opener.index]
        if before and before[0].upos in ("ADP", "ADV", "PROPN") and not any(t.deprel in SUBJECTS for t in before):
            tokens = [t for t in tokens if t.index >= opener.index]  # "said on a radio show that": said there
    tokens = [*_lost_determiners(word, tokens), *tokens]
    front = lost_subject(trees, word, Word(word.sentence, child)) or _front(trees, word, tokens)
    return _pieces(trees, word.sentence, [*front, *tokens])


def _lost_determiners(word: Word, tokens: Sequence[Token]) -> list[Token]:
    """Articles and adjectives right before a clause that the parse hangs on a noun before them: they open it."""
    first = tokens[0].index
    at = first
    while at - 1 > word.token.index:
        before = word.sentence.tokens[at - 1]
        if before.upos not in ("DET", "ADJ", "NUM") or not word.token.index < before.head < before.index:
            break
        at -= 1
    return list(word.sentence.tokens[at:first])


def _front(trees: Trees, word: Word, tokens: Sequence[Token]) -> list[Token]:
    """The phrase before an attribution that interrupts its clause ("In most towns, she said, the school is open")."""
    behind = word.sentence.tokens[word.token.index + 1 : word.token.index + 2]
    subject = trees.child(word, *SUBJECTS)
    if not behind or behind[0].text != "," or tokens[0].index < word.token.index or subject is None:
        return []
    if UTTERANCE.match(trees.text, behind[0].span.start):
        return []
    for child in trees.children(word.sentence, word.token.index):
        if child.deprel not in ("obl", "advmod", "advcl", "obl:unmarked", "obl:tmod") or child.index > subject.index:
            continue
        phrase = trees.subtree(word.sentence, child.index)
        ends = word.sentence.tokens[phrase[-1].index : phrase[-1].index + 2]
        comma = any(t.text == "," for t in ends)
        words = " ".join(t.text for t in phrase if t.upos != "PUNCT").lower()
        first = all(t.upos in ("PUNCT", "CCONJ") for t in word.sentence.tokens[: phrase[0].index])
        if comma and first and words not in connectives() and not _tells_where_it_was_said(trees, word, child):
            return phrase
    return []


def _tells_where_it_was_said(trees: Trees, word: Word, child: Token) -> bool:
    """Whether a phrase before a cue names the document or the occasion, or who was asked, not what is said."""
    if child.deprel == "advcl":
        return child.xpos == "VBN" and child.lemma.lower() in ASKED
    places = carrying_words("interview") | carrying_words("occasion") | carrying_words("broadcast") | document_nouns()
    return child.upos in ("NOUN", "PROPN") and child.lemma.lower() in places


def _asks(trees: Trees, word: Word, child: Token, verb: ReportingVerb) -> bool:
    """Whether a clause is a reported question ("asked the clerk whether …") or tells how something was."""
    if child.deprel not in ("advcl", "ccomp", "xcomp", "obj", "obl", "acl", "advmod"):
        return False
    tokens = [t for t in trees.subtree(word.sentence, child.index) if t.upos != "PUNCT"]
    if len(tokens) < MIN_CLAUSE_TOKENS or tokens[0].index < word.token.index:
        return False
    first = tokens[0].text.lower()
    if verb.kind in ASKING_KINDS:
        if first == "if" and verb.lemma not in ASKING_IF:
            return False  # "will appeal if it loses"
        return first == "whether" or (first in QUESTIONS and _has_finite(tokens))
    telling = verb.lemma in TELLING and first in ("how", "why")
    return telling and any(t.deprel in SUBJECTS or t.deprel == "nsubj:pass" for t in tokens) and _has_finite(tokens)


def _has_finite(tokens: Sequence[Token]) -> bool:
    return any(t.xpos in FINITE for t in tokens)


def _is_bare_clause(trees: Trees, word: Word, child: Token) -> bool:
    """Whether a clause right behind the cue is what it reports, though the parse hangs it there by another relation."""
    if child.deprel not in MISHUNG or child.upos not in ("VERB", "AUX", "ADJ", "NOUN"):
        return False
    tokens = trees.subtree(word.sentence, child.index)
    if tokens[0].index != word.token.index + 1 or tokens[0].upos in ("SCONJ", "PUNCT", "ADP"):
        return False
    own = Word(word.sentence, child)
    subject = trees.child(own, *SUBJECTS, "nsubj:pass", "expl")
    if subject is None or trees.child(own, "mark") is not None or subject.text.lower() in RELATIVE_PRONOUNS:
        return False
    return child.xpos in FINITE or trees.child(own, "aux", "aux:pass", "cop") is not None


def _host(trees: Trees, word: Word) -> tuple[Span, ...]:
    """The clause that a parenthetical cue comments on, without the cue's own words: one piece, or two around it."""
    head = trees.head(word)
    if head is None or not (word.token.deprel == "parataxis" or _closes_the_sentence(trees, word)):
        return ()
    inverted = inverted_source(trees, word)
    if not _has_subject(trees, word) and inverted is None:
        return ()
    undergone = trees.child(word, "nsubj:pass")
    tells = word.token.lemma.lower() in addressing_verbs() or word.token.lemma.lower() in QUOTING
    if undergone is not None and undergone.text.lower() != "it" and not tells:
        return ()  # "some left, others were charged": nobody was told anything
    own = frozenset({word.token.index})
    tokens = trees.subtree(word.sentence, head.token.index, leave=own | _according_phrases(trees, head))
    tokens = [t for t in tokens if inverted is None or not inverted.contains(t.span)]
    first = trees.subtree(word.sentence, word.token.index)[0].index
    if not any(t.index < first and t.upos != "PUNCT" for t in tokens):
        return ()
    opening = word.sentence.tokens[max(0, first - 1) : first + 1]
    named = any(t.text == ":" for t in opening) and not _has_finite(tokens)
    if named and trees.child(word, "obj") is not None:
        return ()  # "Recount: board rejects plea" tells more of its topic
    return _pieces(trees, word.sentence, tokens)


def _closes_the_sentence(trees: Trees, word: Word) -> bool:
    """Whether an attribution ends its sentence behind a comma, though the parse takes it for an adverbial clause."""
    own = trees.subtree(word.sentence, word.token.index)
    behind = word.sentence.tokens[word.token.index + 1 :]
    subject = trees.child(word, *SUBJECTS)
    return (
        word.token.deprel == "advcl"
        and word.token.xpos in FINITE
        and subject is not None
        and subject.index < word.token.index
        and not any(t.deprel in ("mark", "advmod", "cc", "ccomp", "obj") and t.head == word.token.index for t in own)
        and all(t.upos == "PUNCT" for t in behind)
        and _between_commas(word.sentence, [t for t in own if t.upos != "PUNCT"])
    )


def _according_phrases(trees: Trees, head: Word) -> frozenset[int]:
    """The phrases below a clause that tell what it is said according to."""
    below = list(trees.children(head.sentence, head.token.index))
    cases = {t.index: [c.lemma.lower() for c in trees.children(head.sentence, t.index)] for t in below}
    return frozenset(index for index, lemmas in cases.items() if "accord" in lemmas or "according" in lemmas)


def _commented(trees: Trees, word: Word, verb: ReportingVerb, marked: Sequence[Marked]) -> tuple[Span, ...]:
    """The clause that "as X put it" or "as X told Y" comments on: marks right behind it, else what it hangs on."""
    mark = trees.child(word, "mark") or trees.child(word, "advmod")
    if (
        mark is None
        or mark.text.lower() != "as"
        or not _has_subject(trees, word)
        or not (verb.clause or verb is PUT_IT)
    ):
        return ()
    thing = trees.child(word, "obj") or word.token
    own = trees.subtree(word.sentence, word.token.index)
    end = thing.span.end if verb is PUT_IT else own[-1].span.end
    behind = next((m for m in marked if m.outer.start >= end), None)
    between = trees.text[end : behind.outer.start].strip() if behind is not None else ""
    if behind is not None and between in (",", ":"):
        return (behind.outer,)
    head = trees.head(word)
    if head is None or word.token.deprel not in ("advcl", "parataxis") or verb.lemma not in COMMENTING:
        return ()
    if not _between_commas(word.sentence, own):
        return ()
    tokens = trees.subtree(word.sentence, head.token.index, leave=frozenset({word.token.index}))
    return _pieces(trees, word.sentence, tokens) if _has_finite(tokens) else ()


def _between_commas(sentence: Sentence, own: Sequence[Token]) -> bool:
    """Whether a clause is set off from what stands before and behind it, or opens or ends the sentence."""
    tokens = sentence.tokens
    first, last = own[0].index, own[-1].index
    before = first == 0 or tokens[first - 1].upos == "PUNCT" or tokens[first].upos == "PUNCT"
    behind = last + 1 >= len(tokens) or tokens[last + 1].upos == "PUNCT" or tokens[last].upos == "PUNCT"
    return before and behind


def _according(trees: Trees, word: Word) -> Iterator[Statement]:
    """ "… , according to X": the clause X is an oblique of."""
    head = trees.head(word)
    if head is None or word.token.deprel not in ("case", "mark"):
        return
    mention = trees.noun_phrase(head)
    top = head
    while (above := trees.head(top)) is not None:
        top = above
        if top.token.deprel in CLAUSAL or top.token.upos in ("VERB", "AUX"):
            break
    if top is head or (top.token.lemma.lower() in reporting_verbs() and trees.child(top, *SUBJECTS)):
        return
    tokens = trees.subtree(word.sentence, top.token.index, leave=frozenset({head.token.index}))
    tokens = [t for t in tokens if not (t.deprel in ("cc", "mark") and t.head == top.token.index)]
    contents = _pieces(trees, word.sentence, tokens)
    if contents:
        to = next((t for t in trees.children(word.sentence, word.token.index) if t.deprel == "fixed"), word.token)
        cue = Span(word.token.span.start, max(to.span.end, word.token.span.end))
        lemma = "per" if word.token.lemma.lower() == "per" else "according to"
        yield Statement(cue, lemma, mention, contents, "according", PARSE_SCORE)


def source_of(trees: Trees, word: Word) -> Span | None:
    """The source phrase of a cue: its subject, or for a participle, infinitive or second verb its governor's
    subject.
    """
    if (several := _quantifier_before(word)) is not None:
        return several
    seen = 0
    at: Word | None = word
    while at is not None and seen < 6:
        subject = nearest_subject(trees, at)
        passive = trees.child(at, "nsubj:pass")
        if subject is not None:
            return _subject_phrase(trees, at, subject)
        if passive is not None and at is not word:
            return _subject_phrase(trees, at, passive)  # "was quoted by Reuters as saying": who was quoted
        if passive is not None or (at is word and trees.child(at, "aux:pass") is not None):
            return _agent(trees, at)  # "… but was told that": whom the subject before it was told by
        if at.token.deprel == "acl":
            if at.token.xpos == "VBN":
                return _agent(trees, at)  # "a film called", "rooms named": the noun is what is named, not the source
            head = trees.head(at)
            if head is None:
                return None
            beside = not _set_off(at) or head.token.deprel in SUBJECTS or head.token.deprel == "root"
            if beside and _can_state(head.token):
                return _before(trees, trees.noun_phrase(head), at)
            at = _above_the_noun(trees, head)  # "wrote to the mayor, arguing that": who wrote argues, not the mayor
            seen += 1
            continue
        if at.token.deprel not in CLAUSAL:
            return None
        at = cue_behind(trees, at) or trees.head(at)
        seen += 1
    return None


def _quantifier_before(word: Word) -> Span | None:
    """A word like "another" or "others" that opens a sentence right before its verb, which the parse has as an article:
    "Another fumed: “…”".
    """
    before = word.sentence.tokens[: word.token.index]
    opens = len(before) == 1 and before[0].text.lower() in QUANTIFIERS and before[0].deprel in ("det", "nummod")
    return before[0].span if opens else None


def _can_state(noun: Token) -> bool:
    """Whether a noun is one for people, a body or something written or said, or in no list of ours."""
    lemma = noun.lemma.lower()
    return can_speak(noun) or noun.upos != "NOUN" or lemma in document_nouns() or lemma in reporting_nouns()


def _before(trees: Trees, phrase: Span, participle: Word) -> Span:
    """The part of a noun phrase before the participle that tells what it says ("a note from the mill saying that")."""
    start = trees.subtree(participle.sentence, participle.token.index)[0].span.start
    inside = phrase.start < start < phrase.end
    return trimmed([w.token for w in trees.words_in(Span(phrase.start, start))]) if inside else phrase


def _agent(trees: Trees, passive: Word) -> Span | None:
    """Who does what a passive verb tells ("by residents")."""
    agent = trees.child(passive, "obl:agent")
    return trees.noun_phrase(Word(passive.sentence, agent)) if agent is not None else None


def inverted_source(trees: Trees, word: Word) -> Span | None:
    """The phrase right behind a finite cue that has no subject of its own and stands behind marks or a comma, or opens
    the sentence: who said it (“…,” reply Ana and Bo; The lake froze, say fishers; Says Ana: “…”).
    """
    tokens = word.sentence.tokens
    at = word.token.index
    if word.token.xpos not in FINITE | {"VB"} or _has_subject(trees, word) or at + 1 >= len(tokens):
        return None
    behind = tokens[at + 1]
    apart = tokens[at - 1].upos == "PUNCT" if at else any(t.text == ":" for t in tokens)
    if not apart or behind.upos not in ("PROPN", "NOUN", "DET", "PRON", "ADJ", "NUM"):
        return None
    if word.token.lemma.lower() in addressing_verbs():
        return None
    top = behind
    while top.head >= 0 and top.head > at and trees.subtree(word.sentence, top.head)[0].index > at:
        top = tokens[top.head]
    return trees.noun_phrase(Word(word.sentence, top)) if top.upos in ("PROPN", "NOUN", "PRON", "NUM") else None


def _set_off(word: Word) -> bool:
    """Whether a participle stands behind a comma."""
    before = word.sentence.tokens[word.token.index - 1] if word.token.index else None
    return word.token.xpos == "VBG" and before is not None and before.text == ","


def _above_the_noun(trees: Trees, noun: Word) -> Word | None:
    """The verb or other predicate that a noun depends on, through the nouns above it."""
    at: Word | None = noun
    while at is not None and at.token.upos in ("NOUN", "PROPN", "PRON", "NUM"):
        if trees.child(at, *SUBJECTS, "nsubj:pass") is not None:
            return at
        at = trees.head(at)
    return at


def _subject_phrase(trees: Trees, verb: Word, subject: Token) -> Span | None:
    """The subject's noun phrase; a relative pronoun gives the noun it stands for."""
    if subject.text.lower() in RELATIVE_PRONOUNS:
        head = trees.head(verb) if verb.token.deprel.startswith("acl") else _noun_before(verb.sentence, subject)
        return trees.noun_phrase(head) if head is not None else None
    return trees.noun_phrase(Word(verb.sentence, subject))


def _noun_before(sentence: Sentence, pronoun: Token) -> Word | None:
    """The noun that a relative pronoun follows, for a relative clause the parse has hung elsewhere."""
    before = [t for t in sentence.tokens[max(0, pronoun.index - 3) : pronoun.index] if t.upos in ("NOUN", "PROPN")]
    if not before:
        return None
    noun = before[-1]
    while noun.deprel in ("flat", "compound", "appos") and noun.head >= 0:
        head = sentence.tokens[noun.head]
        between = sentence.tokens[min(head.index, noun.index) : max(head.index, noun.index)]
        if any(token.upos == "VERB" for token in between):
            break  # a name is not a part of one that stands before a verb, whatever the parse says
        noun = head
    return Word(sentence, noun)


def _has_subject(trees: Trees, word: Word) -> bool:
    return trees.child(word, *SUBJECTS, "nsubj:pass", "expl") is not None


def _pieces(trees: Trees, sentence: Sentence, tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Tokens in text order as spans: a new one where real words stand between, none of punctuation alone."""
    runs: list[list[Token]] = [[tokens[0]]] if tokens else []
    for before, token in pairwise(tokens):
        between = sentence.tokens[before.index + 1 : token.index]
        if any(t.upos != "PUNCT" for t in between):
            runs.append([])
        runs[-1].append(token)
    return tuple(
        trimmed(run)
        for run in runs
        if any(t.upos != "PUNCT" and not (t.upos == "PRON" and t.text.lower() in RELATIVE_PRONOUNS) for t in run)
    )
