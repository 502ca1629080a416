import Foundation
import Postgres

/// The rate over the last fifth of a million jobs while another session pins the MVCC horizon, beside the same unpinned.
extension Benchmark {
    func pinned(jobs: Int, backlog: Int) async throws {
        var ratios: [Double] = []
        var held: [Double] = []
        for round in 1...max(1, runs / 2 + 1) {
            say("pinned \(round)/\(max(1, runs / 2 + 1))")
            let control = try await lastFifth(jobs: jobs, backlog: backlog, isPinned: false)
            let pinned = try await lastFifth(jobs: jobs, backlog: backlog, isPinned: true)
            ratios.append(pinned / control)
            held.append(pinned)
        }
        report("pinned_ratio", "ratio", ratios, ["jobs": "\(jobs)", "backlog": "\(backlog)"])
        report("pinned_rate", "jobs/s", held, ["jobs": "\(jobs)", "backlog": "\(backlog)"])
    }

    private func lastFifth(jobs: Int, backlog: Int, isPinned: Bool) async throws -> Double {
        let url = try await server.fresh()
        try await load(backlog, into: url)
        try await server.settle(url)
        var pin = try await Connection.connect(ConnectionSettings(url))
        if isPinned {
            try await pin.executeScript("begin isolation level repeatable read")
            _ = try await pin.query("select count(*) from rinda.job")
        }
        let worker = try worker(url)
        _ = worker.line(beginningWith: "ready")
        var connection = try await Connection.connect(ConnectionSettings(url))
        var fed = backlog
        var began: UInt64?
        var doneAtBegin = 0
        while true {
            // How many are left is told by the ids: those below the oldest unfinished one are done.
            let oldest = try await connection.query(
                "select coalesce((select min(ids[1]) from rinda.claim), (select last_value from rinda.job_id_seq))::bigint"
            )[0].decode(0, as: Int64.self)
            let done = min(fed, Int(oldest) - 1)
            if began == nil, done >= jobs * 4 / 5 {
                began = monotonicNow()
                doneAtBegin = done
            }
            if done >= jobs - backlog, let began {
                let rate = Double(done - doneAtBegin) / (Double(monotonicNow() - began) / 1e9)
                worker.stop()
                worker.wait()
                if isPinned { try await pin.executeScript("rollback") }
                return rate
            }
            let wanted = backlog - (fed - done)
            if wanted > 0, fed < jobs {
                let batch = min(wanted, jobs - fed)
                try await load(batch, into: url)
                fed += batch
            } else {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
