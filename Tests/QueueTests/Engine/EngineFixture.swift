import Civil
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Queue

/// The engine in a test's database: a queue of the test's own, so that tests can share a database.
struct Engine: Sendable {
    let pool: Pool
    let settings: ConnectionSettings
    let queue: String

    private static let counter = Atomic<Int>(0)

    /// A kind that the catalogue does not know, so that every default holds.
    static let kind = "t"

    init(connections: Int = 6) {
        settings = TestDatabase.current.settings
        pool = TestDatabase.current.pool(maxConnections: connections)
        queue = "q\(Self.counter.add(1, ordering: .relaxed).newValue)"
    }

    // MARK: enqueue

    @discardableResult
    func enqueue(
        _ args: String = "{}", kind: String = Engine.kind, priority: Int? = nil, at: String? = nil, key: String? = nil,
        maxAttempts: Int? = nil, metadata: String = "{}", onConflict: EnqueueRequest.Conflict = .keep
    ) async throws -> EnqueueAnswer {
        let request = EnqueueRequest(
            kind: kind, args: JSON(args), queue: queue, priority: priority,
            scheduledAt: at.flatMap(Timestamp.init(iso:)),
            uniqueKey: key, maxAttempts: maxAttempts, metadata: JSON(metadata), onConflict: onConflict)
        return try await pool.withConnection { try await Queue.enqueue(request, on: &$0) }
    }

    /// Enqueues jobs and answers their ids.
    func enqueue(count: Int, kind: String = Engine.kind, priority: Int? = nil) async throws -> [Int64] {
        let requests = (0..<count).map {
            EnqueueRequest(kind: kind, args: JSON("{\"n\": \($0)}"), queue: queue, priority: priority)
        }
        return try await pool.transaction { try await Queue.enqueue(requests, in: &$0) }.map(\.jobID)
    }

    // MARK: sessions and claims

    func session(lease: Duration = .seconds(600), kinds: [String] = [Engine.kind]) async throws -> Int64 {
        let name = "host:1:\(UUID().uuidString)"
        return try await pool.withConnection {
            try await beginSession(
                name: name, kinds: kinds, queues: [queue], version: "test", lease: lease, on: &$0)
        }
    }

    /// Lets a session's lease run out.
    func expire(_ session: Int64) async throws {
        try await pool.execute(
            "update rinda.worker set lease_until = clock_timestamp() - interval '1 ms' where session = \(session)")
    }

    func claim(
        _ session: Int64, kinds: [String] = [Engine.kind], slots: Int = 10, cursor: inout ClaimCursor,
        lastFirst: Bool = false
    ) async throws -> ClaimAnswer {
        let before = cursor
        let (answer, after) = try await pool.withConnection { connection in
            var cursor = before
            let answer = try await Queue.claim(
                session: session, kinds: kinds, free: [(queue: queue, slots: slots)], cursor: &cursor,
                lastFirst: lastFirst, on: &connection)
            return (answer, cursor)
        }
        cursor = after
        return answer
    }

    /// Claims as a process that has just begun.
    @discardableResult
    func claim(_ session: Int64, kinds: [String] = [Engine.kind], slots: Int = 10) async throws -> [ClaimedJob] {
        var cursor = ClaimCursor()
        return try await claim(session, kinds: kinds, slots: slots, cursor: &cursor).jobs
    }

    /// Enqueues a job and claims it in a session of its own.
    func running(maxAttempts: Int? = nil) async throws -> (job: ClaimedJob, session: Int64) {
        let id = try await enqueue(maxAttempts: maxAttempts).jobID
        let session = try await session()
        let jobs = try await claim(session)
        return (try #require(jobs.first { $0.id == id }), session)
    }

    // MARK: settle and the rest

    /// Writes an attempt's end; false where it was stale.
    @discardableResult
    func settle(_ job: ClaimedJob, _ settlement: Settlement, closing: Bool = true) async throws -> Bool {
        let request = SettleRequest(id: job.id, lease: job.lease, settlement: settlement)
        return try await pool.withConnection {
            try await Queue.settle([request], closed: closing ? [job.lease] : [], on: &$0)
        }.contains(job.id)
    }

    /// Completes a whole claim.
    func complete(_ jobs: [ClaimedJob]) async throws {
        let requests = jobs.map {
            SettleRequest(id: $0.id, lease: $0.lease, settlement: Settlement(verdict: .completed))
        }
        let leases = Array(Set(jobs.map(\.lease)))
        let settled = try await pool.withConnection { try await Queue.settle(requests, closed: leases, on: &$0) }
        #expect(settled == Set(jobs.map(\.id)))
    }

    func rescue() async throws -> [RescuedJob] {
        try await pool.withConnection { try await Queue.rescue(on: &$0) }
    }

    func cancel(_ id: Int64) async throws -> CancelAnswer {
        try await pool.withConnection { try await Queue.cancel(job: id, on: &$0) }
    }

    func retry(_ id: Int64) async throws -> RetryAnswer {
        try await pool.withConnection { try await Queue.retry(job: id, on: &$0) }
    }

    // MARK: looking

    func job(_ id: Int64) async throws -> JobRecord {
        try #require(try await pool.withConnection { try await findJob(id, on: &$0) })
    }

    func state(_ id: Int64) async throws -> JobState {
        try await job(id).state
    }

    func value<Value: PostgresDecodable & Sendable>(_ sql: SQL, as type: Value.Type = Value.self) async throws -> Value
    {
        try #require(try await pool.query(sql).first).decode(0, as: Value.self)
    }

    /// Waits until a statement of another session that contains a text waits for a lock.
    func waitsForLock(_ text: String) async throws -> Bool {
        try await eventually {
            try await value(
                """
                select exists (select from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                  and query like '%' || \(text) || '%' and pid <> pg_backend_pid())
                """, as: Bool.self)
        }
    }
}

/// An element of a job's `errors`.
struct JobError: Decodable, Equatable {
    let at: String
    let attempt: Int
    let lease: Int64?
    let reason: String
    let message: String
}

extension JobRecord {
    var failures: [JobError] {
        (try? JSONDecoder().decode([JobError].self, from: Data(errors.text.utf8))) ?? []
    }
}

/// The SQLSTATE with which something fails, or nil where it does not fail on the server.
func sqlState(_ body: () async throws -> Void) async -> (state: String?, message: String) {
    do {
        try await body()
        return (nil, "it did not fail")
    } catch let error as PostgresError {
        return (error.sqlState, error.message)
    } catch {
        return (nil, "\(error)")
    }
}
