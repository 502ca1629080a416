"""Random reference data: units with reforms, plans with versions and targets, forms, calendar.

Everything is valid by the rules of an import; what is random is which of the rules it touches.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

KINDS = ("CUM_UNIQUE", "FLOW", "STOCK", "RATIO", "STEP", "MONEY")
ROLES = ("REPORTER", "INFRASTRUCTURE", "PARTNER", "OBSERVER")
RECURRENCES = ("MONTH", "QUARTER", "HALF_YEAR", "YEAR")
SPLITS = (("0.5", "0.5"), ("0.4", "0.6"), ("0.25", "0.75"), ("0.333333", "0.666667"), ("0.2", "0.3", "0.5"))


@dataclass
class Unit:
    """A unit as generated: its days and where it came from (predecessor, share)."""

    code: str
    begins: date
    ends: date | None = None
    parents: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Scenario:
    """The reference data of one random set: CSV rows by file, and what submissions and questions need."""

    rng: random.Random
    year: int
    files: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, Unit] = field(default_factory=dict)
    reforms: list[date] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    versions: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    roles: list[tuple[str, str, date, date | None]] = field(default_factory=list)
    forms: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    indicators: dict[str, tuple[str, str]] = field(default_factory=dict)
    form_indicators: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.rng.random() < probability

    def a_day(self, first: date, last: date) -> date:
        """A day between two days, both included."""
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))


def build_scenario(rng: random.Random) -> Scenario:
    """A random set without submissions."""
    year = 2090 if rng.random() < 0.06 else rng.randint(2016, 2020)
    scenario = Scenario(rng, year)
    _add_units(scenario)
    _add_indicators_and_forms(scenario)
    for number in range(2 if scenario.chance(0.4) else 1):
        _add_plan(scenario, ("kpr-di", "kpr-2")[number])
    _add_calendar(scenario)
    _add_contacts(scenario)
    return scenario


def _new_code(scenario: Scenario) -> str:
    while True:
        digits = scenario.rng.choice((5, 7, 7, 7))
        code = "0" + "".join(scenario.rng.choice("0123456789") for _ in range(digits - 1))
        if scenario.chance(0.12):
            code = f"LV-{code[:4]}"
        if code not in scenario.units:
            return code


def _add_units(scenario: Scenario):
    rng, year = scenario.rng, scenario.year
    for _ in range(rng.randint(3, 8)):
        begins = date(year - 9, 7, 1) if scenario.chance(0.85) else scenario.a_day(date(year, 1, 1), date(year + 2, 1, 1))
        code = _new_code(scenario)
        scenario.units[code] = Unit(code, begins)
    if scenario.chance(0.8):
        first = rng.choice((date(year + 1, 7, 1), date(year + 2, 1, 1), date(year + 1, 5, 15), date(year + 1, 8, 20)))
        _reform(scenario, first)
        if scenario.chance(0.6):
            _reform(scenario, rng.choice((date(year + 2, 7, 1), date(year + 3, 1, 1), date(year + 2, 4, 10))))
    for unit in list(scenario.units.values()):
        if unit.ends is None and scenario.chance(0.06):
            unit.ends = scenario.a_day(max(unit.begins, date(year, 1, 1)) + timedelta(days=40), date(year + 4, 1, 1))
            if unit.ends <= unit.begins:
                unit.ends = None
    for unit in scenario.units.values():
        _write_unit(scenario, unit)


def _reform(scenario: Scenario, day: date):
    """Ends some of the units on the day and lets new ones begin: merger, split, both, or a new code."""
    rng = scenario.rng
    alive = [unit.code for unit in scenario.units.values() if unit.ends is None and unit.begins < day]
    rng.shuffle(alive)
    alive.sort(key=lambda code: not scenario.units[code].parents)  # chains first
    scenario.reforms.append(day)
    for _ in range(rng.randint(1, 3)):
        pattern = rng.choice(("merge", "merge", "merge", "split", "both", "recode"))
        needed = {"merge": rng.randint(2, 3), "split": 1, "both": 2, "recode": 1}[pattern]
        if len(alive) < needed:
            return
        ended, alive = alive[:needed], alive[needed:]
        if pattern == "split":
            shares = rng.choice(SPLITS)
            heirs = [(ended[0], share, _begin(scenario, day)) for share in shares]
        elif pattern == "both":
            low, high = rng.choice([split for split in SPLITS if len(split) == 2])
            alone, joint = _begin(scenario, day), _begin(scenario, day)
            heirs = [(ended[0], low, alone), (ended[0], high, joint), (ended[1], "1", joint)]
        else:
            heir = _begin(scenario, day)
            heirs = [(code, rng.choice(("1", "1", "1.0", "1.000000")), heir) for code in ended]
        for code, share, heir in heirs:
            scenario.units[code].ends = day
            scenario.units[heir].parents.append((code, share))
            scenario.files["successions"].append((code, heir, day, share))


def _begin(scenario: Scenario, day: date) -> str:
    code = _new_code(scenario)
    scenario.units[code] = Unit(code, day)
    return code


def _write_unit(scenario: Scenario, unit: Unit):
    """One row, or several that follow each other where the unit was renamed."""
    starts = [unit.begins]
    if scenario.chance(0.2):
        latest = unit.ends or date(scenario.year + 5, 1, 1)
        starts += {scenario.a_day(unit.begins + timedelta(days=1), latest - timedelta(days=1)) for _ in range(2)}
        starts = sorted(day for day in set(starts) if day == unit.begins or unit.begins < day < latest)
    kind = scenario.rng.choice(("NOVADS", "NOVADS", "CITY", "INSTITUTION", "REGION"))
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], unit.ends])):
        name = f"Ķēķava {unit.code}" if number == 0 else f'Pārdēvētā "{unit.code}", {number}'
        row = (unit.code, name, f"{name}s", f"{name}m", f"{name}u", kind, start, end)
        scenario.files["units"].append(row)


def _add_indicators_and_forms(scenario: Scenario):
    rng = scenario.rng
    kinds = [kind for kind in KINDS if scenario.chance(0.85)] or ["CUM_UNIQUE"]
    kinds += rng.choices(KINDS, k=rng.randint(1, 3))
    rng.shuffle(kinds)
    for number, kind in enumerate(kinds):
        code = rng.choice((f"A-{number}", f"A{number}", f"I{number:02}", f"B{number}-X"))
        direction = "DOWN" if scenario.chance(0.25) else "UP"
        scenario.indicators[code] = (kind, direction)
        unit = {"MONEY": "EUR", "RATIO": "share"}.get(kind, "persons")
        row = (code, f"Rādītājs {code}", f"Indicator {code}", kind, unit, direction, rng.choice(("GRT", "FT", None)))
        scenario.files["indicators"].append(row)
    for number in range(rng.randint(1, 4)):
        role = rng.choice(("", "", "", "REPORTER", "INFRASTRUCTURE", "PARTNER"))
        recurrence = rng.choice(RECURRENCES + ("HALF_YEAR", "HALF_YEAR", "QUARTER"))
        due = rng.randint(1, 15)
        scenario.forms[f"DI-{number + 1}"] = (recurrence, due, role or "REPORTER")
        row = (f"DI-{number + 1}", f"Veidlapa {number + 1}", recurrence, due, rng.randint(0, 5), role)
        scenario.files["forms"].append(row)
    for code in scenario.indicators:
        if not scenario.chance(0.07):
            form = rng.choice(list(scenario.forms))
            scenario.form_indicators[form].append(code)
            scenario.files["form_indicators"].append((form, code))


def _add_plan(scenario: Scenario, plan: str):
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
        scenario.files.setdefault("_technical", []).append((plan, number, technical))
        later = rng.choice((120, 300, 365, 500, 0 if approved is None else 90, -200))
        effective += timedelta(days=later)
        while effective in taken:
            effective += timedelta(days=1)


def _add_targets(scenario: Scenario, plan: str, path_start: date, target_date: date):
    rng = scenario.rng
    technical = {(p, number) for p, number, is_technical in scenario.files.pop("_technical") if is_technical and p == plan}
    in_plan = [code for code in scenario.indicators if scenario.chance(0.92)] or list(scenario.indicators)[:1]
    for place, number in enumerate(scenario.versions[plan]):
        if (plan, number) in technical:
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


def text_of(value: Fraction | int | None) -> str:
    """An exact decimal as a data set writes it; empty for `None`."""
    if value is None:
        return ""
    value, digits = Fraction(value), 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = abs(value) * 10**digits
    text = str(scaled).rjust(digits + 1, "0")
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{text}" if value < 0 else text


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


def _add_calendar(scenario: Scenario):
    rows, seen = scenario.files["calendar"], set()

    def add(day: date, kind: str, known_since: date | None = None, calendar: str = "LV"):
        if (calendar, day) not in seen:
            seen.add((calendar, day))
            rows.append((calendar, day, kind, f"diena {len(rows)}", known_since))

    for year in range(scenario.year, scenario.year + 6):
        if scenario.chance(0.15):
            continue
        add(date(year, 1, 1), "HOLIDAY")
        for month in range(1, 13):
            for _ in range(scenario.rng.randint(0, 3)):
                day = scenario.a_day(date(year, month, 2), date(year, month, 18))
                near = scenario.a_day(day - timedelta(days=9), day + timedelta(days=12))
                late = near if scenario.chance(0.5) else None
                add(day, scenario.rng.choice(("HOLIDAY", "SPECIAL")), late)
            if scenario.chance(0.6):
                monday = scenario.a_day(date(year, month, 3), date(year, month, 12))
                monday -= timedelta(days=monday.weekday())
                late = date(year - 1, 7, 1) if scenario.chance(0.5) else None
                add(monday + timedelta(days=scenario.rng.randint(0, 4)), "MOVED_OFF", late)
                add(monday + timedelta(days=scenario.rng.choice((5, 12, -2))), "MOVED_WORK", late)
        for month in (1, 4, 7):
            if scenario.chance(0.3):
                add(scenario.a_day(date(year, month, 2), date(year, month, 12)), "HOLIDAY", calendar="EE")
    for unit in scenario.units:
        for year in range(scenario.year - 1, scenario.year + 6):
            if scenario.chance(0.5):
                scenario.files["calendar_adoptions"].append((unit, year, scenario.rng.choice(("true", "false"))))


def _add_contacts(scenario: Scenario):
    for unit in scenario.units.values():
        if scenario.chance(0.5):
            row = (unit.code, "SUBMITTER", f"dati.{len(scenario.files['contacts'])}@example.lv", "lv", unit.begins, None)
            scenario.files["contacts"].append(row)
