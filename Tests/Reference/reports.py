"""Random submissions for a scenario: versions, late and returned ones, every observation status."""

from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from math import ceil

from folder import text_of
from periods import PER_YEAR, Period, containing
from scenario import Scenario

NUMBERED = ("A", "A", "A", "A", "P", "E", "B")
SPAN_IN_PERIODS = {"MONTH": 30, "QUARTER": 16, "HALF_YEAR": 9, "YEAR": 5}


class Reports:
    """Fills submissions and observations of a scenario.

    A NIL is written only where an accepted submission of an earlier period (or a predecessor's) holds
    a number, so that an import accepts it; that number may well have been received later.
    """

    def __init__(self, scenario: Scenario):
        self._scenario = scenario
        self._numbered: dict[tuple[str, str], list[Period]] = defaultdict(list)
        self._level: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self._diligence = {
            unit: scenario.rng.choices((0.03, 0.5, 0.8, 0.95), (12, 20, 28, 40))[0] for unit in scenario.units
        }
        self._exempt = {
            (unit, form) for unit in scenario.units for form in scenario.forms if scenario.chance(0.1)
        }
        self.received: list[datetime] = []

    def fill(self):
        """All submissions, in the order in which their periods end."""
        scenario = self._scenario
        slots = []
        for form, (recurrence, _, _) in scenario.forms.items():
            first = containing(recurrence, date(scenario.year, 1, 1)).plus(-scenario.rng.randint(0, 1))
            slots += [(first.plus(n), form) for n in range(SPAN_IN_PERIODS[recurrence])]
        for period, form in sorted(slots, key=lambda slot: (slot[0].last, slot[1])):
            for unit in scenario.units:
                likely = self._diligence[unit] if self._owes(unit, form, period) else 0.06
                if scenario.form_indicators[form] and scenario.chance(likely):
                    self._submit(unit, form, period)

    def _owes(self, unit: str, form: str, period: Period) -> bool:
        span, role = self._scenario.units[unit], self._scenario.forms[form][2]
        exists = span.begins <= period.last and (span.ends is None or period.last < span.ends)
        return exists and any(
            code == unit and of_role == role and start <= period.last and (end is None or period.last < end)
            for code, of_role, start, end in self._scenario.roles
        )

    def _submit(self, unit: str, form: str, period: Period):
        scenario, rng = self._scenario, self._scenario.rng
        received = self._first_receipt(form, period)
        final: set[str] = set()
        for version in range(1, rng.choice((1, 1, 1, 1, 2, 2, 3)) + 1):
            status = rng.choices(("ACCEPTED", "RETURNED", "RECEIVED"), (86, 8, 6))[0]
            if version > 1:
                received += timedelta(hours=rng.choice((1, 20, 24 * 5, 24 * 40, 24 * 200)), seconds=rng.randint(0, 9))
            rows, nil, numbered = self._rows(unit, form, period)
            scenario.files["submissions"].append(
                (unit, form, period.code, version, self._instant(received), status, "true" if nil else "false")
            )
            for indicator, value, obs_status, basis, denominator in rows:
                scenario.files["observations"].append(
                    (unit, form, period.code, version, indicator, value, obs_status, basis, denominator)
                )
            self.received.append(received)
            if status == "ACCEPTED":
                final = numbered
        for indicator in final:
            self._numbered[unit, indicator].append(period)

    def _first_receipt(self, form: str, period: Period) -> datetime:
        """Mostly about the due date, often within an hour of local midnight."""
        rng = self._scenario.rng
        due = period.last + timedelta(days=self._scenario.forms[form][1] * 7 // 5 + 1)
        day = due + timedelta(days=rng.choice((-9, -5, -3, -2, -1, -1, 0, 0, 0, 1, 1, 2, 3, 4, 30, 180)))
        local_midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - timedelta(hours=2)
        if rng.random() < 0.5:
            return local_midnight + timedelta(seconds=rng.choice((-3600, -1, 0, 1, 3600, 79199, 82799, 86399, 86400)))
        return local_midnight + timedelta(seconds=rng.randint(6 * 3600, 18 * 3600))

    def _instant(self, instant: datetime) -> str:
        hours = self._scenario.rng.choice((2, 3, 0, None))
        if hours is None:
            return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
        return instant.astimezone(timezone(timedelta(hours=hours))).isoformat()

    def _has_prior(self, unit: str, indicator: str, before: Period) -> bool:
        if any(period < before for period in self._numbered[unit, indicator]):
            return True
        begins = self._scenario.units[unit].begins
        frozen = containing(before.recurrence, begins)
        return any(
            self._has_prior(parent, indicator, min(frozen, before))
            for parent, _ in self._scenario.units[unit].parents
        )

    def _rows(self, unit: str, form: str, period: Period):
        """(rows, nil, indicators with a number) of one version."""
        scenario, rng = self._scenario, self._scenario.rng
        indicators = scenario.form_indicators[form]
        may_repeat = {code for code in indicators if self._has_prior(unit, code, period)}
        if (unit, form) in self._exempt and scenario.chance(0.85):
            return [(code, "", rng.choice(("M", "M", "J")), "", "") for code in indicators], False, set()
        nil = bool(may_repeat) and scenario.chance(0.12)
        rows, numbered = [], set()
        for code in indicators:
            if nil and code in may_repeat and scenario.chance(0.8):
                continue
            choice = rng.choices(("number", "M", "J", "L", "NIL", "none"), (75, 5, 4, 4, 7, 5))[0]
            if choice == "NIL" and code not in may_repeat or choice == "none" and nil and code not in may_repeat:
                choice = "number"
            if choice == "number":
                numbered.add(code)
                rows.append((code, *self._number(unit, code, period)))
            elif choice != "none":
                rows.append((code, "", choice, "", ""))
        return rows, nil, numbered

    def _number(self, unit: str, code: str, period: Period) -> tuple[str, str, str, str]:
        """(value, obs_status, basis, denominator)."""
        scenario, rng = self._scenario, self._scenario.rng
        kind, denominator = scenario.indicators[code][0], ""
        per_year = PER_YEAR[period.recurrence]
        if kind in ("CUM_UNIQUE", "MONEY"):
            growth = ceil(Fraction(rng.randint(0, 12), per_year))
            growth += rng.randint(-2, 0) if scenario.chance(0.05) else 0
            step = Fraction(growth) if kind == "CUM_UNIQUE" else Fraction(growth * 5025 + rng.randint(0, 99), 100)
            self._level[unit, code] = value = max(Fraction(0), self._level[unit, code] + step)
        elif kind == "FLOW":
            value = Fraction(rng.randint(0, 4))
        elif kind == "STOCK":
            value = Fraction(rng.randint(0, 25)) + (Fraction(1, 4) if scenario.chance(0.05) else 0)
        elif kind == "STEP":
            value = Fraction(rng.choice((0, 0, 1, 1, 1, 50, 100, 100)))
        else:
            below = rng.choice((0, 3, 4, 6, 7, 8, 9, 10))
            value, denominator = Fraction(rng.randint(0, below)), str(below)
        basis = ""
        if scenario.units[unit].parents or scenario.chance(0.05):
            basis = rng.choice(("", "OWN_ONLY", "OWN_ONLY", "INCLUDES_PREDECESSORS"))
        shown = f"{float(value):.2f}" if kind == "MONEY" and scenario.chance(0.5) else text_of(value)
        return shown, rng.choice(NUMBERED), basis, denominator
