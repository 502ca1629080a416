package import Civil

/// One row of `calendar.csv`: a day that is not what its weekday says (`docs/domain.md` §4).
package struct CalendarDay: Hashable, Sendable {
    /// The calendar's code; due dates are computed on `LV`.
    package var calendar: String
    /// The day.
    package var date: LocalDate
    /// Why it is not what its weekday says.
    package var kind: WorkingDays.DayKind
    /// What people call it.
    package var name: String
    /// The day from which it was known; nil for always.
    package var knownSince: LocalDate?

    /// A row of `calendar.csv`.
    package init(
        calendar: String, date: LocalDate, kind: WorkingDays.DayKind, name: String, knownSince: LocalDate? = nil
    ) {
        self.calendar = calendar
        self.date = date
        self.kind = kind
        self.name = name
        self.knownSince = knownSince
    }
}

/// One row of `calendar_adoptions.csv`: whether a unit adopts the moved working days of a year.
package struct CalendarAdoption: Hashable, Sendable {
    /// The unit's code.
    package var unit: String
    /// The calendar year of the moved day.
    package var year: Int
    /// Whether the unit follows the moved days of that year.
    package var adoptsMovedDays: Bool

    /// A row of `calendar_adoptions.csv`.
    package init(unit: String, year: Int, adoptsMovedDays: Bool) {
        self.unit = unit
        self.year = year
        self.adoptsMovedDays = adoptsMovedDays
    }
}
