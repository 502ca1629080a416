package import Civil

/// What the region made of a submission. It has no history: it holds as it stands.
package enum SubmissionStatus: String, Hashable, Sendable, CaseIterable {
    /// Arrived, not yet looked at: counts for nothing yet.
    case received = "RECEIVED"
    /// Counts.
    case accepted = "ACCEPTED"
    /// Sent back: counts for nothing.
    case returned = "RETURNED"
}

/// One row of `submissions.csv`: what a unit sent for a form and period, in one version (`docs/domain.md` §5).
package struct Submission: Hashable, Sendable {
    /// What names a submission.
    package struct Key: Hashable, Sendable {
        /// The code of the unit whose figures they are.
        package var unit: String
        /// The form's code.
        package var form: String
        /// The period of the form.
        package var period: Period
        /// The version; a higher one replaces a lower one whole.
        package var version: Int

        /// The name of a submission.
        package init(unit: String, form: String, period: Period, version: Int) {
            self.unit = unit
            self.form = form
            self.period = period
            self.version = version
        }
    }

    /// The code of the unit whose figures they are.
    package var unit: String
    /// The form's code.
    package var form: String
    /// The period of the form.
    package var period: Period
    /// The version; a higher one replaces a lower one whole.
    package var version: Int
    /// When it reached the region: from then on it is known.
    package var receivedAt: Timestamp
    /// What the region made of it.
    package var status: SubmissionStatus
    /// Whether it says "no change" for every indicator without a row of its own.
    package var isNil: Bool

    /// A row of `submissions.csv`.
    package init(
        unit: String, form: String, period: Period, version: Int, receivedAt: Timestamp, status: SubmissionStatus,
        isNil: Bool = false
    ) {
        self.unit = unit
        self.form = form
        self.period = period
        self.version = version
        self.receivedAt = receivedAt
        self.status = status
        self.isNil = isNil
    }

    /// What names it.
    package var key: Key { Key(unit: unit, form: form, period: period, version: version) }
}

/// What a row of `observations.csv` says about its value; never collapsed into zero (`docs/domain.md` §5).
package enum ObservationStatus: String, Hashable, Sendable, CaseIterable {
    /// An actual number.
    case actual = "A"
    /// A provisional number.
    case provisional = "P"
    /// An estimated number.
    case estimated = "E"
    /// A number after a break in the series.
    case seriesBreak = "B"
    /// Not collected.
    case lacking = "L"
    /// Not applicable: the unit has no such target group.
    case notApplicable = "M"
    /// Waived.
    case waived = "J"
    /// Confirmed: no change since the last number.
    case unchanged = "NIL"

    /// Whether a row with this status carries a number.
    package var carriesNumber: Bool {
        switch self {
        case .actual, .provisional, .estimated, .seriesBreak: true
        case .lacking, .notApplicable, .waived, .unchanged: false
        }
    }
}

/// What a successor's cumulative number counts (`docs/domain.md` §6).
package enum Basis: String, Hashable, Sendable, CaseIterable {
    /// Only its own: the frozen finals of its predecessors are added.
    case ownOnly = "OWN_ONLY"
    /// Its predecessors' too: nothing is added.
    case includesPredecessors = "INCLUDES_PREDECESSORS"
}

/// One row of `observations.csv`: one indicator of one submission.
package struct Observation: Hashable, Sendable {
    /// The unit's code.
    package var unit: String
    /// The form's code.
    package var form: String
    /// The period of the form.
    package var period: Period
    /// The version of the submission.
    package var version: Int
    /// The indicator's code.
    package var indicator: String
    /// The number, in the indicator's unit; for a ratio its numerator. Nil where the status carries none.
    package var value: Rational?
    /// What the value is.
    package var obsStatus: ObservationStatus
    /// What a cumulative number counts.
    package var basis: Basis
    /// The denominator of a ratio; nil for every other kind.
    package var denominator: Rational?

    /// A row of `observations.csv`.
    package init(
        unit: String, form: String, period: Period, version: Int, indicator: String, value: Rational?,
        obsStatus: ObservationStatus, basis: Basis = .ownOnly, denominator: Rational? = nil
    ) {
        self.unit = unit
        self.form = form
        self.period = period
        self.version = version
        self.indicator = indicator
        self.value = value
        self.obsStatus = obsStatus
        self.basis = basis
        self.denominator = denominator
    }

    /// What names the submission it belongs to.
    package var submission: Submission.Key {
        Submission.Key(unit: unit, form: form, period: period, version: version)
    }
}
