import Logging
import Postgres
import Synchronization

/// Draining: let finish, interrupt, give back.
extension Worker {
    /// How long interrupted handlers may take to return before their jobs are given back without them.
    private static let interruptionLimit = Duration.seconds(2)

    /// Lets handlers finish within the grace, interrupts the rest and gives their jobs back at no cost of an attempt.
    func drain() async -> Drained {
        await wait(until: clock.now + configuration.drainTimeout)
        let left = slots.withLock { Array($0.running.values) }
        if !left.isEmpty {
            logger.notice("the drain's grace is over: \(left.count) attempts are interrupted and given back")
            for attempt in left { attempt.interrupt(.interrupted) }
            await wait(until: clock.now + Self.interruptionLimit)
            for attempt in slots.withLock({ Array($0.running.values) }) { abandon(attempt, as: .interrupted) }
        }
        // What is still to be written is written for as long as the lease holds; after that others rescue it.
        let lastMoment = clock.now + configuration.lease
        while clock.now < lastMoment, await hasUnsettled(), session.withLock({ $0.id }) != nil {
            await drainSignal.wait(atMost: .milliseconds(50))
        }
        guard await !hasUnsettled(), let id = session.withLock({ $0.id }) else { return .unsettled }
        // From here on there is nothing to keep alive.
        session.withLock { $0.id = nil }
        do {
            try await control.withConnection { try await endSession(id, on: &$0) }
            return .clean
        } catch {
            logger.warning("the session's end could not be recorded: \(error)")
            return .unsettled
        }
    }

    /// Whether some attempt's end is not written yet. Attempts that were given back while their handler goes on do not
    /// count: nothing of them is to be written.
    private func hasUnsettled() async -> Bool {
        if pendingSettles.withLock({ $0.hasUnwritten }) { return true }
        return slots.withLock { $0.running.values.contains { !$0.isSettled } }
    }

    private func wait(until end: ContinuousClock.Instant) async {
        while clock.now < end, slots.withLock({ $0.totalUsed }) > 0 {
            await drainSignal.wait(atMost: min(end - clock.now, .seconds(1)))
        }
    }
}
