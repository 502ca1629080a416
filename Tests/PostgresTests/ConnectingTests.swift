import Postgres
import TestSupport
import Testing

@Suite("Connecting")
struct ConnectingTests {
    private func failure(_ settings: ConnectionSettings) async throws -> PostgresError {
        try #require(
            await #expect(throws: PostgresError.self) {
                let connection = try await Connection.connect(settings)
                connection.close()
            })
    }

    @Test("An unreachable server is a transient failure that says where it was looked for")
    func unreachable() async throws {
        let error = try await failure(ConnectionSettings("host=127.0.0.1 port=1 dbname=x user=x password=hunter2"))
        #expect(error.code == .connectionFailed)
        #expect(error.isTransient)
        #expect(error.message.contains("127.0.0.1"))
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test(
        "A malformed connection string is refused without being quoted",
        arguments: ["host=a password='hunter2", "hunter2", "postgresql://u:hunter2@h/%zz", "nosuch=hunter2"])
    func malformed(_ conninfo: String) async throws {
        let error = try await failure(ConnectionSettings(conninfo))
        #expect(error.code == .connectionFailed)
        #expect(!error.isTransient)
        #expect(!"\(error)".contains("hunter2"), "\(error)")
    }

    @Test("A database that does not exist is a lasting failure")
    func missingDatabase() async throws {
        let error = try await failure(try TestDatabase.server().database("rinda_test_there_is_none"))
        #expect(error.code == .connectionFailed)
        #expect(!error.isTransient)
        #expect(error.message.contains("rinda_test_there_is_none"))
    }

    @Test("The second of two hosts is used where the first refuses")
    func severalHosts() async throws {
        let server = try TestDatabase.server()
        let proxy = try FaultyProxy(to: server)
        defer { proxy.close() }
        let settings = proxy.settings(server).replacing("host", with: "127.0.0.1,127.0.0.1")
            .replacing("port", with: "1,\(proxy.port)")
        var connection = try await Connection.connect(settings)
        #expect(try await connection.query("select 1").count == 1)
    }

    @Test("A cancelled task does not wait for a server that never answers")
    func cancelledConnecting() async throws {
        let server = try TestDatabase.server()
        let proxy = try FaultyProxy(to: server)
        defer { proxy.close() }
        proxy.fallSilent()
        let settings = proxy.settings(server)
        let connecting = Task {
            let connection = try await Connection.connect(settings)
            connection.close()
        }
        #expect(try await eventually { proxy.accepted > 0 })
        connecting.cancel()
        let error = await #expect(throws: PostgresError.self) { try await connecting.value }
        #expect(error?.code == .cancelled)
    }

    @Test("A silent server is given up after libpq's connect_timeout")
    func connectTimeout() async throws {
        let server = try TestDatabase.server()
        let proxy = try FaultyProxy(to: server)
        defer { proxy.close() }
        proxy.fallSilent()
        let error = try await failure(proxy.settings(server).replacing("connect_timeout", with: "2"))
        #expect(error.code == .connectionFailed)
        #expect(error.message.contains("timeout"))
    }

    @Test("What settings say of themselves holds no password")
    func description() {
        let settings = ConnectionSettings("postgresql://anna:hunter2@db.example.lv:5433/rinda")
        #expect("\(settings)" == "host=db.example.lv port=5433 dbname=rinda")
        let other = settings.database("o'ther \\ db")
        #expect(other.value(of: "dbname") == "o'ther \\ db")
        #expect(other.value(of: "password") == "hunter2")
    }
}
