package import Civil
package import Postgres

extension Registry {
    /// The local day for which a message was planned, of several the latest; nil where there is no such message.
    ///
    /// - Throws: `PostgresError`.
    package static func plannedDay(
        ofMessage messageID: String, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> LocalDate? {
        // By notice_message.
        try await database.query("select max(planned_for) from rinda.notice where message_id = \(messageID)")
            .decode(column: 0, row: 0, as: LocalDate?.self)
    }

    /// The messages planned for a day or later of which some notice has neither gone out nor been refused for good, in the
    /// order in which they were planned: each should have an unfinished job.
    ///
    /// - Throws: `PostgresError`.
    package static func stranded(
        plannedFrom day: LocalDate, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [String] {
        // By notice_unsettled, which holds few rows. What a server refuses for good stays so.
        try await database.query(
            """
            select message_id from rinda.notice
             where state in ('PLANNED', 'SENDING', 'FAILED') and planned_for >= \(day)
               and not (state = 'FAILED' and starts_with(reason, 'refused for good'))
             group by message_id order by min(id)
            """
        ).column(0, as: String.self)
    }
}
