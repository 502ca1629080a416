package import Civil
package import Domain

/// Everything that a report says: facts recorded with the snapshot, no clock of its own. The same content always gives
/// the same octets. Shares are exact fractions, where 1 is 100 %; they are rounded for display only.
package struct ReportContent: Hashable, Sendable {
    /// The plan's name, `Kurzemes plānošanas reģiona DI plāns 2017–2020`.
    package var planName: String
    /// Who compiled the report, `Kurzemes plānošanas reģions`.
    package var organisation: String
    /// The period that the report is about.
    package var period: Period
    /// The report's revision, from 1.
    package var revision: Int
    /// The plan version that gave the targets; nil where none was in force.
    package var planVersion: PlanVersion?
    /// The day as of which the figures hold.
    package var asOf: LocalDate
    /// The local time up to which what was recorded counts; nil where everything recorded counts.
    package var knownAt: LocalDateTime?
    /// The first day of the path to the targets.
    package var pathStart: LocalDate
    /// The plan's target date.
    package var targetDate: LocalDate
    /// The snapshot's hash, by which the figures can be found again.
    package var snapshot: String
    /// The version of the rules by which the figures were computed.
    package var rules: String
    /// How many submissions were expected, came, and came in time.
    package var completeness: Completeness
    /// The indicators, in the order in which the report shows them.
    package var indicators: [Indicator]
    /// The obligations without an accepted submission, in order.
    package var missing: [MissingReturn]
    /// The notices of the period, in order of time. They are about obligations; no person is named.
    package var notices: [SentNotice]
    /// Remarks on sources and contradictions, each a paragraph.
    package var notes: [String]

    /// The content of a report.
    package init(
        planName: String, organisation: String, period: Period, revision: Int, planVersion: PlanVersion?,
        asOf: LocalDate, knownAt: LocalDateTime?, pathStart: LocalDate, targetDate: LocalDate, snapshot: String,
        rules: String, completeness: Completeness, indicators: [Indicator], missing: [MissingReturn] = [],
        notices: [SentNotice] = [], notes: [String] = []
    ) {
        self.planName = planName
        self.organisation = organisation
        self.period = period
        self.revision = revision
        self.planVersion = planVersion
        self.asOf = asOf
        self.knownAt = knownAt
        self.pathStart = pathStart
        self.targetDate = targetDate
        self.snapshot = snapshot
        self.rules = rules
        self.completeness = completeness
        self.indicators = indicators
        self.missing = missing
        self.notices = notices
        self.notes = notes
    }
}

extension ReportContent {
    /// The plan version that gave the targets.
    package struct PlanVersion: Hashable, Sendable {
        /// Its number.
        package var number: Int
        /// Its title, `Grozījumi Nr. 7`.
        package var title: String
        /// The day of its approval.
        package var approvedOn: LocalDate?
        /// Who approved it, `SPAP`.
        package var approvedBy: String

        /// A version of a number and a title, approved on a day by someone.
        package init(number: Int, title: String, approvedOn: LocalDate?, approvedBy: String) {
            self.number = number
            self.title = title
            self.approvedOn = approvedOn
            self.approvedBy = approvedBy
        }
    }

    /// Counts of submissions (`docs/domain.md` §4).
    package struct Completeness: Hashable, Sendable {
        /// Those expected.
        package var expected: Int
        /// Those accepted.
        package var reported: Int
        /// Those accepted that came by the due date.
        package var onTime: Int

        /// Counts of submissions expected, accepted and in time.
        package init(expected: Int, reported: Int, onTime: Int) {
            self.expected = expected
            self.reported = reported
            self.onTime = onTime
        }
    }

    /// An indicator with the region's figures and those of its units; what each means is in `docs/domain.md` §7 to §9.
    package struct Indicator: Hashable, Sendable {
        /// The indicator's code.
        package var code: String
        /// The indicator's name in Latvian.
        package var name: String
        /// What is counted, `personas`.
        package var measure: String
        /// The region's target; nil without one.
        package var target: Rational?
        /// The region's baseline.
        package var baseline: Rational?
        /// What the units have reported; nil where none has.
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
        /// The share that the path expects at the as-of date; nil where it is not to be shown.
        package var expected: Rational?
        /// Attained share by expected share.
        package var pace: Rational?
        /// The share of the target's weight that has reported.
        package var completeness: Rational?
        /// The colour.
        package var status: AttainmentStatus
        /// The units, in the order in which the report shows them.
        package var units: [UnitFigure]

        /// An indicator's figures, filled in field by field after the first four.
        package init(code: String, name: String, measure: String, status: AttainmentStatus, units: [UnitFigure] = []) {
            self.code = code
            self.name = name
            self.measure = measure
            self.status = status
            self.units = units
        }

        /// The indicator of a snapshot's figures, with its name, its measure and its units.
        ///
        /// - Parameters:
        ///   - figure: the region's figures.
        ///   - name: the indicator's name in Latvian.
        ///   - measure: what is counted.
        ///   - completeness: the weighted completeness.
        ///   - expected: the share that the path expects at the as-of date.
        ///   - units: the units' rows.
        package init(
            _ figure: RegionFigure, name: String, measure: String, completeness: Rational?, expected: Rational? = nil,
            units: [UnitFigure]
        ) {
            self.init(code: figure.indicator, name: name, measure: measure, status: figure.status, units: units)
            target = figure.target
            baseline = figure.baseline
            reported = figure.reported
            carried = figure.carried
            upper = figure.upper
            attained = figure.attained
            attainedReporting = figure.attainedReporting
            attainedCarried = figure.attainedCarried
            attainedUpper = figure.attainedUpper
            attainedCapped = figure.attainedCapped
            pace = figure.pace
            self.completeness = completeness
            self.expected = expected
        }
    }

    /// One unit's figure of an indicator.
    package struct UnitFigure: Hashable, Sendable {
        /// The unit's name.
        package var name: String
        /// The target; nil without one.
        package var target: Rational?
        /// The figure; nil where there is no number.
        package var actual: Rational?
        /// What the figure is; nil where the indicator is on no form.
        package var observation: ShownStatus?
        /// The attained share.
        package var attained: Rational?
        /// Attained share by expected share.
        package var pace: Rational?
        /// The colour.
        package var status: AttainmentStatus
        /// The figure carried forward for a missing unit, with its age in periods.
        package var carried: Carried?

        /// A unit's figure.
        package init(
            name: String, target: Rational?, actual: Rational?, observation: ShownStatus?, attained: Rational?,
            pace: Rational? = nil, status: AttainmentStatus, carried: Carried? = nil
        ) {
            self.name = name
            self.target = target
            self.actual = actual
            self.observation = observation
            self.attained = attained
            self.pace = pace
            self.status = status
            self.carried = carried
        }

        /// The row of a snapshot's figure, with the unit's name.
        package init(_ figure: Domain.UnitFigure, name: String) {
            self.init(
                name: name, target: figure.target, actual: figure.actual, observation: figure.obsStatus,
                attained: figure.attained, pace: figure.pace, status: figure.status,
                carried: figure.carried.map { Carried(value: $0.value, age: $0.age) })
        }
    }

    /// The last known figure of a unit that is missing.
    package struct Carried: Hashable, Sendable {
        /// The figure.
        package var value: Rational
        /// How many periods of the form ago it was reported, 1 or 2.
        package var age: Int

        /// A figure of so many periods ago.
        package init(value: Rational, age: Int) {
            self.value = value
            self.age = age
        }
    }

    /// An obligation without an accepted submission.
    package struct MissingReturn: Hashable, Sendable {
        /// The unit's name.
        package var unit: String
        /// The form's name.
        package var form: String
        /// The form's period.
        package var period: Period
        /// The due date.
        package var due: LocalDate
        /// The day of the last notice; nil where none was sent.
        package var lastNotice: LocalDate?

        /// What a unit owes by a day, and when it was last reminded.
        package init(unit: String, form: String, period: Period, due: LocalDate, lastNotice: LocalDate? = nil) {
            self.unit = unit
            self.form = form
            self.period = period
            self.due = due
            self.lastNotice = lastNotice
        }
    }

    /// A notice that was sent.
    package struct SentNotice: Hashable, Sendable {
        /// The local date on which it was sent.
        package var on: LocalDate
        /// The unit's name.
        package var unit: String
        /// The form's name.
        package var form: String
        /// The step.
        package var step: NoticeStep
        /// Who got it.
        package var audience: NoticeAudience
        /// Whether it came back as undeliverable.
        package var hasBounced: Bool

        /// A notice of a step about a unit's form.
        package init(
            on: LocalDate, unit: String, form: String, step: NoticeStep, audience: NoticeAudience,
            hasBounced: Bool = false
        ) {
            self.on = on
            self.unit = unit
            self.form = form
            self.step = step
            self.audience = audience
            self.hasBounced = hasBounced
        }
    }
}
