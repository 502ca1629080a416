"""The random data sets are valid by the import rules, reproducible, and meet what they are made for."""

import csv
import random
import tempfile
import unittest
from collections import Counter, defaultdict
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

from attainment import Question, answer
from dataset import DataSet
from generate import generate
from knowledge import NUMBERED
from periods import PER_YEAR, Period, containing, parse_period
from targets import Refused

SEEDS = range(1, 31)

KEYS = {
    "plans": 1, "plan_versions": 2, "indicators": 1, "forms": 1, "form_indicators": 2, "calendar": 2,
    "calendar_adoptions": 2, "submissions": 4, "observations": 5, "targets": 6, "successions": 2,
}  # fmt: skip


def rows(folder: Path, name: str) -> list[dict]:
    """The rows of one file, none if it is absent."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


class Generated(unittest.TestCase):
    """What holds for every seed."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folders = [Path(cls.scratch.name) / str(seed) for seed in SEEDS]
        cls.questions = [generate(seed, folder, 12) for seed, folder in zip(SEEDS, cls.folders)]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_the_same_seed_gives_the_same_bytes(self):
        random.seed(0)  # the generator must not depend on the global one
        with tempfile.TemporaryDirectory() as again:
            self.assertEqual(generate(7, Path(again), 12), self.questions[6])
            for path in Path(again).iterdir():
                self.assertEqual(path.read_bytes(), (self.folders[6] / path.name).read_bytes())

    def test_keys_are_unique(self):
        for folder in self.folders:
            for name, width in KEYS.items():
                keys = Counter(tuple(row.values())[:width] for row in rows(folder, name))
                self.assertEqual([key for key, count in keys.items() if count > 1], [], f"{folder} {name}")
            on_forms = Counter(row["indicator"] for row in rows(folder, "form_indicators"))
            self.assertLessEqual(max(on_forms.values(), default=0), 1)

    def test_units_and_successions_fit(self):
        for folder in self.folders:
            data, shares = DataSet(folder), defaultdict(Fraction)
            for code, spans in data.units.items():
                ordered = sorted(spans, key=lambda span: span.start)
                for before, after in zip(ordered, ordered[1:]):
                    self.assertEqual(before.end, after.start, code)
                self.assertTrue(all(span.end is None or span.start < span.end for span in spans), code)
            for row in rows(folder, "successions"):
                shares[row["predecessor"]] += Fraction(row["share"])
                ends = {span.end for span in data.units[row["predecessor"]]} - {None}
                self.assertEqual(str(max(ends)), row["effective_on"])
                self.assertEqual(str(data.begins(row["successor"])), row["effective_on"])
            self.assertTrue(all(share == 1 for share in shares.values()))

    def test_approved_versions_do_not_overlap(self):
        for folder in self.folders:
            approved = Counter(
                (row["plan"], row["effective_from"]) for row in rows(folder, "plan_versions") if row["approved_on"]
            )
            self.assertLessEqual(max(approved.values()), 1)

    def test_submissions_and_observations_fit(self):
        for folder in self.folders:
            data = DataSet(folder)
            for row in rows(folder, "submissions"):
                self.assertEqual(parse_period(row["period"]).recurrence, data.forms[row["form"]].recurrence)
            for row in rows(folder, "observations"):
                self.assertEqual(data.form_of[row["indicator"]].code, row["form"])
                self.assertEqual(row["obs_status"] in NUMBERED, row["value"] != "", row)
                is_ratio = data.indicators[row["indicator"]].kind == "RATIO"
                self.assertEqual(bool(row.get("denominator")), is_ratio and row["value"] != "", row)

    def test_every_nil_has_an_accepted_prior(self):
        for folder in self.folders:
            data = DataSet(folder)
            for (unit, form), periods in data.submissions.items():
                for period, versions in periods.items():
                    for submission in versions:
                        for indicator in data.indicators_of[form]:
                            row = submission.rows.get(indicator)
                            if row.status == "NIL" if row else submission.nil:
                                self.assertTrue(_has_prior(data, unit, indicator, period), (folder, unit, period))

    def test_the_questions_meet_every_status_and_are_sometimes_refused(self):
        met, refused, now = Counter(), 0, datetime.now(timezone.utc)
        for folder, questions in zip(self.folders, self.questions):
            data = DataSet(folder)
            for question in questions:
                try:
                    found = answer(data, Question(**question), now)
                except Refused:
                    refused += 1
                    continue
                met.update(row["status"] for row in found["region"])
                met.update(row["obs_status"] for row in found["units"])
        for status in ("NO_TARGET", "UNPLANNED", "GREY", "BLUE", "GREEN", "AMBER", "RED"):
            self.assertGreater(met[status], 5, status)
        for status in ("A", "P", "E", "B", "L", "M", "J", "NIL", "NOT_DUE", None):
            self.assertGreater(met[status], 5, status)
        self.assertGreater(refused, 5)

    def test_all_recurrences_and_kinds_appear(self):
        recurrences = {row["recurrence"] for folder in self.folders for row in rows(folder, "forms")}
        kinds = {(row["kind"], row["direction"]) for folder in self.folders for row in rows(folder, "indicators")}
        self.assertEqual(recurrences, set(PER_YEAR))
        self.assertEqual(len(kinds), 12)


def _has_prior(data: DataSet, unit: str, indicator: str, before: Period) -> bool:
    """Whether the unit, or a predecessor before the reform, has an accepted number for an earlier period."""
    for period, versions in data.submissions.get((unit, data.form_of[indicator].code), {}).items():
        accepted = [version for version in versions if version.status == "ACCEPTED"]
        if period < before and accepted:
            row = max(accepted, key=lambda version: version.version).rows.get(indicator)
            if row is not None and row.status in NUMBERED:
                return True
    return any(
        _has_prior(data, heir.unit, indicator, min(before, containing(before.recurrence, heir.effective_on)))
        for heir in data.predecessors.get(unit, [])
    )


if __name__ == "__main__":
    unittest.main()
