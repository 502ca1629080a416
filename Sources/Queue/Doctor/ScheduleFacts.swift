package import Postgres

/// The schedules and who evaluates them.
package struct ScheduleFacts: Sendable, Hashable {
    /// A schedule that was not looked at when it was due.
    package struct Overdue: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// For how long it has been due.
        package var delay: Duration

        /// A schedule in full.
        package init(name: String, delay: Duration) {
            self.name = name
            self.delay = delay
        }
    }

    /// A schedule that cannot be evaluated.
    package struct Failing: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// How often in a row.
        package var failures: Int
        /// Why, in the scheduler's words.
        package var reason: String

        /// A schedule in full.
        package init(name: String, failures: Int, reason: String) {
            self.name = name
            self.failures = failures
            self.reason = reason
        }
    }

    /// Schedules that are not paused.
    package var active: Int64
    /// How long ago each scheduler that has not ended in good order last evaluated, the latest first; those of the last
    /// day.
    package var silences: [Duration]
    /// Schedules that are due, the longest first.
    package var overdue: [Overdue]
    /// Schedules that fail.
    package var failing: [Failing]

    /// Facts in full.
    package init(active: Int64, silences: [Duration], overdue: [Overdue], failing: [Failing]) {
        self.active = active
        self.silences = silences
        self.overdue = overdue
        self.failing = failing
    }
}

/// Reads the schedules. Index: `schedule_evaluate` for those that are due.
package func scheduleFacts(on session: inout some Querying & ~Copyable) async throws -> ScheduleFacts {
    let active = try await session.query("select count(*) from rinda.schedule where paused_at is null")[0]
        .decode(0, as: Int64.self)
    let silences = try await session.query(
        """
        select extract(epoch from rinda.clock() - s.evaluated_at)::float8
          from rinda.scheduler s
         where s.stopped_at is null and s.evaluated_at > rinda.clock() - interval '1 day'
         order by s.evaluated_at desc
        """
    ).map { Duration.seconds(try $0.decode(0, as: Double.self)) }
    let overdue = try await session.query(
        """
        select s.name, extract(epoch from rinda.clock() - s.evaluate_at)::float8
          from rinda.schedule s
         where s.evaluate_at <= rinda.clock()
         order by s.evaluate_at
         limit 1000
        """
    ).map { row in
        ScheduleFacts.Overdue(
            name: try row.decode(0, as: String.self), delay: .seconds(try row.decode(1, as: Double.self)))
    }
    let failing = try await session.query(
        """
        select s.name, s.failures, s.last_error from rinda.schedule s
         where s.last_error is not null and s.paused_at is null
         order by s.failures desc, s.name
        """
    ).map { row in
        ScheduleFacts.Failing(
            name: try row.decode(0, as: String.self), failures: Int(try row.decode(1, as: Int32.self)),
            reason: try row.decode(2, as: String.self))
    }
    return ScheduleFacts(active: active, silences: silences, overdue: overdue, failing: failing)
}
