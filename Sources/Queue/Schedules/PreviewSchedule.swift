package import Civil
package import Postgres

extension Schedules {
    /// The coming ticks of a schedule.
    ///
    /// - Parameter start: where to look from, itself no tick; nil is the database's present.
    /// - Throws: ``ScheduleError`` where there is none of the name, or where its expression is broken.
    package static func preview(
        _ name: String, from start: Timestamp? = nil, count: Int = 10, on session: inout some Querying & ~Copyable
    ) async throws -> [Tick] {
        guard let definition = try await definition(of: name, on: &session) else { throw ScheduleError.notFound(name) }
        return try await preview(
            expression: definition.expression, zone: definition.zone, from: start, count: count, on: &session)
    }

    /// The coming ticks of an expression in a zone.
    ///
    /// - Parameter start: where to look from, itself no tick; nil is the database's present.
    /// - Throws: ``ScheduleError`` where the expression cannot be read or the zone is not known.
    package static func preview(
        expression text: String, zone name: String, from start: Timestamp? = nil, count: Int = 10,
        on session: inout some Querying & ~Copyable
    ) async throws -> [Tick] {
        let expression = try ScheduleExpression(parsing: text)
        let zone = try await ScheduleSurroundings.zone(name, on: &session)
        var days: WorkingDays?
        if let calendar = expression.calendar {
            days = try await ScheduleSurroundings.calendar(calendar, on: &session)
        }
        var from = start
        if from == nil { from = try await session.query("select rinda.clock()")[0].decode(0, as: Timestamp.self) }
        return expression.ticks(after: from ?? .distantPast, count: count, zone: zone, calendar: days)
    }
}

extension Tick: Encodable {
    private enum Key: String, CodingKey {
        case tick, local, note
    }

    /// `{tick, local, note}`: the instant in UTC, the local time with its offset, and the note or null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(instant.description, forKey: .tick)
        try container.encode(localText, forKey: .local)
        try container.encode(note, forKey: .note)
    }
}
