import Civil
import Postgres
import Queue
import QueueTesting
import TestSupport
import Testing

@Suite("The test clock", .database, .timeLimit(.minutes(2)))
struct TestClockTests {
    private let pool = TestDatabase.current.pool()

    private func value<Value: PostgresDecodable & Sendable>(
        _ sql: SQL, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await pool.query(sql)[0].decode(0, as: Value.self)
    }

    @Test("it cannot be set in a database that is not marked")
    func needsMark() async throws {
        let later = try #require(Timestamp(iso: "2030-01-01T00:00:00Z"))
        await #expect(throws: PostgresError.self) {
            try await pool.withConnection { try await TestClock.set(to: later, on: &$0) }
        }
        #expect(try await value("select abs(extract(epoch from rinda.clock() - clock_timestamp())) < 1", as: Bool.self))
    }

    @Test("set, it stands still; moved, it moves; taken away, the server's clock is back in every session")
    func setAndUnset() async throws {
        // A session that has planned its statements before the clock is changed.
        var old = try await TestDatabase.current.connect()
        #expect(try await old.query("select rinda.clock() < '2030-01-01'")[0].decode(0, as: Bool.self))
        let start = try #require(Timestamp(iso: "2030-01-01T00:00:00Z"))
        try await pool.withConnection { connection in
            try await TestClock.mark(reason: "tests of the clock", on: &connection)
            try await TestClock.set(to: start, on: &connection)
        }
        #expect(try await value("select rinda.clock()") == start)
        #expect(try await TestClock.now(on: &old) == start)
        let job = try await value("select job_id from rinda.enqueue('t')", as: Int64.self)
        #expect(try await value("select created_at from rinda.jobs where id = \(job)") == start)

        let moved = try await pool.withConnection { try await TestClock.advance(by: .seconds(90), on: &$0) }
        #expect(moved == start.adding(.seconds(90)))
        #expect(try await TestClock.now(on: &old) == moved)

        try await pool.withConnection { try await TestClock.unmark(on: &$0) }
        #expect(try await value("select abs(extract(epoch from rinda.clock() - clock_timestamp())) < 1", as: Bool.self))
        #expect(try await old.query("select rinda.clock() < '2030-01-01'")[0].decode(0, as: Bool.self))
    }

    @Test("with a rate it runs as many times as fast as the server's")
    func runs() async throws {
        let start = try #require(Timestamp(iso: "2030-01-01T00:00:00Z"))
        try await pool.withConnection { connection in
            try await TestClock.mark(reason: "tests of the clock", on: &connection)
            try await TestClock.set(to: start, rate: 86_400, on: &connection)
        }
        #expect(
            try await eventually {
                try await value("select rinda.clock()", as: Timestamp.self) > start.adding(.seconds(3600))
            })
    }

    @Test("somebody who does not own the schema cannot set it")
    func needsOwner() async throws {
        try await pool.withConnection { try await TestClock.mark(reason: "tests of the clock", on: &$0) }
        let role = "rinda_test_\(TestDatabase.current.name.hashValue.magnitude)"
        var connection = try await TestDatabase.current.connect()
        try await connection.executeScript(
            """
            create role \(role);
            grant usage on schema rinda to \(role);
            grant select, insert, update, delete on rinda.test_clock to \(role);
            set role \(role);
            """)
        var state: String?
        do {
            try await connection.execute("insert into rinda.test_clock (present) values ('2030-01-01')")
        } catch {
            state = error.sqlState
        }
        // 42501: must be owner of function.
        #expect(state == "42501")
        try await connection.executeScript("reset role; drop owned by \(role); drop role \(role)")
    }

    @Test("a database that is served cannot be marked, and a marked one is not served")
    func marksExclude() async throws {
        try await pool.execute(
            """
            insert into rinda.worker (name, kinds, queues, version, lease_seconds, lease_until)
            values ('h:1:a', '{}', '{}', '1', 30, rinda.clock() + interval '30 seconds')
            """)
        var state: String?
        do {
            try await pool.withConnection { try await TestClock.mark(reason: "no", on: &$0) }
        } catch let error as PostgresError {
            state = error.sqlState
        }
        #expect(state == "55006")
        try await pool.withConnection { try await refuseTestDatabase(on: &$0) }

        try await pool.execute("update rinda.worker set stopped_at = rinda.clock()")
        try await pool.withConnection { try await TestClock.mark(reason: "tests", on: &$0) }
        await #expect {
            try await pool.withConnection { try await refuseTestDatabase(on: &$0) }
        } throws: {
            ($0 as? QueueError)?.code == .testDatabase
        }
    }

    @Test("nothing in the schema goes by the server's clock but what says how it is off and what is not to be forged")
    func oneClock() async throws {
        let functions = try await pool.query(
            """
            select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where n.nspname = 'rinda'
               and (p.prosrc ~* '(clock_timestamp|statement_timestamp|transaction_timestamp|now)\\s*\\(' or p.prosrc ~* 'current_(date|timestamp)')
             order by 1
            """
        ).column(0, as: String.self)
        #expect(functions == ["heartbeat", "install_clock", "refuse_mark_in_service"])
        let columns = try await pool.query(
            """
            select c.relname || '.' || a.attname
              from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
              join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
             where n.nspname = 'rinda' and pg_get_expr(d.adbin, d.adrelid) ~* '(clock_timestamp|now)\\(|CURRENT_'
             order by 1
            """
        ).column(0, as: String.self)
        #expect(columns == ["audit.at", "migration.applied_at", "test_clock.set_at", "test_database.marked_at"])
    }

    @Test("in a database without a test clock the clock is inlined and costs no call")
    func inlined() async throws {
        let plan = try await pool.query("explain (verbose, costs off) select 1 where rinda.clock() > 'epoch'")
            .column(0, as: String.self).joined(separator: "\n")
        #expect(plan.contains("clock_timestamp() >"))
        #expect(!plan.contains("rinda.clock"))
    }
}
