import Civil
import Domain
import Postgres

// Rows of the database as rows of the domain's model. Each type names its columns beside the initialiser that reads them
// in that order.

extension OrgUnit {
    static let columns = "code, name, name_gen, name_dat, name_acc, type, valid_from, valid_to"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            code: try row.decode(0), name: try row.decode(1), nameGen: try row.decode(2), nameDat: try row.decode(3),
            nameAcc: try row.decode(4), type: try row.decode(5), validFrom: try row.decode(6),
            validTo: try row.decode(7))
    }
}

extension Succession {
    static let columns = "predecessor, successor, effective_on, share"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            predecessor: try row.decode(0), successor: try row.decode(1), effectiveOn: try row.decode(2),
            share: try row.decode(3))
    }
}

extension Plan {
    static let columns = "plan, name, path_start, target_date"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), name: try row.decode(1), pathStart: try row.decode(2),
            targetDate: try row.decode(3))
    }
}

extension PlanVersion {
    static let columns = "plan, version, title, approved_on, effective_from, approved_by, technical_only"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), version: Int(try row.decode(1, as: Int32.self)), title: try row.decode(2),
            approvedOn: try row.decode(3), effectiveFrom: try row.decode(4), approvedBy: try row.decode(5),
            technicalOnly: try row.decode(6))
    }
}

extension Membership {
    static let columns = "plan, unit, role, valid_from, valid_to"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), unit: try row.decode(1), role: try row.decode(2), validFrom: try row.decode(3),
            validTo: try row.decode(4))
    }
}

extension Indicator {
    static let columns = "indicator, name, name_en, kind, unit, direction, target_group"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            indicator: try row.decode(0), name: try row.decode(1), nameEn: try row.decode(2),
            kind: try row.decode(3), unit: try row.decode(4), direction: try row.decode(5),
            targetGroup: try row.decode(6))
    }
}

extension Target {
    static let columns = "plan, version, indicator, unit, target_date, kind, value, baseline"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), version: Int(try row.decode(1, as: Int32.self)), indicator: try row.decode(2),
            unit: try row.decode(3), targetDate: try row.decode(4), kind: try row.decode(5),
            value: try row.decode(6), baseline: try row.decode(7, as: Rational?.self) ?? .zero)
    }
}

extension Form {
    static let columns = "form, name, recurrence, due_working_days, grace_working_days, role"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            form: try row.decode(0), name: try row.decode(1), recurrence: try row.decode(2),
            dueWorkingDays: Int(try row.decode(3, as: Int32.self)),
            graceWorkingDays: Int(try row.decode(4, as: Int32.self)),
            role: try row.decode(5, as: MembershipRole?.self) ?? .reporter)
    }
}

extension FormIndicator {
    static let columns = "form, indicator"

    init(_ row: Row) throws(PostgresError) {
        self.init(form: try row.decode(0), indicator: try row.decode(1))
    }
}

extension Contact {
    static let columns = "unit, role, email, language, valid_from, valid_to"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            unit: try row.decode(0), role: try row.decode(1), email: try row.decode(2), language: try row.decode(3),
            validFrom: try row.decode(4), validTo: try row.decode(5))
    }
}

extension CalendarDay {
    static let columns = "calendar, date, kind, name, known_since"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            calendar: try row.decode(0), date: try row.decode(1), kind: try row.decode(2), name: try row.decode(3),
            knownSince: try row.decode(4))
    }
}

extension CalendarAdoption {
    static let columns = "unit, year, adopts_moved_days"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            unit: try row.decode(0), year: Int(try row.decode(1, as: Int32.self)),
            adoptsMovedDays: try row.decode(2))
    }
}

extension Submission {
    static let columns = "unit, form, period, version, received_at, status, nil"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            unit: try row.decode(0), form: try row.decode(1), period: try row.decode(2),
            version: Int(try row.decode(3, as: Int32.self)), receivedAt: try row.decode(4), status: try row.decode(5),
            isNil: try row.decode(6))
    }
}

extension Observation {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            unit: try row.decode(0), form: try row.decode(1), period: try row.decode(2),
            version: Int(try row.decode(3, as: Int32.self)), indicator: try row.decode(4), value: try row.decode(5),
            obsStatus: try row.decode(6), basis: try row.decode(7, as: Basis?.self) ?? .ownOnly,
            denominator: try row.decode(8))
    }
}

extension FrameworkEntry {
    static let columns = "plan, priority, indicator, kind"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), priority: try row.decode(1), indicator: try row.decode(2),
            kind: try row.decode(3))
    }
}

extension Adjustment {
    static let columns = "plan, indicator, period, delta, reason"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), indicator: try row.decode(1), period: try row.decode(2),
            delta: try row.decode(3), reason: try row.decode(4))
    }
}

extension Contradiction {
    static let columns = "plan, indicator, value, source, published_on, note"

    init(_ row: Row) throws(PostgresError) {
        self.init(
            plan: try row.decode(0), indicator: try row.decode(1), value: try row.decode(2),
            source: try row.decode(3), publishedOn: try row.decode(4), note: try row.decode(5))
    }
}
