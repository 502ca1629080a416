package import Civil
package import Postgres

/// What a heartbeat learned.
package struct HeartbeatAnswer: Sendable {
    /// Whether the session's lease was renewed. Where not, all its jobs are lost and a new session must begin.
    package let alive: Bool
    /// The leases the session still holds.
    package let leases: Set<Int64>
    /// Jobs of the session that someone wants cancelled.
    package let cancelled: [Int64]
}

/// Renews the lease of everything that a process holds: one statement, whatever the number of jobs.
///
/// - Parameters:
///   - session: the process's session.
///   - clock: the process's own clock, kept only to show how far it is off.
///   - idle: whether the process has nothing to do and wants to be woken by enqueuers.
///   - answerTimeout: how long to wait for the answer; shorter than the lease, so that there is time for another try.
package func heartbeat(
    session: Int64, clock: Timestamp, idle: Bool, answerTimeout: AnswerTimeout = .standard,
    on connection: inout some Querying & ~Copyable
) async throws -> HeartbeatAnswer {
    let rows = try await connection.query(
        "select alive, leases, cancelled from rinda.heartbeat(\(session), \(clock), \(idle))",
        answerTimeout: answerTimeout)
    guard let row = rows.first else {
        throw QueueError(.protocolViolation, "rinda.heartbeat answered no row")
    }
    return HeartbeatAnswer(
        alive: try row.decode(0, as: Bool.self), leases: Set(try row.decode(1, as: [Int64].self)),
        cancelled: try row.decode(2, as: [Int64].self))
}

/// Takes the jobs that have left out of the session's claims of these leases, so that a long job does not keep the ids
/// of a batch that is done.
package func shrink(leases: [Int64], session: Int64, on connection: inout some Querying & ~Copyable) async throws {
    try await connection.execute("select rinda.shrink(\(session), \(leases))")
}

/// Gives back claims whose jobs never began, because the answer to the claim was lost: the jobs wait again, at no cost.
package func giveBack(leases: [Int64], session: Int64, on connection: inout some Querying & ~Copyable) async throws {
    try await connection.execute(
        "delete from rinda.claim where session = \(session) and lease = any (\(leases))")
}
