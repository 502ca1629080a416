import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

private func day(_ iso: String) -> LocalDate { LocalDate(iso: iso)! }

@Suite("Quiet, declined courtesies and contacts", .database)
struct QuietTests {
    private let pool = TestDatabase.current.pool()

    @Test("quiet that was asked for a unit holds its reminders back through its day, and the last word counts")
    func snooze() async throws {
        try await open()
        #expect(try await stops("2020-01-16") == ["0624200": nil, "0887600": nil])
        try await snooze("0624200", "2020-01-17")
        #expect(try await stops("2020-01-16") == ["0624200": .snoozed, "0887600": nil])
        #expect(try await stops("2020-01-17")["0624200"] == .some(.snoozed))
        #expect(try await stops("2020-01-20")["0624200"] == .some(nil))
        try await snooze("0624200", "2020-01-31")
        try await snooze("0624200", "2020-01-15")
        #expect(try await stops("2020-01-16")["0624200"] == .some(nil))
        let audit = try await pool.query(
            "select object || ' ' || (after ->> 'through') || ' ' || reason from rinda.audit where action = 'reminders.snooze' order by seq"
        ).column(0, as: String.self)
        #expect(
            audit == ["17", "31", "15"].map { "unit:0624200 2020-01-\($0) handled by phone" })
        for (unit, reason) in [("9999999", "r"), ("0624200", " ")] {
            await #expect(throws: RegistryError.self) {
                try await pool.transaction {
                    try await Registry.snooze(unit, through: day("2020-01-31"), reason: reason, in: &$0)
                }
            }
        }
        await pool.close()
    }

    @Test("quiet asked for after a notice was planned stops it when it is about to be sent")
    func snoozeAtSending() async throws {
        try await open()
        let ground = try await ground("2020-01-16")
        let reminder = try #require(
            ground.decision(mailDomain: "di.example.lv").due(on: day("2020-01-16"), ground.facts).first {
                $0.obligation.unit == "0624200"
            })
        let recipient = reminder.recipients[0]
        let plan = NoticePlan(
            obligation: try #require(ground.number(of: reminder.obligation)), step: reminder.step,
            addressee: recipient.addressee, dueVersion: 1, messageID: recipient.messageID, recipient: recipient.email,
            language: recipient.language, plannedFor: day("2020-01-16"))
        _ = try await pool.transaction { try await Registry.planNotices([plan], in: &$0) }
        try await snooze("0624200", "2020-01-17")
        let claim = try await pool.transaction {
            try await Registry.claimNotices(
                ofMessage: plan.messageID, today: day("2020-01-16"),
                attempt: NoticeAttempt(lease: 1, journal: nil, open: [], uncertain: .hold), in: &$0)
        }
        #expect(claim.claimed.isEmpty)
        var filter = NoticeFilter()
        filter.unit = "0624200"
        let wanted = filter
        let log = try await pool.withConnection { try await Registry.noticeLog(wanted, on: &$0) }
        #expect(log.map(\.notice.state) == [.suppressed] && log.map(\.notice.reason) == ["snoozed"])
        #expect(log.map(\.form) == ["DI-1"] && log.map(\.period.code) == ["2019-H2"])
        await pool.close()
    }

    @Test("declined courtesies are left out of S1 and S2 and of nothing else, until it is taken back")
    func optOut() async throws {
        try await open()
        let address = "dati.alsunga@example.lv"
        #expect(try await recipients("2020-01-02") == [address])
        #expect(try await decline(address.uppercased(), true))
        #expect(try await !decline(address, true))
        #expect(try await recipients("2020-01-02") == [])
        #expect(try await recipients("2020-01-16").contains(address))
        #expect(try await decline(address, false))
        #expect(try await recipients("2020-01-02") == [address])
        let objects = try await pool.query(
            "select object from rinda.audit where action like 'reminders.%cept' or action = 'reminders.decline'"
        )
        .column(0, as: String.self)
        #expect(objects.count == 2 && objects.allSatisfy { !$0.contains("@") })
        await pool.close()
    }

    @Test("a contact that is set takes the place of what held before, one that is closed holds no more")
    func contacts() async throws {
        try await open()
        let new = Contact(
            unit: "0624200", role: .submitter, email: "jauns@example.lv", language: .english,
            validFrom: day("2020-01-10"))
        for _ in 1...2 {
            try await pool.transaction { try await Registry.setContact(new, reason: "new colleague", in: &$0) }
        }
        #expect(try await submitters("2020-01-09") == ["dati.alsunga@example.lv"])
        #expect(try await submitters("2020-01-10") == ["jauns@example.lv"])
        #expect(try await recipients("2020-01-16").contains("jauns@example.lv"))
        try await pool.transaction {
            try await Registry.closeContact(
                of: "0624200", .submitter, on: day("2020-01-16"), reason: "has left", in: &$0)
        }
        #expect(try await submitters("2020-01-16") == [])
        // The general address stands in.
        #expect(try await recipients("2020-01-16").contains("pasvaldiba.alsunga@example.lv"))
        await #expect(throws: RegistryError.self) {
            try await pool.transaction {
                try await Registry.closeContact(of: "0624200", .submitter, on: day("2020-01-16"), reason: nil, in: &$0)
            }
        }
        #expect(
            try await pool.query(
                "select action from rinda.audit where object = 'contact:0624200/SUBMITTER' order by seq"
            )
            .column(0, as: String.self) == ["contact.set", "contact.set", "contact.close"])
        await pool.close()
    }

    @Test("an explanation follows the decision: the ladder's days, the stop condition, who stands in")
    func explanation() async throws {
        try await open()
        try await snooze("0624200", "2020-01-17")
        try await pool.transaction {
            try await Registry.closeContact(of: "0887600", .head, on: day("2020-01-16"), reason: nil, in: &$0)
        }
        let ground = try await ground("2020-01-16")
        let decision = ground.decision(mailDomain: "di.example.lv")
        func explain(_ unit: String) throws -> ReminderExplanation {
            decision.explain(
                try #require(ground.facts.first { $0.obligation.unit == unit }), on: day("2020-01-16"))
        }
        let alsunga = try explain("0624200")
        // Due 2020-01-15; 2020-01-01 is a holiday, so that the tenth working day before lies before the window.
        #expect(
            alsunga.ladder.map(\.day.description)
                == ["2020-01-02", "2020-01-08", "2020-01-14", "2020-01-16", "2020-01-22", "2020-01-29"])
        #expect(alsunga.ladder[0].exceptions.isEmpty)
        #expect(alsunga.step == .overdue && alsunga.stop == .snoozed)
        let mersrags = try explain("0887600")
        #expect(mersrags.step == .overdue && mersrags.stop == nil)
        #expect(mersrags.addressing.map(\.isStandIn) == [false, true])
        await pool.close()
    }

    // MARK: The way there

    private func open() async throws {
        _ = try await Registry.importFolder(kurzeme, on: pool)
        _ = try await pool.transaction {
            try await Registry.generateObligations(form: "DI-1", period: Period(code: "2019-H2")!, in: &$0)
        }
    }

    private func ground(_ iso: String) async throws -> ReminderGround {
        try await pool.withConnection { try await Registry.reminderGround(on: day(iso), database: &$0) }
    }

    private func due(_ iso: String) async throws -> [Reminder] {
        let ground = try await ground(iso)
        return ground.decision(mailDomain: "di.example.lv").due(on: day(iso), ground.facts)
            .filter { ["0624200", "0887600"].contains($0.obligation.unit) }
    }

    private func stops(_ iso: String) async throws -> [String: StopCondition?] {
        Dictionary(uniqueKeysWithValues: try await due(iso).map { ($0.obligation.unit, $0.suppressed) })
    }

    private func recipients(_ iso: String) async throws -> [String] {
        try await due(iso).filter { $0.obligation.unit == "0624200" }.flatMap { $0.recipients.map(\.email) }
    }

    private func submitters(_ iso: String) async throws -> [String] {
        try await pool.withConnection {
            try await Registry.contactStandings(of: "0624200", on: day(iso), database: &$0)
        }.filter { $0.contact.role == .submitter }.map(\.contact.email)
    }

    private func snooze(_ unit: String, _ through: String) async throws {
        try await pool.transaction {
            try await Registry.snooze(unit, through: day(through), reason: "handled by phone", in: &$0)
        }
    }

    private func decline(_ email: String, _ declines: Bool) async throws -> Bool {
        try await pool.transaction {
            try await Registry.decline(courtesiesTo: email, declines, reason: "asked by mail", in: &$0)
        }
    }
}
