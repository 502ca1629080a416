import CLibPQ

extension Session {
    /// Runs one statement and returns its whole answer.
    ///
    /// - Throws: `.encoding` before anything is sent; `.server`, `.connectionLost`, `.answerTimeout`, `.cancelled`.
    func run(_ sql: SQL, _ answerTimeout: AnswerTimeout, heedsCancellation: Bool = true) async throws(PostgresError)
        -> Rows
    {
        if let failure = sql.failure { throw failure }
        guard sql.binds.count <= 65_535 else {
            throw PostgresError(.encoding, "a statement has \(sql.binds.count) bind values, 65,535 at most: use arrays")
        }
        if heedsCancellation { try refuseIfCancelled() }
        var patience = Patience(limit: answerTimeout.limit(settings), heedsCancellation: heedsCancellation)
        guard settings.preparedStatements else { return try await runUnprepared(sql, &patience) }
        do {
            return try await runPrepared(sql, &patience)
        } catch {
            // The plan's result type changed (0A000), or a proxy lost the statement (26000): prepare it anew, but a
            // transaction has failed by now and cannot go on.
            guard let state = error.sqlState, state == "0A000" || state == "26000" else { throw error }
            prepared.forget(sql)
            guard transactionStatus == .idle else { throw error }
            return try await runPrepared(sql, &patience)
        }
    }

    /// Runs the statements of a text, separated by semicolons, in one implicit transaction unless they say otherwise.
    func runScript(_ text: String, _ answerTimeout: AnswerTimeout) async throws(PostgresError) {
        try refuseIfCancelled()
        var patience = Patience(limit: answerTimeout.limit(settings))
        let pg = try open()
        guard PQsendQuery(pg, text) == 1 else { throw refusal(pg) }
        _ = try await receive(&patience)
    }

    private func runUnprepared(_ sql: SQL, _ patience: inout Patience) async throws(PostgresError) -> Rows {
        let pg = try open()
        let isSent = sql.binds.withPointers { types, values, lengths, formats in
            PQsendQueryParams(pg, sql.text, CInt(sql.binds.count), types, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw refusal(pg) }
        return try await receive(&patience)
    }

    private func runPrepared(_ sql: SQL, _ patience: inout Patience) async throws(PostgresError) -> Rows {
        let pg = try open()
        if prepared.name(of: sql) == nil {
            guard let name = prepared.newName() else { return try await runUnprepared(sql, &patience) }
            let isSent = PQsendPrepare(pg, name, sql.text, CInt(sql.binds.count), sql.binds.types)
            guard isSent == 1 else { throw refusal(pg) }
            _ = try await receive(&patience)
            prepared.keep(sql, as: name)
        }
        guard let name = prepared.name(of: sql) else { return try await runUnprepared(sql, &patience) }
        let isSent = sql.binds.withPointers { _, values, lengths, formats in
            PQsendQueryPrepared(pg, name, CInt(sql.binds.count), values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw refusal(pg) }
        return try await receive(&patience)
    }

    /// Takes every result of what was sent, to the end, and returns the last that has rows or a count. Ending early would
    /// leave the session half used.
    func receive(_ patience: inout Patience) async throws(PostgresError) -> Rows {
        try await flush(&patience)
        let pg = try open()
        var answer: Rows?
        var failure: PostgresError?
        while true {
            try await awaitResult(&patience)
            guard let result = PQgetResult(pg) else { break }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                answer = Rows(QueryResult(owning: result))
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                throw abandon(PostgresError(.protocolViolation, "a COPY runs by copyIn or copyOut, not as a query"))
            default:
                if failure == nil {
                    failure = PostgresError(result: result, sessionIsLost: PQstatus(pg) != CONNECTION_OK)
                }
                PQclear(result)
            }
            if PQstatus(pg) != CONNECTION_OK { break }
        }
        // The server's last words come as an error like any other; only the end of the session makes them what they are.
        if PQstatus(pg) != CONNECTION_OK { throw lose(failure?.recoded(.connectionLost) ?? lost()) }
        if let failure { throw patience.attributed(failure) }
        // A statement that ended before its cancellation arrived has taken effect: saying so is more useful.
        return answer ?? Rows()
    }

    func refuseIfCancelled() throws(PostgresError) {
        if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled before its statement was sent") }
    }

    /// libpq did not take a command: the session is gone, or was left in the middle of something.
    func refusal(_ pg: OpaquePointer) -> PostgresError {
        lost()
    }
}

extension Binds {
    /// Calls libpq with the values in its form. libpq copies them before it returns.
    func withPointers<Answer>(
        _ body: (
            _ types: [UInt32], _ values: [UnsafePointer<CChar>?], _ lengths: [CInt], _ formats: [CInt]
        ) -> Answer
    ) -> Answer {
        guard count > 0 else { return body([], [], [], []) }
        // An empty value is told from NULL by its pointer alone, so there must be one even where there are no bytes.
        return (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { buffer in
            let base = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
            var offset = 0
            let values = lengths.map { length -> UnsafePointer<CChar>? in
                guard length >= 0 else { return nil }
                defer { offset += Int(length) }
                return base + offset
            }
            return body(types, values, lengths, [CInt](repeating: 1, count: count))
        }
    }
}
