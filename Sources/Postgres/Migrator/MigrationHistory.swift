package import Civil

/// A migration as the database remembers it.
package struct AppliedMigration: Sendable, Hashable {
    /// Its place in the row.
    package let number: Int
    /// What it brought.
    package let name: String
    /// SHA-256 of the text that was applied, in hexadecimal digits.
    package let checksum: String
    /// Whether programs that do not know it can no longer work with the database.
    package let breaking: Bool
    /// When it was applied.
    package let appliedAt: Timestamp
    /// The database user who applied it.
    package let appliedBy: String

    /// A migration as the database remembers it.
    package init(
        number: Int, name: String, checksum: String, breaking: Bool, appliedAt: Timestamp, appliedBy: String
    ) {
        self.number = number
        self.name = name
        self.checksum = checksum
        self.breaking = breaking
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
    }
}

/// What a program knows against what a database has had: a decision without effects.
package struct MigrationHistory: Sendable {
    private let known: [Migration]
    private let applied: [AppliedMigration]

    /// The migrations of a program and those of a database; order does not matter.
    package init(known: [Migration], applied: [AppliedMigration]) {
        self.known = known.sorted { $0.number < $1.number }
        self.applied = applied.sorted { $0.number < $1.number }
    }

    /// The migrations still to apply, in order. Newer ones that the program does not know are accepted unless breaking.
    ///
    /// - Throws: `.migrationGap`, `.migrationChanged`, `.schemaTooNew`.
    package func pending() throws(PostgresError) -> [Migration] {
        for (index, migration) in known.enumerated() where migration.number != index + 1 {
            throw PostgresError(
                .migrationGap,
                "this program has migration \(migration.title) where number \(index + 1) belongs: it is built wrongly")
        }
        for (index, migration) in applied.enumerated() where migration.number != index + 1 {
            throw PostgresError(
                .migrationGap,
                "the database has had migration \(title(migration)) but not number \(index + 1): "
                    + "its history has a hole that no program makes; restore it from a backup")
        }
        for (mine, theirs) in zip(known, applied) where mine.checksum != theirs.checksum {
            throw PostgresError(
                .migrationChanged,
                "migration \(mine.title) differs from the one applied as \(title(theirs)): a released migration must "
                    + "never change; use the program that applied it, or write a new migration")
        }
        if let newer = applied.dropFirst(known.count).first(where: \.breaking) {
            throw PostgresError(
                .schemaTooNew,
                "the database has had migration \(title(newer)), which this program is too old for: upgrade the program"
            )
        }
        return Array(known.dropFirst(applied.count))
    }

    private func title(_ migration: AppliedMigration) -> String {
        Migration.title(number: migration.number, name: migration.name)
    }
}
