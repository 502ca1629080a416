import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker as a real process: signals and outages", .database, .serialized, .timeLimit(.minutes(5)))
struct WorkerDrainTests {
    private let system = WorkerSystem()

    @Test("a drain lets short jobs finish and gives long ones back as if they had not been claimed")
    func givesBack() async throws {
        try await withDaemon("rinda-worker", environment: system.environment(drain: 2)) { (worker) async throws in
            let long = try await system.enqueue(#"{"sleep_ms": 120000}"#)
            let short = try await system.enqueue(#"{"sleep_ms": 1000, "effect": true}"#)
            #expect(try await system.job(long, becomes: "running"))
            #expect(try await system.job(short, becomes: "running"))
            worker.send(SIGTERM)
            #expect(try await worker.end(within: .seconds(7)) == .exited(0))
            #expect(try await system.job(short).state == "completed")
            let record = try await system.job(long)
            #expect(record.state == "available")
            #expect(record.attempt == 0)
            #expect(record.crashes == 0)
        }
    }

    @Test("a second signal ends it at once")
    func endsAtOnce() async throws {
        try await withDaemon("rinda-worker", environment: system.environment(drain: 60)) { (worker) async throws in
            let job = try await system.enqueue(#"{"sleep_ms": 120000}"#)
            #expect(try await system.job(job, becomes: "running"))
            worker.send(SIGINT)
            #expect(try await eventually { worker.log.contains("drain") })
            worker.send(SIGINT)
            let end = try await worker.end(within: .seconds(3))
            #expect(end != nil && end != .exited(0))
        }
    }

    @Test("an unreachable server is waited for at the start, and only then does it say that it is ready")
    func waitsForServer() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        proxy.refuse()
        let environment = system.environment(database: proxy.settings(TestDatabase.current.settings))
        try await withDaemon("rinda-worker", environment: environment) { (worker) async throws in
            #expect(try await eventually { proxy.accepted >= 3 })
            #expect(worker.readyLines.isEmpty)
            #expect(worker.end == nil)
            proxy.recover()
            // It tries again within five seconds.
            #expect(try await worker.becomesReady(within: .seconds(8)))
            #expect(worker.readyLines.count == 1)
        }
    }

    @Test("a server that falls silent under acknowledged connections costs a running worker no restart")
    func survivesSilence() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        let environment = system.environment(database: proxy.settings(TestDatabase.current.settings), lease: 2)
        try await withDaemon("rinda-worker", environment: environment) { (worker) async throws in
            #expect(try await worker.becomesReady())
            proxy.fallSilent()
            let job = try await system.enqueue(#"{"effect": true}"#)
            #expect(try await eventually { worker.log.contains("lease is lost") })
            proxy.recover()
            #expect(try await system.job(job, becomes: "completed"))
            #expect(try await system.effects(of: job) == 1)
            #expect(worker.end == nil)
            #expect(worker.readyLines.count == 1)
        }
    }

    @Test("told to stop while the server is silent, it ends with an error within drain timeout, lease and five seconds")
    func stopsInSilence() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        let environment = system.environment(
            database: proxy.settings(TestDatabase.current.settings), lease: 2, drain: 1)
        try await withDaemon("rinda-worker", environment: environment) { (worker) async throws in
            #expect(try await worker.becomesReady())
            let job = try await system.enqueue(#"{"sleep_ms": 60000}"#)
            #expect(try await system.job(job, becomes: "running"))
            proxy.fallSilent()
            worker.send(SIGTERM)
            let end = try await worker.end(within: .seconds(8))
            #expect(end != nil && end != .exited(0))
        }
    }

    @Test("told to stop before the server has ever answered, it ends")
    func stopsBeforeStart() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        proxy.fallSilent()
        let environment = system.environment(
            database: proxy.settings(TestDatabase.current.settings), lease: 2, drain: 1)
        try await withDaemon("rinda-worker", environment: environment) { (worker) async throws in
            #expect(try await eventually { proxy.accepted >= 1 })
            worker.send(SIGTERM)
            #expect(try await worker.end(within: .seconds(8)) != nil)
            #expect(worker.readyLines.isEmpty)
        }
    }
}

@Suite("A worker as a real process: what it refuses", .timeLimit(.minutes(2)))
struct WorkerRefusalTests {
    @Test("a database that was never migrated is refused with what to do", .emptyDatabase)
    func refusesMissingSchema() async throws {
        let environment = ["RINDA_DATABASE_URL": TestDatabase.current.settings.conninfo]
        try await withDaemon("rinda-worker", environment: environment) { (worker) async throws in
            let end = try #require(try await worker.end(within: .seconds(20)))
            #expect(end != .exited(0))
            #expect(worker.log.contains("rinda migrate"))
            #expect(worker.readyLines.isEmpty)
        }
    }

    @Test("a misspelt option, and no database's address, are wrong usage")
    func refusesUsage() async throws {
        try await withDaemon("rinda-worker", ["--hepl"], environment: [:]) { (worker) async throws in
            #expect(try await worker.end(within: .seconds(10)) == .exited(64))
            #expect(worker.log.contains("--hepl"))
        }
        try await withDaemon("rinda-worker", environment: [:]) { (worker) async throws in
            let end = try #require(try await worker.end(within: .seconds(10)))
            #expect(end != .exited(0))
            #expect(worker.log.contains("RINDA_DATABASE_URL"))
        }
    }

    @Test("help and version are printed and nothing is started")
    func helps() async throws {
        try await withDaemon("rinda-worker", ["--help"], environment: [:]) { (worker) async throws in
            #expect(try await worker.end(within: .seconds(10)) == .exited(0))
            #expect(worker.log.contains("RINDA_WORKER_QUEUES"))
        }
        try await withDaemon("rinda-worker", ["--version"], environment: [:]) { (worker) async throws in
            #expect(try await worker.end(within: .seconds(10)) == .exited(0))
            #expect(worker.log.contains("rinda-worker "))
        }
    }
}
