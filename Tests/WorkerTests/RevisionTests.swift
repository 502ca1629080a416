import Civil
import Domain
import Postgres
import Registry
import TestSupport
import Testing

@testable import Worker

@Suite("Late data after an archived report", .database, .serialized)
struct RevisionTests {
    private let period = Period(code: "2019-H2")!

    private func revisions(_ bench: Bench) async throws -> [ReportRevision] {
        try await bench.pool.withConnection {
            try await Registry.reportRevisions(of: "DI-KURZEME", for: period, on: &$0)
        }
    }

    private func submit(_ rows: String, _ bench: Bench) async throws {
        let text = "unit,form,period,indicator,value\n" + rows
        let report = try await bench.pool.transaction {
            try await Registry.submit(
                SubmissionFile(Array(text.utf8), reason: "late"), zone: bench.surroundings.zone, in: &$0)
        }
        #expect(report.answers.map(\.outcome) == [.accepted], "\(report)")
    }

    private func archiveReport(_ bench: Bench) async throws {
        let compiled = try await bench.run("report.compile", #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#)
        #expect(compiled.state == "completed", "\(compiled.errors)")
        let report = try await bench.pool.query("select id from rinda.report")[0].decode(0, as: Int64.self)
        try await bench.approve(report: report, revision: 1)
        let archived = try await bench.run("report.archive", #"{"report": \#(report), "revision": 1}"#)
        #expect(archived.state == "completed", "\(archived.errors)")
    }

    @Test("propose the next revision with the differences, once, and touch nothing else")
    func proposes() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            #expect(try await bench.settled())
            try await archiveReport(bench)
            let archived = try await revisions(bench)[0]

            // Alsungas novads, one of the two that were missing.
            try await submit("0624200,DI-1,2019-H2,GRT,1\n0624200,DI-1,2019-H2,FT,1\n", bench)
            #expect(try await bench.settled())
            let after = try await revisions(bench)
            #expect(after.map(\.revision) == [2, 1])
            #expect(after[0].state == .draft)
            #expect(after[0].reason?.contains("GRT reported 57 → 58; GRT attained 16.29 % → 16.57 %") == true)
            #expect(after[1] == archived)

            // Computed again, and with more data while the draft is open, there is still one draft.
            _ = try await bench.run("snapshot.compute", #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#)
            try await submit("0887600,DI-1,2019-H2,GRT,0\n0887600,DI-1,2019-H2,FT,0\n", bench)
            #expect(try await bench.settled())
            #expect(try await revisions(bench).map(\.revision) == [2, 1])

            // Withdrawn, it is not proposed again for the same figures, but for others.
            try await bench.pool.transaction {
                _ = try await Registry.withdrawReport(
                    report: archived.report, revision: 2, reason: "not now", in: &$0)
            }
            _ = try await bench.run("snapshot.compute", #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#)
            #expect(try await revisions(bench).map(\.revision) == [2, 1])
            try await submit("0887600,DI-1,2019-H2,GRT,1\n0887600,DI-1,2019-H2,FT,0\n", bench)
            #expect(try await bench.settled())
            #expect(try await revisions(bench).map(\.state) == [.draft, .withdrawn, .archived])
        }
        await bench.pool.close()
    }

    @Test("propose nothing before the report is archived, nor for another question")
    func proposesNothing() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            #expect(try await bench.settled())
            let compiled = try await bench.run("report.compile", #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#)
            #expect(compiled.state == "completed")
            try await submit("0624200,DI-1,2019-H2,GRT,1\n0624200,DI-1,2019-H2,FT,1\n", bench)
            #expect(try await bench.settled())
            #expect(try await revisions(bench).map(\.state) == [.computed])
        }
        await bench.pool.close()

    }

    @Test("figures as they were asked for at another basis or moment propose nothing")
    func otherQuestions() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            #expect(try await bench.settled())
            try await archiveReport(bench)
            for more in [#""known_at": "2020-01-15T12:00:00Z""#, #""target_basis": "ORIGINAL""#] {
                let end = try await bench.run(
                    "snapshot.compute", #"{"plan": "DI-KURZEME", "period": "2019-H2", \#(more)}"#)
                #expect(end.state == "completed" && end.output?.contains(#""changed": true"#) == true, "\(end)")
            }
            #expect(try await revisions(bench).map(\.state) == [.archived])
        }
        await bench.pool.close()
    }
}
