/// What the engine refuses or could not do.
package struct QueueError: Error, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// A kind, queue or other argument is not well-formed.
        case invalidArgument
        /// No job, queue or kind of that name is known.
        case unknown
        /// The job is not in a state that allows the act.
        case wrongState
        /// The lease no longer holds the job: another process may have it.
        case leaseLost
        /// The arguments do not decode to what the kind expects.
        case undecodableArgs
        /// The database is marked as one for tests, or is not where it has to be.
        case testDatabase
        /// The database answered something that this version does not understand.
        case protocolViolation
    }

    /// Why.
    package let code: Code
    /// What happened, with which value, and what to do.
    package let message: String
    /// What lay beneath, where something did.
    package let cause: (any Error)?

    /// A refusal with its reason in words.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
