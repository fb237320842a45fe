"""Interviews: paragraphs that open with who is speaking, "Reuters: …", "Q: …", "Zelensky: …"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from service.quotes.types import Span, Statement

SMALL_WORDS = "of|the|and|de|da|do|di|dos|das|del|der|den|la|le|van|von|zu|al|el|ibn|bin|bint|y|e"
LABEL = re.compile(rf"(?P<name>(?:[A-Z][\w.'’-]*)(?:[ \u00a0](?:[A-Z][\w.'’-]*|{SMALL_WORDS})){{0,5}})\s?:\s+(?=\S)")
TURN_SCORE = 0.85
# A label counts as a speaker's when the article is an exchange: this many labelled paragraphs, of at least two labels.
MIN_TURNS = 4
MIN_REPEATED = 2


def find_turns(text: str, paragraphs: Sequence[Span]) -> tuple[Statement, ...]:
    """The words of each turn of an interview, with the label as the source; nothing for texts that are none.

    Paragraphs without a label that follow a turn belong to it until the next label.
    """
    labels = [(p, LABEL.match(text, p.start, p.end)) for p in paragraphs]
    counts = Counter(m["name"] for _, m in labels if m)
    repeated = {name for name, count in counts.items() if count >= MIN_REPEATED}
    if sum(counts[name] for name in repeated) < MIN_TURNS or len(repeated) < 2:
        return ()
    found: list[tuple[Span, list[Span]]] = []
    for paragraph, match in labels:
        if match and match["name"] in repeated:
            found.append((Span(*match.span("name")), [Span(match.end(), paragraph.end)]))
        elif found and len(found[-1][1]) < 20:
            found[-1][1].append(paragraph)
    return tuple(Statement(None, "turn", name, tuple(words), "turn", TURN_SCORE) for name, words in found)
