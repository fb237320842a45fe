"""Whether a statement is speech by the annotation scheme: words said or written, no belief, topic, name or fact."""

from __future__ import annotations

import re
from itertools import takewhile

from service.quotes.lexicon import (
    connectives,
    document_nouns,
    measure_nouns,
    picture_nouns,
    reporting_nouns,
    reporting_verbs,
    roles,
)
from service.quotes.marks import Marked, MarkIndex
from service.quotes.trees import RELATIVE_PRONOUNS, SUBJECTS, Trees, Word
from service.quotes.types import Span, Statement, Token
from service.quotes.vocabulary import is_document_noun, is_organisation_noun, person_noun

# A statement only the reader found, with a cue in no list and no marks, must be this sure.
MIN_UNLISTED_SCORE = 0.85
MIN_READER_SCORE = 0.15
# Words in marks that a cue in no list must report to be believed.
MIN_WORDS_OF_AN_UNLISTED_CUE = 2
BY_SOURCE = frozenset({"according to", "per"})
# Words in marks that a noun of saying without a source must hold to be speech.
MIN_WORDS_OF_NOBODY = 3
MAX_WORDS_OF_A_TERM = 4
OPENING_MARKS = frozenset('"“‘«„')
TRIMMED = " \"“”‘’«»'"
POSSESSIVE_LEAD = re.compile(r"['’]s?$")
TITLE_LEAD = re.compile(
    r"(?:['’]s?|\b(?:in|of|on|from|for|about|with|at|called|titled|entitled|named|dubbed|the|his|her|their|its))$",
    re.IGNORECASE,
)
WORK = (
    r"(?:programme|program|show|podcast|series|film|movie|documentary|book|novel|memoir|biography|play|musical|opera|song"
    r"|single|album|poem|essay|column|blog|newsletter|magazine|exhibition|painting|game|app|ad"
    r"|advertisement|commercial|theme|topic)"
)
WORK_LEAD = re.compile(rf"\b{WORK},?$")
# What a work is, said behind its title ("“The Salt Road,” a novel", "“Tide Tables,” her first book of poems").
WORK_BEHIND = re.compile(rf",?\s(?:an?|the|his|her|their|its)\s(?:[\w’'-]+\s){{0,3}}{WORK}\b")
MAX_LEAD_CHARACTERS = 40
SO_CALLED = re.compile(r"\bso[ -]called$")
# Verbs that things without words can be subjects of as well: "the tracks suggest", "the strike explains why".
OF_THINGS_TOO = frozenset({"suggest", "indicate", "explain", "promise", "threaten", "signal", "imply", "hint"})
# Verbs that tell how or why something was.
TELLING = frozenset({"describe", "explain", "recount", "recall", "relate", "detail", "outline", "tell", "reveal"})
FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
SUBORDINATORS = (
    frozenset({"if", "because", "when", "where", "while", "whose", "what", "how", "why"}) | RELATIVE_PRONOUNS
)
# Who found out something reports it: "researchers found that", not "she found that her purse was gone".
FINDING = frozenset({"find", "conclude", "show", "demonstrate", "determine", "establish"})
STUDIERS = frozenset({"team", "auditor", "inspector", "investigator", "panel", "watchdog", "economist", "analyst"})
TITLING = frozenset({"name", "dub", "title", "entitle", "nickname", "christen"})
NAMING = TITLING | {"call", "term", "label"}
# What keeps words back: "declined to say whether", "did not say how", "nobody would say who".
WITHHOLDING = frozenset({"decline", "refuse", "fail", "unable", "hesitate"})
EXPECTING = frozenset({"expect", "due", "likely", "set", "schedule", "ask", "need", "want", "try", "struggle", "hope"})
IMAGINING = frozenset({"imagine", "picture", "suppose", "pretend"})
QUIET = frozenset({"comment", "say", "discuss", "answer", "elaborate", "respond", "speak", "talk", "confirm"})
NARRATORS = frozenset({"I", "we", "We"})
NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "nobody", "none", "neither"})
# Words that open a question, direct or reported.
QUESTION_WORDS = frozenset({"whether", "if", "how", "why", "what", "who", "whom", "whose", "which", "where", "when"})
RECKONING = frozenset({"estimate", "project", "calculate", "reckon", "forecast", "understand", "assume"})
NOT_TO = re.compile(r"\b(?:that|this|which) (?:is|was|’s|'s) not to $", re.IGNORECASE)
MARKED_AS_A_TERM = re.compile(
    r"\b(?:so[ -]called|known(?: \w+){0,4} as|dubbed|nicknamed|codenamed|code-named|theme:?)\s*$", re.IGNORECASE
)
AGENT_ENDINGS = ("ist", "ian", "man", "men", "woman", "women", "eer", "people", "one", "body")


def is_speech(trees: Trees, statement: Statement, marked: MarkIndex) -> bool:
    """Whether a cue reports words by the annotation scheme: thoughts and topics do only with words in marks."""
    verb = reporting_verbs().get(statement.lemma)
    if marked.quoted(statement.contents) and not all(
        is_marked_as_a_term(trees.text, m) for m in _held(statement, marked)
    ):
        return _quotes(trees, statement, marked)
    by_parse = "clause" in statement.rule or "parataxis" in statement.rule or "noun" in statement.rule
    if _is_impersonal(trees, statement):
        return False
    if statement.cue is None or not (by_parse or _tells(trees, statement)):
        return False
    if statement.mention is not None and statement.mention.of(trees.text) in NARRATORS:
        return False  # "I can tell you what it costs", "I asked him whether it hurt": the narrator's own words
    if _is_withheld(trees, statement) or _was_put(trees, statement) or _is_supposed(trees, statement):
        return False
    held = {w.token.upos for content in statement.contents for w in trees.words_in(content)}
    if held <= {"PRON", "ADV", "PUNCT"} or held <= {"PROPN", "PUNCT"}:
        return False  # "it was reported", "said so", "OSLO: Members said"
    if statement.lemma in BY_SOURCE:
        return can_be_according(trees, statement.mention, statement.lemma)
    if _is_picture(trees, statement.mention):
        return False
    if statement.lemma == "put":
        return by_parse
    if verb is None or "noun" in statement.rule:
        noun = reporting_nouns().get(statement.lemma)
        first = trees.word_at(statement.contents[0].start)
        if not by_parse and noun is None and first is not None and first.token.text.lower() in QUESTION_WORDS:
            return False  # "experts are divided over whether it will hold"
        return by_parse or (statement.score >= MIN_UNLISTED_SCORE and (noun is None or noun.clause))
    if verb.kind == "show" and not (_is_document(trees, statement.mention) or _is_finding(trees, statement)):
        return False
    if verb.lemma in OF_THINGS_TOO and not _can_state(trees, statement.mention):
        return False
    if verb.kind == "promise" and (statement.mention is None or is_written(trees, statement.mention)):
        return False
    telling = verb.lemma in TELLING and _asks_how(trees, statement.contents[0])
    return verb.kind != "thought" and (verb.clause or by_parse or telling) and statement.score >= MIN_READER_SCORE


def _is_impersonal(trees: Trees, statement: Statement) -> bool:
    """Whether nobody says it: "it is estimated that", "it should be noted that", "it is telling that", "that is
    not to say that".
    """
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    if word is None or word.token.upos not in ("VERB", "AUX"):
        return False
    if NOT_TO.search(trees.text, max(0, word.token.span.start - MAX_LEAD_CHARACTERS), word.token.span.start):
        return True
    subject = trees.child(word, "expl", "nsubj:pass", *SUBJECTS)
    if subject is None or subject.text.lower() != "it" or trees.child(word, "obl:agent") is not None:
        return False
    reminds = trees.child(word, "aux") is not None and word.token.xpos == "VBN" and word.token.lemma.lower() == "note"
    return reminds or word.token.lemma.lower() in RECKONING or word.token.text.lower() == "telling"


def _is_withheld(trees: Trees, statement: Statement) -> bool:
    """Whether a question is one that somebody did not answer: "did not say how many", "declined to say whether", "have
    yet to agree who pays".
    """
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    first = trees.word_at(statement.contents[0].start)
    if word is None or first is None or first.token.text.lower() not in QUESTION_WORDS:
        return False
    if first.token.span.start < word.token.span.start:
        return False
    head = trees.head(word)
    if head is not None and word.token.deprel in ("xcomp", "ccomp"):
        still_to = any(t.text.lower() == "yet" for t in trees.children(head.sentence, head.token.index))
        if head.token.lemma.lower() in WITHHOLDING or still_to:
            return True
    return is_denied(trees, word)


def is_denied(trees: Trees, verb: Word) -> bool:
    """Whether a verb is said not to have happened, by a negation of its own or by its subject ("nobody would say")."""
    children = trees.children(verb.sentence, verb.token.index)
    if any(t.deprel in ("advmod", "cc:preconj") and t.text.lower() in NEGATIONS for t in children):
        return True
    subject = trees.child(verb, *SUBJECTS)
    return subject is not None and subject.text.lower() in NEGATIONS


def _is_supposed(trees: Trees, statement: Statement) -> bool:
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    return word is not None and is_supposed(trees, word, statement.contents[0].start)


def is_supposed(trees: Trees, word: Word, start: int) -> bool:
    """Whether the words at ``start`` that a verb reports are only supposed: imagined, a condition ("if the mayor says
    no"), what would have been said, a question that is still to be answered or put ("is expected to say whether", "is
    under pressure to explain why", "voters will be asked whether").
    """
    if word.token.upos not in ("VERB", "AUX"):
        return False
    children = list(trees.children(word.sentence, word.token.index))
    condition = any(t.deprel == "mark" and t.text.lower() in ("if", "unless") for t in children)
    if condition and word.token.deprel == "advcl":
        return True
    modals = {t.text.lower() for t in children if t.deprel in ("aux", "aux:pass")}
    if "have" in modals and modals & {"would", "could", "might"}:
        return True
    first = trees.word_at(start)
    question = first is not None and first.token.text.lower() in QUESTION_WORDS
    head = trees.head(word)
    if head is not None and head.token.index < word.token.index and head.token.lemma.lower() in IMAGINING:
        return True
    expected = head is not None and word.token.deprel == "xcomp" and head.token.lemma.lower() in EXPECTING
    expected = expected and not wants_to_know(trees, word)
    pressed = word.token.deprel == "acl" and any(t.deprel == "mark" and t.xpos == "TO" for t in children)
    return question and (expected or pressed or "will" in modals)


def wants_to_know(trees: Trees, word: Word) -> bool:
    """Whether "know" is what somebody wants, which is to ask: "readers want to know why"."""
    head = trees.head(word)
    wants = head is not None and head.token.lemma.lower() == "want" and word.token.deprel == "xcomp"
    return wants and word.token.lemma.lower() == "know"


def is_led_by_no_speech(trees: Trees, m: Marked) -> bool:
    """Whether the verb right before words in marks says that nobody said them: it only supposes them ("Imagine him
    saying “…”"), or they are the song that it tells of.
    """
    start = max(0, m.outer.start - MAX_LEAD_CHARACTERS)
    lead = trees.text[start : m.outer.start].rstrip(" ,:")
    word = trees.word_at(start + len(lead) - 1) if lead else None
    if word is None or word.token.upos != "VERB" or word.token.lemma.lower() not in reporting_verbs():
        return False
    song = word.token.lemma.lower() == "sing" and is_a_name(m.inner.of(trees.text))
    return song or is_supposed(trees, word, m.inner.start)


def _was_put(trees: Trees, statement: Statement) -> bool:
    """Whether a question was only put to the speaker, by nobody the text names ("she said when asked how long")."""
    verb = reporting_verbs().get(statement.lemma)
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    if verb is None or verb.kind != "ask" or word is None:
        return False
    bare = trees.child(word, *SUBJECTS, "nsubj:pass", "aux", "aux:pass") is None
    opener = trees.child(word, "mark", "advmod")
    when = word.token.deprel == "advcl" and opener is not None and opener.text.lower() in ("when", "if", "once")
    before = word.sentence.tokens[word.token.index - 1].text if word.token.index else ""
    aside = word.token.deprel == "acl" or (word.token.deprel == "advcl" and before == ",")
    if (when or aside) and word.token.xpos in ("VBN", "VBD"):
        return bare  # "Ruiz, asked if it was lost, shrugged": who is named was asked
    return bare and word.token.xpos == "VBN" and statement.mention is None


def _tells(trees: Trees, statement: Statement) -> bool:
    """Whether a piece says something of something; behind the cue of a relative clause, of the noun before that."""
    if any(is_clause(trees, content) or _is_that_clause(trees, content) for content in statement.contents):
        return True
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    if statement.lemma == "say" and statement.score >= MIN_UNLISTED_SCORE and _plans(trees, statement.contents[0]):
        return True
    if word is None or not word.token.deprel.startswith("acl"):
        return False
    first = trees.word_at(statement.contents[-1].start)
    return first is not None and first.token.xpos in FINITE and first.token.index == word.token.index + 1


def _is_that_clause(trees: Trees, content: Span) -> bool:
    """Whether a conjunction "that" opens a stretch with a finite verb: a clause, whatever the parse makes of it."""
    tokens = [w.token for w in trees.words_in(content)]
    opens = bool(tokens) and tokens[0].text.lower() == "that" and tokens[0].upos == "SCONJ"
    return opens and any(t.xpos in FINITE for t in tokens[1:])


def _plans(trees: Trees, content: Span) -> bool:
    """Whether a phrase is rather a clause whose verb the parse takes for a noun ("the union plans to stay")."""
    words = [w.token for w in trees.words_in(content)]
    return any(
        noun.xpos == "NNS" and words[at].index < noun.index and to.xpos == "TO" and verb.xpos == "VB"
        for at, (noun, to, verb) in enumerate(zip(words[1:], words[2:], words[3:], strict=False))
        if words[at].upos in NOMINALS
    )


def _asks_how(trees: Trees, content: Span) -> bool:
    first = trees.word_at(content.start)
    return first is not None and first.token.text.lower() in ("how", "why")


def _quotes(trees: Trees, statement: Statement, marked: MarkIndex) -> bool:
    """Whether a statement with words in marks reports them: not the terms and names that happen to stand near a cue."""
    verb = reporting_verbs().get(statement.lemma)
    stretches = _held(statement, marked)
    if all(_is_a_nickname(trees, m) for m in stretches):
        return False
    held = [m.inner.of(trees.text) for m in stretches]
    wordy = any(len(words.split()) >= MIN_WORDS_OF_NOBODY for words in held)
    if verb is not None and verb.kind == "thought":
        stated = wordy and _opens_with_that(trees, statement)
        whole = all(marked.covers(c) for c in statement.contents)
        return statement.mention is not None and verb.direct and (whole or stated)
    shown = verb is not None and verb.kind == "show" and _opens_with_that(trees, statement)
    if shown and not wordy and not _is_document(trees, statement.mention):
        return False
    if statement.lemma in BY_SOURCE and not can_be_according(trees, statement.mention, statement.lemma):
        return False
    cue = statement.cue
    if cue is not None and SO_CALLED.search(trees.text[max(0, cue.end - len("so-called") - 1) : cue.end]):
        return False
    if _is_naming(trees, statement) or _keeps_quiet(trees, statement) or _is_supposed(trees, statement):
        return False
    if _is_called_for(trees, statement) and not wordy:
        return False
    if statement.rule in ("reader", "judged") and all(is_a_title(trees.text, m) for m in stretches):
        return False
    names = all(map(is_a_name, held))
    if names and statement.lemma == "sing":
        return False  # the title of a song
    if verb is not None and names and (verb.kind == "judge" or (verb.lemma == "read" and "judged" in statement.rule)):
        return False
    if verb is not None or statement.lemma == "according to" or statement.cue is None or "noun" in statement.rule:
        return verb is None or verb.direct or verb.clause
    if statement.mention is not None and is_written(trees, statement.mention):
        few = all(len(words.split()) <= MIN_WORDS_OF_NOBODY for words in held)
        if few or _will(trees, statement.cue):
            return False  # "the law bans “night fishing”"
    return any(len(words.split()) >= MIN_WORDS_OF_AN_UNLISTED_CUE and not is_a_name(words) for words in held)


def _opens_with_that(trees: Trees, statement: Statement) -> bool:
    first = trees.word_at(statement.contents[0].start)
    return first is not None and first.token.text.lower() == "that" and first.token.upos == "SCONJ"


def _is_a_nickname(trees: Trees, m: Marked) -> bool:
    """Whether a stretch stands between the parts of a name (Vera “Stork” Lis)."""
    inner = m.inner.of(trees.text)
    before, behind = trees.word_at(m.outer.start - 2), trees.word_at(m.outer.end + 1)
    parts = [w is not None and w.token.upos == "PROPN" and w.token.text[:1].isupper() for w in (before, behind)]
    return all(parts) and len(inner.split()) <= MAX_WORDS_OF_A_TERM and inner[-1:] not in ".,!?" and is_a_name(inner)


def is_a_title(text: str, m: Marked) -> bool:
    """The name of a work or a programme: capitals throughout, behind a possessive or a preposition ("In “The Salt
    Road,”").
    """
    before = text[max(0, m.outer.start - MAX_LEAD_CHARACTERS) : m.outer.start].rstrip()
    words = re.findall(r"[^\W\d_]+", m.inner.of(text))
    owned = POSSESSIVE_LEAD.search(before) is not None
    capitals = len(words) > (0 if owned else 1) and all(w[0].isupper() for w in words if len(w) > 3 or w is words[0])
    led = TITLE_LEAD.search(before) or WORK_LEAD.search(before) or WORK_BEHIND.match(text, m.outer.end)
    return capitals and bool(led) and m.inner.of(text)[-1:] not in "!?"


def _held(statement: Statement, marked: MarkIndex) -> list[Marked]:
    return [m for c in statement.contents for m in marked.touching(c)]


def is_a_term_within(text: str, stretch: Span) -> bool:
    """Whether words in marks are a term or a name in the narrator's sentence: few, between words of it, and no sentence
    by themselves ("a “Happy Easter” banner").
    """
    words = stretch.of(text).strip(TRIMMED)
    before = text[max(0, stretch.start - 3) : stretch.start].rstrip(TRIMMED)
    behind = text[stretch.end : stretch.end + 3].lstrip(TRIMMED)
    return (
        len(words.split()) <= MAX_WORDS_OF_A_TERM
        and before[-1:].isalpha()
        and behind[:1].isalpha()
        and words[-1:] not in (".", ",", "!", "?", "…")
    )


def _keeps_quiet(trees: Trees, statement: Statement) -> bool:
    """Whether somebody only would not speak ("declined to comment on what he called “gossip”")."""
    words = statement.contents[0].of(trees.text).lower().split()[:2]
    return statement.lemma in WITHHOLDING and words[:1] == ["to"] and words[-1] in QUIET


def _is_called_for(trees: Trees, statement: Statement) -> bool:
    """Whether a noun names what nobody is said to have said ("led to calls for “bow licences”")."""
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    return word is not None and word.token.upos == "NOUN" and statement.mention is None


def _will(trees: Trees, cue: Span) -> bool:
    """Whether a cue tells what would be done."""
    word = trees.word_at(cue.start)
    children = trees.children(word.sentence, word.token.index) if word is not None else iter(())
    return any(t.deprel == "aux" and t.text.lower() in ("will", "would") for t in children)


def _is_naming(trees: Trees, statement: Statement) -> bool:
    """Whether a participle, of no agent, tells what a thing is called ("a soup called “the green one”", "the law is
    titled “Feeding Our Future”").
    """
    word = trees.word_at(statement.cue.start) if statement.cue is not None else None
    if word is None or word.token.xpos != "VBN" or statement.mention is not None:
        return False
    return statement.lemma in (NAMING if word.token.deprel == "acl" else TITLING)


def is_marked_as_a_term(text: str, m: Marked) -> bool:
    """Whether the words before a stretch say that it is what something is called ("the so-called “winter clause”")."""
    return MARKED_AS_A_TERM.search(text, max(0, m.outer.start - MAX_LEAD_CHARACTERS), m.outer.start) is not None


def is_a_name(words: str) -> bool:
    """Whether all long words of a stretch are capitalised: what something is called, not what somebody said of it."""
    return all(word[:1].isupper() for word in re.findall(r"[^\W\d_]{4,}", words))


def is_connective(words: str) -> bool:
    """Whether words only tie a sentence to the one before it ("for example", "meanwhile")."""
    return " ".join(re.findall(r"[\w’']+", words.lower())).replace("’", "'") in connectives()


def is_agent(lemma: str) -> bool:
    """Whether a noun names somebody who can speak: people or a body."""
    return person_noun(lemma) is not None or is_organisation_noun(lemma) or lemma.endswith(AGENT_ENDINGS)


def can_be_according(trees: Trees, mention: Span | None, lemma: str) -> bool:
    """Whether what follows "according to" or "per" can state something: not a plan, an age or a unit."""
    nouns = _nouns(trees, mention)
    if not nouns:
        return False
    top = _top(nouns)
    if top.upos in ("PROPN", "PRON"):
        return True
    noun = top.lemma.lower()
    if lemma == "per":
        return any(t.upos == "PROPN" for t in nouns) or is_agent(noun) or is_document_noun(noun)
    return noun not in measure_nouns()


def _can_state(trees: Trees, mention: Span | None) -> bool:
    """Whether a subject is somebody or a document, where things may be subjects too."""
    nouns = _nouns(trees, mention)
    if not nouns:
        return True
    top = _top(nouns)
    if top.upos != "NOUN":
        return top.lemma.lower() not in ("that", "this", "which", "what", "everything", "something", "nothing")
    words = (top.lemma.lower(), top.text.lower())
    return any(t.upos == "PROPN" for t in nouns) or any(is_agent(w) or is_document_noun(w) for w in words)


def is_written(trees: Trees, mention: Span) -> bool:
    """Whether a source is headed by a noun for a document that names nobody: a law promises nothing."""
    nouns = _nouns(trees, mention)
    return bool(nouns) and _top(nouns).upos == "NOUN" and is_document_noun(_top(nouns).lemma.lower())


def _nouns(trees: Trees, mention: Span | None) -> list[Token]:
    """The nominals of a source before what it has in marks, or within them where they open it."""
    words = list(trees.words_in(mention)) if mention is not None else []
    before = list(takewhile(lambda w: w.token.text not in OPENING_MARKS, words))
    return [w.token for w in before or words if w.token.upos in NOMINALS]


def _top(nouns: list[Token]) -> Token:
    inside = {t.index for t in nouns}
    return next((t for t in nouns if t.head not in inside), nouns[0])


def _is_document(trees: Trees, mention: Span | None) -> bool:
    """Whether a source is something written or counted, which can show what it says."""
    if mention is None:
        return False
    known = document_nouns()
    return any(w.token.lemma.lower() in known or w.token.text.lower() in known for w in trees.words_in(mention))


def _is_finding(trees: Trees, statement: Statement) -> bool:
    """Whether those who study things report what they found, in a clause of its own ("researchers found that …")."""
    nouns = _nouns(trees, statement.mention)
    first = trees.word_at(statement.contents[0].start)
    if statement.lemma not in FINDING or not nouns or first is None or statement.cue is None:
        return False
    if first.token.text.lower() != "that" and first.token.span.start > statement.cue.start:
        return False
    role = roles().get(_top(nouns).lemma.lower())
    return (role is not None and role.kind == "academia") or _top(nouns).lemma.lower() in STUDIERS


def _is_picture(trees: Trees, mention: Span | None) -> bool:
    """Whether a source is a picture or a recording ("one video of the march"), which shows but states nothing."""
    nouns = _nouns(trees, mention)
    return bool(nouns) and _top(nouns).upos == "NOUN" and _top(nouns).lemma.lower() in picture_nouns()


def is_clause(trees: Trees, span: Span) -> bool:
    """Whether a stretch says something of something, so that it is no bare phrase or command.

    By the parse its top word has a subject; by the words alone, for parses that go wrong, a noun stands before the
    first finite verb and no subordinator between them.
    """
    words = [w for w in trees.words_in(span) if w.token.upos != "PUNCT"]
    inside = {(w.sentence.index, w.token.index) for w in words}
    tops = [w for w in words if (w.sentence.index, w.token.head) not in inside]
    tops = [w for w in tops if w.token.deprel != "advcl"] or tops  # "a win before the count ends" is none
    return any(trees.child(w, *SUBJECTS, "nsubj:pass", "expl") is not None for w in tops) or _is_clause_in_words(words)


def _is_clause_in_words(words: list[Word]) -> bool:
    named = False
    for at, word in enumerate(words):
        token = word.token
        if token.xpos in FINITE:
            top = word.sentence.tokens[token.head] if token.deprel in ("aux", "aux:pass", "cop") else token
            return named and not top.deprel.startswith("acl")
        if at and (token.text.lower() in SUBORDINATORS or token.upos == "SCONJ"):
            return False
        named = named or token.upos in NOMINALS
    return False
