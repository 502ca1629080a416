package import Postgres

/// Space and vacuum of the tables that change most.
package struct StorageFacts: Sendable, Hashable {
    /// A table.
    package struct Table: Sendable, Hashable {
        /// Its name with its schema.
        package var name: String
        /// Rows that live, as the server estimates.
        package var live: Int64
        /// Rows that are dead, as the server counts.
        package var dead: Int64
        /// The number of dead rows from which autovacuum is due.
        package var vacuumThreshold: Int64
        /// How long ago it was last vacuumed; nil where never.
        package var sinceVacuum: Duration?
        /// Whether a vacuum is at work on it.
        package var isBeingVacuumed: Bool
        /// Whether autovacuum is switched off for it.
        package var autovacuumIsOff: Bool

        /// A table in full.
        package init(
            name: String, live: Int64, dead: Int64, vacuumThreshold: Int64, sinceVacuum: Duration?,
            isBeingVacuumed: Bool, autovacuumIsOff: Bool
        ) {
            self.name = name
            self.live = live
            self.dead = dead
            self.vacuumThreshold = vacuumThreshold
            self.sinceVacuum = sinceVacuum
            self.isBeingVacuumed = isBeingVacuumed
            self.autovacuumIsOff = autovacuumIsOff
        }
    }

    /// A table's or an index's file.
    package struct Relation: Sendable, Hashable {
        /// Its name with its schema.
        package var name: String
        /// Whether it is an index.
        package var isIndex: Bool
        /// Its size in bytes.
        package var bytes: Int64
        /// The size that the live rows need, as estimated from the widths of their columns.
        package var needed: Int64

        /// A relation in full.
        package init(name: String, isIndex: Bool, bytes: Int64, needed: Int64) {
            self.name = name
            self.isIndex = isIndex
            self.bytes = bytes
            self.needed = needed
        }

        /// Bytes beyond what the live rows need.
        package var wasted: Int64 { max(0, bytes - needed) }
    }

    /// The tables.
    package var tables: [Table]
    /// The tables and their indexes.
    package var relations: [Relation]

    /// Facts in full.
    package init(tables: [Table], relations: [Relation]) {
        self.tables = tables
        self.relations = relations
    }
}

/// Reads space and vacuum of the tables that change most: those that every claim and settle touches.
package func storageFacts(on session: inout some Querying & ~Copyable) async throws -> StorageFacts {
    StorageFacts(tables: try await hotTables(on: &session), relations: try await hotRelations(on: &session))
}

/// The tables that change most. History is appended to and dropped, never vacuumed for its dead.
private let hotNames = ["job", "claim", "worker", "queue", "schedule", "scheduler"]

private func hotTables(on session: inout some Querying & ~Copyable) async throws -> [StorageFacts.Table] {
    // The collector's counts are lost in a crash of the server, the catalogue's estimate is not: the greater one holds.
    try await session.query(
        """
        select 'rinda.' || s.relname, greatest(s.n_live_tup, c.reltuples::bigint, 0), s.n_dead_tup,
               (coalesce(o.threshold, current_setting('autovacuum_vacuum_threshold'))::float8
                + coalesce(o.scale, current_setting('autovacuum_vacuum_scale_factor'))::float8
                  * greatest(c.reltuples, 0))::bigint,
               extract(epoch from clock_timestamp() - greatest(s.last_vacuum, s.last_autovacuum))::float8,
               exists (select from pg_catalog.pg_stat_progress_vacuum v where v.relid = s.relid),
               coalesce(not o.enabled::boolean, false)
          from pg_catalog.pg_stat_all_tables s
          join pg_catalog.pg_class c on c.oid = s.relid
         cross join lateral (
            select max(option_value) filter (where option_name = 'autovacuum_vacuum_threshold') as threshold,
                   max(option_value) filter (where option_name = 'autovacuum_vacuum_scale_factor') as scale,
                   max(option_value) filter (where option_name = 'autovacuum_enabled') as enabled
              from pg_catalog.pg_options_to_table(c.reloptions)) o
         where s.schemaname = 'rinda' and s.relname = any (\(hotNames))
         order by s.relname
        """
    ).map { row in
        StorageFacts.Table(
            name: try row.decode(0, as: String.self), live: try row.decode(1, as: Int64.self),
            dead: try row.decode(2, as: Int64.self), vacuumThreshold: try row.decode(3, as: Int64.self),
            sinceVacuum: try row.decode(4, as: Double?.self).map { .seconds($0) },
            isBeingVacuumed: try row.decode(5, as: Bool.self), autovacuumIsOff: try row.decode(6, as: Bool.self))
    }
}

private func hotRelations(on session: inout some Querying & ~Copyable) async throws -> [StorageFacts.Relation] {
    // The width of a row is that of its columns by pg_stats (16 bytes where it has none and the type does not say), of a
    // heap row 28 bytes more, of an index entry 12 more rounded up to eight; pages are taken to be filled to 70 %. A
    // partial index is taken to hold every row, so that an estimate errs towards silence.
    try await session.query(
        """
        with hot as (
            select c.oid, c.relname, greatest(s.n_live_tup, c.reltuples::bigint, 0) as live
              from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
             where n.nspname = 'rinda' and c.relname = any (\(hotNames))
        ),
        width as (
            select hot.oid, a.attnum,
                   coalesce(p.avg_width, case when a.attlen > 0 then a.attlen else 16 end) as bytes
              from hot
              join pg_catalog.pg_attribute a on a.attrelid = hot.oid and a.attnum > 0 and not a.attisdropped
              left join pg_catalog.pg_stats p
                on p.schemaname = 'rinda' and p.tablename = hot.relname and p.attname = a.attname
        )
        select 'rinda.' || hot.relname, false, pg_relation_size(hot.oid),
               (hot.live * (select sum(w.bytes) + 28 from width w where w.oid = hot.oid) / 0.7)::bigint + 16384
          from hot
        union all
        select 'rinda.' || i.relname, true, pg_relation_size(i.oid),
               (hot.live * (select ceil((coalesce(sum(w.bytes), 8) + 12) / 8.0) * 8 from width w
                             where w.oid = hot.oid and w.attnum = any (x.indkey::smallint[])) / 0.7)::bigint + 16384
          from hot
          join pg_catalog.pg_index x on x.indrelid = hot.oid
          join pg_catalog.pg_class i on i.oid = x.indexrelid
         order by 1
        """
    ).map { row in
        StorageFacts.Relation(
            name: try row.decode(0, as: String.self), isIndex: try row.decode(1, as: Bool.self),
            bytes: try row.decode(2, as: Int64.self), needed: try row.decode(3, as: Int64.self))
    }
}
