import Civil
import Logging
import Migrations
import Postgres
import Queue

/// What a worker has to know of its database before it begins.
struct Preparation: Sendable {
    /// The rules of the zone of local dates.
    let zone: ZoneRules
    /// The queues to serve.
    let queues: [WorkerConfiguration.QueueSlots]

    /// The number of handlers at a time in each queue of the catalogue, where the configuration names no queues.
    static let defaultSlots = 10
    /// The years whose transitions of the zone are read: of the first plans, and as far ahead as anyone plans.
    private static let years = (first: 2000, last: 2100)

    /// Checks the database's schema and reads what is needed, trying for as long as the server cannot be reached.
    ///
    /// - Parameters:
    ///   - configured: the queues as configured, or nil for every queue of the catalogue.
    ///   - timezone: the IANA name of the zone of local dates.
    /// - Throws: `PostgresError` for what no waiting mends: a schema that is missing, too old or too new, a wrong
    ///   password, an unknown zone; `CancellationError`.
    static func make(
        configured: [WorkerConfiguration.QueueSlots]?, timezone: String, on pool: Pool, logger: Logger
    ) async throws -> Preparation {
        var backoff = Backoff()
        while true {
            do {
                return try await pool.withConnection { connection in
                    try await Migrator(Migrations.all).check(on: &connection)
                    try await refuseTestDatabase(on: &connection)
                    let zone = try await ZoneRules.load(
                        timezone, from: years.first, through: years.last, on: &connection)
                    if let configured { return Preparation(zone: zone, queues: configured) }
                    return Preparation(zone: zone, queues: try await catalogueQueues(on: &connection))
                }
            } catch let error as PostgresError where error.isTransient {
                try Task.checkCancellation()
                logger.warning("the database cannot be reached, trying again: \(error)")
                try await Task.sleep(for: backoff.next())
            }
        }
    }

    private static func catalogueQueues(
        on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [WorkerConfiguration.QueueSlots] {
        // The catalogue has a handful of rows.
        try await session.query("select distinct queue from rinda.kind order by queue").column(0, as: String.self)
            .map { WorkerConfiguration.QueueSlots(queue: $0, slots: defaultSlots) }
    }
}
