"""The archive's part of the contract, in marshmallow; field order is the order of the answer."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import fields, validate

from service.archive.pairing import LABELS, Operation, Wording
from service.archive.people import SHARED_KINDS
from service.archive.search import PERIODS
from service.quotes.types import QuoteType, SpeakerKind
from service.schemas import (
    MAX_NAME_CHARACTERS,
    MAX_URL_CHARACTERS,
    OFFSET_UNITS,
    AnswerSchema,
    ArticleSchema,
    PackageSchema,
    QuoteSchema,
    Strict,
)

ARTICLE_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._~:@-]{0,199}$"
MAX_LIMIT = 500
MAX_COMPARED_ARTICLES = 10
_MOMENT = validate.Regexp(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$(?!\n)",
    error="Not an ISO 8601 date or date and time.",
)
_NAME = [validate.Length(1, MAX_NAME_CHARACTERS), validate.Regexp(r"^\s*\S", error="There is no text in it.")]
_SHARE = validate.Range(0.0, 1.0)


def _described(text: str) -> dict[str, Any]:
    return {"description": text}


def _names(text: str) -> fields.List[Any]:
    return fields.List(fields.String(validate=_NAME), metadata=_described(text))


def _cursor(parts: int) -> fields.String:
    part = "[0-9a-z]{1,13}"
    return fields.String(
        validate=validate.Regexp(f"^{'-'.join([part] * parts)}$(?!\\n)", error="Not a cursor of this service."),
        metadata=_described("Where the page begins: next of the page before."),
    )


def _limit(default: int) -> fields.Integer:
    return fields.Integer(
        validate=validate.Range(1, MAX_LIMIT), load_default=default, metadata=_described("Most entries of the page.")
    )


def _next() -> fields.String:
    return fields.String(
        required=True, allow_none=True, metadata=_described("The cursor of the next page, null on the last one.")
    )


def _moments() -> dict[str, fields.Field[Any]]:
    return {
        "from": fields.String(validate=_MOMENT, metadata=_described("Only what was published then or later.")),
        "to": fields.String(
            validate=_MOMENT, metadata=_described("Only what was published then or before; a date means all its day.")
        ),
    }


# ``from`` is a word of Python, so a class cannot hold it as an attribute.
WithPeriodSchema = Strict.from_dict(_moments(), name="WithPeriod")


class ShownSchema(Strict):
    """How to give quotes."""

    offset_unit = fields.String(
        validate=validate.OneOf(OFFSET_UNITS), load_default="codepoint", metadata=_described("What offsets count.")
    )
    explain = fields.Boolean(
        load_default=False, truthy={"true"}, falsy={"false"}, metadata=_described("Add why each quote is as it is.")
    )


class ArticleQuerySchema(ShownSchema):
    """How to give one stored article."""

    text = fields.Boolean(
        load_default=False, truthy={"true"}, falsy={"false"}, metadata=_described("Give the article's text too.")
    )


class StoreQuerySchema(ArticleQuerySchema):
    """What to note of an article, for bodies that cannot say it themselves; it stands over what the body says."""

    publisher = fields.String(validate=_NAME, metadata=_described("The outlet that published this article."))
    url = fields.String(validate=validate.Length(1, MAX_URL_CHARACTERS), metadata=_described("Where it was published."))
    published = fields.String(validate=_MOMENT, metadata=_described("When it was published."))


class ArticlesQuerySchema(WithPeriodSchema):  # type: ignore[misc, valid-type]
    """Which articles to list."""

    publisher = _names("Only articles whose publisher's name holds these words.")
    limit = _limit(50)
    cursor = _cursor(1)


class SearchSchema(WithPeriodSchema):  # type: ignore[misc, valid-type]
    """Which quotes to give. A repeated filter accepts any of its values; several filters must all accept."""

    q = fields.String(
        validate=validate.Length(1, 500),
        metadata=_described('Words the quote must hold; "a phrase", begin*, -unwanted.'),
    )
    speaker = _names(
        "Only quotes of speakers whose name or title holds these words in any spelling, or of this id (p17)."
    )
    outlet = _names("Only quotes given to outlets whose name or programme holds these words.")
    publisher = _names("Only quotes in articles whose publisher's name holds these words.")
    platform = _names("Only statements that appeared on platforms whose name holds these words.")
    type = fields.List(
        fields.String(validate=validate.OneOf(get_args(QuoteType))), metadata=_described("Only quotes of these types.")
    )
    min_confidence = fields.Float(
        validate=_SHARE,
        load_default=0.0,
        metadata=_described("Only quotes of which every confidence figure is at least this."),
    )
    offset_unit = fields.String(
        validate=validate.OneOf(OFFSET_UNITS), load_default="codepoint", metadata=_described("What offsets count.")
    )
    explain = fields.Boolean(
        load_default=False, truthy={"true"}, falsy={"false"}, metadata=_described("Add why each quote is as it is.")
    )
    limit = _limit(50)
    cursor = _cursor(1)


class SpeakersQuerySchema(Strict):
    """Which speakers to list."""

    name = _names("Only speakers whose name or title holds these words in any spelling.")
    kind = fields.List(
        fields.String(validate=validate.OneOf(SHARED_KINDS)), metadata=_described("Only speakers of these kinds.")
    )
    limit = _limit(50)
    cursor = _cursor(2)


class TimelineQuerySchema(Strict):
    """How to give a timeline."""

    by = fields.String(
        validate=validate.OneOf(list(PERIODS)), load_default="day", metadata=_described("The length of its periods.")
    )


class DriftQuerySchema(Strict):
    """Which statements to list."""

    label = fields.List(
        fields.String(validate=validate.OneOf(LABELS)),
        load_default=["reworded", "attributed to somebody else"],
        metadata=_described("What counts as a difference."),
    )
    limit = _limit(20)
    cursor = _cursor(3)


class ArticleReferenceSchema(Strict):
    """The article a quote stands in. ``stored`` is null for an article that is only compared."""

    id = fields.String(required=True)
    publisher = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    published = fields.String(required=True, allow_none=True)
    stored = fields.String(required=True, allow_none=True)


class ArchivedQuoteSchema(QuoteSchema):
    """A quote as the main call answers it; its id and its speaker's are those of the archive."""

    article = fields.Nested(ArticleReferenceSchema, required=True)


class ArchivedQuotesSchema(Strict):
    """A page of quotes, newest article first."""

    offset_unit = fields.String(required=True, validate=validate.OneOf(OFFSET_UNITS))
    quotes = fields.List(fields.Nested(ArchivedQuoteSchema), required=True)
    next = _next()


class ArchivedArticleSchema(AnswerSchema):
    """A stored article: the answer of the main call, and what is known of the article."""

    id = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    published = fields.String(required=True, allow_none=True)
    stored = fields.String(required=True, metadata=_described("When it was first stored, in UTC."))
    read = fields.String(required=True, metadata=_described("When its quotes were read, in UTC."))

    class Meta(Strict.Meta):
        fields = (
            *("id", "url", "published", "stored", "read", "text", "text_sha256"),
            *("offset_unit", "publisher", "quotes", "speakers", "models"),
        )


class ArticleEntrySchema(Strict):
    """A stored article in a list."""

    id = fields.String(required=True)
    publisher = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    published = fields.String(required=True, allow_none=True)
    stored = fields.String(required=True)
    read = fields.String(required=True)
    text_sha256 = fields.String(required=True)
    quotes = fields.Integer(required=True)
    models = fields.Nested(PackageSchema, required=True)


class ArticlesSchema(Strict):
    """A page of articles, newest first."""

    articles = fields.List(fields.Nested(ArticleEntrySchema), required=True)
    next = _next()


class SpeakerEntrySchema(Strict):
    """Somebody quoted, across articles."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(get_args(SpeakerKind)))
    title = fields.String(required=True, allow_none=True)
    quotes = fields.Integer(required=True)


class SpeakersSchema(Strict):
    """A page of speakers, most quoted first."""

    speakers = fields.List(fields.Nested(SpeakerEntrySchema), required=True)
    next = _next()


class UsedNameSchema(Strict):
    """A name or title with the number of articles that use it."""

    name = fields.String(required=True)
    articles = fields.Integer(required=True)


class PeriodSchema(Strict):
    """A day, month or year (the beginning of an ISO 8601 date) in which somebody was quoted."""

    period = fields.String(required=True)
    quotes = fields.Integer(required=True)
    articles = fields.Integer(required=True)
    publishers = fields.List(fields.String(), required=True)


class SpeakerDetailSchema(SpeakerEntrySchema):
    """Somebody quoted, every name and title they go by, and when they were quoted."""

    names = fields.List(fields.Nested(UsedNameSchema), required=True)
    titles = fields.List(fields.Nested(UsedNameSchema), required=True)
    timeline = fields.List(fields.Nested(PeriodSchema), required=True)


class ChangeSchema(Strict):
    """A stretch of words: as the earliest version prints them, and as this one does."""

    operation = fields.String(required=True, validate=validate.OneOf(get_args(Operation)))
    earlier = fields.String(required=True)
    later = fields.String(required=True)


class VersionSchema(Strict):
    """A quote as a version of the earliest one of its statement."""

    quote = fields.Nested(ArchivedQuoteSchema, required=True)
    label = fields.String(required=True, validate=validate.OneOf(LABELS))
    wording = fields.String(
        required=True,
        validate=validate.OneOf(get_args(Wording)),
        metadata=_described("What the words alone amount to, whoever said them."),
    )
    changed = fields.Float(
        required=True, validate=_SHARE, metadata=_described("Share of words inserted, deleted or replaced.")
    )
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class StatementSchema(Strict):
    """One statement in the versions that articles print, earliest first."""

    earliest = fields.String(required=True, metadata=_described("The id of the earliest version's quote."))
    changed = fields.Float(required=True, validate=_SHARE, metadata=_described("The greatest share of its versions."))
    versions = fields.List(fields.Nested(VersionSchema), required=True)


class DriftSchema(Strict):
    """A page of statements, those first whose versions differ most."""

    statements = fields.List(fields.Nested(StatementSchema), required=True)
    pending = fields.Integer(
        required=True, metadata=_described("Quotes not compared with other articles yet, and missing here.")
    )
    next = _next()


class ComparedArticleSchema(ArticleSchema):
    """An article to compare, with a name of yours for it if you like."""

    id = fields.String(
        validate=validate.Length(1, MAX_NAME_CHARACTERS), metadata=_described("By default a1, a2 … in the order sent.")
    )


class CompareSchema(Strict):
    """Articles to compare; none is stored."""

    articles = fields.List(
        fields.Nested(ComparedArticleSchema), required=True, validate=validate.Length(2, MAX_COMPARED_ARTICLES)
    )


class ComparedSchema(Strict):
    """An article that was compared."""

    id = fields.String(required=True)
    publisher = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    published = fields.String(required=True, allow_none=True)
    text = fields.String(metadata=_described("Only when it was extracted from html or ninjs: what offsets refer to."))
    text_sha256 = fields.String(required=True)
    quotes = fields.Integer(required=True)


class ComparisonSchema(Strict):
    """The statements that several of the articles print."""

    articles = fields.List(fields.Nested(ComparedSchema), required=True)
    statements = fields.List(fields.Nested(StatementSchema), required=True)
    models = fields.Nested(PackageSchema, required=True)
