import Foundation
package import Logging
package import Postgres
import Synchronization

/// What a handler is given of its attempt: the job, its lease, and the ways to write under that lease.
package final class JobContext: Sendable {
    /// The attempt that the current task runs, so that a log line can carry it without being handed it.
    @TaskLocal package static var current: JobContext?

    /// The job as claimed; `job.lease` is the fencing token to hand to other systems.
    package let job: ClaimedJob
    /// Connections for the handler's own work.
    package let database: Pool
    private let base: Logger
    private let lease: Duration
    private let log: AttemptLog?
    private let fate = Mutex(Fate.open)

    /// What is known of the job's hold.
    private enum Fate {
        /// Nothing has been written that ends it.
        case open
        /// The handler's own transaction completed it.
        case settled
        /// A write was refused: the lease holds it no longer.
        case lost
    }

    /// The context of one attempt.
    ///
    /// - Parameters:
    ///   - lease: the length of the lease, which also bounds how long a transaction that completes the job may stand
    ///     still.
    ///   - log: where to keep what the handler logs.
    package init(job: ClaimedJob, database: Pool, logger: Logger, lease: Duration, log: AttemptLog? = nil) {
        self.job = job
        self.database = database
        self.base = logger
        self.lease = lease
        self.log = log
    }

    /// Whether the job was completed in the handler's own transaction.
    package var isSettled: Bool { fate.withLock { $0 == .settled } }
    /// Whether a write was refused because the lease no longer holds the job.
    package var isLost: Bool { fate.withLock { $0 == .lost } }

    /// A logger whose lines carry the job's id, kind, queue, attempt and trace, and are kept with the job within bounds.
    package var logger: Logger {
        let base = base
        var logger = base
        if let log {
            logger = Logger(label: base.label) { _ in AttemptLogHandler(base: base, log: log) }
        }
        for (key, value) in metadata { logger[metadataKey: key] = value }
        return logger
    }

    /// What a log line of this attempt carries.
    package var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "job.id": "\(job.id)", "job.kind": "\(job.kind)", "job.queue": "\(job.queue)",
            "job.attempt": "\(job.attempt)",
        ]
        if let trace = traceparent { metadata["trace.parent"] = "\(trace)" }
        return metadata
    }

    /// The W3C trace context that the enqueuer gave in the job's metadata under `traceparent`, if any.
    package var traceparent: String? {
        guard let text = job.metadata?.text, text.contains("traceparent") else { return nil }
        struct Trace: Decodable { let traceparent: String? }
        return (try? JSONDecoder().decode(Trace.self, from: Data(text.utf8)))?.traceparent
    }

    /// Notes how far the attempt has come, fenced by its lease; an attempt after a crash reads it in `job.progress`.
    ///
    /// - Parameters:
    ///   - percent: 0 to 100.
    ///   - message: in words, for whoever watches.
    ///   - checkpoint: what the handler needs to go on from here.
    /// - Throws: `QueueError.leaseLost` where the job is no longer this attempt's.
    package func progress(percent: Double, message: String, checkpoint: JSON? = nil) async throws {
        let body = ProgressNote(percent: min(100, max(0, percent)), message: message, checkpoint: checkpoint)
        let held = try await database.query(
            "select progress from rinda.progress(\(job.id), \(job.lease), \(body.json))"
        ).first?.decode(0, as: Bool.self)
        guard held == true else { throw lost() }
    }

    /// Completes the job in the same transaction as the handler's own writes: both are there, or neither, and a stale
    /// attempt's writes fail as a whole.
    ///
    /// The fence is the transaction's last statement, so that it holds the claim's row only until the commit; a process
    /// that stops in between is cut off by the server after the length of a lease.
    /// - Returns: what the handler returns: `.settled`.
    /// - Throws: `QueueError.leaseLost`, whatever the body throws, `PostgresError`.
    package func complete(
        output: JSON? = nil, _ body: (inout Transaction) async throws -> Void
    ) async throws -> Outcome {
        let job = job
        let limit = "\(Int((lease / .milliseconds(1)).rounded(.up)))"
        try await database.transaction { transaction in
            try await transaction.execute(
                "select set_config('idle_in_transaction_session_timeout', \(limit), true)")
            try await body(&transaction)
            let settled = try await settle(
                [
                    SettleRequest(
                        id: job.id, lease: job.lease, settlement: Settlement(verdict: .completed, output: output))
                ], closed: [], on: &transaction)
            guard settled.contains(job.id) else { throw lost() }
        }
        fate.withLock { $0 = .settled }
        return .settled
    }

    private func lost() -> QueueError {
        fate.withLock { if $0 == .open { $0 = .lost } }
        return QueueError(.leaseLost, "lease \(job.lease) no longer holds job \(job.id): nothing was written")
    }
}

/// What `rinda.jobs.progress` shows.
struct ProgressNote {
    let percent: Double
    let message: String
    let checkpoint: JSON?

    var json: JSON {
        let words = (try? JSONEncoder().encode(message)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        return JSON(
            "{\"percent\": \(percent), \"message\": \(words), \"checkpoint\": \(checkpoint?.text ?? "null")}")
    }
}
