import CLibPQ

/// How long a statement is waited for, and what cancellation does to it meanwhile.
struct Patience {
    var deadline: Deadline
    /// Whether the task's cancellation ends the wait. COMMIT and ROLLBACK go on regardless.
    var heedsCancellation: Bool
    /// Whether the statement has been cancelled, so that only its end is waited for.
    private(set) var isCancelled = false
    private let limit: Duration?

    init(limit: Duration?, heedsCancellation: Bool = true) {
        self.limit = limit
        deadline = .after(limit)
        self.heedsCancellation = heedsCancellation
    }

    /// Begins to count anew: for a COPY every piece that moves is an answer.
    mutating func renew() {
        if !isCancelled { deadline = .after(limit) }
    }

    /// A failure as the caller should see it. 57014 (query cancelled) is also what `statement_timeout` raises: only our
    /// own cancelling is ours.
    func attributed(_ failure: PostgresError) -> PostgresError {
        guard isCancelled, failure.sqlState == "57014" else { return failure }
        return failure.recoded(.cancelled, message: "the task was cancelled and its statement with it")
    }

    fileprivate mutating func becomeCancelled(grace: Duration) {
        isCancelled = true
        heedsCancellation = false
        deadline = .after(grace)
    }
}

extension Session {
    /// Waits for the socket. On cancellation the server is asked to stop the statement and the wait goes on, within the
    /// grace of the settings, until it has.
    ///
    /// - Throws: `.answerTimeout`, or `.cancelled` where a cancelled statement did not end in time; the session is closed
    ///   then.
    func pause(_ interest: Reactor.Interest, _ patience: inout Patience) async throws(PostgresError) -> Bool {
        switch await reactor.wait(
            token, for: interest, until: patience.deadline, heedsCancellation: patience.heedsCancellation)
        {
        case .ready(let readable, _):
            return readable
        case .timedOut where patience.isCancelled:
            throw abandon(PostgresError(.cancelled, "the task was cancelled and its statement did not end in time"))
        case .timedOut:
            throw abandon(
                PostgresError(.answerTimeout, "no answer to a statement in time; its connection has been closed"))
        case .cancelled:
            patience.becomeCancelled(grace: settings.cancelGrace)
            try await cancelStatement(until: patience.deadline)
            return false
        }
    }

    /// Sends what libpq has in its buffer. The server may itself be blocked writing to us, so what it wrote is read too.
    func flush(_ patience: inout Patience) async throws(PostgresError) {
        let pg = try open()
        while true {
            switch PQflush(pg) {
            case 0: return
            case 1:
                if try await pause([.read, .write], &patience), PQconsumeInput(pg) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    /// Waits until the next result can be taken without blocking.
    func awaitResult(_ patience: inout Patience) async throws(PostgresError) {
        let pg = try open()
        while PQisBusy(pg) != 0 {
            // A failed read may have brought the server's last words before the end: let the result tell them.
            if try await pause(.read, &patience), PQconsumeInput(pg) == 0, PQisBusy(pg) != 0 { throw lost() }
        }
    }
}
