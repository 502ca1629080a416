"""The region's figures for one indicator, and its completeness."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dataset import Indicator, local_day
from periods import Period, containing, last_ended
from series import Series
from targets import Target
from units import UnitRow

CARRYING_KINDS = ("CUM_UNIQUE", "STOCK")


@dataclass(frozen=True)
class RegionRow:
    """The region's figures and shares; all exact, `None` where there is none."""

    indicator: str
    target: Target | None
    reported: Fraction | None
    carried: Fraction | None
    upper: Fraction | None
    attained: Fraction | None
    attained_reporting: Fraction | None
    attained_carried: Fraction | None
    attained_upper: Fraction | None
    attained_capped: Fraction | None
    weighted: Fraction | None
    gate: Fraction | None


@dataclass(frozen=True)
class Completeness:
    """Obligations of the question's span, counted on the reported map."""

    expected: int
    reported: int
    on_time: int


def _sum_or_none(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) if values else None


def _quotient(numerator: Fraction, divisor: Fraction | int) -> Fraction | None:
    return Fraction(numerator) / divisor if divisor else None


def _best(indicator: Indicator, target: Target | None, carried: Fraction | None) -> Fraction | None:
    """max(T, LOCF) of what exists; DOWN: min."""
    values = [value for value in (target.value if target else None, carried) if value is not None]
    return (min if indicator.direction == "DOWN" else max)(values, default=None)


def has_done(indicator: Indicator, row: UnitRow) -> bool:
    """Whether a unit has done a step."""
    if row.actual is None or row.target is None or row.target.value <= 0:
        return False
    if indicator.direction == "DOWN":
        return row.actual <= row.target.value
    return row.actual >= row.target.value


def region_row(
    indicator: Indicator, target: Target | None, rows: list[UnitRow], mapped: list[UnitRow]
) -> RegionRow:
    """The region's figures from the unit rows; `mapped` are the rows on the asked map."""
    reporting = [row for row in rows if row.has_number]
    missing = [row for row in rows if row.is_missing]
    reported = _reported(indicator, reporting)
    carried = upper = attained_carried = attained_upper = None
    if indicator.kind in CARRYING_KINDS:
        held = {row.unit: row.carried.value for row in missing if row.carried}
        best = {
            row.unit: value
            for row in missing
            if (value := _best(indicator, row.target, held.get(row.unit))) is not None
        }
        counted = {row.unit: row.actual for row in reporting}
        carried = _sum_or_none([*counted.values(), *held.values()])
        upper = _sum_or_none([*counted.values(), *best.values()])
        attained_carried = _share(indicator, target, carried, rows, counted.keys() | held.keys())
        attained_upper = _share(indicator, target, upper, rows, counted.keys() | best.keys())
    attained = _share(indicator, target, reported, rows, {row.unit for row in reporting})
    weighted = _weighted(indicator, reporting, missing)
    counted_only = _quotient(len(reporting), len(reporting) + len(missing))
    return RegionRow(
        indicator.code, target, reported, carried, upper, attained,
        _attained_reporting(indicator, attained, reporting), attained_carried, attained_upper,
        _capped(indicator, mapped), weighted, counted_only if weighted is None else weighted,
    )  # fmt: skip


def _reported(indicator: Indicator, reporting: list[UnitRow]) -> Fraction | None:
    if not reporting:
        return None
    if indicator.kind == "RATIO":
        return _quotient(sum(row.sums[0] for row in reporting), sum(row.sums[1] for row in reporting))
    if indicator.kind == "STEP":
        return Fraction(sum(has_done(indicator, row) for row in reporting))
    return sum((row.actual for row in reporting), Fraction(0))


def _share(
    indicator: Indicator, target: Target | None, figure: Fraction | None, rows: list[UnitRow], counted
) -> Fraction | None:
    """The share of a region figure; units without a number in it stand at their baseline."""
    if target is None or figure is None:
        return None
    if target.baseline == 0 or indicator.kind in ("RATIO", "STEP"):
        return target.share(figure)
    others = [row for row in rows if row.unit not in counted]
    if any(row.target is None and row.obs_status != "M" for row in others):
        return None
    return target.share(figure + sum(row.target.baseline for row in others if row.target))


def _attained_reporting(
    indicator: Indicator, attained: Fraction | None, reporting: list[UnitRow]
) -> Fraction | None:
    if indicator.kind == "RATIO":
        return attained
    if indicator.kind == "STEP":
        aimed = sum(1 for row in reporting if row.target and row.target.value > 0)
        return _quotient(sum(has_done(indicator, row) for row in reporting), aimed)
    above = sum(row.actual - (row.target.baseline if row.target else 0) for row in reporting)
    return _quotient(above, sum(row.target.value - row.target.baseline for row in reporting if row.target))


def _capped(indicator: Indicator, rows: list[UnitRow]) -> Fraction | None:
    reporting = [row for row in rows if row.has_number]
    if not reporting or indicator.kind == "RATIO":
        return None
    if indicator.kind == "STEP":
        aimed = sum(1 for row in rows if row.target and row.target.value > 0)
        return _quotient(sum(has_done(indicator, row) for row in reporting), aimed)
    cap = max if indicator.direction == "DOWN" else min
    above = sum(cap(row.actual, row.target.value) - row.target.baseline for row in reporting if row.target)
    return _quotient(above, sum(row.target.value - row.target.baseline for row in rows if row.target))


def _weighted(indicator: Indicator, reporting: list[UnitRow], missing: list[UnitRow]) -> Fraction | None:
    def weight(row: UnitRow) -> Fraction:
        if row.target is None:
            return Fraction(0)
        if indicator.kind == "RATIO":
            return Fraction(1)
        if indicator.kind == "STEP":
            return Fraction(row.target.value > 0)
        return row.target.value

    done = sum(map(weight, reporting))
    return _quotient(done, done + sum(map(weight, missing)))


def completeness(series: Series, plan_indicators: list[str], period: Period, as_of: date) -> Completeness:
    """Counts the obligations whose form period ends between the period's first day and as_of."""
    data, knowledge = series.data, series.knowledge
    asked = set(plan_indicators)
    expected = reported = on_time = 0
    for form in data.forms.values():
        of_plan = [code for code in data.indicators_of[form.code] if code in asked]
        if not of_plan:
            continue
        at = containing(form.recurrence, period.first)
        while at <= last_ended(form.recurrence, as_of):
            for unit in data.units:
                if not series.owes(unit, form.code, at):
                    continue
                submission = knowledge.counting(unit, form.code, at)
                if submission and all(
                    knowledge.observation(unit, code, at).status in ("M", "J") for code in of_plan
                ):
                    continue
                due = knowledge.due_on(unit, form.code, at)
                expected += 1
                reported += submission is not None
                on_time += any(
                    local_day(version.received_at) <= due
                    for version in knowledge.accepted(unit, form.code, at)
                )
            at = at.plus(1)
    return Completeness(expected, reported, on_time)
