package import Postgres

/// Refuses a database that is marked as one for tests: its clock may be anything, so that no daemon may serve it.
///
/// - Throws: `QueueError.testDatabase`; `PostgresError`.
package func refuseTestDatabase(on session: inout some Querying & ~Copyable) async throws {
    guard let reason = try await testMark(on: &session) else { return }
    throw QueueError(
        .testDatabase,
        "this database is marked as one for tests (\(reason)), where time is what a test says; to serve it, its owner has "
            + "to delete the rows of rinda.test_clock and rinda.test_database")
}

/// Why a database was marked as one for tests; nil where it was not.
package func testMark(on session: inout some Querying & ~Copyable) async throws -> String? {
    try await session.query("select reason from rinda.test_database").first?.decode(0, as: String.self)
}
