package import Civil
package import Postgres

/// A queue as an operator sees it.
package struct QueueRecord: Sendable {
    /// The queue.
    package let queue: String
    /// When it was paused, if it is.
    package let pausedAt: Timestamp?
    /// Who paused it.
    package let pausedBy: String?
    /// Jobs that may start now.
    package let available: Int64
    /// Jobs that wait for their time or their next attempt.
    package let waiting: Int64
    /// Jobs that run.
    package let running: Int64
    /// How long the oldest available job has waited.
    package let oldestAvailable: Duration?
    /// Live processes that serve it.
    package let workers: Int64
}

/// Lists the queues that the catalogue, a setting or an unfinished job names.
package func listQueues(on session: inout some Querying & ~Copyable) async throws -> [QueueRecord] {
    let rows = try await session.query(
        """
        with named as (
            select queue from rinda.kind union select queue from rinda.queue union select queue from rinda.job
        ),
        counted as (
            select queue, count(*) filter (where state = 'available') as available,
                   count(*) filter (where state in ('scheduled', 'retryable')) as waiting,
                   count(*) filter (where state = 'running') as running,
                   min(greatest(scheduled_at, created_at)) filter (where state = 'available') as oldest
              from rinda.jobs where state not in ('completed', 'cancelled', 'discarded') group by queue
        )
        select n.queue, q.paused_at, q.paused_by::text, coalesce(c.available, 0), coalesce(c.waiting, 0),
               coalesce(c.running, 0), extract(epoch from rinda.clock() - c.oldest)::double precision,
               (select count(*) from rinda.worker w
                 where w.stopped_at is null and w.lease_until > rinda.clock() and n.queue = any (w.queues))
          from named n
          left join rinda.queue q using (queue)
          left join counted c using (queue)
         order by n.queue
        """)
    return try rows.map { row in
        QueueRecord(
            queue: try row.decode(0, as: String.self), pausedAt: try row.decode(1, as: Timestamp?.self),
            pausedBy: try row.decode(2, as: String?.self), available: try row.decode(3, as: Int64.self),
            waiting: try row.decode(4, as: Int64.self), running: try row.decode(5, as: Int64.self),
            oldestAvailable: try row.decode(6, as: Double?.self).map { .seconds($0) },
            workers: try row.decode(7, as: Int64.self))
    }
}

/// Pauses a queue, in the caller's transaction: nothing of it is claimed any more until it is resumed; what runs goes on.
/// Answers whether it was running before. Audited.
package func pauseQueue(
    _ queue: String, reason: String?, in transaction: inout Transaction
) async throws -> Bool {
    try await transaction.execute("select rinda.check_name('queue', \(queue))")
    let changed = try await transaction.execute(
        """
        insert into rinda.queue (queue, paused_at, paused_by) values (\(queue), rinda.clock(), session_user)
        on conflict (queue) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by
         where rinda.queue.paused_at is null
        """)
    if changed > 0 {
        try await audit("queue.pause", object: "queue \(queue)", reason: reason, in: &transaction)
        // A claim that is under way does not see the pause yet; after this none is.
        try await transaction.execute("select rinda.pass_gate()")
    }
    return changed > 0
}

/// Resumes a queue, in the caller's transaction. Answers whether it was paused before. Audited.
package func resumeQueue(
    _ queue: String, reason: String?, in transaction: inout Transaction
) async throws -> Bool {
    let changed = try await transaction.execute(
        "update rinda.queue set paused_at = null, paused_by = null where queue = \(queue) and paused_at is not null")
    if changed > 0 {
        try await audit("queue.resume", object: "queue \(queue)", reason: reason, in: &transaction)
        try await transaction.execute("select rinda.wake(\(queue))")
    }
    return changed > 0
}
