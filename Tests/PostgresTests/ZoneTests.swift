import Civil
import Postgres
import TestSupport
import Testing

@Suite("Zone rules from PostgreSQL", .suiteEmptyDatabase)
struct ZoneTests {
    private func load(_ name: String, _ from: Int, _ through: Int) async throws -> ZoneRules {
        var connection = try await TestDatabase.current.connect()
        return try await ZoneRules.load(name, from: from, through: through, on: &connection)
    }

    @Test("Riga changes on the last Sundays of March and October at 01:00 UTC")
    func riga() async throws {
        let zone = try await load("Europe/Riga", 2026, 2026)
        #expect(zone.initialOffset == 7200)
        #expect(
            zone.transitions == [
                ZoneRules.Transition(at: Timestamp(iso: "2026-03-29T01:00:00Z")!, offset: 10_800),
                ZoneRules.Transition(at: Timestamp(iso: "2026-10-25T01:00:00Z")!, offset: 7200),
            ])
    }

    @Test("Lord Howe changes by half an hour")
    func lordHowe() async throws {
        let zone = try await load("Australia/Lord_Howe", 2025, 2025)
        #expect(zone.initialOffset == 39_600)
        #expect(
            zone.transitions == [
                ZoneRules.Transition(at: Timestamp(iso: "2025-04-05T15:00:00Z")!, offset: 37_800),
                ZoneRules.Transition(at: Timestamp(iso: "2025-10-04T15:30:00Z")!, offset: 39_600),
            ])
    }

    @Test("Casablanca goes back for Ramadan and forth after it")
    func casablanca() async throws {
        let zone = try await load("Africa/Casablanca", 2025, 2025)
        #expect(zone.initialOffset == 3600)
        #expect(
            zone.transitions == [
                ZoneRules.Transition(at: Timestamp(iso: "2025-02-23T02:00:00Z")!, offset: 0),
                ZoneRules.Transition(at: Timestamp(iso: "2025-04-06T02:00:00Z")!, offset: 3600),
            ])
    }

    @Test("Apia skipped a whole day at the end of 2011")
    func apia() async throws {
        let zone = try await load("Pacific/Apia", 2011, 2012)
        #expect(
            zone.transitions.contains(
                ZoneRules.Transition(at: Timestamp(iso: "2011-12-30T10:00:00Z")!, offset: 50_400)))
        let skipped = LocalDateTime(date: LocalDate(year: 2011, month: 12, day: 30)!, hour: 12)
        #expect(zone.resolve(skipped) == .gap(firstValid: Timestamp(iso: "2011-12-30T10:00:00Z")!))
    }

    @Test("UTC never changes")
    func utc() async throws {
        let zone = try await load("UTC", 2000, 2030)
        #expect(zone.initialOffset == 0)
        #expect(zone.transitions.isEmpty)
    }

    @Test(
        "The rules give the local time that PostgreSQL gives, around every transition and anywhere",
        arguments: [
            "Europe/Riga", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/New_York",
            "Asia/Kathmandu", "Europe/Dublin",
        ])
    func agrees(_ name: String) async throws {
        let zone = try await load(name, 1990, 2050)
        var instants = zone.transitions.flatMap { transition in
            [-1, 0, 1].map { transition.at.adding(.seconds($0)) }
        }
        let first = Timestamp(iso: "1990-01-01T00:00:00Z")!
        for step in 0..<2000 { instants.append(first.adding(.seconds(step * 961_747))) }
        var connection = try await TestDatabase.current.connect()
        let theirs: [LocalDateTime] = try await connection.query(
            """
            select instant at time zone \(name) from unnest(\(instants)) with ordinality as i (instant, number)
            order by number
            """
        ).column(0)
        #expect(theirs.count == instants.count)
        for (instant, local) in zip(instants, theirs) where zone.local(at: instant) != local {
            Issue.record("at \(instant) PostgreSQL shows \(local), the rules \(zone.local(at: instant))")
        }
    }

    @Test(
        "A name that PostgreSQL does not list is refused, even where it would take it as a rule of its own",
        arguments: ["Europe/Rīga", "Europe/Riga5", "XYZ5", "", "Etc/GMT+25", "Europe/Riga'; select 1"])
    func unknown(_ name: String) async throws {
        let error = await #expect(throws: PostgresError.self) { try await load(name, 2026, 2026) }
        #expect(error?.code == .unknownZone)
        #expect(error?.message.contains(name) == true)
    }
}
