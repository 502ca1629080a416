import Logging
import Postgres
import Synchronization

/// Settling: what ended since the last statement goes out with the next, so that the batch grows with the load and a
/// single job waits for nothing.
extension Worker {
    /// The most attempts that one statement settles.
    private static let largestBatch = 2_000
    /// How long an end is put off whose job someone keeps locked.
    private static let lockedPause = Duration.seconds(2)

    /// Writes what ended until the worker is done.
    func settleEnded() async {
        while true {
            let (batch, next) = pendingSettles.withLock { pending in
                (pending.take(atMost: Self.largestBatch, now: clock.now), pending.nextPostponed)
            }
            if batch.isEmpty {
                if Task.isCancelled { return }
                await settleSignal.wait(atMost: next.map { min(.seconds(60), $0 - clock.now) } ?? .seconds(60))
                continue
            }
            let postponed = await write(batch)
            let written = batch.filter { pending in !postponed.contains { $0.attempt === pending.attempt } }
            for pending in written { pending.attempt.markSettled() }
            slots.withLock { slots in
                slots.leave(written.lazy.map(\.lease))
                for pending in written where !pending.keepsSlot { slots.free(pending.attempt) }
            }
            hints.withLock { hints in
                for pending in written where !pending.keepsSlot { hints.noteRoom(in: pending.attempt.job.queue) }
            }
            pendingSettles.withLock { pending in
                for late in postponed { pending.add(late) }
                pending.finish(batch.count)
            }
            claimSignal.raise()
            if isStopping || configuration.runsAlone { drainSignal.raise() }
        }
    }

    /// Writes one batch, again and again while the lease holds and the database does not answer: a finished attempt's
    /// end is not to be lost to a lost connection. Answers what has to be put off.
    private func write(_ batch: [PendingSettle]) async -> [PendingSettle] {
        await writeLogs(of: batch)
        if batch.contains(where: { $0.notBefore != nil }) { return await writeOneByOne(batch) }
        switch await send(batch.compactMap(\.request), closing: batch) {
        case .written, .givenUp: return []
        case .locked, .refused: return await writeOneByOne(batch)
        }
    }

    /// Writes each end by itself, so that one that the database refuses, or that waits for a lock, holds up no other.
    /// An end that cannot be stored discards its job with the reason: it would fail the same way for ever.
    private func writeOneByOne(_ batch: [PendingSettle]) async -> [PendingSettle] {
        var postponed: [PendingSettle] = []
        for pending in batch {
            guard let request = pending.request else { continue }
            switch await send([request], closing: []) {
            case .written, .givenUp: break
            case .locked: postponed.append(putOff(pending))
            case .refused(let why):
                logger.error(
                    "an attempt's end cannot be stored: \(why)",
                    metadata: ["job.id": "\(request.id)", "job.lease": "\(request.lease)"])
                var refusal = pending
                refusal.settlement = Settlement(
                    verdict: .discarded, reason: .failed, message: "its end could not be stored: \(why)")
                if case .locked = await send([refusal.request].compactMap(\.self), closing: []) {
                    postponed.append(putOff(refusal))
                }
            }
        }
        _ = await send([], closing: batch.filter { pending in !postponed.contains { $0.attempt === pending.attempt } })
        return postponed
    }

    private func putOff(_ pending: PendingSettle) -> PendingSettle {
        var late = pending
        late.notBefore = clock.now + Self.lockedPause
        return late
    }

    /// What became of one statement.
    private enum Sent {
        /// It is known: settled, or refused as stale.
        case written
        /// The lease ran out before the database answered, or the worker is at its end.
        case givenUp
        /// Someone keeps a row locked.
        case locked
        /// A value cannot be stored.
        case refused(PostgresError)
    }

    /// Sends one statement until it is answered, while the lease holds.
    private func send(_ requests: [SettleRequest], closing batch: [PendingSettle]) async -> Sent {
        let closed = slots.withLock { $0.closing(batch.lazy.map(\.lease)) }
        if requests.isEmpty && closed.isEmpty { return .written }
        var backoff = Backoff()
        while true {
            do {
                let settled = try await control.withConnection { connection in
                    try await settle(requests, closed: closed, on: &connection)
                }
                note(requests.count, settled: settled.count)
                return .written
            } catch {
                if let error = error as? PostgresError {
                    if error.code == .cancelled || error.code == .poolClosed { return .givenUp }
                    if error.sqlState == "55P03" { return .locked }
                    if error.refusesValue { return .refused(error) }
                }
                guard session.withLock({ $0.holdsUntil.map { $0 > clock.now } ?? false }) else {
                    counters.withLock { $0.stale += requests.count }
                    logger.error(
                        "the end of \(requests.count) attempts could not be written while the lease held",
                        metadata: ["error": "\(error)"])
                    return .givenUp
                }
                logger.warning("could not settle, trying again: \(error)")
                try? await Task.sleep(for: min(backoff.next(), .seconds(1)))
            }
        }
    }

    private func note(_ sent: Int, settled: Int) {
        let stale = sent - settled
        counters.withLock {
            $0.settled += settled
            $0.stale += stale
        }
        if stale > 0 {
            logger.warning(
                "the end of \(stale) attempts was refused: their leases no longer hold the jobs",
                metadata: ["stale": "\(stale)"])
        }
    }

    /// Keeps what the attempts logged. It is worth less than their ends: where it fails, it is lost.
    private func writeLogs(of batch: [PendingSettle]) async {
        let entries = batch.compactMap { $0.attempt.log.take(for: $0.attempt.job) }
        guard !entries.isEmpty else { return }
        do {
            try await control.withConnection { try await writeAttemptLogs(entries, on: &$0) }
        } catch {
            logger.warning("the log lines of \(entries.count) attempts are lost: \(error)")
        }
    }
}

extension PostgresError {
    /// Whether a value is what the server (or the wire) cannot take, so that the same statement fails for ever: data
    /// exceptions, violated constraints, limits of size.
    fileprivate var refusesValue: Bool {
        if code == .encoding { return true }
        return code == .server && ["22", "23", "54"].contains((sqlState ?? "").prefix(2))
    }
}
