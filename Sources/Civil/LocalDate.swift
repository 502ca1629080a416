/// A calendar date without a zone: what a deadline, a plan version or a working day is written in.
///
/// Proleptic Gregorian, stored as PostgreSQL stores a `date`: days since 2000-01-01.
package struct LocalDate: Hashable, Comparable, Sendable {
    /// Days since 2000-01-01, negative before it.
    package let days: Int32

    /// The date so many days after 2000-01-01.
    package init(days: Int32) {
        self.days = days
    }

    /// The date of a year, month and day, or nil where the Gregorian calendar has no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.days = Self.days(year: year, month: month, day: day)
    }

    /// The date of an ISO 8601 text `YYYY-MM-DD`, or nil for anything else.
    package init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The year of the Gregorian calendar.
    package var year: Int { civil.year }

    /// The month, 1 to 12.
    package var month: Int { civil.month }

    /// The day of the month, 1 to 31.
    package var day: Int { civil.day }

    /// The weekday.
    package var weekday: Weekday {
        // 2000-01-01 was a Saturday.
        Weekday(rawValue: Int((Int(days) + 5) %% 7) + 1)!
    }

    /// The date so many days later, or earlier where negative.
    package func adding(days count: Int) -> LocalDate {
        LocalDate(days: days + Int32(count))
    }

    /// The number of days from another date to this one.
    package func days(since other: LocalDate) -> Int {
        Int(days) - Int(other.days)
    }

    /// The number of days of a month.
    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    package static func < (left: LocalDate, right: LocalDate) -> Bool {
        left.days < right.days
    }

    private static func isLeap(_ year: Int) -> Bool {
        (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    // Both conversions count in eras of 400 years whose year begins in March, so that the leap day is a year's last.

    private static func days(year: Int, month: Int, day: Int) -> Int32 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 730_425)
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }
}

extension LocalDate: CustomStringConvertible {
    /// The ISO 8601 text, `2019-12-31`.
    package var description: String {
        let (year, month, day) = civil
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}

/// A day of the week, numbered as ISO 8601 does: Monday is 1.
package enum Weekday: Int, Sendable, CaseIterable, Hashable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}

infix operator %% : MultiplicationPrecedence

/// The remainder that has the divisor's sign, so that days before 2000 count backwards rightly.
func %% (dividend: Int, divisor: Int) -> Int {
    let remainder = dividend % divisor
    return remainder < 0 ? remainder + divisor : remainder
}

/// A number in decimal, with zeros in front up to a width.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
