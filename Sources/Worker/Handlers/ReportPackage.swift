import Archive
import Civil
import Domain
import Foundation
import Postgres
import Registry

/// What is archived of a report: the document, the figures as tables, what they were computed from, and where all of it
/// comes from. Everything in it is a recorded fact, so that it comes out the same each time.
struct ReportPackage: Sendable {
    let revision: ReportRevision
    let document: String
    let snapshot: StoredSnapshot
    /// The rows of the snapshot's units in order of code, a JSON array a unit.
    let parts: [JSON]
    /// What the snapshot's question needs, as it is recorded today.
    let inputs: DataSet
    /// The planning region's name; nil where there is none.
    let organisation: String?
    /// The hash of the figures that these inputs give.
    let inputsHash: String
    let zone: ZoneRules

    /// Reads an approved revision with everything that belongs to it.
    ///
    /// - Throws: `RegistryError.unknown`, `.wrongState` where it is not approved; `PostgresError`.
    static func gather(
        report: Int64, revision number: Int, _ surroundings: Surroundings, on database: Pool
    ) async throws -> ReportPackage {
        try await database.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            guard
                let revision = try await Registry.reportRevision(
                    report: report, revision: number, on: &transaction)
            else {
                throw RegistryError(.unknown, "there is no revision \(number) of report \(report)")
            }
            guard [.approved, .published, .archived].contains(revision.state), let hash = revision.snapshot,
                let document = try await Registry.reportDocument(
                    report: report, revision: number, on: &transaction),
                let snapshot = try await Registry.snapshot(hash, on: &transaction)
            else {
                throw RegistryError(
                    .wrongState,
                    "revision \(number) of the report for \(revision.period) is \(revision.state.rawValue); only an "
                        + "approved one can be archived")
            }
            let question = Question(
                plan: snapshot.plan, period: snapshot.period, asOf: snapshot.asOf, knownAt: snapshot.knownAt,
                targetBasis: TargetBasis(snapshot.targetBasis) ?? .atPeriodEnd,
                vintage: Vintage(snapshot.vintage) ?? .reported)
            let inputs = try await Registry.load(for: question, on: &transaction)
            let region = try await Registry.regions(on: snapshot.asOf, database: &transaction).first
            // As on the day on which the figures were computed: what was not due then still is not.
            let again = try Attainment.compute(
                question, in: inputs, today: surroundings.zone.date(at: snapshot.computedAt),
                zone: surroundings.zone)
            return ReportPackage(
                revision: revision, document: document, snapshot: snapshot,
                parts: try await Registry.parts(ofSnapshot: hash, on: &transaction).map(\.rows), inputs: inputs,
                organisation: region?.name, inputsHash: again.snapshot, zone: surroundings.zone)
        }
    }

    /// Whether the inputs still give the figures of the report: nothing was corrected between computing and archiving.
    var inputsAreThoseOfSnapshot: Bool { inputsHash == snapshot.hash }

    /// The package's name, `DI-KURZEME_2019-H2_r1`: the same for each attempt, another for each revision.
    var name: String { "\(Self.fileName(revision.plan))_\(revision.period.code)_r\(revision.revision)" }

    /// The date of the package: the local day of the approval, a recorded fact.
    var date: LocalDate { zone.date(at: revision.approvedAt ?? revision.compiledAt) }

    /// The lines of bag-info.txt.
    var info: [BagInfoEntry] {
        var info = [
            BagInfoEntry("External-Identifier", "\(revision.plan)/\(revision.period.code)/r\(revision.revision)"),
            BagInfoEntry("Internal-Sender-Identifier", snapshot.hash),
            BagInfoEntry("Internal-Sender-Description", "Report \(revision.report), revision \(revision.revision)"),
            BagInfoEntry("Plan-Version", snapshot.planVersion.map(String.init) ?? "none"),
            BagInfoEntry("Period", revision.period.code), BagInfoEntry("As-Of", snapshot.asOf.description),
            BagInfoEntry("Known-At", snapshot.knownAt?.description ?? "everything recorded"),
            BagInfoEntry("Access", "restricted"),
        ]
        if let organisation { info.insert(BagInfoEntry("Source-Organization", organisation), at: 0) }
        if revision.revision > 1 { info.append(BagInfoEntry("Supersedes", "r\(revision.revision - 1)")) }
        return info
    }

    /// The files of the package.
    ///
    /// - Throws: `DecodingError` where the stored figures cannot be read.
    func payload() throws -> [PayloadFile] {
        let document = "parskats_\(revision.period.code)_r\(revision.revision).html"
        var files = [PayloadFile("report/\(document)", text: self.document)]
        let tables = try SnapshotTables(snapshot, parts: parts)
        files.append(PayloadFile("tables/attainment.csv", .bytes(tables.region)))
        files.append(PayloadFile("tables/attainment_units.csv", .bytes(tables.units)))
        files.append(PayloadFile("tables/completeness.csv", .bytes(tables.completeness)))
        for file in inputs.files(zone: zone) {
            files.append(PayloadFile("inputs/\(file.name)", .bytes(file.content)))
        }
        files.append(PayloadFile("provenance/snapshot.json", text: try JSON(encoding: provenance).text + "\n"))
        files.append(PayloadFile("provenance/zone.json", text: try JSON(encoding: zoneRecord).text + "\n"))
        return files
    }

    /// A code as a part of a file's name: what could mean something to a file system is written as its bytes, so that two
    /// codes never meet.
    static func fileName(_ code: String) -> String {
        var name = ""
        for (index, byte) in code.utf8.enumerated() {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            if isLetter || isDigit || byte == UInt8(ascii: "-") || (byte == UInt8(ascii: ".") && index > 0) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                name += "=" + String(UInt16(byte) + 256, radix: 16).dropFirst()
            }
        }
        return name
    }
}
