import Domain
import Postgres

extension Registry {
    /// Adds to the rows of a folder the stored rows that will stand beside them: all reference data that the folder does
    /// not restate, and the submissions and observations of the units that it reports on or that these came from. The
    /// folder's rows stay in front, so that a row's place still tells its line.
    ///
    /// - Throws: `PostgresError`.
    static func addStored(
        to staged: inout StagedFolder, in transaction: inout Transaction
    ) async throws(PostgresError) {
        let counts = staged.counts
        /// The rows of a table that the folder does not restate. Reads the table whole; anti-join by the key.
        func stored<Value>(
            _ table: DataTable, _ columns: String, _ transaction: inout Transaction,
            _ read: (Row) throws(PostgresError) -> Value
        ) async throws(PostgresError) -> [Value] {
            guard let merge = TableMerge.all.first(where: { $0.table == table }) else { return [] }
            let restated = counts[table] == nil ? "" : " where not \(merge.isStagedCondition)"
            return try await rows(
                SQL(raw: "select \(columns) from \(merge.target) t\(restated)"), on: &transaction, read)
        }
        staged.dataSet.units += try await stored(.units, OrgUnit.columns, &transaction, OrgUnit.init)
        staged.dataSet.successions += try await stored(
            .successions, Succession.columns, &transaction, Succession.init)
        staged.dataSet.plans += try await stored(.plans, Plan.columns, &transaction, Plan.init)
        staged.dataSet.planVersions += try await stored(
            .planVersions, PlanVersion.columns, &transaction, PlanVersion.init)
        staged.dataSet.memberships += try await stored(
            .memberships, Membership.columns, &transaction, Membership.init)
        staged.dataSet.indicators += try await stored(.indicators, Indicator.columns, &transaction, Indicator.init)
        staged.dataSet.targets += try await stored(.targets, Target.columns, &transaction, Target.init)
        staged.dataSet.forms += try await stored(.forms, Form.columns, &transaction, Form.init)
        staged.dataSet.formIndicators += try await stored(
            .formIndicators, FormIndicator.columns, &transaction, FormIndicator.init)
        staged.dataSet.contacts += try await stored(.contacts, Contact.columns, &transaction, Contact.init)
        staged.dataSet.calendar += try await stored(.calendar, CalendarDay.columns, &transaction, CalendarDay.init)
        staged.dataSet.calendarAdoptions += try await stored(
            .calendarAdoptions, CalendarAdoption.columns, &transaction, CalendarAdoption.init)
        staged.dataSet.framework += try await stored(
            .framework, FrameworkEntry.columns, &transaction, FrameworkEntry.init)
        staged.dataSet.adjustments += try await stored(
            .adjustments, Adjustment.columns, &transaction, Adjustment.init)
        staged.dataSet.contradictions += try await stored(
            .contradictions, Contradiction.columns, &transaction, Contradiction.init)
        try await addStoredFilings(to: &staged, in: &transaction)
    }

    private static func addStoredFilings(
        to staged: inout StagedFolder, in transaction: inout Transaction
    ) async throws(PostgresError) {
        var units = Set(staged.dataSet.submissions.map(\.unit))
        units.formUnion(staged.dataSet.observations.lazy.map(\.unit))
        guard !units.isEmpty else { return }
        let predecessors = Dictionary(grouping: staged.dataSet.successions, by: \.successor)
        var open = Array(units)
        while let unit = open.popLast() {
            for succession in predecessors[unit] ?? [] where units.insert(succession.predecessor).inserted {
                open.append(succession.predecessor)
            }
        }
        let codes = units.sorted()
        // By submission_key, whose first column is the unit.
        let submissionIsStaged = staged.counts[.submissions] == nil ? "false" : Self.submissionIsStaged
        staged.dataSet.submissions += try await rows(
            """
            select \(raw: Submission.columns) from rinda.submission t
             where t.unit = any(\(codes)) and not \(raw: submissionIsStaged)
            """, on: &transaction, Submission.init)
        let observationIsStaged = staged.counts[.observations] == nil ? "false" : Self.observationIsStaged
        staged.dataSet.observations += try await rows(
            """
            select t.unit, t.form, t.period, t.version, o.indicator, o.value, o.obs_status, o.basis, o.denominator
              from rinda.submission t join rinda.observation o on o.submission = t.id
             where t.unit = any(\(codes)) and not \(raw: observationIsStaged)
            """, on: &transaction, Observation.init)
    }

    private static let submissionIsStaged = """
        exists (select from \(StagedTable(table: .submissions).name) s
                 where s.unit = t.unit and s.form = t.form and s.period = t.period and s.version = t.version)
        """

    private static let observationIsStaged = """
        exists (select from \(StagedTable(table: .observations).name) s
                 where s.unit = t.unit and s.form = t.form and s.period = t.period and s.version = t.version
                   and s.indicator = o.indicator)
        """
}
