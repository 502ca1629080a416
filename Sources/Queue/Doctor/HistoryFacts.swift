package import Postgres

/// The partitions of finished jobs and of log lines.
package struct HistoryFacts: Sendable, Hashable {
    /// Rows of a default partition, counted up to `countLimit`, by table.
    package var defaultRows: [String: Int64]
    /// Partitions that rows of the days to come need and that are not there.
    package var missing: [String]
    /// Partitions whose days have passed by more than a day.
    package var leftOver: [String]
    /// Why the database was marked as one for tests, if it is.
    package var testDatabase: String?

    /// Where counting stops: past it, the number no longer matters.
    package static let countLimit: Int64 = 10_000

    /// Facts in full.
    package init(
        defaultRows: [String: Int64], missing: [String], leftOver: [String], testDatabase: String? = nil
    ) {
        self.defaultRows = defaultRows
        self.missing = missing
        self.leftOver = leftOver
        self.testDatabase = testDatabase
    }
}

/// Reads how history is kept: from the catalogue, and a bounded look into the default partitions.
package func historyFacts(on session: inout some Querying & ~Copyable) async throws -> HistoryFacts {
    let rows = try await session.query(
        """
        with today as materialized (
            select (rinda.clock() at time zone 'UTC')::date as day, rinda.longest_retention() as retention
        ),
        part as (
            select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as day, i.inhparent = 'rinda.done'::regclass as is_done
              from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
             where i.inhparent in ('rinda.done'::regclass, 'rinda.attempt_log'::regclass)
               and c.relname ~ '^(done|attempt_log)_[0-9]{8}$'
        )
        select (select count(*) from (select from rinda.done_later limit \(HistoryFacts.countLimit)) d),
               (select count(*) from (select from rinda.attempt_log_later limit \(HistoryFacts.countLimit)) l),
               array(select w.name
                       from (select 'done_' || to_char(t.day + g.n, 'YYYYMMDD') as name
                               from today t cross join lateral generate_series(0, t.retention) g(n)
                             union all
                             select 'attempt_log_' || to_char(t.day + g.n, 'YYYYMMDD')
                               from today t cross join generate_series(0, 1) g(n)) w
                      where not exists (select from part where part.relname = w.name)
                      order by w.name),
               array(select part.relname::text from part cross join today t
                      where part.day < t.day - 1 - case when part.is_done then 0 else t.retention end
                      order by part.relname),
               (select d.reason from rinda.test_database d)
        """)
    guard let row = rows.first else { throw QueueError(.protocolViolation, "the catalogue said nothing of history") }
    return HistoryFacts(
        defaultRows: [
            "rinda.done_later": try row.decode(0, as: Int64.self),
            "rinda.attempt_log_later": try row.decode(1, as: Int64.self),
        ],
        missing: try row.decode(2, as: [String].self), leftOver: try row.decode(3, as: [String].self),
        testDatabase: try row.decode(4, as: String?.self))
}
