package import Civil
package import Postgres

/// What one evaluation did.
package struct Evaluation: Sendable {
    /// A stretch of ticks that a policy passed over.
    package struct Skip: Hashable, Sendable {
        /// The schedule's name.
        package let schedule: String
        /// The stretch.
        package let ticks: CatchUp.Skipped
    }

    /// A schedule that could not be evaluated or whose job could not be enqueued.
    package struct Failure: Hashable, Sendable {
        /// The schedule's name.
        package let schedule: String
        /// Why, as `last_error` shows it.
        package let message: String
    }

    /// The instant for which was decided, by the database's clock.
    package let now: Timestamp
    /// When a schedule must be looked at next; the past where more are due already, nil where none ever must.
    package let nextEvaluation: Timestamp?
    /// The number of schedules that were moved on.
    package internal(set) var moved = 0
    /// The ticks that were enqueued.
    package internal(set) var fired: [FiredTick] = []
    /// The ticks that were passed over.
    package internal(set) var skipped: [Skip] = []
    /// The schedules that failed; they are tried again later and hold up no other.
    package internal(set) var failures: [Failure] = []

    /// Whether more schedules are due already.
    package var isBehind: Bool { nextEvaluation.map { $0 <= now } ?? false }
}

/// Evaluates the schedules that are due: decides about every tick since the last evaluation and enqueues jobs.
///
/// Any number of evaluators may work on one database. They need no leader: what two decide at once, one writes. Time is
/// the database's; the evaluator keeps only what it has parsed and the rules of zones, which it reads anew each hour.
package struct ScheduleEvaluator: Sendable {
    private let scheduler: String
    private var parsed: [ScheduleDefinition: ParsedSchedule] = [:]
    private var zones: [String: (rules: ZoneRules, readAt: ContinuousClock.Instant)] = [:]

    /// How many schedules are decided in one transaction: enough to make its cost small, few enough to be quick.
    private static let batch = 250
    /// How many jobs are enqueued in one transaction, but for a schedule that alone has more.
    private static let jobsAtOnce = 1000
    /// After how long a schedule that is not due is looked at all the same, to see a changed calendar or zone.
    private static let recheck = Duration.seconds(3600)
    private static let calendarRecheck = Duration.seconds(900)

    /// An evaluator for a process.
    ///
    /// - Parameter scheduler: the process's name, under which it records ticks.
    package init(scheduler: String) {
        self.scheduler = scheduler
    }

    /// Evaluates at most one batch of due schedules.
    ///
    /// - Parameter simulated: a present to be taken instead of the database's, for tests and simulations.
    /// - Throws: `PostgresError` where the database cannot be used; a fault of one schedule is no error but is told in
    ///   ``Evaluation/failures``.
    package mutating func evaluate(
        on connection: inout Connection, at simulated: Timestamp? = nil
    ) async throws -> Evaluation {
        let due = try await DueSchedules.read(at: simulated, limit: Self.batch, on: &connection)
        var evaluation = Evaluation(now: due.now, nextEvaluation: due.nextEvaluation)
        guard !due.schedules.isEmpty else { return evaluation }

        var calendars: [String: WorkingDays] = [:]
        var decisions: [ScheduleDecision] = []
        for schedule in due.schedules {
            do {
                decisions.append(try await decide(schedule, now: due.now, &calendars, on: &connection))
            } catch let error as ScheduleError {
                try await fail(schedule, error.description, &evaluation, on: &connection)
            } catch let error as PostgresError where error.isRefusal {
                try await fail(schedule, error.message, &evaluation, on: &connection)
            }
        }
        // Schedules that catch up on many ticks do not share a transaction with all others.
        while !decisions.isEmpty {
            var jobs = 0
            let part = decisions.prefix { decision in
                defer { jobs += decision.jobs.count }
                return jobs < Self.jobsAtOnce
            }
            decisions.removeFirst(part.count)
            try await settle(Array(part), readAt: due.readAt, &evaluation, on: &connection)
        }
        return evaluation
    }

    /// Writes decisions together; where the server refuses that, each alone, so that only the one at fault fails.
    private func settle(
        _ decisions: [ScheduleDecision], readAt: Timestamp, _ evaluation: inout Evaluation,
        on connection: inout Connection
    ) async throws {
        do {
            try await write(decisions, readAt: readAt, &evaluation, on: &connection)
        } catch let error as PostgresError where error.isRefusal {
            for decision in decisions {
                do {
                    try await write([decision], readAt: readAt, &evaluation, on: &connection)
                } catch let error as PostgresError where error.isRefusal {
                    try await fail(decision.schedule, error.message, &evaluation, on: &connection)
                }
            }
        }
    }

    private mutating func decide(
        _ schedule: DueSchedule, now: Timestamp, _ calendars: inout [String: WorkingDays],
        on connection: inout Connection
    ) async throws -> ScheduleDecision {
        let definition = schedule.definition
        let rules = try parse(definition)
        let zone = try await zone(definition.zone, on: &connection)
        var calendar: WorkingDays?
        if let name = rules.expression.calendar {
            if calendars[name] == nil {
                calendars[name] = try await ScheduleSurroundings.calendar(name, on: &connection)
            }
            calendar = calendars[name]
        }
        let catchUp = CatchUp(
            rules.expression, decidedUntil: schedule.decidedUntil, now: now, policy: definition.policy, zone: zone,
            calendar: calendar)
        let jobs = catchUp.due.map { tick in
            (
                args: JSON(rules.args.filled(for: tick, schedule: definition.name)),
                uniqueKey: rules.uniqueKey?.filled(for: tick, schedule: definition.name)
            )
        }
        let again = now.adding(rules.expression.calendar == nil ? Self.recheck : Self.calendarRecheck)
        return ScheduleDecision(
            schedule: schedule, catchUp: catchUp, jobs: jobs,
            evaluateAt: catchUp.next.map { min($0.instant, again) } ?? again)
    }

    private func write(
        _ decisions: [ScheduleDecision], readAt: Timestamp, _ evaluation: inout Evaluation,
        on connection: inout Connection
    ) async throws {
        let now = evaluation.now
        let scheduler = scheduler
        let answer = try await connection.transaction { transaction in
            try await RecordTicks.write(
                decisions, now: now, readAt: readAt, scheduler: scheduler, in: &transaction)
        }
        evaluation.moved += answer.applied.count
        evaluation.fired += answer.fired
        for decision in decisions where answer.applied.contains(decision.schedule.definition.name) {
            guard let skipped = decision.catchUp.skipped else { continue }
            evaluation.skipped.append(.init(schedule: decision.schedule.definition.name, ticks: skipped))
        }
    }

    /// Records why a schedule failed and when it is tried again. Its ticks stay undecided, so that none is lost.
    private func fail(
        _ schedule: DueSchedule, _ message: String, _ evaluation: inout Evaluation, on connection: inout Connection
    ) async throws {
        let name = schedule.definition.name
        let pause = min(5 << min(schedule.failures, 10), 600)
        // One row by primary key.
        let written = try await connection.execute(
            """
            update rinda.schedule
               set revision = revision + 1, last_error = \(message), failures = failures + 1,
                   last_evaluated_at = \(evaluation.now), evaluate_at = \(evaluation.now.adding(.seconds(pause)))
             where name = \(name) and revision = \(schedule.revision) and paused_at is null
            """)
        if written > 0 { evaluation.failures.append(.init(schedule: name, message: message)) }
    }

    private mutating func parse(_ definition: ScheduleDefinition) throws(ScheduleError) -> ParsedSchedule {
        if let known = parsed[definition] { return known }
        // Definitions change rarely; when the memory of old ones grows, all are parsed anew.
        if parsed.count > 50_000 { parsed.removeAll() }
        let rules = ParsedSchedule(
            expression: try definition.parsed(), args: try TickTemplate(definition.args.text),
            uniqueKey: try definition.uniqueKey.map { text throws(ScheduleError) in try TickTemplate(text) })
        parsed[definition] = rules
        return rules
    }

    private mutating func zone(_ name: String, on connection: inout Connection) async throws -> ZoneRules {
        let now = ContinuousClock.now
        if let known = zones[name], now - known.readAt < Self.recheck { return known.rules }
        let rules = try await ScheduleSurroundings.zone(name, on: &connection)
        zones[name] = (rules, now)
        return rules
    }
}

/// What the texts of a definition mean.
private struct ParsedSchedule: Sendable {
    let expression: ScheduleExpression
    let args: TickTemplate
    let uniqueKey: TickTemplate?
}

extension PostgresError {
    /// Whether the server has refused a statement on a connection that is still good.
    fileprivate var isRefusal: Bool { code == .server && !isConnectionLoss }
}
