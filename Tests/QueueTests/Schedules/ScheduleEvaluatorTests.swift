import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

@Suite("Evaluating schedules", .database)
struct ScheduleEvaluatorTests {
    @Test("a due tick is enqueued with its args, recorded with its job, and fires once")
    func fires() async throws {
        var connection = try await TestDatabase.current.connect()
        let definition = ScheduleFixture.schedule(
            "nightly", "30 3 * * *", args: #"{"at": "{tick}", "on": "{date}"}"#, uniqueKey: "k/{date}")
        try await ScheduleFixture.add([definition], decidedUntil: "2026-03-28T22:00:00Z", on: &connection)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let early = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-03-29T00:59:59Z"))
        #expect(early.fired.isEmpty)
        let first = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-03-29T01:00:00Z"))
        let fired = try #require(first.fired.first)
        #expect(fired.tick == ScheduleFixture.instant("2026-03-29T01:00:00Z"))
        #expect(fired.outcome == .enqueued)
        for later in ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T20:00:00Z"] {
            let again = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant(later))
            #expect(again.fired.isEmpty && again.failures.isEmpty)
        }
        let job = try await connection.query(
            """
            select args ->> 'at', args ->> 'on', unique_key, metadata ->> 'schedule', metadata ->> 'tick'
              from rinda.jobs where id = \(fired.job)
            """)[0]
        #expect(try job.decode(0, as: String.self) == "2026-03-29T01:00:00Z")
        #expect(try job.decode(1, as: String.self) == "2026-03-29")
        #expect(try job.decode(2, as: String.self) == "k/2026-03-29")
        #expect(try job.decode(3, as: String.self) == "nightly")
        #expect(try job.decode(4, as: String.self) == "2026-03-29T01:00:00Z")
        let status = try #require(try await Schedules.list("nightly", on: &connection).first)
        #expect(status.lastTick == fired.tick && status.lastJob == fired.job)
        #expect(status.nextTick == ScheduleFixture.instant("2026-03-30T00:30:00Z"))
    }

    @Test("after a fortnight each policy does what it says, and the ticks tell")
    func outage() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [
                ScheduleFixture.schedule("a-latest", "0 9 * * *"),
                ScheduleFixture.schedule("b-all", "0 9 * * *", policy: .all(count: 3, age: .seconds(90 * 86_400))),
                ScheduleFixture.schedule("c-skip", "0 9 * * *", policy: .skip),
            ], decidedUntil: "2026-10-18T12:00:00Z", on: &connection)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let evaluation = try await evaluator.evaluate(
            on: &connection, at: ScheduleFixture.instant("2026-11-01T12:00:00Z"))
        #expect(evaluation.moved == 3)
        #expect(
            try await ScheduleFixture.ticks(on: &connection) == [
                "a-latest skipped 2026-10-31T07:00:00Z", "a-latest caught_up 2026-11-01T07:00:00Z",
                "b-all skipped 2026-10-29T07:00:00Z", "b-all caught_up 2026-10-30T07:00:00Z",
                "b-all caught_up 2026-10-31T07:00:00Z", "b-all caught_up 2026-11-01T07:00:00Z",
                "c-skip skipped 2026-11-01T07:00:00Z",
            ])
        let counts = try await connection.query("select sum(ticks)::bigint from rinda.tick group by schedule")
            .column(0, as: Int64.self)
        #expect(counts == [14, 14, 14])
        let list = try await Schedules.list(on: &connection)
        #expect(list.map(\.caughtUp) == [1, 3, 0])
        #expect(list.map(\.skipped) == [13, 11, 14])
        #expect(evaluation.skipped.map(\.ticks.count).sorted() == [11, 13, 14])
        // The jobs of one schedule have their ids in the order of its ticks.
        let order = try await connection.query(
            "select tick from rinda.tick where schedule = 'b-all' and job_id is not null order by job_id"
        ).column(0, as: Timestamp.self)
        #expect(order == order.sorted())
    }

    @Test("a schedule that cannot be read or enqueued holds up no other, shows why, and loses no tick")
    func broken() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [
                ScheduleFixture.schedule("a-unread", "0 9 * * *"), ScheduleFixture.schedule("b-zone", "0 9 * * *"),
                ScheduleFixture.schedule("c-refused", "0 9 * * *"), ScheduleFixture.schedule("d-good", "0 9 * * *"),
            ], decidedUntil: "2026-01-01T00:00:00Z", on: &connection)
        // What another program could write past the verbs.
        try await connection.executeScript(
            """
            update rinda.schedule set expression = '0 9 * * NOPE' where name = 'a-unread';
            update rinda.schedule set zone = 'Mars/Olympus' where name = 'b-zone';
            update rinda.schedule set decided_until = '2026-01-01', evaluate_at = '2026-01-01' where name <> 'd-good';
            create function public.refuse() returns trigger language plpgsql as
                $$ begin if new.schedule = 'c-refused' then raise exception 'not this one'; end if; return new; end $$;
            create trigger refuse before insert on rinda.tick for each row execute function public.refuse();
            """)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let evaluation = try await evaluator.evaluate(
            on: &connection, at: ScheduleFixture.instant("2026-01-01T07:00:00Z"))
        #expect(evaluation.fired.map(\.schedule) == ["d-good"])
        #expect(evaluation.failures.map(\.schedule) == ["a-unread", "b-zone", "c-refused"])
        let list = try await Schedules.list(on: &connection)
        #expect(list[0].lastError?.contains("position 9") == true)
        #expect(list[1].lastError?.contains("Mars/Olympus") == true)
        #expect(list[2].lastError?.contains("not this one") == true)
        #expect(list[3].lastError == nil)
        #expect(list.map(\.failures) == [1, 1, 1, 0])
        // Not tried again at once, but later, and then the tick is made up for.
        let soon = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-01-01T07:00:01Z"))
        #expect(soon.failures.isEmpty && soon.fired.isEmpty)
        try await connection.executeScript("drop trigger refuse on rinda.tick")
        let later = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-01-01T07:00:06Z"))
        #expect(later.fired.map(\.schedule) == ["c-refused"])
        #expect(later.failures.map(\.schedule) == ["a-unread", "b-zone"])
        #expect(try await Schedules.list("c-refused", on: &connection).first?.lastError == nil)
    }

    @Test("a changed expression or zone does not fire for the past")
    func changed() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("beat", "@yearly", policy: .all(count: 100, age: .seconds(86_400)))],
            decidedUntil: "2026-01-01T00:00:00Z", on: &connection)
        try await connection.transaction { transaction in
            _ = try await Schedules.change("beat", in: &transaction) { $0.expression = "* * * * * *" }
        }
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let evaluation = try await evaluator.evaluate(on: &connection)
        // At most the ticks of the moment that the test itself took.
        #expect(evaluation.skipped.isEmpty)
        #expect(evaluation.fired.count <= 5)
    }

    @Test("an unfinished job with the same key takes the tick, and the record says so")
    func existing() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("daily", "0 9 * * *", uniqueKey: "same")], decidedUntil: "2026-01-01T00:00:00Z",
            on: &connection)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let first = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-01-01T07:00:00Z"))
        let second = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-01-02T07:00:00Z"))
        #expect(second.fired.map(\.outcome) == [.existing])
        #expect(second.fired.first?.job == first.fired.first?.job)
        #expect(try await connection.query("select count(*) from rinda.jobs")[0].decode(0, as: Int64.self) == 1)
    }

    @Test("a holiday proclaimed before the tick is heeded")
    func holiday() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("daily", "wd of week at 09:00 on LV")], decidedUntil: "2026-07-06T00:00:00Z",
            on: &connection)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        _ = try await evaluator.evaluate(on: &connection, at: ScheduleFixture.instant("2026-07-06T05:00:00Z"))
        let planned = try await Schedules.list(on: &connection).first?.nextTick
        #expect(planned == ScheduleFixture.instant("2026-07-06T06:00:00Z"))
        try await connection.execute(
            "insert into rinda.calendar_day (calendar, date, kind, name) values ('LV', '2026-07-06', 'SPECIAL', 'x')")
        let evaluation = try await evaluator.evaluate(
            on: &connection, at: ScheduleFixture.instant("2026-07-06T06:00:00Z"))
        #expect(evaluation.fired.isEmpty)
        #expect(
            try await Schedules.list(on: &connection).first?.nextTick == ScheduleFixture.instant("2026-07-07T06:00:00Z")
        )
    }

    @Test("what a sleeping scheduler had decided is not written when it wakes")
    func stale() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("beat", "every minute")], decidedUntil: "2026-01-01T00:00:00Z", on: &connection)
        let old = ScheduleFixture.instant("2026-01-01T00:01:00Z")
        let due = try await DueSchedules.read(at: old, limit: 10, on: &connection)
        let schedule = try #require(due.schedules.first)
        let decision = ScheduleDecision(
            schedule: schedule,
            catchUp: CatchUp(
                try schedule.definition.parsed(), decidedUntil: schedule.decidedUntil, now: old, policy: .latest,
                zone: .utc),
            jobs: [(JSON("{}"), nil)], evaluateAt: nil)
        let answer = try await connection.transaction {
            try await RecordTicks.write(
                [decision], now: old, readAt: due.readAt.adding(.seconds(-31)), scheduler: "test", in: &$0)
        }
        #expect(answer.applied.isEmpty)
        #expect(try await ScheduleFixture.ticks(on: &connection).isEmpty)
    }

    @Test(
        "three schedulers over a fortnight with a night of each kind record every tick exactly once",
        .timeLimit(.minutes(2)))
    func many() async throws {
        let database = TestDatabase.current
        var connection = try await database.connect()
        let definitions = (0..<12).map { number in
            ScheduleFixture.schedule(
                "s\(number)", ["*/20 * * * *", "30 3 * * *", "0 */7 2-4 * * *", "every 45 minutes"][number % 4],
                policy: [CatchUpPolicy.all(count: 50, age: .seconds(200_000)), .latest, .skip][number % 3])
        }
        let begin = ScheduleFixture.instant("2026-10-18T00:00:00Z")
        let end = begin.adding(.seconds(14 * 86_400))
        try await ScheduleFixture.add(definitions, decidedUntil: begin.description, on: &connection)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask {
                    var random = ScheduleDice(seed: UInt64(number))
                    var evaluator = ScheduleEvaluator(scheduler: "scheduler \(number)")
                    var connection = try await database.connect()
                    var now = begin
                    while now < end {
                        now = min(end, now.adding(.seconds(Int64.random(in: 60...60_000, using: &random))))
                        _ = try await evaluator.evaluate(on: &connection, at: now)
                    }
                    // Rows that another held were passed by; the end is reached for all.
                    while try await evaluator.evaluate(on: &connection, at: end).isBehind {}
                }
            }
            try await group.waitForAll()
        }
        let rows = try await connection.query(
            """
            select s.name, sum(t.ticks)::bigint, count(t.job_id), count(distinct t.job_id),
                   (select count(*) from rinda.jobs j where j.metadata ->> 'schedule' = s.name)
              from rinda.schedule s join rinda.tick t on t.schedule = s.name group by s.name
            """)
        #expect(rows.count == definitions.count)
        for row in rows {
            let name = try row.decode(0, as: String.self)
            let definition = try #require(definitions.first { $0.name == name })
            let expected = try definition.parsed().tickCount(after: begin, upTo: end, zone: ScheduleFixture.riga)
            #expect(try row.decode(1, as: Int64.self) == Int64(expected), "\(name)")
            let jobs = try row.decode(2, as: Int64.self)
            #expect(try row.decode(3, as: Int64.self) == jobs)
            #expect(try row.decode(4, as: Int64.self) == jobs)
        }
        // No two stretches of one schedule overlap.
        let overlaps = try await connection.query(
            """
            select a.schedule from rinda.tick a join rinda.tick b on b.schedule = a.schedule and b.tick < a.tick
             where b.tick >= coalesce(a.first_tick, a.tick)
            """)
        #expect(overlaps.isEmpty)
    }

    @Test("schedulers tell when they last evaluated, and a quiet one is seen")
    func presence() async throws {
        var connection = try await TestDatabase.current.connect()
        try await Schedules.present("host:1:x", version: "1", on: &connection)
        try await Schedules.present("host:1:x", version: "1", on: &connection)
        try await connection.execute(
            "insert into rinda.scheduler (name, version, evaluated_at) values ('old', '1', clock_timestamp() - interval '1 hour')"
        )
        var seen = try await Schedules.schedulers(on: &connection)
        #expect(seen.map(\.name) == ["host:1:x", "old"])
        #expect(seen[0].silence < .seconds(60) && seen[1].silence > .seconds(3500))
        #expect(seen[0].stoppedAt == nil)
        try await Schedules.depart("host:1:x", on: &connection)
        seen = try await Schedules.schedulers(on: &connection)
        #expect(seen[0].stoppedAt != nil)
    }

    @Test("old ticks are forgotten and new ones are kept")
    func prune() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.executeScript(
            """
            insert into rinda.tick (schedule, tick, outcome, job_id, recorded_by, recorded_at) values
                ('a', '2026-01-01', 'enqueued', 1, 'x', clock_timestamp() - interval '91 days'),
                ('a', '2026-05-01', 'enqueued', 2, 'x', clock_timestamp() - interval '1 day');
            """)
        #expect(try await Schedules.prune(on: &connection) == 1)
        #expect(try await ScheduleFixture.ticks(on: &connection) == ["a enqueued 2026-05-01T00:00:00Z"])
    }

    @Test("among ten thousand schedules the due ones are found by the index, and only they are touched")
    func tenThousand() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.executeScript(
            """
            insert into rinda.schedule (name, expression, zone, kind, decided_until, evaluate_at)
            select 's' || n, '0 9 * * *', 'UTC', 'diagnostic', '2026-01-01',
                   timestamptz '2026-01-01' + n * interval '1 minute'
              from generate_series(1, 10000) n;
            analyze rinda.schedule;
            """)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let evaluation = try await evaluator.evaluate(
            on: &connection, at: ScheduleFixture.instant("2026-01-01T00:05:00Z"))
        #expect(evaluation.moved == 5)
        let touched = try await connection.query("select count(*) from rinda.schedule where revision > 1")
        #expect(try touched[0].decode(0, as: Int64.self) == 5)
        for statement: SQL in [
            "select min(evaluate_at) from rinda.schedule",
            "select * from rinda.schedule s where s.evaluate_at <= '2026-01-01 00:05:00Z' order by s.evaluate_at limit 250",
        ] {
            let plan = try await connection.query("explain \(statement)").column(0, as: String.self).joined()
            #expect(plan.contains("schedule_evaluate"), "\(plan)")
        }
    }

    @Test("many missed ticks of many schedules are made up for in several transactions")
    func largeCatchUp() async throws {
        var connection = try await TestDatabase.current.connect()
        let policy = CatchUpPolicy.all(count: 600, age: .seconds(86_400))
        try await ScheduleFixture.add(
            (0..<4).map { ScheduleFixture.schedule("s\($0)", "every minute", policy: policy) },
            decidedUntil: "2026-01-01T00:00:00Z", on: &connection)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let evaluation = try await evaluator.evaluate(
            on: &connection, at: ScheduleFixture.instant("2026-01-01T12:00:00Z"))
        #expect(evaluation.fired.count == 2400 && evaluation.moved == 4)
        #expect(evaluation.skipped.map(\.ticks.count) == [120, 120, 120, 120])
    }
}
