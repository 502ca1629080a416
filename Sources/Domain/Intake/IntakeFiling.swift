/// What a municipality sends for one form and period, before it is a submission.
package struct IntakeFiling: Hashable, Sendable {
    /// One indicator, with the line it came from.
    package struct Row: Hashable, Sendable {
        /// The line of the file.
        package var line: Int
        /// The indicator's code.
        package var indicator: String
        /// The number, or a ratio's numerator; nil where the status carries none.
        package var value: Rational?
        /// What the value is.
        package var obsStatus: ObservationStatus
        /// What a cumulative number counts.
        package var basis: Basis
        /// The denominator of a ratio.
        package var denominator: Rational?

        /// A row of a file.
        package init(
            line: Int, indicator: String, value: Rational?, obsStatus: ObservationStatus, basis: Basis = .ownOnly,
            denominator: Rational? = nil
        ) {
            self.line = line
            self.indicator = indicator
            self.value = value
            self.obsStatus = obsStatus
            self.basis = basis
            self.denominator = denominator
        }
    }

    /// The code of the unit whose figures they are.
    package var unit: String
    /// The form's code.
    package var form: String
    /// The period of the form.
    package var period: Period
    /// Whether it says "no change" for every indicator without a row.
    package var isNil: Bool
    /// Why it changes what was said before.
    package var reason: String?
    /// The line on which it begins.
    package var line: Int
    /// The indicators, in the order of the file.
    package var rows: [Row]

    /// What is sent for a form and period.
    package init(
        unit: String, form: String, period: Period, isNil: Bool = false, reason: String? = nil, line: Int = 2,
        rows: [Row] = []
    ) {
        self.unit = unit
        self.form = form
        self.period = period
        self.isNil = isNil
        self.reason = reason
        self.line = line
        self.rows = rows
    }

    /// The rows of a submission of it in a version.
    package func observations(version: Int) -> [Observation] {
        rows.map {
            Observation(
                unit: unit, form: form, period: period, version: version, indicator: $0.indicator, value: $0.value,
                obsStatus: $0.obsStatus, basis: $0.basis, denominator: $0.denominator)
        }
    }
}
