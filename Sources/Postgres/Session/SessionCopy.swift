import CLibPQ

extension Session {
    func copyIn(
        _ statement: String, _ answerTimeout: AnswerTimeout, _ body: (inout CopyWriter) async throws -> Void
    ) async throws -> Int {
        var patience = Patience(limit: answerTimeout.limit(settings))
        try await beginCopy(statement, PGRES_COPY_IN, &patience)
        var writer = CopyWriter(self, patience)
        do {
            try await body(&writer)
            try await writer.flush()
        } catch {
            // The server is told that the data end in failure, so that nothing of them stays.
            _ = try? await endCopyIn("the sender gave up", settings.cancelGrace)
            throw error
        }
        return try await endCopyIn(nil, answerTimeout.limit(settings)).affected
    }

    func copyOut(
        _ statement: String, _ answerTimeout: AnswerTimeout, _ body: (_ piece: [UInt8]) async throws -> Void
    ) async throws -> Int {
        var patience = Patience(limit: answerTimeout.limit(settings))
        try await beginCopy(statement, PGRES_COPY_OUT, &patience)
        while let piece = try await nextPiece(&patience) {
            do {
                try await body(piece)
                patience.renew()
            } catch {
                await stopCopyOut()
                throw error
            }
        }
        return try await receive(&patience).affected
    }

    /// Hands a piece to libpq and waits until the socket has taken it: otherwise libpq would gather it all in memory.
    func putCopyData(_ bytes: [UInt8], _ patience: inout Patience) async throws(PostgresError) {
        let pg = try open()
        try refuseIfCancelled()
        patience.renew()
        let status = bytes.withUnsafeBytes { buffer in
            PQputCopyData(pg, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(buffer.count))
        }
        guard status == 1 else { throw lost() }
        try await flush(&patience)
    }

    private func beginCopy(
        _ statement: String, _ expected: ExecStatusType, _ patience: inout Patience
    ) async throws(PostgresError) {
        try refuseIfCancelled()
        let pg = try open()
        guard PQsendQueryParams(pg, statement, 0, nil, nil, nil, nil, 0) == 1 else { throw refusal(pg) }
        try await flush(&patience)
        try await awaitResult(&patience)
        guard let result = PQgetResult(pg) else { throw lost() }
        defer { PQclear(result) }
        if PQresultStatus(result) == expected { return }
        if PQresultStatus(result) == PGRES_FATAL_ERROR {
            let failure = PostgresError(result: result, sessionIsLost: PQstatus(pg) != CONNECTION_OK)
            _ = try await receive(&patience)
            throw patience.attributed(failure)
        }
        throw abandon(PostgresError(.protocolViolation, "the statement does not copy in this direction"))
    }

    @discardableResult
    private func endCopyIn(_ reason: String?, _ limit: Duration?) async throws(PostgresError) -> Rows {
        let pg = try open()
        guard PQputCopyEnd(pg, reason) == 1 else { throw lost() }
        var patience = Patience(limit: limit, heedsCancellation: reason == nil)
        return try await receive(&patience)
    }

    /// The next piece of whole rows; nil at the end. Rows come one by one from libpq and are gathered, or a large export
    /// would hand over millions of small arrays.
    private func nextPiece(_ patience: inout Patience) async throws(PostgresError) -> [UInt8]? {
        let pg = try open()
        let pieceSize = 64 * 1024
        var piece: [UInt8] = []
        while piece.count < pieceSize {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(pg, &row, 1)
            switch length {
            case 1...:
                piece.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            case 0:
                if !piece.isEmpty { return piece }
                patience.renew()
                if try await pause(.read, &patience), PQconsumeInput(pg) == 0 { throw lost() }
            default:
                // -1: the end, or -2: a failure that the result tells.
                return piece.isEmpty ? nil : piece
            }
        }
        return piece
    }

    /// Ends a COPY whose data nobody wants any more: cancelled at the server, the rest read and thrown away.
    private func stopCopyOut() async {
        guard pg != nil else { return }
        var patience = Patience(limit: settings.cancelGrace, heedsCancellation: false)
        do {
            try await cancelStatement(until: patience.deadline)
            while try await nextPieceOfRest(&patience) {}
            _ = try await receive(&patience)
        } catch {
            // The cancellation itself is the expected answer.
            if error.code != .server { lose(error) }
        }
    }

    private func nextPieceOfRest(_ patience: inout Patience) async throws(PostgresError) -> Bool {
        let deadline = patience.deadline
        defer { patience.deadline = deadline }
        return try await nextPiece(&patience) != nil
    }
}
