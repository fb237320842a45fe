"""Build the lemmatizer's dictionary from the treebanks, the irregular verbs and a list of verbs of reporting."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.lemmas import INFLECTIONS, Lemmas, find_lemma, inflect
from models.train.treebank import corpora, read_documents

_IRREGULAR = Path(__file__).with_name("irregular_verbs.tsv")
_VERBS = Path(__file__).parents[2] / "service" / "quotes" / "lexicon" / "reporting_verbs.tsv"
_FAMILIES = {"V": "verb", "N": "noun", "J": "adjective", "R": "adjective"}
# Forms whose lemma is in the treebanks this many times or less, and that a rule could have made, are left to the rules.
_RARE = 1
_LONGEST_ENDING = 6
# An ending decides when this share of the words with it agree.
_AGREE = 0.7

Reading = tuple[str, str, str, str]


def train_lemmas(target: Path, *, source: Path | None = None) -> dict[str, int]:
    """Read ``source`` (by default en_flat.train of the corpora folder), write ``target``, return the tables' sizes."""
    counts = Counter(read_words(source or corpora() / "ud" / "en_flat.train.conllu.gz"))
    lemmas = build_lemmas(counts)
    data = {
        "forms": dict(sorted(lemmas.forms.items())),
        "known": {family: " ".join(sorted(words)) for family, words in lemmas.known.items()},
        "endings": dict(sorted(lemmas.endings.items())),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return {"forms": len(lemmas.forms), "known": sum(map(len, lemmas.known.values())), "endings": len(lemmas.endings)}


def read_words(path: Path) -> Iterator[Reading]:
    """Yield form (lower case but in names), upos, xpos and lemma of every word of a treebank."""
    for document in read_documents(path):
        for word in (word for paragraph in document.paragraphs for sentence in paragraph for word in sentence):
            form = word.form.replace("’", "'")
            yield form if word.upos == "PROPN" else form.lower(), word.upos, word.xpos, word.lemma


def build_lemmas(counts: Counter[Reading]) -> Lemmas:
    """Return the tables: what the rules know, and the forms they would get wrong."""
    irregular = dict(read_irregular(_IRREGULAR))
    verbs = set(read_verbs(_VERBS)) | set(irregular.values())
    known = {family: frozenset(words) for family, words in known_bases(counts, verbs).items()}
    rules = Lemmas(irregular, known, find_endings(known))
    forms = dict(irregular)
    penn = {xpos for _, _, xpos, _ in counts}
    for key, lemma, count in majority(counts):
        form, tag = key.rsplit(" ", 1)
        upos, xpos = ("", tag) if tag in penn else (tag, "")
        found = find_lemma(rules, form, upos=upos, xpos=xpos)
        trusted = key in irregular or (xpos.startswith("V") and found in verbs and found != form)
        if found != lemma and not trusted and (count > _RARE or not _looks_regular(form, found, xpos)):
            forms[key] = lemma
    return Lemmas(forms, known, rules.endings)


def majority(counts: Counter[Reading]) -> Iterator[tuple[str, str, int]]:
    """Yield "form tag", its most frequent lemma and how often it has it, for Penn tags and universal tags."""
    tally: dict[str, Counter[str]] = {}
    for (form, upos, xpos, lemma), count in counts.items():
        tally.setdefault(f"{form} {xpos}", Counter())[lemma] += count
        tally.setdefault(f"{form} {upos}", Counter())[lemma] += count
    for key in sorted(tally):
        # "National" in names is the lemma of "National", but lower case where that was seen too.
        folded: Counter[str] = Counter()
        for lemma, count in tally[key].items():
            folded[lemma.lower() if lemma.lower() in tally[key] else lemma] += count
        # Equal counts go to the lemma first in the alphabet, so that a second run gives the same file.
        lemma, count = min(folded.items(), key=lambda item: (-item[1], item[0]))
        yield key, lemma, count


def _looks_regular(form: str, found: str, xpos: str) -> bool:
    return xpos in INFLECTIONS and found != form


def known_bases(counts: Counter[Reading], verbs: Iterable[str]) -> dict[str, set[str]]:
    """Return the base forms by family: lemmas seen with a tag of the family, and ``verbs``."""
    known: dict[str, set[str]] = {"verb": set(verbs), "noun": set(), "adjective": set()}
    seen: Counter[tuple[str, str]] = Counter()
    for (_, upos, xpos, lemma), count in counts.items():
        family = _FAMILIES.get(xpos[:1])
        if family and lemma.isalpha() and (upos == "PROPN" or lemma.islower()):
            seen[family, lemma] += count
    for (family, lemma), count in seen.items():
        # "spel" beside "spell" is a slip of the pen, not a verb.
        if count > 1 or lemma + lemma[-1] not in known[family]:
            known[family].add(lemma)
    return known


def find_endings(known: dict[str, frozenset[str]]) -> dict[str, str]:
    """Return, for endings of stems, the change to the base that most known words with that ending take."""
    tally: dict[str, Counter[str]] = {}
    for family, inflection in (("verb", "ed"), ("adjective", "er")):
        for base in known[family]:
            for form in inflect(base, inflection):
                stem = form[: -len(inflection)]
                for start in range(max(0, len(stem) - _LONGEST_ENDING), len(stem)):
                    tally.setdefault(f"{family} {stem[start:]}", Counter())[_change(stem, base)] += 1
    return {
        ending: change
        for ending, changes in sorted(tally.items())
        for change, count in changes.most_common(1)
        if count >= 2 and count >= _AGREE * changes.total()
    }


def _change(stem: str, base: str) -> str:
    """Return what makes ``base`` of ``stem``, in the terms of ``models.lemmas``."""
    if base == stem + "e":
        return "e"
    if base == stem[:-1] + "y" and base != stem:
        return "y"
    return "-" if base == stem[:-1] else ""


def read_verbs(path: Path) -> Iterator[str]:
    """Yield the verbs of the engine's list of reporting verbs: the first column under its header."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    yield from (line.split("\t")[0] for line in lines[1:])


def read_irregular(path: Path) -> Iterator[tuple[str, str]]:
    """Yield ("form TAG", base) of the irregular verbs; a cell may hold two forms with a slash between."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            base, past, participle = line.split("\t")
            yield from ((f"{form} VBD", base) for form in past.split("/"))
            yield from ((f"{form} VBN", base) for form in participle.split("/"))
