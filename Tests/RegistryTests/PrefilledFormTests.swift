import Domain
import Postgres
import Registry
import TestSupport
import Testing

@Suite("The prefilled form", .database)
struct PrefilledFormTests {
    @Test("filled in, it is a file that can be submitted as it is")
    func comesBack() async throws {
        let pool = TestDatabase.current.pool()
        _ = try await Registry.importFolder(kurzeme, on: pool)
        let form = try await pool.transaction { transaction in
            _ = try await Registry.generateObligations(form: "DI-1", period: Period(code: "2022-H1")!, in: &transaction)
            var filter = ObligationFilter()
            filter.unit = "0007000"
            filter.period = Period(code: "2022-H1")
            let obligation = try await Registry.obligations(filter, on: &transaction)[0]
            return try await Registry.prefilledForm(of: obligation, on: &transaction)
        }
        // As a person would: a number in the first empty column of each row.
        let filled = String(decoding: form, as: UTF8.self).replacing(",,,,,\r\n", with: ",20,A,,,\r\n")
        let file = SubmissionFile(Array(filled.utf8))
        #expect(file.findings == [])
        #expect(file.filings.map(\.unit) == ["0007000"])
        await pool.close()
    }
}
