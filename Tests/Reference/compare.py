"""Compares a program with the reference on random data sets, in every field, to the last digit.

    python3 compare.py --rinda bin/rinda --database "$RINDA_TEST_DATABASE_URL" [--seed 1] [--count 200]
        [--questions 12] [--jobs 2] [--batch] [--keep DIR]
    python3 compare.py --ask "python3 attainment.py --data {data}" …

With --rinda, each data set gets a database of its own (named rinda_test_reference_…, dropped again):
migrated, imported, asked. With --ask, the command reads the folder itself. Exit code: 0 all equal,
1 differences, 2 the program could not be used. `snapshot` is not compared; it must be a text.
"""

import argparse
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from attainment import Question, answer
from dataset import DataSet
from generate import generate
from program import Broken, Program, Rinda, arguments_of
from targets import Refused

SHOWN_PER_QUESTION = 6
SHOWN_QUESTIONS = 40


@dataclass
class Outcome:
    """What came of one data set."""

    questions: int = 0
    refused: int = 0
    fields: int = 0
    differences: int = 0
    reports: list[str] = field(default_factory=list)


def differences(expected, found, path: str = "") -> Iterator[str]:
    """Every field in which two answers differ, named so that a person finds it."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() - found.keys():
            yield f"{path}.{key} is missing"
        for key in found.keys() - expected.keys():
            yield f"{path}.{key} is not expected"
        for key in expected:
            if key in found:
                yield from differences(expected[key], found[key], f"{path}.{key}" if path else key)
    elif isinstance(expected, list) and isinstance(found, list):
        wanted, got = [_label(row) for row in expected], [_label(row) for row in found]
        if wanted != got:
            yield f"{path}: expected rows {_clipped(wanted, got)}"
            return
        for label, left, right in zip(wanted, expected, found):
            yield from differences(left, right, f"{path}[{label}]")
    elif path == "snapshot":
        if found is not None and (not isinstance(found, str) or not found):
            yield f"snapshot: expected a text, found {found!r}"
    elif type(expected) is not type(found) or expected != found:
        yield f"{path}: expected {expected!r}, found {found!r}"


def _label(row: dict) -> str:
    return "/".join(str(row[key]) for key in ("unit", "indicator") if key in row)


def _clipped(wanted: list[str], got: list[str]) -> str:
    missing = [label for label in wanted if label not in set(got)]
    extra = [label for label in got if label not in set(wanted)]
    if missing or extra:
        return f"missing {missing[:8]}, not expected {extra[:8]}"
    return f"in another order: {wanted[:8]} …, found {got[:8]} …"


def count_fields(value) -> int:
    """The number of single values in an answer."""
    if isinstance(value, dict):
        return sum(map(count_fields, value.values()))
    return sum(map(count_fields, value)) if isinstance(value, list) else 1


def compare_set(program: Program, seed: int, folder: Path, questions: int) -> Outcome:
    """Generates one data set, asks both, and reports in which fields they differ."""
    asked = generate(seed, folder, questions)
    outcome = Outcome()
    now = datetime.now(timezone.utc)
    try:
        answers = program.ask_all(f"{seed:05}", folder, asked)
    except Broken as error:
        outcome.differences += 1
        outcome.reports.append(f"seed {seed}: {error}")
        return outcome
    data = DataSet(folder)
    for question, found in zip(asked, answers, strict=True):
        try:
            expected = answer(data, Question(**question), now)
        except Refused as refusal:
            expected, reason = None, str(refusal)
        outcome.questions += 1
        outcome.refused += expected is None
        outcome.fields += count_fields(expected) if expected else 1
        if expected is None or found is None:
            wrong = []
            if expected is not None:
                wrong = ["expected an answer, found a refusal"]
            elif found is not None:
                wrong = [f"expected a refusal ({reason}), found an answer"]
        else:
            wrong = list(differences(expected, found))
        if wrong:
            outcome.differences += len(wrong)
            lines = [f"seed {seed}: rinda attainment {shlex.join(arguments_of(question))}"]
            lines += [f"    {line}" for line in wrong[:SHOWN_PER_QUESTION]]
            if len(wrong) > SHOWN_PER_QUESTION:
                lines.append(f"    … and {len(wrong) - SHOWN_PER_QUESTION} more")
            outcome.reports.append("\n".join(lines))
    return outcome


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Compare a program with the reference")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--rinda", help="path of the command `rinda`")
    way.add_argument("--ask", help="a command that reads the folder {data} itself; the options are appended")
    default = os.environ.get("RINDA_TEST_DATABASE_URL") or os.environ.get("RINDA_DATABASE_URL")
    parser.add_argument("--database", default=default, help="connection string or URI of the server to use")
    parser.add_argument("--batch", action="store_true", help="ask all questions of a set in one process")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=200, help="how many data sets")
    parser.add_argument("--questions", type=int, default=12, help="questions for each data set")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="leave the data sets in this folder")
    options = parser.parse_args(arguments)
    if options.rinda and not options.database:
        parser.error("--rinda needs --database, RINDA_TEST_DATABASE_URL or RINDA_DATABASE_URL")
    program = Rinda(options.rinda, options.database, options.batch) if options.rinda else Program(options.ask)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rinda-reference-") as scratch:
        root = options.keep or Path(scratch)
        try:
            program.prepare()
            seeds = range(options.seed, options.seed + options.count)
            with ThreadPoolExecutor(options.jobs) as pool:
                outcomes = list(
                    pool.map(lambda s: compare_set(program, s, root / f"{s:05}", options.questions), seeds)
                )
        except (Broken, OSError) as error:
            print(f"the program under test could not be used: {error}", file=sys.stderr)
            return 2
        finally:
            program.close()
    return _summarise(outcomes, time.monotonic() - started)


def _summarise(outcomes: list[Outcome], seconds: float) -> int:
    reports = [report for outcome in outcomes for report in outcome.reports]
    for report in reports[:SHOWN_QUESTIONS]:
        print(report)
    if len(reports) > SHOWN_QUESTIONS:
        print(f"… and {len(reports) - SHOWN_QUESTIONS} more questions with differences")
    total = sum(outcome.differences for outcome in outcomes)
    print(
        f"{len(outcomes)} data sets, {sum(o.questions for o in outcomes)} questions"
        f" ({sum(o.refused for o in outcomes)} to be refused), {sum(o.fields for o in outcomes)} fields,"
        f" {total} differences in {len(reports)} questions, {seconds:.0f} s"
    )
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
