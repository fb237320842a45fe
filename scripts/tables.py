"""Write the tables of docs/settings.md and docs/errors.md from the code; what stands around them is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from service.errors import PROBLEMS
from service.settings import describe_settings

DOCS = Path(__file__).parent.parent / "docs"


def write_table(page: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Replace the one table of ``page`` that starts with ``head``."""
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    path = DOCS / page
    old = re.compile(r"^\| " + re.escape(head[0]) + r" \|.*\n(?:\|.*\n)+", re.MULTILINE)
    path.write_text(old.sub(lambda _: "\n".join(lines) + "\n", path.read_text(), count=1))


def main() -> None:
    """Write both tables."""
    settings = ((f"`{name}`", default or "(empty)", meaning) for name, default, meaning in describe_settings())
    write_table("settings.md", ("Variable", "Default", "Meaning"), settings)
    problems = ((f"`{slug}`", str(kind.status), kind.title) for slug, kind in PROBLEMS.items())
    write_table("errors.md", ("Type ends in", "Status", "Title"), problems)


if __name__ == "__main__":
    main()
