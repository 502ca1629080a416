package import Civil
package import Postgres

/// Why a job stands where it does, as a list of answers for an operator, the most telling first.
package struct WhyAnswer: Sendable, Hashable {
    /// The closed set of answers.
    package enum Code: String, Sendable, Hashable {
        /// It is final.
        case final
        /// It runs.
        case running
        /// It runs and someone wants it cancelled.
        case cancelRequested = "cancel_requested"
        /// Its lease has run out and it will be rescued.
        case leaseExpired = "lease_expired"
        /// It waits for its time.
        case scheduled
        /// It failed and waits for its next attempt.
        case retryAt = "retry_at"
        /// Its queue is paused.
        case paused
        /// No live process knows its kind.
        case unknownKind = "unknown_kind"
        /// No live process that knows its kind serves its queue.
        case unservedQueue = "unserved_queue"
        /// It crashed its processes and waits to be run alone.
        case alone
        /// Others come before it.
        case behind
        /// Nothing holds it: the next claim takes it.
        case next
    }

    /// Which answer.
    package let code: Code
    /// The answer in words, with its values.
    package let message: String
}

/// What the database says of a job, for `explain`.
package struct WhyFacts: Sendable {
    /// The job.
    package var job: JobRecord
    /// The database's clock.
    package var now: Timestamp
    /// Who paused its queue, and when, if it is paused.
    package var paused: (at: Timestamp, by: String)?
    /// Live processes that know its kind, with whether they serve its queue.
    package var knownBy: [(name: String, servesQueue: Bool)]
    /// Live processes in all.
    package var liveWorkers: Int64
    /// Whether it may only run alone.
    package var mustRunAlone: Bool
    /// Who wants it cancelled, if someone does.
    package var cancelRequestedBy: String?
    /// Available jobs of the queue that come before it, counted up to `countLimit`.
    package var ahead: Int64
    /// How many of those have a smaller priority.
    package var aheadByPriority: Int64

    /// Where counting stops: past it, the number no longer matters.
    package static let countLimit: Int64 = 10_000
}

/// Reads the facts. Nil where there is no such job.
package func whyFacts(job id: Int64, on session: inout some Querying & ~Copyable) async throws -> WhyFacts? {
    guard let job = try await findJob(id, on: &session) else { return nil }
    // Counting goes along job_ready up to the job's own place.
    let rows = try await session.query(
        """
        with ahead as materialized (
            select j.priority from rinda.job j
             where j.state = 0 and j.queue = \(job.queue) and (j.priority, j.id) < (\(Int16(clamping: job.priority)), \(id))
               and not exists (select from rinda.claim c where j.id = any (c.ids))
             limit \(WhyFacts.countLimit)
        )
        select rinda.clock(),
               (select paused_at from rinda.queue where queue = \(job.queue)),
               (select paused_by::text from rinda.queue where queue = \(job.queue)),
               (select count(*) from rinda.worker w where w.stopped_at is null and w.lease_until > rinda.clock()),
               coalesce((select j.state = 3 from rinda.job j where j.id = \(id)), false),
               (select j.cancel_requested_by::text from rinda.job j where j.id = \(id)),
               (select count(*) from ahead),
               (select count(*) from ahead where priority < \(Int16(clamping: job.priority))),
               array(select w.name from rinda.worker w
                      where w.stopped_at is null and w.lease_until > rinda.clock() and \(job.kind) = any (w.kinds)
                      order by w.name),
               array(select \(job.queue) = any (w.queues) from rinda.worker w
                      where w.stopped_at is null and w.lease_until > rinda.clock() and \(job.kind) = any (w.kinds)
                      order by w.name)
        """)
    guard let row = rows.first else { return nil }
    let pausedAt = try row.decode(1, as: Timestamp?.self)
    let names = try row.decode(8, as: [String].self)
    let serve = try row.decode(9, as: [Bool].self)
    return WhyFacts(
        job: job, now: try row.decode(0, as: Timestamp.self),
        paused: try pausedAt.map { ($0, try row.decode(2, as: String?.self) ?? "someone") },
        knownBy: zip(names, serve).map { (name: $0, servesQueue: $1) },
        liveWorkers: try row.decode(3, as: Int64.self), mustRunAlone: try row.decode(4, as: Bool.self),
        cancelRequestedBy: try row.decode(5, as: String?.self), ahead: try row.decode(6, as: Int64.self),
        aheadByPriority: try row.decode(7, as: Int64.self))
}

/// Explains why a job stands where it does: a function of the facts alone.
package func explain(_ facts: WhyFacts) -> [WhyAnswer] {
    let job = facts.job
    var answers: [WhyAnswer] = []
    switch job.state {
    case .completed, .cancelled, .discarded:
        let when = job.finalizedAt.map { " at \($0)" } ?? ""
        return [WhyAnswer(code: .final, message: "It is \(job.state.rawValue)\(when) and will not run again.")]
    case .running:
        if let until = job.leaseUntil, until <= facts.now {
            answers.append(
                WhyAnswer(
                    code: .leaseExpired,
                    message: "Its lease ran out at \(until); any live worker or scheduler rescues it within 5 s."))
        }
        if let who = facts.cancelRequestedBy {
            answers.append(
                WhyAnswer(
                    code: .cancelRequested,
                    message: "\(who) wants it cancelled; its process is told by its next heartbeat."))
        }
        answers.append(
            WhyAnswer(
                code: .running,
                message: "\(job.attemptedBy ?? "a process") runs it under lease \(job.lease ?? 0)"
                    + (job.leaseUntil.map { ", which holds until \($0) and is renewed" } ?? "") + "."))
        return answers
    case .scheduled:
        answers.append(WhyAnswer(code: .scheduled, message: "It waits for its time, \(job.scheduledAt)."))
    case .retryable:
        answers.append(
            WhyAnswer(
                code: .retryAt,
                message: "Attempt \(job.attempt) of \(job.maxAttempts) failed; the next is at \(job.scheduledAt)."))
    case .available:
        break
    }
    if let paused = facts.paused {
        answers.append(
            WhyAnswer(
                code: .paused,
                message:
                    "Queue \(job.queue) was paused by \(paused.by) at \(paused.at): rinda queues resume \(job.queue)"))
    }
    if facts.knownBy.isEmpty {
        answers.append(
            WhyAnswer(
                code: .unknownKind,
                message: facts.liveWorkers == 0
                    ? "No worker is alive: start rinda-worker."
                    : "None of the \(facts.liveWorkers) live workers knows kind \(job.kind): start one that does."))
    } else if !facts.knownBy.contains(where: \.servesQueue) {
        answers.append(
            WhyAnswer(
                code: .unservedQueue,
                message:
                    "Kind \(job.kind) is known by \(facts.knownBy.map(\.name).joined(separator: ", ")), but none of them "
                    + "serves queue \(job.queue): add it to RINDA_WORKER_QUEUES."))
    }
    if facts.mustRunAlone {
        answers.append(
            WhyAnswer(
                code: .alone,
                message:
                    "Its process ended \(job.crashes) times while it ran, so it runs only alone in a process of its own."
            ))
    }
    if job.state == .available, facts.ahead > 0 {
        let count = facts.ahead >= WhyFacts.countLimit ? "at least \(facts.ahead)" : "\(facts.ahead)"
        answers.append(
            WhyAnswer(
                code: .behind,
                message:
                    "\(count) jobs of queue \(job.queue) come before it, \(facts.aheadByPriority) of them by priority.")
        )
    }
    if answers.isEmpty {
        answers.append(WhyAnswer(code: .next, message: "Nothing holds it: the next claim takes it."))
    }
    return answers
}
