import Civil
import Postgres
import Queue

extension TestQueue {
    /// Runs every job that can run until none is left, those that handlers enqueue meanwhile included, one after the
    /// other: queue by queue in order of name, each in the order in which a worker takes them. Jobs of kinds without a
    /// handler and of paused queues stay where they are; jobs whose lease has run out are rescued first.
    ///
    /// With `forward`, the test clock is moved from due time to due time, up to that long: retries, snoozed and scheduled
    /// jobs run in the order of their times, and with `schedules` the schedules fire as well. A year takes seconds.
    ///
    /// - Parameters:
    ///   - queues: the queues to drain, or nil for all.
    ///   - forward: how far to move the test clock, which is set where it was not; it ends there.
    ///   - schedules: whether schedules are evaluated whenever they are due.
    ///   - limit: the number of attempts past which the jobs are taken to go on for ever.
    /// - Returns: every attempt, in order.
    /// - Throws: `QueueTestingError`; `PostgresError`.
    package func drain(
        queues: [String]? = nil, forward: Duration = .zero, schedules: Bool = false, limit: Int = 10_000
    ) async throws -> [TestRun] {
        try await requireMark()
        let horizon = try await pool.withConnection { try await TestClock.now(on: &$0) }.adding(forward)
        var evaluator = ScheduleEvaluator(scheduler: TestSession.name())
        var runs: [TestRun] = []
        while true {
            if schedules { evaluator = try await fire(evaluator) }
            _ = try await pool.withConnection { try await rescue(on: &$0) }
            let served = try await waitingQueues(among: queues)
            let before = runs.count
            // A session of its own for each round: the clock may have moved past the last one's lease.
            runs += try await withSession(queues: served) { session in
                try await round(session, queues: served, atMost: limit + 1 - runs.count)
            }
            guard runs.count <= limit else {
                throw QueueTestingError(
                    .tooManyJobs, "\(limit) attempts and still jobs left: do they enqueue one another for ever?")
            }
            if runs.count > before { continue }
            guard forward > .zero, let next = try await nextDue(among: served, schedules: schedules), next <= horizon
            else { break }
            try await pool.withConnection { try await TestClock.set(to: next, on: &$0) }
        }
        if forward > .zero { try await pool.withConnection { try await TestClock.set(to: horizon, on: &$0) } }
        return runs
    }

    /// Runs what can run in each of some queues.
    private func round(_ session: Int64, queues: [String], atMost limit: Int) async throws -> [TestRun] {
        var runs: [TestRun] = []
        for queue in queues {
            while runs.count < limit, let job = try await nextJob(session, queue: queue) {
                runs.append(try await attempt(job))
            }
        }
        return runs
    }

    /// Claims one job of a queue as a worker would, or one that may only run alone, which here all do.
    private func nextJob(_ session: Int64, queue: String) async throws -> ClaimedJob? {
        try await pool.withConnection { connection in
            var cursor = ClaimCursor()
            let answer = try await claim(
                session: session, kinds: handlers.kinds, free: [(queue: queue, slots: 1)], cursor: &cursor,
                on: &connection)
            if let job = answer.jobs.first { return job }
            guard answer.someWaitAlone else { return nil }
            return try await claimAlone(session: session, kinds: handlers.kinds, queues: [queue], on: &connection)
        }
    }

    /// The queues in which jobs wait, in order of name.
    private func waitingQueues(among queues: [String]?) async throws -> [String] {
        try await pool.query(
            """
            select distinct queue from rinda.job
             where \(queues)::text[] is null or queue = any (\(queues)) order by queue
            """
        ).column(0)
    }

    /// When the next job of some queues that can be run, or the next schedule, is due.
    private func nextDue(among queues: [String], schedules: Bool) async throws -> Timestamp? {
        try await pool.query(
            """
            select least(
                (select min(j.scheduled_at) from rinda.job j
                  where j.state in (1, 2) and j.scheduled_at > rinda.clock() and j.kind = any (\(handlers.kinds)) and j.queue = any (\(queues))
                    and not exists (select from rinda.queue q where q.queue = j.queue and q.paused_at is not null)),
                case when \(schedules) then (select min(s.evaluate_at) from rinda.schedule s where s.evaluate_at > rinda.clock()) end)
            """)[0].decode(0, as: Timestamp?.self)
    }

    /// Evaluates the schedules that are due, until none is.
    private func fire(_ evaluator: ScheduleEvaluator) async throws -> ScheduleEvaluator {
        try await pool.withConnection { connection in
            var evaluator = evaluator
            while try await evaluator.evaluate(on: &connection).isBehind {}
            return evaluator
        }
    }
}
