/// A calendar of working days as data: Monday to Friday, less the days off, with the days moved by the Cabinet.
///
/// No holiday is built in: a year without rows has none (`docs/domain.md`, working days).
package struct WorkingDays: Hashable, Sendable {
    /// Why a day is not what its weekday says.
    package enum DayKind: String, Hashable, Sendable, CaseIterable {
        /// A public holiday: off for all.
        case holiday = "HOLIDAY"
        /// A working day moved to a Saturday: off for those who adopt moved days.
        case movedOff = "MOVED_OFF"
        /// A Saturday worked in place of a moved day: worked by those who adopt moved days.
        case movedWork = "MOVED_WORK"
        /// A day off proclaimed once: off for all.
        case special = "SPECIAL"
    }

    /// The days that are not what their weekday says.
    package let days: [LocalDate: DayKind]

    /// A calendar of the days that are not what their weekday says.
    package init(days: [LocalDate: DayKind]) {
        self.days = days
    }

    /// Whether a date is worked by someone who does or does not adopt moved days.
    package func isWorkingDay(_ date: LocalDate, adoptsMovedDays: Bool) -> Bool {
        switch days[date] {
        case .holiday, .special: return false
        case .movedOff where adoptsMovedDays: return false
        case .movedWork where adoptsMovedDays: return true
        default: return date.weekday.rawValue <= 5
        }
    }

    /// The `count`-th working day after a date (before it where negative), for an adoption of moved days by year.
    ///
    /// - Parameter adopts: whether moved days of a calendar year are adopted.
    /// - Precondition: `count` is not zero.
    package func workingDay(_ count: Int, from date: LocalDate, adopts: (_ year: Int) -> Bool) -> LocalDate {
        precondition(count != 0, "a working day is counted from one")
        let step = count > 0 ? 1 : -1
        var current = date
        var left = abs(count)
        while left > 0 {
            current = current.adding(days: step)
            if isWorkingDay(current, adoptsMovedDays: adopts(current.year)) { left -= 1 }
        }
        return current
    }

    /// The `count`-th working day after a date where adoption may be unknown (nil): the later of the date with all
    /// unknown years adopted and the date with none, so that nobody is accused early.
    package func latestWorkingDay(_ count: Int, from date: LocalDate, adoption: (_ year: Int) -> Bool?) -> LocalDate {
        max(
            workingDay(count, from: date) { adoption($0) ?? true },
            workingDay(count, from: date) { adoption($0) ?? false })
    }
}
