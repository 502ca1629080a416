import Civil
import Foundation
import Logging
import Postgres
import Synchronization

/// The lease: begun, renewed, and given up in time.
extension Worker {
    /// Begins the first session, trying for as long as the database does not answer. False where told to stop before.
    func beginFirstSession() async -> Bool {
        var backoff = Backoff()
        while !isStopping {
            do {
                try await beginNewSession()
                return true
            } catch {
                logger.warning("could not begin a session: \(error)")
                await heartSignal.wait(atMost: backoff.next())
            }
        }
        return false
    }

    /// Begins a session and reads the catalogue.
    private func beginNewSession() async throws {
        let begun = session.withLock { $0.begun }
        let name = begun == 0 ? configuration.name : "\(configuration.name):\(begun)"
        let sent = clock.now
        let (id, known) = try await control.withConnection { connection in
            let known = try await loadKindPolicies(on: &connection)
            let id = try await beginSession(
                name: name, kinds: handlers.kinds, queues: configuration.queues.map(\.queue),
                version: configuration.version, lease: configuration.lease, on: &connection)
            return (id, known)
        }
        policies.withLock { $0 = known }
        session.withLock {
            $0.id = id
            $0.holdsUntil = sent + configuration.lease
            $0.begun += 1
            $0.announcedIdle = false
        }
        hints.withLock { $0.mayHaveMore = true }
        claimSignal.raise()
    }

    /// Renews the lease every third of it, and begins a new session where it was lost.
    func keepAlive() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            if session.withLock({ $0.id }) == nil {
                if isStopping { return }
                do {
                    try await beginNewSession()
                    backoff.reset()
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("could not begin a session: \(error)")
                    await heartSignal.wait(atMost: backoff.next())
                    continue
                }
            }
            await heartSignal.wait(atMost: configuration.heartbeatInterval)
            if Task.isCancelled { return }
            if await beat() {
                backoff.reset()
            } else if session.withLock({ $0.id }) != nil {
                // Not answered, and not lost yet: the next try comes sooner than the next regular beat.
                await heartSignal.wait(atMost: min(backoff.next(), configuration.heartbeatInterval))
            }
        }
    }

    /// Sends one heartbeat and acts on what it says. True where the lease was renewed.
    @discardableResult
    func beat() async -> Bool {
        let (id, idle) = session.withLock { ($0.id, $0.isIdle) }
        guard let id else { return false }
        let sent = clock.now
        do {
            let answer = try await control.withConnection { connection in
                try await heartbeat(session: id, clock: Self.wallClock(), idle: idle, on: &connection)
            }
            guard answer.alive else {
                loseSession(id, because: "the database says that it has run out")
                return false
            }
            session.withLock { state in
                guard state.id == id else { return }
                state.holdsUntil = sent + configuration.lease
                state.announcedIdle = idle
            }
            interrupt(answer)
            return true
        } catch {
            logger.warning("heartbeat failed: \(error)")
            return false
        }
    }

    /// Interrupts what someone wants cancelled and what is no longer held.
    private func interrupt(_ answer: HeartbeatAnswer) {
        let cancelled = Set(answer.cancelled)
        let attempts = slots.withLock { Array($0.running.values) }
        for attempt in attempts where cancelled.contains(attempt.job.id) {
            attempt.interrupt(.cancelRequested)
        }
    }

    /// Gives up the process's own handlers before another process may start: the lease is reckoned from before its
    /// last renewal was sent, and a margin is kept.
    func guardLease() async {
        while !Task.isCancelled {
            let (id, holdsUntil) = session.withLock { ($0.id, $0.holdsUntil) }
            guard let id, let holdsUntil else {
                try? await Task.sleep(for: .milliseconds(100))
                continue
            }
            let left = holdsUntil - configuration.fenceMargin - clock.now
            if left <= .zero {
                loseSession(id, because: "it could not be renewed in time")
            } else {
                try? await Task.sleep(for: min(left, .seconds(1)))
            }
        }
    }

    /// Ends a session that is lost: its handlers are cancelled and nothing of them is written.
    private func loseSession(_ id: Int64, because reason: String) {
        let wasCurrent = session.withLock { state -> Bool in
            guard state.id == id else { return false }
            state.id = nil
            state.holdsUntil = nil
            state.announcedIdle = false
            return true
        }
        guard wasCurrent else { return }
        counters.withLock { $0.leasesLost += 1 }
        let attempts = slots.withLock { slots -> [Attempt] in
            slots.forgetLeases()
            return Array(slots.running.values)
        }
        logger.error(
            "the lease is lost: \(reason); \(attempts.count) attempts are given up",
            metadata: ["session": "\(id)", "attempts": "\(attempts.count)"])
        for attempt in attempts { attempt.interrupt(.leaseLost) }
        heartSignal.raise()
    }

    /// The process's own clock, which decides nothing: it is recorded so that `doctor` can show how far it is off.
    private static func wallClock() -> Timestamp {
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 - 946_684_800) * 1_000_000))
    }
}
