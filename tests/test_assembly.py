"""From parse to quotes, with no model: ``cases/assembly.txt``, and what the reader's roles add."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest
from blocks import CASES, token_line
from parsed import find_span, read_table

import service.quotes as quotes_of
from service.quotes import extract_quotes
from service.quotes.types import Article, Link, ParsedText, Quote, RoleSpan

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    expected: tuple[Row, ...]
    parsed: ParsedText


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    expected = [line.removeprefix("quote: ").split(" / ") for line in lines if line.startswith("quote: ")]
    entities = {words for line in lines if line.startswith("entity: person ") for words in [line[15:]]}
    blocks: list[str] = []
    for line in lines:
        if line == "---":
            blocks.append(line)
        elif not line.startswith(("quote: ", "entity: ")):
            tokens = list(map(token_line, line.split()))
            forms = " ".join(token.split()[0].removesuffix("~") for token in tokens)
            marked = [f"# entity person {words}" for words in sorted(entities) if words in forms]
            blocks.append("\n".join([*marked, *tokens]))
    return Case(name, reason, tuple(map(tuple, expected)), read_table("\n\n".join(blocks)))


TABLE = [_case(block) for block in (CASES / "assembly.txt").read_text(encoding="utf-8").split("\n## ")[1:]]


def _quotes(parsed: ParsedText) -> tuple[Quote, ...]:
    (extraction,) = extract_quotes([Article(parsed.text)], read=lambda texts: [parsed for _ in texts])
    return extraction.quotes


def _row(text: str, quote: Quote) -> Row:
    speaker = quote.speaker
    mention = speaker.mention.of(text) if speaker and speaker.mention else "-"
    pieces = " | ".join(span.of(text) for span in quote.spans)
    return quote.type, pieces, mention, (speaker.person.name if speaker else None) or "-"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_heads_are_sound(case: Case) -> None:
    for sentence in case.parsed.sentences:
        heads = [token.head for token in sentence.tokens]
        assert heads.count(-1) == 1
        assert all(-1 <= head < len(heads) and head != index for index, head in enumerate(heads))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in TABLE])
def test_quotes(case: Case) -> None:
    text = case.parsed.text
    assert tuple(_row(text, quote) for quote in _quotes(case.parsed)) == case.expected, case.reason


def test_a_third_of_the_table_gives_no_quote() -> None:
    refused = [case for case in TABLE if case.id.startswith("not_")]
    assert len(refused) * 3 >= len(TABLE)
    assert all(bool(case.expected) != (case in refused) for case in TABLE)


def _read_by_the_reader(parsed: ParsedText, content: str, cue: str, source: str, score: float) -> ParsedText:
    roles = (
        RoleSpan(find_span(parsed, source), "source", score),
        RoleSpan(find_span(parsed, cue), "cue", score),
        RoleSpan(find_span(parsed, content), "content", score),
    )
    return replace(parsed, roles=roles, links=(Link(2, 1, score), Link(1, 0, score)))


UNLISTED = """
# entity person Vera Lis
Vera    _     PROPN 3 nsubj
Lis     _     PROPN 1 flat
growled growl VERB  0 root
the     _     DET   5 det
mill    _     NOUN  7 nsubj
was     be    AUX   7 cop
lost~   _     ADJ   3 ccomp
.       _     PUNCT 3 punct
"""


def test_reader_and_parse_that_agree_make_one_quote() -> None:
    table = UNLISTED.replace("growled growl", "said say")
    parsed = _read_by_the_reader(read_table(table), "the mill was lost", "said", "Vera Lis", 0.9)
    (quote,) = _quotes(parsed)
    assert _row(parsed.text, quote) == ("indirect", "the mill was lost", "Vera Lis", "Vera Lis")
    assert quote.explanation.rule == "reader+clause"
    assert [role.role for role in quote.explanation.roles] == ["source", "cue", "content"]


def test_agreement_is_surer_than_the_parse_alone() -> None:
    alone = read_table(UNLISTED.replace("growled growl", "said say"))
    both = _read_by_the_reader(alone, "the mill was lost", "said", "Vera Lis", 0.9)
    assert _quotes(both)[0].confidence.span > _quotes(alone)[0].confidence.span


@pytest.mark.parametrize(
    ("score", "found", "reason"),
    [(0.95, 1, "the reader is sure"), (0.3, 0, "a guess at a verb of no list is no quote")],
)
def test_a_cue_of_no_list_needs_a_sure_reader(score: float, found: int, reason: str) -> None:
    table = UNLISTED.replace("growled growl", "vowelled vowel")
    parsed = _read_by_the_reader(read_table(table), "the mill was lost", "vowelled", "Vera Lis", score)
    assert len(_quotes(parsed)) == found, reason


MISPLACED = """
Marsh   _     PROPN    2 nsubj
says    say   VERB     0 root
he      _     PRON     5 nsubj
will    _     AUX      5 aux
go~     _     VERB     2 ccomp
,       _     PUNCT    7 punct
calling call  VERB+VBG 5 advcl
it      _     PRON     7 obj
“~      "     PUNCT    11 punct
a       _     DET      11 det
farce~  _     NOUN     7 xcomp
”~      "     PUNCT    11 punct
.       _     PUNCT    2 punct
"""
QUOTED_SUBJECT = """
“~       "        PUNCT 3 punct
As       _        ADP   3 case
chairman~ _       NOUN  7 nsubj
,~       _        PUNCT 3 punct
”        "        PUNCT 3 punct
Marsh    _        PROPN 7 dep
said     say      VERB  0 root
.        _        PUNCT 7 punct
"""


@pytest.mark.parametrize(
    ("table", "content", "cue", "reason"),
    [
        (MISPLACED, "it “a farce”", "calling", "the parse hangs a participle on the verb of the reported clause"),
        (QUOTED_SUBJECT, "“As chairman,”", "said", "the parse takes a word in marks for the subject of the cue"),
    ],
)
def test_the_reader_says_who_where_the_parse_differs(table: str, content: str, cue: str, reason: str) -> None:
    parsed = _read_by_the_reader(read_table(table), content, cue, "Marsh", 0.9)
    quote = next(q for q in _quotes(parsed) if q.cue is not None and q.cue.of(parsed.text) == cue)
    assert quote.speaker is not None and quote.speaker.mention is not None
    assert quote.speaker.mention.of(parsed.text) == "Marsh", reason


TICKED = """
# entity person Vera Lis
Vera    _     PROPN 3 nsubj
Lis     _     PROPN 1 flat
ticked  tick  VERB  0 root
off     _     ADP   3 compound:prt
her     _     PRON  8 nmod:poss
“~      "     PUNCT 8 punct
fair    _     ADJ   8 amod
share~  _     NOUN  3 obj
”~      "     PUNCT 8 punct
.       _     PUNCT 3 punct
"""


@pytest.mark.parametrize(
    ("old", "new", "found", "reason"),
    [
        ("", "", 1, "two words in marks at a cue of no list"),
        ("fair    _     ADJ   8 amod", "fair~   _     ADJ   8 amod", 0, "one word in marks there is a term"),
        ("fair    _     ADJ   8 amod\nshare~", "Fair    _     ADJ   8 amod\nShare~", 0, "a name in marks there"),
    ],
)
def test_a_cue_of_no_list_reports_several_words_in_marks(old: str, new: str, found: int, reason: str) -> None:
    parsed = read_table(TICKED.replace(old, new))
    held = parsed.text[parsed.text.index("her") : parsed.text.index("”") + 1]
    assert len(_quotes(_read_by_the_reader(parsed, held, "ticked", "Vera Lis", 0.95))) == found, reason


def test_quotes_are_numbered_in_text_order_and_people_in_order_of_first_quote() -> None:
    case = next(case for case in TABLE if case.id == "own_attribution")
    (extraction,) = extract_quotes([Article(case.parsed.text)], read=lambda texts: [case.parsed for _ in texts])
    assert [quote.id for quote in extraction.quotes] == ["q1", "q2"]
    assert [(person.id, person.name) for person in extraction.people] == [("s1", "Vera Lis"), ("s2", "Oke Bello")]


def test_articles_are_read_at_once_and_answered_in_order() -> None:
    by_text = {case.parsed.text: case.parsed for case in TABLE}
    calls: list[int] = []

    def read(texts: list[str] | tuple[str, ...]) -> list[ParsedText]:
        calls.append(len(texts))
        return [by_text[text] for text in texts]

    found = extract_quotes([Article(text) for text in by_text], read=lambda texts: read(list(texts)))
    assert calls == [len(by_text)]
    assert [extraction.text for extraction in found] == list(by_text)


def test_nothing_in_gives_nothing() -> None:
    assert extract_quotes([], read=lambda texts: ()) == ()
    (extraction,) = extract_quotes([Article("")], read=lambda texts: [ParsedText("", (), (), ())])
    assert extraction.quotes == () and extraction.people == ()


GUIDE = (Path(__file__).parent.parent / "docs" / "engine.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the guide, without its head."""
    lines = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


def test_the_guide_names_every_rule() -> None:
    named = {re.sub("`", "", row[0]) for row in _rows("Rules")}
    folder = Path(quotes_of.__file__).parent
    written = {
        rule
        for module in ("clauses", "nouns", "roles", "beside", "continuations", "tweets", "turns", "headlines")
        for rule in re.findall(
            r'(?:, |^ +\()"([a-z]+)", [\w_]*(?:SCORE|score|\()', _source(folder, module), re.MULTILINE
        )
    }
    assert {"reader"} | written == named
    seen = {part for case in TABLE for quote in _quotes(case.parsed) for part in quote.explanation.rule.split("+")}
    assert seen <= named


def _source(folder: Path, module: str) -> str:
    return (folder / f"{module}.py").read_text(encoding="utf-8")


def test_the_guide_names_constants_that_exist() -> None:
    rows = _rows("Thresholds")
    assert rows
    for names, module, _ in rows:
        for name in re.findall("`([A-Z_]+)`", names):
            assert hasattr(import_module(f"service.quotes.{module.strip('`')}"), name)


def test_the_guide_names_modules_that_exist() -> None:
    steps = GUIDE.split("\n## ")[0]
    modules = [name for line in steps.splitlines() if line.startswith("| ") for name in re.findall("`([a-z]+)`", line)]
    assert len(modules) >= 12
    for module in modules:
        assert import_module(f"service.quotes.{module}")
