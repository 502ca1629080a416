import Civil
import Domain
import Foundation
import Postgres
import Registry
import Synchronization
import TestSupport
import Testing

@Suite("Notices when the process that sends them is killed", .database, .serialized, .timeLimit(.minutes(5)))
struct NoticeCrashTests {
    private let system = WorkerSystem()
    private let folder = ScratchPath()

    @Test("killed before the server has the message: it is sent once by the next worker, without a doubt")
    func beforeTheEnd() async throws {
        let silent = try MailTrap(isGreeting: false)
        let message = try await planNotice()
        try await worker(on: silent) { (worker) async throws in
            #expect(try await eventually { silent.connections == 1 })
            try await kill(worker)
        }
        let trap = try MailTrap()
        try await worker(on: trap) { (_) async throws in #expect(try await becomes("SENT")) }
        #expect(trap.messages.map { $0.header("Message-ID") } == ["<\(message)>"])
        #expect(try await events() == ["PLANNED", "SENDING", "SENDING", "SENT"])
    }

    @Test("killed after the last octets and before the server's word: sent again under the same Message-ID, and noted")
    func beforeTheWord() async throws {
        let mute = try MailTrap { _ in .hang }
        let message = try await planNotice()
        try await worker(on: mute) { (worker) async throws in
            #expect(try await eventually { mute.messages.count == 1 })
            try await kill(worker)
        }
        let trap = try MailTrap()
        try await worker(on: trap) { (_) async throws in #expect(try await becomes("SENT")) }
        #expect(mute.messages.map { $0.header("Message-ID") } == ["<\(message)>"])
        #expect(trap.messages.map { $0.header("Message-ID") } == ["<\(message)>"])
        let events = try await events()
        #expect(events.count == 4 && events[3].hasPrefix("SENT: sent again under the same Message-ID: "))
    }

    @Test("where the configuration says so, what may have been sent is held for a person and not sent again")
    func held() async throws {
        let mute = try MailTrap { _ in .hang }
        let message = try await planNotice()
        try await worker(on: mute) { (worker) async throws in
            #expect(try await eventually { mute.messages.count == 1 })
            try await kill(worker)
        }
        let trap = try MailTrap()
        try await worker(on: trap, ["RINDA_MAIL_UNCERTAIN": "hold"]) { (_) async throws in
            #expect(try await becomes("HELD"))
            #expect(trap.messages.isEmpty)
            // A person's word: it did not arrive.
            _ = try await system.pool.transaction { transaction in
                try await Registry.settleHeld(message: message, .resend, reason: "asked them", in: &transaction)
            }
            try await send(message)
            #expect(try await becomes("SENT"))
        }
        #expect(trap.messages.count == 1)
    }

    @Test(
        "killed after the server's acceptance and before the database knows: the journal knows, and nothing is sent again"
    )
    func beforeTheCommit() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.current.settings)
        defer { proxy.close() }
        // While the server says that it takes the message, the database falls silent: no commit gets through.
        let trap = try MailTrap { _ in
            proxy.fallSilent()
            return .say("250 2.0.0 taken")
        }
        _ = try await planNotice()
        try await worker(on: trap, database: proxy.settings(TestDatabase.current.settings)) { (worker) async throws in
            #expect(try await eventually { try folder.journal().contains("accepted ") })
            try await kill(worker)
        }
        #expect(try await states() == ["SENDING"])
        let second = try MailTrap()
        try await worker(on: second) { (_) async throws in #expect(try await becomes("SENT")) }
        #expect(trap.messages.count == 1)
        #expect(second.connections == 0)
        let events = try await events()
        #expect(events.last?.hasPrefix("SENT: the journal says that the mail server took it") == true)
        let digests = try await system.pool.query("select count(*) from rinda.notice where digest is not null")
        #expect(try digests[0].decode(0, as: Int64.self) == 1)
    }

    @Test(
        "a server that hangs up after the last dot, then refuses for now, then takes it, gets it under one Message-ID")
    func hangsUp() async throws {
        let answers = Mutex<[MailTrap.Answer]>([.drop, .say("451 4.3.0 later"), .say("250 2.0.0 taken")])
        let trap = try MailTrap { _ in answers.withLock { $0.removeFirst() } }
        let message = try await planNotice()
        try await system.pool.execute(
            "update rinda.kind set backoff_base_seconds = 0, backoff_cap_seconds = 0 where kind = 'notice.send'")
        try await worker(on: trap) { (_) async throws in #expect(try await becomes("SENT")) }
        #expect(trap.messages.map { $0.header("Message-ID") } == Array(repeating: "<\(message)>", count: 3))
        let events = try await events()
        #expect(
            events.map { $0.prefix { $0 != ":" } }
                == ["PLANNED", "SENDING", "SENDING", "FAILED", "SENDING", "SENT"])
    }

    // MARK: The way there

    /// One municipality is late, and one notice is planned for it with the job that sends it.
    private func planNotice() async throws -> String {
        _ = try await Registry.importFolder(Self.kurzeme, on: system.pool)
        let period = try #require(Period(code: "2019-H2"))
        let message = "di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv"
        try await system.pool.transaction { transaction in
            _ = try await Registry.generateObligations(form: "DI-1", period: period, in: &transaction)
            var filter = ObligationFilter()
            filter.unit = "0624200"
            filter.period = period
            let late = try await Registry.obligations(filter, on: &transaction)[0]
            let plan = NoticePlan(
                obligation: late.id, step: .overdue, addressee: .submitter, dueVersion: 1, messageID: message,
                recipient: "dati.alsunga@example.lv", language: .latvian, plannedFor: late.dueOn.adding(days: 1))
            _ = try await Registry.planNotices([plan], in: &transaction)
        }
        try await send(message)
        return message
    }

    private func send(_ message: String) async throws {
        _ = try await system.enqueue(#"{"message_id": "\#(message)"}"#, kind: "notice.send")
    }

    private func worker(
        on trap: MailTrap, database: ConnectionSettings = TestDatabase.current.settings,
        _ more: [String: String] = [:], _ body: (DaemonProcess) async throws -> Void
    ) async throws {
        let settings = [
            "RINDA_SMTP_URL": "smtp://127.0.0.1:\(trap.port)", "RINDA_SMTP_FROM": "di@example.lv",
            "RINDA_MAIL_DOMAIN": "di.example.lv", "RINDA_MAIL_JOURNAL": folder.journalPath,
            "RINDA_MAIL_HOURS": "always",
        ]
        let environment = system.environment(database: database, settings.merging(more) { _, given in given })
        try await withDaemon("rinda-worker", environment: environment, body)
    }

    private func kill(_ worker: DaemonProcess) async throws {
        worker.send(SIGKILL)
        #expect(try await worker.end(within: .seconds(10)) == .killed(SIGKILL))
    }

    private func becomes(_ state: String) async throws -> Bool {
        try await eventually(within: .seconds(60)) { try await states() == [state] }
    }

    private func states() async throws -> [String] {
        try await system.pool.query("select state from rinda.notice order by id").column(0, as: String.self)
    }

    private func events() async throws -> [String] {
        try await system.pool.query(
            "select state || coalesce(': ' || reason, '') from rinda.notice_event order by seq"
        ).column(0, as: String.self)
    }

    private static let kurzeme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "data/kurzeme").path
}

/// A folder for a test's journal.
final class ScratchPath: Sendable {
    let path = NSTemporaryDirectory() + "/rinda-mail-\(UUID().uuidString)"

    init() {
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var journalPath: String { path + "/journal" }

    func journal() throws -> String { (try? String(contentsOfFile: journalPath, encoding: .utf8)) ?? "" }
}
