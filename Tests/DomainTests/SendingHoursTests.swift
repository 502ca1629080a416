import Civil
import Domain
import Testing

@Suite("The hours in which messages go out")
struct SendingHoursTests {
    /// 2026-01-02 is moved off, 2026-01-17 is a Saturday worked in its place; A adopts moved days, B does not, C is unknown.
    private let calendar = DutyCalendar(
        calendar: [
            CalendarDay(calendar: "LV", date: day("2026-01-01"), kind: .holiday, name: "", knownSince: nil),
            CalendarDay(calendar: "LV", date: day("2026-01-02"), kind: .movedOff, name: "", knownSince: nil),
            CalendarDay(calendar: "LV", date: day("2026-01-17"), kind: .movedWork, name: "", knownSince: nil),
        ],
        adoptions: [
            CalendarAdoption(unit: "A", year: 2026, adoptsMovedDays: true),
            CalendarAdoption(unit: "B", year: 2026, adoptsMovedDays: false),
        ], knownOn: nil)

    @Test(
        "a message waits for the next hours of a day on which each unit surely works",
        arguments: [
            ("2026-01-05", 9, 0, "C", "2026-01-05", 9, 0), ("2026-01-05", 15, 59, "C", "2026-01-05", 15, 59),
            ("2026-01-05", 8, 59, "C", "2026-01-05", 9, 0), ("2026-01-05", 16, 0, "C", "2026-01-06", 9, 0),
            ("2026-01-05", 0, 0, "C", "2026-01-05", 9, 0), ("2026-01-09", 23, 0, "C", "2026-01-12", 9, 0),
            ("2026-01-01", 12, 0, "A", "2026-01-05", 9, 0), ("2026-01-01", 12, 0, "B", "2026-01-02", 9, 0),
            ("2026-01-01", 12, 0, "C", "2026-01-05", 9, 0), ("2026-01-16", 17, 0, "A", "2026-01-17", 9, 0),
            ("2026-01-16", 17, 0, "B", "2026-01-19", 9, 0), ("2026-01-16", 17, 0, "AB", "2026-01-19", 9, 0),
        ])
    func next(
        date: String, hour: Int, minute: Int, units: String, nextDate: String, nextHour: Int, nextMinute: Int
    ) {
        let next = SendingHours.next(
            from: LocalDateTime(date: day(date), hour: hour, minute: minute), units: units.map(String.init),
            calendar: calendar)
        #expect(next == LocalDateTime(date: day(nextDate), hour: nextHour, minute: nextMinute))
    }

    @Test("where no day of a month is worked, there is no next time")
    func never() {
        let closed = DutyCalendar(
            calendar: (0..<62).map {
                CalendarDay(
                    calendar: "LV", date: day("2026-01-01").adding(days: $0), kind: .special, name: "", knownSince: nil)
            }, adoptions: [], knownOn: nil)
        #expect(
            SendingHours.next(from: LocalDateTime(date: day("2026-01-05"), hour: 10), units: ["A"], calendar: closed)
                == nil)
    }
}
