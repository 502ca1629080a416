import Postgres
import TestSupport
import Testing

@Suite("Transactions", .emptyDatabase)
struct TransactionTests {
    private struct Stop: Error {}

    private func prepare() async throws -> Connection {
        var connection = try await TestDatabase.current.connect()
        try await connection.execute("create table t (id int primary key deferrable initially deferred)")
        return connection
    }

    private func ids(_ connection: inout Connection) async throws -> [Int] {
        try await connection.query("select id from t order by id").column(0)
    }

    @Test("What the body did stays where it returns")
    func commits() async throws {
        var connection = try await prepare()
        let answer = try await connection.transaction { transaction in
            try await transaction.execute("insert into t values (\(1)), (\(2))")
        }
        #expect(answer == 2)
        #expect(try await ids(&connection) == [1, 2])
    }

    @Test("Nothing stays where the body throws, and the session goes on")
    func rollsBack() async throws {
        var connection = try await prepare()
        await #expect(throws: Stop.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                throw Stop()
            }
        }
        await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (2)")
                try await transaction.execute("insert into t values ('x')")
            }
        }
        #expect(try await ids(&connection) == [])
    }

    @Test("A body that hides the failure of a statement is told that nothing was committed")
    func hiddenFailure() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                _ = try? await transaction.execute("select 1/0")
            }
        }
        #expect(error?.code == .transactionAborted)
        #expect(try await ids(&connection) == [])
    }

    @Test("A body that ends the transaction by itself is told so")
    func endedByHand() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in try await transaction.execute("rollback") }
        }
        #expect(error?.code == .transactionAborted)
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test("A constraint checked at COMMIT fails the transaction")
    func deferredConstraint() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (1), (1)")
            }
        }
        #expect(error?.sqlState == "23505")
        #expect(error?.isCommitInDoubt == false)
        #expect(try await ids(&connection) == [])
    }

    @Test("A savepoint undoes its own part alone")
    func savepoints() async throws {
        var connection = try await prepare()
        try await connection.transaction { transaction in
            try await transaction.execute("insert into t values (1)")
            await #expect(throws: PostgresError.self) {
                try await transaction.savepoint { part in
                    try await part.execute("insert into t values (2)")
                    try await part.execute("select 1/0")
                }
            }
            try await transaction.savepoint { part in
                try await part.execute("insert into t values (3)")
                await #expect(throws: Stop.self) {
                    try await part.savepoint { inner in
                        try await inner.execute("insert into t values (4)")
                        throw Stop()
                    }
                }
            }
            let hidden = await #expect(throws: PostgresError.self) {
                try await transaction.savepoint { part in _ = try? await part.execute("select 1/0") }
            }
            #expect(hidden?.code == .transactionAborted)
        }
        #expect(try await ids(&connection) == [1, 3])
    }

    @Test("Each isolation level is the one asked for", arguments: Isolation.allCases)
    func isolation(_ isolation: Isolation) async throws {
        var connection = try await prepare()
        let level = try await connection.transaction(isolation: isolation) { transaction in
            try await transaction.query("select current_setting('transaction_isolation')").text(column: 0, row: 0)
        }
        #expect(level == isolation.rawValue)
    }

    @Test("Of two transactions that cannot both be, one fails as transient")
    func serialization() async throws {
        var first = try await prepare()
        var second = try await TestDatabase.current.connect()
        try await first.execute("insert into t values (1)")
        let error = await #expect(throws: PostgresError.self) {
            try await first.transaction(isolation: .repeatableRead) { transaction in
                _ = try await transaction.query("select * from t")
                try await second.execute("update t set id = 2")
                try await transaction.execute("update t set id = 3")
            }
        }
        #expect(error?.sqlState == "40001")
        #expect(error?.isTransient == true)
        #expect(error?.isConnectionLoss == false)
    }

    @Test("A read-only transaction writes nothing")
    func readOnly() async throws {
        var connection = try await prepare()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction(readOnly: true) { try await $0.execute("insert into t values (1)") }
        }
        #expect(error?.sqlState == "25006")
    }

    @Test("A transaction whose task is cancelled after its last statement is still committed")
    func cancelledBeforeCommit() async throws {
        let settings = TestDatabase.current.settings
        var connection = try await prepare()
        let task = Task {
            var connection = try await Connection.connect(settings)
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        try await task.value
        #expect(try await ids(&connection) == [1])
    }
}
