import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

private let today = LocalDate(iso: "2020-01-16")!
private let messageID = "di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv"

@Suite("The ledger of notices after a crash", .database)
struct UncertainNoticeTests {
    private let pool = TestDatabase.current.pool()

    @Test("an attempt that never offered the message surely did not send it: the next one sends it and notes no doubt")
    func neverOffered() async throws {
        try await plan()
        _ = try await claim(lease: 1)
        let second = try await claim(lease: 2)
        #expect(second.claimed.count == 1 && second.held == 0 && !second.isRepeated)
        #expect(try await states() == ["PLANNED", "SENDING 1", "SENDING 2"])
        await pool.close()
    }

    @Test("what an attempt offered goes out again under the same Message-ID, and the ledger says so to the end")
    func resent() async throws {
        try await plan()
        _ = try await claim(lease: 1)
        let second = try await claim(lease: 2, open: [1])
        #expect(second.claimed.map(\.notice.plan.messageID) == [messageID] && second.isRepeated)
        try await pool.transaction {
            try await Registry.markSent(message: messageID, digest: Array(repeating: 1, count: 32), in: &$0)
        }
        let doubt = "sent again under the same Message-ID: the mail server may have taken it from lease 1"
        #expect(try await states() == ["PLANNED", "SENDING 1", "SENDING 2: \(doubt)", "SENT 2: \(doubt)"])
        await pool.close()
    }

    @Test(
        "held, it waits for a person, who says what it is",
        arguments: [
            (HeldVerdict.delivered, ["SENDING 1: delivered: I asked", "SENT 1: delivered: I asked"]),
            (.drop, ["SUPPRESSED 1: drop: I asked"]), (.resend, ["FAILED 1: resend: I asked"]),
        ])
    func held(verdict: HeldVerdict, states expected: [String]) async throws {
        try await plan()
        _ = try await claim(lease: 1)
        let second = try await claim(lease: 2, open: [1], .hold)
        #expect(second.claimed.isEmpty && second.held == 1)
        #expect(try await claim(lease: 3, open: [1], .resend).claimed.isEmpty)
        let settled = try await pool.transaction {
            try await Registry.settleHeld(message: messageID, verdict, reason: "I asked", in: &$0)
        }
        #expect(settled == 1)
        let held = "HELD 1: the mail server may have taken it from lease 1"
        #expect(try await states() == ["PLANNED", "SENDING 1", held] + expected)
        // To be sent again, it is certain what to do.
        #expect(try await claim(lease: 4, open: [1], .hold).claimed.count == (verdict == .resend ? 1 : 0))
        #expect(
            try await pool.value(
                "select after ->> 'verdict' from rinda.audit where action = 'notice.settle'") == verdict.rawValue)
        await #expect(throws: RegistryError.self) {
            try await pool.transaction {
                try await Registry.settleHeld(message: messageID, verdict, reason: "again", in: &$0)
            }
        }
        await pool.close()
    }

    @Test("another journal, or none, knows nothing of the attempt")
    func otherJournal() async throws {
        try await plan()
        _ = try await claim(lease: 1, journal: "a")
        #expect(try await claim(lease: 2, journal: "b", .hold).held == 1)
        _ = try await pool.transaction {
            try await Registry.settleHeld(message: messageID, .resend, reason: "r", in: &$0)
        }
        _ = try await claim(lease: 3, journal: nil)
        #expect(try await claim(lease: 4, journal: nil, .hold).held == 1)
        await pool.close()
    }

    @Test("what the journal knows as taken becomes sent, whatever the database was set back to", arguments: [0, 1, 2])
    func fromJournal(attempts: Int) async throws {
        try await plan()
        if attempts > 0 { _ = try await claim(lease: 1) }
        if attempts > 1 { _ = try await claim(lease: 2, open: [1], .hold) }
        _ = try await pool.transaction {
            try await Registry.recordAcceptance(
                ofMessage: messageID, digest: Array(repeating: 9, count: 32), lease: 1, in: &$0)
        }
        #expect(
            try await states().last == "SENT 1: the journal says that the mail server took it from lease 1")
        await pool.close()
    }

    @Test("a stop condition that has come true since goes before the doubt, which stays to be read")
    func stopped() async throws {
        try await plan()
        _ = try await claim(lease: 1)
        let obligation = try await pool.value("select obligation from rinda.notice", as: Int64.self)
        try await pool.transaction { try await Registry.waiveObligation(obligation, reason: "merged", in: &$0) }
        let second = try await claim(lease: 2, open: [1], .hold)
        #expect(second.claimed.isEmpty && second.held == 0)
        #expect(
            try await states().last == "SUPPRESSED 1: waived; the mail server may have taken it from lease 1")
        await pool.close()
    }

    @Test("a step over which a later one has been planned does not go out any more")
    func superseded() async throws {
        try await plan()
        try await plan(.graceOver, as: "later@di.example.lv")
        #expect(try await claim(lease: 1).claimed.isEmpty)
        #expect(try await states().last == "SUPPRESSED : superseded")
        await pool.close()
    }

    private func plan(_ step: ReminderStep = .overdue, as message: String = messageID) async throws {
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let period = Period(code: "2019-H2")!
        let plan = try await pool.transaction { transaction in
            _ = try await Registry.generateObligations(form: "DI-1", period: period, in: &transaction)
            var filter = ObligationFilter()
            filter.unit = "0624200"
            filter.period = period
            let obligation = try await Registry.obligations(filter, on: &transaction)[0].id
            return NoticePlan(
                obligation: obligation, step: step, addressee: .submitter, dueVersion: 1, messageID: message,
                recipient: "dati@example.lv", language: .latvian, plannedFor: today)
        }
        _ = try await pool.transaction { try await Registry.planNotices([plan], in: &$0) }
    }

    private func claim(
        lease: Int64, open: Set<Int64> = [], journal: String? = "j", _ uncertain: UncertainDelivery = .resend
    ) async throws -> NoticeClaim {
        let attempt = NoticeAttempt(lease: lease, journal: journal, open: open, uncertain: uncertain)
        return try await pool.transaction {
            try await Registry.claimNotices(ofMessage: messageID, today: today, attempt: attempt, in: &$0)
        }
    }

    /// Every state that the message's notice has had: `STATE LEASE: REASON`.
    private func states() async throws -> [String] {
        try await pool.query(
            """
            select e.state || coalesce(' ' || e.lease, case when e.reason is null then '' else ' ' end)
                   || coalesce(': ' || e.reason, '')
              from rinda.notice_event e join rinda.notice n on n.id = e.notice
             where n.message_id = \(messageID) order by e.seq
            """
        ).column(0, as: String.self)
    }
}
