import Postgres
import TestSupport
import Testing

@Suite("COPY", .emptyDatabase)
struct CopyTests {
    private struct Stop: Error {}

    private func prepare() async throws -> Connection {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute("create table t (id int, name text)")
        return connection
    }

    @Test("Rows go in with everything that needs escaping, and come out the same")
    func bothWays() async throws {
        var connection = try await prepare()
        let names: [String?] = ["plain", nil, "", "tab\tnew\nline\\back\rreturn", "\\N", "Rēzekne"]
        let count = try await connection.copyIn("copy t from stdin") { writer in
            for (index, name) in names.enumerated() { try await writer.writeRow([String(index), name]) }
        }
        #expect(count == names.count)
        #expect(try await connection.query("select name from t order by id").column(0, as: String?.self) == names)
        var csv: [UInt8] = []
        let copied = try await connection.copyOut("copy (select name from t order by id) to stdout (format csv)") {
            csv += $0
        }
        #expect(copied == names.count)
        #expect(
            String(decoding: csv, as: UTF8.self) == "plain\n\n\"\"\n\"tab\tnew\nline\\back\rreturn\"\n\\N\nRēzekne\n")
    }

    @Test("A hundred thousand rows go through both ways in pieces")
    func large() async throws {
        var connection = try await prepare()
        let padding = String(repeating: "x", count: 100)
        try await connection.copyIn("copy t from stdin (format csv)") { writer in
            for id in 1...100_000 { try await writer.write("\(id),\(padding)\n") }
        }
        let sum = try await connection.query("select sum(id)::bigint, sum(length(name))::bigint from t")
        #expect(try sum.int64(column: 0, row: 0) == 5_000_050_000)
        #expect(try sum.int64(column: 1, row: 0) == 10_000_000)
        var pieces = 0
        var lines = 0
        try await connection.copyOut("copy t to stdout") { piece in
            pieces += 1
            lines += piece.count { $0 == UInt8(ascii: "\n") }
            #expect(piece.last == UInt8(ascii: "\n"))
        }
        #expect(lines == 100_000)
        #expect(pieces > 10)
    }

    @Test("Nothing is copied where the writer gives up, and the session goes on")
    func writerGivesUp() async throws {
        var connection = try await prepare()
        await #expect(throws: Stop.self) {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.writeRow(["1", "one"])
                try await writer.flush()
                throw Stop()
            }
        }
        #expect(try await connection.query("select from t").count == 0)
    }

    @Test("A row that the server refuses fails the whole copy, without its values in the message")
    func refusedRow() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.writeRow(["1", "one"])
                try await writer.writeRow(["secret-4711", "two"])
            }
        }
        #expect(error?.sqlState == "22P02")
        #expect(error.map { "\($0)".contains("4711") } == false)
        #expect(try await connection.query("select from t").count == 0)
    }

    @Test("NUL is refused in a copied text")
    func nul() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.copyIn("copy t from stdin") { try await $0.writeRow(["1", "a\u{0}"]) }
        }
        #expect(error?.code == .encoding)
        #expect(try await connection.query("select from t").count == 0)
    }

    @Test("A reader that gives up ends the copy, and the session goes on")
    func readerGivesUp() async throws {
        var connection = try await prepare()
        await #expect(throws: Stop.self) {
            try await connection.copyOut(
                "copy (select i, repeat('x', 1000) from generate_series(1, 1000000) i) to stdout"
            ) { _ in throw Stop() }
        }
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test("A statement that the server refuses to copy fails as itself")
    func refusedStatement() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.copyOut("copy nowhere to stdout") { _ in }
        }
        #expect(error?.sqlState == "42P01")
        let late = await #expect(throws: PostgresError.self) {
            try await connection.copyOut("copy (select 1 / (i - 5000) from generate_series(1, 9000) i) to stdout") {
                _ in
            }
        }
        #expect(late?.sqlState == "22012")
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test("A copy in a transaction goes with it")
    func inTransaction() async throws {
        var connection = try await prepare()
        await #expect(throws: Stop.self) {
            try await connection.transaction { transaction in
                let count = try await transaction.copyIn("copy t from stdin") { try await $0.writeRow(["1", nil]) }
                #expect(count == 1)
                throw Stop()
            }
        }
        #expect(try await connection.query("select from t").count == 0)
    }

    @Test("A task cancelled during a copy leaves no half-used session")
    func cancelled() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        try await pool.execute("create table t (id int, name text)")
        for statement in ["copy t from stdin", "copy (select pg_sleep(60)) to stdout"] {
            let task = Task {
                try await pool.withConnection { connection in
                    if statement.hasSuffix("stdout") {
                        try await connection.copyOut(statement) { _ in }
                    } else {
                        try await connection.copyIn(statement) { writer in
                            while true { try await writer.writeRow(["1", String(repeating: "x", count: 10_000)]) }
                        }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(try await pool.query("select from t").count == 0)
        }
        await pool.close()
    }

    @Test("A copy whose server falls silent is given up")
    func silent() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .milliseconds(400)
        var connection = try await Connection.connect(settings)
        try await connection.execute("create table t (id int, name text)", answerTimeout: .never)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.writeRow(["1", nil])
                proxy.fallSilent()
            }
        }
        #expect(error?.code == .answerTimeout)
    }
}
