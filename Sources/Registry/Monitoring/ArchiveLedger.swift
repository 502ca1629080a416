package import Civil
package import Domain
package import Postgres

/// A package that is to be recorded as archived.
package struct ArchivedPackage: Hashable, Sendable {
    /// Its name, the folder's.
    package var package: String
    /// The report's number.
    package var report: Int64
    /// The revision.
    package var revision: Int
    /// The hash of the snapshot in it.
    package var snapshot: String
    /// SHA-512 of its tag manifest, hexadecimal: it stands for every octet.
    package var manifestDigest: String
    /// Where it lies.
    package var location: String
    /// The size of its payload in bytes.
    package var payloadBytes: Int64
    /// The number of its payload's files.
    package var payloadFiles: Int

    /// A package as it was stored and verified.
    package init(
        package: String, report: Int64, revision: Int, snapshot: String, manifestDigest: String, location: String,
        payloadBytes: Int64, payloadFiles: Int
    ) {
        self.package = package
        self.report = report
        self.revision = revision
        self.snapshot = snapshot
        self.manifestDigest = manifestDigest
        self.location = location
        self.payloadBytes = payloadBytes
        self.payloadFiles = payloadFiles
    }
}

/// The record of an archived package.
package struct ArchiveRecord: Hashable, Sendable {
    /// Its place in the chain, from 1.
    package let sequence: Int64
    /// What was archived.
    package let content: ArchivedPackage
    /// The plan's code.
    package let plan: String
    /// The period.
    package let period: Period
    /// When it was recorded.
    package let recordedAt: Timestamp
    /// By whom: a database role.
    package let recordedBy: String
    /// The digest of the record before it, 32 bytes; nil for the first.
    package let previousDigest: [UInt8]?
    /// The digest of this record, 32 bytes.
    package let digest: [UInt8]
    /// When it was last re-read, and whether it was intact then.
    package let lastCheck: Check?

    /// The result of re-reading a package.
    package struct Check: Hashable, Sendable {
        /// When.
        package let at: Timestamp
        /// Whether every digest was right.
        package let isIntact: Bool
    }

    // The last check by archive_check_record.
    static let query: SQL = """
        select a.seq, a.package, a.report, a.revision, a.snapshot, a.manifest_digest, a.location, a.payload_bytes,
               a.payload_files, r.plan, r.period, a.recorded_at, a.recorded_by, a.previous_digest, a.digest,
               c.checked_at, c.intact
          from rinda.archive_record a
          join rinda.report r on r.id = a.report
          left join lateral (
              select checked_at, intact from rinda.archive_check where record = a.seq order by seq desc limit 1
          ) c on true
        """

    init(_ row: Row) throws(PostgresError) {
        sequence = try row.decode(0)
        content = ArchivedPackage(
            package: try row.decode(1), report: try row.decode(2), revision: Int(try row.decode(3, as: Int32.self)),
            snapshot: try row.decode(4), manifestDigest: try row.decode(5), location: try row.decode(6),
            payloadBytes: try row.decode(7), payloadFiles: Int(try row.decode(8, as: Int32.self)))
        plan = try row.decode(9)
        period = try row.decode(10)
        recordedAt = try row.decode(11)
        recordedBy = try row.decode(12)
        previousDigest = try row.decode(13)
        digest = try row.decode(14)
        if let at = try row.decode(15, as: Timestamp?.self) {
            lastCheck = Check(at: at, isIntact: try row.decode(16))
        } else {
            lastCheck = nil
        }
    }
}

extension Registry {
    /// Records an archived package, chained to the record before, and marks its revision ARCHIVED and the revision that
    /// was archived before it as superseded, all in the caller's transaction. The same package again changes nothing.
    ///
    /// - Throws: `RegistryError.conflict` where the revision is archived with another digest; `.wrongState` where it is
    ///   not approved; `.unknown`; `PostgresError`.
    @discardableResult
    package static func recordArchive(
        _ package: ArchivedPackage, in transaction: inout Transaction
    ) async throws -> ArchiveRecord {
        let revision = try await locked(package.report, package.revision, in: &transaction)
        if let stored = try await archiveRecord(package.report, package.revision, on: &transaction) {
            guard stored.content.manifestDigest == package.manifestDigest, stored.content.package == package.package
            else {
                throw RegistryError(
                    .conflict,
                    "revision \(package.revision) of the report for \(revision.period) is archived as "
                        + "\(stored.content.package) with another digest; nothing is ever overwritten")
            }
            return stored
        }
        guard revision.state == .approved || revision.state == .published else {
            throw RegistryError(
                .wrongState,
                "revision \(package.revision) of the report for \(revision.period) is \(revision.state.rawValue); only "
                    + "an approved one can be archived")
        }
        try await transaction.execute(
            """
            insert into rinda.archive_record
                (package, report, revision, snapshot, manifest_digest, location, payload_bytes, payload_files)
            values (\(package.package), \(package.report), \(Int32(package.revision)), \(package.snapshot),
                    \(package.manifestDigest), \(package.location), \(package.payloadBytes),
                    \(Int32(package.payloadFiles)))
            """)
        try await advance(
            package.report, package.revision, from: revision.state, to: .archived, reason: nil, in: &transaction)
        try await transaction.execute(
            """
            update rinda.report_revision set superseded_by = \(Int32(package.revision))
             where report = \(package.report) and revision < \(Int32(package.revision)) and state = 'ARCHIVED'
               and superseded_by is null
            """)
        guard let record = try await archiveRecord(package.report, package.revision, on: &transaction) else {
            throw unknownRevision(package.report, package.revision)
        }
        return record
    }

    /// The record of an archived revision, or nil where it is not archived.
    ///
    /// - Throws: `PostgresError`.
    package static func archiveRecord(
        _ report: Int64, _ revision: Int, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ArchiveRecord? {
        // By archive_record_once.
        try await rows(
            "\(ArchiveRecord.query) where a.report = \(report) and a.revision = \(Int32(revision))", on: &database,
            ArchiveRecord.init
        ).first
    }

    /// All records in the order of the chain.
    ///
    /// - Throws: `PostgresError`.
    package static func archiveRecords(
        on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ArchiveRecord] {
        try await rows("\(ArchiveRecord.query) order by a.seq", on: &database, ArchiveRecord.init)
    }

    /// The packages that have no check for a month yet, in the order of the chain.
    ///
    /// - Parameter month: any day of the month.
    /// - Throws: `PostgresError`.
    package static func archiveRecords(
        uncheckedIn month: LocalDate, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ArchiveRecord] {
        // By archive_check_record.
        try await rows(
            """
            \(ArchiveRecord.query)
             where not exists (select from rinda.archive_check k
                                where k.record = a.seq and k.month = date_trunc('month', \(month))::date)
             order by a.seq
            """, on: &database, ArchiveRecord.init)
    }

    /// Records the result of re-reading a package.
    ///
    /// - Parameters:
    ///   - findings: what was wrong, a JSON array; empty where nothing was.
    ///   - month: any day of the month for which the check was due.
    /// - Throws: `RegistryError.unknown` where no package of that name is recorded; `PostgresError`.
    package static func recordCheck(
        ofPackage package: String, month: LocalDate, isIntact: Bool, findings: JSON = JSON("[]"),
        in transaction: inout Transaction
    ) async throws {
        let written = try await transaction.execute(
            """
            insert into rinda.archive_check (record, month, intact, findings)
            select seq, date_trunc('month', \(month))::date, \(isIntact), \(findings) from rinda.archive_record
             where package = \(package)
            """)
        guard written == 1 else {
            throw RegistryError(.unknown, "no package \(RecordFields.quoted(package)) is recorded as archived")
        }
    }

    /// The places of records whose digest does not follow from their content and the record before: empty as long as
    /// nobody has changed or removed any.
    ///
    /// - Throws: `PostgresError`.
    package static func brokenArchiveRecords(
        on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Int64] {
        // Reads the table whole; one record a report.
        try await database.query(
            """
            select seq from (
                select a.seq, a.digest = rinda.archive_digest(a) as follows,
                       a.previous_digest is not distinct from lag(a.digest) over (order by a.seq) as continues,
                       a.seq = row_number() over (order by a.seq) as complete
                  from rinda.archive_record a) checked
             where not (follows and continues and complete) order by seq
            """
        ).column(0)
    }
}
