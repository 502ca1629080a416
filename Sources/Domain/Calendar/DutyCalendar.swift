package import Civil

/// The working days on which due dates are counted: calendar `LV` as known on a day, with each unit's adoption of moved
/// days (`docs/domain.md` §4).
package struct DutyCalendar: Sendable {
    /// The calendar on which due dates are counted.
    package static let code = "LV"

    /// The days that are not what their weekday says, as far as known.
    package let days: WorkingDays
    /// By unit, whether moved days of a year are adopted; a year without an entry is unknown.
    private let adoptions: [String: [Int: Bool]]

    /// The calendar of a data set as known on a local day; nil for everything recorded.
    package init(_ dataSet: DataSet, knownOn: LocalDate?) {
        self.init(calendar: dataSet.calendar, adoptions: dataSet.calendarAdoptions, knownOn: knownOn)
    }

    /// The calendar of rows as known on a local day; nil for everything recorded.
    package init(calendar: [CalendarDay], adoptions: [CalendarAdoption], knownOn: LocalDate?) {
        var days: [LocalDate: WorkingDays.DayKind] = [:]
        for row in calendar where row.calendar == Self.code {
            if let knownOn, let since = row.knownSince, since > knownOn { continue }
            days[row.date] = row.kind
        }
        self.days = WorkingDays(days: days)
        var adopted: [String: [Int: Bool]] = [:]
        for row in adoptions { adopted[row.unit, default: [:]][row.year] = row.adoptsMovedDays }
        self.adoptions = adopted
    }

    /// Whether a unit adopts the moved days of each year, as far as known.
    package func adoption(of unit: String) -> [Int: Bool] {
        adoptions[unit] ?? [:]
    }

    /// The due date of a form's period for a unit: so many working days after the period's last day; where adoption is
    /// unknown, the later date.
    package func dueOn(_ form: Form, _ period: Period, unit: String) -> LocalDate {
        workingDay(form.dueWorkingDays, after: period.lastDay, adoption: adoption(of: unit))
    }

    /// The end of grace: so many working days after the due date; where adoption is unknown, the later date.
    package func graceUntil(_ form: Form, dueOn: LocalDate, unit: String) -> LocalDate {
        workingDay(form.graceWorkingDays, after: dueOn, adoption: adoption(of: unit))
    }

    /// The `count`-th working day after a date under an adoption by year, the later one where it is unknown; the date
    /// itself for a count of nought.
    func workingDay(_ count: Int, after date: LocalDate, adoption: [Int: Bool]) -> LocalDate {
        count == 0 ? date : days.latestWorkingDay(count, from: date) { adoption[$0] }
    }

    /// Whether a day is surely a working day of a unit: where its adoption is unknown, under both.
    package func isSurelyWorkingDay(_ date: LocalDate, unit: String) -> Bool {
        if let adopts = adoptions[unit]?[date.year] { return days.isWorkingDay(date, adoptsMovedDays: adopts) }
        return days.isWorkingDay(date, adoptsMovedDays: true) && days.isWorkingDay(date, adoptsMovedDays: false)
    }

    /// The `count`-th day after a date (before it where negative) that is surely a working day of a unit.
    ///
    /// - Precondition: `count` is not zero.
    package func sureWorkingDay(_ count: Int, from date: LocalDate, unit: String) -> LocalDate {
        precondition(count != 0, "a working day is counted from one")
        let step = count > 0 ? 1 : -1
        var current = date
        var left = abs(count)
        while left > 0 {
            current = current.adding(days: step)
            if isSurelyWorkingDay(current, unit: unit) { left -= 1 }
        }
        return current
    }
}
