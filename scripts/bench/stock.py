"""Reference (a): Stanza's stock English architecture with random weights, which cost the same as trained ones.

The character language models, tagger, parser and NER tagger are made by Stanza's own training commands with the sizes
of their defaults, which are those of the default English package: 1,024 hidden units in each direction for the
characters, word vectors of 100 numbers. One step of training on a few made-up sentences that carry every label that our
reader knows gives the models their vocabularies and nothing else of use.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import random
import string
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from models.package import READER, ROOT

if TYPE_CHECKING:
    from stanza import Pipeline

_SEED = 7
_SENTENCE_WORDS, _SENTENCES, _VOCABULARY_WORDS, _VECTOR = 20, 20, 20_000, 100
_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " \n“”‘’—"


def build_stock(folder: Path) -> Pipeline:
    """Make the models in ``folder`` and return the pipeline: it takes sentences of words and tags, parses and finds
    entities. Takes about 12 seconds.
    """
    import stanza
    from stanza.models import ner_tagger, parser, tagger

    random.seed(_SEED)
    torch.manual_seed(_SEED)
    charlms = [_make_charlm(folder, direction) for direction in ("forward", "backward")]
    vectors = _make_vectors(folder)
    conllu, entities = _make_sentences(folder)
    shared = [
        "--charlm", "--charlm_shorthand=made_up", f"--charlm_forward_file={charlms[0]}",
        f"--charlm_backward_file={charlms[1]}", f"--wordvec_pretrain_file={vectors}", "--shorthand=en_made-up",
        "--max_steps=1", "--eval_interval=1", f"--save_dir={folder}", "--cpu",
    ]  # fmt: skip
    for main, name, file in ((tagger.main, "pos", conllu), (parser.main, "depparse", conllu)):
        _quietly(main, [*shared, "--lang=en", f"--train_file={file}", f"--eval_file={file}", f"--save_name={name}.pt"])
    _quietly(ner_tagger.main, [*shared, f"--train_file={entities}", f"--eval_file={entities}", "--save_name=ner.pt"])
    settings: dict[str, Any] = {}
    for name in ("pos", "depparse", "ner"):
        settings |= {
            f"{name}_model_path": str(folder / f"{name}.pt"),
            f"{name}_pretrain_path": str(vectors),
            f"{name}_forward_charlm_path": str(charlms[0]),
            f"{name}_backward_charlm_path": str(charlms[1]),
        }
    logging.getLogger("stanza").setLevel(logging.ERROR)  # training set it to tell more
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "resources.json").write_text("{}", encoding="utf-8")
        return stanza.Pipeline(
            "en", dir=empty, package=None, processors="tokenize,pos,depparse,ner", allow_unknown_language=True,
            download_method=None, use_gpu=False, logging_level="ERROR", tokenize_pretokenized=True,
            depparse_pretagged=True, depparse_resolve_head_constraints=False, **settings,
        )  # fmt: skip


def _quietly(main: Any, arguments: Sequence[str]) -> None:
    """Run a training command of Stanza's without its reports. Raises ``RuntimeError`` when it does not end well."""
    reports = io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(reports), contextlib.redirect_stderr(reports):
            main(list(arguments))
    except SystemExit as error:
        raise RuntimeError(f"Stanza refused {arguments}: {reports.getvalue()}") from error
    finally:
        logging.disable(logging.NOTSET)


def _make_charlm(folder: Path, direction: str) -> Path:
    from stanza.models import charlm
    from stanza.models.common.char_model import CharacterLanguageModel, CharacterLanguageModelTrainer
    from stanza.models.common.vocab import CharVocab  # type: ignore[attr-defined]

    arguments = vars(charlm.build_argparse().parse_args([f"--{direction}"])) | {"device": "cpu"}
    vocabulary = {"char": CharVocab([list(_CHARACTERS)], cutoff=0)}
    path = folder / f"{direction}.pt"
    model = CharacterLanguageModel(arguments, vocabulary, is_forward_lm=direction == "forward")
    CharacterLanguageModelTrainer(model, None, None, None, None).save(str(path), full=False)
    return path


def _make_vectors(folder: Path) -> Path:
    from stanza.models.common.pretrain import Pretrain

    text = folder / "vectors.txt"
    rows = ((f"w{number}", torch.randn(_VECTOR).tolist()) for number in range(_VOCABULARY_WORDS))
    lines = (f"{word} {' '.join(f'{value:.3f}' for value in vector)}\n" for word, vector in rows)
    text.write_text(f"{_VOCABULARY_WORDS} {_VECTOR}\n{''.join(lines)}", encoding="utf-8")
    path = folder / "vectors.pt"
    _quietly(lambda _: Pretrain(str(path), str(text)).load(), [])
    return path


def _make_sentences(folder: Path) -> tuple[Path, Path]:
    """Write sentences in which every label of our reader stands, as CoNLL-U and as Stanza's JSON for entities."""
    from safetensors import safe_open

    with safe_open(str(ROOT / READER), framework="pt") as file:
        shape = json.loads(file.metadata()["shape"])
    count = _SENTENCES * _SENTENCE_WORDS
    longest = max(len(shape[kind]) for kind in ("upos", "xpos", "deprel", "entities"))
    if longest > count:
        raise ValueError(f"{longest} labels of a kind do not fit into {count} words")
    relations = [name for name in shape["deprel"] if name != "root"]
    types = sorted({label.split("-", 1)[1] for label in shape["entities"] if "-" in label})
    lines: list[str] = []
    documents: list[list[dict[str, object]]] = []
    for sentence in range(_SENTENCES):
        words: list[dict[str, object]] = []
        for place in range(_SENTENCE_WORDS):
            number = sentence * _SENTENCE_WORDS + place
            word = "".join(random.choices(string.ascii_lowercase, k=random.randint(2, 9)))
            head, relation = (0, "root") if place == 0 else (1, relations[number % len(relations)])
            upos, xpos = (shape[kind][number % len(shape[kind])] for kind in ("upos", "xpos"))
            lines.append(f"{place + 1}\t{word}\t{word}\t{upos}\t{xpos}\t_\t{head}\t{relation}\t_\t_\n")
            words.append({"id": place + 1, "text": word, "ner": _entity_label(number, types)})
        lines.append("\n")
        documents.append(words)
    conllu, entities = folder / "made_up.conllu", folder / "made_up.json"
    conllu.write_text("".join(lines), encoding="utf-8")
    entities.write_text(json.dumps(documents), encoding="utf-8")
    return conllu, entities


def _entity_label(number: int, types: Sequence[str]) -> str:
    """Return the label of a word in runs of four words an entity (begin, inside, end) and one without."""
    part, kind = "BIEO"[number % 4], types[number // 4 % len(types)]
    return "O" if part == "O" else f"{part}-{kind}"
