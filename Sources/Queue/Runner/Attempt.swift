import Synchronization

/// One attempt while it runs in this process.
final class Attempt: Sendable {
    /// What identifies it here: a process may hold the same job again under a later lease.
    struct Key: Hashable, Sendable {
        let id: Int64
        let lease: Int64
    }

    private struct State {
        var task: Task<Void, Never>?
        var interruption: AttemptEnd?
        var interruptedAt: ContinuousClock.Instant?
        var isOver = false
        var isSettled = false
    }

    let job: ClaimedJob
    /// When the kind's timeout passes, by the monotonic clock.
    let deadline: ContinuousClock.Instant
    /// The kind's timeout.
    let timeout: Duration
    /// What its handler logs.
    let log = AttemptLog()
    private let state = Mutex(State())

    init(job: ClaimedJob, timeout: Duration, now: ContinuousClock.Instant) {
        self.job = job
        self.timeout = timeout
        self.deadline = now + timeout
    }

    var key: Key { Key(id: job.id, lease: job.lease) }

    /// Why it was interrupted, if it was.
    var interruption: AttemptEnd? { state.withLock { $0.interruption } }

    /// When it was interrupted, if it was.
    var interruptedAt: ContinuousClock.Instant? { state.withLock { $0.interruptedAt } }

    /// Whether it has ended, or was given up.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Whether its end is written, or nothing of it is to be written.
    var isSettled: Bool { state.withLock { $0.isSettled } }

    /// Notes that its end is written.
    func markSettled() { state.withLock { $0.isSettled = true } }

    /// Hands over the task that runs it, which is cancelled at once where the attempt was interrupted before.
    func arm(_ task: Task<Void, Never>) {
        let interrupted = state.withLock { state -> Bool in
            if !state.isOver { state.task = task }
            return state.interruption != nil
        }
        if interrupted { task.cancel() }
    }

    /// Cancels the handler for a reason. The first reason stands, except that a lost lease outranks every other:
    /// after it nothing may be written.
    func interrupt(_ reason: AttemptEnd) {
        let task = state.withLock { state -> Task<Void, Never>? in
            if state.interruption == nil || reason == .leaseLost { state.interruption = reason }
            if state.interruptedAt == nil { state.interruptedAt = .now }
            return state.task
        }
        task?.cancel()
    }

    /// Marks it as over; false where someone did before: an attempt is settled once.
    func finish() -> Bool {
        state.withLock { state in
            defer {
                state.isOver = true
                state.task = nil
            }
            return !state.isOver
        }
    }
}
