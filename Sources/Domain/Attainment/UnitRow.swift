import Civil

/// A unit's reading held against its target.
struct UnitRow {
    let reading: Reading
    let goal: Goal?
}

extension UnitFigure {
    /// The row of a unit of the reported map.
    init(unit: String, indicator: IndicatorFrame, row: UnitRow, asOf: LocalDate) {
        let actual = row.reading.actual(indicator.kind)
        var share: Rational?
        if let actual, let goal = row.goal, goal.target != goal.baseline {
            share = (actual - goal.baseline) / (goal.target - goal.baseline)
        }
        self.init(
            unit: unit, indicator: indicator, actual: actual, goal: row.goal, share: share,
            obsStatus: row.reading.status, carried: row.reading.carried, asOf: asOf)
    }

    /// A row with a share already computed.
    init(
        unit: String, indicator: IndicatorFrame, actual: Rational?, goal: Goal?, share: Rational?,
        obsStatus: ShownStatus?, carried: CarriedFigure?, asOf: LocalDate
    ) {
        let pace = goal.flatMap { StatusRule.pace(share: share, expected: $0.path.share(at: asOf)) }
        self.init(
            unit: unit, indicator: indicator.code, kind: indicator.kind, target: goal?.target,
            baseline: goal?.baseline, actual: actual, obsStatus: obsStatus, attained: share, pace: pace,
            status: StatusRule.status(
                target: goal?.target, baseline: goal?.baseline, figure: actual, completeness: nil, share: share,
                pace: pace),
            carried: carried)
    }
}

/// Several units shown as the one that has taken them over since (`docs/domain.md` §6).
struct MergedRow {
    /// A unit of the reported map and the share of it that the merged one took over.
    struct Part {
        let row: UnitRow
        let share: Rational
    }

    var parts: [Part] = []

    /// The row on the later map.
    func figure(unit: String, indicator: IndicatorFrame, targets: TargetBook, asOf: LocalDate) -> UnitFigure {
        let goal = targets.combined(parts.map { ($0.share, $0.row.goal) }, kind: indicator.kind)
        let actual = actual(indicator.kind)
        return UnitFigure(
            unit: unit, indicator: indicator, actual: actual, goal: goal,
            share: share(actual, goal, indicator.kind), obsStatus: status, carried: nil, asOf: asOf)
    }

    /// Whether a part has reported.
    var hasReported: Bool { parts.contains { $0.row.reading.hasReported } }

    private func actual(_ kind: IndicatorKind) -> Rational? {
        let reported = parts.compactMap { part in part.row.reading.measure.map { (share: part.share, measure: $0) } }
        if reported.isEmpty { return nil }
        if kind == .step { return reported.map(\.measure.value).min() }
        var sum = Measure.zero
        for part in reported { sum.add(part.measure, share: part.share) }
        return Reading(status: nil, measure: sum, carried: nil).actual(kind)
    }

    /// The sum of what the parts have gained since their baselines, by the whole way; a step's and a ratio's figure is no
    /// sum, so its own gain is taken.
    private func share(_ actual: Rational?, _ goal: Goal?, _ kind: IndicatorKind) -> Rational? {
        guard let actual, let goal, goal.target != goal.baseline else { return nil }
        var gain = Rational.zero
        switch kind {
        case .step, .ratio: gain = actual - goal.baseline
        case .cumulativeUnique, .flow, .stock, .money:
            for part in parts {
                guard let measure = part.row.reading.measure else { continue }
                gain += part.share * (measure.value - (part.row.goal?.baseline ?? .zero))
            }
        }
        return gain / (goal.target - goal.baseline)
    }

    private var status: ShownStatus? {
        let statuses = parts.compactMap(\.row.reading.status)
        let withNumber = parts.filter(\.row.reading.hasReported).compactMap(\.row.reading.status)
        if withNumber.isEmpty {
            return [.lacking, .notDue, .waived, .notApplicable].first { statuses.contains($0) }
        }
        if parts.contains(where: \.row.reading.isMissing) { return .provisional }
        return [.seriesBreak, .estimated, .provisional, .actual, .unchanged].first { withNumber.contains($0) }
    }
}
