import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker as a real process: jobs", .database, .serialized, .timeLimit(.minutes(5)))
struct WorkerJobTests {
    private let system = WorkerSystem()

    @Test("with the database's address alone it says once that it is ready, and ends with 0 when told to stop")
    func startsAndStops() async throws {
        let address = ["RINDA_DATABASE_URL": TestDatabase.current.settings.conninfo]
        try await withDaemon("rinda-worker", environment: address) { (worker) async throws in
            #expect(try await worker.becomesReady())
            let job = try await system.enqueue("{}")
            #expect(try await system.job(job, becomes: "completed"))
            #expect(try await system.job(job).attemptedBy?.contains(":\(worker.pid):") == true)
            worker.send(SIGTERM)
            #expect(try await worker.end(within: .seconds(10)) == .exited(0))
            #expect(worker.readyLines.count == 1)
        }
    }

    @Test("an output comes back digit for digit, and unknown keys are ignored")
    func keepsOutput() async throws {
        let output = #"{"a": [1.10, 123456789012345678901234567890, -0.0, 1e3], "ā": null}"#
        try await withDaemon("rinda-worker", environment: system.environment()) { (_) async throws in
            let job = try await system.enqueue(#"{"output": \#(output), "other": true}"#)
            let silent = try await system.enqueue("{}")
            #expect(try await system.job(job, becomes: "completed"))
            let kept = try await system.pool.query("select \(output)::jsonb::text")[0].decode(0, as: String.self)
            #expect(try await system.job(job).output == kept)
            #expect(try await system.job(silent, becomes: "completed"))
            #expect(try await system.job(silent).output == nil)
        }
    }

    @Test("a job that is told to fail twice completes with its third attempt and one effect")
    func retries() async throws {
        try await withDaemon("rinda-worker", environment: system.environment()) { (_) async throws in
            let job = try await system.enqueue(#"{"fail_times": 2, "effect": true}"#)
            #expect(try await system.job(job, becomes: "completed"))
            #expect(try await system.job(job).attempt == 3)
            #expect(try await system.job(job).errors.map(\.reason) == ["failed", "failed"])
            #expect(try await system.effects(of: job) == 1)
        }
    }

    @Test(
        "arguments of a wrong type discard the job at its first attempt and name the path",
        arguments: [
            (#"{"sleep_ms": "long"}"#, "sleep_ms"), (#"{"fail_times": 1.5}"#, "fail_times"),
            (#"{"effect": 1}"#, "effect"), (#"{"crash_times": []}"#, "crash_times"),
        ])
    func refusesArgs(args: String, path: String) async throws {
        try await withDaemon("rinda-worker", environment: system.environment()) { (_) async throws in
            let job = try await system.enqueue(args)
            #expect(try await system.job(job, becomes: "discarded"))
            let record = try await system.job(job)
            #expect(record.attempt == 1)
            #expect(record.errors.map(\.reason) == ["args"])
            #expect(record.errors.last?.message.contains(path) == true)
        }
    }

    @Test("a full queue is worked off as fast as its slots allow, however empty the other queues are")
    func worksOffBacklog() async throws {
        try await system.pool.execute("select rinda.enqueue('diagnostic') from generate_series(1, 200)")
        // Waiting for the poll after each ten would take three minutes.
        try await withDaemon("rinda-worker", environment: system.environment(["RINDA_POLL_INTERVAL": "10"])) {
            (_) async throws in
            let isDone = try await eventually(within: .seconds(20)) {
                try await system.pool.query("select not exists (select from rinda.job)")[0].decode(0, as: Bool.self)
            }
            #expect(isDone)
        }
    }

    @Test("killing workers with SIGKILL loses no job and doubles no effect")
    func survivesKills() async throws {
        let environment = system.environment(["RINDA_WORKER_QUEUES": "default:4"])
        var jobs: [Int64] = []
        for _ in 0..<24 { jobs.append(try await system.enqueue(#"{"sleep_ms": 150, "effect": true}"#)) }
        let all = jobs
        func completed() async throws -> Int {
            Int(
                try await system.pool.query(
                    "select count(*) from rinda.jobs where id = any(\(all)) and state = 'completed'")[0]
                    .decode(0, as: Int64.self))
        }
        let first = try DaemonProcess("rinda-worker", environment: environment)
        #expect(try await eventually { try await completed() >= 4 })
        first.send(SIGKILL)
        #expect(try await first.end(within: .seconds(5)) == .killed(SIGKILL))
        try await withDaemon("rinda-worker", environment: environment) { (_) async throws in
            #expect(try await eventually(within: .seconds(40)) { try await completed() == all.count })
        }
        for job in all {
            #expect(try await system.effects(of: job) == 1)
            #expect(try await system.job(job).attempt == 1)
        }
        // Whoever ran when the process was killed counts one crash, and nobody else does.
        let crashed = try await system.pool.query(
            "select count(*), max(crashes) from rinda.jobs where id = any(\(all)) and crashes > 0")[0]
        #expect(try crashed.decode(0, as: Int64.self) <= 4)
        #expect(try crashed.decode(1, as: Int32?.self) ?? 0 <= 1)
    }
}
