"""Random reference data: units with reforms, indicators, forms, calendar.

Everything is valid by the rules of an import; what is random is which of the rules it touches.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

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
    technical: set[tuple[str, int]] = field(default_factory=set)

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.rng.random() < probability

    def a_day(self, first: date, last: date) -> date:
        """A day between two days, both included."""
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))


def _new_code(scenario: Scenario) -> str:
    while True:
        digits = scenario.rng.choice((5, 7, 7, 7))
        code = "0" + "".join(scenario.rng.choice("0123456789") for _ in range(digits - 1))
        if scenario.chance(0.12):
            code = f"LV-{code[:4]}"
        if code not in scenario.units:
            return code


def add_units(scenario: Scenario):
    """Units, two reforms at most, closed and renamed units."""
    rng, year = scenario.rng, scenario.year
    for _ in range(rng.randint(3, 8)):
        begins = date(year - 9, 7, 1)
        if not scenario.chance(0.85):
            begins = scenario.a_day(date(year, 1, 1), date(year + 2, 1, 1))
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


def add_indicators_and_forms(scenario: Scenario):
    """Indicators of most kinds, on forms of any recurrence and role; a few on none."""
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


def add_calendar(scenario: Scenario):
    """Free and moved days, some proclaimed late, and who adopts moved days."""
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


def add_contacts(scenario: Scenario):
    """A few contacts, which no figure uses."""
    for unit in scenario.units.values():
        if scenario.chance(0.5):
            address = f"dati.{len(scenario.files['contacts'])}@example.lv"
            scenario.files["contacts"].append((unit.code, "SUBMITTER", address, "lv", unit.begins, None))
