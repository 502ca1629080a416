import ChaosHistory
import Foundation
import Postgres

/// The PostgreSQL server under test: stopped in its own ways, started again by a command.
struct Server: Sendable {
    let settings: ConnectionSettings
    /// What starts it again.
    let startCommand: String

    /// How a server is stopped.
    enum Stop: Int32, Sendable {
        /// Rolls back what runs and ends in order.
        case fast = 2
        /// Ends at once, as if the power had gone; it recovers when it starts.
        case immediate = 3
    }

    /// Stops the server and starts it again.
    func restart(_ stop: Stop) async throws {
        let postmaster = try await postmasterPID()
        kill(postmaster, stop.rawValue)
        let deadline = ContinuousClock.now + .seconds(30)
        while kill(postmaster, 0) == 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        let starting = try ChildProcess("/bin/bash", ["-c", startCommand], environment: [:], log: "/dev/null")
        guard await starting.end(within: .seconds(90)) == .exited(0) else {
            throw ChaosFailure(description: "the server did not start again: \(startCommand)")
        }
    }

    /// Kills one of the server's processes, which makes it end all others and recover.
    func killBackend(_ dice: inout Dice) async throws {
        let pids = try await query(
            "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")
        let backends = try pids.map { try $0.decode(0, as: Int32.self) }
        if let backend = dice.pick(backends) { kill(backend, SIGKILL) }
        try await waitUntilUp()
    }

    func cutAllConnections() async throws {
        _ = try await query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
             where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = current_database()
            """)
    }

    func waitUntilUp() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if (try? await query("select 1")) != nil { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChaosFailure(description: "the server does not come back")
    }

    private func postmasterPID() async throws -> pid_t {
        let text = try await query("select split_part(pg_read_file('postmaster.pid'), chr(10), 1)")
        guard let pid = pid_t(try text[0].decode(0, as: String.self)), pid > 1 else {
            throw ChaosFailure(description: "the server's process is unknown")
        }
        return pid
    }

    /// One statement on a connection of its own: connections of a pool die with the server.
    @discardableResult
    func query(_ sql: SQL) async throws -> Rows {
        var connection = try await Connection.connect(settings)
        let rows = try await connection.query(sql)
        connection.close()
        return rows
    }
}

struct ChaosFailure: Error, CustomStringConvertible {
    let description: String
}
