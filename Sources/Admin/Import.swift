import ArgumentParser
import Domain
import Foundation
import Postgres
import Registry
import Service

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Imports a data set: a folder of CSV files, in one transaction.",
        discussion: """
            Importing the same folder again changes nothing. Faults are reported together, with file, line and column; a \
            faulty folder imports nothing. What follows from new submissions is enqueued in the same transaction.
            """)

    @Argument(help: "The folder.", completion: .directory)
    var folder: String
    @Flag(help: "Print what was done as JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            let report = try await Registry.importFolder(folder, on: desk.pool)
            for warning in report.warnings {
                FileHandle.standardError.write(Data("warning: \(warning)\n".utf8))
            }
            if json {
                print(report.json.text)
                return
            }
            var table = Table("FILE", "ADDED", "REPLACED", "UNCHANGED")
            for file in report.files {
                table.add(file.table.fileName, "\(file.added)", "\(file.replaced)", "\(file.unchanged)")
            }
            print(table.text(empty: "The folder holds no files of the format."))
            if !report.recalculations.isEmpty {
                print("\(report.recalculations.count) recalculations were enqueued.")
            }
        }
    }
}

extension ImportReport {
    /// The report for other programs.
    var json: JSONText {
        .object([
            (
                "files",
                .array(
                    files.map { file in
                        .object([
                            ("file", JSONText(file.table.fileName)), ("added", JSONText(file.added)),
                            ("replaced", JSONText(file.replaced)), ("unchanged", JSONText(file.unchanged)),
                        ])
                    })
            ),
            ("warnings", .array(warnings.map { JSONText($0.description) })),
            (
                "recalculations",
                .array(
                    recalculations.map {
                        .object([("plan", JSONText($0.question.plan)), ("period", JSONText($0.question.period.code))])
                    })
            ),
        ])
    }
}

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exports everything as a data set: a folder of CSV files that can be imported.")

    @Argument(help: "The folder; it must not exist or be empty.", completion: .directory)
    var folder: String

    func run() async throws {
        try await Desk.work { desk in
            _ = try await Registry.exportFolder(folder, on: desk.pool, zone: desk.configuration.timezone)
            print("exported to \(folder)")
        }
    }
}
