import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

@Suite("Verbs on schedules", .database)
struct ScheduleVerbTests {
    private func audit(on connection: inout Connection) async throws -> [String] {
        try await connection.query("select action || ' ' || object from rinda.audit order by seq").column(
            0, as: String.self)
    }

    @Test("a schedule is added once, with its record in the audit trail")
    func add() async throws {
        var connection = try await TestDatabase.current.connect()
        let definition = ScheduleFixture.schedule("nightly", "30 2 * * *")
        try await connection.transaction { try await Schedules.add(definition, reason: "wanted", in: &$0) }
        let again = await #expect(throws: ScheduleError.self) {
            try await connection.transaction { try await Schedules.add(definition, in: &$0) }
        }
        #expect(again?.code == .exists)
        let stored = try await Schedules.definition(of: "nightly", on: &connection)
        #expect(stored == definition)
        #expect(try await audit(on: &connection) == ["schedule.add schedule nightly"])
        let rows = try await connection.query(
            "select actor = session_user, reason, after ->> 'expression' from rinda.audit")
        #expect(try rows[0].decode(0, as: Bool.self))
        #expect(try rows[0].decode(1, as: String.self) == "wanted")
        #expect(try rows[0].decode(2, as: String.self) == "30 2 * * *")
    }

    @Test("what is not allowed is refused and named")
    func refused() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute(
            "insert into rinda.calendar_day (calendar, date, kind, name) values ('LV', '2026-11-18', 'HOLIDAY', 'x')")
        let good = ScheduleFixture.schedule("good", "@daily")
        let cases: [(String, ScheduleError.Code, (inout ScheduleDefinition) -> Void)] = [
            ("\"Bad\"", .invalidDefinition, { $0.name = "Bad" }),
            ("position 3", .outOfRange, { $0.expression = "0 25 * * *" }),
            ("Europe/Rga", .unknownZone, { $0.zone = "Europe/Rga" }),
            ("EET", .unknownZone, { $0.zone = "EET-2" }),
            ("nonesuch", .invalidDefinition, { $0.kind = "nonesuch" }),
            ("\"Q\"", .invalidDefinition, { $0.queue = "Q" }),
            ("priority 40000", .invalidDefinition, { $0.priority = 40_000 }),
            ("{day}", .invalidDefinition, { $0.args = JSON(#"{"a": "{day}"}"#) }),
            ("object", .invalidDefinition, { $0.args = JSON("[1]") }),
            ("object", .invalidDefinition, { $0.args = JSON("{") }),
            ("{day}", .invalidDefinition, { $0.uniqueKey = "{day}" }),
            ("known are LV", .unknownCalendar, { $0.expression = "wd of week at 09:00 on LT" }),
            ("1-10000", .invalidDefinition, { $0.policy = .all(count: 0, age: .seconds(1)) }),
        ]
        for (text, code, edit) in cases {
            var bad = good
            edit(&bad)
            let definition = bad
            let error = await #expect(throws: ScheduleError.self) {
                try await connection.transaction { try await Schedules.add(definition, in: &$0) }
            }
            #expect(error?.code == code, "\(text)")
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        }
        #expect(try await Schedules.list(on: &connection).isEmpty)
        #expect(try await audit(on: &connection).isEmpty)
    }

    @Test("a kind outside the catalogue is accepted where that is asked for")
    func unknownKind() async throws {
        var connection = try await TestDatabase.current.connect()
        var definition = ScheduleFixture.schedule("other", "@daily")
        definition.kind = "elsewhere.job"
        let other = definition
        try await connection.transaction { try await Schedules.add(other, allowUnknownKind: true, in: &$0) }
        #expect(try await Schedules.list("other", on: &connection).first?.definition.kind == "elsewhere.job")
    }

    @Test("a change is recorded with before and after, and none is recorded where nothing differs")
    func change() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add([ScheduleFixture.schedule("nightly", "30 2 * * *")], on: &connection)
        let changed = try await connection.transaction { transaction in
            try await Schedules.change("nightly", in: &transaction) {
                $0.expression = "30 4 * * *"
                $0.priority = 5
            }
        }
        let same = try await connection.transaction { transaction in
            try await Schedules.change("nightly", in: &transaction) { $0.args = JSON(#"{ "at":"{tick}" }"#) }
        }
        #expect(changed)
        #expect(!same)
        let rows = try await connection.query(
            """
            select before ->> 'expression', after ->> 'expression', after ->> 'priority' from rinda.audit
             where action = 'schedule.change'
            """)
        #expect(rows.count == 1)
        #expect(try rows[0].decode(0, as: String.self) == "30 2 * * *")
        #expect(try rows[0].decode(1, as: String.self) == "30 4 * * *")
        #expect(try rows[0].decode(2, as: String.self) == "5")
        let error = await #expect(throws: ScheduleError.self) {
            try await connection.transaction { transaction in
                _ = try await Schedules.change("absent", in: &transaction) { _ in }
            }
        }
        #expect(error?.code == .notFound)
    }

    @Test("a paused schedule is not evaluated, and resumed it does not fire for the pause")
    func pause() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("beat", "every minute")], decidedUntil: "2026-01-01T00:00:00Z", on: &connection)
        let paused = try await connection.transaction { try await Schedules.pause("beat", in: &$0) }
        let pausedAgain = try await connection.transaction { try await Schedules.pause("beat", in: &$0) }
        #expect(paused && !pausedAgain)
        var evaluator = ScheduleEvaluator(scheduler: "test")
        let idle = try await evaluator.evaluate(on: &connection)
        #expect(idle.fired.isEmpty && idle.moved == 0 && idle.nextEvaluation == nil)
        // A change leaves it paused.
        try await connection.transaction { transaction in
            _ = try await Schedules.change("beat", in: &transaction) { $0.expression = "every 2 minutes" }
        }
        #expect(try await Schedules.list(on: &connection).first?.pausedAt != nil)
        let resumed = try await connection.transaction { try await Schedules.resume("beat", in: &$0) }
        #expect(resumed)
        let after = try await evaluator.evaluate(on: &connection)
        #expect(after.fired.isEmpty && after.skipped.isEmpty && after.moved == 1)
        let trail = try await audit(on: &connection)
        #expect(
            trail.map { $0.split(separator: " ")[0] } == [
                "schedule.add", "schedule.pause", "schedule.change", "schedule.resume",
            ])
    }

    @Test("triggered by hand, a schedule enqueues now and its ticks go on as they were")
    func trigger() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add(
            [ScheduleFixture.schedule("yearly", "@yearly", args: #"{"by": "{schedule}"}"#)], on: &connection)
        try await connection.transaction { try await _ = Schedules.pause("yearly", in: &$0) }
        let answer = try await connection.transaction { try await Schedules.trigger("yearly", in: &$0) }
        #expect(answer.outcome == .inserted)
        let rows = try await connection.query(
            "select args ->> 'by', metadata ->> 'schedule' from rinda.jobs where id = \(answer.jobID)")
        #expect(try rows[0].decode(0, as: String.self) == "yearly")
        #expect(try rows[0].decode(1, as: String.self) == "yearly")
        let ticks = try await connection.query("select outcome, job_id from rinda.tick")
        #expect(try ticks[0].decode(0, as: String.self) == "triggered")
        #expect(try ticks[0].decode(1, as: Int64.self) == answer.jobID)
        #expect(try await audit(on: &connection).last == "schedule.trigger schedule yearly")
        #expect(try await Schedules.list(on: &connection).first?.pausedAt != nil)
    }

    @Test("a removed schedule is gone and its ticks stay")
    func remove() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add([ScheduleFixture.schedule("beat", "@daily")], on: &connection)
        try await connection.transaction { try await _ = Schedules.trigger("beat", in: &$0) }
        try await connection.transaction { try await Schedules.remove("beat", in: &$0) }
        #expect(try await Schedules.list(on: &connection).isEmpty)
        #expect(try await ScheduleFixture.ticks(on: &connection).count == 1)
        let error = await #expect(throws: ScheduleError.self) {
            try await connection.transaction { try await Schedules.remove("beat", in: &$0) }
        }
        #expect(error?.code == .notFound)
    }

    @Test("the preview knows the zone's gaps and the calendar's days from the database")
    func preview() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute(
            "insert into rinda.calendar_day (calendar, date, kind, name) values ('LV', '2026-11-18', 'HOLIDAY', 'x')")
        let gap = try await Schedules.preview(
            expression: "30 3 29 3 *", zone: "Europe/Riga", from: ScheduleFixture.instant("2026-01-01T00:00:00Z"),
            count: 1,
            on: &connection)
        #expect(gap.first?.localText == "2026-03-29T04:00:00+03:00")
        try await ScheduleFixture.add([ScheduleFixture.schedule("daily", "wd of week at 09:00 on LV")], on: &connection)
        let days = try await Schedules.preview(
            "daily", from: ScheduleFixture.instant("2026-11-17T12:00:00Z"), count: 1, on: &connection)
        #expect(days.first?.local.date == ScheduleFixture.date("2026-11-19"))
        let now = try await Schedules.preview("daily", on: &connection)
        #expect(now.count == 10)
    }

    @Test("a tick is shown as one JSON object with a note or null")
    func tickJSON() throws {
        let ticks = try ScheduleExpression(parsing: "30 3 * * *")
            .ticks(after: ScheduleFixture.instant("2026-10-24T12:00:00Z"), count: 2, zone: ScheduleFixture.riga)
        #expect(
            try JSONValue(encoding: ticks[1])
                == .object([
                    "tick": .string("2026-10-26T01:30:00Z"), "local": .string("2026-10-26T03:30:00+02:00"),
                    "note": .null,
                ]))
    }

    @Test("the system's schedules are installed once, and stay as an administrator left them")
    func defaults() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add([ScheduleFixture.schedule("archive.audit", "@yearly")], on: &connection)
        let first = try await connection.transaction {
            try await Schedules.installDefaults(zone: "Europe/Riga", in: &$0)
        }
        #expect(first == ["obligations.generate", "snapshot.compute", "reminders.evaluate"])
        try await connection.transaction { transaction in
            _ = try await Schedules.pause("snapshot.compute", in: &transaction)
            _ = try await Schedules.change("reminders.evaluate", in: &transaction) {
                $0.expression = "wd of week at 10:00 on LV"
            }
            try await Schedules.remove("obligations.generate", in: &transaction)
        }
        let before = try await connection.query("select name, revision, paused_at from rinda.schedule order by name")
            .map { "\(try $0.decode(0, as: String.self)) \(try $0.decode(1, as: Int64.self))" }
        let again = try await connection.transaction {
            try await Schedules.installDefaults(zone: "Europe/Riga", in: &$0)
        }
        #expect(again.isEmpty)
        let after = try await connection.query("select name, revision, paused_at from rinda.schedule order by name")
            .map { "\(try $0.decode(0, as: String.self)) \(try $0.decode(1, as: Int64.self))" }
        #expect(before == after)
        #expect(
            after.map { $0.split(separator: " ")[0] } == ["archive.audit", "reminders.evaluate", "snapshot.compute"])
    }

    @Test("every schedule of the system fires as its design says")
    func defaultTicks() throws {
        let expected = [
            "obligations.generate": "2026-08-01T06:00:00+03:00", "snapshot.compute": "2026-07-05T02:30:00+03:00",
            "reminders.evaluate": "2026-07-06T09:00:00+03:00", "archive.audit": "2026-08-01T03:30:00+03:00",
        ]
        for definition in Schedules.defaults(zone: "Europe/Riga") {
            let tick = try definition.parsed().nextTick(
                after: ScheduleFixture.instant("2026-07-04T12:00:00Z"), zone: ScheduleFixture.riga)
            #expect(tick?.localText == expected[definition.name])
        }
    }
}
