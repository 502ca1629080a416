"""The data set: a folder of CSV files, read into plain values.

The reference trusts its input: an import has already checked it. Every number is an exact fraction.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from periods import Period, parse_period

RIGA = ZoneInfo("Europe/Riga")

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_decimal(text: str) -> Fraction | None:
    """A plain decimal as an exact fraction, `None` for an empty field."""
    if text == "":
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"'{text}' is not a decimal")
    return Fraction(text)


def parse_date(text: str) -> date:
    """A date `YYYY-MM-DD`; nothing else."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{text}' is not a date")
    return date.fromisoformat(text)


def optional_date(text: str) -> date | None:
    """A date, `None` for an empty field."""
    return parse_date(text) if text else None


def parse_instant(text: str) -> datetime:
    """An instant with an offset, in UTC."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"'{text}' is not an instant with an offset")
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def local_day(instant: datetime) -> date:
    """The civil day of an instant in Europe/Riga."""
    return instant.astimezone(RIGA).date()


@dataclass(frozen=True)
class Span:
    """Days from `start` up to but without `end` (`None` = open)."""

    start: date
    end: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies in the span."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Heir:
    """One line of a succession, seen from either side: the other unit, its share, the day."""

    unit: str
    share: Fraction
    effective_on: date


@dataclass(frozen=True)
class Plan:
    """A plan with the ends of its default path."""

    code: str
    path_start: date
    target_date: date


@dataclass(frozen=True)
class Version:
    """A version of a plan; without `approved_on` it is not approved."""

    number: int
    approved_on: date | None
    effective_from: date | None


@dataclass(frozen=True)
class TargetRow:
    """One row of targets.csv."""

    target_date: date
    kind: str
    value: Fraction | None
    baseline: Fraction


@dataclass(frozen=True)
class Indicator:
    """An indicator with what decides how it is computed."""

    code: str
    kind: str
    direction: str


@dataclass(frozen=True)
class Form:
    """A form: how often, by when and in which role it is owed."""

    code: str
    recurrence: str
    due_working_days: int
    role: str


@dataclass(frozen=True)
class Observation:
    """One row of observations.csv, or the row that a submission implies."""

    status: str
    value: Fraction | None = None
    basis: str = "OWN_ONLY"
    denominator: Fraction | None = None


@dataclass
class Submission:
    """One version of one unit's form for one period."""

    version: int
    received_at: datetime
    status: str
    nil: bool
    rows: dict[str, Observation] = field(default_factory=dict)


@dataclass(frozen=True)
class FreeDay:
    """One row of calendar.csv for the calendar `LV`."""

    kind: str
    known_since: date | None


class DataSet:
    """Everything in one folder, indexed for the questions that the reference asks."""

    def __init__(self, folder: Path):
        self._folder = Path(folder)
        self.units: dict[str, list[Span]] = defaultdict(list)
        for row in self._rows("units"):
            self.units[row["code"]].append(Span(parse_date(row["valid_from"]), optional_date(row["valid_to"])))
        self._read_successions()
        self._read_plans()
        self._read_indicators_and_forms()
        self._read_calendar()
        self._read_submissions()

    def _rows(self, name: str):
        path = self._folder / f"{name}.csv"
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, strict=True)

    def _read_successions(self):
        self.predecessors: dict[str, list[Heir]] = defaultdict(list)
        self.successors: dict[str, list[Heir]] = defaultdict(list)
        for row in self._rows("successions"):
            share, day = Fraction(row["share"]), parse_date(row["effective_on"])
            self.predecessors[row["successor"]].append(Heir(row["predecessor"], share, day))
            self.successors[row["predecessor"]].append(Heir(row["successor"], share, day))

    def _read_plans(self):
        self.plans = {
            row["plan"]: Plan(row["plan"], parse_date(row["path_start"]), parse_date(row["target_date"]))
            for row in self._rows("plans")
        }
        self.versions: dict[str, list[Version]] = defaultdict(list)
        for row in self._rows("plan_versions"):
            self.versions[row["plan"]].append(
                Version(
                    int(row["version"]), optional_date(row["approved_on"]), optional_date(row["effective_from"])
                )
            )
        # plan -> indicator -> unit ("" = region) -> version -> rows
        self.targets: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list))))
        for row in self._rows("targets"):
            self.targets[row["plan"]][row["indicator"]][row["unit"]][int(row["version"])].append(
                TargetRow(
                    parse_date(row["target_date"]),
                    row["kind"],
                    parse_decimal(row["value"]),
                    parse_decimal(row["baseline"]) or Fraction(0),
                )
            )
        self.memberships: dict[tuple[str, str, str], list[Span]] = defaultdict(list)
        for row in self._rows("memberships"):
            self.memberships[row["plan"], row["unit"], row["role"]].append(
                Span(parse_date(row["valid_from"]), optional_date(row["valid_to"]))
            )

    def _read_indicators_and_forms(self):
        self.indicators = {
            row["indicator"]: Indicator(row["indicator"], row["kind"], row["direction"])
            for row in self._rows("indicators")
        }
        self.forms = {
            row["form"]: Form(
                row["form"], row["recurrence"], int(row["due_working_days"]), row["role"] or "REPORTER"
            )
            for row in self._rows("forms")
        }
        self.form_of: dict[str, Form] = {}
        self.indicators_of: dict[str, list[str]] = defaultdict(list)
        for row in self._rows("form_indicators"):
            self.form_of[row["indicator"]] = self.forms[row["form"]]
            self.indicators_of[row["form"]].append(row["indicator"])

    def _read_calendar(self):
        self.calendar = {
            parse_date(row["date"]): FreeDay(row["kind"], optional_date(row["known_since"]))
            for row in self._rows("calendar")
            if row["calendar"] == "LV"
        }
        self.adopts = {
            (row["unit"], int(row["year"])): row["adopts_moved_days"] == "true"
            for row in self._rows("calendar_adoptions")
        }

    def _read_submissions(self):
        # (unit, form) -> period -> versions
        self.submissions: dict[tuple[str, str], dict[Period, list[Submission]]] = defaultdict(
            lambda: defaultdict(list)
        )
        by_key: dict[tuple[str, str, str, int], Submission] = {}
        for row in self._rows("submissions"):
            submission = Submission(
                int(row["version"]), parse_instant(row["received_at"]), row["status"], row["nil"] == "true"
            )
            self.submissions[row["unit"], row["form"]][parse_period(row["period"])].append(submission)
            by_key[row["unit"], row["form"], row["period"], submission.version] = submission
        for row in self._rows("observations"):
            submission = by_key[row["unit"], row["form"], row["period"], int(row["version"])]
            submission.rows[row["indicator"]] = Observation(
                row["obs_status"],
                parse_decimal(row["value"]),
                row["basis"] or "OWN_ONLY",
                parse_decimal(row.get("denominator") or ""),
            )

    def begins(self, unit: str) -> date:
        """The first day on which the unit exists."""
        return min(span.start for span in self.units[unit])

    def is_valid(self, unit: str, day: date) -> bool:
        """Whether the unit exists on that day; all its rows together are one unit."""
        return any(span.covers(day) for span in self.units[unit])

    def has_role(self, plan: str, unit: str, role: str, day: date) -> bool:
        """Whether the unit has that role in the plan on that day."""
        return any(span.covers(day) for span in self.memberships.get((plan, unit, role), []))


def end_of_day(day: date) -> datetime:
    """The last second of a civil day in Europe/Riga, as an instant."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=RIGA).astimezone(timezone.utc)


def next_day(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)
