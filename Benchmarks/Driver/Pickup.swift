import Foundation
import Postgres
import Queue

/// From before an insert is sent to the handler's first line, on an idle worker that only a notification can wake so soon.
extension Benchmark {
    func pickup(samples: Int) async throws {
        var engine: [[Double]] = [[], [], []]
        var floor: [[Double]] = [[], [], []]
        for round in 1...runs {
            say("pickup \(round)/\(runs)")
            let perRound = max(200, samples / runs)
            let mine = try await pickUpEngine(samples: perRound)
            let its = try await pickUpFloor(samples: perRound)
            for (index, share) in [0.5, 0.95, 0.99].enumerated() {
                engine[index].append(percentile(mine, share))
                floor[index].append(percentile(its, share))
            }
        }
        for (index, name) in ["p50", "p95", "p99"].enumerated() {
            report("pickup_\(name)_ms", "ms", engine[index], ["samples": "\(max(200, samples / runs)) a run"])
        }
        for (index, name) in ["p50", "p95", "p99"].enumerated() {
            report("limit_pickup_\(name)_ms", "ms", floor[index], ["samples": "\(max(200, samples / runs)) a run"])
        }
    }

    private func pickUpEngine(samples: Int) async throws -> [Double] {
        let url = try await server.fresh()
        try await server.settle(url)
        let log = temporaryFile()
        let worker = try worker(url, ["--pickups", log, "--poll", "5"])
        _ = worker.line(beginningWith: "ready")
        var connection = try await Connection.connect(ConnectionSettings(url))
        // The worker says that it is idle before it is.
        while try await connection.query("select exists (select from rinda.worker where idle)")[0]
            .decode(0, as: Bool.self) == false
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        var sent: [UInt64] = []
        for number in 0..<samples {
            try await Task.sleep(for: .milliseconds(5))
            sent.append(monotonicNow())
            _ = try await Queue.enqueue(
                EnqueueRequest(kind: "pickup", args: JSON("{\"n\": \(number)}"), queue: "default"), on: &connection)
        }
        try await Task.sleep(for: .milliseconds(500))
        worker.stop()
        worker.wait()
        return try delays(sent, log)
    }

    private func pickUpFloor(samples: Int) async throws -> [Double] {
        let url = try await server.fresh()
        try await server.settle(url)
        let log = temporaryFile()
        let listener = try Subprocess(["floor", "--url", url, "--pickups", log])
        _ = listener.line(beginningWith: "ready")
        let floor = Floor(url: url)
        var sent: [UInt64] = []
        for number in 0..<samples {
            try await Task.sleep(for: .milliseconds(5))
            sent.append(monotonicNow())
            floor.run("insert into floor_job (queue, kind, args) values ('default', 'noop', '{\"n\": \(number)}')")
            floor.run("notify floor")
        }
        try await Task.sleep(for: .milliseconds(500))
        floor.run("notify floor, 'stop'")
        listener.wait()
        floor.close()
        return try delays(sent, log)
    }

    private func delays(_ sent: [UInt64], _ log: String) throws -> [Double] {
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        precondition(lines.count == sent.count, "\(lines.count) of \(sent.count) jobs were picked up")
        return lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let number = Int(words[0]), let instant = UInt64(words[1]) else { return nil }
            return Double(instant - sent[number]) / 1e6
        }
    }

    private func temporaryFile() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("rinda-bench-\(UUID().uuidString)").path
    }
}

/// The value below which a share of the samples lies.
func percentile(_ samples: [Double], _ share: Double) -> Double {
    let sorted = samples.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}
