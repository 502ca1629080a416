package import Civil
package import Domain
package import Postgres

extension Registry {
    /// A contact with what mail has found out about it.
    package struct ContactStanding: Hashable, Sendable {
        /// The contact.
        package let contact: Contact
        /// Whether mail to the address has come back since the contact was entered.
        package let hasBounced: Bool
        /// Whether the address has declined courtesies.
        package let hasDeclined: Bool
    }

    /// The contacts that hold on a day, by unit, role and address; of one unit or of all.
    ///
    /// - Throws: `PostgresError`.
    package static func contactStandings(
        of unit: String?, on day: LocalDate, database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [ContactStanding] {
        // By the key where a unit is given; bounces by notice_bounced.
        let rows = try await database.query(
            """
            select \(raw: Contact.columns),
                   exists (select from rinda.notice n
                            where n.recipient = c.email and n.state = 'BOUNCED' and n.planned_for >= c.valid_from),
                   exists (select from rinda.reminder_opt_out o where o.email = lower(c.email))
              from rinda.contact c
             where (\(unit)::text is null or unit = \(unit)) and valid_from <= \(day)
               and (valid_to is null or valid_to > \(day))
             order by unit, role, email
            """)
        var standings: [ContactStanding] = []
        for row in rows {
            standings.append(
                ContactStanding(
                    contact: try Contact(row), hasBounced: try row.decode(6), hasDeclined: try row.decode(7)))
        }
        return standings
    }

    /// Makes an address the only contact of a unit for a role from a day on: what held before ends on that day.
    ///
    /// - Throws: `RegistryError.unknown` for a unit that there is none of; `PostgresError`, also for what is no address.
    package static func setContact(
        _ contact: Contact, reason: String?, in transaction: inout Transaction
    ) async throws {
        try await requireUnit(contact.unit, in: &transaction)
        let before = try await contactsJSON(contact.unit, contact.role, in: &transaction)
        // A row that began on the same day has held for no day: it goes, since it could not end before it began.
        try await transaction.execute(
            """
            delete from rinda.contact
             where unit = \(contact.unit) and role = \(contact.role) and valid_from >= \(contact.validFrom)
            """)
        try await end(contact.unit, contact.role, email: nil, on: contact.validFrom, in: &transaction)
        try await transaction.execute(
            """
            insert into rinda.contact (unit, role, email, language, valid_from, valid_to)
            values (\(contact.unit), \(contact.role), \(contact.email), \(contact.language), \(contact.validFrom),
                    \(contact.validTo))
            """)
        try await audit("contact.set", contact.unit, contact.role, reason, before, in: &transaction)
    }

    /// Ends contacts of a unit for a role: from the day on they hold no more.
    ///
    /// - Parameter email: only this address; nil for all of the role.
    /// - Throws: `RegistryError.wrongState` where none holds on the day before; `PostgresError`.
    package static func closeContact(
        of unit: String, _ role: ContactRole, email: String? = nil, on day: LocalDate, reason: String?,
        in transaction: inout Transaction
    ) async throws {
        let before = try await contactsJSON(unit, role, in: &transaction)
        let ended = try await end(unit, role, email: email, on: day, in: &transaction)
        guard ended > 0 else {
            throw RegistryError(
                .wrongState,
                "unit \(unit) has no such contact for \(role.rawValue) before \(day); see 'rinda contacts list'")
        }
        try await audit("contact.close", unit, role, reason, before, in: &transaction)
    }

    @discardableResult
    private static func end(
        _ unit: String, _ role: ContactRole, email: String?, on day: LocalDate, in transaction: inout Transaction
    ) async throws(PostgresError) -> Int {
        // By the key.
        try await transaction.execute(
            """
            update rinda.contact set valid_to = \(day)
             where unit = \(unit) and role = \(role) and valid_from < \(day) and (valid_to is null or valid_to > \(day))
               and (\(email)::text is null or email = \(email))
            """)
    }

    private static func contactsJSON(
        _ unit: String, _ role: ContactRole, in transaction: inout Transaction
    ) async throws(PostgresError) -> JSON {
        try await transaction.query(
            """
            select coalesce(jsonb_agg(to_jsonb(c) order by c.valid_from, c.email), '[]')
              from rinda.contact c where c.unit = \(unit) and c.role = \(role)
            """)[0].decode(0)
    }

    private static func audit(
        _ action: String, _ unit: String, _ role: ContactRole, _ reason: String?, _ before: JSON,
        in transaction: inout Transaction
    ) async throws(PostgresError) {
        let after = try await contactsJSON(unit, role, in: &transaction)
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, before, after)
            values (\(action), \("contact:\(unit)/\(role.rawValue)"), \(reason), \(before), \(after))
            """)
    }
}
