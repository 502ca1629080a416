"""One row for each unit and indicator, on the map of the reference period or on a later one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dataset import DataSet
from periods import Period, containing
from series import Carried, Figure, Series, reference_period
from targets import Refused, Target, Targets


@dataclass(frozen=True)
class UnitRow:
    """What is known of one unit for one indicator; `sums` are a RATIO's numerator and denominator."""

    unit: str
    target: Target | None
    obs_status: str | None
    has_number: bool
    actual: Fraction | None
    sums: Figure | None
    share: Fraction | None
    carried: Carried | None

    @property
    def is_missing(self) -> bool:
        """Neither a number nor M or J."""
        return not self.has_number and self.obs_status not in ("M", "J")


class Units:
    """Builds the rows of one question."""

    def __init__(self, series: Series, targets: Targets, period: Period, as_of: date):
        self._series = series
        self._data: DataSet = series.data
        self._targets = targets
        self._period = period
        self._as_of = as_of

    def set_of(self, indicator: str) -> list[str]:
        """The unit set, in code point order."""
        plan = self._series.plan.code
        at = reference_period(self._data, indicator, self._as_of)
        day = at.last if at else self._as_of
        role = self._data.form_of[indicator].role if at else "REPORTER"
        return sorted(
            unit
            for unit in self._data.units
            if self._data.is_valid(unit, day) and self._data.has_role(plan, unit, role, day)
        )

    def row(self, indicator: str, unit: str) -> UnitRow:
        """The unit's own row."""
        target = self._targets.of_unit(indicator, unit)
        at = reference_period(self._data, indicator, self._as_of)
        if at is None:
            return UnitRow(unit, target, None, False, None, None, None, None)
        number = self._series.number(unit, indicator, at)
        if number is None:
            status = self._status_without_number(indicator, unit, at)
            carried = None if status in ("M", "J") else self._series.carried(unit, indicator, at)
            return UnitRow(unit, target, status, False, None, None, None, carried)
        kind = self._data.indicators[indicator].kind
        partial, sums, actual = number.partial, None, number.figure[0]
        if kind == "FLOW":
            actual = self._series.flow_sum(unit, indicator, at)
            partial = self._series.flow_has_gap(unit, indicator, at.plus(-1))
        elif kind == "RATIO":
            first = min(at, containing(at.recurrence, self._period.first))
            sums = self._series.ratio_sums(unit, indicator, first, at)
            partial, actual = False, (sums[0] / sums[1] if sums[1] else None)
        share = target.share(actual) if target else None
        return UnitRow(unit, target, "P" if partial else number.status, True, actual, sums, share, None)

    def _status_without_number(self, indicator: str, unit: str, at: Period) -> str:
        observed = self._series.knowledge.observation(unit, indicator, at)
        if observed is not None:
            return observed.status if observed.status in ("M", "J") else "L"
        form = self._data.form_of[indicator].code
        knowledge = self._series.knowledge
        return "NOT_DUE" if knowledge.report_day <= knowledge.due_on(unit, form, at) else "L"

    def check_map(self, indicator: str, map_of: date):
        """Refuses a map older than a listed unit that has predecessors."""
        for unit in self.set_of(indicator):
            if self._data.predecessors.get(unit) and map_of < self._data.begins(unit):
                raise Refused(f"unit {unit} did not exist on {map_of}")

    def on_map(self, indicator: str, rows: list[UnitRow], map_of: date) -> list[UnitRow]:
        """The rows on the map of a later day: units followed through successions up to that day."""
        at = reference_period(self._data, indicator, self._as_of)
        after = at.last if at else self._as_of
        parts: dict[str, list[tuple[Fraction, UnitRow]]] = defaultdict(list)
        for row in rows:
            for unit, share in self._follow(row.unit, after, map_of, Fraction(1)):
                parts[unit].append((share, row))
        return [
            group[0][1] if [row.unit for _, row in group] == [unit] else self._merge(indicator, unit, group)
            for unit, group in sorted(parts.items())
        ]

    def _follow(self, unit: str, after: date, map_of: date, share: Fraction):
        heirs = [h for h in self._data.successors.get(unit, []) if after < h.effective_on <= map_of]
        if not heirs:
            yield unit, share
        for heir in heirs:
            yield from self._follow(heir.unit, after, map_of, share * heir.share)

    def _merge(self, indicator: str, unit: str, parts: list[tuple[Fraction, UnitRow]]) -> UnitRow:
        kind = self._data.indicators[indicator].kind
        target = self._targets.combine(indicator, ((share, row.target) for share, row in parts))
        given = [(share, row) for share, row in parts if row.has_number]
        actual, sums, attained = None, None, None
        if given and kind == "RATIO":
            sums = tuple(sum(share * row.sums[place] for share, row in given) for place in (0, 1))
            actual = sums[0] / sums[1] if sums[1] else None
        elif given and kind == "STEP":
            actual = min(row.actual for _, row in given)
        elif given:
            actual = sum(share * row.actual for share, row in given)
        if target is not None and target.value != target.baseline and actual is not None:
            if kind in ("RATIO", "STEP"):
                attained = target.share(actual)
            else:
                above = sum(
                    share * (row.actual - (row.target.baseline if row.target else 0)) for share, row in given
                )
                attained = above / (target.value - target.baseline)
        status = _merged_status([row for _, row in parts])
        return UnitRow(unit, target, status, bool(given), actual, sums, attained, None)


def _merged_status(parts: list[UnitRow]) -> str | None:
    statuses = {row.obs_status for row in parts}
    if statuses == {None}:
        return None
    is_partial = any(row.is_missing for row in parts)
    numbered = {row.obs_status for row in parts if row.has_number}
    if numbered:
        return "P" if is_partial else next(s for s in ("B", "E", "P", "A", "NIL") if s in numbered)
    order = ("L", "NOT_DUE") if is_partial else ("J", "M")
    return next(status for status in order if status in statuses)
