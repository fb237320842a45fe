"""The training corpora as windows with their gold labels. Texts are read from the corpora folder, never kept."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.reader.windows import Window

CORPORA = Path(os.environ.get("ONRECORD_CORPORA", "../shared/corpora"))
LINE = re.compile(r"^T(\d+)\t(\w+) ([\d ;]+)\t")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that is never cut: a sentence (trees, entities) or a paragraph (roles), with its gold labels.

    ``head`` counts words of the piece, -1 the root. ``spans`` are (first word, last word, role) and ``links`` pairs of
    span indices.
    """

    words: tuple[str, ...]
    sentence: tuple[int, ...]
    spaced: tuple[bool, ...]
    paragraph: bool
    document: str
    upos: tuple[str, ...] = ()
    xpos: tuple[str, ...] = ()
    head: tuple[int, ...] = ()
    deprel: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    spans: tuple[tuple[int, int, str], ...] = ()
    links: tuple[tuple[int, int], ...] = ()


def read_trees(path: Path) -> list[Piece]:
    """The sentences of a CoNLL-U file without multi-word tokens."""
    pieces: list[Piece] = []
    document, paragraph = "", True
    with gzip.open(path, "rt", encoding="utf8") as file:
        for block in file.read().split("\n\n"):
            rows = []
            for line in block.splitlines():
                if line.startswith("# newdoc"):
                    document, paragraph = line, True
                elif line.startswith("# newpar"):
                    paragraph = True
                elif line and not line.startswith("#"):
                    cells = line.split("\t")
                    if cells[0].isdigit():
                        rows.append(cells)
            if rows:
                pieces.append(_tree(rows, paragraph=paragraph, document=document))
                paragraph = False
    return pieces


def _tree(rows: Sequence[Sequence[str]], *, paragraph: bool, document: str) -> Piece:
    return Piece(
        words=tuple(r[1] for r in rows),
        sentence=(0,) * len(rows),
        spaced=tuple("SpaceAfter=No" not in r[9] for r in rows),
        paragraph=paragraph,
        document=document,
        upos=tuple(r[3] for r in rows),
        xpos=tuple(r[4] for r in rows),
        head=tuple(int(r[6]) - 1 for r in rows),
        deprel=tuple(r[7] for r in rows),
    )


def read_entities(path: Path) -> list[Piece]:
    """The sentences of a worldwide newswire file; white space is guessed, the file has none."""
    with gzip.open(path, "rt", encoding="utf8") as file:
        sentences = json.load(file)
    pieces = []
    for sentence in sentences:
        words = tuple(token["text"] for token in sentence)
        spaced = tuple(not re.match(r"[.,;:!?)%'’]", after) for after in (*words[1:], "."))
        pieces.append(
            Piece(words, (0,) * len(words), spaced, False, "", entities=tuple(token["ner"] for token in sentence))
        )
    return pieces


WORD = re.compile(
    r"https?://\S+|[@#]\w+|(?:[A-Z]\.){2,}|\b[ap]\.m\.|\b(?:Mr|Mrs|Ms|Dr|Gov|Sen|Rep|Gen|Sgt|Lt|Col|St|Jr|Sr|vs|No|Jan|Feb|Aug|Sept|Oct"
    r"|Nov|Dec|[A-Z])\.|\d+(?:[.,:]\d+)*|\w+?(?=n['’]t\b)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b|\w+|\.{2,}|-{2,}|[^\w\s]"
)  # fmt: skip
SENTENCE_END = re.compile(r"[.!?…][\"”’')]*$")


def read_roles(folder: Path) -> list[Piece]:
    """The paragraphs of a PolNeAR split; where several people annotated an article, the first file is taken."""
    pieces: list[Piece] = []
    for path in sorted((folder / "text").glob("*.txt")):
        files = sorted((folder / "attributions").glob(f"{path.stem}_*.ann"))
        if files:
            text = path.read_bytes().decode("utf8")
            pieces.extend(_paragraphs(text, files[0].read_text(encoding="utf8"), path.stem))
    return pieces


def _paragraphs(text: str, annotation: str, document: str) -> Iterator[Piece]:
    fragments, edges = _annotated(annotation)
    for paragraph in re.finditer(r"[^\n]*\S[^\n]*", text):
        found = list(WORD.finditer(text, paragraph.start(), paragraph.end()))
        if not found:
            continue
        starts, ends = [m.start() for m in found], [m.end() for m in found]
        taken = [-1] * len(found)
        spans: list[tuple[int, int, str]] = []
        owner: list[str] = []
        for name, role, begin, end in fragments:
            inside = [i for i in range(len(found)) if starts[i] < end and begin < ends[i] and taken[i] < 0]
            if inside:
                first, last = inside[0], inside[-1]
                if any(taken[i] >= 0 for i in range(first, last + 1)):
                    continue
                for i in range(first, last + 1):
                    taken[i] = len(spans)
                spans.append((first, last, role))
                owner.append(name)
        links = tuple((i, j) for i, a in enumerate(owner) for j, b in enumerate(owner) if (a, b) in edges)
        words = tuple(m.group() for m in found)
        yield Piece(
            words=words,
            sentence=_sentences(words),
            spaced=tuple(text[e : e + 1].isspace() or e >= paragraph.end() for e in ends),
            paragraph=True,
            document=document,
            spans=tuple(spans),
            links=links,
        )


def _sentences(words: Sequence[str]) -> tuple[int, ...]:
    number, out = 0, []
    for i, word in enumerate(words):
        out.append(number)
        ended = word in (".", "!", "?", "…") or (word in "\"”’'" and i and words[i - 1] in (".", "!", "?"))
        if ended and i + 1 < len(words) and (words[i + 1][0].isupper() or words[i + 1] in '“"‘'):
            number += 1
    return tuple(out)


Fragment = tuple[str, str, int, int]


def _annotated(annotation: str) -> tuple[list[Fragment], set[tuple[str, str]]]:
    """Role fragments (name, role, start, end), and pairs of names linked as in ``LINKS``."""
    fragments: list[Fragment] = []
    edges: set[tuple[str, str]] = set()
    for line in annotation.splitlines():
        match = LINE.match(line)
        if match and match[2] in ("Source", "Cue", "Content"):
            for bounds in match[3].split(";"):
                begin, end = bounds.split()
                fragments.append((f"T{match[1]}", match[2].lower(), int(begin), int(end)))
        elif line.startswith("E"):
            ends = [part.split(":") for part in line.split("\t")[1].split() if ":" in part]
            by_role: dict[str, list[str]] = {"Source": [], "Cue": [], "Content": []}
            for role, name in ends:
                by_role.get(role.rstrip("2"), []).append(name)
            edges |= {(a, b) for a in by_role["Content"] for b in by_role["Cue"]}
            edges |= {(a, b) for a in by_role["Cue"] for b in by_role["Source"]}
            edges |= {(a, b) for a in by_role["Content"] for b in by_role["Source"]}
    return sorted(fragments, key=lambda f: (f[2], -f[3])), edges


def group(pieces: Sequence[Piece], rng: random.Random, *, shortest: int, longest: int) -> Iterator[list[Piece]]:
    """Runs of consecutive pieces of one document, each run of a random length between the two (in words)."""
    run: list[Piece] = []
    size, goal = 0, rng.randint(shortest, longest)
    for piece in pieces:
        if run and (size + len(piece.words) > goal or piece.document != run[0].document):
            yield run
            run, size, goal = [], 0, rng.randint(shortest, longest)
        run.append(piece)
        size += len(piece.words)
    if run:
        yield run


def joined(run: Sequence[Piece]) -> tuple[Window, Piece]:
    """A run as one window, and its gold labels as one piece, heads and spans counted in the window's words."""
    words: list[str] = []
    sentence: list[int] = []
    breaks: list[bool] = []
    head: list[int] = []
    spans: list[tuple[int, int, str]] = []
    links: list[tuple[int, int]] = []
    for piece in run:
        at, sentences = len(words), (sentence[-1] + 1 if sentence else 0)
        words.extend(piece.words)
        sentence.extend(s + sentences for s in piece.sentence)
        breaks.extend([piece.paragraph or not at] + [False] * (len(piece.words) - 1))
        head.extend(h + at if h >= 0 else -1 for h in piece.head)
        links.extend((a + len(spans), b + len(spans)) for a, b in piece.links)
        spans.extend((a + at, b + at, role) for a, b, role in piece.spans)

    def flat(name: str) -> tuple[str, ...]:
        return tuple(value for piece in run for value in getattr(piece, name))

    gold = replace(
        run[0], words=tuple(words), sentence=tuple(sentence), upos=flat("upos"), xpos=flat("xpos"), head=tuple(head),
        deprel=flat("deprel"), entities=flat("entities"), spans=tuple(spans), links=tuple(links),
    )  # fmt: skip
    spaced = tuple(space for piece in run for space in piece.spaced)
    return Window(tuple(words), tuple(sentence), spaced, tuple(breaks)), gold


def recased(window: Window, rng: random.Random, *, rate: float) -> Window:
    """The window in all capitals or all lower case, each at half the ``rate``: headlines and sloppy typing."""
    chance = rng.random()
    if chance < rate / 2:
        return replace(window, words=tuple(word.upper() for word in window.words))
    if chance < rate:
        return replace(window, words=tuple(word.lower() for word in window.words))
    return window
