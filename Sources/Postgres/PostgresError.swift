/// What went wrong between this program and PostgreSQL.
///
/// `message` and `description` hold no bind value and no DETAIL of the server, so they may be logged.
package struct PostgresError: Error, Sendable {
    /// The kind of failure, for callers that act on it.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// No session could be opened: unreachable, refused, or a connection string that libpq does not understand.
        case connectionFailed
        /// The server is older than PostgreSQL 15.
        case serverTooOld
        /// The session ended while it was in use, or had ended before.
        case connectionLost
        /// A statement got no answer in the time it was given; its connection is closed.
        case answerTimeout
        /// The task was cancelled and its statement with it.
        case cancelled
        /// No connection of the pool became free in time.
        case poolTimeout
        /// The pool has been closed.
        case poolClosed
        /// The server refused the statement; `sqlState` says why.
        case server
        /// A value that PostgreSQL cannot hold, such as NUL in a text.
        case encoding
        /// A result that is not what the caller reads it as.
        case decoding
        /// An answer that does not fit what was asked, such as a COPY started by a plain query.
        case protocolViolation
        /// The transaction had failed before its end, so the server rolled it back instead of committing.
        case transactionAborted
        /// A migration in the database differs from the one of the same number in this program.
        case migrationChanged
        /// The migrations do not form a row without holes.
        case migrationGap
        /// A migration failed; `cause` says why.
        case migrationFailed
        /// The database was migrated by a newer program in a way that this one cannot work with.
        case schemaTooNew
        /// The database lacks migrations that this program needs.
        case schemaTooOld
        /// The database has not been migrated at all.
        case schemaMissing
        /// PostgreSQL knows no time zone of this name.
        case unknownZone
        /// A proxy lends the server's sessions out by transaction, so that notifications cannot arrive.
        case notificationsUnavailable
    }

    private let storage: Storage

    /// A failure of a kind, with what happened and what to do about it.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        storage = Storage(code: code, message: message, cause: cause)
    }

    init(_ storage: Storage) {
        self.storage = storage
    }

    /// The kind of failure.
    package var code: Code { storage.code }
    /// What happened, without bind values and without the server's DETAIL.
    package var message: String { storage.message }
    /// The five characters of the server's SQLSTATE, where the server reported the failure.
    package var sqlState: String? { storage.sqlState }
    /// The server's DETAIL. May hold personal data (`Key (email)=(…)`): never log it, never send it on.
    package var detail: String? { storage.detail }
    /// The server's HINT.
    package var hint: String? { storage.hint }
    /// The name of the violated constraint.
    package var constraint: String? { storage.constraint }
    /// The name of the table concerned.
    package var table: String? { storage.table }
    /// The name of the column concerned.
    package var column: String? { storage.column }
    /// Where in the statement's text the failure lies, in characters counted from 1, where the server says so.
    package var position: Int? { storage.position }
    /// The error behind this one.
    package var cause: (any Error)? { storage.cause }
    /// Whether the failure hit a COMMIT, so that nobody knows whether the transaction took effect.
    package var isCommitInDoubt: Bool { storage.isCommitInDoubt }

    /// Whether the session is gone and the same statement may succeed on another one.
    package var isConnectionLoss: Bool {
        switch code {
        case .connectionLost, .answerTimeout: true
        case .server: sqlStateClass == "08" || Self.shutdownStates.contains(sqlState ?? "")
        default: false
        }
    }

    /// Whether the same act may succeed later without anybody changing anything: lost connections, deadlocks,
    /// serialisation failures, locks not available, a server short of resources or restarting.
    package var isTransient: Bool {
        switch code {
        case .connectionLost, .answerTimeout, .poolTimeout: true
        case .connectionFailed: storage.isWorthRetrying
        case .server:
            isConnectionLoss || sqlStateClass == "53" || ["40001", "40P01", "55P03"].contains(sqlState ?? "")
        case .migrationFailed: (cause as? PostgresError)?.isTransient ?? false
        default: false
        }
    }

    private var sqlStateClass: Substring { (sqlState ?? "").prefix(2) }

    /// Terminated by the administrator, server crash, server not yet or no longer accepting sessions.
    private static let shutdownStates: Set<String> = ["57P01", "57P02", "57P03"]

    /// The same failure with the remark that it hit a COMMIT.
    var inCommit: PostgresError {
        var copy = storage.copy
        copy.isCommitInDoubt = true
        copy.message += " (during COMMIT: whether the transaction took effect is unknown)"
        return PostgresError(Storage(copy))
    }

    /// The same failure under another code, keeping what the server said.
    func recoded(_ code: Code, message: String? = nil) -> PostgresError {
        var copy = storage.copy
        copy.code = code
        if let message { copy.message = message }
        return PostgresError(Storage(copy))
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        var text = "PostgreSQL: \(message) [\(code.rawValue)"
        if let sqlState { text += ", SQLSTATE \(sqlState)" }
        if let constraint { text += ", constraint \(constraint)" }
        text += "]"
        if let cause = cause as? PostgresError { text += ": \(cause.description)" }
        return text
    }
}

extension PostgresError {
    /// The parts of a failure, in one allocation: an error is thrown through many frames and should be one word wide.
    final class Storage: Sendable {
        struct Parts: Sendable {
            var code: Code
            var message: String
            var sqlState: String?
            var detail: String?
            var hint: String?
            var constraint: String?
            var table: String?
            var column: String?
            var position: Int?
            var isWorthRetrying = true
            var isCommitInDoubt = false
            var cause: (any Error)?
        }

        let copy: Parts

        init(_ parts: Parts) {
            copy = parts
        }

        convenience init(code: Code, message: String, cause: (any Error)? = nil) {
            self.init(Parts(code: code, message: message, cause: cause))
        }

        var code: Code { copy.code }
        var message: String { copy.message }
        var sqlState: String? { copy.sqlState }
        var detail: String? { copy.detail }
        var hint: String? { copy.hint }
        var constraint: String? { copy.constraint }
        var table: String? { copy.table }
        var column: String? { copy.column }
        var position: Int? { copy.position }
        var isWorthRetrying: Bool { copy.isWorthRetrying }
        var isCommitInDoubt: Bool { copy.isCommitInDoubt }
        var cause: (any Error)? { copy.cause }
    }
}
