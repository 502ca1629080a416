import Foundation
import Postgres

/// Draining half a million jobs with one and two processes, engine and floor in turn.
extension Benchmark {
    func drain(jobs: Int) async throws {
        var memory: [Double] = []
        for processes in [1, 2] {
            let batch = try await bestBatch(jobs: jobs, processes: processes)
            var engine: [Double] = []
            var floor: [Double] = []
            for round in 1...runs {
                say("drain_\(processes) \(round)/\(runs)")
                let (rate, peak) = try await drainEngine(jobs: jobs, processes: processes)
                engine.append(rate)
                if processes == 1 { memory.append(peak) }
                floor.append(try await drainFloor(jobs: jobs, processes: processes, batch: batch))
            }
            report("drain_\(processes)", "jobs/s", engine, ["jobs": "\(jobs)"])
            report("limit_drain_\(processes)", "jobs/s", floor, ["jobs": "\(jobs)", "batch": "\(batch)"])
        }
        report("worker_rss_mb", "MB", memory)
    }

    /// The batch with which the floor is fastest.
    private func bestBatch(jobs: Int, processes: Int) async throws -> Int {
        var best = (batch: 0, rate: 0.0)
        for batch in [100, 300, 1000, 3000] {
            let rate = try await drainFloor(jobs: jobs / 4, processes: processes, batch: batch)
            say("floor of \(processes), batch \(batch): \(Int(rate)) jobs/s")
            if rate > best.rate { best = (batch, rate) }
        }
        return best.batch
    }

    /// From the first handler's start until `rinda.jobs` shows none unfinished.
    private func drainEngine(jobs: Int, processes: Int) async throws -> (rate: Double, peak: Double) {
        let url = try await server.fresh()
        try await load(jobs, into: url)
        try await server.settle(url)
        let workers = try (0..<processes).map { _ in try worker(url) }
        var connection = try await Connection.connect(ConnectionSettings(url))
        while true {
            // `rinda.job` is what `rinda.jobs` shows as unfinished; an index probe, so that looking costs nothing.
            let left = try await connection.query("select exists (select from rinda.job)")[0].decode(0, as: Bool.self)
            if !left { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let last = monotonicNow()
        let unfinished = try await connection.query(
            "select count(*) from rinda.jobs where state <> 'completed' or attempt <> 1 or finalized_at is null"
        )[0].decode(0, as: Int64.self)
        precondition(unfinished == 0, "\(unfinished) jobs are not completed as they should be")
        for worker in workers { worker.stop() }
        var first = UInt64.max
        var peak = 0.0
        for worker in workers {
            let words = (worker.line(beginningWith: "first") ?? "").split(separator: " ")
            if words.count >= 4 {
                if let instant = UInt64(words[1]), instant > 0 { first = min(first, instant) }
                peak = max(peak, (Double(words[3]) ?? 0) / 1024)
            }
            worker.wait()
        }
        return (Double(jobs) / (Double(last - first) / 1e9), peak)
    }

    private func drainFloor(jobs: Int, processes: Int, batch: Int) async throws -> Double {
        let url = try await server.fresh()
        var connection = try await Connection.connect(ConnectionSettings(url))
        try await connection.execute(
            """
            insert into floor_job (queue, kind, args)
            select 'default', 'noop', jsonb_build_object('n', i) from generate_series(1, \(jobs)::bigint) i
            """)
        try await server.settle(url)
        let floors = try (0..<processes).map { _ in
            try Subprocess(["floor", "--url", url, "--batch", "\(batch)"])
        }
        for floor in floors { _ = floor.line(beginningWith: "ready") }
        for floor in floors { floor.go() }
        var first = UInt64.max
        var last: UInt64 = 0
        for floor in floors {
            let words = (floor.line(beginningWith: "first") ?? "").split(separator: " ")
            first = min(first, UInt64(words[1]) ?? 0)
            last = max(last, UInt64(words[3]) ?? 0)
            floor.wait()
        }
        return Double(jobs) / (Double(last - first) / 1e9)
    }
}
