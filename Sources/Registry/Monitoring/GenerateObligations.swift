import Civil
package import Domain
package import Postgres

/// What a generation of obligations did.
package struct ObligationsGenerated: Hashable, Sendable {
    /// Obligations that are new.
    package let added: Int
    /// Obligations whose due date has moved to a later day, since the calendar has changed.
    package let moved: Int
    /// Obligations that the form has for the period, all together.
    package let total: Int
}

extension Registry {
    /// Opens a period: one obligation for each unit that owes the form (`docs/domain.md` §4). Again, it adds what has
    /// become owed since and moves due dates that the calendar has put off; an obligation that has been extended or waived
    /// is left alone, and none is ever due earlier than it was.
    ///
    /// - Throws: `RegistryError.unknown` for an unknown form, `.wrongState` for a period of another rhythm;
    ///   `PostgresError`.
    package static func generateObligations(
        form code: String, period: Period, in transaction: inout Transaction
    ) async throws -> ObligationsGenerated {
        let dataSet = try await loadDuties(of: code, in: &transaction)
        guard let form = dataSet.forms.first else {
            throw RegistryError(.unknown, "there is no form \(RecordFields.quoted(code))")
        }
        let obligations: [Obligation]
        do {
            obligations = try Obligation.all(
                of: form, for: period, duties: FormDuties(dataSet), calendar: DutyCalendar(dataSet, knownOn: nil),
                heirs: LegalSuccession(dataSet.successions))
        } catch {
            throw RegistryError(.wrongState, error.message, cause: error)
        }
        // By obligation_key. xmax tells an insert from an update.
        let changed = try await transaction.query(
            """
            insert into rinda.obligation as o (form, period, unit, responsible, opens_on, due_on, grace_until)
            select \(code), \(period), g.*
              from unnest(\(obligations.map(\.unit)), \(obligations.map(\.responsible)),
                          \(obligations.map(\.opensOn)), \(obligations.map(\.dueOn)),
                          \(obligations.map(\.graceUntil))) as g (unit, responsible, opens_on, due_on, grace_until)
             order by unit
            on conflict (form, period, unit) do update
               set due_on = excluded.due_on, grace_until = excluded.grace_until
             where o.due_version = 1 and o.waived_at is null and o.due_on < excluded.due_on
            returning xmax = 0
            """
        ).column(0, as: Bool.self)
        let added = changed.count { $0 }
        if !changed.isEmpty {
            try await transaction.execute(
                """
                insert into rinda.audit (action, object, after)
                values ('obligations.generate', \("form:\(code)/\(period)"),
                        jsonb_build_object('added', \(Int64(added)), 'moved', \(Int64(changed.count - added))))
                """)
        }
        return ObligationsGenerated(added: added, moved: changed.count - added, total: obligations.count)
    }

    /// What says who owes a form and when: the form, the plans that it belongs to, their members, units and successions,
    /// calendar and adoptions.
    private static func loadDuties(
        of form: String, in transaction: inout Transaction
    ) async throws(PostgresError) -> DataSet {
        var dataSet = DataSet()
        dataSet.forms = try await rows(
            "select \(raw: Form.columns) from rinda.form where form = \(form)", on: &transaction, Form.init)
        dataSet.formIndicators = try await rows(
            "select \(raw: FormIndicator.columns) from rinda.form_indicator where form = \(form)", on: &transaction,
            FormIndicator.init)
        // One target for each plan and indicator is enough to say that the form belongs to the plan.
        dataSet.targets = try await rows(
            """
            select distinct on (plan, indicator) \(raw: Target.columns) from rinda.target
             where indicator in (select indicator from rinda.form_indicator where form = \(form))
             order by plan, indicator, version
            """, on: &transaction, Target.init)
        dataSet.memberships = try await rows(
            """
            select \(raw: Membership.columns) from rinda.membership
             where plan = any(\(Array(Set(dataSet.targets.map(\.plan)))))
            """, on: &transaction, Membership.init)
        let units = Array(Set(dataSet.memberships.map(\.unit)))
        dataSet.units = try await rows(
            "select \(raw: OrgUnit.columns) from rinda.unit_version where code = any(\(units))", on: &transaction,
            OrgUnit.init)
        dataSet.successions = try await rows(
            "select \(raw: Succession.columns) from rinda.succession", on: &transaction, Succession.init)
        dataSet.calendar = try await rows(
            "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
            on: &transaction, CalendarDay.init)
        dataSet.calendarAdoptions = try await rows(
            "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = any(\(units))",
            on: &transaction, CalendarAdoption.init)
        return dataSet
    }
}
