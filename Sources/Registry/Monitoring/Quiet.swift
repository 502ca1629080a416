package import Civil
import Domain
package import Postgres

extension Registry {
    /// Asks for quiet: nothing is sent to a unit, or about it, through a day. A later call takes the place of an earlier
    /// one; with a day that is over, the quiet ends.
    ///
    /// - Throws: `RegistryError.unknown` for a unit that there is none of; `.wrongState` without a reason; `PostgresError`.
    package static func snooze(
        _ unit: String, through day: LocalDate, reason: String, in transaction: inout Transaction
    ) async throws {
        try await requireUnit(unit, in: &transaction)
        try requireReason(reason, for: "quiet")
        try await transaction.execute(
            "insert into rinda.reminder_snooze (unit, through, reason) values (\(unit), \(day), \(reason))")
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, after)
            values ('reminders.snooze', \("unit:\(unit)"), \(reason), jsonb_build_object('through', \(day)))
            """)
    }

    /// Declines the courtesies S1 and S2 for an address, or takes that back.
    ///
    /// - Returns: whether that changed anything.
    /// - Throws: `RegistryError.wrongState` without a reason; `PostgresError`, also for what is no address.
    @discardableResult
    package static func decline(
        courtesiesTo email: String, _ declines: Bool, reason: String, in transaction: inout Transaction
    ) async throws -> Bool {
        try requireReason(reason, for: "declining reminders")
        let address = email.lowercased()
        let changed =
            declines
            ? try await transaction.execute(
                """
                insert into rinda.reminder_opt_out (email, reason) values (\(address), \(reason)) on conflict do nothing
                """)
            : try await transaction.execute("delete from rinda.reminder_opt_out where email = \(address)")
        guard changed > 0 else { return false }
        // The address itself stands in the table alone; the audit trail is kept for longer.
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason)
            values (\(declines ? "reminders.decline" : "reminders.accept"),
                    'address:' || encode(sha256(convert_to(\(address), 'UTF8')), 'hex'), \(reason))
            """)
        return true
    }

    /// The addresses that have declined courtesies, in lower case.
    ///
    /// - Throws: `PostgresError`.
    package static func declined(
        on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> Set<String> {
        Set(try await database.query("select email from rinda.reminder_opt_out").column(0, as: String.self))
    }

    static func requireUnit(_ unit: String, in transaction: inout Transaction) async throws {
        let isKnown: Bool = try await transaction.query(
            "select exists (select from rinda.unit where code = \(unit))")[0].decode(0)
        guard isKnown else {
            throw RegistryError(.unknown, "there is no unit \(RecordFields.quoted(unit))")
        }
    }

    static func requireReason(_ reason: String, for what: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw RegistryError(.wrongState, "\(what) needs a reason")
        }
    }
}
