import Archive
import Civil
import Foundation
import Logging
import Postgres
import Queue
import Registry

/// The arguments of `archive.audit`.
struct AuditArchiveArgs: Decodable, Sendable {
    /// The package; nil for all that have no check for the month yet.
    let package: String?
    /// The first day of the month for which the check is due; nil for this month.
    let month: LocalDate?

    private enum CodingKeys: String, CodingKey {
        case package, month
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        package = try values.decodeIfPresent(String.self, forKey: .package)
        month = try values.decodeIfPresent(
            .month, reading: { LocalDate(iso: $0.count == 7 ? "\($0)-01" : $0) }, "a month such as 2020-01")
    }
}

/// `archive.audit` reads archived packages again, compares every digest and records what it found.
struct AuditArchive: Sendable {
    static let kind = "archive.audit"

    let surroundings: Surroundings

    /// The output of a job that enqueued one for each package.
    private struct Round: Encodable {
        let enqueued: Int
        /// The records that somebody has changed or removed behind the database's back.
        let broken_records: [Int64]
    }

    /// The output of a job that read a package.
    private struct Check: Encodable {
        let package: String
        let intact: Bool
        let findings: Int
    }

    func run(_ args: AuditArchiveArgs, _ context: JobContext) async throws -> Outcome {
        try await givingUpOnRefusals {
            let month: LocalDate
            if let given = args.month {
                month = given
            } else {
                month = surroundings.zone.date(
                    at: try await context.database.withConnection { try await surroundings.now(on: &$0) })
            }
            if let package = args.package { return try await audit(package, month: month, context) }
            return try await fanOut(month: month, context)
        }
    }

    /// One job a package, so that a large archive is read in pieces that can each be tried again.
    private func fanOut(month: LocalDate, _ context: JobContext) async throws -> Outcome {
        let (records, broken) = try await context.database.withConnection { connection in
            (
                try await Registry.archiveRecords(uncheckedIn: month, on: &connection),
                try await Registry.brokenArchiveRecords(on: &connection)
            )
        }
        if !broken.isEmpty {
            context.logger.critical(
                "the chain of archive records is broken: somebody has changed or removed records",
                metadata: ["records": "\(broken)"])
        }
        let text = String(month.description.prefix(7))
        let output = try JSON(encoding: Round(enqueued: records.count, broken_records: broken))
        return try await context.complete(output: output) { transaction in
            for record in records {
                let package = record.content.package
                let args = try JSON(encoding: ["package": package, "month": text])
                _ = try await enqueue(
                    EnqueueRequest(kind: Self.kind, args: args, uniqueKey: "\(package):\(text)"), on: &transaction)
            }
        }
    }

    private func audit(_ package: String, month: LocalDate, _ context: JobContext) async throws -> Outcome {
        let records = try await context.database.withConnection { try await Registry.archiveRecords(on: &$0) }
        guard let record = records.first(where: { $0.content.package == package }) else {
            throw RegistryError(.unknown, "no package \(package) is recorded as archived")
        }
        let findings = try findings(in: record)
        if !findings.isEmpty {
            context.logger.critical(
                "an archived package is damaged",
                metadata: ["package": "\(package)", "findings": "\(findings.count)", "first": "\(findings[0])"])
        }
        let output = try JSON(
            encoding: Check(package: package, intact: findings.isEmpty, findings: findings.count))
        let list = try JSON(encoding: findings)
        return try await context.complete(output: output) { transaction in
            try await Registry.recordCheck(
                ofPackage: package, month: month, isIntact: findings.isEmpty, findings: list, in: &transaction)
        }
    }

    /// What is wrong with a package; a package that is gone is damage, a disk that is not there is not.
    private func findings(in record: ArchiveRecord) throws -> [String] {
        let root = try surroundings.requiredArchiveFolder
        let current = "\(root)/\(record.content.package)"
        let files = FileManager.default
        // The archive may have moved since; the name is what identifies a package.
        let location =
            files.fileExists(atPath: current) || !files.fileExists(atPath: record.content.location)
            ? current : record.content.location
        guard files.fileExists(atPath: root) else {
            throw MissingSetting("the folder of packages is not there; is its disk mounted?")
        }
        guard files.fileExists(atPath: location) else { return ["missing: the package is gone"] }
        return try Bag.verify(location, expecting: record.content.manifestDigest).findings.map { "\($0)" }
    }
}
