"""A headline that says whose words it gives: "Minister: No plan to raise fares", "Dam is safe: engineers", "‘We were
robbed’: Kern fumes at referee".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.quotes import vocabulary
from service.quotes.marks import MarkIndex
from service.quotes.relays import is_media, is_outlet
from service.quotes.speech import FINITE, is_a_name
from service.quotes.trees import Trees
from service.quotes.types import Entity, Span, Statement

HEADLINE_SCORE = 0.6
MAX_HEADLINE_WORDS = 24
MAX_SOURCE_WORDS = 5
MIN_WORDS = 3
AFTER_MARKS = re.compile(r"(?:\s?:|\s[–—-])\s+(?=\S+ \S)")
PARTS = re.compile(r"(?P<first>[^:“”\"«»]+[^:\s“”\"«»]): (?P<last>[^:“”\"«»]+)")
# Documents that a headline gives the words of; of other sorts ("Opinion", "Letter") it tells what the page itself is.
SURVEYS = frozenset(
    {"report", "study", "survey", "poll", "audit", "inquiry", "probe", "research", "document", "source"}
)


def find_headline(
    trees: Trees, paragraphs: Sequence[Span], entities: Sequence[Entity], clauses: Sequence[Statement]
) -> tuple[Statement, ...]:
    """The statement of the first paragraph when that is a headline without marks whose source stands before or behind a
    colon: a role, a body or a survey, or somebody whom the text below it has speak (``clauses`` are its statements).
    """
    if len(paragraphs) < 2:
        return ()
    place = paragraphs[0]
    words = place.of(trees.text).rstrip()
    match = PARTS.fullmatch(words)
    if match is None or words.endswith((".", "!", "?")) or len(words.split()) > MAX_HEADLINE_WORDS:
        return ()
    speaking = set(_speaking(trees, entities, clauses, place.end))
    for source, rest in (("first", "last"), ("last", "first")):
        mention, content = (
            Span(place.start + match.start(part), place.start + match.end(part)) for part in (source, rest)
        )
        if len(match[rest].split()) >= MIN_WORDS and _is_source(trees, mention, content, speaking):
            return (Statement(None, "", mention, (content,), "headline", HEADLINE_SCORE),)
    return ()


def find_quoted_headline(
    trees: Trees, marked: MarkIndex, paragraphs: Sequence[Span], entities: Sequence[Entity]
) -> tuple[Statement, ...]:
    """The statement of a first paragraph that opens with words in marks and tells behind a colon or dash what somebody
    does: "‘We were robbed’: Kern fumes at referee". They are that person's, unless they are the title of a work.
    """
    if len(paragraphs) < 2 or not marked.marked:
        return ()
    place, m = paragraphs[0], marked.marked[0]
    rest = AFTER_MARKS.match(trees.text, m.outer.end, place.end)
    opens = not trees.text[place.start : m.outer.start].strip()
    if not opens or rest is None or (is_a_name(m.inner.of(trees.text)) and not m.inner.of(trees.text).isupper()):
        return ()
    mention = _first_person(trees, Span(rest.end(), place.end), entities)
    return () if mention is None else (Statement(None, "", mention, (m.outer,), "headline", HEADLINE_SCORE),)


def _first_person(trees: Trees, rest: Span, entities: Sequence[Entity]) -> Span | None:
    """Who stands first in the rest of a headline: a person by name, with what they are, or by a noun ("Mum")."""
    words = [w.token for w in trees.words_in(rest)][:MAX_SOURCE_WORDS]
    people = [e.span for e in entities if e.kind == "person"]
    names = {span.start: span.end for span in people}
    # a surname by itself is a person's whatever else it looks like in a headline
    surnames = {span.of(trees.text).split()[-1] for span in people if " " in span.of(trees.text)}
    for at, token in enumerate(words):
        end = token.span.end if token.text in surnames else names.get(token.span.start)
        if end is not None:
            return Span(rest.start, rest.start + len(re.sub(r"[’']s?$", "", trees.text[rest.start : end])))
        known = vocabulary.person_noun(vocabulary.fold(token.text)) is not None
        if known and (at + 1 == len(words) or words[at + 1].span.start not in names):
            return Span(rest.start, token.span.end)
        if not known and token.upos not in ("ADJ", "NOUN", "PROPN", "NUM", "PUNCT"):
            return None
    return None


def _speaking(trees: Trees, entities: Sequence[Entity], clauses: Sequence[Statement], after: int) -> Iterator[str]:
    """The last words of the names of those whom the text behind an offset has speak."""
    mentions = [s.mention for s in clauses if s.mention is not None and s.mention.start >= after]
    for entity in entities:
        if entity.kind in ("person", "organisation") and any(m.overlaps(entity.span) for m in mentions):
            yield re.sub(r"[’']s?$", "", entity.span.of(trees.text)).split()[-1]


def _is_source(trees: Trees, mention: Span, content: Span, speaking: set[str]) -> bool:
    """Whether one side of a headline's colon is who says the other."""
    words = mention.of(trees.text).split()
    if len(words) > MAX_SOURCE_WORDS or any(w.token.xpos in FINITE for w in trees.words_in(mention)):
        return False
    last = vocabulary.fold(words[-1])
    speaks = vocabulary.is_organisation_noun(last) or _is_office(last) or last.rstrip("s") in SURVEYS or last in SURVEYS
    if speaks or is_outlet(mention.of(trees.text)) or is_media(mention.of(trees.text)):
        return True
    return words[-1] in speaking and any(
        w.token.xpos in FINITE or w.token.xpos == "TO" for w in trees.words_in(content)
    )


def _is_office(word: str) -> bool:
    """Whether a noun is a role, one or several people's ("minister", "doctors"), and no given name."""
    person = vocabulary.person_noun(word)
    stem = person.lemma if person is not None else word
    return (vocabulary.is_role(word) or vocabulary.is_role(stem)) and not vocabulary.is_given_name(word)
