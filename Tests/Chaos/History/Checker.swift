/// What must never happen, and where it did.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// The rules.
    package enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Two leases held a job at once.
        case overlap
        /// A job got a lease that was not greater than its last.
        case leaseOrder
        /// A job was claimed that was final, or that nobody had enqueued.
        case strayClaim
        /// An effect, or a completion, of a lease that did not hold the job.
        case lostLeaseWrote
        /// An effect whose transaction did not complete the job, or a second one of a completed job.
        case effectTwice
        /// A final job changed.
        case finalChanged
        /// Attempts or crashes were not counted by the rules.
        case miscounted
        /// A lease was renewed after it had run out.
        case lateRenewal
        /// A committed enqueue was never answered by an end.
        case neverFinal
        /// A lease stands though all its jobs are final.
        case leakedClaim
        /// A job was running for too long past its lease while someone could have rescued it.
        case notRescued
        /// A worker's slot does not come back.
        case leakedSlot
        /// A tick was enqueued twice, or is missing.
        case tick
    }

    /// The rule.
    package let rule: Rule
    /// What happened, with the numbers to look it up.
    package let message: String

    /// A broken rule.
    package init(_ rule: Rule, _ message: String) {
        self.rule = rule
        self.message = message
    }

    package var description: String { "\(rule.rawValue): \(message)" }
}

/// Reads a history event by event and finds what must never happen.
///
/// It knows the rules and nothing of how the engine keeps them: who holds a job follows from the claims, releases and
/// ends alone.
package struct Checker: Sendable {
    private struct Job {
        var holder: Int64?
        var lastLease: Int64 = 0
        var final: Event?
        var failures = 0
        var crashes = 0
        var effects = 0
    }

    private var jobs: [Int64: Job] = [:]
    private var standing: [Int64: Set<Int64>] = [:]
    /// Effects whose transaction has not completed the job yet.
    private var openEffects: [Int64: Event] = [:]
    /// Transactions that took a job out of its final state.
    private var revivals: [Int64: UInt64] = [:]
    /// Whether somebody retries jobs by hand or replaces them during the run.
    private let allowsRevival: Bool
    /// What was found.
    package private(set) var violations: [Violation] = []
    /// How many events were read.
    package private(set) var events = 0

    /// A checker that has read nothing.
    ///
    /// - Parameter allowsRevival: whether retries by hand and replacing enqueues, which start the counters anew, are part
    ///   of the run.
    package init(allowsRevival: Bool = false) {
        self.allowsRevival = allowsRevival
    }

    private mutating func violate(_ rule: Violation.Rule, _ event: Event, _ message: String) {
        violations.append(Violation(rule, "event \(event.number): \(message)"))
    }

    /// Reads the next event.
    package mutating func read(_ event: Event) {
        events += 1
        switch event.kind {
        case .enqueue: enqueue(event)
        case .claim: claim(event)
        case .release, .drop: leave(event)
        case .change: change(event)
        case .final: finish(event)
        case .tamper: violate(.finalChanged, event, "job \(event.job) changed although it was final")
        case .unfinal: revive(event)
        case .effect: effect(event)
        case .renew:
            if !event.inTime {
                violate(.lateRenewal, event, "session \(event.job) was renewed after its lease had run out")
            }
        }
    }

    private mutating func enqueue(_ event: Event) {
        guard let known = jobs[event.job] else {
            jobs[event.job] = Job()
            return
        }
        guard known.final == nil, revivals[event.job] == event.transaction else {
            violate(.finalChanged, event, "job \(event.job) was enqueued a second time")
            return
        }
        var job = Job()
        job.lastLease = known.lastLease
        jobs[event.job] = job
    }

    private mutating func claim(_ event: Event) {
        guard let lease = event.lease else { return }
        standing[lease] = Set(event.jobs)
        for id in event.jobs {
            guard var job = jobs[id] else {
                violate(.strayClaim, event, "lease \(lease) took job \(id), which nobody had enqueued")
                continue
            }
            if let final = job.final {
                violate(.strayClaim, event, "lease \(lease) took job \(id), final since event \(final.number)")
            }
            if let holder = job.holder {
                violate(.overlap, event, "lease \(lease) took job \(id) while lease \(holder) held it")
            }
            if lease <= job.lastLease {
                violate(.leaseOrder, event, "lease \(lease) of job \(id) is not greater than \(job.lastLease)")
            }
            job.holder = lease
            job.lastLease = lease
            jobs[id] = job
        }
    }

    private mutating func leave(_ event: Event) {
        guard let lease = event.lease else { return }
        let leaving = event.kind == .drop ? standing[lease] ?? [] : Set(event.jobs)
        for id in leaving.union(event.jobs) where jobs[id]?.holder == lease {
            jobs[id]?.holder = nil
        }
        if event.kind == .drop {
            standing[lease] = nil
        } else {
            standing[lease]?.subtract(event.jobs)
        }
    }

    private mutating func change(_ event: Event) {
        guard var job = jobs[event.job] else { return }
        if event.attempt == 0 && event.crashes == 0 && allowsRevival {
            (job.failures, job.crashes) = (0, 0)
        } else {
            if event.attempt != job.failures && event.attempt != job.failures + 1 {
                violate(.miscounted, event, "job \(event.job) went from \(job.failures) to \(event.attempt) attempts")
            }
            if event.crashes != job.crashes && event.crashes != job.crashes + 1
                && !(allowsRevival && event.crashes == 0)
            {
                violate(.miscounted, event, "job \(event.job) went from \(job.crashes) to \(event.crashes) crashes")
            }
            if event.attempt > job.failures && event.crashes > job.crashes {
                violate(.miscounted, event, "one end of job \(event.job) counted as failure and as crash")
            }
            (job.failures, job.crashes) = (event.attempt, event.crashes)
        }
        jobs[event.job] = job
    }

    private mutating func finish(_ event: Event) {
        guard var job = jobs[event.job] else {
            violate(.strayClaim, event, "job \(event.job) became final, which nobody had enqueued")
            return
        }
        if let final = job.final {
            violate(.finalChanged, event, "job \(event.job) became final again after event \(final.number)")
        }
        if event.state == "completed" {
            if event.lease == nil || job.holder != event.lease {
                violate(
                    .lostLeaseWrote, event,
                    "lease \(event.lease ?? 0) completed job \(event.job), which \(job.holder.map { "\($0)" } ?? "none") held"
                )
            }
            if event.attempt != job.failures + 1 {
                violate(
                    .miscounted, event,
                    "job \(event.job) failed \(job.failures) times and completed as attempt \(event.attempt)")
            }
        }
        if event.crashes != job.crashes && event.crashes != job.crashes + 1 {
            violate(
                .miscounted, event, "job \(event.job) went from \(job.crashes) to \(event.crashes) crashes at its end")
        }
        if let open = openEffects.removeValue(forKey: event.job),
            open.transaction != event.transaction || event.state != "completed" || open.lease != event.lease
        {
            violate(.effectTwice, open, "the effect of job \(event.job) was not written with its completion")
        }
        job.final = event
        job.holder = nil
        jobs[event.job] = job
    }

    private mutating func revive(_ event: Event) {
        if !allowsRevival { violate(.finalChanged, event, "the final row of job \(event.job) went") }
        revivals[event.job] = event.transaction
        jobs[event.job]?.final = nil
        jobs[event.job]?.effects = 0
    }

    private mutating func effect(_ event: Event) {
        guard let job = jobs[event.job] else { return }
        if job.holder != event.lease {
            violate(
                .lostLeaseWrote, event,
                "lease \(event.lease ?? 0) wrote an effect of job \(event.job), which \(job.holder.map { "\($0)" } ?? "none") held"
            )
        }
        if job.effects > 0 { violate(.effectTwice, event, "job \(event.job) had its effect a second time") }
        jobs[event.job]?.effects += 1
        openEffects[event.job] = event
    }

    /// Adds what was seen from outside.
    package mutating func note(_ violation: Violation) {
        violations.append(violation)
    }

    /// Ends the history: everything acknowledged must be final, nothing may be held.
    ///
    /// - Parameter acknowledged: the jobs whose enqueue was answered after its commit.
    package mutating func end(acknowledged: some Sequence<Int64>) {
        for id in acknowledged where jobs[id]?.final == nil {
            violations.append(Violation(.neverFinal, "job \(id) was enqueued and is not final"))
        }
        for (id, job) in jobs.sorted(by: { $0.key < $1.key }) where job.final == nil {
            violations.append(Violation(.neverFinal, "job \(id) stands in the history and is not final"))
        }
        for effect in openEffects.values {
            violate(.effectTwice, effect, "the effect of job \(effect.job) stands without its completion")
        }
        for lease in standing.keys.sorted() {
            violations.append(Violation(.leakedClaim, "lease \(lease) stands at the end"))
        }
    }
}
