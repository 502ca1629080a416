import Archive
import Civil
import Domain
import Foundation
import Postgres
import Registry
import TestSupport
import Testing

@testable import Worker

@Suite("Handlers: reports and their archive", .database, .serialized)
struct ReportTests {
    private static let name = "DI-KURZEME_2019-H2_r1"

    /// Compiles the report of the Kurzeme set; its number.
    private func compile(_ bench: Bench) async throws -> Int64 {
        let end = try await bench.run("report.compile", #"{"plan": "DI-KURZEME", "period": "2019-H2"}"#)
        #expect(end.state == "completed", "\(end.errors)")
        return try await bench.pool.query("select id from rinda.report")[0].decode(0)
    }

    @Test("a report is bound to the figures as they stand and says them in Latvian")
    func compiles() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let report = try await compile(bench)
            let revisions = try await bench.pool.withConnection {
                try await Registry.reportRevisions(of: "DI-KURZEME", for: Period(code: "2019-H2")!, on: &$0)
            }
            #expect(revisions.map(\.state) == [.computed])
            let document = try #require(
                try await bench.pool.withConnection {
                    try await Registry.reportDocument(report: report, revision: 1, on: &$0)
                })
            #expect(document.contains("16,29") && document.contains("70,83"))
            // Again, the revision is as it was.
            let again = try await bench.run(
                "report.compile", #"{"plan": "DI-KURZEME", "period": "2019-H2", "revision": 1}"#)
            #expect(again.state == "completed")
            let unknown = try await bench.run(
                "report.compile", #"{"plan": "DI-KURZEME", "period": "2019-H2", "revision": 7}"#)
            #expect(unknown.state == "discarded" && unknown.attempt == 1)
        }
        await bench.pool.close()
    }

    @Test("an approved report is packed, verified and recorded once, with inputs that give its figures")
    func archives() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let report = try await compile(bench)
            let args = #"{"report": \#(report), "revision": 1}"#
            let early = try await bench.run("report.archive", args)
            #expect(early.state == "discarded" && early.errors[0].contains("approved"))
            try await bench.approve(report: report, revision: 1)
            let end = try await bench.run("report.archive", args)
            #expect(end.state == "completed", "\(end.errors)")
            let again = try await bench.run("report.archive", args)
            #expect(again.state == "completed" && again.output == end.output)
        }
        let package = "\(bench.archive.path)/\(Self.name)"
        let record = try #require(
            try await bench.pool.withConnection { try await Registry.archiveRecords(on: &$0) }.first)
        #expect(record.content.package == Self.name && record.content.location == package)
        #expect(try Bag.verify(package, expecting: record.content.manifestDigest).isValid)
        let files = FileManager.default
        #expect(files.fileExists(atPath: "\(package)/data/report/parskats_2019-H2_r1.html"))
        #expect(!files.fileExists(atPath: "\(package)/data/inputs/contacts.csv"))
        let table = try String(contentsOfFile: "\(package)/data/tables/attainment.csv", encoding: .utf8)
        #expect(table.contains("204") && table.contains("70.83"))

        // The inputs in the package are a data set: elsewhere they give the very snapshot.
        let other = try await TestDatabase.create(migrated: true)
        let pool = other.pool()
        _ = try await Registry.importFolder("\(package)/data/inputs", on: pool)
        let attainment = try await bench.surroundings.attainment(
            of: Question(plan: "DI-KURZEME", period: Period(code: "2019-H2")!), on: pool)
        #expect(attainment.snapshot == record.content.snapshot)
        await pool.close()
        try await other.drop()
        await bench.pool.close()
    }

    @Test("a package that an attempt left before it could record it is found and recorded")
    func resumes() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let report = try await compile(bench)
            try await bench.approve(report: report, revision: 1)
            let package = try await ReportPackage.gather(
                report: report, revision: 1, bench.surroundings, on: bench.pool)
            #expect(package.inputsAreThoseOfSnapshot)
            let receipt = try Bag.write(
                payload: try package.payload(), info: package.info, baggingDate: package.date,
                to: "\(bench.archive.path)/\(package.name)")
            let end = try await bench.run("report.archive", #"{"report": \#(report), "revision": 1}"#)
            #expect(end.state == "completed" && end.output?.contains(receipt.digest) == true)
        }
        await bench.pool.close()
    }

    @Test("a folder that is not there, and another package under the name, are errors with words")
    func refusesPlaces() async throws {
        let bench = try await Bench.make()
        try await bench.pool.execute("update rinda.kind set max_attempts = 2 where kind = 'report.archive'")
        try await bench.serving {
            let report = try await compile(bench)
            try await bench.approve(report: report, revision: 1)
            let place = "\(bench.archive.path)/\(Self.name)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            let taken = try await bench.run("report.archive", #"{"report": \#(report), "revision": 1}"#)
            #expect(taken.state == "discarded" && taken.errors.last?.contains("another package") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
            try FileManager.default.removeItem(atPath: bench.archive.path)
            let gone = try await bench.run("report.archive", #"{"report": \#(report), "revision": 1}"#)
            #expect(gone.state == "discarded" && gone.attempt == 2)
            #expect(gone.errors.last?.contains("does not exist") == true)
        }
        #expect(try await bench.pool.withConnection { try await Registry.archiveRecords(on: &$0) }.isEmpty)
        await bench.pool.close()
    }

    @Test("an audit reads every package once a month and records damage")
    func audits() async throws {
        let bench = try await Bench.make()
        try await bench.serving {
            let report = try await compile(bench)
            try await bench.approve(report: report, revision: 1)
            #expect(
                try await bench.run("report.archive", #"{"report": \#(report), "revision": 1}"#).state == "completed")
            let round = try await bench.run("archive.audit", #"{"month": "2026-03"}"#)
            #expect(round.output == #"{"enqueued": 1, "broken_records": []}"#)
            #expect(try await bench.settled())
            #expect(
                try await bench.run("archive.audit", #"{"month": "2026-03"}"#).output
                    == #"{"enqueued": 0, "broken_records": []}"#)
            let table = "\(bench.archive.path)/\(Self.name)/data/tables/attainment.csv"
            try Data("forged".utf8).write(to: URL(filePath: table))
            let check = try await bench.run(
                "archive.audit", #"{"package": "\#(Self.name)", "month": "2026-04"}"#)
            #expect(check.state == "completed" && check.output?.contains(#""intact": false"#) == true)
        }
        let checks = try await bench.pool.query("select intact from rinda.archive_check order by seq")
            .column(0, as: Bool.self)
        #expect(checks == [true, false])
        await bench.pool.close()
    }

    @Test("codes of plans become file names that stay apart and mean nothing to a file system")
    func fileNames() {
        #expect(ReportPackage.fileName("DI-KURZEME") == "DI-KURZEME")
        #expect(ReportPackage.fileName("../x") == "=2e.=2fx")
        #expect(ReportPackage.fileName("A/B") != ReportPackage.fileName("A=2fB"))
    }
}
