"""The words that lead from one version of a statement to the others, kept with the quote and indexed by the database.

Until here every word of a quote was a row of ``terms``, in SQLite a page to write for each. Now SQLite keeps them in an
index of words that writes them together, PostgreSQL in its own table, and triggers keep both in step with the quotes.
Outlets and platforms that most quotes lack leave their indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.archive.words import hash_terms

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TOGETHER = 2000

_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE term_search USING fts5(
        terms, content='quotes', content_rowid='key', tokenize='unicode61', columnsize=0, detail='none'
    )""",
    "CREATE VIRTUAL TABLE term_search_counts USING fts5vocab('term_search', 'row')",
    "INSERT INTO term_search (term_search) VALUES ('rebuild')",
    """CREATE TRIGGER quotes_comparable AFTER INSERT ON quotes BEGIN
        INSERT INTO term_search (rowid, terms) VALUES (new.key, new.terms);
    END""",
    """CREATE TRIGGER quotes_incomparable AFTER DELETE ON quotes BEGIN
        INSERT INTO term_search (term_search, rowid, terms) VALUES ('delete', old.key, old.terms);
    END""",
    """CREATE TRIGGER quotes_comparable_again AFTER UPDATE OF key, terms ON quotes BEGIN
        INSERT INTO term_search (term_search, rowid, terms) VALUES ('delete', old.key, old.terms);
        INSERT INTO term_search (rowid, terms) VALUES (new.key, new.terms);
    END""",
)
_POSTGRESQL_SEARCH = (
    "CREATE TABLE term_search (term bigint, quote_key bigint, PRIMARY KEY (term, quote_key))",
    """INSERT INTO term_search
        SELECT term::bigint, key FROM quotes, unnest(string_to_array(terms, ' ')) AS term WHERE terms <> ''""",
    """CREATE FUNCTION forget_terms(gone quotes) RETURNS void LANGUAGE sql AS $$
        DELETE FROM term_search WHERE quote_key = gone.key
            AND term IN (SELECT unnest(string_to_array(gone.terms, ' '))::bigint)
    $$""",
    """CREATE FUNCTION note_terms(come quotes) RETURNS void LANGUAGE sql AS $$
        INSERT INTO term_search SELECT unnest(string_to_array(come.terms, ' '))::bigint, come.key
    $$""",
    """CREATE FUNCTION move_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM forget_terms(OLD); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM note_terms(NEW); END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER quotes_comparable AFTER INSERT OR DELETE OR UPDATE OF key, terms ON quotes
        FOR EACH ROW EXECUTE FUNCTION move_terms()""",
)
_SQLITE_DROPPED = (
    *(f"DROP TRIGGER {name}" for name in ("quotes_comparable", "quotes_incomparable", "quotes_comparable_again")),
    "DROP TABLE term_search_counts",
    "DROP TABLE term_search",
)
_POSTGRESQL_DROPPED = (
    "DROP TRIGGER quotes_comparable ON quotes",
    *(f"DROP FUNCTION {name}" for name in ("move_terms()", "note_terms(quotes)", "forget_terms(quotes)")),
    "DROP TABLE term_search",
)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    """Move the words to the quotes."""
    op.add_column("quotes", sa.Column("terms", sa.Text(), server_default="", nullable=False))
    for rows in _quotes_in_parts():
        _run("UPDATE quotes SET terms = :terms WHERE key = :key", [
            {"key": key, "terms": " ".join(map(str, hash_terms(folded.split())))} for key, folded in rows
        ])  # fmt: skip
    for statement in _SQLITE_SEARCH if _is_sqlite() else _POSTGRESQL_SEARCH:
        op.execute(statement)
    op.drop_table("terms")
    for name in ("outlet", "platform"):
        op.drop_index(f"ix_quotes_{name}_key_key", "quotes")
        given = sa.text(f"{name}_key IS NOT NULL")
        op.create_index(
            f"ix_quotes_{name}_key_key", "quotes", [f"{name}_key", "key"], sqlite_where=given, postgresql_where=given
        )


def downgrade() -> None:
    """Move the words back to rows of their own."""
    op.create_table(
        "terms",
        sa.Column("term", _KEY, autoincrement=False, nullable=False),
        sa.Column("quote_key", _KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("term", "quote_key", name=op.f("pk_terms")),
        sqlite_with_rowid=False,
    )
    for rows in _quotes_in_parts():
        words = [(term, key) for key, folded in rows for term in hash_terms(folded.split())]
        _run(
            "INSERT INTO terms (term, quote_key) VALUES (:term, :key)",
            [{"term": term, "key": key} for term, key in sorted(words)],
        )
    for statement in _SQLITE_DROPPED if _is_sqlite() else _POSTGRESQL_DROPPED:
        op.execute(statement)
    op.drop_column("quotes", "terms")
    for name in ("outlet", "platform"):
        op.drop_index(f"ix_quotes_{name}_key_key", "quotes")
        op.create_index(f"ix_quotes_{name}_key_key", "quotes", [f"{name}_key", "key"])


def _quotes_in_parts() -> Iterator[Any]:
    """Yield key and folded words of all quotes, some at a time."""
    last = -1
    some = sa.text("SELECT key, folded FROM quotes WHERE key > :last ORDER BY key LIMIT :most")
    while rows := op.get_bind().execute(some, {"last": last, "most": _TOGETHER}).all():
        yield rows
        last = rows[-1][0]


def _run(statement: str, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(sa.text(statement), rows)
