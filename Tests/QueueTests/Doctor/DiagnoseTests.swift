import Civil
import Testing

@testable import Queue

@Suite("The doctor's judgement")
struct DiagnoseTests {
    /// A case: how the healthy facts differ, and what the one look must find then.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Finding.Code
        let severity: Finding.Severity
        let words: String
        let change: @Sendable (inout DoctorFacts) -> Void

        init(
            _ name: String, _ code: Finding.Code, _ severity: Finding.Severity, says words: String,
            _ change: @escaping @Sendable (inout DoctorFacts) -> Void
        ) {
            self.name = name
            self.code = code
            self.severity = severity
            self.words = words
            self.change = change
        }

        var testDescription: String { name }
    }

    static let healthy = DoctorFacts(
        server: ServerFacts(
            now: Timestamp(microseconds: 0), connections: 10, idleInTransaction: 1, connectionLimit: 97,
            notifyQueueUsage: 0, autovacuum: true, frozenAge: 1_000_000),
        horizon: [session(open: .seconds(2))],
        schema: SchemaFacts(applied: 7, pending: [], newer: [], obstacle: nil),
        engine: EngineFacts(
            storage: StorageFacts(tables: [table()], relations: [relation()]),
            workers: WorkerFacts(live: [worker()], expired: []), waiting: [waiting()], troubled: [],
            schedules: ScheduleFacts(active: 3, silences: [.seconds(2)], overdue: [], failing: []),
            history: HistoryFacts(defaultRows: ["rinda.done_later": 0], missing: [], leftOver: [])))

    static func session(open: Duration?, state: String? = "active", age: Int64 = 5) -> HorizonHolder {
        HorizonHolder(
            form: .session, pid: 4711, name: "psql", user: "anna", state: state, open: open, age: age,
            statement: "select ?")
    }

    static func slot(pid: Int32?, age: Int64) -> HorizonHolder {
        HorizonHolder(
            form: .slot, pid: pid, name: "copy", user: nil, state: "inactive", open: nil, age: age, statement: nil)
    }

    static func prepared(open: Duration) -> HorizonHolder {
        HorizonHolder(
            form: .prepared, pid: nil, name: "gid", user: "anna", state: "prepared", open: open, age: 9, statement: nil)
    }

    static func table(
        dead: Int64 = 10, live: Int64 = 100, threshold: Int64 = 70, sinceVacuum: Duration? = .seconds(60),
        isBeingVacuumed: Bool = false, isOff: Bool = false
    ) -> StorageFacts.Table {
        StorageFacts.Table(
            name: "rinda.job", live: live, dead: dead, vacuumThreshold: threshold, sinceVacuum: sinceVacuum,
            isBeingVacuumed: isBeingVacuumed, autovacuumIsOff: isOff)
    }

    static func relation(bytes: Int64 = 1 << 20, needed: Int64 = 1 << 19, isIndex: Bool = true) -> StorageFacts.Relation
    {
        StorageFacts.Relation(name: "rinda.job_ready", isIndex: isIndex, bytes: bytes, needed: needed)
    }

    static func worker(offset: Duration = .milliseconds(3)) -> WorkerFacts.Live {
        WorkerFacts.Live(name: "h:1:a", version: "0.1.0", clockOffset: offset)
    }

    static func expired(_ past: Duration) -> WorkerFacts.Expired {
        WorkerFacts.Expired(name: "h:2:b", leaseUntil: Timestamp(microseconds: 0), past: past, jobs: 3)
    }

    static func waiting(
        due: Int64 = 4, oldest: Duration? = .seconds(1), paused: Bool = false, knownBy: Int64 = 1, servedBy: Int64 = 1
    ) -> WaitingJobs {
        WaitingJobs(
            kind: "mail", queue: "post", jobs: 5, due: due, oldestDue: oldest,
            pausedAt: paused ? Timestamp(microseconds: 0) : nil, pausedBy: paused ? "anna" : nil, knownBy: knownBy,
            servedBy: servedBy)
    }

    static let database: [Case] = [
        Case("migrations missing", .migrations, .critical, says: "lacks") {
            $0.schema = SchemaFacts(applied: 6, pending: ["0007_x"], newer: [], obstacle: "it lacks 1 migration")
        },
        Case("migrations of a newer program", .migrations, .warning, says: "0008_y") { $0.schema.newer = ["0008_y"] },
        Case("marked for tests", .testDatabase, .critical, says: "a demo") {
            $0.engine?.history.testDatabase = "a demo"
        },
        Case("a short transaction", .horizon, .ok, says: "4711") { _ in },
        Case("a long transaction", .horizon, .warning, says: "open for 5 min") {
            $0.horizon = [session(open: .seconds(300))]
        },
        Case("an active transaction below the limit", .horizon, .ok, says: "open for 119 s") {
            $0.horizon = [session(open: .seconds(119))]
        },
        Case("an idle transaction", .horizon, .warning, says: "idle in transaction") {
            $0.horizon = [session(open: .seconds(30), state: "idle in transaction")]
        },
        Case("a transaction of an hour", .horizon, .critical, says: "psql") {
            $0.horizon = [session(open: .seconds(3600))]
        },
        Case("a hidden transaction of great age", .horizon, .warning, says: "1000000 transactions") {
            $0.horizon = [session(open: nil, state: nil, age: 1_000_000)]
        },
        Case("the second holder matters too", .horizon, .warning, says: "idle in transaction") {
            $0.horizon = [slot(pid: 5, age: 9), session(open: .seconds(40), state: "idle in transaction")]
        },
        Case("a slot that nobody reads", .horizon, .warning, says: "nobody reads it") {
            $0.horizon = [slot(pid: nil, age: 1_000_000)]
        },
        Case("a slot that is read", .horizon, .ok, says: "read by pid 5") {
            $0.horizon = [slot(pid: 5, age: 9_000_000)]
        },
        Case("a prepared transaction", .horizon, .warning, says: "Prepared transaction gid") {
            $0.horizon = [prepared(open: .seconds(600))]
        },
        Case("connections at the limit", .connections, .critical, says: "95 of 97") { $0.server.connections = 95 },
        Case("connections near the limit", .connections, .warning, says: "80 of 97") { $0.server.connections = 80 },
        Case("notifications pile up", .notifyQueue, .warning, says: "12 %") { $0.server.notifyQueueUsage = 0.12 },
        Case("notifications near the end", .notifyQueue, .critical, says: "60 %") { $0.server.notifyQueueUsage = 0.6 },
        Case("transaction numbers run out", .wraparound, .critical, says: "1600000000") {
            $0.server.frozenAge = 1_600_000_000
        },
        Case("autovacuum off", .autovacuum, .critical, says: "off for the whole server") {
            $0.server.autovacuum = false
        },
        Case("autovacuum off for a table", .autovacuum, .warning, says: "off for rinda.job") {
            $0.engine?.storage.tables = [table(isOff: true)]
        },
        Case("autovacuum late", .autovacuum, .warning, says: "last vacuumed 15 min ago") {
            $0.engine?.storage.tables = [table(dead: 500, sinceVacuum: .seconds(900))]
        },
        Case("autovacuum never", .autovacuum, .warning, says: "never vacuumed") {
            $0.engine?.storage.tables = [table(dead: 500, sinceVacuum: nil)]
        },
        Case("autovacuum at work", .autovacuum, .ok, says: "keeps up") {
            $0.engine?.storage.tables = [table(dead: 500, sinceVacuum: nil, isBeingVacuumed: true)]
        },
        Case("many dead rows", .deadTuples, .warning, says: "2000000 dead") {
            $0.engine?.storage.tables = [table(dead: 2_000_000)]
        },
        Case("many dead beside more live rows", .deadTuples, .ok, says: "rinda.job") {
            $0.engine?.storage.tables = [table(dead: 2_000_000, live: 3_000_000, threshold: 9_000_000)]
        },
        Case("a bloated index", .bloat, .warning, says: "rinda.job_ready takes 1.0 GB") {
            $0.engine?.storage.relations = [relation(bytes: 1 << 30, needed: 1 << 20)]
        },
        Case("a large index that is full", .bloat, .ok, says: "1.0 GB") {
            $0.engine?.storage.relations = [relation(bytes: 1 << 30, needed: 1 << 29)]
        },
    ]

    static let engine: [Case] = [
        Case("nobody works", .workers, .critical, says: "4 jobs could run") { $0.engine?.workers.live = [] },
        Case("nobody works and nothing waits", .workers, .warning, says: "No worker") {
            $0.engine?.workers.live = []
            $0.engine?.waiting = []
        },
        Case("a clock an hour ahead", .clockOffset, .warning, says: "60 min ahead of") {
            $0.engine?.workers.live = [worker(offset: .seconds(3600))]
        },
        Case("a clock behind", .clockOffset, .warning, says: "6 s behind") {
            $0.engine?.workers.live = [worker(offset: .seconds(-6))]
        },
        Case("a lease that has just ended", .expiredLeases, .warning, says: "3 jobs of h:2:b") {
            $0.engine?.workers.expired = [expired(.seconds(4))]
        },
        Case("a lease that nobody rescues", .expiredLeases, .critical, says: "ended 9 s ago") {
            $0.engine?.workers.expired = [expired(.seconds(9))]
        },
        Case("a kind that nobody knows", .unservedJobs, .warning, says: "no live worker knows the kind") {
            $0.engine?.waiting = [waiting(knownBy: 0, servedBy: 0)]
        },
        Case("a queue that nobody serves", .unservedJobs, .warning, says: "none serves the queue") {
            $0.engine?.waiting = [waiting(knownBy: 2, servedBy: 0)]
        },
        Case("a paused queue", .pausedQueues, .warning, says: "by anna") {
            $0.engine?.waiting = [waiting(paused: true)]
        },
        Case("old jobs", .oldestAvailable, .warning, says: "10 min") {
            $0.engine?.waiting = [waiting(oldest: .seconds(600))]
        },
        Case("very old jobs", .oldestAvailable, .critical, says: "2 h") {
            $0.engine?.waiting = [waiting(oldest: .seconds(7200))]
        },
        Case("old jobs of a paused queue", .oldestAvailable, .ok, says: "No job waits") {
            $0.engine?.waiting = [waiting(oldest: .seconds(7200), paused: true)]
        },
        Case("jobs on their last attempt", .nearDiscard, .warning, says: "2 jobs of kind mail") {
            $0.engine?.troubled = [TroubledKind(kind: "mail", onLastAttempt: 2, crashers: 0)]
        },
        Case("crashers", .crashers, .warning, says: "1 job of kind mail") {
            $0.engine?.troubled = [TroubledKind(kind: "mail", onLastAttempt: 0, crashers: 1)]
        },
        Case("no scheduler", .schedulers, .warning, says: "heard 60 min ago") {
            $0.engine?.schedules.silences = [.seconds(3600)]
        },
        Case("no scheduler and no schedule", .schedulers, .ok, says: "no schedule") {
            $0.engine?.schedules.silences = []
            $0.engine?.schedules.active = 0
        },
        Case("a schedule that is late", .schedulesOverdue, .warning, says: "nightly") {
            $0.engine?.schedules.overdue = [ScheduleFacts.Overdue(name: "nightly", delay: .seconds(60))]
        },
        Case("a schedule that is due now", .schedulesOverdue, .ok, says: "No schedule") {
            $0.engine?.schedules.overdue = [ScheduleFacts.Overdue(name: "nightly", delay: .seconds(2))]
        },
        Case("a schedule that is very late", .schedulesOverdue, .critical, says: "nightly") {
            $0.engine?.schedules.overdue = [ScheduleFacts.Overdue(name: "nightly", delay: .seconds(600))]
        },
        Case("a schedule that fails", .schedulesFailing, .warning, says: "unknown zone") {
            $0.engine?.schedules.failing = [ScheduleFacts.Failing(name: "nightly", failures: 3, reason: "unknown zone")]
        },
        Case("partitions missing", .partitions, .warning, says: "done_20300101") {
            $0.engine?.history.missing = ["done_20300101"]
        },
        Case("rows in the default partition", .defaultPartition, .warning, says: "3 rows") {
            $0.engine?.history.defaultRows["rinda.done_later"] = 3
        },
        Case("partitions that were not dropped", .pruning, .warning, says: "done_20200101") {
            $0.engine?.history.leftOver = ["done_20200101"]
        },
    ]

    @Test(
        "each look judges by its limits, says what it found, and tells what to do where something is wrong",
        arguments: database + engine)
    func judges(_ wanted: Case) throws {
        var facts = Self.healthy
        wanted.change(&facts)
        let findings = diagnose(facts)
        let of = findings.filter { $0.code == wanted.code }
        let worst = try #require(of.map(\.severity).max())
        #expect(worst == wanted.severity)
        #expect(of.contains { $0.message.contains(wanted.words) }, "\(of.map(\.message))")
        for finding in of { #expect((finding.advice == nil) == (finding.severity == .ok)) }
    }

    @Test("healthy facts have one finding a look, all of them well")
    func healthyFacts() {
        let findings = diagnose(Self.healthy)
        #expect(findings.map(\.code) == Finding.Code.allCases)
        #expect(overallSeverity(findings) == .ok)
    }

    @Test("the worst comes first, and says how bad it is altogether")
    func order() {
        var facts = Self.healthy
        facts.server.autovacuum = false
        facts.engine?.waiting = [Self.waiting(paused: true)]
        facts.engine?.workers.live = [Self.worker(offset: .seconds(60))]
        let findings = diagnose(facts)
        #expect(findings.prefix(4).map(\.code) == [.autovacuum, .clockOffset, .pausedQueues, .migrations])
        #expect(overallSeverity(findings) == .critical)
    }

    @Test("a schema that cannot be read leaves the looks at the server")
    func withoutSchema() {
        var facts = Self.healthy
        facts.engine = nil
        facts.schema = SchemaFacts(applied: 0, pending: ["0001_foundation"], newer: [], obstacle: "no schema")
        #expect(diagnose(facts).map(\.code) == [.migrations, .horizon, .connections, .notifyQueue, .wraparound])
    }

    @Test("of many subjects the first are told one by one")
    func bounded() {
        var facts = Self.healthy
        facts.engine?.waiting = (0..<500).map { number in
            WaitingJobs(
                kind: "k\(number)", queue: "q", jobs: 1, due: 1, oldestDue: .seconds(1), knownBy: 0, servedBy: 0)
        }
        let unserved = diagnose(facts).filter { $0.code == .unservedJobs }
        #expect(unserved.count == 11)
        #expect(unserved.last?.message.contains("490") == true)
    }

    @Test(
        "statements are shown without their values",
        arguments: [
            ("select 1", "select ?"),
            ("select 'it''s', E'a\\'b', x1 from t2", "select ?, E?, x1 from t2"),
            ("select $1, $tag$ se'cret $tag$, $$x$$", "select $1, ?, ?"),
            ("select \"Odd 'name\" from t -- secret\nwhere a = 1.5e7", "select \"Odd 'name\" from t where a = ?"),
            ("select /* a /* nested */ secret */ 2", "select ?"),
            ("insert into t values ('cut off in the mid", "insert into t values (?"),
            ("select $x$ cut off", "select ?"),
            ("select \"cut off", "select \"cut off"),
            ("  select\n\t3 ", "select ?"),
            ("", ""),
        ])
    func statements(_ statement: String, _ shown: String) {
        #expect(StatementText.withoutLiterals(statement) == shown)
    }

    @Test("a long statement is cut")
    func longStatement() {
        let shown = StatementText.withoutLiterals("select " + String(repeating: "a", count: 5000))
        #expect(shown.count == 202)
    }
}
