import Archive
import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Lists archived packages and verifies them.",
        subcommands: [List.self, Verify.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists archived packages in the order of their chain.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let records = try await desk.pool.withConnection { try await Registry.archiveRecords(on: &$0) }
                if json {
                    print(JSONText.array(records.map(\.json)).text)
                    return
                }
                var table = Table("SEQ", "PACKAGE", "REVISION", "DIGEST", "LOCATION", "LAST CHECK")
                for record in records {
                    table.add(
                        "\(record.sequence)", record.content.package, "\(record.content.revision)",
                        String(record.content.manifestDigest.prefix(16)), record.content.location,
                        record.lastCheck.map { $0.isIntact ? "intact" : "BROKEN" } ?? "never")
                }
                print(table.text(empty: "Nothing is archived yet."))
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verifies a package from its files alone; needs no database.")

        @Argument(help: "The package's folder.", completion: .directory)
        var path: String
        @Option(help: "The digest that is recorded elsewhere, to hold the package against.")
        var digest: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.reporting {
                let inspection = try Bag.verify(path, expecting: digest)
                if json {
                    print(
                        JSONText.object([
                            ("path", JSONText(path)), ("intact", JSONText(inspection.isValid)),
                            ("digest", inspection.digest.json { JSONText($0) }),
                            (
                                "findings",
                                .array(
                                    inspection.findings.map {
                                        .object([("path", JSONText($0.path)), ("finding", JSONText("\($0)"))])
                                    })
                            ),
                        ]).text)
                } else {
                    for finding in inspection.findings { print("\(finding)") }
                    if inspection.isValid {
                        print("intact: \(path)\ndigest: \(inspection.digest ?? "")")
                    }
                }
                if !inspection.isValid { throw ExitCode(1) }
            }
        }
    }
}

extension ArchiveRecord {
    /// The record for other programs.
    var json: JSONText {
        .object([
            ("seq", JSONText(sequence)), ("package", JSONText(content.package)), ("plan", JSONText(plan)),
            ("period", JSONText(period.code)), ("report", JSONText(content.report)),
            ("revision", JSONText(content.revision)), ("snapshot", JSONText(content.snapshot)),
            ("manifest_digest", JSONText(content.manifestDigest)), ("location", JSONText(content.location)),
            ("recorded_at", JSONText(recordedAt)), ("recorded_by", JSONText(recordedBy)),
            ("intact", lastCheck.json { JSONText($0.isIntact) }),
        ])
    }
}
