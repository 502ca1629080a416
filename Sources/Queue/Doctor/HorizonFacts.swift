package import Postgres

/// Someone for whom the server keeps row versions that nobody else needs: vacuum cannot remove what is younger.
package struct HorizonHolder: Sendable, Hashable {
    /// The ways to hold the horizon.
    package enum Form: String, Sendable, Hashable {
        /// A session with a snapshot or a transaction's number.
        case session
        /// A standby that tells what its own sessions need.
        case standby
        /// A replication slot.
        case slot
        /// A transaction prepared for a two-phase commit.
        case prepared
    }

    /// In which way.
    package var form: Form
    /// The server process; nil for a prepared transaction and a slot that nobody reads.
    package var pid: Int32?
    /// What the session calls itself, or the name of the slot or prepared transaction.
    package var name: String
    /// The database user, where there is one.
    package var user: String?
    /// `active`, `idle in transaction` and so on; nil where it may not be seen.
    package var state: String?
    /// How long the transaction has been open; nil for slots, and where it may not be seen.
    package var open: Duration?
    /// How many transactions began since.
    package var age: Int64
    /// Its statement, or its last one, without values; nil where there is none or it may not be seen.
    package var statement: String?

    /// A holder in full.
    package init(
        form: Form, pid: Int32?, name: String, user: String?, state: String?, open: Duration?, age: Int64,
        statement: String?
    ) {
        self.form = form
        self.pid = pid
        self.name = name
        self.user = user
        self.state = state
        self.open = open
        self.age = age
        self.statement = statement
    }
}

/// Reads who holds back vacuum in this database, the oldest first. Sessions of other databases, and vacuum itself, do
/// not; nor does the session that asks count. A user who may not see others' statements learns their numbers and ages.
package func horizonHolders(on session: inout some Querying & ~Copyable) async throws -> [HorizonHolder] {
    let rows = try await session.query(
        """
        select * from (
            select case when a.backend_type = 'walsender' then 'standby' else 'session' end as form, a.pid,
                   coalesce(nullif(a.application_name, ''), a.backend_type, '') as name, a.usename::text as owner, a.state,
                   extract(epoch from clock_timestamp() - a.xact_start)::float8 as open,
                   greatest(age(a.backend_xmin), age(a.backend_xid))::bigint as age, a.query
              from pg_catalog.pg_stat_activity a
             where (a.backend_xmin is not null or a.backend_xid is not null)
               and (a.datname = current_database() or a.datid is null)
               and a.pid <> pg_backend_pid() and a.leader_pid is null
               and a.backend_type is distinct from 'autovacuum worker'
            union all
            select 'slot', s.active_pid, s.slot_name::text, null, case when s.active then 'active' else 'inactive' end,
                   null, greatest(age(s.xmin), age(s.catalog_xmin))::bigint, null
              from pg_catalog.pg_replication_slots s
             where s.xmin is not null or s.catalog_xmin is not null
            union all
            select 'prepared', null, p.gid, p.owner::text, 'prepared',
                   extract(epoch from clock_timestamp() - p.prepared)::float8, age(p.transaction)::bigint, null
              from pg_catalog.pg_prepared_xacts p
             where p.database = current_database()) h
         order by h.age desc, h.open desc nulls last
         limit 50
        """)
    return try rows.map { row in
        HorizonHolder(
            form: HorizonHolder.Form(rawValue: try row.decode(0, as: String.self)) ?? .session,
            pid: try row.decode(1, as: Int32?.self), name: try row.decode(2, as: String.self),
            user: try row.decode(3, as: String?.self), state: try row.decode(4, as: String?.self),
            open: try row.decode(5, as: Double?.self).map { .seconds($0) }, age: try row.decode(6, as: Int64.self),
            statement: try row.decode(7, as: String?.self).map(StatementText.withoutLiterals))
    }
}
