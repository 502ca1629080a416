import ChaosHistory
import Foundation
import Migrations
import Postgres
import Queue
import Synchronization

/// Runs real workers and schedulers under faults that follow from a printed seed, records what happens to every job, and
/// reads the history for what must never happen.
@main
struct RindaChaos {
    static func main() async {
        do {
            let plan = try Plan(Array(CommandLine.arguments.dropFirst()))
            exit(try await run(plan) ? 0 : 1)
        } catch {
            say("rinda-chaos: \(error)")
            exit(2)
        }
    }

    private static let schedule = "chaos.beat"
    private static let beat = 2

    private static func run(_ plan: Plan) async throws -> Bool {
        say("chaos: seed \(plan.seed), \(plan.seconds) s, \(plan.workers) workers")
        let server = Server(settings: plan.settings, startCommand: plan.startCommand)
        try await prepare(server, plan)
        let fleet = try Fleet(plan)
        try fleet.startAll()
        let load = Load(server)
        let keeping = Task { try await fleet.keepRunning() }
        let loading = (1...3).map { number in Task { await load.run(seed: plan.seed &+ UInt64(number)) } }
        let watch = Watch(server)
        let watching = Task { await watch.run() }
        var faults = Faults(plan, fleet, server)
        try await faults.inject(until: .now + .seconds(plan.seconds))
        load.stop()
        for task in loading { await task.value }
        try await server.waitUntilUp()
        var connection = try await Connection.connect(server.settings)
        try await connection.execute("delete from rinda.schedule where name = \(schedule)")
        if plan.expiresEarly { try await Recorder.expireInTime(on: &connection) }
        connection.close()

        var checker = Checker()
        say("no more faults; waiting for every job's end")
        try await settleDown(server)
        for violation in try await probeSlots(plan, server) { checker.note(violation) }
        for violation in try await checkTicks(server) { checker.note(violation) }
        watch.stop()
        await watching.value
        for violation in watch.violations { checker.note(violation) }
        for wrong in await fleet.end() { checker.note(Violation(.leakedSlot, wrong)) }
        _ = try? await keeping.value
        try await read(server, into: &checker)
        checker.end(acknowledged: Set(load.acknowledged))

        for violation in checker.violations.prefix(50) { say("violation: \(violation)") }
        let kinds = faults.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        say(
            "faults: \(kinds.joined(separator: ", ")); processes restarted after crashes: \(fleet.restarts.load(ordering: .relaxed))"
        )
        print(
            "chaos: seed \(plan.seed): \(faults.total) faults injected, \(checker.events) events checked, "
                + "\(load.acknowledged.count) enqueues acknowledged, \(checker.violations.count) violations")
        guard faults.total >= plan.leastFaults, checker.events >= plan.leastEvents else {
            say(
                "too little happened to count: at least \(plan.leastFaults) faults and \(plan.leastEvents) events are due"
            )
            return false
        }
        return checker.violations.isEmpty
    }

    private static func prepare(_ server: Server, _ plan: Plan) async throws {
        var connection = try await Connection.connect(server.settings)
        try await Migrator(Migrations.all).migrate(on: &connection)
        try await Recorder.install(on: &connection)
        if plan.expiresEarly { try await Recorder.expireEarly(on: &connection) }
        if plan.lacksFence { try await Recorder.removeFence(on: &connection) }
        try await connection.transaction { transaction in
            try await Schedules.add(
                ScheduleDefinition(
                    name: schedule, expression: "every \(beat) seconds", zone: "UTC", kind: "diagnostic",
                    args: JSON("{\"effect\": true, \"beat\": \"{tick}\"}"),
                    policy: .all(count: 1_000, age: .seconds(3_600))),
                in: &transaction)
        }
        connection.close()
    }

    /// Waits until every job is final; what is not by then shows in the history.
    private static func settleDown(_ server: Server) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let rows = try await server.query("select count(*) from rinda.job")
            if try rows[0].decode(0, as: Int64.self) == 0 { return }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Every slot of every worker must come back: as many sleeping jobs as there are slots run at the same time.
    private static func probeSlots(_ plan: Plan, _ server: Server) async throws -> [Violation] {
        let all = plan.workers * plan.slots
        try await server.query(
            """
            select rinda.enqueue_many(\(Array(repeating: "diagnostic", count: all)),
                                      \(Array(repeating: JSON("{\"sleep_ms\": 6000}"), count: all)))
            """)
        var most: Int64 = 0
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline, most < all {
            let rows = try await server.query(
                "select count(*) from rinda.jobs where state = 'running' and args = '{\"sleep_ms\": 6000}'")
            most = max(most, try rows[0].decode(0, as: Int64.self))
            try await Task.sleep(for: .milliseconds(100))
        }
        try await settleDown(server)
        return most == all ? [] : [Violation(.leakedSlot, "\(most) of \(all) slots came back")]
    }

    /// Every tick between the first and the last was decided once, and each that was enqueued has one job.
    private static func checkTicks(_ server: Server) async throws -> [Violation] {
        let rows = try await server.query(
            """
            select count(*), count(distinct t.tick),
                   coalesce(extract(epoch from max(t.tick) - min(t.tick))::bigint / \(Int64(beat)) + 1, 0),
                   count(*) filter (where t.outcome in ('skipped', 'existing')),
                   (select count(*) from rinda.jobs j where j.args ? 'beat'),
                   (select count(distinct j.args ->> 'beat') from rinda.jobs j where j.args ? 'beat')
              from rinda.tick t where t.schedule = \(schedule) and t.outcome <> 'triggered'
            """)
        let numbers = try (0..<6).map { try rows[0].decode($0, as: Int64.self) }
        say("ticks: \(numbers[0]) recorded, \(numbers[2]) due, \(numbers[4]) enqueued")
        var violations: [Violation] = []
        if numbers[0] != numbers[2] || numbers[1] != numbers[0] {
            violations.append(Violation(.tick, "\(numbers[0]) ticks are recorded where \(numbers[2]) were due"))
        }
        if numbers[4] != numbers[5] || numbers[4] + numbers[3] != numbers[0] {
            violations.append(
                Violation(
                    .tick,
                    "\(numbers[0]) ticks made \(numbers[4]) jobs of \(numbers[5]) instants, \(numbers[3]) were passed over"
                ))
        }
        return violations
    }

    private static func read(_ server: Server, into checker: inout Checker) async throws {
        var connection = try await Connection.connect(server.settings)
        var last: Int64 = 0
        while true {
            let events = try await Recorder.read(after: last, on: &connection)
            guard let end = events.last else { break }
            last = end.number
            for event in events { checker.read(event) }
        }
        connection.close()
    }
}
