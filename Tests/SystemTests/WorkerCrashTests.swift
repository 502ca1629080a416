import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker as a real process: jobs that kill it", .database, .serialized, .timeLimit(.minutes(5)))
struct WorkerCrashTests {
    private let system = WorkerSystem()

    @Test("a job that kills its process three times completes with its first attempt and one effect, run alone at last")
    func completesAfterCrashes() async throws {
        var job: Int64 = 0
        let starts = try await system.withSupervisedWorker(system.environment()) {
            job = try await system.enqueue(#"{"crash_times": 3, "effect": true}"#)
            #expect(try await system.job(job, becomes: "completed", within: .seconds(90)))
        }
        let record = try await system.job(job)
        #expect(record.crashes == 3)
        #expect(record.attempt == 1)
        #expect(try await system.effects(of: job) == 1)
        // It took three workers with it, and the fourth ran it in a process of its own.
        #expect(starts == 4)
    }

    @Test("a job that always kills its process is discarded after five crashes, the last two of which hit no worker")
    func discardsCrasher() async throws {
        var job: Int64 = 0
        let starts = try await system.withSupervisedWorker(system.environment()) {
            job = try await system.enqueue(#"{"crash_times": 99, "effect": true}"#)
            #expect(try await system.job(job, becomes: "discarded", within: .seconds(120)))
        }
        let record = try await system.job(job)
        #expect(record.crashes == 5)
        #expect(record.errors.last?.reason == "suspected crasher")
        #expect(try await system.effects(of: job) == 0)
        #expect(starts == 4)
    }

    @Test("a suspected crasher runs in a process of its own, which ends with the drain of the worker and gives it back")
    func drainsAlone() async throws {
        try await withDaemon("rinda-worker", environment: system.environment(drain: 1)) { (worker) async throws in
            let (job, alone) = try await runAlone(beside: worker)
            worker.send(SIGTERM)
            #expect(try await worker.end(within: .seconds(6)) == .exited(0))
            #expect(try await eventually(within: .seconds(2)) { kill(alone, 0) == -1 })
            let record = try await system.job(job)
            #expect(record.state == "available")
            #expect(record.crashes == 3)
            #expect(record.attempt == 0)
        }
    }

    @Test("the process of a suspected crasher ends when its worker is killed, and gives the job back")
    func endsWithItsWorker() async throws {
        try await withDaemon("rinda-worker", environment: system.environment(drain: 1)) { (worker) async throws in
            let (job, alone) = try await runAlone(beside: worker)
            worker.send(SIGKILL)
            #expect(try await eventually(within: .seconds(10)) { kill(alone, 0) == -1 })
            #expect(try await system.job(job).state == "available")
            #expect(try await system.job(job).crashes == 3)
        }
    }

    /// Has a worker run a long job as if that had crashed three times before; the number of the process that runs it.
    private func runAlone(beside worker: DaemonProcess) async throws -> (job: Int64, process: pid_t) {
        let job = try await system.enqueue(#"{"sleep_ms": 60000}"#)
        // Before the worker is there to claim it. State 3 is what a rescue gives a job with three crashes.
        try await system.pool.execute("update rinda.job set crashes = 3, state = 3 where id = \(job)")
        #expect(try await system.job(job, becomes: "running"))
        let process = try #require(try await system.process(running: job))
        #expect(process != worker.pid)
        #expect(worker.readyLines.count == 1)
        return (job, process)
    }
}
