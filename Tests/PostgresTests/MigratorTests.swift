import Civil
import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

@Suite("Migrations", .emptyDatabase)
struct MigratorTests {
    private static let first = Migration(
        number: 1, name: "first", sql: "create table rinda.a (id int);", breaking: false)
    private static let second = Migration(
        number: 2, name: "second", sql: "create table rinda.b (id int);\ncreate table rinda.c (id int);",
        breaking: false)
    private static func third(breaking: Bool) -> Migration {
        Migration(number: 3, name: "third", sql: "create table rinda.d (id int)", breaking: breaking)
    }

    private func titles(_ status: [Migrator.Status], applied: Bool) -> [String] {
        status.filter { ($0.applied != nil) == applied }.map(\.title)
    }

    @Test("All are applied in order, and a second run changes nothing")
    func twice() async throws {
        var connection = try await TestDatabase.current.connect()
        let migrator = Migrator([Self.second, Self.first])
        #expect(try await titles(migrator.status(on: &connection), applied: false) == ["0001_first", "0002_second"])
        var told: [String] = []
        let done = try await migrator.migrate(on: &connection) { told.append($0.title) }
        #expect(done.map(\.number) == [1, 2])
        #expect(told == ["0001_first", "0002_second"])
        let before = try await migrator.status(on: &connection)
        #expect(titles(before, applied: true) == ["0001_first", "0002_second"])
        #expect(before[1].applied?.checksum == Self.second.checksum)
        #expect(try await migrator.migrate(on: &connection).isEmpty)
        #expect(try await migrator.status(on: &connection) == before)
        try await migrator.check(on: &connection)
    }

    @Test("The checksum is SHA-256 of the text")
    func checksum() {
        let migration = Migration(number: 1, name: "x", sql: "abc", breaking: false)
        #expect(migration.checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("A file tells its number, its name and whether it breaks")
    func files() {
        let plain = Migration(file: "0007_more_things.sql", Array("select 1;\n-- rinda: breaking\n".utf8))
        #expect(plain.title == "0007_more_things")
        #expect(!plain.breaking)
        #expect(Migration(file: "0008_x.sql", Array("-- rinda: breaking\nselect 1;".utf8)).breaking)
    }

    @Test("A failing migration leaves nothing, names itself and its line, and later ones wait")
    func failing() async throws {
        var connection = try await TestDatabase.current.connect()
        let broken = Migration(
            number: 2, name: "broken", sql: "create table rinda.x (id int);\nselect 1;\nselect nonsense;",
            breaking: false)
        let error = await #expect(throws: PostgresError.self) {
            try await Migrator([Self.first, broken, Self.third(breaking: false)]).migrate(on: &connection)
        }
        #expect(error?.code == .migrationFailed)
        #expect(error?.message.contains("0002_broken") == true)
        #expect(error?.message.contains("line 3") == true)
        #expect((error?.cause as? PostgresError)?.sqlState == "42703")
        let rows = try await connection.query("select to_regclass('rinda.x') is null, count(*) from rinda.migration")
        #expect(try rows[0].decode(0, as: Bool.self))
        #expect(try rows.int64(column: 1, row: 0) == 1)
    }

    @Test("A changed migration is refused by name, and nothing is applied")
    func changed() async throws {
        var connection = try await TestDatabase.current.connect()
        try await Migrator([Self.first]).migrate(on: &connection)
        let edited = Migration(number: 1, name: "first", sql: Self.first.sql + " ", breaking: false)
        let migrator = Migrator([edited, Self.second])
        for attempt in [true, false] {
            let error = await #expect(throws: PostgresError.self) {
                if attempt {
                    try await migrator.migrate(on: &connection)
                } else {
                    try await migrator.check(on: &connection)
                }
            }
            #expect(error?.code == .migrationChanged)
            #expect(error?.message.contains("0001_first") == true)
        }
        #expect(try await connection.query("select from rinda.migration").count == 1)
    }

    @Test("A newer breaking migration is refused, a newer compatible one is not")
    func newer() async throws {
        var connection = try await TestDatabase.current.connect()
        let older = Migrator([Self.first, Self.second])
        try await Migrator([Self.first, Self.second, Self.third(breaking: false)]).migrate(on: &connection)
        try await older.check(on: &connection)
        #expect(try await older.migrate(on: &connection).isEmpty)
        #expect(try await older.status(on: &connection).last?.isKnown == false)
        let breaking = Migration(number: 4, name: "fourth", sql: "select 1", breaking: true)
        try await Migrator([Self.first, Self.second, Self.third(breaking: false), breaking]).migrate(on: &connection)
        let error = await #expect(throws: PostgresError.self) { try await older.check(on: &connection) }
        #expect(error?.code == .schemaTooNew)
        #expect(error?.message.contains("0004_fourth") == true)
    }

    @Test("Holes are refused on either side")
    func holes() async throws {
        var connection = try await TestDatabase.current.connect()
        let mine = await #expect(throws: PostgresError.self) {
            try await Migrator([Self.first, Self.third(breaking: false)]).migrate(on: &connection)
        }
        #expect(mine?.code == .migrationGap)
        try await Migrator([Self.first, Self.second]).migrate(on: &connection)
        try await connection.execute("delete from rinda.migration where number = 1")
        let theirs = await #expect(throws: PostgresError.self) {
            try await Migrator([Self.first, Self.second]).check(on: &connection)
        }
        #expect(theirs?.code == .migrationGap)
    }

    @Test("A program about to serve is told what to do where the schema is missing or old")
    func check() async throws {
        var connection = try await TestDatabase.current.connect()
        let migrator = Migrator([Self.first, Self.second])
        let missing = await #expect(throws: PostgresError.self) { try await migrator.check(on: &connection) }
        #expect(missing?.code == .schemaMissing)
        try await Migrator([Self.first]).migrate(on: &connection)
        let old = await #expect(throws: PostgresError.self) { try await migrator.check(on: &connection) }
        #expect(old?.code == .schemaTooOld)
        for error in [missing, old] { #expect(error?.message.contains("rinda migrate") == true) }
    }

    @Test("Of several migrators at once each migration is applied by one")
    func concurrent() async throws {
        let settings = TestDatabase.current.settings
        let applied = try await withThrowingTaskGroup { group in
            for _ in 0..<5 {
                group.addTask {
                    var connection = try await Connection.connect(settings)
                    return try await Migrator([Self.first, Self.second]).migrate(on: &connection).map(\.number)
                }
            }
            var all: [Int] = []
            for try await numbers in group { all += numbers }
            return all
        }
        #expect(applied.sorted() == [1, 2])
    }

    @Test("The list of embedded migrations is the folder's, and all of them apply to an empty database")
    func embedded() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../sql/migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
        #expect(Migrations.all.map { $0.title + ".sql" } == files.sorted())
        for migration in Migrations.all {
            let text = try String(contentsOf: folder.appending(path: migration.title + ".sql"), encoding: .utf8)
            #expect(migration.sql == text)
        }
        var connection = try await TestDatabase.current.connect()
        let done = try await Migrator(Migrations.all).migrate(on: &connection)
        #expect(done.count == Migrations.all.count)
        try await Migrator(Migrations.all).check(on: &connection)
    }
}
