/// One row of `adjustments.csv`: persons whom several units count and the region counts once (`docs/domain.md` §8).
package struct Adjustment: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The code of an indicator of kind CUM_UNIQUE.
    package var indicator: String
    /// The period in which the duplicates were found; they stay duplicates afterwards.
    package var period: Period
    /// What is added to the region's figures: nought or less.
    package var delta: Rational
    /// Why.
    package var reason: String

    /// A row of `adjustments.csv`.
    package init(plan: String, indicator: String, period: Period, delta: Rational, reason: String) {
        self.plan = plan
        self.indicator = indicator
        self.period = period
        self.delta = delta
        self.reason = reason
    }
}
