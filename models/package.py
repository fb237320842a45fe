"""The package of models: what it consists of, whether it is whole, and a Stanza pipeline loaded from it.

Nothing here touches the network. ``python -m models.package verify`` checks every file against ``manifest.json``,
``python -m models.package manifest`` writes the manifest anew after training.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stanza import Pipeline

ROOT = Path(__file__).parent
NAME = "onrecord-en"
TOKENIZER, READER, VOCABULARY, LEMMAS = (
    "weights/tokenizer.json",
    "weights/reader.safetensors",
    "weights/vocabulary.txt",
    "weights/lemmas.json",
)
_CURE = (
    "restore it with `git checkout -- models/weights` (or clone the repository again), "
    "then run `python -m models.package verify`"
)
_STOCK_CURE = (
    "download it with `stanza.download('en', model_dir=DIR)`, "
    "or unset ONRECORD_STANZA_DIR to use the models that ship here"
)
# Given to every pipeline: nothing is fetched, computed on the CPU, no log lines but errors.
_OFFLINE: dict[str, Any] = {"download_method": None, "use_gpu": False, "logging_level": "ERROR"}
# oneDNN and torch's layer over it each keep what they compiled for a shape, 1,024 shapes by default: articles are of as
# many shapes as there are, few come again, and a process grew by a gigabyte, slower for the page faults. Measured on
# 400 articles read one by one: with 32 it grows by 90 MB, with 64 by 120, at the same speed; with 16 it is slower.
_SHAPES_KEPT = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32", "LRU_CACHE_CAPACITY": "32"}
# The processors we need of a stock package, in Stanza's order; multi-word tokens only where the package has them.
_STOCK = ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")


class PackageError(Exception):
    """A model file is missing, damaged or of no use; the message names the file and the cure."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of the package: path below ``models/``, size in bytes, SHA-256, version, and what it was trained on."""

    path: str
    bytes: int
    sha256: str
    version: str
    training_data: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files of a package under its name and version."""

    name: str
    version: str
    files: tuple[WeightsFile, ...]


def read_manifest(root: Path = ROOT) -> Manifest:
    """Return ``manifest.json`` of the package at ``root``. Raises :class:`PackageError` when it cannot be read."""
    path = root / "manifest.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(WeightsFile(**entry) for entry in data["files"])
        return Manifest(data["name"], data["version"], files)
    except OSError as error:
        raise PackageError(f"{path} cannot be read ({error.strerror}): {_CURE}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PackageError(f"{path} is damaged ({error}): {_CURE}") from error


def verify(root: Path = ROOT) -> Manifest:
    """Check that every file of the manifest is there with its size and hash, and return the manifest.

    Raises :class:`PackageError` for the first file that is not.
    """
    manifest = read_manifest(root)
    for file in manifest.files:
        _verify_file(root / file.path, file)
    return manifest


def _verify_file(path: Path, file: WeightsFile) -> None:
    try:
        size, digest = path.stat().st_size, _digest(path)
    except OSError as error:
        raise PackageError(f"model file {path} is missing or unreadable ({error.strerror}): {_CURE}") from error
    if size != file.bytes:
        raise PackageError(f"model file {path} is damaged: {size} bytes instead of {file.bytes}: {_CURE}")
    if digest != file.sha256:
        raise PackageError(f"model file {path} is damaged: its SHA-256 is not that of the manifest: {_CURE}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(
    root: Path = ROOT, *, version: str | None = None, about: Mapping[str, str] | None = None
) -> Manifest:
    """Write ``manifest.json`` for the files now in ``weights/`` and return it.

    ``about`` says what a file (path below ``root``) was trained on; where it is silent the old manifest's words stay.
    A file whose content changed gets the package's version. Raises :class:`PackageError` for a file nobody described.
    """
    old = read_manifest(root) if (root / "manifest.json").exists() else Manifest(NAME, "0", ())
    version = version or old.version
    known = {file.path: file for file in old.files}
    files = []
    for path in sorted(path for path in (root / "weights").iterdir() if path.is_file()):
        name, digest = path.relative_to(root).as_posix(), _digest(path)
        before = known.get(name)
        data = (about or {}).get(name) or (before.training_data if before else "")
        if not data:
            raise PackageError(f"{name} has no description: pass --about {name}='what it was trained on'")
        same = before is not None and before.sha256 == digest
        files.append(
            WeightsFile(name, path.stat().st_size, digest, before.version if same and before else version, data)
        )
    manifest = Manifest(old.name, version, tuple(files))
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (root / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return manifest


def load_pipeline(directory: Path | None = None, *, root: Path = ROOT) -> Pipeline:
    """Return a Stanza pipeline that tokenizes, tags, parses and finds entities, loaded from local files only.

    Without ``directory`` it is our own package at ``root`` (tokenize, reader, lemmas), checked against its manifest
    first. ``directory`` is a folder with another Stanza package for English: ``en/<processor>/<name>.pt`` as Stanza's
    own downloads lie, or ``<processor>/<name>.pt``, or ``<processor>.pt``. Raises :class:`PackageError`.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    for name, value in _SHAPES_KEPT.items():
        os.environ.setdefault(name, value)
    return _load_own(root) if directory is None else _load_stock(directory)


def _load_own(root: Path) -> Pipeline:
    listed = {file.path for file in verify(root).files}
    for name in (TOKENIZER, READER, VOCABULARY, LEMMAS):
        if name not in listed:
            raise PackageError(
                f"model file {root / name} is not in the manifest: train it, then `python -m models.package manifest`"
            )
    # Importing the modules registers their processors with Stanza; the lemmas need the reader's tags.
    processors = importlib.import_module("models.processors")
    importlib.import_module("models.reader.processor")
    processors.run_last(processors.LEMMAS)
    return _build(
        ("tokenize", "reader", processors.LEMMAS),
        {
            "tokenize_model_path": str(root / TOKENIZER),
            f"tokenize_with_{processors.TOKENIZER}": True,
            "reader_model_path": str(root / READER),
            "reader_vocabulary_path": str(root / VOCABULARY),
            "lemmas_model_path": str(root / LEMMAS),
        },
    )


def _build(names: Sequence[str], settings: Mapping[str, Any]) -> Pipeline:
    """Build a pipeline of the files named in ``settings`` alone: an empty index of resources and no download."""
    import stanza

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "resources.json").write_text("{}", encoding="utf-8")
        return stanza.Pipeline(
            "en",
            dir=folder,
            package=None,
            processors=",".join(names),
            allow_unknown_language=True,
            **_OFFLINE,
            **settings,
        )


def _load_stock(directory: Path) -> Pipeline:
    import stanza

    try:
        if _is_official(directory):
            names = ",".join(name for name in _STOCK if name != "mwt")
            return stanza.Pipeline("en", dir=str(directory), processors=names, **_OFFLINE)
        files = {name: found for name in _STOCK if (found := _find_model(directory, name))}
        missing = sorted({"tokenize", "pos", "lemma", "depparse", "ner"} - files.keys())
        if missing:
            raise PackageError(f"{directory} holds no Stanza model for {', '.join(missing)}: {_STOCK_CURE}")
        settings = {f"{name}_model_path": str(path) for name, path in files.items()} | _vectors(directory)
        return _build(tuple(files), settings)
    except PackageError:
        raise
    # Stanza raises OSError, torch's and its own errors alike for files that are missing, cut short or of another kind.
    except Exception as error:
        raise PackageError(f"the Stanza package in {directory} cannot be loaded ({error}): {_STOCK_CURE}") from error


def _is_official(directory: Path) -> bool:
    """True for a folder that Stanza downloaded: its index of resources knows English."""
    try:
        index = json.loads((directory / "resources.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    return isinstance(index, dict) and "en" in index


def _find_model(directory: Path, name: str) -> Path | None:
    """Return the model file of a processor, the first by name where there are several."""
    for place in (directory / "en" / name, directory / name):
        if files := sorted(place.glob("*.pt")):
            return files[0]
    single = directory / f"{name}.pt"
    return single if single.is_file() else None


def _vectors(directory: Path) -> dict[str, str]:
    """Return the settings for word vectors and character models, where the folder has them."""
    settings: dict[str, str] = {}
    for kind in ("pretrain", "forward_charlm", "backward_charlm"):
        if path := _find_model(directory, kind):
            settings |= {f"{name}_{kind}_path": str(path) for name in ("pos", "lemma", "depparse", "ner")}
    return settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``verify`` or ``manifest`` and return the exit status: 0, or 1 when a file is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m models.package", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("verify", help="check every file of the package against the manifest")
    writing = commands.add_parser("manifest", help="write the manifest for the files in models/weights")
    writing.add_argument("--version", help="version of the package; by default that of the old manifest")
    writing.add_argument("--about", action="append", default=[], metavar="FILE=TEXT", help="what a file was trained on")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "verify":
            manifest = verify()
        else:
            about = dict(entry.split("=", 1) for entry in chosen.about)
            manifest = write_manifest(version=chosen.version, about=about)
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in manifest.files:
        sys.stdout.write(f"{file.sha256[:12]}  {file.bytes:>10}  {file.version:<8}  {file.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
