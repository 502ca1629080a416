import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Rescue, crashes and their containment. Each test has a database of its own: a rescue takes what it finds.
@Suite(.database)
struct RescueTests {
    /// Lets the process of a job's next run die, the ordinary way or alone. Nil where there is no such run.
    private func crash(_ engine: Engine, alone: Bool) async throws -> ClaimedJob? {
        let session = try await engine.session()
        let job: ClaimedJob? =
            if alone {
                try await engine.pool.withConnection {
                    try await claimAlone(session: session, kinds: ["t"], queues: [engine.queue], on: &$0)
                }
            } else {
                try await engine.claim(session).first
            }
        guard let job else { return nil }
        try await engine.expire(session)
        #expect(try await engine.rescue().count == 1)
        return job
    }

    @Test("a rescued job is available at once, with one crash more and its attempt given back")
    func rescued() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        #expect(try await engine.rescue().isEmpty)
        try await engine.expire(session)
        let rescued = try await engine.rescue()
        #expect(rescued == [RescuedJob(id: job.id, kind: "t", queue: engine.queue, outcome: .available, crashes: 1)])
        let row = try await engine.job(job.id)
        #expect(row.state == .available)
        #expect(row.attempt == 0)
        #expect(row.crashes == 1)
        #expect(row.lease == job.lease)
        #expect(row.leaseUntil == nil)
        #expect(row.failures.map(\.reason) == ["crashed"])
        #expect(try await engine.rescue().isEmpty)
    }

    @Test("an expired session is never renewed, also where nobody has rescued it yet")
    func noRenewal() async throws {
        let engine = Engine()
        let session = try await engine.session()
        func beat() async throws -> HeartbeatAnswer {
            try await engine.pool.withConnection {
                try await heartbeat(session: session, clock: Timestamp(seconds: 0), idle: false, on: &$0)
            }
        }
        #expect(try await beat().alive)
        try await engine.expire(session)
        #expect(try await !beat().alive)
    }

    @Test("a renewal that is under way is not overtaken by a rescue")
    func renewalUnderWay() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.pool.transaction { transaction in
            let answer = try await heartbeat(
                session: session, clock: Timestamp(seconds: 0), idle: false, on: &transaction)
            #expect(answer.alive)
            // The committed row, which is all that others see, has run out meanwhile.
            #expect(try await engine.rescue().isEmpty)
        }
        #expect(try await engine.state(job.id) == .running)

        let slow = try await engine.session(lease: .milliseconds(700))
        let id = try await engine.enqueue().jobID
        try await engine.claim(slow)
        try await engine.pool.transaction { transaction in
            let answer = try await heartbeat(session: slow, clock: Timestamp(seconds: 0), idle: false, on: &transaction)
            try #require(answer.alive)
            let expired = try await eventually {
                try await engine.value(
                    "select lease_until < clock_timestamp() from rinda.worker where session = \(slow)", as: Bool.self)
            }
            #expect(expired)
            #expect(try await engine.rescue().isEmpty)
            #expect(try await engine.state(id) == .running)
        }
    }

    @Test("after three crashes a job runs only alone; after two more, alone, it is discarded as suspected crasher")
    func containment() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        for crashes in 1...3 {
            #expect(try await crash(engine, alone: true) == nil || crashes > 3)
            #expect(try await crash(engine, alone: false)?.id == id)
            #expect(try await engine.job(id).crashes == crashes)
            #expect(try await engine.state(id) == .available)
        }
        let session = try await engine.session()
        var cursor = ClaimCursor()
        let answer = try await engine.claim(session, cursor: &cursor)
        #expect(answer.jobs.isEmpty)
        #expect(answer.someWaitAlone)
        let facts = try #require(try await engine.pool.withConnection { try await whyFacts(job: id, on: &$0) })
        #expect(explain(facts).contains { $0.code == .alone })
        #expect(try await crash(engine, alone: true)?.id == id)
        #expect(try await engine.job(id).crashes == 4)
        #expect(try await crash(engine, alone: false) == nil)
        #expect(try await crash(engine, alone: true)?.id == id)
        let row = try await engine.job(id)
        #expect(row.state == .discarded)
        #expect(row.crashes == 5)
        #expect(row.attempt == 0)
        #expect(row.failures.last?.reason == "suspected crasher")
        #expect(row.failures.map(\.reason) == ["crashed", "crashed", "crashed", "crashed", "suspected crasher"])
    }

    @Test("a job that fails, snoozes or is given back while it may only run alone stays so")
    func staysAlone() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        for _ in 0..<3 { _ = try await crash(engine, alone: false) }
        for verdict in [Verdict.retry, .snooze, .release] {
            let session = try await engine.session()
            let job = try #require(
                try await engine.pool.withConnection {
                    try await claimAlone(session: session, kinds: ["t"], queues: [engine.queue], on: &$0)
                })
            try await engine.settle(job, Settlement(verdict: verdict, reason: .failed, message: "x"))
            #expect(try await engine.claim(session).isEmpty)
            #expect(try await engine.state(id) == .available)
        }
        #expect(try await engine.job(id).crashes == 3)
    }

    @Test("a bystander of a crasher is never discarded for it: it completes when it runs alone")
    func bystander() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 4)
        for _ in 0..<3 {
            let session = try await engine.session()
            #expect(try await engine.claim(session).count == 4)
            try await engine.expire(session)
            #expect(try await engine.rescue().count == 4)
        }
        for _ in 0..<4 {
            let session = try await engine.session()
            let job = try #require(
                try await engine.pool.withConnection {
                    try await claimAlone(session: session, kinds: ["t"], queues: [engine.queue], on: &$0)
                })
            try await engine.settle(job, Settlement(verdict: .completed))
        }
        for id in ids { #expect(try await engine.state(id) == .completed) }
    }

    @Test("limits that are lowered while a job runs do not discard it before it has run alone")
    func loweredLimits() async throws {
        let engine = Engine()
        try await engine.pool.execute("insert into rinda.kind (kind) values ('t')")
        let id = try await engine.enqueue().jobID
        _ = try await crash(engine, alone: false)
        _ = try await crash(engine, alone: false)
        try await engine.pool.execute(
            "update rinda.kind set isolate_after_crashes = 1, discard_after_crashes = 3 where kind = 't'")
        _ = try await crash(engine, alone: false)
        #expect(try await engine.state(id) == .available)
        _ = try await crash(engine, alone: true)
        #expect(try await engine.state(id) == .discarded)
    }

    @Test("nothing of a paused queue waits to be run alone")
    func pausedAlone() async throws {
        let engine = Engine()
        _ = try await engine.enqueue()
        for _ in 0..<3 { _ = try await crash(engine, alone: false) }
        _ = try await engine.pool.transaction { try await pauseQueue(engine.queue, reason: nil, in: &$0) }
        let session = try await engine.session()
        var cursor = ClaimCursor()
        #expect(try await !engine.claim(session, cursor: &cursor).someWaitAlone)
        #expect(try await crash(engine, alone: true) == nil)
    }

    @Test("a job that was to be cancelled when its process died is cancelled by the rescue")
    func cancelledByRescue() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        #expect(try await engine.cancel(job.id) == .requested)
        try await engine.expire(session)
        #expect(try await engine.rescue().map(\.outcome) == [.cancelled])
        let row = try await engine.job(job.id)
        #expect(row.state == .cancelled)
        #expect(row.crashes == 1)
        #expect(row.failures.last?.reason == "cancelled")
    }

    @Test("a job whose row someone keeps locked does not hold up the rescue of the others")
    func lockedRow() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 3)
        let session = try await engine.session()
        try await engine.claim(session)
        try await engine.expire(session)
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select from rinda.job where id = \(ids[1]) for update")
            let rescued = try await engine.rescue().map(\.id)
            #expect(Set(rescued) == [ids[0], ids[2]])
            #expect(try await engine.state(ids[1]) == .running)
        }
        #expect(try await engine.rescue().map(\.id) == [ids[1]])
        #expect(try await engine.value("select count(*) from rinda.claim", as: Int64.self) == 0)
    }

    @Test("rescues that run at once share the work, and each job counts one crash")
    func parallel() async throws {
        let engine = Engine(connections: 8)
        let ids = try await engine.enqueue(count: 300)
        for _ in 0..<10 {
            let session = try await engine.session()
            for _ in 0..<3 { try await engine.claim(session, slots: 10) }
            try await engine.expire(session)
        }
        let rescued = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<8 { group.addTask { try await engine.rescue().map(\.id) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let rest = try await engine.rescue().map(\.id)
        #expect((rescued + rest).sorted() == ids)
        let crashes = try await engine.value("select sum(crashes) from rinda.job", as: Int64.self)
        #expect(crashes == 300)
    }

    @Test("a rescue takes whole claims until its limit, the next one goes on")
    func limited() async throws {
        let engine = Engine()
        _ = try await engine.enqueue(count: 2_500)
        let session = try await engine.session()
        for _ in 0..<5 { try await engine.claim(session, slots: 500) }
        try await engine.expire(session)
        #expect(try await engine.rescue().count == 2_000)
        #expect(try await engine.rescue().count == 500)
    }

    @Test("claims whose answer was lost are given back at no cost, by a heartbeat or at the session's end")
    func givenBack() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.pool.withConnection {
            try await giveBack(leases: [job.lease], session: session + 1, on: &$0)
        }
        #expect(try await engine.state(job.id) == .running)
        try await engine.pool.withConnection { try await giveBack(leases: [job.lease], session: session, on: &$0) }
        #expect(try await engine.state(job.id) == .available)
        #expect(try await engine.claim(session).map(\.id) == [job.id])
        try await engine.pool.withConnection { try await endSession(session, on: &$0) }
        let row = try await engine.job(job.id)
        #expect(row.state == .available)
        #expect(row.crashes == 0)
        #expect(row.attempt == 0)
    }
}
