import Civil
package import Postgres

extension Schedules {
    /// The definition of a schedule as it stands, or nil where there is none of the name.
    package static func definition(
        of name: String, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ScheduleDefinition? {
        let rows = try await session.query(
            "select \(definitionColumns) from rinda.schedule s where s.name = \(name)")
        return try rows.first.map { row throws(PostgresError) in try ScheduleDefinition(row) }
    }

    /// Changes what is decided about a schedule. A changed expression or zone does not fire for the past; a paused
    /// schedule stays paused.
    ///
    /// - Parameter edit: makes the changes; the name stays.
    /// - Returns: whether anything was different.
    /// - Throws: ``ScheduleError`` where there is none of the name, or naming what is not allowed.
    @discardableResult
    package static func change(
        _ name: String, reason: String? = nil, allowUnknownKind: Bool = false, in transaction: inout Transaction,
        _ edit: (inout ScheduleDefinition) throws -> Void
    ) async throws -> Bool {
        // Locked, so that two who change it at once do not undo one another.
        let rows = try await transaction.query(
            "select \(definitionColumns) from rinda.schedule s where s.name = \(name) for update")
        guard let row = rows.first else { throw ScheduleError.notFound(name) }
        let old = try ScheduleDefinition(row)
        var new = old
        try edit(&new)
        new.name = name
        guard new != old else { return false }
        var checker = ScheduleChecker(allowUnknownKind: allowUnknownKind || new.kind == old.kind)
        try await checker.check(new, in: &transaction)
        return try await store(new, reason: reason, in: &transaction)
    }

    /// Writes a definition over the one that stands, where they differ.
    static func store(
        _ new: ScheduleDefinition, reason: String?, in transaction: inout Transaction
    ) async throws(PostgresError) -> Bool {
        let (count, seconds) = new.bounds
        // Compared in the database, where two texts of the same JSON are equal. One row by primary key.
        let rows = try await transaction.query(
            """
            with old as (
                select s.name, rinda.schedule_definition(s) as definition
                  from rinda.schedule s where s.name = \(new.name) for update
            ), given (expression, zone, kind, queue, priority, args, unique_key, policy, catch_up_count,
                      catch_up_seconds) as (
                values (\(new.expression)::text, \(new.zone)::text, \(new.kind)::text, \(new.queue)::text,
                        \(new.priority.map(Int32.init(clamping:)))::integer, \(new.args)::jsonb, \(new.uniqueKey)::text,
                        \(new.policy.name)::text, \(Int32(count))::integer, \(seconds)::bigint)
            ), changed as (
                update rinda.schedule s
                   set expression = g.expression, zone = g.zone, kind = g.kind, queue = g.queue, priority = g.priority,
                       args = g.args, unique_key = g.unique_key, policy = g.policy, catch_up_count = g.catch_up_count,
                       catch_up_seconds = g.catch_up_seconds
                  from old, given g
                 where s.name = old.name
                   and (s.expression, s.zone, s.kind, s.queue, s.priority, s.args, s.unique_key, s.policy,
                        s.catch_up_count, s.catch_up_seconds)
                       is distinct from
                       (g.expression, g.zone, g.kind, g.queue, g.priority, g.args, g.unique_key, g.policy,
                        g.catch_up_count, g.catch_up_seconds)
                returning s.name, old.definition as before, rinda.schedule_definition(s) as after
            ), recorded as (
                insert into rinda.audit (action, object, reason, before, after)
                select 'schedule.change', 'schedule ' || name, \(reason)::text, before, after from changed
            )
            select name from changed
            """)
        return !rows.isEmpty
    }

    /// The columns that ``ScheduleDefinition/init(_:)`` reads, in its order, of a table `s`.
    static let definitionColumns: SQL =
        """
        s.name, s.expression, s.zone, s.kind, s.queue, s.priority, s.args, s.unique_key, s.policy, s.catch_up_count,
        s.catch_up_seconds
        """
}

extension ScheduleDefinition {
    /// The definition in a row that begins with `Schedules.definitionColumns`.
    init(_ row: Row) throws(PostgresError) {
        let policy: CatchUpPolicy
        switch try row.decode(8, as: String.self) {
        case "all":
            policy = .all(
                count: Int(try row.decode(9, as: Int32.self)), age: .seconds(try row.decode(10, as: Int64.self)))
        case "skip": policy = .skip
        default: policy = .latest
        }
        self.init(
            name: try row.decode(0, as: String.self), expression: try row.decode(1, as: String.self),
            zone: try row.decode(2, as: String.self), kind: try row.decode(3, as: String.self),
            queue: try row.decode(4, as: String?.self), priority: try row.decode(5, as: Int32?.self).map(Int.init),
            args: try row.decode(6, as: JSON.self), uniqueKey: try row.decode(7, as: String?.self), policy: policy)
    }
}
