"""The archive's tables, the same for SQLite and PostgreSQL; where words are looked up differs and is made by the
migrations: ``quote_search`` for searches, ``term_search`` for comparisons, both kept in step by the database.

Keys of articles and quotes are time-ordered (``keys.py``): a page of the newest is a range of keys, in an index both
databases already have.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite makes a table's own row number only of a column declared INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")


def _only(condition: str) -> dict[str, Any]:
    """Options of an index of the rows that ``condition`` holds for."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _cascade(target: str) -> ForeignKey:
    return ForeignKey(target, ondelete="CASCADE")


# Names that many quotes share: what published them, the outlets they were given to, the platforms they appeared on.
labels = Table(
    "labels",
    metadata,
    Column("key", Key, primary_key=True),
    Column("kind", String(9), nullable=False),
    Column("name", Text, nullable=False),
    # An outlet's programme; empty for every other label.
    Column("detail", Text, nullable=False, server_default=""),
    # Words of name and detail as searches compare them, a space around each.
    Column("folded", Text, nullable=False),
    UniqueConstraint("kind", "name", "detail"),
    CheckConstraint("kind IN ('publisher', 'outlet', 'platform')", name="kind"),
)

articles = Table(
    "articles",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    # In UTF-8: PostgreSQL's own text cannot hold every character an article may.
    Column("text", LargeBinary, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    # True when the text was taken out of HTML or ninjs.
    Column("extracted", Boolean, nullable=False),
    Column("publisher_key", ForeignKey("labels.key"), index=True),
    Column("publisher_basis", String(7)),
    Column("url", Text),
    # As the client wrote it; the key orders by the moment it means.
    Column("published", Text),
    Column("stored", Text, nullable=False),
    Column("read", Text, nullable=False),
    Column("package", Text, nullable=False),
    Column("version", Text, nullable=False),
    Index(None, "package", "version"),
)

people = Table(
    "people",
    metadata,
    Column("key", Key, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("name", Text),
    Column("title", Text),
    # False for somebody without a name of their own ("a resident"): one article's only, never merged across articles.
    Column("shared", Boolean, nullable=False),
    Column("quotes", Integer, nullable=False, server_default=text("0")),
    Index(None, "shared", "quotes"),
    # A deleted person's number must never become somebody else's.
    sqlite_autoincrement=True,
)

# What articles call a person: each name with the title it came with, and in how many articles.
spellings = Table(
    "spellings",
    metadata,
    Column("key", Key, primary_key=True),
    Column("person_key", Key, _cascade("people.key"), nullable=False),
    # Empty when the person has none.
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    # Words of name and title as searches compare them: sounds made one, a space around each.
    Column("sounds", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    UniqueConstraint("person_key", "name", "title"),
)

appearances = Table(
    "appearances",
    metadata,
    Column("article_key", Key, _cascade("articles.key"), primary_key=True, autoincrement=False),
    Column("spelling_key", Key, _cascade("spellings.key"), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

# Where to look for a person with a similar name: sounds of the words of the names they go by.
blocks = Table(
    "blocks",
    metadata,
    Column("block", Text, primary_key=True),
    Column("person_key", Key, _cascade("people.key"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

quotes = Table(
    "quotes",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=False),
    Column("article_key", Key, _cascade("articles.key"), nullable=False),
    # "q1", "q2" … within the article.
    Column("number", Text, nullable=False),
    Column("type", String(8), nullable=False),
    Column("person_key", Key, ForeignKey("people.key")),
    Column("outlet_key", ForeignKey("labels.key")),
    Column("platform_key", ForeignKey("labels.key")),
    Column("publisher_key", ForeignKey("labels.key")),
    # The least of the confidence figures.
    Column("confidence", Float, nullable=False),
    # False until the quote has been compared with those of other articles.
    Column("linked", Boolean, nullable=False, server_default=false()),
    # The words as searches and comparisons see them, a space between.
    Column("folded", Text, nullable=False),
    # Hashes of how its telling words sound, a space between: what leads from one version of a statement to the others.
    Column("terms", Text, nullable=False, server_default=""),
    UniqueConstraint("article_key", "number"),
    Index(None, "person_key", "key"),
    # Most quotes have neither outlet nor platform, and need no place in these.
    Index(None, "outlet_key", "key", **_only("outlet_key IS NOT NULL")),
    Index(None, "platform_key", "key", **_only("platform_key IS NOT NULL")),
    Index(None, "publisher_key", "key"),
    Index("ix_quotes_unlinked", "key", sqlite_where=text("linked = 0"), postgresql_where=text("NOT linked")),
)

# Apart from the quotes, so that a search that goes through many reads few pages.
records = Table(
    "records",
    metadata,
    Column("quote_key", Key, _cascade("quotes.key"), primary_key=True, autoincrement=False),
    # The quote as the main call answers it, explanation included, offsets in code points.
    Column("record", Text, nullable=False),
)

# The article's people as the main call answers them.
casts = Table(
    "casts",
    metadata,
    Column("article_key", Key, _cascade("articles.key"), primary_key=True, autoincrement=False),
    Column("speakers", Text, nullable=False),
)

# Two quotes of different articles found to be one statement; ``earlier`` < ``later`` as keys.
links = Table(
    "links",
    metadata,
    Column("earlier", Key, _cascade("quotes.key"), primary_key=True, autoincrement=False),
    Column("later", Key, _cascade("quotes.key"), primary_key=True, autoincrement=False, index=True),
    Column("label", SmallInteger, nullable=False),
    # Share of words that differ, in parts of 10,000.
    Column("changed", Integer, nullable=False),
    Index(None, "changed", "earlier", "later"),
)
