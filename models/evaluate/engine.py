"""The engine under evaluation: the service's own flow, with parses kept on disk and, for ablations, parts left out."""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.quotes.types import Article, Extraction, ParsedText, Sentence

Extract = Callable[[Sequence[Article]], Sequence[Extraction]]
Read = Callable[[Sequence[str]], Sequence[ParsedText]]

PARTS = ("roles", "parse", "entities")
"""What an ablation can leave out of a ParsedText."""

CLAUSES = "clauses"
"""The statements that the trees show: an ablation can leave them out and keep the trees."""

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

NOT_READING = frozenset({"train", "evaluate", "cards"})
"""Folders under ``models`` that no parse depends on."""

WEIGHTS_BYTES = 1_000_000
"""Files above this size are weights."""

BATCH_ARTICLES = 8
"""Articles that are read together: enough to fill the model's batches, few enough to keep memory flat."""


def load_engine(*, cache: Path | None, without: frozenset[str] = frozenset()) -> Extract:
    """The engine as a function from articles to extractions. ``cache`` is a folder for parses, made when it is missing.

    The engine is ``service.quotes.extract_quotes`` over what ``service.quotes.load_reader`` loads, at the first text
    that is not in the cache. Raises ``ValueError`` for a part that is neither in ``PARTS`` nor ``CLAUSES``.
    """
    quotes = importlib.import_module("service.quotes")
    read: Read = _LazyReader(lambda: quotes.load_reader())
    if cache is not None:
        read = cached(read, cache, version=package_version())
    reader = ablated(read, without - {CLAUSES})
    find: dict[str, Any] = {"find_clauses": lambda trees, marked: ()} if CLAUSES in without else {}

    def extract(articles: Sequence[Article]) -> tuple[Extraction, ...]:
        found: list[Extraction] = []
        for start in range(0, len(articles), BATCH_ARTICLES):
            found.extend(quotes.extract_quotes(articles[start : start + BATCH_ARTICLES], read=reader, **find))
        return tuple(found)

    return extract


class _LazyReader:
    """Loads the models when the first text is read."""

    def __init__(self, load: Callable[[], Read]) -> None:
        self._load = load
        self._read: Read | None = None

    def __call__(self, texts: Sequence[str]) -> Sequence[ParsedText]:
        if self._read is None:
            self._read = self._load()
        return self._read(texts)


def package_version(root: Path = ROOT) -> str:
    """A hash over everything that decides a parse: the models and the code that runs them.

    Code and tables are taken by content, weights (over ``WEIGHTS_BYTES``) by size and time of change.
    """
    digest = hashlib.sha256(os.environ.get("ONRECORD_STANZA_DIR", "").encode())
    for path in _reading_files(root):
        stat = path.stat()
        state = f"{stat.st_size} {stat.st_mtime_ns}".encode() if stat.st_size > WEIGHTS_BYTES else path.read_bytes()
        digest.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(state).digest())
    return digest.hexdigest()


def _reading_files(root: Path) -> list[Path]:
    paths = [root / "service" / "quotes" / name for name in ("types.py", "parse.py")]
    for path in sorted((root / "models").rglob("*")):
        parts = path.relative_to(root / "models").parts
        if parts[0] not in NOT_READING and "__pycache__" not in parts and path.suffix != ".md":
            paths.append(path)
    return [path for path in paths if path.is_file()]


def cached(read: Read, folder: Path, *, version: str) -> Read:
    """``read`` with its answers kept as pickles in ``folder``, by text and version. The folder is ours, so trusted."""
    folder.mkdir(parents=True, exist_ok=True)

    def path_of(text: str) -> Path:
        return folder / (hashlib.sha256(f"{version}\0{text}".encode()).hexdigest() + ".pickle")

    def read_cached(texts: Sequence[str]) -> tuple[ParsedText, ...]:
        missing = [text for text in dict.fromkeys(texts) if not path_of(text).exists()]
        for text, parsed in zip(missing, read(missing) if missing else (), strict=True):
            fresh = path_of(text).with_suffix(".new")
            fresh.write_bytes(pickle.dumps(parsed))
            fresh.replace(path_of(text))
        return tuple(_load(path_of(text)) for text in texts)

    return read_cached


def _load(path: Path) -> ParsedText:
    parsed: Any = pickle.loads(path.read_bytes())
    if not isinstance(parsed, ParsedText):
        raise TypeError(f"{path} holds a {type(parsed).__name__}, not a ParsedText: empty the cache folder")
    return parsed


def ablated(read: Read, without: frozenset[str]) -> Read:
    """``read`` with parts left out of what it answers. Raises ``ValueError`` for a part that is not in ``PARTS``."""
    if unknown := without.difference(PARTS):
        raise ValueError(f"cannot leave out {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    if not without:
        return read
    return lambda texts: tuple(leave_out(parsed, without) for parsed in read(texts))


def leave_out(parsed: ParsedText, without: frozenset[str]) -> ParsedText:
    """A parse without the reader's roles and links, without its tree (every word a root), or without its entities."""
    if "roles" in without:
        parsed = replace(parsed, roles=(), links=())
    if "parse" in without:
        parsed = replace(parsed, sentences=tuple(_without_tree(sentence) for sentence in parsed.sentences))
    if "entities" in without:
        parsed = replace(parsed, entities=())
    return parsed


def _without_tree(sentence: Sentence) -> Sentence:
    return replace(sentence, tokens=tuple(replace(token, head=-1, deprel="root") for token in sentence.tokens))
