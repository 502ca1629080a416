package import Postgres

/// What a cancel found.
package enum CancelAnswer: String, Sendable, Hashable {
    /// The job was waiting and is cancelled.
    case cancelled
    /// The job is running; its process is told by its next heartbeat.
    case requested
    /// The job is final and was left alone.
    case final
    /// There is no such job.
    case unknown
}

/// Cancels a job, in the caller's transaction.
package func cancel(job id: Int64, on session: inout some Querying & ~Copyable) async throws -> CancelAnswer {
    let word = try await session.query("select rinda.cancel(\(id))").first?.decode(0, as: String.self) ?? ""
    guard let answer = CancelAnswer(rawValue: word) else {
        throw QueueError(.protocolViolation, "rinda.cancel answered \(word)")
    }
    return answer
}

/// What a retry by hand found.
package enum RetryAnswer: String, Sendable, Hashable {
    /// The job is available again; a final one starts from attempt 0.
    case retried
    /// The job is running and was left alone.
    case running
    /// Another unfinished job has its unique key; it was left alone.
    case held
    /// There is no such job.
    case unknown
}

/// Makes a job available again, in the caller's transaction.
package func retry(job id: Int64, on session: inout some Querying & ~Copyable) async throws -> RetryAnswer {
    let word = try await session.query("select rinda.retry(\(id))").first?.decode(0, as: String.self) ?? ""
    guard let answer = RetryAnswer(rawValue: word) else {
        throw QueueError(.protocolViolation, "rinda.retry answered \(word)")
    }
    return answer
}
