import Civil
import Postgres

/// A schedule that a scheduler must look at, as it stood when it was read.
struct DueSchedule: Sendable {
    let definition: ScheduleDefinition
    /// The row's revision, which decides whether what was read still holds.
    let revision: Int64
    /// The instant up to which every tick is decided.
    let decidedUntil: Timestamp
    let failures: Int
}

/// What one look at the table of schedules found.
struct DueSchedules: Sendable {
    /// The database's present.
    let now: Timestamp
    /// The server's own clock at that moment, by which is told how long ago it was.
    let readAt: Timestamp
    /// When the next schedule must be looked at; nil where none ever must.
    let nextEvaluation: Timestamp?
    let schedules: [DueSchedule]

    /// Reads the schedules that are due.
    ///
    /// Without one due it is a single look at the first entry of the index `schedule_evaluate`, whatever their number.
    ///
    /// - Parameter simulated: a present to be taken instead of the database's, for tests and simulations.
    static func read(
        at simulated: Timestamp?, limit: Int, on connection: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> DueSchedules {
        let first = try await connection.query(
            """
            select coalesce(\(simulated), rinda.clock()), (select min(evaluate_at) from rinda.schedule), clock_timestamp()
            """)
        let now = try first[0].decode(0, as: Timestamp.self)
        let next = try first[0].decode(1, as: Timestamp?.self)
        let readAt = try first[0].decode(2, as: Timestamp.self)
        guard let next, next <= now else {
            return DueSchedules(now: now, readAt: readAt, nextEvaluation: next, schedules: [])
        }
        // A range of the same index, oldest first, so that nothing waits for ever behind newer ones.
        let rows = try await connection.query(
            """
            select \(Schedules.definitionColumns), s.revision, s.decided_until, s.failures
              from rinda.schedule s
             where s.evaluate_at <= \(now)
             order by s.evaluate_at
             limit \(limit)
            """)
        var schedules: [DueSchedule] = []
        schedules.reserveCapacity(rows.count)
        for row in rows {
            schedules.append(
                DueSchedule(
                    definition: try ScheduleDefinition(row), revision: try row.decode(11),
                    decidedUntil: try row.decode(12),
                    failures: Int(try row.decode(13, as: Int32.self))))
        }
        return DueSchedules(now: now, readAt: readAt, nextEvaluation: next, schedules: schedules)
    }
}
