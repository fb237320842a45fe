"""The answer in each media type a client may ask for: a renderer takes the answer and the article and gives bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from tabulate import tabulate

from service.quotes.types import Article

Render = Callable[[Mapping[str, Any], Article], bytes]

CSV_COLUMNS = (
    "id",
    "type",
    "text",
    "spans",
    "speaker",
    "speaker_id",
    "speaker_kind",
    "title",
    "mention",
    "speaker_basis",
    "cue",
    "outlet",
    "outlet_kind",
    "outlet_basis",
    "programme",
    "interviewer",
    "platform",
    "confidence_span",
    "confidence_speaker",
    "confidence_outlet",
    "publisher",
    "url",
    "published",
    "text_sha256",
)
# What stands between the pieces of a quote where they are shown as one string.
GAP = " […] "
# Widths of the table's columns: the whole fits a terminal of 120 columns.
_WIDTHS = (6, 8, 24, 20, 54)
# Control characters, and those that change the direction of what follows: in a terminal they could move the cursor,
# colour the screen or show a quote in another order.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
JSONLD_CONTEXT = (
    "https://schema.org",
    {
        "oa": "http://www.w3.org/ns/oa#",
        "selector": "oa:hasSelector",
        "TextQuoteSelector": "oa:TextQuoteSelector",
        "TextPositionSelector": "oa:TextPositionSelector",
        "exact": "oa:exact",
        "prefix": "oa:prefix",
        "suffix": "oa:suffix",
        "start": "oa:start",
        "end": "oa:end",
    },
)


def _words(answer_quote: Mapping[str, Any]) -> str:
    return GAP.join(span["text"] for span in answer_quote["spans"])


def render_json(answer: Mapping[str, Any], article: Article) -> bytes:
    """The answer itself."""
    return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)


def render_ndjson(answer: Mapping[str, Any], article: Article) -> bytes:
    """One quote a line, as in the JSON answer."""
    return b"".join(orjson.dumps(quote, option=orjson.OPT_APPEND_NEWLINE) for quote in answer["quotes"])


def render_csv(answer: Mapping[str, Any], article: Article) -> bytes:
    """A header and one quote a row (RFC 4180)."""
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(flat_rows(answer, article))
    return sheet.getvalue().encode()


def flat_rows(answer: Mapping[str, Any], article: Article) -> Iterator[dict[str, Any]]:
    """Yield each quote with ``CSV_COLUMNS`` as its keys; ``spans`` is start-end of each piece, with ; between."""
    about = {
        "publisher": (answer["publisher"] or {}).get("name"),
        "url": article.url,
        "published": article.published,
        "text_sha256": answer["text_sha256"],
    }
    for quote in answer["quotes"]:
        yield {**_flat_quote(quote), **about}


def _flat_quote(quote: Mapping[str, Any]) -> dict[str, Any]:
    speaker, outlet, confidence = quote["speaker"] or {}, quote["outlet"] or {}, quote["confidence"]
    return {
        "id": quote["id"],
        "type": quote["type"],
        "text": _words(quote),
        "spans": ";".join(f"{span['start']}-{span['end']}" for span in quote["spans"]),
        "speaker": speaker.get("name"),
        "speaker_id": speaker.get("id"),
        "speaker_kind": speaker.get("kind"),
        "title": speaker.get("title"),
        "mention": (speaker.get("mention") or {}).get("text"),
        "speaker_basis": speaker.get("basis"),
        "cue": (quote["cue"] or {}).get("text"),
        "outlet": outlet.get("name"),
        "outlet_kind": outlet.get("kind"),
        "outlet_basis": outlet.get("basis"),
        "programme": outlet.get("programme"),
        "interviewer": outlet.get("interviewer"),
        "platform": quote["platform"],
        **{f"confidence_{name}": confidence[name] for name in ("span", "speaker", "outlet")},
    }


def render_table(answer: Mapping[str, Any], article: Article) -> bytes:
    """A table for a terminal, with nothing in it that a terminal would obey."""
    if not answer["quotes"]:
        return b"No quotes.\n"
    rows = [
        (quote["id"], quote["type"], *map(printable, (_who(quote), _where(quote), _words(quote))))
        for quote in answer["quotes"]
    ]
    table = tabulate(
        rows,
        ("id", "type", "speaker", "outlet", "quote"),
        tablefmt="simple",
        maxcolwidths=list(_WIDTHS),
        disable_numparse=True,
    )
    return f"{table}\n".encode()


def _who(quote: Mapping[str, Any]) -> str:
    speaker = quote["speaker"]
    if not speaker:
        return "-"
    name = speaker["name"] or (speaker["mention"] or {}).get("text") or "-"
    return f"{name}, {speaker['title']}" if speaker["title"] else str(name)


def _where(quote: Mapping[str, Any]) -> str:
    outlet = quote["outlet"] or {}
    parts = (outlet.get("name"), outlet.get("programme"), outlet.get("interviewer"), quote["platform"])
    return ", ".join(part for part in parts if part) or "-"


def printable(words: str) -> str:
    """Return ``words`` on one line with nothing in it that a terminal would obey."""
    return _UNPRINTABLE.sub("\ufffd", " ".join(words.split()))


def render_jsonld(answer: Mapping[str, Any], article: Article) -> bytes:
    """schema.org ``Quotation``s in a graph; each piece is a part of its quotation with W3C selectors that find it."""
    graph = [_quotation(quote, answer, article) for quote in answer["quotes"]]
    return orjson.dumps({"@context": JSONLD_CONTEXT, "@graph": graph}, option=orjson.OPT_APPEND_NEWLINE)


def _quotation(quote: Mapping[str, Any], answer: Mapping[str, Any], article: Article) -> dict[str, Any]:
    publisher = (answer["publisher"] or {}).get("name")
    return _present(
        {
            "@id": f"urn:sha256:{answer['text_sha256']}#{quote['id']}",
            "@type": "Quotation",
            "additionalType": quote["type"],
            "text": _words(quote),
            "creator": _creator(quote["speaker"]),
            "isPartOf": _present(
                {
                    "@type": "NewsArticle",
                    "@id": f"urn:sha256:{answer['text_sha256']}",
                    "url": article.url,
                    "datePublished": article.published,
                    "publisher": {"@type": "NewsMediaOrganization", "name": publisher} if publisher else None,
                }
            ),
            "isBasedOn": _basis(quote["outlet"]),
            "hasPart": [_part(span, quote, answer["offset_unit"]) for span in quote["spans"]],
        }
    )


def _creator(speaker: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not speaker or not speaker["name"]:
        return None
    kind = {"person": "Person", "unnamed": "Person", "organisation": "Organization", "group": "Organization"}
    return _present(
        {
            "@type": kind.get(speaker["kind"], "CreativeWork"),
            "name": speaker["name"],
            "jobTitle": speaker["title"] if speaker["kind"] == "person" else None,
        }
    )


def _basis(outlet: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The outlet's own report or programme, on which the article's quote is based."""
    if not outlet:
        return None
    return _present(
        {
            "@type": "CreativeWork",
            "name": outlet["programme"],
            "publisher": {"@type": "NewsMediaOrganization", "name": outlet["name"]},
            "contributor": {"@type": "Person", "name": outlet["interviewer"]} if outlet["interviewer"] else None,
        }
    )


def _part(span: Mapping[str, Any], quote: Mapping[str, Any], unit: str) -> dict[str, Any]:
    first, last = quote["spans"][0], quote["spans"][-1]
    exact = _present(
        {
            "@type": "TextQuoteSelector",
            "exact": span["text"],
            "prefix": quote["prefix"] if span is first else None,
            "suffix": quote["suffix"] if span is last else None,
        }
    )
    # The W3C model counts code points, so a position in UTF-16 units would be read wrongly.
    position = {"@type": "TextPositionSelector", "start": span["start"], "end": span["end"]}
    return {"@type": "Quotation", "text": span["text"], "selector": [exact] if unit == "utf16" else [exact, position]}


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``members`` without those that are null."""
    return {name: value for name, value in members.items() if value is not None}


# In order of preference: the first is given to a client that accepts anything.
RENDERERS: Mapping[str, Render] = {
    "application/json": render_json,
    "application/x-ndjson": render_ndjson,
    "text/csv": render_csv,
    "application/ld+json": render_jsonld,
    "text/plain": render_table,
}
CONTENT_TYPES: Mapping[str, str] = {
    "text/csv": "text/csv; charset=utf-8; header=present",
    "text/plain": "text/plain; charset=utf-8",
}
