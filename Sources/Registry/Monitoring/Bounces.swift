package import Civil
import Domain
package import Postgres

extension Registry {
    /// A message that a delivery status message speaks of.
    package enum BouncedMessage: Hashable, Sendable {
        /// That of a notice's number, from a VERP address.
        case notice(Int64)
        /// That of a Message-ID.
        case message(String)
    }

    /// What a delivery status message has changed.
    package struct BounceRecord: Hashable, Sendable {
        /// The units that answer for the obligations concerned.
        package let units: [String]
        /// How many notices are BOUNCED now that were SENT before.
        package let notices: Int
    }

    /// Records that a message came back: its notices are BOUNCED, and their address counts as not to be reached from the
    /// day on which it was entered as a contact, so that the general address stands in. Reading the same report again
    /// changes nothing.
    ///
    /// - Parameter code: the enhanced status code, if any.
    /// - Returns: nil where the ledger has no such message.
    /// - Throws: `PostgresError`.
    package static func recordBounce(
        of bounced: BouncedMessage, code: String?, in transaction: inout Transaction
    ) async throws(PostgresError) -> BounceRecord? {
        let found: SQL
        switch bounced {
        case .notice(let id): found = "select message_id from rinda.notice where id = \(id)"
        case .message(let id): found = "select message_id from rinda.notice where message_id = \(id) limit 1"
        }
        guard let messageID: String = try await transaction.query(found).first?.decode(0) else { return nil }
        // By notice_message.
        let units = try await transaction.query(
            """
            select distinct o.responsible from rinda.notice n join rinda.obligation o on o.id = n.obligation
             where n.message_id = \(messageID) order by 1
            """
        ).column(0, as: String.self)
        let count = try await transaction.execute(
            """
            update rinda.notice set state = 'BOUNCED', reason = \("not delivered (\(code ?? "no code"))")
             where message_id = \(messageID) and state = 'SENT'
            """)
        if count > 0 {
            try await transaction.execute(
                """
                insert into rinda.audit (action, object, after)
                values ('notice.bounce', \("message:\(messageID)"),
                        jsonb_build_object('code', \(code), 'notices', \(Int64(count))))
                """)
        }
        return BounceRecord(units: units, notices: count)
    }

    /// An address of a unit to which mail came back: the unit did not get what it was sent, which is another thing than
    /// not answering it.
    package struct Unreachable: Hashable, Sendable {
        /// The unit that answers.
        package let unit: String
        /// The address.
        package let email: String
        /// The day for which the last message that came back was planned.
        package let lastOn: LocalDate
        /// How many messages came back.
        package let messages: Int
    }

    /// The addresses that hold on a day and to which mail has come back since they were entered, by unit.
    ///
    /// - Throws: `PostgresError`.
    package static func unreachable(
        on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Unreachable] {
        // By notice_bounced, which holds few rows.
        let rows = try await database.query(
            """
            select c.unit, c.email, max(n.planned_for), count(distinct n.message_id)
              from rinda.notice n join rinda.contact c on c.email = n.recipient and n.planned_for >= c.valid_from
             where n.state = 'BOUNCED' and c.valid_from <= \(day) and (c.valid_to is null or c.valid_to > \(day))
             group by c.unit, c.email order by c.unit, c.email
            """)
        var unreachable: [Unreachable] = []
        for row in rows {
            unreachable.append(
                Unreachable(
                    unit: try row.decode(0), email: try row.decode(1), lastOn: try row.decode(2),
                    messages: Int(try row.decode(3, as: Int64.self))))
        }
        return unreachable
    }
}
