/// A bounded set of sessions that are lent out one task at a time.
///
/// The session used last is lent first, so that those not needed stay unused; who waits longest is served first. A
/// session that comes back in the middle of something is put right within a bound or closed, never lent on as it is.
/// What a borrower changed of a session's own state (`set`, `listen`, temporary tables) is not undone.
package final class Pool: Sendable {
    private let settings: ConnectionSettings
    private let acquireTimeout: Duration
    private let line: PoolLine

    /// A pool that opens sessions only when they are needed.
    ///
    /// - Parameters:
    ///   - settings: how to reach the database.
    ///   - maxConnections: the most sessions open at once.
    ///   - acquireTimeout: how long a borrower waits for a session, connecting included.
    package init(
        _ settings: ConnectionSettings, maxConnections: Int = 4, acquireTimeout: Duration = .seconds(10)
    ) {
        precondition(maxConnections > 0, "a pool needs at least one connection")
        self.settings = settings
        self.acquireTimeout = acquireTimeout
        line = PoolLine(capacity: maxConnections)
    }

    /// Lends a connection for the length of the body.
    ///
    /// - Throws: what the body throws; `.poolTimeout`, `.poolClosed`, `.cancelled`, or what connecting throws.
    package func withConnection<R: Sendable>(_ body: (inout Connection) async throws -> R) async throws -> R {
        let session = try await acquire()
        var connection = Connection(session)
        do {
            let value = try await body(&connection)
            await release(session)
            return value
        } catch {
            await release(session)
            throw error
        }
    }

    /// Runs a transaction on a connection of the pool: committed where the body returns, rolled back where it throws.
    ///
    /// - Throws: as `withConnection` and `Connection.transaction` do.
    package func transaction<R: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false,
        _ body: (inout Transaction) async throws -> R
    ) async throws -> R {
        try await withConnection { connection in
            try await connection.transaction(isolation: isolation, readOnly: readOnly, body)
        }
    }

    /// Runs one statement on any connection and returns its rows.
    ///
    /// - Throws: as `Connection.query` does; `.poolTimeout`, `.poolClosed`, or what connecting throws.
    package func query(
        _ sql: SQL, answerTimeout: AnswerTimeout = .standard
    ) async throws(PostgresError) -> Rows {
        let session = try await acquire()
        do {
            let rows = try await session.run(sql, answerTimeout)
            await release(session)
            return rows
        } catch {
            await release(session)
            throw error
        }
    }

    /// Runs one statement on any connection and returns the number of rows that it inserted, updated, deleted or returned.
    ///
    /// - Throws: as `query` does.
    @discardableResult
    package func execute(
        _ sql: SQL, answerTimeout: AnswerTimeout = .standard
    ) async throws(PostgresError) -> Int {
        try await query(sql, answerTimeout: answerTimeout).affected
    }

    /// Closes the pool: nobody is lent a connection any more, idle ones end at once, lent ones when they come back.
    /// Returns when all have ended.
    package func close() async {
        await line.close()
    }

    /// How the pool stands now, for metrics.
    package var census: PoolCensus { line.census }

    private func acquire() async throws(PostgresError) -> Session {
        let deadline = Deadline.after(acquireTimeout)
        if case .lent(let session) = try await line.enter(until: deadline) {
            if session.looksAlive { return session }
            session.close()
        }
        return try await connect(until: deadline)
    }

    /// Opens a session in a place that the line has granted or that a dead one left, and gives the place back where that fails.
    private func connect(until deadline: Deadline) async throws(PostgresError) -> Session {
        do {
            return try await Session.open(settings, until: deadline)
        } catch {
            line.vacate()
            throw error
        }
    }

    private func release(_ session: Session) async {
        await session.putRight()
        if session.pg == nil {
            if session.loss?.code == .answerTimeout { line.distrustIdle() }
            line.vacate()
        } else {
            line.leave(session)
        }
    }
}

/// How many sessions a pool has, and what for.
package struct PoolCensus: Sendable, Hashable {
    /// Sessions open or being opened.
    package let open: Int
    /// Sessions open and not lent.
    package let idle: Int
    /// Tasks waiting for one.
    package let waiting: Int
}

extension Session {
    /// Ends what a borrower left behind: an open transaction is rolled back; a session in any other state is closed.
    fileprivate func putRight() async {
        switch transactionStatus {
        case .idle: return
        case .inTransaction, .inFailedTransaction:
            do {
                _ = try await run("rollback", .after(settings.cancelGrace), heedsCancellation: false)
            } catch {
                lose(error)
            }
        case .unusable:
            // A statement that did not end has closed its session already; this one was never brought to an end.
            _ = abandon(
                PostgresError(.connectionLost, "the session came back to the pool in the middle of a statement"))
        }
    }
}
