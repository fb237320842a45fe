"""The engine under evaluation: the service's own flow, with parses kept on disk and, for ablations, parts left out."""

from __future__ import annotations

import hashlib
import importlib
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

BATCH_ARTICLES = 8
"""Articles that are read together: enough to fill the model's batches, few enough to keep memory flat."""


def load_engine(*, cache: Path | None, without: frozenset[str] = frozenset()) -> Extract:
    """The engine as a function from articles to extractions. ``cache`` is a folder for parses, made when it is missing.

    The models are loaded at the first text that is not in the cache.
    """
    quotes = importlib.import_module("service.quotes")
    read: Read = _LazyReader(quotes.load_reader)
    if cache is not None:
        read = cached(read, cache, version=package_version())
    reader = ablated(read, without)

    def extract(articles: Sequence[Article]) -> tuple[Extraction, ...]:
        found: list[Extraction] = []
        for start in range(0, len(articles), BATCH_ARTICLES):
            found.extend(quotes.extract_quotes(articles[start : start + BATCH_ARTICLES], read=reader))
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


def package_version(root: Path = Path()) -> str:
    """A hash over everything that decides a parse: the models' manifest and the code that runs them."""
    digest = hashlib.sha256()
    paths = [root / "models" / "manifest.json", root / "service" / "quotes" / "types.py"]
    paths += [root / "service" / "quotes" / "parse.py", *sorted((root / "models" / "reader").glob("*.py"))]
    for path in paths:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


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
