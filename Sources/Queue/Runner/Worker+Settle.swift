import Logging
import Postgres
import Synchronization

/// An attempt that ended and is not written yet.
struct PendingSettle: Sendable {
    let attempt: Attempt
    /// What to write, or nil where the handler wrote it or nobody may.
    var settlement: Settlement?
    /// Whether the claim is no longer ours to close.
    let keepsClaim: Bool
    /// Whether the handler still runs, so that its slot stays taken.
    var keepsSlot = false
}

/// Settling: what ended since the last statement goes out with the next, so that the batch grows with the load and a
/// single job waits for nothing.
extension Worker {
    /// The most attempts that one statement settles.
    private static let largestBatch = 2_000

    /// Writes what ended until the worker is done.
    func settleEnded() async {
        while true {
            let batch = pendingSettles.withLock { pending -> [PendingSettle] in
                let batch = Array(pending.prefix(Self.largestBatch))
                pending.removeFirst(batch.count)
                return batch
            }
            if batch.isEmpty {
                if Task.isCancelled { return }
                await settleSignal.wait(atMost: .seconds(60))
                continue
            }
            await write(batch)
            for pending in batch { pending.attempt.markSettled() }
            slots.withLock { slots in
                for pending in batch where !pending.keepsSlot { slots.free(pending.attempt) }
            }
            claimSignal.raise()
            if isStopping || configuration.runsAlone { drainSignal.raise() }
        }
    }

    /// Writes one batch, again and again while the lease holds and the database does not answer: a finished attempt's
    /// end is not to be lost to a lost connection.
    private func write(_ batch: [PendingSettle]) async {
        let closed = slots.withLock { slots in
            slots.leave(batch.lazy.filter { !$0.keepsClaim }.map(\.attempt.job.lease))
        }
        let requests = batch.compactMap { pending in
            pending.settlement.map {
                SettleRequest(id: pending.attempt.job.id, lease: pending.attempt.job.lease, settlement: $0)
            }
        }
        if requests.isEmpty && closed.isEmpty { return }
        var backoff = Backoff()
        while true {
            do {
                let settled = try await control.withConnection { connection in
                    try await settle(requests, closed: closed, on: &connection)
                }
                let stale = requests.count - settled.count
                counters.withLock {
                    $0.settled += settled.count
                    $0.stale += stale
                }
                if stale > 0 {
                    logger.warning(
                        "the end of \(stale) attempts was refused: their leases no longer hold the jobs",
                        metadata: ["stale": "\(stale)"])
                }
                return
            } catch {
                if let error = error as? PostgresError, !error.isTransient, !error.isConnectionLoss {
                    await writeOneByOne(requests, closed: closed, after: error)
                    return
                }
                guard session.withLock({ $0.holdsUntil.map { $0 > clock.now } ?? false }) else {
                    counters.withLock { $0.stale += requests.count }
                    logger.error(
                        "the end of \(requests.count) attempts could not be written while the lease held",
                        metadata: ["error": "\(error)"])
                    return
                }
                logger.warning("could not settle, trying again: \(error)")
                try? await Task.sleep(for: min(backoff.next(), .seconds(1)))
            }
        }
    }

    /// Finds the request that the database refuses, so that it does not hold up the others, and discards its job with
    /// the reason: an output that cannot be stored fails the same way for ever.
    private func writeOneByOne(_ requests: [SettleRequest], closed: [Int64], after cause: PostgresError) async {
        for (index, request) in requests.enumerated() {
            let closing = index == requests.count - 1 ? closed : []
            do {
                _ = try await control.withConnection { connection in
                    try await settle([request], closed: closing, on: &connection)
                }
            } catch {
                logger.error(
                    "an attempt's end cannot be stored: \(error)",
                    metadata: ["job.id": "\(request.id)", "job.lease": "\(request.lease)"])
                let refusal = SettleRequest(
                    id: request.id, lease: request.lease,
                    settlement: Settlement(
                        verdict: .discarded, reason: .failed, message: "its end could not be stored: \(error)"))
                _ = try? await control.withConnection { connection in
                    try await settle([refusal], closed: closing, on: &connection)
                }
            }
        }
    }
}
