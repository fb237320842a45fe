"""Which stored person each speaker of an article is, and the count of what they said: written with the article.

``people`` judges names and knows no database; here is where the names it judges come from and go to. Every statement
that runs with each article is built once: building one takes SQLAlchemy longer than SQLite takes to answer it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from service.archive import tables
from service.archive.people import Spelling, choose_person, find_blocks, is_shared
from service.archive.words import clean, sound_form

Packed = dict[str, Any]

_people, _spellings, _blocks = tables.people, tables.spellings, tables.blocks


@dataclass(frozen=True, slots=True)
class _Called:
    """What articles call somebody: the spelling's key, the spelling, and how many articles use it."""

    key: int
    spelling: Spelling
    uses: int


# The spellings of some people, by the person's key and the spelling's.
_Names = dict[int, dict[int, _Called]]

_NEAR = (
    select(
        _blocks.c.block, _spellings.c.person_key, _spellings.c.key, _spellings.c.name, _spellings.c.title,
        _spellings.c.uses,
    )
    .join(_spellings, _spellings.c.person_key == _blocks.c.person_key)
    .where(_blocks.c.block.in_(bindparam("blocks", expanding=True)))
)  # fmt: skip
_NAMES = select(
    _spellings.c.person_key, _spellings.c.key, _spellings.c.name, _spellings.c.title, _spellings.c.uses
).where(_spellings.c.person_key.in_(bindparam("people", expanding=True)))
_BLOCKS = select(_blocks.c.block, _blocks.c.person_key).where(
    _blocks.c.person_key.in_(bindparam("people", expanding=True))
)
_USE = (
    update(_spellings).where(_spellings.c.key.in_(bindparam("used", expanding=True))).values(uses=_spellings.c.uses + 1)
)
_ADD_APPEARANCE = insert(tables.appearances)
_CALL = (
    update(_people)
    .where(_people.c.key == bindparam("person"))
    .values(quotes=_people.c.quotes + bindparam("said"), name=bindparam("called"), title=bindparam("titled"))
)


def place_people(connection: Connection, article_key: int, answer: Mapping[str, Any]) -> dict[str, int]:
    """Return the archive's person for each speaker of an article, by the article's id for them; count their quotes."""
    speakers = answer["speakers"]
    if not speakers:
        return {}
    near = _find_near(connection, speakers)
    placed = _choose_people(speakers, near)
    known: _Names = {key: near[speaker_id][key] for speaker_id, key in placed.items()}
    placed |= _add_people(connection, [speaker for speaker in speakers if speaker["id"] not in placed])
    called = [(placed[speaker["id"]], speaker["kind"], _spelling(speaker)) for speaker in speakers]
    used = _use_spellings(connection, called, known)
    connection.execute(_ADD_APPEARANCE, [{"article_key": article_key, "spelling_key": key} for key in used])
    said = Counter(placed[quote["speaker"]["id"]] for quote in answer["quotes"] if quote["speaker"])
    _call_people(connection, said, known)
    return placed


def _spelling(speaker: Mapping[str, Any]) -> Spelling:
    return Spelling(clean(speaker["name"] or ""), clean(speaker["title"] or ""))


def _find_near(connection: Connection, speakers: Sequence[Mapping[str, Any]]) -> dict[str, _Names]:
    """Return for each of ``speakers``, by the article's id, everybody stored who might be them."""
    wanted: dict[str, set[str]] = {}
    for speaker in speakers:
        spelling = _spelling(speaker)
        if is_shared(speaker["kind"], spelling.name):
            for block in find_blocks(speaker["kind"], spelling):
                wanted.setdefault(block, set()).add(speaker["id"])
    found: dict[str, _Names] = {speaker["id"]: {} for speaker in speakers}
    if wanted:
        for block, person, key, name, title, uses in connection.execute(_NEAR, {"blocks": sorted(wanted)}):
            called = _Called(key, Spelling(name, title), uses)
            for speaker_id in wanted[block]:
                found[speaker_id].setdefault(person, {})[key] = called
    return found


def _choose_people(speakers: Sequence[Mapping[str, Any]], near: Mapping[str, _Names]) -> dict[str, int]:
    """Return the stored person of each speaker who is one, by the article's id for them."""
    placed: dict[str, int] = {}
    for speaker in speakers:
        # Two speakers whom the article tells apart are two people here too.
        taken = set(placed.values())
        candidates = {
            key: [one.spelling for one in called.values()]
            for key, called in near[speaker["id"]].items()
            if key not in taken
        }
        key = choose_person(speaker["kind"], _spelling(speaker), candidates) if candidates else None
        if key is not None:
            placed[speaker["id"]] = key
    return placed


def _add_people(connection: Connection, speakers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Make a person of each of ``speakers`` and return their keys by the article's ids."""
    if not speakers:
        return {}
    rows = []
    for speaker in speakers:
        spelling = _spelling(speaker)
        named = {"name": spelling.name or None, "title": spelling.title or None}
        rows.append({"kind": speaker["kind"], "shared": is_shared(speaker["kind"], spelling.name), **named})
    keys = _insert(connection, _people, rows)
    return {speaker["id"]: key for speaker, key in zip(speakers, keys, strict=True)}


def _insert(connection: Connection, table: Table, rows: Sequence[Packed]) -> Sequence[int]:
    """Insert ``rows`` and return the keys they were given, in the same order."""
    inserting = insert(table).returning(table.c.key, sort_by_parameter_order=True)
    return [row.key for row in connection.execute(inserting, rows)]


def _use_spellings(connection: Connection, called: Sequence[tuple[int, str, Spelling]], known: _Names) -> list[int]:
    """Note what an article calls its people, in ``known`` too; return the keys of the spellings it uses.

    A new spelling says where somebody with such a name is to be looked for.
    """
    keys = {(person, one.spelling): key for person, names in known.items() for key, one in names.items()}
    new = list(
        dict.fromkeys((person, kind, spelling) for person, kind, spelling in called if (person, spelling) not in keys)
    )
    if new:
        made = _insert(connection, _spellings, [_spelling_row(person, spelling) for person, _, spelling in new])
        for (person, _, spelling), key in zip(new, made, strict=True):
            keys[person, spelling] = key
            known.setdefault(person, {})[key] = _Called(key, spelling, 0)
        _write_blocks(connection, new)
    used = {(person, keys[person, spelling]) for person, _, spelling in called}
    for person, key in used:
        before = known[person][key]
        known[person][key] = _Called(key, before.spelling, before.uses + 1)
    chosen = sorted(key for _, key in used)
    connection.execute(_USE, {"used": chosen})
    return chosen


def _spelling_row(person: int, spelling: Spelling) -> Packed:
    sounds = f"{sound_form(spelling.name)}/{sound_form(spelling.title)}"
    return {"person_key": person, "name": spelling.name, "title": spelling.title, "sounds": sounds, "uses": 0}


def _write_blocks(connection: Connection, called: Sequence[tuple[int, str, Spelling]]) -> None:
    wanted = {
        (block, person)
        for person, kind, spelling in called
        if is_shared(kind, spelling.name)
        for block in find_blocks(kind, spelling)
    }
    if not wanted:
        return
    there = connection.execute(_BLOCKS, {"people": sorted({person for _, person in wanted})})
    rows = sorted(wanted - {(block, person) for block, person in there})
    if rows:
        connection.execute(insert(_blocks), [{"block": block, "person_key": person} for block, person in rows])


def _call_people(connection: Connection, said: Mapping[int, int], names: _Names) -> None:
    """Add to the count of each person of ``names``, and let them go by the name most articles use, the longest of
    those.
    """
    rows = []
    for person, called in sorted(names.items()):
        best = max(called.values(), key=_weight, default=None)
        spelling = best.spelling if best else Spelling("", "")
        named = {"called": spelling.name or None, "titled": spelling.title or None}
        rows.append({"person": person, "said": said.get(person, 0), **named})
    if rows:
        connection.execute(_CALL, rows)


def _weight(called: _Called) -> tuple[int, int, int, int]:
    return called.uses, len(called.spelling.name), len(called.spelling.title), -called.key


def forget_article(connection: Connection, article_key: int, said: Mapping[int, int]) -> set[int]:
    """Take back what an article about to be deleted called people and had them say (quotes by person).

    Returns the people who may now be named by none, for ``forget_people`` once the article is gone.
    """
    appearances = tables.appearances
    used = select(appearances.c.spelling_key).where(appearances.c.article_key == article_key)
    called = set(connection.execute(select(_spellings.c.person_key).where(_spellings.c.key.in_(used))).scalars())
    connection.execute(update(_spellings).where(_spellings.c.key.in_(used)).values(uses=_spellings.c.uses - 1))
    for person, count in said.items():
        connection.execute(update(_people).where(_people.c.key == person).values(quotes=_people.c.quotes - count))
    return called | set(said)


def forget_people(connection: Connection, people: Iterable[int]) -> None:
    """Remove of ``people`` those whom no article names any more, and spellings that none uses."""
    touched = sorted(people)
    if not touched:
        return
    connection.execute(delete(_spellings).where(_spellings.c.person_key.in_(touched), _spellings.c.uses <= 0))
    names: _Names = {}
    for person, key, name, title, uses in connection.execute(_NAMES, {"people": touched}):
        names.setdefault(person, {})[key] = _Called(key, Spelling(name, title), uses)
    connection.execute(delete(_people).where(_people.c.key.in_(sorted(set(touched) - set(names)))))
    _call_people(connection, {}, names)
