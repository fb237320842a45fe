"""Parse against reader: what each found at a cue becomes one statement, with bounds that both can answer for.

The reader finds what no list names; the parse knows what a cue governs. So the reader's spans are kept, but lose
what the parse says is another cue's clause or the cue's own adverbial, and never run over a full stop unless marks
carry them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from service.quotes.clauses import source_of
from service.quotes.edges import COMPLEMENTIZERS, edged, is_of_the_narrator, opens_around, without_the_act
from service.quotes.lexicon import addressing_verbs, carrying_words, reporting_nouns, reporting_verbs
from service.quotes.marks import MarkIndex
from service.quotes.relays import without_relays
from service.quotes.speech import BY_SOURCE, FINITE, NOMINALS, is_a_term_within, is_clause, is_connective, is_speech
from service.quotes.trees import RELATIVE_PRONOUNS, SUBJECTS, Trees, Word, antecedent
from service.quotes.types import Span, Statement, Token
from service.quotes.verdicts import OF_THE_VERDICT, demand_start

# How much of a piece must lie in another cue's clause to be that cue's.
MIN_GOVERNED_SHARE = 0.6
RELATIVE_WORDS = RELATIVE_PRONOUNS | {"where"}
DEMONSTRATIVES = frozenset({"this", "that"})
CAPITAL_THE = re.compile(r" (?P<name>The (?:[A-Z][\w’'&-]+ )+)(?=[a-z])")
# Parts of speech between a piece and its attribution ("the harbour was said to be").
BETWEEN = frozenset({"AUX", "ADV", "PUNCT"})
# So many words behind the reader's end of a verdict are its last noun rather than the narrator's.
MAX_WORDS_MORE = 3


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
    alone = (c for start, c in governed.items() if start not in seen)
    merged.extend(_of_the_parse_alone(trees, _sound(trees, c, marked), marked) for c in alone)
    merged = [_without_scraps(trees, _chanted(s, marked), marked) for s in merged]
    kept = [s for s in merged if is_speech(trees, s, marked) and not _inside_a_quote(s, marked)]
    return tuple(sorted(without_relays(trees, kept, marked), key=lambda s: s.contents[0].start))


def _of_the_parse_alone(trees: Trees, clause: Statement, marked: MarkIndex) -> Statement:
    """A statement only the parse shows, without what is the narrator's at the end of its clause."""
    word = trees.word_at(clause.cue.start) if clause.cue is not None else None
    if any(marked.covers(piece) for piece in clause.contents):
        clause = replace(clause, contents=tuple(p for p in clause.contents if not _sets(trees, p, word)))
    if clause.rule != "clause" or word is None or len(clause.contents) > 1:
        return clause
    own = edged(trees, clause.contents[0], word, marked)
    return replace(clause, contents=(own,)) if own is not None else clause


def _without_scraps(trees: Trees, statement: Statement, marked: MarkIndex) -> Statement:
    """A statement of several pieces without those in no marks that are no part of what was said: one before the
    attribution that does not reach it, one behind an attribution that follows a whole clause and that tells of the act
    ("The dam held, the firm said in its report, adding that").
    """
    cue, mention = statement.cue, statement.mention
    if cue is None or len(statement.contents) < 2 or "judged" in statement.rule:
        return statement
    told = any(p.end <= cue.start and is_clause(trees, p) for p in statement.contents)
    start = min([cue.start, *([mention.start] if mention is not None else [])])

    def belongs(piece: Span) -> bool:
        if marked.touching(piece):
            return True
        if piece.start >= cue.end:
            return not (told and _is_of_the_act(trees, piece))
        if piece.end > cue.start:
            return True
        gap = Span(piece.end, start if piece.end <= start else cue.start)
        between = list(trees.words_in(gap)) if gap.start < gap.end else []
        parted = mention is not None and mention.end <= piece.start and not between
        return not parted and all(w.token.upos in BETWEEN or w.token.text.lower() == "as" for w in between)

    kept = tuple(piece for piece in statement.contents if belongs(piece))
    return replace(statement, contents=kept) if kept else statement


def _is_of_the_act(trees: Trees, piece: Span) -> bool:
    """Whether what stands behind an attribution goes on from it: a phrase that no comma sets off ("she said in a
    report"), or a participle of reporting.
    """
    first = trees.word_at(piece.start)
    if first is None:
        return False
    if trees.text[max(0, piece.start - 3) : piece.start].rstrip()[-1:] in ",;–—-":
        return first.token.xpos == "VBG" and first.token.lemma.lower() in reporting_verbs()
    return first.token.upos not in ("SCONJ", "VERB", "AUX") and not is_clause(trees, piece)


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
    if clause is None and reading.mention is not None and reading.mention.of(trees.text).lower() in DEMONSTRATIVES:
        return None
    pieces: list[Span] = []
    for piece in _without_the_source(trees, reading):
        for part in _in_reach(trees, piece, word, marked):
            others = neighbours.get(_sentence_number(trees, part), ())
            if not _governed_elsewhere(trees, part, reading, clause, others):
                trimmed = edged(trees, part, word, marked)
                if trimmed is not None:
                    pieces.append(trimmed)
    pieces = [p for p in _behind_a_relative(trees, pieces, word) if p != reading.mention]
    pieces = _without_the_narrators(trees, _at_home(pieces, word, marked), word, marked)
    pieces = _telling(trees, _not_of_the_source(trees, pieces, reading), word, clause, marked)
    if clause is not None and len(pieces) == 1:
        pieces = _from_the_clause(trees, pieces[0], clause)
    pieces = [_without_the_addressee(trees, p, word, marked) for p in pieces]
    if len(pieces) == 1:
        pieces = [_without_a_joint(trees, pieces[0])]
    if not pieces:
        return clause
    mention = _mention(trees, reading, clause, word, marked)
    if clause is None and mention is not None and _is_far(trees, mention, reading.cue) and not marked.quoted(pieces):
        return None  # "reported" is nobody's whom another paragraph names
    if clause is None:
        return replace(reading, contents=tuple(pieces), mention=mention)
    score = 1 - (1 - reading.score) * (1 - clause.score)
    rule = f"reader+{clause.rule}"
    return replace(reading, lemma=clause.lemma, contents=tuple(pieces), mention=mention, rule=rule, score=score)


def _without_the_source(trees: Trees, reading: Statement) -> Sequence[Span]:
    """The contents of a reading; of "according to" without what stands right behind it, which is the source even where
    it is a title in marks ("according to “The Clay Road,” a novel").
    """
    if reading.cue is None or reading.lemma != "according to":
        return reading.contents
    return [c for c in reading.contents if not trees.text[reading.cue.end : c.start].isspace()]


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
        elif sentence.span == home or (
            marked.covers(part) and (part.end <= home.start or leads_on) and not is_a_term_within(trees.text, part)
        ):
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
    if len(pieces) < 2:
        return pieces
    in_marks = marked.quoted(pieces)
    halved = not in_marks or _lacks_its_subject(trees, pieces[-1])
    if halved and any(_opens_the_clause(trees, p, pieces, word, clause) for p in pieces):
        return pieces
    announced = in_marks and any(
        marked.quoted([p]) and trees.text[max(0, p.start - 2) : p.start].rstrip().endswith(":") for p in pieces
    )
    kept = [
        p
        for p in pieces
        if marked.quoted([p])
        or (is_clause(trees, p) and not announced and not (in_marks and (_sets_out(trees, p) or _sets(trees, p, word))))
    ]
    return kept or pieces


def _without_the_narrators(trees: Trees, pieces: list[Span], word: Word | None, marked: MarkIndex) -> list[Span]:
    """Pieces without what the narrator adds behind an attribution that follows a whole clause ("The fee is lost, two
    brokers said, a claim that the bank denies", "…, she said, although nobody knows why").
    """
    if word is None or not any(p.end <= word.token.span.start and is_clause(trees, p) for p in pieces):
        return pieces
    return [
        p
        for p in pieces
        if p.start < word.token.span.end or marked.touching(p) or not is_of_the_narrator(trees, p, word)
    ]


def _not_of_the_source(trees: Trees, pieces: list[Span], reading: Statement) -> list[Span]:
    """Pieces without the relative clause of what something was said according to ("posts that the mill put online")."""
    mention = reading.mention
    if reading.lemma not in BY_SOURCE or mention is None:
        return pieces
    return [p for p in pieces if not (p.start == mention.end + 1 and _opens_a_relative(trees, p))]


def _opens_a_relative(trees: Trees, piece: Span) -> bool:
    first = trees.word_at(piece.start)
    return first is not None and first.token.text.lower() in RELATIVE_WORDS


def _sets(trees: Trees, piece: Span, word: Word | None) -> bool:
    """Whether a piece right behind its cue tells in what something was said: "said in a statement sent to"."""
    first = trees.word_at(piece.start)
    if word is None or first is None or first.token.index != word.token.index + 1 or first.token.upos != "ADP":
        return False
    return any(w.token.lemma.lower() in carrying_words("interview") for w in trees.words_in(piece))


def _sets_out(trees: Trees, piece: Span) -> bool:
    """Whether a piece is the narrator's clause before words in marks ("Although it rained, she said, “…”")."""
    first = trees.word_at(piece.start)
    return first is not None and first.token.upos == "SCONJ" and first.token.lemma.lower() not in COMPLEMENTIZERS


def _opens_the_clause(
    trees: Trees, piece: Span, pieces: Sequence[Span], word: Word | None, clause: Statement | None
) -> bool:
    """Whether a piece is the front of a clause that goes on behind the attribution, and no mere connective."""
    if word is None or not piece.end <= word.token.span.start:
        return False
    if not any(p.start > word.token.span.start for p in pieces) or is_connective(piece.of(trees.text)):
        return False
    governed = clause is not None and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in clause.contents)
    first = next((t for t in word.sentence.tokens if t.upos not in ("PUNCT", "CCONJ")), None)
    opens = first is not None and piece.start <= first.span.start
    return trees.text[piece.end : piece.end + 1] == "," and (governed or opens or opens_around(trees, piece, word))


def _governed_elsewhere(
    trees: Trees, piece: Span, reading: Statement, clause: Statement | None, others: Sequence[Statement]
) -> bool:
    """Whether the parse gives a piece to the clause of another cue that stands outside the piece."""
    if clause is not None and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in clause.contents):
        return False
    assert reading.cue is not None
    within = [o for o in others if o.cue is not None and piece.start <= o.cue.start < piece.end]
    judged = [o for o in within if o.rule == "judged" and o.cue is not None and not _is_listed(reading.lemma)]
    if any(o.cue is not None and _describes_a_noun(trees, o.cue, reading.cue) for o in judged):
        return True  # "voted for cuts described by readers as “an insult”": the readers' words
    for other in others:
        if other.cue is None or other.cue.start == reading.cue.start or other in within:
            continue
        if _stands_between(reading.cue, other.cue, piece):
            continue
        if other.rule != "according" and any(piece.share_in(c) >= MIN_GOVERNED_SHARE for c in other.contents):
            return not any(c.start <= reading.cue.start < c.end for c in other.contents)
    return False


def _describes_a_noun(trees: Trees, cue: Span, outer: Span) -> bool:
    """Whether a cue is a participle that describes a noun, or its clause what a participle before it tells of
    ("reversing a cut that she had called “a promise”").
    """
    word, above = trees.word_at(cue.start), trees.word_at(outer.start)
    if word is None or above is None:
        return False
    reduced = word.token.xpos == "VBN" and word.token.deprel == "acl"
    return reduced or (word.token.deprel == "acl:relcl" and above.token.xpos == "VBG")


def _stands_between(cue: Span, other: Span, piece: Span) -> bool:
    """Whether a piece follows a cue, and another cue stands before that or behind the piece."""
    return cue.end <= piece.start and not cue.end <= other.start < piece.end


def _is_listed(lemma: str) -> bool:
    return lemma in reporting_verbs() or lemma in reporting_nouns()


def _sentence_number(trees: Trees, span: Span) -> int:
    sentence = trees.sentence_at(span.start)
    return sentence.index if sentence else -1


def _from_the_clause(trees: Trees, piece: Span, clause: Statement) -> list[Span]:
    """The piece from where the parse begins it: at "that", "whether", an infinitive, or at a verdict's first word; with
    the words the parse knows to belong to it on the far side of the cue or, of "according to", before it.
    """
    own = clause.contents[0]
    if clause.lemma == "put" and own.overlaps(piece):
        return [own]
    if clause.rule == "noun" and own.overlaps(piece):
        more = trees.words_in(Span(own.end, piece.end)) if own.end < piece.end else iter(())
        return [own if any(w.token.xpos in FINITE for w in more) else Span(own.start, max(own.end, piece.end))]
    if clause.rule == "judged" and len(clause.contents) == 2:
        return [own, _judged(trees, piece, clause.contents[1])]
    if clause.rule == "judged" and own.overlaps(piece):
        return [_judged(trees, piece, own)]
    if clause.rule == "according" and len(clause.contents) == 1 and own.contains(piece):
        front = trees.words_in(Span(own.start, piece.start)) if own.start < piece.start else iter(())
        return [piece if any(w.token.xpos in FINITE for w in front) else Span(own.start, piece.end)]
    if clause.rule == "clause" and own.start < piece.start < own.end and _lacks_its_subject(trees, piece):
        return [Span(own.start, piece.end)]  # "The firms “are not licensed”, she said"
    parted = len(clause.contents) == 2 and clause.cue is not None and own.end <= clause.cue.start < piece.start
    loose = is_connective(own.of(trees.text)) or _is_relative(trees, own)
    if parted and clause.rule in ("according", "clause") and not loose:
        return [own, piece]
    opener = trees.word_at(own.start)
    begins = opener is not None and opener.token.upos == "SCONJ" and opener.token.lemma.lower() in COMPLEMENTIZERS
    return [Span(own.start, piece.end) if begins and piece.start < own.start < piece.end else piece]


def _lacks_its_subject(trees: Trees, piece: Span) -> bool:
    """Whether a piece opens with a finite verb: what stands before it is its subject."""
    first = next((w.token for w in trees.words_in(piece) if w.token.upos != "PUNCT"), None)
    return first is not None and first.xpos in FINITE


def _is_relative(trees: Trees, piece: Span) -> bool:
    """Whether a piece is nothing but a relative pronoun, with its preposition ("to which, she said, he came")."""
    words = piece.of(trees.text).lower().split()
    return len(words) <= 2 and words[-1].strip(",") in RELATIVE_WORDS


def _behind_a_relative(trees: Trees, pieces: Sequence[Span], word: Word | None) -> list[Span]:
    """Pieces without a relative word alone, and what stands before one that an attribution follows: the narrator's main
    clause ("He hid in a barn, where, she said, he slept").
    """
    first = 0
    for number, piece in enumerate(pieces):
        last = piece.of(trees.text).rstrip(" ,").rsplit(maxsplit=1)[-1:]
        if word is not None and piece.end <= word.token.span.start and {*map(str.lower, last)} & RELATIVE_WORDS:
            first = number + 1
    return [p for p in pieces[first:] if not _is_relative(trees, p)]


def _without_a_joint(trees: Trees, piece: Span) -> Span:
    """A piece without the "and" that joins it to what stands before it in its sentence."""
    first = trees.word_at(piece.start)
    if first is None or first.token.lemma.lower() not in ("and", "or", "but") or first.token.index == 0:
        return piece
    rest = trees.text[first.token.span.end : piece.end]
    start = piece.end - len(rest.lstrip())
    return Span(start, piece.end) if start < piece.end else piece


def _without_the_addressee(trees: Trees, piece: Span, word: Word | None, marked: MarkIndex) -> Span:
    """A demand from its infinitive on, when the piece begins with a clause that tells who is addressed ("told farmers
    that grow wheat to “use every hour”").
    """
    first = trees.word_at(piece.start)
    if word is None or first is None or word.token.lemma not in addressing_verbs():
        return piece
    opener = _behind_the_addressee(trees, piece, word) or _behind_a_title(trees, piece, word)
    if opener is not None:
        return Span(opener, piece.end)
    behind = next((w for w in trees.words_in(Span(first.token.span.end, piece.end))), first)
    if first.token.upos != "PRON" and behind.token.xpos not in FINITE:
        return piece
    held = [m for m in marked.touching(piece) if m.outer.start > piece.start]
    if first.token.text.lower() not in RELATIVE_PRONOUNS or not held:
        return piece
    start = demand_start(word, held[0])
    return Span(start, piece.end) if start is not None and start > piece.start else piece


def _behind_a_title(trees: Trees, piece: Span, word: Word) -> int | None:
    """Where a clause without "that" begins behind a name that opens with a capital "The", which inside a sentence is a
    paper's ("told The Grocer sales had fallen").
    """
    name = CAPITAL_THE.match(trees.text, word.token.span.end)
    if name is None or name.start("name") != piece.start or name.end() >= piece.end:
        return None
    return name.end() if is_clause(trees, Span(name.end(), piece.end)) else None


def _behind_the_addressee(trees: Trees, piece: Span, word: Word) -> int | None:
    """Where the "that" of a reported clause stands behind whom the cue addresses, a noun with a relative clause of its
    own ("warned residents who had stayed that it was “too late”").
    """
    told = trees.child(word, "iobj", "obj")
    if told is None or not piece.contains(told.span) or piece.start < word.token.span.end:
        return None
    behind = [w.token for w in trees.words_in(Span(told.span.end, piece.end))]
    opener = next((t for t in behind if t.text.lower() == "that" and t.upos == "SCONJ"), None)
    pronoun = bool(behind) and behind[0].text.lower() in RELATIVE_PRONOUNS and behind[0].upos == "PRON"
    return opener.span.start if opener is not None and pronoun and opener is not behind[0] else None


def _judged(trees: Trees, piece: Span, own: Span) -> Span:
    """A verdict by parse and reader: in the reader's bounds, but a demand from its infinitive on."""
    opener = trees.word_at(own.start)
    infinitive = opener is not None and opener.token.xpos == "TO"
    first = trees.word_at(piece.start)
    if first is not None and first.token.lemma.lower() in COMPLEMENTIZERS and own.start < piece.start < own.end:
        return Span(piece.start, max(piece.end, own.end))  # "warned those who stayed that it was “too late”"
    more = trees.text[piece.end : own.end]
    goes_on = len(more.split()) <= MAX_WORDS_MORE or more.split()[0] in OF_THE_VERDICT
    whole = "," not in more and goes_on
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
        m if m is not None and not is_amiss(trees, m, cue, marked) else None
        for m in (reading.mention, clause.mention if clause else None)
    )
    if ours is not None and ours.of(trees.text).lower() in RELATIVE_PRONOUNS:
        ours = antecedent(trees, ours, theirs)
    if ours is not None and (_is_told(trees, ours, word) or (theirs is not None and _is_where(trees, ours, word))):
        ours = None
    found = _joined_mention(trees, ours, theirs, cue, marked)
    if found is None and clause is None and reading.mention is None:
        found = _of_the_tree(trees, word)
    return without_the_act(trees, found, word) if found is not None and word is not None else found


def _of_the_tree(trees: Trees, word: Word | None) -> Span | None:
    """The source that the tree gives a cue for which it shows no clause."""
    if word is None:
        return None
    mistagged = word.token.upos == "NOUN" and word.token.deprel == "root" and trees.child(word, "cop") is None
    source = source_of(trees, word) if word.token.upos == "VERB" or mistagged else None
    named = source is not None and any(w.token.upos in NOMINALS for w in trees.words_in(source))
    return source if named else None


def _is_where(trees: Trees, mention: Span, word: Word | None) -> bool:
    """Whether a phrase is an adverbial of the cue, beside the subject that it has ("Outside court, Lis said")."""
    if word is None or trees.child(word, *SUBJECTS) is None:
        return False
    return any(
        token.deprel.split(":")[0] in ("obl", "advmod")
        and token.deprel != "obl:agent"
        and Span(*_ends(trees.subtree(word.sentence, token.index))).contains(mention)
        for token in trees.children(word.sentence, word.token.index)
    )


def _ends(tokens: Sequence[Token]) -> tuple[int, int]:
    return tokens[0].span.start, tokens[-1].span.end


def _is_elsewhere(trees: Trees, mention: Span, cue: Span) -> bool:
    """Whether a phrase stands in another sentence than the cue."""
    return trees.sentence_at(mention.start) is not trees.sentence_at(cue.start)


def _is_far(trees: Trees, mention: Span, cue: Span) -> bool:
    """Whether a phrase stands in another paragraph than the cue."""
    return "\n" in trees.text[min(mention.end, cue.end) : max(mention.start, cue.start)]


def _joined_mention(trees: Trees, ours: Span | None, theirs: Span | None, cue: Span, marked: MarkIndex) -> Span | None:
    if theirs is None or ours is None:
        return ours or theirs
    if _is_elsewhere(trees, ours, cue) and not _is_elsewhere(trees, theirs, cue):
        return theirs
    if ours.overlaps(theirs):
        both = Span(min(ours.start, theirs.start), max(ours.end, theirs.end))
        return both if not is_amiss(trees, both, cue, marked) else min(ours, theirs, key=lambda m: m.end - m.start)
    return ours


def _sound(trees: Trees, clause: Statement, marked: MarkIndex) -> Statement:
    """A statement of the parse alone, without a source that cannot be one."""
    cue, mention = clause.cue, clause.mention
    amiss = cue is not None and mention is not None and is_amiss(trees, mention, cue, marked)
    return replace(clause, mention=None) if amiss else clause


def _without_its_comma(trees: Trees, inner: Span) -> Span:
    return Span(inner.start, inner.start + len(inner.of(trees.text).rstrip(" ,.")))


def is_amiss(trees: Trees, mention: Span, cue: Span, marked: MarkIndex) -> bool:
    """Whether words cannot name the source of a cue.

    They hold it, point at what was said, end inside marks, or stand in marks that it stands outside of.
    """
    if mention.contains(cue) or mention.of(trees.text).lower() in DEMONSTRATIVES:
        return True
    for m in marked.touching(mention):
        within = m.inner.contains(mention)
        titled = cue.of(trees.text).lower() == "according to" and trees.text[cue.end : m.outer.start].isspace()
        if within and not m.inner.contains(cue) and not titled:
            return True
        if not within and m.inner.overlaps(mention) and not mention.contains(_without_its_comma(trees, m.inner)):
            return True
    return False


def _is_told(trees: Trees, mention: Span, word: Word | None) -> bool:
    """Whether a phrase is who was told, not who told ("the court was told")."""
    if word is None or word.token.lemma.lower() not in addressing_verbs():
        return False
    subject = trees.child(word, "nsubj:pass")
    if subject is not None:
        told = trees.noun_phrase(Word(word.sentence, subject))
        return told.overlaps(mention) or not word.sentence.span.overlaps(mention)
    shared = trees.child(word, "aux:pass") is not None and word.token.deprel == "conj"
    return shared and mention.end <= word.token.span.start  # "she rang the clerk and was told"
