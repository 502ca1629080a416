"""Calendar periods: years, half-years, quarters and months, and the arithmetic between them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

PER_YEAR = {"YEAR": 1, "HALF_YEAR": 2, "QUARTER": 4, "MONTH": 12}

_CODE = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """One period of a recurrence; `index` counts periods of that recurrence since the year 0."""

    recurrence: str
    index: int

    @property
    def first(self) -> date:
        """The first day of the period."""
        per_year = PER_YEAR[self.recurrence]
        year, part = divmod(self.index, per_year)
        return date(year, part * (12 // per_year) + 1, 1)

    @property
    def last(self) -> date:
        """The last day of the period (inclusive)."""
        return Period(self.recurrence, self.index + 1).first - timedelta(days=1)

    @property
    def code(self) -> str:
        """The code as the data set writes it: `2019`, `2019-H2`, `2019-Q4`, `2019-07`."""
        year, part = divmod(self.index, PER_YEAR[self.recurrence])
        ending = {
            "YEAR": "",
            "HALF_YEAR": f"-H{part + 1}",
            "QUARTER": f"-Q{part + 1}",
            "MONTH": f"-{part + 1:02}",
        }[self.recurrence]
        return f"{year:04}{ending}"

    def plus(self, count: int) -> "Period":
        """The period `count` periods later (earlier if negative)."""
        return Period(self.recurrence, self.index + count)


def parse_period(code: str) -> Period:
    """The period with that code; `ValueError` if the text is no period code."""
    match = _CODE.fullmatch(code)
    if match is None or match[1] == "0000":
        raise ValueError(f"'{code}' is not a period (2019, 2019-H2, 2019-Q4 or 2019-07)")
    year = int(match[1])
    if match[2]:
        return Period("HALF_YEAR", year * 2 + int(match[2]) - 1)
    if match[3]:
        return Period("QUARTER", year * 4 + int(match[3]) - 1)
    if match[4]:
        return Period("MONTH", year * 12 + int(match[4]) - 1)
    return Period("YEAR", year)


def containing(recurrence: str, day: date) -> Period:
    """The period of that recurrence in which the day lies."""
    per_year = PER_YEAR[recurrence]
    return Period(recurrence, day.year * per_year + (day.month - 1) // (12 // per_year))


def last_ended(recurrence: str, day: date) -> Period:
    """The last period of that recurrence that ends on or before the day."""
    return containing(recurrence, day + timedelta(days=1)).plus(-1)
