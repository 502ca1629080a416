package import Civil
package import Postgres

/// A schedule as an operator sees it.
package struct ScheduleStatus: Hashable, Sendable {
    /// What is decided about it.
    package let definition: ScheduleDefinition
    /// The file that owns it; nil where it was added by hand.
    package let source: String?
    /// Since when it is paused.
    package let pausedAt: Timestamp?
    /// The last tick that was enqueued.
    package let lastTick: Timestamp?
    /// The job of that tick.
    package let lastJob: Int64?
    /// The next tick; nil where it is paused, broken or not yet looked at.
    package let nextTick: Timestamp?
    /// When a scheduler last looked at it, be it only to see that it was not due.
    package let lastEvaluatedAt: Timestamp?
    /// How long a tick has been due without being enqueued; zero where none is.
    package let lag: Duration
    /// Why the last evaluation failed; nil where it did not.
    package let lastError: String?
    /// How often in a row the evaluation has failed.
    package let failures: Int
    /// How many ticks were made up for late.
    package let caughtUp: Int64
    /// How many ticks the policy has passed over.
    package let skipped: Int64
}

extension Schedules {
    /// Every schedule, or the one of a name, in order of name.
    package static func list(
        _ name: String? = nil, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ScheduleStatus] {
        // All rows, or one by primary key. A schedule that was not due when the schedulers last looked was looked at
        // then, though nothing was written to its row.
        let rows = try await session.query(
            """
            select \(definitionColumns), s.source, s.paused_at, s.last_tick, s.last_job, s.next_tick,
                   case when s.evaluate_at > p.at then greatest(s.last_evaluated_at, p.at) else s.last_evaluated_at end,
                   greatest(0, extract(epoch from rinda.clock() - s.next_tick))::float8,
                   s.last_error, s.failures, s.caught_up, s.skipped
              from rinda.schedule s
              left join (select max(evaluated_at) as at from rinda.scheduler) p on true
             where \(name)::text is null or s.name = \(name)
             order by s.name
            """)
        var schedules: [ScheduleStatus] = []
        for row in rows {
            schedules.append(
                ScheduleStatus(
                    definition: try ScheduleDefinition(row), source: try row.decode(11), pausedAt: try row.decode(12),
                    lastTick: try row.decode(13), lastJob: try row.decode(14), nextTick: try row.decode(15),
                    lastEvaluatedAt: try row.decode(16),
                    lag: .seconds(try row.decode(17, as: Double?.self) ?? 0), lastError: try row.decode(18),
                    failures: Int(try row.decode(19, as: Int32.self)), caughtUp: try row.decode(20),
                    skipped: try row.decode(21)))
        }
        return schedules
    }
}

extension ScheduleStatus: Encodable {
    private enum Key: String, CodingKey {
        case name, expression, zone, calendar, kind, queue, priority, args, policy, source, failures, skipped
        case uniqueKey = "unique_key"
        case catchUpCount = "catch_up_count"
        case catchUpSeconds = "catch_up_seconds"
        case pausedAt = "paused_at"
        case lastTick = "last_tick"
        case lastJob = "last_job"
        case nextTick = "next_tick"
        case lastEvaluatedAt = "last_evaluated_at"
        case lagSeconds = "lag_seconds"
        case lastError = "last_error"
        case caughtUp = "caught_up"
    }

    /// One object with the columns' names; instants as ISO 8601 in UTC.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(definition.name, forKey: .name)
        try container.encode(definition.expression, forKey: .expression)
        try container.encode(definition.zone, forKey: .zone)
        try container.encode(try? ScheduleExpression(parsing: definition.expression).calendar, forKey: .calendar)
        try container.encode(definition.kind, forKey: .kind)
        try container.encode(definition.queue, forKey: .queue)
        try container.encode(definition.priority, forKey: .priority)
        try container.encode(JSONValue(parsing: definition.args.text), forKey: .args)
        try container.encode(definition.uniqueKey, forKey: .uniqueKey)
        try container.encode(definition.policy.name, forKey: .policy)
        if case .all = definition.policy {
            try container.encode(definition.bounds.count, forKey: .catchUpCount)
            try container.encode(definition.bounds.seconds, forKey: .catchUpSeconds)
        }
        try container.encode(source, forKey: .source)
        try container.encode(pausedAt?.description, forKey: .pausedAt)
        try container.encode(lastTick?.description, forKey: .lastTick)
        try container.encode(lastJob, forKey: .lastJob)
        try container.encode(nextTick?.description, forKey: .nextTick)
        try container.encode(lastEvaluatedAt?.description, forKey: .lastEvaluatedAt)
        try container.encode(lag / .seconds(1), forKey: .lagSeconds)
        try container.encode(lastError, forKey: .lastError)
        try container.encode(failures, forKey: .failures)
        try container.encode(caughtUp, forKey: .caughtUp)
        try container.encode(skipped, forKey: .skipped)
    }
}
