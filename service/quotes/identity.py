"""Speaker mentions to people: who each quote is from, under the fullest name the article gives.

Names of one person are brought together first (``clusters``); then the text is read once in order, each pronoun and
description weighed against the identities met so far (``antecedents``). Two as likely is no answer: the name stays
``None`` and the mention is kept. A speaker the article leaves unnamed keeps the noun phrase it is described by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log1p

from service.quotes import vocabulary
from service.quotes.antecedents import NOT_THE_SAME, Memory, Track, Weights, phrase_words, rank, title_words, weights
from service.quotes.clusters import Naming, cluster_names
from service.quotes.mentions import (
    CALLED,
    FIRST_OR_SECOND,
    ILLUSTRATING,
    SUBJECTS,
    Mention,
    Words,
    holds_reporting_verb,
    merge_spans,
    noun_meaning,
    read_mentions,
    tidy,
)
from service.quotes.names import fold_word, spells_part
from service.quotes.outlet_names import bare_outlet, find_listed
from service.quotes.titles import ANYBODY, bare_description, names_an_office
from service.quotes.types import (
    Attribution,
    Candidate,
    ParsedText,
    Person,
    Span,
    Speaker,
    SpeakerBasis,
    SpeakerKind,
)

# A source of these alone is a title and a name, in that order.
NOMINAL = frozenset({"PROPN", "NOUN", "ADJ", "DET", "NUM"})
MIN_PROBABILITY = 0.35  # a pronoun's antecedent less likely than this is no answer
MIN_MARGIN = 0.05  # nor is one that leads the second by less
NONE_AS_SOURCE = 0.2  # what the share of "none" is multiplied by for a pronoun that is a source, and any "he" or "she"
NONE_AS_DEFINITE = 0.5  # the same for a definite description
QUOTED_BEFORE = 12.0  # what the share of somebody quoted before is multiplied by for a source
SPOKEN_OF = 0.05  # what the share of somebody is multiplied by whom the source's own words name
SORT_NAMED_NEAR = 3.0  # the same for a body just named that the description is a usual word for
DESCRIBED_AGAIN = 2.0  # the same when it is a definite description: writers vary what they call who goes on speaking
BROUGHT_IN = 2.0  # and once more for whom the sentence before brings in by the full name
SPOKE_LAST = 4.0  # and once more for who spoke last, when the source is a pronoun
OF_THEMSELVES = 4.0  # the same for the subject of what a pronoun is said in: most say things of themselves
SURE_NAME = 0.97  # how often a name with one reading is that person
LAST_OPENING_SENTENCE = 2  # the headline, the dateline, the first sentence
# What tells more of whom a phrase describes, or through whom it came, and what ties the phrase to its sentence.
RELATIVE_CLAUSE = re.compile(
    r",\s+(?:who|whom|whose|which|as per|according to|citing|quoting)\b.*$|^(?:at|by|from|in|of|on|to|with) ", re.DOTALL
)
BRINGS_IN = frozenset({"among", "also", "another", "one"})  # they open a sentence that brings somebody in at its end
ARTICLES = frozenset({"the", "a", "an"})
BEHALF = frozenset({"for", "to"})  # whom one speaks for or advises
ANONYMOUS = frozenset({"source", "insider", "witness", "bystander", "whistleblower"})  # they stay unnamed
MAX_OPENING_SENTENCES = 3  # between an unnamed opener and the sentence that names the person
OPENER_IS_TITLED = 0.9  # how often the one person so titled is meant; a guess from reading news, not measured
OPENER_IS_NAMED = 0.7  # how often that is the same person; a guess from reading news, not measured
TITLE_SPELT = 0.9  # how often "the AG" is the attorney general named before; a guess from reading news, not measured
AUTHOR_KNOWN = 0.8  # how often "the report" is that of who reported last; a guess from reading news, not measured
SURE_DESCRIPTION = 0.6  # a description this likely to be somebody's gives a title when no name has one beside it
MAX_DESCRIPTIONS = 8  # of one identity that are looked at for a title
MAX_CANDIDATES_SHOWN = 5
MAX_AUTHOR_STEPS = 3  # "a report put out in May by the ministry": the author may hang on a participle

ONLY_BODY = 0.75
# Sorts of body that news goes on to call by their noun alone, and that names seldom show.
COMMON_SORTS = frozenset({"company", "club", "group"})
RELATIVES = frozenset({"who", "whose", "whom", "which"})
OWNER = re.compile(r"^(?:his|her|their|its|my|our) ", re.IGNORECASE)  # "her lawyer" is a lawyer

# What outlets and others do with documents that are not theirs.
GOT = frozenset(
    {"obtain", "see", "review", "leak", "share", "view", "acquire", "examine", "read", "cite", "report", "carry"}
)
# Documents that "of" ties to who wrote them; others "of" a person are about them ("the biography of Ana Ruiz").
OF_ITS_AUTHOR = frozenset(
    {"account", "diary", "memoir", "opinion", "post", "remark", "research", "statement", "study", "testimony", "tweet",
     "word", "writing"}
)  # fmt: skip

Ranked = tuple[tuple[Track | None, float], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one mention was taken for: an identity or none, with all that were weighed, likeliest first."""

    track: Track | None
    ranked: Ranked


Decide = Callable[[int, Mention, Memory], Decision]


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article after its mentions were followed."""

    words: Words
    mentions: tuple[Mention, ...]
    naming: Naming
    principals: Mapping[Span, int]
    decisions: Mapping[int, Decision]
    described: Mapping[int, tuple[int, ...]]


def resolve_speakers(parsed: ParsedText, attributions: Sequence[Attribution]) -> tuple[Speaker | None, ...]:
    """The speaker of each attribution, in their order; ``None`` where an attribution has no source at all.

    A source that is named nowhere, or could as well be either of two people, gives a ``Speaker`` whose person has the
    name ``None``. Equal identities share one ``Person``, numbered "s1", "s2"… in order of first quote.
    """
    speaking = tuple(attribution.mention for attribution in attributions if attribution.mention is not None)
    reading = _name_openers(_read(parsed, attributions, speaking))
    found: list[_Found | None] = []
    for attribution in attributions:
        before = attribution.previous
        carried = _carry(found[before], attribution) if before is not None and 0 <= before < len(found) else None
        if carried is not None:
            found.append(carried)
        elif attribution.mention is not None:
            found.append(_find(reading, attribution.mention))
        else:
            found.append(None)
    return _as_speakers(reading, _with_outlets_named(found), attributions)


def _with_outlets_named(found: Sequence[_Found | None]) -> list[_Found | None]:
    """``found`` with news organisations under their bare names: "the Zorya news agency" is Zorya, as "Zorya" is."""
    bare = {each.name: name for each in found if each and each.name and (name := bare_outlet(each.name))}

    def named(each: _Found | None) -> _Found | None:
        name = bare.get(each.name, each.name) if each and each.name else None
        if each is None or name is None or name not in bare.values():
            return each
        return replace(each, key=("outlet", name), name=name, kind="organisation", basis="named")

    return [named(each) for each in found]


@dataclass(frozen=True, slots=True)
class _Found:
    """A speaker before people are numbered. Equal ``key``, equal person."""

    key: tuple[str, ...]
    name: str | None
    kind: SpeakerKind
    track: Track | None
    basis: SpeakerBasis
    score: float
    candidates: tuple[Candidate, ...]


def _read(parsed: ParsedText, attributions: Sequence[Attribution], speaking: Sequence[Span]) -> _Reading:
    words = Words(parsed)
    quotations = [attribution.quotation for attribution in attributions]
    quoted = merge_spans(span for each in quotations if each.type != "indirect" for span in each.spans)
    reported = merge_spans(span for each in quotations if each.type == "indirect" for span in each.spans)
    mentions = read_mentions(parsed, words=words, quoted=quoted, reported=reported, speakers=speaking)
    naming = cluster_names(words, mentions)
    principals = _principals(words, mentions, speaking)
    named = {place for place in principals.values() if mentions[place].sort == "name"}
    spoken = frozenset(principals.values())
    titles = frozenset(
        place
        for span, principal in principals.items()
        if principal in named
        for place, mention in _window(mentions, span)
        if mention.sort == "description" and place not in spoken
    )
    decisions = follow_mentions(words, mentions, naming, speaking=spoken, passed_over=titles)
    described: dict[int, tuple[int, ...]] = {}
    for place, decision in decisions.items():
        if mentions[place].sort == "description" and decision.track is not None:
            described[decision.track.number] = (*described.get(decision.track.number, ())[:MAX_DESCRIPTIONS], place)
    return _Reading(words, mentions, naming, principals, decisions, described)


def _name_openers(reading: _Reading) -> _Reading:
    """An unnamed source that opens the article is somebody named later.

    "Lviv mayor says…" is the only person whom the article titles so ("Lviv Mayor Petro Zelyk"). "A former mayor has
    said…" is the one quoted right after it: when the description is of one person, is not said of somebody known, and
    the next source is a person whom the article has not named before, a few sentences on, of no other gender.
    """
    sources = sorted(set(reading.principals.values()))
    decisions = dict(reading.decisions)
    openers = [place for place in sources if reading.mentions[place].sentence <= LAST_OPENING_SENTENCE]
    holders = {place: _title_holders(reading, place) for place in openers}
    for place, tracks in holders.items():
        if len(tracks) == 1:
            decisions[place] = Decision(tracks[0], ((tracks[0], OPENER_IS_TITLED), (None, 1 - OPENER_IS_TITLED)))
    for place, following in pairwise(sources):
        opener, named = reading.mentions[place], reading.mentions[following]
        track, person = (decisions[at].track if at in decisions else None for at in (place, following))
        if opener.sentence > LAST_OPENING_SENTENCE:
            break
        if holders[place]:
            continue
        if track is None or person is None or person.cluster is None or track.cluster is not None:
            continue
        if (subject := _told_of_next(reading, place, following)) is not None:
            decisions[place] = Decision(subject, ((subject, OPENER_IS_NAMED), (None, 1 - OPENER_IS_NAMED)))
            continue
        brought_in = person.first is named or (named.sort == "pronoun" and person.named_in >= 0)
        fresh = person.first.first > opener.last and brought_in and person.kind == "person" and track.first is opener
        apart = opener.gender and person.gender() and opener.gender != person.gender()
        apart = apart or _has_another_office(reading.words, opener, person)
        near = named.sentence - opener.sentence <= MAX_OPENING_SENTENCES
        if (
            opener.kind in ("person", "unknown")
            and reading.words.tokens[opener.head].lemma.casefold() not in ANONYMOUS
            and reading.words.tokens[opener.first].text.casefold() not in ("another", "one", "some")
            and not _speaks_for_another(reading, opener, person)
            and not opener.plural
            and (not opener.definite or _is_called_for_short(reading, opener, person))
            and fresh
            and near
            and not apart
        ):
            decisions[place] = Decision(person, ((person, OPENER_IS_NAMED), (None, 1 - OPENER_IS_NAMED)))
    return replace(reading, decisions=decisions)


def _is_called_for_short(reading: _Reading, opener: Mention, person: Track) -> bool:
    """Whether a person's title is the opener's, some of its words left out.

    "Minister Ana Ruiz" is so called of "the country's energy minister", not of "the prime minister".
    """
    if opener.sort != "description" or person.cluster is None:
        return False
    said, titled = phrase_words(reading.words, opener), title_words(reading.words, person.cluster)
    head = fold_word(reading.words.tokens[opener.head].text)
    return head in titled and titled <= said and not (said - titled) & (NOT_THE_SAME | {"prime", "first", "chief"})


def _told_of_next(reading: _Reading, place: int, following: int) -> Track | None:
    """Whom the text goes on to tell of by the full name between an opener and the next source, when the opener is just
    anybody: "A boy told a friend “I can’t see”. ¶ Bryn Ash had gone to the lake. ¶ His friend Rufus Crane said …".
    """
    words, opener = reading.words, reading.mentions[place]
    noun = fold_word(words.tokens[opener.head].text)
    if opener.definite or opener.plural or noun not in ANYBODY | {"schoolboy", "schoolgirl", "pupil", "student"}:
        return None
    for at in range(place + 1, following):
        mention, decision = reading.mentions[at], reading.decisions.get(at)
        track = decision.track if decision is not None else None
        if mention.sort != "name" or mention.first == mention.last or track is None or track.kind != "person":
            continue
        told = track.first is mention and words.tokens[words.phrase_head(mention.head)].deprel in SUBJECTS
        near = mention.sentence - opener.sentence <= MAX_OPENING_SENTENCES
        apart = opener.gender and track.gender() and opener.gender != track.gender()
        return track if told and near and not apart else None
    return None


def _speaks_for_another(reading: _Reading, opener: Mention, person: Track) -> bool:
    """Whether an opener is a spokesperson and the person named after it is not called one."""
    word = fold_word(reading.words.tokens[opener.head].text)
    titled = title_words(reading.words, person.cluster) if person.cluster is not None else frozenset[str]()
    return vocabulary.is_spokesperson(word) and not any(map(vocabulary.is_spokesperson, titled))


def _has_another_office(words: Words, opener: Mention, person: Track) -> bool:
    """Whether an office is said of an opener that is none of those of a person: "a coroner" is not the boy's mother."""
    head = fold_word(words.tokens[opener.head].text)
    offices = [word for word in person.nouns if vocabulary.is_role(word)]
    return vocabulary.is_role(head) and bool(offices) and not vocabulary.roles_agree(head, offices)


def _title_holders(reading: _Reading, place: int) -> tuple[Track, ...]:
    """The people named later whose title holds, or before whose name stand, the words of a description.

    None for a description of one word, or of several people.
    """
    mention, words = reading.mentions[place], reading.words
    wanted = phrase_words(words, mention)
    if mention.sort != "description" or mention.kind != "person" or mention.plural:
        return ()
    bare = len(wanted) == 1 and not mention.definite and all(map(vocabulary.is_role, wanted))  # "a coroner has found"
    if len(wanted) < 2 and not bare:
        return ()
    said = [word for word in re.findall(r"[\w’'-]+", mention.span.of(words.text).casefold()) if word not in ARTICLES]
    holders: dict[int, Track] = {}
    for later, decision in reading.decisions.items():
        name, track = reading.mentions[later], decision.track
        if track is None or track.cluster is None or track.kind != "person" or track.first.first <= mention.last:
            continue
        between = words.tokens[mention.last + 1 : track.first.first]
        if track.first.sentence == mention.sentence and all(token.upos != "VERB" for token in between):
            continue  # whom the phrase itself tells of: "a spokesman for Mayor Ana Ruiz"
        before = re.findall(r"[\w’'-]+", words.text[max(0, name.span.start - 80) : name.span.start].casefold())
        lead = before[-len(said) - 1 :] if before[-len(said) :] == said else ()
        titled = title_words(words, track.cluster).union(lead)
        if wanted <= titled and titled & NOT_THE_SAME <= wanted:
            holders[track.number] = track
    return tuple(holders.values())


def _principals(words: Words, mentions: Sequence[Mention], spans: Sequence[Span]) -> dict[Span, int]:
    """The mention each source comes down to, where it is one."""
    heads = {mention.head: place for place, mention in enumerate(mentions)}
    found = {}
    for span in spans:
        places = words.covered(span)
        place = _principal(words, mentions, heads, places) if places else None
        if place is not None:
            found[span] = place
    return found


def follow_mentions(
    words: Words,
    mentions: Sequence[Mention],
    naming: Naming,
    *,
    speaking: frozenset[int],
    passed_over: frozenset[int] = frozenset(),
    tables: Weights | None = None,
    decide: Decide | None = None,
) -> Mapping[int, Decision]:
    """What each mention stands for, by its position; one pass in text order.

    ``speaking`` are the positions of the mentions that are sources; those ``passed_over`` stand for nobody by
    themselves. ``decide`` takes the place of the model for pronouns and descriptions (training does that);
    ``tables`` of its weights.
    """
    memory = Memory(words)
    used = weights() if tables is None else tables
    decisions: dict[int, Decision] = {}
    for place, mention in enumerate(mentions):
        if place in passed_over or (mention.quoted >= 0 and mention.sort != "name" and place not in speaking):
            continue  # whom a speaker means by "he" tells nothing of who speaks
        speaks = place in speaking or holds_reporting_verb(words, mention.head)
        if (holder := _spelt_holder(memory, mention)) is not None:
            decision = Decision(holder, ((holder, TITLE_SPELT), (None, 1 - TITLE_SPELT)))
        elif mention.sort == "name":
            readings = naming.readings.get(place, ())
            _name_the_described(memory, mention, naming, readings)
            decision = _decide_name(memory, mention, naming, readings)
        elif decide is not None:
            decision = decide(place, mention, memory)
        elif place in speaking and (author := _known_author(memory, mention)) is not None:
            decision = Decision(author, ((author, AUTHOR_KNOWN), (None, 1 - AUTHOR_KNOWN)))
        elif place in speaking and (body := _only_body(memory, mention)) is not None:
            decision = Decision(body, ((body, ONLY_BODY), (None, 1 - ONLY_BODY)))
        else:
            decision = decide_by_weights(memory, mention, used, source=place in speaking)
        track = decision.track
        if track is None and mention.sort == "description":
            track = memory.open(mention, None)
            decision = Decision(track, decision.ranked)
        if track is not None:
            if place in speaking:
                track.documents.update(_documents(words, mention))
            memory.note(track, mention, speaks=speaks, source=place in speaking, sureness=_sureness(mention, decision))
            memory.join(mention)
        decisions[place] = decision
    return decisions


def _spelt_holder(memory: Memory, mention: Mention) -> Track | None:
    """The person lately met whose title the letters of a mention spell: "the IGP", "the AG"."""
    words = memory.words
    led = words.tokens[mention.first - 1 if mention.sort == "name" else mention.first].text.casefold() == "the"
    short = words.tokens[mention.head].text
    if not led or not short.isupper() or mention.last > max(mention.first, mention.head):
        return None
    titled = (
        track
        for track in reversed(memory.recent.values())
        if track.kind == "person" and track.cluster is not None
        and any(spells_part(short, title.of(words.text)) for title in track.cluster.titles)
    )  # fmt: skip
    return next(titled, None)


def _documents(words: Words, mention: Mention) -> set[str]:
    """What a source has published by its own words here: the report it "reported", the statement that is "its
    statement", the letter "in a letter, she wrote".
    """
    above = [*words.chain(mention.head)][:2]  # its verb, or what it owns and the verb of that
    found = {words.tokens[place].lemma.casefold() for place in above}
    within = (child for place in above[:1] for child in words.children[place])
    found.update(
        words.tokens[child].lemma.casefold()
        for child in within
        if words.tokens[child].deprel == "obl" and "in" in _cases(words, child)
    )
    return {lemma for lemma in found if vocabulary.is_document_noun(lemma)}


def _known_author(memory: Memory, mention: Mention) -> Track | None:
    """Whose "the report" is, when somebody quoted lately published one."""
    noun = memory.words.tokens[mention.head].lemma.casefold()
    last = memory.speaker
    if noun == "it" and last is not None and last.kind == "person" and last.documents and last.quoted_before:
        return last  # "the minister's statement said …. It said": no person is "it"
    if mention.kind != "document" or not mention.definite or mention.last - mention.first > 1:
        return None
    recent = reversed(memory.recent.values())
    return next((track for track in recent if noun in track.documents and track.quoted_before), None)


def _only_body(memory: Memory, mention: Mention) -> Track | None:
    """Who "the company" or "the club" is, when the text has named one body that can be it and no other.

    GUM, on which the weights are fitted, has hardly any business news: there "the company" is rather a new one.
    """
    noun = fold_word(memory.words.tokens[mention.head].text)
    bare = mention.sort == "description" and mention.definite and mention.last - mention.first == 1
    sorts = vocabulary.sorts_of_noun(noun)
    if not bare or mention.plural or not sorts & COMMON_SORTS:
        return None
    bodies = [track for track in memory.recent.values() if track.kind == "organisation" and track.cluster is not None]
    able = [
        track
        for track in bodies
        if track.cluster is not None
        and (not track.sorts or track.sorts & sorts)
        and not track.plural
        and not find_listed(track.cluster.name)
    ]
    called = [track for track in able if noun in track.nouns] or able  # "the mining company Harrow Gold"
    return called[0] if len(called) == 1 else None


def decide_by_weights(memory: Memory, mention: Mention, tables: Weights, *, source: bool) -> Decision:
    """The likeliest identity for a pronoun or description; none when "none" is likelier or two are as likely.

    The weights know mentions of any sort. A ``source`` is rather somebody quoted before than anybody else, and a
    pronoun that is one stands for somebody, never for a fact or the weather.
    """
    ranked = tuple(rank(memory, mention, tables))
    if _is_called_otherwise(memory, mention, ranked):
        return Decision(None, ranked)
    if source:
        ranked = _weigh_as_source(ranked, mention, memory)
    elif mention.gender in ("m", "f") and mention.sort == "pronoun":
        ranked = _reweighed(ranked, lambda track: _weight_inside(memory, mention, track))
    best, share = ranked[0]
    if best is None or share < MIN_PROBABILITY:
        return Decision(None, ranked)
    rivals = [other for track, other in ranked[1:] if track is not None and (track.cluster or track.quoted_before)]
    if share - max(rivals, default=0.0) < MIN_MARGIN:
        return Decision(None, ranked)
    return Decision(best, ranked)


def _is_another_sort(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a description is no usual word for somebody: "the company" is not the union."""
    sorts = _sorts_meant(memory, mention)
    unshown = track.cluster is not None and not track.sorts and track.kind == "organisation"
    if sorts and unshown and not sorts & (COMMON_SORTS | {"agency"}):
        return True  # names of armies, courts and ministries show that they are
    return (bool(sorts and track.sorts) and not sorts & track.sorts) or _is_another_role(memory, mention, track)


def _is_another_role(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a person with one title is called by another: "the striker" is not the coach."""
    head = fold_word(memory.words.tokens[mention.head].text)
    if mention.sort != "description" or mention.kind != "person" or not vocabulary.is_role(head):
        return False
    known = [noun for noun in track.nouns if vocabulary.is_role(noun)]
    return bool(known) and not vocabulary.roles_agree(head, known)


def _is_anothers_title(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a title is said without what makes it another's: "the mayor" is not the deputy mayor."""
    if mention.sort != "description" or mention.kind != "person":
        return False
    said = phrase_words(memory.words, mention)
    return fold_word(memory.words.tokens[mention.head].text) in track.nouns and bool(NOT_THE_SAME & track.nouns - said)


def _is_named_sort(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a description is a usual word for a body named in this sentence or the one before."""
    named = track.cluster is not None and track.last.sentence >= mention.sentence - 1
    return named and bool(_sorts_meant(memory, mention) & track.sorts)


def _sorts_meant(memory: Memory, mention: Mention) -> frozenset[str]:
    """The sorts of body that a description can stand for; none for other mentions."""
    if mention.sort != "description":
        return frozenset()
    return vocabulary.sorts_of_noun(fold_word(memory.words.tokens[mention.head].text))


def _is_called_otherwise(memory: Memory, mention: Mention, ranked: Ranked) -> bool:
    """Whether a description is a proper noun ("the Kremlin") that none of the candidates has been called by."""
    head = memory.words.tokens[mention.head]
    word = fold_word(head.text)
    if mention.sort != "description" or head.upos != "PROPN" or vocabulary.is_role_word(word):
        return False
    if vocabulary.person_noun(word) is not None or mention.kind == "person":
        return False  # "the Republican", "the Swede"
    return not any(track is not None and word in track.nouns for track, _ in ranked)


def _sureness(mention: Mention, decision: Decision) -> float:
    """How much the gender of a mention says of its identity: all for a name or a new description, else its
    probability.
    """
    if mention.sort == "name":
        return 2.0
    share = next((share for track, share in decision.ranked if track is decision.track), None)
    return 2.0 if share is None else share


def _is_introduced(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether the sentence before is about an identity that the paragraph names: "Wilk was blunter. “…,” he said."""
    last, words = track.last, memory.words
    near = mention.sentence - 1 <= last.sentence <= mention.sentence
    here = near and track.named_in == words.paragraph_of[mention.sentence]
    return not last.reported and (here or _is_just_named(memory, mention, track))


def _is_just_named(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether the narrator's sentence before brings somebody in by name and is about them: "Lena Wilk runs the mill. ¶
    “…,” she said", "Among them was Lena Wilk."
    """
    name, words = track.named or _first_described(track), memory.words
    if name is None or track.kind != "person" or track.quoted_before:
        return False
    if name.sentence != memory.narrated and not _goes_on_about(memory, track):
        return False
    if mention.plural is None:
        return False  # "they"
    here = words.paragraph_of[track.first.sentence] == words.paragraph_of[name.sentence]
    fresh = here or name.first < name.last  # the full name is given where somebody is brought in
    paragraphs = words.paragraph_of[mention.sentence] - words.paragraph_of[name.sentence]
    if not fresh or paragraphs > 1 or _is_subordinate(words, name.head):
        return False
    opening = words.tokens[words.first_of[name.sentence]].text.casefold()
    topic = track.paragraph == words.paragraph_of[name.sentence]
    head = _called(words, name.head)
    if topic or opening in BRINGS_IN or words.tokens[head].deprel in SUBJECTS:
        return True
    return _follows_its_verb(words, head) or _is_without_a_verb(words, name.sentence)


def _is_told_of(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether the paragraph before a pronoun is about somebody whom it opens with: "Wilk has taught for ten years. ¶
    “…,” she said." Who spoke last is as likely.
    """
    name, words = track.named, memory.words
    if name is None or mention.plural is None or mention.sort != "pronoun" or name.reported:
        return False
    here = words.paragraph_of[name.sentence]
    opens = track.paragraph == here == words.paragraph_of[mention.sentence] - 1
    about = (
        track.last.sentence == memory.narrated and words.tokens[words.phrase_head(track.last.head)].deprel in SUBJECTS
    )
    return opens and about and not track.last.reported and not _is_subordinate(words, name.head)


def _first_described(track: Track) -> Mention | None:
    """Where somebody unnamed is brought in: "an old man was sweeping the steps"."""
    first = track.first
    fresh = track.cluster is None and first.sort == "description" and not first.definite and first.plural is False
    return first if fresh else None


def _called(words: Words, name: int) -> int:
    """The head of the phrase that a name is part of, "boy" in "a boy called Oleh" too."""
    participle = words.heads[name]
    named = participle >= 0 and words.tokens[participle].deprel == "acl"
    if named and words.tokens[participle].lemma.casefold() in CALLED:
        return words.phrase_head(words.heads[participle])
    return words.phrase_head(name)


def _goes_on_about(memory: Memory, track: Track) -> bool:
    """Whether the last narrated sentence goes on, in the same paragraph, about whom the one before it brought in."""
    last, name, words = track.last, track.named or _first_described(track), memory.words
    if name is None or last.sentence != memory.narrated or name.sentence != last.sentence - 1:
        return False
    here = words.paragraph_of[last.sentence] == words.paragraph_of[name.sentence]
    return here and words.tokens[words.phrase_head(last.head)].deprel in SUBJECTS


def _follows_its_verb(words: Words, place: int) -> bool:
    """Whether a phrase stands behind a verb that has no subject before it: "In a tent sat Lena Wilk"."""
    verb = words.heads[place]
    if not 0 <= verb < place or words.tokens[verb].upos != "VERB" or words.tokens[place].deprel not in ("obj", "nsubj"):
        return False
    return not any(words.tokens[child].deprel in SUBJECTS for child in words.children[verb] if child < place)


def _is_without_a_verb(words: Words, sentence: int) -> bool:
    """Whether a sentence only names things: "An email from Lena in Oslo." """
    places = range(words.first_of[sentence], words.first_of[sentence + 1])
    return all(words.tokens[place].upos not in ("VERB", "AUX") for place in places)


def _is_subordinate(words: Words, place: int) -> bool:
    """Whether a word stands in a clause below the sentence's main one; not in "a boy called Oleh"."""
    return any(
        words.tokens[at].deprel.split(":")[0] in ("advcl", "acl", "ccomp")
        and words.tokens[at].lemma.casefold() not in CALLED
        for at in (place, *words.chain(place))
    )


def _last_speaker(memory: Memory, mention: Mention, ranked: Ranked) -> Track | None:
    """Who spoke last; where a mention cannot be them ("it" no person), who of those it can be did a paragraph ago."""
    able = {id(track): track for track, _ in ranked if track is not None and track.spoke >= 0}
    if memory.speaker is None or id(memory.speaker) in able or not able:
        return memory.speaker
    words, last = memory.words, max(able.values(), key=lambda track: track.spoke)
    paragraphs = words.paragraph_of[mention.sentence] - words.paragraph_of[words.sentence_of[last.spoke]]
    return last if paragraphs <= 1 else None


def _is_spoken_of(mention: Mention, track: Track) -> bool:
    """Whether the source's own words name somebody: nobody calls themselves so ("Kern lied, he said")."""
    named = track.named
    return named is not None and named.reported and named.sentence == mention.sentence and mention.quoted < 0


def _is_of_the_family(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a description is of somebody by whose kin they are ("their father") and no one has called this one so."""
    words, head = memory.words, fold_word(memory.words.tokens[mention.head].text)
    owned = any(words.tokens[child].deprel == "nmod:poss" for child in words.children[mention.head])
    return mention.sort == "description" and owned and vocabulary.is_kin(head) and head not in track.nouns


def _is_a_newcomer(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether a description is of nobody met before: one of several or of a thing is no single person, an office with
    more new words ("the harbour police chief") is not that of "an official", nor "the weather office" "her office".
    """
    words, head = memory.words, fold_word(memory.words.tokens[mention.head].text)
    if mention.sort != "description":
        return False
    if mention.kind == track.kind == "organisation" and track.cluster is None:
        nouns = (at for at in range(mention.first, mention.last + 1) if words.tokens[at].upos in ("NOUN", "PROPN"))
        return any(fold_word(words.tokens[at].text) not in track.nouns for at in nouns if at < mention.head)
    if head in track.nouns:
        return False
    several = mention.plural if track.kind == "person" else track.plural and mention.kind == "person"
    thing = track.kind == "person" and mention.kind not in ("person", "group")
    unnamed = track.cluster is None and track.kind == "person" and vocabulary.is_role(head)
    described = len(phrase_words(words, mention) - track.nouns) > 1
    return bool(several and not track.parts) or thing or (unnamed and described)


def _is_anybody_else(memory: Memory, mention: Mention, track: Track, titled: Sequence[Track]) -> bool:
    """Whether a description of a person is rather of somebody else: another has been called just that, or it is whose
    somebody is ("his lawyer") and no such word has been said of this one.
    """
    if mention.sort != "description":
        return False
    words = memory.words
    owned = any(words.tokens[child].deprel == "nmod:poss" for child in words.children[mention.head])
    called = fold_word(words.tokens[mention.head].text) in track.nouns
    return (bool(titled) and track not in titled) or (owned and not called)


def _so_titled(memory: Memory, mention: Mention, ranked: Ranked) -> tuple[Track, ...]:
    """The identities that have been called all that a description says ("the education minister")."""
    said = phrase_words(memory.words, mention) if mention.sort == "description" else set()
    return tuple(track for track, _ in ranked if track is not None and said and said <= track.nouns)


def _weigh_as_source(ranked: Ranked, mention: Mention, memory: Memory) -> Ranked:
    """``ranked`` with more for those quoted before, who spoke last most of all, and less for "none"; the sum is one
    again.
    """
    none = NONE_AS_SOURCE if mention.sort == "pronoun" else NONE_AS_DEFINITE if mention.definite else 1.0

    introduced = any(track is not None and _is_introduced(memory, mention, track) for track, _ in ranked)

    titled = _so_titled(memory, mention, ranked)

    spoke = _last_speaker(memory, mention, ranked)

    def factor(track: Track | None) -> float:
        if track is None:
            return none
        if _is_spoken_of(mention, track) or _is_anothers_title(memory, mention, track):
            return SPOKEN_OF
        if _is_of_the_family(memory, mention, track) or _is_a_newcomer(memory, mention, track):
            return SPOKEN_OF
        if mention.sort == "pronoun" and mention.quoted < 0 and _is_introduced(memory, mention, track):
            speaks = SPOKE_LAST if track is spoke else 1.0
            fresh = BROUGHT_IN if _is_just_named(memory, mention, track) else 1.0
            return QUOTED_BEFORE * SPOKE_LAST * speaks * fresh
        if mention.quoted < 0 and _is_told_of(memory, mention, track):
            return QUOTED_BEFORE * SPOKE_LAST
        if not mention.definite or mention.quoted >= 0:
            return 1.0
        if mention.plural is None and track.kind == "place" and not track.quoted_before:
            return SPOKEN_OF  # "Mill Street, which they say": of those who live there
        if mention.plural is None and track.kind == "person" and not track.parts:
            return 1.0  # "they" is rather several
        if mention.kind == "person" and not track.quoted_before and _is_introduced(memory, mention, track):
            other = _is_another_sort(memory, mention, track) or _is_anybody_else(memory, mention, track, titled)
            fresh = BROUGHT_IN if _is_just_named(memory, mention, track) else 1.0
            return 1.0 if other else QUOTED_BEFORE * DESCRIBED_AGAIN * fresh
        if _is_anybody_else(memory, mention, track, titled):
            return 1.0
        if not track.quoted_before:
            return SORT_NAMED_NEAR if _is_named_sort(memory, mention, track) else 1.0
        if _is_another_sort(memory, mention, track):
            return 1.0
        if introduced:
            return QUOTED_BEFORE
        last = SPOKE_LAST if mention.sort == "pronoun" else DESCRIBED_AGAIN
        return QUOTED_BEFORE * (last if track is spoke else 1.0)

    return _reweighed(ranked, factor)


def _reweighed(ranked: Ranked, factor: Callable[[Track | None], float]) -> Ranked:
    """``ranked`` with each share multiplied; the sum is one again."""
    shares = [(track, share * factor(track)) for track, share in ranked]
    whole = sum(share for _, share in shares)
    return tuple(sorted(((track, share / whole) for track, share in shares), key=lambda pair: -pair[1]))


def _weight_inside(memory: Memory, mention: Mention, track: Track | None) -> float:
    """What the share of an identity is multiplied by for "he" or "she" that is no source."""
    if track is None:
        return NONE_AS_SOURCE
    return OF_THEMSELVES if mention.reported and _says_it(memory, mention, track) else 1.0


def _says_it(memory: Memory, mention: Mention, track: Track) -> bool:
    """Whether somebody is the subject of the verb that reports the clause a pronoun stands in."""
    words = memory.words
    if track.spoke < 0 or words.sentence_of[track.spoke] != mention.sentence:
        return False
    verb = words.heads[words.phrase_head(track.spoke)]
    return verb >= 0 and verb in words.chain(mention.head)


def _decide_name(memory: Memory, mention: Mention, naming: Naming, readings: Sequence[int]) -> Decision:
    """The cluster a name stands for; of several, the one its titles, gender and nearness speak for."""
    if not readings:
        return Decision(None, ())
    if (bearer := _born_so(memory, mention, naming, readings)) is not None:
        return Decision(bearer, ())
    if len(readings) == 1:
        return Decision(_track(memory, mention, naming, readings[0]), ())
    before = _words_before(memory.words, mention)

    def fitness(number: int) -> tuple[float, float, float, float]:
        cluster, track = naming.clusters[number], memory.by_cluster.get(number)
        titles = {fold_word(word) for title in cluster.titles for word in title.of(memory.words.text).split()}
        gender = float(bool(mention.gender) and mention.gender == cluster.gender)
        goes_on = track is not None and track is memory.speaker and mention.sentence - track.last.sentence <= 1
        return len(before & titles), gender, float(goes_on), _presence(track, mention)

    ordered = sorted(readings, key=fitness, reverse=True)
    lead = fitness(ordered[0])[:2] > fitness(ordered[1])[:2]
    share = 0.9 if lead else 0.6
    tracks = [_track(memory, mention, naming, number) for number in ordered]
    rest = (1 - share) / (len(tracks) - 1)
    return Decision(tracks[0], tuple((track, share if track is tracks[0] else rest) for track in tracks))


def _born_so(memory: Memory, mention: Mention, naming: Naming, readings: Sequence[int]) -> Track | None:
    """Whom the text has opened with, where a name is what they were born with: "Agnes Marie Holm was born in Oslo"."""
    words, verb = memory.words, memory.words.heads[mention.head]
    born = verb >= 0 and words.tokens[verb].lemma == "bear" and words.tokens[mention.head].deprel == "nsubj:pass"
    if not born or any(number in memory.by_cluster for number in readings):
        return None
    given = naming.clusters[readings[0]].words[0]
    bearers = [
        track
        for track in memory.by_cluster.values()
        if track.kind == "person" and track.cluster is not None and track.cluster.words[0] == given
    ]
    first = bearers[0].first.sentence <= LAST_OPENING_SENTENCE if len(bearers) == 1 else False
    return bearers[0] if first else None


def _name_the_described(memory: Memory, mention: Mention, naming: Naming, readings: Sequence[int]) -> None:
    """Give an identity that was only described so far the name that a sentence says it has: "The woman at the till is
    Mrs Lind", "His name is Piet Vos".
    """
    words, fresh = memory.words, len(readings) == 1 and readings[0] not in memory.by_cluster
    children = words.children[mention.head]
    if not fresh or mention.kind not in ("person", "unknown") or mention.reported:
        return
    denied = any(words.tokens[child].lemma in ("not", "never") for child in children)
    if denied or not any(words.tokens[child].deprel == "cop" for child in children):
        return
    subject = next((child for child in children if words.tokens[child].deprel in SUBJECTS), -1)
    if subject >= 0 and words.tokens[subject].lemma.casefold() == "name":
        subject = next((at for at in words.children[subject] if words.tokens[at].deprel == "nmod:poss"), -1)
    track = memory.at.get(subject)
    if track is not None and track.cluster is None and track.kind in ("person", "unknown") and not track.plural:
        track.cluster, track.kind = naming.clusters[readings[0]], "person"
        memory.by_cluster[readings[0]] = track


def _presence(track: Track | None, mention: Mention) -> float:
    """How present an identity is to the reader: often mentioned, and lately. The article's main Smith stays "Smith"."""
    if track is None:
        return 0.0
    return log1p(track.count) + 1.0 / (1 + mention.sentence - track.last.sentence)


def _words_before(words: Words, mention: Mention) -> set[str]:
    """Folded words of the title right before a name."""
    found = set()
    for place in range(mention.first - 1, max(mention.first - 5, words.first_of[mention.sentence]) - 1, -1):
        word = fold_word(words.tokens[place].text)
        if not (vocabulary.is_role_word(word) or vocabulary.is_honorific(word) or vocabulary.is_role(word)):
            break
        found.add(word)
    return found


def _track(memory: Memory, mention: Mention, naming: Naming, number: int) -> Track:
    return memory.by_cluster.get(number) or memory.open(mention, naming.clusters[number])


def _find(reading: _Reading, span: Span) -> _Found:
    """Who the source written at ``span`` is."""
    words = reading.words
    places = words.covered(span)
    text = tidy(span.of(words.text))
    if not places:
        return _described(text, "unnamed", None, 0.3)
    pair = _named_together(reading, span)
    if len(pair) > 1:
        return _joined(reading, pair)
    place = reading.principals.get(span)
    if place is None:
        return _unknown(words, places, text)
    return _from_decision(reading, place, text)


def join_names(names: Iterable[str]) -> str:
    """The names of several as one: "Ana, Luka and Ivo"."""
    *before, last = names
    return ", ".join(before) + " and " + last if before else last


def _named_together(reading: _Reading, span: Span) -> tuple[int, ...]:
    """The names of a source that is several joined by "and"; empty or one otherwise."""
    words = reading.words
    inside = [place for place in _mentions_in(reading, span) if reading.mentions[place].sort == "name"]
    head = words.head_of(words.covered(span))
    first = [place for place in inside if reading.mentions[place].first <= head <= reading.mentions[place].last]
    if not first:
        return ()
    own = {head, reading.mentions[first[0]].head}
    others = [
        place for place in inside if place != first[0] and _is_joined_to(words, reading.mentions[place].head, own)
    ]
    return (first[0], *others)


def _is_joined_to(words: Words, place: int, own: Collection[int]) -> bool:
    """Whether a name is joined to one of the words ``own``, itself or by what it explains: "Ana Ruiz, the mayor, and
    her deputy, Luka Babic".
    """
    joined = 0
    for above in words.chain(place):
        link = words.tokens[place].deprel
        if link not in ("conj", "appos"):
            return False
        joined += link == "conj"
        if above in own:
            return joined == 1
        place = above
    return False


def _mentions_in(reading: _Reading, span: Span) -> list[int]:
    """The positions of the mentions that lie in ``span``."""
    return [place for place, mention in _window(reading.mentions, span) if span.contains(mention.span)]


def _window(mentions: Sequence[Mention], span: Span) -> list[tuple[int, Mention]]:
    """The mentions that start in ``span``, with their positions; found by bisection, as mentions are in text order."""
    low, high = 0, len(mentions)
    while low < high:
        middle = (low + high) // 2
        if mentions[middle].span.start < span.start:
            low = middle + 1
        else:
            high = middle
    found = []
    while low < len(mentions) and mentions[low].span.start < span.end:
        found.append((low, mentions[low]))
        low += 1
    return found


def _joined(reading: _Reading, places: Sequence[int]) -> _Found:
    parts = [_from_decision(reading, place, "") for place in places]
    names = [part.name or "" for part in parts]
    name = join_names(names)
    kind: SpeakerKind = "organisation" if parts[0].kind == "organisation" else "group"
    score = min(part.score for part in parts)
    return _Found(("joined", name), name, kind, None, "named", score, (Candidate(name, score),))


def _before_a_clause(words: Words, places: range) -> range:
    """The part of a source before a comma and a relative clause ("Mayor Ana Ruiz, whose town was lost,")."""
    for place in places[1:-1]:
        if words.tokens[place].text == "," and words.tokens[place + 1].text.casefold() in RELATIVES:
            return range(places[0], place)
    return places


def _behind_a_short_form(words: Words, places: range) -> range:
    """The part of a source behind a short form or a note of one word in brackets: "Ana Ruiz" of "port director (PD) Ana
    Ruiz", "Chief Luc Moreau" of "the Bureau of Ports (BP) Chief Luc Moreau".
    """
    closing = [p for p in places[3:-1] if words.tokens[p].text == ")" and words.tokens[p - 2].text == "("]
    return range(closing[-1] + 1, places[-1] + 1) if closing else places


def _name_at_the_end(words: Words, mentions: Sequence[Mention], names: Sequence[int], places: range) -> int | None:
    """The name that ends a source of nominals alone ("Mariupol Mayor Vadym Boychenko"), whatever the parse makes
    its head.
    """
    places = _before_a_clause(words, places)
    behind = _behind_a_short_form(words, places)
    if any(words.tokens[place].upos not in NOMINAL for place in behind):
        return None
    final = [place for place in names if mentions[place].last == places[-1]]
    people = [place for place in final if mentions[place].kind == "person"]
    if behind != places:
        final = []  # "the Port Workers Union (PWU) strike"
    return max(people or final, key=lambda place: mentions[place].last - mentions[place].first, default=None)


def _titled_behind_a_body(words: Words, mentions: Sequence[Mention], names: Sequence[int], places: range) -> int | None:
    """Who is named by a title that holds the name of a body, as "University of Delft geologist Dr Ana Ruiz" or "a law
    professor at the University of Delft Ana Ruiz".
    """
    for body, place in pairwise(names):
        if mentions[body].kind == "person" or mentions[place].kind != "person":
            continue
        before = range(places[0], mentions[body].first)
        lead = range(mentions[body].last + 1, mentions[place].first)
        opens = all(words.tokens[at].upos == "DET" for at in before)
        joined = all(words.tokens[at].upos in ("NOUN", "PROPN", "ADJ") for at in lead)
        if opens and joined and any(_is_title_word(words, at) for at in lead):
            return place
        ends = all(words.tokens[at].upos == "PUNCT" for at in range(mentions[place].last + 1, places[-1] + 1))
        anothers = bool(before) and words.tokens[before[-1]].text.casefold() in BEHALF
        if not lead and ends and not anothers and any(_is_title_word(words, at) for at in before):
            return place
    return None


def _is_whom_it_is_for(words: Words, mention: Mention, places: range) -> bool:
    """Whether a name with its title is whom somebody else speaks for: "a spokesman for Transport Minister Ana Ruiz"."""
    at = mention.first - 1
    if at <= places[0] or not _is_title_word(words, at):
        return False
    while at > places[0] and words.tokens[at].upos in ("NOUN", "PROPN", "ADJ"):
        at -= 1
    return at > places[0] and words.tokens[at].text.casefold() in BEHALF


def _is_title_word(words: Words, place: int) -> bool:
    word = fold_word(words.tokens[place].text)
    return vocabulary.is_role(word) or vocabulary.is_honorific(word)


def _principal(words: Words, mentions: Sequence[Mention], heads: Mapping[int, int], places: range) -> int | None:
    """The mention that a source comes down to: the name in it, or the noun or pronoun that heads it."""
    head = words.head_of(places)
    span = words.span(places[0], places[-1])
    names = [
        place
        for place, mention in _window(mentions, span)
        if mention.sort == "name"
        and mention.last <= places[-1]
        and not _owns_the_rest(words, mention, places)
        and not _is_an_instance(words, mention, places)
    ]
    last = _name_at_the_end(words, mentions, names, places)
    if last is None:
        last = _titled_behind_a_body(words, mentions, names, places)
    if last is not None:
        return last
    if noun_meaning(words.tokens[head])[0] == "person":
        names.sort(key=lambda place: mentions[place].kind != "person")  # "The commissioner (DCP), Ana Ruiz,"
    for place in names:
        mention = mentions[place]
        beside = _is_beside(words, mention.head, head) and not _is_whom_it_is_for(words, mention, places)
        if mention.first <= head <= mention.last or beside:
            return place
    people = [place for place in names if mentions[place].kind in ("person", "unknown")]
    placed = next((place for place in people if _stands_for(words, mentions[place], places)), None)
    if placed is not None:
        return placed
    outlet = next((place for place in names if _is_outlets(words, mentions[place], head)), None)
    if outlet is not None:
        return outlet
    author = _author(words, mentions, heads, head)
    if author is not None:
        return author
    if head in heads:
        return None if _owns_the_rest(words, mentions[heads[head]], places) else heads[head]
    return next(iter(people or names), None)


def _owns_the_rest(words: Words, mention: Mention, places: range) -> bool:
    """Whether a name is a possessor in a source that goes on ("Ana Ruiz's deputy"): it is not who speaks."""
    return mention.sort == "name" and mention.last + 1 < places[-1] and words.tokens[mention.last + 1].xpos == "POS"


def _is_an_instance(words: Words, mention: Mention, places: range) -> bool:
    """Whether a name is only one of those who speak ("members, particularly the mayor, Ana Ruiz")."""
    before = range(places[0] + 1, mention.first)
    return any(fold_word(words.tokens[place].text) in ILLUSTRATING for place in before)


def _stands_for(words: Words, mention: Mention, places: range) -> bool:
    """True when the order of the words shows that a person's name is what a source comes down to, whatever the tree
    says.

    It opens the source ("Ana Ruiz of the port office"), ends its first part ("port office spokeswoman Ana Ruiz") or
    is its last part by itself ("the head of the port office, Ana Ruiz").
    """
    first, last = places[0], places[-1]
    while first < mention.first and _is_form_of_address(words, first):
        first += 1
    while last > mention.last and words.tokens[last].upos == "PUNCT":
        last -= 1
    opener = mention.first - 1
    while opener > first and words.tokens[opener].text != "," and _is_form_of_address(words, opener):
        opener -= 1  # the full stop of "Adv." too, which may end a sentence
    before = words.tokens[opener] if mention.first > first else None
    after = words.tokens[mention.last + 1] if mention.last < last else None
    closes = after is None or after.upos in ("PUNCT", "PRON", "ADP", "SCONJ")
    if before is None:
        return closes
    parted = any(words.tokens[place].upos == "PUNCT" for place in range(first, opener + 1))
    if parted:
        relative = words.tokens[mention.last + 2 : mention.last + 3]
        goes_on = after is not None and after.text == "," and relative and relative[0].lemma.lower() in RELATIVES
        return before.text == "," and (after is None or bool(goes_on))
    if _is_titled_behind_a_preposition(words, mention, first):
        return False
    return (after is None or after.upos in ("PUNCT", "PRON")) and before.upos in ("NOUN", "PROPN", "ADJ")


def _is_titled_behind_a_preposition(words: Words, mention: Mention, first: int) -> bool:
    """Whether a name and its title hang together on a preposition: somebody else speaks ("a spokesman for Mayor Ana
    Ruiz"), unlike behind a body ("the head of the port office Ana Ruiz").
    """
    opener = next((p for p in range(mention.first - 1, first, -1) if words.tokens[p].upos == "ADP"), None)
    if opener is None:
        return False
    title = fold_word(words.tokens[mention.first - 1].text)
    if _is_title_word(words, mention.first - 1):
        return True
    bare = all(words.tokens[p].upos not in ("DET", "PRON") for p in range(opener + 1, mention.first))
    return bare and not vocabulary.is_organisation_noun(title)


def _is_form_of_address(words: Words, place: int) -> bool:
    return words.tokens[place].upos in ("DET", "PUNCT") or vocabulary.is_honorific(fold_word(words.tokens[place].text))


def _is_outlets(words: Words, name: Mention, head: int) -> bool:
    """Whether the noun at ``head`` says what sort of outlet the name right before it is: "the Zorya news agency"."""
    between = [words.tokens[place].text.casefold() for place in range(name.last + 1, head)]
    return name.last < head and all(word in ("news", "press") for word in between) and _is_medium(words, head)


def _is_medium(words: Words, place: int) -> bool:
    return fold_word(words.tokens[place].text) in vocabulary.MEDIA_NOUNS


def _is_beside(words: Words, name: int, head: int) -> bool:
    """True when a name is tied to the head noun as its apposition or as the name after a title."""
    for above in words.chain(name):
        if words.tokens[name].deprel.split(":")[0] not in ("flat", "appos", "compound"):
            return False
        if above == head:
            noun = words.tokens[head]
            after = name > head or words.tokens[name].deprel == "appos"
            return after and (noun.upos in ("NOUN", "PROPN", "ADJ"))
        name = above
    return False


def _author(words: Words, mentions: Sequence[Mention], heads: Mapping[int, int], head: int) -> int | None:
    """Whose document a source is ("data from the bureau", "the ministry's letter"), when the text says; who got hold of
    it is not.
    """
    if noun_meaning(words.tokens[head])[0] != "document":
        return None
    noun = words.tokens[head].lemma.casefold()
    level = [head]
    for _ in range(MAX_AUTHOR_STEPS):
        level = [child for place in level for child in words.children[place]]
        owners = [child for child in level if _belongs_to(words, head, child)]
        for child in owners:
            kind = mentions[heads[child]].kind if child in heads else None
            about = kind == "person" and "of" in _cases(words, child) and noun not in OF_ITS_AUTHOR
            if kind in ("organisation", "person") and not about:
                return heads[child]
        level = [*owners, *(child for child in level if words.tokens[child].deprel.split(":")[0] == "acl")]
    return None


def _belongs_to(words: Words, head: int, child: int) -> bool:
    """Whether a word is tied to a document as whose it is: a possessor, or "from", "by" or "of" it."""
    link = words.tokens[child].deprel
    got = {words.tokens[place].lemma.casefold() for place in range(head + 1, child)} & GOT
    tied = link.split(":")[0] in ("nmod", "obl") and bool(_cases(words, child) & {"from", "by", "of"})
    return link == "nmod:poss" or (tied and not got)


def _cases(words: Words, place: int) -> set[str]:
    """The prepositions of a word."""
    return {
        words.tokens[child].text.casefold() for child in words.children[place] if words.tokens[child].deprel == "case"
    }


def _unknown(words: Words, places: range, text: str) -> _Found:
    """A source that is no mention of ours: first and second person, or a noun no list knows."""
    head = words.tokens[words.head_of(places)]
    word = head.text.casefold()
    if word in RELATIVES:
        return _Found(("mention", str(places[0])), None, "unnamed", None, "pronoun", 0.3, ())
    if word in FIRST_OR_SECOND:
        kind: SpeakerKind = "group" if word in ("we", "us", "our", "ours") else "unnamed"
        return _Found(("said by", text.casefold()), text, kind, None, "pronoun", 0.9, (Candidate(text, 0.9),))
    plural = head.xpos in ("NNS", "NNPS")
    return _described(text, "group" if plural else "unnamed", None, 0.5)


def _described(text: str, kind: SpeakerKind, track: Track | None, score: float) -> _Found:
    name = text or None
    candidates = (Candidate(name, score),) if name else ()
    return _Found(("text", text.casefold()), name, kind, track, "description", score, candidates)


def _from_decision(reading: _Reading, place: int, text: str) -> _Found:
    """The speaker that the decision on the mention at ``place`` gives; ``text`` are the words of the source."""
    mention, decision = reading.mentions[place], reading.decisions[place]
    track = decision.track
    basis: SpeakerBasis = "named" if mention.sort == "name" else mention.sort
    shown = _shown(reading, decision)
    if track is None:
        kind: SpeakerKind = (
            "person" if mention.gender in ("m", "f") else "organisation" if mention.gender == "n" else "group"
        )
        spare = 1.0 - (shown[0].score if shown else 0.0)
        return _Found(("mention", str(mention.span.start)), None, kind, None, basis, spare, shown)
    share = {id(other): share for other, share in decision.ranked}.get(id(track))
    if track.cluster is None and track.first == mention:
        none = {id(other): share for other, share in decision.ranked}.get(id(None), 1.0)
        return _described_track(reading, track, mention, text, none)
    name, kind = _name_of(reading, track)
    score = SURE_NAME if share is None else share
    key = ("joined", name) if track.parts else ("track", str(track.number))
    return _Found(key, name, kind, track, basis, score, shown or (Candidate(name, score),))


def _described_track(reading: _Reading, track: Track, mention: Mention, text: str, score: float) -> _Found:
    """A description met here for the first time: the speaker is known by these words."""
    name, kind = _name_of(reading, track)
    shown = RELATIVE_CLAUSE.sub("", text) if mention.sort == "description" and text else name
    return _Found(("track", str(track.number)), shown, kind, track, "description", score, (Candidate(shown, score),))


def _name_of(reading: _Reading, track: Track) -> tuple[str, SpeakerKind]:
    """The fullest name of an identity, or the words it was first described by, and what it is."""
    if track.parts:
        return join_names(_name_of(reading, part)[0] for part in track.parts), "group"
    if track.cluster is None:
        described = RELATIVE_CLAUSE.sub("", tidy(track.first.span.of(reading.words.text)))
        return described, _kind_of_description(track)
    name = track.cluster.name
    if track.cluster.kind in ("organisation", "place"):
        return name, "organisation"
    if track.cluster.kind == "unknown" and not track.gender() and (name.isupper() or len(name.split()) > 4):
        return name, "organisation"
    return name, "person"


def _kind_of_description(track: Track) -> SpeakerKind:
    if track.kind == "person":
        return "unnamed"
    if track.kind == "group":
        return "group"
    if track.kind == "document":
        return "document"
    if track.kind in ("organisation", "place"):
        return "group" if track.plural and not track.first.definite else "organisation"
    return "group" if track.plural else "unnamed"


def _shown(reading: _Reading, decision: Decision) -> tuple[Candidate, ...]:
    """The likeliest candidates by name."""
    named = [(track, share) for track, share in decision.ranked if track is not None]
    return tuple(Candidate(_name_of(reading, track)[0], share) for track, share in named[:MAX_CANDIDATES_SHOWN])


def _carry(previous: _Found | None, attribution: Attribution) -> _Found | None:
    """The speaker of an earlier quote, for one with no source of its own."""
    if previous is None:
        return None
    basis: SpeakerBasis = "implied" if "implied" in attribution.rule else "continuation"
    score = previous.score * attribution.score
    return _Found(previous.key, previous.name, previous.kind, previous.track, basis, score, previous.candidates)


def _as_speakers(
    reading: _Reading, found: Sequence[_Found | None], attributions: Sequence[Attribution]
) -> tuple[Speaker | None, ...]:
    """Number the people in order of first quote and give each quote its speaker."""
    mentions: dict[tuple[str, ...], set[Span]] = {}
    firsts: dict[tuple[str, ...], _Found] = {}
    for each, attribution in zip(found, attributions, strict=True):
        if each is not None:
            firsts.setdefault(each.key, each)
            spans = mentions.setdefault(each.key, set())
            if attribution.mention is not None:
                spans.add(attribution.mention)
    by_track = {int(key[1]): spans for key, spans in mentions.items() if key[0] == "track"}
    for place, decision in reading.decisions.items():
        if decision.track is not None and decision.track.number in by_track and reading.mentions[place].sort == "name":
            by_track[decision.track.number].add(reading.mentions[place].span)
    people = {
        key: _person(reading, f"s{number}", each, mentions[key])
        for number, (key, each) in enumerate(firsts.items(), start=1)
    }
    return tuple(
        None
        if each is None
        else Speaker(people[each.key], attribution.mention, each.basis, min(1.0, each.score), each.candidates)
        for each, attribution in zip(found, attributions, strict=True)
    )


def _person(reading: _Reading, number: str, found: _Found, spans: set[Span]) -> Person:
    title = None
    if found.track is not None and found.track.cluster is not None and found.kind == "person":
        spans_of = (*found.track.cluster.titles, *_titles_by_description(reading, found.track))
        titles = (OWNER.sub("", tidy(span.of(reading.words.text))) for span in spans_of)
        title = next(filter(names_an_office, titles), None)
    return Person(number, found.name, found.kind, title, tuple(sorted(spans)))


def _titles_by_description(reading: _Reading, track: Track) -> Iterator[Span]:
    """The roles in definite descriptions that surely stand for somebody ("the former governor said")."""
    for place in reading.described.get(track.number, ()):
        mention, decision = reading.mentions[place], reading.decisions[place]
        share = next((share for other, share in decision.ranked if other is track), 0.0)
        title = bare_description(reading.words, mention) if share >= SURE_DESCRIPTION and mention.definite else None
        if title is not None:
            yield title


__all__ = ["Decision", "follow_mentions", "phrase_words", "resolve_speakers"]
