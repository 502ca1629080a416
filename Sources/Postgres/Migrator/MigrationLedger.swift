import Civil

/// The table in which a database remembers its migrations. The migrator makes it, before the first migration.
enum MigrationLedger {
    /// Waits until no other migrator is at work; the lock ends with the transaction.
    static func lock(in transaction: inout Transaction) async throws(PostgresError) {
        // The key is arbitrary but fixed for ever: "rinda" in ASCII. A lock on the table itself would need the table.
        try await transaction.execute("select pg_advisory_xact_lock(491496465505)", answerTimeout: .never)
    }

    /// Whether the table exists.
    static func exists(on database: inout some Querying & ~Copyable) async throws(PostgresError) -> Bool {
        // By the catalogue: to_regclass would fail for a user without a right on the schema.
        let rows = try await database.query(
            """
            select exists (
                select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'rinda' and c.relname = 'migration')
            """)
        return try rows.decode(column: 0, row: 0)
    }

    /// Makes the schema and the table where they are missing.
    static func ensure(in transaction: inout Transaction) async throws(PostgresError) {
        if try await exists(on: &transaction) { return }
        try await transaction.executeScript(
            """
            create schema if not exists rinda;
            create table rinda.migration (
                number integer primary key check (number > 0),
                name text not null,
                checksum text not null,
                breaking boolean not null,
                applied_at timestamptz not null default clock_timestamp(),
                applied_by name not null default session_user
            );
            comment on table rinda.migration is 'The migrations that this database has had.';
            """)
    }

    /// The migrations that the database has had, in order.
    static func read(on database: inout some Querying & ~Copyable) async throws(PostgresError) -> [AppliedMigration] {
        let rows = try await database.query(
            "select number, name, checksum, breaking, applied_at, applied_by from rinda.migration order by number")
        var applied: [AppliedMigration] = []
        for row in rows {
            applied.append(
                AppliedMigration(
                    number: try row.decode(0), name: try row.decode(1), checksum: try row.decode(2),
                    breaking: try row.decode(3), appliedAt: try row.decode(4), appliedBy: try row.decode(5)))
        }
        return applied
    }

    /// Remembers a migration as applied.
    static func record(_ migration: Migration, in transaction: inout Transaction) async throws(PostgresError) {
        try await transaction.execute(
            """
            insert into rinda.migration (number, name, checksum, breaking)
            values (\(migration.number), \(migration.name), \(migration.checksum), \(migration.breaking))
            """)
    }
}
