import ArgumentParser
import Migrations
import Postgres
import Queue
import Service

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the database's schema up to this version.",
        discussion: """
            Each migration runs in a transaction of its own, under a lock, and is recorded with a checksum. A second run \
            changes nothing. The schedules that come with the system are created where they are missing; paused and \
            changed ones stay as they are.
            """)

    @Flag(help: "Print what was applied as JSON.")
    var json = false

    func run() async throws {
        try await Desk.reporting {
            let desk = try Desk.open()
            let applied = try await desk.pool.withConnection { connection in
                try await Migrator(Migrations.all).migrate(on: &connection)
            }
            let schedules = try await desk.pool.transaction { transaction in
                try await Schedules.installDefaults(zone: desk.configuration.timezone, in: &transaction)
            }
            if json {
                print(
                    JSONText.object([
                        ("applied", .array(applied.map { JSONText($0.title) })),
                        ("schedules", .array(schedules.map { JSONText($0) })),
                    ]).text)
            } else {
                for migration in applied { print("applied \(migration.title)") }
                for schedule in schedules { print("created schedule \(schedule)") }
                if applied.isEmpty && schedules.isEmpty { print("The schema is up to date.") }
            }
        }
    }
}
