package import Civil
import Domain
package import Postgres

extension Registry {
    /// Puts off an obligation's due date: a new version of it, so that reminders begin anew.
    ///
    /// - Throws: `RegistryError.unknown`; `.wrongState` where it is waived or accepted or the day is not later; `PostgresError`.
    package static func extendObligation(
        _ id: Int64, until day: LocalDate, reason: String, in transaction: inout Transaction
    ) async throws {
        let obligation = try await lockedObligation(id, in: &transaction)
        guard obligation.waivedReason == nil else {
            throw RegistryError(.wrongState, "obligation \(id) is waived; there is nothing to extend")
        }
        guard obligation.acceptedAt == nil else {
            throw RegistryError(.wrongState, "obligation \(id) is accepted; there is nothing to extend")
        }
        guard day > obligation.dueOn else {
            throw RegistryError(
                .wrongState, "obligation \(id) is due on \(obligation.dueOn); an extension must end later than that")
        }
        try await audit("obligation.extend", obligation: id, reason: reason, in: &transaction) { transaction in
            let rows = try await transaction.query(
                """
                select f.grace_working_days from rinda.form f join rinda.obligation o on o.form = f.form
                 where o.id = \(id)
                """)
            let days = try await Self.rows(
                "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
                on: &transaction, CalendarDay.init)
            let adoptions = try await Self.rows(
                "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = \(obligation.unit)",
                on: &transaction, CalendarAdoption.init)
            let calendar = DutyCalendar(calendar: days, adoptions: adoptions, knownOn: nil)
            let form = Form(
                form: obligation.form, name: obligation.form, recurrence: obligation.period.recurrence,
                dueWorkingDays: 1, graceWorkingDays: Int(try rows[0].decode(0, as: Int32.self)))
            let grace = calendar.graceUntil(form, dueOn: day, unit: obligation.unit)
            try await transaction.execute(
                """
                update rinda.obligation set due_on = \(day), grace_until = \(grace), due_version = due_version + 1
                 where id = \(id)
                """)
        }
    }

    /// Waives an obligation: the unit need not answer it.
    ///
    /// - Throws: `RegistryError.unknown`; `.wrongState` where it is waived already; `PostgresError`.
    package static func waiveObligation(
        _ id: Int64, reason: String, in transaction: inout Transaction
    ) async throws {
        let obligation = try await lockedObligation(id, in: &transaction)
        guard obligation.waivedReason == nil else {
            throw RegistryError(.wrongState, "obligation \(id) is waived already")
        }
        guard !reason.isEmpty else { throw RegistryError(.wrongState, "a waiver needs a reason") }
        try await audit("obligation.waive", obligation: id, reason: reason, in: &transaction) { transaction in
            try await transaction.execute(
                """
                update rinda.obligation
                   set waived_at = rinda.clock(), waived_by = session_user, waived_reason = \(reason)
                 where id = \(id)
                """)
        }
    }

    private static func lockedObligation(_ id: Int64, in transaction: inout Transaction) async throws
        -> ObligationRecord
    {
        try await transaction.execute("select from rinda.obligation where id = \(id) for update")
        guard let obligation = try await obligation(id, on: &transaction) else {
            throw RegistryError(.unknown, "there is no obligation \(id); see 'rinda obligations list'")
        }
        return obligation
    }

    /// Runs a change of an obligation between two pictures of its row, and records both.
    private static func audit(
        _ action: String, obligation id: Int64, reason: String, in transaction: inout Transaction,
        _ change: (inout Transaction) async throws -> Void
    ) async throws {
        let before = try await transaction.query("select to_jsonb(o) from rinda.obligation o where id = \(id)")
        try await change(&transaction)
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, before, after)
            select \(action), \("obligation:\(id)"), \(reason), \(try before[0].decode(0, as: JSON.self)), to_jsonb(o)
              from rinda.obligation o where id = \(id)
            """)
    }
}
