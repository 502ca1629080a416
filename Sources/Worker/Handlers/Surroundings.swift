import Civil
import Postgres
import Service

/// What the handlers work with beside the database: the zone of local dates, the way to the mail server, the folder of
/// packages.
struct Surroundings: Sendable {
    /// The rules of the zone of local dates.
    let zone: ZoneRules
    /// How notices are sent.
    let post: PostOffice
    private let archiveFolder: String?

    /// Surroundings as configured. What is missing is missed only by the jobs that need it.
    init(_ configuration: RindaConfiguration, zone: ZoneRules) {
        self.init(
            zone: zone, post: PostOffice(configuration),
            archiveFolder: configuration.archivePath)
    }

    /// Surroundings of their parts.
    init(zone: ZoneRules, post: PostOffice, archiveFolder: String?) {
        self.zone = zone
        self.post = post
        self.archiveFolder = archiveFolder
    }

    /// The folder of archived packages.
    ///
    /// - Throws: `MissingSetting`.
    var requiredArchiveFolder: String {
        get throws {
            guard let archiveFolder else {
                throw MissingSetting(
                    "RINDA_ARCHIVE_PATH is not set: reports cannot be archived; set it to the folder for packages")
            }
            return archiveFolder
        }
    }

    /// The instant of now, by the database's clock: all processes of a system then have one.
    func now(on database: inout some Querying & ~Copyable) async throws(PostgresError) -> Timestamp {
        try await database.query("select rinda.clock()").decode(column: 0, row: 0)
    }
}

/// A job that cannot be done as the worker is configured. The job is tried again, perhaps by a worker that can.
struct MissingSetting: Error, CustomStringConvertible {
    /// Which setting is missing, what cannot be done without, and what to do.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
