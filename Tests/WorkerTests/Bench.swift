import Civil
import Foundation
import Logging
import Postgres
import Queue
import Registry
import Service
import TestSupport

@testable import Worker

/// The Kurzeme data set of this repository.
let kurzeme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "data/kurzeme").path

/// Handlers at work on a test's database, in this process.
struct Bench: Sendable {
    let pool: Pool
    let archive: TemporaryFolder
    let surroundings: Surroundings

    /// A bench on the test's database, which gets the Kurzeme data set.
    ///
    /// - Parameters:
    ///   - mail: the port of the mail server; nil where none is configured.
    ///   - more: settings in place of the bench's own.
    static func make(mail: Int? = nil, _ more: [String: String] = [:]) async throws -> Bench {
        let pool = TestDatabase.current.pool(maxConnections: 12)
        _ = try await Registry.importFolder(kurzeme, on: pool)
        // Retries come at once, so that tests need not wait for them.
        try await pool.execute("update rinda.kind set backoff_base_seconds = 0.05, backoff_cap_seconds = 0.1")
        let archive = try TemporaryFolder()
        var settings = [
            "RINDA_MAIL_DOMAIN": "di.example.lv", "RINDA_ARCHIVE_PATH": archive.path,
            "RINDA_MAIL_JOURNAL": "\(archive.path)/mail-journal",
            "RINDA_SMTP_FROM": "di-monitorings@example.lv", "RINDA_MAIL_HOURS": "always",
        ]
        if let mail { settings["RINDA_SMTP_URL"] = "smtp://127.0.0.1:\(mail)" }
        settings.merge(more) { _, given in given }
        let zone = try await pool.withConnection {
            try await ZoneRules.load("Europe/Riga", from: 2000, through: 2100, on: &$0)
        }
        return Bench(
            pool: pool, archive: archive,
            surroundings: Surroundings(try RindaConfiguration(environment: settings), zone: zone))
    }

    /// Lets a worker serve queues for the length of the body.
    func serving(
        _ queues: [String] = ["default", "monitoring", "mail", "reports"], _ body: () async throws -> Void
    ) async throws {
        var logger = Logger(label: "worker-tests") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let worker = Queue.Worker(
            configuration: WorkerConfiguration(
                name: "\(ProcessIdentity.name):\(UInt32.random(in: 0...UInt32.max))", version: "test",
                queues: queues.map { WorkerConfiguration.QueueSlots(queue: $0, slots: 4) }, lease: .seconds(20),
                pollInterval: .milliseconds(50), drainTimeout: .zero),
            handlers: try Handlers.all(surroundings), control: TestDatabase.current.pool(maxConnections: 5),
            database: pool, listen: nil, logger: logger)
        let run = Task { await worker.run {} }
        do {
            try await body()
        } catch {
            worker.stop()
            _ = await run.value
            throw error
        }
        worker.stop()
        _ = await run.value
    }

    /// What became of a job.
    struct End: Sendable {
        let state: String
        let attempt: Int
        let output: String?
        let errors: [String]
    }

    /// Enqueues a job and waits until it is final.
    func run(_ kind: String, _ args: String) async throws -> End {
        try await end(of: try await enqueue(kind, args))
    }

    /// Enqueues a job.
    func enqueue(_ kind: String, _ args: String) async throws -> Int64 {
        try await pool.query("select job_id from rinda.enqueue(\(kind), \(JSON(args)))")[0].decode(0)
    }

    /// Waits until a job is final.
    func end(of job: Int64) async throws -> End {
        let isOver = try await eventually(within: .seconds(60)) {
            ["completed", "discarded", "cancelled"].contains(try await now(job).state)
        }
        let end = try await now(job)
        guard isOver else { throw NotOver(state: end.state, errors: end.errors) }
        return end
    }

    private func now(_ job: Int64) async throws -> End {
        let row = try await pool.query(
            """
            select state, attempt, output::text,
                   array(select e ->> 'message' from jsonb_array_elements(errors) with ordinality t (e, n) order by n)
              from rinda.jobs where id = \(job)
            """)[0]
        return End(
            state: try row.decode(0), attempt: Int(try row.decode(1, as: Int32.self)), output: try row.decode(2),
            errors: try row.decode(3))
    }

    struct NotOver: Error {
        let state: String
        let errors: [String]
    }

    /// Waits until no job is unfinished.
    func settled() async throws -> Bool {
        try await eventually(within: .seconds(60)) {
            try await pool.query(
                "select not exists (select from rinda.job)")[0].decode(0, as: Bool.self)
        }
    }

    /// The ledger, by unit and role: state and reason.
    func ledger() async throws -> [String] {
        try await pool.query(
            """
            select concat_ws(' ', o.unit, n.step, n.role, n.state, n.reason)
              from rinda.notice n join rinda.obligation o on o.id = n.obligation order by o.unit, n.step, n.role desc
            """
        ).column(0)
    }

    /// Approves a revision as a person other than the one who is connected.
    func approve(report: Int64, revision: Int) async throws {
        let role = "\(TestDatabase.current.name)_second"
        try await pool.execute("create role \(identifier: role) superuser")
        let second = TestDatabase.current.pool(maxConnections: 1)
        let approval: Result<Void, any Error>
        do {
            try await second.transaction { transaction in
                try await transaction.execute("set local session authorization \(identifier: role)")
                _ = try await Registry.approveReport(report: report, revision: revision, in: &transaction)
            }
            approval = .success(())
        } catch {
            approval = .failure(error)
        }
        await second.close()
        try await pool.execute("drop role \(identifier: role)")
        try approval.get()
    }
}

/// A folder of a test's own, removed when the value goes.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "rinda-worker-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
