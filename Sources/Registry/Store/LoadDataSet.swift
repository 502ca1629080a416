import Civil
package import Domain
package import Postgres

extension Registry {
    /// Loads what a question about a plan needs, and no more: the plan's versions, targets, indicators and forms, the
    /// units that have taken part in it with their predecessors and successors, and the accepted submissions of its forms
    /// that were known and concern periods up to the as-of date, and the plan's adjustments. Of plans it gives all, so that a refusal can name them.
    ///
    /// Call it in a transaction of isolation `repeatableRead`: its statements must see one state.
    ///
    /// - Throws: `PostgresError`.
    package static func load(
        for question: Question, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> DataSet {
        var dataSet = try await loadReference(for: question, on: &database)
        guard dataSet.plans.contains(where: { $0.plan == question.plan }) else { return dataSet }
        let units = try await relatives(ofUnitsIn: question.plan, on: &database)
        try await loadUnits(units, into: &dataSet, question, on: &database)
        return dataSet
    }

    /// Loads what a question needs beside its units: plans, versions, the region's targets, indicators, forms, calendar.
    ///
    /// - Throws: `PostgresError`.
    static func loadReference(
        for question: Question, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> DataSet {
        var dataSet = DataSet()
        let plan = question.plan
        dataSet.plans = try await rows(
            "select \(raw: Plan.columns) from rinda.plan order by plan", on: &database, Plan.init)
        guard dataSet.plans.contains(where: { $0.plan == plan }) else { return dataSet }

        dataSet.planVersions = try await rows(
            "select \(raw: PlanVersion.columns) from rinda.plan_version where plan = \(plan) order by version",
            on: &database, PlanVersion.init)
        // The region's rows, and of each indicator one of any unit: an indicator belongs to the plan by any row. By the
        // key's unique index, of which plan is the first column.
        dataSet.targets = try await rows(
            """
            select \(raw: Target.columns) from rinda.target where plan = \(plan) and unit is null
            union all
            (select distinct on (indicator) \(raw: Target.columns) from rinda.target
              where plan = \(plan) and unit is not null order by indicator, version, unit, target_date, kind)
            """, on: &database, Target.init)
        let indicators = Array(Set(dataSet.targets.map(\.indicator)))
        dataSet.indicators = try await rows(
            "select \(raw: Indicator.columns) from rinda.indicator where indicator = any(\(indicators))",
            on: &database, Indicator.init)
        dataSet.formIndicators = try await rows(
            "select \(raw: FormIndicator.columns) from rinda.form_indicator where indicator = any(\(indicators))",
            on: &database, FormIndicator.init)
        let forms = Array(Set(dataSet.formIndicators.map(\.form)))
        dataSet.forms = try await rows(
            "select \(raw: Form.columns) from rinda.form where form = any(\(forms))", on: &database, Form.init)
        dataSet.calendar = try await rows(
            "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
            on: &database, CalendarDay.init)
        // By the table's key, of which plan is the first column.
        dataSet.adjustments = try await rows(
            "select \(raw: Adjustment.columns) from rinda.adjustment where plan = \(plan) order by indicator, period",
            on: &database, Adjustment.init)
        return dataSet
    }

    /// Adds what belongs to units: their rows, memberships, successions, targets, adoptions, and what was accepted of them.
    ///
    /// - Throws: `PostgresError`.
    static func loadUnits(
        _ units: [String], into dataSet: inout DataSet, _ question: Question,
        on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        let plan = question.plan
        dataSet.memberships = try await rows(
            """
            select \(raw: Membership.columns) from rinda.membership where plan = \(plan) and unit = any(\(units))
             order by unit, valid_from
            """, on: &database, Membership.init)
        // The one row an indicator that says that it belongs to the plan is among them, or of a unit that plays no part.
        let own = Set(units)
        dataSet.targets.removeAll { $0.unit.map(own.contains) ?? false }
        dataSet.targets += try await rows(
            """
            select \(raw: Target.columns) from rinda.target where plan = \(plan) and unit = any(\(units))
             order by version, indicator, unit, target_date
            """, on: &database, Target.init)
        dataSet.units = try await rows(
            "select \(raw: OrgUnit.columns) from rinda.unit_version where code = any(\(units)) order by code, valid_from",
            on: &database, OrgUnit.init)
        dataSet.successions = try await rows(
            "select \(raw: Succession.columns) from rinda.succession where predecessor = any(\(units))",
            on: &database, Succession.init)
        dataSet.calendarAdoptions = try await rows(
            "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = any(\(units))",
            on: &database, CalendarAdoption.init)
        try await loadFilings(into: &dataSet, units: units, question, on: &database)
    }

    /// Loads what several questions about one plan need, as `load(for:on:)` does for one.
    ///
    /// - Precondition: there is at least one question, and all are about one plan.
    /// - Throws: `PostgresError`.
    package static func load(
        for questions: [Question], on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> DataSet {
        // What is used is chosen by the questions later: submissions up to the latest as-of, known at the latest moment.
        func asOf(_ question: Question) -> LocalDate { question.asOf ?? question.period.lastDay }
        precondition(Set(questions.map(\.plan)).count == 1, "the questions are about one plan")
        var widest = questions.max { asOf($0) < asOf($1) }!
        let moments = questions.compactMap(\.knownAt)
        widest.knownAt = moments.count == questions.count ? moments.max() : nil
        return try await load(for: widest, on: &database)
    }

    /// The codes of the units that have ever taken part in a plan, and of all that they came from or became.
    static func relatives(
        ofUnitsIn plan: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [String] {
        // Each step is two index look-ups a unit: by the key of rinda.succession, and by succession_successor.
        try await database.query(
            """
            with recursive relative (code) as (
                select unit from rinda.membership where plan = \(plan)
                union
                select next.code from relative r cross join lateral (
                    select successor from rinda.succession where predecessor = r.code
                    union all
                    select predecessor from rinda.succession where successor = r.code) as next (code))
            select code from relative order by code
            """
        ).column(0)
    }

    /// Units with all that they came from or became.
    ///
    /// - Throws: `PostgresError`.
    static func relatives(
        of units: [String], on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [String] {
        // As above, from a list.
        try await database.query(
            """
            with recursive relative (code) as (
                select u::text collate "C" from unnest(\(units)) u
                union
                select next.code from relative r cross join lateral (
                    select successor::text from rinda.succession where predecessor = r.code
                    union all
                    select predecessor::text from rinda.succession where successor = r.code) as next (code))
            select code from relative order by code
            """
        ).column(0)
    }

    /// Loads the accepted submissions and the observations of those versions that count.
    private static func loadFilings(
        into dataSet: inout DataSet, units: [String], _ question: Question,
        on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) {
        let asOf = question.asOf ?? question.period.lastDay
        let forms = dataSet.forms.map(\.form)
        let lastPeriods = dataSet.forms.map { Period.last($0.recurrence, endingBy: asOf).code }
        // Codes of one recurrence sort as their periods do, so "up to the last period" is a range of the index
        // submission_form_period.
        let known: SQL = question.knownAt.map { " and s.received_at <= \($0)" } ?? ""
        let filings: SQL = """
            select s.* from unnest(\(forms), \(lastPeriods)) as f (form, last_period)
              join rinda.submission s on s.form = f.form and s.period <= f.last_period
             where s.status = 'ACCEPTED' and s.unit = any(\(units))\(known)
            """
        let submissions = try await database.query(
            "select \(raw: Submission.columns), id from (\(filings)) s order by id")
        var byID: [Int64: Int] = Dictionary(minimumCapacity: submissions.count)
        dataSet.submissions.reserveCapacity(submissions.count)
        for row in submissions {
            byID[try row.decode(7)] = dataSet.submissions.count
            dataSet.submissions.append(try Submission(row))
        }
        // Only the highest version counts; the observations of one submission lie together, and so do those of a unit.
        let observations = try await database.query(
            """
            select o.submission, o.indicator, o.value, o.obs_status, o.basis, o.denominator
              from (select distinct on (unit, form, period) id from (\(filings)) s
                     order by unit, form, period, version desc) counting
              join rinda.observation o on o.submission = counting.id
             order by o.submission
            """)
        dataSet.observations.reserveCapacity(observations.count)
        for row in observations {
            guard let index = byID[try row.decode(0)] else { continue }
            let submission = dataSet.submissions[index]
            dataSet.observations.append(
                Observation(
                    unit: submission.unit, form: submission.form, period: submission.period,
                    version: submission.version, indicator: try row.decode(1), value: try row.decode(2),
                    obsStatus: try row.decode(3), basis: try row.decode(4, as: Basis?.self) ?? .ownOnly,
                    denominator: try row.decode(5)))
        }
    }

    static func rows<Value>(
        _ sql: SQL, on database: inout some Querying & ~Copyable, _ read: (Row) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> [Value] {
        let rows = try await database.query(sql)
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for row in rows { values.append(try read(row)) }
        return values
    }
}
