import Logging
import Postgres
import Synchronization

/// Running one attempt, from its start to its decision.
extension Worker {
    /// How many tasks start the attempts of one claim.
    private static let starters = 32

    /// Starts the attempts of a claim on the handlers' executor, each in a task of its own.
    ///
    /// A task that is begun at once, on the thread that begins it, costs a third of one that goes through a queue, and
    /// most of a short handler's time is that. Up to 32 attempts each have a starter to themselves, so that a handler
    /// that blocks holds up no other; of more, a few share one, since whoever runs hundreds at a time does not block.
    func begin(_ attempts: [Attempt]) {
        let share = (attempts.count + Self.starters - 1) / Self.starters
        for first in stride(from: 0, to: attempts.count, by: max(1, share)) {
            let part = attempts[first..<min(first + share, attempts.count)]
            Task(executorPreference: executor) {
                for attempt in part {
                    attempt.arm(
                        Task.immediate(executorPreference: self.executor) {
                            let end = await self.perform(attempt)
                            self.end(attempt, as: end)
                        })
                }
            }
        }
    }

    /// Runs the handler and says how the attempt ended.
    private func perform(_ attempt: Attempt) async -> AttemptEnd {
        let context = JobContext(
            job: attempt.job, database: database, logger: logger, lease: configuration.lease, log: attempt.log)
        return await handlers.run(context) { attempt.interruption }
    }

    /// Decides what becomes of an attempt and hands it to the settler; only the first end of an attempt counts.
    func end(_ attempt: Attempt, as end: AttemptEnd) {
        let isFirst = attempt.finish()
        guard isFirst else {
            // Given up earlier while its handler went on: only now is its slot really free.
            slots.withLock { $0.free(attempt) }
            hints.withLock { $0.noteRoom(in: attempt.job.queue) }
            claimSignal.raise()
            return
        }
        let settlement = settlement(of: attempt, end)
        if let settlement, settlement.verdict == .retry || settlement.verdict == .snooze {
            let dueAt = clock.now + settlement.delay
            hints.withLock { $0.dueAt = min($0.dueAt ?? dueAt, dueAt) }
        }
        pendingSettles.withLock { $0.add(PendingSettle(attempt: attempt, settlement: settlement)) }
        settleSignal.raise()
    }

    private func settlement(of attempt: Attempt, _ end: AttemptEnd) -> Settlement? {
        let job = attempt.job
        let policy = policies.withLock { $0[job.kind] } ?? KindPolicy(kind: job.kind)
        return decide(
            end, attempt: job.attempt, maxAttempts: job.maxAttempts ?? policy.maxAttempts, policy: policy,
            // Asking the system for chance costs as much as a short handler; only what failed needs any.
            jitter: end.isFailure ? Double.random(in: 0..<1) : 0)
    }

    /// How long a handler may ignore its cancellation before its attempt is settled without it.
    private static let ignoredCancellationLimit = Duration.seconds(5)

    /// Interrupts handlers whose timeout has passed, and settles those that do not listen to an interruption, whatever
    /// its reason: their lease's token keeps them from writing, and their slot stays taken until they really end.
    func watchDeadlines() async {
        while !Task.isCancelled {
            let now = clock.now
            let attempts = slots.withLock { $0.running.values.filter { !$0.isOver } }
            for attempt in attempts {
                if let reason = attempt.interruption, let since = attempt.interruptedAt {
                    if since + Self.ignoredCancellationLimit <= now { abandon(attempt, as: reason) }
                } else if attempt.deadline <= now {
                    attempt.interrupt(.timedOut(after: attempt.timeout))
                }
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Settles an attempt whose handler goes on regardless.
    func abandon(_ attempt: Attempt, as end: AttemptEnd) {
        guard attempt.finish() else { return }
        logger.error(
            "a handler ignores its cancellation; its attempt is settled without it",
            metadata: ["job.id": "\(attempt.job.id)", "job.kind": "\(attempt.job.kind)"])
        let settlement = settlement(of: attempt, end)
        pendingSettles.withLock {
            $0.add(PendingSettle(attempt: attempt, settlement: settlement, keepsSlot: true))
        }
        settleSignal.raise()
    }
}
