package import Civil
package import Postgres

/// A process that evaluates schedules, as an operator sees it.
package struct SchedulerPresence: Hashable, Sendable {
    /// The process's name, `HOST:PID:…`.
    package let name: String
    /// Its version.
    package let version: String
    /// When it started.
    package let startedAt: Timestamp
    /// When it last evaluated.
    package let evaluatedAt: Timestamp
    /// How long ago that is, by the database's clock.
    package let silence: Duration
    /// When it ended in good order; nil where it runs or was killed.
    package let stoppedAt: Timestamp?
}

extension Schedules {
    /// Tells that a scheduler evaluates. To be said at start and every few seconds.
    package static func present(
        _ scheduler: String, version: String, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        // One row by primary key.
        try await session.execute(
            """
            insert into rinda.scheduler as s (name, version) values (\(scheduler), \(version))
                on conflict (name) do update set evaluated_at = rinda.clock(), stopped_at = null
            """)
    }

    /// Tells that a scheduler ends in good order.
    package static func depart(
        _ scheduler: String, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        try await session.execute("update rinda.scheduler set stopped_at = rinda.clock() where name = \(scheduler)")
    }

    /// The schedulers of the last day, the one that evaluated last first.
    package static func schedulers(
        on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [SchedulerPresence] {
        // All rows: one a start, and those of past days are pruned.
        let rows = try await session.query(
            """
            select name, version, started_at, evaluated_at, extract(epoch from rinda.clock() - evaluated_at)::float8,
                   stopped_at
              from rinda.scheduler
             where evaluated_at > rinda.clock() - interval '1 day'
             order by evaluated_at desc
            """)
        var schedulers: [SchedulerPresence] = []
        for row in rows {
            schedulers.append(
                SchedulerPresence(
                    name: try row.decode(0), version: try row.decode(1), startedAt: try row.decode(2),
                    evaluatedAt: try row.decode(3), silence: .seconds(try row.decode(4, as: Double.self)),
                    stoppedAt: try row.decode(5)))
        }
        return schedulers
    }

    /// Forgets ticks older than a quarter of a year and schedulers that have not been seen for a week. What a tick's
    /// record protects is long decided by then.
    ///
    /// - Returns: the number of rows that were deleted.
    @discardableResult
    package static func prune(
        olderThan age: Duration = .seconds(90 * 86_400), on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> Int {
        // The summary of blocks by time (`tick_recorded`) leads to the oldest ones. Bounded, so that it is never long.
        try await session.execute(
            """
            with old as (
                select ctid from rinda.tick
                 where recorded_at < rinda.clock() - make_interval(secs => \(Double(age.components.seconds)))
                 limit 10000
                   for update skip locked
            ), gone as (
                delete from rinda.scheduler where evaluated_at < rinda.clock() - interval '7 days'
            )
            delete from rinda.tick where ctid = any (array (select ctid from old))
            """)
    }
}
