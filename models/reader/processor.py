"""The reader as a Stanza processor: it fills tags, trees and entities of a Document, and adds its roles and links."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from stanza.models.common.doc import Document
from stanza.models.common.doc import Sentence as StanzaSentence
from stanza.pipeline.processor import Processor, register_processor

from models.reader.layout import lay_out
from models.reader.network import Batch, Reader, ReaderShape
from models.reader.pieces import Pieces
from models.reader.predict import Reading, WordSpan, read_batches
from models.reader.windows import Window, bundle, collate, encode_window

PIECES_A_BATCH = 2400
# Padding that costs less than the fixed part of one more pass of the network: a window of the usual length alone keeps
# the matrix products as busy as several together, so there is little to win by padding.
SPARE_PIECES = 24
MAX_PIECES = 510

# Role spans of a Document: (start, end, role, probability), offsets in code points of its text; and links between them
# (tail index, head index, probability).
QuoteRole = tuple[int, int, str, float]
QuoteLink = tuple[int, int, float]


def load_reader(weights: Path, *, dtype: torch.dtype | None = None) -> Reader:
    """The network with its weights, ready to read; ``dtype`` is what it computes in, the CPU's best when ``None``."""
    with safe_open(str(weights), framework="pt") as file:
        net = Reader(ReaderShape.from_json(json.loads(file.metadata()["shape"])))
        names = file.keys()
        net.load_state_dict({name: file.get_tensor(name) for name in names}, strict=False, assign=True)
    return net.to(dtype or best_dtype()).eval()


def best_dtype() -> torch.dtype:
    """bfloat16 where the CPU multiplies it in hardware, else float32.

    On x86, oneDNN says that it supports bfloat16 wherever there is AVX-512, but emulates it, slower than float32, where
    the instructions for it are missing; so there the CPU is asked, and oneDNN on others.
    """
    if platform.machine().lower() in ("x86_64", "amd64"):
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    else:
        native = _onednn_has_bfloat16()
    return torch.bfloat16 if native else torch.float32


def _onednn_has_bfloat16() -> bool:
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@dataclass(slots=True)
class _Place:
    """A window's words: the document they are from and where they stand in it."""

    document: int
    window: Window
    words: list[tuple[int, int]]
    starts: list[int]
    own: range
    roles: list[QuoteRole] = field(default_factory=list)


class ArticleReader:
    """Reads Stanza Documents with the network, all their windows in batches of like length."""

    def __init__(self, net: Reader, pieces: Pieces) -> None:
        self.net = net
        self.pieces = pieces

    def read(self, docs: Sequence[Document]) -> None:
        """Set upos, xpos, head, deprel and entities of every word, and ``quote_roles``, ``quote_links``, in place."""
        places = [place for i, doc in enumerate(docs) for place in _places(i, doc)]
        readings = self._readings([place.window for place in places])
        roles: list[dict[tuple[int, int, str], float]] = [{} for _ in docs]
        links: list[dict[tuple[tuple[int, int, str], tuple[int, int, str]], float]] = [{} for _ in docs]
        for place, reading in zip(places, readings, strict=True):
            _set_words(docs[place.document], place, reading)
            own, joined = _role_spans(docs[place.document], place, reading)
            roles[place.document].update(own)
            links[place.document].update(joined)
        for doc, found, joined in zip(docs, roles, links, strict=True):
            _finish(doc, found, joined)

    def batches(self, docs: Sequence[Document]) -> list[Batch]:
        """The batches in which ``read`` reads these documents, for a measurement of what reading them costs."""
        windows = [place.window for i, doc in enumerate(docs) for place in _places(i, doc)]
        return [batch for _, batch in self._batches(windows)]

    def _batches(self, windows: Sequence[Window]) -> Iterator[tuple[list[int], Batch]]:
        """Windows of like length as one batch, with their indices."""
        encoded = [encode_window(window, self.pieces, limit=MAX_PIECES) for window in windows]
        for each in bundle(encoded, largest=PIECES_A_BATCH, spare=SPARE_PIECES):
            yield each, collate([encoded[i] for i in each])

    def _readings(self, windows: Sequence[Window]) -> list[Reading]:
        batches = list(self._batches(windows))
        found = read_batches(self.net, [batch for _, batch in batches])
        order = [i for each, _ in batches for i in each]
        return [reading for _, reading in sorted(zip(order, found, strict=True), key=lambda pair: pair[0])]


def _places(number: int, doc: Document) -> Iterator[_Place]:
    sentences = doc.sentences
    opens = [i == 0 or "\n" in doc.text[_end(sentences[i - 1]) : _start(s)] for i, s in enumerate(sentences)]
    for stretch in lay_out([len(s.words) for s in sentences], opens):
        words: list[str] = []
        at: list[int] = []
        spaced: list[bool] = []
        breaks: list[bool] = []
        where: list[tuple[int, int]] = []
        starts: list[int] = []
        for i in range(stretch.first, stretch.last):
            ends = [token.end_char for token in sentences[i].tokens for _ in token.words]
            for k, word in enumerate(sentences[i].words):
                words.append(word.text)
                at.append(i)
                spaced.append(doc.text[ends[k] : ends[k] + 1].isspace() or ends[k] >= len(doc.text))
                breaks.append(k == 0 and opens[i])
                where.append((i, k))
                starts.append(word.start_char if word.start_char is not None else word.parent.start_char)
        window = Window(tuple(words), tuple(at), tuple(spaced), tuple(breaks))
        if words:
            yield _Place(number, window, where, starts, range(stretch.own_first, stretch.own_last))


def _start(sentence: StanzaSentence) -> int:
    return int(sentence.tokens[0].start_char)


def _end(sentence: StanzaSentence) -> int:
    return int(sentence.tokens[-1].end_char)


def _set_words(doc: Document, place: _Place, reading: Reading) -> None:
    first = {s: i for i, (s, _) in reversed(list(enumerate(place.words)))}
    for i, (s, k) in enumerate(place.words):
        if s not in place.own:
            continue
        word = doc.sentences[s].words[k]
        word.upos = reading.upos[i]
        word.xpos = reading.xpos[i]
        word.head = reading.head[i] - first[s] + 1 if reading.head[i] >= 0 else 0
        word.deprel = reading.deprel[i]
        word.parent.ner = "O"
    for span in reading.entities:
        if place.words[span.first][0] in place.own and place.words[span.first][0] == place.words[span.last][0]:
            _set_entity(doc, place, span)


def _set_entity(doc: Document, place: _Place, span: WordSpan) -> None:
    tokens: list[Any] = []
    for s, k in place.words[span.first : span.last + 1]:
        token = doc.sentences[s].words[k].parent
        if not tokens or tokens[-1] is not token:
            tokens.append(token)
    for i, token in enumerate(tokens):
        single, last = len(tokens) == 1, i == len(tokens) - 1
        token.ner = f"{'S' if single else 'B' if i == 0 else 'E' if last else 'I'}-{span.label}"


def _role_spans(
    doc: Document, place: _Place, reading: Reading
) -> tuple[dict[tuple[int, int, str], float], dict[tuple[tuple[int, int, str], tuple[int, int, str]], float]]:
    """The role spans that begin in a sentence the window answers for, and the links from them."""
    keys: list[tuple[int, int, str]] = []
    for span in reading.roles:
        s, k = place.words[span.last]
        word = doc.sentences[s].words[k]
        end = word.end_char if word.end_char is not None else word.parent.end_char
        keys.append((place.starts[span.first], int(end), span.label))
    own = [place.words[span.first][0] in place.own for span in reading.roles]
    found = {key: span.score for key, span, mine in zip(keys, reading.roles, own, strict=True) if mine}
    links = {(keys[tail], keys[head]): score for tail, head, score in reading.links if own[tail]}
    found |= {keys[head]: reading.roles[head].score for tail, head, _ in reading.links if own[tail]}
    return found, links


def _finish(
    doc: Document,
    roles: dict[tuple[int, int, str], float],
    links: dict[tuple[tuple[int, int, str], tuple[int, int, str]], float],
) -> None:
    for sentence in doc.sentences:
        sentence.build_dependencies()
    doc.build_ents()
    order = sorted(roles)
    index = {key: i for i, key in enumerate(order)}
    doc.quote_roles = [(start, end, role, roles[start, end, role]) for start, end, role in order]
    doc.quote_links = [(index[tail], index[head], score) for (tail, head), score in links.items()]


@register_processor("reader")
class ReaderProcessor(Processor):  # type: ignore[misc]
    """The registered processor: ``reader_model_path`` are the weights, ``reader_vocabulary_path`` the word pieces."""

    PROVIDES_DEFAULT = frozenset({"pos", "depparse", "ner", "reader"})
    REQUIRES_DEFAULT = frozenset({"tokenize"})

    def __init__(self, config: dict[str, Any], pipeline: Any, device: Any) -> None:
        super().__init__(config, pipeline, device)
        net = load_reader(Path(config["model_path"]))
        self._reader = ArticleReader(net, Pieces(Path(config["vocabulary_path"])))

    def _set_up_variants(self, config: dict[str, Any], device: Any) -> None:
        """No variants: the base class would look one up under the first of several provided names."""

    def process(self, doc: Document) -> Document:
        """Read one Document in place."""
        self._reader.read([doc])
        return doc

    def bulk_process(self, docs: list[Document]) -> list[Document]:
        """Read several Documents together in place."""
        self._reader.read(docs)
        return docs
