"""Targets in force: inheritance over versions and from predecessors, paths, plan versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dataset import DataSet, Plan, TargetRow, Version
from knowledge import Knowledge


class Refused(Exception):
    """A question that has no answer: the command ends with an exit code other than 0."""


@dataclass(frozen=True)
class Target:
    """A target with its baseline, the end of its path and the milestones between."""

    value: Fraction
    baseline: Fraction
    path_end: date
    milestones: tuple[tuple[date, Fraction], ...] = ()

    def share(self, figure: Fraction | None) -> Fraction | None:
        """(A − B)/(T − B); `None` without a figure or if T = B."""
        if figure is None or self.value == self.baseline:
            return None
        return (figure - self.baseline) / (self.value - self.baseline)

    def expected_share(self, path_start: date, day: date) -> Fraction:
        """The share that the path expects on the day, between 0 and 1."""
        points = [(path_start, Fraction(0))]
        if self.value != self.baseline:
            width = self.value - self.baseline
            between = sorted(m for m in self.milestones if path_start < m[0] < self.path_end)
            points += [(when, (value - self.baseline) / width) for when, value in between]
        points.append((self.path_end, Fraction(1)))
        if day <= path_start:
            return Fraction(0)
        if day >= self.path_end:
            return Fraction(1)
        for (start, low), (end, high) in zip(points, points[1:]):
            if day <= end:
                share = low + (high - low) * Fraction((day - start).days, (end - start).days)
                return min(max(share, Fraction(0)), Fraction(1))
        raise AssertionError("the last point ends the path")


def choose_version(knowledge: Knowledge, plan: str, basis: str, period_end: date) -> Version | None:
    """The plan version that a target basis names; `None` if none is in force."""
    approved = knowledge.approved_versions(plan)
    if basis == "ORIGINAL":
        return approved[0] if approved else None
    if basis.startswith("FIXED:"):
        for version in approved:
            if basis.removeprefix("FIXED:") == str(version.number):
                return version
        raise Refused(f"plan {plan} has no approved version known for {basis}")
    days = {"AT_PERIOD_END": period_end, "AT_REPORT_DATE": knowledge.report_day}
    if basis not in days:
        raise Refused(f"unknown target basis {basis}")
    in_force = [version for version in approved if version.effective_from <= days[basis]]
    return max(in_force, key=lambda version: version.effective_from, default=None)


class Targets:
    """The targets of one plan under one chosen version."""

    def __init__(self, knowledge: Knowledge, plan: Plan, version: Version | None):
        self._data: DataSet = knowledge.data
        self._plan = plan
        self._usable = [] if version is None else [
            known.number for known in knowledge.approved_versions(plan.code) if known.number <= version.number
        ]

    def _rows(self, indicator: str, unit: str) -> list[TargetRow]:
        """The rows of the highest usable version that has any for the pair; they replace all earlier."""
        by_version = self._data.targets[self._plan.code].get(indicator, {}).get(unit, {})
        for number in reversed(self._usable):
            if number in by_version:
                return by_version[number]
        return []

    def _from_rows(self, rows: list[TargetRow]) -> Target | None:
        final = next((row for row in rows if row.kind == "FINAL"), None)
        if final is None or final.value is None:
            return None
        milestones = tuple(
            (row.target_date, row.value) for row in rows if row.kind == "MILESTONE" and row.value is not None
        )
        return Target(final.value, final.baseline, final.target_date, milestones)

    def of_unit(self, indicator: str, unit: str) -> Target | None:
        """The unit's own target, else what it inherits from its predecessors, recursively."""
        rows = self._rows(indicator, unit)
        if rows:
            return self._from_rows(rows)
        heirs = self._data.predecessors.get(unit, [])
        return self.combine(indicator, ((heir.share, self.of_unit(indicator, heir.unit)) for heir in heirs))

    def combine(self, indicator: str, parts: Iterable[tuple[Fraction, Target | None]]) -> Target | None:
        """The target of a unit made of parts: Σ share × T and B; STEP the largest, RATIO the common one."""
        given = [(share, target) for share, target in parts if target is not None]
        if not given:
            return None
        kind = self._data.indicators[indicator].kind
        if kind == "STEP":
            value = max(target.value for _, target in given)
            baseline = max(target.baseline for _, target in given)
        elif kind == "RATIO":
            if len({(target.value, target.baseline) for _, target in given}) > 1:
                return None
            value, baseline = given[0][1].value, given[0][1].baseline
        else:
            value = sum(share * target.value for share, target in given)
            baseline = sum(share * target.baseline for share, target in given)
        return Target(value, baseline, self._plan.target_date)

    def of_region(self, indicator: str, of_units: list[Target | None]) -> Target | None:
        """The region's target: its own FINAL row if it has one, else made of the units' targets."""
        rows = self._rows(indicator, "")
        if any(row.kind == "FINAL" for row in rows):
            return self._from_rows(rows)
        given = [target for target in of_units if target is not None]
        kind = self._data.indicators[indicator].kind
        if not given or kind == "RATIO":
            return None
        if kind == "STEP":
            count = sum(1 for target in given if target.value > 0)
            return Target(Fraction(count), Fraction(0), self._plan.target_date)
        value = sum(target.value for target in given)
        baseline = sum(target.baseline for target in given)
        return Target(value, baseline, self._plan.target_date)
