import Foundation
import Postgres
import TestSupport
import Testing

@Suite("The command rinda doctor", .database, .timeLimit(.minutes(2)))
struct DoctorCommandTests {
    private let system = WorkerSystem()

    private struct Report: Decodable {
        struct Finding: Decodable {
            let code: String
            let severity: String
            let message: String
            let advice: String?
        }

        let status: String
        let findings: [Finding]
    }

    /// Runs the command to its end.
    private func doctor(
        _ arguments: String..., database: ConnectionSettings = TestDatabase.current.settings
    ) async throws -> (end: DaemonProcess.End?, text: String) {
        let environment = ["RINDA_DATABASE_URL": database.conninfo]
        let command = try DaemonProcess("rinda", ["doctor"] + arguments, environment: environment)
        let end = try await command.end(within: .seconds(30))
        command.send(SIGKILL)
        return (end, command.log)
    }

    private func report(_ text: String) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    }

    @Test("ends with 3 where something should be looked at, with 4 where jobs do not run, and says so in JSON")
    func exitCodes() async throws {
        let warned = try await doctor("--json")
        #expect(warned.end == .exited(3))
        let report = try report(warned.text)
        #expect(report.status == "warning")
        #expect(report.findings.first?.code == "workers")
        #expect(report.findings.first?.advice?.isEmpty == false)

        _ = try await system.enqueue("{}")
        let critical = try await doctor("--json", "--quiet")
        #expect(critical.end == .exited(4))
        #expect(try self.report(critical.text).findings.allSatisfy { $0.severity != "ok" })
    }

    @Test("ends with 0 where a worker serves the database and nothing else is wrong")
    func healthy() async throws {
        try await withDaemon("rinda-worker", environment: system.environment()) { worker in
            #expect(try await worker.becomesReady())
            let healthy = try await doctor("--json", "--quiet")
            // How many connections other tests use of the server is not this test's.
            let findings = try report(healthy.text).findings
            #expect(findings.filter { $0.code != "connections" }.isEmpty, "\(healthy.text)")
            #expect(healthy.end == .exited(findings.isEmpty ? 0 : 3))
        }
    }

    @Test("names the process, application and statement of a session that keeps a snapshot")
    func pinned() async throws {
        var settings = TestDatabase.current.settings
        settings.applicationName = "the pinner"
        var other = try await Connection.connect(settings)
        try await other.executeScript("begin isolation level repeatable read; select 'a secret' from rinda.kind")
        let found = try await doctor("--json")
        let horizon = try report(found.text).findings.filter { $0.code == "horizon" }
        #expect(horizon.contains { $0.message.contains("\(other.backendPID)") && $0.message.contains("the pinner") })
        #expect(!found.text.contains("a secret"))
        try await other.executeScript("rollback")
    }

    @Test("says that the schema is missing where it is, and what to do", .emptyDatabase)
    func unmigrated() async throws {
        let found = try await doctor("--json")
        #expect(found.end == .exited(4))
        let finding = try report(found.text).findings.first
        #expect(finding?.code == "migrations")
        #expect(finding?.advice?.contains("rinda migrate") == true)
    }

    @Test("ends with 69 where the server cannot be reached")
    func unreachable() async throws {
        let nowhere = ConnectionSettings("host=127.0.0.1 port=1 dbname=none")
        #expect(try await doctor(database: nowhere).end == .exited(69))
    }
}
