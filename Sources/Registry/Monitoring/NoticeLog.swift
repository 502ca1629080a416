package import Civil
package import Domain
package import Postgres

/// Which notices of the ledger are asked for; nil is any.
package struct NoticeFilter: Sendable {
    /// Of the unit that owes, or that answers.
    package var unit: String?
    /// In this state.
    package var state: NoticeState?
    /// Planned for this day or later.
    package var from: LocalDate?
    /// Planned for this day or earlier.
    package var through: LocalDate?

    /// Every notice.
    package init() {}
}

extension Registry {
    /// A notice with what it is about, as a person reads the ledger.
    package struct LoggedNotice: Hashable, Sendable {
        /// The notice.
        package let notice: Notice
        /// The form's code.
        package let form: String
        /// The period.
        package let period: Period
        /// The unit whose figures are owed.
        package let unit: String
        /// The unit that answers.
        package let responsible: String
    }

    /// Notices of the ledger in the order in which they were planned.
    ///
    /// - Throws: `PostgresError`.
    package static func noticeLog(
        _ filter: NoticeFilter = NoticeFilter(), on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [LoggedNotice] {
        var condition: SQL = "true"
        if let unit = filter.unit { condition.append(" and \(unit) in (o.unit, o.responsible)") }
        if let state = filter.state { condition.append(" and n.state = \(state)") }
        if let from = filter.from { condition.append(" and n.planned_for >= \(from)") }
        if let through = filter.through { condition.append(" and n.planned_for <= \(through)") }
        // By notice_planned_for, notice_unsettled or whole, as the filter has it.
        let rows = try await database.query(
            """
            select \(raw: Notice.columns), o.form, o.period, o.unit, o.responsible
              from rinda.notice n join rinda.obligation o on o.id = n.obligation
             where \(condition) order by n.id
            """)
        var log: [LoggedNotice] = []
        for row in rows {
            log.append(
                LoggedNotice(
                    notice: try Notice(row), form: try row.decode(14), period: try row.decode(15),
                    unit: try row.decode(16), responsible: try row.decode(17)))
        }
        return log
    }

    /// How many messages a unit got in a year.
    package struct MailLoad: Hashable, Sendable {
        /// The unit that answers.
        package let unit: String
        /// Messages that were sent, merged ones once.
        package let messages: Int
        /// Of these, how many came back.
        package let bounced: Int
        /// The most that one address got on one day.
        package let mostOnOneDay: Int
    }

    /// The load of mail on each unit in a calendar year, by unit.
    ///
    /// - Throws: `PostgresError`.
    package static func mailLoad(
        in year: Int, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [MailLoad] {
        guard let first = LocalDate(year: year, month: 1, day: 1), let last = LocalDate(year: year, month: 12, day: 31)
        else { return [] }
        // By notice_planned_for.
        let rows = try await database.query(
            """
            with message as (
                select o.responsible, n.message_id, n.recipient, n.planned_for, bool_or(n.state = 'BOUNCED') as bounced
                  from rinda.notice n join rinda.obligation o on o.id = n.obligation
                 where n.planned_for between \(first) and \(last) and n.state in ('SENT', 'BOUNCED') and n.role <> 'REGION'
                 group by 1, 2, 3, 4
            ), day as (
                select responsible, recipient, planned_for, count(distinct message_id) as messages
                  from message group by 1, 2, 3
            )
            select m.responsible, count(distinct m.message_id), count(distinct m.message_id) filter (where m.bounced),
                   (select max(d.messages) from day d where d.responsible = m.responsible)
              from message m group by m.responsible order by m.responsible
            """)
        var loads: [MailLoad] = []
        for row in rows {
            loads.append(
                MailLoad(
                    unit: try row.decode(0), messages: Int(try row.decode(1, as: Int64.self)),
                    bounced: Int(try row.decode(2, as: Int64.self)),
                    mostOnOneDay: Int(try row.decode(3, as: Int64.self))))
        }
        return loads
    }
}
