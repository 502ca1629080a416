import Civil
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Every IANA zone and every transition from 2015 to 2037: what Python's zoneinfo says (`Tests/Reference/zones.py`),
/// what PostgreSQL says, and what schedules do.
@Suite("Every zone and every transition", .suiteDatabase)
struct AllZonesTests {
    @Test("fixed-time ticks fire when zoneinfo and PostgreSQL say", .timeLimit(.minutes(5)))
    func all() async throws {
        let reference = try ZoneReference.read(first: 2015, last: 2037)
        #expect(reference.zones.count > 400)
        #expect(reference.probes.count > 10_000)
        #expect(Set(reference.probes.map(\.kind)) == ["once", "gap", "fold"])
        try await comparePostgreSQL(reference)
        try await compareTicks(reference)
    }

    /// PostgreSQL's wall clock at each instant, in every zone: the local time asked for, or in a gap the first later one.
    /// The few names that it takes for abbreviations are asked for by their places, as schedules do.
    private func comparePostgreSQL(_ reference: ZoneReference) async throws {
        var connection = try await TestDatabase.current.connect()
        let probes = reference.probes
        let rows = try await connection.query(
            """
            select z.name || ' ' || p.local
              from unnest(\(reference.zones.map { ScheduleSurroundings.places[$0.name] ?? $0.name }), \(reference.zones.map(\.group))) as z (name, grp)
              join unnest(\(probes.map(\.group)), \(probes.map(\.local.description)), \(probes.map(\.instant)),
                          \(probes.map { $0.kind == "gap" })) as p (grp, local, instant, gap) using (grp)
             cross join lateral (
                   select p.instant at time zone z.name as shown,
                          (p.instant - interval '1 second') at time zone z.name as before) s
             where case when p.gap then not (s.before < p.local::timestamp and s.shown > p.local::timestamp)
                        else s.shown <> p.local::timestamp end
             limit 20
            """)
        let faults = try rows.column(0, as: String.self)
        #expect(faults == [])
    }

    /// Schedules with the zone rules that PostgreSQL gives, one zone for each history.
    private func compareTicks(_ reference: ZoneReference) async throws {
        let database = TestDatabase.current
        let groups = Dictionary(grouping: reference.probes, by: \.group).sorted { $0.key < $1.key }
        try await withThrowingTaskGroup(of: [String].self) { tasks in
            for half in 0..<2 {
                tasks.addTask {
                    var connection = try await database.connect()
                    var faults: [String] = []
                    for (index, (group, probes)) in groups.enumerated() where index % 2 == half {
                        let zone = try await ZoneRules.load(group, from: 2014, through: 2038, on: &connection)
                        faults += try probes.compactMap { try Self.fault($0, in: zone) }
                    }
                    return faults
                }
            }
            for try await faults in tasks {
                #expect(faults.isEmpty, "\(faults.count) faults, among them \(faults.prefix(5))")
            }
        }
    }

    /// What is wrong about the tick of a local time; nil where nothing is.
    private static func fault(_ probe: ZoneReference.Probe, in zone: ZoneRules) throws -> String? {
        let local = probe.local
        let expression = try ScheduleExpression(
            parsing: "\(local.second) \(local.minute) \(local.hour) \(local.date.day) \(local.date.month) *")
        let tick = expression.nextTick(after: probe.instant.adding(.seconds(-100_000)), zone: zone)
        guard tick?.instant == probe.instant, (tick?.note != nil) == (probe.kind != "once") else {
            return "\(zone.name) \(local) \(probe.kind): \(String(describing: tick)), not \(probe.instant)"
        }
        // It does not fire again before the next year.
        let next = expression.nextTick(after: probe.instant, zone: zone)
        guard let next, next.instant.duration(since: probe.instant) > .seconds(300 * 86_400) else {
            return "\(zone.name) \(local) fires again at \(String(describing: next))"
        }
        // What follows UTC beats evenly across it.
        let beats = try ScheduleExpression(parsing: "*/20 * * * *")
            .ticks(after: probe.instant.adding(.seconds(-3601)), count: 6, zone: zone)
        let steps = zip(beats.dropFirst(), beats).map { $0.instant.duration(since: $1.instant) }
        return steps == Array(repeating: .seconds(1200), count: 5) ? nil : "\(zone.name) near \(local) beats \(steps)"
    }
}

/// What `Tests/Reference/zones.py` prints.
private struct ZoneReference {
    struct Probe {
        let group: String
        let local: LocalDateTime
        let instant: Timestamp
        let kind: String
    }

    var zones: [(name: String, group: String)] = []
    var probes: [Probe] = []

    static func read(first: Int, last: Int) throws -> ZoneReference {
        var script = URL(filePath: #filePath)
        for _ in 0..<3 { script.deleteLastPathComponent() }
        script.append(path: "Reference/zones.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path, "\(first)", "\(last)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try parse(String(decoding: data, as: UTF8.self))
    }

    private static func parse(_ text: String) throws -> ZoneReference {
        var reference = ZoneReference()
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            if fields[0] == "zone" {
                reference.zones.append((fields[1], fields[2]))
            } else {
                let instant = try #require(Int64(fields[3]))
                let local = try #require(Timestamp(iso: fields[2] + "Z"))
                reference.probes.append(
                    Probe(
                        group: fields[1], local: LocalDateTime(secondsSince2000: local.seconds),
                        instant: Timestamp(seconds: instant - 946_684_800), kind: fields[4]))
            }
        }
        return reference
    }
}
