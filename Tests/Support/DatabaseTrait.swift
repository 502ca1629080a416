package import Testing

/// Gives tests a database of their own, as `TestDatabase.current`.
package struct DatabaseTrait: SuiteTrait, TestTrait, TestScoping {
    private static let turnstile = Turnstile(places: 8)

    private let isMigrated: Bool
    /// Whether each test of a suite gets a database, or the suite gets one for all its tests.
    package let isRecursive: Bool

    fileprivate init(isMigrated: Bool, isRecursive: Bool) {
        self.isMigrated = isMigrated
        self.isRecursive = isRecursive
    }

    /// Runs a test, or a suite, between the making and the dropping of its database.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        // A suite's database waits for nobody, since its tests may have to wait for a place of their own.
        if isRecursive { await Self.turnstile.enter() }
        defer { if isRecursive { Self.turnstile.leave() } }
        let database = try await TestDatabase.create(migrated: isMigrated)
        do {
            try await TestDatabase.$bound.withValue(database) { try await function() }
        } catch {
            try await database.drop()
            throw error
        }
        try await database.drop()
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with all migrations, one for each test.
    package static var database: DatabaseTrait { DatabaseTrait(isMigrated: true, isRecursive: true) }

    /// A database with all migrations, one for all tests of the suite.
    package static var suiteDatabase: DatabaseTrait { DatabaseTrait(isMigrated: true, isRecursive: false) }

    /// A database without any migration, one for each test.
    package static var emptyDatabase: DatabaseTrait { DatabaseTrait(isMigrated: false, isRecursive: true) }

    /// A database without any migration, one for all tests of the suite.
    package static var suiteEmptyDatabase: DatabaseTrait { DatabaseTrait(isMigrated: false, isRecursive: false) }
}
