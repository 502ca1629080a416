import Postgres
import TestSupport
import Testing

@Suite("Prepared statements", .emptyDatabase)
struct PreparedStatementTests {
    private func connect(prepared: Bool = true) async throws -> Connection {
        var settings = TestDatabase.current.settings
        settings.preparedStatements = prepared
        return try await Connection.connect(settings)
    }

    private func count(_ connection: inout Connection) async throws -> Int64 {
        // Asked by a script's means it would prepare itself; the view shows what was there before.
        try await connection.query(
            "select count(*) from pg_prepared_statements where not statement like '%pg_prepared%'"
        )
        .int64(column: 0, row: 0)
    }

    @Test("A statement is prepared once and run with other values")
    func reused() async throws {
        var connection = try await connect()
        for number in 0..<5 {
            #expect(try await connection.query("select \(number) + 1").int64(column: 0, row: 0) == Int64(number + 1))
        }
        #expect(try await connection.query("select \("text")").text(column: 0, row: 0) == "text")
        #expect(try await connection.query("select \(7)").int64(column: 0, row: 0) == 7)
        #expect(try await count(&connection) == 3)
    }

    @Test("Without the setting nothing is prepared")
    func off() async throws {
        var connection = try await connect(prepared: false)
        _ = try await connection.query("select \(1)")
        #expect(try await count(&connection) == 0)
    }

    @Test("A statement whose result changed its type is prepared anew")
    func changedType() async throws {
        var connection = try await connect()
        try await connection.execute("create table t (id int)")
        try await connection.execute("insert into t values (1)")
        let sql: SQL = "select * from t where id = \(1)"
        #expect(try await connection.query(sql)[0].decode(0, as: Int32.self) == 1)
        try await connection.executeScript("alter table t alter id type bigint")
        #expect(try await connection.query(sql)[0].decode(0, as: Int64.self) == 1)
    }

    @Test("A statement that the server forgot is prepared anew outside a transaction and fails inside one")
    func forgotten() async throws {
        var connection = try await connect()
        let sql: SQL = "select \(1)"
        _ = try await connection.query(sql)
        try await connection.executeScript("deallocate all")
        #expect(try await connection.query(sql).count == 1)
        try await connection.executeScript("deallocate all")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in _ = try await transaction.query(sql) }
        }
        // BEGIN itself was forgotten too and came back; inside the transaction nothing can be retried.
        #expect(error?.sqlState == "26000")
        #expect(try await connection.query(sql).count == 1)
    }

    @Test("A statement that cannot be prepared fails as itself, each time")
    func malformed() async throws {
        var connection = try await connect()
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) { try await connection.query("select nonsense") }
            #expect(error?.sqlState == "42703")
        }
    }

    @Test("More statements than a session keeps still run")
    func many() async throws {
        var connection = try await connect()
        for number in 0..<300 {
            let rows = try await connection.query("select \(raw: String(number)) + \(1)")
            #expect(try rows.int64(column: 0, row: 0) == Int64(number + 1))
        }
    }
}
