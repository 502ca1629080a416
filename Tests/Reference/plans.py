"""Random plans: members, versions (retroactive, technical, unapproved), targets and milestones."""

from datetime import date, timedelta
from fractions import Fraction

from folder import text_of
from scenario import ROLES, Scenario, Unit


def add_plan(scenario: Scenario, plan: str):
    """A plan with its members, versions and targets."""
    rng, year = scenario.rng, scenario.year
    path_start = rng.choice((date(year, 1, 1), date(year, 1, 1), date(year + 1, 1, 1), date(year, 3, 17)))
    target_date = date(year + rng.randint(2, 5), 12, 31)
    scenario.plans.append(plan)
    scenario.files["plans"].append((plan, f"Plāns {plan}", path_start, target_date))
    for unit in scenario.units.values():
        for role, likely in zip(ROLES, (0.88, 0.35, 0.25, 0.1)):
            if scenario.chance(likely):
                _add_membership(scenario, plan, unit, role)
    _add_versions(scenario, plan)
    _add_targets(scenario, plan, path_start, target_date)


def _add_membership(scenario: Scenario, plan: str, unit: Unit, role: str):
    starts = unit.begins
    ends = unit.ends if scenario.chance(0.5) else None
    if scenario.chance(0.15):
        starts = scenario.a_day(unit.begins, (unit.ends or date(scenario.year + 3, 1, 1)) - timedelta(days=1))
    spans = [(starts, ends)]
    if scenario.chance(0.1):
        pause = scenario.a_day(max(starts, date(scenario.year, 1, 1)), date(scenario.year + 4, 1, 1))
        again = pause + timedelta(days=200)
        if pause > starts and (ends is None or again < ends):
            spans = [(starts, pause), (again, ends)]
    for start, end in spans:
        scenario.roles.append((unit.code, role, start, end))
        scenario.files["memberships"].append((plan, unit.code, role, start, end))


def _add_versions(scenario: Scenario, plan: str):
    rng, year = scenario.rng, scenario.year
    number, effective = 0, date(year, 1, 1)
    if scenario.chance(0.2):
        effective = scenario.a_day(date(year, 6, 1), date(year + 2, 1, 1))
    taken: set[date] = set()
    for place in range(rng.randint(1, 4)):
        number += 1 if scenario.chance(0.8) else 2
        approved = effective + timedelta(days=rng.randint(-60, 30) if scenario.chance(0.7) else rng.randint(30, 500))
        if scenario.chance(0.12) and place > 0:
            approved = None
        elif effective in taken:
            effective += timedelta(days=1)
        if approved is not None:
            taken.add(effective)
        technical = place > 0 and scenario.chance(0.2)
        row = (plan, number, f"Redakcija {number}", approved, effective, "SPAP" if approved else None,
               "true" if technical else "false")  # fmt: skip
        scenario.files["plan_versions"].append(row)
        scenario.versions[plan].append(number)
        if technical:
            scenario.technical.add((plan, number))
        later = rng.choice((120, 300, 365, 500, 0 if approved is None else 90, -200))
        effective += timedelta(days=later)
        while effective in taken:
            effective += timedelta(days=1)


def _add_targets(scenario: Scenario, plan: str, path_start: date, target_date: date):
    rng = scenario.rng
    in_plan = [code for code in scenario.indicators if scenario.chance(0.92)] or list(scenario.indicators)[:1]
    for place, number in enumerate(scenario.versions[plan]):
        if (plan, number) in scenario.technical:
            continue
        for code in in_plan:
            if place > 0 and scenario.chance(0.5):
                continue
            aim = _Aim(scenario, code)
            for unit in scenario.units.values():
                likely = (0.35 if unit.parents else 0.85) if place == 0 else 0.4
                if scenario.chance(likely):
                    _add_pair(scenario, aim, (plan, number, code, unit.code), path_start, target_date)
            if scenario.chance(0.5 if scenario.indicators[code][0] != "RATIO" else 0.8):
                _add_pair(scenario, aim.of_region(), (plan, number, code, ""), path_start, target_date)
    if not any(row[0] == plan for row in scenario.files["targets"]):
        code = in_plan[0]
        number = scenario.versions[plan][0]
        scenario.files["targets"].append((plan, number, code, "", target_date, "FINAL", rng.randint(1, 50), None))


class _Aim:
    """Draws targets and baselines that suit an indicator."""

    def __init__(self, scenario: Scenario, code: str, scale: int = 1):
        self._scenario, self._code, self._scale = scenario, code, scale
        self._kind, self._direction = scenario.indicators[code]
        self._with_baseline = scenario.chance(0.35)
        self._step = scenario.rng.choice((1, 1, 100))

    def of_region(self) -> "_Aim":
        """The same for the region: larger, except for shares."""
        return _Aim(self._scenario, self._code, scale=1 if self._kind == "RATIO" else 5)

    def draw(self) -> tuple[Fraction, Fraction | None]:
        """(target, baseline or None)."""
        rng, scenario = self._scenario.rng, self._scenario
        if self._kind == "STEP":
            baseline = Fraction(rng.randint(0, 3), 10) if scenario.chance(0.15) else None
            return Fraction(rng.choice((self._step, self._step, self._step, 0)) * self._scale), baseline
        unit = {"RATIO": Fraction(1, 20), "MONEY": Fraction(2005, 10)}.get(self._kind, Fraction(1))
        target = unit * rng.choice((4, 5, 8, 10, 10, 10, 12, 15, 20, 0 if scenario.chance(0.3) else 10)) * self._scale
        if not self._with_baseline or scenario.chance(0.15):
            return target, None
        if scenario.chance(0.1):
            return target, target
        if self._direction == "DOWN":
            return target, target + unit * rng.randint(2, 12) * self._scale
        return target, min(target, unit * rng.randint(0, 6) * self._scale)


def _add_pair(scenario: Scenario, aim: _Aim, pair: tuple, path_start: date, target_date: date):
    """The rows of one (version, indicator, unit): usually a final target, sometimes milestones."""
    rows = scenario.files["targets"]
    value, baseline = aim.draw()
    final_date = target_date if scenario.chance(0.7) else target_date - timedelta(days=scenario.rng.randint(1, 500))
    dropped, only_milestones = scenario.chance(0.08), scenario.chance(0.03)
    if not only_milestones:
        shown = "" if dropped else text_of(value)
        rows.append((*pair, final_date, "FINAL", shown, text_of(baseline)))
    if not (only_milestones or scenario.chance(0.22)):
        return
    days = {scenario.a_day(path_start - timedelta(days=60), target_date + timedelta(days=60))
            for _ in range(scenario.rng.randint(1, 3))}  # fmt: skip
    for year in range(path_start.year, target_date.year):
        days |= {day for day in (date(year, 6, 30), date(year, 12, 31)) if scenario.chance(0.25)}
    for day in sorted(days):
        part = Fraction(scenario.rng.randint(-1, 11), 10)
        middle = (baseline or 0) + (value - (baseline or 0)) * part
        shown = "" if scenario.chance(0.1) else text_of(max(middle, Fraction(0)))
        rows.append((*pair, day, "MILESTONE", shown, ""))
