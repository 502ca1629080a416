import Civil
import Domain

// How a record becomes a row of the domain's model. Every field is read before any is missed, so that one pass tells all
// faults of a record.

extension OrgUnit {
    init?(_ fields: RecordFields) {
        typealias C = UnitColumns
        let code = fields.code(C.code)
        let name = fields.text(C.name, required: true)
        let nameGen = fields.text(C.nameGen)
        let nameDat = fields.text(C.nameDat)
        let nameAcc = fields.text(C.nameAcc)
        let type = fields.choice(C.type, UnitType.self)
        let validFrom = fields.date(C.validFrom)
        let validTo = fields.ifPresent(C.validTo, fields.date)
        guard let code, let name, let nameGen, let nameDat, let nameAcc, let type, let validFrom, let validTo else {
            return nil
        }
        self.init(
            code: code, name: name, nameGen: nameGen, nameDat: nameDat, nameAcc: nameAcc, type: type,
            validFrom: validFrom, validTo: validTo)
    }
}

extension Succession {
    init?(_ fields: RecordFields) {
        typealias C = SuccessionColumns
        let predecessor = fields.code(C.predecessor)
        let successor = fields.code(C.successor)
        let effectiveOn = fields.date(C.effectiveOn)
        let share = fields.decimal(C.share)
        guard let predecessor, let successor, let effectiveOn, let share else { return nil }
        self.init(predecessor: predecessor, successor: successor, effectiveOn: effectiveOn, share: share)
    }
}

extension Plan {
    init?(_ fields: RecordFields) {
        typealias C = PlanColumns
        let plan = fields.code(C.plan)
        let name = fields.text(C.name, required: true)
        let pathStart = fields.date(C.pathStart)
        let targetDate = fields.date(C.targetDate)
        guard let plan, let name, let pathStart, let targetDate else { return nil }
        self.init(plan: plan, name: name, pathStart: pathStart, targetDate: targetDate)
    }
}

extension PlanVersion {
    init?(_ fields: RecordFields) {
        typealias C = PlanVersionColumns
        let plan = fields.code(C.plan)
        let version = fields.integer(C.version, in: 0...Int(Int32.max))
        let title = fields.text(C.title)
        let approvedOn = fields.ifPresent(C.approvedOn, fields.date)
        let effectiveFrom = fields.date(C.effectiveFrom)
        let approvedBy = fields.text(C.approvedBy)
        let technicalOnly = fields.boolean(C.technicalOnly)
        guard let plan, let version, let title, let approvedOn, let effectiveFrom, let approvedBy, let technicalOnly
        else { return nil }
        self.init(
            plan: plan, version: version, title: title, approvedOn: approvedOn, effectiveFrom: effectiveFrom,
            approvedBy: approvedBy, technicalOnly: technicalOnly)
    }
}

extension Membership {
    init?(_ fields: RecordFields) {
        typealias C = MembershipColumns
        let plan = fields.code(C.plan)
        let unit = fields.code(C.unit)
        let role = fields.choice(C.role, MembershipRole.self)
        let validFrom = fields.date(C.validFrom)
        let validTo = fields.ifPresent(C.validTo, fields.date)
        guard let plan, let unit, let role, let validFrom, let validTo else { return nil }
        self.init(plan: plan, unit: unit, role: role, validFrom: validFrom, validTo: validTo)
    }
}

extension Indicator {
    init?(_ fields: RecordFields) {
        typealias C = IndicatorColumns
        let indicator = fields.code(C.indicator)
        let name = fields.text(C.name, required: true)
        let nameEn = fields.text(C.nameEn)
        let kind = fields.choice(C.kind, IndicatorKind.self)
        let unit = fields.text(C.unit)
        let direction = fields.choice(C.direction, Direction.self)
        let targetGroup = fields.text(C.targetGroup)
        guard let indicator, let name, let nameEn, let kind, let unit, let direction, let targetGroup else {
            return nil
        }
        self.init(
            indicator: indicator, name: name, nameEn: nameEn, kind: kind, unit: unit, direction: direction,
            targetGroup: targetGroup)
    }
}

extension Target {
    init?(_ fields: RecordFields) {
        typealias C = TargetColumns
        let plan = fields.code(C.plan)
        let version = fields.integer(C.version, in: 0...Int(Int32.max))
        let indicator = fields.code(C.indicator)
        let unit = fields.ifPresent(C.unit, fields.code)
        let targetDate = fields.date(C.targetDate)
        let kind = fields.choice(C.kind, TargetKind.self)
        let value = fields.ifPresent(C.value, fields.decimal)
        let baseline = fields.ifPresent(C.baseline, fields.decimal)
        guard let plan, let version, let indicator, let unit, let targetDate, let kind, let value, let baseline else {
            return nil
        }
        self.init(
            plan: plan, version: version, indicator: indicator, unit: unit, targetDate: targetDate, kind: kind,
            value: value, baseline: baseline ?? .zero)
    }
}

extension Form {
    init?(_ fields: RecordFields) {
        typealias C = FormColumns
        let form = fields.code(C.form)
        let name = fields.text(C.name, required: true)
        let recurrence = fields.choice(C.recurrence, Recurrence.self)
        let due = fields.integer(C.dueWorkingDays, in: 1...Self.longestDelay)
        let grace = fields.integer(C.graceWorkingDays, in: 0...Self.longestDelay)
        let role = fields.ifPresent(C.role) { fields.choice($0, MembershipRole.self) }
        guard let form, let name, let recurrence, let due, let grace, let role else { return nil }
        self.init(
            form: form, name: name, recurrence: recurrence, dueWorkingDays: due, graceWorkingDays: grace,
            role: role ?? .reporter)
    }

    /// Ten years of working days: beyond it a number is a slip of the hand.
    private static let longestDelay = 2600
}

extension FormIndicator {
    init?(_ fields: RecordFields) {
        let form = fields.code(FormIndicatorColumns.form)
        let indicator = fields.code(FormIndicatorColumns.indicator)
        guard let form, let indicator else { return nil }
        self.init(form: form, indicator: indicator)
    }
}

extension Contact {
    init?(_ fields: RecordFields) {
        typealias C = ContactColumns
        let unit = fields.code(C.unit)
        let role = fields.choice(C.role, ContactRole.self)
        let email = fields.email(C.email)
        let language = fields.choice(C.language, Language.self)
        let validFrom = fields.date(C.validFrom)
        let validTo = fields.ifPresent(C.validTo, fields.date)
        guard let unit, let role, let email, let language, let validFrom, let validTo else { return nil }
        self.init(unit: unit, role: role, email: email, language: language, validFrom: validFrom, validTo: validTo)
    }
}

extension CalendarDay {
    init?(_ fields: RecordFields) {
        typealias C = CalendarColumns
        let calendar = fields.code(C.calendar)
        let date = fields.date(C.date)
        let kind = fields.choice(C.kind, WorkingDays.DayKind.self)
        let name = fields.text(C.name)
        let knownSince = fields.ifPresent(C.knownSince, fields.date)
        guard let calendar, let date, let kind, let name, let knownSince else { return nil }
        self.init(calendar: calendar, date: date, kind: kind, name: name, knownSince: knownSince)
    }
}

extension CalendarAdoption {
    init?(_ fields: RecordFields) {
        typealias C = CalendarAdoptionColumns
        let unit = fields.code(C.unit)
        let year = fields.integer(C.year, in: 1000...9999)
        let adopts = fields.boolean(C.adoptsMovedDays)
        guard let unit, let year, let adopts else { return nil }
        self.init(unit: unit, year: year, adoptsMovedDays: adopts)
    }
}

extension Submission {
    init?(_ fields: RecordFields) {
        typealias C = SubmissionColumns
        let unit = fields.code(C.unit)
        let form = fields.code(C.form)
        let period = fields.period(C.period)
        let version = fields.integer(C.version, in: 1...Int(Int32.max))
        let receivedAt = fields.instant(C.receivedAt)
        let status = fields.choice(C.status, SubmissionStatus.self)
        let isNil = fields.boolean(C.isNil)
        guard let unit, let form, let period, let version, let receivedAt, let status, let isNil else { return nil }
        self.init(
            unit: unit, form: form, period: period, version: version, receivedAt: receivedAt, status: status,
            isNil: isNil)
    }
}

extension Observation {
    init?(_ fields: RecordFields) {
        typealias C = ObservationColumns
        let unit = fields.code(C.unit)
        let form = fields.code(C.form)
        let period = fields.period(C.period)
        let version = fields.integer(C.version, in: 1...Int(Int32.max))
        let indicator = fields.code(C.indicator)
        let value = fields.ifPresent(C.value, fields.decimal)
        let status = fields.choice(C.obsStatus, ObservationStatus.self)
        let basis = fields.ifPresent(C.basis) { fields.choice($0, Basis.self) }
        let denominator = fields.ifPresent(C.denominator, fields.decimal)
        guard let unit, let form, let period, let version, let indicator, let value, let status, let basis,
            let denominator
        else { return nil }
        self.init(
            unit: unit, form: form, period: period, version: version, indicator: indicator, value: value,
            obsStatus: status, basis: basis ?? .ownOnly, denominator: denominator)
    }
}

extension FrameworkEntry {
    init?(_ fields: RecordFields) {
        typealias C = FrameworkColumns
        let plan = fields.code(C.plan)
        let priority = fields.code(C.priority)
        let indicator = fields.code(C.indicator)
        let kind = fields.choice(C.kind, FrameworkKind.self)
        guard let plan, let priority, let indicator, let kind else { return nil }
        self.init(plan: plan, priority: priority, indicator: indicator, kind: kind)
    }
}

extension Adjustment {
    init?(_ fields: RecordFields) {
        typealias C = AdjustmentColumns
        let plan = fields.code(C.plan)
        let indicator = fields.code(C.indicator)
        let period = fields.period(C.period)
        let delta = fields.decimal(C.delta)
        let reason = fields.text(C.reason, required: true)
        guard let plan, let indicator, let period, let delta, let reason else { return nil }
        self.init(plan: plan, indicator: indicator, period: period, delta: delta, reason: reason)
    }
}

extension Contradiction {
    init?(_ fields: RecordFields) {
        typealias C = ContradictionColumns
        let plan = fields.code(C.plan)
        let indicator = fields.code(C.indicator)
        let value = fields.text(C.value, required: true)
        let source = fields.text(C.source, required: true)
        let publishedOn = fields.ifPresent(C.publishedOn, fields.date)
        let note = fields.text(C.note)
        guard let plan, let indicator, let value, let source, let publishedOn, let note else { return nil }
        self.init(
            plan: plan, indicator: indicator, value: value, source: source, publishedOn: publishedOn, note: note)
    }
}
