package import Civil
package import Domain
package import Postgres

extension Registry {
    /// A form's period that has ended.
    package struct FormPeriod: Hashable, Sendable {
        /// The form's code.
        package let form: String
        /// The period.
        package let period: Period
    }

    /// The questions that are open on a day: for each plan whose path runs, the last period that has ended of each
    /// rhythm in which its forms report. What the nightly recalculation goes through.
    ///
    /// - Throws: `PostgresError`.
    package static func openQuestions(
        on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Question] {
        // A plan stays open for the year after its target date, in which the last figures arrive. Few plans and forms.
        let rows = try await database.query(
            """
            select distinct p.plan, f.recurrence, p.path_start
              from rinda.plan p
              join rinda.target t on t.plan = p.plan
              join rinda.form_indicator i on i.indicator = t.indicator
              join rinda.form f on f.form = i.form
             where p.path_start <= \(day) and p.target_date >= \(day.adding(days: -366))
             order by p.plan, f.recurrence
            """)
        var questions: [Question] = []
        for row in rows {
            let period = Period.last(try row.decode(1), endingBy: day.adding(days: -1))
            let start: LocalDate = try row.decode(2)
            if period.lastDay >= start { questions.append(Question(plan: try row.decode(0), period: period)) }
        }
        return questions
    }

    /// The periods of all forms that ended on the day before a day: what is opened on it.
    ///
    /// - Throws: `PostgresError`.
    package static func periodsOpening(
        on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [FormPeriod] {
        let rows = try await database.query("select form, recurrence from rinda.form order by form")
        let yesterday = day.adding(days: -1)
        var periods: [FormPeriod] = []
        for row in rows {
            let period = Period(try row.decode(1), containing: yesterday)
            if period.lastDay == yesterday { periods.append(FormPeriod(form: try row.decode(0), period: period)) }
        }
        return periods
    }

    /// The indicators of a plan by code, with their names and kinds: for reports and for what people read.
    ///
    /// - Throws: `PostgresError`.
    package static func indicators(
        of plan: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Indicator] {
        // By target_key, whose first column is the plan.
        try await rows(
            """
            select \(raw: Indicator.columns) from rinda.indicator
             where indicator in (select indicator from rinda.target where plan = \(plan)) order by indicator
            """, on: &database, Indicator.init)
    }

    /// The rows of units by code that hold on a day; of a unit that has ended its last row.
    ///
    /// - Throws: `PostgresError`.
    package static func units(
        _ codes: [String], on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [OrgUnit] {
        // By the key; a unit has few rows.
        try await rows(
            """
            select distinct on (code) \(raw: OrgUnit.columns) from rinda.unit_version
             where code = any(\(codes))
             order by code, (valid_from <= \(day)) desc, valid_from desc
            """, on: &database, OrgUnit.init)
    }

    /// The plan of a code, or nil.
    ///
    /// - Throws: `PostgresError`.
    package static func plan(
        _ code: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> Plan? {
        try await rows("select \(raw: Plan.columns) from rinda.plan where plan = \(code)", on: &database, Plan.init)
            .first
    }

    /// The versions of a plan in order of their number.
    ///
    /// - Throws: `PostgresError`.
    package static func versions(
        of plan: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [PlanVersion] {
        try await rows(
            "select \(raw: PlanVersion.columns) from rinda.plan_version where plan = \(plan) order by version",
            on: &database, PlanVersion.init)
    }
}
