import Postgres
import TestSupport
import Testing

@Suite("Statements", .emptyDatabase)
struct StatementTests {
    @Test("A session names its program and is in UTF-8")
    func session() async throws {
        var settings = TestDatabase.current.settings
        settings.applicationName = "rinda statements"
        var connection = try await Connection.connect(settings)
        let rows = try await connection.query(
            """
            select current_setting('application_name'), current_setting('client_encoding'), pg_backend_pid(),
                   current_database()::text
            """)
        #expect(try rows.text(column: 0, row: 0) == "rinda statements")
        #expect(try rows.text(column: 1, row: 0) == "UTF8")
        #expect(try rows[0].decode(2, as: Int32.self) == connection.backendPID)
        #expect(try rows.text(column: 3, row: 0) == TestDatabase.current.name)
    }

    @Test("The number of rows concerned is told")
    func affected() async throws {
        var connection = try await TestDatabase.current.connect()
        #expect(try await connection.execute("create table t (id int primary key)") == 0)
        #expect(try await connection.execute("insert into t select generate_series(1, 7)") == 7)
        #expect(try await connection.execute("update t set id = id + 100 where id > \(4)") == 3)
        #expect(try await connection.query("delete from t where id > 100 returning id").affected == 3)
        #expect(try await connection.query("select from t").count == 4)
    }

    @Test("A refusal carries SQLSTATE, constraint and table, and leaves the session usable")
    func refusals() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute("create table person (email text constraint person_once unique)")
        try await connection.execute("insert into person values (\("anna@example.lv"))")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.execute("insert into person values (\("anna@example.lv"))")
        }
        #expect(error?.code == .server)
        #expect(error?.sqlState == "23505")
        #expect(error?.constraint == "person_once")
        #expect(error?.table == "person")
        #expect(error?.isTransient == false)
        #expect(error?.detail?.contains("anna@example.lv") == true)
        #expect(error.map { "\($0)".contains("anna") } == false)
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test(
        "A bind value never shows in what an error says of itself",
        arguments: [
            "select \("secret-4711")::integer", "select \("secret-4711")::jsonb",
            "select \("secret-4711")::timestamptz",
            "select \("{secret-4711")::text[]", "select \("secret-4711\u{0}")", "select \(Numeric("secret-4711"))",
            "select jsonb_path_query(\("{}")::jsonb, \("secret-4711")::jsonpath)",
        ] as [SQL])
    func valuesStayOut(_ sql: SQL) async throws {
        var connection = try await TestDatabase.current.connect()
        let error = try #require(await #expect(throws: PostgresError.self) { try await connection.query(sql) })
        #expect(!"\(error)".contains("4711"), "\(error)")
        #expect(!error.message.contains("4711"))
        #expect(!"\(sql)".contains("4711"))
        #expect(!error.message.isEmpty)
    }

    @Test("What a function of ours raises is told in its own words")
    func raised() async throws {
        var connection = try await TestDatabase.current.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.executeScript(
                "do $$ begin raise exception 'kind \"a b\" is malformed' using errcode = '22023', hint = 'use dots'; end $$"
            )
        }
        #expect(error?.message == "kind \"a b\" is malformed")
        #expect(error?.hint == "use dots")
        #expect(error?.sqlState == "22023")
    }

    @Test("A script runs all its statements, or none of them")
    func scripts() async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.executeScript("create table a (); create table b ();")
        await #expect(throws: PostgresError.self) {
            try await connection.executeScript("create table c (); select 1/0; create table d ();")
        }
        let rows = try await connection.query(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
        #expect(try rows.int64(column: 0, row: 0) == 2)
    }

    @Test("A large answer arrives whole")
    func largeAnswers() async throws {
        var connection = try await TestDatabase.current.connect()
        let rows = try await connection.query("select i, repeat('x', 500) from generate_series(1, 100000) as i")
        #expect(rows.count == 100_000)
        var sum: Int64 = 0
        for row in 0..<rows.count { sum += try rows.int64(column: 0, row: row) }
        #expect(sum == 5_000_050_000)
    }

    @Test("A large value is sent whole while the server answers")
    func largeValues() async throws {
        var connection = try await TestDatabase.current.connect()
        let megabytes = [UInt8](repeating: 7, count: 20_000_000)
        let rows = try await connection.query("select length(\(megabytes)), \(megabytes)")
        #expect(try rows[0].decode(0, as: Int.self) == megabytes.count)
        #expect(try rows[0].decode(1, as: [UInt8].self) == megabytes)
    }

    @Test(
        "A COPY as a plain statement is refused instead of hanging",
        arguments: ["copy t from stdin", "copy t to stdout"])
    func copyAsQuery(_ statement: String) async throws {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute("create table t (id int)")
        let error = await #expect(throws: PostgresError.self) { try await connection.execute(SQL(raw: statement)) }
        #expect(error?.code == .protocolViolation)
        let isClosed = connection.isClosed
        #expect(isClosed)
    }

    @Test("More bind values than the protocol counts are refused")
    func tooManyValues() async throws {
        var connection = try await TestDatabase.current.connect()
        var sql: SQL = "select 1 where 0 in (0"
        for _ in 0..<65_536 { sql.append(", \(1)") }
        sql.append(")")
        let error = await #expect(throws: PostgresError.self) { try await connection.query(sql) }
        #expect(error?.code == .encoding)
    }
}
