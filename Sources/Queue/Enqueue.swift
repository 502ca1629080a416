package import Postgres

/// What became of an enqueue.
package struct EnqueueAnswer: Sendable, Hashable {
    /// The closed set of outcomes.
    package enum Outcome: String, Sendable, Hashable {
        /// A new job stands in its queue.
        case inserted
        /// An unfinished job has the unique key; it was left as it is.
        case existing
        /// A waiting job had the unique key and now has this call's values.
        case replaced
    }

    /// The job's id: the new one's, or the one's that has the key.
    package let jobID: Int64
    /// What happened.
    package let outcome: Outcome
    /// The job's state as of the statement.
    package let state: JobState
}

/// Puts a job into its queue, in the caller's transaction: both commit together or not at all.
///
/// The statement is the same function that programs in other languages call, so that there is one rule for uniqueness,
/// defaults and wake-ups.
/// - Throws: `PostgresError`; SQLSTATE 22023 names a value that is not well-formed.
package func enqueue(_ job: EnqueueRequest, on session: inout some Querying & ~Copyable) async throws -> EnqueueAnswer {
    let rows = try await session.query(
        """
        select job_id, outcome, state
          from rinda.enqueue(\(job.kind), \(job.args), \(job.queue), \(job.priority.map(Int32.init(clamping:))),
                             \(job.scheduledAt), \(job.uniqueKey), \(job.maxAttempts.map(Int32.init(clamping:))),
                             \(job.tags), \(job.metadata), \(job.onConflict.rawValue))
        """)
    guard let row = rows.first,
        let outcome = EnqueueAnswer.Outcome(rawValue: try row.decode(1, as: String.self)),
        let state = JobState(rawValue: try row.decode(2, as: String.self))
    else {
        throw QueueError(.protocolViolation, "rinda.enqueue answered nothing that this version understands")
    }
    return EnqueueAnswer(jobID: try row.decode(0, as: Int64.self), outcome: outcome, state: state)
}
