import ArgumentParser
import Foundation
import Postgres
import Queue

/// The whole benchmark: engine and floor in turn, a fresh database each time, the median of five.
struct RunAll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs the benchmark.")

    @Option(help: "The server, without a database.") var url: String
    @Option(help: "Runs of each figure.") var runs = 5
    @Option(help: "Jobs of a drain.") var jobs = 500_000
    @Option(help: "Jobs of a pinned run.") var pinnedJobs = 1_000_000
    @Option(help: "Handlers at a time in a worker.") var concurrency = 2000
    @Option(help: "Seconds of the idle worker.") var idleSeconds = 60
    @Option(help: "Only the figures whose name begins with one of these, separated by commas.") var only = ""

    func run() async throws {
        let server = Server(url: url)
        try await server.makeTemplate()
        var settings = try await server.settings()
        settings["concurrency"] = "\(concurrency)"
        let bench = Benchmark(server: server, settings: settings, runs: runs, concurrency: concurrency)
        func wanted(_ group: String) -> Bool {
            only.isEmpty || only.split(separator: ",").contains { group.hasPrefix($0) }
        }
        if wanted("enqueue") { try await bench.enqueue() }
        if wanted("drain") { try await bench.drain(jobs: jobs) }
        if wanted("pickup") { try await bench.pickup(samples: 1_000) }
        if wanted("wal") { try await bench.wal(jobs: 100_000) }
        if wanted("pinned") { try await bench.pinned(jobs: pinnedJobs, backlog: 10_000) }
        if wanted("idle") { try await bench.idle(seconds: idleSeconds) }
    }
}

/// What the figures share.
struct Benchmark {
    let server: Server
    let settings: [String: String]
    let runs: Int
    let concurrency: Int

    func report(_ metric: String, _ unit: String, _ runs: [Double], _ more: [String: String] = [:]) {
        Measurement(metric: metric, unit: unit, runs: runs, settings: settings.merging(more) { $1 }).print()
    }

    /// Puts no-op jobs into a fresh database.
    func load(_ jobs: Int, kind: String = "noop", into url: String) async throws {
        var connection = try await Connection.connect(ConnectionSettings(url))
        try await connection.execute(
            """
            insert into rinda.job (kind, queue, priority, args)
            select \(kind), 'default', 0, jsonb_build_object('n', i) from generate_series(1, \(jobs)::bigint) i
            """)
    }

    func worker(_ url: String, _ more: [String] = []) throws -> Subprocess {
        try Subprocess(["worker", "--url", url, "--concurrency", "\(concurrency)"] + more, readsError: true)
    }
}
