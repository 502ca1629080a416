"""An independent reference for `rinda attainment --json`, with exact fractions.

    python3 attainment.py --data DIR --plan P --period X [--as-of D] [--known-at T]
        [--target-basis AT_PERIOD_END|AT_REPORT_DATE|ORIGINAL|FIXED:n] [--vintage reported|D] [--now T]

The answer has every field of the command; `snapshot` is null, since only the command can know its own
hash. Exit code 2: the question was refused. The rules are those of docs/domain.md.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

from dataset import DataSet, end_of_day, parse_date, parse_instant
from knowledge import Knowledge
from periods import parse_period
from region import RegionRow, completeness, region_row
from series import Series
from targets import Refused, Target, Targets, choose_version
from units import UnitRow, Units

GATE, AMBER, GREEN = Fraction(80, 100), Fraction(70, 100), Fraction(90, 100)


@dataclass(frozen=True)
class Question:
    """One question, in the words of the command line."""

    plan: str
    period: str
    as_of: str | None = None
    known_at: str | None = None
    target_basis: str = "AT_PERIOD_END"
    vintage: str = "reported"


def answer(data: DataSet, question: Question, now: datetime) -> dict:
    """The JSON object that answers the question; raises `Refused`."""
    plan = data.plans.get(question.plan)
    if plan is None:
        raise Refused(f"there is no plan {question.plan}")
    period = _parsed(parse_period, question.period)
    as_of = _parsed(parse_date, question.as_of) if question.as_of else period.last
    if not period.first <= as_of <= period.last:
        raise Refused(f"{as_of} lies outside {period.code}")
    known_at = _parsed(_known_at, question.known_at) if question.known_at else None
    map_of = None if question.vintage == "reported" else _parsed(parse_date, question.vintage)

    knowledge = Knowledge(data, known_at, now)
    version = choose_version(knowledge, plan.code, question.target_basis, period.last)
    targets = Targets(knowledge, plan, version)
    series = Series(knowledge, plan)
    units = Units(series, targets, period, as_of)

    def pace(target: Target | None, share: Fraction | None) -> Fraction | None:
        expected = target.expected_share(plan.path_start, as_of) if target else None
        return share / expected if share is not None and expected else None

    region, listed = [], []
    for code in sorted(data.targets[plan.code]):
        indicator = data.indicators[code]
        if map_of:
            units.check_map(code, map_of)
        rows = [units.row(code, unit) for unit in units.set_of(code)]
        mapped = units.on_map(code, rows, map_of) if map_of else rows
        target = targets.of_region(code, [row.target for row in rows])
        figures = region_row(indicator, target, rows, mapped)
        region.append((figures, pace(target, figures.attained)))
        listed += [(row.unit, code, row, pace(row.target, row.share)) for row in mapped]

    counts = completeness(series, sorted(data.targets[plan.code]), period, as_of)
    return {
        "plan": plan.code,
        "period": period.code,
        "as_of": as_of.isoformat(),
        "known_at": known_at.strftime("%Y-%m-%dT%H:%M:%SZ") if known_at else None,
        "plan_version": version.number if version else None,
        "snapshot": None,
        "completeness": {
            "expected": counts.expected,
            "reported": counts.reported,
            "on_time": counts.on_time,
            "weighted": {figures.indicator: percent(figures.weighted) for figures, _ in region},
        },
        "region": [_region_object(data.indicators[row.indicator].kind, row, pace) for row, pace in region],
        "units": [
            _unit_object(code, data.indicators[code].kind, row, pace)
            for _, code, row, pace in sorted(listed, key=lambda entry: entry[:2])
        ],
    }


def _parsed(parse, text: str):
    try:
        return parse(text)
    except ValueError as error:
        raise Refused(str(error)) from error


def _known_at(text: str) -> datetime:
    """An instant with an offset, or a date for the end of that day."""
    try:
        return end_of_day(parse_date(text))
    except ValueError:
        return parse_instant(text)


def _region_object(kind: str, row: RegionRow, pace: Fraction | None) -> dict:
    return {
        "indicator": row.indicator,
        "target": decimal(row.target.value if row.target else None),
        "baseline": decimal(row.target.baseline if row.target else None),
        "reported": figure(kind, row.reported),
        "carried": figure(kind, row.carried),
        "upper": figure(kind, row.upper),
        "attained": percent(row.attained),
        "attained_reporting": percent(row.attained_reporting),
        "attained_carried": percent(row.attained_carried),
        "attained_upper": percent(row.attained_upper),
        "attained_capped": percent(row.attained_capped),
        "pace": rounded(pace, 4),
        "status": status(row.target, row.reported, row.attained, pace, row.gate),
    }


def _unit_object(indicator: str, kind: str, row: UnitRow, pace: Fraction | None) -> dict:
    return {
        "unit": row.unit,
        "indicator": indicator,
        "target": decimal(row.target.value if row.target else None),
        "baseline": decimal(row.target.baseline if row.target else None),
        "actual": figure(kind, row.actual),
        "obs_status": row.obs_status,
        "attained": percent(row.share),
        "pace": rounded(pace, 4),
        "status": status(row.target, row.actual, row.share, pace, None),
        "carried": {"value": decimal(row.carried.value), "age": row.carried.age} if row.carried else None,
    }


def status(
    target: Target | None,
    value: Fraction | None,
    share: Fraction | None,
    pace: Fraction | None,
    gate: Fraction | None,
) -> str:
    """The colour, first that applies; `gate` is None for a unit."""
    if target is None:
        return "NO_TARGET"
    if value is None:
        return "GREY"
    if target.value == target.baseline:
        if target.value != 0:
            return "GREY"
        return "NO_TARGET" if value == 0 else "UNPLANNED"
    if (gate is not None and gate < GATE) or share is None:
        return "GREY"
    if share >= 1:
        return "BLUE"
    if pace is None:
        return "GREY"
    return "GREEN" if pace >= GREEN else "AMBER" if pace >= AMBER else "RED"


def rounded(value: Fraction | None, digits: int) -> str | None:
    """Half away from zero to a fixed number of digits; a zero has no sign."""
    if value is None:
        return None
    scaled = (abs(value) * 10**digits * 2 + 1) // 2
    text = f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}}"
    return f"-{text}" if value < 0 and scaled else text


def percent(share: Fraction | None) -> str | None:
    """A share as a percentage with two decimals."""
    return None if share is None else rounded(share * 100, 2)


def decimal(value: Fraction | None) -> str | None:
    """An exact decimal without trailing zeros."""
    if value is None:
        return None
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        if digits > 200:
            raise AssertionError(f"{value} is no finite decimal")
    return rounded(value, digits) if digits else str(value.numerator)


def figure(kind: str, value: Fraction | None) -> str | None:
    """A figure: exact, except that those of a RATIO have at most six decimals."""
    if kind != "RATIO" or value is None:
        return decimal(value)
    return rounded(value, 6).rstrip("0").rstrip(".")


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Reference for rinda attainment --json")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--plan", required=True)
    parser.add_argument("--period", required=True)
    parser.add_argument("--as-of")
    parser.add_argument("--known-at")
    parser.add_argument("--target-basis", default="AT_PERIOD_END")
    parser.add_argument("--vintage", default="reported")
    parser.add_argument("--now", type=parse_instant, default=datetime.now(timezone.utc))
    parser.add_argument("--json", action="store_true", help="accepted for symmetry; the answer is always JSON")
    options = parser.parse_args(arguments)
    question = Question(
        options.plan, options.period, options.as_of, options.known_at, options.target_basis, options.vintage
    )
    try:
        result = answer(DataSet(options.data), question, options.now)
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
