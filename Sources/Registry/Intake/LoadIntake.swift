import Civil
import Domain
import Postgres

extension Registry {
    /// Loads what a submission of a unit is looked at against: the unit with all that it came from, the plans of the form,
    /// and what these units have had accepted on the forms of these plans.
    ///
    /// - Throws: `PostgresError`.
    static func loadIntake(
        unit: String, form: String, in transaction: inout Transaction
    ) async throws(PostgresError) -> DataSet {
        var dataSet = DataSet()
        // Each step is an index look-up a unit, by succession_successor.
        let units: [String] = try await transaction.query(
            """
            with recursive ancestor (code) as (
                select \(unit)::text collate "C"
                union
                select s.predecessor::text collate "C" from ancestor a join rinda.succession s on s.successor = a.code)
            select code from ancestor order by code
            """
        ).column(0)
        // One target for each plan and indicator says that the indicator belongs to the plan.
        dataSet.targets = try await rows(
            """
            select distinct on (plan, indicator) \(raw: Target.columns) from rinda.target
             where plan in (select t.plan from rinda.form_indicator f join rinda.target t on t.indicator = f.indicator
                             where f.form = \(form))
             order by plan, indicator, version
            """, on: &transaction, Target.init)
        let plans = Array(Set(dataSet.targets.map(\.plan)))
        let indicators = Array(Set(dataSet.targets.map(\.indicator)))
        dataSet.plans = try await rows(
            "select \(raw: Plan.columns) from rinda.plan where plan = any(\(plans))", on: &transaction, Plan.init)
        dataSet.planVersions = try await rows(
            "select \(raw: PlanVersion.columns) from rinda.plan_version where plan = any(\(plans))", on: &transaction,
            PlanVersion.init)
        dataSet.memberships = try await rows(
            """
            select \(raw: Membership.columns) from rinda.membership
             where plan = any(\(plans)) and unit = any(\(units))
            """, on: &transaction, Membership.init)
        dataSet.formIndicators = try await rows(
            """
            select \(raw: FormIndicator.columns) from rinda.form_indicator
             where indicator = any(\(indicators)) or form = \(form)
            """, on: &transaction, FormIndicator.init)
        dataSet.indicators = try await rows(
            """
            select \(raw: Indicator.columns) from rinda.indicator
             where indicator = any(\(Array(Set(dataSet.formIndicators.map(\.indicator)).union(indicators))))
            """, on: &transaction, Indicator.init)
        let forms = Array(Set(dataSet.formIndicators.map(\.form)).union([form]))
        dataSet.forms = try await rows(
            "select \(raw: Form.columns) from rinda.form where form = any(\(forms))", on: &transaction, Form.init)
        dataSet.units = try await rows(
            "select \(raw: OrgUnit.columns) from rinda.unit_version where code = any(\(units))", on: &transaction,
            OrgUnit.init)
        dataSet.successions = try await rows(
            "select \(raw: Succession.columns) from rinda.succession where successor = any(\(units))", on: &transaction,
            Succession.init)
        dataSet.calendar = try await rows(
            "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
            on: &transaction, CalendarDay.init)
        dataSet.calendarAdoptions = try await rows(
            "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = any(\(units))",
            on: &transaction, CalendarAdoption.init)
        // By submission_key, whose first column is the unit.
        dataSet.submissions = try await rows(
            """
            select \(raw: Submission.columns) from rinda.submission
             where unit = any(\(units)) and form = any(\(forms)) and status = 'ACCEPTED'
            """, on: &transaction, Submission.init)
        dataSet.observations = try await rows(
            """
            select s.unit, s.form, s.period, s.version, o.indicator, o.value, o.obs_status, o.basis, o.denominator
              from rinda.submission s join rinda.observation o on o.submission = s.id
             where s.unit = any(\(units)) and s.form = any(\(forms)) and s.status = 'ACCEPTED'
            """, on: &transaction, Observation.init)
        return dataSet
    }
}
