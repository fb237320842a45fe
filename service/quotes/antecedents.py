"""Whom a pronoun or a description stands for: candidates from the text before it, weighed by a log-linear model.

The candidates compete in a softmax with the answer "none of them". What speaks for a candidate (how near, subject or
not, who spoke last, agreement of gender and nouns) is a table of named features; the weights are in
``antecedents.json``, fitted on coreference annotation by ``python -m models.train identity``. The form of the model is
that of Denis and Baldridge, "A ranking approach to pronoun resolution" (IJCAI 2007).
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import exp, log1p
from types import MappingProxyType

from service.quotes import vocabulary
from service.quotes.clusters import Cluster
from service.quotes.mentions import SUBJECTS, Mention, Words, age_after, holds_reporting_verb
from service.quotes.names import fold_word

Weights = Mapping[str, Mapping[str, float]]
Features = Mapping[str, float]

MAX_CANDIDATES = 24  # identities last mentioned, of those still remembered
SURE_VOTES = 1.5  # one pronoun may have been taken for the wrong person: two that agree fix the gender
MAX_SENTENCES_BACK = 40  # an identity not mentioned for so long is not picked up by a pronoun
_OPENS_NEW = frozenset(
    ["a", "an", "another", "other", "others", "one", "two", "three", "several", "many", "some", "any"]
)
# Words that make another's title of a title.
NOT_THE_SAME = frozenset({"former", "ex", "deputy", "vice", "acting", "assistant", "late"})
HOME_BEHIND = re.compile(r",? (?:also )?(?:of|from) (?:the )?([A-Z][\w’-]+(?: [A-Z][\w’-]+){0,2})")
HOME_BEFORE = re.compile(r"\b([A-Z][\w-]+(?: [A-Z][\w-]+){0,2})[’']s $")
MAX_HOME_CHARACTERS = 40  # between a name and the end of the place it is of
SHORT_FORM = re.compile(r" \(([A-Z]{2,6})\)")  # of an office, right behind it: "the Port Safety Officer (PSO)"
_AGED = re.compile(r"\b(\d{1,2})[- ]years?[- ]old\b")
_OF_A_PLACE = frozenset({"government", "council"})  # what a place by itself speaks as


@cache
def weights() -> Weights:
    """The shipped weights: for each class of mention, feature to weight."""
    data = json.loads(files(__package__).joinpath("antecedents.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: MappingProxyType(table) for name, table in data["weights"].items()})


@dataclass(slots=True, eq=False)
class Track:
    """One identity while the text is read: who it is and where it was last mentioned.

    ``parts`` are the identities of one made of several ("Ana and Luka"), ``sorts`` the sorts of body it can be,
    ``paragraph`` is the last one in which it was mentioned before anybody else, ``named_in`` the last one that names
    it as a subject of the narrator's, ``named`` where it was last named.
    """

    number: int
    cluster: Cluster | None
    kind: str
    plural: bool | None
    first: Mention
    last: Mention
    votes: dict[str, float] = field(default_factory=dict)
    nouns: set[str] = field(default_factory=set)
    count: int = 0
    spoke: int = -1
    spoke_last: bool = False
    quoted_before: bool = False
    documents: set[str] = field(default_factory=set)
    sorts: frozenset[str] = frozenset()
    parts: tuple[Track, ...] = ()
    paragraph: int = -1
    named_in: int = -1
    named: Mention | None = None

    def gender(self) -> str:
        """The gender the name, a title or several pronouns show, "" when none does."""
        if self.cluster is not None and self.cluster.gender:
            return self.cluster.gender
        lean = self.leaning("m")
        if abs(lean) < SURE_VOTES:
            return ""
        return "m" if lean > 0 else "f"

    def leaning(self, gender: str) -> float:
        """How much more the mentions so far were of ``gender`` than of the other."""
        other = "f" if gender == "m" else "m"
        return self.votes.get(gender, 0.0) - self.votes.get(other, 0.0)


class Memory:
    """The identities mentioned so far, last mentioned last, and who spoke last.

    ``narrated`` is the last sentence with a mention outside marks.
    """

    __slots__ = ("at", "by_cluster", "joined", "narrated", "paragraph", "recent", "speaker", "tracks", "words")

    def __init__(self, words: Words) -> None:
        self.words = words
        self.tracks: list[Track] = []
        self.by_cluster: dict[int, Track] = {}
        self.recent: OrderedDict[int, Track] = OrderedDict()
        self.speaker: Track | None = None
        self.at: dict[int, Track] = {}
        self.joined: dict[frozenset[int], Track] = {}
        self.paragraph = -1
        self.narrated = -1

    def open(self, mention: Mention, cluster: Cluster | None) -> Track:
        """A new identity first met at ``mention``."""
        kind = cluster.kind if cluster is not None else mention.kind
        track = Track(len(self.tracks), cluster, kind, mention.plural, mention, mention)
        self.tracks.append(track)
        if cluster is not None:
            self.by_cluster[cluster.number] = track
            track.nouns.update(title_words(self.words, cluster))
        track.sorts = _sorts(self.words, mention, cluster)
        return track

    def join(self, mention: Mention) -> None:
        """Open, or mention again, the identity of several people or bodies of which ``mention`` is the last so far."""
        words = self.words
        leader = words.heads[mention.head]
        first, last = self.at.get(leader), self.at.get(mention.head)
        if words.tokens[mention.head].deprel != "conj" or first is None or last is None or first is last:
            return
        if first.last.sort == "pronoun" or last.last.sort == "pronoun" or first.last.quoted >= 0:
            return
        before = [self.at[child] for child in words.children[leader] if child < mention.head and _is_part(self, child)]
        parts = tuple(dict.fromkeys((first, *before, last)))
        numbers = frozenset(part.number for part in parts)
        whole = replace(
            first.last, span=words.span(first.last.first, mention.last), last=mention.last, kind="group", gender="",
            plural=True,
        )  # fmt: skip
        track = self.joined.get(numbers)
        if track is None:
            track = self.joined[numbers] = self.open(whole, None)
            track.parts = parts
            track.sorts = frozenset()
        self.note(track, whole, speaks=False, source=False, sureness=0.0)

    def note(self, track: Track, mention: Mention, *, speaks: bool, source: bool, sureness: float) -> None:
        """Record that ``mention`` stands for ``track``.

        It ``speaks`` as the subject of a reporting verb or as the ``source`` of a quote; ``sureness`` weighs what
        its gender says of the identity.
        """
        track.quoted_before = track.quoted_before or source
        here = self.words.paragraph_of[mention.sentence]
        told_of = _is_subject(self.words, mention) or _is_led_by_for(self.words, mention)
        if mention.sort == "name" and not mention.reported and told_of:
            track.named_in = here
        if mention.sort == "name":
            track.named = mention
        if not track.parts:
            self.at[mention.head] = track
            if here != self.paragraph and mention.quoted < 0:
                track.paragraph = self.paragraph = here
        track.last = mention
        track.count += 1
        track.spoke_last = speaks
        if mention.gender in ("m", "f") and not mention.reported:
            track.votes[mention.gender] = track.votes.get(mention.gender, 0.0) + sureness
        if mention.sort == "description":
            track.nouns.update(phrase_words(self.words, mention))
            sorts = vocabulary.sorts_of_noun(fold_word(self.words.tokens[mention.head].text))
            track.sorts = (track.sorts & sorts) or track.sorts or sorts
        if mention.sort == "name" and track.kind == "organisation":
            called = _called_beside(self.words, mention)
            track.nouns.update(called)
            track.sorts |= frozenset[str]().union(*map(vocabulary.sorts_of_noun, called))
        if mention.sort == "name" and track.kind == "person" and (age := age_after(self.words, mention.last)):
            track.nouns.add(age)
        if mention.sort == "name" and track.kind == "person":
            track.nouns.update(_of_a_place(self.words, mention))
        if speaks and mention.quoted < 0:
            track.spoke = mention.first
            self.speaker = track
        if mention.quoted < 0:
            self.narrated = mention.sentence
        self.recent[track.number] = track
        self.recent.move_to_end(track.number)
        if len(self.recent) > MAX_CANDIDATES:
            self.recent.popitem(last=False)


def _called_beside(words: Words, mention: Mention) -> set[str]:
    """The folded nouns for bodies beside a name: "the mining company Aurex", "Aurex, a miner and trader"."""
    head = words.heads[mention.head]
    above = [head] if words.tokens[mention.head].deprel in ("appos", "flat", "compound", "nmod:desc") else []
    below = [
        child
        for child in words.children[mention.head]
        if words.tokens[child].deprel in ("appos", "nmod:desc", "compound")
    ]
    beside = (place for place in (*above, *below) if not mention.first <= place <= mention.last)
    nouns = (fold_word(words.tokens[place].text) for place in beside if words.tokens[place].upos == "NOUN")
    return {noun for noun in nouns if vocabulary.is_organisation_noun(noun)}


def _of_a_place(words: Words, mention: Mention) -> frozenset[str]:
    """What people of a place are called, where a name says whence somebody is: "Kaja Tamm of Estonia"."""
    text, name = words.text, mention.span
    behind = HOME_BEHIND.match(text, name.end, name.end + MAX_HOME_CHARACTERS)
    before = HOME_BEFORE.search(text, max(0, name.start - MAX_HOME_CHARACTERS), name.start)
    place = fold_word((behind or before or ("", ""))[1])
    return vocabulary.people_of(place) if place else frozenset()


def _is_subject(words: Words, mention: Mention) -> bool:
    return words.tokens[words.phrase_head(mention.head)].deprel in SUBJECTS


def _is_led_by_for(words: Words, mention: Mention) -> bool:
    """Whether a sentence opens with whom it tells of: "For Kern, the win was bitter", "As for Kern, …"."""
    start = words.first_of[mention.sentence]
    if mention.first - start > 2:
        return False
    opening = " ".join(words.tokens[place].text.casefold() for place in range(start, mention.first))
    return opening in ("for", "as for")


def _is_part(memory: Memory, child: int) -> bool:
    """Whether the token at ``child`` heads one of several joined to the same first one."""
    return memory.words.tokens[child].deprel == "conj" and child in memory.at


def _sorts(words: Words, mention: Mention, cluster: Cluster | None) -> frozenset[str]:
    """The sorts of body that a new identity can be."""
    if cluster is None:
        return vocabulary.sorts_of_noun(fold_word(words.tokens[mention.head].text))
    shown = vocabulary.sorts_of_name(cluster.name)
    return _OF_A_PLACE if cluster.kind == "place" and not shown else shown


def title_words(words: Words, cluster: Cluster) -> set[str]:
    """The folded words of an identity's titles and, for an organisation, of its name."""
    found = {fold_word(word) for title in cluster.titles for word in title.of(words.text).split()}
    found.update(part for word in tuple(found) for part in word.split("-"))  # "Vice-President"
    short = (SHORT_FORM.match(words.text, title.end) for title in cluster.titles)
    found.update(fold_word(match[1]) for match in short if match)
    if cluster.kind != "person":
        found.update(cluster.words)
    return found - vocabulary.FUNCTION_WORDS


def phrase_words(words: Words, mention: Mention) -> set[str]:
    """The folded content words of a description, places of demonyms among them."""
    found = {fold_word(words.tokens[place].text) for place in range(mention.first, mention.last + 1)}
    found.update(place for word in tuple(found) if (place := vocabulary.place_of(word)))
    age = _age_in(words, mention)
    return (found | {age} if age else found) - vocabulary.FUNCTION_WORDS


def _age_in(words: Words, mention: Mention) -> str | None:
    """The age that a description says: "the 45-year-old"."""
    match = _AGED.search(words.text, mention.span.start, mention.span.end)
    return match.group(1) if match else None


def class_of(mention: Mention) -> str:
    """Which table of weights a mention is weighed by."""
    if _is_bare_quantifier(mention):
        return "they"
    if mention.sort == "description":
        return "description" if mention.kind in ("person", "group", "unknown") else "body"
    if mention.gender in ("m", "f"):
        return "person"
    return "it" if mention.gender == "n" else "they"


def _is_bare_quantifier(mention: Mention) -> bool:
    """True for "some", "many", "others" by themselves: part of a group named before."""
    return mention.sort == "description" and mention.first == mention.last and mention.quantifier


def candidates_of(memory: Memory, mention: Mention) -> list[tuple[Track, Features]]:
    """The identities that ``mention`` can stand for with their features, last mentioned first."""
    found: list[tuple[Track, Features]] = []
    opening = memory.words.tokens[mention.first].text.casefold()
    if mention.sort == "description" and opening in _OPENS_NEW and not _is_bare_quantifier(mention):
        return found  # "another source" is somebody not met before
    for track in reversed(memory.recent.values()):
        if mention.sentence - track.last.sentence > MAX_SENTENCES_BACK:
            break
        if _fits(memory.words, mention, track):
            found.append((track, _features(memory, mention, track, len(found))))
    return found


def _fits(words: Words, mention: Mention, track: Track) -> bool:
    """Agreement in kind, number and gender, and no clash with the grammar of the sentence."""
    wanted = class_of(mention)
    kind = track.kind
    if wanted == "person":
        gender = track.gender()
        if kind not in ("person", "unknown") or track.plural or (gender and gender != mention.gender):
            return False
    elif wanted == "it":
        if kind in ("person", "group"):
            return False
    elif wanted == "they":
        if mention.quantifier and kind != "group":
            return False
        if kind == "document" or (kind == "person" and track.gender()):
            return False
    elif not _description_fits(words, mention, track):
        return False
    return not _bound(words, mention, track.last)


def _description_fits(words: Words, mention: Mention, track: Track) -> bool:
    """A description fits an identity of its kind, number and gender; several people, only those called the same
    before.
    """
    if mention.gender in ("m", "f") and track.gender() and track.gender() != mention.gender:
        return False
    if mention.kind == "person":
        said = phrase_words(words, mention)
        head = fold_word(words.tokens[mention.head].text)
        if head in track.nouns and said & NOT_THE_SAME - track.nouns:
            return False  # "the former president" is not the president
        age = _age_in(words, mention)
        ages = {noun for noun in track.nouns if noun.isdigit()} if age else set()
        another = (bool(ages) and age not in ages) or _is_of_another_place(head, track)
        return track.kind in ("person", "unknown") and not track.plural and not another
    if mention.kind == "group":
        return track.kind == "group" and phrase_words(words, mention) <= track.nouns
    if mention.kind == "document":
        return track.kind == "document"
    if track.kind == "person" and track.cluster is None:
        # "The museum" is not "one visitor", nor "the police" the police commander.
        return mention.kind == "unknown" and fold_word(words.tokens[mention.head].text) in track.nouns
    if mention.kind == "unknown" and words.tokens[mention.head].upos == "NOUN":
        # a noun that no list knows is rather a thing not met before
        return mention.definite and fold_word(words.tokens[mention.head].text) in track.nouns
    return track.kind in ("organisation", "place", "unknown") or mention.kind == "unknown"


def _is_of_another_place(head: str, track: Track) -> bool:
    """Whether a word for somebody by the country ("the Swede") is of another than an identity is known to be of."""
    place = vocabulary.place_of(head)
    known = {home for noun in track.nouns if (home := vocabulary.place_of(noun))}
    return place is not None and bool(known) and place not in known


def _bound(words: Words, mention: Mention, other: Mention) -> bool:
    """True when the two cannot be one by grammar: arguments of one verb, or one inside the other."""
    if mention.sentence != other.sentence:
        return False
    if other.first <= mention.head <= other.last and mention.sort != "pronoun":
        return True
    if mention.sort == "description" and mention.first <= other.head <= mention.last:
        return True  # "his brother" is not he
    if mention.sort == "pronoun" and words.tokens[mention.head].deprel == "nmod:poss":
        return other.head == words.heads[mention.head]
    return words.heads[mention.head] >= 0 and words.heads[mention.head] == words.heads[other.head]


def _features(memory: Memory, mention: Mention, track: Track, rank: int) -> Features:
    words = memory.words
    last = track.last
    head = words.phrase_head(last.head)
    link = words.tokens[head].deprel
    distance = mention.sentence - last.sentence
    here = words.paragraph_of[mention.sentence]
    spoke = memory.speaker is track
    subject = link in SUBJECTS
    features = {
        "rank": log1p(rank),
        "nearest": float(rank == 0),
        "same sentence": float(distance == 0),
        "previous sentence": float(distance == 1),
        "distance": log1p(distance),
        "same paragraph": float(words.paragraph_of[last.sentence] == here),
        "previous paragraph": float(words.paragraph_of[last.sentence] == here - 1),
        "subject": float(subject),
        "both subjects": float(subject and words.tokens[mention.head].deprel in SUBJECTS),
        "possessive": float(link == "nmod:poss"),
        "object": float(link in ("obj", "iobj")),
        "reporting subject": float(holds_reporting_verb(words, last.head)),
        "spoke last": float(spoke),
        "spoke last and speaks": float(spoke and _speaks(words, mention)),
        "spoke there": float(track.spoke_last),
        "pronoun": float(last.sort == "pronoun"),
        "description": float(last.sort == "description"),
        "named": float(track.cluster is not None),
        "full name": float(track.cluster is not None and len(track.cluster.words) > 1),
        "gender known": float(bool(track.gender())),
        "gender leaning": max(-1.0, min(1.0, track.leaning(mention.gender))) if mention.gender in ("m", "f") else 0.0,
        "frequency": log1p(track.count),
        "opens sentence": float(last.first == words.first_of[last.sentence]),
        "opens text": float(track.first.sentence <= 1),
        "leaves quotation": float(last.quoted >= 0 and mention.quoted < 0),
        "governs": float(distance == 0 and subject and words.heads[head] in words.chain(mention.head)),
        "main subject": float(subject and words.heads[head] >= 0 and words.heads[words.heads[head]] < 0),
        "topic": float(track.paragraph == here),
        "topic before": float(track.paragraph == here - 1),
        "joined": float(words.tokens[last.head].deprel == "conj"),
        "several": float(bool(track.parts)),
        "is " + track.kind: 1.0,
    }
    if mention.sort == "description":
        features.update(_noun_features(memory, mention, track))
    return features


def _speaks(words: Words, mention: Mention) -> bool:
    return holds_reporting_verb(words, mention.head)


def _is_owned(words: Words, mention: Mention) -> bool:
    return any(words.tokens[child].deprel == "nmod:poss" for child in words.children[mention.head])


def _is_of_place(words: Words, mention: Mention) -> bool:
    """Whether a description names its place or its like: "the Spanish government", "the mayor of Rivne"."""
    inside = range(mention.first, mention.last + 1)
    return any(words.tokens[place].upos == "PROPN" or words.tokens[place].text[:1].isupper() for place in inside[1:])


def _noun_features(memory: Memory, mention: Mention, track: Track) -> Features:
    """How the words of a description agree with the titles, name and descriptions of an identity."""
    words = memory.words
    head = fold_word(words.tokens[mention.head].text)
    modifiers = phrase_words(words, mention) - {head}
    shared = modifiers & track.nouns
    sorts, age = vocabulary.sorts_of_noun(head), _age_in(words, mention)
    near = track.last.sentence >= mention.sentence - 1
    return {
        "head shared": float(head in track.nouns),
        "age shared": float(age is not None and age in track.nouns),
        "sort shared": float(bool(sorts & track.sorts)),
        "sort clashes": float(bool(sorts and track.sorts) and not sorts & track.sorts),
        "sort shared, nearest": float(bool(sorts & track.sorts) and near),
        "titled otherwise": float(bool(track.nouns) and not shared and head not in track.nouns),
        "owned": float(_is_owned(memory.words, mention)),
        "head and modifier shared": float(head in track.nouns and bool(shared)),
        "head shared, far": float(head in track.nouns) * log1p(max(0, mention.sentence - track.last.sentence)),
        "modifiers shared": log1p(len(shared)),
        "modifiers strange": log1p(len(modifiers - track.nouns)),
        "bare": float(not modifiers),
        "definite": float(mention.definite),
        "indefinite": float(not mention.definite),
        "head shared, definite": float(head in track.nouns and mention.definite),
        "nearest, definite": float(mention.definite and near),
    }


def none_features(memory: Memory, mention: Mention, candidates: Sequence[tuple[Track, Features]]) -> Features:
    """What speaks for none of the candidates."""
    words = memory.words
    token = words.tokens[mention.head]
    return {
        "none": 1.0,
        "none, no candidate": float(not candidates),
        "none, one candidate": float(len(candidates) == 1),
        "none, speaks": float(_speaks(words, mention)),
        "none, expletive": float(token.deprel == "expl"),
        "none, definite": float(mention.definite and mention.sort == "description"),
        "none, plural": float(bool(mention.plural)),
        "none, subject": float(token.deprel in SUBJECTS),
        "none, opens text": float(mention.sentence <= 1),
        "none, bare": float(mention.first == mention.last),
        "none, clausal": float(_weather(words, mention.head)),
        "none, owned": float(mention.sort == "description" and _is_owned(words, mention)),
        "none, of a place": float(mention.sort == "description" and _is_of_place(words, mention)),
    }


def _weather(words: Words, place: int) -> bool:
    """True for "it" that stands for a clause or nothing: "it is clear that", "it rained"."""
    head = words.heads[place]
    return head >= 0 and any(
        words.tokens[child].deprel in ("csubj", "ccomp", "csubj:outer") for child in words.children[head]
    )


def probabilities(features: Sequence[Features], table: Mapping[str, float]) -> tuple[float, ...]:
    """The softmax over the answers; ``features`` of "none" come last."""
    scores = [sum(table.get(name, 0.0) * value for name, value in each.items()) for each in features]
    top = max(scores)
    parts = [exp(score - top) for score in scores]
    whole = sum(parts)
    return tuple(part / whole for part in parts)


def rank(memory: Memory, mention: Mention, tables: Weights) -> Iterator[tuple[Track | None, float]]:
    """The candidates for ``mention`` and "none" (``None``), each with its probability, likeliest first."""
    candidates = candidates_of(memory, mention)
    features = [*(each for _, each in candidates), none_features(memory, mention, candidates)]
    shares = probabilities(features, tables.get(class_of(mention), {}))
    tracks: list[Track | None] = [*(track for track, _ in candidates), None]
    yield from sorted(zip(tracks, shares, strict=True), key=lambda pair: -pair[1])
