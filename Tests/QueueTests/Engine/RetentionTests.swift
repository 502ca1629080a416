import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Retention: partitions made, filled and dropped. Each test has a database of its own.
@Suite(.database)
struct RetentionTests {
    private func prune(_ engine: Engine) async throws -> [String] {
        try await engine.pool.withConnection { try await Queue.prune(on: &$0) }
    }

    /// Puts a final job where it may be forgotten on a day, so many days from today.
    private func finish(_ engine: Engine, expiresIn days: Int32) async throws -> Int64 {
        let (job, _) = try await engine.running()
        try await engine.settle(job, Settlement(verdict: .completed))
        try await engine.pool.execute(
            """
            do $$ begin
                perform rinda.make_partition('done', 'expires_on',
                    ((clock_timestamp() at time zone 'UTC')::date + \(raw: "\(days)")));
            end $$
            """)
        try await engine.pool.execute(
            """
            update rinda.done set expires_on = (clock_timestamp() at time zone 'UTC')::date + \(days)
             where id = \(job.id)
            """)
        return job.id
    }

    @Test("a day that has passed is dropped with its jobs, today's and later ones stay")
    func dropped() async throws {
        let engine = Engine()
        let old = try await finish(engine, expiresIn: -1)
        let today = try await finish(engine, expiresIn: 0)
        let dropped = try await prune(engine)
        #expect(dropped.count == 1)
        #expect(dropped[0].hasPrefix("done_"))
        #expect(try await engine.pool.query("select from rinda.jobs where id = \(old)").isEmpty)
        #expect(try await engine.state(today) == .completed)
        #expect(try await prune(engine).isEmpty)
        #expect(try await engine.value("select rinda.make_partitions()", as: Int32.self) == 0)
    }

    @Test("a partition that someone reads is left for the next run")
    func readPartition() async throws {
        let engine = Engine()
        let old = try await finish(engine, expiresIn: -1)
        let part = try await engine.value(
            "select tableoid::regclass::text from rinda.done where id = \(old)", as: String.self)
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select count(*) from \(raw: part)")
            #expect(try await prune(engine).isEmpty)
            // Settling goes on meanwhile.
            let (job, _) = try await engine.running()
            #expect(try await engine.settle(job, Settlement(verdict: .completed)))
        }
        #expect(try await prune(engine).count == 1)
    }

    @Test("two prunes at once: one works, the other leaves it to it")
    func oneAtATime() async throws {
        let engine = Engine()
        _ = try await finish(engine, expiresIn: -1)
        try await engine.pool.transaction { transaction in
            let first = try await Queue.prune(on: &transaction)
            #expect(first.count == 1)
            #expect(try await prune(engine).isEmpty)
        }
    }

    @Test("retention differs by queue and state")
    func byQueue() async throws {
        let engine = Engine()
        try await engine.pool.execute(
            """
            insert into rinda.queue (queue, keep_completed, keep_other) values (\(engine.queue), '3 days', '20 days')
            """)
        func days(_ settlement: Settlement) async throws -> Int32 {
            let (job, _) = try await engine.running()
            try await engine.settle(job, settlement)
            return try await engine.value(
                "select expires_on - (clock_timestamp() at time zone 'UTC')::date from rinda.done where id = \(job.id)")
        }
        #expect(try await days(Settlement(verdict: .completed)) == 3)
        #expect(try await days(Settlement(verdict: .discarded)) == 20)
        #expect(try await days(Settlement(verdict: .cancelled)) == 20)
        // The days that the longest retention needs are made.
        #expect(try await engine.value("select rinda.make_partitions()", as: Int32.self) > 0)
        let day = try await engine.value(
            "select to_regclass('rinda.done_' || to_char((clock_timestamp() at time zone 'UTC')::date + 22, 'YYYYMMDD')) is not null",
            as: Bool.self)
        #expect(day)
    }

    @Test("jobs that finished while nobody had made their day's partition move there, and are not lost")
    func lateDay() async throws {
        let engine = Engine()
        let day = try await engine.value(
            "select to_char((clock_timestamp() at time zone 'UTC')::date + 1, 'YYYYMMDD')", as: String.self)
        try await engine.pool.execute("drop table rinda.done_\(raw: day)")
        let (job, _) = try await engine.running()
        try await engine.settle(job, Settlement(verdict: .completed))
        let home: SQL =
            "select (select relname::text from pg_class c where c.oid = d.tableoid) from rinda.done d where id = \(job.id)"
        let late = try await engine.value(home, as: String.self)
        #expect(late == "done_later")
        _ = try await prune(engine)
        let moved = try await engine.value(home, as: String.self)
        #expect(moved == "done_\(day)")
        #expect(try await engine.state(job.id) == .completed)
        let (next, _) = try await engine.running()
        #expect(try await engine.settle(next, Settlement(verdict: .completed)))
    }

    @Test("the partitions look like the parent: what can be read and written there, can be here")
    func sameShape() async throws {
        let engine = Engine()
        let differing = try await engine.value(
            """
            select count(*) from pg_inherits i
             where i.inhparent in ('rinda.done'::regclass, 'rinda.attempt_log'::regclass)
               and not exists (select from pg_index x join pg_inherits y on y.inhrelid = x.indexrelid
                                where x.indrelid = i.inhrelid)
            """, as: Int64.self)
        #expect(differing == 0)
    }
}
