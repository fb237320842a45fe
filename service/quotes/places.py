"""What a sentence makes of an outlet it names: told, interviewed by, quoted by, on the air of, according to."""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass, replace

from service.quotes import lexicon
from service.quotes.outlet_names import LISTED_SCORE, NOUN_SCORE, WORDED_SCORE, Sighting, outlet_noun_after
from service.quotes.phrases import is_word, phrase_head, prepositions, staff_of
from service.quotes.programmes import host_told
from service.quotes.trees import POSSESSIVES, Trees, Word
from service.quotes.types import Span, Token

MAX_LEAD_TOKENS = 7  # before a name, within its noun phrase: "the Russian state news agency"
UNSURE_SCORE = 0.9  # names that are also common words
AIR_KINDS = frozenset({"broadcaster", "radio", "website", "unknown", "publisher"})
LEAD_TAGS = frozenset({"DET", "ADJ", "NOUN", "PROPN", "NUM", "PART", "PUNCT", "PRON"})


@dataclass(frozen=True, slots=True)
class Place:
    """What a sentence makes of a sighting.

    ``relation`` is heard, agent, according, interview, written, air, page, subject or asking (somebody of it asks);
    ``governor`` is the word it hangs on. ``plain`` is true where even a doubtful name is an outlet's.
    """

    relation: str
    governor: Word | None
    score: float
    plain: bool = False


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


def read_place(trees: Trees, sighting: Sighting) -> Place | None:
    """What the sentence makes of a sighting; ``None`` when nothing says that the outlet heard or carried words."""
    name = _name_head(trees, sighting.phrase)
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


def _is_likely(place: Place, sighting: Sighting) -> bool:
    """True for a place that makes an outlet of a doubtful name; a programme of several words also on the air."""
    aired = sighting.programme is not None and " " in sighting.programme
    return place.relation in {"heard", "interview", "written"} or (aired and place.relation == "air")


# What may lead a name within its phrase ("the Russian state news agency"); words that begin a clause may not.
LEAD = r"(?:[Tt]he )?(?:(?!that |and |but |or |to |for |in |on |of |by |who |which )[\w’'-]+ ){0,4}"
# However the parse hangs it up, a name soon after "according to" with nothing to part them is who it is according to.
ACCORDING = re.compile(r"\b[Aa]ccording to (?:[^\s,.;:“”\"]+ ){0,6}$")
INTERVIEW_WITH = re.compile(rf"\b(?P<noun>interview)s? (?:with|by|for) {LEAD}$")
AGENT = re.compile(rf"\b(?P<verb>[A-Za-z][a-z]+)(?: as [a-z]+ing(?: [a-z]+)?)? by {LEAD}$")
AIR = re.compile(r"\b(?P<verb>[a-z]+)(?: (?P<who>(?:[A-Z][\w’'.-]+ ?){1,4}))? (?:on|over) (?:the )?[“\"‘']?$")
MONTHS = "|".join(month_name[1:])
SPANS = "week|weekend|month|year|night|morning|evening|spring|summer|autumn|fall|winter"
WHEN = (
    r"(?:on )?[A-Z][a-z]+day|yesterday|today"
    rf"|(?:late |early |earlier )?(?:last|this|that) (?:{SPANS}|{MONTHS}|[A-Z][a-z]+day)|the (?:{SPANS}|day) before"
    rf"|in (?:{MONTHS})|on (?:{MONTHS}) \d{{1,2}}|on \d{{1,2}} (?:{MONTHS})"
)
# The nouns of "in comments to", with the prepositions that tie them to who got them.
SAID_IN = re.compile(
    rf"\b(?:[Ii]n|[Dd]uring|[Ff]rom|[Vv]ia|[Ww]ith|[Bb]y) (?:[\w’'-]+ ){{0,4}}?(?P<noun>[\w-]+)"
    rf"(?: (?:published|broadcast|given|aired|provided|sent|released|made|issued|[a-z]+ly|{WHEN}))*"
    rf" (?P<preposition>to|with|for|in|on) {LEAD}$"
)
# The two nouns "report" and "story" tell of an outlet as often as they are its own.
TOPICAL = frozenset(
    {"report", "story", "investigation", "statement", "quote", "explanation", "admission", "allegation"}
)
OWN_PAGES = frozenset(
    {"article", "op-ed", "column", "essay", "editorial", "piece", "interview", "blog", "ed", "profile"}
)
WRITTEN = OWN_PAGES - {"interview", "profile"}
# What outlets do with people too, to get their words.
ASKED = frozenset(
    {"approach", "ask", "challenge", "contact", "grill", "interview", "phone", "press", "push", "question", "quiz"}
) | {"reach", "telephone"}
OF_PEOPLE_TOO = ASKED | {"cite", "hear", "quote", "record", "film"}
# What an outlet prints, which words can be about as well as in.
PAGES = frozenset({"article", "report", "story", "piece", "investigation", "column", "editorial", "essay", "profile"})
ABOUT = frozenset({"about", "after", "against", "at", "before", "following", "of", "on", "over", "to", "upon"})
GONE = frozenset({"former", "ex", "ex-", "onetime", "retired", "late", "ousted", "sacked"})
ON_AIR = frozenset(
    {"interview", "appearance", "show", "programme", "program", "podcast", "debate", "segment", "episode", "chat"}
)


def _after_fixed_words(trees: Trees, sighting: Sighting, top: Word) -> Place | None:
    """The place by the words right before the name, where they are such that the parse cannot know better."""
    start = sighting.phrase.start
    line = trees.text.rfind("\n", 0, start) + 1
    before = trees.text[max(line, start - 90) : start]
    governor = trees.head(top)
    if ACCORDING.search(before):
        if governor is not None and governor.token.text.lower() == "according":
            governor = trees.head(governor)
        return Place("according", governor, 0.95)
    told = host_told(trees.text, start)
    verb = trees.word_at(told.start()) if told and told.start() >= line else None
    if verb is not None and verb.token.upos == "VERB":
        return Place("heard", verb, 0.93)
    if sighting.plain and INTERVIEW_WITH.search(before) and not _goes_on(trees, sighting):
        return Place("interview", governor, 0.93, plain=True)
    by_noun = sighting.plain and sighting.score >= NOUN_SCORE  # "the weekly Zorya"
    if not (sighting.sure or by_noun) or _goes_on(trees, sighting):
        return None
    if INTERVIEW_WITH.search(before):
        return Place("interview", governor, 0.93)
    return _after_noun(trees, before, start) or _after_verb(trees, sighting, before, start)


def _after_noun(trees: Trees, before: str, start: int) -> Place | None:
    """ "in comments to", "in a message on Sunday to", "during an interview on", "in a column for"."""
    match = SAID_IN.search(before)
    word = trees.word_at(start - len(before) + match.end("noun") - 1) if match else None  # "ed" of "op-ed"
    if match is None or word is None or not is_word(word.token, "interview"):
        return None
    noun, preposition = word.token.lemma.lower(), match["preposition"]
    fits = {
        "to": noun != "report",
        "with": noun not in TOPICAL,
        "for": noun in OWN_PAGES,
        "in": noun in OWN_PAGES,
        "on": noun in ON_AIR,
    }
    return Place("written" if noun in WRITTEN else "interview", word, 0.93) if fits[preposition] else None


def _after_verb(trees: Trees, sighting: Sighting, before: str, start: int) -> Place | None:
    """ "quoted as saying by", "published by"; "said on", "told Jake Tapper on"."""
    match = AGENT.search(before)
    word = trees.word_at(start - len(before) + match.start("verb")) if match else None
    if word is not None and word.token.xpos in {"VBN", "VBD"} and _passes_on(trees, word):
        return Place("heard" if word.token.lemma in ASKED else "agent", word, 0.9)
    match = AIR.search(before)
    word = trees.word_at(start - len(before) + match.start("verb")) if match else None
    if match is None or word is None or word.token.upos != "VERB" or not is_word(word.token, "broadcast"):
        return None
    told = is_word(word.token, "tell") or word.token.lemma in {"ask", "interview", "join"}
    aired = sighting.kind in AIR_KINDS or sighting.programme is not None
    return Place("air", word, 0.9) if aired and (match["who"] is None or told) else None


def _passes_on(trees: Trees, verb: Word) -> bool:
    """True for what is done with words ("quoted by", "a letter seen by"), not with other things ("a medal seen by")."""
    if not is_word(verb.token, "by"):
        return False
    passive = trees.child(verb, "nsubj:pass")
    noun = passive
    if passive is None and verb.token.deprel.startswith("acl"):
        head = trees.head(verb)
        noun = head.token if head is not None else None
    if noun is None or noun.upos != "NOUN" or verb.token.lemma.lower() in OF_PEOPLE_TOO:
        return True
    lemma = noun.lemma.lower()
    return is_word(noun, "interview") or lemma in lexicon.document_nouns() or lemma in lexicon.picture_nouns()


def _goes_on(trees: Trees, sighting: Sighting) -> bool:
    """True when a noun or a possessive behind a name makes it part of something else: "told BBC managers"."""
    after = next((w.token for w in trees.words_in(Span(sighting.phrase.end, sighting.phrase.end + 30))), None)
    alone = sighting.programme is None and sighting.interviewer is None
    talk = after is not None and is_word(after, "interview") and after.lemma.lower() not in PAGES
    noun = outlet_noun_after(trees.text, sighting.phrase.end) is not None  # "the Belta state news agency"
    own = after is not None and (is_word(after, "staff") or talk or noun)
    return alone and after is not None and not own and (after.upos == "NOUN" or after.text in POSSESSIVES)


def _right_after_tell(trees: Trees, sighting: Sighting) -> bool:
    """True for "told Reuters", whatever the parse makes of it, unless a common noun goes on: "told BBC managers"."""
    before = [w.token for w in trees.words_in(Span(max(0, sighting.phrase.start - 30), sighting.phrase.start))]
    if before and before[-1].upos == "DET":
        before.pop()
    station = sighting.plain and sighting.score >= WORDED_SCORE  # a bare call sign
    named = sighting.sure or station
    return named and bool(before) and is_word(before[-1], "tell") and not _goes_on(trees, sighting)


def _is_settled(top: Word) -> bool:
    """True when the parse knows what a phrase does in its sentence."""
    return top.token.deprel.split(":")[0] in {"nsubj", "obj", "iobj", "obl", "nmod", "conj"}


def _is_outlets_own(sighting: Sighting, name: Word, top: Word) -> bool:
    """True when a phrase that a name is part of is the outlet's: its staff, its programme, a person of it, its kind."""
    if top is name or top.token.upos in {"PROPN", "NUM"} or sighting.span.overlaps(top.token.span):
        return True
    nouns = {words[-1] for words in lexicon.outlet_nouns()}
    own = is_word(top.token, "staff") or is_word(top.token, "show") or top.token.lemma.lower() in nouns
    return own or is_word(top.token, "interview")


def _place_in_tree(trees: Trees, sighting: Sighting, name: Word, top: Word, governor: Word | None) -> Place | None:
    """The place as the parse has it."""
    if top is not name and is_word(top.token, "interview") and not is_word(top.token, "staff"):
        about = top.token.lemma.lower() in PAGES and prepositions(trees, top) & ABOUT
        return Place("interview", top, 0.9) if top.token.deprel not in {"nsubj", "obj"} and not about else None
    if governor is None:
        return None
    staff = staff_of(trees, name, top)
    if staff is not None and _has_left(trees, staff):
        return None
    cases = prepositions(trees, top) or (prepositions(trees, name) if staff is None else frozenset())
    if "per" in cases or ("via" in cases and sighting.sure):
        return Place("according", governor, 0.85)
    if not _is_outlets_own(sighting, name, top):
        return None
    if cases & {"on", "of", "at", "from"} and governor.token.upos == "PROPN":
        # "told Jake Tapper on CNN", "told Lester Holt of NBC News": what the person heard
        top = phrase_head(trees, governor)
        governor, cases = trees.head(top), prepositions(trees, top)
        if governor is None:
            return None
    if cases:
        return _place_by_preposition(trees, cases, governor, sighting, top)
    if top.token.deprel == "nsubj:pass" and is_word(governor.token, "tell"):
        return Place("heard", governor, 0.9)
    if top.token.deprel == "nsubj" and staff is not None and governor.token.lemma.lower() in ASKED:
        return Place("asking", governor, 0.8) if sighting.sure and trees.child(governor, "obj", "iobj") else None
    if top.token.deprel.startswith("nsubj"):
        plain = top is name or top.token.lemma.lower() in {words[-1] for words in lexicon.outlet_nouns()}
        named = sighting.sure or is_word(governor.token, "news") or _has_article(trees, sighting)
        return Place("subject", governor, 0.92) if plain and named and is_word(governor.token, "relay") else None
    if top.token.deprel in {"obj", "iobj", "obl", "obl:unmarked", "obl:arg", "ccomp", "xcomp", "dep", "nsubj:outer"}:
        after = governor.token.index < top.token.index
        if is_word(governor.token, "tell") and after:
            return None if _is_ordered(trees, governor) else Place("heard", governor, 0.98)
        if governor.token.lemma in {"cite", "quote"} and after:
            return Place("agent", governor, 0.7)
    return None


def _has_left(trees: Trees, staff: Word) -> bool:
    """True for "a former Reuters reporter", whom an outlet has no longer."""
    return any(child.text.lower() in GONE for child in trees.children(staff.sentence, staff.token.index))


def _is_ordered(trees: Trees, verb: Word) -> bool:
    """True for "told the editor to resign": an order to somebody of the outlet, no words for its pages."""
    below = trees.child(verb, "xcomp")
    infinitive = below is not None and trees.child(Word(verb.sentence, below), "mark") is not None
    return infinitive and trees.child(verb, "ccomp", "parataxis") is None


def _has_article(trees: Trees, sighting: Sighting) -> bool:
    """True for "the Guardian": a listed name that a capital and an article set apart from the common word."""
    return sighting.score == LISTED_SCORE and trees.text[: sighting.span.start].lower().endswith("the ")


def _place_by_preposition(
    trees: Trees, cases: frozenset[str], governor: Word, sighting: Sighting, top: Word
) -> Place | None:
    """The place of a name after a preposition; the word it hangs on says whether that means carried words."""
    token = governor.token
    spoken = _reports(token) or is_word(token, "interview")
    if cases & {"to", "with"} and spoken:
        return Place("interview" if is_word(token, "interview") else "heard", governor, 0.93)
    if cases & {"to", "with"} and is_word(top.token, "host"):
        return Place("heard", governor, 0.8)
    if "by" in cases and (_passes_on(trees, governor) or is_word(token, "interview")):
        return Place("heard" if token.lemma.lower() in ASKED else "agent", governor, 0.9)
    if cases & {"on", "over"} and sighting.kind in AIR_KINDS and (spoken or is_word(token, "broadcast")):
        return Place("air", governor, 0.93)
    if cases & {"in", "for"} and sighting.kind != "agency" and (is_word(token, "write") or is_word(token, "interview")):
        return Place("page", governor, 0.88)
    if cases & {"of", "from", "during", "at"} and is_word(token, "interview"):
        return Place("interview", governor, 0.75)
    if cases & {"in", "during"} and is_word(top.token, "show") and sighting.kind in AIR_KINDS and spoken:
        return Place("air", governor, 0.88)
    return None


def _place_in_words(trees: Trees, sighting: Sighting) -> Place | None:
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
            return Place("according", trees.head(earlier) or earlier, 0.95)
        if tag == "VERB" and is_word(token, "tell") and lower != "to":
            return Place("heard", word, 0.93)
        if tag == "ADP" or lower == "to":
            nearest = next((w for w in reversed(lead[:at]) if w.token.upos in {"VERB", "NOUN"}), None)
            return _place_by_preposition(trees, frozenset({lower}), nearest, sighting, word) if nearest else None
        if steps >= MAX_LEAD_TOKENS or tag not in LEAD_TAGS or token.text in {",", ";", ":", "”", "("}:
            return None
    return None
