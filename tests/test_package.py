"""The package of models: a missing or damaged file is named with its cure, and nothing reaches for the network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from models.package import PackageError, load_pipeline, main, read_manifest, verify, write_manifest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two small files with its manifest."""
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "one.json").write_text("{}", encoding="utf-8")
    (weights / "two.bin").write_bytes(b"\x00" * 100)
    write_manifest(tmp_path, version="1.2", about={"weights/one.json": "one corpus", "weights/two.bin": "two corpora"})
    return tmp_path


def test_a_whole_package_passes(package: Path) -> None:
    manifest = verify(package)
    assert [(file.path, file.bytes, file.version) for file in manifest.files] == [
        ("weights/one.json", 2, "1.2"),
        ("weights/two.bin", 100, "1.2"),
    ]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _change(path: Path) -> None:
    path.write_bytes(b"\x01" + path.read_bytes()[1:])


@pytest.mark.parametrize(
    ("harm", "words"),
    [(Path.unlink, "missing"), (_cut, "99 bytes instead of 100"), (_change, "SHA-256")],
    ids=["missing", "cut short", "changed"],
)
def test_a_harmed_file_is_named_with_the_cure(harm: object, words: str, package: Path) -> None:
    path = package / "weights" / "two.bin"
    assert callable(harm)
    harm(path)
    with pytest.raises(PackageError) as caught:
        verify(package)
    assert str(path) in str(caught.value) and words in str(caught.value)
    assert "git checkout" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"name": "x"}', '{"name": "x", "version": "1", "files": [{"path": 1}]}']
)
def test_a_damaged_manifest_is_named(text: str, package: Path) -> None:
    (package / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(PackageError, match=r"manifest\.json is damaged"):
        verify(package)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"manifest\.json cannot be read"):
        read_manifest(tmp_path)


def test_a_rewritten_manifest_keeps_descriptions_and_versions_of_what_did_not_change(package: Path) -> None:
    (package / "weights" / "two.bin").write_bytes(b"\x02" * 50)
    manifest = write_manifest(package, version="1.3")
    assert [(file.version, file.training_data) for file in manifest.files] == [
        ("1.2", "one corpus"),
        ("1.3", "two corpora"),
    ]
    assert verify(package) == manifest


def test_a_file_that_nobody_described_is_refused(package: Path) -> None:
    (package / "weights" / "three.bin").write_bytes(b"3")
    with pytest.raises(PackageError, match=r"weights/three\.bin has no description"):
        write_manifest(package)


def test_a_package_without_a_needed_file_is_refused_before_stanza_loads(package: Path) -> None:
    with pytest.raises(PackageError, match=r"tokenizer\.json is not in the manifest"):
        load_pipeline(root=package)


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="holds no Stanza model for depparse, lemma, ner, pos, tokenize"):
        load_pipeline(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="nowhere"):
        load_pipeline(tmp_path / "nowhere")


@pytest.mark.parametrize("index", ["{", '{"en": {"packages": {"default": {"tokenize": "x"}}, "tokenize": {"x": {}}}}'])
def test_a_stock_package_that_does_not_load_is_refused(index: str, tmp_path: Path) -> None:
    (tmp_path / "resources.json").write_text(index, encoding="utf-8")
    with pytest.raises(PackageError, match="cannot be loaded"):
        load_pipeline(tmp_path)


def test_damaged_stock_models_are_refused(tmp_path: Path) -> None:
    for name in ("tokenize", "pos", "lemma", "depparse", "ner"):
        (tmp_path / f"{name}.pt").write_bytes(b"no model")
    with pytest.raises(PackageError, match="cannot be loaded"):
        load_pipeline(tmp_path)


def test_the_command_prints_every_file_and_reports_harm(
    package: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["verify"]) == 0
    assert "weights/tokenizer.json" in capsys.readouterr().out
    monkeypatch.setattr("models.package.verify", lambda: verify(package / "nowhere"))
    assert main(["verify"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_manifest_in_the_repository_describes_every_file() -> None:
    for file in read_manifest().files:
        assert len(file.sha256) == 64 and file.bytes > 0 and file.version and file.training_data
        assert file.bytes < 95_000_000, "one file may not be larger than a repository takes"


@pytest.mark.models
@pytest.mark.filterwarnings("default")
def test_our_package_loads_with_the_network_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    pipeline = load_pipeline()
    (doc,) = pipeline.bulk_process(["“We won’t go,” Gov. Ada Brown told Reuters."])
    words = [word for sentence in doc.sentences for word in sentence.words]
    assert [word.text for word in words][:5] == ["“", "We", "wo", "n’t", "go"]
    assert {"tell", "will", "not"} <= {word.lemma for word in words}
    assert all(word.upos and word.deprel and word.head is not None for word in words)
    assert json.dumps(doc.to_dict())


@pytest.mark.models
def test_a_worker_keeps_few_compiled_shapes_and_a_host_may_say_how_many() -> None:
    # Asked in another process: the variables are read once, when the first article is.
    script = (
        "import os; from models.package import load_pipeline; load_pipeline();"
        "print(os.environ['ONEDNN_PRIMITIVE_CACHE_CAPACITY'], os.environ['LRU_CACHE_CAPACITY'])"
    )
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_CACHE_CAPACITY")}
    for given, expected in (({}, "32 32"), ({"LRU_CACHE_CAPACITY": "100"}, "32 100")):
        ran = subprocess.run([sys.executable, "-c", script], env=bare | given, capture_output=True, text=True)
        assert ran.stdout.split("\n")[-2] == expected, ran.stderr
