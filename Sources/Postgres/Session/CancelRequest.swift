import CLibPQ
import Synchronization

/// Asks the server to stop what a session is doing. libpq's request blocks, so it goes on a thread of its own.
enum CancelRequest {
    /// Requests under way. One that hangs on a dead network holds a thread until TCP gives up, so there is a bound.
    private static let underWay = Atomic<Int>(0)
    private static let limit = 16

    /// Sends a request and signals a token when it has been delivered or has failed; false where none was sent.
    @discardableResult
    static func send(for pg: OpaquePointer, reactor: Reactor?, token: Reactor.Token?) -> Bool {
        guard underWay.add(1, ordering: .relaxed).newValue <= limit, let cancel = clibpq_cancel_open(pg) else {
            underWay.subtract(1, ordering: .relaxed)
            return false
        }
        let request = Request(pointer: cancel)
        let hasThread = BlockingThread.run {
            _ = clibpq_cancel_send(request.pointer)
            clibpq_cancel_close(request.pointer)
            underWay.subtract(1, ordering: .relaxed)
            if let reactor, let token { reactor.signal(token) }
        }
        if !hasThread {
            clibpq_cancel_close(cancel)
            underWay.subtract(1, ordering: .relaxed)
        }
        return hasThread
    }

    private struct Request: @unchecked Sendable {
        let pointer: OpaquePointer
    }
}

extension Session {
    /// Cancels the running statement and waits until the request has been delivered, so that it cannot hit the session's
    /// next statement.
    ///
    /// - Throws: `.cancelled` where the request was not delivered in time; the session is closed then.
    func cancelStatement(until deadline: Deadline) async throws(PostgresError) {
        let pg = try open()
        let delivered = reactor.watchSignal()
        defer { reactor.forget(delivered) }
        guard CancelRequest.send(for: pg, reactor: reactor, token: delivered) else { return }
        if case .timedOut = await reactor.wait(delivered, until: deadline, heedsCancellation: false) {
            // The request may arrive at any later time and must then find no statement of ours.
            throw lose(PostgresError(.cancelled, "the task was cancelled and the server could not be told in time"))
        }
    }
}
