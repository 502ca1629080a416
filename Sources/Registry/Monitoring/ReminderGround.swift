package import Civil
package import Domain
package import Postgres

/// All that reminders of a day are decided by, read from the database in one go.
package struct ReminderGround: Sendable {
    /// The obligations that may need a reminder, with what has been heard and sent.
    package let facts: [ReminderFacts]
    /// Working days as known on the day.
    package let calendar: DutyCalendar
    /// The contacts that hold on the day, those left out whose address has bounced since it was entered.
    package let contacts: ContactBook
    /// Grace in working days, by form.
    package let graceWorkingDays: [String: Int]
    /// Addresses that have declined courtesies, in lower case.
    package let optedOut: Set<String>
    private let numbers: [Key: Int64]

    private struct Key: Hashable {
        let form: String
        let period: Period
        let unit: String
    }

    fileprivate init(
        records: [ObligationRecord], facts: [ReminderFacts], calendar: DutyCalendar, contacts: ContactBook,
        graceWorkingDays: [String: Int], optedOut: Set<String>
    ) {
        self.facts = facts
        self.calendar = calendar
        self.contacts = contacts
        self.graceWorkingDays = graceWorkingDays
        self.optedOut = optedOut
        var numbers: [Key: Int64] = [:]
        for record in records {
            numbers[Key(form: record.form, period: record.period, unit: record.unit)] = record.id
        }
        self.numbers = numbers
    }

    /// The number of an obligation in the database; nil for one that is not among those read.
    package func number(of obligation: Obligation) -> Int64? {
        numbers[Key(form: obligation.form, period: obligation.period, unit: obligation.unit)]
    }

    /// What the ledger gets of reminders: nothing of what is held back, or of a letter that a person writes.
    package func plans(for reminders: [Reminder], on day: LocalDate) -> [NoticePlan] {
        reminders.flatMap { reminder -> [NoticePlan] in
            guard reminder.suppressed == nil, !reminder.isDraft, let number = number(of: reminder.obligation) else {
                return []
            }
            return reminder.recipients.map { recipient in
                NoticePlan(
                    obligation: number, step: reminder.step, addressee: recipient.addressee,
                    dueVersion: reminder.dueVersion, messageID: recipient.mergedInto ?? recipient.messageID,
                    recipient: recipient.email, language: recipient.language, plannedFor: day)
            }
        }
    }

    /// The reminders due on the day that was read, by the standing policy.
    package func decision(policy: ReminderPolicy = .standard, mailDomain: String) -> ReminderDecision {
        ReminderDecision(
            policy: policy, calendar: calendar, contacts: contacts, graceWorkingDays: graceWorkingDays,
            mailDomain: mailDomain, optedOut: optedOut)
    }
}

extension Registry {
    /// Settled obligations that are due longer ago than this have no step of the ladder left.
    private static let settledAfter = 92

    /// Reads what the reminders of a day are decided by. Call it in a transaction of isolation `repeatableRead`, or in
    /// the one that plans the notices.
    ///
    /// - Throws: `PostgresError`.
    package static func reminderGround(
        on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ReminderGround {
        var filter = ObligationFilter()
        filter.openedBy = day
        filter.outstandingOrDueFrom = day.adding(days: -settledAfter)
        let records = try await obligations(filter, on: &database)
        let ledger = Dictionary(
            grouping: try await notices(ofObligations: records.map(\.id), on: &database), by: \.plan.obligation)
        let units = Array(Set(records.flatMap { [$0.unit, $0.responsible] }))
        // The region's own units get copies; they are few.
        let rowsOfUnits = try await rows(
            """
            select \(raw: OrgUnit.columns) from rinda.unit_version
             where code = any(\(units)) or type = 'REGION' order by code, valid_from
            """, on: &database, OrgUnit.init)
        let open = Set(rowsOfUnits.lazy.filter { $0.validTo.map { $0 > day } ?? true }.map(\.code))
        let addressed = units + rowsOfUnits.lazy.filter { $0.type == .region }.map(\.code)
        // By the key of rinda.contact and notice_bounced; a bounce counts against an address only from the day it was entered.
        let contacts = try await rows(
            """
            select \(raw: Contact.columns) from rinda.contact c
             where unit = any(\(addressed)) and valid_from <= \(day) and (valid_to is null or valid_to > \(day))
               and not exists (select from rinda.notice n
                                where n.recipient = c.email and n.state = 'BOUNCED' and n.planned_for >= c.valid_from)
            """, on: &database, Contact.init)
        let days = try await rows(
            "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
            on: &database, CalendarDay.init)
        let adoptions = try await rows(
            "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = any(\(units))",
            on: &database, CalendarAdoption.init)
        var grace: [String: Int] = [:]
        for row in try await database.query("select form, grace_working_days from rinda.form") {
            grace[try row.decode(0)] = Int(try row.decode(1, as: Int32.self))
        }
        return ReminderGround(
            records: records,
            facts: records.map {
                $0.facts(ledger: ledger[$0.id] ?? [], isUnitClosed: !open.contains($0.responsible))
            },
            calendar: DutyCalendar(calendar: days, adoptions: adoptions, knownOn: day),
            contacts: ContactBook(contacts, units: rowsOfUnits, on: day), graceWorkingDays: grace,
            optedOut: try await declined(on: &database))
    }
}
