import Civil
package import Postgres

extension Schedules {
    /// Adds a schedule. Its first tick is the first after now.
    ///
    /// - Parameters:
    ///   - source: the file that owns it, or nil where it is added by hand.
    ///   - allowUnknownKind: whether a kind that is missing from the catalogue is accepted.
    /// - Throws: ``ScheduleError`` naming what is not allowed, or that the name is taken.
    package static func add(
        _ definition: ScheduleDefinition, source: String? = nil, reason: String? = nil, allowUnknownKind: Bool = false,
        in transaction: inout Transaction
    ) async throws {
        var checker = ScheduleChecker(allowUnknownKind: allowUnknownKind)
        try await checker.check(definition, in: &transaction)
        try await insert(definition, source: source, reason: reason, in: &transaction)
    }

    /// Adds a definition that has been checked.
    static func insert(
        _ definition: ScheduleDefinition, source: String?, reason: String?, in transaction: inout Transaction
    ) async throws {
        let (count, seconds) = definition.bounds
        // The row and its record in one statement; the primary key decides between two who add the same name.
        let rows = try await transaction.query(
            """
            with added as (
                insert into rinda.schedule as s (name, expression, zone, kind, queue, priority, args, unique_key, policy,
                                                 catch_up_count, catch_up_seconds, source)
                values (\(definition.name), \(definition.expression), \(definition.zone), \(definition.kind),
                        \(definition.queue), \(definition.priority.map(Int32.init(clamping:))), \(definition.args),
                        \(definition.uniqueKey), \(definition.policy.name), \(Int32(count)), \(seconds), \(source))
                on conflict (name) do nothing
                returning s.name, rinda.schedule_definition(s) as definition
            ), recorded as (
                insert into rinda.audit (action, object, reason, after)
                select 'schedule.add', 'schedule ' || name, \(reason)::text, definition from added
            )
            select name from added
            """)
        guard !rows.isEmpty else {
            throw ScheduleError(
                .exists, "a schedule named \(definition.name) exists already; change that, or remove it")
        }
    }

    /// Removes a schedule. What it enqueued and its ticks stay.
    ///
    /// - Throws: ``ScheduleError`` where there is none of the name.
    package static func remove(_ name: String, reason: String? = nil, in transaction: inout Transaction) async throws {
        let rows = try await transaction.query(
            """
            with removed as (
                delete from rinda.schedule s where s.name = \(name)
                returning s.name, rinda.schedule_definition(s) as definition
            ), recorded as (
                insert into rinda.audit (action, object, reason, before)
                select 'schedule.remove', 'schedule ' || name, \(reason)::text, definition from removed
            )
            select name from removed
            """)
        guard !rows.isEmpty else { throw ScheduleError.notFound(name) }
    }
}

extension ScheduleError {
    static func notFound(_ name: String) -> ScheduleError {
        ScheduleError(.notFound, "there is no schedule named \"\(name.prefix(200))\"; `rinda schedules list` shows all")
    }
}
