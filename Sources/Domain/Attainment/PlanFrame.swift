import Civil

/// A stretch of days from a first one to before a last one, which may be open.
struct Interval {
    let from: LocalDate
    let to: LocalDate?

    func contains(_ date: LocalDate) -> Bool {
        from <= date && to.map { date < $0 } ?? true
    }
}

/// A succession seen from one of its two units.
struct SuccessionEdge {
    /// The unit at the other end.
    let unit: Int
    let share: Rational
    let effectiveOn: LocalDate
}

/// A unit as far as a plan's figures need it; units are numbered in the code point order of their codes.
struct UnitFrame {
    let code: String
    var validity: [Interval] = []
    var memberships: [(role: MembershipRole, interval: Interval)] = []
    var predecessors: [SuccessionEdge] = []
    var successors: [SuccessionEdge] = []

    /// The first day of its first row.
    var begins: LocalDate? { validity.map(\.from).min() }

    /// Whether it exists on a day.
    func isValid(on date: LocalDate) -> Bool {
        validity.contains { $0.contains(date) }
    }

    /// Whether it exists on a day and has a role in the plan then.
    func takesPart(as role: MembershipRole, on date: LocalDate) -> Bool {
        isValid(on: date) && memberships.contains { $0.role == role && $0.interval.contains(date) }
    }
}

/// An indicator of the plan; indicators are numbered in the code point order of their codes.
struct IndicatorFrame {
    let code: String
    let kind: IndicatorKind
    let direction: Direction
    /// The form that asks for it, and its place among the plan's indicators on that form.
    var place: (form: Int, position: Int)?
}

/// A form of the plan; forms are numbered in the code point order of their codes.
struct FormFrame {
    let form: Form
    /// The plan's indicators on it, in order.
    var indicators: [Int] = []
    /// R: its last period that ends on or before as-of.
    let current: Period
    /// Its period that contains the start of the plan's path, where flows begin.
    let first: Period
    /// Its first period that ends in the period asked about, whether or not it ends by as-of.
    let firstAsked: Period
    /// The last days of the periods from `first` to `current`.
    private let lastDays: [LocalDate]

    init(form: Form, asOf: LocalDate, pathStart: LocalDate, periodStart: LocalDate) {
        self.form = form
        self.current = Period.last(form.recurrence, endingBy: asOf)
        self.first = Period(form.recurrence, containing: pathStart)
        self.firstAsked = Period(form.recurrence, containing: periodStart)
        self.lastDays =
            first.ordinal <= current.ordinal
            ? (first.ordinal...current.ordinal).map { Period(recurrence: form.recurrence, ordinal: $0).lastDay } : []
    }

    /// The last day of a period by its ordinal.
    func lastDay(_ ordinal: Int) -> LocalDate {
        let index = ordinal - first.ordinal
        return lastDays.indices.contains(index)
            ? lastDays[index] : Period(recurrence: form.recurrence, ordinal: ordinal).lastDay
    }

    /// The ordinal of the last period that ends before a day.
    func lastOrdinal(before date: LocalDate) -> Int {
        Period.last(form.recurrence, endingBy: date.adding(days: -1)).ordinal
    }
}

/// The reference data that one question needs, by number instead of by code.
struct PlanFrame {
    let plan: Plan
    let question: Question
    let asOf: LocalDate
    /// The local day of known-at; nil where everything recorded counts.
    let knownOn: LocalDate?
    /// The local day against which due dates are held: that of known-at, or today.
    let dueDay: LocalDate
    let zone: ZoneRules
    let planVersion: Int?
    let indicators: [IndicatorFrame]
    let forms: [FormFrame]
    let units: [UnitFrame]
    let targets: TargetBook
    /// By indicator, what is added to the region's figures for persons whom several units count.
    let adjustments: [Rational]
    let calendar: DutyCalendar
    let unitNumbers: [String: Int]
    let indicatorNumbers: [String: Int]
    let formNumbers: [String: Int]

    /// Finds what a question needs in a data set.
    ///
    /// - Parameter today: the local day of the clock, used where the question has no known-at.
    init(_ question: Question, in dataSet: DataSet, today: LocalDate, zone: ZoneRules) throws(DomainError) {
        guard let plan = dataSet.plans.first(where: { $0.plan == question.plan }) else {
            throw DomainError(
                .unknown, "There is no plan \(question.plan); known plans: \(Self.list(dataSet.plans.map(\.plan))).",
                context: ["plan": question.plan])
        }
        let asOf = question.asOf ?? question.period.lastDay
        guard question.period.contains(asOf) else {
            throw DomainError(
                .asOfOutsidePeriod,
                "The as-of date \(asOf) lies outside period \(question.period) "
                    + "(\(question.period.firstDay) to \(question.period.lastDay)); choose a date within it.",
                context: ["as_of": asOf.description, "period": question.period.code])
        }
        self.plan = plan
        self.question = question
        self.asOf = asOf
        self.zone = zone
        self.knownOn = question.knownAt.map { zone.date(at: $0) }
        self.dueDay = knownOn ?? today
        let versions = KnownVersions(of: plan.plan, in: dataSet, knownOn: knownOn)
        self.planVersion = try versions.chosen(question, reportDay: dueDay)

        let reference = PlanReference(plan, in: dataSet)
        self.indicators = reference.indicators
        self.forms = reference.forms(asOf: asOf, periodStart: question.period.firstDay)
        self.indicatorNumbers = reference.indicatorNumbers
        self.formNumbers = reference.formNumbers
        let followsSuccessors = question.vintage != .reported
        self.units = UnitDirectory.units(of: plan.plan, in: dataSet, withSuccessors: followsSuccessors)
        var unitNumbers: [String: Int] = Dictionary(minimumCapacity: units.count)
        for (number, unit) in units.enumerated() { unitNumbers[unit.code] = number }
        self.unitNumbers = unitNumbers
        self.targets = TargetBook(
            dataSet.targets, plan: plan, versions: versions, upTo: planVersion, indicatorNumbers: indicatorNumbers,
            unitNumbers: unitNumbers)
        self.adjustments = Self.adjustments(in: dataSet, of: plan.plan, upTo: asOf, indicators: indicators)
        self.calendar = DutyCalendar(dataSet, knownOn: knownOn)
    }

    /// The sums of the adjustments of periods that have ended by as-of: who was counted twice once stays counted twice.
    private static func adjustments(
        in dataSet: DataSet, of plan: String, upTo asOf: LocalDate, indicators: [IndicatorFrame]
    ) -> [Rational] {
        var sums: [String: Rational] = [:]
        for row in dataSet.adjustments where row.plan == plan && row.period.lastDay <= asOf {
            sums[row.indicator, default: .zero] += row.delta
        }
        return indicators.map { $0.kind == .cumulativeUnique ? sums[$0.code] ?? .zero : .zero }
    }

    /// The day whose units make up an indicator's unit set: R's last day, or as-of where it is on no form.
    func settingDay(of indicator: Int) -> LocalDate {
        indicators[indicator].place.map { forms[$0.form].current.lastDay } ?? asOf
    }

    /// Whether a unit owes a form for one of its periods.
    func owes(_ unit: Int, _ form: Int, _ ordinal: Int) -> Bool {
        units[unit].takesPart(as: forms[form].form.role, on: forms[form].lastDay(ordinal))
    }

    /// Whether a unit belongs to an indicator's unit set.
    func isInSet(_ unit: Int, _ indicator: Int) -> Bool {
        guard let place = indicators[indicator].place else { return units[unit].takesPart(as: .reporter, on: asOf) }
        return owes(unit, place.form, forms[place.form].current.ordinal)
    }

    private static func list(_ codes: [String]) -> String {
        codes.isEmpty ? "none" : codes.sorted(by: inCodePointOrder).joined(separator: ", ")
    }
}

/// Whether one code stands before another in code point order, which is the order of everything printed.
func inCodePointOrder(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
