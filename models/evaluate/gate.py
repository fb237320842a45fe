"""Keeps figures from slipping: floors pinned beside a corpus fingerprint, and what changed quote by quote.

``floors.json``: set → {"fingerprint", "floors": {figure: floor}}, and under "lowered" every floor ever lowered, with
its reason. ``accepted.json``: set → {quote key: outcome letters} of the last accepted run; keys are hashes of article
id and offsets, so neither file holds a word of an article.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOORS_FILE = Path(__file__).with_name("floors.json")
ACCEPTED_FILE = Path(__file__).with_name("accepted.json")

MARGIN = 0.005
"""How far below the measured score a floor is pinned: one quote of newsroom-dev, for arithmetic on other processors."""

GUARDED: dict[str, tuple[str, ...]] = {
    "newsroom-dev": (
        "marked.attributed.f1",
        "indirect.attributed.f1",
        "all.exact_attributed.f1",
        "outlet.f1",
        "titles.recall",
    ),
    "seed": ("all.attributed.f1", "outlet.f1"),
    "peer": ("passed",),
    "polnear": ("marked.found.f1", "marked.attributed.f1"),
}
"""The figures that have a floor, by set."""


@dataclass(frozen=True, slots=True)
class SetResult:
    """What a run measured on a whole set: its figures (0 to 1) by name and the outcome letters of every gold quote."""

    name: str
    fingerprint: str
    figures: Mapping[str, float]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A gold quote whose outcome differs from the accepted run's: letters gained and letters lost."""

    key: str
    gained: str
    lost: str


class LoweredFloorError(Exception):
    """Accepting a run would lower a floor and no reason was given; the message names figure, floor and score."""


def quote_key(article: str, offsets: Sequence[tuple[int, int]] | str) -> str:
    """Twelve hex digits that name a gold quote without a word of it."""
    return hashlib.sha256(f"{article}\0{offsets}".encode()).hexdigest()[:12]


def violations(floors: Mapping[str, Any], results: Sequence[SetResult]) -> tuple[str, ...]:
    """Why the gate is shut, in words; empty when it is open. A set without floors yet is no violation."""
    reasons: list[str] = []
    for result in results:
        pinned = floors.get(result.name)
        if pinned is None:
            continue
        if pinned["fingerprint"] != result.fingerprint:
            reasons.append(f"{result.name}: the corpus is not the one the floors were pinned on; run with --accept")
        for figure, floor in pinned["floors"].items():
            score = result.figures.get(figure)
            if score is None:
                reasons.append(f"{result.name}: {figure} was not measured, its floor is {floor:.3f}")
            elif score < floor:
                reasons.append(f"{result.name}: {figure} {score:.3f} is below its floor {floor:.3f}")
    return tuple(reasons)


def pin_floors(
    floors: Mapping[str, Any], results: Sequence[SetResult], *, lower_reason: str | None = None
) -> dict[str, Any]:
    """New floors after accepting ``results``; sets that were not run keep theirs.

    A floor only rises, unless ``lower_reason`` says why it may fall; without one a score below its floor raises
    ``LoweredFloorError``.
    """
    pinned: dict[str, Any] = json.loads(json.dumps(floors))
    for result in results:
        old = pinned.get(result.name, {}).get("floors", {})
        new = {name: _floor(result.figures[name]) for name in GUARDED.get(result.name, ()) if name in result.figures}
        for name, before in old.items():
            score = result.figures.get(name, 0.0)
            if score >= before:
                new[name] = max(before, new.get(name, before))
                continue
            if not lower_reason:
                raise LoweredFloorError(f"{result.name}: {name} {score:.3f} is below its floor {before:.3f}")
            entry = {"set": result.name, "figure": name, "from": before, "to": new.get(name), "reason": lower_reason}
            pinned.setdefault("lowered", []).append(entry)
        pinned[result.name] = {"fingerprint": result.fingerprint, "floors": dict(sorted(new.items()))}
    return pinned


def _floor(score: float) -> float:
    """The floor for a score: ``MARGIN`` below it, cut to three decimals, never below 0."""
    return max(0.0, math.floor(round((score - MARGIN) * 1000, 6)) / 1000)


def changes(accepted: Mapping[str, str], outcomes: Mapping[str, str]) -> tuple[Change, ...]:
    """Gold quotes whose outcome letters differ, by key; those the accepted run did not know are left out."""
    found = []
    for key in sorted(accepted.keys() & outcomes.keys()):
        before, now = set(accepted[key]), set(outcomes[key])
        if before != now:
            found.append(Change(key, "".join(sorted(now - before)), "".join(sorted(before - now))))
    return tuple(found)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file, empty when there is no file yet."""
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return loaded


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes an object with sorted keys, so that a run that changes nothing changes no file."""
    path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
