"""The reader without its shipped weights: windows, pieces, labels, trees, links, and a training run in miniature."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluate.reader import read_dev_sets
from models.reader import processor
from models.reader.encoder import EncoderSize
from models.reader.labels import ROLE_LABELS, Chain, allowed, likely_spans, spans_of, viterbi
from models.reader.layout import OVERLAP_WORDS, WINDOW_WORDS, lay_out
from models.reader.network import Batch, Reader, ReaderShape, crf_loss
from models.reader.pieces import CASES, CLS, MARK_STATES, SEP, Pieces, case_of, mark_states
from models.reader.predict import LINK_ENDS, Reading, read_batch, read_batches
from models.reader.processor import best_dtype, load_reader
from models.reader.trees import best_heads, best_tree, is_tree
from models.reader.windows import Encoded, Window, bundle, collate, encode_window
from models.train.data import Piece, read_roles
from models.train.reader import Plan, Run, export, rate_at, read_tasks, role_labels, shape_of

WORDS = [
    "the",
    "mayor",
    "said",
    "on",
    "monday",
    "that",
    "bridge",
    "is",
    "closed",
    ".",
    ",",
    '"',
    "'",
    "“",
    "”",
    "and",
    "a",
    "storm",
    "http",
    "ada",
    "brown",
    "council",
    "we",
    "will",
    "not",
    "...",
    "—",
]


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    """A vocabulary of our own with the special pieces where BERT's has them."""
    rows = ["[PAD]", *(f"[unused{i}]" for i in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    rows += sorted({*"abcdefghijklmnopqrstuvwxyz0123456789.,'\"—-", *WORDS} - {"“", "”", "..."})
    rows += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.txt"
    path.write_text("\n".join(rows), encoding="utf8")
    return Pieces(path)


def tiny_reader(shape: ReaderShape | None = None, *, seed: int = 1) -> Reader:
    """A network of a few thousand weights, all of them random."""
    torch.manual_seed(seed)
    labels = shape or ReaderShape(("NOUN", "VERB"), ("NN", "VB"), ("root", "nsubj", "obj"), ("O", *_bioes("Person")))
    net = Reader(
        ReaderShape(
            labels.upos,
            labels.xpos,
            labels.deprel,
            labels.entities,
            arc_width=8,
            relation_width=8,
            head_width=8,
            link_width=8,
            encoder=EncoderSize(vocabulary=300, width=16, layers=2, heads=2, inner=32, positions=512),
        )
    )
    for name, weight in net.named_parameters():
        if name.endswith((".weight", "role_between", "link_none")) and "norm" not in name:
            torch.nn.init.normal_(weight, std=0.5)
    return net.eval()


def _bioes(kind: str) -> tuple[str, ...]:
    return tuple(f"{place}-{kind}" for place in "BIES")


# Layout


@given(st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=60))
def test_every_sentence_is_answered_for_once_and_in_order(rows: list[tuple[int, bool]]) -> None:
    sizes = [size for size, _ in rows]
    stretches = list(lay_out(sizes, [True, *(opens for _, opens in rows[1:])][: len(rows)]))
    assert [s for each in stretches for s in range(each.own_first, each.own_last)] == list(range(len(sizes)))
    longest = max(WINDOW_WORDS, max(sizes, default=0))
    for each in stretches:
        assert each.first <= each.own_first < each.own_last <= each.last
        assert sum(sizes[each.first : each.last]) <= longest + OVERLAP_WORDS
        assert sum(sizes[each.first : each.own_first]) <= OVERLAP_WORDS


@pytest.mark.parametrize(
    ("id_", "sizes", "opens", "expected"),
    [
        ("one window", [10, 20], [True, True], [(0, 2, 0, 2)]),
        ("cut at the last paragraph that fits", [80, 60, 60], [True, True, True], [(0, 2, 0, 2), (2, 3, 2, 3)]),
        ("a long paragraph overlaps", [40] * 6, [True, *[False] * 5], [(0, 4, 0, 3), (2, 6, 3, 6)]),
        ("a sentence longer than a window", [300, 10], [True, True], [(0, 1, 0, 1), (1, 2, 1, 2)]),
        ("nothing", [], [], []),
    ],
)
def test_layout(id_: str, sizes: list[int], opens: list[bool], expected: list[tuple[int, ...]]) -> None:
    assert [(s.first, s.last, s.own_first, s.own_last) for s in lay_out(sizes, opens)] == expected, id_


# Labels


def _chain(labels: tuple[str, ...], rng: np.random.Generator) -> Chain:
    start, between, end = (scores.double().numpy() for scores in allowed(labels))
    return Chain(start, between + rng.normal(size=between.shape), end)


def _score(path: tuple[int, ...], emissions: np.ndarray, chain: Chain) -> float:
    steps = sum(chain.between[a, b] for a, b in pairwise(path))
    words = sum(emissions[t, k] for t, k in enumerate(path))
    return float(chain.start[path[0]] + words + steps + chain.end[path[-1]])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_the_chain_against_all_sequences(seed: int, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    labels = ("O", *_bioes("cue"), *_bioes("source"))
    chain = _chain(labels, rng)
    emissions = rng.normal(size=(len(lengths), max(lengths), len(labels))) * 2
    sizes = np.array(lengths)
    path = viterbi(emissions, sizes, chain)
    found = likely_spans(emissions, sizes, chain, labels, least=0.05)
    for row, n in enumerate(lengths):
        every = list(product(range(len(labels)), repeat=n))
        scores = np.array([_score(p, emissions[row], chain) for p in every])
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = every[int(scores.argmax())]
        assert tuple(path[row, :n]) == best
        assert not path[row, n:].any()
        exact: Counter[tuple[int, int, str]] = Counter()
        for p, share in zip(every, shares, strict=True):
            for span in spans_of([labels[k] for k in p]):
                exact[span] += share
        _check_spans(found[row], exact, least=0.05)
        wanted = torch.tensor([best])
        loss = crf_loss(
            torch.tensor(emissions[row : row + 1, :n]),
            wanted,
            torch.tensor([n]),
            *(torch.tensor(part) for part in (chain.start, chain.between, chain.end)),
        )
        assert float(loss) * n == pytest.approx(-np.log(shares.max()), abs=1e-6)


def _check_spans(
    found: list[tuple[int, int, str, float]], exact: Mapping[tuple[int, int, str], float], *, least: float
) -> None:
    """What is found has its right probability; what is not is too unlikely or overlaps something likelier."""
    assert found == sorted(found)
    for a, b, kind, score in found:
        assert score > least
        assert score == pytest.approx(exact[a, b, kind])
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    taken = {span[:3] for span in found}
    for (a, b, kind), share in exact.items():
        if share > least + 1e-9 and (a, b, kind) not in taken:
            assert any(c < b and a < d and score >= share - 1e-9 for c, d, _, score in found)


def test_spans_survive_sure_words_and_long_windows() -> None:
    chain = Chain.of(*allowed(ROLE_LABELS))
    emissions = np.zeros((1, 400, len(ROLE_LABELS)))
    emissions[0, :, 0] = 80.0
    sizes = np.array([400])
    assert not viterbi(emissions, sizes, chain).any()
    assert likely_spans(emissions, sizes, chain, ROLE_LABELS, least=0.4) == [[]]
    places = [ROLE_LABELS.index(f"{place}-content") for place in "BIE"]
    emissions[0, 10, places[0]] = emissions[0, 389, places[2]] = 160.0
    emissions[0, 11:389, places[1]] = 160.0
    ((first, end, kind, score),) = likely_spans(emissions, sizes, chain, ROLE_LABELS, least=0.4)[0]
    assert (first, end, kind) == (10, 390, "content")
    assert score > 0.999


_segments = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["source", "cue", "content"]), st.integers(1, 4)))


@given(_segments)
def test_spans_to_labels_and_back(segments: list[tuple[int, str, int]]) -> None:
    spans, at = [], 0
    for gap, role, size in segments:
        spans.append((at + gap, at + gap + size - 1, role))
        at += gap + size
    piece = Piece(("w",) * at, (0,) * at, (True,) * at, True, "d", spans=tuple(spans))
    labels = role_labels(piece)
    assert [(a, b - 1, role) for a, b, role in spans_of(labels)] == spans
    start, between, end = allowed(ROLE_LABELS)
    path = [ROLE_LABELS.index(label) for label in labels]
    steps = [between[a, b] for a, b in pairwise(path)]
    assert not path or float(sum(steps) + start[path[0]] + end[path[-1]]) == 0.0


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("B-cue O", [(0, 1, "cue")]),
        ("I-cue E-cue", [(0, 2, "cue")]),
        ("B-cue I-source E-source", [(0, 1, "cue"), (1, 3, "source")]),
        ("E-cue", [(0, 1, "cue")]),
        ("B-cue I-cue", [(0, 2, "cue")]),
        ("O O", []),
    ],
)
def test_broken_spans_are_read_as_far_as_they_go(labels: str, expected: list[tuple[int, int, str]]) -> None:
    assert spans_of(labels.split()) == expected


# Pieces


@pytest.mark.parametrize(
    ("word", "initial", "case"),
    [
        ("said", False, "lower"), ("Kyiv", False, "title"), ("The", True, "initial"), ("NATO", False, "upper"),
        ("iPhone", False, "mixed"), ("McKay", False, "mixed"), ("2022", False, "number"), ("B-52s", False, "number"),
        ("—", False, "none"), ("I", False, "title"), ("I", True, "initial"),
    ],
)  # fmt: skip
def test_case(word: str, initial: bool, case: str) -> None:
    assert CASES[case_of(word, initial=initial)] == case


def _read_words(text: str) -> tuple[list[str], list[bool], list[bool]]:
    """Words parted by spaces; "_" glues a word to the next one, "|" opens a paragraph."""
    words, spaced, breaks = [], [], []
    for part in text.split():
        breaks.append(part.startswith("|"))
        spaced.append(not part.endswith("_"))
        words.append(part.strip("|_"))
    return words, spaced, breaks


@pytest.mark.parametrize(
    ("id_", "text", "states"),
    [
        ("straight", '"_ Stay_ ,_ " he said', "oddcxx"),
        ("curly", "“_ Stay_ ,_ ” he said", "oddcxx"),
        ("low and high", "„_ Bleibt_ ” he said", "odcxx"),
        ("guillemets", "«_ Stay_ » she said", "odcxx"),
        ("straight single, British", "'_ Stay_ ,_ ' he said", "osscxx"),
        ("curly single, British", "‘_ Stay_ ,_ ’ he said", "osscxx"),
        ("single inside double", "“_ He said_ ,_ ‘_ go_ ,_ ’_ ” she said", "odddddddcxx"),
        ("unclosed ends with its paragraph", "“_ Stay here |She left", "oddxx"),
        ("reopened in the next paragraph", "“_ Stay |“_ Go_ ” he said", "ododcxx"),
        ("an apostrophe is no mark", "the workers_ ’ union met", "xxxxx"),
        ("a clitic is no mark", "he didn_ ’_ t go", "xxxxx"),
        ("years are no quotation", "in the ’_ 90s we met", "xxxxxx"),
        ("no mark", "he stayed", "xx"),
    ],
)
def test_mark_states(id_: str, text: str, states: str) -> None:
    names = {"x": "outside", "d": "double", "s": "single", "o": "opening", "c": "closing"}
    assert [MARK_STATES[k] for k in mark_states(*_read_words(text))] == [names[k] for k in states], id_


@pytest.mark.parametrize(
    ("one", "other"),
    [("“", '"'), ("”", '"'), ("«", '"'), ("’", "'"), ("‘", "'"), ("`", "'"), ("–", "—"), ("--", "—"), ("…", "..."),
     ("n’t", "n't"), ("Ada", "ada"), ("Zoë", "zoe"),
     ("https://a.example/b", "www.b.example"), ("stor\u00adm", "storm")],
)  # fmt: skip
def test_typography_never_changes_the_pieces(one: str, other: str, pieces: Pieces) -> None:
    assert pieces.of(one) == pieces.of(other)


@given(st.text(min_size=1, max_size=30))
def test_every_word_has_a_few_pieces(pieces: Pieces, word: str) -> None:
    assert 1 <= len(pieces.of(word)) <= 8


def test_different_words_have_different_pieces(pieces: Pieces) -> None:
    assert pieces.of("mayor") != pieces.of("council")
    assert pieces.of(".") != pieces.of("...")


# Windows

_windows = st.lists(
    st.tuples(st.sampled_from(WORDS), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=30
)


def _window(rows: list[tuple[str, bool, bool, bool]]) -> Window:
    sentence = np.cumsum([i > 0 and new for i, (_, new, _, _) in enumerate(rows)]).tolist()
    breaks = [i == 0 or (sentence[i] != sentence[i - 1] and opens) for i, (*_, opens) in enumerate(rows)]
    return Window(tuple(r[0] for r in rows), tuple(sentence), tuple(r[2] for r in rows), tuple(breaks))


@given(_windows)
def test_a_window_encodes_every_word_at_its_first_piece(
    pieces: Pieces, rows: list[tuple[str, bool, bool, bool]]
) -> None:
    window = _window(rows)
    encoded = encode_window(window, pieces, limit=510)
    assert len(encoded.pieces) == len(encoded.cases) == len(encoded.marks)
    assert encoded.pieces[0] == CLS
    assert encoded.pieces[-1] == SEP
    assert [encoded.pieces[at] for at in encoded.first] == [pieces.of(word)[0] for word in window.words]
    for i, at in enumerate(encoded.first):
        assert (encoded.pieces[at - 1] == SEP) == (i > 0 and window.breaks[i])


def test_too_many_pieces_cost_inner_pieces_never_words(pieces: Pieces) -> None:
    window = Window(("zzzz",) * 40, (0,) * 40, (True,) * 40, (True, *[False] * 39))
    assert len(encode_window(window, pieces, limit=510).pieces) == 162
    short = encode_window(window, pieces, limit=100)
    assert len(short.pieces) == 42
    assert len(short.first) == 40


def _encoded(size: int) -> Encoded:
    row = (1,) * size
    return Encoded(row, row, row, (1,), (0,))


@given(st.lists(st.integers(3, 500), max_size=40))
def test_batches_hold_every_window_once_and_little_padding(sizes: list[int]) -> None:
    batches = list(bundle([_encoded(size) for size in sizes], largest=2400, spare=200))
    assert sorted(i for each in batches for i in each) == list(range(len(sizes)))
    for each in batches:
        padded = len(each) * max(sizes[i] for i in each)
        assert len(each) == 1 or (padded <= 2400 and padded - sum(sizes[i] for i in each) < 200)


def test_collate_pads(pieces: Pieces) -> None:
    one = encode_window(_window([("ada", False, True, False)] * 3), pieces, limit=510)
    two = encode_window(_window([("council", False, True, False)]), pieces, limit=510)
    batch = collate([one, two])
    assert batch.pieces.shape == (2, len(one.pieces))
    assert batch.pieces[1, len(two.pieces) :].eq(0).all()
    assert batch.sentence.tolist() == [[0, 0, 0], [0, -1, -1]]
    assert batch.lengths.tolist() == [3, 1]


# Trees


def _roots(heads: list[int]) -> int:
    return sum(head == 0 for head in heads)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_the_best_tree_against_all_trees(words: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(words + 1, words + 1)) * 3
    trees = [h for h in product(range(words + 1), repeat=words) if is_tree(h)]
    totals = [sum(scores[i + 1, head] for i, head in enumerate(heads)) for heads in trees]
    found = best_tree(scores)[1:].tolist()
    assert is_tree(found)
    assert sum(scores[i + 1, head] for i, head in enumerate(found)) == pytest.approx(max(totals))


@pytest.mark.parametrize(
    ("heads", "expected"),
    [((0,), True), ((0, 1, 2), True), ((2, 0, 2), True), ((2, 1, 0), False), ((0, 0), False), ((1, 0), False)],
)
def test_is_tree(heads: tuple[int, ...], expected: bool) -> None:
    assert is_tree(heads) is expected
    assert is_tree([head + 7 if head else 0 for head in heads], 7) is expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=4), min_size=1, max_size=3), st.integers(0, 10**6))
def test_one_tree_a_sentence_whatever_the_scores(windows: list[list[int]], seed: int) -> None:
    lengths = [sum(sizes) for sizes in windows]
    longest = max(lengths)
    sentence = torch.full((len(windows), longest), -1)
    for i, sizes in enumerate(windows):
        sentence[i, : lengths[i]] = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    net = tiny_reader(seed=seed)
    vectors = torch.randn(len(windows), longest, 16, generator=torch.Generator().manual_seed(seed)) * 4
    with torch.inference_mode():
        found = best_heads(net.arcs(vectors, sentence), sentence, lengths)
    for sizes, heads in zip(windows, found, strict=True):
        begin = 0
        for size in sizes:
            assert is_tree(heads[begin : begin + size], begin)
            begin += size
        assert begin == len(heads)


# Reading


def _batch(pieces: Pieces, seed: int, windows: int = 3) -> Batch:
    rng = np.random.default_rng(seed)
    rows = [
        [(str(rng.choice(WORDS)), bool(rng.random() < 0.2), True, bool(rng.random() < 0.5)) for _ in range(size)]
        for size in rng.integers(1, 25, windows)
    ]
    return collate([encode_window(_window(each), pieces, limit=510) for each in rows])


def _without_scores(reading: Reading) -> tuple[object, ...]:
    spans = [(span.first, span.last, span.label) for span in (*reading.entities, *reading.roles)]
    return reading.upos, reading.xpos, reading.head, reading.deprel, spans, [link[:2] for link in reading.links]


def _scores(reading: Reading) -> list[float]:
    return [*(span.score for span in (*reading.entities, *reading.roles)), *(link[2] for link in reading.links)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_readings_are_whole_and_alike_alone_and_together(pieces: Pieces, seed: int) -> None:
    net = tiny_reader(seed=seed)
    batches = [_batch(pieces, seed), _batch(pieces, seed + 1)]
    together = read_batches(net, batches)
    alone = [reading for batch in batches for reading in read_batch(net, batch)]
    assert [_without_scores(reading) for reading in together] == [_without_scores(reading) for reading in alone]
    assert [_scores(reading) for reading in together] == [
        pytest.approx(_scores(reading), abs=1e-4) for reading in alone
    ]
    lengths = [n for batch in batches for n in batch.lengths.tolist()]
    sentences = [row for batch in batches for row in batch.sentence.tolist()]
    for n, sentence, reading in zip(lengths, sentences, together, strict=True):
        assert {len(reading.upos), len(reading.xpos), len(reading.head), len(reading.deprel)} == {n}
        for spans in (reading.entities, reading.roles):
            assert all(0.0 <= span.score <= 1.000001 and 0 <= span.first <= span.last < n for span in spans)
            assert all(a.last < b.first for a, b in pairwise(spans))
        assert all(sentence[span.first] == sentence[span.last] for span in reading.entities)
        for tail, head, score in reading.links:
            assert (reading.roles[tail].label, reading.roles[head].label) in LINK_ENDS
            assert 0.0 <= score <= 1.0


def test_nothing_to_read(pieces: Pieces) -> None:
    assert read_batches(tiny_reader(), []) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_entities_are_the_best_allowed_sequence_of_each_sentence(pieces: Pieces, seed: int) -> None:
    net, batch = tiny_reader(seed=seed), _batch(pieces, seed)
    chain = Chain.of(*allowed(net.shape.entities))
    with torch.inference_mode():
        scores = net.entity(net.words_of(batch)["entities"]).double().numpy()
    at = 0
    for row, n, reading in zip(batch.sentence.tolist(), batch.lengths.tolist(), read_batch(net, batch), strict=True):
        for sentence in range(max(row) + 1):
            words = [i for i in range(n) if row[i] == sentence]
            best = viterbi(scores[at + words[0] : at + words[-1] + 1][None], np.array([len(words)]), chain)[0]
            wanted = [(words[0] + a, words[0] + b - 1) for a, b, _ in spans_of([net.shape.entities[k] for k in best])]
            assert [(s.first, s.last) for s in reading.entities if row[s.first] == sentence] == wanted
        at += n


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_links_are_those_of_one_window_at_a_time(pieces: Pieces, seed: int) -> None:
    net, batch = tiny_reader(seed=seed), _batch(pieces, seed)
    with torch.inference_mode():
        vectors = net.mix["roles"](net.encode(batch))
        for row, reading in enumerate(read_batch(net, batch)):
            wanted = {}
            ends = torch.tensor([(span.first, span.last) for span in reading.roles]).view(-1, 2)
            for kind, (tail_role, head_role) in enumerate(LINK_ENDS):
                tails = [i for i, span in enumerate(reading.roles) if span.label == tail_role]
                heads = [i for i, span in enumerate(reading.roles) if span.label == head_role]
                if not tails or not heads:
                    continue
                shares = net.links(vectors, row, ends[tails], ends[heads], kind).softmax(-1)
                for tail, share in zip(tails, shares, strict=True):
                    if int(share.argmax()):
                        wanted[tail, heads[int(share.argmax()) - 1]] = pytest.approx(float(share.max()), abs=1e-4)
            assert {(tail, head): score for tail, head, score in reading.links} == wanted


# Files and machines


def test_what_is_exported_loads_and_reads_the_same(tmp_path: Path, pieces: Pieces) -> None:
    net = tiny_reader()
    export(net, tmp_path / "reader.safetensors", {"step": 1})
    loaded = load_reader(tmp_path / "reader.safetensors", dtype=torch.float32)
    assert loaded.shape == net.shape
    net.load_state_dict({name: weight.half().float() for name, weight in net.state_dict().items()})
    batch = _batch(pieces, 5)
    for one, other in zip(read_batch(loaded, batch), read_batch(net, batch), strict=True):
        assert _without_scores(one) == _without_scores(other)
        assert _scores(one) == pytest.approx(_scores(other), abs=1e-4)
    assert load_reader(tmp_path / "reader.safetensors", dtype=torch.bfloat16).root.dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("machine", "bf16", "amx", "onednn", "expected"),
    [
        ("x86_64", True, False, True, torch.bfloat16),
        ("x86_64", False, True, True, torch.bfloat16),
        ("AMD64", False, False, True, torch.float32),  # AVX-512 alone: oneDNN emulates
        ("x86_64", False, False, False, torch.float32),
        ("aarch64", False, False, True, torch.bfloat16),
        ("aarch64", False, False, False, torch.float32),
    ],
)
def test_best_dtype(
    monkeypatch: pytest.MonkeyPatch, machine: str, bf16: bool, amx: bool, onednn: bool, expected: torch.dtype
) -> None:
    monkeypatch.setattr(processor.platform, "machine", lambda: machine)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(processor, "_onednn_has_bfloat16", lambda: onednn)
    assert best_dtype() is expected


# Training

_TREE = """# newdoc id = ours
1\tAda\tAda\tPROPN\tNNP\t_\t2\tnsubj\t_\t_
2\tspoke\tspeak\tVERB\tVBD\t_\t0\troot\t_\tSpaceAfter=No
3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

1\tWe\twe\tPRON\tPRP\t_\t2\tnsubj\t_\t_
2\twait\twait\tVERB\tVBP\t_\t0\troot\t_\tSpaceAfter=No
3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

"""
_ENTITIES = [[{"text": "Ada", "ner": "B-Person"}, {"text": "Brown", "ner": "E-Person"}, {"text": "spoke", "ner": "O"}]]
_ARTICLE = "Ada Brown said the bridge is closed.\nNobody spoke.\n"
_ANNOTATION = (
    "T1\tSource 0 9\tAda Brown\nT2\tCue 10 14\tsaid\nT3\tContent 15 35\tthe bridge is closed\n"
    "E1\tCue:T2 Source:T1 Content:T3\n"
)


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Corpora of our own words in the formats of the real ones."""
    for folder in ("ud", "ner", "polnear"):
        (tmp_path / folder).mkdir()
    for name in ("en_flat.train", "en_flat.dev", "en_gumflat.dev"):
        (tmp_path / f"ud/{name}.conllu.gz").write_bytes(gzip.compress(_TREE.encode()))
    for split in ("train", "dev"):
        (tmp_path / f"ner/wwn.{split}.json.gz").write_bytes(gzip.compress(json.dumps(_ENTITIES).encode()))
        for kind in ("text", "attributions"):
            (tmp_path / "polnear" / split / kind).mkdir(parents=True)
        (tmp_path / "polnear" / split / "text/one.txt").write_text(_ARTICLE, encoding="utf8")
        (tmp_path / "polnear" / split / "attributions/one_a.ann").write_text(_ANNOTATION, encoding="utf8")
    return tmp_path


def test_roles_are_read_with_their_links(corpora: Path) -> None:
    first, second = read_roles(corpora / "polnear/train")
    assert first.words == ("Ada", "Brown", "said", "the", "bridge", "is", "closed", ".")
    assert first.spans == ((0, 1, "source"), (2, 2, "cue"), (3, 6, "content"))
    assert set(first.links) == {(1, 0), (2, 0), (2, 1)}
    assert second.spans == ()


def test_the_learning_rate_rises_falls_and_ends() -> None:
    plan = Plan(steps=100, cooldown=20, warmup=10)
    rates = [rate_at(step, plan) for step in range(101)]
    assert max(rates) <= 1.0
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == 0.0


def test_a_run_trains_scores_exports_and_goes_on(corpora: Path, pieces: Pieces, tmp_path: Path) -> None:
    tasks, dev = read_tasks(corpora), read_dev_sets(corpora)
    by_name = {task.name: task.pieces for task in tasks}
    shape = shape_of(by_name["trees"], by_name["entities"])
    assert shape.entities[0] == "O"
    folder = tmp_path / "run"
    folder.mkdir()
    plan = Plan(steps=4, cooldown=2, warmup=1, evaluate_every=2, save_every=2, turns=("trees", "roles", "entities"))
    run = Run(tiny_reader(shape), tasks, pieces, plan, folder)
    before = {name: weight.clone() for name, weight in run.net.state_dict().items()}
    run.train(dev)
    assert run.step == 4
    assert any(not torch.equal(before[name], weight) for name, weight in run.net.state_dict().items())
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text(encoding="utf8").splitlines()]
    assert [row["step"] for row in rows] == [2, 4]
    assert {"ewt.las", "gum.las", "entities.f1", "content.f1", "links.content-cue", "score"} <= rows[0].keys()
    again = Run(tiny_reader(shape, seed=9), tasks, pieces, Plan(steps=5, cooldown=2, turns=plan.turns), folder)
    again.resume()
    assert again.step == 4
    assert all(torch.equal(run.net.state_dict()[k], weight) for k, weight in again.net.state_dict().items())
    again.train(dev)
    assert again.step == 5


# The shipped weights


@pytest.mark.models
@pytest.mark.filterwarnings("default")
def test_the_shipped_reader_reads_a_sentence() -> None:
    from models.package import load_pipeline

    text = "“The bridge will stay closed,” Mayor Ada Brown told reporters on Monday."
    (doc,) = load_pipeline().bulk_process([text])
    words = {word.text: word for sentence in doc.sentences for word in sentence.words}
    assert words["told"].upos == "VERB"
    assert words["bridge"].deprel == "nsubj:pass" or words["bridge"].deprel == "nsubj"
    assert [entity.text for entity in doc.ents if entity.type == "Person"] == ["Ada Brown"]
    found = {role: text[start:end] for start, end, role, _ in doc.quote_roles}
    assert "Brown" in found["source"]
    assert "told" in found["cue"]
    assert "The bridge will stay closed" in found["content"]
    assert all(0.0 < score <= 1.0 for *_, score in doc.quote_roles)
    linked = {(doc.quote_roles[tail][2], doc.quote_roles[head][2]) for tail, head, _ in doc.quote_links}
    assert ("content", "cue") in linked
