import Domain
import Postgres

/// Puts the rows of a staged folder that has no fault where they belong.
struct FolderMerge {
    let staged: StagedFolder

    /// A table that has got more rows than this is looked at by the planner at once and not when autovacuum comes by:
    /// the figures are computed next.
    private static let manyRows = 10_000

    /// Merges all tables, records what was done, enqueues the recalculations, and removes the temporary tables.
    ///
    /// - Throws: `PostgresError`, `QueueError`.
    func run(_ report: inout ImportReport, in transaction: inout Transaction) async throws {
        var accepted: [AcceptedScope] = []
        if staged.counts[.units] != nil {
            try await transaction.execute(
                SQL(
                    raw: """
                        insert into rinda.unit (code) select distinct code from \(StagedTable(table: .units).name)
                         order by code on conflict do nothing
                        """), answerTimeout: .never)
        }
        // A draft's targets change before the version is approved, which makes them final.
        let tables = staged.tables.filter { $0 != .planVersions } + staged.tables.filter { $0 == .planVersions }
        for table in tables {
            let count: (added: Int, replaced: Int)
            switch table {
            case .submissions:
                accepted = try await mergeSubmissions(in: &transaction)
                count = (accepted.reduce(0) { $0 + $1.added }, 0)
            case .observations: count = (try await mergeObservations(in: &transaction), 0)
            default: count = try await merge(table, in: &transaction)
            }
            if count.added > Self.manyRows { try await analyze(table, in: &transaction) }
            report.files.append(
                ImportReport.FileCount(
                    table: table, added: count.added, replaced: count.replaced,
                    unchanged: staged.counts[table, default: 0] - count.added - count.replaced))
        }
        report.files.sort { staged.place(of: $0.table) < staged.place(of: $1.table) }
        if report.hasChanges { try await record(report, in: &transaction) }
        report.recalculations = try await Registry.recalculations(
            of: accepted.filter { $0.accepted > 0 }.map { ($0.form, $0.period) },
            reason: "accepted submissions were imported", in: &transaction)
        try await SnapshotRequests.enqueue(report.recalculations, in: &transaction)
        for table in staged.tables {
            try await transaction.execute(SQL(raw: "drop table \(StagedTable(table: table).name)"))
        }
    }

    private func merge(
        _ table: DataTable, in transaction: inout Transaction
    ) async throws(PostgresError) -> (added: Int, replaced: Int) {
        guard let merge = TableMerge.all.first(where: { $0.table == table }) else { return (0, 0) }
        var replaced = 0
        if let audit = merge.auditSQL { replaced = try await transaction.execute(audit, answerTimeout: .never) }
        let written = try await transaction.execute(merge.mergeSQL, answerTimeout: .never)
        return (written - replaced, replaced)
    }

    /// What new submissions concern.
    private struct AcceptedScope {
        let form: String
        let period: Period
        let added: Int
        let accepted: Int
    }

    private func mergeSubmissions(in transaction: inout Transaction) async throws(PostgresError) -> [AcceptedScope] {
        guard let merge = TableMerge.all.first(where: { $0.table == .submissions }) else { return [] }
        let rows = try await transaction.query(
            """
            with added as (\(merge.mergeSQL) returning form, period, status)
            select form, period, count(*), count(*) filter (where status = 'ACCEPTED') from added
             group by form, period order by form, period
            """, answerTimeout: .never)
        var scopes: [AcceptedScope] = []
        for row in rows {
            scopes.append(
                AcceptedScope(
                    form: try row.decode(0), period: try row.decode(1), added: Int(try row.decode(2, as: Int64.self)),
                    accepted: Int(try row.decode(3, as: Int64.self))))
        }
        return scopes
    }

    /// Adds the observations of new submissions; those of stored ones are the same as before, or there had been faults.
    /// In the order of submissions, so that those of a unit lie together.
    private func mergeObservations(in transaction: inout Transaction) async throws(PostgresError) -> Int {
        try await transaction.execute(
            SQL(
                raw: """
                    insert into rinda.observation (submission, indicator, value, obs_status, basis, denominator)
                    select t.id, s.indicator, s.value, s.obs_status, s.basis, s.denominator
                      from \(StagedTable(table: .observations).name) s
                      join rinda.submission t using (unit, form, period, version)
                     order by t.id, s.indicator
                    on conflict (submission, indicator) do nothing
                    """), answerTimeout: .never)
    }

    private func analyze(_ table: DataTable, in transaction: inout Transaction) async throws(PostgresError) {
        let target = TableMerge.all.first { $0.table == table }?.target ?? "rinda.observation"
        try await transaction.execute(SQL(raw: "analyze \(target)"), answerTimeout: .never)
    }

    private func record(_ report: ImportReport, in transaction: inout Transaction) async throws(PostgresError) {
        let counts = report.files.map { file in
            "\"\(file.table.rawValue)\":{\"added\":\(file.added),\"replaced\":\(file.replaced),"
                + "\"unchanged\":\(file.unchanged)}"
        }
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, after)
            values ('import', 'data set', \(JSON("{\(counts.joined(separator: ","))}")))
            """)
    }
}
