/// One thing that a look at the database found: what it is, how bad it is, and what to do.
package struct Finding: Sendable, Hashable {
    /// How bad a finding is.
    package enum Severity: Int, Sendable, Hashable, Comparable, CaseIterable {
        /// Nothing to do; said so that an operator sees what was looked at.
        case ok
        /// Works, and should be looked at.
        case warning
        /// Jobs do not run, or soon will not.
        case critical

        package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

        /// The word for it: `ok`, `warning`, `critical`.
        package var word: String {
            switch self {
            case .ok: "ok"
            case .warning: "warning"
            case .critical: "critical"
            }
        }
    }

    /// The closed set of what is looked at, in the order in which findings are told.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// Whether the schema is the one that this program knows.
        case migrations
        /// Whether the database is marked as one for tests, which daemons refuse.
        case testDatabase = "test_database"
        /// Who holds back vacuum: the oldest snapshots, slots and prepared transactions.
        case horizon
        /// Connections used, of those the server grants.
        case connections
        /// How full the server's queue of notifications is.
        case notifyQueue = "notify_queue"
        /// How far the database is from the end of its transaction numbers.
        case wraparound
        /// Whether autovacuum runs, and keeps up with the tables that change most.
        case autovacuum
        /// Dead rows of the tables that change most.
        case deadTuples = "dead_tuples"
        /// Space of tables and indexes that holds no live rows.
        case bloat
        /// Whether a worker lives.
        case workers
        /// How far the clock of each worker is off.
        case clockOffset = "clock_offset"
        /// Jobs that run past their lease.
        case expiredLeases = "expired_leases"
        /// Jobs that no live worker can run.
        case unservedJobs = "unserved_jobs"
        /// Paused queues in which jobs wait.
        case pausedQueues = "paused_queues"
        /// How long the oldest job that could run has waited.
        case oldestAvailable = "oldest_available"
        /// Jobs whose next failure is their last.
        case nearDiscard = "near_discard"
        /// Jobs that crashed their processes.
        case crashers
        /// Whether a scheduler lives.
        case schedulers
        /// Schedules that are due and were not evaluated.
        case schedulesOverdue = "schedules_overdue"
        /// Schedules that cannot be evaluated.
        case schedulesFailing = "schedules_failing"
        /// Partitions of history that are missing for the days to come.
        case partitions
        /// Rows of history in a default partition.
        case defaultPartition = "default_partition"
        /// Partitions of history that should have been dropped.
        case pruning
    }

    /// What was looked at.
    package let code: Code
    /// How bad it is.
    package let severity: Severity
    /// What it is about, where one look has several findings: `pid 4711`, `queue mail`, `rinda.job_ready`.
    package let subject: String?
    /// What was found, with its values.
    package let message: String
    /// What to do, with the command; nil where there is nothing to do.
    package let advice: String?

    /// A finding in full.
    package init(
        _ code: Code, _ severity: Severity, subject: String? = nil, _ message: String, advice: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.subject = subject
        self.message = message
        self.advice = advice
    }
}
