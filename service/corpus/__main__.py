"""The command: ``python -m service.corpus --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from tqdm import tqdm

from service.archive.connection import ArchiveMismatchError, ArchiveUnavailableError, open_archive, prepare
from service.corpus import job as jobs
from service.corpus.articles import Columns
from service.corpus.job import Job, ResumeError, Terms
from service.corpus.output import Output, write_whole
from service.corpus.requirements import MissingRequirementError, check_installed
from service.corpus.running import Engine, RunError, Work, cluster, run_shards
from service.corpus.sources import InputError
from service.corpus.summary import pack_summary, render_summary, summarise
from service.settings import Settings, read_settings

PROGRAM = "python -m service.corpus"
_STOPS = (InputError, ResumeError, RunError, MissingRequirementError, ArchiveMismatchError, ArchiveUnavailableError)


def main(arguments: Sequence[str] | None = None, *, engine: Callable[[Settings], Engine] | None = None) -> int:
    """Run the command and return the exit status: 0 done, 1 done with articles that could not be read, 2 not done.

    ``engine`` makes what reads the articles; by default it is the models.
    """
    asked = _parser().parse_args(arguments)
    settings = read_settings(os.environ)
    try:
        return _run(asked, settings, (engine or shipped_engine)(settings))
    except (*_STOPS, ValueError, OSError) as error:
        sys.stderr.write(f"corpus: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("corpus: stopped; --resume goes on from here\n")
        return 130


def shipped_engine(settings: Settings) -> Engine:
    """Return the engine with our models, or those that ``settings`` name."""
    from models.package import read_manifest
    from service import load_extract

    if settings.stanza_dir:
        package, version = "stanza", Path(settings.stanza_dir).name
    else:
        manifest = read_manifest()
        package, version = manifest.name, manifest.version
    return Engine(partial(load_extract, settings), {"package": package, "version": version})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Read a corpus of articles on Ray.")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="read all articles of INPUT into OUTPUT")
    run.add_argument("input", nargs="+", metavar="INPUT", help="files, folders or globs of JSON Lines (.gz) or Parquet")
    run.add_argument("output", type=Path, metavar="OUTPUT", help="a folder of its own for what is found")
    run.add_argument("--format", choices=("parquet", "jsonl"), default="parquet", help="of the quotes (%(default)s)")
    run.add_argument("--resume", action="store_true", help="go on with the job in OUTPUT, if there is one")
    run.add_argument("--actors", type=_positive, help="articles are read by so many processes, a core each (all cores)")
    run.add_argument("--address", help="of a Ray cluster whose machines all see INPUT and OUTPUT (this machine alone)")
    run.add_argument("--load-archive", metavar="URL", help="also store the articles in this archive")
    run.add_argument("--shard-articles", type=_positive, metavar="N", help="articles of one output file (by size)")
    for field in fields(Columns):
        run.add_argument(f"--{field.name}-column", metavar="NAME", default=field.default, help="(%(default)s)")
    return parser


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _run(asked: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    check_installed()
    columns = Columns(**{field.name: getattr(asked, f"{field.name}_column") for field in fields(Columns)})
    terms = Terms.of(asked.format, columns, settings, engine.package)
    output = Output(asked.output.absolute(), asked.format)
    _check_places(asked)
    with jobs.locked(output.folder):
        job = _begin(asked, output, terms)
        if asked.load_archive:
            prepare(open_archive(asked.load_archive))
        output.prepare()
        _finish(asked, job, Work(job, output, engine, settings, asked.load_archive))
        return _conclude(job, output, asked.load_archive)


def _check_places(asked: argparse.Namespace) -> None:
    for place in map(Path, asked.input):
        if place.is_dir() and asked.output.absolute().is_relative_to(place.absolute()):
            raise InputError(f"{asked.output} lies within {place}: choose an output folder outside the input")
    if asked.address and asked.load_archive and _is_file(asked.load_archive):
        raise InputError("An SQLite archive is for one machine: give a cluster a postgresql:// URL")


def _is_file(archive: str) -> bool:
    try:
        return make_url(archive).get_backend_name() == "sqlite"
    except ArgumentError:
        return True


def _begin(asked: argparse.Namespace, output: Output, terms: Terms) -> Job:
    """Return the job in the output folder, or a new one."""
    known = jobs.load(output.folder)
    if known is None:
        if any(path.name != ".lock" for path in output.folder.iterdir()):
            raise ResumeError(f"{output.folder} holds something else: choose an empty folder")
        job = jobs.plan(asked.input, terms, shard_articles=asked.shard_articles)
        jobs.save(job, output.folder)
        return job
    if not asked.resume:
        raise ResumeError(f"{output.folder} holds a job: go on with it with --resume, or choose another folder")
    jobs.check_same(known, asked.input, terms)
    return known


def _finish(asked: argparse.Namespace, job: Job, work: Work) -> None:
    """Do the shards that are not done yet, with a bar that says how far it is."""
    done = {mark.shard: mark for mark in work.output.read_marks(job.shards)}
    missing = [shard for shard in job.shards if shard.number not in done]
    if not missing:
        return
    failed = sum(mark.failed for mark in done.values())
    with (
        tqdm(total=job.articles, initial=sum(mark.articles for mark in done.values()), unit="article") as bar,
        cluster(asked.address, asked.actors) as actors,
    ):
        for mark in run_shards(work, missing, actors=actors):
            failed += mark.failed
            bar.set_postfix(failed=failed, refresh=False)
            bar.update(mark.articles)


def _conclude(job: Job, output: Output, archive: str | None) -> int:
    """Write errors and summary of a job whose shards are all done; return the exit status."""
    faults = [
        {"id": None, "place": source.name, "reason": "damaged-file", "detail": source.fault}
        for source in job.sources
        if source.fault
    ]
    faults += [dict(fault) for mark in output.read_marks(job.shards) for fault in mark.faults]
    lines = b"".join(orjson.dumps(fault, option=orjson.OPT_APPEND_NEWLINE) for fault in faults)
    write_whole(output.folder / "errors.jsonl", lines)
    summary = summarise(output.read_marks(job.shards), job.sources)
    write_whole(output.folder / "summary.json", pack_summary(summary))
    sys.stdout.write(render_summary(summary))
    if archive:
        sys.stdout.write("Compare what is in the archive now: python -m service.archive link\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
