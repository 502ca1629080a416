import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

@Suite("Mail that comes back", .database)
struct BounceTests {
    private let pool = TestDatabase.current.pool()
    private let messageID = "di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv"
    private let address = "dati.alsunga@example.lv"
    private let today = LocalDate(iso: "2020-01-16")!

    @Test("marks the notice once, names who cannot be reached, and lets the general address stand in")
    func marks() async throws {
        let id = try await send()
        #expect(try await unreachable() == [])
        let first = try await record(.notice(id))
        #expect(first?.units == ["0624200"] && first?.notices == 1)
        #expect(try await record(.message(messageID))?.notices == 0)
        #expect(try await record(.message("other@di.example.lv")) == nil)
        #expect(try await unreachable() == ["0624200 \(address) 1"])
        let (state, reason) = (
            try await pool.value("select state from rinda.notice where id = \(id)", as: String.self),
            try await pool.value("select reason from rinda.notice where id = \(id)", as: String.self)
        )
        #expect(state == "BOUNCED" && reason == "not delivered (5.1.1)")
        #expect(try await pool.value("select count(*) from rinda.audit where action = 'notice.bounce'") == 1)
        let ground = try await pool.withConnection {
            try await Registry.reminderGround(on: LocalDate(iso: "2020-01-22")!, database: &$0)
        }
        #expect(ground.contacts.contact(.submitter, of: "0624200")?.email == "pasvaldiba.alsunga@example.lv")
        // A new address is a new chance.
        try await pool.transaction {
            try await Registry.setContact(
                Contact(
                    unit: "0624200", role: .submitter, email: "jauna@example.lv", language: .latvian, validFrom: today),
                reason: nil, in: &$0)
        }
        #expect(try await unreachable() == [])
        await pool.close()
    }

    private func send() async throws -> Int64 {
        _ = try await Registry.importFolder(kurzeme, on: pool)
        return try await pool.transaction { transaction in
            _ = try await Registry.generateObligations(form: "DI-1", period: Period(code: "2019-H2")!, in: &transaction)
            var filter = ObligationFilter()
            filter.unit = "0624200"
            let obligation = try await Registry.obligations(filter, on: &transaction)[0].id
            let plan = NoticePlan(
                obligation: obligation, step: .overdue, addressee: .submitter, dueVersion: 1, messageID: messageID,
                recipient: address, language: .latvian, plannedFor: today)
            let id = try await Registry.planNotices([plan], in: &transaction)[0]
            _ = try await Registry.claimNotices(
                ofMessage: messageID, today: today,
                attempt: NoticeAttempt(lease: 1, journal: "j", open: [], uncertain: .hold), in: &transaction)
            try await Registry.markSent(message: messageID, digest: Array(repeating: 1, count: 32), in: &transaction)
            return try #require(id)
        }
    }

    private func record(_ bounced: Registry.BouncedMessage) async throws -> Registry.BounceRecord? {
        try await pool.transaction { try await Registry.recordBounce(of: bounced, code: "5.1.1", in: &$0) }
    }

    private func unreachable() async throws -> [String] {
        try await pool.withConnection { try await Registry.unreachable(on: today, database: &$0) }
            .map { "\($0.unit) \($0.email) \($0.messages)" }
    }
}
