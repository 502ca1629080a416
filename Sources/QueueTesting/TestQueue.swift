package import Logging
package import Postgres
package import Queue

/// Runs handlers against a test's database, in this process and one after the other, so that a test sees what came of
/// each.
///
/// ```swift
/// var handlers = Handlers()
/// handlers.on("greet", args: Greeting.self) { greeting, context in … }
/// let queue = TestQueue(handlers, on: pool)
/// let run = try await queue.run("greet", args: #"{"name": "Anna"}"#)
/// #expect(run.state == .completed)
/// ```
///
/// The database has to be marked as one for tests (`TestClock.mark`), so that no test can ever drain a real queue.
package struct TestQueue: Sendable {
    let handlers: Handlers
    let pool: Pool
    let logger: Logger
    /// How long a handler may run, where its kind does not say less: a test must end.
    let patience: Duration

    /// A queue of a test's database.
    ///
    /// - Parameters:
    ///   - handlers: the kinds that can be run.
    ///   - pool: connections to the database, for the engine and the handlers alike.
    ///   - logger: where to log to beside what each run keeps; nowhere unless said.
    ///   - patience: how long one handler may run at most.
    package init(
        _ handlers: Handlers, on pool: Pool,
        logger: Logger = Logger(label: "rinda-test") { _ in SilentLog() },
        patience: Duration = .seconds(60)
    ) {
        self.handlers = handlers
        self.pool = pool
        self.logger = logger
        self.patience = patience
    }

    /// Runs the handler of a kind once for given arguments: enqueues a job, runs it at once whatever else waits, and writes
    /// what came of it, all in the test's database.
    ///
    /// - Throws: `QueueTestingError`; `PostgresError`, also for arguments that are no JSON.
    package func run(_ kind: String, args: String = "{}") async throws -> TestRun {
        try await run(EnqueueRequest(kind: kind, args: JSON(args)))
    }

    /// Runs the handler of a job once, as `run(_:args:)` does, with everything that an enqueuer can say of it.
    package func run(_ request: EnqueueRequest) async throws -> TestRun {
        guard handlers.kinds.contains(request.kind) else {
            throw QueueTestingError(
                .unknownKind,
                "no handler is registered for \(request.kind), only for \(handlers.kinds.joined(separator: ", "))")
        }
        try await requireMark()
        return try await withSession(queues: [request.queue ?? "default"]) { session in
            let job = try await pool.transaction { transaction in
                let answer = try await enqueue(request, on: &transaction)
                guard answer.outcome != .existing else {
                    throw QueueTestingError(
                        .existing, "job \(answer.jobID) has the unique key already and is \(answer.state.rawValue)")
                }
                return answer.jobID
            }
            let claimed = try await pool.transaction { try await claimOne(job, session: session, in: &$0) }
            guard let claimed else {
                throw QueueTestingError(.taken, "job \(job) was taken by another process of this database")
            }
            return try await attempt(claimed)
        }
    }

    /// Fails where the database is not marked as one for tests.
    func requireMark() async throws {
        guard try await pool.withConnection({ try await testMark(on: &$0) }) == nil else { return }
        throw QueueTestingError(
            .notATestDatabase,
            "this database is not marked as one for tests, so that its jobs may be real: TestClock.mark(reason:on:)")
    }

    /// Runs one claimed job's handler and writes what came of it.
    func attempt(_ job: ClaimedJob) async throws -> TestRun {
        let policy =
            try await pool.withConnection { try await loadKindPolicies(on: &$0) }[job.kind]
            ?? KindPolicy(kind: job.kind)
        let log = AttemptLog()
        let context = JobContext(job: job, database: pool, logger: logger, lease: TestSession.lease, log: log)
        let end = await run(context, within: min(policy.timeout, patience))
        // Without jitter: a test should be able to say when the next attempt is.
        let settlement = decide(
            end, attempt: job.attempt, maxAttempts: job.maxAttempts ?? policy.maxAttempts, policy: policy, jitter: 0)
        var isStale = end == .leaseLost
        if let settlement {
            let request = SettleRequest(id: job.id, lease: job.lease, settlement: settlement)
            isStale = try await pool.withConnection { connection in
                try await settle([request], closed: [job.lease], on: &connection)
            }.isEmpty
        } else if !isStale {
            _ = try await pool.withConnection { try await settle([], closed: [job.lease], on: &$0) }
        }
        return TestRun(
            job: job, end: end, settlement: settlement,
            record: try await pool.withConnection { try await findJob(job.id, on: &$0) }, log: log.lines,
            isStale: isStale)
    }

    /// Runs a handler, interrupted as a worker would where it takes too long.
    private func run(_ context: JobContext, within limit: Duration) async -> AttemptEnd {
        let watch = Watch(limit: limit)
        let running = Task { await handlers.run(context) { watch.interruption } }
        let alarm = Task {
            try await Task.sleep(for: limit)
            watch.expire()
            running.cancel()
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await running.value
        } onCancel: {
            running.cancel()
        }
    }
}
