"""Our tokenizer and lemmatizer as Stanza processors: ``tokenize`` in the variant ``onrecord``, and ``lemmas``.

``lemmas`` has a name of its own because Stanza runs processors in the order of their registration, and its ``lemma``
comes before the reader whose tags ours needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stanza.models.common.doc import Document
from stanza.pipeline.processor import (
    Processor,
    ProcessorVariant,
    register_processor,
    register_processor_variant,
)
from stanza.pipeline.registry import PIPELINE_NAMES

from models.lemmas import Lemmatizer, load_lemmas
from models.paragraphs import Bounds
from models.tokenizer import Tokenizer, load_weights

TOKENIZER, LEMMAS = "onrecord", "lemmas"


def build_document(text: str, sentences: Sequence[Sequence[Bounds]]) -> Document:
    """Return a Stanza Document of ``text`` whose words are the given bounds; every token is one word with offsets."""
    entries = [
        [
            {"id": (index,), "text": text[start:end], "start_char": start, "end_char": end}
            for index, (start, end) in enumerate(sentence, start=1)
        ]
        for sentence in sentences
    ]
    return Document(entries, text)


@register_processor_variant("tokenize", TOKENIZER)
class OnrecordTokenizer(ProcessorVariant):  # type: ignore[misc]
    """The variant of ``tokenize``; ``tokenize_model_path`` are its weights."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._tokenizer = Tokenizer(load_weights(Path(config["model_path"])))

    def process(self, document: str | Document) -> Document:
        """Return a new Document of the text with sentences, tokens and words."""
        text = document.text if isinstance(document, Document) else document
        return build_document(text, list(self._tokenizer.split(text)))


@register_processor(LEMMAS)
class LemmasProcessor(Processor):  # type: ignore[misc]
    """Sets the lemma of every word from its form and the tags that an earlier processor set; ``lemmas_model_path``."""

    PROVIDES_DEFAULT = frozenset({"lemma"})
    REQUIRES_DEFAULT = frozenset({"tokenize"})

    def __init__(self, config: dict[str, Any], pipeline: Any, device: Any) -> None:
        super().__init__(config, pipeline, device)
        self._lemmatizer: Lemmatizer = load_lemmas(Path(config["model_path"]))

    def _set_up_variants(self, config: dict[str, Any], device: Any) -> None:
        """No variants: those of Stanza's ``lemma`` are not ours."""

    def process(self, doc: Document) -> Document:
        """Set the lemmas of one Document in place."""
        for sentence in doc.sentences:
            for word in sentence.words:
                word.lemma = self._lemmatizer.lemma_of(word.text, upos=word.upos, xpos=word.xpos)
        return doc


def run_last(name: str) -> None:
    """Make Stanza run the processor ``name`` after all that are registered by now."""
    PIPELINE_NAMES.remove(name)
    PIPELINE_NAMES.append(name)
