package import Postgres
package import Queue

/// One attempt that a test ran: how it ended, what the engine made of that, and the job as it stands now.
package struct TestRun: Sendable {
    /// The job as the handler got it.
    package let job: ClaimedJob
    /// How the attempt ended.
    package let end: AttemptEnd
    /// What the end and the kind's policy give; nil where nothing was to be written.
    package let settlement: Settlement?
    /// The job after that, as `rinda.jobs` shows it; nil where it has been forgotten already.
    package let record: JobRecord?
    /// What the handler logged.
    package let log: [LogLine]
    /// Whether the end was refused: the lease no longer held the job.
    package let isStale: Bool

    /// The job's state after the attempt.
    package var state: JobState? { record?.state }
    /// What the job left.
    package var output: JSON? { record?.output }
}

/// Why a test cannot have its jobs run.
package struct QueueTestingError: Error, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// The database is not marked as one for tests.
        case notATestDatabase
        /// The handlers do not know the kind.
        case unknownKind
        /// An unfinished job has the unique key already.
        case existing
        /// The job cannot be taken: another process has it.
        case taken
        /// So many jobs ran that they most likely enqueue one another for ever.
        case tooManyJobs
    }

    /// Which.
    package let code: Code
    /// What happened, with which value, and what to do.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
