"""A small data set in code, for the unit tests: defaults for everything a test does not name."""

import tempfile
from datetime import datetime, timezone
from pathlib import Path

from attainment import Question, answer
from dataset import DataSet
from folder import write_folder

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


class Small:
    """One plan `P` (2018-01-01 to 2023-12-31, version 1) and one half-yearly form `F`, due in 10 days."""

    def __init__(self, kind: str = "CUM_UNIQUE", direction: str = "UP", recurrence: str = "HALF_YEAR", role: str = ""):
        self.files = {
            "units": [],
            "successions": [],
            "plans": [("P", "Plan", "2018-01-01", "2023-12-31")],
            "plan_versions": [("P", 1, "v1", "2018-01-01", "2018-01-01", "SPAP", "false")],
            "memberships": [],
            "indicators": [("I", "I", "I", kind, "x", direction, "")],
            "targets": [],
            "forms": [("F", "F", recurrence, 10, 5, role)],
            "form_indicators": [("F", "I")],
            "calendar": [],
            "calendar_adoptions": [],
            "submissions": [],
            "observations": [],
        }

    def add(self, name: str, *rows) -> "Small":
        """Adds rows to a file."""
        self.files[name] += rows
        return self

    def indicator(self, code: str, kind: str, direction: str = "UP", form: str | None = "F") -> "Small":
        """Adds an indicator, on the form unless told otherwise."""
        self.add("indicators", (code, code, code, kind, "x", direction, ""))
        return self.add("form_indicators", (form, code)) if form else self

    def unit(self, code: str, target=None, baseline="", begins="2009-07-01", ends="", indicator="I") -> "Small":
        """Adds a reporting unit, with a final target if one is given."""
        self.add("units", (code, code, code, code, code, "NOVADS", begins, ends))
        self.add("memberships", ("P", code, "REPORTER", begins, ends))
        return self if target is None else self.target(code, target, baseline, indicator)

    def target(
        self, unit: str, value, baseline="", indicator="I", version=1, kind="FINAL", date="2023-12-31"
    ) -> "Small":
        """Adds a target row."""
        return self.add("targets", ("P", version, indicator, unit, date, kind, value, baseline))

    def heir(self, code: str, *parents: tuple[str, str], day: str) -> "Small":
        """Adds a unit that succeeds others on the day; (predecessor, share)."""
        self.unit(code, begins=day)
        ended = {parent for parent, _ in parents}
        self.files["units"] = [
            (*row[:7], day) if row[0] in ended else row for row in self.files["units"]
        ]
        return self.add("successions", *((parent, code, day, share) for parent, share in parents))

    def submit(
        self, unit: str, period: str, *rows, version=1, at: str | None = None, status="ACCEPTED", nil="false", form="F"
    ) -> "Small":
        """Adds a submission; a row is a value of `I` or (indicator, value, status, basis, denominator)."""
        received = at or f"{int(period[:4]) + 1}-01-08T10:00:00+02:00"
        self.add("submissions", (unit, form, period, version, received, status, nil))
        for row in rows:
            if not isinstance(row, tuple):
                row = ("I", row)
            row = (*row, *("", "A", "", "")[len(row) - 1 :])
            self.add("observations", (unit, form, period, version, *row))
        return self

    def data(self) -> DataSet:
        """The data set, by way of a folder."""
        with tempfile.TemporaryDirectory() as folder:
            write_folder(Path(folder), {name: rows for name, rows in self.files.items() if rows})
            return DataSet(Path(folder))

    def ask(self, period: str = "2019-H2", **options) -> dict:
        """The whole answer."""
        return answer(self.data(), Question("P", period, **options), NOW)

    def region(self, period: str = "2019-H2", indicator: str = "I", **options) -> dict:
        """The region's row of one indicator."""
        return next(row for row in self.ask(period, **options)["region"] if row["indicator"] == indicator)

    def row(self, unit: str, period: str = "2019-H2", indicator: str = "I", **options) -> dict:
        """One unit's row of one indicator."""
        rows = self.ask(period, **options)["units"]
        return next(row for row in rows if (row["unit"], row["indicator"]) == (unit, indicator))
