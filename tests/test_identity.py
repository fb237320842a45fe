"""Who each quote is from.

A story is a list of sentences, ``SUBJECT VERB OBJECT > WORDS``: the subject is the source and WORDS are what it
says. Names are in brackets with the kind the entity recogniser would give them; the trees are made from that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import find_span, make_attribution, read_table

from service.quotes.identity import resolve_speakers
from service.quotes.types import (
    Attribution,
    Entity,
    ParsedText,
    Quotation,
    Sentence,
    Span,
    Speaker,
    Token,
)

VERBS = {"said": "say", "told": "tell", "added": "add", "met": "meet", "wrote": "write", "reported": "report"}
PRONOUNS = {"he", "she", "it", "they", "i", "we", "some"}
PARTS = re.compile(r"\[(person|organisation|place) ([^\]]+)\]|(\S+)")


@dataclass(frozen=True)
class Phrase:
    """Words with their tags, the number of the one that heads them and the names among them."""

    words: list[str]
    tags: list[str]
    head: int
    named: list[tuple[int, int, str]]


def phrase(text: str) -> Phrase:
    """The noun phrase written in ``text``: headed by its last common noun, or else by its last name or word."""
    words: list[str] = []
    tags: list[str] = []
    named: list[tuple[int, int, str]] = []
    for kind, name, word in PARTS.findall(text):
        if kind:
            named.append((len(words), len(words) + len(name.split()), kind))
            words.extend(name.split())
            tags.extend(["PROPN"] * len(name.split()))
        else:
            lower = word.lower()
            tag = "DET" if lower in ("the", "a", "an", "one", "two") else "PRON" if lower in PRONOUNS else "NOUN"
            tags.append("PROPN" if tag == "NOUN" and word[0].isupper() and words else tag)
            words.append(word)
    if named and named[-1][1] == len(words):
        return Phrase(words, tags, named[-1][0], named)
    return Phrase(words, tags, len(words) - 1, named)


def sentence(text: str, *, last: bool) -> tuple[str, str, str]:
    """The table of one sentence, with its subject and what it says as they stand in the text."""
    before, said = text.split(" > ")
    place, verb = next((m.start(), m.group(0)) for m in re.finditer(r"\w+", before) if m.group(0) in VERBS)
    subject, rest = phrase(before[:place]), phrase(before[place + len(verb) :])
    root = len(subject.words) + 1
    lines = []
    for part, base, relation in ((subject, 0, "nsubj"), (None, 0, ""), (rest, root, "obj")):
        if part is None:
            lines.append(f"{verb} {VERBS[verb]} VERB 0 root")
            continue
        for number, (word, tag) in enumerate(zip(part.words, part.tags, strict=True)):
            inside = any(first < number < end for first, end, _ in part.named if first <= part.head < end)
            link = "flat" if inside else "det" if tag == "DET" else "compound"
            head, link = (root, relation) if number == part.head else (base + part.head + 1, link)
            lines.append(f"{word} _ {tag} {head} {link}")
    content = said.split()
    at = len(lines) + 1
    for number, word in enumerate(content):
        lines.append(f"{word} _ NOUN {at if number else root} {'dep' if number else 'ccomp'}")
    lines.append(f". _ PUNCT {root} punct")
    marks = [
        f"# entity {kind} {' '.join(part.words[first:end])}"
        for part in (subject, rest)
        for first, end, kind in part.named
    ]
    return "\n".join([*marks, *lines]), " ".join(subject.words), said


def speakers_of(*story: str) -> tuple[Speaker | None, ...]:
    tables, places = [], []
    for number, text in enumerate(story):
        table, subject, said = sentence(text, last=number == len(story) - 1)
        tables.append(table)
        places.append((subject, said))
    parsed = read_table("\n\n".join(tables))
    attributions = []
    start = 0
    for (subject, said), unit in zip(places, parsed.sentences, strict=True):
        start = unit.span.start
        mention = parsed.text.index(subject, start)
        content = parsed.text.index(said, mention)
        span = Span(content, content + len(said))
        attributions.append(
            Attribution(
                Quotation("indirect", (span,), (span,), 1.0),
                None,
                Span(mention, mention + len(subject)),
                None,
                "test",
                1.0,
            )
        )
    return resolve_speakers(parsed, attributions)


def names_of(*story: str) -> list[str | None]:
    return [speaker.person.name if speaker else None for speaker in speakers_of(*story)]


CASES = [
    (
        "full name later",
        ["[person Ruiz] said > rain came", "[person Ana Ruiz] added > wind came"],
        ["Ana Ruiz"] * 2,
        "the fullest form of the article",
    ),
    (
        "spelling",
        ["[person Volodymyr Zelensky] said > rain came", "[person Zelenskiy] added > wind came"],
        ["Volodymyr Zelensky"] * 2,
        "one name spelt in two ways",
    ),
    ("he", ["[person Oleh Marko] said > rain came", "He added > wind came"], ["Oleh Marko"] * 2, "the only person"),
    (
        "gender",
        ["[person Thomas Ruiz] told [person Maria Gray] > rain came", "She added > wind came"],
        ["Thomas Ruiz", "Maria Gray"],
        "the given name shows who she is",
    ),
    (
        "not the listener",
        ["[person Thomas Ruiz] told [person Peter Gray] > rain came", "He added > wind came"],
        ["Thomas Ruiz"] * 2,
        "the one who spoke goes on",
    ),
    (
        "honorific",
        ["Mr [person Okoro] said > rain came", "Ms [person Adeyi] said > wind came", "He added > snow came"],
        ["Okoro", "Adeyi", "Okoro"],
        "the honorific shows who he is",
    ),
    (
        "mister by surname",
        ["[person Ana Ruiz] said > rain came", "Ms [person Ruiz] added > wind came"],
        ["Ana Ruiz"] * 2,
        "an honorific with a surname",
    ),
    (
        "role",
        [
            "the mayor [person Ana Ruiz] said > rain came",
            "the clerk [person Peter Gray] said > wind came",
            "the mayor added > snow came",
        ],
        ["Ana Ruiz", "Peter Gray", "Ana Ruiz"],
        "the description repeats a title",
    ),
    (
        "acronym",
        ["the [organisation World Harbour Council] said > rain came", "the [organisation WHC] added > wind came"],
        ["World Harbour Council"] * 2,
        "the initials of a name of the article",
    ),
    (
        "it",
        ["the [organisation World Harbour Council] said > rain came", "It added > wind came"],
        ["World Harbour Council"] * 2,
        "a body is an it",
    ),
    ("country", ["[place Norway] said > rain came"], ["Norway"], "a country speaks as a body"),
    (
        "unnamed goes on",
        ["a policewoman said > rain came", "she added > wind came"],
        ["a policewoman"] * 2,
        "a description can be picked up",
    ),
    ("first person", ["I said > rain came"], ["I"], "the writer stays I"),
]

APART = [
    (
        "spouses",
        ["Mr [person Smith] said > rain came", "Mrs [person Smith] said > wind came"],
        2,
        "one surname, two people",
    ),
    (
        "given names",
        ["[person John Kerry] said > rain came", "[person Jane Kerry] said > wind came"],
        2,
        "two given names",
    ),
    ("surnames", ["[person Lavrov] said > rain came", "[person Larov] said > wind came"], 2, "both are surnames"),
    (
        "given name shared",
        ["[person John Kerry] said > rain came", "[person John Perry] said > wind came"],
        2,
        "both are surnames",
    ),
    ("indefinite", ["a policeman said > rain came", "a neighbour said > wind came"], 2, "two people without names"),
    ("two sources", ["a source said > rain came", "another source said > wind came"], 2, "another is somebody else"),
    (
        "ministries",
        [
            "the [organisation Ministry of Health] said > rain came",
            "the [organisation Ministry of Defence] said > wind came",
        ],
        2,
        "two bodies",
    ),
    (
        "person and place",
        ["[person Denzel Washington] said > rain came", "the [organisation Washington Post] said > wind came"],
        2,
        "a newspaper is no person",
    ),
]

KINDS = [
    ("person", "[person Ana Ruiz] said > rain came", "person"),
    ("organisation", "the [organisation World Harbour Council] said > rain came", "organisation"),
    ("ministry", "the ministry said > rain came", "organisation"),
    ("unnamed", "a policeman said > rain came", "unnamed"),
    ("group", "officials said > rain came", "group"),
    ("document", "a report said > rain came", "document"),
]


@pytest.mark.parametrize(("case", "story", "names", "reason"), CASES, ids=[row[0] for row in CASES])
def test_speaker(case: str, story: list[str], names: list[str], reason: str) -> None:
    assert names_of(*story) == names, reason


@pytest.mark.parametrize(("case", "story", "people", "reason"), APART, ids=[row[0] for row in APART])
def test_people_stay_apart(case: str, story: list[str], people: int, reason: str) -> None:
    found = speakers_of(*story)
    assert len({speaker.person.id for speaker in found if speaker is not None}) == people, reason


@pytest.mark.parametrize(("case", "story", "kind"), KINDS, ids=[row[0] for row in KINDS])
def test_kind(case: str, story: str, kind: str) -> None:
    speaker = speakers_of(story)[0]
    assert speaker is not None and speaker.person.kind == kind


ABSTAIN = [
    ("nobody before", ["He said > rain came"], "no name to give"),
    ("wrong gender", ["[person Maria Gray] said > rain came", "He said > wind came"], "she is not he"),
    (
        "only a body",
        ["the [organisation World Harbour Council] said > rain came", "He said > wind came"],
        "a body is no he",
    ),
    ("only people", ["[person Maria Gray] said > rain came", "It said > wind came"], "a person is no it"),
]


@pytest.mark.parametrize(("case", "story", "reason"), ABSTAIN, ids=[row[0] for row in ABSTAIN])
def test_no_name_but_the_mention(case: str, story: list[str], reason: str) -> None:
    speaker = speakers_of(*story)[-1]
    assert speaker is not None and speaker.person.name is None, reason
    assert speaker.mention is not None and speaker.basis == "pronoun"


OPENERS = [
    (
        "named right after",
        ["a former mayor said > rain came", "[person Ana Ruiz] said > wind came"],
        ["Ana Ruiz", "Ana Ruiz"],
        "news often opens with what somebody is and then names them",
    ),
    (
        "a group",
        ["officials said > rain came", "[person Ana Ruiz] said > wind came"],
        ["officials", "Ana Ruiz"],
        "several people are not the one named next",
    ),
    (
        "other gender",
        ["a former policewoman said > rain came", "[person Peter Gray] said > wind came"],
        ["a former policewoman", "Peter Gray"],
        "he is not she",
    ),
    (
        "known before",
        ["[person Ana Ruiz] said > rain came", "a source said > wind came", "[person Ruiz] said > snow came"],
        ["Ana Ruiz", "a source", "Ana Ruiz"],
        "the name is not news",
    ),
    (
        "too far",
        ["a source said > rain came", *["officials said > wind came"] * 4, "[person Ana Ruiz] said > snow came"],
        ["a source", *["officials"] * 4, "Ana Ruiz"],
        "another source comes first",
    ),
]


@pytest.mark.parametrize(("case", "story", "names", "reason"), OPENERS, ids=[row[0] for row in OPENERS])
def test_unnamed_opener(case: str, story: list[str], names: list[str], reason: str) -> None:
    assert names_of(*story) == names, reason


def test_explained_acronym_is_the_full_name_even_unrecognised() -> None:
    parsed = read_table(
        """
        The _ DET 4 det
        High _ PROPN 4 compound
        Harbour _ PROPN 4 compound
        Commission _ PROPN 8 nsubj
        (~ _ PUNCT 6 punct
        HHC~ _ PROPN 4 appos
        ) _ PUNCT 6 punct
        said say VERB 0 root
        rain _ NOUN 8 ccomp
        . _ PUNCT 8 punct

        # entity person HHC
        HHC _ PROPN 2 nsubj
        added add VERB 0 root
        wind _ NOUN 2 ccomp
        . _ PUNCT 2 punct
        """
    )
    first = make_attribution(parsed, "rain", cue="said", mention="The High Harbour Commission (HHC)")
    second = make_attribution(parsed, "wind", cue="added", mention="HHC added")
    second = replace(second, mention=find_span(parsed, "HHC", occurrence=2))
    people = [speaker.person for speaker in resolve_speakers(parsed, [first, second]) if speaker is not None]
    assert [(person.name, person.kind) for person in people] == [("High Harbour Commission", "organisation")] * 2


def test_words_of_somebody_else_give_no_antecedent() -> None:
    """Whom a quote calls "she" says nothing of the gender of who is quoted."""
    parsed = read_table(
        """
        # entity person Ti Lo
        Ti _ PROPN 3 nsubj
        Lo _ PROPN 1 flat
        said say VERB 0 root
        she _ PRON 5 nsubj
        won win VERB 3 ccomp
        . _ PUNCT 3 punct

        He _ PRON 2 nsubj
        added add VERB 0 root
        wind _ NOUN 2 ccomp
        . _ PUNCT 2 punct
        """
    )
    first = make_attribution(parsed, "she won", cue="said", mention="Ti Lo", kind="indirect")
    second = make_attribution(parsed, "wind", cue="added", mention="He", kind="indirect")
    speakers = resolve_speakers(parsed, [first, second])
    assert speakers[1] is not None and speakers[1].person.name == "Ti Lo"


def test_continuation_takes_the_speaker_of_the_quote_before() -> None:
    parsed = read_table(
        """
        # entity person Ana Ruiz
        Ana _ PROPN 3 nsubj
        Ruiz _ PROPN 1 flat
        said say VERB 0 root
        rain _ NOUN 3 ccomp
        . _ PUNCT 3 punct

        wind _ NOUN 0 root
        . _ PUNCT 1 punct
        """
    )
    first = make_attribution(parsed, "rain", cue="said", mention="Ana Ruiz")
    second = make_attribution(parsed, "wind", cue=None, mention=None, previous=0)
    alone = make_attribution(parsed, "wind", cue=None, mention=None)
    speakers = resolve_speakers(parsed, [first, second, alone])
    assert speakers[0] is not None and speakers[1] is not None
    assert speakers[1].person == speakers[0].person
    assert (speakers[0].basis, speakers[1].basis) == ("named", "continuation")
    assert speakers[2] is None, "no source and nothing to continue"


TAGS = ["PROPN", "NOUN", "PRON", "VERB", "DET", "PUNCT", "ADJ", "ADP"]
LINKS = ["nsubj", "obj", "flat", "compound", "appos", "nmod", "nmod:poss", "punct", "conj", "cop", "root", "det"]
WORDS = [
    "Ana",
    "Ruiz",
    "he",
    "she",
    "they",
    "It",
    "the",
    "mayor",
    "said",
    "Mr",
    ",",
    "’s",
    "UN",
    "(",
    ")",
    "mayors",
    "İ",
    "-",
]


@st.composite
def parses(draw: st.DrawFn) -> tuple[ParsedText, list[Attribution]]:
    """Any words under any tree, cycles among them, with any spans as mentions and contents."""
    text, sentences, at = "", [], 0
    for index in range(draw(st.integers(0, 4))):
        tokens = []
        count = draw(st.integers(1, 8))
        for place in range(count):
            form = draw(st.sampled_from(WORDS))
            span = Span(at, at + len(form))
            head = draw(st.integers(-1, count))
            tag, link = draw(st.sampled_from(TAGS)), draw(st.sampled_from(LINKS))
            tokens.append(Token(span, form, form.lower(), tag, tag, place, head, link))
            text += form + " "
            at = len(text)
        sentences.append(Sentence(Span(tokens[0].span.start, tokens[-1].span.end), index, tuple(tokens)))
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: Span(*sorted(pair)))
    kinds = st.sampled_from(["person", "organisation", "place", "other"])
    entities = draw(st.lists(st.builds(Entity, spans, kinds), max_size=4))
    attributions = [
        Attribution(
            Quotation("direct", (content,), (content,), 1.0), None, draw(st.none() | spans),
            draw(st.none() | st.integers(0, 5)), "test", 1.0,
        )
        for content in draw(st.lists(spans, max_size=4))
    ]  # fmt: skip
    parsed = ParsedText(text, (Span(0, len(text)),), tuple(sentences), tuple(sorted(entities, key=lambda e: e.span)))
    return parsed, attributions


@settings(max_examples=300, deadline=None)
@given(parses())
def test_any_parse_gives_speakers(case: tuple[ParsedText, list[Attribution]]) -> None:
    parsed, attributions = case
    speakers = resolve_speakers(parsed, attributions)
    assert len(speakers) == len(attributions)
    for speaker, attribution in zip(speakers, attributions, strict=True):
        if speaker is None:
            assert attribution.mention is None
            continue
        assert speaker.mention == attribution.mention
        assert 0.0 <= speaker.score <= 1.0
        assert list(speaker.person.mentions) == sorted(speaker.person.mentions)
        for span in speaker.person.mentions:
            assert 0 <= span.start <= span.end <= len(parsed.text)
        if speaker.person.title is not None:
            assert speaker.person.title in " ".join(parsed.text.split())
    ids = [speaker.person.id for speaker in speakers if speaker is not None]
    assert list(dict.fromkeys(ids)) == [f"s{number}" for number in range(1, len(set(ids)) + 1)]
