import Civil
import Logging
import Migrations
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Queue

@Suite("Behind a proxy that pools by transaction", .database, .serialized, .timeLimit(.minutes(3)))
struct PgBouncerTests {
    private let kinds = ["proxy.test"]
    private let queues = [(queue: "default", slots: 20)]

    private func begin(
        _ name: String, lease: Duration = .seconds(30), on pool: Pool
    ) async throws -> Int64 {
        try await pool.withConnection { connection in
            try await beginSession(
                name: name, kinds: kinds, queues: ["default"], version: "test", lease: lease, on: &connection)
        }
    }

    private func claimed(_ session: Int64, on pool: Pool) async throws -> [ClaimedJob] {
        try await pool.withConnection { connection in
            var cursor = ClaimCursor()
            return try await claim(session: session, kinds: kinds, free: queues, cursor: &cursor, on: &connection).jobs
        }
    }

    private func states(on pool: Pool) async throws -> [String: Int64] {
        var states: [String: Int64] = [:]
        for row in try await pool.query("select state, count(*) from rinda.jobs group by state") {
            states[try row.decode(0, as: String.self)] = try row.decode(1, as: Int64.self)
        }
        return states
    }

    @Test("the migrations can be applied through it", .emptyDatabase)
    func migrates() async throws {
        try await PgBouncer.with(.transaction) { bouncer in
            var connection = try await Connection.connect(bouncer.settings)
            let applied = try await Migrator(Migrations.all).migrate(on: &connection)
            #expect(applied.count == Migrations.all.count)
            try await Migrator(Migrations.all).check(on: &connection)
        }
    }

    @Test("enqueue, claim, heartbeat and settle work while many clients share two sessions of the server")
    func verbs() async throws {
        try await PgBouncer.with(.transaction) { bouncer in
            let pool = bouncer.pool(maxConnections: 8)
            let processes = try await withThrowingTaskGroup(of: Int32.self, returning: Set<Int32>.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await pool.transaction { transaction in
                            let request = EnqueueRequest(
                                kind: "proxy.test", args: JSON("{\"n\": \(number)}"), uniqueKey: "key \(number / 2)")
                            _ = try await enqueue(request, on: &transaction)
                            return try await transaction.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
            #expect(processes.count <= PgBouncer.serverSessions)

            let session = try await begin("proxy:1:a", on: pool)
            let jobs = try await claimed(session, on: pool)
            #expect(jobs.count == 20)
            let answer = try await pool.withConnection { connection in
                try await heartbeat(session: session, clock: Timestamp(microseconds: 0), idle: false, on: &connection)
            }
            #expect(answer.alive)
            #expect(answer.leases == Set(jobs.map(\.lease)))

            let requests = jobs.enumerated().map { index, job in
                SettleRequest(
                    id: job.id, lease: job.lease,
                    settlement: Settlement(verdict: index == 0 ? .discarded : .completed, output: JSON("1")))
            }
            let settled = try await pool.withConnection { connection in
                try await settle(requests, closed: Array(Set(jobs.map(\.lease))), on: &connection)
            }
            #expect(settled == Set(jobs.map(\.id)))
            #expect(try await states(on: pool) == ["completed": 19, "discarded": 1])
            await pool.close()
        }
    }

    @Test("an expired lease is rescued through it, and the old attempt is refused")
    func rescues() async throws {
        try await PgBouncer.with(.transaction) { bouncer in
            let pool = bouncer.pool()
            _ = try await pool.withConnection { connection in
                try await enqueue(EnqueueRequest(kind: "proxy.test"), on: &connection)
            }
            let session = try await begin("proxy:1:a", lease: .milliseconds(300), on: pool)
            let job = try #require(try await claimed(session, on: pool).first)
            #expect(
                try await eventually {
                    try await !pool.withConnection { connection in try await rescue(on: &connection) }.isEmpty
                })
            let settled = try await pool.withConnection { connection in
                try await settle(
                    [SettleRequest(id: job.id, lease: job.lease, settlement: Settlement(verdict: .completed))],
                    closed: [], on: &connection)
            }
            #expect(settled.isEmpty)
            #expect(try await states(on: pool) == ["available": 1])
            await pool.close()
        }
    }

    @Test("a handler completes its job in its own transaction through it, and a cancelled statement ends")
    func completesInTransaction() async throws {
        try await PgBouncer.with(.transaction) { bouncer in
            let pool = bouncer.pool()
            _ = try await pool.withConnection { connection in
                try await enqueue(EnqueueRequest(kind: "proxy.test"), on: &connection)
            }
            let session = try await begin("proxy:1:a", on: pool)
            let job = try #require(try await claimed(session, on: pool).first)
            let context = JobContext(
                job: job, database: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                lease: .seconds(30))
            try await context.progress(percent: 50, message: "half")
            let outcome = try await context.complete { transaction in
                try await transaction.execute(
                    "insert into rinda.diagnostic_effect (job_id, lease) values (\(job.id), \(job.lease))")
            }
            #expect(outcome == .settled)
            #expect(try await states(on: pool) == ["completed": 1])
            // The limit on idling belongs to that transaction alone, not to the session that others share.
            for _ in 0..<4 {
                let limit = try await pool.query("select current_setting('idle_in_transaction_session_timeout')")[0]
                    .decode(0, as: String.self)
                #expect(limit == "0")
            }

            let sleeping = Task { try await pool.query("select pg_sleep(60)") }
            #expect(
                try await eventually {
                    try await pool.query(
                        "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
                    ).count == 1
                })
            let began = ContinuousClock.now
            sleeping.cancel()
            await #expect(throws: PostgresError.self) { _ = try await sleeping.value }
            #expect(ContinuousClock.now - began < .seconds(20))
            #expect(try await pool.query("select 1").count == 1)
            await pool.close()
        }
    }

    @Test("a worker does its work by polling, says once that it cannot be notified, and asks nobody to notify it")
    func worker() async throws {
        try await PgBouncer.with(.transaction, sessions: 4) { bouncer in
            let log = CollectedLog()
            let logger = Logger(label: "test") { _ in log }
            let control = bouncer.pool(maxConnections: 5)
            let database = bouncer.pool()
            var handlers = Handlers()
            handlers.on("proxy.test", args: NoArgs.self) { _, context in
                try await context.complete { transaction in
                    try await transaction.execute(
                        "insert into rinda.diagnostic_effect (job_id, lease) values (\(context.job.id), \(context.job.lease))"
                    )
                }
            }
            let worker = Worker(
                configuration: WorkerConfiguration(
                    name: "proxy:1:worker", version: "test",
                    queues: [WorkerConfiguration.QueueSlots(queue: "default", slots: 3)], lease: .seconds(5),
                    pollInterval: .milliseconds(300), drainTimeout: .seconds(5)),
                handlers: handlers, control: control, database: database, listen: bouncer.settings, logger: logger)
            let running = Task { await worker.run(ready: {}) }
            #expect(try await eventually { log.warnings.contains { $0.contains("not listening for notifications") } })

            // One after the other, so that each has to be found by a look of its own.
            for _ in 0..<5 {
                let job = try await database.withConnection { connection in
                    try await enqueue(EnqueueRequest(kind: "proxy.test"), on: &connection)
                }
                #expect(
                    try await eventually {
                        try await database.query(
                            "select from rinda.jobs where id = \(job.jobID) and state = 'completed'"
                        ).count == 1
                    })
            }
            // A heartbeat comes at least every lease / 3 and would say that the worker is idle.
            let before = try await seenAt(on: database)
            #expect(try await eventually { try await seenAt(on: database) > before })
            #expect(try await database.query("select from rinda.worker where idle").isEmpty)

            worker.stop()
            #expect(await running.value == .clean)
            #expect(try await database.query("select from rinda.diagnostic_effect").count == 5)
            #expect(log.warnings.count { $0.contains("not listening for notifications") } == 1)
            #expect(worker.counts.stale == 0)
            await control.close()
            await database.close()
        }
    }

    private func seenAt(on pool: Pool) async throws -> Timestamp {
        try await pool.query("select max(seen_at) from rinda.worker")[0].decode(0, as: Timestamp.self)
    }

    @Test("where it pools by session, notifications arrive")
    func sessionMode() async throws {
        try await PgBouncer.with(.session, sessions: 3) { bouncer in
            let listener = Listener(bouncer.settings, channels: ["rinda"])
            try await withThrowingTaskGroup { group in
                group.addTask { await listener.run() }
                var events = listener.events.makeAsyncIterator()
                #expect(await events.next() == .reconnected)
                var direct = try await TestDatabase.current.connect()
                try await direct.execute("select pg_notify('rinda', 'default')")
                #expect(await events.next() == .notification(channel: "rinda", payload: "default"))
                group.cancelAll()
            }
        }
    }
}

/// Arguments that say nothing.
private struct NoArgs: Decodable, Sendable {}

/// Keeps what was logged as warning or worse.
private final class CollectedLog: LogHandler {
    private let lines = Mutex<[String]>([])

    var warnings: [String] { lines.withLock { $0 } }

    func log(event: LogEvent) {
        guard event.level >= .warning else { return }
        lines.withLock { $0.append("\(event.message)") }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }
}
