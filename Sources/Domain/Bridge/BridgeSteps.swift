/// The change of an attained share in four steps of fixed order, which add up to it exactly (`docs/domain.md` §17).
package struct BridgeSteps: Hashable, Sendable {
    /// What the units have gained, at the old target.
    package let actual: Rational
    /// What has become known of the old period since: late data and corrections.
    package let correction: Rational
    /// What units that joined or left bring or take, in figures and targets.
    package let organisation: Rational
    /// What another plan version makes of it.
    package let target: Rational
    /// The share at the beginning.
    package let from: Rational
    /// The share at the end.
    package let to: Rational

    /// A target with its baseline.
    package struct Goal: Hashable, Sendable {
        /// The target.
        package var target: Rational
        /// The baseline, another number than the target.
        package var baseline: Rational

        /// A target with its baseline; nil where there is no way between the two.
        package init?(target: Rational?, baseline: Rational?) {
            guard let target, let baseline, target != baseline else { return nil }
            self.target = target
            self.baseline = baseline
        }

        func share(of figure: Rational) -> Rational { (figure - baseline) / (target - baseline) }
    }

    /// Walks from one figure and target to another.
    ///
    /// - Parameters:
    ///   - from: the figure as it was told.
    ///   - restated: the same period's figure as it is known now.
    ///   - to: the figure of the new period.
    ///   - joined: what of the new figure comes from units that were not there, less what those had that are gone.
    ///   - oldGoal: the target then.
    ///   - movedGoal: the old plan version's target for the units of now.
    ///   - newGoal: the target now.
    package init(
        from: Rational, restated: Rational, to: Rational, joined: Rational, oldGoal: Goal, movedGoal: Goal,
        newGoal: Goal
    ) {
        let span = oldGoal.target - oldGoal.baseline
        self.from = oldGoal.share(of: from)
        actual = (to - joined - restated) / span
        correction = (restated - from) / span
        organisation = movedGoal.share(of: to) - oldGoal.share(of: to - joined)
        target = newGoal.share(of: to) - movedGoal.share(of: to)
        self.to = newGoal.share(of: to)
    }

    /// The change that the steps explain.
    package var change: Rational { to - from }

    /// The steps in their order.
    package var inOrder: [Rational] { [actual, correction, organisation, target] }

    /// The steps in percentage points with two decimals, in their order. Each is the difference of two rounded levels, so
    /// that what is printed adds up exactly to the printed change.
    package var percentTexts: [String] {
        var level = from
        var shown = Rational(decimal: from.percentText) ?? .zero
        return inOrder.map { step in
            level += step
            let next = Rational(decimal: level.percentText) ?? .zero
            defer { shown = next }
            return (next - shown).rounded(decimals: 2)
        }
    }

    /// The change in percentage points: the difference of the two printed shares.
    package var changeText: String {
        let first = Rational(decimal: from.percentText) ?? .zero
        let last = Rational(decimal: to.percentText) ?? .zero
        return (last - first).rounded(decimals: 2)
    }
}
