import Civil

@testable import Queue

/// Zones and helpers for schedule tests that need no database.
enum ScheduleFixture {
    /// Europe/Riga by the rule in force since 1996: forward on March's last Sunday and back on October's, at 01:00 UTC.
    static let riga = ZoneRules(
        name: "Europe/Riga", initialOffset: 7200,
        transitions: (2015...2037).flatMap { year in
            [
                ZoneRules.Transition(at: lastSunday(3, year), offset: 10_800),
                ZoneRules.Transition(at: lastSunday(10, year), offset: 7200),
            ]
        })

    /// Cairo since 2023: forward on April's last Friday at midnight, which makes 00:00 to 00:59 missing, and back on
    /// October's last Thursday at 24:00, which repeats 23:00 to 23:59. Here for 2026.
    static let cairo = ZoneRules(
        name: "Africa/Cairo", initialOffset: 7200,
        transitions: [
            ZoneRules.Transition(at: instant("2026-04-23T22:00:00Z"), offset: 10_800),
            ZoneRules.Transition(at: instant("2026-10-29T21:00:00Z"), offset: 7200),
        ])

    /// Kolkata: half an hour off, without transitions.
    static let kolkata = ZoneRules(name: "Asia/Kolkata", initialOffset: 19_800, transitions: [])

    /// Latvia's calendar as far as the tests need it.
    static let latvia = WorkingDays(days: [
        date("2025-11-18"): .holiday, date("2025-11-17"): .movedOff, date("2025-11-08"): .movedWork,
        date("2025-12-24"): .holiday, date("2025-12-25"): .holiday, date("2025-12-26"): .holiday,
        date("2025-12-31"): .holiday, date("2026-01-01"): .holiday, date("2026-01-02"): .movedOff,
        date("2026-01-17"): .movedWork, date("2026-04-03"): .holiday, date("2026-04-06"): .holiday,
        date("2026-05-01"): .holiday, date("2026-05-04"): .holiday, date("2026-06-22"): .movedOff,
        date("2026-06-23"): .holiday, date("2026-06-24"): .holiday, date("2026-06-27"): .movedWork,
        date("2026-11-18"): .holiday, date("2026-12-24"): .holiday, date("2026-12-25"): .holiday,
        date("2026-12-31"): .holiday,
    ])

    static func instant(_ text: String) -> Timestamp { Timestamp(iso: text)! }

    static func date(_ text: String) -> LocalDate { LocalDate(iso: text)! }

    /// The local times of the first ticks after an instant.
    static func locals(
        _ expression: String, after start: String, _ count: Int, zone: ZoneRules = .utc, calendar: WorkingDays? = nil
    ) throws -> [String] {
        try ScheduleExpression(parsing: expression)
            .ticks(after: instant(start), count: count, zone: zone, calendar: calendar).map(\.local.description)
    }

    /// The instants of the first ticks after an instant.
    static func instants(
        _ expression: String, after start: String, _ count: Int, zone: ZoneRules, calendar: WorkingDays? = nil
    ) throws -> [String] {
        try ScheduleExpression(parsing: expression)
            .ticks(after: instant(start), count: count, zone: zone, calendar: calendar).map(\.instant.description)
    }

    private static func lastSunday(_ month: Int, _ year: Int) -> Timestamp {
        let end = LocalDate(year: year, month: month, day: 31)!
        let sunday = end.adding(days: -(end.weekday.rawValue % 7))
        return Timestamp(seconds: Int64(sunday.days) * 86_400 + 3600)
    }
}

/// A generator whose seed makes a failing case repeatable (SplitMix64).
struct ScheduleDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
