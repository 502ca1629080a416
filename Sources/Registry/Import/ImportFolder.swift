import Domain
package import Postgres

extension Registry {
    /// Imports a data set folder in a transaction of its own; nothing of it where anything is wrong.
    ///
    /// - Throws: as `importFolder(_:in:)`.
    package static func importFolder(_ path: String, on pool: Pool) async throws -> ImportReport {
        try await pool.transaction { transaction in try await importFolder(path, in: &transaction) }
    }

    /// Imports a data set folder (`docs/domain.md` §10): new rows are added, reference data under the same key replaced
    /// and audited, submissions and approved plan versions never changed. The same folder again changes nothing.
    /// Recalculations of what the accepted submissions concern are enqueued in the same transaction.
    ///
    /// Imports follow one another: a second one waits for the first.
    ///
    /// - Throws: `RegistryError.faultyDataSet` with all faults; `.unusableFolder`; `PostgresError`. The transaction must
    ///   be rolled back then.
    package static func importFolder(_ path: String, in transaction: inout Transaction) async throws -> ImportReport {
        try await transaction.execute(
            "select pg_advisory_xact_lock(hashtextextended('rinda.import', 0))", answerTimeout: .never)
        var staged = try await FolderReader(path: path).stage(in: &transaction)
        let rowCounts = staged.rowCounts
        try await addStored(to: &staged, in: &transaction)
        let findings = DataSetCheck.check(staged.dataSet)
        staged.dataSet = DataSet()
        for fault in findings.faults where !staged.isConsequence(fault) {
            staged.faults.add(staged.placed(fault, rowCounts))
        }
        try await ChangeGuard.addConflicts(to: &staged, in: &transaction)
        guard staged.faults.isEmpty else { throw staged.refusal(of: path) }

        var report = ImportReport(warnings: staged.warnings)
        // Only what the folder says is worth a warning again, not what was imported long ago.
        report.warnings += findings.warnings.filter { $0.row < rowCounts[$0.table, default: 0] }
            .map { staged.placed($0, rowCounts) }
        try await FolderMerge(staged: staged).run(&report, in: &transaction)
        return report
    }
}

extension StagedFolder {
    /// How many rows of each table come from the folder; those after them are stored ones.
    var rowCounts: [DataTable: Int] { lines.mapValues(\.count) }

    /// A finding at its line of the file; one about a stored row has none.
    func placed(_ finding: DataFault, _ rowCounts: [DataTable: Int]) -> ImportFault {
        let isStored = finding.row >= rowCounts[finding.table, default: 0]
        return ImportFault(
            file: finding.table.fileName, line: isStored ? nil : Int(lines[finding.table]![finding.row]),
            column: finding.column,
            message: isStored ? "\(finding.message) (A row that is stored already.)" : finding.message)
    }

    /// Whether a finding may only follow from rows that could not be read: they have their own faults, and it would lead
    /// astray to ask for what is there.
    func isConsequence(_ finding: DataFault) -> Bool {
        guard !faults.unreadable.isEmpty else { return false }
        let grounds: Set<DataTable> =
            switch (finding.table, finding.column) {
            case (.units, _), (.plans, _), (.indicators, _), (.forms, _): []
            case (.successions, "share"): [.successions]
            case (.successions, _), (_, "unit"): [.units]
            case (_, "plan"): [.plans]
            case (_, "form"): [.forms]
            case (_, "indicator"): [.indicators, .formIndicators]
            case (.targets, "version"): [.planVersions]
            case (.observations, "version"): [.submissions]
            case (.submissions, "nil"), (.observations, "obs_status"): [.submissions, .observations, .successions]
            default: []
            }
        return !grounds.isDisjoint(with: faults.unreadable)
    }

    func refusal(of path: String) -> RegistryError {
        let order = Dictionary(uniqueKeysWithValues: DataTable.allCases.enumerated().map { ($1.fileName, $0) })
        let sorted = faults.kept.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            return (order[a.file] ?? 0, a.line ?? 0, left.offset) < (order[b.file] ?? 0, b.line ?? 0, right.offset)
        }.map(\.element)
        let more = faults.count - sorted.count
        return RegistryError(
            .faultyDataSet,
            "\(path) has \(faults.count) \(faults.count == 1 ? "fault" : "faults"); nothing was imported"
                + (more > 0 ? " (the first \(sorted.count) follow)" : ""),
            faults: sorted)
    }
}
