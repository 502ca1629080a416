import Logging
import Postgres
import Queue

/// What every scheduler does for the queue beside its ticks: rescue and prune. Workers do it too; several at once share
/// the work.
struct Maintenance {
    private static let rescueInterval = Duration.seconds(1)
    private static let pruneInterval = Duration.seconds(600)

    private var rescuedAt: ContinuousClock.Instant?
    private var prunedAt: ContinuousClock.Instant?

    /// Does what is due. What the server refuses is logged and done again later: it must not keep ticks from firing.
    ///
    /// - Throws: `PostgresError` where the connection is lost.
    mutating func maintain(on connection: inout Connection, logger: Logger) async throws {
        if isDue(&rescuedAt, every: Self.rescueInterval) {
            try await tolerating(logger, "rescue") {
                for job in try await rescue(on: &connection) {
                    logger.notice(
                        "rescued a job whose lease had run out",
                        metadata: [
                            "job.id": "\(job.id)", "job.kind": "\(job.kind)", "job.crashes": "\(job.crashes)",
                            "outcome": "\(job.outcome.rawValue)",
                        ])
                }
            }
        }
        if isDue(&prunedAt, every: Self.pruneInterval) {
            try await tolerating(logger, "pruning") {
                let partitions = try await prune(on: &connection)
                if !partitions.isEmpty {
                    logger.info("forgot finished jobs", metadata: ["partitions": "\(partitions.count)"])
                }
                let rows = try await Schedules.prune(on: &connection)
                if rows > 0 { logger.info("forgot old ticks", metadata: ["rows": "\(rows)"]) }
            }
        }
    }

    private func isDue(_ last: inout ContinuousClock.Instant?, every interval: Duration) -> Bool {
        let now = ContinuousClock.now
        if let last, now - last < interval { return false }
        last = now
        return true
    }

    private func tolerating(_ logger: Logger, _ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as PostgresError where error.code == .server && !error.isConnectionLoss {
            logger.error("\(what) failed, trying again later: \(error)")
        }
    }
}
