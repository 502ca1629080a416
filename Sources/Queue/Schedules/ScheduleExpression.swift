package import Civil

/// When a schedule fires, as someone wrote it.
///
/// - `0 9 * * MON-FRI`, `30 3 L * *`, `@daily`: cron, five fields or six with seconds first.
/// - `wd 10 of month at 09:00 on LV`: a working day of a named calendar.
/// - `every 15 minutes`: a steady beat.
///
/// Time zones: `every …` and cron expressions whose hour field begins with a star follow UTC. All others are fixed to
/// the zone's wall clock: a time that does not exist fires at the first valid instant after the gap, and several
/// missing times of one gap make one tick; a time that occurs twice fires once, at its first occurrence.
package enum ScheduleExpression: Hashable, Sendable {
    /// Fields of the wall clock or of UTC.
    case cron(CronExpression)
    /// A working day of a named calendar, at a local time.
    case workingDay(WorkingDayExpression)
    /// A steady beat in UTC.
    case every(EveryExpression)

    /// The expression that a text means.
    ///
    /// - Throws: ``ScheduleError`` with the position of the fault and what is allowed there.
    package init(parsing text: String) throws(ScheduleError) {
        let words = Self.words(of: text)
        guard let first = words.first else {
            throw ScheduleError(
                .syntax,
                "the expression is empty; write five cron fields (minute hour day-of-month month day-of-week), "
                    + "\"wd …\" or \"every …\"", position: 1)
        }
        switch first.text.lowercased() {
        case "every":
            self = .every(try EveryExpression(words: words))
        case "wd", "last":
            self = .workingDay(try WorkingDayExpression(words: words))
        case _ where words.count > 1 && words[1].text.lowercased() == "wd":
            self = .workingDay(try WorkingDayExpression(words: words))
        default:
            self = .cron(try CronExpression(words: words))
        }
    }

    /// The name of the working-day calendar that it reads, or nil where it reads none.
    package var calendar: String? {
        if case .workingDay(let expression) = self { expression.calendar } else { nil }
    }

    /// Whether it follows UTC rather than the zone's wall clock.
    package var followsUTC: Bool {
        switch self {
        case .cron(let expression): expression.followsUTC
        case .workingDay: false
        case .every: true
        }
    }

    /// The first tick strictly after an instant, or nil where there is none within the calendar's reach.
    ///
    /// - Parameters:
    ///   - instant: where to look from; it is itself no answer.
    ///   - zone: the rules of the schedule's zone.
    ///   - calendar: the days of the calendar that ``calendar`` names; nil counts Monday to Friday.
    package func nextTick(after instant: Timestamp, zone: ZoneRules, calendar: WorkingDays? = nil) -> Tick? {
        guard !instant.isInfinite, TickRange.searchable.contains(instant.seconds) else { return nil }
        switch self {
        case .every(let expression):
            return UTCTime.tick(at: expression.next(after: instant), after: instant, zone: zone)
        case .cron(let expression) where expression.followsUTC:
            let start = LocalDateTime(secondsSince2000: instant.seconds + 1)
            guard let next = expression.next(onOrAfter: start) else { return nil }
            return UTCTime.tick(at: Timestamp(seconds: next.secondsSince2000), after: instant, zone: zone)
        case .cron(let expression):
            return FixedTime.tick(after: instant, zone: zone) { expression.next(onOrAfter: $0) }
        case .workingDay(let expression):
            let days = calendar ?? WorkingDays(days: [:])
            var found: WorkingDayExpression.Match?
            let tick = FixedTime.tick(after: instant, zone: zone) {
                found = expression.next(onOrAfter: $0, days)
                return found?.time
            }
            guard let tick, let found else { return nil }
            return expression.explaining(tick, of: found, zone: zone, days)
        }
    }

    /// The ticks after an instant, in order, at most so many.
    package func ticks(after instant: Timestamp, count: Int, zone: ZoneRules, calendar: WorkingDays? = nil) -> [Tick] {
        var ticks: [Tick] = []
        var last = instant
        while ticks.count < count, let tick = nextTick(after: last, zone: zone, calendar: calendar) {
            ticks.append(tick)
            last = tick.instant
        }
        return ticks
    }

    /// A word of an expression and the number of its first character, counted from 1.
    struct Word: Hashable, Sendable {
        let text: String
        let position: Int
    }

    private static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var current = ""
        var start = 0
        for (index, character) in text.enumerated() {
            if character.isWhitespace {
                if !current.isEmpty { words.append(Word(text: current, position: start)) }
                current = ""
            } else {
                if current.isEmpty { start = index + 1 }
                current.append(character)
            }
        }
        if !current.isEmpty { words.append(Word(text: current, position: start)) }
        return words
    }
}

/// Where ticks are looked for: the years of which the Gregorian calendar here speaks.
enum TickRange {
    /// Seconds since 2000-01-01T00:00:00Z, from the year 1 to the year 9900.
    static let searchable =
        Int64(LocalDate(year: 1, month: 1, day: 3)!.days) * 86_400..<Int64(
            LocalDate(year: 9900, month: 1, day: 1)!.days) * 86_400
}
