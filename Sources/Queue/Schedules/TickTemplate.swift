import Civil

/// A schedule's args or unique key with placeholders that each tick fills in.
///
/// - `{tick}`: the tick's instant in UTC, `2026-03-29T01:00:00Z`
/// - `{date}`: its date in the schedule's zone, `2026-03-29`
/// - `{month}`: the month of that date, `2026-03`
/// - `{period:month}`, `{period:quarter}`, `{period:half-year}`, `{period:year}`: the code of the last period that ended
///   before that date, `2026-02`, `2025-Q4`, `2025-H2`, `2025`
/// - `{schedule}`: the schedule's name
///
/// What they yield holds only letters, digits and `.:-_`, so that filling them into the text of a JSON document keeps
/// it well-formed; outside its strings no placeholder can stand in one.
package struct TickTemplate: Hashable, Sendable {
    private enum Part: Hashable {
        case text(String)
        case placeholder(Placeholder)
    }

    private enum Placeholder: Hashable {
        case tick, date, month, schedule
        case period(CalendarPeriod)

        init?(_ name: Substring) {
            switch name {
            case "tick": self = .tick
            case "date": self = .date
            case "month": self = .month
            case "schedule": self = .schedule
            default:
                guard name.hasPrefix("period:"), let period = CalendarPeriod(rawValue: String(name.dropFirst(7))),
                    period != .week
                else { return nil }
                self = .period(period)
            }
        }
    }

    private let parts: [Part]

    /// The template of a text.
    ///
    /// - Throws: ``ScheduleError`` where something in braces looks like a placeholder and is none.
    package init(_ text: String) throws(ScheduleError) {
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            plain += rest[..<brace]
            let name = rest[rest.index(after: brace)...].prefix { Self.isNameCharacter($0) }
            rest = rest[brace...]
            if let end = rest[rest.index(after: brace)...].dropFirst(name.count).first, end == "}", !name.isEmpty {
                guard let placeholder = Placeholder(name) else {
                    throw ScheduleError(
                        .invalidDefinition,
                        "{\(name)} is not a placeholder; allowed are {tick}, {date}, {month}, {schedule}, "
                            + "{period:month}, {period:quarter}, {period:half-year} and {period:year}")
                }
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.placeholder(placeholder))
                rest = rest.dropFirst(name.count + 2)
            } else {
                plain.append("{")
                rest = rest.dropFirst()
            }
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    /// The text for one tick of a schedule.
    package func filled(for tick: Tick, schedule: String) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .placeholder(.tick): text += "\(tick.instant)"
            case .placeholder(.date): text += "\(tick.local.date)"
            case .placeholder(.month): text += "\(tick.local.date)".prefix(7)
            case .placeholder(.schedule): text += schedule
            case .placeholder(.period(let period)): text += period.codeEnded(before: tick.local.date)
            }
        }
        return text
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character == ":" || character == "-" || character == "_" || ("a"..."z").contains(character)
    }
}
