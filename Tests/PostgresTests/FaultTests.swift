import Postgres
import TestSupport
import Testing

@Suite("Faults between program and server", .emptyDatabase)
struct FaultTests {
    @Test("A killed server process is a lost connection, told as such at once and ever after")
    func killedWhileIdle() async throws {
        var connection = try await TestDatabase.current.connect()
        var killer = try await TestDatabase.current.connect()
        try await killer.execute("select pg_terminate_backend(\(connection.backendPID), 10000)")
        let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
        #expect(error?.code == .connectionLost)
        #expect(error?.isConnectionLoss == true)
        #expect(error?.isTransient == true)
        let isClosed = connection.isClosed
        #expect(isClosed)
        let again = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
        #expect(again?.code == .connectionLost)
    }

    @Test("A server process killed during a statement ends it with the server's reason")
    func killedWhileBusy() async throws {
        let settings = TestDatabase.current.settings
        var killer = try await TestDatabase.current.connect()
        let victim = Task {
            var connection = try await Connection.connect(settings.replacing("application_name", with: "victim"))
            try await connection.execute("select pg_sleep(60)")
        }
        #expect(
            try await eventually {
                try await killer.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'victim' and state = 'active' and datname = current_database()
                    """
                ).count == 1
            })
        let error = await #expect(throws: PostgresError.self) { try await victim.value }
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == "57P01")
    }

    @Test("A statement without an answer is given up in time although the proxy still acknowledges")
    func blackHole() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .milliseconds(400)
        var connection = try await Connection.connect(settings)
        #expect(try await connection.query("select 1", answerTimeout: .never).count == 1)
        proxy.fallSilent()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
        let took = start.duration(to: clock.now)
        #expect(error?.code == .answerTimeout)
        #expect(error?.isConnectionLoss == true)
        let isClosed = connection.isClosed
        #expect(isClosed)
        #expect(took >= .milliseconds(390) && took < .seconds(10), "\(took)")
    }

    @Test("A statement too large for all buffers on the way is given up too where nobody reads it")
    func blackHoleWhileSending() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .milliseconds(500)
        var connection = try await Connection.connect(settings)
        proxy.stopReading()
        let huge = [UInt8](repeating: 0, count: 30_000_000)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.query("select length(\(huge))")
        }
        #expect(error?.code == .answerTimeout)
        let isClosed = connection.isClosed
        #expect(isClosed)
    }

    @Test("One statement may be given less time, or more, than the settings say")
    func perStatement() async throws {
        var settings = TestDatabase.current.settings
        settings.answerTimeout = .milliseconds(300)
        var connection = try await Connection.connect(settings)
        try await connection.execute("select pg_sleep(0.6)", answerTimeout: .never)
        try await connection.execute("select pg_sleep(0.6)", answerTimeout: .after(.seconds(30)))
        let error = await #expect(throws: PostgresError.self) { try await connection.execute("select pg_sleep(30)") }
        #expect(error?.code == .answerTimeout)
    }

    @Test("A COMMIT whose answer is lost says that nobody knows what became of it")
    func commitInDoubt() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .seconds(3)
        var connection = try await Connection.connect(settings)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("select 1")
                proxy.fallSilent()
            }
        }
        #expect(error?.code == .answerTimeout)
        #expect(error?.isCommitInDoubt == true)
    }

    @Test("A connection cut in a transaction fails the body's next statement, and nothing was done")
    func cutInTransaction() async throws {
        var witness = try await TestDatabase.current.connect()
        try await witness.execute("create table t (id int)")
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var connection = try await Connection.connect(proxy.settings(TestDatabase.current.settings))
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { transaction in
                try await transaction.execute("insert into t values (1)")
                proxy.cut()
                try await transaction.execute("insert into t values (2)")
            }
        }
        #expect(error?.isConnectionLoss == true)
        #expect(try await witness.query("select from t").count == 0)
    }
}
