/// One PostgreSQL session. It cannot be copied, so whoever holds it is the only one who can use it, and one statement at
/// a time is all there can be.
package struct Connection: ~Copyable, Querying, Sendable {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// Opens a session. Never blocks the calling thread.
    ///
    /// - Throws: `.connectionFailed`, `.serverTooOld`, `.cancelled`.
    package static func connect(_ settings: ConnectionSettings) async throws(PostgresError) -> Connection {
        Connection(try await Session.open(settings))
    }

    /// The server process's number, as `pg_stat_activity.pid` shows it.
    package var backendPID: Int32 { session.backendPID }

    /// Whether the session has been closed, by a failure or by `close`.
    package var isClosed: Bool { session.pg == nil }

    /// Runs one statement and returns its rows.
    ///
    /// - Throws: `.encoding` before anything is sent; `.server`, `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func query(_ sql: SQL, answerTimeout: AnswerTimeout) async throws(PostgresError) -> Rows {
        try await session.run(sql, answerTimeout)
    }

    /// Runs the statements of a trusted text, separated by semicolons, without values and without rows.
    ///
    /// - Throws: as `query` does.
    package mutating func executeScript(_ text: String, answerTimeout: AnswerTimeout) async throws(PostgresError) {
        try await session.runScript(text, answerTimeout)
    }

    /// Runs a transaction: committed where the body returns, rolled back where it throws. The transaction cannot outlive
    /// the body, and the connection cannot be used beside it.
    ///
    /// COMMIT and ROLLBACK go on even where the task is cancelled. A session that cannot be rolled back is closed.
    ///
    /// - Throws: what the body throws; `.transactionAborted` where a statement had failed and the body went on all the
    ///   same; what COMMIT fails with, `isCommitInDoubt` where its answer was lost.
    package mutating func transaction<R: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false,
        _ body: (inout Transaction) async throws -> R
    ) async throws -> R {
        try await session.transaction(isolation, readOnly: readOnly, body)
    }

    /// Ends the session. One that goes out of scope ends too.
    package consuming func close() {
        session.close()
    }
}
