"""Words and sentences of English newswire: patterns for what is certain, two small linear models for the rest.

The text is cut at white space. A piece of letters alone is a word. Any other piece is cut into atoms (runs of letters
or digits, single marks, whole addresses, handles and emoji) and a logistic regression over features of the atoms
decides between which two of them a word ends; the answer is remembered per piece, since news repeats itself. A second
logistic regression decides whether a sentence ends behind a word. Both are trained on the treebanks named in
``cards/tokenizer.md`` by ``python -m models.train tokenizer``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

import regex

from models.datelines import dateline_end
from models.paragraphs import Bounds, find_paragraphs

# A sentence longer than this is cut, so that nothing later is quadratic in the length of a text without full stops.
# The longest sentence of the treebanks has 159 words.
MAX_SENTENCE_WORDS = 256
# Pieces longer than this are rare and mostly junk: every atom is a word, and the answer is not remembered.
_MAX_PIECE = 100
_MAX_REMEMBERED = 100_000

# White space, controls and marks of direction or width that carry no meaning part pieces; joiners of emoji do not.
_PIECE = regex.compile(r"[^\s\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]+")
_DOMAINS = "com|org|net|gov|edu|int|info|uk|us|ua|ru|eu|de|fr|ca|au|nz|ie|za|jp|cn|io|tv|me|ly|biz|mil"
_NOT = r"(?:(?<=\p{L})[nN]['’´`ʼ][tT](?!\p{L}))"
# Where an address begins, even right behind a word ("12:00 EETpic.twitter.com/…"), and the characters it may hold.
_LINK = r"(?:(?:https?|ftp)://|pic\.twitter\.com/)"
_IN_LINK = rf'(?:(?!{_LINK})[^\s<>"“”«»])'
_ATOM = regex.compile(
    rf"""
    (?P<address>
        {_LINK}{_IN_LINK}*(?<![.,;:!?'’)\]…])
      | (?<!\p{{L}})www\.{_IN_LINK}*(?<=[\p{{L}}\p{{N}}/])
      | (?<![\p{{L}}\p{{N}}])[\p{{L}}\p{{N}}._%+-]{{1,64}}+@
        [\p{{L}}\p{{N}}-]{{1,63}}+(?:\.[\p{{L}}\p{{N}}-]{{1,63}}+){{1,8}}
      | (?<![\p{{L}}\p{{N}}])(?:(?!{_LINK})[\p{{L}}\p{{N}}-]){{1,63}}+
        (?:\.[\p{{L}}\p{{N}}-]{{1,63}}+){{0,8}}?\.(?:{_DOMAINS})(?![\p{{L}}\p{{N}}])
        (?:/{_IN_LINK}*(?<=[\p{{L}}\p{{N}}/]))?
    )
  | (?P<handle>(?<![\p{{L}}\p{{N}}])[@\#][\p{{L}}_](?:(?!{_LINK})[\p{{L}}\p{{M}}\p{{N}}_])*)
  | (?P<emoji>\p{{RI}}\p{{RI}} | [0-9\#*]\uFE0F?\u20E3
      | (?![©®™])\p{{Extended_Pictographic}}(?:\uFE0F|\p{{EMod}})?
        (?:\u200D\p{{Extended_Pictographic}}(?:\uFE0F|\p{{EMod}})?)*)
  | (?P<letters>{_NOT}
      | (?<!\p{{L}})\p{{Lu}}['’]\p{{Lu}}\p{{Ll}}[\p{{L}}\p{{M}}]*
      | (?:(?!{_NOT}|{_LINK})\p{{L}}\p{{M}}*)+)
  | (?P<digits>\p{{N}}+(?:[.,:]\p{{N}}+)*)
  | (?P<mark>(?P<same>[^\p{{L}}\p{{N}}])(?P=same){{9,}} | .\p{{M}}*)
    """,
    regex.VERBOSE | regex.DOTALL,
)
# The word before a full stop with what is dotted before it: "U.S", "a.m", "Ill" of "(D-Ill.".
_STEM = regex.compile(r"(?:(?<!\p{L})\p{L}\.)*\p{L}+\Z")
_ONE_SHAPE = str.maketrans("‘’‚‛`´ʼ“”„‟«»–—…", "'''''''\"\"\"\"\"\"--.")
_TERMINALS = frozenset(".?!…:;")
# Words that may stand between a full stop and the next sentence: five note numbers in brackets.
_MAX_CLOSERS = 17
_CLOSERS = frozenset("\"'”’)]»")
# Signs of printers ("°", "©") are in Unicode's first block, emoji far behind it.
_LAST_LATIN_SIGN = "\u00ff"
_OPENERS = frozenset("\"'“‘([«")
# The line under an embedded tweet: dash, display name, handle in parentheses.
_SIGNATURE = regex.compile(r"(?<=[\s”\"!?.…)])[—–-]\s?[^\n(]{1,60}\(@\w{1,30}\)(?:\s\p{L}+\s\d{1,2},\s\d{4})?")
# A line of its own in web pages that ends up in the paragraph of the headline before or the story behind it.
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = regex.compile(rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:{_MONTHS}) \d{{1,2}}, \d{{4}}(?!\d)")
_DATED = regex.compile(r"(?:[,;:(–—-]|\b(?:[Oo]n|of|from|since|until|by|to|and|or|for|last|next|before|after))\s*\Z")
# The credit behind the caption of a picture.
_CREDIT = regex.compile(r"(?<=[\p{L}\p{N}.!?”\"’')\]]\s)(?:Image|Photo|Photograph|Picture)s?: ")


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers: log odds per feature, word forms that are written together, kinds of abbreviations.

    ``cut`` and ``stop`` hold weights by feature name, an absent feature weighs nothing. ``together`` maps a lower-case
    form to the offset of the cut inside it ("cannot": 3). ``abbreviations`` maps a form without its last full stop to a
    kind.
    """

    cut: Mapping[str, float]
    stop: Mapping[str, float]
    together: Mapping[str, int]
    abbreviations: Mapping[str, str]


def load_weights(path: Path) -> Weights:
    """Read what ``python -m models.train tokenizer`` wrote. Raises ``OSError``, ``ValueError`` or ``KeyError``."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Weights(cut=data["cut"], stop=data["stop"], together=data["together"], abbreviations=data["abbreviations"])


class Atom(NamedTuple):
    """A stretch no word boundary runs through: lower-case text in one shape of quotation mark, shape and offsets."""

    low: str
    shape: str
    start: int
    end: int


_EDGE = Atom("", "", 0, 0)


class Piece(NamedTuple):
    """Text between two spaces and the little of its surroundings that decides over a last full stop.

    ``follow`` is the shape of the next piece's beginning ("" at the end of a paragraph), ``first`` is true at the start
    of a paragraph.
    """

    text: str
    follow: str
    first: bool


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Splits texts with one set of weights and remembers how it split pieces."""

    weights: Weights
    remembered: dict[Piece, tuple[int, ...]] = field(default_factory=dict)

    def split(self, text: str) -> Iterator[tuple[Bounds, ...]]:
        """Yield the sentences of ``text`` in order, each the ``(start, end)`` of its words in code points.

        Words do not overlap and hold no white space; every other character but controls and invisible marks lies in a
        word. A paragraph end (:func:`find_paragraphs`) ends a sentence, and so does a dateline, whose place would else
        be taken for the subject of what follows. No sentence is empty or longer than ``MAX_SENTENCE_WORDS``.
        """
        for start, end in find_paragraphs(text):
            body = dateline_end(text, start, end)
            for words in (self._words(text, start, body), self._words(text, body, end)):
                if words:
                    yield from self._sentences(text, words)

    def _words(self, text: str, start: int, end: int) -> list[Bounds]:
        words: list[Bounds] = []
        matches = [(match.start(), match.group()) for match in _PIECE.finditer(text, start, end)]
        together = self.weights.together
        for index, (offset, piece) in enumerate(matches):
            if piece.isalpha() and piece.lower() not in together:
                words.append((offset, offset + len(piece)))
                continue
            follow = ""
            if "." in piece and index + 1 < len(matches):
                follow = shape_of(matches[index + 1][1][:2])
            last = 0
            for cut in self._cuts(Piece(piece, follow, index == 0)):
                words.append((offset + last, offset + cut))
                last = cut
            words.append((offset + last, offset + len(piece)))
        return words

    def _cuts(self, piece: Piece) -> tuple[int, ...]:
        found = self.remembered.get(piece)
        if found is None:
            found = tuple(find_cuts(piece, self.weights))
            if len(piece.text) <= _MAX_PIECE and len(self.remembered) < _MAX_REMEMBERED:
                self.remembered[piece] = found
        return found

    def _sentences(self, text: str, words: Sequence[Bounds]) -> Iterator[tuple[Bounds, ...]]:
        begin = 0
        ends = set(find_stops(text, words, self.weights))
        for index in range(1, len(words) + 1):
            if index in ends or index == len(words) or index - begin == MAX_SENTENCE_WORDS:
                yield tuple(words[begin:index])
                begin = index


def find_cuts(piece: Piece, weights: Weights) -> Iterator[int]:
    """Yield the offsets inside the piece at which one word ends and the next begins."""
    if (cut := weights.together.get(piece.text.lower())) and cut < len(piece.text):
        yield cut
        return
    if piece.text in {"No.", "no."} and piece.follow[:1] not in {"0", "#"}:
        # The answer, not a number: "No. He stayed."
        yield 2
        return
    atoms = split_atoms(piece.text, weights.together)
    for index in range(len(atoms) - 1):
        at = atoms[index].end
        certain = len(piece.text) > _MAX_PIECE or certain_cut(atoms, index)
        if certain or _odds(cut_features(atoms, index, piece, weights.abbreviations), weights.cut) > 0:
            yield at


def split_atoms(text: str, together: Mapping[str, int]) -> list[Atom]:
    """Return the atoms of a piece in order; they cover all of it."""
    atoms = []
    for match in _ATOM.finditer(text):
        kind, start, end = match.lastgroup or "mark", match.start(), match.end()
        if kind in ("address", "handle", "emoji"):
            atoms.append(Atom(kind, kind, start, end))
            continue
        cut = together.get(match.group().lower(), 0) if kind == "letters" else 0
        for left, right in ((start, start + cut), (start + cut, end)) if 0 < cut < end - start else ((start, end),):
            word = text[left:right]
            atoms.append(Atom(word.translate(_ONE_SHAPE).lower(), shape_of(word), left, right))
    return atoms


@lru_cache(maxsize=50_000)
def shape_of(word: str) -> str:
    """Return a short shape: letters by case and whether one or more, digits by count up to four, a mark as itself."""
    if word.isdigit():
        return "0" * min(len(word), 4)
    if word[:1].isalpha():
        case = "A" if word.isupper() else "a" if word.islower() else "Aa" if word.istitle() else "aA"
        return case + ("+" if len(word) > 1 else "")
    if word[:1].isdigit():
        return "0x"
    return word.translate(_ONE_SHAPE)[:1]


def certain_cut(atoms: Sequence[Atom], index: int) -> bool:
    """True where a word always ends: around addresses, handles and emoji, and in a form like "can|not"."""
    left, right = atoms[index], atoms[index + 1]
    whole = ("address", "handle", "emoji")
    return left.shape in whole or right.shape in whole or (left.low[-1:].isalpha() and right.low[:1].isalpha())


def cut_features(atoms: Sequence[Atom], index: int, piece: Piece, abbreviations: Mapping[str, str]) -> list[str]:
    """Return the features of the place between atom ``index`` and the next."""
    left, right = atoms[index], atoms[index + 1]
    before = atoms[index - 1] if index else _EDGE
    after = atoms[index + 2] if index + 2 < len(atoms) else _EDGE
    further = atoms[index + 3] if index + 3 < len(atoms) else _EDGE
    whole = piece.text.translate(_ONE_SHAPE).lower()
    last = "" if index + 2 < len(atoms) else piece.follow or "$"
    first = "^" if piece.first and len(atoms) == 2 else ""
    kind, name = "", left.low
    if right.low == ".":
        name = piece.text[left.start : left.end]
        kind = kind_of(piece.text[max(0, left.end - 16) : left.end], abbreviations)
    return [
        "",
        f"l {name}",
        f"r {right.low}",
        f"lr {name} {right.low}",
        f"s {left.shape} {right.shape}",
        f"bs {before.shape} {left.shape} {right.shape} {after.shape}",
        f"as {left.shape} {right.shape} {after.shape} {further.shape}",
        f"s3 {before.shape} {left.shape} {right.shape}",
        f"sl {left.low} {right.shape}",
        f"sr {left.shape} {right.low}",
        f"bl {before.low} {left.low} {right.shape}",
        f"ra {left.shape} {right.low} {after.low}",
        f"p {whole[: left.start][:8]} {name} {right.low}",
        f"q {name} {whole[left.end :][:8]}",
        f"w {index} {name} {whole[:16]}",
        f"e {before.shape} {left.shape} {right.low} {last} {first}",
        f"k {kind} {last}",
        f"kc {kind} {last[:1]} {first}",
        f"n {whole[: left.start][-4:]}{name} {right.low} {last}",
    ]


def kind_of(stem: str, abbreviations: Mapping[str, str]) -> str:
    """Return the kind of abbreviation that the text before a full stop ends in, "" if it looks like none."""
    match = _STEM.search(stem)
    if not match:
        return ""
    word = match.group()
    kind = abbreviations.get(word) or abbreviations.get(word[0].lower() + word[1:])
    if "." in word:
        return kind or abbreviations.get(word.lower()) or "dotted"
    return kind or ("initial" if len(word) == 1 and word != "I" else "")


def _odds(features: Iterable[str], weights: Mapping[str, float]) -> float:
    get = weights.get
    return sum(get(feature, 0.0) for feature in features)


def find_stops(text: str, words: Sequence[Bounds], weights: Weights) -> Iterator[int]:
    """Yield the indices of words that begin a sentence, except the first; ``words`` are those of one paragraph."""
    signatures = _signatures(text, words)
    lines = frozenset(_line_starts(text, words[0][0], words[-1][1]))
    for index, features in stop_candidates(text, words, weights.abbreviations):
        if any(begin < words[index][0] < end for begin, end in signatures) or _is_note(text, words, index):
            continue
        if certain_stop(text, words[index][0]) or _odds(features, weights.stop) > 0:
            yield index
    begins = {begin for begin, _ in signatures} | lines
    if begins:
        yield from (index for index, word in enumerate(words) if word[0] in begins and index)


def _line_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where a date line or a picture's credit begins inside a paragraph, and where a story begins behind a date.

    "Two bridges reopen Sunday, May 6, 2007" is a headline and its date, "Sunday, May 6, 2007 The bridge…" a date and
    the story; a date inside a sentence is left alone.
    """
    paragraph = text[start:end]
    if "day, " in paragraph:
        for match in _DATE.finditer(text, start, end):
            behind = text[match.end() : match.end() + 3]
            if match.start() == start and behind[:1] == " " and behind[1:].istitle():
                yield match.end() + 1
            elif match.end() == end and match.start() > start and not _DATED.search(text, start, match.start()):
                yield match.start()
    if ": " in paragraph:
        yield from (match.start() for match in _CREDIT.finditer(text, start, end))


def _is_note(text: str, words: Sequence[Bounds], index: int) -> bool:
    """True for the bracket of a note number right behind what it belongs to: "1802.[4]"."""
    opens = text[words[index][0]] == "[" and words[index][0] == words[index - 1][1]
    return opens and index + 1 < len(words) and text[slice(*words[index + 1])].isdigit()


def certain_stop(text: str, begin: int) -> bool:
    """True where a capital follows a closed quotation without a space: "left.”Then"."""
    return text[begin - 1] == "”" and text[begin - 2 : begin - 1] in {".", "!", "?"} and text[begin].isupper()


def _signatures(text: str, words: Sequence[Bounds]) -> tuple[Bounds, ...]:
    """Return the bounds of the lines under embedded tweets: each is a sentence of its own."""
    start, end = words[0][0], words[-1][1]
    if "(@" not in text[start:end]:
        return ()
    return tuple(match.span() for match in _SIGNATURE.finditer(text, start, end))


def stop_candidates(
    text: str, words: Sequence[Bounds], abbreviations: Mapping[str, str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield, for every word that may begin a sentence, its index and the features of the place before it.

    A place is considered behind a terminal mark, with any closing quotation marks, brackets and note numbers after it,
    and behind an address or emoji.
    """
    forms = [text[start:end] for start, end in words]
    for index in range(1, len(forms)):
        if not forms[index - 1].isalnum():
            terminal = _terminal_before(forms, words, index)
            if terminal is not None and not _is_number_sign(forms, terminal):
                yield index, stop_features(forms, words, index, terminal, abbreviations)


def _is_number_sign(forms: Sequence[str], terminal: int) -> bool:
    """True for the full stop of "no. 3" and "nos. 4 and 5"."""
    led = forms[terminal].lower() in ("no.", "nos.") or (
        forms[terminal] == "." and terminal > 0 and forms[terminal - 1].lower() in ("no", "nos")
    )
    return led and terminal + 1 < len(forms) and forms[terminal + 1][0].isdigit()


def _terminal_before(forms: Sequence[str], words: Sequence[Bounds], index: int) -> int | None:
    """Return the index of the terminal mark that the closers right before ``index`` follow, if there is one."""
    if _is_picture(forms[index - 1]):
        return None if forms[index][0].islower() else index - 1
    for back in range(index - 1, max(-1, index - _MAX_CLOSERS), -1):
        form = forms[back]
        if form[-1] in _TERMINALS:
            return back
        in_note = back < index - 1 and (form in "[(" or (form.isdigit() and forms[back + 1] in "])"))
        if not in_note and (form not in _CLOSERS or _opens(words, back)):
            return None
    return None


def _mark_shape(mark: str) -> str:
    """Return the last three characters of a mark; any mix of "?" and "!" is "?!", "…" is three dots."""
    if set(mark) == {"?", "!"}:
        return "?!"
    return "..." if mark == "…" else mark.translate(_ONE_SHAPE)[-3:]


def _is_picture(form: str) -> bool:
    """True for an address or an emoji that is no flag (flags stand for names) and no sign of printers ("°", "©")."""
    emoji = category(form[0]) == "So" and not "🇦" <= form[0] <= "🇿" and form[0] > _LAST_LATIN_SIGN
    return ("." in form and "/" in form) or emoji


def _opens(words: Sequence[Bounds], index: int) -> bool:
    """True when the mark at ``index`` has a space before it and none behind."""
    spaced = index == 0 or words[index][0] > words[index - 1][1]
    return spaced and index + 1 < len(words) and words[index + 1][0] == words[index][1]


def stop_features(
    forms: Sequence[str], words: Sequence[Bounds], index: int, terminal: int, abbreviations: Mapping[str, str]
) -> list[str]:
    """Return the features of the place before word ``index``, behind the mark at ``terminal`` and its closers."""
    mark = "/" if _is_picture(forms[terminal]) else forms[terminal]
    closers = "".join("0" if form.isdigit() else form for form in forms[terminal + 1 : index])
    closers = closers.translate(_ONE_SHAPE)[:3]
    stem = mark[:-1] if mark[-1] == "." and mark[0].isalnum() else ""
    word = stem or (forms[terminal - 1] if terminal else "")
    word = shape_of(word) if word[:1].isdigit() else word
    before = forms[terminal - 1 if stem else terminal - 2] if terminal > 1 else ""
    opener = forms[index] if forms[index] in _OPENERS else ""
    right = forms[index + 1] if opener and index + 1 < len(forms) else forms[index]
    behind = index + (2 if opener else 1)
    after = forms[behind : behind + 1]
    low, shape = right.lower(), shape_of(right)
    gap = "_" if words[index][0] > words[index - 1][1] else ""
    kind = kind_of(stem[-16:], abbreviations) or "-" if stem else ""
    end = ("." if stem else _mark_shape(mark)) + closers
    place = f"{end}{gap}{opener}"
    next_shape = shape_of(after[0]) if after else "$"
    return [
        "",
        f"m {stem or _mark_shape(mark)}",
        f"e {end}",
        f"p {place}",
        f"ps {place} {shape}",
        f"pl {place} {low}",
        f"gs {gap} {shape}",
        f"pn {place} {shape} {next_shape}",
        f"l {low}",
        f"R {right}",
        f"el {end[0]} {low} {after[0].lower() if after else ''}",
        f"w {word.lower()} {end[0]}",
        f"ww {shape_of(word)} {end[0]} {bool(stem)} {shape} {gap}",
        f"ws {word.lower()} {shape} {end[0]}",
        f"k {kind} {shape} {opener}",
        f"ko {kind} {shape[:1]}",
        f"kb {kind} {shape} {shape_of(before) if before else ''}",
        f"b {shape_of(before) if before else ''} {shape_of(word)} {end[0]} {shape}",
        f"wl {len(word)} {shape} {end[0]} {bool(stem)}",
        f"f {min(terminal, 4)} {end} {shape_of(word)}",
        f"t {min(len(forms) - index, 4)} {end} {shape}",
    ]
