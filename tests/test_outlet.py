"""Outlets of statements: a table of sentences with hand-made parses, half of which must give none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsed import find_span, make_attribution, make_speaker, read_table

from service.quotes.outlet import name_outlets
from service.quotes.sightings import find_listed, find_sightings
from service.quotes.types import Attribution, ParsedText, Speaker

CASES = Path(__file__).parent / "cases" / "outlets.txt"


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    statements: tuple[tuple[str, ...], ...]
    outlets: tuple[tuple[str, ...], ...]
    publisher: str | None
    parsed: ParsedText


def _token_line(token: str) -> str:
    form, tag, head, relation = token.rsplit("/", 3)
    glue = "~" if "~" in form else ""
    bare, _, lemma = form.replace("~", "").partition(":")
    return f"{bare or ':'}{glue} {lemma or '_'} {tag} {head} {relation}"


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    fields: dict[str, list[str]] = {"statement": [], "outlet": [], "publisher": [], "entity": []}
    sentences: list[str] = []
    for line in lines:
        key, _, value = line.partition(": ")
        if key in fields:
            fields[key].append(value)
        elif line == "---":
            sentences.append("---")
        else:
            sentences.append("\n".join(map(_token_line, line.split())))
    entities = "".join(f"# entity {entity}\n" for entity in fields["entity"])
    table = entities + "\n\n".join(sentences)
    return Case(
        name,
        reason,
        tuple(tuple(part.strip() for part in value.split("|")) for value in fields["statement"]),
        tuple(tuple(part.strip() for part in value.split("|")) for value in fields["outlet"]),
        fields["publisher"][0] if fields["publisher"] else None,
        read_table(table),
    )


TABLE = [_case(block) for block in CASES.read_text(encoding="utf-8").split("\n## ")[1:]]


def _attribution(parsed: ParsedText, row: tuple[str, ...], number: int, after: int) -> Attribution:
    kind, content, cue, mention, *_ = row
    assert kind in ("direct", "indirect")
    previous = number - 1 if "previous" in row else None
    made = make_attribution(
        parsed, content, cue=None, mention=None, kind="direct" if kind == "direct" else "indirect", previous=previous
    )
    near = made.quotation.outer[0].start

    def nearest(words: str) -> int:
        places = [at for at in range(after, len(parsed.text)) if parsed.text.startswith(words, at)]
        return min(places, key=lambda at: abs(at - near))

    spans = {
        field: replace(find_span(parsed, words), start=(at := nearest(words)), end=at + len(words))
        for field, words in (("cue", cue), ("mention", mention))
        if words != "-"
    }
    return replace(made, cue=spans.get("cue"), mention=spans.get("mention"))


def _inputs(case: Case) -> tuple[list[Attribution], list[Speaker]]:
    attributions: list[Attribution] = []
    numbers: dict[str, int] = {}
    speakers: list[Speaker] = []
    after = 0
    for number, row in enumerate(case.statements):
        made = _attribution(case.parsed, row, number, after)
        after = made.quotation.outer[-1].end if made.cue is None else max(made.cue.end, made.quotation.outer[-1].end)
        attributions.append(made)
        name = row[4]
        person = numbers.setdefault(name, len(numbers) + 1)
        at = case.parsed.text.find(name)
        full = find_span(case.parsed, name) if at >= 0 else made.mention
        speakers.append(make_speaker(name, number=person, mention=full))
    return attributions, speakers


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_heads_are_sound(case: Case) -> None:
    for sentence in case.parsed.sentences:
        heads = [token.head for token in sentence.tokens]
        assert heads.count(-1) == 1
        assert all(-1 <= head < len(heads) and head != index for index, head in enumerate(heads))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_outlets(case: Case) -> None:
    attributions, speakers = _inputs(case)
    outlets = name_outlets(case.parsed, attributions, speakers, publisher=case.publisher)
    found = tuple(
        ("-",)
        if outlet is None
        else (
            outlet.name,
            *((f"programme {outlet.programme}",) if outlet.programme else ()),
            *((f"interviewer {outlet.interviewer}",) if outlet.interviewer else ()),
            *(("carried",) if outlet.basis == "carried" else ()),
        )
        for outlet in outlets
    )
    assert found == case.outlets, f"{case.reason}: {case.parsed.text}"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_mentions_lie_in_the_text(case: Case) -> None:
    attributions, speakers = _inputs(case)
    for outlet in name_outlets(case.parsed, attributions, speakers, publisher=case.publisher):
        if outlet is not None and outlet.mention is not None:
            assert outlet.mention.of(case.parsed.text)
            assert 0 <= outlet.score <= 1


def test_half_of_the_table_gives_nothing() -> None:
    refused = [case for case in TABLE if case.id.startswith("not_")]
    assert len(refused) * 3 >= len(TABLE)
    assert all(("-",) in case.outlets for case in refused)


@pytest.mark.parametrize(
    ("text", "names", "reason"),
    [
        ("She told Reuters.", ["Reuters"], "an agency"),
        ("She told Interfax-Ukraine and Interfax.", ["Interfax-Ukraine", "Interfax"], "the longer name first"),
        ("L'Express and L’Express", ["L’Express", "L’Express"], "both apostrophes"),
        ("CNNs", [], "part of a word"),
        ("cnn", [], "names keep their capitals"),
        ("The Reutersville fair", [], "part of a word"),
        ("www.bbc-fans.example", [], "lower case within an address"),
        ("", [], "nothing in nothing"),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:24],
)
def test_listed_names(text: str, names: list[str], reason: str) -> None:
    assert [sighting.outlet for sighting in find_listed(text)] == names, reason


@given(st.text(max_size=300))
def test_any_text_gives_sightings_in_order_and_inside(text: str) -> None:
    parsed = ParsedText(text, (), (), ())
    last = 0
    for sighting in find_sightings(parsed, publisher="Ozerne Herald"):
        assert last <= sighting.span.start < sighting.span.end <= len(text)
        last = sighting.span.end
