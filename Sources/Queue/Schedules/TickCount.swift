package import Civil

extension ScheduleExpression {
    /// The number of ticks after one instant and up to another, that one included: what an outage has missed.
    ///
    /// A cron expression is counted by whole days where the wall clock runs straight through, so that two weeks of a
    /// tick each second cost microseconds, not a million steps.
    package func tickCount(
        after start: Timestamp, upTo end: Timestamp, zone: ZoneRules, calendar: WorkingDays? = nil
    ) -> Int {
        guard start < end else { return 0 }
        switch self {
        case .every(let expression):
            return expression.count(after: start, upTo: end)
        case .workingDay:
            return steps(after: start, upTo: end, zone: zone, calendar: calendar)
        case .cron(let expression):
            let clock = expression.followsUTC ? ZoneRules.utc : zone
            return countByDays(expression, after: start, upTo: end, clock: clock)
        }
    }

    private func countByDays(
        _ expression: CronExpression, after start: Timestamp, upTo end: Timestamp, clock: ZoneRules
    ) -> Int {
        var count = 0
        var from = start
        var date = clock.date(at: start)
        while from < end {
            // Where a day begins, one microsecond earlier: a tick at its very beginning belongs to the day.
            let begin = clock.startOfDay(date).adding(.microseconds(-1))
            let next = clock.startOfDay(date.adding(days: 1)).adding(.microseconds(-1))
            // A fold across midnight shows a date again after its end; that stretch has no tick of its own.
            if next > from {
                let isStraight = next.duration(since: begin) == .seconds(86_400)
                if from <= begin, next <= end, isStraight {
                    count += expression.count(on: date)
                } else {
                    count += steps(after: from, upTo: min(next, end), zone: clock)
                }
                from = next
            }
            date = date.adding(days: 1)
        }
        return count
    }

    private func steps(
        after start: Timestamp, upTo end: Timestamp, zone: ZoneRules, calendar: WorkingDays? = nil
    ) -> Int {
        var count = 0
        var last = start
        while let tick = nextTick(after: last, zone: zone, calendar: calendar), tick.instant <= end {
            count += 1
            last = tick.instant
        }
        return count
    }
}

extension ZoneRules {
    /// The first instant of a date in the zone.
    func startOfDay(_ date: LocalDate) -> Timestamp {
        resolve(LocalDateTime(date: date, secondOfDay: 0)).instant
    }
}
