"""The contract in marshmallow: what comes in is loaded and what goes out is dumped through these, and openapi.yaml is
written from them. Field order is the order of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate, validates_schema

from service.quotes.types import Decision, OutletBasis, QuoteType, SpeakerBasis, SpeakerKind

OFFSET_UNITS = ("codepoint", "utf16")
PUBLISHER_BASES = ("request", "page")
# What Article bodies may give besides the text, in characters: more is a mistake, not a name.
MAX_NAME_CHARACTERS = 300
MAX_URL_CHARACTERS = 2000

_PROBABILITY = validate.Range(0.0, 1.0)
# Some character that is no white space.
_SOME_TEXT = validate.Regexp(r"^\s*\S", error="There is no text in it.")
_DATE = validate.Regexp(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$(?!\n)",
    error="Not an ISO 8601 date or date and time.",
)


def check_date(written: str) -> None:
    """Raise ``ValidationError`` for a date of the right form that no calendar has, as 30 February."""
    try:
        datetime.fromisoformat(written)
    except ValueError:
        # What has another form is told so by the pattern.
        if written[:4].isdecimal():
            raise ValidationError("There is no such date.") from None


def _described(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


class Strict(Schema):
    """A schema of our own bodies: a field it does not know is a mistake that the client wants to hear of."""

    class Meta:
        unknown = RAISE


class NinjsTextSchema(Schema):
    """One entry of ``bodies`` in ninjs 2.x and 3.x; 2.x writes ``contenttype``, 3.x ``contentType``."""

    class Meta:
        unknown = EXCLUDE

    role = fields.String(allow_none=True)
    contenttype = fields.String(allow_none=True)
    contentType = fields.String(allow_none=True)  # noqa: N815 (the standard's own name)
    value = fields.String(required=True, allow_none=True)


class NinjsSchema(Schema):
    """An IPTC ninjs item, 1.x to 3.x by its shape; of its many properties these are read."""

    class Meta:
        unknown = EXCLUDE

    body_text = fields.String(allow_none=True, metadata=_described("ninjs 1.x: the article as text."))
    body_html = fields.String(
        allow_none=True, metadata=_described("ninjs 1.x: the article as HTML; read when there is no body_text.")
    )
    body_xhtml = fields.String(allow_none=True, metadata=_described("ninjs 1.x, as some write it: as body_html."))
    bodies = fields.List(
        fields.Nested(NinjsTextSchema),
        allow_none=True,
        metadata=_described("ninjs 2.x and 3.x: the plain text one is read, else the HTML one; role main first."),
    )


class ArticleSchema(Strict):
    """An article in JSON: exactly one of ``text``, ``html`` and ``ninjs``."""

    text = fields.String(validate=_SOME_TEXT, metadata=_described("The article. Offsets refer to exactly this string."))
    html = fields.String(
        validate=_SOME_TEXT,
        metadata=_described("A page. Offsets refer to the text taken from it, given in the answer."),
    )
    ninjs = fields.Nested(NinjsSchema, metadata=_described("An IPTC ninjs item, 1.x to 3.x."))
    publisher = fields.String(
        validate=[validate.Length(1, MAX_NAME_CHARACTERS), _SOME_TEXT],
        allow_none=True,
        metadata=_described("The outlet that published this article."),
    )
    url = fields.String(
        validate=validate.Length(1, MAX_URL_CHARACTERS),
        allow_none=True,
        metadata=_described("Where it was published."),
    )
    published = fields.String(
        validate=[_DATE, check_date],
        allow_none=True,
        metadata=_described("When it was published, an ISO 8601 date or date and time."),
    )

    @validates_schema
    def _one_body(self, data: Mapping[str, Any], **_: Any) -> None:
        if sum(name in data for name in ("text", "html", "ninjs")) != 1:
            raise ValidationError("Give exactly one of text, html and ninjs.")


class BatchLineSchema(ArticleSchema):
    """One line of a batch: an article and, if you like, a name of yours for it."""

    id = fields.String(
        validate=validate.Length(1, MAX_NAME_CHARACTERS),
        allow_none=True,
        metadata=_described("Your name for the article, given back with its quotes."),
    )


class QuerySchema(Strict):
    """Which quotes to give and how. A repeated filter accepts any of its values; several filters must all accept."""

    speaker = fields.List(
        fields.String(validate=[validate.Length(1, MAX_NAME_CHARACTERS), _SOME_TEXT]),
        metadata=_described("Only quotes of speakers whose name, title or a mention holds these words."),
    )
    outlet = fields.List(
        fields.String(validate=[validate.Length(1, MAX_NAME_CHARACTERS), _SOME_TEXT]),
        metadata=_described("Only quotes given to outlets whose name or programme holds these words."),
    )
    type = fields.List(
        fields.String(validate=validate.OneOf(get_args(QuoteType))),
        metadata=_described("Only quotes of these types."),
    )
    min_confidence = fields.Float(
        validate=_PROBABILITY,
        load_default=0.0,
        metadata=_described("Only quotes of which every confidence figure is at least this."),
    )
    offset_unit = fields.String(
        validate=validate.OneOf(OFFSET_UNITS),
        load_default="codepoint",
        metadata=_described("What offsets count: Unicode code points, or UTF-16 code units as JavaScript and Java do."),
    )
    explain = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata=_described("Add to each quote the rule, the labels and the candidates that led to it."),
    )


class SpanSchema(Strict):
    """Words of the text: ``text[start:end]`` is ``text``."""

    start = fields.Integer(required=True, validate=validate.Range(0))
    end = fields.Integer(required=True, validate=validate.Range(0))
    text = fields.String(required=True)


class SpeakerSchema(Strict):
    """Who said one quote."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(get_args(SpeakerKind)))
    title = fields.String(required=True, allow_none=True)
    mention = fields.Nested(SpanSchema, required=True, allow_none=True)
    basis = fields.String(required=True, validate=validate.OneOf(get_args(SpeakerBasis)))


class OutletSchema(Strict):
    """The news organisation that the text says got or carried one quote."""

    name = fields.String(required=True)
    kind = fields.String(required=True)
    mention = fields.Nested(SpanSchema, required=True, allow_none=True)
    basis = fields.String(required=True, validate=validate.OneOf(get_args(OutletBasis)))
    programme = fields.String(required=True, allow_none=True)
    interviewer = fields.String(required=True, allow_none=True)


class ConfidenceSchema(Strict):
    """Probabilities; null where there is no speaker or outlet to be right about."""

    span = fields.Float(required=True, validate=_PROBABILITY)
    speaker = fields.Float(required=True, allow_none=True, validate=_PROBABILITY)
    outlet = fields.Float(required=True, allow_none=True, validate=_PROBABILITY)


class RoleSchema(SpanSchema):
    """A stretch that the reader labelled."""

    role = fields.String(required=True)
    score = fields.Float(required=True)


class CandidateSchema(Strict):
    """One way a decision could have gone: a cue or a source that a finder proposed, an identity, an outlet."""

    decision = fields.String(required=True, validate=validate.OneOf(get_args(Decision)))
    name = fields.String(required=True)
    score = fields.Float(required=True, metadata=_described("The finder's own score, the higher the likelier."))
    rule = fields.String(
        required=True,
        allow_none=True,
        metadata=_described("What found it: a rule of the parse, the reader, or how the text names an outlet."),
    )
    span = fields.Nested(SpanSchema, required=True, allow_none=True)
    chosen = fields.Boolean(required=True, metadata=_described("The decision came to this one."))


class ExplanationSchema(Strict):
    """Why a quote is as it is."""

    rule = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)


class QuoteSchema(Strict):
    """One quote, finished."""

    id = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(get_args(QuoteType)))
    spans = fields.List(fields.Nested(SpanSchema), required=True, validate=validate.Length(1))
    cue = fields.Nested(SpanSchema, required=True, allow_none=True)
    speaker = fields.Nested(SpeakerSchema, required=True, allow_none=True)
    outlet = fields.Nested(OutletSchema, required=True, allow_none=True)
    platform = fields.String(required=True, allow_none=True)
    confidence = fields.Nested(ConfidenceSchema, required=True)
    prefix = fields.String(required=True)
    suffix = fields.String(required=True)
    explanation = fields.Nested(ExplanationSchema, metadata=_described("Only with explain=true."))


class PersonSchema(Strict):
    """A speaker of the article with every mention of them."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(get_args(SpeakerKind)))
    title = fields.String(required=True, allow_none=True)
    mentions = fields.List(fields.Nested(SpanSchema), required=True)


class PublisherSchema(Strict):
    """The outlet that published the article, and whether the request or the page named it."""

    name = fields.String(required=True)
    basis = fields.String(required=True, validate=validate.OneOf(PUBLISHER_BASES))


class PackageSchema(Strict):
    """The models that read the article."""

    package = fields.String(required=True)
    version = fields.String(required=True)


class AnswerSchema(Strict):
    """Every quote of one article."""

    text = fields.String(
        metadata=_described("Only when it was extracted from html or ninjs: what the offsets refer to.")
    )
    text_sha256 = fields.String(required=True, metadata=_described("Of the text in UTF-8, in hexadecimal."))
    offset_unit = fields.String(required=True, validate=validate.OneOf(OFFSET_UNITS))
    publisher = fields.Nested(PublisherSchema, required=True, allow_none=True)
    quotes = fields.List(fields.Nested(QuoteSchema), required=True)
    speakers = fields.List(fields.Nested(PersonSchema), required=True)
    models = fields.Nested(PackageSchema, required=True)


class FaultSchema(Strict):
    """One thing wrong in the body (``pointer``) or the query (``parameter``)."""

    detail = fields.String(required=True)
    pointer = fields.String()
    parameter = fields.String()


class ProblemSchema(Strict):
    """RFC 9457 problem details."""

    type = fields.String(required=True, metadata=_described("urn:onrecord:problem: and a slug that never changes."))
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


class BatchAnswerSchema(Strict):
    """One line of a batch answer: ``answer`` when the article was read, ``problem`` when it was not."""

    line = fields.Integer(required=True, metadata=_described("The line of the request, counted from 1."))
    id = fields.String(required=True, allow_none=True)
    answer = fields.Nested(AnswerSchema)
    problem = fields.Nested(ProblemSchema)


class HealthSchema(Strict):
    """The process answers."""

    status = fields.String(required=True, validate=validate.Equal("ok"))


class ReadinessSchema(Strict):
    """The models are loaded and read the self-test."""

    status = fields.String(required=True, validate=validate.Equal("ready"))
    models = fields.Nested(PackageSchema, required=True)
    waiting = fields.Integer(required=True, metadata=_described("Articles that wait in this worker."))
