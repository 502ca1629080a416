import Postgres
import TestSupport
import Testing

@testable import Queue

@Suite("The doctor's facts, from a database with faults", .database, .timeLimit(.minutes(2)))
struct DoctorFactsTests {
    private let pool = TestDatabase.current.pool()
    private let schema = SchemaFacts(applied: 7, pending: [], newer: [], obstacle: nil)

    private func facts() async throws -> DoctorFacts {
        try await pool.withConnection { try await doctorFacts(schema: schema, on: &$0) }
    }

    private func findings(
        _ code: Finding.Code, _ limits: DoctorLimits = DoctorLimits()
    ) async throws -> [Finding] {
        diagnose(try await facts(), limits: limits).filter { $0.code == code }
    }

    private func worker(
        _ name: String, kinds: [String] = ["known"], queues: [String] = ["default"], ends: String = "1 hour"
    )
        async throws
    {
        try await pool.execute(
            """
            insert into rinda.worker (name, kinds, queues, version, lease_seconds, lease_until)
            values (\(name), \(kinds), \(queues), '1', 30, rinda.clock() + \(ends)::text::interval)
            """)
    }

    @Test("a fresh database with a worker has nothing wrong")
    func fresh() async throws {
        try await worker("h:1:a")
        let findings = diagnose(try await facts()).filter { $0.severity > .ok }
        // Other tests share the server, so its own figures are not this test's.
        #expect(findings.filter { ![.connections, .notifyQueue, .wraparound, .horizon].contains($0.code) } == [])
    }

    @Test("a snapshot that is kept open is told with its process, application and statement, without the values")
    func pinned() async throws {
        var settings = TestDatabase.current.settings
        settings.applicationName = "the pinner"
        var other = try await Connection.connect(settings)
        try await other.executeScript("begin isolation level repeatable read; select 'a secret', 42 from rinda.kind")
        let pid = other.backendPID
        let holders = try await pool.withConnection { try await horizonHolders(on: &$0) }
        let holder = try #require(holders.first { $0.pid == pid })
        #expect(holder.form == .session)
        #expect(holder.name == "the pinner")
        #expect(holder.state == "idle in transaction")
        #expect(holder.open.map { $0 >= .zero && $0 < .seconds(60) } == true)
        #expect(holder.statement?.contains("secret") == false)
        #expect(holder.statement?.contains("select ?, ? from rinda.kind") == true)

        var limits = DoctorLimits()
        limits.idleTransaction = .zero
        let findings = try await findings(.horizon, limits)
        #expect(findings.contains { $0.severity == .warning && $0.subject == "pid \(pid)" })
        #expect(findings.contains { $0.advice?.contains("pg_terminate_backend(\(pid))") == true })
        try await other.executeScript("rollback")
        let left = try await pool.withConnection { try await horizonHolders(on: &$0) }
        #expect(!left.contains { $0.pid == pid })
    }

    @Test("dead rows that a snapshot keeps are counted, and stay so over a vacuum")
    func deadRows() async throws {
        try await pool.execute(
            "insert into rinda.job (kind, queue, args, priority) select 't', 'q', '{}', 0 from generate_series(1, 500)")
        var other = try await TestDatabase.current.connect()
        try await other.executeScript("begin isolation level repeatable read; select from rinda.job")
        try await pool.execute("delete from rinda.job")
        try await pool.withConnection { connection in
            // In scripts of their own, since vacuum refuses company; the counts come with the analysis.
            try await connection.executeScript("vacuum (analyze) rinda.job")
        }
        #expect(
            try await eventually {
                let storage = try await pool.withConnection { try await storageFacts(on: &$0) }
                return storage.tables.first { $0.name == "rinda.job" }?.dead == 500
            })
        var limits = DoctorLimits()
        limits.deadTuples = (warning: 100, critical: 1000)
        #expect(try await findings(.deadTuples, limits).map(\.subject) == ["rinda.job"])
        try await other.executeScript("rollback")
    }

    @Test("an index that kept its size after its rows went is bloated, and not after it was rebuilt")
    func bloat() async throws {
        try await pool.execute(
            "insert into rinda.job (kind, queue, args, priority) select 't', 'q', '{}', 0 from generate_series(1, 20000)"
        )
        try await pool.execute("delete from rinda.job where id % 100 <> 0")
        try await pool.withConnection { try await $0.executeScript("vacuum (analyze) rinda.job") }
        var limits = DoctorLimits()
        limits.bloat = (warning: 200_000, critical: 1 << 40)
        #expect(
            try await eventually { try await findings(.bloat, limits).contains { $0.subject == "rinda.job_ready" } })
        try await pool.withConnection { try await $0.executeScript("reindex index rinda.job_ready") }
        #expect(try await !findings(.bloat, limits).contains { $0.subject == "rinda.job_ready" })
    }

    @Test("autovacuum that is off for a table is told")
    func autovacuumOff() async throws {
        try await pool.execute("alter table rinda.job set (autovacuum_enabled = false)")
        #expect(try await findings(.autovacuum).contains { $0.subject == "rinda.job" && $0.severity == .warning })
    }

    @Test("workers: nobody alive, and one whose clock is an hour ahead")
    func workers() async throws {
        #expect(try await findings(.workers).map(\.severity) == [.warning])
        _ = try await pool.query("select rinda.enqueue('known')")
        #expect(try await findings(.workers).map(\.severity) == [.critical])
        try await worker("h:1:a")
        #expect(try await findings(.workers).map(\.severity) == [.ok])
        // As a heartbeat of such a host records it.
        try await pool.execute(
            "select rinda.heartbeat(session, clock_timestamp() + interval '1 hour', false) from rinda.worker")
        let findings = try await findings(.clockOffset)
        #expect(findings.map(\.severity) == [.warning])
        #expect(findings.first?.message.contains("clock of h:1:a is") == true)
        #expect(findings.first?.message.contains("ahead of") == true)
    }

    @Test("jobs past their lease are counted by worker until they are rescued")
    func expired() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        try await engine.expire(session)
        try await pool.execute(
            "update rinda.worker set lease_until = rinda.clock() - interval '8 seconds' where session = \(session)")
        let finding = try #require(try await findings(.expiredLeases).first)
        #expect(finding.severity == .critical)
        #expect(finding.message.hasPrefix("1 job of"))
        #expect(try await engine.rescue().map(\.id) == [job.id])
        #expect(try await findings(.expiredLeases).map(\.severity) == [.ok])
    }

    @Test("jobs that nobody can run are told by kind and queue, with why")
    func unserved() async throws {
        try await worker("h:1:a")
        _ = try await pool.query("select rinda.enqueue('known'), rinda.enqueue('strange'), rinda.enqueue('strange')")
        _ = try await pool.query("select rinda.enqueue('known', queue => 'elsewhere')")
        _ = try await pool.query("select rinda.enqueue('strange', scheduled_at => rinda.clock() + interval '1 day')")
        let waiting = try await pool.withConnection { try await waitingJobs(on: &$0) }
        let strange = try #require(waiting.first { $0.kind == "strange" })
        #expect(strange.jobs == 3)
        #expect(strange.due == 2)
        #expect(strange.knownBy == 0)
        let findings = try await findings(.unservedJobs)
        #expect(findings.map(\.subject) == ["kind strange, queue default", "kind known, queue elsewhere"])
        #expect(findings.allSatisfy { $0.severity == .warning })
        // What runs does not wait.
        let engine = Engine()
        let (job, _) = try await engine.running()
        let after = try await pool.withConnection { try await waitingJobs(on: &$0) }
        #expect(!after.contains { $0.queue == job.queue })
    }

    @Test("a paused queue with jobs is told with who paused it; one without is not")
    func paused() async throws {
        for queue in ["full", "empty"] {
            try await pool.transaction { _ = try await pauseQueue(queue, reason: nil, in: &$0) }
        }
        _ = try await pool.query("select rinda.enqueue('known', queue => 'full')")
        let findings = try await findings(.pausedQueues)
        #expect(findings.map(\.subject) == ["queue full"])
        #expect(findings.first?.message.contains(" by ") == true)
    }

    @Test("the oldest job that could run is found, whatever was enqueued before it for later")
    func oldest() async throws {
        try await worker("h:1:a")
        _ = try await pool.query("select rinda.enqueue('known', scheduled_at => rinda.clock() + interval '1 day')")
        _ = try await pool.query("select rinda.enqueue('known')")
        try await pool.execute("update rinda.job set created_at = created_at - interval '20 minutes'")
        let finding = try #require(try await findings(.oldestAvailable).first)
        #expect(finding.severity == .warning)
        #expect(finding.message.contains("20 min"))
    }

    @Test("jobs on their last attempt and crashers are counted by kind")
    func trouble() async throws {
        _ = try await pool.query("select rinda.enqueue('weak', max_attempts => 3) from generate_series(1, 4)")
        try await pool.execute(
            "update rinda.job set attempt = 2, state = 2, scheduled_at = rinda.clock() where id in (select min(id) from rinda.job)"
        )
        try await pool.execute(
            "update rinda.job set crashes = 3, state = 3 where id in (select max(id) from rinda.job)")
        #expect(
            try await pool.withConnection { try await troubledKinds(on: &$0) }
                == [TroubledKind(kind: "weak", onLastAttempt: 1, crashers: 1)])
    }

    @Test("schedules that are not evaluated or fail are told, and so is a scheduler that fell silent")
    func schedules() async throws {
        try await pool.execute(
            """
            insert into rinda.schedule (name, expression, zone, kind, evaluate_at, last_error, failures)
            values ('late', '0 9 * * *', 'Europe/Riga', 'known', rinda.clock() - interval '2 minutes', null, 0),
                   ('bad', 'nonsense', 'Europe/Riga', 'known', rinda.clock() + interval '1 minute', 'not an expression', 4)
            """)
        try await pool.execute(
            "insert into rinda.scheduler (name, version, evaluated_at) values ('s:1:a', '1', rinda.clock() - interval '1 minute')"
        )
        #expect(try await findings(.schedulers).map(\.severity) == [.warning])
        #expect(try await findings(.schedulesOverdue).map(\.subject) == ["schedule late"])
        #expect(try await findings(.schedulesFailing).map(\.subject) == ["schedule bad"])
        try await pool.execute("update rinda.scheduler set evaluated_at = rinda.clock()")
        #expect(try await findings(.schedulers).map(\.severity) == [.ok])
        // Paused, it is nobody's fault.
        try await pool.execute("update rinda.schedule set paused_at = rinda.clock(), evaluate_at = null")
        #expect(try await findings(.schedulesOverdue).map(\.severity) == [.ok])
    }

    @Test("missing and outlived partitions, and rows that found none, are told until a prune mends them")
    func partitions() async throws {
        let missing = try await pool.query(
            """
            select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'rinda.done'::regclass and c.relname ~ '^done_[0-9]{8}$' order by 1 limit 1
            """)[0].decode(0, as: String.self)
        try await pool.execute("drop table rinda.\(identifier: missing)")
        try await pool.execute("select rinda.make_partition('done', 'expires_on', date '2020-01-05')")
        try await pool.execute(
            """
            insert into rinda.done (id, expires_on, created_at, finalized_at, attempt, max_attempts, crashes, priority,
                                    state, kind, queue, args)
            values (1, current_date + 400, now(), now(), 1, 5, 0, 0, 'completed', 'known', 'default', '{}')
            """)
        #expect(try await findings(.partitions).first?.message.contains(missing) == true)
        #expect(try await findings(.pruning).first?.message.contains("done_20200105") == true)
        #expect(try await findings(.defaultPartition).map(\.subject) == ["rinda.done_later"])
        _ = try await pool.withConnection { try await prune(on: &$0) }
        #expect(try await findings(.partitions).map(\.severity) == [.ok])
        #expect(try await findings(.pruning).map(\.severity) == [.ok])
    }

    @Test("a database that is marked for tests is told")
    func testDatabase() async throws {
        try await pool.execute("insert into rinda.test_database (reason) values ('tests')")
        #expect(try await findings(.testDatabase).map(\.severity) == [.critical])
    }

    @Test("without a schema the server is looked at all the same", .emptyDatabase)
    func empty() async throws {
        let broken = SchemaFacts(applied: 0, pending: ["0001_foundation"], newer: [], obstacle: "no schema")
        let facts = try await pool.withConnection { try await doctorFacts(schema: broken, on: &$0) }
        #expect(facts.engine == nil)
        #expect(facts.server.connections >= 1)
        #expect(facts.server.connectionLimit >= facts.server.connections)
    }
}
