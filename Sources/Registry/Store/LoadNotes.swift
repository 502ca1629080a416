package import Domain
package import Postgres

extension Registry {
    /// By which indicators the priorities of a plan are judged, in order of priority and indicator.
    ///
    /// - Throws: `PostgresError`.
    package static func framework(
        of plan: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [FrameworkEntry] {
        // By the key, of which plan is the first column.
        try await rows(
            """
            select \(raw: FrameworkEntry.columns) from rinda.framework_entry where plan = \(plan)
             order by priority, indicator
            """, on: &database, FrameworkEntry.init)
    }

    /// What others have published about a plan's indicators and does not agree with it, in order of indicator and time.
    ///
    /// - Throws: `PostgresError`.
    package static func contradictions(
        of plan: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Contradiction] {
        // By the key, of which plan is the first column.
        try await rows(
            """
            select \(raw: Contradiction.columns) from rinda.contradiction where plan = \(plan)
             order by indicator, published_on nulls last, source collate "C", value collate "C"
            """, on: &database, Contradiction.init)
    }
}
