/// Finds out whether a proxy lends the server's sessions out for one transaction at a time. Behind such a one LISTEN
/// succeeds and is worth nothing: it stays with whatever session happened to serve it.
enum PoolingProbe {
    /// How often both sessions are asked: another client may take the server's session in between.
    private static let rounds = 3

    /// Whether a session is one that shares its server process with others, transaction by transaction.
    ///
    /// A session straight to the server has the process that libpq was told of; a proxy makes up a number. Behind a proxy
    /// that pools by session, each session keeps a process of its own. One that pools by transaction gives the process
    /// used last to whoever asks next: two sessions find themselves on the same one, or one finds itself moved.
    static func isPooledByTransaction(
        _ session: Session, limit: AnswerTimeout
    ) async throws(PostgresError) -> Bool {
        let first = try await serverProcess(of: session, limit)
        if first == session.backendPID { return false }
        do {
            let other = try await Session.open(session.settings)
            defer { other.close() }
            for _ in 0..<rounds {
                if try await serverProcess(of: other, limit) == first { return true }
                if try await serverProcess(of: session, limit) != first { return true }
            }
        } catch {
            // A pool by session that has no session left for the second: listening does not need it.
            if error.code == .cancelled { throw error }
            return false
        }
        return false
    }

    private static func serverProcess(of session: Session, _ limit: AnswerTimeout) async throws(PostgresError) -> Int32
    {
        try await session.run("select pg_catalog.pg_backend_pid()", limit)[0].decode(0)
    }
}
