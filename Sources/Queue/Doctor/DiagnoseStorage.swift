func storageFindings(_ storage: StorageFacts, _ server: ServerFacts, _ limits: DoctorLimits) -> [Finding] {
    vacuumFindings(storage.tables, server, limits) + deadTupleFindings(storage.tables, limits)
        + bloatFindings(storage.relations, limits)
}

private func vacuumFindings(
    _ tables: [StorageFacts.Table], _ server: ServerFacts, _ limits: DoctorLimits
) -> [Finding] {
    guard server.autovacuum else {
        return [
            Finding(
                .autovacuum, .critical, "Autovacuum is off for the whole server: dead rows stay for ever.",
                advice: "alter system set autovacuum = on; alter system set track_counts = on; select pg_reload_conf()")
        ]
    }
    var findings: [Finding] = []
    for table in tables {
        if table.autovacuumIsOff {
            findings.append(
                Finding(
                    .autovacuum, .warning, subject: table.name, "Autovacuum is off for \(table.name).",
                    advice: "alter table \(table.name) reset (autovacuum_enabled)"))
        } else if table.dead > 2 * max(1, table.vacuumThreshold), !table.isBeingVacuumed,
            (table.sinceVacuum ?? limits.vacuumLag) >= limits.vacuumLag
        {
            let last = table.sinceVacuum.map { "was last vacuumed \(Wording.span($0)) ago" } ?? "was never vacuumed"
            findings.append(
                Finding(
                    .autovacuum, .warning, subject: table.name,
                    "\(table.name) \(last) and has \(table.dead) dead rows; autovacuum is due at \(table.vacuumThreshold).",
                    advice: "If nobody is told under \"horizon\", give autovacuum more workers or less cost delay; "
                        + "at once: vacuum \(table.name)"))
        }
    }
    if findings.isEmpty {
        findings.append(Finding(.autovacuum, .ok, "Autovacuum is on and keeps up with \(tables.count) tables."))
    }
    return findings
}

private func deadTupleFindings(_ tables: [StorageFacts.Table], _ limits: DoctorLimits) -> [Finding] {
    let judged = tables.filter { $0.dead > $0.live }
        .map { (table: $0, severity: severity(of: $0.dead, limits.deadTuples)) }.filter { $0.severity > .ok }
    guard judged.isEmpty else {
        return judged.map { table, severity in
            Finding(
                .deadTuples, severity, subject: table.name,
                "\(table.name) has \(table.dead) dead rows beside \(table.live) live ones.",
                advice: "End who is told under \"horizon\", then: vacuum \(table.name)")
        }
    }
    let dead = tables.filter { $0.dead > 0 }.map { "\($0.name) \($0.dead)" }
    return [
        Finding(
            .deadTuples, .ok,
            dead.isEmpty ? "No dead rows in the engine's tables." : "Dead rows: \(dead.joined(separator: ", ")).")
    ]
}

private func bloatFindings(_ relations: [StorageFacts.Relation], _ limits: DoctorLimits) -> [Finding] {
    let judged =
        relations
        .filter { Double($0.wasted) >= limits.bloatShare * Double($0.bytes) }
        .map { (relation: $0, severity: severity(of: $0.wasted, limits.bloat)) }.filter { $0.severity > .ok }
    guard judged.isEmpty else {
        return judged.map { relation, severity in
            Finding(
                .bloat, severity, subject: relation.name,
                "\(relation.isIndex ? "Index" : "Table") \(relation.name) takes \(Wording.bytes(relation.bytes)); its live "
                    + "rows need about \(Wording.bytes(relation.needed)).",
                advice: relation.isIndex
                    ? "reindex index concurrently \(relation.name)"
                    : "With the workers stopped: vacuum full \(relation.name)")
        }
    }
    let size = relations.reduce(0) { $0 + $1.bytes }
    return [Finding(.bloat, .ok, "The engine's hot tables and indexes take \(Wording.bytes(size)).")]
}
