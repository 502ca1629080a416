package import Civil

/// What a schedule does about ticks that passed while no scheduler evaluated it.
package enum CatchUpPolicy: Hashable, Sendable {
    /// Only the latest missed tick is made up for; the earlier ones are skipped.
    case latest
    /// Every missed tick is made up for, in order, but at most so many of the newest and none older than an age.
    case all(count: Int, age: Duration)
    /// None is made up for: a tick that is later than ``CatchUp/tolerance`` is skipped.
    case skip

    /// The policy's name, as the database and the schedule file write it.
    package var name: String {
        switch self {
        case .latest: "latest"
        case .all: "all"
        case .skip: "skip"
        }
    }
}

/// What one evaluation of a schedule decides.
package struct CatchUp: Hashable, Sendable {
    /// Ticks that are passed over, as one stretch.
    package struct Skipped: Hashable, Sendable {
        /// The first tick passed over.
        package let first: Timestamp
        /// The last tick passed over.
        package let last: Timestamp
        /// The number of ticks passed over.
        package let count: Int
    }

    /// The ticks to enqueue, in order.
    package let due: [Tick]
    /// The ticks that the policy passes over, all before the first of ``due``.
    package let skipped: Skipped?
    /// The first tick that lies ahead.
    package let next: Tick?

    /// How late a tick may be enqueued and still count as on time.
    package static let tolerance = Duration.seconds(60)

    /// Decides about every tick after one instant and up to now.
    ///
    /// - Parameters:
    ///   - decided: the instant up to which every tick is decided already.
    ///   - now: the present by the database's clock.
    package init(
        _ expression: ScheduleExpression, decidedUntil decided: Timestamp, now: Timestamp, policy: CatchUpPolicy,
        zone: ZoneRules, calendar: WorkingDays? = nil
    ) {
        let rules = TickSource(expression: expression, zone: zone, calendar: calendar)
        // A clock set back leaves the past decided: nothing fires again.
        next = rules.next(after: max(decided, now))
        guard let first = rules.next(after: decided), first.instant <= now else {
            due = []
            skipped = nil
            return
        }
        switch policy {
        case .latest:
            due = rules.newest(1, after: decided, upTo: now)
        case .all(let count, let age):
            due = rules.newest(count, after: max(decided, now.adding(.zero - age)), upTo: now)
        case .skip:
            due = rules.newest(1, after: max(decided, now.adding(.zero - Self.tolerance)), upTo: now)
        }
        guard first.instant != due.first?.instant else {
            skipped = nil
            return
        }
        let end = due.first.map { $0.instant.adding(.microseconds(-1)) } ?? now
        let count = expression.tickCount(after: decided, upTo: end, zone: zone, calendar: calendar)
        let last = rules.newest(1, after: decided, upTo: end).first ?? first
        skipped = Skipped(first: first.instant, last: last.instant, count: count)
    }
}

/// A schedule's ticks as a sequence in time.
private struct TickSource {
    let expression: ScheduleExpression
    let zone: ZoneRules
    let calendar: WorkingDays?

    func next(after instant: Timestamp) -> Tick? {
        expression.nextTick(after: instant, zone: zone, calendar: calendar)
    }

    /// The newest ticks of a stretch, in order, at most so many.
    ///
    /// Looks back from the end by steps that grow, so that the cost follows the number asked for and not the length of
    /// the outage.
    func newest(_ count: Int, after start: Timestamp, upTo end: Timestamp) -> [Tick] {
        guard start < end, count > 0 else { return [] }
        var reach = Duration.seconds(60)
        while true {
            let from = max(start, end.adding(.zero - reach))
            var ticks: [Tick] = []
            var last = from
            while let tick = next(after: last), tick.instant <= end {
                ticks.append(tick)
                last = tick.instant
            }
            if ticks.count >= count || from == start { return Array(ticks.suffix(count)) }
            reach *= 8
        }
    }
}
