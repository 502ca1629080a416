import Domain
package import Postgres

extension Registry {
    /// The form of an obligation as a file to fill in: RFC 4180, UTF-8 with a mark in front by which spreadsheets know it.
    /// Each row says for which unit, form, period and indicator it is, what was accepted last and what the target is; the
    /// columns `value`, `obs_status`, `denominator`, `nil` and `reason` are empty. Filled in it is a file that can be
    /// submitted as it is. A unit is sent its own figures only.
    ///
    /// - Throws: `PostgresError`.
    package static func prefilledForm(
        of obligation: ObligationRecord, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [UInt8] {
        // By the keys of form_indicator, submission and observation; a form has few indicators. Codes of periods of one
        // rhythm stand in the order of time. The target is that of the version in force at the period's end.
        let rows = try await database.query(
            """
            select i.indicator, i.name, i.unit, target.value::text, last.period, last.value::text
              from rinda.form_indicator f join rinda.indicator i using (indicator)
              left join lateral (
                  select s.period, o.value
                    from rinda.submission s join rinda.observation o on o.submission = s.id
                   where s.unit = \(obligation.unit) and s.form = f.form and s.period < \(obligation.period)
                     and s.status = 'ACCEPTED' and o.indicator = i.indicator and o.value is not null
                   order by s.period desc, s.version desc limit 1
              ) last on true
              left join lateral (
                  select t.value
                    from rinda.target t join rinda.plan_version v using (plan, version)
                   where t.indicator = i.indicator and t.unit = \(obligation.unit) and t.kind = 'FINAL'
                     and v.approved_on is not null and v.effective_from <= \(obligation.period.lastDay)
                   order by v.effective_from desc, t.plan limit 1
              ) target on true
             where f.form = \(obligation.form) order by i.indicator
            """)
        var csv = CSVWriter()
        csv.write([
            "unit", "form", "period", "indicator", "name", "measure", "target", "last_period", "last_value", "value",
            "obs_status", "denominator", "nil", "reason",
        ])
        for row in rows {
            csv.write([
                obligation.unit, obligation.form, obligation.period.code, try row.decode(0, as: String.self),
                try row.decode(1, as: String.self), try row.decode(2, as: String.self),
                try row.decode(3, as: String?.self), try row.decode(4, as: String?.self),
                try row.decode(5, as: String?.self), nil, nil, nil, nil, nil,
            ])
        }
        return Array("\u{FEFF}".utf8) + csv.bytes
    }
}
