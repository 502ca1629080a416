import Civil
import Testing

@Suite("Working days")
struct WorkingDaysTests {
    /// The turn of the year 2025 in Latvia, with a working day moved to a Saturday.
    private let calendar = WorkingDays(days: [
        LocalDate(iso: "2025-12-31")!: .holiday, LocalDate(iso: "2026-01-01")!: .holiday,
        LocalDate(iso: "2026-01-02")!: .movedOff, LocalDate(iso: "2026-01-17")!: .movedWork,
    ])

    private let yearEnd = LocalDate(iso: "2025-12-31")!

    @Test("The tenth working day after the year's end depends on whether the moved day is adopted")
    func tenth() {
        #expect(calendar.workingDay(10, from: yearEnd) { _ in false }.description == "2026-01-15")
        #expect(calendar.workingDay(10, from: yearEnd) { _ in true }.description == "2026-01-16")
    }

    @Test("Where adoption is unknown the later day holds, so that nobody is accused early")
    func unknown() {
        #expect(calendar.latestWorkingDay(10, from: yearEnd) { _ in nil }.description == "2026-01-16")
        #expect(calendar.latestWorkingDay(10, from: yearEnd) { _ in false }.description == "2026-01-15")
    }

    @Test("Working days are counted backwards too")
    func backwards() {
        #expect(
            calendar.workingDay(-5, from: LocalDate(iso: "2026-01-16")!) { _ in false }.description == "2026-01-09")
    }

    @Test("A worked Saturday is a working day only for those who adopt it")
    func saturday() {
        let saturday = LocalDate(iso: "2026-01-17")!
        #expect(calendar.isWorkingDay(saturday, adoptsMovedDays: true))
        #expect(!calendar.isWorkingDay(saturday, adoptsMovedDays: false))
    }
}
