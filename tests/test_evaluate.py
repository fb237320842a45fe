"""The readers of the development sets, the peer cases' judge, titles, reliability, parses on disk and the baseline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.evaluate import __main__ as command
from models.evaluate import ablation, baseline, gate, runs
from models.evaluate.ablation import ROWS
from models.evaluate.corpora import (
    GoldArticle,
    PeerCase,
    PeerQuote,
    fingerprint,
    gold_folder,
    read_articles,
    read_titles,
    take_half,
    take_part,
)
from models.evaluate.engine import CLAUSES, PARTS, ablated, cached, leave_out, package_version
from models.evaluate.errors import misses
from models.evaluate.peer import failures
from models.evaluate.polnear import (
    MissingLexiconError,
    attributions,
    is_reporting,
    polnear_files,
    read_reporting_lemmas,
)
from models.evaluate.reliability import brier_score, calibration_error, judgements, reliability, trade_off
from models.evaluate.score import GoldQuote, ScoredQuote, pair_quotes, scored_quotes
from models.evaluate.titles import score_titles, titles_agree
from service.quotes.types import (
    Article,
    Confidence,
    Entity,
    Extraction,
    Link,
    ParsedText,
    QuoteType,
    RoleSpan,
    Sentence,
    Span,
    Token,
)


def at(text: str, words: str) -> Span:
    """Where ``words`` stand first in ``text``."""
    start = text.index(words)
    return Span(start, start + len(words))


def found(text: str, *pieces: str, speaker: str | None = None, mention: str | None = None) -> ScoredQuote:
    """A direct quote of a text."""
    spans = tuple(at(text, piece) for piece in pieces)
    return ScoredQuote("direct", spans, speaker, at(text, mention) if mention else None)


# Peer cases

TALK = "Olga came in. “Hot soup,” she said, “is ready.” The “famous” pot steamed."
CASE = PeerCase("own-1", TALK, (PeerQuote("direct", ("Hot soup,", "is ready."), "Olga", "she"),), ("famous",))
LOOSE = PeerCase("own-2", TALK, CASE.quotes, ("famous",), min_only=True)
DESCRIBED = PeerCase("own-3", TALK, (PeerQuote("direct", ("Hot soup,", "is ready."), "Olga", "the cook"),))
PASSING = [
    ("whole", CASE, [found(TALK, "Hot soup,", "is ready.", speaker="Olga")], "one quote with both pieces"),
    (
        "apart",
        CASE,
        [found(TALK, "Hot soup,", speaker="Olga"), found(TALK, "is ready.", speaker="Olga")],
        "pieces may come as quotes of their own",
    ),
    (
        "more-allowed",
        LOOSE,
        [found(TALK, "Hot soup,", "is ready.", speaker="Olga"), found(TALK, "Olga came in", speaker="Olga")],
        "more may be reported with min_only",
    ),
    (
        "description",
        DESCRIBED,
        [found(TALK, "Hot soup,", "is ready.", speaker="the cook")],
        "a description the case names stands for the speaker",
    ),
]
FAILING = [
    ("nothing", CASE, [], "missed"),
    ("half", CASE, [found(TALK, "Hot soup,", speaker="Olga")], "missed"),
    ("span", CASE, [found(TALK, "Hot soup,” she said, “is ready.", speaker="Olga")], "missed"),
    ("pronoun", CASE, [found(TALK, "Hot soup,", "is ready.", mention="she")], "wrong speaker"),
    ("nobody", CASE, [found(TALK, "Hot soup,", "is ready.")], "wrong speaker"),
    (
        "scare-quote",
        LOOSE,
        [found(TALK, "Hot soup,", "is ready.", speaker="Olga"), found(TALK, "famous")],
        "reported",
    ),
    (
        "spurious",
        CASE,
        [found(TALK, "Hot soup,", "is ready.", speaker="Olga"), found(TALK, "Olga came in")],
        "spurious",
    ),
]


@pytest.mark.parametrize(("case", "predicted"), [row[1:3] for row in PASSING], ids=[row[0] for row in PASSING])
def test_peer_case_passes(case: PeerCase, predicted: list[ScoredQuote]) -> None:
    assert failures(case, predicted) == ()


@pytest.mark.parametrize(("case", "predicted", "reason"), [row[1:] for row in FAILING], ids=[row[0] for row in FAILING])
def test_peer_case_fails(case: PeerCase, predicted: list[ScoredQuote], reason: str) -> None:
    assert any(reason in failure for failure in failures(case, predicted))


def test_a_pronoun_the_case_asks_for_may_be_a_mention() -> None:
    case = PeerCase("own-4", "“Go,” he said.", (PeerQuote("direct", ("Go,",), "he"),))
    assert failures(case, [found(case.text, "Go,", mention="he")]) == ()


# PolNeAR

NEWS = "Ada Brook said the dam holds. “It will hold,” she added.\nReed hopes the rain stops. He called it a “scandal”."
ANN = "\n".join(
    [
        "T1\tSource 0 9\tAda Brook",
        "T2\tCue 10 14\tsaid",
        "T3\tContent 15 28\tthe dam holds",
        "E1\tAttribution:T9 Content:T3 Cue:T2 Source:T1",
        "T4\tContent 30 45\t“It will hold,”",
        "T5\tCue 50 55\tadded",
        "T6\tSource 46 49\tshe",
        "E2\tAttribution:T9 Content:T4 Cue:T5 Source:T6",
        "T7\tCue 62 67\thopes",
        "T8\tContent 68 82\tthe rain",
        "continued on a second line of the annotation",
        "E3\tAttribution-no-source:T9 Content:T8 Cue:T7",
        "T10\tContent 94 96;97 108\tit a “scandal”",
        "T11\tCue 87 93\tcalled",
        "E4\tAttribution:T9 Content:T10 Cue:T11",
    ]
)
REPORTING = frozenset({"say", "add", "announcement"})


def test_polnear_attributions() -> None:
    read = attributions(NEWS, ANN, reporting=REPORTING)
    kinds: list[tuple[QuoteType, bool]] = [(item.quote.type, item.optional) for item in read]
    assert kinds == [("indirect", False), ("direct", False), ("indirect", True), ("mixed", False)]
    assert [span.of(NEWS) for span in read[3].quote.content] == ["it", "a “scandal”"]
    assert read[0].quote.mention == Span(0, 9)
    assert read[2].quote.mention is None


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        ("said", True),
        ("has since added", True),
        ("according to", True),
        ("the announcement of", True),
        ("hopes", False),
        ("plans", False),
        ("", False),
    ],
)
def test_reporting_cues(cue: str, expected: bool) -> None:
    assert is_reporting(cue, reporting=REPORTING) is expected


def test_reporting_lemmas_are_those_that_take_a_clause(tmp_path: Path) -> None:
    with pytest.raises(MissingLexiconError, match=r"reporting_verbs\.tsv"):
        read_reporting_lemmas(tmp_path)
    (tmp_path / "reporting_verbs.tsv").write_text("# words\nlemma\tclause\nsay\tyes\nhope\tno\n", encoding="utf-8")
    (tmp_path / "reporting_nouns.tsv").write_text("lemma\nclaim\n", encoding="utf-8")
    assert read_reporting_lemmas(tmp_path) == {"say", "claim"}


def test_the_first_annotator_is_taken(tmp_path: Path) -> None:
    (tmp_path / "attributions").mkdir()
    for name in ("b_story_00ff.ann", "b_story_a1b2.ann", "a_story_a1b2.ann"):
        (tmp_path / "attributions" / name).write_text("", encoding="utf-8")
    pairs = polnear_files(tmp_path)
    assert [annotation.name for _, annotation in pairs] == ["a_story_a1b2.ann", "b_story_00ff.ann"]
    assert [text.name for text, _ in pairs] == ["a_story.txt", "b_story.txt"]


# Gold files

ROW = {
    "id": "own",
    "publisher": "Harbour Post",
    "text": TALK,
    "quotes": [
        {
            "type": "direct",
            "content": [[15, 23]],
            "cue": None,
            "speaker_mention": None,
            "speaker": "Olga",
            "speaker_kind": "person",
            "optional": False,
            "outlet": None,
            "outlet_also": ["Echo FM"],
        }
    ],
}


def test_gold_articles_are_read_with_their_titles(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    (article,) = read_articles(path, titles={"titles": {"own": {"0": [[0, 4]]}}, "allowed": {}})
    (item,) = article.quotes
    assert (item.quote.speaker, item.quote.outlet, item.also) == ("Olga", None, {"outlet": ("Echo FM",)})
    assert article.titles == {0: (Span(0, 4),)}
    before = fingerprint([path])
    path.write_text(json.dumps(ROW) + "\n\n", encoding="utf-8")
    assert fingerprint([path]) != before


def test_halves_are_disjoint_and_whole() -> None:
    articles = [GoldArticle(name, "", ()) for name in "cabed"]
    first, second = take_half(articles, "a"), take_half(articles, "b")
    assert [article.id for article in first] == ["a", "c", "e"]
    assert [article.id for article in second] == ["b", "d"]
    assert take_half(articles, None) == tuple(articles)


def test_parts_mix_the_articles_and_keep_each_once() -> None:
    """Any part has articles of all publishers, so it is not in the order of their names; parts are disjoint."""
    articles = [GoldArticle(f"{name}-{number}", "", ()) for name in "abcd" for number in range(20)]
    first, rest = take_part(articles, slice(0, 20)), take_part(articles, slice(20, None))
    assert {article.id[0] for article in first} == set("abcd")
    assert sorted(article.id for article in (*first, *rest)) == sorted(article.id for article in articles)


@pytest.mark.skipif(not gold_folder().exists(), reason="no development sets: set ONRECORD_GOLD")
def test_titles_lie_in_their_articles() -> None:
    """Offsets of ``titles.json`` cut whole words, and the numbers are those of a person's first quote."""
    articles = read_articles(gold_folder() / "newsroom-dev.jsonl", titles=read_titles())
    assert sum(len(article.titles) for article in articles) > 50
    for article in articles:
        for number, spans in article.titles.items():
            names = [item.quote.speaker for item in article.quotes]
            assert names.index(names[number]) == number
            assert article.quotes[number].quote.kind == "person"
            for span in spans:
                around = article.text[span.start - 1 : span.end + 1]
                assert span.of(article.text).strip() and not (around[0] + around[-1]).isalnum()


# Titles

RIGHT_TITLES = [
    ("Harbour Mayor", "harbour mayor", "case"),
    ("mayor of Port Ellen", "Mayor of the Port Ellen", "articles"),
    ("Harbour Mayor", "Mayor", "held, with the same head"),
    ("Mayor", "Harbour Mayor", "holding, with the same head"),
    ("director of the Water Board", "director", "head before the preposition"),
]
WRONG_TITLES = [
    ("Harbour Mayor", "Harbour", "held, but without the head"),
    ("Harbour Mayor", "Deputy", "another word"),
    ("director of the Water Board", "Water Board", "the body is not the role"),
    ("Mayor", "Mayor's adviser", "another head"),
]


@pytest.mark.parametrize(("gold", "given"), [row[:2] for row in RIGHT_TITLES], ids=[row[2] for row in RIGHT_TITLES])
def test_title_is_right(gold: str, given: str) -> None:
    assert titles_agree(gold, given)


@pytest.mark.parametrize(("gold", "given"), [row[:2] for row in WRONG_TITLES], ids=[row[2] for row in WRONG_TITLES])
def test_title_is_wrong(gold: str, given: str) -> None:
    assert not titles_agree(gold, given)


MEETING = "Mayor Ida Moor said it rains. She said it pours. Cook Tom Reed said it snows."


def meeting(*, allowed: bool = False) -> GoldArticle:
    """Two people, three quotes; Moor has a title, Reed has none (or may have one)."""
    clauses = (("it rains", "Ida Moor"), ("it pours", "Ida Moor"), ("it snows", "Tom Reed"))
    quotes = tuple(
        GoldQuote(ScoredQuote("indirect", (at(MEETING, words),), speaker, kind="person")) for words, speaker in clauses
    )
    return GoldArticle("own", MEETING, quotes, None, {0: (Span(0, 5),)}, frozenset({2} if allowed else ()))


def given(words: str, speaker: str, title: str | None) -> ScoredQuote:
    """A predicted clause of ``MEETING``."""
    return ScoredQuote("indirect", (at(MEETING, words),), speaker, kind="person", title=title)


@pytest.mark.parametrize(
    ("predicted", "allowed", "expected", "reason"),
    [
        ([given("it rains", "Ida Moor", "Mayor")], False, (1, 1, 1, 1), "right"),
        ([given("it rains", "Ida Moor", None)], False, (0, 0, 0, 1), "left out"),
        ([given("it rains", "Tom Reed", "Mayor")], False, (0, 0, 0, 1), "wrong person, so nothing given"),
        ([given("it pours", "Ida Moor", "Mayor")], False, (1, 1, 1, 1), "a later quote of hers serves"),
        ([], False, (0, 0, 0, 1), "missed"),
        ([given("it snows", "Tom Reed", "Cook")], False, (0, 1, 0, 1), "given to one who has none"),
        ([given("it snows", "Tom Reed", "Cook")], True, (0, 0, 0, 1), "given to one who may have one"),
    ],
)
def test_titles_are_scored_by_person(
    predicted: list[ScoredQuote], allowed: bool, expected: tuple[int, int, int, int], reason: str
) -> None:
    article = meeting(allowed=allowed)
    ratio = score_titles([(article, pair_quotes(MEETING, article.quotes, predicted))])
    assert (ratio.right_predicted, ratio.predicted, ratio.right_gold, ratio.gold) == expected, reason


def test_misses_are_listed_by_kind() -> None:
    article = meeting()
    predicted = [given("it rains", "Tom Reed", "Mayor"), given("it pours. Cook", "Ida Moor", None)]
    predicted.append(given("She said", "Ida Moor", None))
    kinds = [miss.kind for miss in misses(article, pair_quotes(MEETING, article.quotes, predicted))]
    assert kinds == ["wrong speaker", "wrong span", "missed", "spurious", "wrong title"]


# Reliability


def test_reliability_bins() -> None:
    table = reliability([(0.95, True), (1.0, True), (0.92, False), (0.11, False)])
    assert [(row.low, row.count, row.right) for row in table] == [(0.1, 1, 0.0), (0.9, 3, pytest.approx(2 / 3))]
    assert calibration_error(reliability([(0.5, True), (0.5, False)])) == 0
    assert calibration_error([]) == 0


def test_confidences_are_judged_where_they_apply() -> None:
    article = meeting()
    sure = Confidence(span=0.9, speaker=0.8, outlet=None)
    right = ScoredQuote("indirect", (at(MEETING, "it rains"),), "Ida Moor", confidence=sure)
    spurious = ScoredQuote("indirect", (at(MEETING, "She said"),), "Ida Moor", confidence=sure)
    judged = judgements(pair_quotes(MEETING, article.quotes, [right, spurious]))
    pairs = pair_quotes(MEETING, article.quotes, [right, spurious])
    assert judged == {"span": ((0.9, True), (0.9, False)), "speaker": ((0.8, True),), "outlet": ()}
    assert "outlet" not in judgements(pairs, outlets=False)


def test_brier_score() -> None:
    assert brier_score([(1.0, True), (0.0, False)]) == 0
    assert brier_score([(0.5, True), (0.5, False)]) == 0.25
    assert brier_score([]) == 0


def test_a_level_leaves_out_quotes_of_which_any_figure_is_lower() -> None:
    article = meeting()
    right = ScoredQuote("indirect", (at(MEETING, "it rains"),), "Ida Moor", confidence=Confidence(0.9, 0.8, None))
    spurious = ScoredQuote("indirect", (at(MEETING, "She said"),), "Ida Moor", confidence=Confidence(0.9, 0.6, None))
    table = trade_off(pair_quotes(MEETING, article.quotes, [right, spurious]), levels=(0.0, 0.7, 0.85))
    assert [(ratio.predicted, ratio.right_predicted) for ratio in table.values()] == [(2, 1), (1, 1), (0, 0)]
    assert len({ratio.gold for ratio in table.values()}) == 1


# Parses on disk, ablation


def parsed(text: str) -> ParsedText:
    """A parse with something of everything."""
    words = (
        Token(Span(0, 2), "It", "it", "PRON", "PRP", 0, 1, "nsubj"),
        Token(Span(3, 8), "rains", "rain", "VERB", "VBZ", 1, -1, "root"),
    )
    sentence = Sentence(Span(0, 8), 0, words)
    roles = (RoleSpan(Span(0, 8), "content", 0.9), RoleSpan(Span(3, 8), "cue", 0.9))
    return ParsedText(text, (Span(0, 8),), (sentence,), (Entity(Span(0, 2), "other"),), roles, (Link(0, 1, 0.9),))


def test_parses_are_kept_by_text_and_version(tmp_path: Path) -> None:
    asked: list[str] = []

    def read(texts: Sequence[str]) -> tuple[ParsedText, ...]:
        asked.extend(texts)
        return tuple(map(parsed, texts))

    first = cached(read, tmp_path, version="1")
    assert first(["It rains", "It pours", "It rains"])[1] == parsed("It pours")
    assert asked == ["It rains", "It pours"]
    assert cached(read, tmp_path, version="1")(["It pours"]) == (parsed("It pours"),)
    assert asked == ["It rains", "It pours"]
    cached(read, tmp_path, version="2")(["It pours"])
    assert asked == ["It rains", "It pours", "It pours"]


def test_the_version_of_a_parse_follows_what_reads(tmp_path: Path) -> None:
    for name in ("models/reader/network.py", "models/evaluate/score.py", "service/quotes/parse.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    first = package_version(tmp_path)
    (tmp_path / "models/evaluate/score.py").write_text("2", encoding="utf-8")
    assert package_version(tmp_path) == first
    (tmp_path / "models/reader/network.py").write_text("2", encoding="utf-8")
    second = package_version(tmp_path)
    assert second != first
    (tmp_path / "models/en.pt").write_bytes(b"weights")
    assert package_version(tmp_path) not in (first, second)


def test_ablations_leave_parts_out() -> None:
    whole = parsed("It rains")
    assert leave_out(whole, frozenset()) == whole
    without_roles = leave_out(whole, frozenset({"roles"}))
    assert (without_roles.roles, without_roles.links, without_roles.entities) == ((), (), whole.entities)
    without_tree = leave_out(whole, frozenset({"parse"}))
    assert {token.head for token in without_tree.sentences[0].tokens} == {-1}
    assert leave_out(whole, frozenset({"entities"})).entities == ()
    with pytest.raises(ValueError, match="weights"):
        ablated(lambda texts: (), frozenset({"weights"}))


# Baseline and command

STORY = (
    "“The harbour is safe tonight,” Mayor Ida Moor told Echo FM. “Nobody needs to leave the town.”\n\n"
    "Moor said that the old bridge stays closed.\n\n"
    "The “famous” tower was lit.\n\n"
    "Two boats were lost, according to the Harbour Post."
)


def test_baseline_finds_marks_and_reporting_words() -> None:
    (extraction,) = baseline.extract([Article(STORY)])
    quotes = scored_quotes(extraction)
    assert [quote.type for quote in quotes] == ["direct", "indirect", "indirect"]
    assert [span.of(STORY) for span in quotes[0].content][1] == "Nobody needs to leave the town."
    assert (quotes[0].speaker, quotes[0].outlet) == ("Mayor Ida Moor", "Echo FM")
    assert quotes[1].speaker == "Mayor Ida Moor"


@pytest.fixture
def own_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gold folder with one article of our own, and a gate in a folder of its own."""
    content = [[STORY.index(words), STORY.index(words) + len(words)] for words in ("that the old bridge stays closed",)]
    row = {"id": "own", "text": STORY, "quotes": [{"type": "indirect", "content": content, "speaker": "Ida Moor"}]}
    (tmp_path / "newsroom-dev.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    monkeypatch.setenv("ONRECORD_GOLD", str(tmp_path))
    monkeypatch.setattr(gate, "FLOORS_FILE", tmp_path / "floors.json")
    monkeypatch.setattr(gate, "ACCEPTED_FILE", tmp_path / "accepted.json")
    monkeypatch.setattr(command, "load_engine", lambda **_: baseline.extract)
    monkeypatch.delenv("ERRORS", raising=False)
    return tmp_path


def test_command_accepts_guards_and_shuts(
    own_set: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--set", "newsroom-dev"]
    assert command.main([*run, "--accept"]) == 0
    assert command.main(run) == 0
    assert "0 quotes gained something, 0 lost something" in capsys.readouterr().out
    assert "bridge" not in (own_set / "floors.json").read_text() + (own_set / "accepted.json").read_text()

    def nothing(articles: Sequence[Article]) -> tuple[Extraction, ...]:
        return tuple(Extraction(article.text, (), ()) for article in articles)

    monkeypatch.setattr(command, "load_engine", lambda **_: nothing)
    assert command.main(run) == 1
    assert "below its floor" in capsys.readouterr().out
    assert command.main([*run, "--accept"]) == 1
    assert command.main([*run, "--accept", "--lower-floor", "for this test"]) == 0
    assert command.main(run) == 0


def test_command_lists_errors_on_the_terminal(own_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--set", "newsroom-dev", "--errors", "--reliability", "--baseline"]) == 0
    printed = capsys.readouterr().out
    assert "== spurious: 2" in printed and "The harbour is safe tonight," in printed
    assert "calibration error" in printed and "(baseline;" in printed


def test_command_says_what_is_missing(own_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--set", "peer"]) == 2
    assert "peer: not scored" in capsys.readouterr().err


def test_halves_and_ablations_are_not_gated(own_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--set", "newsroom-dev", "--half", "a"]) == 0
    assert "No gate" in capsys.readouterr().out
    assert not (own_set / "floors.json").exists()


def test_outcome_letters(own_set: Path) -> None:
    run = runs.run_corpus(runs.load_corpus("newsroom-dev"), baseline.extract)
    assert list(runs.outcomes(run).values()) == ["feso"]
    assert runs.figures(runs.ratios(run))["indirect.exact.recall"] == 1.0


def test_ablation_rows_leave_out_what_an_engine_can_go_without() -> None:
    assert set().union(*ROWS.values()) <= {*PARTS, CLAUSES}
    assert ROWS["both"] == frozenset()


def test_ablation_scores_every_set_with_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = runs.Corpus("meeting", (meeting(),), ())
    extracted = Extraction(MEETING, (), ())
    monkeypatch.setattr(ablation, "ablation_sets", lambda: (("a meeting", corpus),))
    monkeypatch.setattr(ablation, "load_engine", lambda cache, without: lambda articles: [extracted] * len(articles))
    header, _, *rows = ablation.ablation_table(None)
    assert [row.split(" | ")[1] for row in rows] == list(ROWS)
    assert {row.count("|") for row in (header, *rows)} == {header.count("|")}
    assert all(row.endswith("| 0.000 |") for row in rows)
