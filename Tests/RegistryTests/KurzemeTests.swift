import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

@Suite("The Kurzeme data set in the database", .suiteDatabase)
struct KurzemeTests {
    @Test("imports whole, again without a change, and comes out as it went in")
    func roundTrip() async throws {
        let database = try await TestDatabase.create(migrated: true)
        let pool = database.pool()
        let first = try await Registry.importFolder(kurzeme, on: pool)
        #expect(first.files.map(\.table) == DataTable.allCases)
        #expect(first.files.allSatisfy { $0.added > 0 || $0.table == .adjustments })
        #expect(first.warnings.isEmpty)
        #expect(
            first.recalculations.map(\.question.period.code) == ["2019-H2", "2021-H1", "2021-H2", "2022-H2"])
        #expect(try await pool.value("select count(*) from rinda.jobs where kind = 'snapshot.compute'") == 4)

        let second = try await Registry.importFolder(kurzeme, on: pool)
        #expect(!second.hasChanges)
        #expect(second.files.map(\.unchanged) == first.files.map(\.added))
        #expect(second.recalculations.isEmpty)
        #expect(try await pool.value("select count(*) from rinda.audit") == 1)

        let folder = try ScratchFolder()
        try await Registry.exportFolder(folder.path, on: pool)
        let original = try ScratchFolder.copy(of: kurzeme)
        for table in DataTable.allCases {
            #expect(try folder.read(table.fileName) == original.read(table.fileName), "\(table.fileName)")
        }
        await pool.close()
        try await database.drop()
    }

    @Test("answers 2019-H2 with 57 of 350 and 204 of 288, and 18 of 20 municipalities")
    func firstFigures() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let answer = try await pool.attainment(Question(plan: "DI-KURZEME", period: Period(code: "2019-H2")!))
        #expect(answer.planVersion == 2)
        #expect(answer.completeness.expected == 20)
        #expect(answer.completeness.reported == 18)
        #expect(answer.completeness.onTime == 16)
        let grt = try #require(answer.region.first { $0.indicator == "GRT" })
        let ft = try #require(answer.region.first { $0.indicator == "FT" })
        #expect(grt.reported == 57 && grt.target == 350 && grt.attained?.percentText == "16.29")
        #expect(ft.reported == 204 && ft.target == 288 && ft.attained?.percentText == "70.83")
        #expect(grt.attainedReporting?.percentText == "16.47" && grt.attainedUpper?.percentText == "17.43")
        #expect(grt.pace?.paceText == "0.4892" && grt.status == .red)
        #expect(weighted(answer) == ["GRT": "98.86", "FT": "98.96"])
        let missing = answer.units.filter { $0.indicator == "GRT" && $0.obsStatus == .lacking }.map(\.unit)
        #expect(missing == ["0624200", "0887600"])
        // What the region's sources give has targets and no figures.
        let money = try #require(answer.region.first { $0.indicator == "INFRA" })
        #expect(money.target == 7_300_000 && money.reported == nil && money.status == .grey)
        await pool.close()
    }

    @Test("answers 2021-H2 as known when Ventspils was missing, and after it reported late")
    func afterTheReform() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        var question = Question(
            plan: "DI-KURZEME", period: Period(code: "2021-H2")!, knownAt: Question.knownAt("2022-01-31", zone: riga))
        let early = try await pool.attainment(question)
        let grt = try #require(early.region.first { $0.indicator == "GRT" })
        let ft = try #require(early.region.first { $0.indicator == "FT" })
        #expect(grt.reported == 139 && grt.carried == 153 && grt.upper == 179)
        #expect(grt.attainedReporting?.percentText == "44.84")
        #expect(ft.reported == 238 && ft.carried == 285 && ft.upper == 293)
        #expect(ft.attainedReporting?.percentText == "102.15")
        #expect(weighted(early) == ["GRT": "88.57", "FT": "80.90"])
        #expect([early.completeness.expected, early.completeness.reported] == [7, 6])

        question.knownAt = nil
        let late = try await pool.attainment(question)
        #expect(late.region.first { $0.indicator == "GRT" }?.reported == 156)
        #expect([late.completeness.reported, late.completeness.onTime] == [7, 6])
        #expect(late.snapshot != early.snapshot)
        await pool.close()
    }

    @Test("shows 2019 on the map of 2021, and 2022 against the amended targets")
    func mapsAndVersions() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let map = try await pool.attainment(
            Question(
                plan: "DI-KURZEME", period: Period(code: "2019-H2")!, vintage: .map(LocalDate(iso: "2021-07-01")!)))
        func actuals(_ indicator: String) -> [Rational?] {
            map.units.filter { $0.indicator == indicator }.map(\.actual)
        }
        // Liepāja, Ventspils, Dienvidkurzeme, Kuldīga, Saldus, Talsi, Ventspils novads.
        #expect(actuals("GRT") == [13, 7, 9, 12, 7, 8, 1])
        #expect(actuals("FT") == [68, 39, 19, 24, 22, 25, 7])

        let amended = try await pool.attainment(Question(plan: "DI-KURZEME", period: Period(code: "2022-H2")!))
        #expect(amended.planVersion == 5)
        #expect(amended.region.first { $0.indicator == "GRT" }?.attained?.percentText == "71.73")
        #expect(amended.region.first { $0.indicator == "FT" }?.attained?.percentText == "95.43")
        await pool.close()
    }

    private func weighted(_ answer: Attainment) -> [String: String] {
        let shares = answer.completeness.weighted.compactMap { entry in
            entry.share.map { (entry.indicator, $0.percentText) }
        }
        return Dictionary(uniqueKeysWithValues: shares)
    }
}
