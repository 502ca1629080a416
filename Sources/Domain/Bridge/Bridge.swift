package import Civil

/// Why the attained shares of a plan differ between two snapshots: what `rinda bridge` prints (`docs/domain.md` §17).
package struct Bridge: Hashable, Sendable {
    /// One indicator of both snapshots.
    package struct Line: Hashable, Sendable {
        /// The indicator's code.
        package var indicator: String
        /// The region's figure at the beginning; nil where the plan did not have the indicator in it.
        package var from: RegionFigure
        /// The region's figure at the end.
        package var to: RegionFigure
        /// The steps between the attained shares; nil where one of the two is not there.
        package var steps: BridgeSteps?
    }

    /// The attainment at the beginning, as it was known then.
    package var from: Attainment
    /// The attainment at the end.
    package var to: Attainment
    /// One line an indicator, by code.
    package var lines: [Line]

    /// Explains the difference between the answers to two questions about one plan, on the reported map.
    ///
    /// - Parameter dataSet: what both questions need.
    /// - Throws: `DomainError` as `Attainment.compute`, and where the questions are about two plans.
    package static func compute(
        from: Question, to: Question, in dataSet: DataSet, today: LocalDate, zone: ZoneRules
    ) throws(DomainError) -> Bridge {
        guard from.plan == to.plan else {
            throw DomainError(.ruleNotMet, "A bridge leads between two snapshots of one plan, not of two.")
        }
        func answer(_ question: Question) throws(DomainError) -> Attainment {
            var question = question
            question.vintage = .reported
            return try Attainment.compute(question, in: dataSet, today: today, zone: zone)
        }
        let start = try answer(from)
        var restatedQuestion = from
        restatedQuestion.knownAt = to.knownAt
        restatedQuestion.targetBasis = .atPeriodEnd
        let restated = try answer(restatedQuestion)
        let end = try answer(to)
        // The old version may not have been known at the later question's moment where that lies before the first one's.
        var moved = end
        if let version = start.planVersion {
            var question = to
            question.targetBasis = .fixed(version)
            question.knownAt = from.knownAt.flatMap { first in to.knownAt.map { max(first, $0) } }
            moved = try answer(question)
        }
        let scope = Scope(dataSet.successions, from: restated, to: end)
        var lines: [Line] = []
        for (number, figure) in start.region.enumerated() {
            var line = Line(indicator: figure.indicator, from: figure, to: end.region[number], steps: nil)
            line.steps = steps(number, start, restated, moved, end, scope)
            lines.append(line)
        }
        return Bridge(from: start, to: end, lines: lines)
    }

    private static func steps(
        _ number: Int, _ start: Attainment, _ restated: Attainment, _ moved: Attainment, _ end: Attainment,
        _ scope: Scope
    ) -> BridgeSteps? {
        let (first, last) = (start.region[number], end.region[number])
        guard first.attained != nil, last.attained != nil,
            let oldGoal = BridgeSteps.Goal(target: first.target, baseline: first.baseline),
            let newGoal = BridgeSteps.Goal(target: last.target, baseline: last.baseline),
            let from = first.standing, let to = last.standing
        else { return nil }
        let movedGoal = BridgeSteps.Goal(
            target: moved.region[number].target, baseline: moved.region[number].baseline)
        return BridgeSteps(
            from: from, restated: restated.region[number].standing ?? from, to: to,
            joined: scope.joined(first.indicator, kind: first.kind), oldGoal: oldGoal,
            movedGoal: movedGoal ?? oldGoal, newGoal: newGoal)
    }
}

extension RegionFigure {
    /// The figure with the baselines of the units that have no number in it: what the attained share is the share of.
    var standing: Rational? {
        guard let attained, let target, let baseline, target != baseline else { return reported }
        return attained * (target - baseline) + baseline
    }
}

/// Which units of two unit sets are not the continuation of any of the other.
private struct Scope {
    private let rows: [(row: UnitFigure, sign: Rational, regionBaseline: Rational)]

    init(_ successions: [Succession], from: Attainment, to: Attainment) {
        let successors = Dictionary(grouping: successions, by: \.predecessor).mapValues { $0.map(\.successor) }
        let predecessors = Dictionary(grouping: successions, by: \.successor).mapValues { $0.map(\.predecessor) }
        let before = Dictionary(grouping: from.units, by: \.indicator)
        let after = Dictionary(grouping: to.units, by: \.indicator)
        var rows: [(row: UnitFigure, sign: Rational, regionBaseline: Rational)] = []
        for indicator in from.region.indices {
            let code = from.region[indicator].indicator
            let old = before[code] ?? []
            let new = after[code] ?? []
            let oldCodes = Set(old.map(\.unit))
            let newCodes = Set(new.map(\.unit))
            for row in new where !Self.leads(from: row.unit, into: oldCodes, by: predecessors) {
                rows.append((row, .one, to.region[indicator].baseline ?? .zero))
            }
            for row in old where !Self.leads(from: row.unit, into: newCodes, by: successors) {
                rows.append((row, Rational(-1), from.region[indicator].baseline ?? .zero))
            }
        }
        self.rows = rows
    }

    /// What units that joined bring into the region's figure, less what those that left had in it. The figure of a ratio
    /// is no sum of theirs.
    func joined(_ indicator: String, kind: IndicatorKind) -> Rational {
        guard kind != .ratio else { return .zero }
        return rows.filter { $0.row.indicator == indicator }.reduce(.zero) { sum, entry in
            sum + entry.sign * Self.contribution(of: entry.row, regionBaseline: entry.regionBaseline)
        }
    }

    private static func contribution(of row: UnitFigure, regionBaseline: Rational) -> Rational {
        if row.kind == .step {
            // A unit counts as one where it has done the step, which its share tells.
            return row.attained.map { $0 >= .one ? .one : .zero } ?? .zero
        }
        return row.actual ?? (regionBaseline.isZero ? .zero : row.baseline ?? .zero)
    }

    private static func leads(from unit: String, into codes: Set<String>, by edges: [String: [String]]) -> Bool {
        var open = [unit]
        var seen: Set<String> = []
        while let code = open.popLast() {
            if codes.contains(code) { return true }
            guard seen.insert(code).inserted else { continue }
            open += edges[code] ?? []
        }
        return false
    }
}
