import Civil
import Foundation
import Postgres
import Synchronization
import TestSupport

/// A test's database as other programs see it, and workers on it.
struct WorkerSystem {
    let pool = TestDatabase.current.pool()

    /// A job as `rinda.jobs` shows it.
    struct Job: Sendable {
        let state: String
        let attempt: Int
        let crashes: Int
        let lease: Int64?
        let attemptedBy: String?
        /// The output as text, or nil for none.
        let output: String?
        /// Reason and message of each error, oldest first.
        let errors: [(reason: String, message: String)]
    }

    /// The environment of a worker with short times, so that tests need not be long.
    func environment(
        database: ConnectionSettings = TestDatabase.current.settings, lease: Double = 3, drain: Double = 5,
        _ more: [String: String] = [:]
    ) -> [String: String] {
        [
            "RINDA_DATABASE_URL": database.conninfo, "RINDA_WORKER_LEASE": "\(lease)",
            "RINDA_WORKER_DRAIN_TIMEOUT": "\(drain)", "RINDA_POLL_INTERVAL": "0.5",
        ].merging(more) { _, given in given }
    }

    /// Enqueues a job of kind `diagnostic` with arguments in JSON.
    func enqueue(_ args: String, kind: String = "diagnostic") async throws -> Int64 {
        try await pool.query("select job_id from rinda.enqueue(\(kind), \(JSON(args)))")[0].decode(0)
    }

    func job(_ id: Int64) async throws -> Job {
        let row = try await pool.query(
            """
            select state, attempt, crashes, lease, attempted_by, output::text,
                   array(select e ->> 'reason' from jsonb_array_elements(errors) with ordinality t (e, n) order by n),
                   array(select e ->> 'message' from jsonb_array_elements(errors) with ordinality t (e, n) order by n)
              from rinda.jobs where id = \(id)
            """)[0]
        let reasons = try row.decode(6, as: [String].self)
        let messages = try row.decode(7, as: [String].self)
        return Job(
            state: try row.decode(0), attempt: Int(try row.decode(1, as: Int32.self)),
            crashes: Int(try row.decode(2, as: Int32.self)), lease: try row.decode(3), attemptedBy: try row.decode(4),
            output: try row.decode(5), errors: zip(reasons, messages).map { (reason: $0, message: $1) })
    }

    /// Whether a job gets into a state in time.
    func job(_ id: Int64, becomes state: String, within limit: Duration = .seconds(30)) async throws -> Bool {
        try await eventually(within: limit) { try await job(id).state == state }
    }

    /// How many effects a job has had.
    func effects(of id: Int64) async throws -> Int {
        Int(
            try await pool.query("select count(*) from rinda.diagnostic_effect where job_id = \(id)")[0]
                .decode(0, as: Int64.self))
    }

    /// The process that runs a job, from `HOST:PID:…`.
    func process(running id: Int64) async throws -> pid_t? {
        try await job(id).attemptedBy.flatMap { name in
            let parts = name.split(separator: ":")
            return parts.count >= 3 ? pid_t(parts[1]) : nil
        }
    }

    /// Keeps a worker running, as a service manager would, until the body is done.
    func withSupervisedWorker(_ environment: [String: String], _ body: () async throws -> Void) async throws -> Int {
        let starts = StartCount()
        let supervisor = Task {
            while !Task.isCancelled {
                starts.increment()
                let worker = try DaemonProcess("rinda-worker", environment: environment)
                while worker.end == nil, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
                worker.send(SIGKILL)
            }
        }
        do {
            try await body()
        } catch {
            supervisor.cancel()
            throw error
        }
        supervisor.cancel()
        try await supervisor.value
        return starts.count
    }
}

private final class StartCount: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func increment() { value.withLock { $0 += 1 } }
}
