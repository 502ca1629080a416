"""Random questions to ask of a random data set; some of them must be refused."""

from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone

from attainment import Question
from periods import Period, containing
from reports import SPAN_IN_PERIODS
from scenario import Scenario


def ask(scenario: Scenario, received: list[datetime], count: int) -> list[dict]:
    """`count` questions as JSON objects with the names of the command's options."""
    return [asdict(_question(scenario, received)) for _ in range(count)]


def _question(scenario: Scenario, received: list[datetime]) -> Question:
    rng = scenario.rng
    plan = "no-such-plan" if scenario.chance(0.01) else rng.choice(scenario.plans)
    recurrence = rng.choice(("YEAR", "HALF_YEAR", "HALF_YEAR", "QUARTER", "QUARTER", "MONTH"))
    vintage = _vintage(scenario)
    if scenario.reforms and scenario.chance(0.35):
        reform = rng.choice(scenario.reforms)
        if scenario.chance(0.5):  # the year or half-year in which it takes effect
            period = containing(rng.choice(("YEAR", "YEAR", "HALF_YEAR")), reform)
        else:  # the last period before, on the map after it
            period = containing(recurrence, reform - timedelta(days=1))
            vintage = reform.isoformat()
    else:
        period = containing(recurrence, _a_reported_day(scenario))
    code = rng.choice(("2019-H3", "2019-13", "2019-Q0", "20-H1")) if scenario.chance(0.01) else period.code
    as_of, known_at = _as_of(scenario, period), _known_at(scenario, period, received)
    return Question(plan, code, as_of, known_at, _basis(scenario, plan), vintage)


def _a_reported_day(scenario: Scenario) -> date:
    """A day that mostly ends a period for which there are submissions of some form."""
    if scenario.chance(0.1):
        return scenario.a_day(date(scenario.year - 1, 6, 1), date(scenario.year + 6, 6, 30))
    form_recurrence = scenario.rng.choice(list(scenario.forms.values()))[0]
    first = containing(form_recurrence, date(scenario.year, 1, 1))
    return first.plus(scenario.rng.randint(0, SPAN_IN_PERIODS[form_recurrence] - 2)).last


def _as_of(scenario: Scenario, period: Period) -> str | None:
    if scenario.chance(0.65):
        return None
    if scenario.chance(0.04):
        return (period.last + timedelta(days=1)).isoformat()
    if scenario.chance(0.15):
        return period.first.isoformat()
    return scenario.a_day(period.first, period.last).isoformat()


def _known_at(scenario: Scenario, period: Period, received: list[datetime]) -> str | None:
    rng = scenario.rng
    if scenario.chance(0.22):
        return scenario.a_day(period.last + timedelta(days=1), period.last + timedelta(days=25)).isoformat()
    if scenario.chance(0.5):
        return None
    if scenario.chance(0.5) and received:
        near = [r for r in received if abs((r.date() - period.last).days) < 120] or received
        instant = rng.choice(near) + timedelta(seconds=rng.choice((0, 0, -1, 1)))
        zone = timezone(timedelta(hours=rng.choice((0, 2, 3, -5))))
        return instant.astimezone(zone).isoformat()
    return scenario.a_day(period.last - timedelta(days=20), period.last + timedelta(days=200)).isoformat()


def _basis(scenario: Scenario, plan: str) -> str:
    rng = scenario.rng
    if plan not in scenario.plans or scenario.chance(0.55):
        return "AT_PERIOD_END"
    numbers = scenario.versions[plan]
    fixed = 99 if scenario.chance(0.05) else rng.choice(numbers)
    return rng.choice(("AT_REPORT_DATE", "ORIGINAL", f"FIXED:{fixed}"))


def _vintage(scenario: Scenario) -> str:
    if scenario.chance(0.65) or not scenario.reforms:
        return "reported"
    reform = scenario.rng.choice(scenario.reforms)
    days = scenario.rng.choice((0, 0, 0, 0, -1, 1, 400, 400, 4000))
    return (reform + timedelta(days=days)).isoformat()
