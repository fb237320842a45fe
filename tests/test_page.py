"""The page in a real browser against the real app; articles are read by hand or by the fake extractor.

Run where Chromium is (``apt-get install chromium``), skipped elsewhere. Every test fails when the page asks anything of
another host, breaks its own content security policy or throws.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service import create_app
from service.page import POLICY
from service.settings import Settings
from tests.browser import CHROMIUM, browsing, serving
from tests.hand_read import EXAMPLE, HandReader

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import Browser, ConsoleMessage, Download, Page, Route, expect

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt-get install chromium"),
]
AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# The machine may be busy: what a test waits for comes or does not come, its speed is nobody's business.
PATIENCE_MILLISECONDS = 30_000
TEXT_OF_ARTICLE = "[...document.querySelectorAll('#article p')].map(p => p.textContent).join('\\n')"
EMOJI_ARTICLE = "😀😀 “We won 🏆 twice,” Ana Ruiz said."
EVIL = (
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'> said nothing.\n\n"
    "“<script>window.pwned = 3</script>\"'&amp;” Ana Ruiz said.\n"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(create_app(Settings(), HandReader())) as url:
        yield url


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Open the page in a window of its own; afterwards it must have been quiet and must have stayed at home."""
    complaints: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        # Chromium reports every 4xx and 5xx it was answered, which some tests ask for.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            complaints.append(message.text)

    def start(path: str = "/", *, url: str = address, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((url, "blob:")) else complaints.append(f"asked {request.url}")
            ),
        )
        page.goto(url + path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


def read(page: Page, text: str) -> None:
    """Paste ``text`` and have it read."""
    page.get_by_label("Every attributed quote in it").fill(text)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.locator("#result")).to_be_visible()


def post(address: str, text: str, accept: str = "application/json") -> bytes:
    request = urllib.request.Request(
        f"{address}/v1/quotes", text.encode(), {"Content-Type": "text/plain", "Accept": accept}
    )
    with urllib.request.urlopen(request) as answer:
        body: bytes = answer.read()
    return body


def shown(page: Page) -> list[str]:
    """Ids of the quotes that the article shows."""
    ids: list[str] = page.locator("#article .badge:visible").evaluate_all("all => all.map(one => one.dataset.quote)")
    return ids


def marked(page: Page, role: str) -> str:
    """The words marked as ``role`` of the quote that is chosen."""
    words: list[str] = page.locator(f"#article .on.{role}:not(.badge)").all_text_contents()
    return "".join(words)


# --- Highlights -------------------------------------------------------------------------------------------------------


def test_the_marks_are_the_spans_of_the_api(visit: Open, address: str) -> None:
    page = visit()
    page.get_by_role("button", name="Try an example").click()
    expect(page.locator("#summary")).to_have_text("12 quotes by 6 speakers")
    answer = json.loads(post(address, EXAMPLE))
    assert page.evaluate(TEXT_OF_ARTICLE) == re.sub(r"\n+", "\n", EXAMPLE.strip())
    assert shown(page) == [quote["id"] for quote in answer["quotes"]]
    for quote in answer["quotes"]:
        page.locator(f"#article .badge[data-quote={quote['id']}]").click()
        assert marked(page, "q") == "".join(span["text"] for span in quote["spans"])
        assert page.locator("#article .on.q").first.get_attribute("class").split()[1] == quote["type"]  # type: ignore[union-attr]
        assert marked(page, "cue") == quote["cue"]["text"]
        assert marked(page, "mention") == ((quote["speaker"] or {}).get("mention") or {"text": ""})["text"]
        assert marked(page, "outlet") == ((quote["outlet"] or {}).get("mention") or {"text": ""})["text"]


OFFSETS = [
    ("before and inside", EMOJI_ARTICLE, "We won 🏆 twice,"),
    ("flags and joined emoji", "🇺🇦👩‍👩‍👧 “𝐁𝐨𝐥𝐝 words 🇩🇪,” Bob Hill told Reuters.", "𝐁𝐨𝐥𝐝 words 🇩🇪,"),
    ("combining marks are not astral", "Cafe\u0301 “no\u0308w,” Bob Hill said.", "no\u0308w,"),
    ("right-to-left", "قال: “لن نرحل 🕊 أبدا” Ana Ruiz said.", "لن نرحل 🕊 أبدا"),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in OFFSETS], ids=[row[0] for row in OFFSETS])
def test_code_points_become_utf16(visit: Open, text: str, words: str) -> None:
    page = visit()
    read(page, text)
    assert page.locator("#article mark").all_text_contents() == [words]
    assert page.evaluate(TEXT_OF_ARTICLE) == text


def test_every_offset_of_random_texts(visit: Open) -> None:
    chance = random.Random(8)
    letters = "aé\u0301 \n漢😀𝐁\U0010fffe"
    texts = ["".join(chance.choices(letters, k=chance.randrange(1, 40))) for _ in range(200)]
    found = visit().evaluate(
        "async texts => { const { indexer } = await import('/page/offsets.js');"
        "return texts.map(text => { const index = indexer(text);"
        "return [...text, ''].map((_, offset) => index(offset)); }); }",
        texts,
    )
    assert found == [[len(text[:offset].encode("utf-16-le")) // 2 for offset in range(len(text) + 1)] for text in texts]


def test_overlapping_parts_keep_every_word(visit: Open) -> None:
    """A quote within a quote and a cue within words: the pieces make up the text, each with all that covers it."""
    text = "She said that “he told us” it was over."
    quotes = [
        {
            "id": "q1",
            "spans": [{"start": 9, "end": 38}],
            "cue": {"start": 4, "end": 8},
            "speaker": None,
            "outlet": None,
        },
        {
            "id": "q2",
            "spans": [{"start": 15, "end": 25}],
            "cue": {"start": 18, "end": 22},
            "speaker": None,
            "outlet": None,
        },
    ]
    (line,) = visit().evaluate(
        "async ([text, quotes]) => (await import('/page/segments.js')).cut(text, quotes)", [text, quotes]
    )
    assert "".join(text[piece["start"] : piece["end"]] for piece in line) == text
    told = next(piece for piece in line if text[piece["start"] : piece["end"]] == "told")
    assert [(part["quote"], part["role"]) for part in told["parts"]] == [
        ("q2", "cue"),
        ("q2", "words"),
        ("q1", "words"),
    ]
    assert [piece["opens"] for piece in line if piece["opens"]] == [["q1"], ["q2"]]


def test_a_quote_over_two_paragraphs_is_one(visit: Open) -> None:
    page = visit()
    read(page, "“One.\n\nTwo,” Ana Ruiz said.")
    page.locator("#article .badge").click()
    assert page.locator("#article p mark.on").all_text_contents() == ["One.", "Two,"]


# --- The card ---------------------------------------------------------------------------------------------------------


def test_pointing_at_a_quote_shows_who_said_it_and_why(visit: Open) -> None:
    page = visit()
    read(page, EXAMPLE)
    page.mouse.move(5, 5)
    page.locator("#article mark", has_text="Nobody sent us").hover()
    card = page.locator("#card")
    for words in (
        "Helen Kovacs",
        "transport minister",
        "by a pronoun at the quote",
        "BBC",
        "“Newsnight”",
        "Priya Nair",
    ):
        expect(card).to_contain_text(words)
    assert card.locator("meter").count() == 3
    card.get_by_text("Why").click()
    expect(card).to_contain_text("cue subject")
    page.locator("#article mark", has_text="Three governments").click()
    expect(card).to_contain_text("Telegram")
    page.locator("#article mark", has_text="Keep the brass").hover()
    expect(card).to_contain_text("Telegram")


def test_copying_gives_words_speaker_outlet_and_source(visit: Open) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text("About the article").click()
    page.get_by_label("Publisher").fill("The Harbour Post")
    page.get_by_label("Published").fill("2024-05-06")
    read(page, EXAMPLE)
    page.locator("#article .badge").first.click()
    page.get_by_role("button", name="Copy with attribution").click()
    expect(page.locator("#status")).to_have_text("Copied with its attribution.")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "“We promised people their bridge before the summer, […] They will have it with three weeks to spare.”"
        " — Ana Ruiz, Mayor, via Reuters. Source: The Harbour Post, 2024-05-06"
    )


CITATIONS = [
    (
        "reported speech has no marks",
        "q2",
        "The repairs cost $41 million […] every cent of it would be billed to the ship's owners"
        " — Ana Ruiz, Mayor (reported speech)",
    ),
    (
        "marks within stay",
        "q3",
        "it would “contest any claim in court” and that the pilot, not the crew, had chosen the course"
        " — Tideway Lines (partly reported speech)",
    ),
    (
        "programme and interviewer",
        "q7",
        "“Nobody sent us such a letter,” — Helen Kovacs, transport minister, via BBC, “Newsnight” (Priya Nair)",
    ),
    (
        "platform",
        "q9",
        "“Three governments looked at that bridge and drove on,” — Tomasz Wilk, Regional governor, on Telegram",
    ),
    (
        "nobody named",
        "q12",
        "a second freighter of the same line ran aground last week"
        " — speaker not stated, via Interfax (reported speech)",
    ),
]


def test_citations(visit: Open, address: str) -> None:
    quotes = {quote["id"]: quote for quote in json.loads(post(address, EXAMPLE))["quotes"]}
    cited = visit().evaluate(
        "async quotes => (await import('/page/citation.js').then(module => quotes.map(one => module.cite(one, {}))))",
        [quotes[quote] for _, quote, _ in CITATIONS],
    )
    assert dict(zip([name for name, _, _ in CITATIONS], cited, strict=True)) == {
        name: line for name, _, line in CITATIONS
    }


# --- Filters ----------------------------------------------------------------------------------------------------------

FILTERS = [
    ("one speaker", ["Ana Ruiz"], ["q1", "q2"]),
    ("two speakers: either", ["Ana Ruiz", "One fishmonger"], ["q1", "q2", "q10", "q11"]),
    ("nobody named", ["Speaker not stated"], ["q12"]),
    ("an outlet", ["BBC"], ["q6", "q7"]),
    ("speaker and outlet: both", ["Helen Kovacs", "BBC"], ["q6", "q7"]),
    ("a type", ["mixed"], ["q3"]),
    ("type and speaker", ["indirect", "Femi Adeyemi"], ["q5"]),
    # Must not match.
    ("nothing left", ["mixed", "Femi Adeyemi"], []),
]


@pytest.mark.parametrize(("choices", "ids"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS])
def test_filters(visit: Open, choices: list[str], ids: list[str]) -> None:
    page = visit()
    read(page, EXAMPLE)
    for choice in choices:
        page.locator("#filter-box").get_by_role("button", name=re.compile(f"^(\\S )?{choice}\\b")).click()
    assert shown(page) == ids
    expect(page.locator("#summary")).to_contain_text(f"{len(ids)} of 12 quotes")
    page.get_by_role("button", name="Show all quotes").click()
    assert len(shown(page)) == 12


def test_counts_follow_the_other_filters(visit: Open) -> None:
    page = visit()
    read(page, EXAMPLE)
    page.locator("#types").get_by_role("button", name="indirect").click()
    rows = page.locator("#speakers .choice-row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.who').firstChild.data, row.querySelector('.count').textContent])"
    )
    assert ["Ana Ruiz", "1"] in rows
    assert ["Tideway Lines", "0"] in rows
    assert page.locator("#types .count").all_text_contents() == ["5", "1", "6"]


def test_the_slider_hides_what_is_less_sure(visit: Open) -> None:
    page = visit()
    read(page, EXAMPLE)
    page.get_by_role("slider").fill("0.8")
    least = [min(figure for figure in quote["confidence"].values() if figure is not None) for quote in _quotes(page)]
    assert shown(page) == [f"q{number}" for number, figure in enumerate(least, 1) if figure >= 0.8]
    assert 0 < len(shown(page)) < 12
    expect(page.locator("#confidence-value")).to_have_text("80%")


def _quotes(page: Page) -> list[dict[str, Any]]:
    quotes: list[dict[str, Any]] = json.loads(_file(page, "JSON", everything=True))["quotes"]
    return quotes


# --- Downloads --------------------------------------------------------------------------------------------------------


def _file(page: Page, name: str, *, everything: bool = False) -> str:
    """What the button ``name`` saves; with ``everything`` the filters are opened first and put back after."""
    least = page.get_by_role("slider").input_value()
    if everything:
        page.get_by_role("slider").fill("0")
    with page.expect_download() as started:
        page.locator(".take").get_by_role("button", name=name, exact=True).click()
    if everything:
        page.get_by_role("slider").fill(least)
    saved: Download = started.value
    return Path(saved.path()).read_text(encoding="utf-8")


def test_downloads_are_what_the_api_gives(visit: Open, address: str) -> None:
    page = visit()
    read(page, EXAMPLE)
    assert json.loads(_file(page, "JSON")) == json.loads(post(address, EXAMPLE))
    assert _file(page, "CSV").splitlines() == post(address, EXAMPLE, "text/csv").decode().splitlines()
    assert json.loads(_file(page, "JSON-LD")) == json.loads(post(address, EXAMPLE, "application/ld+json"))


def test_downloads_hold_only_what_is_shown(visit: Open) -> None:
    page = visit()
    # Quotation marks and line ends within a field must not shift the records.
    read(page, '“One "two"\nthree,” Ana Ruiz said. “Four, five,” Bob Hill told Reuters. “Six,” Ana Ruiz said.')
    page.locator("#speakers").get_by_role("button", name="Ana Ruiz").click()
    answer = json.loads(_file(page, "JSON"))
    assert [quote["id"] for quote in answer["quotes"]] == ["q1", "q3"]
    assert [person["name"] for person in answer["speakers"]] == ["Ana Ruiz"]
    assert [row["id"] for row in csv.DictReader(io.StringIO(_file(page, "CSV")))] == ["q1", "q3"]
    assert [node["@id"][-2:] for node in json.loads(_file(page, "JSON-LD"))["@graph"]] == ["q1", "q3"]


# --- Keyboard ---------------------------------------------------------------------------------------------------------


def test_everything_by_keyboard(visit: Open) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#text").fill(EXAMPLE)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result-title")).to_be_focused()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#article') !== null"):
            break
    focused = "document.activeElement.dataset.quote"
    assert page.evaluate(focused) == "q1"
    for key, quote in (("j", "q2"), ("ArrowDown", "q3"), ("k", "q2"), ("End", "q12"), ("j", "q12"), ("Home", "q1")):
        page.keyboard.press(key)
        assert page.evaluate(focused) == quote
    page.keyboard.press("c")
    expect(page.locator("#status")).to_have_text("Copied with its attribution.")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == "q1"
    page.keyboard.press("s")
    assert shown(page) == ["q1", "q2"]
    page.keyboard.press("s")
    assert len(shown(page)) == 12
    page.keyboard.press("Escape")
    expect(page.locator("#card")).not_to_have_attribute("data-quote", re.compile("."))


def test_the_article_is_one_tab_stop_and_letters_elsewhere_are_left_alone(visit: Open) -> None:
    page = visit()
    read(page, EXAMPLE)
    assert page.locator("#article [tabindex='0']").count() == 1
    page.locator("#result-title").focus()
    page.keyboard.press("s")
    page.keyboard.press("j")
    assert len(shown(page)) == 12
    expect(page.locator("#card")).not_to_have_attribute("data-quote", re.compile("."))


def test_a_screen_reader_hears_what_each_quote_is(visit: Open) -> None:
    page = visit()
    read(page, EXAMPLE)
    expect(page.get_by_role("button", name="Quote 1 of 12, direct, Ana Ruiz, via Reuters")).to_be_visible()
    expect(page.get_by_role("button", name="Quote 12 of 12, indirect, Speaker not stated, via Interfax")).to_have_count(
        1
    )


# --- Hostile and unusual articles -------------------------------------------------------------------------------------


def test_markup_in_an_article_stays_text(visit: Open) -> None:
    page = visit()
    read(page, EVIL)
    assert page.evaluate(TEXT_OF_ARTICLE) == re.sub(r"\n+", "\n", EVIL.strip())
    page.locator("#article .badge").click()
    expect(page.locator("#card blockquote")).to_contain_text("<script>window.pwned = 3</script>")
    assert page.locator("#article script, #article img, #card script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_markup_in_names_of_files_publishers_and_problems_stays_text(visit: Open) -> None:
    page = visit()
    evil = "<img src=x onerror=window.pwned=1>"

    def answer(route: Route) -> None:
        problem = {"type": "urn:onrecord:problem:bad-request", "title": evil, "detail": evil, "status": 400}
        route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(problem))

    page.route("**/v1/quotes*", answer)
    page.locator("#files").set_input_files(
        [{"name": f"{evil}.txt", "mimeType": "text/plain", "buffer": b"x"} for _ in range(2)]
    )
    expect(page.locator("#alert")).to_contain_text(evil)
    expect(page.locator("#queue-list")).to_contain_text(f"{evil}.txt")
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img").count() == 0


def test_an_article_from_anybody_shows_no_markup_of_theirs(visit: Open) -> None:
    """Names and titles come from the text: all that the answer holds is hostile here."""
    page = visit()
    evil = "<b onmouseover=alert(1)>x</b>"
    span = {"start": 0, "end": len(evil), "text": evil}
    quote = {
        "id": "q1", "type": "direct", "spans": [span], "cue": span, "platform": evil, "prefix": "", "suffix": "",
        "speaker": {"id": "s1", "name": evil, "kind": "person", "title": evil, "mention": span, "basis": "named"},
        "outlet": {
            "name": evil, "kind": evil, "mention": span, "basis": "stated", "programme": evil, "interviewer": evil
        },
        "confidence": {"span": 1, "speaker": 1, "outlet": 1},
        "explanation": {
            "rule": evil, "roles": [{**span, "role": evil, "score": 1}],
            "candidates": [
                {"decision": "speaker", "name": evil, "score": 1, "rule": None, "span": None, "chosen": True},
                {"decision": "outlet", "name": evil, "score": 1, "rule": evil, "span": span, "chosen": False},
            ],
        },
    }  # fmt: skip
    person = {"id": "s1", "name": evil, "kind": "person", "title": evil, "mentions": [span]}
    answer = {"text": evil, "publisher": {"name": evil, "basis": "page"}, "quotes": [quote], "speakers": [person]}
    page.route("**/v1/quotes*", lambda route: route.fulfill(json=answer))
    read(page, evil)
    page.locator("#article .badge").click()
    page.locator("#card summary").click()
    assert page.locator("#result b").count() == 0
    expect(page.locator("#card")).to_contain_text(f"asked by {evil}")
    for decision, weighed in (("speaker", 1), ("outlet", 1), ("cue", 0)):
        expect(page.locator("#card").get_by_text(f"Weighed as the {decision}:")).to_have_count(weighed)
    expect(page.locator("#card .why strong")).to_have_text(evil)


def test_right_to_left_paragraphs_run_that_way(visit: Open) -> None:
    page = visit()
    read(page, "قال الوزير إن الجسر سيفتح.\n\n“Open,” Ana Ruiz said.")
    directions = page.locator("#article p").evaluate_all("all => all.map(one => getComputedStyle(one).direction)")
    assert directions == ["rtl", "ltr"]


def test_a_long_article_is_built_once_and_pointing_touches_only_the_quote(visit: Open) -> None:
    page = visit()
    one = "“The bridge is open,” Ana Ruiz told Reuters. Nobody else in the town had much to add to that on the day.\n\n"
    # Typed in by a script: Playwright's own way takes a paragraph at a time, as a keyboard would.
    page.evaluate("text => { document.querySelector('#text').value = text; }", one * (100_000 // len(one)))
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.locator("#article mark")).to_have_count(100_000 // len(one))
    page.evaluate(
        "window.changes = []; new MutationObserver(all => window.changes.push(...all.map(one => one.type)))"
        ".observe(document.querySelector('#article'), {subtree: true, childList: true, attributes: true})"
    )
    page.locator("#article .badge").nth(5).click()
    assert 0 < len(page.evaluate("window.changes")) < 20
    page.locator("#types").get_by_role("button").click()
    page.get_by_role("slider").fill("0.95")
    expect(page.locator("#summary")).to_contain_text(f"0 of {100_000 // len(one)}")
    assert "childList" not in page.evaluate("window.changes")


# --- Files ------------------------------------------------------------------------------------------------------------


def _named(name: str, text: str, media_type: str = "text/plain") -> dict[str, Any]:
    return {"name": name, "mimeType": media_type, "buffer": text.encode()}


def test_several_files_are_read_one_by_one(visit: Open) -> None:
    page = visit()
    page.locator("#files").set_input_files(
        [
            _named("one.txt", "“One,” Ana Ruiz said."),
            _named(
                "two.html",
                "<article><p>“Two &amp; more,” Bob Hill told Reuters. “Three,” he said.</p></article>",
                "text/html",
            ),
            _named("three.pdf", "%PDF-1.7 \0 …", "application/pdf"),
            _named("four.txt", " "),
        ]
    )
    expect(page.locator("#progress-words")).to_have_text("4 of 4")
    states = page.locator("#queue-list .state").all_text_contents()
    assert states[:2] == ["1 quote", "2 quotes"]
    assert states[2] == "not read: This file is neither text nor HTML."
    assert states[3].startswith("not read: ")
    page.locator("#queue-list").get_by_role("button", name="two.html").click()
    expect(page.locator("#result-title")).to_have_text("two.html")
    assert page.locator("#article mark").first.text_content() == "Two & more,"
    expect(page.locator("#queue-list [aria-current]")).to_contain_text("two.html")


def test_dropped_files_are_read(visit: Open) -> None:
    page = visit()
    page.evaluate(
        "const data = new DataTransfer();"
        "data.items.add(new File(['“One,” Ana Ruiz said.'], 'dropped.txt', {type: 'text/plain'}));"
        "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))"
    )
    expect(page.locator("#result-title")).to_have_text("dropped.txt")


ENCODINGS = [
    ("windows-1252", "“Café,” Ana Ruiz said.".encode("cp1252")),
    ("utf-16", "“Café,” Ana Ruiz said.".encode("utf-16")),
    ("a byte order mark", "“Café,” Ana Ruiz said.".encode("utf-8-sig")),
]


@pytest.mark.parametrize("body", [row[1] for row in ENCODINGS], ids=[row[0] for row in ENCODINGS])
def test_text_files_in_other_encodings(visit: Open, body: bytes) -> None:
    page = visit()
    page.locator("#files").set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": body}])
    expect(page.locator("#article mark")).to_have_text("Café,")


def test_cancelling_keeps_what_was_read(visit: Open) -> None:
    page = visit()

    def hold_the_late(route: Route) -> None:
        """Leave the later articles unanswered: read in one batch with the first, they could all be done at once."""
        if "Late" not in (route.request.post_data or ""):
            route.continue_()

    page.route("**/v1/quotes*", hold_the_late)
    waits = [_named(f"{number}.txt", "“Late,” Ana Ruiz said.") for number in range(4)]
    page.locator("#files").set_input_files([_named("first.txt", "“One,” Ana Ruiz said."), *waits])
    expect(page.locator("#result-title")).to_have_text("first.txt")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_have_text("Cancelled. 1 article read.")
    assert page.locator("#queue-list .state").all_text_contents() == ["1 quote", *["cancelled"] * 4]


def test_pasted_html_is_read_as_html(visit: Open) -> None:
    page = visit()
    read(page, "<article><p>“Two &amp; more,” Bob Hill told Reuters.</p></article>")
    assert page.locator("#article mark").all_text_contents() == ["Two & more,"]


# --- Failures ---------------------------------------------------------------------------------------------------------


def test_a_busy_service_is_asked_again_when_it_says(visit: Open) -> None:
    page = visit()
    calls: list[str] = []

    def busy_once(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) > 1:
            route.continue_()
            return
        problem = {"type": "urn:onrecord:problem:queue-full", "title": "Too many articles are waiting", "status": 503}
        route.fulfill(
            status=503, content_type="application/problem+json", headers={"Retry-After": "2"}, body=json.dumps(problem)
        )

    page.route("**/v1/quotes*", busy_once)
    page.locator("#text").fill(EXAMPLE)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.locator("#status")).to_have_text("The service is busy; trying again in 2 seconds.")
    expect(page.locator("#summary")).to_have_text("12 quotes by 6 speakers")
    assert len(calls) == 2


@pytest.fixture(scope="module")
def strict_address() -> Iterator[str]:
    """A service with a key and a small limit."""
    settings = Settings(api_keys=(("desk", "secret"),), max_text_characters=100)
    with serving(create_app(settings, HandReader())) as url:
        yield url


def test_a_key_is_asked_for_and_a_long_article_refused(visit: Open, strict_address: str) -> None:
    page = visit(url=strict_address)
    page.locator("#text").fill("“Open,” Ana Ruiz said.")
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.get_by_role("alert")).to_contain_text("A valid API key is needed.")
    expect(page.get_by_label("Key")).to_be_focused()
    page.get_by_label("Key").fill("secret")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#summary")).to_have_text("1 quote by 1 speaker")
    expect(page.get_by_role("alert")).to_be_empty()
    page.get_by_role("button", name="Read another article").click()
    page.locator("#text").fill("long " * 21)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.get_by_role("alert")).to_contain_text("It has 105 characters; this service takes 100.")
    expect(page.locator("#text")).to_be_visible()


FAILURES = [
    ("nothing to read", "  ", "There is no text in it."),
    ("a fault of the service", "CRASH “Open,” Ana Ruiz said.", "The service failed; the fault is ours."),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES])
def test_failures_are_said_in_words(visit: Open, text: str, words: str) -> None:
    page = visit()
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("#text")).to_have_value(text)


def test_an_unreachable_service_is_said_in_words(visit: Open) -> None:
    page = visit()
    page.route("**/v1/quotes*", lambda route: route.fulfill(status=502, body="<html>no</html>"))
    page.locator("#text").fill(EXAMPLE)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.get_by_role("alert")).to_contain_text("The service answered 502.")


def test_an_article_without_quotes_says_so(visit: Open) -> None:
    page = visit()
    read(page, "It rained all day.")
    expect(page.locator("#summary")).to_have_text("No attributed quote found.")
    assert page.locator("[data-download]:enabled").count() == 0


# --- Safe and open to all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/docs", "/page/main.js"])
def test_nothing_inline_and_nothing_from_elsewhere(address: str, path: str) -> None:
    with urllib.request.urlopen(address + path) as answer:
        body = answer.read().decode()
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "'unsafe" not in POLICY
    if not path.endswith(".js"):
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|(?:src|href)=\"(?:https?:)?//", body)


def _serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, as rule and place."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{finding['id']}: {node['target']} {node.get('failureSummary', '')}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


SIZES = [(1280, 900), (390, 844)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_axe_finds_nothing_serious(visit: Open, width: int, height: int, scheme: str) -> None:
    page = visit(width=width, height=height, color_scheme=scheme, bypass_csp=True)
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert _serious(page) == []
    read(page, EXAMPLE)
    assert _serious(page) == []
    page.locator("#article .badge").nth(2).click()
    page.locator("#card summary").click()
    assert _serious(page) == []
    page.goto(page.url + "docs")
    assert _serious(page) == []


def test_axe_finds_nothing_serious_in_failures_files_and_the_archive(visit: Open, archive_address: str) -> None:
    _store(archive_address, "first", text=EARLIER, publisher="The Harbour Post", published="2024-05-06")
    _store(archive_address, "second", text=LATER, publisher="Bay Daily", published="2024-05-07")
    page = visit(url=archive_address, bypass_csp=True)
    page.get_by_role("button", name="Find the quotes").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert _serious(page) == []
    page.locator("#files").set_input_files(
        [_named("one.txt", EXAMPLE), _named("two.pdf", "\0"), _named("three.txt", EVIL)]
    )
    expect(page.locator("#progress-words")).to_have_text("3 of 3")
    assert _serious(page) == []
    page.goto(f"{archive_address}/?article=second#q1")
    page.get_by_role("button", name="Other versions").click()
    expect(page.locator("#versions .pair")).to_be_visible()
    assert _serious(page) == []
    page.locator("#versions").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="All they said").click()
    expect(page.locator("#timeline-title")).to_be_focused()
    assert _serious(page) == []


def test_on_a_narrow_screen_the_card_does_not_cover_the_quote(visit: Open) -> None:
    page = visit(width=390, height=844, has_touch=True)
    read(page, EXAMPLE)
    for number in (2, 6, 11):
        page.locator("#article .badge").nth(number).tap()
        expect(page.locator("#card")).to_have_attribute("data-quote", f"q{number + 1}")
        card, badge = (page.locator(f"{name}").first.bounding_box() for name in ("#card", "#article .badge.on"))
        assert card and badge
        assert 0 <= badge["y"] <= card["y"] - badge["height"]


@pytest.mark.parametrize("width", [320, 390, 768, 1024])
def test_no_width_needs_scrolling_sideways(visit: Open, width: int) -> None:
    page = visit(width=width, height=800)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    read(page, EXAMPLE + "\n\n" + "unbroken" * 40)
    page.locator("#article .badge").first.click()
    assert page.evaluate(overflow) == 0
    page.goto(page.url + "docs")
    assert page.evaluate(overflow) == 0


# --- The reference ----------------------------------------------------------------------------------------------------


def test_the_reference_shows_every_call_and_schema_of_the_contract(visit: Open, address: str) -> None:
    with urllib.request.urlopen(f"{address}/openapi.json") as answer:
        contract = json.load(answer)
    page = visit("/docs")
    calls = page.locator(".operation h2").all_inner_texts()
    expected = [f"{method.upper()} {path}" for path, methods in contract["paths"].items() for method in methods]
    assert [" ".join(call.split()) for call in calls] == expected
    assert page.locator(".shape h3").all_inner_texts() == list(contract["components"]["schemas"])
    broken = page.locator("a[href^='#']").evaluate_all(
        "all => all.map(one => one.getAttribute('href')).filter(one => !document.getElementById(one.slice(1)))"
    )
    assert broken == []


# --- The archive ------------------------------------------------------------------------------------------------------

EARLIER = "“We will rebuild every bridge in this town before the winter,” Ana Ruiz told Reuters."
LATER = "“We will rebuild each bridge of this town before the first snow,” Ana Ruiz said. “No <b>more</b>,” she said."


def _store(url: str, name: str, **article: str) -> None:
    request = urllib.request.Request(
        f"{url}/v1/articles/{name}", json.dumps(article).encode(), {"Content-Type": "application/json"}, method="PUT"
    )
    urllib.request.urlopen(request).close()


@pytest.fixture
def archive_address(tmp_path: Path) -> Iterator[str]:
    settings = Settings(archive=str(tmp_path / "archive.db"))
    with serving(create_app(settings, HandReader())) as url:
        yield url


def test_without_an_archive_nothing_of_it_is_offered(visit: Open) -> None:
    page = visit("/?article=first")
    read(page, EXAMPLE)
    page.locator("#article .badge").first.click()
    assert page.locator("#store:visible, #permalink:visible").count() == 0
    assert page.locator("#card").get_by_role("button").all_text_contents() == ["Copy with attribution", "Close"]


def test_an_article_is_kept_under_an_address_of_its_own(visit: Open, archive_address: str) -> None:
    page = visit(url=archive_address)
    read(page, EMOJI_ARTICLE)
    page.get_by_role("button", name="Keep in the archive").click()
    link = page.locator("#permalink a")
    expect(link).to_be_visible()
    expect(page.locator("#store")).to_be_hidden()
    assert page.url == archive_address + link.inner_text()
    page.goto(page.url)
    expect(page.locator("#article mark")).to_have_text("We won 🏆 twice,")
    assert page.evaluate(TEXT_OF_ARTICLE) == EMOJI_ARTICLE
    assert json.loads(_file(page, "JSON"))["quotes"][0]["spans"][0]["text"] == "We won 🏆 twice,"
    assert "We won 🏆 twice," in _file(page, "CSV")
    page.get_by_role("button", name="Read another article").click()
    assert page.url == f"{archive_address}/"
    page.go_back()
    expect(page.locator("#article mark")).to_be_visible()


def test_versions_stand_side_by_side_and_lead_to_their_articles(visit: Open, archive_address: str) -> None:
    _store(archive_address, "first", text=EARLIER, publisher="The Harbour Post", published="2024-05-06")
    _store(archive_address, "second", text=LATER, publisher="Bay <i>Daily</i>", published="2024-05-07")
    page = visit("/?article=second#q1", url=archive_address)
    expect(page.locator("#card")).to_contain_text("Ana Ruiz")
    page.get_by_role("button", name="Other versions").click()
    pair = page.locator("#versions .pair")
    expect(pair.locator("blockquote").first).to_have_text("We will rebuild every bridge in this town before the winter")
    expect(pair.locator("blockquote").last).to_have_text(
        "We will rebuild each bridge of this town before the first snow"
    )
    assert "every" in pair.locator("del").all_text_contents()
    assert "each" in pair.locator("ins").all_text_contents()
    expect(pair).to_contain_text("Bay <i>Daily</i>, 7 May 2024")
    pair.get_by_role("link", name="The Harbour Post, 6 May 2024").click()
    expect(page.locator("#article mark.on")).to_contain_text("every bridge")


def test_a_speaker_has_a_timeline_over_articles(visit: Open, archive_address: str) -> None:
    _store(archive_address, "first", text=EARLIER, publisher="The Harbour Post", published="2024-05-06")
    _store(archive_address, "second", text=LATER, publisher="Bay Daily", published="2024-05-07")
    page = visit("/?article=first#q1", url=archive_address)
    page.get_by_role("button", name="All they said").click()
    expect(page.locator("#timeline-title")).to_have_text("Ana Ruiz")
    assert page.locator("#timeline time").all_text_contents() == ["7 May 2024", "6 May 2024"]
    assert "speaker=" in page.url
    page.get_by_role("link", name="Bay Daily").click()
    expect(page.locator("#article mark.on")).to_contain_text("each bridge")
    page.go_back()
    expect(page.locator("#timeline-title")).to_have_text("Ana Ruiz")


def test_an_article_that_is_not_there_is_said_in_words(visit: Open, archive_address: str) -> None:
    page = visit("/?article=nothing", url=archive_address)
    expect(page.get_by_role("alert")).to_contain_text("No article of this id is stored.")
    expect(page.locator("#text")).to_be_visible()


# --- With the models --------------------------------------------------------------------------------------------------


@pytest.mark.models
def test_the_engine_behind_the_page(visit: Open) -> None:
    try:
        app = create_app(Settings())
    except Exception as error:
        pytest.skip(f"the engine does not load here: {type(error).__name__}: {error}")
    with serving(app) as url:
        page = visit(url=url)
        read(page, EXAMPLE)
        answer = json.loads(post(url, EXAMPLE))
        assert len(answer["quotes"]) >= 5
        for quote in answer["quotes"]:
            page.locator(f"#article .badge[data-quote={quote['id']}]").click()
            assert marked(page, "q") == "".join(span["text"] for span in quote["spans"])
        page.goto("about:blank")
