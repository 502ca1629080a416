package import Civil

/// How often a form is owed, and how long a period is.
package enum Recurrence: String, Hashable, Sendable, CaseIterable {
    /// Each month.
    case month = "MONTH"
    /// Each quarter.
    case quarter = "QUARTER"
    /// Each half-year.
    case halfYear = "HALF_YEAR"
    /// Each year.
    case year = "YEAR"

    /// The number of months of a period.
    package var months: Int {
        switch self {
        case .month: 1
        case .quarter: 3
        case .halfYear: 6
        case .year: 12
        }
    }

    /// The number of periods of a year.
    package var periodsPerYear: Int { 12 / months }
}

/// A reporting period, `2019`, `2019-H2`, `2019-Q4` or `2019-07` (`docs/domain.md` §1).
package struct Period: Hashable, Sendable {
    /// Its length and rhythm.
    package let recurrence: Recurrence
    /// Its number among the periods of its recurrence, counted from the year 0; neighbours differ by one.
    package let ordinal: Int

    /// The period with a number among those of its recurrence.
    package init(recurrence: Recurrence, ordinal: Int) {
        self.recurrence = recurrence
        self.ordinal = ordinal
    }

    /// The period of a recurrence that contains a date.
    package init(_ recurrence: Recurrence, containing date: LocalDate) {
        self.recurrence = recurrence
        self.ordinal = (date.year * 12 + date.month - 1) / recurrence.months
    }

    /// The period of a code, or nil for anything that is none.
    package init?(code: some StringProtocol) {
        let bytes = Array(code.utf8)
        func number(_ digits: ArraySlice<UInt8>) -> Int? {
            var value = 0
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
            }
            return value
        }
        guard bytes.count >= 4, let year = number(bytes[0..<4]), year >= 1 else { return nil }
        if bytes.count == 4 {
            self.init(recurrence: .year, ordinal: year)
            return
        }
        guard bytes.count == 7, bytes[4] == UInt8(ascii: "-") else { return nil }
        let recurrence: Recurrence
        let part: Int?
        switch bytes[5] {
        case UInt8(ascii: "H"):
            recurrence = .halfYear
            part = number(bytes[6...])
        case UInt8(ascii: "Q"):
            recurrence = .quarter
            part = number(bytes[6...])
        default:
            recurrence = .month
            part = number(bytes[5...])
        }
        guard let part, part >= 1, part <= recurrence.periodsPerYear else { return nil }
        self.init(recurrence: recurrence, ordinal: year * recurrence.periodsPerYear + part - 1)
    }

    /// The year in which it lies.
    package var year: Int { ordinal / recurrence.periodsPerYear }

    /// Its number within the year, from 1.
    package var part: Int { ordinal % recurrence.periodsPerYear + 1 }

    /// Its code, `2019-H2`.
    package var code: String {
        let digits = String(year)
        let year = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        switch recurrence {
        case .year: return year
        case .halfYear: return "\(year)-H\(part)"
        case .quarter: return "\(year)-Q\(part)"
        case .month: return "\(year)-\(part < 10 ? "0" : "")\(part)"
        }
    }

    /// Its first day.
    package var firstDay: LocalDate {
        // A period has a year from 1 to 9999 by construction from a code or a date; neighbours beyond clamp there.
        let month = ordinal * recurrence.months
        return LocalDate(year: min(max(month / 12, 1), 9999), month: month % 12 + 1, day: 1)!
    }

    /// Its last day.
    package var lastDay: LocalDate {
        let month = (ordinal + 1) * recurrence.months - 1
        let year = min(max(month / 12, 1), 9999)
        let number = month % 12 + 1
        return LocalDate(year: year, month: number, day: LocalDate.length(ofMonth: number, year: year))!
    }

    /// The period after it.
    package var next: Period { Period(recurrence: recurrence, ordinal: ordinal + 1) }

    /// The period before it.
    package var previous: Period { Period(recurrence: recurrence, ordinal: ordinal - 1) }

    /// Whether a date lies in it.
    package func contains(_ date: LocalDate) -> Bool { firstDay <= date && date <= lastDay }

    /// The last period of a recurrence that ends on or before a date.
    package static func last(_ recurrence: Recurrence, endingBy date: LocalDate) -> Period {
        let current = Period(recurrence, containing: date)
        return current.lastDay == date ? current : current.previous
    }

    /// The periods of a recurrence that end between two dates, both included, in order of time.
    package static func sequence(_ recurrence: Recurrence, endingFrom first: LocalDate, through last: LocalDate)
        -> [Period]
    {
        let from = Period(recurrence, containing: first).ordinal
        let to = Period.last(recurrence, endingBy: last).ordinal
        return from <= to ? (from...to).map { Period(recurrence: recurrence, ordinal: $0) } : []
    }
}

extension Period: CustomStringConvertible {
    package var description: String { code }
}
