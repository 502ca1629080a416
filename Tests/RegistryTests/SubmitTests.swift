import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

@Suite("Submissions of a municipality", .database)
struct SubmitTests {
    private let head = "unit,form,period,indicator,value,obs_status\n"

    private func submit(_ text: String, _ pool: Pool, from unit: String? = nil, reason: String? = nil) async throws
        -> IntakeReport
    {
        try await pool.transaction {
            try await Registry.submit(SubmissionFile(Array(text.utf8), reason: reason), from: unit, zone: riga, in: &$0)
        }
    }

    private func count(_ sql: SQL, _ pool: Pool) async throws -> Int64 { try await pool.value(sql) }

    @Test("become versions, and the recalculation follows in the same transaction")
    func versions() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let first = try await submit(head + "04,F,2019-H1,I,2,A\n04,F,2019-H1,R,,L\n", pool)
        #expect(first.answers.map(\.outcome) == [.accepted] && first.answers[0].version == 1)
        #expect(first.answers[0].findings.map(\.rule) == [.late])
        #expect(first.recalculations.map(\.question.period.code) == ["2019-H1"])
        #expect(
            try await count(
                "select count(*) from rinda.jobs where kind = 'snapshot.compute' and args->>'period' = '2019-H1'", pool)
                == 1)

        // The same again, in another order and form, says nothing new.
        let again = try await submit(
            "period,unit,form,indicator,value,obs_status,version\r\n2019-H1,04,F,R,,L,9\r\n2019-H1,04,F,I,2.0,,9\r\n",
            pool)
        #expect(again.answers.map(\.outcome) == [.unchanged] && again.answers[0].version == 1)
        #expect(again.answers[0].findings == first.answers[0].findings)
        #expect(again.recalculations.isEmpty)

        let lower = head + "04,F,2019-H1,I,0,A\n04,F,2019-H1,R,,L\n"
        let returned = try await submit(lower, pool)
        #expect(returned.answers.map(\.outcome) == [.returned] && returned.answers[0].version == 2)
        #expect(returned.answers[0].findings.map(\.rule).contains(.decrease))
        #expect(returned.recalculations.isEmpty)
        #expect(try await submit(lower, pool).answers.map(\.version) == [2])

        let corrected = try await submit(lower, pool, reason: "counted twice")
        #expect(corrected.answers.map(\.outcome) == [.accepted] && corrected.answers[0].version == 3)
        let answer = try await pool.attainment(Question(plan: "P", period: Period(code: "2019-H1")!))
        #expect(answer.units.first { $0.unit == "04" && $0.indicator == "I" }?.actual == 0)
        #expect(
            try await pool.query("select reason, after->>'status' from rinda.audit where action = 'submission.submit'")
                .count == 3)
        #expect(
            try await pool.query(
                "select status from rinda.submission where period = '2019-H1' and unit = '04' order by version"
            ).column(0, as: String.self) == ["ACCEPTED", "RETURNED", "ACCEPTED"])
        // What was kept can be exported and imported elsewhere.
        let folder = try ScratchFolder()
        try await Registry.exportFolder(folder.path, on: pool)
        let other = try await TestDatabase.create(migrated: true)
        let copy = other.pool()
        #expect(try await importSet(folder, on: copy).hasChanges)
        await copy.close()
        try await other.drop()
        await pool.close()
    }

    @Test("of which one is refused keep nothing of the whole file")
    func refusals() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let before = try await count("select count(*) from rinda.submission", pool)
        func refused(_ text: String, from unit: String? = nil) async throws -> [IntakeFinding.Rule] {
            let report = try await submit(text, pool, from: unit)
            #expect(report.answers.isEmpty && report.recalculations.isEmpty)
            return report.refusals.map(\.rule)
        }
        #expect(try await refused("") == [.empty])
        #expect(try await refused(head) == [.empty])
        #expect(try await refused("unit,form\n04,F\n") == [.columnMissing])
        #expect(try await refused("unit,form,period,colour\n04,F,2019,x\n") == [.columnUnknown])
        #expect(try await refused(head + "04,F,2019-H1,I,\"2\n") == [.notCSV])
        #expect(try await refused(head + "04,F,2019-H1,I,2\n") == [.fieldCount])
        #expect(try await refused(head + "04,F,2019-H3,I,2,A\n04,F,2019-H1,I,two,A\n") == [.malformed, .malformed])
        #expect(try await refused(head + "04,F,2019-H1,I,2,A\n05,F,2019-H1,I,2,A\n") == [.severalUnits])
        #expect(try await refused(head + "04,F,2019-H1,I,2,A\n", from: "05") == [.wrongUnit])
        #expect(try await refused(head + "05,F,2019-H2,I,2,A\n") == [.notOwed])
        #expect(try await refused(head + "04,F,2019-H1,N,2,A\n") == [.unknownIndicator])
        #expect(try await refused(head + "03,F,2020-H1,I,2,A\n03,F,2019-H2,I,,NIL\n") == [.nilWithoutPrior])
        #expect(try await count("select count(*) from rinda.submission", pool) == before)
        await pool.close()
    }

    @Test("several periods in one file rest on one another, and a nil return on what was said")
    func severalPeriods() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let report = try await submit(
            "unit,form,period,indicator,value,obs_status,denominator,nil\n"
                + "04,F,2020-H1,,,,,true\n04,F,2019-H2,I,5,A,,\n04,F,2019-H2,R,1,A,4,\n04,F,2019-H1,I,6,A,,\n", pool)
        #expect(report.answers.map(\.filing.period.code) == ["2019-H1", "2019-H2", "2020-H1"])
        #expect(report.answers.map(\.outcome) == [.accepted, .returned, .accepted])
        #expect(report.answers[1].findings.map(\.rule) == [.decrease, .late])
        #expect(try await pool.value("select nil from rinda.submission where period = '2020-H1'", as: Bool.self))
        await pool.close()
    }

    @Test("that race get one version each, in the order in which they got hold of the unit")
    func race() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await importSet(smallSet, on: pool)
        let texts = (1...6).map { head + "04,F,2019-H1,I,\($0),A\n" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for text in texts { group.addTask { _ = try await submit(text, pool, reason: "again") } }
            try await group.waitForAll()
        }
        let versions = try await pool.query(
            "select version from rinda.submission where unit = '04' and period = '2019-H1' order by version"
        ).column(0, as: Int32.self)
        #expect(versions == Array(1...6))
        await pool.close()
    }
}
