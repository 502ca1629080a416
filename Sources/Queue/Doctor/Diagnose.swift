/// Judges what a database is like: a function of the facts and the limits alone. Every look has at least one finding, so
/// that an operator sees what was looked at; the worst come first, and equally bad ones in the order of `Finding.Code`.
package func diagnose(_ facts: DoctorFacts, limits: DoctorLimits = DoctorLimits()) -> [Finding] {
    var findings = schemaFindings(facts.schema)
    findings += horizonFindings(facts.horizon, limits)
    findings += serverFindings(facts.server, limits)
    if let engine = facts.engine {
        findings += storageFindings(engine.storage, facts.server, limits)
        findings += workerFindings(engine, limits)
        findings += jobFindings(engine, limits)
        findings += scheduleFindings(engine.schedules, limits)
        findings += historyFindings(engine.history, limits)
    }
    let order = Dictionary(uniqueKeysWithValues: Finding.Code.allCases.enumerated().map { ($1, $0) })
    // The sort keeps findings of one look as they came, since places break the tie.
    return findings.enumerated().sorted { left, right in
        (right.element.severity, order[left.element.code] ?? 0, left.offset)
            < (left.element.severity, order[right.element.code] ?? 0, right.offset)
    }.map(\.element)
}

/// How bad it is altogether: the worst of the findings.
package func overallSeverity(_ findings: [Finding]) -> Finding.Severity {
    findings.map(\.severity).max() ?? .ok
}

/// The severity of a value against two limits.
func severity<Value: Comparable>(of value: Value, _ limits: (warning: Value, critical: Value)) -> Finding.Severity {
    value >= limits.critical ? .critical : value >= limits.warning ? .warning : .ok
}

func schemaFindings(_ schema: SchemaFacts) -> [Finding] {
    if let obstacle = schema.obstacle {
        return [
            Finding(
                .migrations, .critical, obstacle,
                advice: schema.pending.isEmpty
                    ? "Use the version of Rinda that this database was migrated by, or a newer one."
                    : "Apply the \(schema.pending.count) missing: rinda migrate")
        ]
    }
    if !schema.newer.isEmpty {
        return [
            Finding(
                .migrations, .warning,
                "The database has migrations that this program does not know: \(schema.newer.joined(separator: ", ")).",
                advice: "Upgrade this program; the one that migrated the database is newer.")
        ]
    }
    return [Finding(.migrations, .ok, "All \(schema.applied) migrations are applied as this program knows them.")]
}
