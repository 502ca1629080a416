import Postgres

/// The verbs on schedules. Each that changes one writes the audit trail in the same transaction.
package enum Schedules {}

/// Checks definitions against the database: zone, calendar, kind and args. It asks for each only once, so that a file of
/// ten thousand schedules is checked quickly.
struct ScheduleChecker {
    /// Whether a kind that is missing from the catalogue is accepted.
    let allowUnknownKind: Bool
    private var zones: Set<String> = []
    private var kinds: Set<String>?
    private var calendars: Set<String>?

    init(allowUnknownKind: Bool) {
        self.allowUnknownKind = allowUnknownKind
    }

    /// - Throws: ``ScheduleError`` naming what is not allowed.
    mutating func check(_ definition: ScheduleDefinition, in transaction: inout Transaction) async throws {
        let expression = try definition.parsed()
        if !zones.contains(definition.zone) {
            _ = try await ScheduleSurroundings.zone(definition.zone, on: &transaction)
            zones.insert(definition.zone)
        }
        if let calendar = expression.calendar { try await check(calendar: calendar, in: &transaction) }
        if !allowUnknownKind { try await check(kind: definition.kind, in: &transaction) }
        guard case .object? = try? JSONValue(parsing: definition.args.text) else {
            throw ScheduleError(.invalidDefinition, "the args of a schedule must be a JSON object")
        }
    }

    private mutating func check(kind: String, in transaction: inout Transaction) async throws {
        // The catalogue has a row a kind: tens.
        if kinds == nil {
            kinds = Set(try await transaction.query("select kind from rinda.kind").column(0, as: String.self))
        }
        guard kinds?.contains(kind) == true else {
            throw ScheduleError(
                .invalidDefinition,
                "kind \(kind) is not in the catalogue; enter it there first, or allow an unknown kind")
        }
    }

    /// A calendar without any day while others have some is a slip of the pen; before the first import none has any.
    private mutating func check(calendar: String, in transaction: inout Transaction) async throws {
        // Some hundred rows a calendar, read along the primary key.
        if calendars == nil {
            calendars = Set(
                try await transaction.query("select distinct calendar::text from rinda.calendar_day")
                    .column(0, as: String.self))
        }
        guard let calendars, !calendars.isEmpty, !calendars.contains(calendar) else { return }
        throw ScheduleError(
            .unknownCalendar,
            "calendar \(calendar) has no days; known are \(calendars.sorted().joined(separator: ", "))")
    }
}
