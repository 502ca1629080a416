import Domain
import Postgres

/// How the rows of a staged file go into their table: by which key, and what may happen to a row that is there already.
struct TableMerge {
    /// What may become of a stored row.
    enum Permanence {
        /// Reference data: another row under its key replaces it.
        case replaceable
        /// Final where the SQL condition on the stored row `t` holds: another row under its key is a fault.
        case finalWhere(String)
        /// Final from the beginning.
        case final
    }

    let table: DataTable
    let target: String
    let key: [Column]
    let permanence: Permanence
    /// What an empty field means, as SQL by column: such a field equals that value.
    let meaningOfEmpty: [Column: String]

    private init(
        _ table: DataTable, _ target: String, key: [Column], _ permanence: Permanence = .replaceable,
        meaningOfEmpty: [Column: String] = [:]
    ) {
        self.table = table
        self.target = target
        self.key = key
        self.permanence = permanence
        self.meaningOfEmpty = meaningOfEmpty
    }

    /// The merges in the order in which rows refer to one another. Observations go in apart, by their submissions.
    static let all: [TableMerge] = [
        TableMerge(.units, "rinda.unit_version", key: [UnitColumns.code, UnitColumns.validFrom]),
        TableMerge(
            .successions, "rinda.succession", key: [SuccessionColumns.predecessor, SuccessionColumns.successor]),
        TableMerge(.plans, "rinda.plan", key: [PlanColumns.plan]),
        TableMerge(
            .planVersions, "rinda.plan_version", key: [PlanVersionColumns.plan, PlanVersionColumns.version],
            .finalWhere("t.approved_on is not null")),
        TableMerge(
            .memberships, "rinda.membership",
            key: [
                MembershipColumns.plan, MembershipColumns.unit, MembershipColumns.role, MembershipColumns.validFrom,
            ]),
        TableMerge(.indicators, "rinda.indicator", key: [IndicatorColumns.indicator]),
        TableMerge(
            .targets, "rinda.target",
            key: [
                TargetColumns.plan, TargetColumns.version, TargetColumns.indicator, TargetColumns.unit,
                TargetColumns.kind, TargetColumns.targetDate,
            ],
            .finalWhere(
                """
                exists (select from rinda.plan_version v
                         where v.plan = t.plan and v.version = t.version and v.approved_on is not null)
                """),
            meaningOfEmpty: [TargetColumns.baseline: "0"]),
        TableMerge(.forms, "rinda.form", key: [FormColumns.form], meaningOfEmpty: [FormColumns.role: "'REPORTER'"]),
        TableMerge(
            .formIndicators, "rinda.form_indicator", key: [FormIndicatorColumns.form, FormIndicatorColumns.indicator]),
        TableMerge(
            .contacts, "rinda.contact",
            key: [ContactColumns.unit, ContactColumns.role, ContactColumns.email, ContactColumns.validFrom]),
        TableMerge(.calendar, "rinda.calendar_day", key: [CalendarColumns.calendar, CalendarColumns.date]),
        TableMerge(
            .calendarAdoptions, "rinda.calendar_adoption",
            key: [CalendarAdoptionColumns.unit, CalendarAdoptionColumns.year]),
        TableMerge(
            .submissions, "rinda.submission",
            key: [
                SubmissionColumns.unit, SubmissionColumns.form, SubmissionColumns.period, SubmissionColumns.version,
            ],
            .final),
        TableMerge(
            .framework, "rinda.framework_entry",
            key: [FrameworkColumns.plan, FrameworkColumns.priority, FrameworkColumns.indicator]),
        TableMerge(
            .adjustments, "rinda.adjustment",
            key: [AdjustmentColumns.plan, AdjustmentColumns.indicator, AdjustmentColumns.period]),
        TableMerge(
            .contradictions, "rinda.contradiction",
            key: [
                ContradictionColumns.plan, ContradictionColumns.indicator, ContradictionColumns.source,
                ContradictionColumns.value,
            ]),
    ]

    // MARK: statements

    private var staged: String { StagedTable(table: table).name }
    private var values: [Column] { table.columns.filter { !key.contains($0) } }

    /// Stored and staged rows of one key. A nullable key column compares by what an empty text stands for, so that the
    /// join can still hash.
    private var sameKey: String {
        key.map { column in
            let name = "\"\(column.name)\""
            return column.isNullable
                ? "coalesce(t.\(name), '') = coalesce(s.\(name), '')" : "t.\(name) = s.\(name)"
        }.joined(separator: " and ")
    }

    private func differs(from other: String) -> String {
        guard !values.isEmpty else { return "false" }
        func row(_ alias: String) -> String {
            values.map { column in
                let name = "\(alias).\"\(column.name)\""
                return meaningOfEmpty[column].map { "coalesce(\(name), \($0))" } ?? name
            }.joined(separator: ", ")
        }
        return "(\(row("t"))) is distinct from (\(row(other)))"
    }

    /// Whether a stored row `t` has a staged one under its key.
    var isStagedCondition: String { "exists (select from \(staged) s where \(sameKey))" }

    /// The lines that want another row in place of a final one. Read whole on both sides: hash join by the key.
    var conflictSQL: SQL? {
        let condition: String
        switch permanence {
        case .replaceable: return nil
        case .finalWhere(let sql): condition = sql
        case .final: condition = "true"
        }
        return SQL(
            raw: """
                select s.line from \(staged) s join \(target) t on \(sameKey)
                 where \(differs(from: "s")) and \(condition)
                 order by s.line limit \(ImportFaults.limit)
                """)
    }

    /// Writes what is about to be replaced into the audit trail, one record a row: that is the unit in which people ask
    /// who changed a target or a due date, from what to what. What is new is counted in the import's own record.
    var auditSQL: SQL? {
        if case .final = permanence { return nil }
        if values.isEmpty { return nil }
        let object = key.map { "coalesce(t.\"\($0.name)\"::text, '')" }.joined(separator: " || '/' || ")
        return SQL(
            raw: """
                insert into rinda.audit (action, object, before, after)
                select 'import.replace', '\(table.rawValue):' || \(object), to_jsonb(t), to_jsonb(s) - 'line'
                  from \(staged) s join \(target) t on \(sameKey)
                 where \(differs(from: "s"))
                 order by s.line
                """)
    }

    /// Adds what is new and replaces what differs, in one statement, so that the rules over several rows of a table are
    /// checked on the result. Sorted by key: two imports never lock rows in another order, and the table lies in it.
    var mergeSQL: SQL {
        let names = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let keyNames = key.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let action: String
        if case .final = permanence {
            action = "do nothing"
        } else if values.isEmpty {
            action = "do nothing"
        } else {
            let assignments = values.map { "\"\($0.name)\" = excluded.\"\($0.name)\"" }.joined(separator: ", ")
            action = "do update set \(assignments) where \(differs(from: "excluded"))"
        }
        return SQL(
            raw: """
                insert into \(target) as t (\(names))
                select \(names) from \(staged)
                 order by \(keyNames)
                on conflict (\(keyNames)) \(action)
                """)
    }
}
