package import Postgres

/// Forgets finished jobs whose retention has passed, by dropping whole partitions, and makes the partitions of the days
/// to come. Answers the names of the partitions that were dropped.
package func prune(on connection: inout some Querying & ~Copyable) async throws -> [String] {
    try await connection.query("select prune from rinda.prune()").map { try $0.decode(0, as: String.self) }
}
