/// Shares, pace and colour of a figure: pure rules shared by units and region (`docs/domain.md` §9).
enum StatusRule {
    /// Below this completeness a region's figure is grey.
    static let gate = Rational(4, 5)
    static let greenFrom = Rational(9, 10)
    static let amberFrom = Rational(7, 10)

    /// Attained share by expected share; nil where there is no share or nothing is expected yet.
    static func pace(share: Rational?, expected: Rational) -> Rational? {
        guard let share, !expected.isZero else { return nil }
        return share / expected
    }

    /// The colour, by the first rule that applies.
    ///
    /// - Parameter completeness: of the indicator, for a region's figure; nil for a unit's, which has no gate.
    static func status(
        target: Rational?, baseline: Rational?, figure: Rational?, completeness: Rational?, share: Rational?,
        pace: Rational?
    ) -> AttainmentStatus {
        guard let target else { return .noTarget }
        guard let figure else { return .grey }
        if target == baseline {
            if !target.isZero { return .grey }
            return figure.isZero ? .noTarget : .unplanned
        }
        if let completeness, completeness < gate { return .grey }
        guard let share else { return .grey }
        if share >= .one { return .blue }
        guard let pace else { return .grey }
        if pace >= greenFrom { return .green }
        return pace >= amberFrom ? .amber : .red
    }
}
