import Civil

/// A working day of a named calendar at a local time.
///
/// - `wd of week at 09:00 on LV`: each working day.
/// - `wd 10 of month at 09:00 on LV`, `last wd of half-year at 16:00 on LV`: counted within a week, month, quarter,
///   half-year or year; a period with fewer working days has no such tick.
/// - `5 wd before 06-30 at 09:00 on LV`: counted back from a date of the year, which itself does not count.
///
/// The calendar is read as published: days moved off are free and the Saturdays in their place are worked.
package struct WorkingDayExpression: Hashable, Sendable {
    /// Which working days it selects.
    enum Rule: Hashable, Sendable {
        case each
        case nth(Int, CalendarPeriod)
        case last(CalendarPeriod)
        case before(Int, month: Int, day: Int)
    }

    /// The name of the calendar.
    package let calendar: String
    let rule: Rule
    /// The local time of day, in seconds.
    let secondOfDay: Int

    /// A wall-clock time that the rule selects.
    struct Match {
        let time: LocalDateTime
        /// The day that Monday to Friday alone would give; nil where days are not counted.
        let onWeekdaysAlone: LocalDate?
    }

    init(words: [ScheduleExpression.Word]) throws(ScheduleError) {
        var parser = WorkingDayParser(words: words)
        rule = try parser.rule()
        secondOfDay = try parser.time()
        calendar = try parser.calendar()
        try parser.end()
    }

    /// The first matching wall-clock time that is not before a given one, or nil where none is found within 50 years.
    func next(onOrAfter start: LocalDateTime, _ days: WorkingDays) -> Match? {
        let first = secondOfDay >= start.secondOfDay ? start.date : start.date.adding(days: 1)
        let horizon = start.date.adding(days: 50 * 366)
        switch rule {
        case .each:
            // A calendar without a working day for ten years is a mistake in the data, not a date to be found.
            for offset in 0..<3660 where days.isWorked(first.adding(days: offset)) {
                return match(first.adding(days: offset), nil)
            }
            return nil
        case .nth(_, let period), .last(let period):
            var begin = period.start(containing: first)
            while begin <= horizon {
                if let day = day(in: period, from: begin, days), day >= first {
                    return match(day, self.day(in: period, from: begin, .mondayToFriday))
                }
                begin = period.start(after: begin)
            }
            return nil
        case .before(let count, let month, let dayOfMonth):
            for year in first.year...horizon.year {
                guard let target = LocalDate(year: year, month: month, day: dayOfMonth) else { continue }
                let day = target.countingWorkingDays(-count, days)
                if day >= first { return match(day, target.countingWorkingDays(-count, .mondayToFriday)) }
            }
            return nil
        }
    }

    /// The rule's day within a period, or nil where the period has too few working days.
    private func day(in period: CalendarPeriod, from begin: LocalDate, _ days: WorkingDays) -> LocalDate? {
        let end = period.start(after: begin)
        switch rule {
        case .nth(let count, _):
            let day = begin.adding(days: -1).countingWorkingDays(count, days)
            return day < end ? day : nil
        default:
            let day = end.countingWorkingDays(-1, days)
            return day >= begin ? day : nil
        }
    }

    private func match(_ date: LocalDate, _ onWeekdaysAlone: LocalDate?) -> Match {
        Match(time: LocalDateTime(date: date, secondOfDay: secondOfDay), onWeekdaysAlone: onWeekdaysAlone)
    }

    /// The tick with a note on what the calendar changed about its day.
    func explaining(_ tick: Tick, of match: Match, zone: ZoneRules, _ days: WorkingDays) -> Tick {
        let date = match.time.date
        var notes = tick.note.map { [$0] } ?? []
        if let plain = match.onWeekdaysAlone, plain != date {
            notes.append("moved from \(plain) by calendar \(calendar)")
        }
        if rule == .each {
            if let kind = days.days[date], date.weekday.rawValue > 5 {
                notes.append("\(date.weekday) worked (\(kind.rawValue) of calendar \(calendar))")
            }
            let skipped = days.weekdaysOff(before: date)
            if !skipped.isEmpty { notes.append("not on \(skipped.joined(separator: ", ")) of calendar \(calendar)") }
        }
        if !days.days.isEmpty, !days.days.keys.contains(where: { $0.year == date.year }) {
            notes.append("calendar \(calendar) has no days for \(date.year): Monday to Friday are counted")
        }
        return Tick(instant: tick.instant, zone: zone, note: notes.isEmpty ? nil : notes.joined(separator: "; "))
    }
}

extension WorkingDays {
    /// Monday to Friday and nothing else.
    static let mondayToFriday = WorkingDays(days: [:])

    /// Whether a date is worked in the calendar as published, moved days included.
    func isWorked(_ date: LocalDate) -> Bool {
        isWorkingDay(date, adoptsMovedDays: true)
    }

    /// The weekdays off between a date and the working day before it, with their kinds.
    fileprivate func weekdaysOff(before date: LocalDate) -> [String] {
        var off: [String] = []
        var day = date.adding(days: -1)
        while !isWorked(day), date.days(since: day) < 31 {
            if day.weekday.rawValue <= 5, let kind = days[day] { off.insert("\(day) (\(kind.rawValue))", at: 0) }
            day = day.adding(days: -1)
        }
        return off
    }
}

extension LocalDate {
    /// The working day so many after this date, or before it where negative.
    fileprivate func countingWorkingDays(_ count: Int, _ days: WorkingDays) -> LocalDate {
        days.workingDay(count, from: self) { _ in true }
    }
}
