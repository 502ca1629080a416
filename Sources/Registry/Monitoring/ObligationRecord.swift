package import Civil
package import Domain
package import Postgres

/// An obligation with the facts from which its state follows: its dates, a waiver, and what has been submitted.
package struct ObligationRecord: Hashable, Sendable {
    /// A submission as far as an obligation is concerned with it.
    package struct Answer: Hashable, Sendable {
        /// Its version.
        package let version: Int
        /// What the region made of it.
        package let status: SubmissionStatus
        /// When it arrived.
        package let receivedAt: Timestamp
        /// Whether it is a nil return.
        package let isNil: Bool
    }

    /// Its number.
    package let id: Int64
    /// The form that is owed.
    package let form: String
    /// For which period.
    package let period: Period
    /// The unit whose figures are owed.
    package let unit: String
    /// The unit that has to send them: itself, or its successor.
    package let responsible: String
    /// The first day on which figures are taken.
    package let opensOn: LocalDate
    /// The last day on which they are in time.
    package let dueOn: LocalDate
    /// The last day of grace.
    package let graceUntil: LocalDate
    /// The version of the due date; grows with every extension.
    package let dueVersion: Int
    /// Why it is waived; nil where it is not.
    package let waivedReason: String?
    /// When the first accepted submission arrived; nil where none has.
    package let acceptedAt: Timestamp?
    /// The submission with the highest version, whatever its status.
    package let latest: Answer?
    /// The last day of the quiet that was asked for; nil where none was. It may be over.
    package let snoozedThrough: LocalDate?

    /// Whether figures are still wanted: not waived, nothing accepted, and nothing waiting to be looked at.
    package var isOutstanding: Bool {
        waivedReason == nil && acceptedAt == nil && latest?.status != .received
    }

    /// What is owed, as the domain has it.
    package var obligation: Obligation {
        Obligation(
            form: form, period: period, unit: unit, responsible: responsible, opensOn: opensOn, dueOn: dueOn,
            graceUntil: graceUntil)
    }

    /// Where it stands on a day, from what has arrived; the zone says on which local day that was.
    package func state(on day: LocalDate, zone: ZoneRules) -> ObligationState {
        var answers: [(version: Int, status: SubmissionStatus, arrivedOn: LocalDate)] = []
        if let acceptedAt { answers.append((0, .accepted, zone.date(at: acceptedAt))) }
        if let latest { answers.append((latest.version, latest.status, zone.date(at: latest.receivedAt))) }
        return .on(
            day, opensOn: opensOn, dueOn: dueOn, isExtended: dueVersion > 1, isWaived: waivedReason != nil,
            answers: answers)
    }

    /// What reminders are decided by.
    ///
    /// - Parameters:
    ///   - ledger: the notices of the obligation so far.
    ///   - isUnitClosed: whether the unit that answers exists no more.
    package func facts(ledger: [Notice] = [], isUnitClosed: Bool = false) -> ReminderFacts {
        ReminderFacts(
            obligation: obligation, dueVersion: dueVersion, newestStatus: latest?.status,
            isNewestNil: latest?.isNil ?? false, isAccepted: acceptedAt != nil, isWaived: waivedReason != nil,
            isUnitClosed: isUnitClosed, snoozedThrough: snoozedThrough,
            ledger: Set(
                ledger.map {
                    ReminderFacts.Entry(
                        step: $0.plan.step, addressee: $0.plan.addressee, dueVersion: $0.plan.dueVersion)
                }))
    }

    // The answers by two probes of submission_key for each obligation, the quiet by one or two of reminder_snooze_unit.
    static let query: SQL = """
        select o.id, o.form, o.period, o.unit, o.responsible, o.opens_on, o.due_on, o.grace_until, o.due_version,
               o.waived_reason, accepted.received_at, latest.version, latest.status, latest.received_at, latest.nil,
               quiet.through
          from rinda.obligation o
          left join lateral (
              select min(s.received_at) as received_at from rinda.submission s
               where s.unit = o.unit and s.form = o.form and s.period = o.period and s.status = 'ACCEPTED'
          ) accepted on true
          left join lateral (
              select s.version, s.status, s.received_at, s.nil from rinda.submission s
               where s.unit = o.unit and s.form = o.form and s.period = o.period
               order by s.version desc limit 1
          ) latest on true
          left join lateral (
              select max(last.through) as through
                from (select o.unit as code union select o.responsible) as asked
                cross join lateral (select z.through from rinda.reminder_snooze z where z.unit = asked.code
                                     order by z.seq desc limit 1) last
          ) quiet on true
        """

    init(_ row: Row) throws(PostgresError) {
        id = try row.decode(0)
        form = try row.decode(1)
        period = try row.decode(2)
        unit = try row.decode(3)
        responsible = try row.decode(4)
        opensOn = try row.decode(5)
        dueOn = try row.decode(6)
        graceUntil = try row.decode(7)
        dueVersion = Int(try row.decode(8, as: Int32.self))
        waivedReason = try row.decode(9)
        acceptedAt = try row.decode(10)
        if let version = try row.decode(11, as: Int32?.self) {
            latest = Answer(
                version: Int(version), status: try row.decode(12), receivedAt: try row.decode(13),
                isNil: try row.decode(14))
        } else {
            latest = nil
        }
        snoozedThrough = try row.decode(15)
    }
}

/// Which obligations are asked for; nil is any.
package struct ObligationFilter: Sendable {
    /// The form's code.
    package var form: String?
    /// The period.
    package var period: Period?
    /// The unit whose figures are owed.
    package var unit: String?
    /// Those of forms that belong to this plan.
    package var plan: String?
    /// Those due on or before this day.
    package var dueThrough: LocalDate?
    /// Those whose window has opened by this day.
    package var openedBy: LocalDate?
    /// Those that are outstanding, and those due on or after this day.
    package var outstandingOrDueFrom: LocalDate?
    /// Only those that are neither waived nor answered by a submission that is accepted or waits to be looked at.
    package var onlyOutstanding = false

    /// Every obligation.
    package init() {}

    var condition: SQL {
        var sql: SQL = "true"
        if let form { sql.append(" and o.form = \(form)") }
        if let period { sql.append(" and o.period = \(period)") }
        if let unit { sql.append(" and o.unit = \(unit)") }
        if let plan {
            sql.append(
                """
                 and o.form in (select i.form from rinda.form_indicator i
                                  join rinda.target t on t.indicator = i.indicator where t.plan = \(plan))
                """)
        }
        if let dueThrough { sql.append(" and o.due_on <= \(dueThrough)") }
        if let openedBy { sql.append(" and o.opens_on <= \(openedBy)") }
        let outstanding: SQL = """
            (o.waived_at is null and accepted.received_at is null and latest.status is distinct from 'RECEIVED')
            """
        if let outstandingOrDueFrom { sql.append(" and (o.due_on >= \(outstandingOrDueFrom) or \(outstanding))") }
        if onlyOutstanding { sql.append(" and \(outstanding)") }
        return sql
    }
}

extension Registry {
    /// Obligations with what has become of them, by period, form and unit.
    ///
    /// - Throws: `PostgresError`.
    package static func obligations(
        _ filter: ObligationFilter = ObligationFilter(), on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ObligationRecord] {
        // By obligation_key, obligation_unit or obligation_due, as the filter has it.
        try await rows(
            "\(ObligationRecord.query) where \(filter.condition) order by o.period, o.form, o.unit", on: &database,
            ObligationRecord.init)
    }

    /// The obligation of a number, or nil where there is none.
    ///
    /// - Throws: `PostgresError`.
    package static func obligation(
        _ id: Int64, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ObligationRecord? {
        try await rows("\(ObligationRecord.query) where o.id = \(id)", on: &database, ObligationRecord.init).first
    }

    /// Contacts of units that hold on a day, by unit, role and address.
    ///
    /// - Throws: `PostgresError`.
    package static func contacts(
        of units: [String], on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Contact] {
        // By the key, whose first column is the unit.
        try await rows(
            """
            select \(raw: Contact.columns) from rinda.contact
             where unit = any(\(units)) and valid_from <= \(day) and (valid_to is null or valid_to > \(day))
             order by unit, role, email
            """, on: &database, Contact.init)
    }
}
