import Civil
import Logging
import Postgres
import Synchronization

/// Claiming: how many, when, and from where.
extension Worker {
    /// The length of the pause after a claim before a small number of free slots is filled: many jobs that end one by
    /// one are better replaced together.
    private static let fillDelay = Duration.milliseconds(10)

    /// Where the next claim reads, and how often from the front.
    private struct Place {
        var cursor = ClaimCursor()
        var sweep = SweepPacing()
        var turn = 0
    }

    /// What a claim came back with.
    private enum Found {
        /// As much as was wanted: there may be more.
        case enough
        /// Less; a waiting job is due after this time, if one waits.
        case less(nextDue: Duration?)
    }

    /// Claims jobs and starts them until told to stop.
    func claimJobs() async {
        if configuration.runsAlone {
            await claimOneAlone()
            return
        }
        var place = Place()
        var backoff = Backoff()
        while !isStopping {
            guard let session = session.withLock({ $0.id }) else {
                await claimSignal.wait(atMost: .seconds(1))
                continue
            }
            let (free, used) = slots.withLock { ($0.free, $0.totalUsed) }
            let wanted = free.reduce(0) { $0 + $1.slots }
            if wanted == 0 {
                await claimSignal.wait(atMost: configuration.pollInterval)
                continue
            }
            if used > 0, wanted * 4 < wanted + used {
                await claimSignal.wait(atMost: Self.fillDelay)
                if isStopping { break }
            }
            do {
                let found = try await claimOnce(session: session, wanted: wanted, place: &place)
                backoff.reset()
                switch found {
                case .less(let nextDue): await idle(nextDue: nextDue)
                case .enough: announceBusy()
                }
            } catch let error as PostgresError where error.sqlState == "55P03" {
                // It gave way to someone who was changing a row in the same instant.
                await claimSignal.wait(atMost: Self.fillDelay)
            } catch {
                logger.warning("could not claim: \(error)", metadata: ["error": "\(error)"])
                place.cursor = ClaimCursor()
                await claimSignal.wait(atMost: backoff.next())
            }
        }
    }

    /// Sends one claim and starts what it found.
    private func claimOnce(session: Int64, wanted: Int, place: inout Place) async throws -> Found {
        claimLedger.withLock { $0.begin() }
        defer { claimLedger.withLock { $0.end() } }
        hints.withLock { $0.mayHaveMore = false }
        if place.sweep.isDue(now: clock.now) { place.cursor.sweep() }
        let began = clock.now
        let (answer, looked) = try await control.withConnection { connection in
            let free = slots.withLock { $0.free }
            let answer = try await claim(
                session: session, kinds: handlers.kinds, free: free, cursor: &place.cursor,
                lastFirst: place.turn % 16 == 15, on: &connection)
            return (answer, free)
        }
        // Before the first of them can end.
        hints.withLock { $0.note(found: answer.jobs, looked: looked) }
        place.turn += 1
        place.sweep.note(took: clock.now - began, now: clock.now)
        await start(answer.jobs, session: session)
        if answer.someWaitAlone { startIsolated() }
        if answer.jobs.count >= wanted { return .enough }
        return .less(nextDue: answer.nextDue.map { $0.duration(since: answer.now) })
    }

    /// Lets the database know soon that there is work enough: a busy queue needs no notifications.
    private func announceBusy() {
        let isAnnouncedIdle = session.withLock { state in
            state.isIdle = false
            return state.announcedIdle
        }
        if isAnnouncedIdle { heartSignal.raise() }
    }

    /// Starts what was claimed; what came too late for that is given back.
    private func start(_ jobs: [ClaimedJob], session claimedIn: Int64) async {
        guard !jobs.isEmpty else { return }
        let now = clock.now
        let known = policies.withLock { $0 }
        let attempts = jobs.map { job in
            Attempt(job: job, timeout: (known[job.kind] ?? KindPolicy(kind: job.kind)).timeout, now: now)
        }
        slots.withLock { $0.start(attempts) }
        if isStopping {
            for attempt in attempts { end(attempt, as: .interrupted) }
        } else if session.withLock({ $0.id }) != claimedIn {
            for attempt in attempts { end(attempt, as: .leaseLost) }
        } else {
            begin(attempts)
        }
        counters.withLock { $0.started += jobs.count }
    }

    /// Waits until there may be something to claim: a notification, a due time, or the next look.
    private func idle(nextDue: Duration?) async {
        session.withLock { $0.isIdle = true }
        if session.withLock({ $0.isListening && !$0.announcedIdle }) {
            // Enqueuers send notifications only while someone is idle. What they enqueued before they could see it is
            // found by looking once more.
            await beat()
            if session.withLock({ $0.announcedIdle }) { return }
        }
        let began = clock.now
        let jitter = Double.random(in: 0.9..<1)
        var limit = configuration.pollInterval * jitter
        if let nextDue { limit = min(limit, max(.milliseconds(1), nextDue)) }
        while !isStopping {
            let hint = hints.withLock { $0 }
            if hint.mayHaveMore { return }
            var left = limit - (clock.now - began)
            if let dueAt = hint.dueAt {
                if dueAt <= clock.now {
                    hints.withLock { $0.dueAt = nil }
                    return
                }
                left = min(left, dueAt - clock.now)
            }
            if left <= .zero { return }
            await claimSignal.wait(atMost: left)
        }
    }

    /// Claims and runs one suspected crasher, then stops.
    private func claimOneAlone() async {
        guard let session = session.withLock({ $0.id }) else { return }
        let job = try? await control.withConnection { connection in
            try await claimAlone(
                session: session, kinds: handlers.kinds, queues: configuration.queues.map(\.queue), on: &connection)
        }
        guard let job else { return }
        await start([job], session: session)
        while !isStopping, slots.withLock({ $0.totalUsed }) > 0 {
            await drainSignal.wait(atMost: .seconds(1))
        }
    }
}

/// Keeps full reads of the queues to a small part of the time: at least a second apart, and apart fifty times as long as
/// the last one took, since under a pinned horizon a full read walks over everything that was ever finished.
struct SweepPacing {
    private var next: ContinuousClock.Instant?
    private var isSweeping = false

    /// Whether the next claim should read from the front.
    mutating func isDue(now: ContinuousClock.Instant) -> Bool {
        isSweeping = next.map { now >= $0 } ?? true
        return isSweeping
    }

    /// Notes how long the claim took.
    mutating func note(took: Duration, now: ContinuousClock.Instant) {
        guard isSweeping else { return }
        next = now + max(.seconds(1), took * 50)
    }
}

/// Growing pauses between tries while the database does not answer: up to five seconds, with jitter.
package struct Backoff: Sendable {
    private var step = 0

    /// The first pause comes next.
    package init() {}

    /// The next pause.
    package mutating func next() -> Duration {
        let seconds = min(5, 0.1 * Double(1 << min(step, 10)))
        step += 1
        return .seconds(seconds * Double.random(in: 0.5...1))
    }

    /// The next pause is the first again.
    package mutating func reset() {
        step = 0
    }
}
