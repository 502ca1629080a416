import Archive
import Civil
import Domain
import Foundation
import Logging
import Postgres
import Queue
import Registry

/// The arguments of `report.archive`.
struct ArchiveReportArgs: Decodable, Sendable {
    /// The report's number.
    let report: Int64
    /// The revision.
    let revision: Int

    private enum CodingKeys: String, CodingKey {
        case report, revision
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        report = Int64(try values.decodeWhole(.report))
        revision = try values.decodeWhole(.revision)
    }
}

/// `report.archive` packs an approved report with what it was made from, checks the package and records it for good.
///
/// Again, it finds the same package and records it once: everything in it is a recorded fact, so that it comes out the
/// same octet for octet.
struct ArchiveReport: Sendable {
    static let kind = "report.archive"

    let surroundings: Surroundings

    /// The job's output.
    private struct Report: Encodable {
        let package: String
        let digest: String
        let location: String
    }

    func run(_ args: ArchiveReportArgs, _ context: JobContext) async throws -> Outcome {
        try await givingUpOnRefusals {
            let folder = try surroundings.requiredArchiveFolder
            let package = try await ReportPackage.gather(
                report: args.report, revision: args.revision, surroundings, on: context.database)
            if !package.inputsAreThoseOfSnapshot {
                context.logger.warning(
                    "the data have changed since the figures were computed: the package says so",
                    metadata: ["report": "\(args.report)", "revision": "\(args.revision)"])
            }
            try await context.progress(percent: 30, message: "writing \(package.name)")
            let location = "\(folder)/\(package.name)"
            let receipt = try Bag.write(
                payload: try package.payload(), info: package.info, baggingDate: package.date, to: location)
            // What was written is read again from the disk before anybody relies on it.
            let inspection = try Bag.verify(location, expecting: receipt.digest)
            if let finding = inspection.findings.first {
                throw DamagedPackage(name: package.name, findings: inspection.findings.count, first: "\(finding)")
            }
            let record = ArchivedPackage(
                package: package.name, report: args.report, revision: args.revision,
                snapshot: package.snapshot.hash, manifestDigest: receipt.digest, location: location,
                payloadBytes: Int64(receipt.octets), payloadFiles: receipt.files)
            let output = try JSON(
                encoding: Report(package: package.name, digest: receipt.digest, location: location))
            return try await context.complete(output: output) { transaction in
                try await Registry.recordArchive(record, in: &transaction)
            }
        }
    }
}

/// A package that is not on the disk as it was written.
struct DamagedPackage: Error, CustomStringConvertible {
    /// The package's name.
    let name: String
    /// How much is wrong.
    let findings: Int
    /// The first thing that is.
    let first: String

    var description: String {
        "the package \(name) did not come out as it was written (\(findings) findings, the first: \(first)); "
            + "check the disk, then move the package away"
    }
}
