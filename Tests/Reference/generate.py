"""Writes random data sets, each with questions to ask of it.

    python3 generate.py --out DIR [--seed 1] [--count 200] [--questions 12]

Writes DIR/<seed>/*.csv and DIR/<seed>.questions.json. The same seed gives the same bytes.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from folder import write_folder
from plans import add_plan
from questions import ask
from reports import Reports
from scenario import Scenario, add_calendar, add_contacts, add_indicators_and_forms, add_units


def build_scenario(rng: random.Random) -> Scenario:
    """A random set without submissions."""
    scenario = Scenario(rng, 2090 if rng.random() < 0.06 else rng.randint(2016, 2020))
    add_units(scenario)
    add_indicators_and_forms(scenario)
    for plan in ("kpr-di", "kpr-2") if scenario.chance(0.4) else ("kpr-di",):
        add_plan(scenario, plan)
    add_calendar(scenario)
    add_contacts(scenario)
    return scenario


def generate(seed: int, folder: Path, questions: int) -> list[dict]:
    """Writes the data set of one seed and returns its questions."""
    rng = random.Random(seed)
    scenario = build_scenario(rng)
    reports = Reports(scenario)
    reports.fill()
    asked = ask(scenario, reports.received, questions)
    files = {name: rows for name, rows in scenario.files.items() if rows}
    for name in ("units", "memberships", "targets", "submissions", "observations"):
        rng.shuffle(files.get(name, []))
    has_ratio = any(kind == "RATIO" for kind, _ in scenario.indicators.values())
    newline = rng.choice(("\r\n", "\n"))
    write_folder(folder, files, newline, denominators=has_ratio or rng.random() < 0.5)
    return asked


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Random data sets for rinda attainment")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--questions", type=int, default=12)
    options = parser.parse_args(arguments)
    for seed in range(options.seed, options.seed + options.count):
        asked = generate(seed, options.out / f"{seed:05}", options.questions)
        path = options.out / f"{seed:05}.questions.json"
        path.write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
    print(f"{options.count} data sets in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
