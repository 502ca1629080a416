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

    private let plan: Plan
    private var entries: [Entry] = []
    /// By unit, then indicator: the place of the entry; a unit without rows has no list.
    private var placesByUnit: [[Int32?]]
    private var regionPlaces: [Int32?]

    init(
        _ rows: [Target], plan: Plan, versions: KnownVersions, upTo chosen: Int?, indicatorNumbers: [String: Int],
        unitNumbers: [String: Int]
    ) {
        self.plan = plan
        placesByUnit = Array(repeating: [], count: unitNumbers.count)
        let none = [Int32?](repeating: nil, count: indicatorNumbers.count)
        regionPlaces = none
        guard let chosen else { return }
        let usable = Set(versions.versions.lazy.map(\.version).filter { $0 <= chosen })
        for row in rows where row.plan == plan.plan && usable.contains(row.version) {
            guard let indicator = indicatorNumbers[row.indicator] else { continue }
            guard let code = row.unit else {
                regionPlaces[indicator] = placed(row, at: regionPlaces[indicator])
                continue
            }
            guard let unit = unitNumbers[code] else { continue }
            if placesByUnit[unit].isEmpty { placesByUnit[unit] = none }
            placesByUnit[unit][indicator] = placed(row, at: placesByUnit[unit][indicator])
        }
    }

    /// Adds a row to the entry at a place, or to a new one, and says where: a higher version replaces a lower one.
    private mutating func placed(_ row: Target, at place: Int32?) -> Int32 {
        let number = place.map(Int.init) ?? entries.count
        if number == entries.count { entries.append(Entry(version: row.version)) }
        if entries[number].version > row.version { return Int32(number) }
        if entries[number].version < row.version { entries[number] = Entry(version: row.version) }
        switch row.kind {
        case .final: entries[number].final = (row.value, row.baseline, row.targetDate)
        case .milestone:
            if let value = row.value { entries[number].milestones.append((row.targetDate, value)) }
        }
        return Int32(number)
    }

    /// The rows that hold for a unit, or for the region where the unit is nil.
    func entry(_ indicator: Int, unit: Int?) -> Entry? {
        let places = unit.map { placesByUnit[$0] } ?? regionPlaces
        return places.isEmpty ? nil : places[indicator].map { entries[Int($0)] }
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
