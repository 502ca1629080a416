package import Postgres

/// What a handler returns. A handler says what happened; what becomes of the job is decided by `decide`.
package enum Outcome: Sendable, Hashable {
    /// Done, with an output to keep or none.
    case completed(output: JSON? = nil)
    /// Done, and the job was completed in the handler's own transaction (`JobContext.complete`).
    case settled
    /// Not now: again after a while, at no cost of an attempt.
    case snooze(Duration)
    /// Nothing more to do, and not done: cancelled, with the reason.
    case cancel(reason: String)
    /// No attempt can succeed: discarded, with the reason.
    case discard(reason: String)
}

/// How an attempt ended, whoever ended it.
package enum AttemptEnd: Sendable, Hashable {
    /// The handler returned.
    case returned(Outcome)
    /// The handler threw; the message says what.
    case failed(message: String)
    /// The kind's timeout passed.
    case timedOut(after: Duration)
    /// The arguments did not decode; the message names the path.
    case undecodable(message: String)
    /// Someone asked for it to be cancelled.
    case cancelRequested
    /// The process is draining and gives the job back.
    case interrupted
    /// The lease ran out: the job is no longer this process's, and nothing may be written.
    case leaseLost

    /// Whether the attempt failed, so that a next one is put off by a delay with jitter.
    var isFailure: Bool {
        switch self {
        case .failed, .timedOut: true
        case .returned, .undecodable, .cancelRequested, .interrupted, .leaseLost: false
        }
    }
}
