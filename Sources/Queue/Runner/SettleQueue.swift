/// An attempt that ended and is not written yet.
struct PendingSettle: Sendable {
    let attempt: Attempt
    /// What to write, or nil where the handler wrote it or nobody may.
    var settlement: Settlement?
    /// Whether the handler still runs, so that its slot stays taken.
    var keepsSlot = false
    /// Not before this instant: someone keeps the job's row locked.
    var notBefore: ContinuousClock.Instant?

    var lease: Int64 { attempt.job.lease }

    /// What to send, or nil where nothing is to be written.
    var request: SettleRequest? {
        settlement.map { SettleRequest(id: attempt.job.id, lease: attempt.job.lease, settlement: $0) }
    }
}

/// The ends that wait to be written, and those that are being written.
struct SettleQueue {
    private var waiting: [PendingSettle] = []
    private var postponed: [PendingSettle] = []
    private var inFlight = 0

    /// Whether some end is not known to be written.
    var hasUnwritten: Bool { !waiting.isEmpty || !postponed.isEmpty || inFlight > 0 }

    /// When the first of those that were put off may be tried again.
    var nextPostponed: ContinuousClock.Instant? { postponed.compactMap(\.notBefore).min() }

    mutating func add(_ pending: PendingSettle) {
        if pending.notBefore == nil { waiting.append(pending) } else { postponed.append(pending) }
    }

    /// Takes up to a number of ends to write. What was put off comes only when nothing else waits: a row that is still
    /// locked must not hold up the others.
    mutating func take(atMost limit: Int, now: ContinuousClock.Instant) -> [PendingSettle] {
        var batch: [PendingSettle]
        if waiting.isEmpty {
            batch = postponed.filter { $0.notBefore.map { $0 <= now } ?? true }
            postponed.removeAll { $0.notBefore.map { $0 <= now } ?? true }
        } else {
            batch = Array(waiting.prefix(limit))
            waiting.removeFirst(batch.count)
        }
        inFlight += batch.count
        return batch
    }

    /// Notes that ends which were taken are written or put off.
    mutating func finish(_ count: Int) {
        inFlight -= count
    }
}
