/// What an indicator of a priority counts for in the performance framework (`docs/domain.md` §15).
package enum FrameworkKind: String, Hashable, Sendable, CaseIterable {
    /// Money certified.
    case financial = "FINANCIAL"
    /// What is delivered: persons served, places built.
    case output = "OUTPUT"
    /// A key implementation step.
    case step = "KIS"
    /// What changes by it; plays no part in a serious failure.
    case result = "RESULT"
}

/// One row of `framework.csv`: an indicator by which a priority of a plan is judged (`docs/domain.md` §15).
package struct FrameworkEntry: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The priority's code: priority axis, fund and category of region.
    package var priority: String
    /// The indicator's code.
    package var indicator: String
    /// What the indicator counts for.
    package var kind: FrameworkKind

    /// A row of `framework.csv`.
    package init(plan: String, priority: String, indicator: String, kind: FrameworkKind) {
        self.plan = plan
        self.priority = priority
        self.indicator = indicator
        self.kind = kind
    }
}
