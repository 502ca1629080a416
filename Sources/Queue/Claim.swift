package import Civil
package import Postgres

/// What one claim found.
package struct ClaimAnswer: Sendable {
    /// The jobs, in the order in which they should start.
    package let jobs: [ClaimedJob]
    /// When the next waiting job is due, if one waits.
    package let nextDue: Timestamp?
    /// The database's clock as of the claim.
    package let now: Timestamp
    /// Whether jobs wait that may only run alone in a process.
    package let someWaitAlone: Bool
}

/// Takes jobs for a session: one statement, one new lease for the whole batch, no write to any job row.
///
/// The statement is a function of the schema, because it must take the gate first and read with a snapshot of after
/// that, in a single round trip: a process that stops between two statements would hold the gate for all.
/// - Parameters:
///   - session: the process's session.
///   - kinds: the kinds that this process can run; others are left alone.
///   - free: the queues with the number of jobs wanted from each.
///   - cursor: where to start reading; advanced by what was found.
///   - lastFirst: whether to read low priorities first this time (`ClaimCursor.ranges`).
package func claim(
    session: Int64, kinds: [String], free: [(queue: String, slots: Int)], cursor: inout ClaimCursor,
    lastFirst: Bool = false,
    on connection: inout some Querying & ~Copyable
) async throws -> ClaimAnswer {
    let queues = free.map(\.queue)
    let places = Dictionary(queues.enumerated().map { ($1, Int32($0 + 1)) }, uniquingKeysWith: { first, _ in first })
    let ranges = cursor.ranges(of: queues, lastFirst: lastFirst)
    let rows = try await connection.query(
        """
        select id, lease, claimed_at, kind, queue, priority, attempt, max_attempts, crashes, created_at, scheduled_at,
               args, metadata, tags, progress, next_due, alone, live, server
          from rinda.claim(\(session), \(kinds), \(queues), \(free.map { Int32(clamping: $0.slots) }),
                           \(ranges.map { places[$0.queue]! }), \(ranges.map(\.fromPriority)),
                           \(ranges.map(\.fromID)), \(ranges.map(\.endPriority)), \(cursor.dueFrom),
                           \(cursor.standing.live), \(cursor.standing.after), \(cursor.standing.server))
        """)
    guard let head = rows.first else {
        throw QueueError(.protocolViolation, "rinda.claim answered without its first row")
    }
    var jobs: [ClaimedJob] = []
    jobs.reserveCapacity(rows.count - 1)
    for row in rows.dropFirst() {
        jobs.append(try ClaimedJob(row))
    }
    for job in jobs {
        cursor.advance(queue: job.queue, priority: job.priority, past: job.id)
    }
    cursor.note(live: try head.decode(17, as: [Int64].self), server: try head.decode(18, as: Timestamp.self))
    let now = try head.decode(2, as: Timestamp.self)
    let nextDue = try head.decode(15, as: Timestamp?.self)
    // A job that becomes due behind this point is found by the next sweep.
    cursor.advanceDue(to: min(nextDue ?? now, now))
    return ClaimAnswer(jobs: jobs, nextDue: nextDue, now: now, someWaitAlone: try head.decode(16, as: Bool.self))
}

/// Takes one job that may only run alone, for a process that will run nothing else.
package func claimAlone(
    session: Int64, kinds: [String], queues: [String], on connection: inout some Querying & ~Copyable
) async throws -> ClaimedJob? {
    let rows = try await connection.query(
        """
        select id, lease, claimed_at, kind, queue, priority, attempt, max_attempts, crashes, created_at, scheduled_at,
               args, metadata, tags, progress
          from rinda.claim_alone(\(session), \(kinds), \(queues))
        """)
    return try rows.first.map(ClaimedJob.init)
}
