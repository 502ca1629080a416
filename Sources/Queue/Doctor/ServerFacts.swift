package import Civil
package import Postgres

/// What the server says of itself and of this database.
package struct ServerFacts: Sendable, Hashable {
    /// The server's clock.
    package var now: Timestamp
    /// Sessions of clients, of all databases.
    package var connections: Int
    /// Those of them that stand idle in a transaction.
    package var idleInTransaction: Int
    /// Sessions that anybody but a superuser can have.
    package var connectionLimit: Int
    /// The share of the notification queue in use, 0 to 1.
    package var notifyQueueUsage: Double
    /// Whether autovacuum is on.
    package var autovacuum: Bool
    /// The age in transactions of the oldest row version that is not frozen.
    package var frozenAge: Int64

    /// Facts in full.
    package init(
        now: Timestamp, connections: Int, idleInTransaction: Int, connectionLimit: Int, notifyQueueUsage: Double,
        autovacuum: Bool, frozenAge: Int64
    ) {
        self.now = now
        self.connections = connections
        self.idleInTransaction = idleInTransaction
        self.connectionLimit = connectionLimit
        self.notifyQueueUsage = notifyQueueUsage
        self.autovacuum = autovacuum
        self.frozenAge = frozenAge
    }
}

/// Reads what the server says of itself. Anybody may ask all of it.
package func serverFacts(on session: inout some Querying & ~Copyable) async throws -> ServerFacts {
    let rows = try await session.query(
        """
        select clock_timestamp(),
               count(*) filter (where a.backend_type = 'client backend'),
               count(*) filter (where a.state like 'idle in transaction%'),
               current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
               pg_notification_queue_usage(),
               current_setting('autovacuum')::boolean and current_setting('track_counts')::boolean,
               (select age(d.datfrozenxid)::bigint from pg_catalog.pg_database d where d.datname = current_database())
          from pg_catalog.pg_stat_activity a
        """)
    guard let row = rows.first else { throw QueueError(.protocolViolation, "the server said nothing of itself") }
    return ServerFacts(
        now: try row.decode(0, as: Timestamp.self), connections: Int(try row.decode(1, as: Int64.self)),
        idleInTransaction: Int(try row.decode(2, as: Int64.self)),
        connectionLimit: Int(try row.decode(3, as: Int32.self)),
        notifyQueueUsage: try row.decode(4, as: Double.self), autovacuum: try row.decode(5, as: Bool.self),
        frozenAge: try row.decode(6, as: Int64.self))
}
