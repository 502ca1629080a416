import Civil
import Postgres
import Queue

/// Takes one job of a given id, whatever waits before it and whether or not it is due: for a test that runs just this one.
/// Nil where another process has it.
func claimOne(_ id: Int64, session: Int64, in transaction: inout Transaction) async throws -> ClaimedJob? {
    // As whoever changes a waiting job does: its row is locked, and what has claimed it is seen. The claim itself is made
    // inside the gate, as all are, since leases are drawn and committed in the gate's order.
    guard try await transaction.query("select rinda.hold_back(\(id))")[0].decode(0, as: Bool?.self) == true else {
        return nil
    }
    try await transaction.execute("select pg_advisory_xact_lock(rinda.gate())")
    let rows = try await transaction.query(
        """
        with taken as (
            insert into rinda.claim (lease, session, claimed_at, ids)
            values (nextval('rinda.lease'), \(session), rinda.clock(), array[\(id)])
            returning lease, claimed_at, setval('rinda.last_claim', pg_current_xact_id()::text::bigint)
        )
        select taken.lease, taken.claimed_at, j.kind, j.queue, j.priority, j.attempt + 1, j.max_attempts, j.crashes,
               j.created_at, j.args, j.metadata, j.progress
          from rinda.job j cross join taken
         where j.id = \(id)
        """)
    guard let row = rows.first else { return nil }
    return ClaimedJob(
        id: id, lease: try row.decode(0), claimedAt: try row.decode(1), kind: try row.decode(2),
        queue: try row.decode(3), priority: try row.decode(4), attempt: Int(try row.decode(5, as: Int32.self)),
        maxAttempts: try row.decode(6, as: Int32?.self).map(Int.init), crashes: Int(try row.decode(7, as: Int32.self)),
        createdAt: try row.decode(8, as: Timestamp.self), args: try row.decode(9), metadata: try row.decode(10),
        progress: try row.decode(11))
}
