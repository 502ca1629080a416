package import Civil

extension ZoneRules {
    /// Reads a zone's transitions from PostgreSQL, whose zone data the system keeps up to date.
    ///
    /// Two queries, about a tenth of a second for a century; the value can be kept.
    ///
    /// - Parameters:
    ///   - name: the IANA name, `Europe/Riga`, spelt exactly so.
    ///   - year: the first year (of UTC) whose transitions are read.
    ///   - last: the last year whose transitions are read. After it the last offset stays.
    ///   - database: where to ask.
    /// - Throws: `.unknownZone` where PostgreSQL knows no zone of this name.
    package static func load(
        _ name: String, from year: Int, through last: Int, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> ZoneRules {
        precondition(year <= last, "the years from \(year) through \(last) are none")
        // `at time zone` alone would also take abbreviations and POSIX rules, and a misspelt name may be one of those.
        let known = try await database.query(
            "select exists (select from pg_catalog.pg_timezone_names where name = \(name))")
        guard try known.decode(column: 0, row: 0, as: Bool.self) else {
            throw PostgresError(
                .unknownZone, "PostgreSQL knows no time zone \"\(name)\": use an IANA name such as Europe/Riga")
        }
        let rows = try await database.query(transitions(of: name, from: year, through: last))
        var initialOffset = 0
        var transitions: [Transition] = []
        for (index, row) in rows.enumerated() {
            let offset: Int = try row.decode(1)
            if index == 0 {
                initialOffset = offset
            } else {
                transitions.append(Transition(at: try row.decode(0), offset: offset))
            }
        }
        return ZoneRules(name: name, initialOffset: initialOffset, transitions: transitions)
    }

    /// The first row is the offset at the beginning, every other one a transition.
    ///
    /// The offset is sampled every six hours, and every step over which it changes is halved down to the second, both
    /// halves where both change. No zone has ever changed and changed back within six hours.
    private static func transitions(of name: String, from year: Int, through last: Int) -> SQL {
        """
        with recursive
        bounds as (
            select make_timestamptz(\(year)::int, 1, 1, 0, 0, 0, 'UTC') as first,
                   make_timestamptz(\(last)::int + 1, 1, 1, 0, 0, 0, 'UTC') as last
        ),
        samples as materialized (
            select at, extract(epoch from (at at time zone \(name)) - (at at time zone 'UTC'))::bigint as shift
            from bounds, generate_series(bounds.first, bounds.last, interval '6 hours') as at
        ),
        steps as (
            select lag(at) over chronology as low, lag(shift) over chronology as low_shift, at as high, shift as high_shift
            from samples window chronology as (order by at)
        ),
        search as (
            select low, low_shift, high, high_shift from steps where low_shift <> high_shift
            union all
            select half.low, half.low_shift, half.high, half.high_shift
            from search
            cross join lateral (
                select search.low
                    + make_interval(secs => floor(extract(epoch from search.high - search.low) / 2)::float8) as at
            ) as middle
            cross join lateral (
                select extract(epoch from (middle.at at time zone \(name)) - (middle.at at time zone 'UTC'))::bigint
                    as shift
            ) as there
            cross join lateral (
                values (search.low, search.low_shift, middle.at, there.shift),
                       (middle.at, there.shift, search.high, search.high_shift)
            ) as half (low, low_shift, high, high_shift)
            where search.high - search.low > interval '1 second' and half.low_shift <> half.high_shift
        )
        (select at, shift from samples order by at limit 1)
        union all
        (select high, high_shift from search where high - low = interval '1 second' order by high)
        """
    }
}
