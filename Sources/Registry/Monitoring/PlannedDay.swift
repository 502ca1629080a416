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
}
