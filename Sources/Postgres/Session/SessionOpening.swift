import CLibPQ
import Glibc
import Synchronization

extension Session {
    /// Opens a session: libpq's own blocking way on a thread of its own, because only there `connect_timeout`, several
    /// hosts, `target_session_attrs` and name resolution work as documented.
    ///
    /// - Throws: `.connectionFailed`, `.serverTooOld`, `.cancelled`.
    static func open(_ settings: ConnectionSettings, until deadline: Deadline = .never) async throws(PostgresError)
        -> Session
    {
        try checkConninfo(settings)
        let reactor = Reactor.shared
        let opened = reactor.watchSignal()
        defer { reactor.forget(opened) }
        let attempt = Attempt()
        let hasThread = BlockingThread.run {
            let pointer = connect(settings.parameters)
            attempt.finish(with: pointer)
            reactor.signal(opened)
        }
        guard hasThread else { throw PostgresError(.connectionFailed, "the system grants no thread to connect with") }
        switch await reactor.wait(opened, until: deadline) {
        case .ready:
            return try adopt(attempt.take(), settings)
        case .timedOut:
            // The thread goes on until libpq's own connect_timeout and then closes what it got.
            attempt.abandon()
            throw PostgresError(.connectionFailed, "no answer from \(settings) in the time there was to connect")
        case .cancelled:
            attempt.abandon()
            throw PostgresError(.cancelled, "the task was cancelled while connecting")
        }
    }

    /// Refuses a connection string that libpq cannot read, without quoting it: it may hold a password.
    private static func checkConninfo(_ settings: ConnectionSettings) throws(PostgresError) {
        var reason: UnsafeMutablePointer<CChar>?
        if let options = PQconninfoParse(settings.conninfo, &reason) {
            PQconninfoFree(options)
            return
        }
        defer { PQfreemem(reason) }
        let message = PostgresError.withoutValues(PostgresError.oneLine(reason), sqlState: "22")
        throw PostgresError(connectMessage: "invalid connection option or string: \(message)")
    }

    private static func connect(_ parameters: [(keyword: String, value: String)]) -> Handle {
        let keywords = parameters.map { strdup($0.keyword) }
        let values = parameters.map { strdup($0.value) }
        defer { (keywords + values).forEach { free($0) } }
        return Handle(
            PQconnectdbParams(
                keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1))
    }

    private static func adopt(_ handle: Handle, _ settings: ConnectionSettings) throws(PostgresError) -> Session {
        guard let pg = handle.pointer else {
            throw PostgresError(.connectionFailed, "libpq has no memory for a connection")
        }
        guard PQstatus(pg) == CONNECTION_OK else {
            // The message is the connection's own: copy it before the connection goes.
            let message = PostgresError.oneLine(PQerrorMessage(pg))
            PQfinish(pg)
            throw PostgresError(connectMessage: message)
        }
        let version = Int(PQserverVersion(pg))
        guard version >= 150_000 else {
            PQfinish(pg)
            throw PostgresError(
                .serverTooOld,
                "the server runs PostgreSQL \(version / 10_000), but 15 or newer is needed: upgrade the server")
        }
        PQsetnonblocking(pg, 1)
        clibpq_ignore_notices(pg)
        return Session(pg: pg, settings: settings)
    }

    /// A connection on its way from the thread that made it to the task that wanted it.
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer?

        init(_ pointer: OpaquePointer?) {
            self.pointer = pointer
        }
    }

    /// An attempt to connect that its task may leave before it ends: then the thread closes what it got.
    private final class Attempt: Sendable {
        private enum State {
            case running
            case finished(Handle)
            case abandoned
        }

        private let state = Mutex(State.running)

        func finish(with handle: Handle) {
            let isUnwanted = state.withLock { state in
                if case .abandoned = state { return true }
                state = .finished(handle)
                return false
            }
            if isUnwanted { PQfinish(handle.pointer) }
        }

        func take() -> Handle {
            state.withLock { state in
                guard case .finished(let handle) = state else { return Handle(nil) }
                state = .abandoned
                return handle
            }
        }

        func abandon() {
            let unwanted: Handle? = state.withLock { state in
                defer { state = .abandoned }
                if case .finished(let handle) = state { return handle }
                return nil
            }
            if let unwanted { PQfinish(unwanted.pointer) }
        }
    }
}
