import Civil
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Queue

@Suite("Syncing a file of schedules", .database)
struct ScheduleSyncTests {
    private func sync(
        _ definitions: [ScheduleDefinition], _ source: String, on connection: inout Connection
    ) async throws -> ScheduleSyncReport {
        try await connection.transaction { try await Schedules.sync(definitions, source: source, in: &$0) }
    }

    @Test("a file's schedules are added, changed and removed, and a second sync changes nothing")
    func whole() async throws {
        var connection = try await TestDatabase.current.connect()
        let one = ScheduleFixture.schedule("one", "@daily", args: #"{"b": 1, "a": "{date}"}"#)
        let two = ScheduleFixture.schedule("two", "@hourly", policy: .all(count: 5, age: .seconds(3600)))
        let first = try await sync([one, two], "a.yaml", on: &connection)
        #expect(first.added == ["one", "two"])
        let audits = try await connection.query("select count(*) from rinda.audit")[0].decode(0, as: Int64.self)
        let second = try await sync([one, two], "a.yaml", on: &connection)
        #expect(second == ScheduleSyncReport(unchanged: ["one", "two"]))
        #expect(try await connection.query("select count(*) from rinda.audit")[0].decode(0, as: Int64.self) == audits)
        var changed = one
        changed.expression = "@weekly"
        let third = try await sync([changed], "a.yaml", on: &connection)
        #expect(third == ScheduleSyncReport(changed: ["one"], removed: ["two"]))
    }

    @Test("what another file or a person owns is neither changed nor removed")
    func ownership() async throws {
        var connection = try await TestDatabase.current.connect()
        try await ScheduleFixture.add([ScheduleFixture.schedule("mine", "@daily")], on: &connection)
        _ = try await sync([ScheduleFixture.schedule("one", "@daily")], "a.yaml", on: &connection)
        let other = try await sync([ScheduleFixture.schedule("two", "@daily")], "b.yaml", on: &connection)
        #expect(other == ScheduleSyncReport(added: ["two"]))
        #expect(try await Schedules.list(on: &connection).map(\.definition.name) == ["mine", "one", "two"])
        let clashing = [
            ScheduleFixture.schedule("mine", "@hourly"), ScheduleFixture.schedule("one", "@hourly"),
            ScheduleFixture.schedule("new", "0 99 * * *"),
        ]
        let error = await #expect(throws: ScheduleError.self) {
            _ = try await sync(clashing, "b.yaml", on: &connection)
        }
        // Every fault is told at once, and nothing has changed.
        #expect(error?.message.contains("schedule mine: it was added by hand") == true)
        #expect(error?.message.contains("schedule one: it belongs to a.yaml") == true)
        #expect(error?.message.contains("schedule new: position 3") == true)
        #expect(
            try await Schedules.list(on: &connection).map(\.definition.expression) == ["@daily", "@daily", "@daily"])
    }

    @Test("a paused schedule stays paused when its file changes it")
    func staysPaused() async throws {
        var connection = try await TestDatabase.current.connect()
        _ = try await sync([ScheduleFixture.schedule("one", "@daily")], "a.yaml", on: &connection)
        try await connection.transaction { try await _ = Schedules.pause("one", in: &$0) }
        _ = try await sync([ScheduleFixture.schedule("one", "@hourly")], "a.yaml", on: &connection)
        let status = try #require(try await Schedules.list(on: &connection).first)
        #expect(status.pausedAt != nil)
        #expect(status.definition.expression == "@hourly")
    }

    @Test("a file is read with its defaults")
    func file() throws {
        let text = """
            {"owner": "region", "schedules": {
              "b": {"expression": "@daily", "kind": "diagnostic"},
              "a": {"expression": "every minute", "kind": "diagnostic", "zone": "UTC", "queue": "fast", "priority": -1,
                    "args": {"n": 1, "f": 0.5, "s": ["{date}", null, true]}, "unique_key": "{tick}", "policy": "all",
                    "catch_up_count": 3, "catch_up_seconds": 60}}}
            """
        let file = try JSONDecoder().decode(ScheduleFile.self, from: Data(text.utf8))
        #expect(file.owner == "region")
        let definitions = file.definitions(zone: "Europe/Riga")
        #expect(definitions.map(\.name) == ["a", "b"])
        #expect(definitions[0].policy == .all(count: 3, age: .seconds(60)))
        #expect(definitions[0].args.text == #"{"f":0.5,"n":1,"s":["{date}",null,true]}"#)
        #expect(definitions[1].zone == "Europe/Riga")
        #expect(definitions[1].policy == .latest)
        #expect(definitions[1].args.text == "{}")
    }

    @Test(
        "a slip in a file is refused and named",
        arguments: [
            (#"{"schedules": {"a": {"expression": "@daily", "kind": "x", "polcy": "all"}}}"#, "polcy"),
            (#"{"schedule": {}}"#, "schedule"),
            (#"{"schedules": {"a": {"expression": "@daily", "kind": "x", "policy": "none"}}}"#, "latest, all and skip"),
            (
                #"{"schedules": {"a": {"expression": "@daily", "kind": "x", "catch_up_count": 1}}}"#,
                "only with policy all"
            ),
        ])
    func slips(text: String, named: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ScheduleFile.self, from: Data(text.utf8))
        }
        #expect(error.map { "\($0)" }?.contains(named) == true)
    }
}
