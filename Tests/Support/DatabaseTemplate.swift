import Dispatch
import Foundation
import Migrations
import Postgres
import Synchronization

/// The database with all migrations that the tests' databases are copied from: made once a process, dropped at its end.
actor Template {
    static let shared = Template()
    private var making: Task<String, any Error>?

    /// The template's name; makes it on first use.
    func name() async throws -> String {
        if let making { return try await making.value }
        let making = Task { try await Self.make() }
        self.making = making
        return try await making.value
    }

    private static func make() async throws -> String {
        let server = try TestDatabase.server()
        let name = DatabaseNames.next() + "_template"
        try await TestDatabase.administrate(server) { connection in
            try await dropLeftovers(on: &connection)
            try await connection.execute("create database \(identifier: name) template template0")
        }
        remembered.withLock { $0 = name }
        atexit { Template.dropRemembered() }
        var connection = try await Connection.connect(server.database(name))
        try await Migrator(Migrations.all).migrate(on: &connection)
        connection.close()
        return name
    }

    /// Drops the databases of test processes that were killed: those older than six hours.
    private static func dropLeftovers(on connection: inout Connection) async throws {
        let names = try await connection.query(
            "select datname::text from pg_catalog.pg_database where datname like 'rinda\\_test\\_%'"
        ).column(0, as: String.self)
        let limit = Int(Date().timeIntervalSince1970) - 6 * 3600
        for name in names {
            guard let birth = DatabaseNames.birth(of: name), birth < limit, birth > 1_000_000_000 else { continue }
            // Another process may be dropping it too.
            _ = try? await connection.execute("drop database if exists \(identifier: name) with (force)")
        }
    }

    private static let remembered = Mutex<String?>(nil)

    /// Runs while the process exits, when nothing can be awaited.
    private static func dropRemembered() {
        guard let name = remembered.withLock({ $0 }), let server = try? TestDatabase.server() else { return }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            try? await TestDatabase.administrate(server) { connection in
                try await connection.execute("drop database if exists \(identifier: name) with (force)")
            }
            done.signal()
        }
        _ = done.wait(timeout: .now() + 10)
    }
}
