package import Civil
package import Postgres
import Queue

/// The clock of a test's database. Everything that the engine decides by time goes by it: what is due, leases, backoff,
/// schedules, retention. It stands still until it is moved; it is set by whoever owns the schema, in a database that is
/// marked as one for tests, and daemons refuse such a database.
package enum TestClock {
    /// Marks a database as one for tests. What is marked already stays so.
    ///
    /// - Parameter reason: what for, as daemons tell it when they refuse the database.
    /// - Throws: `PostgresError`, where a worker or scheduler serves the database.
    package static func mark(
        reason: String, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        try await session.execute(
            "insert into rinda.test_database (reason) values (\(reason)) on conflict (only_row) do nothing")
    }

    /// Takes the mark away, and the clock with it: the database goes by the server's clock again.
    package static func unmark(on session: inout some Querying & ~Copyable) async throws(PostgresError) {
        try await session.execute("delete from rinda.test_clock")
        try await session.execute("delete from rinda.test_database")
    }

    /// Sets the clock.
    ///
    /// - Parameters:
    ///   - present: what it shows.
    ///   - rate: how many seconds pass in one: 0 stands still, 1 runs as the server's clock does.
    /// - Throws: `PostgresError`, where the database is not marked or the user does not own the schema.
    package static func set(
        to present: Timestamp, rate: Double = 0, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        // The first row puts the clock into the place of rinda.clock(); changing it later is a row like any other.
        let changed = try await session.execute(
            "update rinda.test_clock set present = \(present), rate = \(rate), set_at = clock_timestamp()")
        if changed == 0 {
            try await session.execute("insert into rinda.test_clock (present, rate) values (\(present), \(rate))")
        }
    }

    /// Moves the clock by a duration and answers what it shows then. One that was not set stops at the moved present.
    @discardableResult
    package static func advance(
        by duration: Duration, on session: inout some Querying & ~Copyable
    ) async throws -> Timestamp {
        let later = try await now(on: &session).adding(duration)
        try await set(to: later, rate: try await rate(on: &session), on: &session)
        return later
    }

    /// What the database's clock shows.
    package static func now(on session: inout some Querying & ~Copyable) async throws(PostgresError) -> Timestamp {
        try await session.query("select rinda.clock()")[0].decode(0, as: Timestamp.self)
    }

    private static func rate(on session: inout some Querying & ~Copyable) async throws(PostgresError) -> Double {
        try await session.query("select rate from rinda.test_clock").first?.decode(0, as: Double.self) ?? 0
    }
}
