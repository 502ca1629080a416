package import Civil

/// The performance framework of a plan at a date: what `rinda framework` prints (`docs/domain.md` §15).
package struct FrameworkAssessment: Hashable, Sendable {
    /// The levels of the rule, in percent.
    package static let levels = [65, 75, 85]

    /// How the answer is labelled: the legal test is made for a priority of an operational programme, nationally.
    package static let label =
        "Early-warning analogy: the legal test applies to a priority of an operational programme nationally, not to a "
        + "region or a municipality."

    /// An indicator of a priority with its figure and what it is measured by.
    package struct Line: Hashable, Sendable {
        /// The figure, the reference and what the indicator counts for.
        package var measure: PerformanceFramework.Measure
        /// How the indicator's figures add up; nil where the plan does not have the indicator.
        package var kind: IndicatorKind?
        /// Whether the reference is a milestone on the way or the target.
        package var referenceKind: TargetKind?
        /// The day of the reference.
        package var referenceDate: LocalDate?

        /// What is lacking to a level in percent; nil where it cannot be assessed.
        package func missing(to percent: Int) -> Rational? {
            guard measure.share != nil, let actual = measure.actual, let reference = measure.reference, let kind else {
                return nil
            }
            return LevelGap.missing(to: Rational(percent, 100), of: reference, actual: actual, kind: kind)
        }

        /// By how much it is above a level in percent, nought where it is not; nil where it cannot be assessed.
        package func above(_ percent: Int) -> Rational? {
            guard measure.share != nil, let actual = measure.actual, let reference = measure.reference, let kind else {
                return nil
            }
            return max(
                LevelGap.surplus(over: Rational(percent, 100), of: reference, actual: actual, kind: kind), .zero)
        }
    }

    /// A priority with its verdict.
    package struct Priority: Hashable, Sendable {
        /// Its code.
        package var code: String
        /// What the rule says of it.
        package var verdict: PerformanceFramework.Verdict
        /// Its indicators, by code.
        package var lines: [Line]
    }

    /// The attainment whose figures were judged.
    package var attainment: Attainment
    /// Which indicators were counted for a serious failure.
    package var countBasis: SeriousFailureBasis
    /// The plan's priorities, by code.
    package var priorities: [Priority]

    /// Judges the priorities of a plan by what its units have reported, as of a date. The reference is the next milestone
    /// of the region, on its own day still that one, and after the last milestone the target.
    ///
    /// - Throws: `DomainError`, as `Attainment.compute`.
    package static func compute(
        _ question: Question, in dataSet: DataSet, countBasis: SeriousFailureBasis = .all, today: LocalDate,
        zone: ZoneRules
    ) throws(DomainError) -> FrameworkAssessment {
        let frame = try PlanFrame(question, in: dataSet, today: today, zone: zone)
        let attainment = try Attainment.compute(question, in: dataSet, today: today, zone: zone)
        let entries = dataSet.framework.filter { $0.plan == question.plan }
        let priorities = Dictionary(grouping: entries, by: \.priority).map { code, entries in
            let lines = entries.sorted { inCodePointOrder($0.indicator, $1.indicator) }
                .map { line($0, attainment, frame) }
            return Priority(
                code: code,
                verdict: PerformanceFramework.verdict(of: lines.map(\.measure), countBasis: countBasis), lines: lines)
        }
        return FrameworkAssessment(
            attainment: attainment, countBasis: countBasis,
            priorities: priorities.sorted { inCodePointOrder($0.code, $1.code) })
    }

    private static func line(_ entry: FrameworkEntry, _ attainment: Attainment, _ frame: PlanFrame) -> Line {
        var line = Line(
            measure: PerformanceFramework.Measure(
                indicator: entry.indicator, kind: entry.kind, actual: nil, reference: nil))
        // The rule measures from nought upwards: what is to fall cannot be assessed by it.
        guard let number = frame.indicatorNumbers[entry.indicator], frame.indicators[number].direction == .up,
            let figure = attainment.region.first(where: { $0.indicator == entry.indicator })
        else { return line }
        line.kind = figure.kind
        line.measure.actual = figure.reported
        let rows = frame.targets.entry(number, unit: nil)
        if let next = rows?.milestones.filter({ frame.asOf <= $0.date }).min(by: { $0.date < $1.date }) {
            line.measure.reference = next.value
            line.referenceKind = .milestone
            line.referenceDate = next.date
        } else if let target = figure.target {
            line.measure.reference = target
            line.referenceKind = .final
            line.referenceDate = rows?.final?.date ?? frame.plan.targetDate
        }
        return line
    }
}
