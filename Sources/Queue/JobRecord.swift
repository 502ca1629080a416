package import Civil
package import Postgres

/// A row of `rinda.jobs`: a job as outside programs see it, from commit to pruning.
package struct JobRecord: Sendable {
    /// The id, the same from enqueue to pruning.
    package let id: Int64
    /// The kind.
    package let kind: String
    /// The queue.
    package let queue: String
    /// Where it stands.
    package let state: JobState
    /// Smaller first.
    package let priority: Int
    /// Attempts so far, the running one included.
    package let attempt: Int
    /// How many attempts count.
    package let maxAttempts: Int
    /// How often its process ended while it ran.
    package let crashes: Int
    /// When it was or is due.
    package let scheduledAt: Timestamp
    /// When it was enqueued.
    package let createdAt: Timestamp
    /// When the last attempt began.
    package let attemptedAt: Timestamp?
    /// When it became final.
    package let finalizedAt: Timestamp?
    /// The process of the last attempt, `HOST:PID:…`.
    package let attemptedBy: String?
    /// The token of the last attempt.
    package let lease: Int64?
    /// Until when the running attempt's lease holds.
    package let leaseUntil: Timestamp?
    /// The key that only one unfinished job of its kind may have.
    package let uniqueKey: String?
    /// Labels.
    package let tags: [String]
    /// What travels with it.
    package let metadata: JSON
    /// The arguments.
    package let args: JSON
    /// What it left, if it is completed and left something.
    package let output: JSON?
    /// Its failures, oldest first.
    package let errors: JSON
    /// How far its last attempt said it had come.
    package let progress: JSON?

    static let columns: SQL = """
        id, kind, queue, state, priority, attempt, max_attempts, crashes, scheduled_at, created_at, attempted_at,
        finalized_at, attempted_by, lease, lease_until, unique_key, tags, metadata, args, output, errors, progress
        """
}

extension JobRecord {
    /// Reads a row of `rinda.jobs` with `columns`.
    init(_ row: Row) throws {
        id = try row.decode(0, as: Int64.self)
        kind = try row.decode(1, as: String.self)
        queue = try row.decode(2, as: String.self)
        let word = try row.decode(3, as: String.self)
        guard let state = JobState(rawValue: word) else {
            throw QueueError(.protocolViolation, "rinda.jobs shows the state \(word)")
        }
        self.state = state
        priority = Int(try row.decode(4, as: Int32.self))
        attempt = Int(try row.decode(5, as: Int32.self))
        maxAttempts = Int(try row.decode(6, as: Int32.self))
        crashes = Int(try row.decode(7, as: Int32.self))
        scheduledAt = try row.decode(8, as: Timestamp.self)
        createdAt = try row.decode(9, as: Timestamp.self)
        attemptedAt = try row.decode(10, as: Timestamp?.self)
        finalizedAt = try row.decode(11, as: Timestamp?.self)
        attemptedBy = try row.decode(12, as: String?.self)
        lease = try row.decode(13, as: Int64?.self)
        leaseUntil = try row.decode(14, as: Timestamp?.self)
        uniqueKey = try row.decode(15, as: String?.self)
        tags = try row.decode(16, as: [String].self)
        metadata = try row.decode(17, as: JSON.self)
        args = try row.decode(18, as: JSON.self)
        output = try row.decode(19, as: JSON?.self)
        errors = try row.decode(20, as: JSON.self)
        progress = try row.decode(21, as: JSON?.self)
    }
}

/// Which jobs to list.
package struct JobFilter: Sendable {
    /// Only jobs in this state.
    package var state: JobState?
    /// Only jobs of this kind.
    package var kind: String?
    /// Only jobs of this queue.
    package var queue: String?
    /// Only jobs with an id below this one: the next page of a list.
    package var before: Int64?
    /// The most jobs to list.
    package var limit: Int

    /// A filter in full; nil means any.
    package init(
        state: JobState? = nil, kind: String? = nil, queue: String? = nil, before: Int64? = nil, limit: Int = 50
    ) {
        self.state = state
        self.kind = kind
        self.queue = queue
        self.before = before
        self.limit = limit
    }
}

/// Lists jobs, the newest first.
///
/// The values are known when the statement is planned, so that an absent condition costs nothing and a state leaves only
/// the table that can hold it.
package func listJobs(_ filter: JobFilter, on session: inout some Querying & ~Copyable) async throws -> [JobRecord] {
    try await session.query(
        """
        select \(JobRecord.columns) from rinda.jobs
         where (\(filter.state?.rawValue)::text is null or state = \(filter.state?.rawValue))
           and (\(filter.kind)::text is null or kind = \(filter.kind))
           and (\(filter.queue)::text is null or queue = \(filter.queue))
           and (\(filter.before)::bigint is null or id < \(filter.before))
         order by id desc limit \(filter.limit)
        """
    ).map(JobRecord.init)
}

/// One job, or nil where there is none of that id. Indexes: the primary key of `rinda.job`, `done_id`.
package func findJob(_ id: Int64, on session: inout some Querying & ~Copyable) async throws -> JobRecord? {
    try await session.query("select \(JobRecord.columns) from rinda.jobs where id = \(id)").first.map(JobRecord.init)
}
