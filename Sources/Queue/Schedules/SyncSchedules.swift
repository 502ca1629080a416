package import Postgres

/// What a sync did, by name.
package struct ScheduleSyncReport: Hashable, Sendable {
    /// Schedules that were not there before.
    package var added: [String] = []
    /// Schedules that were there and differed.
    package var changed: [String] = []
    /// Schedules that the file no longer has.
    package var removed: [String] = []
    /// Schedules that were already as the file says.
    package var unchanged: [String] = []
}

extension Schedules {
    /// Makes the schedules of one file what the file says, and leaves all others alone. Syncing the same file again
    /// changes nothing. Paused schedules stay paused.
    ///
    /// - Parameter source: the file's owner, under which its schedules are kept.
    /// - Throws: ``ScheduleError`` naming every fault at once; then nothing is changed, for the caller's transaction fails.
    package static func sync(
        _ definitions: [ScheduleDefinition], source: String, reason: String? = nil, allowUnknownKind: Bool = false,
        in transaction: inout Transaction
    ) async throws -> ScheduleSyncReport {
        // One file at a time, so that two syncs do not add and remove across one another.
        try await transaction.execute(
            "select pg_advisory_xact_lock(hashtextextended(\("rinda.schedule.sync/\(source)"), 0))")
        // All rows: tens, or ten thousand at the most.
        let rows = try await transaction.query(
            "select \(definitionColumns), s.source from rinda.schedule s order by s.name")
        var owners: [String: String?] = [:]
        var present: [String: ScheduleDefinition] = [:]
        for row in rows {
            let definition = try ScheduleDefinition(row)
            present[definition.name] = definition
            owners.updateValue(try row.decode(11, as: String?.self), forKey: definition.name)
        }

        var report = ScheduleSyncReport()
        var faults: [String] = []
        var checker = ScheduleChecker(allowUnknownKind: allowUnknownKind)
        for definition in definitions {
            do {
                switch owners[definition.name] {
                case nil:
                    try await checker.check(definition, in: &transaction)
                    try await insert(definition, source: source, reason: reason, in: &transaction)
                    report.added.append(definition.name)
                case source:
                    if present[definition.name]?.isSame(as: definition) == true {
                        report.unchanged.append(definition.name)
                        continue
                    }
                    try await checker.check(definition, in: &transaction)
                    _ = try await store(definition, reason: reason, in: &transaction)
                    report.changed.append(definition.name)
                case .some(let owner):
                    let whose = owner.map { "belongs to \($0)" } ?? "was added by hand"
                    throw ScheduleError(
                        .ownedElsewhere, "it \(whose); take another name, or remove that one first")
                }
            } catch let error as ScheduleError {
                faults.append("schedule \(definition.name): \(error)")
            }
        }
        guard faults.isEmpty else {
            throw ScheduleError(.invalidDefinition, faults.joined(separator: "\n"))
        }
        let kept = Set(definitions.map(\.name))
        for (name, owner) in owners.sorted(by: { $0.key < $1.key }) where owner == source && !kept.contains(name) {
            try await remove(name, reason: reason, in: &transaction)
            report.removed.append(name)
        }
        return report
    }
}

extension ScheduleDefinition {
    /// Whether two definitions mean the same; the texts of their args may differ in blanks and order.
    fileprivate func isSame(as other: ScheduleDefinition) -> Bool {
        guard let left = try? JSONValue(parsing: args.text), let right = try? JSONValue(parsing: other.args.text),
            left == right
        else { return false }
        var copy = other
        copy.args = args
        return self == copy
    }
}
