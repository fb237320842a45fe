"""What the parse hangs on the wrong one of two verbs, the cue and that of the clause it reports.

That is a verb that goes on with what the speaker does ("said the dam was safe and promised repairs"), or a subject.

What is reported stands back a tense behind a cue in the past (Quirk et al. 1985, A Comprehensive Grammar of the English
Language, 14.31); a simple past joined to a clause that is so shifted, or in another tense, is seldom of its kind.
"""

from __future__ import annotations

from service.quotes.lexicon import addressing_verbs, reporting_verbs
from service.quotes.speech import FINITE
from service.quotes.trees import SUBJECTS, Trees, Word
from service.quotes.types import Token

# Verbs of states: in the simple past behind a cue they are presents shifted back, no events of a tale.
STATES = frozenset({"be", "have", "need", "want", "remain", "seem", "mean", "own", "support", "lack", "deserve"})
# Verbs that go on with a statement.
CONTINUING = frozenset({"add", "note", "stress", "emphasise", "emphasize"})
# Kinds of verbs that report nothing said.
UNSAID = frozenset({"thought", "show"})


def cue_behind(trees: Trees, verb: Word) -> Word | None:
    """The cue whose subject a verb shares, over the head of the reported clause that the parse hangs it on.

    ``None`` for a verb that may as well be part of what is reported ("said he stopped and told her to leave").
    """
    host = trees.head(verb)
    cue = trees.head(host) if host is not None else None
    own = trees.child(verb, *SUBJECTS, "nsubj:pass", "expl", "aux", "aux:pass")
    if host is None or cue is None or own is not None or finite_tag(trees, cue) != "VBD":
        return None
    if verb.token.deprel == "advcl":
        theirs = verb.token.xpos == "VBG" and verb.token.lemma.lower() in CONTINUING
    else:
        theirs = verb.token.deprel == "conj" and _goes_on(trees, host, verb)
    return cue if theirs else None


def _goes_on(trees: Trees, host: Word, verb: Word) -> bool:
    """Whether a joined verb is a simple past that the clause before it cannot share."""
    if verb.token.xpos == "VBN":  # a participle behind "was safe" has no object: a past taken for one
        return trees.child(host, "cop") is not None and trees.child(verb, "obj") is not None and _reports(trees, verb)
    if verb.token.xpos != "VBD":
        return False
    inner = finite_tag(trees, host)
    if inner == "":
        return host.token.xpos == "VB" and verb.token.lemma.lower() in reporting_verbs()
    if trees.child(host, "aux") is not None and trees.child(host, "aux:pass") is None:
        return not _addresses(trees, verb)  # "had steadied but gave": no participle
    return inner != "VBD" or (_tells_of_a_state(trees, host) and _reports(trees, verb))


def lost_subject(trees: Trees, cue: Word, clause: Word) -> list[Token]:
    """The words of a finite clause's subject where the parse hangs it on the cue, else none.

    It stands beside the cue's own, before the clause ("The firms “are not licensed”, Ruiz said"), or is taken for whom
    it was said to ("said authorities, however, were ready").
    """
    own = trees.child(clause, *SUBJECTS, "nsubj:pass", "expl", "mark")
    if own is not None or finite_tag(trees, clause) == "":
        return []
    said = cue.token.index
    first = trees.subtree(clause.sentence, clause.token.index)[0].index
    children = tuple(trees.children(cue.sentence, said))
    nearest = nearest_subject(trees, cue)
    beside = [t for t in children if t.deprel in SUBJECTS and t is not nearest and t.index < first < said]
    addresses = cue.token.lemma.lower() in addressing_verbs()
    told = [t for t in children if t.deprel == "iobj" and said < t.index < first and not addresses]
    return next((trees.subtree(cue.sentence, t.index) for t in (*beside, *told)), [])


def nearest_subject(trees: Trees, verb: Word) -> Token | None:
    """The subject of a verb; of several, as a parse gives behind a dateline ("ODESSA: …, police said"), the nearest."""
    subjects = [t for t in trees.children(verb.sentence, verb.token.index) if t.deprel in SUBJECTS]
    return min(subjects, key=lambda t: abs(t.index - verb.token.index), default=None)


def finite_tag(trees: Trees, word: Word) -> str:
    """The tag of the finite verb of a predicate, its own or its first auxiliary's; "" for none."""
    tags = (t.xpos for t in trees.children(word.sentence, word.token.index) if t.deprel in ("aux", "aux:pass", "cop"))
    return next((tag for tag in (*tags, word.token.xpos) if tag in FINITE), "")


def _tells_of_a_state(trees: Trees, host: Word) -> bool:
    verb = reporting_verbs().get(host.token.lemma.lower())
    thought = verb is not None and verb.kind == "thought"
    return thought or host.token.lemma.lower() in STATES or trees.child(host, "cop") is not None


def _reports(trees: Trees, verb: Word) -> bool:
    """Whether a joined verb reports something itself, and not what one in the clause said to another."""
    listed = reporting_verbs().get(verb.token.lemma.lower())
    if listed is None or listed.kind in UNSAID or _addresses(trees, verb):
        return False
    return trees.child(verb, "obj", "iobj", "ccomp", "xcomp") is not None


def _addresses(trees: Trees, verb: Word) -> bool:
    """Whether a verb tells whom it is said to, as one within a tale does."""
    whom = trees.child(verb, "obj", "iobj")
    if verb.token.lemma.lower() not in addressing_verbs() or whom is None:
        return False
    return whom.upos == "PRON" or trees.child(verb, "ccomp", "xcomp") is not None
