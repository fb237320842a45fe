"""Which names of one article are one person or one organisation, and what it is called in full.

A short form ("Smith") may fit several people; then it keeps all of them and the words around each occurrence decide.
Comparing goes by blocks that share a sound or a word, so the work grows with the number of names, not with its square.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.quotes import vocabulary
from service.quotes.mentions import Gender, Kind, Mention, Words
from service.quotes.names import (
    content_words,
    fold_word,
    fold_words,
    is_acronym_of,
    person_words,
    skeleton,
    words_agree,
)
from service.quotes.titles import find_titles
from service.quotes.types import Span

MIN_AGREEMENT = 0.8  # below this two names are two people; 0.8 still admits an initial for a given name
MAX_BLOCK = 64  # names that share a sound and are compared with one another
MAX_READINGS = 8  # people one short form may stand for
_ACRONYM_AFTER = re.compile(r"(?:['’]s)?\s*\(\s*(?:the\s+)?[\"“']?([A-Z][A-Za-z.&-]{1,11}?)s?[\"”']?\s*[),;]")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One identity the article names. ``words`` are its folded full name; ``titles`` beside the full name come
    first, ranks last.
    """

    number: int
    kind: Kind
    name: str
    words: tuple[str, ...]
    gender: Gender
    titles: tuple[Span, ...]
    aliases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Naming:
    """All clusters of an article and, by mention position, which of them each name can stand for, best first."""

    clusters: tuple[Cluster, ...]
    readings: Mapping[int, tuple[int, ...]]


@dataclass(slots=True)
class _Draft:
    """A cluster while names are being added to it."""

    kind: Kind
    words: tuple[str, ...]
    gender: Gender
    written: str
    members: list[int]
    aliases: set[str]


@dataclass(frozen=True, slots=True)
class _Form:
    """Mentions written alike: their folded words, the gender shown beside them, their positions."""

    words: tuple[str, ...]
    gender: Gender
    members: tuple[int, ...]


def cluster_names(words: Words, mentions: Sequence[Mention]) -> Naming:
    """The clusters of the names in ``mentions`` (other sorts are passed over) and the readings of each name."""
    drafts: list[_Draft] = []
    readings: dict[int, tuple[int, ...]] = {}
    named = [place for place, mention in enumerate(mentions) if mention.sort == "name"]
    people = [place for place in named if mentions[place].kind == "person"]
    _cluster_people(words, mentions, people, drafts, readings)
    rest = _claim_for_people(words, mentions, [p for p in named if p not in readings], drafts, readings)
    _cluster_bodies(words, mentions, rest, drafts, readings)
    taken = {at for place in named for at in range(mentions[place].first, mentions[place].last + 1)}
    clusters = tuple(_finish(words, mentions, number, draft, taken) for number, draft in enumerate(drafts))
    return Naming(clusters, readings)


def _forms(
    words: Words, mentions: Sequence[Mention], places: Iterable[int], fold: Callable[[str], tuple[str, ...]]
) -> list[_Form]:
    """The distinct forms, longest first, then most frequent, then first."""
    grouped: dict[tuple[tuple[str, ...], Gender], list[int]] = defaultdict(list)
    for place in places:
        mention = mentions[place]
        folded = fold(words.words(mention.first, mention.last))
        if folded:
            grouped[folded, mention.gender].append(place)
    forms = [_Form(folded, gender, tuple(members)) for (folded, gender), members in grouped.items()]
    return sorted(forms, key=lambda form: (-len(form.words), -len(form.members), form.members[0]))


def _cluster_people(
    words: Words, mentions: Sequence[Mention], places: Sequence[int], drafts: list[_Draft],
    readings: dict[int, tuple[int, ...]],
) -> None:  # fmt: skip
    blocks: dict[str, list[int]] = defaultdict(list)
    fuller = _shared_surnames(words, mentions, places)
    for name in dict.fromkeys(fuller.values()):
        members = tuple(place for place, full in fuller.items() if full == name)
        gender = vocabulary.given_gender(fold_word(name.split()[0]))
        number = _open(_Form(person_words(name), gender, members), "person", drafts, blocks)
        drafts[number].written = name
        drafts[number].members.extend(members)
        readings.update(dict.fromkeys(members, (number,)))
    for form in _forms(words, mentions, [place for place in places if place not in fuller], person_words):
        fitting = _fitting(form, drafts, blocks)
        if not fitting or (len(form.words) > 1 and len(fitting) > 1 and form.gender):
            fitting = fitting[:1] or (_open(form, "person", drafts, blocks),)
        if len(fitting) == 1:
            draft = drafts[fitting[0]]
            draft.members.extend(form.members)
            draft.gender = draft.gender or form.gender
        readings.update(dict.fromkeys(form.members, fitting))


def _open(form: _Form, kind: Kind, drafts: list[_Draft], blocks: dict[str, list[int]]) -> int:
    number = len(drafts)
    drafts.append(_Draft(kind, form.words, form.gender, "", [], set()))
    for key in _block_keys(form.words):
        if len(blocks[key]) < MAX_BLOCK:
            blocks[key].append(number)
    return number


def _shared_surnames(words: Words, mentions: Sequence[Mention], places: Sequence[int]) -> dict[int, str]:
    """The full names of those who share a surname with the person named right after: "Gareth and Helen Price"."""
    found: dict[int, str] = {}
    for place, following in pairwise(places):
        one, other = mentions[place], mentions[following]
        between = words.words(one.last + 1, other.first - 1) if one.last + 1 < other.first else ""
        given = [fold_word(words.tokens[at].text) for at in (one.first, other.first)]
        joined = between in ("and", "&") and one.first == one.last and other.last == other.first + 1
        if joined and all(map(vocabulary.is_given_name, given)):
            found[place] = words.tokens[one.first].text + " " + _bare(words.tokens[other.last].text)
    return found


def _block_keys(folded: Sequence[str]) -> set[str]:
    """What names that can agree have in common: the sound of a word, or all their letters."""
    keys = {skeleton(word) for word in folded}
    keys.add("=" + "".join(folded).replace("-", ""))
    if len(folded) > 1:
        keys.add("first " + folded[-1][:2])
    return keys


def _fitting(form: _Form, drafts: Sequence[_Draft], blocks: Mapping[str, list[int]]) -> tuple[int, ...]:
    """The clusters that ``form`` agrees with best, several when they agree as well."""
    scores: dict[int, float] = {}
    for key in _block_keys(form.words):
        for number in blocks.get(key, ()):
            draft = drafts[number]
            if number not in scores and not _clash(form.gender, draft.gender):
                scores[number] = words_agree(form.words, draft.words)
    best = max(scores.values(), default=0.0)
    if best < MIN_AGREEMENT:
        return ()
    tied = [number for number, score in scores.items() if score >= best - 0.01]
    if len(form.words) == 1 and all(min(drafts[number].members) > form.members[0] for number in tied):
        # A single word stands for one named before: "Wen" for Rolf Wen Jialu, though a Wen Haodong speaks later.
        before = {n: score for n, score in scores.items() if min(drafts[n].members) < form.members[0]}
        tied += [n for n, score in before.items() if score >= max(MIN_AGREEMENT, *before.values())]
    known = [number for number in tied if form.gender and drafts[number].gender == form.gender]
    return tuple(sorted(known or tied)[:MAX_READINGS])


def _clash(first: Gender, second: Gender) -> bool:
    return bool(first and second and first != second)


def _claim_for_people(
    words: Words, mentions: Sequence[Mention], places: Sequence[int], drafts: list[_Draft],
    readings: dict[int, tuple[int, ...]],
) -> list[int]:  # fmt: skip
    """Single words the model took for something else but that are a full-named person's surname; the rest comes
    back.
    """
    surnames: dict[str, list[int]] = defaultdict(list)
    for number, draft in enumerate(drafts):
        if len(draft.words) > 1:
            surnames[draft.words[-1]].append(number)
            if draft.words[0] not in surnames and not vocabulary.is_given_name(draft.words[0]):
                surnames[draft.words[0]].append(number)
    rest = []
    for place in places:
        mention = mentions[place]
        folded = fold_word(words.words(mention.first, mention.last))
        fitting = tuple(surnames.get(folded, ()))[:MAX_READINGS]
        if not fitting or (mention.kind == "place" and not _acts(words, mention)):
            rest.append(place)
            continue
        readings[place] = fitting
        if len(fitting) == 1:
            drafts[fitting[0]].members.append(place)
    return rest


def _acts(words: Words, mention: Mention) -> bool:
    head = words.heads[mention.head]
    return words.tokens[mention.head].deprel.startswith("nsubj") and head >= 0 and words.tokens[head].upos == "VERB"


def _cluster_bodies(
    words: Words, mentions: Sequence[Mention], places: Sequence[int], drafts: list[_Draft],
    readings: dict[int, tuple[int, ...]],
) -> None:  # fmt: skip
    """Organisations, places and names of unknown kind: by the same words, by acronym, by a shorter form."""
    index = _BodyIndex({}, {}, defaultdict(list))
    index.acronyms.update(_given_acronyms(words, mentions, places))
    for form in _forms(words, mentions, places, lambda name: content_words(name) or fold_words(name)):
        first = mentions[form.members[0]]
        written = words.words(first.first, first.last)
        number = index.find(form, _majority(mentions, form.members), written, drafts)
        if number is None:
            number = len(drafts)
            drafts.append(_Draft(_majority(mentions, form.members), form.words, form.gender, written, [], set()))
            index.add(number, form.words)
        drafts[number].members.extend(form.members)
        drafts[number].aliases.add(" ".join(form.words))
        readings.update(dict.fromkeys(form.members, (number,)))


def _majority(mentions: Sequence[Mention], members: Sequence[int]) -> Kind:
    kinds = [mentions[place].kind for place in members]
    return max(sorted(set(kinds)), key=kinds.count)


def _given_acronyms(
    words: Words, mentions: Sequence[Mention], places: Sequence[int]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Acronyms the article itself explains, "Full Name (ABC)": each with the content words it stands for."""
    for place in places:
        mention = mentions[place]
        match = _ACRONYM_AFTER.match(words.text, mention.span.end)
        if match is None or mention.kind == "place":
            continue
        short, name = match.group(1), words.words(mention.first, mention.last)
        if is_acronym_of(short, name) or (len(content_words(name)) > 1 and mention.kind == "organisation"):
            yield fold_word(short), content_words(name)


@dataclass(frozen=True, slots=True)
class _BodyIndex:
    """Ways to find an organisation's cluster: its words in any order, an explained acronym, its first word."""

    same: dict[frozenset[str], int]
    acronyms: dict[str, tuple[str, ...]]
    by_first: dict[str, list[tuple[tuple[str, ...], int]]]

    def add(self, number: int, folded: tuple[str, ...]) -> None:
        self.same.setdefault(frozenset(folded), number)
        for key in {folded[0], "initial " + folded[0][:1]}:
            if len(self.by_first[key]) < MAX_BLOCK:
                self.by_first[key].append((folded, number))

    def _opened(self, word: str, drafts: Sequence[_Draft]) -> int | None:
        """The only organisation whose name of several words opens with ``word``, no place: "Atlas Shipping Lines"."""
        opened = {number for full, number in self.by_first[word] if len(full) > 1 and full[0] == word}
        only = opened.pop() if len(opened) == 1 and not vocabulary.is_place(word) else None
        return only if only is not None and drafts[only].kind == "organisation" else None

    def find(self, form: _Form, kind: Kind, written: str, drafts: Sequence[_Draft]) -> int | None:
        folded = form.words
        if len(folded) == 1 and folded[0] in self.acronyms:
            full = self.acronyms[folded[0]]
            if frozenset(full) in self.same:
                return self.same[frozenset(full)]
        if frozenset(folded) in self.same:
            return self.same[frozenset(folded)]
        if len(folded) == 1:
            near = self.by_first["initial " + folded[0][:1]]
            spelt = next((number for full, number in near if _shortens(written, full, drafts[number])), None)
            return self._opened(folded[0], drafts) if spelt is None and kind == "organisation" else spelt
        longer = [number for full, number in self.by_first[folded[0]] if full[: len(folded)] == folded]
        return longer[0] if len(longer) == 1 else None


def _shortens(written: str, full: Sequence[str], draft: _Draft) -> bool:
    """True when a single word is the acronym of ``full``, or the first and telling word of an organisation's name."""
    if len(full) < 2 or draft.kind == "place":
        return False
    if written.isupper():
        return is_acronym_of(written, draft.written)
    told = fold_word(written)
    return (
        told == full[0]
        and len(full) == 2
        and vocabulary.is_organisation_noun(full[1])
        and not vocabulary.is_place(told)
    )


def _finish(words: Words, mentions: Sequence[Mention], number: int, draft: _Draft, taken: set[int]) -> Cluster:
    members = sorted(draft.members)
    name, folded = _full_name(words, mentions, draft, members)
    titles: list[Span] = []
    if draft.kind in ("person", "unknown"):
        ordered = sorted(
            members, key=lambda place: _bare(words.words(mentions[place].first, mentions[place].last)) != name
        )
        found = [title for place in ordered for title in find_titles(words, mentions[place], taken)]
        titles = sorted(found, key=lambda title: vocabulary.is_honorific(fold_word(title.of(words.text))))
    return Cluster(number, draft.kind, name, folded, draft.gender, tuple(titles), frozenset(draft.aliases))


def _full_name(
    words: Words, mentions: Sequence[Mention], draft: _Draft, members: Sequence[int]
) -> tuple[str, tuple[str, ...]]:
    """The form with the most words, of those the most frequent, of those the first; with a possessive taken off."""
    if not members:
        return " ".join(draft.words), draft.words
    written: dict[str, int] = {}
    for place in members:
        text = _bare(words.words(mentions[place].first, mentions[place].last))
        written[text] = written.get(text, 0) + 1
    if draft.kind == "person" and draft.written:
        written[draft.written] = 1
    fold = person_words if draft.kind == "person" else content_words
    best = max(written, key=lambda text: (len(fold(text)), len(text.split()), written[text]))
    if draft.kind == "person" and len(fold(best)) == 1:
        best = next((called for place in members if (called := _called(words, mentions[place]))), best)
    return best, fold(best) or fold_words(best)


def _bare(text: str) -> str:
    return re.sub(r"(?:['’]s|(?<=s)['’])$", "", text.strip(' ,.;:"“”()')) if len(text) > 2 else text


def _called(words: Words, mention: Mention) -> str | None:
    """A single name with the office it is always said with: Pope Francis, King Charles, Chief Woos."""
    before = mention.first - 1
    if before < 0 or words.sentence_of[before] != words.sentence_of[mention.first]:
        return None
    word = fold_word(words.tokens[before].text)
    if vocabulary.honorific_kind(word) not in ("royal", "clergy") and word != "chief":
        return None
    return _bare(words.words(before, mention.last))
