/// What the performance framework says of a priority.
package enum FrameworkResult: String, Hashable, Sendable, CaseIterable {
    /// Every indicator has reached 85 %.
    case achieved = "ACHIEVED"
    /// Of three or more indicators one has not, but has reached 75 %: it may be deemed achieved.
    case achievedByDerogation = "ACHIEVED_BY_DEROGATION"
    /// Neither.
    case notAchieved = "NOT_ACHIEVED"
    /// An indicator cannot be assessed, and what can be does not decide it.
    case indeterminate = "INDETERMINATE"
}

/// Which indicators are counted when a serious failure is judged; the wording of the law leaves it open.
package enum SeriousFailureBasis: String, Hashable, Sendable, CaseIterable {
    /// All of the priority.
    case all = "ALL"
    /// All but results.
    case nonResult = "NON_RESULT"
}

/// The rule by which milestones and targets of a priority count as achieved (Commission Implementing Regulation (EU) No
/// 215/2014, Article 6; `docs/domain.md` §15), on exact fractions.
package enum PerformanceFramework {
    /// An indicator's figure beside what it is measured by.
    package struct Measure: Hashable, Sendable {
        /// The indicator's code.
        package var indicator: String
        /// What it counts for.
        package var kind: FrameworkKind
        /// The figure; nil where there is none.
        package var actual: Rational?
        /// The milestone or target; nil where there is none.
        package var reference: Rational?

        /// A figure and its reference; either may be lacking.
        package init(indicator: String, kind: FrameworkKind, actual: Rational?, reference: Rational?) {
            self.indicator = indicator
            self.kind = kind
            self.actual = actual
            self.reference = reference
        }

        /// The attained share of the reference; nil where the indicator cannot be assessed.
        package var share: Rational? {
            guard let actual, let reference, reference.signum > 0 else { return nil }
            return actual / reference
        }

        /// Whether it is below a level in percent; nil where it cannot be assessed.
        func isBelow(_ percent: Int) -> Bool? {
            share.map { $0 < Rational(percent, 100) }
        }
    }

    /// What is said of a priority.
    package struct Verdict: Hashable, Sendable {
        /// Whether it has achieved its milestones or targets.
        package var result: FrameworkResult
        /// Whether it has seriously failed to; nil where the data do not decide it.
        package var isSeriousFailure: Bool?
        /// The indicator that stands in the way: of those below 85 % the one furthest behind; nil where there is none.
        package var blocking: String?
    }

    /// Judges a priority by its indicators. Over-attainment of one never makes up for another.
    package static func verdict(
        of measures: [Measure], countBasis: SeriousFailureBasis = .all
    ) -> Verdict {
        let below85 = measures.filter { $0.isBelow(85) == true }
        let blocking = below85.min { left, right in
            let (a, b) = (left.share ?? .zero, right.share ?? .zero)
            return a != b ? a < b : inCodePointOrder(left.indicator, right.indicator)
        }
        return Verdict(
            result: result(below85, of: measures), isSeriousFailure: isSeriousFailure(measures, countBasis),
            blocking: blocking?.indicator)
    }

    private static func result(_ below85: [Measure], of measures: [Measure]) -> FrameworkResult {
        // One that cannot be assessed may yet turn out on either side of 85 %: it can spoil, but it cannot mend.
        let mayBeDerogated = measures.count >= 3 && below85.count == 1 && below85[0].isBelow(75) == false
        if !below85.isEmpty && !mayBeDerogated { return .notAchieved }
        if measures.contains(where: { $0.share == nil }) { return .indeterminate }
        return below85.isEmpty ? .achieved : .achievedByDerogation
    }

    private static func isSeriousFailure(_ measures: [Measure], _ basis: SeriousFailureBasis) -> Bool? {
        let considered = measures.filter { $0.kind != .result }
        let count = basis == .all ? measures.count : considered.count
        let enough = count <= 2 ? 1 : 2
        let failing = considered.count { $0.isBelow(65) == true }
        let open = considered.count { $0.share == nil }
        if failing >= enough { return true }
        return failing + open >= enough ? nil : false
    }
}
