import Foundation
import Postgres
import Queue

/// Enqueueing: one job a commit, and a hundred thousand in one call beside COPY into the floor's table.
extension Benchmark {
    func enqueue() async throws {
        var single: [Double] = []
        var bulk: [Double] = []
        var copied: [Double] = []
        let count = 100_000
        for round in 1...runs {
            say("enqueue \(round)/\(runs)")
            let url = try await server.fresh()
            try await server.settle(url)
            var connection = try await Connection.connect(ConnectionSettings(url))
            var began = monotonicNow()
            let commits = 2_000
            for number in 0..<commits {
                _ = try await Queue.enqueue(
                    EnqueueRequest(kind: "noop", args: JSON("{\"n\": \(number)}"), queue: "default"), on: &connection)
            }
            single.append(rate(commits, since: began))

            let requests = (0..<count).map {
                EnqueueRequest(kind: "noop", args: JSON("{\"n\": \($0)}"), queue: "default")
            }
            try await server.settle(url)
            began = monotonicNow()
            _ = try await connection.transaction { try await Queue.enqueue(requests, in: &$0) }
            bulk.append(rate(count, since: began))

            let floor = Floor(url: url)
            try await server.settle(url)
            began = monotonicNow()
            floor.copy(count: count)
            copied.append(rate(count, since: began))
            floor.close()
        }
        report("enqueue_single", "jobs/s", single, ["commits": "2000"])
        report("enqueue_bulk", "jobs/s", bulk, ["jobs": "\(count)"])
        report("limit_copy", "rows/s", copied, ["rows": "\(count)"])
    }
}

/// A count a second since an instant of the monotonic clock.
func rate(_ count: Int, since began: UInt64) -> Double {
    Double(count) / (Double(monotonicNow() - began) / 1e9)
}
