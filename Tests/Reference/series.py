"""A unit's own series of an indicator: its numbers, what it inherits from predecessors, what it carries.

A figure is a tuple of fractions: (value,) or, for RATIO, (numerator, denominator). For FLOW, figures
are the values of single periods; sums are made by `flow_sum`.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from dataset import DataSet, Plan
from knowledge import NUMBERED, Knowledge
from periods import Period, containing, last_ended

Figure = tuple[Fraction, ...]

CARRY_LIMIT = 2


@dataclass(frozen=True)
class Number:
    """A number that a unit gave for a period: its own status, the total, whether that is partial."""

    status: str
    figure: Figure
    partial: bool


@dataclass(frozen=True)
class Inheritance:
    """The sum of predecessors' frozen finals: `None` if no predecessor has one."""

    figure: Figure | None
    partial: bool


@dataclass(frozen=True)
class Carried:
    """The last figure of a missing unit with its age in periods of the form."""

    value: Fraction
    age: int


def _add(left: Figure | None, share: Fraction, right: Figure) -> Figure:
    scaled = tuple(share * part for part in right)
    return scaled if left is None else tuple(a + b for a, b in zip(left, scaled, strict=True))


class Series:
    """The series of every unit and indicator as known at one instant, for one plan."""

    def __init__(self, knowledge: Knowledge, plan: Plan):
        self.knowledge = knowledge
        self.data: DataSet = knowledge.data
        self.plan = plan
        self.number = cache(self._number)
        self.inheritance = cache(self._inheritance)

    def owes(self, unit: str, form: str, period: Period) -> bool:
        """Whether the unit owes the form for the period in this plan."""
        role = self.data.forms[form].role
        return self.data.is_valid(unit, period.last) and self.data.has_role(
            self.plan.code, unit, role, period.last
        )

    def _kind(self, indicator: str) -> str:
        return self.data.indicators[indicator].kind

    def _flow_start(self, indicator: str) -> Period:
        return containing(self.data.form_of[indicator].recurrence, self.plan.path_start)

    def _frozen_at(self, indicator: str, heir) -> Period:
        """The last form period that ends before a succession takes effect."""
        period = containing(self.data.form_of[indicator].recurrence, heir.effective_on)
        return period.plus(-1)

    def _number(self, unit: str, indicator: str, period: Period) -> Number | None:
        """The unit's number for the period; NIL repeats the figure as it stood."""
        observed = self.knowledge.observation(unit, indicator, period)
        if observed is None:
            return None
        kind = self._kind(indicator)
        if observed.status in NUMBERED:
            figure: Figure = (observed.value,)
            if kind == "RATIO":
                figure = (observed.value, observed.denominator)
            partial = False
            if kind in ("CUM_UNIQUE", "MONEY") and observed.basis == "OWN_ONLY":
                inherited = self.inheritance(unit, indicator)
                partial = inherited.partial
                if inherited.figure is not None:
                    figure = _add(figure, Fraction(1), inherited.figure)
            return Number(observed.status, figure, partial)
        if observed.status == "NIL":
            return self._repeat(unit, indicator, period)
        return None

    def _repeat(self, unit: str, indicator: str, period: Period) -> Number | None:
        """The number of a NIL; `None` if nothing earlier is visible."""
        if self._kind(indicator) == "FLOW":
            earlier = self.flow_has_number(unit, indicator, period.plus(-1))
            return Number("NIL", (Fraction(0),), False) if earlier else None
        last = self.last_number(unit, indicator, period.plus(-1))
        if last is not None:
            return Number("NIL", last[1].figure, last[1].partial)
        inherited = self.inheritance(unit, indicator)
        return Number("NIL", inherited.figure, inherited.partial) if inherited.figure is not None else None

    def _flow_inherits(self, unit: str, indicator: str) -> bool:
        return any(
            self.flow_has_number(heir.unit, indicator, self._frozen_at(indicator, heir))
            for heir in self.data.predecessors.get(unit, [])
        )

    def last_number(self, unit: str, indicator: str, upto: Period) -> tuple[Period, Number] | None:
        """The unit's own last number for a period not after `upto`."""
        form = self.data.form_of[indicator].code
        for period in sorted(self.data.submissions.get((unit, form), {}), reverse=True):
            if period <= upto and (number := self.number(unit, indicator, period)) is not None:
                return period, number
        return None

    def _inheritance(self, unit: str, indicator: str) -> Inheritance:
        """Σ share × the predecessors' frozen finals.

        A predecessor without a number of its own hands on what it inherited itself; if it owed its
        last period, the sum is partial.
        """
        form = self.data.form_of[indicator].code
        total: Figure | None = None
        partial = False
        for heir in self.data.predecessors.get(unit, []):
            frozen_at = self._frozen_at(indicator, heir)
            last = self.last_number(heir.unit, indicator, frozen_at)
            if last is not None:
                final, partial = last[1].figure, partial or last[1].partial
            else:
                handed_on = self.inheritance(heir.unit, indicator)
                final = handed_on.figure
                partial = partial or handed_on.partial or self.owes(heir.unit, form, frozen_at)
            if final is not None:
                total = _add(total, heir.share, final)
        return Inheritance(total, partial)

    def carried(self, unit: str, indicator: str, at: Period) -> Carried | None:
        """The figure carried to a period in which the unit is missing (CUM_UNIQUE and STOCK only)."""
        if self._kind(indicator) not in ("CUM_UNIQUE", "STOCK"):
            return None
        return self._carried(unit, indicator, at, at)

    def _carried(self, unit: str, indicator: str, upto: Period, at: Period) -> Carried | None:
        last = self.last_number(unit, indicator, upto)
        if last is not None:
            age = at.index - last[0].index
            return Carried(last[1].figure[0], age) if age <= CARRY_LIMIT else None
        parts = []
        for heir in self.data.predecessors.get(unit, []):
            part = self._carried(heir.unit, indicator, self._frozen_at(indicator, heir), at)
            if part is not None:
                parts.append((heir.share, part))
        if not parts:
            return None
        return Carried(sum(share * part.value for share, part in parts), max(part.age for _, part in parts))

    def flow_has_number(self, unit: str, indicator: str, upto: Period) -> bool:
        """Whether the unit or a predecessor gave a number since the plan's path began."""
        period = self._flow_start(indicator)
        while period <= upto:
            if self.number(unit, indicator, period) is not None:
                return True
            period = period.plus(1)
        return self._flow_inherits(unit, indicator)

    def flow_sum(self, unit: str, indicator: str, upto: Period) -> Fraction:
        """The sum since the period in which the plan's path began, predecessors' sums included."""
        total = Fraction(0)
        period = self._flow_start(indicator)
        while period <= upto:
            if (number := self.number(unit, indicator, period)) is not None:
                total += number.figure[0]
            period = period.plus(1)
        for heir in self.data.predecessors.get(unit, []):
            total += heir.share * self.flow_sum(heir.unit, indicator, self._frozen_at(indicator, heir))
        return total

    def flow_has_gap(self, unit: str, indicator: str, upto: Period) -> bool:
        """Whether an owed period up to `upto` has neither a number nor M or J, predecessors' included."""
        form = self.data.form_of[indicator].code
        period = self._flow_start(indicator)
        while period <= upto:
            if self.owes(unit, form, period) and self.number(unit, indicator, period) is None:
                observed = self.knowledge.observation(unit, indicator, period)
                if observed is None or observed.status not in ("M", "J"):
                    return True
            period = period.plus(1)
        return any(
            self.flow_has_gap(heir.unit, indicator, self._frozen_at(indicator, heir))
            for heir in self.data.predecessors.get(unit, [])
        )

    def ratio_sums(self, unit: str, indicator: str, first: Period, upto: Period) -> Figure:
        """Numerators and denominators over a span of periods, predecessors' included."""
        total: Figure = (Fraction(0), Fraction(0))
        period = first
        while period <= upto:
            if (number := self.number(unit, indicator, period)) is not None:
                total = _add(total, Fraction(1), number.figure)
            period = period.plus(1)
        for heir in self.data.predecessors.get(unit, []):
            upto_heir = min(upto, self._frozen_at(indicator, heir))
            total = _add(total, heir.share, self.ratio_sums(heir.unit, indicator, first, upto_heir))
        return total


def reference_period(data: DataSet, indicator: str, as_of) -> Period | None:
    """R: the last period of the indicator's form that ended by `as_of`; `None` on no form."""
    form = data.form_of.get(indicator)
    return last_ended(form.recurrence, as_of) if form else None
