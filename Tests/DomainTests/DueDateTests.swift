import Civil
import Domain
import Testing

@Suite("Due dates")
struct DueDateTests {
    private func form(due: Int, _ recurrence: Recurrence = .halfYear) -> Form {
        Form(form: "F", name: "F", recurrence: recurrence, dueWorkingDays: due, graceWorkingDays: 5)
    }

    private func calendar(
        _ days: [(String, WorkingDays.DayKind)], adoptions: [CalendarAdoption] = [], knownOn: String? = nil,
        knownSince: String? = nil
    ) -> DutyCalendar {
        DutyCalendar(
            calendar: days.map {
                CalendarDay(
                    calendar: "LV", date: day($0.0), kind: $0.1, name: "", knownSince: knownSince.map(day))
            }, adoptions: adoptions, knownOn: knownOn.map(day))
    }

    private let newYear: [(String, WorkingDays.DayKind)] = [
        ("2025-12-31", .holiday), ("2026-01-01", .holiday), ("2026-01-02", .movedOff), ("2026-01-17", .movedWork),
    ]

    @Test("the 10th working day after 2025-12-31 depends on the moved day; unknown, the later date holds")
    func newYear2026() {
        let unit = form(due: 10)
        func due(_ adopts: Bool?) -> LocalDate {
            let rows = adopts.map { [CalendarAdoption(unit: "A", year: 2026, adoptsMovedDays: $0)] } ?? []
            return calendar(newYear, adoptions: rows).dueOn(unit, period("2025-H2"), unit: "A")
        }
        #expect(due(false) == day("2026-01-15"))
        #expect(due(true) == day("2026-01-16"))
        #expect(due(nil) == day("2026-01-16"))
    }

    @Test("a worked Saturday brings the date forward for those who adopt it, so unknown is the one without")
    func workedSaturday() {
        let days: [(String, WorkingDays.DayKind)] = [("2025-11-08", .movedWork), ("2025-11-17", .movedOff)]
        func due(_ adopts: Bool?) -> LocalDate {
            let rows = adopts.map { [CalendarAdoption(unit: "A", year: 2025, adoptsMovedDays: $0)] } ?? []
            return calendar(days, adoptions: rows).dueOn(form(due: 10, .month), period("2025-10"), unit: "A")
        }
        #expect(due(true) == day("2025-11-13"))
        #expect(due(false) == day("2025-11-14"))
        #expect(due(nil) == day("2025-11-14"))
    }

    @Test("the 15th working day after 2019-12-31 is 2020-01-22, and without rows no day is free")
    func year2020() {
        let days: [(String, WorkingDays.DayKind)] = [("2020-01-01", .holiday)]
        #expect(calendar(days).dueOn(form(due: 15), period("2019-H2"), unit: "A") == day("2020-01-22"))
        #expect(calendar([]).dueOn(form(due: 15), period("2019-H2"), unit: "A") == day("2020-01-21"))
    }

    @Test("a day counts as off from the day it was known, and only on calendar LV")
    func knownSince() {
        let days: [(String, WorkingDays.DayKind)] = [("2020-01-02", .special)]
        let before = calendar(days, knownOn: "2020-01-01", knownSince: "2020-01-02")
        let after = calendar(days, knownOn: "2020-01-02", knownSince: "2020-01-02")
        #expect(before.dueOn(form(due: 2), period("2019-H2"), unit: "A") == day("2020-01-02"))
        #expect(after.dueOn(form(due: 2), period("2019-H2"), unit: "A") == day("2020-01-03"))
        let other = DutyCalendar(
            calendar: [CalendarDay(calendar: "EE", date: day("2020-01-02"), kind: .holiday, name: "")],
            adoptions: [], knownOn: nil)
        #expect(other.dueOn(form(due: 2), period("2019-H2"), unit: "A") == day("2020-01-02"))
    }

    @Test("grace is counted from the due date, and of no days ends on it")
    func grace() {
        let unit = form(due: 10)
        let due = calendar([]).dueOn(unit, period("2019-H2"), unit: "A")
        #expect(calendar([]).graceUntil(unit, dueOn: due, unit: "A") == day("2020-01-21"))
        var without = unit
        without.graceWorkingDays = 0
        #expect(calendar([]).graceUntil(without, dueOn: due, unit: "A") == due)
    }

    @Test("where adoption is unknown a day is surely worked only if it is under both")
    func sureDays() {
        let known = calendar(
            newYear, adoptions: [CalendarAdoption(unit: "A", year: 2026, adoptsMovedDays: true)])
        #expect(known.isSurelyWorkingDay(day("2026-01-17"), unit: "A"))
        #expect(!known.isSurelyWorkingDay(day("2026-01-02"), unit: "A"))
        #expect(!known.isSurelyWorkingDay(day("2026-01-17"), unit: "B"))
        #expect(!known.isSurelyWorkingDay(day("2026-01-02"), unit: "B"))
        #expect(known.isSurelyWorkingDay(day("2026-01-05"), unit: "B"))
        #expect(known.sureWorkingDay(-1, from: day("2026-01-05"), unit: "B") == day("2025-12-30"))
    }
}
