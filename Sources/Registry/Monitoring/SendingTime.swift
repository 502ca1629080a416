package import Civil
package import Domain
package import Postgres

extension Registry {
    /// How long a message has to wait until it may go out: to the next hour of a working day of the units that it is about.
    /// Nil where it may go out now.
    ///
    /// - Throws: `PostgresError`.
    package static func waitingTime(
        ofMessage messageID: String, now: Timestamp, zone: ZoneRules, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> Duration? {
        // By notice_message.
        let units = try await database.query(
            """
            select distinct o.unit from rinda.notice n join rinda.obligation o on o.id = n.obligation
             where n.message_id = \(messageID)
            """
        ).column(0, as: String.self)
        let calendar = try await dutyCalendar(of: units, knownOn: zone.date(at: now), on: &database)
        let local = zone.local(at: now)
        guard let next = SendingHours.next(from: local, units: units, calendar: calendar), next != local else {
            return nil
        }
        return .seconds(max(1, zone.resolve(next).instant.seconds - now.seconds))
    }

    /// Working days as known on a day, with the adoptions of units.
    ///
    /// - Throws: `PostgresError`.
    package static func dutyCalendar(
        of units: [String], knownOn day: LocalDate?, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> DutyCalendar {
        let days = try await rows(
            "select \(raw: CalendarDay.columns) from rinda.calendar_day where calendar = \(DutyCalendar.code)",
            on: &database, CalendarDay.init)
        let adoptions = try await rows(
            "select \(raw: CalendarAdoption.columns) from rinda.calendar_adoption where unit = any(\(units))",
            on: &database, CalendarAdoption.init)
        return DutyCalendar(calendar: days, adoptions: adoptions, knownOn: day)
    }
}
