import Foundation
import Postgres
import TestSupport

/// Debian's PgBouncer in front of the tests' server, on loopback.
final class PgBouncer: Sendable {
    /// How it lends out the server's sessions.
    enum Mode: String {
        case transaction
        case session
    }

    /// The sessions of the server that all clients share.
    static let serverSessions = 2
    private static let program = "/usr/sbin/pgbouncer"

    private let process: Process
    private let folder: URL
    private let port: Int

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private init(process: Process, folder: URL, port: Int) {
        self.process = process
        self.folder = folder
        self.port = port
    }

    /// Runs PgBouncer for the length of the body; its settings lead to the running test's database.
    static func with<R>(
        _ mode: Mode, sessions: Int = serverSessions, _ body: (PgBouncer) async throws -> R
    ) async throws -> R {
        let bouncer = try start(mode, sessions: sessions)
        defer { bouncer.stop() }
        guard try await eventually(within: .seconds(20), { await bouncer.answers() }) else {
            throw Failure(description: "PgBouncer does not answer: \(bouncer.log)")
        }
        return try await body(bouncer)
    }

    private static func start(_ mode: Mode, sessions: Int) throws -> PgBouncer {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(
                description: "\(program) is not installed, so that nothing is known about proxies: "
                    + "scripts/install-packages.sh test, or apt-get install pgbouncer")
        }
        let server = TestDatabase.current.settings
        let host = server.value(of: "host") ?? "/var/run/postgresql"
        let folder = FileManager.default.temporaryDirectory.appending(path: "rinda-pgbouncer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let port = try freePort()
        var target =
            "host=\(host) port=\(server.value(of: "port") ?? "5432") user=\(server.value(of: "user") ?? NSUserName())"
        if let password = server.value(of: "password") { target += " password=\(password)" }
        let configuration = folder.appending(path: "pgbouncer.ini")
        // Nothing of ours is excused by ignore_startup_parameters: what is refused here would be refused elsewhere.
        try """
        [databases]
        * = \(target)
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = any
        pool_mode = \(mode.rawValue)
        default_pool_size = \(sessions)
        max_client_conn = 100
        """.write(to: configuration, atomically: true, encoding: .utf8)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [configuration.path]
        if geteuid() == 0 {
            // It refuses to run as root, and the socket's folder may be closed to all but the cluster's own account.
            let account = host.hasPrefix("/") ? owner(of: host) : "nobody"
            process.arguments = ["-u", account, configuration.path]
            try FileManager.default.setAttributes([.ownerAccountName: account], ofItemAtPath: configuration.path)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration.path)
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return PgBouncer(process: process, folder: folder, port: port)
    }

    private static func owner(of path: String) -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let owner = attributes?[.ownerAccountName] as? String ?? "nobody"
        return owner == "root" ? "nobody" : owner
    }

    /// A port of loopback that nobody has at the moment.
    private static func freePort() throws -> Int {
        let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(end) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(end, pointer, size) == 0 && getsockname(end, pointer, &size) == 0
            }
        }
        guard isNamed else { throw Failure(description: "no port of loopback is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private func stop() {
        // It inherits the signals that Swift's threads block, SIGTERM among them; it has nothing to lose.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private var log: String {
        (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "no log"
    }

    private func answers() async -> Bool {
        guard var connection = try? await Connection.connect(settings) else { return false }
        return (try? await connection.query("select 1")) != nil
    }

    /// How to reach the running test's database through it.
    var settings: ConnectionSettings {
        TestDatabase.current.settings.replacing("host", with: "127.0.0.1").replacing("port", with: "\(port)")
    }

    /// A pool of connections through it.
    func pool(maxConnections: Int = 4) -> Pool {
        Pool(settings, maxConnections: maxConnections)
    }
}
