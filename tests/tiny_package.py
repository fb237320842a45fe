"""A Stanza package for tests, made by Stanza's own trainers from four sentences of ours in a few steps.

It has learned nothing worth knowing, but its files, settings and Documents are those of any Stanza package.
"""

from __future__ import annotations

import json
from pathlib import Path

SENTENCES = Path(__file__).parent / "cases" / "tiny.conllu"
_SHORTHAND = "en_tiny"
_SMALL = [
    "--hidden_dim",
    "16",
    "--char_hidden_dim",
    "16",
    "--word_emb_dim",
    "16",
    "--char_emb_dim",
    "16",
    "--no_pretrain",
]


def make_tiny_package(folder: Path) -> None:
    """Train tokenize, pos, lemma, depparse and ner in ``folder`` as ``en/<processor>/tiny.pt``."""
    _make_tokenizer(folder)
    _make_tagger(folder)
    _make_lemmatizer(folder)
    _make_parser(folder)
    _make_entities(folder)


def _save_to(folder: Path, name: str) -> list[str]:
    place = folder / "en" / name
    place.mkdir(parents=True)
    return ["--shorthand", _SHORTHAND, "--save_dir", str(place), "--save_name", "tiny.pt"]


def _make_tokenizer(folder: Path) -> None:
    from stanza.models import tokenizer

    text, labels = _labelled()
    (folder / "text.txt").write_text(text, encoding="utf-8")
    (folder / "labels.txt").write_text(labels, encoding="utf-8")
    (folder / "expansions.json").write_text("[]", encoding="utf-8")
    paths = [str(folder / "text.txt"), str(folder / "labels.txt")]
    tokenizer.main(
        [
            *_save_to(folder, "tokenize"),
            *["--lang", "en", "--txt_file", paths[0], "--label_file", paths[1], "--no_use_mwt"],
            *["--mwt_json_file", str(folder / "expansions.json")],
            *["--dev_txt_file", paths[0], "--dev_label_file", paths[1], "--dev_conll_gold", str(SENTENCES)],
            *[
                "--conll_file",
                str(folder / "tokens.conllu"),
                "--steps",
                "60",
                "--eval_steps",
                "20",
                "--batch_size",
                "4",
            ],
            *["--emb_dim", "16", "--hidden_dim", "32", "--lr0", "0.02"],
        ]
    )


def _labelled() -> tuple[str, str]:
    """The sentences as running text, and a label a character: 1 ends a token, 2 a sentence, 0 neither."""
    text, labels = "", ""
    for rows in _sentences():
        for number, row in enumerate(rows, start=1):
            space = "" if "SpaceAfter=No" in row[9] else " "
            text += row[1] + space
            labels += "0" * (len(row[1]) - 1) + ("2" if number == len(rows) else "1") + "0" * len(space)
    return text + "\n\n", labels + "\n\n"


def _sentences() -> list[list[list[str]]]:
    blocks = SENTENCES.read_text(encoding="utf-8").strip().split("\n\n")
    return [[line.split("\t") for line in block.splitlines() if not line.startswith("#")] for block in blocks]


def _files() -> list[str]:
    return ["--train_file", str(SENTENCES), "--eval_file", str(SENTENCES)]


def _make_tagger(folder: Path) -> None:
    from stanza.models import tagger

    steps = ["--max_steps", "20", "--eval_interval", "20", "--batch_size", "4", "--transformed_dim", "16"]
    tagger.main([*_save_to(folder, "pos"), "--lang", "en", *_files(), *_SMALL, *steps])


def _make_lemmatizer(folder: Path) -> None:
    from stanza.models import lemmatizer

    lemmatizer.main([*_save_to(folder, "lemma"), *_files(), "--num_epoch", "1", "--hidden_dim", "16", "--dict_only"])


def _make_parser(folder: Path) -> None:
    from stanza.models import parser

    steps = ["--max_steps", "20", "--eval_interval", "20", "--batch_size", "100", "--transformed_dim", "16"]
    parser.main([*_save_to(folder, "depparse"), "--lang", "en", *_files(), *_SMALL, *steps])


def _make_entities(folder: Path) -> None:
    from stanza.models import ner_tagger

    rows = [
        [{"text": row[1], "ner": row[9].split("|")[0].removeprefix("NER=")} for row in rows] for rows in _sentences()
    ]
    data = folder / "entities.json"
    data.write_text(json.dumps(rows), encoding="utf-8")
    steps = ["--max_steps", "60", "--eval_interval", "30", "--batch_size", "4", "--lr", "0.5"]
    files = ["--train_file", str(data), "--eval_file", str(data)]
    ner_tagger.main([*_save_to(folder, "ner"), *files, *_SMALL, *steps])
