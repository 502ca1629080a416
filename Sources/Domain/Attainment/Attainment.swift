package import Civil

/// The attainment of a plan for a period: everything `rinda attainment --json` prints, exact (`docs/domain.md` §7).
package struct Attainment: Hashable, Sendable {
    /// The version of the rules by which figures are computed; part of every snapshot's hash.
    package static let rules = "1"

    /// The question, with the as-of date filled in.
    package var question: Question
    /// The date as of which the figures hold.
    package var asOf: LocalDate
    /// The number of the plan version that gave the targets; nil where none was in force.
    package var planVersion: Int?
    /// The hash (SHA-256, hexadecimal) over what was used; the same inputs have the same hash.
    package var snapshot: String
    /// How complete the data are.
    package var completeness: Completeness
    /// One figure an indicator, by code.
    package var region: [RegionFigure]
    /// One figure a unit and indicator, by unit, then indicator.
    package var units: [UnitFigure]

    /// An answer.
    package init(
        question: Question, asOf: LocalDate, planVersion: Int?, snapshot: String, completeness: Completeness,
        region: [RegionFigure], units: [UnitFigure]
    ) {
        self.question = question
        self.asOf = asOf
        self.planVersion = planVersion
        self.snapshot = snapshot
        self.completeness = completeness
        self.region = region
        self.units = units
    }
}

/// How complete the data of a snapshot are (`docs/domain.md` §4).
package struct Completeness: Hashable, Sendable {
    /// The completeness of one indicator, weighted by the units' targets.
    package struct Weighted: Hashable, Sendable {
        /// The indicator's code.
        package var indicator: String
        /// The share of the target weight that has reported; nil where there is no weight.
        package var share: Rational?

        /// The weighted completeness of an indicator.
        package init(indicator: String, share: Rational?) {
            self.indicator = indicator
            self.share = share
        }
    }

    /// The obligations whose period ends in the span asked about.
    package var expected: Int
    /// Those with an accepted submission.
    package var reported: Int
    /// Those with an accepted submission that came by the due date.
    package var onTime: Int
    /// The weighted completeness by indicator, in order of code.
    package var weighted: [Weighted]

    /// Counts and weighted shares.
    package init(expected: Int, reported: Int, onTime: Int, weighted: [Weighted]) {
        self.expected = expected
        self.reported = reported
        self.onTime = onTime
        self.weighted = weighted
    }
}

/// The colour of a figure (`docs/domain.md` §9).
package enum AttainmentStatus: String, Hashable, Sendable, CaseIterable {
    /// There is no target.
    case noTarget = "NO_TARGET"
    /// A figure where the target is nought.
    case unplanned = "UNPLANNED"
    /// Not enough is known to say.
    case grey = "GREY"
    /// Reached.
    case blue = "BLUE"
    /// On the expected path, or nearly.
    case green = "GREEN"
    /// Behind it.
    case amber = "AMBER"
    /// Far behind it.
    case red = "RED"
}

/// What a unit's figure is, as shown (`docs/domain.md` §5).
package enum ShownStatus: String, Hashable, Sendable, CaseIterable {
    /// An actual number.
    case actual = "A"
    /// A provisional or partial number.
    case provisional = "P"
    /// An estimated number.
    case estimated = "E"
    /// A number after a break in the series.
    case seriesBreak = "B"
    /// A nil return: the number before, confirmed.
    case unchanged = "NIL"
    /// Missing.
    case lacking = "L"
    /// Not applicable.
    case notApplicable = "M"
    /// Waived.
    case waived = "J"
    /// Missing, but not yet due.
    case notDue = "NOT_DUE"
}

/// The figure of one indicator for the whole region. Shares are exact fractions, 1 is 100 %; nil is null.
package struct RegionFigure: Hashable, Sendable {
    /// The indicator's code.
    package var indicator: String
    /// The indicator's kind.
    package var kind: IndicatorKind
    /// The target.
    package var target: Rational?
    /// The baseline; nil where there is no target.
    package var baseline: Rational?
    /// What the units have reported: the lower bound.
    package var reported: Rational?
    /// With the last known figures of missing units.
    package var carried: Rational?
    /// With the best that missing units can have reached.
    package var upper: Rational?
    /// The attained share on `reported`.
    package var attained: Rational?
    /// The attained share among the reporting units alone.
    package var attainedReporting: Rational?
    /// The attained share on `carried`.
    package var attainedCarried: Rational?
    /// The attained share on `upper`.
    package var attainedUpper: Rational?
    /// The attained share where no unit counts for more than its target.
    package var attainedCapped: Rational?
    /// Attained share by expected share.
    package var pace: Rational?
    /// The colour.
    package var status: AttainmentStatus

    /// A row of the region.
    package init(
        indicator: String, kind: IndicatorKind, target: Rational?, baseline: Rational?, reported: Rational?,
        carried: Rational?, upper: Rational?, attained: Rational?, attainedReporting: Rational?,
        attainedCarried: Rational?, attainedUpper: Rational?, attainedCapped: Rational?, pace: Rational?,
        status: AttainmentStatus
    ) {
        self.indicator = indicator
        self.kind = kind
        self.target = target
        self.baseline = baseline
        self.reported = reported
        self.carried = carried
        self.upper = upper
        self.attained = attained
        self.attainedReporting = attainedReporting
        self.attainedCarried = attainedCarried
        self.attainedUpper = attainedUpper
        self.attainedCapped = attainedCapped
        self.pace = pace
        self.status = status
    }
}

/// A figure carried forward for a missing unit.
package struct CarriedFigure: Hashable, Sendable {
    /// The figure after the last number.
    package var value: Rational
    /// How many periods of the form ago that was, 1 or 2.
    package var age: Int

    /// A figure and its age.
    package init(value: Rational, age: Int) {
        self.value = value
        self.age = age
    }
}

/// The figure of one indicator for one unit. Shares are exact fractions, 1 is 100 %; nil is null.
package struct UnitFigure: Hashable, Sendable {
    /// The unit's code.
    package var unit: String
    /// The indicator's code.
    package var indicator: String
    /// The indicator's kind.
    package var kind: IndicatorKind
    /// The target.
    package var target: Rational?
    /// The baseline; nil where there is no target.
    package var baseline: Rational?
    /// The figure; nil where the unit has no number.
    package var actual: Rational?
    /// What the figure is; nil where the indicator is on no form.
    package var obsStatus: ShownStatus?
    /// The attained share.
    package var attained: Rational?
    /// Attained share by expected share.
    package var pace: Rational?
    /// The colour.
    package var status: AttainmentStatus
    /// The figure carried forward into the region's `carried`; nil unless the unit is missing.
    package var carried: CarriedFigure?

    /// A row of a unit.
    package init(
        unit: String, indicator: String, kind: IndicatorKind, target: Rational?, baseline: Rational?, actual: Rational?,
        obsStatus: ShownStatus?, attained: Rational?, pace: Rational?, status: AttainmentStatus, carried: CarriedFigure?
    ) {
        self.unit = unit
        self.indicator = indicator
        self.kind = kind
        self.target = target
        self.baseline = baseline
        self.actual = actual
        self.obsStatus = obsStatus
        self.attained = attained
        self.pace = pace
        self.status = status
        self.carried = carried
    }
}
