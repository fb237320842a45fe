"""The corpus command: sources and shards, records, articles, rows, marks; and with Ray whole runs, some broken."""

from __future__ import annotations

import datetime
import importlib.util
import json
import os
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from scripts.made_up_news import Writer
from scripts.ray_nodes import alive, descendants, kill, ray_node, workers_of
from service.archive.connection import ArchiveUnavailableError, count_rows, open_archive, prepare
from service.corpus import job as jobs
from service.corpus import loading, requirements
from service.corpus.articles import Columns, describe, make_candidate
from service.corpus.job import ResumeError, check_same, load, locked, save
from service.corpus.loading import archive_id, store_entries
from service.corpus.output import COLUMNS, write_whole
from service.corpus.records import Record
from service.corpus.requirements import MissingRequirementError, check_installed, require
from service.corpus.running import MAX_FAILED_SHARDS, RunError, ShardWorker, run_shards
from service.corpus.shards import READ_TOGETHER, READ_TOGETHER_CHARACTERS, make_batches, read_shard
from service.corpus.sources import InputError, choose_shard_articles, find_files, scan
from service.corpus.summary import Ranking, render_summary, summarise
from service.errors import Problem
from service.intake import Intake
from service.rendering import CSV_COLUMNS
from service.settings import Settings
from tests.archived import Said, entry
from tests.corpora import (
    Fields,
    batch_of,
    finish,
    listening,
    make_articles,
    make_work,
    marks_in,
    quotes_of,
    rows_of,
    run,
    run_here,
    start,
    wait_for,
    write_lines,
)
from tests.fake_extractor import FakeExtractor
from tests.server import free_port, wait_until

HAS_RAY = all(importlib.util.find_spec(name) for name in ("ray", "pyarrow"))
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed: pip install -r requirements-corpus.txt")
SETTINGS = Settings()
PACKAGE = {"package": "fake", "version": "0"}


# --- The made-up news that the job is measured on ---------------------------------------------------------------------


def test_made_up_news_holds_the_quotes_it_says() -> None:
    articles = list(Writer().articles(200))
    assert articles == list(Writer().articles(200))
    assert all(quote.text in article.text for article in articles for quote in article.quotes)
    assert all(quote.speaker in article.text for article in articles for quote in article.quotes)
    assert all((quote.outlet or "") in article.text for article in articles for quote in article.quotes)
    assert {quote.type for article in articles for quote in article.quotes} == {"direct", "indirect"}
    lengths = sorted(len(article.text) for article in articles)
    assert lengths[-10] > 10 * lengths[10]


# --- Files ------------------------------------------------------------------------------------------------------------


def test_files_are_found_once_and_in_order(tmp_path: Path) -> None:
    for name in (
        "b.jsonl",
        "a.ndjson",
        "deep/c.JSONL.gz",
        "d.parquet",
        "e.json",
        "f.csv",
        "_g.jsonl",
        ".h.jsonl",
        "i.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = ["a.ndjson", "b.jsonl", "d.parquet", "deep/c.JSONL.gz", "e.json"]
    assert [str(path.relative_to(tmp_path)) for path in find_files([str(tmp_path), str(tmp_path / "b.jsonl")])] == names
    assert [path.name for path in find_files([str(tmp_path / "*.json*")])] == ["b.jsonl", "e.json"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("nothing", "no file of articles", id="no such place"),
        pytest.param("empty", "no file of articles", id="a folder without articles"),
        pytest.param("a.csv", "name it .jsonl", id="a file of another kind"),
        pytest.param("*.csv", "no file of articles", id="a glob that finds only others"),
    ],
)
def test_a_place_without_articles_is_refused(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match=said):
        find_files([str(tmp_path / place)])


def test_shards_grow_with_the_corpus(tmp_path: Path) -> None:
    small, large, packed = tmp_path / "small.jsonl", tmp_path / "large.jsonl", tmp_path / "packed.jsonl.gz"
    small.write_bytes(b"x" * 1000)
    for path in (large, packed):
        with path.open("wb") as handle:
            os.truncate(handle.fileno(), 40_000_000_000)
    assert choose_shard_articles([small]) == 50
    assert choose_shard_articles([large]) == 500
    assert choose_shard_articles([packed]) == 1500


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_lines_are_cut_into_shards(tmp_path: Path, name: str) -> None:
    articles: list[Fields | str] = [*make_articles(7)]
    articles[3:3] = ["", "   "]
    path = write_lines(tmp_path / name, articles)
    sources, shards = scan([path], shard_articles=3, max_line_bytes=100_000)
    assert [(shard.number, shard.first, shard.count) for shard in shards] == [(0, 1, 3), (1, 6, 3), (2, 9, 1)]
    assert (sources[0].articles, sources[0].fault) == (7, None)


def test_a_damaged_file_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "news.jsonl.gz", make_articles(2000))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    sources, shards = scan([path], shard_articles=50, max_line_bytes=100_000)
    assert sources[0].fault == "EOFError: the file is damaged or cut short"
    assert 0 < sources[0].articles < 2000
    work = make_work([path], tmp_path / "out", shard_articles=50)
    run_here(work)
    assert sum(mark.read for mark in work.output.read_marks(shards)) == sources[0].articles


# --- Records and articles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "slug", "said"),
    [
        pytest.param({"id": "a"}, "empty-text", "neither text nor HTML", id="no text"),
        pytest.param({"id": "a", "text": " \n"}, "invalid-request", "text: There is no text", id="white space"),
        pytest.param({"id": "a", "text": 7}, "invalid-request", "text: Not a valid string", id="no text but a number"),
        pytest.param(
            {"id": "a", "text": "x", "published": "May 5"}, "invalid-request", "published: Not an ISO", id="no date"
        ),
        pytest.param(
            {"id": "a", "text": "x", "published": "2024-02-30"}, "invalid-request", "no such date", id="no such day"
        ),
        pytest.param({"id": "a", "text": "x" * 200_001}, "text-too-long", "200001 characters", id="too long"),
        pytest.param(Problem("bad-json", "line 1"), "bad-json", "line 1", id="a line that is no JSON"),
    ],
)
def test_bad_articles_say_why(content: Any, slug: str, said: str) -> None:
    candidate = make_candidate(Record("f:1", content), Columns(), SETTINGS)
    assert isinstance(candidate.intake, Problem)
    assert candidate.intake.slug == slug
    assert said in describe(candidate.intake)
    assert candidate.id == ("f:1" if isinstance(content, Problem) else "a")


@pytest.mark.parametrize(
    ("content", "id_", "text"),
    [
        pytest.param({"id": "a", "text": "Words."}, "a", "Words.", id="as it should be"),
        pytest.param({"id": 7, "text": "Words."}, "7", "Words.", id="a number as id"),
        pytest.param({"text": "Words."}, "f:1", "Words.", id="no id: the place"),
        pytest.param({"id": "", "text": "Words.", "publisher": ""}, "f:1", "Words.", id="empty is not there"),
        pytest.param({"id": "a", "text": "Words.", "html": "<p>Tags.</p>"}, "a", "Words.", id="text goes before HTML"),
        pytest.param({"id": "a", "html": "<p>Tags.</p>", "text": None}, "a", "Tags.", id="HTML where there is no text"),
        pytest.param({"id": "a", "text": "Words.", "tags": [1]}, "a", "Words.", id="other fields do not matter"),
    ],
)
def test_good_articles_are_taken(content: Fields, id_: str, text: str) -> None:
    candidate = make_candidate(Record("f:1", content), Columns(), SETTINGS)
    assert isinstance(candidate.intake, Intake)
    assert (candidate.id, candidate.intake.article.text) == (id_, text)


def test_columns_are_mapped() -> None:
    columns = Columns(id="key", text="body", publisher="paper", url="link", published="day")
    content = {
        "key": "k",
        "body": "Words.",
        "paper": "Post",
        "link": "http://a.example",
        "day": "2024-05-06",
        "text": "no",
    }
    candidate = make_candidate(Record("f:1", content), columns, SETTINGS)
    assert isinstance(candidate.intake, Intake)
    assert asdict(candidate.intake.article) == {
        "text": "Words.", "publisher": "Post", "url": "http://a.example", "published": "2024-05-06",
    }  # fmt: skip


# --- Shards -----------------------------------------------------------------------------------------------------------


def test_batches_are_of_like_length_and_bounded() -> None:
    records = [Record(f"f:{n}", {"text": "x" * (1 + (n * 7919) % 30_000)}) for n in range(90)]
    candidates = [make_candidate(record, Columns(), SETTINGS) for record in records]
    candidates[5] = replace(candidates[5], intake=Problem("empty-text", ""))
    batches = list(make_batches(candidates))
    assert sorted(number for batch in batches for number in batch) == [n for n in range(90) if n != 5]
    sizes = [[len(candidates[number].intake.article.text) for number in batch] for batch in batches]  # type: ignore[union-attr]
    assert all(len(batch) <= READ_TOGETHER for batch in sizes)
    assert all(len(batch) == 1 or sum(batch) <= READ_TOGETHER_CHARACTERS for batch in sizes)
    flat = [size for batch in sizes for size in batch]
    assert flat == sorted(flat, reverse=True)


def test_one_bad_article_is_noted_and_the_others_are_read() -> None:
    articles = make_articles(10)
    articles[4]["text"] = "“Secret words,” Ana Ruiz said. CRASH"
    records = [Record(f"f:{number}", article) for number, article in enumerate(articles, 1)]
    reading = read_shard(records, extract=FakeExtractor(), package=PACKAGE, columns=Columns(), settings=SETTINGS)
    (fault,) = reading.faults
    assert (fault.id, fault.place, fault.reason) == ("n4", "f:5", "internal-error")
    assert "RuntimeError" in fault.detail
    assert "Secret" not in str(asdict(fault))
    assert (reading.tally.read, reading.tally.failed) == (9, 1)
    assert {row["article_id"] for row in reading.rows} <= {f"n{n}" for n in range(10) if n != 4}


def test_rows_are_flat_and_in_the_order_of_the_articles(tmp_path: Path) -> None:
    articles = make_articles(60)
    rows = rows_of(run_here(make_work([write_lines(tmp_path / "a.jsonl", articles)], tmp_path / "out")))
    assert all(list(row) == ["article_id", *CSV_COLUMNS] == list(COLUMNS) for row in rows)
    assert all(not isinstance(value, dict | list) for row in rows for value in row.values())
    expected = [(one["id"], f"q{n + 1}") for one in articles for n in range(one["text"].count("“"))]
    assert [(row["article_id"], row["id"]) for row in rows] == expected
    first = rows[0]
    text = next(one["text"] for one in articles if one["id"] == first["article_id"])
    begin, end = map(int, first["spans"].split("-"))
    assert text[begin:end] == first["text"]
    assert (first["outlet"], first["publisher"], first["published"]) == ("Reuters", "Post", "2024-05-06")


def test_gz_gives_the_rows_of_plain_lines(tmp_path: Path) -> None:
    articles = make_articles(90)
    plain = run_here(make_work([write_lines(tmp_path / "a.jsonl", articles)], tmp_path / "plain"))
    packed = run_here(make_work([write_lines(tmp_path / "a.jsonl.gz", articles)], tmp_path / "packed"))
    assert plain == packed
    assert len(plain) == 5


def test_shards_in_any_order_give_the_same_files(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl.gz", make_articles(90))
    forward = run_here(make_work([path], tmp_path / "forward"))
    work = make_work([path], tmp_path / "backward")
    backward = replace(work, job=replace(work.job, shards=work.job.shards[::-1]))
    assert run_here(backward) == forward


def test_lines_that_are_no_articles_are_noted(tmp_path: Path) -> None:
    lines: list[Fields | str] = [*make_articles(3)]
    lines[1:1] = ["{not json", "[1, 2]", "", json.dumps({"text": "y" * 5_000_000})]
    work = make_work([write_lines(tmp_path / "a.jsonl", lines)], tmp_path / "out")
    run_here(work)
    (mark,) = work.output.read_marks(work.job.shards)
    assert [(fault["place"], fault["reason"]) for fault in mark.faults] == [
        ("a.jsonl:2", "bad-json"), ("a.jsonl:3", "invalid-request"), ("a.jsonl:5", "body-too-large"),
    ]  # fmt: skip
    assert (mark.read, mark.failed) == (3, 3)


@needs_ray
def test_parquet_in_and_out(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    articles = make_articles(90)
    table = pa.Table.from_pylist([{**one, "published": datetime.date(2024, 5, 6), "more": 1} for one in articles])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=33)
    lines = rows_of(run_here(make_work([write_lines(tmp_path / "a.jsonl", articles)], tmp_path / "lines")))
    assert rows_of(run_here(make_work([tmp_path / "a.parquet"], tmp_path / "rows"))) == lines
    work = make_work([tmp_path / "a.parquet"], tmp_path / "parquet", form="parquet")
    run_here(work)
    read = pq.read_table(tmp_path / "parquet" / "quotes")
    assert read.to_pylist() == lines
    assert {field.name: str(field.type) for field in read.schema} == {
        name: "double" if name.startswith("confidence") else "string" for name in COLUMNS
    }


@needs_ray
def test_a_damaged_page_of_parquet_fails_only_its_articles(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    table = pa.Table.from_pylist(make_articles(90))
    pq.write_table(table, path, row_group_size=30, compression="zstd", use_dictionary=False)
    text = pq.ParquetFile(path).metadata.row_group(1).column(1)
    content = bytearray(path.read_bytes())
    begin = text.data_page_offset + text.total_compressed_size // 2
    content[begin : begin + 40] = b"\xff" * 40
    path.write_bytes(content)
    work = make_work([path], tmp_path / "out", shard_articles=30)
    run_here(work)
    marks = list(work.output.read_marks(work.job.shards))
    assert [mark.read for mark in marks] == [30, 0, 30]
    assert {fault["detail"] for fault in marks[1].faults} == {"The file is damaged here or before."}


# --- Files of a shard, and going on -----------------------------------------------------------------------------------


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a", b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


def test_a_shard_without_a_mark_is_done_again(tmp_path: Path) -> None:
    work = make_work([write_lines(tmp_path / "a.jsonl", make_articles(60))], tmp_path / "out")
    whole = run_here(work)
    (work.output.folder / "done" / "part-000001.json").unlink()
    (work.output.folder / "quotes" / "part-000001.jsonl").write_bytes(b"half a li")
    untouched = (work.output.folder / "quotes" / "part-000000.jsonl").stat().st_mtime_ns
    (work.output.folder / "quotes" / ".part-000002.jsonl.0.partial").touch()
    work.output.prepare()
    assert run_here(work) == whole
    assert (work.output.folder / "quotes" / "part-000000.jsonl").stat().st_mtime_ns == untouched


def test_a_job_is_saved_and_loaded(tmp_path: Path) -> None:
    work = make_work([write_lines(tmp_path / "a.jsonl", make_articles(60))], tmp_path / "out")
    assert load(work.output.folder) is None
    save(work.job, work.output.folder)
    assert load(work.output.folder) == work.job
    (work.output.folder / jobs.FILE).write_bytes(b"{")
    with pytest.raises(ResumeError, match="damaged"):
        load(work.output.folder)


def _append(path: Path) -> None:
    with path.open("a") as handle:
        handle.write("{}\n")


def _same_size(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"News 1.", b"News X."))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(_append, "has changed: it had", id="longer"),
        pytest.param(_same_size, "has other bytes", id="as long as it was"),
        pytest.param(Path.unlink, "is not there any more", id="gone"),
        pytest.param(lambda path: write_lines(path.with_name("z.jsonl"), []), "z.jsonl was not there", id="a new file"),
    ],
)
def test_going_on_after_changed_input_is_refused(tmp_path: Path, change: Any, said: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_lines(folder / "b.jsonl", make_articles(3))
    path = write_lines(folder / "a.jsonl", make_articles(60))
    work = make_work([folder], tmp_path / "out")
    check_same(work.job, [str(folder)], work.job.terms)
    change(path)
    with pytest.raises(ResumeError, match=said):
        check_same(work.job, [str(folder)], work.job.terms)


def test_going_on_after_a_copy_of_the_same_bytes_is_fine(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", make_articles(60))
    work = make_work([path], tmp_path / "out")
    os.utime(path, ns=(1, 1))
    check_same(work.job, [str(path)], work.job.terms)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param({"form": "parquet"}, "the form of the output were jsonl and are parquet", id="form"),
        pytest.param({"columns": Columns(text="body")}, "the columns were .* and are .*text body", id="columns"),
        pytest.param({"package": {"package": "fake", "version": "1"}}, "the models were", id="models"),
        pytest.param({"limits": {"max_body_bytes": 1}}, "the limits were", id="limits"),
    ],
)
def test_going_on_on_other_terms_is_refused(tmp_path: Path, terms: Any, said: str) -> None:
    path = write_lines(tmp_path / "a.jsonl", make_articles(3))
    job = make_work([path], tmp_path / "out").job
    with pytest.raises(ResumeError, match=said):
        check_same(job, [str(path)], replace(job.terms, **terms))


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(ResumeError, match="Another run"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


# --- What can stop a run ----------------------------------------------------------------------------------------------


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(requirements.importlib, "import_module", missing)
    with pytest.raises(MissingRequirementError, match="ray is not installed: run `pip install -r requirements-corpus"):
        require("ray.data")
    monkeypatch.setattr(requirements.importlib.util, "find_spec", lambda name: None if name == "pyarrow" else name)
    with pytest.raises(MissingRequirementError, match="pyarrow is not installed"):
        check_installed()


def test_what_lies_in_no_article_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = make_work([write_lines(tmp_path / "a.jsonl", make_articles(200))], tmp_path / "out")
    asked: list[int] = []

    def broken(_: Any, shards: Any, *, actors: int) -> Any:
        with closing(ShardWorker(work)) as worker:
            for shard in shards:
                asked.append(shard.number)
                answer = worker(batch_of(shard))
                yield answer["number"][0], answer["failure"][0]

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.corpus.running._pass", broken)
    monkeypatch.setattr(work.output.__class__, "finish", full)
    with pytest.raises(RunError, match="No space left"):
        list(run_shards(work, work.job.shards, actors=1))
    assert len(asked) == MAX_FAILED_SHARDS


def test_shards_lost_on_the_way_are_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = make_work([write_lines(tmp_path / "a.jsonl", make_articles(200))], tmp_path / "out")
    passes: list[list[int]] = []

    def losing(_: Any, shards: Any, *, actors: int) -> Any:
        passes.append([shard.number for shard in shards])
        with closing(ShardWorker(work)) as worker:
            for shard in shards:
                if len(passes) > 1 or shard.number % 3:
                    worker(batch_of(shard))
                    yield shard.number, ""

    monkeypatch.setattr("service.corpus.running._pass", losing)
    assert sorted(mark.shard for mark in run_shards(work, work.job.shards, actors=1)) == list(range(10))
    assert passes == [list(range(10)), [0, 3, 6, 9]]
    monkeypatch.setattr("service.corpus.running._pass", lambda *_, **__: iter(()))
    with pytest.raises(
        RunError, match=r"10 shards .* the first is part-000000 \(a.jsonl from line or row 1, 20 articles\)"
    ):
        list(run_shards(work, work.job.shards, actors=1))


# --- The summary ------------------------------------------------------------------------------------------------------


def test_the_summary_counts(tmp_path: Path) -> None:
    articles = make_articles(60)
    articles[7]["text"] = "CRASH"
    work = make_work([write_lines(tmp_path / "a.jsonl", articles)], tmp_path / "out")
    run_here(work)
    summary = summarise(work.output.read_marks(work.job.shards), work.job.sources)
    quotes = sum(one["text"].count("“") for one in articles)
    said = {name: sum(one["text"].count(f"{name} told") for one in articles) for name in ("Ana Ruiz", "Bob Hill")}
    assert (summary["articles_read"], summary["articles_failed"], summary["failures"]) == (59, 1, {"internal-error": 1})
    assert summary["quotes_by_type"] == {"direct": quotes, "mixed": 0, "indirect": 0}
    assert said.items() <= {entry["name"]: entry["quotes"] for entry in summary["speakers"]}.items()
    assert summary["outlets"] == [{"name": "Reuters", "quotes": quotes}]
    shown = render_summary(summary)
    assert f"59 articles read, {quotes} quotes" in shown
    assert "1 articles not read (1 internal-error)" in shown


def test_a_ranking_holds_no_more_names_than_it_may() -> None:
    ranking = Ranking(limit=100)
    for number in range(1000):
        ranking.add({f"once {number}": 1, "often": 2})
    assert ranking.top()[0] == {"name": "often", "quotes": 2000}
    assert not ranking.exact
    assert len(ranking._counts) <= 101


# --- The archive ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        pytest.param("harbour-17", "harbour-17", id="fits"),
        pytest.param("harbour/17", "harbour~2F17", id="a character that does not fit"),
        pytest.param("a~b", "a~7Eb", id="the sign itself, so that no two names get one id"),
        pytest.param("é", "sha256:4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c", id="at the start"),
    ],
)
def test_ids_fit_the_archive(name: str, id_: str) -> None:
    assert archive_id(name) == id_


def test_a_long_id_becomes_a_hash() -> None:
    assert archive_id("a" * 200) == "a" * 200
    assert archive_id("a" * 201).startswith("sha256:")


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    archive = open_archive(str(tmp_path / "archive.db"))
    prepare(archive)
    entries = [entry(f"a/{n}", Said("The bridge will open.", "Ana Ruiz")) for n in range(50)]
    store_entries(archive, entries)
    with archive.reading() as connection:
        before = connection.exec_driver_sql("SELECT key, id, stored, read FROM articles ORDER BY key").all()
        assert count_rows(connection, "quotes") == 50
    store_entries(archive, entries)
    changed = replace(
        entries[0], intake=replace(entries[0].intake, article=replace(entries[0].intake.article, url="u"))
    )
    store_entries(archive, [changed])
    with archive.reading() as connection:
        after = connection.exec_driver_sql("SELECT key, id, stored, read FROM articles ORDER BY key").all()
        assert [row for row in after if row.id != "a~2F0"] == [row for row in before if row.id != "a~2F0"]
        assert connection.exec_driver_sql("SELECT url FROM articles WHERE id = 'a~2F0'").scalar_one() == "u"
        assert count_rows(connection, "quotes") == 50


def test_a_locked_archive_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = open_archive(str(tmp_path / "archive.db"))
    tries: list[int] = []

    def locked_twice(*_: Any) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise ArchiveUnavailableError("The archive is locked.")

    monkeypatch.setattr(loading, "_store", locked_twice)
    monkeypatch.setattr(loading.time, "sleep", lambda _: None)
    store_entries(archive, [entry("a", Said("Words."))])
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(ArchiveUnavailableError):
        store_entries(archive, [entry("a", Said("Words."))], patience=0.0)


def test_shards_load_the_archive(tmp_path: Path) -> None:
    place = str(tmp_path / "archive.db")
    prepare(open_archive(place))
    path = write_lines(tmp_path / "a.jsonl", make_articles(60))
    for folder in ("once", "again"):
        rows = rows_of(run_here(make_work([path], tmp_path / folder, archive=place)))
        with open_archive(place).reading() as connection:
            assert (count_rows(connection, "articles"), count_rows(connection, "quotes")) == (60, len(rows))


# --- The command ------------------------------------------------------------------------------------------------------


@needs_ray
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["{}/in", "{}/in/out"], "lies within", id="the output in the input"),
        pytest.param(["{}/nothing", "{}/out"], "no file of articles", id="no input"),
        pytest.param(["{}/in", "{}/in2"], "holds something else", id="a folder in use"),
        pytest.param(
            ["{}/in", "{}/out", "--address", "127.0.0.1:1", "--load-archive", "{}/a.db"], "for one machine", id="SQLite"
        ),
        pytest.param(["{}/in", "{}/begun"], "--resume", id="a job that was begun"),
        pytest.param(
            ["{}/in", "{}/begun", "--resume", "--text-column", "body"], "the columns were", id="other columns"
        ),
    ],
)
def test_the_command_refuses(
    tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from service.corpus.__main__ import main
    from tests.fake_corpus import fake_engine

    (tmp_path / "in").mkdir()
    write_lines(tmp_path / "in" / "a.jsonl", make_articles(3))
    (tmp_path / "in2").mkdir()
    (tmp_path / "in2" / "notes.txt").touch()
    begun = make_work([tmp_path / "in"], tmp_path / "begun", form="parquet")
    save(begun.job, begun.output.folder)
    assert main(["run", *(word.format(tmp_path) for word in arguments)], engine=fake_engine) == 2
    assert said in capsys.readouterr().err


# --- With Ray ---------------------------------------------------------------------------------------------------------

SLOW_ARTICLES, SLOW_SHARD = 240, 20


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A corpus of twelve shards, each a second of work."""
    return write_lines(tmp_path / "slow.jsonl", make_articles(SLOW_ARTICLES, waiting=2))


@needs_ray
@pytest.mark.server
def test_a_whole_run(tmp_path: Path) -> None:
    articles = make_articles(120)
    articles[50]["text"] = "“Secret,” Ana Ruiz said. CRASH"
    folder = tmp_path / "in"
    folder.mkdir()
    renamed = [{"key": one["id"], "body": one["text"], "publisher": "Post"} for one in articles]
    write_lines(folder / "a.jsonl.gz", renamed[:70])
    write_lines(folder / "b.jsonl", [*renamed[70:], "{not json"])
    columns = Columns(id="key", text="body")
    expected = run_here(make_work([folder], tmp_path / "here", columns=columns))
    options = ["--actors", "2", "--shard-articles", "20", "--format", "jsonl"]
    arguments = [folder, tmp_path / "out", "--id-column", "key", "--text-column", "body", *options]
    archive = tmp_path / "archive.db"
    said = run([*arguments, "--load-archive", archive], tmp_path / "log", status=1)
    assert quotes_of(tmp_path / "out") == expected
    errors = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert [(fault["id"], fault["reason"]) for fault in errors] == [
        ("n50", "internal-error"),
        ("b.jsonl:51", "bad-json"),
    ]
    assert "Secret" not in (tmp_path / "out" / "errors.jsonl").read_text() + said
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["articles_read"], summary["articles_failed"]) == (119, 2)
    assert summary["quotes"] == len(rows_of(expected))
    assert f"119 articles read, {summary['quotes']} quotes" in said
    assert "article/s" in said or "s/article" in said
    with open_archive(str(archive)).reading() as connection:
        assert count_rows(connection, "quotes") == summary["quotes"]
    # Nothing is left to do: going on does not even start Ray.
    run([*arguments, "--resume"], tmp_path / "log", status=1)
    assert quotes_of(tmp_path / "out") == expected


@needs_ray
@pytest.mark.server
def test_a_killed_worker(tmp_path: Path, slow: Path) -> None:
    expected = run_here(make_work([slow], tmp_path / "here", shard_articles=SLOW_SHARD))
    options = ["--actors", "2", "--shard-articles", SLOW_SHARD, "--format", "jsonl"]
    process = start([slow, tmp_path / "out", *options], tmp_path / "log")
    wait_for(lambda: len(marks_in(tmp_path / "out")) >= 3, "three shards", process, tmp_path / "log")
    assert listening([process.pid, *descendants(process.pid)]) == {"127.0.0.1"}
    kill(workers_of(process.pid)[:1])
    finish(process, tmp_path / "log")
    assert quotes_of(tmp_path / "out") == expected


@needs_ray
@pytest.mark.server
def test_a_killed_driver(tmp_path: Path, slow: Path) -> None:
    expected = run_here(make_work([slow], tmp_path / "here", shard_articles=SLOW_SHARD))
    options = ["--actors", "2", "--shard-articles", SLOW_SHARD, "--format", "jsonl"]
    process = start([slow, tmp_path / "out", *options], tmp_path / "log")
    wait_for(lambda: len(marks_in(tmp_path / "out")) >= 3, "three shards", process, tmp_path / "log")
    started = descendants(process.pid)
    process.kill()
    process.wait(60)
    done = marks_in(tmp_path / "out")
    assert len(done) < SLOW_ARTICLES / SLOW_SHARD
    kept = {name: (tmp_path / "out" / "done" / f"{name}.json").stat().st_mtime_ns for name in done}
    resumed = start([slow, tmp_path / "out", *options, "--resume"], tmp_path / "log")
    finish(resumed, tmp_path / "log")
    assert quotes_of(tmp_path / "out") == expected
    assert kept == {name: (tmp_path / "out" / "done" / f"{name}.json").stat().st_mtime_ns for name in done}
    # Ray's own processes go with the driver that started them.
    wait_until(lambda: not any(map(alive, started)), "the end of Ray's processes")


@needs_ray
@pytest.mark.server
def test_two_nodes_do_the_job_and_one_dies(tmp_path: Path, slow: Path) -> None:
    expected = run_here(make_work([slow], tmp_path / "here", shard_articles=SLOW_SHARD))
    port = free_port()
    with (
        # A socket's path may have 107 bytes.
        tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as ray,
        ray_node(
            tmp_path / "head", "--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={ray}"
        ) as first,
    ):
        wait_for(lambda: "started" in (tmp_path / "head").read_text(), "the head", first, tmp_path / "head")
        with ray_node(tmp_path / "node", f"--address=127.0.0.1:{port}") as second:
            wait_for(lambda: "started" in (tmp_path / "node").read_text(), "the node", second, tmp_path / "node")
            options = ["--address", f"127.0.0.1:{port}", "--shard-articles", SLOW_SHARD, "--format", "jsonl"]
            process = start([slow, tmp_path / "out", *options], tmp_path / "log")

            def both_work() -> bool:
                busy = workers_of(first.pid) and workers_of(second.pid)
                return bool(busy) and len(marks_in(tmp_path / "out")) >= 4

            wait_for(both_work, "work on both nodes", process, tmp_path / "log")
            kill([second.pid, *descendants(second.pid)])
            finish(process, tmp_path / "log")
    assert quotes_of(tmp_path / "out") == expected


@needs_ray
@pytest.mark.models
@pytest.mark.server
def test_a_run_with_the_models(tmp_path: Path) -> None:
    articles = [
        {
            "id": "a",
            "text": "“The ferry will sail again on Monday,” Mayor Lena Brandt told Reuters.",
            "publisher": "Post",
        },
        {"id": "b", "text": "The dam is safe, said Omar Haddad, who runs the waterworks."},
        {"id": "c", "text": "It rained all day."},
    ]
    run([write_lines(tmp_path / "a.jsonl", articles), tmp_path / "out", "--actors", "1", "--format", "jsonl"],
        tmp_path / "log", module="service.corpus")  # fmt: skip
    rows = rows_of(quotes_of(tmp_path / "out"))
    assert [(row["article_id"], row["type"], row["speaker"], row["outlet"]) for row in rows] == [
        ("a", "direct", "Lena Brandt", "Reuters"), ("b", "indirect", "Omar Haddad", None),
    ]  # fmt: skip
