package import Civil
package import Postgres

/// A job that this process holds: one attempt of it, under a lease.
package struct ClaimedJob: Sendable {
    /// The job's id, the same from enqueue to pruning.
    package let id: Int64
    /// The fencing token of this attempt: it only grows, and every write of the attempt carries it.
    package let lease: Int64
    /// When it was claimed, by the database's clock.
    package let claimedAt: Timestamp
    /// The kind.
    package let kind: String
    /// The queue it was claimed from.
    package let queue: String
    /// The priority, smaller first.
    package let priority: Int16
    /// This attempt's number, from 1.
    package let attempt: Int
    /// The number of attempts that count, or nil for the kind's own.
    package let maxAttempts: Int?
    /// How often its process ended while it ran.
    package let crashes: Int
    /// When it was enqueued.
    package let createdAt: Timestamp
    /// The arguments.
    package let args: JSON
    /// What travels with it.
    package let metadata: JSON?
    /// What an earlier attempt noted of its progress.
    package let progress: JSON?

    /// Reads a row of `rinda.claim` or `rinda.claim_alone`.
    init(_ row: Row) throws {
        id = try row.decode(0, as: Int64.self)
        lease = try row.decode(1, as: Int64.self)
        claimedAt = try row.decode(2, as: Timestamp.self)
        kind = try row.decode(3, as: String.self)
        queue = try row.decode(4, as: String.self)
        priority = try row.decode(5, as: Int16.self)
        attempt = Int(try row.decode(6, as: Int32.self))
        maxAttempts = try row.decode(7, as: Int32?.self).map(Int.init)
        crashes = Int(try row.decode(8, as: Int32.self))
        createdAt = try row.decode(9, as: Timestamp.self)
        args = try row.decode(11, as: JSON.self)
        metadata = try row.decode(12, as: JSON?.self)
        progress = try row.decode(14, as: JSON?.self)
    }

    /// A job as given, for handlers that run without a database.
    package init(
        id: Int64, lease: Int64, claimedAt: Timestamp, kind: String, queue: String = "default", priority: Int16 = 0,
        attempt: Int = 1, maxAttempts: Int? = nil, crashes: Int = 0, createdAt: Timestamp? = nil,
        args: JSON = JSON("{}"), metadata: JSON? = nil, progress: JSON? = nil
    ) {
        self.id = id
        self.lease = lease
        self.claimedAt = claimedAt
        self.kind = kind
        self.queue = queue
        self.priority = priority
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.crashes = crashes
        self.createdAt = createdAt ?? claimedAt
        self.args = args
        self.metadata = metadata
        self.progress = progress
    }
}
