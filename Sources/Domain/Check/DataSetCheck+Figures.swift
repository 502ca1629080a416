extension DataSetCheck {
    /// What stands beside the figures: the performance framework, adjustments for duplicates, contradictions.
    mutating func checkFigures() {
        checkKeys(.framework, dataSet.framework, "indicator", "plan, priority and indicator") {
            [$0.plan, $0.priority, $0.indicator]
        }
        for (row, entry) in dataSet.framework.enumerated() {
            checkPlan(entry.plan, .framework, row)
            checkIndicator(entry.indicator, .framework, row)
        }
        checkAdjustments()
        checkKeys(.contradictions, dataSet.contradictions, "source", "plan, indicator, source and value") {
            [$0.plan, $0.indicator, $0.source, $0.value]
        }
        for (row, contradiction) in dataSet.contradictions.enumerated() {
            checkPlan(contradiction.plan, .contradictions, row)
            checkIndicator(contradiction.indicator, .contradictions, row)
        }
    }

    private mutating func checkAdjustments() {
        checkKeys(.adjustments, dataSet.adjustments, "period", "plan, indicator and period") {
            [$0.plan, $0.indicator, $0.period.code]
        }
        for (row, adjustment) in dataSet.adjustments.enumerated() {
            checkPlan(adjustment.plan, .adjustments, row)
            checkIndicator(adjustment.indicator, .adjustments, row)
            if let kind = indicators[adjustment.indicator]?.kind, kind != .cumulativeUnique {
                fault(
                    .adjustments, row, "indicator",
                    "Indicator \(adjustment.indicator) is a \(kind.rawValue): only persons ever served (CUM_UNIQUE) can "
                        + "be counted twice.")
            }
            if adjustment.delta.signum > 0 {
                fault(
                    .adjustments, row, "delta",
                    "The delta \(adjustment.delta) is above 0; duplicates are taken off, so write 0 or less.")
            }
        }
    }
}
