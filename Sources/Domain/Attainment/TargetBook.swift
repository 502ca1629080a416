import Civil

/// A target in force: what is to be reached from where, and by which path.
struct Goal {
    let target: Rational
    let baseline: Rational
    let path: ExpectedPath
}

/// The targets of a plan as a version of it has them: rows of that version, or of the one before it that has any for the
/// same indicator and unit (`docs/domain.md` §3).
struct TargetBook {
    /// The rows of one version for an indicator and a unit (or the region).
    struct Entry {
        let version: Int
        /// The row of kind FINAL; its value may be empty.
        var final: (value: Rational?, baseline: Rational, date: LocalDate)?
        /// Values to be reached on the way.
        var milestones: [(date: LocalDate, value: Rational)] = []
    }

    private struct Pair: Hashable {
        let indicator: Int
        /// -1 for the region.
        let unit: Int
    }

    private let plan: Plan
    private let entries: [Pair: Entry]

    init(
        _ rows: [Target], plan: Plan, versions: KnownVersions, upTo chosen: Int?, indicatorNumbers: [String: Int],
        unitNumbers: [String: Int]
    ) {
        self.plan = plan
        var entries: [Pair: Entry] = [:]
        if let chosen {
            let usable = Set(versions.versions.lazy.map(\.version).filter { $0 <= chosen })
            for row in rows where row.plan == plan.plan && usable.contains(row.version) {
                guard let indicator = indicatorNumbers[row.indicator] else { continue }
                var unit = -1
                if let code = row.unit {
                    guard let number = unitNumbers[code] else { continue }
                    unit = number
                }
                let pair = Pair(indicator: indicator, unit: unit)
                var entry = entries[pair] ?? Entry(version: row.version)
                if entry.version > row.version { continue }
                if entry.version < row.version { entry = Entry(version: row.version) }
                switch row.kind {
                case .final: entry.final = (row.value, row.baseline, row.targetDate)
                case .milestone: if let value = row.value { entry.milestones.append((row.targetDate, value)) }
                }
                entries[pair] = entry
            }
        }
        self.entries = entries
    }

    /// The rows that hold for a unit, or for the region where the unit is nil.
    func entry(_ indicator: Int, unit: Int?) -> Entry? {
        entries[Pair(indicator: indicator, unit: unit ?? -1)]
    }

    /// The straight path from the plan's start to its target date, for targets without rows of their own.
    var straightPath: ExpectedPath { ExpectedPath(start: plan.pathStart, end: plan.targetDate) }

    /// The path of an entry with a target and baseline: through its milestones to the date of its FINAL row; without one
    /// there is nothing that milestones lead to, and the path is the straight one.
    func path(_ entry: Entry?, target: Rational, baseline: Rational) -> ExpectedPath {
        guard let entry, let final = entry.final else { return straightPath }
        let span = target - baseline
        let points =
            span.isZero
            ? [] : entry.milestones.map { ExpectedPath.Point(date: $0.date, share: ($0.value - baseline) / span) }
        return ExpectedPath(start: plan.pathStart, end: final.date, milestones: points)
    }

    /// The target of a unit: its own rows alone, else what it inherits from its predecessors; nil for none.
    func goal(_ indicator: Int, unit: Int, kind: IndicatorKind, units: [UnitFrame]) -> Goal? {
        if let entry = entry(indicator, unit: unit) {
            guard let final = entry.final, let target = final.value else { return nil }
            return Goal(
                target: target, baseline: final.baseline,
                path: path(entry, target: target, baseline: final.baseline))
        }
        let predecessors = units[unit].predecessors
        if predecessors.isEmpty { return nil }
        let parts = predecessors.map { edge in
            (share: edge.share, goal: goal(indicator, unit: edge.unit, kind: kind, units: units))
        }
        return combined(parts, kind: kind)
    }

    /// The target of a unit that took over shares of others: the sum, for a step the largest, for a ratio the common
    /// value; parts without a target are left out.
    func combined(_ parts: [(share: Rational, goal: Goal?)], kind: IndicatorKind) -> Goal? {
        let known = parts.compactMap { part in part.goal.map { (share: part.share, goal: $0) } }
        guard let first = known.first?.goal else { return nil }
        switch kind {
        case .ratio:
            guard known.allSatisfy({ $0.goal.target == first.target && $0.goal.baseline == first.baseline }) else {
                return nil
            }
            return Goal(target: first.target, baseline: first.baseline, path: straightPath)
        case .step:
            return Goal(
                target: known.map(\.goal.target).max() ?? first.target,
                baseline: known.map(\.goal.baseline).max() ?? first.baseline, path: straightPath)
        case .cumulativeUnique, .flow, .stock, .money:
            var target = Rational.zero
            var baseline = Rational.zero
            for part in known {
                target += part.share * part.goal.target
                baseline += part.share * part.goal.baseline
            }
            return Goal(target: target, baseline: baseline, path: straightPath)
        }
    }
}
