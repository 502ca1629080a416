import Civil

/// A stretch of the calendar within which working days are counted, or whose end a schedule reports.
enum CalendarPeriod: String, Hashable, Sendable, CaseIterable {
    case week
    case month
    case quarter
    case halfYear = "half-year"
    case year

    /// The most weekdays from Monday to Friday that such a period can have.
    var mostWorkingDays: Int {
        switch self {
        case .week: 5
        case .month: 23
        case .quarter: 66
        case .halfYear: 132
        case .year: 262
        }
    }

    /// The months of a period; a week has none.
    private var months: Int {
        switch self {
        case .week: 0
        case .month: 1
        case .quarter: 3
        case .halfYear: 6
        case .year: 12
        }
    }

    /// The first day of the period that a date lies in; a week begins on Monday.
    func start(containing date: LocalDate) -> LocalDate {
        guard self != .week else { return date.adding(days: 1 - date.weekday.rawValue) }
        let month = (date.month - 1) / months * months + 1
        return LocalDate(year: date.year, month: month, day: 1)!
    }

    /// The first day of the period after the one that begins on a date.
    func start(after begin: LocalDate) -> LocalDate {
        guard self != .week else { return begin.adding(days: 7) }
        let month = begin.month + months
        return LocalDate(year: begin.year + (month > 12 ? 1 : 0), month: month > 12 ? month - 12 : month, day: 1)!
    }

    /// The code of the period that begins on a date, as forms and reports write it: `2019`, `2019-H2`, `2019-Q4`,
    /// `2019-07`; a week as its Monday's date.
    func code(from begin: LocalDate) -> String {
        switch self {
        case .week: "\(begin)"
        case .month: "\(begin.year)-\(twoDigits(begin.month))"
        case .quarter: "\(begin.year)-Q\((begin.month + 2) / 3)"
        case .halfYear: "\(begin.year)-H\((begin.month + 5) / 6)"
        case .year: "\(begin.year)"
        }
    }

    /// The code of the last period that ended before a date.
    func codeEnded(before date: LocalDate) -> String {
        code(from: start(containing: start(containing: date).adding(days: -1)))
    }
}
