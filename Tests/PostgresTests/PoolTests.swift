import Postgres
import TestSupport
import Testing

@Suite("The pool", .emptyDatabase)
struct PoolTests {
    private struct Stop: Error {}

    @Test("No more connections are open than allowed, and everybody is served")
    func bounded() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 3)
        let lent = Shared((now: 0, most: 0))
        try await withThrowingTaskGroup { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.withConnection { connection in
                        lent.change {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        try await connection.execute("select pg_sleep(0.002)")
                        lent.change { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(lent.value.most == 3)
        #expect(pool.census.open == 3)
        #expect(pool.census.idle == 3)
        await pool.close()
    }

    @Test("Who waits too long is told so, and is not served later")
    func exhausted() async throws {
        let pool = Pool(TestDatabase.current.settings, maxConnections: 1, acquireTimeout: .seconds(1))
        // Connecting counts too, and on a busy machine the first may take longer than the time there is.
        #expect(try await eventually { (try? await pool.query("select 1")) != nil })
        try await pool.withConnection { _ in
            let error = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
            #expect(error?.code == .poolTimeout)
            #expect(error?.isTransient == true)
            #expect(pool.census.waiting == 0)
        }
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test("Those who wait are served in the order in which they came")
    func firstComeFirstServed() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        let served = Shared<[Int]>([])
        try await withThrowingTaskGroup { group in
            try await pool.withConnection { (_: inout Connection) async throws in
                for number in 0..<5 {
                    group.addTask {
                        try await pool.withConnection { _ in served.change { $0.append(number) } }
                    }
                    #expect(try await eventually { pool.census.waiting == number + 1 })
                }
            }
            try await group.waitForAll()
        }
        #expect(served.value == [0, 1, 2, 3, 4])
        await pool.close()
    }

    @Test("Who is cancelled while waiting leaves the line, and the next is served")
    func cancelledWaiter() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        let second = try await pool.withConnection { (_: inout Connection) async throws in
            let first = Task { try await pool.query("select 1").count }
            #expect(try await eventually { pool.census.waiting == 1 })
            let second = Task { try await pool.query("select 2").count }
            #expect(try await eventually { pool.census.waiting == 2 })
            first.cancel()
            let error = await #expect(throws: PostgresError.self) { try await first.value }
            #expect(error?.code == .cancelled)
            return second
        }
        #expect(try await second.value == 1)
        await pool.close()
    }

    @Test("A transaction left open by hand is rolled back before the connection is lent on")
    func leftOpen() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        try await pool.execute("create table t (id int)")
        await #expect(throws: Stop.self) {
            try await pool.withConnection { connection in
                try await connection.execute("begin")
                try await connection.execute("insert into t values (1)")
                throw Stop()
            }
        }
        #expect(try await pool.query("select from t").count == 0)
        #expect(
            try await pool.query("select pg_current_xact_id_if_assigned() is null").decode(column: 0, row: 0) == true)
        await pool.close()
    }

    @Test("A connection that died while idle is replaced without anybody noticing")
    func deadIdle() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 2)
        var killer = try await TestDatabase.current.connect()
        for _ in 0..<3 {
            let pid = try await pool.withConnection { $0.backendPID }
            try await killer.execute("select pg_terminate_backend(\(pid), 10000)")
            #expect(try await pool.withConnection { $0.backendPID } != pid)
        }
        await pool.close()
    }

    @Test("After a silence the pool works again as soon as the server does")
    func silence() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        var settings = proxy.settings(TestDatabase.current.settings)
        settings.answerTimeout = .seconds(2)
        let pool = Pool(settings, maxConnections: 3, acquireTimeout: .seconds(20))
        await withTaskGroup { group in
            for _ in 0..<3 { group.addTask { _ = try? await pool.execute("select pg_sleep(0.05)") } }
        }
        #expect(pool.census.open == 3)
        proxy.fallSilent()
        let error = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
        #expect(error?.code == .answerTimeout)
        // The idle ones went the same way: they are not worth a timeout each.
        #expect(pool.census.open == 0)
        proxy.recover()
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test("A server that cannot be reached fails everybody in line with its reason")
    func unreachable() async throws {
        let pool = Pool(ConnectionSettings("host=127.0.0.1 port=1"), maxConnections: 2)
        await withTaskGroup { group in
            for _ in 0..<10 {
                group.addTask {
                    let error = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
                    #expect(error?.code == .connectionFailed)
                }
            }
        }
        #expect(pool.census.open == 0)
        #expect(pool.census.waiting == 0)
    }

    @Test("Closing waits for what is lent, refuses those who wait and everybody after")
    func closing() async throws {
        let pool = TestDatabase.current.pool(maxConnections: 1)
        let isLent = Shared(false)
        let mayReturn = Shared(false)
        let borrower = Task {
            try await pool.withConnection { connection in
                isLent.change { $0 = true }
                _ = try await eventually { mayReturn.value }
                #expect(try await connection.query("select 1").count == 1)
            }
        }
        #expect(try await eventually { isLent.value })
        let waiter = Task { try await pool.query("select 1").count }
        #expect(try await eventually { pool.census.waiting == 1 })
        let closing = Task { await pool.close() }
        let waited = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(waited?.code == .poolClosed)
        #expect(pool.census.open == 1)
        mayReturn.change { $0 = true }
        await closing.value
        #expect(pool.census.open == 0)
        try await borrower.value
        let late = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
        #expect(late?.code == .poolClosed)
    }
}
