import Civil
import Domain

/// A date written in a test.
func day(_ iso: String) -> LocalDate {
    guard let date = LocalDate(iso: iso) else { preconditionFailure("no date: \(iso)") }
    return date
}

/// An instant written in a test; without a time, noon UTC.
func instant(_ text: String) -> Timestamp {
    let full = text.utf8.count == 10 ? text + "T12:00:00Z" : text
    guard let instant = Timestamp(iso: full) else { preconditionFailure("no instant: \(text)") }
    return instant
}

/// A period written in a test.
func period(_ code: String) -> Period {
    guard let period = Period(code: code) else { preconditionFailure("no period: \(code)") }
    return period
}

/// A fraction written in a test as a decimal.
func number(_ text: String) -> Rational {
    guard let number = Rational(decimal: text) else { preconditionFailure("no decimal: \(text)") }
    return number
}

/// Europe/Riga by the rule of the European Union since 1996 (for tests only; programs read it from PostgreSQL).
let riga: ZoneRules = {
    func lastSunday(_ year: Int, _ month: Int) -> LocalDate {
        var date = LocalDate(year: year, month: month, day: 31)!
        while date.weekday != .sunday { date = date.adding(days: -1) }
        return date
    }
    var transitions: [ZoneRules.Transition] = []
    for year in 2002...2040 {
        for (month, offset) in [(3, 10_800), (10, 7_200)] {
            let at = Timestamp(seconds: Int64(lastSunday(year, month).days) * 86_400 + 3_600)
            transitions.append(ZoneRules.Transition(at: at, offset: offset))
        }
    }
    return ZoneRules(name: "Europe/Riga", initialOffset: 7_200, transitions: transitions)
}()

/// What a test lets a unit say about an indicator.
enum Said {
    case number(Rational, ObservationStatus, Basis)
    case ratio(Rational, Rational)
    case nothing(ObservationStatus)

    static func n(_ value: Rational, _ status: ObservationStatus = .actual, _ basis: Basis = .ownOnly) -> Said {
        .number(value, status, basis)
    }
}

/// Builds small data sets: a plan `P` (path 2018-01-01 to 2023-12-31, version 1 in force from its start) with a
/// half-yearly form `F` due on the 10th working day.
struct SetBuilder {
    var dataSet = DataSet()

    init() {
        dataSet.plans = [
            Plan(plan: "P", name: "Plan", pathStart: day("2018-01-01"), targetDate: day("2023-12-31"))
        ]
        version(1, from: "2018-01-01")
        form("F")
    }

    mutating func version(_ number: Int, from: String, approved: String? = nil, isDraft: Bool = false) {
        dataSet.planVersions.append(
            PlanVersion(
                plan: "P", version: number, title: "v\(number)", approvedOn: isDraft ? nil : day(approved ?? from),
                effectiveFrom: day(from), approvedBy: "SPAP", technicalOnly: false))
    }

    mutating func form(
        _ code: String, _ recurrence: Recurrence = .halfYear, due: Int = 10, role: MembershipRole = .reporter
    ) {
        dataSet.forms.append(
            Form(
                form: code, name: code, recurrence: recurrence, dueWorkingDays: due, graceWorkingDays: 5, role: role))
    }

    mutating func indicator(
        _ code: String, _ kind: IndicatorKind = .cumulativeUnique, _ direction: Direction = .up, on form: String? = "F"
    ) {
        dataSet.indicators.append(
            Indicator(
                indicator: code, name: code, nameEn: code, kind: kind, unit: "x", direction: direction,
                targetGroup: "G"))
        if let form { dataSet.formIndicators.append(FormIndicator(form: form, indicator: code)) }
    }

    /// A unit that is a member of the plan.
    mutating func unit(
        _ code: String, from: String = "2009-07-01", to: String? = nil, role: MembershipRole = .reporter
    ) {
        dataSet.units.append(
            OrgUnit(
                code: code, name: code, nameGen: code, nameDat: code, nameAcc: code, type: .novads,
                validFrom: day(from), validTo: to.map(day)))
        dataSet.memberships.append(Membership(plan: "P", unit: code, role: role, validFrom: day(from)))
    }

    mutating func units(_ codes: String..., from: String = "2009-07-01", to: String? = nil) {
        for code in codes { unit(code, from: from, to: to) }
    }

    mutating func succeeds(_ successor: String, _ predecessors: [(String, Rational)], on date: String) {
        for (predecessor, share) in predecessors {
            dataSet.successions.append(
                Succession(predecessor: predecessor, successor: successor, effectiveOn: day(date), share: share))
        }
    }

    /// A target; the unit nil is the region.
    mutating func target(
        _ indicator: String, _ unit: String?, _ value: Rational?, baseline: Rational = 0, version: Int = 1,
        by date: String = "2023-12-31", _ kind: TargetKind = .final
    ) {
        dataSet.targets.append(
            Target(
                plan: "P", version: version, indicator: indicator, unit: unit, targetDate: day(date), kind: kind,
                value: value, baseline: baseline))
    }

    /// A submission with what it says; received at noon of the first day after the period unless told otherwise.
    mutating func says(
        _ unit: String, _ code: String, _ said: [String: Said] = [:], form: String = "F", version: Int = 1,
        at: String? = nil, status: SubmissionStatus = .accepted, isNil: Bool = false
    ) {
        let received = at ?? period(code).lastDay.adding(days: 1).description
        dataSet.submissions.append(
            Submission(
                unit: unit, form: form, period: period(code), version: version, receivedAt: instant(received),
                status: status, isNil: isNil))
        for (indicator, what) in said.sorted(by: { $0.key < $1.key }) {
            var row = Observation(
                unit: unit, form: form, period: period(code), version: version, indicator: indicator, value: nil,
                obsStatus: .lacking)
            switch what {
            case .number(let value, let status, let basis):
                row.value = value
                row.obsStatus = status
                row.basis = basis
            case .ratio(let value, let denominator):
                row.value = value
                row.obsStatus = .actual
                row.denominator = denominator
            case .nothing(let status): row.obsStatus = status
            }
            dataSet.observations.append(row)
        }
    }

    func ask(
        _ code: String, asOf: String? = nil, knownAt: String? = nil, basis: TargetBasis = .atPeriodEnd,
        vintage: Vintage = .reported, today: String = "2026-01-01", plan: String = "P"
    ) throws -> Attainment {
        let question = Question(
            plan: plan, period: period(code), asOf: asOf.map(day),
            knownAt: knownAt.flatMap { Question.knownAt($0, zone: riga) }, targetBasis: basis, vintage: vintage)
        return try Attainment.compute(question, in: dataSet, today: day(today), zone: riga)
    }
}

extension Attainment {
    /// The row of the region's only indicator, or of one by name.
    func region(_ indicator: String = "I") throws -> RegionFigure {
        guard let row = region.first(where: { $0.indicator == indicator }) else { throw NoRow(name: indicator) }
        return row
    }

    func unit(_ code: String, _ indicator: String = "I") throws -> UnitFigure {
        guard let row = units.first(where: { $0.unit == code && $0.indicator == indicator }) else {
            throw NoRow(name: "\(code)/\(indicator)")
        }
        return row
    }

    func weighted(_ indicator: String = "I") throws -> String? {
        guard let row = completeness.weighted.first(where: { $0.indicator == indicator }) else {
            throw NoRow(name: indicator)
        }
        return row.share?.percentText
    }

    struct NoRow: Error {
        let name: String
    }
}
