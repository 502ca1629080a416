import Civil
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Queue

/// The promises of the engine, one test each, as far as they can be shown without processes of their own. Those of
/// crashes, restarts and cut lines are shown again with real processes by the chaos tests.
@Suite(.database)
struct ContractTests {
    private var completing: Handlers {
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        return handlers
    }

    @Test("promise 1, durable: job and data commit together or not at all, and what is committed outlives its session")
    func durable() async throws {
        let engine = Engine()
        struct Undo: Error {}
        for commits in [true, false] {
            let id = try? await engine.pool.transaction { transaction in
                try await transaction.execute("create table if not exists \(identifier: "data_\(commits)") ()")
                let request = EnqueueRequest(kind: "t", queue: engine.queue)
                let id = try await Queue.enqueue(request, on: &transaction).jobID
                if !commits { throw Undo() }
                return id
            }
            #expect((id != nil) == commits)
        }
        let data = try await engine.value(
            "select array_agg(relname::text) from pg_class where relname in ('data_true', 'data_false')",
            as: [String].self)
        #expect(data == ["data_true"])
        var connection = try await TestDatabase.current.connect()
        let request = EnqueueRequest(kind: "t", queue: engine.queue)
        let victim = try await Queue.enqueue(request, on: &connection).jobID
        try await engine.pool.execute("select pg_terminate_backend(\(connection.backendPID))")
        connection.close()
        #expect(try await engine.state(victim) == .available)
        #expect(try await engine.value("select count(*) from rinda.jobs", as: Int64.self) == 2)
    }

    @Test("promise 2, at least once: processes that die at any step leave no job unfinished, and none in two states")
    func atLeastOnce() async throws {
        let engine = Engine(connections: 8)
        let ids = try await engine.enqueue(count: 200)
        // Processes that take jobs, settle some, and vanish.
        for round in 0..<6 {
            let session = try await engine.session()
            let jobs = try await engine.claim(session, slots: 30)
            for job in jobs.prefix(round) {
                try await engine.settle(job, Settlement(verdict: .completed), closing: false)
            }
            try await engine.expire(session)
        }
        try await engine.withWorker(completing) { _ in
            let finished = try await eventually {
                let counted = try await engine.pool.query(
                    "select count(*), count(distinct id), count(*) filter (where state = 'completed') from rinda.jobs")
                let row = try #require(counted.first)
                #expect(try row.decode(0, as: Int64.self) == 200)
                #expect(try row.decode(1, as: Int64.self) == 200)
                return try row.decode(2, as: Int64.self) == 200
            }
            #expect(finished)
        }
        #expect(ids.count == 200)
    }

    @Test("promise 3, one holder at a time, fenced: leases grow, and a lost one opens nothing")
    func fenced() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        var lost: [ClaimedJob] = []
        for _ in 0..<3 {
            let session = try await engine.session()
            let job = try #require(try await engine.claim(session).first)
            #expect(try await engine.claim(try await engine.session()).isEmpty)
            if let last = lost.last { #expect(job.lease > last.lease) }
            lost.append(job)
            try await engine.expire(session)
            #expect(try await engine.rescue().count == 1)
            try await engine.pool.execute("update rinda.job set state = 0")
        }
        for job in lost { #expect(try await !engine.settle(job, Settlement(verdict: .completed))) }
        #expect(try await engine.state(id) == .available)
    }

    @Test("promise 4, exactly-once effects: of many attempts that write and complete, one transaction stands")
    func effects() async throws {
        let engine = Engine(connections: 8)
        let id = try await engine.enqueue().jobID
        var attempts: [ClaimedJob] = []
        for turn in 0..<4 {
            let session = try await engine.session()
            attempts.append(try #require(try await engine.claim(session).first))
            if turn < 3 {
                try await engine.expire(session)
                _ = try await engine.rescue()
                try await engine.pool.execute("update rinda.job set state = 0")
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for job in attempts + attempts {
                group.addTask {
                    let context = JobContext(
                        job: job, database: engine.pool, logger: Engine.silent, lease: .seconds(30))
                    _ = try? await context.complete { transaction in
                        try await transaction.execute(
                            "insert into rinda.diagnostic_effect (job_id, lease) values (\(job.id), \(job.lease))")
                    }
                }
            }
        }
        let leases = try await engine.value(
            "select array_agg(lease) from rinda.diagnostic_effect where job_id = \(id)", as: [Int64].self)
        #expect(leases == [attempts[3].lease])
    }

    @Test("promise 5, crashes are not failures: they cost no attempt, and a crasher is contained")
    func crashes() async throws {
        let engine = Engine()
        let id = try await engine.enqueue(maxAttempts: 1).jobID
        for alone in [false, false, false, true, true] {
            let session = try await engine.session()
            let taken =
                alone
                ? try await engine.pool.withConnection {
                    try await claimAlone(session: session, kinds: ["t"], queues: [engine.queue], on: &$0)
                } : try await engine.claim(session).first
            #expect(taken?.attempt == 1)
            try await engine.expire(session)
            _ = try await engine.rescue()
        }
        let row = try await engine.job(id)
        #expect(row.state == .discarded)
        #expect(row.attempt == 0)
        #expect(row.crashes == 5)
        #expect(row.failures.last?.reason == "suspected crasher")
    }

    @Test(
        "promise 6, unknown kinds are left alone, enqueued all the same, named by why, and rescued without their code")
    func unknownKinds() async throws {
        let engine = Engine()
        let strange = try await engine.enqueue(kind: "strange.kind").jobID
        let session = try await engine.session(kinds: ["strange.kind"])
        let lost = try await engine.enqueue(kind: "strange.kind").jobID
        _ = try await engine.claim(session, kinds: ["strange.kind"], slots: 2)
        try await engine.expire(session)
        try await engine.withWorker(completing) { worker in
            let known = try await engine.enqueue().jobID
            try await engine.reach(known, .completed)
            try await engine.reach(lost, .available)
            #expect(try await engine.state(strange) == .available)
            let facts = try #require(try await engine.pool.withConnection { try await whyFacts(job: strange, on: &$0) })
            #expect(explain(facts).map(\.code) == [.unknownKind])
        }
    }

    @Test("promise 7, uniqueness cannot break a transition: a key stays its job's through all of them")
    func uniqueness() async throws {
        let engine = Engine()
        let id = try await engine.enqueue(key: "k").jobID
        for verdict in [Verdict.retry, .snooze, .release] {
            let session = try await engine.session()
            let job = try #require(try await engine.claim(session).first)
            #expect(try await engine.enqueue(key: "k").jobID == id)
            try await engine.settle(job, Settlement(verdict: verdict, reason: .failed, message: "x"))
            #expect(try await engine.enqueue(key: "k").outcome == .existing)
        }
        let session = try await engine.session()
        let job = try #require(try await engine.claim(session).first)
        try await engine.settle(job, Settlement(verdict: .discarded))
        #expect(try await engine.enqueue(key: "k").outcome == .inserted)
        #expect(try await engine.retry(id) == .held)
    }

    @Test(
        "promise 8, a tick fires once: many that enqueue the same tick insert it once, also one after the other's end")
    func ticks() async throws {
        let engine = Engine(connections: 8)
        let outcomes = try await withThrowingTaskGroup(of: EnqueueAnswer.Outcome.self) { group in
            for _ in 0..<16 {
                group.addTask { try await engine.enqueue(at: "2020-01-01T00:00:00Z", key: "tick 2020-01-01").outcome }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .inserted } == 1)
        #expect(outcomes.count { $0 == .existing } == 15)
    }

    @Test("promise 9, polling is the contract: everything works unheard, and nothing is sent where nobody waits")
    func polling() async throws {
        let engine = Engine()
        let heard = Notes()
        let listener = Listener(engine.settings, channels: ["rinda"], onOutage: { _ in })
        let listening = Task { await listener.run() }
        let hearing = Task {
            for await event in listener.events {
                switch event {
                case .notification: heard.add("notification")
                case .reconnected: heard.add("connected")
                }
            }
        }
        try await becomes { heard.count("connected") == 1 }
        let ids = try await engine.enqueue(count: 50)
        try await engine.withWorker(completing) { _ in
            for id in ids { try await engine.reach(id, .completed) }
            let later = try await engine.enqueue(at: "2020-01-01T00:00:00Z").jobID
            try await engine.reach(later, .completed)
        }
        #expect(heard.count("notification") == 0)
        // While some worker says that it waits, one notification a queue and transaction.
        let session = try await engine.session()
        _ = try await engine.pool.withConnection {
            try await heartbeat(session: session, clock: Timestamp(seconds: 0), idle: true, on: &$0)
        }
        _ = try await engine.enqueue(count: 500)
        try await becomes { heard.count("notification") >= 1 }
        #expect(heard.count("notification") == 1)
        listening.cancel()
        hearing.cancel()
    }

    @Test("promise 10, one clock: a host whose clock is an hour off changes nothing and is seen")
    func oneClock() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        let before = try #require(try await engine.job(job.id).leaseUntil)
        let wrong = try await engine.value("select clock_timestamp() + interval '1 hour'", as: Timestamp.self)
        let answer = try await engine.pool.withConnection {
            try await heartbeat(session: session, clock: wrong, idle: false, on: &$0)
        }
        #expect(answer.alive)
        let after = try #require(try await engine.job(job.id).leaseUntil)
        #expect(after.duration(since: before) < .seconds(300))
        let offset = try await engine.value(
            "select clock_offset_seconds from rinda.worker where session = \(session)", as: Double.self)
        #expect(abs(offset - 3600) < 60)
    }

    @Test(
        "promise 11, a neighbour's long transaction does not slow the queue: a claim reads no more at the end than at the start"
    )
    func pinnedHorizon() async throws {
        let engine = Engine(connections: 8)
        let session = try await engine.session()
        // Jobs of the future and of other kinds must not be walked over either.
        _ = try await engine.pool.execute(
            """
            insert into rinda.job (kind, queue, priority, args, state, scheduled_at)
            select 't', \(engine.queue), 0, '{}', 1, clock_timestamp() + interval '1 year' from generate_series(1, 5000)
            """)
        try await engine.pool.execute("analyze rinda.job")
        try await engine.pool.transaction(isolation: .repeatableRead) { pin in
            _ = try await pin.query("select count(*) from rinda.job")
            var cursor = ClaimCursor()
            var read: [Int] = []
            for round in 0..<60 {
                _ = try await engine.enqueue(count: 50)
                for _ in 0..<5 {
                    let jobs = try await engine.claim(session, slots: 10, cursor: &cursor).jobs
                    #expect(jobs.count == 10)
                    try await engine.complete(jobs)
                }
                if round % 10 == 9 { read.append(try await blocksRead(by: cursor, session: session, engine)) }
            }
            let first = try #require(read.first)
            let last = try #require(read.last)
            #expect(last <= first + 20, "blocks read: \(read)")
            #expect(last < 200, "blocks read: \(read)")
        }
    }

    /// The blocks that a claim reads that starts where a cursor stands and finds nothing.
    private func blocksRead(by cursor: ClaimCursor, session: Int64, _ engine: Engine) async throws -> Int {
        let ranges = cursor.ranges(of: [engine.queue])
        let plan = try await engine.value(
            """
            explain (analyze, buffers, format json)
            select * from rinda.claim(
                \(session), '{t}', \([engine.queue]), '{10}', \(ranges.map { _ in Int32(1) }),
                \(ranges.map(\.fromPriority)), \(ranges.map(\.fromID)), \(ranges.map(\.endPriority)), \(cursor.dueFrom),
                \(cursor.standing.live), \(cursor.standing.after), \(cursor.standing.server))
            """, as: JSON.self)
        struct Explained: Decodable {
            struct Plan: Decodable {
                let hit: Int
                let read: Int
                enum CodingKeys: String, CodingKey {
                    case hit = "Shared Hit Blocks"
                    case read = "Shared Read Blocks"
                }
            }
            let plan: Plan
            enum CodingKeys: String, CodingKey { case plan = "Plan" }
        }
        let explained = try JSONDecoder().decode([Explained].self, from: Data(plan.text.utf8))
        return explained.reduce(0) { $0 + $1.plan.hit + $1.plan.read }
    }

    @Test("promise 12, drain gives back: at no cost of an attempt, and another process takes it at once")
    func drainGivesBack() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in
            notes.add("begun")
            if notes.count("begun") == 1 { try await Door().pass() }
            return .completed()
        }
        let id = try await engine.enqueue().jobID
        let (_, drained) = try await engine.withWorker(handlers, drain: .zero) { _ in
            try await becomes { notes.count("begun") == 1 }
        }
        #expect(drained == .clean)
        #expect(try await engine.job(id).attempt == 0)
        try await engine.withWorker(handlers) { _ in try await engine.reach(id, .completed) }
        let row = try await engine.job(id)
        #expect(row.attempt == 1)
        #expect(row.crashes == 0)
        #expect(row.failures.isEmpty)
    }

    @Test("promise 13, everything an operator asks has an answer: why a job does not run, and who stopped it, when")
    func answers() async throws {
        let engine = Engine()
        func codes(_ id: Int64) async throws -> [WhyAnswer.Code] {
            explain(try #require(try await engine.pool.withConnection { try await whyFacts(job: id, on: &$0) })).map(
                \.code)
        }
        let first = try await engine.enqueue().jobID
        let second = try await engine.enqueue().jobID
        #expect(try await codes(first) == [.unknownKind])
        let session = try await engine.session()
        #expect(try await codes(first) == [.next])
        #expect(try await codes(second) == [.behind])
        _ = try await engine.pool.transaction { try await pauseQueue(engine.queue, reason: "audit", in: &$0) }
        #expect(try await codes(first) == [.paused])
        _ = try await engine.pool.transaction { try await resumeQueue(engine.queue, reason: nil, in: &$0) }
        let job = try #require(try await engine.claim(session, slots: 1).first)
        #expect(try await codes(first) == [.running])
        _ = try await engine.cancel(first)
        #expect(try await codes(first) == [.cancelRequested, .running])
        try await engine.settle(job, Settlement(verdict: .cancelled))
        #expect(try await codes(first) == [.final])
        #expect(try await engine.job(first).failures.last?.message.contains("rinda") == true)
        #expect(try await codes(try await engine.enqueue(at: "2999-01-01T00:00:00Z").jobID) == [.scheduled])
        let audited = try await engine.value(
            "select array_agg(action || ' ' || actor order by seq) from rinda.audit", as: [String].self)
        #expect(audited == ["queue.pause rinda", "queue.resume rinda"])
    }
}
