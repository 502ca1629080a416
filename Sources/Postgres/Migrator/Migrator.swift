/// Brings a database's schema up to what a program knows, and tells whether it is.
package struct Migrator: Sendable {
    /// A migration and where it stands.
    package struct Status: Sendable, Hashable {
        /// The migration's title, `0001_foundation`.
        package let title: String
        /// Whether programs that do not know it can no longer work with the database.
        package let breaking: Bool
        /// How and when it was applied; nil where it is still to be.
        package let applied: AppliedMigration?
        /// Whether this program has it; false for one of a newer program.
        package let isKnown: Bool
    }

    private let migrations: [Migration]

    /// A migrator of a program's migrations.
    package init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Applies the migrations that the database has not had, each in a transaction of its own, one migrator at a time.
    /// Where there are none, nothing changes.
    ///
    /// - Parameters:
    ///   - connection: a connection whose user may create the schema's objects.
    ///   - applied: told of each migration when it has been committed.
    /// - Returns: the migrations applied now.
    /// - Throws: `.migrationGap`, `.migrationChanged`, `.schemaTooNew`, `.migrationFailed` with its cause.
    @discardableResult
    package func migrate(
        on connection: inout Connection, applied report: (Migration) -> Void = { _ in }
    ) async throws(PostgresError) -> [Migration] {
        var done: [Migration] = []
        while let migration = try await migrateOne(on: &connection) {
            done.append(migration)
            report(migration)
        }
        return done
    }

    /// Where every migration stands, those of newer programs included. Changes nothing.
    ///
    /// - Throws: as `Connection.query` does.
    package func status(on database: inout some Querying & ~Copyable) async throws(PostgresError) -> [Status] {
        let applied = try await MigrationLedger.exists(on: &database) ? MigrationLedger.read(on: &database) : []
        let byNumber = Dictionary(applied.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        let known = migrations.map {
            Status(title: $0.title, breaking: $0.breaking, applied: byNumber[$0.number], isKnown: true)
        }
        let newer = applied.filter { entry in !migrations.contains { $0.number == entry.number } }.map {
            Status(
                title: Migration.title(number: $0.number, name: $0.name), breaking: $0.breaking, applied: $0,
                isKnown: false)
        }
        return known + newer
    }

    /// Checks, for a program about to serve, that the database's schema is one it can work with. Changes nothing.
    ///
    /// - Throws: `.schemaMissing`, `.schemaTooOld`, `.schemaTooNew`, `.migrationChanged`, `.migrationGap`.
    package func check(on database: inout some Querying & ~Copyable) async throws(PostgresError) {
        guard try await MigrationLedger.exists(on: &database) else {
            throw PostgresError(
                .schemaMissing, "the database has no schema of Rinda yet: run `rinda migrate` against it first")
        }
        let applied = try await MigrationLedger.read(on: &database)
        let pending = try MigrationHistory(known: migrations, applied: applied).pending()
        if let first = pending.first {
            throw PostgresError(
                .schemaTooOld,
                "the database lacks \(pending.count) migration(s) from \(first.title) on: run `rinda migrate` first")
        }
    }

    /// Applies the next migration, if there is one. The ledger is read under the lock, so that of two migrators at the
    /// same time the second finds what the first did.
    private func migrateOne(on connection: inout Connection) async throws(PostgresError) -> Migration? {
        do {
            return try await connection.transaction { transaction -> Migration? in
                try await MigrationLedger.lock(in: &transaction)
                let applied =
                    try await MigrationLedger.exists(on: &transaction)
                    ? MigrationLedger.read(on: &transaction) : []
                guard let next = try MigrationHistory(known: migrations, applied: applied).pending().first else {
                    return nil
                }
                try await MigrationLedger.ensure(in: &transaction)
                do throws(PostgresError) {
                    try await transaction.executeScript(next.sql, answerTimeout: .never)
                } catch {
                    throw failure(of: next, error)
                }
                try await MigrationLedger.record(next, in: &transaction)
                return next
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.migrationFailed, "migrating failed", cause: error)
        }
    }

    private func failure(of migration: Migration, _ error: PostgresError) -> PostgresError {
        if error.code == .cancelled { return error }
        let line = error.position.map { position in
            " at line \(migration.sql.unicodeScalars.prefix(position - 1).count { $0 == "\n" } + 1)"
        }
        return PostgresError(
            .migrationFailed, "migration \(migration.title) failed\(line ?? "") and nothing of it stays", cause: error)
    }
}
