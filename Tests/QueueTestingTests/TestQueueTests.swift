import Civil
import Logging
import Postgres
import Queue
import QueueTesting
import TestSupport
import Testing

@Suite("The test queue", .database, .timeLimit(.minutes(2)))
struct TestQueueTests {
    private let pool = TestDatabase.current.pool()

    private struct Greeting: Decodable, Sendable { let name: String }
    private struct Nothing: Decodable, Sendable {}
    private struct Refusal: Error, CustomStringConvertible { let description = "no" }

    private func marked(_ handlers: Handlers, patience: Duration = .seconds(20)) async throws -> TestQueue {
        try await pool.withConnection { try await TestClock.mark(reason: "tests of handlers", on: &$0) }
        return TestQueue(handlers, on: pool, patience: patience)
    }

    private func put(
        _ kind: String, queue: String? = nil, at: Timestamp? = nil, priority: Int? = nil, attempts: Int? = nil
    ) async throws -> Int64 {
        let request = EnqueueRequest(
            kind: kind, queue: queue, priority: priority, scheduledAt: at, maxAttempts: attempts)
        return try await pool.withConnection { try await enqueue(request, on: &$0) }.jobID
    }

    private func stop(at text: String) async throws -> Timestamp {
        let instant = try #require(Timestamp(iso: text))
        try await pool.withConnection { try await TestClock.set(to: instant, on: &$0) }
        return instant
    }

    @Test("a handler is run once for given arguments, with what came of it and what it logged")
    func runsInline() async throws {
        var handlers = Handlers()
        handlers.on("greet", args: Greeting.self) { greeting, context in
            context.logger.info("greeting")
            try await context.progress(percent: 50, message: "half")
            return .completed(output: JSON("\"Sveika, \(greeting.name)\""))
        }
        let queue = try await marked(handlers)
        _ = try await put("greet")
        let run = try await queue.run("greet", args: #"{"name": "Anna"}"#)
        #expect(run.state == .completed)
        #expect(run.output == JSON("\"Sveika, Anna\""))
        #expect(run.end == .returned(.completed(output: JSON("\"Sveika, Anna\""))))
        #expect(run.log.map(\.message) == ["greeting"])
        #expect(run.record?.attempt == 1)
        // What waited before still waits, and nothing is held any more.
        #expect(try await pool.query("select from rinda.job").count == 1)
        #expect(try await pool.query("select from rinda.claim").isEmpty)
        #expect(try await pool.query("select from rinda.worker where stopped_at is null").isEmpty)
    }

    @Test("writes in the transaction that completes the job are there")
    func completesInTransaction() async throws {
        var handlers = Handlers()
        handlers.on("effect", args: Nothing.self) { _, context in
            try await context.complete { transaction in
                try await transaction.execute(
                    "insert into rinda.diagnostic_effect (job_id, lease) values (\(context.job.id), \(context.job.lease))"
                )
            }
        }
        let run = try await marked(handlers).run("effect")
        #expect(run.end == .returned(.settled))
        #expect(run.state == .completed)
        #expect(try await pool.query("select from rinda.diagnostic_effect where job_id = \(run.job.id)").count == 1)
        #expect(try await pool.query("select from rinda.claim").isEmpty)
    }

    @Test("arguments that do not decode, failures and timeouts end as they would in a worker")
    func ends() async throws {
        var handlers = Handlers()
        handlers.on("greet", args: Greeting.self) { _, _ in .completed() }
        handlers.on("fail", args: Nothing.self) { _, _ in throw Refusal() }
        handlers.on("hang", args: Nothing.self) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return .completed()
        }
        let queue = try await marked(handlers, patience: .milliseconds(100))
        let undecodable = try await queue.run("greet", args: #"{"name": 7}"#)
        #expect(undecodable.state == .discarded)
        #expect(undecodable.settlement?.reason == .args)
        let failed = try await queue.run("fail")
        #expect(failed.state == .retryable)
        #expect(failed.end == .failed(message: "no"))
        let hung = try await queue.run("hang")
        #expect(hung.end == .timedOut(after: .milliseconds(100)))
        #expect(hung.state == .retryable)
    }

    @Test("an attempt that lost its lease meanwhile is told as stale")
    func stale() async throws {
        var handlers = Handlers()
        let pool = pool
        handlers.on("slow", args: Nothing.self) { _, _ in
            try await pool.execute("update rinda.worker set lease_until = rinda.clock() - interval '1 second'")
            return .completed()
        }
        let run = try await marked(handlers).run("slow")
        #expect(run.isStale)
        #expect(run.state != .completed)
    }

    @Test("a database that is not marked is left alone")
    func refusesUnmarked() async throws {
        var handlers = Handlers()
        handlers.on("greet", args: Nothing.self) { _, _ in .completed() }
        let queue = TestQueue(handlers, on: pool)
        let job = try await put("greet")
        await #expect { _ = try await queue.drain() } throws: { ($0 as? QueueTestingError)?.code == .notATestDatabase }
        await #expect { _ = try await queue.run("greet") } throws: {
            ($0 as? QueueTestingError)?.code == .notATestDatabase
        }
        #expect(try await pool.query("select from rinda.jobs where id = \(job) and state = 'available'").count == 1)
        #expect(try await pool.query("select from rinda.job").count == 1)
    }

    @Test("kinds without a handler and taken unique keys are refused")
    func refusals() async throws {
        var handlers = Handlers()
        handlers.on("greet", args: Nothing.self) { _, _ in .completed() }
        let queue = try await marked(handlers)
        await #expect { _ = try await queue.run("other") } throws: {
            ($0 as? QueueTestingError)?.code == .unknownKind
        }
        let request = EnqueueRequest(kind: "greet", uniqueKey: "one")
        _ = try await pool.withConnection { try await enqueue(request, on: &$0) }
        await #expect { _ = try await queue.run(request) } throws: { ($0 as? QueueTestingError)?.code == .existing }
    }

    @Test("a drain runs all that can run, in order, and what handlers enqueue as well")
    func drains() async throws {
        var handlers = Handlers()
        let pool = pool
        handlers.on("parent", args: Nothing.self) { _, _ in
            _ = try await pool.withConnection { try await enqueue(EnqueueRequest(kind: "child"), on: &$0) }
            return .completed()
        }
        handlers.on("child", args: Nothing.self) { _, _ in .completed() }
        let queue = try await marked(handlers)
        let late = try await put("child", priority: 5)
        let parent = try await put("parent")
        let other = try await put("child", queue: "another")
        let unknown = try await put("unknown")
        let paused = try await put("child", queue: "paused")
        try await pool.execute("insert into rinda.queue (queue, paused_at) values ('paused', rinda.clock())")
        // One that crashed its processes runs here like any other, alone.
        let alone = try await put("child", queue: "another")
        try await pool.execute("update rinda.job set state = 3, crashes = 3 where id = \(alone)")

        let runs = try await queue.drain()
        #expect(runs.map(\.job.id).filter { $0 <= alone } == [other, alone, parent, late])
        #expect(runs.count == 5)
        #expect(runs.allSatisfy { $0.state == .completed })
        let left = try await pool.query("select id from rinda.job order by id").column(0, as: Int64.self)
        #expect(left == [unknown, paused])
        #expect(try await queue.drain().isEmpty)
    }

    @Test("jobs that enqueue one another for ever end in an error")
    func endless() async throws {
        var handlers = Handlers()
        let pool = pool
        handlers.on("again", args: Nothing.self) { _, _ in
            _ = try await pool.withConnection { try await enqueue(EnqueueRequest(kind: "again"), on: &$0) }
            return .completed()
        }
        let queue = try await marked(handlers)
        _ = try await put("again")
        await #expect { _ = try await queue.drain(limit: 5) } throws: {
            ($0 as? QueueTestingError)?.code == .tooManyJobs
        }
    }

    @Test("moved forward, a drain runs retries, snoozed and scheduled jobs at their times, and those past it not")
    func movesForward() async throws {
        var handlers = Handlers()
        handlers.on("flaky", args: Nothing.self) { _, context in
            guard context.job.attempt == 3 else { throw Refusal() }
            return .completed()
        }
        handlers.on("later", args: Nothing.self) { _, _ in .completed() }
        let queue = try await marked(handlers)
        let start = try await stop(at: "2030-01-01T00:00:00Z")
        let later = try await put("later", at: start.adding(.seconds(3600)))
        let muchLater = try await put("later", at: start.adding(.seconds(90_000)))
        let flaky = try await put("flaky")

        let runs = try await queue.drain(forward: .seconds(86_400))
        #expect(runs.map(\.job.id) == [flaky, flaky, flaky, later])
        // The kind's delays without chance: 1 s, then 2 s.
        #expect(
            runs.map { $0.job.claimedAt.duration(since: start) } == [.zero, .seconds(1), .seconds(3), .seconds(3600)])
        #expect(runs.last?.record?.finalizedAt == start.adding(.seconds(3600)))
        #expect(
            try await pool.query("select from rinda.jobs where id = \(muchLater) and state = 'scheduled'").count == 1)
        let now = try await pool.withConnection { try await TestClock.now(on: &$0) }
        #expect(now == start.adding(.seconds(86_400)))
    }

    @Test("moved forward over a change of the clocks, schedules fire by their zone")
    func firesSchedules() async throws {
        // Riga goes from +02 to +03 in the night to 31 March 2030.
        var handlers = Handlers()
        handlers.on("daily", args: Nothing.self) { _, _ in .completed() }
        let queue = try await marked(handlers)
        let start = try await stop(at: "2030-03-29T12:00:00Z")
        try await pool.execute(
            """
            insert into rinda.schedule (name, expression, zone, kind) values ('daily', '0 9 * * *', 'Europe/Riga', 'daily')
            """)
        let runs = try await queue.drain(forward: .seconds(3 * 86_400), schedules: true)
        #expect(runs.map { $0.job.claimedAt.duration(since: start) / .seconds(3600) } == [19, 42, 66])
    }
}
