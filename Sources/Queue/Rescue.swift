package import Postgres

/// A job that was taken back from a process that no longer renewed its lease.
package struct RescuedJob: Sendable, Hashable {
    /// The job.
    package let id: Int64
    /// Its kind.
    package let kind: String
    /// Its queue.
    package let queue: String
    /// What became of it: `available`, `discarded` or `cancelled`.
    package let outcome: JobState
    /// How often its process has ended while it ran.
    package let crashes: Int
}

/// The number of jobs after which a rescue takes no further claim: a statement stays short whatever a crash has left.
let rescueLimit = 2_000

/// Takes jobs back whose lease has run out, or a part of them where there are many. Any process may do it, it needs no
/// job code, and several at once share the work.
///
/// Reads `rinda.claim`, which has a row for each batch that runs, by joining the sessions whose lease has expired.
package func rescue(on connection: inout some Querying & ~Copyable) async throws -> [RescuedJob] {
    let rows = try await connection.query(
        "select id, kind, queue, outcome, crashes from rinda.rescue(\(Int32(rescueLimit)))")
    return try rows.map { row in
        let word = try row.decode(3, as: String.self)
        guard let outcome = JobState(rawValue: word) else {
            throw QueueError(.protocolViolation, "rinda.rescue answered the outcome \(word)")
        }
        return RescuedJob(
            id: try row.decode(0, as: Int64.self), kind: try row.decode(1, as: String.self),
            queue: try row.decode(2, as: String.self), outcome: outcome, crashes: Int(try row.decode(4, as: Int32.self))
        )
    }
}
