package import Civil
package import Postgres

/// What an expression needs to know of the world: the rules of its zone and the days of its calendar.
package enum ScheduleSurroundings {
    /// The years whose transitions are read; after them the last offset stays.
    private static let years = (first: 2000, last: 2100)

    /// Zones whose names PostgreSQL reads as abbreviations, of one offset all the year, and the places that IANA says
    /// they stand for.
    static let places = [
        "CET": "Europe/Brussels", "EET": "Europe/Athens", "MET": "Europe/Brussels", "WET": "Europe/Lisbon",
    ]

    /// The rules of a zone, from the database.
    ///
    /// - Throws: ``ScheduleError`` with code `unknownZone`.
    package static func zone(_ name: String, on session: inout some Querying & ~Copyable) async throws -> ZoneRules {
        do {
            let rules = try await ZoneRules.load(
                places[name] ?? name, from: years.first, through: years.last, on: &session)
            return ZoneRules(name: name, initialOffset: rules.initialOffset, transitions: rules.transitions)
        } catch {
            guard error.code == .unknownZone else { throw error }
            throw ScheduleError(
                .unknownZone,
                "the zone \"\(name.prefix(200))\" is not known; allowed are IANA names such as Europe/Riga")
        }
    }

    /// The days of a calendar that are known today; one without rows has none and counts Monday to Friday.
    package static func calendar(
        _ name: String, on session: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> WorkingDays {
        // By the primary key's first column: some hundred rows.
        let rows = try await session.query(
            """
            select date, kind from rinda.calendar_day
             where calendar = \(name) and (known_since is null or known_since <= rinda.clock()::date)
            """)
        var days: [LocalDate: WorkingDays.DayKind] = [:]
        for row in rows {
            // The table's check and the enum name the same four kinds.
            if let kind = WorkingDays.DayKind(rawValue: try row.decode(1, as: String.self)) {
                days[try row.decode(0, as: LocalDate.self)] = kind
            }
        }
        return WorkingDays(days: days)
    }
}
