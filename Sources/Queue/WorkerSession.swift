package import Postgres

/// Begins a session: the row whose expiry is the expiry of everything the process will claim.
///
/// - Parameters:
///   - name: `HOST:PID:…`, unique to the start.
///   - kinds: the kinds it can run, so that `why` can tell which jobs nobody can.
///   - queues: the queues it serves.
///   - version: the program's version.
///   - lease: the length of its lease.
/// - Returns: the session's number.
package func beginSession(
    name: String, kinds: [String], queues: [String], version: String, lease: Duration,
    on connection: inout some Querying & ~Copyable
) async throws -> Int64 {
    let seconds = lease / .seconds(1)
    let rows = try await connection.query(
        """
        insert into rinda.worker (name, kinds, queues, version, lease_seconds, lease_until)
        values (\(name), \(kinds), \(queues), \(version), \(seconds),
                rinda.clock() + make_interval(secs => \(seconds)))
        returning session
        """)
    guard let row = rows.first else {
        throw QueueError(.protocolViolation, "the session of \(name) was not recorded")
    }
    return try row.decode(0, as: Int64.self)
}

/// Ends a session of which everything is settled. A claim that still stands is one whose answer was lost: its jobs never
/// began and wait again, at no cost.
package func endSession(_ session: Int64, on connection: inout some Querying & ~Copyable) async throws {
    try await connection.execute(
        """
        with ended as (
            update rinda.worker set stopped_at = rinda.clock(), idle = false,
                                    lease_until = least(lease_until, rinda.clock())
             where session = \(session) returning session
        )
        delete from rinda.claim c using ended where c.session = ended.session
        """)
}
