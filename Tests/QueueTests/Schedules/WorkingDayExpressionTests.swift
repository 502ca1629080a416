import Civil
import Testing

@testable import Queue

@Suite("Working-day expressions")
struct WorkingDayExpressionTests {
    @Test(
        "each rule finds its days in the calendar",
        arguments: [
            // 2 January is moved to Saturday the 17th: the tenth working day is the 16th, not the 15th.
            ("wd 10 of month at 09:00 on LV", "2026-01-01", ["2026-01-16", "2026-02-13"]),
            ("wd 1 of month at 09:00 on LV", "2026-04-30", ["2026-05-05", "2026-06-01"]),
            ("last wd of half-year at 16:00 on LV", "2025-07-01", ["2025-12-30", "2026-06-30"]),
            ("last wd of month at 16:00 on LV", "2025-12-01", ["2025-12-30", "2026-01-30"]),
            ("last wd of year at 16:00 on LV", "2026-01-01", ["2026-12-30"]),
            ("wd 15 of quarter at 09:00 on LV", "2026-01-01", ["2026-01-22", "2026-04-23"]),
            ("wd 1 of year at 09:00 on LV", "2025-12-01", ["2026-01-05"]),
            // Back from 30 June over Saturday the 27th, which is worked, and three days off.
            ("5 wd before 06-30 at 09:00 on LV", "2026-01-01", ["2026-06-19"]),
            ("1 wd before 01-02 at 09:00 on LV", "2025-12-01", ["2025-12-30"]),
            (
                "wd of week at 09:00 on LV", "2026-06-18",
                ["2026-06-18", "2026-06-19", "2026-06-25", "2026-06-26", "2026-06-27", "2026-06-29"]
            ),
            ("wd 1 of week at 09:00 on LV", "2026-06-16", ["2026-06-25", "2026-06-29"]),
            ("last wd of week at 09:00 on LV", "2026-06-16", ["2026-06-19", "2026-06-27"]),
            ("WD 23 OF Month AT 09:00 ON LV", "2026-07-01", ["2026-07-31"]),
        ])
    func rules(text: String, from: String, expected: [String]) throws {
        let locals = try ScheduleFixture.locals(
            text, after: "\(from)T00:00:00Z", expected.count, zone: ScheduleFixture.riga,
            calendar: ScheduleFixture.latvia)
        #expect(locals.map { String($0.prefix(10)) } == expected)
    }

    @Test("the time of day is local and may have seconds")
    func times() throws {
        let ticks = try ScheduleFixture.instants(
            "wd of week at 09:00:30 on LV", after: "2026-03-27T12:00:00Z", 1, zone: ScheduleFixture.riga,
            calendar: ScheduleFixture.latvia)
        #expect(ticks == ["2026-03-30T06:00:30Z"])
    }

    @Test("a time on the day itself that has passed waits for the next day of the rule")
    func passed() throws {
        let locals = try ScheduleFixture.locals(
            "wd 10 of month at 09:00 on LV", after: "2026-01-16T07:00:00Z", 1, zone: ScheduleFixture.riga,
            calendar: ScheduleFixture.latvia)
        #expect(locals == ["2026-02-13T09:00:00"])
    }

    @Test("notes tell what the calendar moved, skipped or lacks")
    func notes() throws {
        func note(_ text: String, after start: String) throws -> String? {
            try ScheduleExpression(parsing: text).nextTick(
                after: ScheduleFixture.instant(start), zone: ScheduleFixture.riga, calendar: ScheduleFixture.latvia)?
                .note
        }
        #expect(
            try note("wd 10 of month at 09:00 on LV", after: "2026-01-01T00:00:00Z")
                == "moved from 2026-01-14 by calendar LV")
        #expect(try note("wd 10 of month at 09:00 on LV", after: "2026-02-01T00:00:00Z") == nil)
        #expect(
            try note("wd of week at 09:00 on LV", after: "2026-06-26T12:00:00Z")
                == "saturday worked (MOVED_WORK of calendar LV)")
        let skipped = try note("wd of week at 09:00 on LV", after: "2026-06-19T12:00:00Z")
        #expect(skipped == "not on 2026-06-22 (MOVED_OFF), 2026-06-23 (HOLIDAY), 2026-06-24 (HOLIDAY) of calendar LV")
        let unknown = try note("wd 3 of year at 09:00 on LV", after: "2026-12-01T00:00:00Z")
        #expect(unknown == "calendar LV has no days for 2027: Monday to Friday are counted")
        let gap = try note("wd of week at 03:30 on LV", after: "2026-03-27T12:00:00Z")
        #expect(gap == nil)
    }

    @Test("without a calendar Monday to Friday are counted")
    func noCalendar() throws {
        let locals = try ScheduleFixture.locals(
            "wd 1 of month at 09:00 on LV", after: "2026-04-30T12:00:00Z", 1, zone: ScheduleFixture.riga)
        #expect(locals == ["2026-05-01T09:00:00"])
    }

    @Test("29 February is counted back from only where it exists")
    func leapDay() throws {
        let locals = try ScheduleFixture.locals("1 wd before 02-29 at 09:00 on LV", after: "2026-01-01T00:00:00Z", 2)
        #expect(locals == ["2028-02-28T09:00:00", "2032-02-27T09:00:00"])
    }

    @Test("a day that the calendar's period never has gives no tick")
    func exhausted() throws {
        let always = WorkingDays(
            days: Dictionary(
                uniqueKeysWithValues: (0..<40_000).map {
                    (ScheduleFixture.date("2000-01-01").adding(days: $0), .holiday)
                }))
        let expression = try ScheduleExpression(parsing: "wd of week at 09:00 on XX")
        #expect(
            expression.nextTick(after: ScheduleFixture.instant("2026-01-01T00:00:00Z"), zone: .utc, calendar: always)
                == nil)
    }

    @Test("the calendar's name is known")
    func calendarName() throws {
        #expect(try ScheduleExpression(parsing: "wd of week at 09:00 on LV-2.x").calendar == "LV-2.x")
        #expect(try ScheduleExpression(parsing: "every minute").calendar == nil)
    }

    @Test(
        "a fault names its place and what is expected there",
        arguments: [
            ("wd", ScheduleError.Code.syntax, 3, "a number"),
            ("wd of month at 09:00 on LV", .syntax, 7, "wd 10 of month"),
            ("wd 0 of month at 09:00 on LV", .syntax, 4, "from 1"),
            ("wd 24 of month at 09:00 on LV", .outOfRange, 4, "1-23"),
            ("wd 67 of quarter at 09:00 on LV", .outOfRange, 4, "1-66"),
            ("wd 133 of half-year at 09:00 on LV", .outOfRange, 4, "1-132"),
            ("wd 263 of year at 09:00 on LV", .outOfRange, 4, "1-262"),
            ("wd 1 of fortnight at 09:00 on LV", .syntax, 9, "half-year"),
            ("wd 1 in month at 09:00 on LV", .syntax, 6, "\"of\""),
            ("wd 1 of month at 24:00 on LV", .syntax, 18, "00:00 to 23:59"),
            ("wd 1 of month at 9:00 on LV", .syntax, 18, "00:00 to 23:59"),
            ("wd 1 of month at 09:00", .syntax, 23, "\"on\""),
            ("wd 1 of month at 09:00 on", .syntax, 26, "name"),
            ("wd 1 of month at 09:00 on L/V", .syntax, 27, "letters"),
            ("wd 1 of month at 09:00 on LV now", .syntax, 30, "nothing may follow"),
            ("last wd before 06-30 at 09:00 on LV", .syntax, 9, "\"of\""),
            ("5 wd before 02-30 at 09:00 on LV", .syntax, 13, "MM-DD"),
            ("5 wd before 6-30 at 09:00 on LV", .syntax, 13, "MM-DD"),
            ("300 wd before 06-30 at 09:00 on LV", .outOfRange, 1, "1-262"),
            ("every", .syntax, 6, "unit"),
            ("every 0 minutes", .outOfRange, 7, "from 1"),
            ("every 15", .syntax, 9, "minute"),
            ("every 15 fortnights", .syntax, 10, "minute"),
            ("every 15 minutes please", .syntax, 18, "nothing may follow"),
            ("every 367 days", .outOfRange, 7, "366 days"),
            ("every 99999999999999999999 days", .outOfRange, 7, "from 1"),
        ] as [(String, ScheduleError.Code, Int, String)])
    func faults(expression: String, code: ScheduleError.Code, position: Int, text: String) throws {
        let error = try #require(throws: ScheduleError.self) { try ScheduleExpression(parsing: expression) }
        #expect(error.code == code)
        #expect(error.position == position)
        #expect(error.message.contains(text), "\(error.message)")
    }

    @Test(
        "a steady beat is counted from a fixed origin",
        arguments: [
            ("every 15 minutes", ["2026-01-01T00:15:00", "2026-01-01T00:30:00"]),
            ("every minute", ["2026-01-01T00:02:00", "2026-01-01T00:03:00"]),
            ("every 30 seconds", ["2026-01-01T00:01:30", "2026-01-01T00:02:00"]),
            ("every 2 hours", ["2026-01-01T02:00:00", "2026-01-01T04:00:00"]),
            ("Every Day", ["2026-01-02T00:00:00", "2026-01-03T00:00:00"]),
            // 2026-01-01 is day 20,454 since 1970, and 20,454 x 1440 minutes leave 6 when divided by 11.
            ("every 11 minutes", ["2026-01-01T00:05:00", "2026-01-01T00:16:00"]),
        ])
    func every(text: String, expected: [String]) throws {
        #expect(try ScheduleFixture.locals(text, after: "2026-01-01T00:01:00Z", 2) == expected)
    }
}
