"""Where the reported words end and the narrator's begin, inside a stretch the reader took for reported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from service.quotes.joints import cue_behind, finite_tag, lost_subject
from service.quotes.lexicon import addressing_verbs, aside_nouns, carrying_words, document_nouns, reporting_verbs
from service.quotes.marks import MarkIndex
from service.quotes.outlet_names import CALENDAR
from service.quotes.speech import FINITE, is_connective
from service.quotes.trees import SUBJECTS, Trees, Word
from service.quotes.types import Sentence, Span, Token
from service.quotes.verdicts import OF_THE_VERDICT

# Dependents of a cue that say when, where, to whom or how it was said: never what was said.
OF_THE_ACT = frozenset(
    {"obl", "obl:tmod", "obl:unmarked", "obl:npmod", "obl:agent", "advmod", "aux", "discourse", "compound:prt",
     "cc", "mark", "obl:arg", "vocative"}
)  # fmt: skip
# Those that stand before what was said only.
OF_THE_FRONT = frozenset({"aux", "cc", "mark"})
# Words that open a phrase at the end which goes on with what was said.
GOING_ON = OF_THE_VERDICT | {"as"}
COMPLEMENTIZERS = frozenset({"that", "whether", "if"})
DASHES = re.compile(r"\s[–—-]{1,2}\s")
# Words that open what the narrator sets beside a statement; the speaker's own such clauses keep the statement's tense.
TAIL_OPENERS = frozenset({"as", "while", "although", "though", "whereas"})
# Words that open what tells when something was said, and the measures before them ("moments before").
WHEN = frozenset({"before", "after", "as", "when", "while", "during"})
MEASURED = frozenset({"moment", "second", "minute", "hour", "day", "week", "shortly", "just", "right", "soon"})
MIN_WORDS_OF_AN_UTTERANCE = 3
PAST_MODALS = frozenset({"would", "could", "might"})
MIN_WORDS_BEFORE_A_TAIL = 3
# Parts of the table of carrying words that say where or in what something was said.
OCCASIONS = ("show", "interview", "occasion", "broadcast")
# Prepositions that open what somebody is blamed or praised for.
GROUNDS = frozenset({"of", "for", "about", "over", "from"})
# Relations that make nothing part of a clause.
LOOSE = frozenset({"parataxis", "discourse", "vocative", "punct", "list", "dep"})


def edged(trees: Trees, piece: Span, word: Word | None, marked: MarkIndex) -> Span | None:
    """A piece without the words at its edges that the parse hangs on the cue itself, and without a narrator's dash
    aside; ``None`` when nothing is left.
    """
    if word is None or not word.sentence.span.overlaps(piece):
        return piece
    tokens = [w.token for w in trees.words_in(piece) if w.sentence is word.sentence]
    quoting = _branches_in_marks(word, tokens, marked)
    first, last = 0, len(tokens)
    lost = _lost_subject(trees, word)
    while first < last and tokens[first] not in lost and not marked.touching(tokens[first].span):
        parted = tokens[first].upos in ("DET", "ADJ", "NUM") and tokens[first].head < tokens[first].index
        if parted or _is_of(word, tokens[first], quoting) or not _of_the_act(trees, word, tokens[first], front=True):
            break
        first += 1
    if quoting and first < last and tokens[first].lemma.lower() == "as":
        first = 0  # "referred to the plan as “a farce”": what is judged belongs to the verdict
    if first == last:
        return piece if opens_around(trees, piece, word) else None
    if first and tokens[first - 1].text == "," and tokens[first].lemma.lower() not in COMPLEMENTIZERS:
        first = 0  # a fronted adverbial, set off by its comma, belongs to the clause
    last = _own_end(trees, word, tokens, first, last, marked)
    last = _behind_an_utterance(word, tokens, first, last, marked)
    last = _before_the_narrator(trees, word, tokens, first, last, marked)
    while (
        last > first
        and not marked.touching(tokens[last - 1].span)
        and not _is_of(word, tokens[last - 1], quoting)
        and _of_the_act(trees, word, tokens[last - 1])
        and not (quoting and _is_of_no_occasion(trees, word, tokens[last - 1]))
    ):
        last -= 1
    if first == last:
        return None
    cut = Span(
        piece.start if first == 0 else tokens[first].span.start,
        piece.end if last == len(tokens) else tokens[last - 1].span.end,
    )
    return _without_aside(trees, cut, word.sentence, marked)


def _lost_subject(trees: Trees, cue: Word) -> list[Token]:
    clause = trees.child(cue, "ccomp")
    return lost_subject(trees, cue, Word(cue.sentence, clause)) if clause is not None else []


def _branches_in_marks(cue: Word, tokens: Sequence[Token], marked: MarkIndex) -> frozenset[int]:
    """The dependents of a cue that hold words in marks, by index: what was said, whatever their relation."""
    held = (_branch(cue, t.index) for t in tokens if t.upos != "PUNCT" and marked.touching(t.span))
    return frozenset(branch.index for branch in held if branch is not None)


def _is_of(cue: Word, token: Token, branches: frozenset[int]) -> bool:
    branch = _branch(cue, token.index)
    return branch is not None and branch.index in branches


def opens_around(trees: Trees, piece: Span, word: Word) -> bool:
    """Whether a piece opens the sentence and an attribution between commas follows ("In most towns, she said, …")."""
    if piece.end > word.token.span.start or trees.text[piece.end : piece.end + 1] != ",":
        return False
    first = next((t for t in word.sentence.tokens if t.upos not in ("PUNCT", "CCONJ")), None)
    behind = word.sentence.tokens[word.token.index + 1 : word.token.index + 2]
    closed = bool(behind) and behind[0].text == ","
    says = any(w.token.upos not in ("SCONJ", "ADP", "PUNCT", "CCONJ") for w in trees.words_in(piece))
    opens = first is not None and piece.start <= first.span.start
    return closed and opens and says and not is_connective(piece.of(trees.text))


def _own_end(trees: Trees, cue: Word, tokens: Sequence[Token], first: int, last: int, marked: MarkIndex) -> int:
    """Where the narrator goes on after the reported clause: "…, adding that", "… and left the room"."""
    last = _main_end(tokens, first, last)
    for at in range(first + 1, last):
        if tokens[at].index <= cue.token.index:
            continue
        branch = _branch(cue, tokens[at].index)
        if branch is None or branch.index < tokens[first].index:
            continue
        verb = Word(cue.sentence, branch)
        participle = branch.deprel == "advcl" and branch.lemma.lower() in reporting_verbs() and branch.xpos == "VBG"
        participle = participle and not _is_a_ground(trees, verb)
        narrated = branch.deprel == "conj" and trees.child(verb, *SUBJECTS, "nsubj:pass", "mark") is None
        if participle or (narrated and _agree_in_form(trees, cue, verb)):
            return at
        inside = tokens[at].head >= tokens[0].index and not marked.touching(tokens[at].span)
        if inside and cue_behind(trees, Word(cue.sentence, tokens[at])) == cue:
            return _joint(trees, cue, tokens, at, first)
    return last


def _is_of_no_occasion(trees: Trees, cue: Word, token: Token) -> bool:
    """Whether a phrase behind words in marks, which parses hang on the cue too freely, tells no day, place, broadcast
    or document ("criticised the “street politics” on display", "called it “a feast” for the few who came").
    """
    branch = _branch(cue, token.index)
    if branch is None or branch.deprel not in ("obl", "obl:arg") or branch.upos == "PROPN":
        return False
    if branch.lemma.lower() in _occasions():
        return False
    return not any(t.text in CALENDAR or t.text.isdigit() for t in trees.subtree(cue.sentence, branch.index))


@cache
def _occasions() -> frozenset[str]:
    """Nouns for where or in what something was said."""
    return document_nouns().union(*map(carrying_words, OCCASIONS))


def _is_a_ground(trees: Trees, participle: Word) -> bool:
    """Whether a participle gives what somebody is blamed or praised for ("accused them of calling it “a farce”")."""
    opener = trees.child(participle, "mark")
    return opener is not None and opener.lemma.lower() in GROUNDS


def _joint(trees: Trees, cue: Word, tokens: Sequence[Token], at: int, first: int) -> int:
    """Where the "and" or "but" of a joined verb stands, with the comma before it."""
    joint = next((t for t in trees.children(cue.sentence, tokens[at].index) if t.deprel == "cc"), tokens[at])
    start = next((n for n in range(first + 1, at) if tokens[n].index == joint.index), at)
    return start - 1 if start - 1 > first and tokens[start - 1].upos == "PUNCT" else start


def _agree_in_form(trees: Trees, cue: Word, verb: Word) -> bool:
    """Whether a verb can be joined to the cue: "saying they are fair and won't lie" joins no participle to "won't"."""
    finite = finite_tag(trees, verb)
    ours = finite_tag(trees, cue)
    if ours == "" or finite == "":
        return ours == finite and verb.token.xpos == cue.token.xpos
    return (finite != "MD" or ours == "MD") and not (ours == "VBD" and finite in ("VBP", "VBZ"))


def _main_end(tokens: Sequence[Token], first: int, last: int) -> int:
    """Where a participle of reporting begins that the parse hangs outside the piece: "…, while calling it", "…,
    adding".
    """
    inside = {t.index for t in tokens[first:last]}
    verbs = reporting_verbs()
    for at in range(first + 1, last):
        token = tokens[at]
        if (
            token.xpos == "VBG"
            and token.head not in inside
            and token.lemma.lower() in verbs
            and token.deprel == "advcl"
        ):
            before = tokens[at - 1]
            return at - 1 if before.head == token.index and before.upos in ("SCONJ", "ADV") else at
    return last


def _before_the_narrator(
    trees: Trees, cue: Word, tokens: Sequence[Token], first: int, last: int, marked: MarkIndex
) -> int:
    """Where a clause of the narrator's begins behind a comma: in the present, behind what was said in the past
    ("said the dam was safe, as thousands leave"), or with a source and a cue of its own ("while the port insisted").
    """
    past = finite_tag(trees, cue) == "VBD" and _is_backshifted(tokens[first:last])
    last = _before_according(tokens, first, last, marked)
    for at in range(first + MIN_WORDS_BEFORE_A_TAIL, last):
        opener = _tail_opener(tokens, at, last)
        if opener is None or any(marked.touching(t.span) for t in tokens[at:last] if t.upos != "PUNCT"):
            continue
        tail = tokens[opener:last]
        if (past and tokens[at].text == "," and _is_present(tail)) or _has_its_own_cue(trees, cue.sentence, tail):
            return at
    return last


def _before_according(tokens: Sequence[Token], first: int, last: int, marked: MarkIndex) -> int:
    """Where another source's attribution stands at the end ("told officers he was home, according to court papers")."""
    for at in range(first + MIN_WORDS_BEFORE_A_TAIL, last - 2):
        led = tokens[at].text == "," and [t.text.lower() for t in tokens[at + 1 : at + 3]] == ["according", "to"]
        behind = any(t.xpos in FINITE for t in tokens[at:last])  # "…, since, according to the firm, it is full"
        if led and not behind and not any(marked.touching(t.span) for t in tokens[at:last]):
            return at
    return last


def is_of_the_narrator(trees: Trees, piece: Span, cue: Word) -> bool:
    """Whether what stands behind an attribution and a comma is the narrator's: an aside on the whole of it ("a claim
    that the bank denies"), or a clause in the present behind a cue in the past ("although nobody knows why").
    """
    tokens = [w.token for w in trees.words_in(piece) if w.sentence is cue.sentence and w.token.upos != "PUNCT"]
    if not tokens or trees.text[max(0, piece.start - 3) : piece.start].rstrip()[-1:] != ",":
        return False
    if tokens[0].lemma.lower() in TAIL_OPENERS:
        return finite_tag(trees, cue) == "VBD" and _is_present(tokens)
    if tokens[0].lemma.lower() in ("without", "cite", "quote") and any(t.xpos == "VBG" for t in tokens[:2]):
        return True  # "…, the radio reported, without giving a source"
    inside = {t.index for t in tokens}
    top = next(t for t in tokens if t.head not in inside)
    return (
        tokens[0].text.lower() in ("a", "an")
        and top.upos == "NOUN"
        and top.lemma.lower() in aside_nouns()
        and trees.child(Word(cue.sentence, top), *SUBJECTS, "cop") is None
    )


def _behind_an_utterance(cue: Word, tokens: Sequence[Token], first: int, last: int, marked: MarkIndex) -> int:
    """Where the narrator goes on behind words in marks that stand right behind the cue and are whole by themselves: no
    word of the rest needs one of theirs (I said “nah” go home), or it tells when they were said (told a friend “I can’t
    see” moments before the crash).
    """
    held = marked.touching(tokens[first].span) if first < last else ()
    if not held or not held[0].closed or tokens[first].index < cue.token.index:
        return last
    before = cue.sentence.tokens[cue.token.index + 1 : tokens[first].index]
    within = {t.index for t in tokens[first:last] if held[0].outer.contains(t.span)}
    rest = [t for t in tokens[first:last] if t.index not in within and not held[0].outer.overlaps(t.span)]
    if rest and _tells_when(tokens[first:last], rest, before, cue):
        return tokens.index(rest[0])
    if any(t.upos != "PUNCT" for t in before):
        return last
    if not rest or rest[0].upos not in ("VERB", "AUX", "ADV", "PRON", "DET", "PROPN", "NOUN"):
        return last
    outside = {t.index for t in rest}
    bonds = [t.deprel for t in rest if t.head in within] + [
        t.deprel for t in tokens[first:last] if t.index in within and t.head in outside
    ]
    return tokens.index(rest[0]) if all(bond in LOOSE for bond in bonds) else last


def _tells_when(piece: Sequence[Token], rest: Sequence[Token], before: Sequence[Token], cue: Word) -> bool:
    """Whether what follows a whole utterance in marks, behind the cue and who is addressed, tells when it was said."""
    words = [t for t in piece if t.span.end <= rest[0].span.start and t.upos != "PUNCT"]
    addressed = all(t.upos in ("DET", "ADJ", "NOUN", "PROPN", "PRON", "PUNCT", "NUM") for t in before)
    spoken = len(words) >= MIN_WORDS_OF_AN_UTTERANCE and words[0].text[:1].isupper()
    whole = spoken and any(t.text.islower() and t.upos != "ADP" for t in words)
    opener = rest[1] if len(rest) > 1 and rest[0].lemma.lower() in MEASURED else rest[0]
    return whole and addressed and opener.text.lower() in WHEN and cue.token.upos == "VERB"


def _tail_opener(tokens: Sequence[Token], at: int, last: int) -> int | None:
    """The place of the word that opens a clause at ``at``, its comma and "even" passed over."""
    here = at + 1 if tokens[at].text == "," else at
    here += here < last and tokens[here].lemma.lower() == "even"
    return here if here < last and tokens[here].lemma.lower() in TAIL_OPENERS else None


def _is_backshifted(tokens: Sequence[Token]) -> bool:
    """Whether a reported clause stands in the past, or in no tense at all (an infinitive)."""
    first = next((t for t in tokens if t.xpos in FINITE), None)
    return first is None or first.xpos == "VBD" or first.text.lower() in PAST_MODALS


def _is_present(tokens: Sequence[Token]) -> bool:
    first = next((t for t in tokens if t.xpos in FINITE), None)
    return first is not None and (first.xpos in ("VBP", "VBZ") or first.text.lower() in ("will", "can", "may"))


def _has_its_own_cue(trees: Trees, sentence: Sentence, tail: Sequence[Token]) -> bool:
    """Whether a clause opened by "while" is another attribution, with a noun for its source and a clause it reports."""
    if tail[0].lemma.lower() not in ("while", "whereas"):
        return False
    for token in tail:
        if token.xpos in FINITE:
            verb = reporting_verbs().get(token.lemma.lower())
            word = Word(sentence, token)
            source = trees.child(word, *SUBJECTS)
            named = source is not None and source.upos in ("NOUN", "PROPN")
            return verb is not None and verb.clause and named and trees.child(word, "ccomp") is not None
    return False


def _branch(cue: Word, index: int) -> Token | None:
    """The dependent of the cue on the path up from a token, ``None`` when the path misses the cue."""
    tokens = cue.sentence.tokens
    at, steps = index, 0
    while at >= 0 and tokens[at].head != cue.token.index and steps < len(tokens):
        at = tokens[at].head
        steps += 1
    return tokens[at] if at >= 0 and steps < len(tokens) else None


def _of_the_act(trees: Trees, cue: Word, token: Token, *, front: bool = False) -> bool:
    """Whether the path from a token up to the cue comes in over a dependent that tells of the act of speaking.

    ``front``: the token stands at the front of the piece, where the one addressed may be.
    """
    branch = _branch(cue, token.index)
    if branch is None:
        return False
    if branch.deprel in ("obj", "iobj"):
        return front and cue.token.lemma.lower() in addressing_verbs()
    if branch.deprel not in OF_THE_ACT or (branch.deprel in OF_THE_FRONT and not front):
        return False
    opener = trees.subtree(cue.sentence, branch.index)[0]
    return front or opener.lemma.lower() not in GOING_ON or opener.index < cue.token.index


def without_the_act(trees: Trees, mention: Span, cue: Word) -> Span:
    """A source phrase without what follows it of the act: "the fund this week", "police, citing witnesses"."""
    tokens = [w.token for w in trees.words_in(mention) if w.sentence is cue.sentence]
    last = len(tokens)
    while last > 1 and _is_of_time(cue, tokens[last - 1]):
        last -= 1
    for at in range(1, last - 1):
        if tokens[at].text == "," and tokens[at + 1].xpos == "VBG" and tokens[at + 1].lemma in reporting_verbs():
            last = at
            break
    return Span(mention.start, tokens[last - 1].span.end) if last < len(tokens) else mention


def _is_of_time(cue: Word, token: Token) -> bool:
    branch = _branch(cue, token.index)
    return branch is not None and branch.deprel in ("obl:unmarked", "obl:tmod", "advmod")


def _without_aside(trees: Trees, piece: Span, sentence: Sentence, marked: MarkIndex) -> Span:
    """Cut at a single dash whose rest has no subject of its own: the narrator's comment, not the speaker's words."""
    dashes = list(DASHES.finditer(trees.text, piece.start, piece.end))
    if len(dashes) != 1 or marked.touching(Span(*dashes[0].span())):
        return piece
    tail = Span(dashes[0].end(), piece.end)
    if marked.touching(tail):
        return piece
    if any(w.token.deprel in SUBJECTS or w.token.deprel == "nsubj:pass" for w in trees.words_in(tail)):
        return piece
    return Span(piece.start, dashes[0].start())
