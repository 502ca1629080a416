import Civil
package import Postgres

extension Schedules {
    /// Enqueues a schedule's job now, by hand. Its own ticks go on as they are; a paused schedule can be triggered too.
    ///
    /// - Returns: the job, or the unfinished one that has its unique key.
    /// - Throws: ``ScheduleError`` where there is none of the name, or where its definition is broken.
    package static func trigger(
        _ name: String, reason: String? = nil, in transaction: inout Transaction
    ) async throws -> EnqueueAnswer {
        // Locked, so that two who trigger it at once get two instants. One row by primary key.
        let rows = try await transaction.query(
            """
            select \(definitionColumns), rinda.clock(), session_user::text
              from rinda.schedule s where s.name = \(name) for update
            """)
        guard let row = rows.first else { throw ScheduleError.notFound(name) }
        let definition = try ScheduleDefinition(row)
        let zone = try await ScheduleSurroundings.zone(definition.zone, on: &transaction)
        let now = try row.decode(11, as: Timestamp.self)
        let tick = Tick(instant: now, zone: zone)
        let answer = try await enqueue(
            EnqueueRequest(
                kind: definition.kind,
                args: JSON(try TickTemplate(definition.args.text).filled(for: tick, schedule: name)),
                queue: definition.queue, priority: definition.priority,
                uniqueKey: try definition.uniqueKey.map { text throws(ScheduleError) in
                    try TickTemplate(text).filled(for: tick, schedule: name)
                },
                metadata: JSON(#"{"schedule": "\#(name)", "tick": "\#(now)", "triggered": true}"#)),
            on: &transaction)
        // An instant of the clock's microsecond that a tick already has belongs to that tick.
        try await transaction.execute(
            """
            with triggered as (
                insert into rinda.tick (schedule, tick, outcome, job_id, recorded_by)
                values (\(name), \(now), 'triggered', \(answer.jobID), \(try row.decode(12, as: String.self)))
                on conflict do nothing
            )
            insert into rinda.audit (action, object, reason, after)
            values ('schedule.trigger', \("schedule \(name)"), \(reason),
                    jsonb_build_object('job_id', \(answer.jobID), 'outcome', \(answer.outcome.rawValue)))
            """)
        return answer
    }
}
