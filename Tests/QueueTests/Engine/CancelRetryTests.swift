import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Cancelling and retrying by hand, and their races.
@Suite(.suiteDatabase)
struct CancelRetryTests {
    @Test("a waiting job is cancelled at once, a running one is marked, a final one left alone")
    func cancel() async throws {
        let engine = Engine()
        let waiting = try await engine.enqueue().jobID
        #expect(try await engine.cancel(waiting) == .cancelled)
        let row = try await engine.job(waiting)
        #expect(row.state == .cancelled)
        #expect(row.failures.last?.reason == "cancelled")
        #expect(row.failures.last?.message.contains("rinda") == true)
        #expect(try await engine.cancel(waiting) == .final)
        #expect(try await engine.cancel(1 << 50) == .unknown)

        let (job, session) = try await engine.running()
        #expect(try await engine.cancel(job.id) == .requested)
        #expect(try await engine.cancel(job.id) == .requested)
        #expect(try await engine.state(job.id) == .running)
        let answer = try await engine.pool.withConnection {
            try await heartbeat(session: session, clock: Timestamp(seconds: 0), idle: false, on: &$0)
        }
        #expect(answer.cancelled == [job.id])
        #expect(answer.leases == [job.lease])
    }

    @Test(
        "a job that was asked to stop does not come back, however its attempt ends",
        arguments: [Verdict.retry, .snooze, .release, .cancelled, .completed, .discarded])
    func marked(verdict: Verdict) async throws {
        let engine = Engine()
        let (job, _) = try await engine.running()
        #expect(try await engine.cancel(job.id) == .requested)
        try await engine.settle(job, Settlement(verdict: verdict, delay: .seconds(60), reason: .failed, message: "x"))
        let row = try await engine.job(job.id)
        switch verdict {
        case .completed: #expect(row.state == .completed)
        case .discarded: #expect(row.state == .discarded)
        default:
            #expect(row.state == .cancelled)
            #expect(row.failures.last?.reason == "cancelled")
            #expect(row.failures.last?.message == "cancelled by rinda while it ran")
        }
    }

    @Test("a settle that waits for a cancel sees its mark")
    func settleAfterMark() async throws {
        let engine = Engine()
        let (job, _) = try await engine.running()
        let settled = try await withThrowingTaskGroup(of: Bool.self) { group in
            try await engine.pool.transaction { transaction in
                let answer = try await Queue.cancel(job: job.id, on: &transaction)
                #expect(answer == .requested)
                group.addTask {
                    try await engine.settle(
                        job, Settlement(verdict: .retry, delay: .seconds(60), reason: .failed, message: "x"))
                }
                #expect(try await engine.waitsForLock("rinda.settle"))
            }
            return try await group.next()
        }
        #expect(settled == true)
        #expect(try await engine.state(job.id) == .cancelled)
    }

    @Test("a cancel that is not committed keeps the job from being claimed; rolled back, it is claimed")
    func openCancel() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        let session = try await engine.session()
        struct Undo: Error {}
        try? await engine.pool.transaction { transaction in
            #expect(try await Queue.cancel(job: id, on: &transaction) == .cancelled)
            #expect(try await engine.claim(session).isEmpty)
            throw Undo()
        }
        #expect(try await engine.claim(session).map(\.id) == [id])
    }

    @Test("of a cancel and a claim at the same time, one comes first: a cancelled job never runs")
    func cancelAgainstClaim() async throws {
        let engine = Engine(connections: 8)
        for _ in 0..<20 {
            let ids = try await engine.enqueue(count: 20)
            let session = try await engine.session()
            async let claimed = withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<4 { group.addTask { try await engine.claim(session, slots: 5).map(\.id) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let answers = try await withThrowingTaskGroup(of: (Int64, CancelAnswer).self) { group in
                for id in ids { group.addTask { (id, try await engine.cancel(id)) } }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let running = Set(try await claimed)
            for id in ids {
                #expect(
                    answers[id] == (running.contains(id) ? .requested : .cancelled)
                        || answers[id] == .cancelled && !running.contains(id))
                #expect(try await engine.state(id) == (answers[id] == .cancelled ? .cancelled : .running))
            }
        }
    }

    @Test("a final job is retried by hand under its id with its counters at 0, and its leases go on growing")
    func retryFinal() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running(maxAttempts: 1)
        try await engine.settle(job, Settlement(verdict: .discarded, reason: .failed, message: "x"))
        #expect(try await engine.job(job.id).attempt == 1)
        #expect(try await engine.retry(job.id) == .retried)
        let row = try await engine.job(job.id)
        #expect(row.state == .available)
        #expect(row.attempt == 0)
        #expect(row.crashes == 0)
        #expect(row.failures.count == 1)
        #expect(row.finalizedAt == nil)
        let again = try #require(try await engine.claim(session).first)
        #expect(again.id == job.id)
        #expect(again.lease > job.lease)
        #expect(try await engine.retry(job.id) == .running)
        try await engine.settle(again, Settlement(verdict: .completed))
        #expect(try await engine.retry(1 << 50) == .unknown)
    }

    @Test("a job retried while its old batch still runs is not held by the old claim")
    func retryInLivingBatch() async throws {
        let engine = Engine()
        _ = try await engine.enqueue(count: 2)
        let session = try await engine.session()
        let jobs = try await engine.claim(session)
        try await engine.settle(jobs[0], Settlement(verdict: .completed), closing: false)
        #expect(try await engine.retry(jobs[0].id) == .retried)
        #expect(try await engine.state(jobs[0].id) == .available)
        // The old attempt's token opens nothing.
        #expect(try await !engine.settle(jobs[0], Settlement(verdict: .completed), closing: false))
        let again = try #require(try await engine.claim(session).first)
        #expect(again.id == jobs[0].id)
        let rows = try await engine.value("select count(*) from rinda.jobs where id = \(again.id)", as: Int64.self)
        #expect(rows == 1)
        #expect(try await engine.settle(again, Settlement(verdict: .completed)))
        #expect(try await engine.settle(jobs[1], Settlement(verdict: .completed)))
    }

    @Test("a waiting job is made available at once")
    func retryWaiting() async throws {
        let engine = Engine()
        let id = try await engine.enqueue(at: "2999-01-01T00:00:00Z").jobID
        #expect(try await engine.retry(id) == .retried)
        #expect(try await engine.claim(try await engine.session()).map(\.id) == [id])
    }

    @Test("retries of the same final job at once make it available once")
    func parallelRetry() async throws {
        let engine = Engine(connections: 8)
        let (job, _) = try await engine.running()
        try await engine.settle(job, Settlement(verdict: .discarded))
        let answers = try await withThrowingTaskGroup(of: RetryAnswer.self) { group in
            for _ in 0..<8 { group.addTask { try await engine.retry(job.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: .retried, count: 8))
        let rows = try await engine.value("select count(*) from rinda.jobs where id = \(job.id)", as: Int64.self)
        #expect(rows == 1)
    }

    @Test("a final job changes no more, whatever is tried but a retry by hand")
    func finalIsFinal() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.settle(job, Settlement(verdict: .completed), closing: false)
        let done = try await engine.job(job.id)
        for verdict in [Verdict.cancelled, .discarded, .retry, .snooze, .release, .completed] {
            #expect(try await !engine.settle(job, Settlement(verdict: verdict), closing: false))
        }
        #expect(try await engine.cancel(job.id) == .final)
        try await engine.expire(session)
        _ = try await engine.rescue()
        #expect(try await engine.claim(try await engine.session()).isEmpty)
        let after = try await engine.job(job.id)
        #expect(after.state == done.state)
        #expect(after.lease == done.lease)
        #expect(after.attempt == done.attempt)
        #expect(after.finalizedAt == done.finalizedAt)
        #expect(after.crashes == done.crashes)
    }
}
