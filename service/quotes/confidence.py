"""How sure the engine is of a quote: probabilities that its bounds, its speaker and its outlet are right.

Logistic regressions over ``evidence``, fitted on annotated articles by ``python -m models.train confidence``; the
weights are in ``confidence.json``. A speaker is right when the source phrase is the quote's and the name is the
source's: the product of two probabilities. Texts without any roles of the reader have weights of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from math import exp
from types import MappingProxyType
from typing import Literal

from service.quotes.evidence import Evidence, Features, name_features, outlet_features
from service.quotes.types import Attribution, Confidence, Outlet, Speaker

Table = Literal["span", "span, no reader", "source", "source, no reader", "name", "outlet"]
Judge = Callable[[Evidence, Attribution, Speaker | None, Outlet | None], Confidence]

DECIMALS = 3
# No figure says that nothing can be wrong or right.
LEAST, MOST = 0.001, 0.999


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """The shipped weights: for each table, feature to weight."""
    data = json.loads(files(__package__).joinpath("confidence.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: MappingProxyType(table) for name, table in data["weights"].items()})


def judge(evidence: Evidence, attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None) -> Confidence:
    """Probabilities, 0 to 1: that a quotation has just these bounds; if it is one at all, that the speaker is right,
    and that the outlet is. ``None`` where there is none to be right about.
    """
    found = tables_of(evidence, attribution, speaker, outlet)
    shares = {name: probability(table, features) for name, (table, features) in found.items()}
    speaks = shares.get("source", 1.0) * shares["name"] if "name" in shares else None
    return Confidence(_rounded(shares["span"]), _maybe(speaks), _maybe(shares.get("outlet")))


def tables_of(
    evidence: Evidence, attribution: Attribution, speaker: Speaker | None, outlet: Outlet | None
) -> dict[str, tuple[Table, Features]]:
    """The features of each thing there is to judge (span, source, name, outlet) and the table that weighs them.

    A quote that goes on from another has no source phrase of its own, so only its name is judged.
    """
    found: dict[str, tuple[Table, Features]] = {}
    found["span"] = ("span" if evidence.has_reader else "span, no reader"), evidence.of_span(attribution)
    if speaker is not None:
        if attribution.mention is not None:
            table: Table = "source" if evidence.has_reader else "source, no reader"
            found["source"] = table, evidence.of_source(attribution)
        found["name"] = "name", name_features(attribution, speaker)
    if outlet is not None:
        found["outlet"] = "outlet", outlet_features(outlet)
    return found


def probability(table: Table, features: Features) -> float:
    """The logistic of the weighted features; one that the table does not know weighs nothing."""
    known = weights()[table]
    return 1.0 / (1.0 + exp(-sum(known.get(name, 0.0) * value for name, value in features.items())))


def _maybe(share: float | None) -> float | None:
    return None if share is None else _rounded(share)


def _rounded(share: float) -> float:
    return round(min(MOST, max(LEAST, share)), DECIMALS)
