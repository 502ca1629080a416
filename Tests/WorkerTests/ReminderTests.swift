import Civil
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Worker

@Suite("Handlers: reminders", .database, .serialized)
struct ReminderTests {
    private static let sent = [
        "0624200 S4 SUBMITTER SENT", "0624200 S4 HEAD SENT", "0887600 S4 SUBMITTER SENT", "0887600 S4 HEAD SENT",
    ]

    /// Opens the half-year of the Kurzeme set and evaluates the day after the due date: two units are missing.
    private func evaluate(_ bench: Bench) async throws {
        let opened = try await bench.run("obligations.generate", #"{"form": "DI-1", "period": "2019-H2"}"#)
        #expect(opened.state == "completed")
        let evaluated = try await bench.run("reminders.evaluate", #"{"date": "2020-01-16"}"#)
        #expect(evaluated.state == "completed")
    }

    @Test("who is missing is reminded once, each role in a message of its own, however often it is evaluated")
    func remindsOnce() async throws {
        let mail = try MailCatcher()
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
            #expect(try await bench.ledger() == Self.sent)
            let again = try await bench.run("reminders.evaluate", #"{"date": "2020-01-16"}"#)
            #expect(again.output?.contains(#""due": 0"#) == true)
            #expect(try await bench.settled())
        }
        #expect(mail.messages.count == 4)
        let ids = Set(mail.messages.compactMap { $0.header("Message-ID") })
        #expect(ids.contains("<di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv>"))
        #expect(ids.count == 4)
        for message in mail.messages {
            #expect(message.header("Auto-Submitted") == "auto-generated")
            #expect(message.header("To") == message.recipient)
            #expect(message.header("Reply-To") == "pasts.kpr@example.lv")
            #expect(message.header("Subject") != nil)
        }
        await bench.pool.close()
    }

    @Test("a second job for a notice that went out sends nothing")
    func secondJob() async throws {
        let mail = try MailCatcher()
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
            let end = try await bench.run(
                "notice.send", #"{"message_id": "di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv"}"#)
            #expect(end.state == "completed" && end.output?.contains(#""sent": false"#) == true)
        }
        #expect(mail.messages.count == 4)
        await bench.pool.close()
    }

    @Test("what arrives between planning and sending suppresses the notice with its reason")
    func stopsAtTheLastMoment() async throws {
        let mail = try MailCatcher()
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.serving(["monitoring"]) { try await evaluate(bench) }
        try await bench.pool.execute(
            """
            insert into rinda.submission (unit, form, period, version, received_at, status, nil)
            values ('0624200', 'DI-1', '2019-H2', 1, '2020-01-16 09:00+02', 'RECEIVED', false)
            """)
        try await bench.pool.execute(
            """
            update rinda.obligation set waived_at = now(), waived_by = session_user, waived_reason = 'test'
             where unit = '0887600'
            """)
        try await bench.serving {
            let isSettled = try await bench.settled()
            #expect(isSettled)
        }
        #expect(
            try await bench.ledger() == [
                "0624200 S4 SUBMITTER SUPPRESSED submitted", "0624200 S4 HEAD SUPPRESSED submitted",
                "0887600 S4 SUBMITTER SUPPRESSED waived", "0887600 S4 HEAD SUPPRESSED waived",
            ])
        #expect(mail.messages.isEmpty)
        await bench.pool.close()
    }

    @Test("a refusal for now is tried again, one for good is not and says why")
    func refusals() async throws {
        let mail = try MailCatcher(
            .refuse("451 4.3.0 come back later"), .refuse("451 4.3.0 come back later"),
            .refuse("550 5.1.1 no such user"))
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
        }
        let ledger = try await bench.ledger()
        #expect(ledger.filter { $0.hasSuffix(" SENT") }.count == 3)
        let failed = ledger.filter { $0.contains(" FAILED ") }
        #expect(failed.count == 1 && failed[0].contains("550 5.1.1"))
        #expect(mail.messages.count == 3)
        let states = try await bench.pool.query(
            "select state, count(*) from rinda.jobs where kind = 'notice.send' group by state order by state")
        #expect(
            try states.map { "\(try $0.decode(0, as: String.self)) \(try $0.decode(1, as: Int64.self))" }
                == ["completed 3", "discarded 1"])
        let attempts = try await bench.pool.query("select sum(attempt) from rinda.jobs where kind = 'notice.send'")[0]
            .decode(0, as: Int64.self)
        #expect(attempts == 6)
        await bench.pool.close()
    }

    @Test("where the server's answer is lost the same message goes out again under the same Message-ID")
    func answerLost() async throws {
        let mail = try MailCatcher(.acceptInSilence)
        defer { mail.close() }
        let bench = try await Bench.make(mail: mail.port)
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
        }
        // The ledger says of the one that it may have gone out before.
        let ledger = try await bench.ledger()
        #expect(ledger.map { $0.components(separatedBy: " sent again under the same Message-ID")[0] } == Self.sent)
        #expect(ledger.count { $0.contains("may have taken it") } == 1)
        let ids = mail.messages.compactMap { $0.header("Message-ID") }
        #expect(ids.count == 5 && Set(ids).count == 4)
        await bench.pool.close()
    }

    @Test("without a mail server only the notices fail, and say what is missing")
    func notConfigured() async throws {
        let bench = try await Bench.make()
        try await bench.pool.execute("update rinda.kind set max_attempts = 2 where kind = 'notice.send'")
        try await bench.serving {
            try await evaluate(bench)
            #expect(try await bench.settled())
            #expect(try await bench.run("diagnostic", "{}").state == "completed")
        }
        #expect(try await bench.ledger().allSatisfy { $0.hasSuffix("PLANNED") })
        let message = try await bench.pool.query(
            "select errors -> -1 ->> 'message' from rinda.jobs where kind = 'notice.send' limit 1")[0]
            .decode(0, as: String.self)
        #expect(message.contains("RINDA_SMTP_URL"))
        await bench.pool.close()
    }
}

@Suite("Which day counts as today for a message")
struct SendingDayTests {
    private func day(_ iso: String) -> LocalDate { LocalDate(iso: iso)! }

    @Test("today does, also for what was planned for some days ago")
    func today() {
        for planned in ["2026-03-02", "2026-02-20", "2026-03-09"] {
            #expect(
                SendingDay.day(
                    plannedFor: day(planned), enqueuedOn: day("2026-03-02"), today: day("2026-03-04"))
                    == day("2026-03-04"))
        }
    }

    @Test("for a rehearsal on old data the evaluated day does, and goes on from there")
    func rehearsal() {
        #expect(
            SendingDay.day(plannedFor: day("2020-01-16"), enqueuedOn: day("2026-03-02"), today: day("2026-03-02"))
                == day("2020-01-16"))
        #expect(
            SendingDay.day(plannedFor: day("2020-01-16"), enqueuedOn: day("2026-03-02"), today: day("2026-03-05"))
                == day("2020-01-19"))
    }
}
