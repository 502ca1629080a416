import Postgres
import TestSupport
import Testing

@Suite("Cancelled tasks", .emptyDatabase)
struct CancellationTests {
    /// The number of sessions of this database that run a statement of a form.
    private func running(_ pattern: String, on connection: inout Connection) async throws -> Int {
        try await connection.query(
            """
            select from pg_stat_activity
            where datname = current_database() and state = 'active' and query like \(pattern) and pid <> pg_backend_pid()
            """
        ).count
    }

    @Test("The server's statement ends with the task, and the session is used again")
    func cancelled() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        var witness = try await TestDatabase.current.connect()
        let pid = try await pool.withConnection { $0.backendPID }
        let task = Task { try await pool.execute("select pg_sleep(60)") }
        #expect(try await eventually { try await running("select pg_sleep%", on: &witness) == 1 })
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await running("select pg_sleep%", on: &witness) == 0)
        for _ in 0..<20 {
            #expect(try await pool.withConnection { $0.backendPID } == pid)
            #expect(try await pool.query("select \(5)").int64(column: 0, row: 0) == 5)
        }
        await pool.close()
    }

    @Test("A statement that refuses to be cancelled costs its connection, not the pool's")
    func stubborn() async throws {
        var settings = TestDatabase.current.settings
        settings.cancelGrace = .milliseconds(300)
        var witness = try await TestDatabase.current.connect()
        try await witness.executeScript(
            """
            create function stubborn() returns void language plpgsql as $$
            begin
                begin perform pg_sleep(60); exception when query_canceled then null; end;
                perform pg_sleep(2);
            end $$
            """)
        let pool = Pool(settings, maxConnections: 1)
        let pid = try await pool.withConnection { $0.backendPID }
        let task = Task { try await pool.execute("select stubborn()") }
        #expect(try await eventually { try await running("select stubborn%", on: &witness) == 1 })
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        let other = try await pool.withConnection { $0.backendPID }
        #expect(other != pid)
        await pool.close()
    }

    @Test("A task cancelled before its statement sends nothing")
    func cancelledBefore() async throws {
        let pool = TestDatabase.current.pool()
        try await pool.execute("create table t (id int)")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.execute("insert into t values (1)")
        }
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await pool.query("select from t").count == 0)
        await pool.close()
    }

    @Test("A transaction cancelled in the middle leaves nothing and gives its session back")
    func cancelledTransaction() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        var witness = try await TestDatabase.current.connect()
        try await pool.execute("create table t (id int)")
        let task = Task {
            try await pool.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                try await transaction.execute("select pg_sleep(60)")
            }
        }
        #expect(try await eventually { try await running("select pg_sleep%", on: &witness) == 1 })
        task.cancel()
        await #expect(throws: PostgresError.self) { try await task.value }
        #expect(try await pool.query("select from t").count == 0)
        #expect(pool.census.open == 1)
        #expect(pool.census.idle == 1)
        await pool.close()
    }

    @Test("Many tasks cancelled at any moment leave a pool that answers rightly")
    func storm() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 3)
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let task = Task {
                        try await pool.query("select \(number), pg_sleep(0.002)").int64(column: 0, row: 0)
                    }
                    let delay = Duration.microseconds(Int.random(in: 0...8000))
                    try? await Task.sleep(for: delay)
                    if !number.isMultiple(of: 3) { task.cancel() }
                    do {
                        // An answer, where there is one, is the answer to this very statement.
                        #expect(try await task.value == Int64(number))
                    } catch let error as PostgresError {
                        #expect(error.code == .cancelled, "\(error)")
                    } catch {
                        Issue.record(error)
                    }
                }
            }
        }
        #expect(pool.census.waiting == 0)
        #expect(pool.census.open == pool.census.idle)
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
        #expect(pool.census.open == 0)
    }
}
