import Domain
import Postgres

/// Finds staged rows that would change what is final: approved plan versions, their targets, submissions and their
/// observations.
enum ChangeGuard {
    /// Adds a fault for each such row.
    static func addConflicts(
        to staged: inout StagedFolder, in transaction: inout Transaction
    ) async throws(PostgresError) {
        for merge in TableMerge.all where staged.counts[merge.table] != nil {
            guard let sql = merge.conflictSQL else { continue }
            let message =
                switch merge.table {
                case .planVersions: "this version is approved and stored with other values; amend it by a new version"
                case .targets: "an approved version has another row under this key; amend it by a new version"
                default: "this submission is stored with other values and never changes; send a new version"
                }
            try await add(merge.table, sql, message, &staged, &transaction)
        }
        if staged.counts[.targets] != nil {
            try await add(
                .targets, lateTargets, "this version is approved and its targets are stored; amend it by a new version",
                &staged, &transaction)
        }
        if staged.counts[.observations] != nil {
            try await add(
                .observations, changedObservations,
                "its submission is stored with another row for this indicator and never changes; send a new version",
                &staged, &transaction)
            try await add(
                .observations, lateObservations,
                "its submission is stored without a row for this indicator and never changes; send a new version",
                &staged, &transaction)
        }
    }

    private static func add(
        _ table: DataTable, _ sql: SQL, _ message: String, _ staged: inout StagedFolder,
        _ transaction: inout Transaction
    ) async throws(PostgresError) {
        for row in try await transaction.query(sql, answerTimeout: .never) {
            let line = Int(try row.decode(0, as: Int32.self))
            staged.faults.add(ImportFault(file: table.fileName, line: line, column: nil, message: message))
        }
    }

    /// Targets that an approved version would get later. A version that was stored without any may still get them: its
    /// file may come after the one of the versions. By target_key.
    private static let lateTargets = SQL(
        raw: """
            select s.line from \(StagedTable(table: .targets).name) s
              join (select plan, version from rinda.plan_version v
                     where approved_on is not null
                       and exists (select from rinda.target t where t.plan = v.plan and t.version = v.version)) closed
                using (plan, version)
             where not exists (
                 select from rinda.target t
                  where t.plan = s.plan and t.version = s.version and t.indicator = s.indicator
                    and coalesce(t.unit, '') = coalesce(s.unit, '') and t.kind = s.kind
                    and t.target_date = s.target_date)
             order by s.line limit \(ImportFaults.limit)
            """)

    /// By submission_key and the key of rinda.observation.
    private static let changedObservations = SQL(
        raw: """
            select s.line from \(StagedTable(table: .observations).name) s
              join rinda.submission t using (unit, form, period, version)
              join rinda.observation o on o.submission = t.id and o.indicator = s.indicator
             where (o.value, o.obs_status, coalesce(o.basis, 'OWN_ONLY'), o.denominator)
                   is distinct from (s.value, s.obs_status, coalesce(s.basis, 'OWN_ONLY'), s.denominator)
             order by s.line limit \(ImportFaults.limit)
            """)

    /// By submission_key and the key of rinda.observation.
    private static let lateObservations = SQL(
        raw: """
            select s.line from \(StagedTable(table: .observations).name) s
              join rinda.submission t using (unit, form, period, version)
              left join rinda.observation o on o.submission = t.id and o.indicator = s.indicator
             where o.submission is null
             order by s.line limit \(ImportFaults.limit)
            """)
}
