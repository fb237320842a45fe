"""``python -m models.evaluate``: scores the engine on the development sets, prints one table and guards the floors.

Exit status: 0 when every floor holds, 1 when one does not (or accepting would lower one), 2 for data that are missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from models.evaluate import baseline, gate
from models.evaluate.ablation import ablation_table
from models.evaluate.corpora import fingerprint
from models.evaluate.engine import CLAUSES, PARTS, Extract, load_engine
from models.evaluate.errors import listing, misses
from models.evaluate.polnear import MissingLexiconError
from models.evaluate.reliability import brier_score, calibration_error, judgements, reliability, trade_off
from models.evaluate.runs import (
    SETS,
    TRAIN_SET,
    Run,
    figures,
    load_corpus,
    outcomes,
    peer_file,
    ratios,
    run_corpus,
    run_peer,
    texts_by_key,
)
from models.evaluate.score import CREDITS, GROUPS, Ratio, same_speaker

DATA_MISSING = 2
TESTS = ("found", "exact", "attributed", "exact_attributed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = _options(arguments)
    if options.ablation:
        return _ablation(options.cache)
    extractors: dict[str, Extract] = {}
    if not options.only_baseline:
        extractors["engine"] = load_engine(cache=options.cache, without=frozenset(options.without))
    if options.baseline or options.only_baseline:
        extractors["baseline"] = baseline.extract
    results: list[gate.SetResult] = []
    missing = False
    for name in options.set or SETS:
        try:
            measured = {who: _evaluate(name, who, extract, options) for who, extract in extractors.items()}
        except (OSError, MissingLexiconError) as error:
            print(f"\n# {name}: not scored, {error} (data: ONRECORD_GOLD, ONRECORD_CORPORA)", file=sys.stderr)
            missing = True
            continue
        results += [result for who, result in measured.items() if who == "engine"]
    status = _finish(results, options)
    return status or (DATA_MISSING if missing else 0)


def _ablation(cache: Path) -> int:
    try:
        for line in ablation_table(cache):
            print(line, flush=True)
    except (OSError, MissingLexiconError) as error:
        print(f"not scored: {error} (data: ONRECORD_GOLD, ONRECORD_CORPORA)", file=sys.stderr)
        return DATA_MISSING
    return 0


def _finish(results: Sequence[gate.SetResult], options: argparse.Namespace) -> int:
    if options.half or options.without or options.only_baseline or options.set == [TRAIN_SET]:
        print("\nNo gate: floors are for whole sets and the whole engine.")
        return 0
    return _guard(results, options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.evaluate", description=__doc__)
    parser.add_argument(
        "--set", action="append", choices=(*SETS, TRAIN_SET), help="only this set (repeatable; default: all but train)"
    )
    parser.add_argument(
        "--articles", type=_part, metavar="FROM:TO", help=f"of {TRAIN_SET}: only these, of all in a mixed order"
    )
    parser.add_argument("--half", choices=("a", "b"), help="half of newsroom-dev: a to fit thresholds, b to report")
    parser.add_argument(
        "--errors", action="store_true", default=os.environ.get("ERRORS") == "1", help="list every miss"
    )
    parser.add_argument("--reliability", action="store_true", help="print what confidences are worth")
    parser.add_argument(
        "--without", action="append", choices=(*PARTS, CLAUSES), default=[], help="ablation: leave a part out"
    )
    parser.add_argument(
        "--ablation", action="store_true", help="print what parse and roles are worth, and nothing else"
    )
    parser.add_argument("--baseline", action="store_true", help="score the baseline of regular expressions too")
    parser.add_argument("--only-baseline", action="store_true", help="score nothing but the baseline (loads no model)")
    parser.add_argument("--cache", type=Path, default=Path("build/parsed"), help="folder for parses")
    parser.add_argument("--accept", action="store_true", help="take this run as the new reference and pin its floors")
    parser.add_argument("--lower-floor", metavar="REASON", help="with --accept: a floor may fall, for this reason")
    return parser.parse_args(arguments)


def _part(written: str) -> slice:
    start, end = written.split(":")
    return slice(int(start), int(end))


def _evaluate(name: str, who: str, extract: Extract, options: argparse.Namespace) -> gate.SetResult:
    if name == "peer":
        return _evaluate_peer(who, extract, options)
    half = options.half if name == "newsroom-dev" else None
    run = run_corpus(load_corpus(name, half=half, part=options.articles), extract)
    found = ratios(run)
    print(_heading(run, who, options))
    print(_table(found))
    if options.reliability:
        print(_reliability(run))
    if options.errors and who == "engine":
        pairs = zip(run.corpus.articles, run.pairs, strict=True)
        print(listing([miss for article, of_article in pairs for miss in misses(article, of_article)]))
    result = gate.SetResult(name, fingerprint(run.corpus.files), figures(found), outcomes(run))
    if who == "engine" and not options.half and name != TRAIN_SET:
        print(_changes(result, texts_by_key(run) if options.errors else {}))
    return result


def _evaluate_peer(who: str, extract: Extract, options: argparse.Namespace) -> gate.SetResult:
    verdicts = run_peer(extract)
    passed = sum(not reasons for _, reasons in verdicts)
    print(f"\n# peer ({who}): {passed} of {len(verdicts)} cases pass, {passed / len(verdicts):.3f}")
    if options.errors and who == "engine":
        for case, reasons in verdicts:
            if reasons:
                print(f"{case.id}: {'; '.join(reasons)}")
    letters = {gate.quote_key(case.id, "case"): "" if reasons else "p" for case, reasons in verdicts}
    result = gate.SetResult("peer", fingerprint([peer_file()]), {"passed": passed / len(verdicts)}, letters)
    if who == "engine":
        names = {gate.quote_key(case.id, "case"): case.id for case, _ in verdicts}
        print(_changes(result, names))
    return result


def _heading(run: Run, who: str, options: argparse.Namespace) -> str:
    gold = sum(pair.gold is not None for pair in run.all_pairs())
    optional = sum(not pair.counted for pair in run.all_pairs())
    parts = [who, f"{len(run.corpus.articles)} articles", f"{gold - optional} quotes and {optional} optional"]
    if options.half and run.corpus.name == "newsroom-dev":
        parts.append(f"half {options.half}")
    if options.without and who == "engine":
        parts.append(f"without {', '.join(options.without)}")
    return f"\n# {run.corpus.name} ({'; '.join(parts)})"


def _table(found: dict[str, Ratio]) -> str:
    lines = [f"{'':12}{'gold':>6}{'given':>6}" + "".join(f"{test.replace('_', '+'):>21}" for test in TESTS)]
    lines.append(f"{'':24}" + f"{'P':>9}{'R':>6}{'F1':>6}" * len(TESTS))
    for row in GROUPS:
        first = found[f"{row}.found"]
        cells = "".join(_cell(found[f"{row}.{test}"]) for test in TESTS)
        lines.append(f"{row:12}{first.gold:6}{first.predicted:6}{cells}")
    lines += [
        f"{row:12}{found[row].gold:6}{found[row].predicted:6}{_cell(found[row])}"
        for row in (*CREDITS, "titles")
        if row in found and (found[row].gold or found[row].predicted)
    ]
    lines.append(f"{'type right':12}{found['type'].gold:6}{'':6}{found['type'].recall:15.3f}")
    return "\n".join(lines)


def _cell(ratio: Ratio) -> str:
    return f"{ratio.precision:9.3f}{ratio.recall:6.3f}{ratio.f1:6.3f}"


def _reliability(run: Run) -> str:
    lines: list[str] = []
    for name, judged in judgements(run.all_pairs(), outlets=run.corpus.speakers_agree is same_speaker).items():
        table = reliability(judged)
        error, brier = calibration_error(table), brier_score(judged)
        lines.append(f"\n{name}: {len(judged)} judged, calibration error {error:.3f}, Brier score {brier:.3f}")
        lines.append(f"{'confidence':>12}{'count':>7}{'mean':>7}{'right':>7}")
        lines += [
            f"{row.low:5.1f} to {row.high:3.1f}{row.count:7}{row.confidence:7.3f}{row.right:7.3f}" for row in table
        ]
    lines.append("\nfound with the right speaker, by min_confidence")
    lines.append(f"{'':>12}{'given':>7}{'P':>7}{'R':>7}")
    lines += [
        f"{level:12.2f}{ratio.predicted:7}{ratio.precision:7.3f}{ratio.recall:7.3f}"
        for level, ratio in trade_off(run.all_pairs()).items()
    ]
    return "\n".join(lines)


def _changes(result: gate.SetResult, texts: dict[str, str]) -> str:
    accepted = gate.read_json(gate.ACCEPTED_FILE).get(result.name)
    if accepted is None:
        return "no accepted run to compare with yet"
    changed = gate.changes(accepted, result.outcomes)
    gained = sum(bool(change.gained) for change in changed)
    lost = sum(bool(change.lost) for change in changed)
    lines = [f"against the accepted run: {gained} quotes gained something, {lost} lost something"]
    lines += [
        f"  {change.key} +{change.gained or '-'} -{change.lost or '-'} {texts.get(change.key, '')}".rstrip()
        for change in changed
    ]
    return "\n".join(lines)


def _guard(results: Sequence[gate.SetResult], options: argparse.Namespace) -> int:
    floors = gate.read_json(gate.FLOORS_FILE)
    if options.accept:
        try:
            pinned = gate.pin_floors(floors, results, lower_reason=options.lower_floor)
        except gate.LoweredFloorError as error:
            print(f"\nNot accepted: {error}. Say why with --lower-floor REASON.")
            return 1
        gate.write_json(gate.FLOORS_FILE, pinned)
        accepted = gate.read_json(gate.ACCEPTED_FILE) | {result.name: dict(result.outcomes) for result in results}
        gate.write_json(gate.ACCEPTED_FILE, accepted)
        print("\nAccepted: floors and outcomes are pinned.")
        return 0
    reasons = gate.violations(floors, results)
    print("\nGate: " + ("every floor holds" if not reasons else "shut\n  " + "\n  ".join(reasons)))
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
