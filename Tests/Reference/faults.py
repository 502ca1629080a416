"""Data set folders with exactly one fault each, for tests of the import.

    python3 faults.py --out DIR                          writes DIR/<name>/*.csv and DIR/expected.json
    python3 faults.py --rinda bin/rinda --database URL   imports them all and checks what is said

expected.json lists for each folder why it is wrong and the places (file, lines, columns) of which a
report must name one; a line is the physical line on which the record begins, the header being 1, and
no columns means that the fault is that of a whole row or file. `after` names a folder that must have
been imported before: what is wrong is then that something changes that never may.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path

from folder import HEADERS, write_folder
from program import Broken, Rinda, run

Files = dict[str, list]

# The last rows of units, plans, plan_versions, indicators, forms and submissions are referred to by no
# other row, so that a fault in them stays the only one.
VALID: Files = {
    "units": [
        ("01", "A", "A", "A", "A", "NOVADS", "2009-07-01", "2019-07-01"),
        ("02", "B", "B", "B", "B", "NOVADS", "2009-07-01", "2019-07-01"),
        ("03", "C", "C", "C", "C", "NOVADS", "2019-07-01", ""),
        ("04", "D", "D", "D", "D", "CITY", "2009-07-01", ""),
        ("05", "E", "E", "E", "E", "NOVADS", "2019-07-01", ""),
        ("09", "X", "X", "X", "X", "INSTITUTION", "2009-07-01", ""),
    ],
    "successions": [
        ("01", "03", "2019-07-01", "1"),
        ("02", "03", "2019-07-01", "0.4"),
        ("02", "05", "2019-07-01", "0.6"),
    ],
    "plans": [("P", "Plan", "2018-01-01", "2023-12-31"), ("Q", "Other", "2018-01-01", "2023-12-31")],
    "plan_versions": [
        ("P", "1", "v1", "2018-01-01", "2018-01-01", "SPAP", "false"),
        ("P", "2", "v2", "2019-07-16", "2019-07-16", "SPAP", "false"),
        ("P", "3", "v3", "2020-11-27", "2020-11-27", "SPAP", "true"),
    ],
    "memberships": [
        *(("P", code, "REPORTER", "2018-01-01", "") for code in ("04", "01", "02")),
        *(("P", code, "REPORTER", "2019-07-01", "") for code in ("03", "05")),
    ],
    "indicators": [
        ("I", "I", "I", "CUM_UNIQUE", "persons", "UP", "GRT"),
        ("R", "R", "R", "RATIO", "share", "UP", "GRT"),
        ("N", "N", "N", "STOCK", "places", "UP", ""),
        ("X", "X", "X", "STOCK", "places", "UP", ""),
    ],
    "targets": [
        ("P", "1", "I", "04", "2023-12-31", "FINAL", "10", ""),
        ("P", "1", "I", "04", "2020-12-31", "MILESTONE", "3", ""),
        ("P", "2", "I", "", "2023-12-31", "FINAL", "10", ""),
    ],
    "forms": [
        ("F", "F", "HALF_YEAR", "10", "5", ""),
        ("G", "G", "YEAR", "10", "5", "REPORTER"),
        ("H", "H", "MONTH", "10", "5", "PARTNER"),
    ],
    "form_indicators": [("F", "I"), ("F", "R"), ("G", "N")],
    "contacts": [("04", "SUBMITTER", "dati@example.lv", "lv", "2018-01-01", "")],
    "calendar": [("LV", "2019-01-01", "HOLIDAY", "x", ""), ("LV", "2018-04-30", "MOVED_OFF", "x", "2017-07-01")],
    "calendar_adoptions": [("04", "2018", "true")],
    "submissions": [
        ("04", "F", "2018-H1", "1", "2018-07-10T10:00:00+03:00", "ACCEPTED", "false"),
        ("04", "F", "2018-H2", "1", "2019-01-10T10:00:00+02:00", "ACCEPTED", "false"),
        ("04", "G", "2018", "1", "2019-01-10T10:00:00+02:00", "ACCEPTED", "false"),
        ("04", "F", "2019-H1", "1", "2019-07-10T10:00:00+03:00", "RECEIVED", "false"),
    ],
    "observations": [
        ("04", "F", "2018-H1", "1", "I", "1", "A", "", ""),
        ("04", "F", "2018-H1", "1", "R", "1", "A", "", "2"),
        ("04", "F", "2018-H2", "1", "I", "", "NIL", "", ""),
        ("04", "G", "2018", "1", "N", "", "M", "", ""),
    ],
}


@dataclass(frozen=True)
class Place:
    """Where a fault may be reported."""

    file: str
    lines: list[int]
    columns: list[str]


@dataclass
class Fault:
    """A change that makes the valid set wrong."""

    name: str
    why: str
    places: list[Place]
    change: Callable[[Files], None] | None = None
    raw: tuple[str, Callable[[bytes], bytes]] | None = None
    after: str | None = None


@dataclass
class _Collection:
    faults: list[Fault] = field(default_factory=list)

    def cell(self, name: str, why: str, file: str, row: int, column: str, value: str, **options):
        """One cell of the valid set is wrong."""

        def change(files: Files):
            cells = list(files[file][row])
            cells[HEADERS[file].split(",").index(column)] = value
            files[file][row] = tuple(cells)

        columns = options.pop("columns", [column])
        places = [Place(f"{file}.csv", options.pop("lines", [row + 2]), columns), *options.pop("or_at", [])]
        self.faults.append(Fault(name, why, places, change, **options))

    def row(self, name: str, why: str, file: str, row: tuple, columns: list[str], lines=None, or_at=()):
        """One row too many, at the end of a file."""
        line = len(VALID.get(file, [])) + 2

        def change(files: Files):
            files.setdefault(file, []).append(row)

        places = [Place(f"{file}.csv", [line, *(lines or [])], columns), *or_at]
        self.faults.append(Fault(name, why, places, change))

    def text(self, name: str, why: str, file: str, line: int, change: Callable[[bytes], bytes], columns=()):
        """The bytes of a file are wrong."""
        places = [Place(f"{file}.csv", [line], list(columns))]
        self.faults.append(Fault(name, why, places, raw=(file, change)))


def _csv_faults(collection: _Collection):
    add = collection.text
    for name, why, line, old, new, columns in (
        ("csv-unterminated-quote", "a quoted field never ends", 2, b",dati", b',"dati', []),
        ("csv-text-after-quote", "text after a closing quote", 2, b"dati@example.lv", b'"dati"@example.lv', []),
        ("csv-too-few-fields", "a row has fewer fields than the header", 2, b",lv,2018-01-01,", b",lv,2018-01-01", []),
        ("csv-too-many-fields", "a row has more fields than the header", 2, b"2018-01-01,", b"2018-01-01,,x", []),
        ("csv-not-utf8", "not UTF-8", 2, b"dati", b"d\xe2ti", []),
        ("csv-repeated-column", "the header names a column twice", 1, b"unit,role", b"unit,unit", ["unit", "role"]),
    ):
        add(name, why, "contacts", line, lambda text, old=old, new=new: text.replace(old, new), columns)
    add("csv-missing-column", "the header lacks a column", "contacts", 1,
        lambda text: b"".join(line.rsplit(b",", 1)[0] + b"\r\n" for line in text.splitlines()),
        ["valid_to"])  # fmt: skip
    add("csv-empty-file", "a file without a header", "contacts", 1, lambda text: b"")


def _cell_faults(collection: _Collection):
    add = collection.cell
    for name, file, row, column, value, why in (
        ("date-impossible", "units", 5, "valid_from", "2019-02-30", "no such day"),
        ("date-not-iso", "plans", 1, "path_start", "01.01.2018", "a date is written YYYY-MM-DD"),
        ("date-with-time", "memberships", 0, "valid_from", "2018-01-01T00:00:00", "a date is written YYYY-MM-DD"),
        ("date-missing", "plans", 1, "target_date", "", "a date is required"),
        ("decimal-exponent", "targets", 0, "value", "1e2", "plain decimals only"),
        ("decimal-comma", "observations", 0, "value", "1,5", "plain decimals only"),
        ("decimal-nan", "targets", 0, "value", "NaN", "plain decimals only"),
        ("decimal-baseline", "targets", 0, "baseline", "x", "plain decimals only"),
        ("share-text", "successions", 0, "share", "half", "plain decimals only"),
        ("integer-version", "plan_versions", 2, "version", "1.5", "a version is a whole number"),
        ("integer-due", "forms", 2, "due_working_days", "ten", "a whole number of days"),
        ("integer-grace", "forms", 2, "grace_working_days", "-1", "a whole number of days, not negative"),
        ("integer-year", "calendar_adoptions", 0, "year", "18", "a year has four digits"),
        ("boolean-technical", "plan_versions", 2, "technical_only", "yes", "true or false"),
        ("boolean-adopts", "calendar_adoptions", 0, "adopts_moved_days", "1", "true or false"),
        ("boolean-nil", "submissions", 3, "nil", "", "true or false"),
        ("code-empty", "units", 5, "code", "", "a code is required"),
        ("kind-unit", "units", 5, "type", "TOWN", "unknown type"),
        ("kind-membership", "memberships", 0, "role", "REPORTERS", "unknown role"),
        ("kind-indicator", "indicators", 3, "kind", "CUMULATIVE", "unknown kind"),
        ("kind-direction", "indicators", 3, "direction", "up", "unknown direction"),
        ("kind-target", "targets", 0, "kind", "GOAL", "unknown kind"),
        ("kind-recurrence", "forms", 2, "recurrence", "WEEK", "unknown recurrence"),
        ("kind-form-role", "forms", 2, "role", "OWNER", "unknown role"),
        ("kind-contact-role", "contacts", 0, "role", "BOSS", "unknown role"),
        ("kind-language", "contacts", 0, "language", "ru", "unknown language"),
        ("kind-calendar", "calendar", 0, "kind", "FREE", "unknown kind"),
        ("kind-submission", "submissions", 3, "status", "DRAFT", "unknown status"),
        ("kind-observation", "observations", 0, "obs_status", "Q", "unknown status"),
        ("kind-basis", "observations", 0, "basis", "OWN", "unknown basis"),
        ("period-unknown", "submissions", 3, "period", "2019-H3", "no such period"),
        ("instant-without-offset", "submissions", 3, "received_at", "2019-07-10T10:00:00", "an offset is required"),
        ("instant-impossible", "submissions", 3, "received_at", "2019-07-10T25:00:00+03:00", "no such time"),
        ("email", "contacts", 0, "email", "dati", "no e-mail address"),
    ):
        add(name, why, file, row, column, value)
    add("period-of-another-recurrence", "the form is half-yearly", "submissions", 3, "period", "2019-Q2")
    add("unit-ends-before-it-begins", "valid_to is not after valid_from", "units", 5, "valid_to", "2009-07-01",
        columns=["valid_from", "valid_to"])  # fmt: skip
    add("number-without-value", "A, P, E and B carry a number", "observations", 0, "value", "",
        columns=["value", "obs_status"])  # fmt: skip
    add("value-without-number", "L, M, J and NIL have no value", "observations", 3, "value", "4",
        columns=["value", "obs_status"])  # fmt: skip
    add("ratio-without-denominator", "RATIO needs a denominator", "observations", 1, "denominator", "")
    add("denominator-of-another-kind", "only RATIO has a denominator", "observations", 0, "denominator", "3")
    add("nil-without-prior", "NIL has nothing to repeat", "observations", 3, "obs_status", "NIL")


def _reference_faults(collection: _Collection):
    for file, row, column in (
        ("successions", 0, "predecessor"), ("successions", 0, "successor"), ("memberships", 0, "plan"),
        ("memberships", 0, "unit"), ("targets", 0, "plan"), ("targets", 0, "version"), ("targets", 0, "indicator"),
        ("targets", 0, "unit"), ("contacts", 0, "unit"), ("calendar_adoptions", 0, "unit"),
        ("submissions", 3, "unit"), ("submissions", 3, "form"),
    ):  # fmt: skip
        value = "7" if column == "version" else "NOPE"
        collection.cell(f"unknown-{file}-{column}", f"there is no such {column}", file, row, column, value)
    for name, file, row in (
        ("plan", "plan_versions", ("NOPE", "1", "x", "2020-11-27", "2020-11-27", "SPAP", "true")),
        ("form", "form_indicators", ("NOPE", "X")),
        ("indicator", "form_indicators", ("G", "NOPE")),
    ):
        collection.row(f"unknown-{file}-{name}", f"there is no such {name}", file, row, [name])
    row = ("04", "F", "2018-H2", "9", "R", "1", "A", "", "2")
    columns = ["unit", "form", "period", "version", "indicator"]
    collection.row("unknown-submission", "there is no such submission", "observations", row, columns)
    row = ("04", "F", "2018-H2", "1", "N", "1", "A", "", "")
    collection.row("indicator-not-on-the-form", "the form does not ask for it", "observations", row, ["indicator"])


def _set_faults(collection: _Collection):
    """Faults that only several rows together make."""
    for file, row, key_columns, line in (
        ("plans", ("P", "Other", "2018-01-01", "2023-12-31"), ["plan"], 2),
        ("plan_versions", ("P", "2", "x", "2019-08-01", "2019-08-01", "SPAP", "false"), ["plan", "version"], 3),
        ("indicators", ("N", "x", "N", "STOCK", "places", "UP", ""), ["indicator"], 4),
        ("forms", ("G", "x", "YEAR", "10", "5", ""), ["form"], 3),
        ("calendar", ("LV", "2019-01-01", "SPECIAL", "x", ""), ["calendar", "date"], 2),
        ("calendar_adoptions", ("04", "2018", "false"), ["unit", "year"], 2),
        ("submissions", ("04", "G", "2018", "1", "2019-01-11T10:00:00+02:00", "ACCEPTED", "false"),
         ["unit", "form", "period", "version"], 4),
        ("observations", ("04", "F", "2018-H1", "1", "I", "2", "A", "", ""),
         ["unit", "form", "period", "version", "indicator"], 2),
        ("targets", ("P", "1", "I", "04", "2023-12-31", "FINAL", "11", ""),
         ["plan", "version", "indicator", "unit", "target_date", "kind"], 2),
    ):  # fmt: skip
        collection.row(f"twice-{file}", "another row has this key", file, row, key_columns, [line])
    collection.row("indicator-on-two-forms", "an indicator is on at most one form", "form_indicators", ("G", "I"),
                   ["indicator", "form"], [2])  # fmt: skip
    row = ("04", "D2", "D2", "D2", "D2", "CITY", "2015-01-01", "")
    collection.row("unit-rows-overlap", "the days of two rows of a unit overlap", "units", row,
                   ["code", "valid_from", "valid_to"], [5])  # fmt: skip
    collection.cell("versions-overlap", "two approved versions have the same effective_from", "plan_versions", 1,
                    "effective_from", "2018-01-01", lines=[2, 3])  # fmt: skip
    collection.cell("shares-below-one", "the shares of a predecessor add to exactly 1", "successions", 2, "share",
                    "0.5", lines=[3, 4])  # fmt: skip
    collection.cell("shares-above-one", "the shares of a predecessor add to exactly 1", "successions", 2, "share",
                    "0.600001", lines=[3, 4])  # fmt: skip
    dates = ["effective_on", "predecessor", "successor"]
    collection.cell("predecessor-does-not-end", "the predecessor ends on effective_on", "units", 0, "valid_to", "",
                    columns=["valid_to"], or_at=[Place("successions.csv", [2], dates)])  # fmt: skip
    collection.cell("successor-begins-otherwise", "the successor begins on effective_on", "units", 4, "valid_from",
                    "2019-08-01", columns=["valid_from"], or_at=[Place("successions.csv", [4], dates)])  # fmt: skip
    collection.cell("absorbed-without-a-new-code", "a unit that absorbs another gets a new code", "successions", 2,
                    "successor", "04", columns=dates)  # fmt: skip
    row = ("04", "F", "2018-H1", "2", "2018-08-10T10:00:00+03:00", "ACCEPTED", "true")
    collection.row("nil-return-without-prior", "a nil return has nothing to repeat", "submissions", row, ["nil"])


def _changes(collection: _Collection):
    for name, file, row, column, value in (
        ("changed-submission", "submissions", 0, "received_at", "2018-07-11T10:00:00+03:00"),
        ("changed-submission-status", "submissions", 0, "status", "RETURNED"),
        ("changed-observation", "observations", 0, "value", "2"),
        ("changed-plan-version", "plan_versions", 0, "effective_from", "2018-02-01"),
        ("changed-approval", "plan_versions", 1, "approved_on", ""),
    ):
        collection.cell(name, "what was accepted or approved never changes", file, row, column, value, columns=[],
                        after="valid")  # fmt: skip


def all_faults() -> list[Fault]:
    """Every fault."""
    collection = _Collection()
    for fill in (_csv_faults, _cell_faults, _reference_faults, _set_faults, _changes):
        fill(collection)
    return collection.faults


def write_all(out: Path) -> list[dict]:
    """Writes the valid set and every faulty one; returns what expected.json says."""
    write_folder(out / "valid", VALID)
    expected = []
    for fault in all_faults():
        files, folder = deepcopy(VALID), out / fault.name
        if fault.change:
            fault.change(files)
        write_folder(folder, files)
        if fault.raw:
            path = folder / f"{fault.raw[0]}.csv"
            before = path.read_bytes()
            path.write_bytes(fault.raw[1](before))
            if path.read_bytes() == before:
                raise ValueError(f"{fault.name} changes nothing")
        places = [asdict(place) for place in fault.places]
        expected.append({"folder": fault.name, "why": fault.why, "after": fault.after, "places": places})
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    return expected


def is_named(said: str, place: dict) -> bool:
    """Whether a line of the output names the file, one of the lines and one of the columns."""
    def has(line: str, word: str) -> bool:
        return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", line) is not None

    return any(
        place["file"] in line
        and any(has(line, str(number)) for number in place["lines"])
        and (not place["columns"] or any(has(line, column) for column in place["columns"]))
        for line in said.splitlines()
    )


class _Importer(Rinda):
    """Imports folders into one database, or one that holds the valid set already."""

    def check(self, root: Path, expected: list[dict]) -> list[str]:
        """What is wrong with the way the program refuses."""
        complaints = []
        for after in (None, "valid"):
            database = f"{self._prefix}_{after or 'empty'}"
            self._sql(f"create database {database} template {self._prefix}")
            try:
                if after:
                    self._do(database, "import", str(root / after))
                before = self._exported(database, root / "before")
                for case in (case for case in expected if case["after"] == after):
                    complaints += self._refuses(database, root, case)
                if self._exported(database, root / "later") != before:
                    complaints.append(f"{database}: faulty imports changed what an export shows")
            finally:
                self._sql(f"drop database if exists {database} with (force)")
        return complaints

    def _exported(self, database: str, folder: Path) -> dict[str, bytes]:
        shutil.rmtree(folder, ignore_errors=True)
        self._do(database, "export", str(folder))
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}

    def _refuses(self, database: str, root: Path, case: dict) -> list[str]:
        done = run([self._rinda, "import", str(root / case["folder"])], self._environment(database))
        if done.returncode == 0:
            return [f"{case['folder']}: imported, though {case['why']}"]
        if not any(is_named(done.stderr + done.stdout, place) for place in case["places"]):
            return [f"{case['folder']}: expected {case['places']}, said:\n    {done.stderr.strip()[:600]}"]
        return []


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Data sets with one fault each")
    parser.add_argument("--out", type=Path, help="write the folders here")
    parser.add_argument("--rinda", help="path of the command `rinda`")
    parser.add_argument("--database", help="connection string or URI of the server to use")
    options = parser.parse_args(arguments)
    if not options.out and not (options.rinda and options.database):
        parser.error("--out, or --rinda with --database")
    with tempfile.TemporaryDirectory(prefix="rinda-faults-") as scratch:
        root = options.out or Path(scratch)
        expected = write_all(root)
        if not options.rinda:
            print(f"{len(expected)} faulty data sets in {root}")
            return 0
        importer = _Importer(options.rinda, options.database, batch=False)
        try:
            importer.prepare()
            complaints = importer.check(root, expected)
        except Broken as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            importer.close()
    print("\n".join(complaints + [f"{len(expected)} faulty data sets, {len(complaints)} complaints"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
