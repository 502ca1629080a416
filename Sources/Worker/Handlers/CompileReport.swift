import Civil
import Domain
import Foundation
import Postgres
import Queue
import Registry
import Rendering

/// The arguments of `report.compile`.
struct CompileReportArgs: Decodable, Sendable {
    /// The plan's code.
    let plan: String
    /// The period.
    let period: Period
    /// The revision; nil for the draft that is open, or a new one.
    let revision: Int?

    private enum CodingKeys: String, CodingKey {
        case plan, period, revision
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        plan = try values.decode(String.self, forKey: .plan)
        period = try values.decode(.period, reading: { Period(code: $0) }, "a period such as 2019-H2")
        revision = try values.decodeWholeIfPresent(.revision)
    }
}

/// `report.compile` binds a revision of a report to the figures as they stand and writes its document.
struct CompileReport: Sendable {
    static let kind = "report.compile"

    let surroundings: Surroundings
    let renderer: ReportRenderer

    /// Surroundings, and the template that comes with the program.
    ///
    /// - Throws: `RenderingError`.
    init(surroundings: Surroundings) throws {
        self.surroundings = surroundings
        renderer = try ReportRenderer()
    }

    /// The job's output.
    private struct Report: Encodable {
        let report: Int64
        let revision: Int
        let snapshot: String
    }

    func run(_ args: CompileReportArgs, _ context: JobContext) async throws -> Outcome {
        try await givingUpOnRefusals {
            let revision = try await revision(of: args, context)
            guard revision.state == .draft else {
                // Compiled by an attempt before, whose end nobody learnt of.
                return .completed(output: try Self.output(revision, revision.snapshot ?? ""))
            }
            let question = Question(plan: args.plan, period: args.period)
            let (dataSet, now) = try await surroundings.load(for: question, on: context.database)
            let attainment = try Attainment.compute(
                question, in: dataSet, today: surroundings.zone.date(at: now), zone: surroundings.zone)
            let output = try Self.output(revision, attainment.snapshot)
            return try await context.complete(output: output) { transaction in
                try await Registry.storeSnapshot(attainment, reason: revision.reason, in: &transaction)
                let sources = try await ReportSources.gather(
                    attainment, dataSet, zone: surroundings.zone, on: &transaction)
                let document = renderer.html(sources.content(revision: revision.revision))
                try await Registry.bindReport(
                    report: revision.report, revision: revision.revision, snapshot: attainment.snapshot,
                    document: document, in: &transaction)
            }
        }
    }

    private func revision(of args: CompileReportArgs, _ context: JobContext) async throws -> ReportRevision {
        try await context.database.transaction { transaction in
            guard let number = args.revision else {
                return try await Registry.draftReport(of: args.plan, for: args.period, in: &transaction)
            }
            let revisions = try await Registry.reportRevisions(of: args.plan, for: args.period, on: &transaction)
            guard let found = revisions.first(where: { $0.revision == number }) else {
                throw RegistryError(
                    .unknown, "there is no revision \(number) of the report of \(args.plan) for \(args.period)")
            }
            return found
        }
    }

    private static func output(_ revision: ReportRevision, _ snapshot: String) throws -> JSON {
        try JSON(encoding: Report(report: revision.report, revision: revision.revision, snapshot: snapshot))
    }
}
