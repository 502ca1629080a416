/// One thing that happened to jobs, in the order in which the database let it happen: an event that another one had to
/// wait for has the smaller number.
package struct Event: Sendable, Hashable {
    /// What happened.
    package enum Kind: String, Sendable, Hashable {
        /// An unfinished job came to stand in the queue.
        case enqueue
        /// A lease took jobs.
        case claim
        /// Jobs left a lease that stands on.
        case release
        /// A lease went, with the jobs that it still held.
        case drop
        /// An unfinished job's counters changed.
        case change
        /// A job became final.
        case final
        /// A final job's row changed.
        case tamper
        /// A final job's row went: it was retried by hand, or forgotten.
        case unfinal
        /// A handler wrote its effect.
        case effect
        /// A session's lease was renewed.
        case renew
    }

    /// The place in the order.
    package var number: Int64
    /// The transaction.
    package var transaction: UInt64
    /// What happened.
    package var kind: Kind
    /// The job, for events of one job.
    package var job: Int64
    /// The lease, where one is concerned.
    package var lease: Int64?
    /// The jobs, for events of a lease.
    package var jobs: [Int64]
    /// The final state.
    package var state: String?
    /// The attempts that counted.
    package var attempt: Int
    /// The crashes.
    package var crashes: Int
    /// Whether the renewal came in time.
    package var inTime: Bool

    /// An event in full.
    package init(
        number: Int64, transaction: UInt64, kind: Kind, job: Int64 = 0, lease: Int64? = nil, jobs: [Int64] = [],
        state: String? = nil, attempt: Int = 0, crashes: Int = 0, inTime: Bool = true
    ) {
        self.number = number
        self.transaction = transaction
        self.kind = kind
        self.job = job
        self.lease = lease
        self.jobs = jobs
        self.state = state
        self.attempt = attempt
        self.crashes = crashes
        self.inTime = inTime
    }
}
