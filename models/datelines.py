"""Datelines: the place, day and agency that open a wire story's first paragraph, before its dash."""

from __future__ import annotations

import re

_CAPITALS = r"[A-Z][A-Z.'’]+(?:[ /-][A-Z][A-Z.'’]+){0,4}"
_NAMED = r"[A-Z][\w.'’-]+(?: [A-Z0-9][\w.'’-]*){0,3}"
# A region, a state, a day or several of them: "Ukraine", "Fla.", "March 5, 2022".
_MORE = r"(?:, ?[A-Z0-9][\w.'’ -]{0,24}){0,3}"
_AGENCY = r" ?\([A-Z][\w.&/'’ -]{1,30}\)"
_DASH = r"(?: ?[—–―] ?| -{1,3} )"
# Place in capitals, with or without an agency; or a place or a day in ordinary letters with one.
_DATELINE = re.compile(rf"(?:{_CAPITALS}{_MORE}(?:{_AGENCY})?|{_NAMED}{_MORE}{_AGENCY}){_DASH}(?=[\"“'‘]?[A-Z0-9])")


def dateline_end(text: str, start: int, end: int) -> int:
    """The offset behind the dateline that opens the paragraph ``[start, end)`` of ``text``, its dash included.

    ``start`` itself where there is none. "KYIV, Ukraine (AP) — The port …" has one,
    "NATO — which denied it — …" has not.
    """
    found = _DATELINE.match(text, start, end)
    return found.end() if found else start
