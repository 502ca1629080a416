import Civil
import Logging
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Settling: what each verdict leaves, and what the fence refuses.
@Suite(.suiteDatabase)
struct SettleTests {
    @Test("a retry counts the attempt, waits for its delay and keeps why")
    func retry() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running(maxAttempts: 3)
        try await engine.settle(
            job, Settlement(verdict: .retry, delay: .seconds(3600), reason: .timeout, message: "too long"))
        let row = try await engine.job(job.id)
        #expect(row.state == .retryable)
        #expect(row.attempt == 1)
        #expect(row.lease == job.lease)
        #expect(row.leaseUntil == nil)
        #expect(row.attemptedAt == job.claimedAt)
        #expect(row.scheduledAt.duration(since: job.claimedAt) > .seconds(3590))
        let failure = try #require(row.failures.first)
        #expect(failure.attempt == 1)
        #expect(failure.lease == job.lease)
        #expect(failure.reason == "timeout")
        #expect(failure.message == "too long")
        #expect(try await engine.claim(session).isEmpty)
    }

    @Test("attempt is the number of failures plus one, whatever snoozes, rescues and give-backs came in between")
    func attemptCounting() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        var failures = 0
        let steps: [Settlement?] = [
            Settlement(verdict: .snooze), nil, Settlement(verdict: .retry, reason: .failed, message: "1"),
            Settlement(verdict: .release), Settlement(verdict: .snooze), nil,
            Settlement(verdict: .retry, reason: .failed, message: "2"), Settlement(verdict: .release),
            Settlement(verdict: .completed),
        ]
        var leases: [Int64] = []
        for step in steps {
            let session = try await engine.session()
            let job = try #require(try await engine.claim(session).first)
            leases.append(job.lease)
            #expect(job.attempt == failures + 1)
            #expect(try await engine.job(id).attempt == failures + 1)
            if let step {
                try await engine.settle(job, step)
                if step.verdict == .retry { failures += 1 }
            } else {
                try await engine.expire(session)
                #expect(
                    try await eventually {
                        _ = try await engine.rescue(); return try await engine.state(id) != .running
                    })
            }
            if step?.verdict != .completed { #expect(try await engine.job(id).attempt == failures) }
        }
        let done = try await engine.job(id)
        #expect(done.state == .completed)
        #expect(done.attempt == 3)
        #expect(done.crashes == 2)
        #expect(leases == leases.sorted())
        #expect(Set(leases).count == leases.count)
        #expect(done.failures.map(\.reason) == ["crashed", "failed", "crashed", "failed"])
    }

    @Test("errors are bounded: the newest fifty stay", .database)
    func boundedErrors() async throws {
        let engine = Engine()
        let id = try await engine.enqueue(maxAttempts: 100).jobID
        let session = try await engine.session()
        for number in 1...55 {
            let job = try #require(try await engine.claim(session).first)
            try await engine.settle(
                job,
                Settlement(
                    verdict: .retry, reason: .failed, message: "\(number) " + String(repeating: "x", count: 9_000)))
        }
        let failures = try await engine.job(id).failures
        #expect(failures.count == 50)
        #expect(failures.first?.attempt == 6)
        #expect(failures.last?.attempt == 55)
        #expect(failures.last?.message.count == longestErrorMessage)
    }

    @Test("the fence refuses every write of an attempt that lost its lease", .database, arguments: [true, false])
    func stale(rescued: Bool) async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.expire(session)
        if rescued {
            #expect(
                try await eventually {
                    _ = try await engine.rescue(); return try await engine.state(job.id) == .available
                })
        }
        for verdict in [Verdict.completed, .cancelled, .discarded, .retry, .snooze, .release] {
            #expect(try await !engine.settle(job, Settlement(verdict: verdict)))
        }
        let noted = try await engine.value("select rinda.progress(\(job.id), \(job.lease), '{}')", as: Bool.self)
        #expect(!noted)
        // Another attempt has it; the old one's token still opens nothing.
        if rescued {
            let second = try #require(try await engine.claim(try await engine.session()).first)
            #expect(second.lease > job.lease)
            #expect(try await !engine.settle(job, Settlement(verdict: .completed)))
            #expect(try await engine.settle(second, Settlement(verdict: .completed)))
            #expect(try await engine.job(job.id).lease == second.lease)
        } else {
            // A settle that came too late leaves the claim to the rescue, which counts what happened.
            #expect(try await engine.state(job.id) == .running)
            #expect(
                try await eventually {
                    _ = try await engine.rescue(); return try await engine.state(job.id) == .available
                })
            #expect(try await engine.job(job.id).crashes == 1)
        }
    }

    @Test(
        "the same settle sent again changes nothing",
        arguments: [Verdict.completed, .discarded, .retry, .snooze, .release])
    func repeated(verdict: Verdict) async throws {
        let engine = Engine()
        let (job, _) = try await engine.running()
        let settlement = Settlement(verdict: verdict, delay: .seconds(60), reason: .failed, message: "x")
        #expect(try await engine.settle(job, settlement, closing: false))
        let first = try await engine.job(job.id)
        #expect(try await !engine.settle(job, settlement, closing: true))
        let second = try await engine.job(job.id)
        #expect(first.state == second.state)
        #expect(first.attempt == second.attempt)
        #expect(first.errors == second.errors)
        #expect(first.scheduledAt == second.scheduledAt)
    }

    @Test("the same settle sent twice at once counts once")
    func repeatedAtOnce() async throws {
        let engine = Engine()
        for _ in 0..<10 {
            let (job, _) = try await engine.running()
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await engine.settle(
                            job, Settlement(verdict: .retry, delay: .seconds(60), reason: .failed, message: "x"),
                            closing: false)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 1)
            let row = try await engine.job(job.id)
            #expect(row.attempt == 1)
            #expect(row.failures.count == 1)
        }
    }

    @Test("one statement settles a mixed batch of many leases")
    func mixedBatch() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 12)
        let session = try await engine.session()
        var jobs: [ClaimedJob] = []
        for _ in 0..<3 { jobs += try await engine.claim(session, slots: 4) }
        let verdicts: [Verdict] = [.completed, .retry, .snooze, .discarded, .release, .cancelled]
        let requests = jobs.enumerated().map { index, job in
            SettleRequest(
                id: job.id, lease: job.lease,
                settlement: Settlement(
                    verdict: verdicts[index % 6], delay: .seconds(60),
                    output: index == 0 ? JSON("{\"out\": 1}") : nil))
        }
        let leases = Array(Set(jobs.map(\.lease)))
        let settled = try await engine.pool.withConnection {
            try await Queue.settle(requests, closed: leases, on: &$0)
        }
        #expect(settled == Set(ids))
        let states: [JobState] = [.completed, .retryable, .scheduled, .discarded, .available, .cancelled]
        for (index, job) in jobs.enumerated() {
            #expect(try await engine.state(job.id) == states[index % 6])
        }
        #expect(try await engine.job(jobs[0].id).output == JSON("{\"out\": 1}"))
        #expect(try await engine.job(jobs[6].id).output == nil)
        let claims = try await engine.value(
            "select count(*) from rinda.claim where lease = any (\(leases))", as: Int64.self)
        #expect(claims == 0)
    }

    @Test("a job that left its batch by a retry is free although its claim stands for the others")
    func leavesItsClaim() async throws {
        let engine = Engine()
        _ = try await engine.enqueue(count: 2)
        let session = try await engine.session()
        let jobs = try await engine.claim(session)
        try await engine.settle(jobs[0], Settlement(verdict: .retry, reason: .failed, message: "x"), closing: false)
        #expect(try await engine.state(jobs[0].id) != .running)
        let again = try #require(try await engine.claim(session).first)
        #expect(again.id == jobs[0].id)
        #expect(again.attempt == 2)
        #expect(try await engine.settle(again, Settlement(verdict: .completed)))
        #expect(try await engine.settle(jobs[1], Settlement(verdict: .completed)))
    }

    @Test("the handler's own transaction completes the job with its writes, or fails as a whole")
    func transactional() async throws {
        let engine = Engine()
        let (job, _) = try await engine.running()
        let context = JobContext(job: job, database: engine.pool, logger: .init(label: "test"), lease: .seconds(30))
        let outcome = try await context.complete(output: JSON("7")) { transaction in
            try await transaction.execute(
                "insert into rinda.diagnostic_effect (job_id, lease) values (\(job.id), \(job.lease))")
        }
        #expect(outcome == .settled)
        #expect(context.isSettled)
        #expect(try await engine.job(job.id).output == JSON("7"))
        #expect(try await effects(job.id, engine) == 1)

        let (lost, session) = try await engine.running()
        try await engine.expire(session)
        let stale = JobContext(job: lost, database: engine.pool, logger: .init(label: "test"), lease: .seconds(30))
        let error = await #expect(throws: QueueError.self) {
            try await stale.complete { transaction in
                try await transaction.execute(
                    "insert into rinda.diagnostic_effect (job_id, lease) values (\(lost.id), \(lost.lease))")
            }
        }
        #expect(error?.code == .leaseLost)
        #expect(stale.isLost)
        #expect(try await effects(lost.id, engine) == 0)
        await #expect(throws: QueueError.self) { try await stale.progress(percent: 1, message: "") }
    }

    @Test("handlers that complete jobs of one claim in their transactions do not wait for one another")
    func transactionsOfOneClaim() async throws {
        let engine = Engine()
        _ = try await engine.enqueue(count: 2)
        let jobs = try await engine.claim(try await engine.session())
        try await engine.pool.transaction { first in
            let request = SettleRequest(
                id: jobs[0].id, lease: jobs[0].lease, settlement: Settlement(verdict: .completed))
            let one = try await Queue.settle([request], closed: [], on: &first)
            let other = try await engine.settle(jobs[1], Settlement(verdict: .completed), closing: false)
            #expect(one == [jobs[0].id])
            #expect(other)
        }
        #expect(try await engine.state(jobs[0].id) == .completed)
        #expect(try await engine.state(jobs[1].id) == .completed)
    }

    @Test("a transaction that has passed the fence cannot lose its job to a rescue before it commits")
    func fenceHoldsUntilCommit() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.pool.transaction { transaction in
            let request = SettleRequest(id: job.id, lease: job.lease, settlement: Settlement(verdict: .completed))
            #expect(try await Queue.settle([request], closed: [], on: &transaction) == [job.id])
            try await engine.expire(session)
            #expect(try await engine.rescue().contains { $0.id == job.id } == false)
        }
        #expect(try await engine.state(job.id) == .completed)
        _ = try await engine.rescue()
        #expect(try await engine.job(job.id).crashes == 0)
    }

    @Test("progress is kept, and a checkpoint survives a crash")
    func checkpoint() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        let context = JobContext(job: job, database: engine.pool, logger: .init(label: "test"), lease: .seconds(30))
        try await context.progress(percent: 140, message: "half \"way\"", checkpoint: JSON("{\"row\": 5}"))
        let shown = try await engine.job(job.id).progress?.text ?? ""
        #expect(shown.contains("\"percent\": 100"))
        try await engine.expire(session)
        #expect(
            try await eventually {
                _ = try await engine.rescue(); return try await engine.state(job.id) == .available
            })
        let next = try #require(try await engine.claim(try await engine.session()).first)
        #expect(next.progress?.text.contains("{\"row\": 5}") == true)
    }

    @Test("a job whose row someone keeps locked refuses its settle soon, and not for ever")
    func lockedRow() async throws {
        let engine = Engine()
        let (job, _) = try await engine.running()
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select from rinda.job where id = \(job.id) for update")
            let (state, _) = await sqlState { try await engine.settle(job, Settlement(verdict: .completed)) }
            #expect(state == "55P03")
        }
        #expect(try await engine.settle(job, Settlement(verdict: .completed)))
    }

    @Test("a claim that is shrunk keeps the jobs that have not left, and they can be settled")
    func shrink() async throws {
        let engine = Engine()
        _ = try await engine.enqueue(count: 10)
        let session = try await engine.session()
        let jobs = try await engine.claim(session)
        for job in jobs[..<7] { try await engine.settle(job, Settlement(verdict: .completed), closing: false) }
        let lease = jobs[0].lease
        func ids() async throws -> [Int64] {
            try await engine.value("select ids from rinda.claim where lease = \(lease)", as: [Int64].self)
        }
        #expect(try await ids().count == 10)
        try await engine.pool.withConnection { try await Queue.shrink(leases: [lease], session: session, on: &$0) }
        #expect(try await ids() == jobs[7...].map(\.id))
        for job in jobs[7...] { #expect(try await engine.settle(job, Settlement(verdict: .completed), closing: false)) }
    }

    @Test("output, tags, metadata and traceparent go the whole way")
    func carriedValues() async throws {
        let engine = Engine()
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let id = try await engine.enqueue(metadata: "{\"traceparent\": \"\(trace)\", \"x\": [1]}").jobID
        let job = try #require(try await engine.claim(try await engine.session()).first)
        let context = JobContext(job: job, database: engine.pool, logger: .init(label: "test"), lease: .seconds(30))
        #expect(context.traceparent == trace)
        try await engine.settle(job, Settlement(verdict: .completed, output: JSON("[1]")))
        #expect(try await engine.job(id).metadata == JSON("{\"x\": [1], \"traceparent\": \"\(trace)\"}"))
    }

    private func effects(_ id: Int64, _ engine: Engine) async throws -> Int64 {
        try await engine.value("select count(*) from rinda.diagnostic_effect where job_id = \(id)")
    }
}
