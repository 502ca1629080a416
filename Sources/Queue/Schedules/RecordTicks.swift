package import Civil
import Postgres

/// What a scheduler decided about one schedule, ready to be written.
struct ScheduleDecision: Sendable {
    let schedule: DueSchedule
    let catchUp: CatchUp
    /// Args and unique key of each due tick's job.
    let jobs: [(args: JSON, uniqueKey: String?)]
    /// When the schedule must be looked at again.
    let evaluateAt: Timestamp?
}

/// A tick whose job was enqueued.
package struct FiredTick: Hashable, Sendable {
    /// What became of a tick.
    package enum Outcome: String, Hashable, Sendable {
        /// Its job was enqueued in time.
        case enqueued
        /// Its job was enqueued late, after an outage.
        case caughtUp = "caught_up"
        /// An unfinished job of the kind had its unique key.
        case existing
    }

    /// The schedule's name.
    package let schedule: String
    /// The tick.
    package let tick: Timestamp
    /// The job.
    package let job: Int64
    /// What became of it.
    package let outcome: Outcome
}

/// Writes decisions: ticks, their jobs and how far each schedule is decided, all or nothing.
///
/// A decision counts only where the schedule's row still has the revision that was read; one that another scheduler or
/// an administrator has moved on since is passed over in silence.
enum RecordTicks {
    /// What was written.
    struct Answer: Sendable {
        let applied: Set<String>
        let fired: [FiredTick]
    }

    /// - Parameters:
    ///   - now: the instant for which was decided.
    ///   - readAt: the server's own clock when the schedules were read. Where that is half a minute ago, nothing is
    ///     written: a process that slept must not act on what it knew.
    static func write(
        _ decisions: [ScheduleDecision], now: Timestamp, readAt: Timestamp, scheduler: String,
        in transaction: inout Transaction
    ) async throws -> Answer {
        // A scheduler that is stopped in the middle must not hold these rows from the others, nor may one that waits for
        // a unique key's holder.
        _ = try await transaction.query(
            """
            select set_config('idle_in_transaction_session_timeout', '5000', true), set_config('lock_timeout', '2000', true)
            """)
        let applied = try await hold(decisions, readAt: readAt, in: &transaction)
        let held = decisions.filter { applied.contains($0.schedule.definition.name) }
        guard !held.isEmpty else { return Answer(applied: [], fired: []) }
        try await pass(held, scheduler: scheduler, in: &transaction)
        let fired = try await fire(held, now: now, scheduler: scheduler, in: &transaction)
        try await move(held, fired: fired, now: now, in: &transaction)
        return Answer(applied: applied, fired: fired)
    }

    /// Locks the rows that are still as they were read, in order of name, and passes by those that another holds. By
    /// primary key.
    private static func hold(
        _ decisions: [ScheduleDecision], readAt: Timestamp, in transaction: inout Transaction
    ) async throws(PostgresError) -> Set<String> {
        let rows = try await transaction.query(
            """
            select s.name
              from unnest(\(decisions.map(\.schedule.definition.name)), \(decisions.map(\.schedule.revision)))
                   as d (name, revision)
              join rinda.schedule s on s.name = d.name and s.revision = d.revision
             where s.paused_at is null
               and clock_timestamp() - \(readAt)::timestamptz < interval '30 seconds'
             order by s.name
               for update of s skip locked
            """)
        return Set(try rows.column(0, as: String.self))
    }

    /// Records the stretches of ticks that policies pass over.
    private static func pass(
        _ decisions: [ScheduleDecision], scheduler: String, in transaction: inout Transaction
    ) async throws(PostgresError) {
        var names: [String] = []
        var first: [Timestamp] = []
        var last: [Timestamp] = []
        var counts: [Int64] = []
        for decision in decisions {
            guard let skipped = decision.catchUp.skipped else { continue }
            names.append(decision.schedule.definition.name)
            first.append(skipped.first)
            last.append(skipped.last)
            counts.append(Int64(skipped.count))
        }
        guard !names.isEmpty else { return }
        _ = try await transaction.query(
            """
            insert into rinda.tick (schedule, tick, outcome, first_tick, ticks, recorded_by)
            select name, last, 'skipped', first, count, \(scheduler)
              from unnest(\(names), \(last), \(first), \(counts)) as t (name, last, first, count)
                on conflict (schedule, tick) do nothing
            """)
    }

    /// Enqueues the job of each due tick and records the tick with it. A tick that has its record already is passed by,
    /// and the primary key stops whatever would get past that.
    private static func fire(
        _ decisions: [ScheduleDecision], now: Timestamp, scheduler: String, in transaction: inout Transaction
    ) async throws -> [FiredTick] {
        var names: [String] = []
        var ticks: [Timestamp] = []
        var late: [Bool] = []
        var args: [JSON] = []
        var keys: [String?] = []
        for decision in decisions {
            for (tick, job) in zip(decision.catchUp.due, decision.jobs) {
                names.append(decision.schedule.definition.name)
                ticks.append(tick.instant)
                late.append(now.duration(since: tick.instant) > CatchUp.tolerance)
                args.append(job.args)
                keys.append(job.uniqueKey)
            }
        }
        guard !names.isEmpty else { return [] }
        // Ordered before enqueueing, so that jobs of one schedule get their ids in the order of their ticks.
        let rows = try await transaction.query(
            """
            insert into rinda.tick (schedule, tick, outcome, job_id, recorded_by)
            select t.name, t.tick,
                   case when e.outcome = 'existing' then 'existing' when t.late then 'caught_up' else 'enqueued' end,
                   e.job_id, \(scheduler)
              from (select d.name, d.tick, d.late, d.args, d.key, s.kind, s.queue, s.priority
                      from unnest(\(names), \(ticks), \(late), \(args), \(keys)) with ordinality
                           as d (name, tick, late, args, key, number)
                      join rinda.schedule s on s.name = d.name
                     where not exists (select from rinda.tick k where k.schedule = d.name and k.tick = d.tick)
                     order by d.number) t
             cross join lateral rinda.enqueue(
                       kind => t.kind, args => t.args, queue => t.queue, priority => t.priority, scheduled_at => t.tick,
                       unique_key => t.key,
                       metadata => jsonb_build_object(
                           'schedule', t.name, 'tick', to_char(t.tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) e
            returning schedule, tick, job_id, outcome
            """)
        var fired: [FiredTick] = []
        for row in rows {
            let word = try row.decode(3, as: String.self)
            guard let outcome = FiredTick.Outcome(rawValue: word) else {
                throw QueueError(.protocolViolation, "a tick was recorded with the outcome \(word)")
            }
            fired.append(
                FiredTick(
                    schedule: try row.decode(0), tick: try row.decode(1), job: try row.decode(2), outcome: outcome))
        }
        return fired
    }

    /// Moves each schedule on: decided up to now, due again at its next tick. By primary key.
    private static func move(
        _ decisions: [ScheduleDecision], fired: [FiredTick], now: Timestamp, in transaction: inout Transaction
    ) async throws(PostgresError) {
        var last: [String: FiredTick] = [:]
        var late: [String: Int64] = [:]
        for tick in fired {
            if last[tick.schedule].map({ $0.tick < tick.tick }) ?? true { last[tick.schedule] = tick }
            if tick.outcome == .caughtUp { late[tick.schedule, default: 0] += 1 }
        }
        let names = decisions.map(\.schedule.definition.name)
        _ = try await transaction.query(
            """
            update rinda.schedule s
               set revision = s.revision + 1,
                   decided_until = greatest(s.decided_until, \(now)),
                   evaluate_at = d.evaluate_at, next_tick = d.next_tick,
                   last_tick = coalesce(d.last_tick, s.last_tick), last_job = coalesce(d.last_job, s.last_job),
                   last_evaluated_at = \(now), last_error = null, failures = 0,
                   caught_up = s.caught_up + d.caught_up, skipped = s.skipped + d.skipped
              from unnest(\(names), \(decisions.map(\.evaluateAt)), \(decisions.map(\.catchUp.next?.instant)),
                          \(names.map { last[$0]?.tick }), \(names.map { last[$0]?.job }),
                          \(names.map { late[$0] ?? 0 }), \(decisions.map { Int64($0.catchUp.skipped?.count ?? 0) }))
                   as d (name, evaluate_at, next_tick, last_tick, last_job, caught_up, skipped)
             where s.name = d.name
            """)
    }
}
