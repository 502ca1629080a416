import CLibPQ
import Glibc

/// One PostgreSQL session: libpq's connection and the rules of using it without blocking.
///
/// A session is used by one task at a time. Its users cannot break that rule: they hold it through `Connection` or
/// `Transaction`, which cannot be copied, or have it in the pool, where nobody uses it. That is why it may be Sendable
/// without a lock.
final class Session: @unchecked Sendable {
    let settings: ConnectionSettings
    let reactor = Reactor.shared
    /// libpq's connection; nil once closed.
    private(set) var pg: OpaquePointer?
    let token: Reactor.Token
    /// The server process's number, as `pg_stat_activity.pid` shows it.
    let backendPID: Int32
    /// Names of the prepared statements of this session.
    var prepared = PreparedStatements()
    /// Why the session was closed before its owner wished.
    private(set) var loss: PostgresError?

    init(pg: OpaquePointer, settings: ConnectionSettings) {
        self.pg = pg
        self.settings = settings
        token = reactor.watch(fd: PQsocket(pg))
        backendPID = PQbackendPID(pg)
    }

    deinit {
        close()
    }

    /// Ends the session. Never blocks: the goodbye is sent as far as the socket takes it.
    func close() {
        guard let pg else { return }
        reactor.forget(token)
        PQfinish(pg)
        self.pg = nil
    }

    /// Closes a session that cannot be used any more and keeps the reason for whoever tries.
    @discardableResult
    func lose(_ error: PostgresError) -> PostgresError {
        if loss == nil { loss = error }
        close()
        return error
    }

    /// Closes a session whose server process may still be busy; the server is asked, without waiting for it, to stop.
    func abandon(_ error: PostgresError) -> PostgresError {
        if let pg { CancelRequest.send(for: pg, reactor: nil, token: nil) }
        return lose(error)
    }

    /// libpq's connection, for a command about to be sent.
    func open() throws(PostgresError) -> OpaquePointer {
        guard let pg else {
            let reason = loss.map { ": \($0.message)" } ?? " by this program"
            throw PostgresError(.connectionLost, "the session has been closed\(reason)")
        }
        return pg
    }

    /// The failure that libpq describes now, which has cost the session its life.
    func lost() -> PostgresError {
        let message = pg.map { PostgresError.oneLine(PQerrorMessage($0)) } ?? "the session has been closed"
        return lose(PostgresError(.connectionLost, message))
    }

    /// Where the session stands between statements.
    var transactionStatus: TransactionStatus {
        guard let pg else { return .unusable }
        return switch PQtransactionStatus(pg) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS: .inTransaction
        case PQTRANS_INERROR: .inFailedTransaction
        default: .unusable
        }
    }

    enum TransactionStatus {
        case idle
        case inTransaction
        case inFailedTransaction
        case unusable
    }

    /// Whether an idle session still has a server behind it, as far as this side of the wire knows. An idle server has
    /// nothing to say but its goodbye, so a session with anything to read is not worth trusting.
    var looksAlive: Bool {
        guard let pg, PQstatus(pg) == CONNECTION_OK else { return false }
        var watched = pollfd(fd: PQsocket(pg), events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }
}
