package import Civil
package import Postgres

/// A job to be: what `rinda.enqueue` takes. Where a value is nil, the kind's own holds.
package struct EnqueueRequest: Sendable, Hashable {
    /// What to do where an unfinished job of the kind already has the unique key.
    package enum Conflict: String, Sendable, Hashable {
        /// Leave it as it is.
        case keep
        /// Give it this call's arguments, queue, priority and time, unless it is running.
        case replace
    }

    /// The kind, which says what is done.
    package var kind: String
    /// The arguments, a JSON object.
    package var args: JSON
    /// The queue, or nil for the kind's own.
    package var queue: String?
    /// The priority, smaller first, or nil for the kind's own.
    package var priority: Int?
    /// The time before which it does not start, or nil for at once.
    package var scheduledAt: Timestamp?
    /// A key that only one unfinished job of the kind may have.
    package var uniqueKey: String?
    /// The number of attempts that count, or nil for the kind's own.
    package var maxAttempts: Int?
    /// Labels to find it by.
    package var tags: [String]
    /// What travels with it unchanged, a JSON object.
    package var metadata: JSON
    /// What to do where the unique key is taken.
    package var onConflict: Conflict

    /// A job of a kind with its arguments; everything else is the kind's own unless said.
    package init(
        kind: String, args: JSON = JSON("{}"), queue: String? = nil, priority: Int? = nil,
        scheduledAt: Timestamp? = nil, uniqueKey: String? = nil, maxAttempts: Int? = nil, tags: [String] = [],
        metadata: JSON = JSON("{}"), onConflict: Conflict = .keep
    ) {
        self.kind = kind
        self.args = args
        self.queue = queue
        self.priority = priority
        self.scheduledAt = scheduledAt
        self.uniqueKey = uniqueKey
        self.maxAttempts = maxAttempts
        self.tags = tags
        self.metadata = metadata
        self.onConflict = onConflict
    }
}
