import Foundation
import Postgres

/// What a job costs in WAL, and what an idle worker asks.
extension Benchmark {
    /// WAL of a job from its enqueue into history, less full-page images, by pg_stat_wal.
    func wal(jobs: Int) async throws {
        var bytes: [Double] = []
        for round in 1...runs {
            say("wal \(round)/\(runs)")
            let url = try await server.fresh()
            try await server.settle(url)
            var connection = try await Connection.connect(ConnectionSettings(url))
            let before = try await walBytes(&connection)
            try await load(jobs, into: url)
            let worker = try worker(url)
            while try await connection.query("select exists (select from rinda.job)")[0].decode(0, as: Bool.self) {
                try await Task.sleep(for: .milliseconds(20))
            }
            worker.stop()
            worker.wait()
            // Sessions report what they wrote when they end.
            try await Task.sleep(for: .milliseconds(500))
            bytes.append((try await walBytes(&connection) - before) / Double(jobs))
        }
        report("wal_bytes_per_job", "bytes", bytes, ["jobs": "\(jobs)"])
    }

    private func walBytes(_ connection: inout Connection) async throws -> Double {
        try await connection.executeScript("select pg_stat_clear_snapshot()")
        let row = try await connection.query(
            """
            select wal_bytes::float8, wal_fpi::float8 from pg_stat_wal
            """)[0]
        // pg_stat_wal counts full-page images, and their bytes are in wal_bytes: without images there is nothing to take
        // off. Images are written once a page after a checkpoint, at most a page each.
        return try row.decode(0, as: Double.self) - row.decode(1, as: Double.self) * 8192
    }

    /// Statements of one idle worker with three queues, by pg_stat_statements.
    func idle(seconds: Int) async throws {
        say("idle")
        let url = try await server.fresh()
        try await server.settle(url)
        let worker = try worker(url, ["--queues", "default,mail,reports"])
        _ = worker.line(beginningWith: "ready")
        var connection = try await Connection.connect(ConnectionSettings(url))
        try await Task.sleep(for: .seconds(3))
        try await connection.executeScript("select pg_stat_statements_reset()")
        try await Task.sleep(for: .seconds(seconds))
        let calls = try await connection.query(
            """
            select coalesce(sum(calls), 0)::float8 from pg_stat_statements s
              join pg_database d on d.oid = s.dbid and d.datname = current_database()
             where query not like '%pg_stat_statements%'
            """)[0].decode(0, as: Double.self)
        worker.stop()
        worker.wait()
        report(
            "idle_queries_per_s", "statements/s", [calls / Double(seconds)], ["seconds": "\(seconds)", "queues": "3"])
    }
}
