import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

@Suite("What a recalculation goes through", .database)
struct RecalculationTests {
    @Test("the periods on record of a plan or of all, and what else was asked about them")
    func questions() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        func asked(_ plan: String?, _ period: String? = nil) async throws -> [RecordedQuestion] {
            try await pool.withConnection {
                try await Registry.recordedQuestions(of: plan, period: period.flatMap { Period(code: $0) }, on: &$0)
            }
        }
        #expect(
            try await asked("DI-KURZEME").map(\.question.period.code) == ["2019-H2", "2021-H1", "2021-H2", "2022-H2"])
        #expect(try await asked(nil).count == 4)
        #expect(try await asked("KURZEME-VISIEM").isEmpty)

        let original = Question(plan: "DI-KURZEME", period: Period(code: "2022-H2")!, targetBasis: .original)
        var known = original
        known.knownAt = Timestamp(iso: "2023-01-05T00:00:00Z")
        for question in [original, known] {
            let answer = try await pool.attainment(question)
            _ = try await pool.transaction { try await Registry.storeSnapshot(answer, in: &$0) }
        }
        let all = try await asked("DI-KURZEME", "2022-H2")
        #expect(all.map(\.question) == [Question(plan: "DI-KURZEME", period: Period(code: "2022-H2")!), original])
        #expect(all[0].newest == nil)
        #expect(all[1].newest?.targetBasis == "ORIGINAL")
        await pool.close()
    }

    @Test("differences are told figure by figure, as printed")
    func changes() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let question = Question(plan: "DI-KURZEME", period: Period(code: "2021-H2")!)
        var early = question
        early.knownAt = Timestamp(iso: "2022-01-31T21:59:59Z")
        let before = try await pool.attainment(early)
        let after = try await pool.attainment(question)
        let changes = try FigureChange.between(JSON(before.regionJSON()), after)
        #expect(
            changes.contains(FigureChange(indicator: "GRT", figure: "reported", before: "139", after: "156")))
        #expect(changes.allSatisfy { $0.indicator == "GRT" || $0.indicator == "FT" })
        #expect(FigureChange.summary(changes).contains("GRT attained 39.71 % → 44.57 %"))
        #expect(try FigureChange.between(JSON(after.regionJSON()), after).isEmpty)
        await pool.close()
    }
}
