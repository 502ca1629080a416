import Foundation
import Postgres
import Registry
import TestSupport
import Testing

@Suite("A worker as a real process: notices", .database, .serialized, .timeLimit(.minutes(5)))
struct WorkerMailTests {
    private let system = WorkerSystem()
    private let kurzeme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "data/kurzeme").path

    @Test("a kill in the middle of sending loses no notice, and what goes out again has the same Message-ID")
    func survivesKill() async throws {
        let mail = try MailCatcher(pause: 0.5)
        defer { mail.close() }
        _ = try await Registry.importFolder(kurzeme, on: system.pool)
        let environment = system.environment([
            "RINDA_SMTP_URL": "smtp://127.0.0.1:\(mail.port)", "RINDA_SMTP_FROM": "di@example.lv",
            "RINDA_MAIL_DOMAIN": "di.example.lv", "RINDA_MAIL_HOURS": "always",
        ])
        let first = try DaemonProcess("rinda-worker", environment: environment)
        let opened = try await system.enqueue(
            #"{"form": "DI-1", "period": "2019-H2"}"#, kind: "obligations.generate")
        #expect(try await system.job(opened, becomes: "completed"))
        _ = try await system.enqueue(#"{"date": "2020-01-16"}"#, kind: "reminders.evaluate")
        // Two are under way at a time: the first two have been taken, and that is not yet said.
        #expect(try await eventually { mail.messages.count == 2 })
        first.send(SIGKILL)
        #expect(try await first.end(within: .seconds(5)) == .killed(SIGKILL))
        try await withDaemon("rinda-worker", environment: environment) { (_) async throws in
            let allSent = try await eventually(within: .seconds(40)) {
                try await system.pool.query(
                    "select count(*) = 4 and bool_and(state = 'SENT') from rinda.notice")[0].decode(0, as: Bool.self)
            }
            #expect(allSent)
        }
        let ids = mail.messages.compactMap { $0.header("Message-ID") }
        #expect(Set(ids).count == 4)
        #expect(ids.count == 6)
        // The ledger says of each that it was begun twice or once.
        let begun = try await system.pool.query(
            "select count(*) from rinda.notice_event where state = 'SENDING' group by notice order by 1"
        ).column(0, as: Int64.self)
        #expect(begun == [1, 1, 2, 2])
    }
}
