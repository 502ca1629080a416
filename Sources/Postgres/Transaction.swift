/// How much of other transactions a transaction sees.
package enum Isolation: String, Sendable, Hashable, CaseIterable {
    /// Each statement sees what was committed before it began.
    case readCommitted = "read committed"
    /// All statements see what was committed before the first; a conflicting update fails with 40001.
    case repeatableRead = "repeatable read"
    /// As if the transactions had run one after the other; fails with 40001 where that cannot be.
    case serializable = "serializable"
}

/// A transaction in progress. Only `transaction` of a connection or a pool makes one, so a parameter of this type *means*
/// "inside a transaction".
package struct Transaction: ~Copyable, Querying, Sendable {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// The server process's number, as `pg_stat_activity.pid` shows it.
    package var backendPID: Int32 { session.backendPID }

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

    /// Runs a part of the transaction that can fail alone: where the body throws, what it did is undone and the rest of
    /// the transaction can go on.
    ///
    /// - Throws: what the body throws; `.transactionAborted` where a statement had failed and the body went on all the
    ///   same.
    package mutating func savepoint<R: Sendable>(_ body: (inout Transaction) async throws -> R) async throws -> R {
        try await session.savepoint(body)
    }
}

extension Session {
    /// How long ROLLBACK may take where the settings set no limit: it is fast or the session is no good.
    private static let rollbackLimit: Duration = .seconds(10)

    func transaction<R: Sendable>(
        _ isolation: Isolation, readOnly: Bool, _ body: (inout Transaction) async throws -> R
    ) async throws -> R {
        // "read write" is left unsaid: a standby would refuse it, and a user may be read-only by default.
        let mode = readOnly ? " read only" : ""
        _ = try await run(SQL(raw: "begin isolation level \(isolation.rawValue)\(mode)"), .standard)
        var transaction = Transaction(self)
        let value: R
        do {
            value = try await body(&transaction)
        } catch {
            await rollBack(SQL(raw: "rollback"))
            throw error
        }
        try await commit()
        return value
    }

    func savepoint<R: Sendable>(_ body: (inout Transaction) async throws -> R) async throws -> R {
        // Names of savepoints nest: the innermost of a name is the one meant.
        _ = try await run("savepoint part", .standard)
        var part = Transaction(self)
        let value: R
        do {
            value = try await body(&part)
        } catch {
            await rollBack("rollback to savepoint part")
            throw error
        }
        if transactionStatus == .inFailedTransaction {
            await rollBack("rollback to savepoint part")
            throw abortedError
        }
        _ = try await run("release savepoint part", .standard, heedsCancellation: false)
        return value
    }

    private func commit() async throws(PostgresError) {
        switch transactionStatus {
        case .inTransaction: break
        case .inFailedTransaction:
            // The server would answer COMMIT with ROLLBACK, and as a success.
            await rollBack("rollback")
            throw abortedError
        case .idle: throw PostgresError(.transactionAborted, "the transaction was ended by one of its own statements")
        case .unusable: throw loss ?? PostgresError(.connectionLost, "the session was closed during a transaction")
        }
        do {
            _ = try await run("commit", .standard, heedsCancellation: false)
        } catch {
            throw error.isConnectionLoss ? error.inCommit : error
        }
    }

    /// Rolls back, or closes the session where that does not work: then the server rolls back by itself.
    private func rollBack(_ statement: SQL) async {
        guard pg != nil else { return }
        do {
            let limit = settings.answerTimeout ?? Self.rollbackLimit
            _ = try await run(statement, .after(min(limit, Self.rollbackLimit)), heedsCancellation: false)
        } catch {
            lose(PostgresError(.connectionLost, "the session could not be rolled back: \(error.message)"))
        }
    }

    private var abortedError: PostgresError {
        PostgresError(
            .transactionAborted, "a statement of the transaction had failed, so it was rolled back instead of committed"
        )
    }
}
