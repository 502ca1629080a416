"""What is known at an instant: approved versions, calendar days, the submission that counts."""

from dataclasses import dataclass
from datetime import date, datetime

from dataset import DataSet, FreeDay, Observation, Submission, Version, local_day, next_day
from periods import Period

NUMBERED = frozenset("APEB")


@dataclass(frozen=True)
class Knowledge:
    """A data set seen at `known_at` (`None`: everything recorded counts); `now` is the clock."""

    data: DataSet
    known_at: datetime | None
    now: datetime

    @property
    def report_day(self) -> date:
        """The local day of known_at, today without it."""
        return local_day(self.known_at or self.now)

    def _knows_day(self, since: date | None) -> bool:
        return since is None or self.known_at is None or since <= local_day(self.known_at)

    def _knows_instant(self, instant: datetime) -> bool:
        return self.known_at is None or instant <= self.known_at

    def approved_versions(self, plan: str) -> list[Version]:
        """The approved versions of a plan that are known, by number."""
        known = (
            version
            for version in self.data.versions[plan]
            if version.approved_on is not None and self._knows_day(version.approved_on)
        )
        return sorted(known, key=lambda version: version.number)

    def accepted(self, unit: str, form: str, period: Period) -> list[Submission]:
        """The accepted, known versions of one submission, by number."""
        versions = self.data.submissions.get((unit, form), {}).get(period, [])
        known = (v for v in versions if v.status == "ACCEPTED" and self._knows_instant(v.received_at))
        return sorted(known, key=lambda submission: submission.version)

    def counting(self, unit: str, form: str, period: Period) -> Submission | None:
        """The submission that counts: the highest accepted, known version."""
        versions = self.accepted(unit, form, period)
        return versions[-1] if versions else None

    def observation(self, unit: str, indicator: str, period: Period) -> Observation | None:
        """What the counting submission says of the indicator; `None` without such a submission.

        A row that is absent is NIL in a nil return and L otherwise.
        """
        submission = self.counting(unit, self.data.form_of[indicator].code, period)
        if submission is None:
            return None
        return submission.rows.get(indicator, Observation("NIL" if submission.nil else "L"))

    def due_on(self, unit: str, form: str, period: Period) -> date:
        """The day on which the unit's form for the period is due."""
        days = self.data.forms[form].due_working_days
        return max(self._count_working_days(unit, period.last, days, unknown) for unknown in (True, False))

    def _count_working_days(self, unit: str, after: date, count: int, adopts_if_unknown: bool) -> date:
        day = after
        while count > 0:
            day = next_day(day)
            adopts = self.data.adopts.get((unit, day.year), adopts_if_unknown)
            count -= self._is_worked(day, adopts)
        return day

    def _is_worked(self, day: date, adopts_moved_days: bool) -> bool:
        entry: FreeDay | None = self.data.calendar.get(day)
        kind = entry.kind if entry is not None and self._knows_day(entry.known_since) else None
        if kind in ("HOLIDAY", "SPECIAL"):
            return False
        if adopts_moved_days and kind == "MOVED_OFF":
            return False
        if adopts_moved_days and kind == "MOVED_WORK":
            return True
        return day.weekday() < 5
