import Civil

/// A cron expression: minute, hour, day of month, month and day of week, with seconds in front where there are six.
///
/// Day of month and day of week follow Vixie's rule: where either field begins with a star, a day must match both;
/// otherwise it is enough to match one.
package struct CronExpression: Hashable, Sendable {
    /// Whether the hour field begins with a star, so that the expression is read on the clock of UTC.
    package let followsUTC: Bool

    private let seconds: UInt64
    private let minutes: UInt64
    private let hours: UInt64
    private let months: UInt64
    private let days: CronDays

    private static let shorthands: [String: String] = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    init(words: [ScheduleExpression.Word]) throws(ScheduleError) {
        let words = try Self.expanding(words)
        guard words.count == 5 || words.count == 6 else {
            let place = words.count > 6 ? words[6].position : words[words.count - 1].position
            throw ScheduleError(
                .syntax,
                "\(words.count) field\(words.count == 1 ? "" : "s"); allowed are five (minute hour day-of-month month "
                    + "day-of-week), six (second in front), @hourly, @daily, @weekly, @monthly, @yearly, "
                    + "\"wd …\" and \"every …\"", position: place)
        }
        let units = CronUnit.allCases.suffix(words.count)
        var fields: [CronField] = []
        for (word, unit) in zip(words, units) { fields.append(try CronField(word, unit)) }
        let clock = fields.count == 6 ? fields[0].bits : 1
        fields = fields.suffix(5)
        self.followsUTC = fields[1].beginsWithStar
        self.seconds = clock
        self.minutes = fields[0].bits
        self.hours = fields[1].bits
        self.months = fields[3].bits
        self.days = CronDays(dayOfMonth: fields[2], dayOfWeek: fields[4])
        guard next(onOrAfter: LocalDateTime(date: LocalDate(days: 0), secondOfDay: 0)) != nil else {
            let place = words.count - 3
            throw ScheduleError(
                .neverFires,
                "no date ever matches day of month \"\(words[place].text)\" in month \"\(words[place + 1].text)\" with "
                    + "day of week \"\(words[place + 2].text)\"", position: words[place].position)
        }
    }

    /// The fields that a shorthand such as `@daily` stands for; other words as they are.
    private static func expanding(
        _ words: [ScheduleExpression.Word]
    ) throws(ScheduleError) -> [ScheduleExpression.Word] {
        guard words[0].text.hasPrefix("@") else { return words }
        let allowed = "allowed are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"
        let name = words[0].text.lowercased()
        if name == "@reboot" {
            throw ScheduleError(
                .unsupported,
                "@reboot is refused: a schedule belongs to the system, not to one host's start; \(allowed)",
                position: words[0].position)
        }
        guard let fields = shorthands[name] else {
            throw ScheduleError(.syntax, "\"\(words[0].text)\" is not known; \(allowed)", position: words[0].position)
        }
        if words.count > 1 {
            throw ScheduleError(
                .syntax, "nothing may follow \(words[0].text), but \"\(words[1].text)\" does",
                position: words[1].position)
        }
        return fields.split(separator: " ").map { .init(text: String($0), position: words[0].position) }
    }

    /// The first wall-clock time that matches and is not before a given one, or nil where none ever does.
    ///
    /// It jumps from month to month: a 29 February on a given weekday, up to forty years away, costs microseconds.
    func next(onOrAfter start: LocalDateTime) -> LocalDateTime? {
        var year = start.date.year
        var month = start.date.month
        var firstDay = start.date.day
        // After 400 years the calendar repeats, weekdays included.
        for _ in 0...4800 {
            if months & (1 << UInt64(month)) != 0, year < 9999 {
                var candidates = days.matching(year: year, month: month) & (~UInt32(0) << UInt32(firstDay))
                while candidates != 0 {
                    let day = candidates.trailingZeroBitCount
                    let date = LocalDate(year: year, month: month, day: day)!
                    let from = date == start.date ? start.secondOfDay : 0
                    if let second = secondOfDay(onOrAfter: from) {
                        return LocalDateTime(date: date, secondOfDay: second)
                    }
                    candidates &= candidates - 1
                }
            }
            firstDay = 1
            month += 1
            if month > 12 {
                month = 1
                year += 1
            }
        }
        return nil
    }

    /// The first matching time of a day from a second on.
    private func secondOfDay(onOrAfter start: Int) -> Int? {
        let (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60)
        if hours & (1 << UInt64(hour)) != 0 {
            if minutes & (1 << UInt64(minute)) != 0, let next = Self.lowest(seconds, from: second) {
                return hour * 3600 + minute * 60 + next
            }
            if let next = Self.lowest(minutes, from: minute + 1) {
                return hour * 3600 + next * 60 + seconds.trailingZeroBitCount
            }
        }
        guard let next = Self.lowest(hours, from: hour + 1) else { return nil }
        return next * 3600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
    }

    private static func lowest(_ bits: UInt64, from start: Int) -> Int? {
        let rest = bits & (~UInt64(0) << UInt64(start))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// The number of ticks on a date whose wall clock runs straight through.
    func count(on date: LocalDate) -> Int {
        guard months & (1 << UInt64(date.month)) != 0,
            days.matching(year: date.year, month: date.month) & (1 << UInt32(date.day)) != 0
        else { return 0 }
        return seconds.nonzeroBitCount * minutes.nonzeroBitCount * hours.nonzeroBitCount
    }
}
