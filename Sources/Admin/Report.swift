import ArgumentParser
import Civil
import Domain
import Foundation
import Postgres
import Queue
import Registry

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Compiles, approves and shows the reports of a plan.",
        subcommands: [Compile.self, Approve.self, Show.self])

    /// Which report.
    struct Scope: ParsableArguments {
        @Option(help: "The plan's code.")
        var plan: String
        @Option(help: "The period.")
        var period: String

        func parsedPeriod() throws -> Period {
            guard let parsed = Period(code: period) else { throw ValidationError("'\(period)' is not a period.") }
            return parsed
        }
    }

    struct Compile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begins a revision of the report and has it compiled from the current figures.")

        @OptionGroup var scope: Scope
        @Option(help: "Why, where it is not the first revision.")
        var reason: String?
        @Flag(help: "Wait until it is compiled; exit code 2 unless the job is completed.")
        var wait = false
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let period = try scope.parsedPeriod()
                let (revision, answer) = try await desk.pool.transaction { transaction in
                    let revision = try await Registry.draftReport(
                        of: scope.plan, for: period, reason: reason, in: &transaction)
                    let args = JSONText.object([
                        ("plan", JSONText(scope.plan)), ("period", JSONText(period.code)),
                        ("revision", JSONText(revision.revision)),
                    ])
                    let answer = try await Queue.enqueue(
                        EnqueueRequest(
                            kind: "report.compile", args: JSON(args.text),
                            uniqueKey: "report:\(scope.plan):\(period.code):r\(revision.revision)"), on: &transaction)
                    return (revision, answer)
                }
                if !json { print("revision \(revision.revision): job \(answer.jobID) \(answer.outcome.rawValue)") }
                if wait {
                    try await waitForJob(answer.jobID, desk: desk, json: json)
                } else if json {
                    print(
                        JSONText.object([
                            ("revision", JSONText(revision.revision)), ("job_id", JSONText(answer.jobID)),
                        ]).text)
                }
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approves a compiled revision, as a person other than its compiler, and has it archived.")

        @OptionGroup var scope: Scope
        @Option(help: "The revision; without it the newest.")
        var revision: Int?
        @Option(help: "Why, for the audit trail.")
        var reason: String?
        @Flag(help: "Wait until it is archived; exit code 2 unless the job is completed.")
        var wait = false

        func run() async throws {
            try await Desk.work { desk in
                let period = try scope.parsedPeriod()
                let (approved, answer) = try await desk.pool.transaction { transaction in
                    let target = try await reportRevision(scope.plan, period, revision, on: &transaction)
                    let approved = try await Registry.approveReport(
                        report: target.report, revision: target.revision, reason: reason, in: &transaction)
                    let args = JSONText.object([
                        ("report", JSONText(approved.report)), ("revision", JSONText(approved.revision)),
                    ])
                    let answer = try await Queue.enqueue(
                        EnqueueRequest(
                            kind: "report.archive", args: JSON(args.text),
                            uniqueKey: "archive:\(approved.report):r\(approved.revision)"), on: &transaction)
                    return (approved, answer)
                }
                print(
                    "revision \(approved.revision) is approved by \(approved.approvedBy ?? "?"); job \(answer.jobID) archives it"
                )
                if wait { try await waitForJob(answer.jobID, desk: desk, json: false) }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the revisions of a report.")

        @OptionGroup var scope: Scope
        @Option(help: "Write this revision's document to standard output.")
        var document: Int?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let period = try scope.parsedPeriod()
                if let document {
                    let text = try await desk.pool.withConnection { connection in
                        let revision = try await reportRevision(scope.plan, period, document, on: &connection)
                        return try await Registry.reportDocument(
                            report: revision.report, revision: revision.revision, on: &connection)
                    }
                    guard let text else { throw QueueError(.wrongState, "revision \(document) is not compiled yet") }
                    print(text)
                    return
                }
                let revisions = try await desk.pool.withConnection { connection in
                    try await Registry.reportRevisions(of: scope.plan, for: period, on: &connection)
                }
                if json {
                    print(JSONText.array(revisions.map(\.json)).text)
                    return
                }
                var table = Table("REVISION", "STATE", "SNAPSHOT", "COMPILED BY", "APPROVED BY", "ARCHIVED")
                for revision in revisions {
                    table.add(
                        "\(revision.revision)", revision.state.rawValue, String((revision.snapshot ?? "").prefix(16)),
                        revision.compiledBy, revision.approvedBy ?? "", revision.archivedAt?.description ?? "")
                }
                print(table.text(empty: "There is no report of \(scope.plan) for \(period.code) yet."))
            }
        }
    }
}

/// A revision of a report, the newest where no number is given.
private func reportRevision(
    _ plan: String, _ period: Period, _ number: Int?, on session: inout some Querying & ~Copyable
) async throws -> ReportRevision {
    let revisions = try await Registry.reportRevisions(of: plan, for: period, on: &session)
    guard
        let found = number.map({ wanted in revisions.first { $0.revision == wanted } })
            ?? revisions.max(by: { $0.revision < $1.revision })
    else {
        throw QueueError(
            .unknown,
            "there is no \(number.map { "revision \($0)" } ?? "revision") of a report of \(plan) for \(period.code)")
    }
    return found
}

extension ReportRevision {
    /// The revision for other programs.
    var json: JSONText {
        .object([
            ("report", JSONText(report)), ("plan", JSONText(plan)), ("period", JSONText(period.code)),
            ("revision", JSONText(revision)), ("state", JSONText(state.rawValue)),
            ("snapshot", snapshot.json { JSONText($0) }), ("compiled_by", JSONText(compiledBy)),
            ("compiled_at", JSONText(compiledAt)), ("approved_by", approvedBy.json { JSONText($0) }),
            ("approved_at", approvedAt.json { JSONText($0) }), ("archived_at", archivedAt.json { JSONText($0) }),
            ("reason", reason.json { JSONText($0) }), ("superseded_by", supersededBy.json { JSONText($0) }),
        ])
    }
}
