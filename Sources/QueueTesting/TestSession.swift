import Foundation
import Postgres
import Queue
import Synchronization

/// The session under which a test claims: it holds as long as a test may take, by the clock of the database.
enum TestSession {
    static let lease = Duration.seconds(3600)
    private static let counter = Atomic<Int>(0)

    /// A name that no other session of any process has.
    static func name() -> String {
        "test:\(ProcessInfo.processInfo.processIdentifier):\(UUID().uuidString):"
            + "\(counter.add(1, ordering: .relaxed).newValue)"
    }
}

extension TestQueue {
    /// Begins a session, for the length of the body.
    func withSession<R: Sendable>(queues: [String], _ body: (Int64) async throws -> R) async throws -> R {
        let session = try await pool.withConnection { connection in
            try await beginSession(
                name: TestSession.name(), kinds: handlers.kinds, queues: queues, version: "test",
                lease: TestSession.lease, on: &connection)
        }
        do {
            let value = try await body(session)
            try await pool.withConnection { try await endSession(session, on: &$0) }
            return value
        } catch {
            try? await pool.withConnection { try await endSession(session, on: &$0) }
            throw error
        }
    }
}

/// Whether a handler has run out of time.
final class Watch: Sendable {
    private let limit: Duration
    private let isOver = Atomic<Bool>(false)

    init(limit: Duration) { self.limit = limit }

    func expire() { isOver.store(true, ordering: .releasing) }

    /// Why the handler was interrupted, if it was.
    var interruption: AttemptEnd? { isOver.load(ordering: .acquiring) ? .timedOut(after: limit) : nil }
}
