/// A date with a time of day, to the second, without a zone: what a wall clock shows.
package struct LocalDateTime: Hashable, Comparable, Sendable {
    /// The date.
    package let date: LocalDate
    /// Seconds since the date's midnight, 0 to 86,399.
    package let secondOfDay: Int

    /// The wall-clock time of a date and a second of the day.
    package init(date: LocalDate, secondOfDay: Int) {
        precondition((0..<86_400).contains(secondOfDay), "a day has 86,400 seconds")
        self.date = date
        self.secondOfDay = secondOfDay
    }

    /// The wall-clock time of a date, hour, minute and second.
    package init(date: LocalDate, hour: Int, minute: Int = 0, second: Int = 0) {
        self.init(date: date, secondOfDay: hour * 3600 + minute * 60 + second)
    }

    /// The wall-clock time so many seconds after 2000-01-01T00:00:00 on the same wall clock.
    package init(secondsSince2000 seconds: Int64) {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        self.init(date: LocalDate(days: Int32(day)), secondOfDay: Int(seconds - day * 86_400))
    }

    /// Seconds since 2000-01-01T00:00:00 on the same wall clock.
    package var secondsSince2000: Int64 { Int64(date.days) * 86_400 + Int64(secondOfDay) }

    /// The hour, 0 to 23.
    package var hour: Int { secondOfDay / 3600 }

    /// The minute, 0 to 59.
    package var minute: Int { secondOfDay / 60 % 60 }

    /// The second, 0 to 59.
    package var second: Int { secondOfDay % 60 }

    /// The time of day, `09:30:00`.
    package var timeText: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    package static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        left.secondsSince2000 < right.secondsSince2000
    }
}

extension LocalDateTime: CustomStringConvertible {
    /// The ISO 8601 text without an offset, `2026-03-29T03:30:00`.
    package var description: String { "\(date)T\(timeText)" }
}
