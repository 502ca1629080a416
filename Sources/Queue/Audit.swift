package import Postgres

/// Records an administrative act in the transaction that does it. The actor is the database's `session_user`.
///
/// - Parameters:
///   - action: what was done, `job.cancel`.
///   - object: to what, `job 17`.
///   - reason: why, where someone said so.
///   - before: what it was before, as far as it matters.
///   - after: what it is now.
package func audit(
    _ action: String, object: String, reason: String? = nil, before: JSON? = nil, after: JSON? = nil,
    in transaction: inout Transaction
) async throws {
    try await transaction.execute(
        """
        insert into rinda.audit (action, object, reason, before, after)
        values (\(action), \(object), \(reason), \(before), \(after))
        """)
}
