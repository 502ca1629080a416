import Civil
package import Postgres

extension Schedules {
    /// Stops a schedule from firing until it is resumed.
    ///
    /// - Returns: false where it was paused already.
    /// - Throws: ``ScheduleError`` where there is none of the name.
    @discardableResult
    package static func pause(
        _ name: String, reason: String? = nil, in transaction: inout Transaction
    ) async throws -> Bool {
        try await setPaused(true, name, reason: reason, in: &transaction)
    }

    /// Lets a paused schedule fire again, from its first tick after now on: what lay within the pause is not made up for.
    ///
    /// - Returns: false where it was not paused.
    /// - Throws: ``ScheduleError`` where there is none of the name.
    @discardableResult
    package static func resume(
        _ name: String, reason: String? = nil, in transaction: inout Transaction
    ) async throws -> Bool {
        try await setPaused(false, name, reason: reason, in: &transaction)
    }

    private static func setPaused(
        _ paused: Bool, _ name: String, reason: String?, in transaction: inout Transaction
    ) async throws -> Bool {
        // One row by primary key, locked first, so that of two who pause it one is told that it was.
        let rows = try await transaction.query(
            """
            with old as (
                select s.name, s.paused_at, rinda.schedule_definition(s) as definition
                  from rinda.schedule s where s.name = \(name) for update
            ), changed as (
                update rinda.schedule s
                   set paused_at = case when \(paused) then rinda.clock() end,
                       paused_by = case when \(paused) then session_user end
                  from old
                 where s.name = old.name and (old.paused_at is not null) <> \(paused)
                returning s.name, old.definition as before, rinda.schedule_definition(s) as after
            ), recorded as (
                insert into rinda.audit (action, object, reason, before, after)
                select \(paused ? "schedule.pause" : "schedule.resume"), 'schedule ' || name, \(reason)::text, before, after
                  from changed
            )
            select exists (select from changed) from old
            """)
        guard let row = rows.first else { throw ScheduleError.notFound(name) }
        return try row.decode(0, as: Bool.self)
    }
}
