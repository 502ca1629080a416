package import Civil
package import Domain
package import Postgres

/// A revision of the report of a plan for a period.
package struct ReportRevision: Hashable, Sendable {
    /// The report's number.
    package let report: Int64
    /// The plan's code.
    package let plan: String
    /// The period.
    package let period: Period
    /// The number of the revision, from 1.
    package let revision: Int
    /// Where it stands.
    package let state: ReportStage
    /// The hash of the snapshot that it is bound to; nil while it is a draft.
    package let snapshot: String?
    /// SHA-256 of its document, 32 bytes; nil while it is a draft.
    package let digest: [UInt8]?
    /// Who had it compiled: a database role.
    package let compiledBy: String
    /// When.
    package let compiledAt: Timestamp
    /// Who last entered data that it is made from.
    package let dataEditedBy: String?
    /// Who approved it.
    package let approvedBy: String?
    /// When.
    package let approvedAt: Timestamp?
    /// When it was published.
    package let publishedAt: Timestamp?
    /// When it was archived.
    package let archivedAt: Timestamp?
    /// Why it was compiled again or withdrawn.
    package let reason: String?
    /// The archived revision that has taken its place.
    package let supersededBy: Int?

    static let query: SQL = """
        select v.report, r.plan, r.period, v.revision, v.state, v.snapshot, v.digest, v.compiled_by, v.compiled_at,
               v.data_edited_by, v.approved_by, v.approved_at, v.published_at, v.archived_at, v.reason, v.superseded_by
          from rinda.report_revision v join rinda.report r on r.id = v.report
        """

    init(_ row: Row) throws(PostgresError) {
        report = try row.decode(0)
        plan = try row.decode(1)
        period = try row.decode(2)
        revision = Int(try row.decode(3, as: Int32.self))
        state = try row.decode(4)
        snapshot = try row.decode(5)
        digest = try row.decode(6)
        compiledBy = try row.decode(7)
        compiledAt = try row.decode(8)
        dataEditedBy = try row.decode(9)
        approvedBy = try row.decode(10)
        approvedAt = try row.decode(11)
        publishedAt = try row.decode(12)
        archivedAt = try row.decode(13)
        reason = try row.decode(14)
        supersededBy = try row.decode(15, as: Int32?.self).map(Int.init)
    }
}

extension Registry {
    /// The revisions of the report of a plan for a period, the newest first.
    ///
    /// - Throws: `PostgresError`.
    package static func reportRevisions(
        of plan: String, for period: Period, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ReportRevision] {
        // By report_key and the key of rinda.report_revision.
        try await rows(
            "\(ReportRevision.query) where r.plan = \(plan) and r.period = \(period) order by v.revision desc",
            on: &database, ReportRevision.init)
    }

    /// A revision of a report by its numbers, or nil where there is none.
    ///
    /// - Throws: `PostgresError`.
    package static func reportRevision(
        report: Int64, revision: Int, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ReportRevision? {
        try await rows(
            "\(ReportRevision.query) where v.report = \(report) and v.revision = \(Int32(revision))", on: &database,
            ReportRevision.init
        ).first
    }

    /// The document of a compiled revision; nil while it is a draft.
    ///
    /// - Throws: `RegistryError.unknown` where there is no such revision; `PostgresError`.
    package static func reportDocument(
        report: Int64, revision: Int, on database: inout some Querying & ~Copyable
    ) async throws -> String? {
        let rows = try await database.query(
            """
            select document from rinda.report_revision
             where report = \(report) and revision = \(Int32(revision))
            """)
        guard let row = rows.first else { throw unknownRevision(report, revision) }
        return try row.decode(0)
    }

    static func unknownRevision(_ report: Int64, _ revision: Int) -> RegistryError {
        RegistryError(.unknown, "there is no revision \(revision) of report \(report)")
    }
}
