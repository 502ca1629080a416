/// How long a statement may take until its whole answer is there.
package enum AnswerTimeout: Sendable, Hashable {
    /// As long as the connection's settings say.
    case standard
    /// So long.
    case after(Duration)
    /// For ever.
    case never

    func limit(_ settings: ConnectionSettings) -> Duration? {
        switch self {
        case .standard: settings.answerTimeout
        case .after(let duration): duration
        case .never: nil
        }
    }
}

/// What statements can be run on: a connection, or a transaction on one.
package protocol Querying: ~Copyable {
    /// Runs one statement and returns its rows.
    ///
    /// - Throws: `.encoding` before anything is sent; `.server`, `.connectionLost`, `.answerTimeout`, `.cancelled`.
    mutating func query(_ sql: SQL, answerTimeout: AnswerTimeout) async throws(PostgresError) -> Rows

    /// Runs the statements of a trusted text, separated by semicolons, without values and without rows.
    ///
    /// - Throws: as `query` does.
    mutating func executeScript(_ text: String, answerTimeout: AnswerTimeout) async throws(PostgresError)
}

extension Querying where Self: ~Copyable {
    /// Runs one statement and returns its rows.
    ///
    /// - Throws: `.encoding` before anything is sent; `.server`, `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func query(_ sql: SQL) async throws(PostgresError) -> Rows {
        try await query(sql, answerTimeout: .standard)
    }

    /// Runs one statement and returns the number of rows that it inserted, updated, deleted or returned.
    ///
    /// - Throws: as `query` does.
    @discardableResult
    package mutating func execute(
        _ sql: SQL, answerTimeout: AnswerTimeout = .standard
    ) async throws(PostgresError) -> Int {
        try await query(sql, answerTimeout: answerTimeout).affected
    }

    /// Runs the statements of a trusted text, separated by semicolons, without values and without rows.
    ///
    /// - Throws: as `query` does.
    package mutating func executeScript(_ text: String) async throws(PostgresError) {
        try await executeScript(text, answerTimeout: .standard)
    }
}
