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

    /// Begins a session and reads the catalogue. Each try has a name of its own: one whose answer was lost may have
    /// taken its name already.
    private func beginNewSession() async throws {
        let begun = session.withLock { state in
            defer { state.begun += 1 }
            return state.begun
        }
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
            $0.announcedIdle = false
        }
        hints.withLock { $0.mayHaveMore = true }
        claimSignal.raise()
    }

    /// Renews the lease every third of it, and begins a new session where it was lost.
    func keepAlive() async {
        var backoff = Backoff()
        var pause = configuration.heartbeatInterval
        while !Task.isCancelled {
            if session.withLock({ $0.id }) == nil {
                if isStopping { return }
                do {
                    try await beginNewSession()
                    backoff.reset()
                    pause = configuration.heartbeatInterval
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("could not begin a session: \(error)")
                    await heartSignal.wait(atMost: backoff.next())
                    continue
                }
            }
            await heartSignal.wait(atMost: pause)
            if Task.isCancelled { return }
            if await beat() {
                backoff.reset()
                pause = configuration.heartbeatInterval
            } else {
                // Not answered, and perhaps not lost yet: the next try comes sooner than the next regular beat.
                pause = min(backoff.next(), configuration.heartbeatInterval)
            }
        }
    }

    /// Sends one heartbeat and acts on what it says. True where the lease was renewed.
    @discardableResult
    func beat() async -> Bool {
        let (id, idle) = session.withLock { ($0.id, $0.isIdle && $0.isListening) }
        guard let id else { return false }
        let held = slots.withLock { Array($0.running.values) }
        let sent = clock.now
        do {
            // A heartbeat without an answer is given up in time for another one on another connection.
            let answer = try await control.withConnection { connection in
                try await heartbeat(
                    session: id, clock: Self.wallClock(), idle: idle, answerTimeout: .after(configuration.lease / 3),
                    on: &connection)
            }
            guard answer.alive else {
                loseSession(id, because: "the database says that it has run out")
                return false
            }
            session.withLock { state in
                guard state.id == id else { return }
                state.holdsUntil = max(state.holdsUntil ?? sent, sent + configuration.lease)
                state.announcedIdle = idle
            }
            interrupt(held, answer)
            await tidyClaims(answer, session: id)
            return true
        } catch {
            logger.warning("heartbeat failed: \(error)")
            return false
        }
    }

    /// Interrupts what someone wants cancelled, and what ran before the heartbeat was sent and is held no longer.
    private func interrupt(_ held: [Attempt], _ answer: HeartbeatAnswer) {
        let cancelled = Set(answer.cancelled)
        for attempt in held where !attempt.isOver {
            if !answer.leases.contains(attempt.job.lease), attempt.interruption != .leaseLost {
                logger.error(
                    "a lease is lost while its session lives; its attempt is given up",
                    metadata: ["job.id": "\(attempt.job.id)", "job.lease": "\(attempt.job.lease)"])
                attempt.interrupt(.leaseLost)
            } else if cancelled.contains(attempt.job.id) {
                attempt.interrupt(.cancelRequested)
            }
        }
    }

    /// Gives back claims whose answers were lost, and takes finished jobs out of those that linger for a long one.
    private func tidyClaims(_ answer: HeartbeatAnswer, session id: Int64) async {
        let (known, shrinkable) = slots.withLock { ($0.leases, $0.takeShrinkable()) }
        let orphans = claimLedger.withLock { $0.orphans(reported: answer.leases, known: known) }
        do {
            if !orphans.isEmpty {
                try await control.withConnection { try await giveBack(leases: orphans, session: id, on: &$0) }
                logger.warning(
                    "claims were given back whose answers had been lost", metadata: ["claims": "\(orphans.count)"])
                hints.withLock { $0.mayHaveMore = true }
                claimSignal.raise()
            }
            if !shrinkable.isEmpty {
                try await control.withConnection { try await shrink(leases: shrinkable, session: id, on: &$0) }
            }
        } catch {
            // Orphans are found again by the next heartbeats; a claim that was not shrunk is only longer than it need be.
            logger.debug("claims could not be tidied: \(error)")
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
