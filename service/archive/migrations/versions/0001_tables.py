"""The first tables, and full-text search over the words of quotes.

Both databases stem English and keep small words, so that a phrase can hold them, and both see folded words: search in
one finds what search in the other finds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE quote_search USING fts5(
        folded, content='quotes', content_rowid='key', tokenize='porter unicode61', columnsize=0
    )""",
    """CREATE TRIGGER quotes_searchable AFTER INSERT ON quotes BEGIN
        INSERT INTO quote_search (rowid, folded) VALUES (new.key, new.folded);
    END""",
    """CREATE TRIGGER quotes_unsearchable AFTER DELETE ON quotes BEGIN
        INSERT INTO quote_search (quote_search, rowid, folded) VALUES ('delete', old.key, old.folded);
    END""",
    """CREATE TRIGGER quotes_searchable_again AFTER UPDATE OF key, folded ON quotes BEGIN
        INSERT INTO quote_search (quote_search, rowid, folded) VALUES ('delete', old.key, old.folded);
        INSERT INTO quote_search (rowid, folded) VALUES (new.key, new.folded);
    END""",
)
_POSTGRESQL_SEARCH = (
    "CREATE TEXT SEARCH DICTIONARY onrecord_stem (TEMPLATE = snowball, Language = english)",
    "CREATE TEXT SEARCH CONFIGURATION onrecord (PARSER = default)",
    """ALTER TEXT SEARCH CONFIGURATION onrecord ADD MAPPING
        FOR asciiword, word, numword, uint, int, float, sfloat, version WITH onrecord_stem""",
    "ALTER TABLE quotes ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('onrecord', folded)) STORED",
    "CREATE INDEX ix_quotes_search ON quotes USING gin (search)",
)


def upgrade() -> None:
    """Make the tables."""
    _make_shared_tables()
    _make_quote_tables()
    for statement in _SQLITE_SEARCH if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_SEARCH:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE quote_search")
    for table in (
        "records",
        "links",
        "quotes",
        "casts",
        "appearances",
        "spellings",
        "blocks",
        "articles",
        "terms",
        "people",
        "labels",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TEXT SEARCH CONFIGURATION onrecord")
        op.execute("DROP TEXT SEARCH DICTIONARY onrecord_stem")


def _make_shared_tables() -> None:
    op.create_table(
        "labels",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('publisher', 'outlet', 'platform')", name=op.f("ck_labels_kind")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_labels")),
        sa.UniqueConstraint("kind", "name", "detail", name=op.f("uq_labels_kind_name_detail")),
    )
    op.create_table(
        "people",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("quotes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_people_shared_quotes"), "people", ["shared", "quotes"], unique=False)
    op.create_table(
        "terms",
        sa.Column("term", _KEY, autoincrement=False, nullable=False),
        sa.Column("quote_key", _KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("term", "quote_key", name=op.f("pk_terms")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "articles",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("extracted", sa.Boolean(), nullable=False),
        sa.Column("publisher_key", _KEY, nullable=True),
        sa.Column("publisher_basis", sa.String(length=7), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("stored", sa.Text(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["publisher_key"], ["labels.key"], name=op.f("fk_articles_publisher_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_articles")),
        sa.UniqueConstraint("id", name=op.f("uq_articles_id")),
    )
    op.create_index(op.f("ix_articles_package_version"), "articles", ["package", "version"], unique=False)
    op.create_index(op.f("ix_articles_publisher_key"), "articles", ["publisher_key"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("person_key", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["people.key"], name=op.f("fk_blocks_person_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("block", "person_key", name=op.f("pk_blocks")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_blocks_person_key"), "blocks", ["person_key"], unique=False)
    op.create_table(
        "spellings",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("person_key", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sounds", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_key"], ["people.key"], name=op.f("fk_spellings_person_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spellings")),
        sa.UniqueConstraint("person_key", "name", "title", name=op.f("uq_spellings_person_key_name_title")),
    )
    op.create_table(
        "appearances",
        sa.Column("article_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("spelling_key", _KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_key"], ["articles.key"], name=op.f("fk_appearances_article_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["spelling_key"], ["spellings.key"], name=op.f("fk_appearances_spelling_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_key", "spelling_key", name=op.f("pk_appearances")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_appearances_spelling_key"), "appearances", ["spelling_key"], unique=False)
    op.create_table(
        "casts",
        sa.Column("article_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("speakers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_key"], ["articles.key"], name=op.f("fk_casts_article_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_key", name=op.f("pk_casts")),
    )


def _make_quote_tables() -> None:
    op.create_table(
        "quotes",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("article_key", _KEY, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("person_key", _KEY, nullable=True),
        sa.Column("outlet_key", _KEY, nullable=True),
        sa.Column("platform_key", _KEY, nullable=True),
        sa.Column("publisher_key", _KEY, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("linked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_key"], ["articles.key"], name=op.f("fk_quotes_article_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["outlet_key"], ["labels.key"], name=op.f("fk_quotes_outlet_key")),
        sa.ForeignKeyConstraint(["person_key"], ["people.key"], name=op.f("fk_quotes_person_key")),
        sa.ForeignKeyConstraint(["platform_key"], ["labels.key"], name=op.f("fk_quotes_platform_key")),
        sa.ForeignKeyConstraint(["publisher_key"], ["labels.key"], name=op.f("fk_quotes_publisher_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quotes")),
        sa.UniqueConstraint("article_key", "number", name=op.f("uq_quotes_article_key_number")),
    )
    op.create_index(op.f("ix_quotes_outlet_key_key"), "quotes", ["outlet_key", "key"], unique=False)
    op.create_index(op.f("ix_quotes_person_key_key"), "quotes", ["person_key", "key"], unique=False)
    op.create_index(op.f("ix_quotes_platform_key_key"), "quotes", ["platform_key", "key"], unique=False)
    op.create_index(op.f("ix_quotes_publisher_key_key"), "quotes", ["publisher_key", "key"], unique=False)
    op.create_index(
        "ix_quotes_unlinked",
        "quotes",
        ["key"],
        unique=False,
        sqlite_where=sa.text("linked = 0"),
        postgresql_where=sa.text("NOT linked"),
    )
    op.create_table(
        "links",
        sa.Column("earlier", _KEY, autoincrement=False, nullable=False),
        sa.Column("later", _KEY, autoincrement=False, nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["earlier"], ["quotes.key"], name=op.f("fk_links_earlier"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["later"], ["quotes.key"], name=op.f("fk_links_later"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("earlier", "later", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_changed_earlier_later"), "links", ["changed", "earlier", "later"], unique=False)
    op.create_index(op.f("ix_links_later"), "links", ["later"], unique=False)
    op.create_table(
        "records",
        sa.Column("quote_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["quote_key"], ["quotes.key"], name=op.f("fk_records_quote_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("quote_key", name=op.f("pk_records")),
    )
