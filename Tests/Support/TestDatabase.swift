import Civil
import Foundation
package import Postgres
import Synchronization

/// A database of a test's own, dropped when the test ends. Its name begins with `rinda_test_`.
package struct TestDatabase: Sendable {
    /// The database's name.
    package let name: String
    /// How to reach it.
    package let settings: ConnectionSettings

    @TaskLocal static var bound: TestDatabase?

    /// The database of the running test.
    ///
    /// - Precondition: the test or its suite has the trait `.database`, `.suiteDatabase` or `.emptyDatabase`.
    package static var current: TestDatabase {
        guard let bound else {
            preconditionFailure("the test has no database: give it or its suite the trait .database")
        }
        return bound
    }

    /// The server that tests use: `RINDA_TEST_DATABASE_URL`, else `RINDA_DATABASE_URL`.
    ///
    /// - Throws: where neither is set.
    package static func server() throws -> ConnectionSettings {
        let environment = ProcessInfo.processInfo.environment
        for name in ["RINDA_TEST_DATABASE_URL", "RINDA_DATABASE_URL"] {
            if let url = environment[name], !url.isEmpty {
                return ConnectionSettings(url, applicationName: "rinda-test", answerTimeout: .seconds(120))
            }
        }
        throw MissingServer()
    }

    /// Creates a database, from the template with all migrations or empty.
    package static func create(migrated: Bool) async throws -> TestDatabase {
        let server = try server()
        let name = DatabaseNames.next()
        let template = migrated ? try await Template.shared.name() : "template0"
        try await administrate(server) { connection in
            try await connection.execute(
                "create database \(identifier: name) template \(identifier: template)")
        }
        return TestDatabase(name: name, settings: server.database(name))
    }

    /// Drops the database, with whoever is still connected to it.
    package func drop() async throws {
        let name = name
        try await Self.administrate(try Self.server()) { connection in
            try await connection.execute("drop database if exists \(identifier: name) with (force)")
        }
    }

    /// A connection to the database.
    package func connect() async throws -> Connection {
        try await Connection.connect(settings)
    }

    /// A pool of connections to the database.
    package func pool(maxConnections: Int = 4) -> Pool {
        Pool(settings, maxConnections: maxConnections)
    }

    /// Runs something on a connection to the server's own database.
    static func administrate(
        _ server: ConnectionSettings, _ body: (inout Connection) async throws -> Void
    ) async throws {
        var connection = try await Connection.connect(server)
        try await body(&connection)
        connection.close()
    }

    private struct MissingServer: Error, CustomStringConvertible {
        let description =
            "set RINDA_TEST_DATABASE_URL to the libpq connection string of a server where tests may create databases"
    }
}

/// Names that no other process or test has, and that tell their age.
enum DatabaseNames {
    private static let counter = Atomic<Int>(0)
    static let prefix = "rinda_test_"

    static func next() -> String {
        let number = counter.add(1, ordering: .relaxed).newValue
        return "\(prefix)\(Int(Date().timeIntervalSince1970))_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
    }

    /// The second since 1970 in which a database was named; nil for names of another form.
    static func birth(of name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return name.dropFirst(prefix.count).split(separator: "_").first.flatMap { Int($0) }
    }
}
