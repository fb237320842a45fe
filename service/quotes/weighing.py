"""Parse against reader: what each found at a cue becomes one statement, with bounds that both can answer for.

The reader finds what no list names; the parse knows what a cue governs. So the reader's spans are kept, but lose
what the
parse says is another cue's clause or the cue's own adverbial, and never run over a full stop unless marks carry them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from service.quotes.clauses import can_be_according
from service.quotes.lexicon import (
    addressing_verbs,
    connectives,
    document_nouns,
    picture_nouns,
    reporting_nouns,
    reporting_verbs,
)
from service.quotes.marks import Marked, MarkIndex
from service.quotes.trees import RELATIVE_PRONOUNS, SUBJECTS, Trees, Word, antecedent
from service.quotes.types import Sentence, Span, Statement, Token
from service.quotes.verdicts import OF_THE_VERDICT

# A statement only the reader found, with a cue in no list and no marks, must be this sure.
MIN_UNLISTED_SCORE = 0.85
MIN_READER_SCORE = 0.15
# Words in marks that a cue in no list must report to be believed.
MIN_WORDS_OF_AN_UNLISTED_CUE = 4
# How much of a piece must lie in another cue's clause to be that cue's.
MIN_GOVERNED_SHARE = 0.6
# So many words behind the reader's end of a verdict are its last noun rather than the narrator's.
MAX_WORDS_MORE = 3
# Dependents of a cue that say when, where, to whom or how it was said: never what was said.
OF_THE_ACT = frozenset(
    {"obl", "obl:tmod", "obl:unmarked", "obl:npmod", "obl:agent", "advmod", "iobj", "aux", "discourse", "compound:prt",
     "cc",
     "mark", "obl:arg", "vocative"}
)  # fmt: skip
COMPLEMENTIZERS = frozenset({"that", "whether", "if"})
BY_SOURCE = frozenset({"according to", "per"})
DASHES = re.compile(r"\s[–—-]{1,2}\s")


def weigh_statements(
    trees: Trees, clauses: Sequence[Statement], roles: Sequence[Statement], marked: MarkIndex
) -> tuple[Statement, ...]:
    """One statement a cue, in order of their contents; what is no speech by the annotation scheme is left out."""
    governed = {c.cue.start: c for c in clauses if c.cue is not None}
    neighbours: dict[int, list[Statement]] = defaultdict(list)
    for clause in clauses:
        neighbours[_sentence_number(trees, clause.contents[0])].append(clause)
    merged: list[Statement] = []
    seen: set[int] = set()
    for reading in roles:
        if reading.cue is None:
            if reading.mention is not None and marked.quoted(reading.contents):
                merged.append(reading)
            continue
        settled = _settle(trees, reading, governed.get(reading.cue.start), neighbours, marked)
        if settled is not None:
            seen.add(reading.cue.start)
            merged.append(settled)
    merged.extend(c for start, c in governed.items() if start not in seen)
    merged = [_chanted(s, marked) for s in merged]
    kept = [s for s in merged if _is_speech(trees, s, marked) and not _inside_a_quote(s, marked)]
    return tuple(sorted(_without_relays(kept, marked), key=lambda s: s.contents[0].start))


def _inside_a_quote(statement: Statement, marked: MarkIndex) -> bool:
    """Whether a cue stands among the words of somebody quoted, whose statement this then is."""
    return statement.cue is not None and any(m.inner.contains(statement.cue) for m in marked.touching(statement.cue))


def _chanted(statement: Statement, marked: MarkIndex) -> Statement:
    """What is chanted is only what stands in marks, where any does."""
    verb = reporting_verbs().get(statement.lemma)
    if verb is None or verb.kind != "chant" or not marked.quoted(statement.contents):
        return statement
    return replace(statement, contents=tuple(m.outer for c in statement.contents for m in marked.touching(c)))


def _settle(
    trees: Trees,
    reading: Statement,
    clause: Statement | None,
    neighbours: Mapping[int, Sequence[Statement]],
    marked: MarkIndex,
) -> Statement | None:
    """The reader's statement with the parse's corrections; ``None`` when nothing of it stands."""
    assert reading.cue is not None
    word = trees.word_at(reading.cue.start)
    pieces: list[Span] = []
    for piece in reading.contents:
        for part in _in_reach(trees, piece, word, marked):
            others = neighbours.get(_sentence_number(trees, part), ())
            if not _governed_elsewhere(part, reading, clause, others):
                trimmed = _edged(trees, part, word, marked)
                if trimmed is not None:
                    pieces.append(trimmed)
    pieces = _telling(trees, _at_home(pieces, word, marked), word, clause, marked)
    if clause is not None and len(pieces) == 1:
        pieces = [_from_the_clause(trees, pieces[0], clause)]
    if not pieces:
        return clause
    mention = _mention(trees, reading, clause, word, marked)
    if clause is None:
        return replace(reading, contents=tuple(pieces), mention=mention)
    score = 1 - (1 - reading.score) * (1 - clause.score)
    return replace(reading, contents=tuple(pieces), mention=mention, rule=f"reader+{clause.rule}", score=score)


def _in_reach(trees: Trees, piece: Span, word: Word | None, marked: MarkIndex) -> Iterator[Span]:
    """The parts of a piece a cue can report: those in its own sentence, and marked stretches of its own paragraph.

    What runs on over paragraphs is for the marks to say.
    """
    if word is None:
        yield piece
        return
    home = word.sentence.span
    # "…," she said, laughing. “Go!” goes on from what she said; a participle reports only in its own sentence.
    leads_on = not (word.token.xpos == "VBG" and word.token.deprel == "advcl")
    between = trees.text[min(piece.end, home.end) : max(piece.start, home.start)]
    if "\n" in between:
        return
    for sentence in trees.sentences_in(piece):
        part = Span(max(piece.start, sentence.span.start), min(piece.end, sentence.span.end))
        if part.contains(word.token.span):
            yield from (p for p in _around(part, word.token.span) if p.start < p.end)
        elif sentence.span == home or (marked.covers(part) and (part.end <= home.start or leads_on)):
            yield part


def _around(piece: Span, cue: Span) -> tuple[Span, Span]:
    """The two sides of a cue that stands inside a piece."""
    return Span(piece.start, cue.start), Span(cue.end, piece.end)


def _at_home(pieces: list[Span], word: Word | None, marked: MarkIndex) -> list[Span]:
    """Pieces without marked words of other sentences, when the cue's own sentence reports a clause of its own."""
    if word is None:
        return pieces
    home = [p for p in pieces if word.sentence.span.overlaps(p)]
    if home and not marked.quoted(home):
        return home
    return pieces


def _telling(
    trees: Trees, pieces: list[Span], word: Word | None, clause: Statement | None, marked: MarkIndex
) -> list[Span]:
    """Pieces without scraps: beside others, one without marks must say something, or open the sentence that the cue
    interrupts ("Half of the roof, she said, was gone").
    """
    if len(pieces) > 1:
        kept = [
            p
            for p in pieces
            if marked.quoted([p]) or _is_clause(trees, p) or _opens_the_clause(trees, p, pieces, word, clause)
        ]
        pieces = kept or pieces
    return pieces


def _opens_the_clause(
    trees: Trees, piece: Span, pieces: Sequence[Span], word: Word | None, clause: Statement | None
) -> bool:
    """Whether a piece is the front of a clause that goes on behind the attribution, and no mere connective."""
    if (
        word is None
        or not piece.end <= word.token.span.start
        or not any(p.start > word.token.span.start for p in pieces)
    ):
        return False
    if trees.text[piece.end : piece.end + 1] != "," or is_connective(piece.of(trees.text)):
        return False
    first = next((t for t in word.sentence.tokens if t.upos not in ("PUNCT", "CCONJ")), None)
    opens = first is not None and piece.start <= first.span.start
    return opens or (clause is not None and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in clause.contents))


def _governed_elsewhere(piece: Span, reading: Statement, clause: Statement | None, others: Sequence[Statement]) -> bool:
    """Whether the parse gives a piece to the clause of another cue that stands outside the piece."""
    if clause is not None and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in clause.contents):
        return False
    assert reading.cue is not None
    for other in others:
        if other.cue is None or other.cue.start == reading.cue.start or piece.start <= other.cue.start < piece.end:
            continue
        if other.rule != "according" and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in other.contents):
            return not any(c.start <= reading.cue.start < c.end for c in other.contents)
    return False


def _sentence_number(trees: Trees, span: Span) -> int:
    sentence = trees.sentence_at(span.start)
    return sentence.index if sentence else -1


def _edged(trees: Trees, piece: Span, word: Word | None, marked: MarkIndex) -> Span | None:
    """A piece without the words at its edges that the parse hangs on the cue itself, and without a narrator's dash
    aside.
    """
    if word is None or not word.sentence.span.overlaps(piece):
        return piece
    tokens = [w.token for w in trees.words_in(piece) if w.sentence is word.sentence]
    first, last = 0, len(tokens)
    while first < last and not marked.touching(tokens[first].span):
        if not _of_the_act(trees, word, tokens[first], front=True):
            break
        first += 1
    if first and tokens[first - 1].text == "," and tokens[first].lemma.lower() not in COMPLEMENTIZERS:
        first = 0  # a fronted adverbial, set off by its comma, belongs to the clause
    last = _own_end(trees, word, tokens, first, last)
    while last > first and not marked.touching(tokens[last - 1].span) and _of_the_act(trees, word, tokens[last - 1]):
        last -= 1
    if first == last:
        return None
    cut = Span(
        piece.start if first == 0 else tokens[first].span.start,
        piece.end if last == len(tokens) else tokens[last - 1].span.end,
    )
    return _without_aside(trees, cut, word.sentence, marked)


def _own_end(trees: Trees, cue: Word, tokens: Sequence[Token], first: int, last: int) -> int:
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
        narrated = branch.deprel == "conj" and trees.child(verb, *SUBJECTS, "nsubj:pass", "mark") is None
        if participle or narrated:
            return at
    return last


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
    if branch.deprel in OF_THE_ACT:
        words = trees.subtree(cue.sentence, branch.index)
        return front or words[0].lemma.lower() not in OF_THE_VERDICT or words[0].index < cue.token.index
    return front and branch.deprel == "obj" and cue.token.lemma.lower() in addressing_verbs()


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


def _from_the_clause(trees: Trees, piece: Span, clause: Statement) -> Span:
    """The piece from where the parse begins it: at "that", "whether", an infinitive, or at a verdict's first word."""
    own = clause.contents[0]
    if clause.rule == "judged" and len(clause.contents) == 1 and own.overlaps(piece):
        return _judged(trees, piece, own)
    opener = trees.word_at(own.start)
    begins = opener is not None and opener.token.upos == "SCONJ" and opener.token.lemma.lower() in COMPLEMENTIZERS
    return Span(own.start, piece.end) if begins and piece.start < own.start < piece.end else piece


def _judged(trees: Trees, piece: Span, own: Span) -> Span:
    """A verdict by parse and reader: in the reader's bounds, but a demand from its infinitive on."""
    opener = trees.word_at(own.start)
    infinitive = opener is not None and opener.token.xpos == "TO"
    more = trees.text[piece.end : own.end]
    whole = "," not in more and len(more.split()) <= MAX_WORDS_MORE
    end = max(piece.end, own.end) if whole else piece.end
    return Span(own.start if infinitive else min(own.start, piece.start), end)


def _mention(
    trees: Trees, reading: Statement, clause: Statement | None, word: Word | None, marked: MarkIndex
) -> Span | None:
    """The source: where reader and parse agree, their words together; where they do not, the reader's.

    The parse hangs many a participle on the wrong verb ("…, adding"); on PolNeAR's training articles the reader is
    right eight times as often where they differ.
    """
    assert reading.cue is not None
    cue = reading.cue
    ours, theirs = (
        m if m is not None and not _is_amiss(m, cue, marked) else None
        for m in (reading.mention, clause.mention if clause else None)
    )
    if ours is not None and ours.of(trees.text).lower() in RELATIVE_PRONOUNS:
        ours = antecedent(trees, ours, theirs)
    if theirs is None or ours is None:
        return ours or theirs
    if ours.overlaps(theirs):
        both = Span(min(ours.start, theirs.start), max(ours.end, theirs.end))
        return both if not _is_amiss(both, cue, marked) else min(ours, theirs, key=lambda m: m.end - m.start)
    return ours


def _is_amiss(mention: Span, cue: Span, marked: MarkIndex) -> bool:
    """Whether words cannot name the source of a cue: they hold it, or stand in marks that it stands outside of."""
    within = (m for m in marked.touching(mention) if m.inner.contains(mention))
    return mention.contains(cue) or any(not m.inner.contains(cue) for m in within)


def _is_speech(trees: Trees, statement: Statement, marked: MarkIndex) -> bool:
    """Whether a cue reports words by the annotation scheme: thoughts and topics do only with words in marks."""
    verb = reporting_verbs().get(statement.lemma)
    if marked.quoted(statement.contents):
        return _quotes(trees, statement, marked)
    by_parse = "clause" in statement.rule or "parataxis" in statement.rule
    if statement.cue is None or not (by_parse or any(_is_clause(trees, c) for c in statement.contents)):
        return False
    if statement.lemma in BY_SOURCE:
        return can_be_according(trees, statement.mention, statement.lemma)
    if _is_picture(trees, statement.mention):
        return False
    if verb is None:
        noun = reporting_nouns().get(statement.lemma)
        return statement.score >= MIN_UNLISTED_SCORE and (noun is None or noun.clause)
    if verb.kind == "show" and not _is_document(trees, statement.mention):
        return False
    return verb.kind != "thought" and (verb.clause or by_parse) and statement.score >= MIN_READER_SCORE


def _quotes(trees: Trees, statement: Statement, marked: MarkIndex) -> bool:
    """Whether a statement with words in marks reports them: not the terms and names that happen to stand near a cue."""
    verb = reporting_verbs().get(statement.lemma)
    if verb is not None and verb.kind == "thought":
        return verb.direct and all(marked.covers(c) for c in statement.contents)
    if statement.lemma in BY_SOURCE and not can_be_according(trees, statement.mention, statement.lemma):
        return False
    held = [m.inner.of(trees.text) for m in _held(statement, marked)]
    if verb is not None and verb.kind == "judge" and all(map(is_a_name, held)):
        return False
    if verb is not None or statement.lemma == "according to" or statement.cue is None:
        return verb is None or verb.direct or verb.clause
    return any(len(words.split()) >= MIN_WORDS_OF_AN_UNLISTED_CUE and not is_a_name(words) for words in held)


def _held(statement: Statement, marked: MarkIndex) -> list[Marked]:
    return [m for c in statement.contents for m in marked.touching(c)]


def is_a_name(words: str) -> bool:
    """Whether all long words of a stretch are capitalised: what something is called, not what somebody said of it."""
    return all(word[:1].isupper() for word in re.findall(r"[^\W\d_]{4,}", words))


def is_connective(words: str) -> bool:
    """Whether words only tie a sentence to the one before it ("for example", "meanwhile")."""
    return " ".join(re.findall(r"[\w’']+", words.lower())).replace("’", "'") in connectives()


def _is_document(trees: Trees, mention: Span | None) -> bool:
    """Whether a source is something written or counted, which can show what it says."""
    if mention is None:
        return False
    return any(w.token.lemma.lower() in document_nouns() for w in trees.words_in(mention))


def _is_picture(trees: Trees, mention: Span | None) -> bool:
    """Whether a source is a picture or a recording ("one video of the march"), which shows but states nothing."""
    nouns = (w.token.lemma.lower() for w in trees.words_in(mention) if w.token.upos == "NOUN") if mention else iter(())
    return next(nouns, "") in picture_nouns()


def _is_clause(trees: Trees, span: Span) -> bool:
    """Whether a stretch says something of something: its top word has a subject, so it is no bare phrase or command."""
    words = [w for w in trees.words_in(span) if w.token.upos != "PUNCT"]
    inside = {(w.sentence.index, w.token.index) for w in words}
    tops = [w for w in words if (w.sentence.index, w.token.head) not in inside]
    return any(trees.child(w, *SUBJECTS, "nsubj:pass", "expl") is not None for w in tops)


def _without_relays(statements: Sequence[Statement], marked: MarkIndex) -> Iterator[Statement]:
    """Leave out "…, said Li, according to an agency": the inner statement is the quote, the agency its outlet."""
    cues = sorted((s.cue for s in statements if s.cue is not None), key=lambda cue: cue.start)
    starts = [cue.start for cue in cues]
    for statement in statements:
        inner = any(
            content.contains(cue) and not marked.touching(cue) and cue != statement.cue
            for content in statement.contents
            for cue in cues[bisect_left(starts, content.start) : bisect_left(starts, content.end)]
        )
        if statement.lemma != "according to" or not inner:
            yield statement
