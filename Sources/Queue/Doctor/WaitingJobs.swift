package import Civil
package import Postgres

/// The jobs of one kind that wait in one queue, and who could run them.
package struct WaitingJobs: Sendable, Hashable {
    /// The kind.
    package var kind: String
    /// The queue.
    package var queue: String
    /// All that wait, for whatever reason.
    package var jobs: Int64
    /// Those that could run now.
    package var due: Int64
    /// For how long the oldest of those could have run; nil where none could.
    package var oldestDue: Duration?
    /// When the queue was paused, if it is.
    package var pausedAt: Timestamp?
    /// Who paused it.
    package var pausedBy: String?
    /// How many live workers know the kind.
    package var knownBy: Int64
    /// How many of those serve the queue.
    package var servedBy: Int64

    /// A group in full.
    package init(
        kind: String, queue: String, jobs: Int64, due: Int64, oldestDue: Duration?, pausedAt: Timestamp? = nil,
        pausedBy: String? = nil, knownBy: Int64, servedBy: Int64
    ) {
        self.kind = kind
        self.queue = queue
        self.jobs = jobs
        self.due = due
        self.oldestDue = oldestDue
        self.pausedAt = pausedAt
        self.pausedBy = pausedBy
        self.knownBy = knownBy
        self.servedBy = servedBy
    }
}

/// Counts what waits, by kind and queue. Reads every unfinished job once, a fraction of a second for a million.
package func waitingJobs(on session: inout some Querying & ~Copyable) async throws -> [WaitingJobs] {
    try await session.query(
        """
        with live as materialized (
            select w.session, w.kinds, w.queues
              from rinda.worker w where w.stopped_at is null and w.lease_until > rinda.clock()
        ),
        -- Joined by hash: one worker may serve thousands of queues, and thousands of groups may wait.
        knows as materialized (select distinct l.session, k.kind from live l cross join unnest(l.kinds) k(kind)),
        serves as materialized (select distinct l.session, q.queue from live l cross join unnest(l.queues) q(queue)),
        present as materialized (select rinda.clock() as now),
        waiting as (
            select j.kind, j.queue, count(*) as jobs,
                   count(*) filter (where j.state in (0, 3) or j.scheduled_at <= p.now) as due,
                   min(greatest(j.scheduled_at, j.created_at))
                       filter (where j.state in (0, 3) or j.scheduled_at <= p.now) as oldest
              from rinda.job j
             cross join present p
              left join (select unnest(c.ids) as id from rinda.claim c) running on running.id = j.id
             where running.id is null
             group by j.kind, j.queue
        )
        select w.kind, w.queue, w.jobs, w.due, extract(epoch from p.now - w.oldest)::float8, q.paused_at, q.paused_by::text,
               coalesce(known.workers, 0), coalesce(served.workers, 0)
          from waiting w
         cross join present p
          left join rinda.queue q on q.queue = w.queue
          left join (select k.kind, count(*) as workers from knows k group by k.kind) known on known.kind = w.kind
          left join (select v.kind, v.queue, count(*) as workers
                       from waiting v
                       join serves s on s.queue = v.queue
                       join knows k on k.session = s.session and k.kind = v.kind
                      group by v.kind, v.queue) served on served.kind = w.kind and served.queue = w.queue
         order by w.queue, w.kind
        """
    ).map { row in
        WaitingJobs(
            kind: try row.decode(0, as: String.self), queue: try row.decode(1, as: String.self),
            jobs: try row.decode(2, as: Int64.self), due: try row.decode(3, as: Int64.self),
            oldestDue: try row.decode(4, as: Double?.self).map { .seconds($0) },
            pausedAt: try row.decode(5, as: Timestamp?.self), pausedBy: try row.decode(6, as: String?.self),
            knownBy: try row.decode(7, as: Int64.self), servedBy: try row.decode(8, as: Int64.self))
    }
}

/// A kind with jobs that may soon be given up.
package struct TroubledKind: Sendable, Hashable {
    /// The kind.
    package var kind: String
    /// Jobs that failed before and have one attempt left.
    package var onLastAttempt: Int64
    /// Jobs that crashed their processes so often that they run alone now.
    package var crashers: Int64

    /// A kind in full.
    package init(kind: String, onLastAttempt: Int64, crashers: Int64) {
        self.kind = kind
        self.onLastAttempt = onLastAttempt
        self.crashers = crashers
    }
}

/// Counts the jobs that may soon be given up, by kind. Reads every unfinished job once.
package func troubledKinds(on session: inout some Querying & ~Copyable) async throws -> [TroubledKind] {
    try await session.query(
        """
        select j.kind,
               count(*) filter (where j.attempt > 0 and j.attempt >= coalesce(j.max_attempts, k.max_attempts, 5) - 1),
               count(*) filter (where j.crashes >= coalesce(k.isolate_after_crashes, 3))
          from rinda.job j
          left join rinda.kind k on k.kind = j.kind
         where j.attempt > 0 or j.crashes > 0
         group by j.kind
        """
    ).map { row in
        TroubledKind(
            kind: try row.decode(0, as: String.self), onLastAttempt: try row.decode(1, as: Int64.self),
            crashers: try row.decode(2, as: Int64.self))
    }
}
