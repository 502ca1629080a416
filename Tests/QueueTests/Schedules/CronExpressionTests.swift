import Civil
import Testing

@testable import Queue

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test(
        "each construct selects the times that its grammar says",
        arguments: [
            ("0 9 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T09:00:00", "2026-01-02T09:00:00"]),
            ("*/20 8-9 * * *", "2026-01-01T08:30:00Z", ["2026-01-01T08:40:00", "2026-01-01T09:00:00"]),
            ("5/20 8 * * *", "2026-01-01T08:00:00Z", ["2026-01-01T08:05:00", "2026-01-01T08:25:00"]),
            ("10-40/15 8 * * *", "2026-01-01T08:00:00Z", ["2026-01-01T08:10:00", "2026-01-01T08:25:00"]),
            ("1,3,2 8 * * *", "2026-01-01T08:01:00Z", ["2026-01-01T08:02:00", "2026-01-01T08:03:00"]),
            ("*/15 30 9 * * *", "2026-01-01T09:30:10Z", ["2026-01-01T09:30:15", "2026-01-01T09:30:30"]),
            ("30 0 9 * * *", "2026-01-01T09:00:30Z", ["2026-01-02T09:00:30", "2026-01-03T09:00:30"]),
            ("0 9 * jan,MAR *", "2026-01-31T09:00:00Z", ["2026-03-01T09:00:00", "2026-03-02T09:00:00"]),
            ("0 9 * * mon-fri", "2026-01-02T10:00:00Z", ["2026-01-05T09:00:00", "2026-01-06T09:00:00"]),
            ("0 9 * * FRI-SUN", "2026-01-01T10:00:00Z", ["2026-01-02T09:00:00", "2026-01-03T09:00:00"]),
            ("0 9 * * 0", "2026-01-01T10:00:00Z", ["2026-01-04T09:00:00", "2026-01-11T09:00:00"]),
            ("0 9 * * 7", "2026-01-01T10:00:00Z", ["2026-01-04T09:00:00", "2026-01-11T09:00:00"]),
            ("0 9 * * 6-7", "2026-01-01T10:00:00Z", ["2026-01-03T09:00:00", "2026-01-04T09:00:00"]),
            ("0 9 L * *", "2026-01-31T09:00:00Z", ["2026-02-28T09:00:00", "2026-03-31T09:00:00"]),
            ("0 9 L-2 * *", "2026-01-31T09:00:00Z", ["2026-02-26T09:00:00", "2026-03-29T09:00:00"]),
            ("0 9 LW * *", "2026-01-31T09:00:00Z", ["2026-02-27T09:00:00", "2026-03-31T09:00:00"]),
            ("0 9 15W * *", "2026-02-01T00:00:00Z", ["2026-02-16T09:00:00", "2026-03-16T09:00:00"]),
            ("0 9 1W * *", "2026-07-30T00:00:00Z", ["2026-08-03T09:00:00", "2026-09-01T09:00:00"]),
            ("0 9 31W * *", "2026-05-01T00:00:00Z", ["2026-05-29T09:00:00", "2026-07-31T09:00:00"]),
            ("0 9 1,L * *", "2026-01-01T09:00:00Z", ["2026-01-31T09:00:00", "2026-02-01T09:00:00"]),
            ("0 9 * * FRI#2", "2026-01-01T09:00:00Z", ["2026-01-09T09:00:00", "2026-02-13T09:00:00"]),
            ("0 9 * * 1#5", "2026-01-01T09:00:00Z", ["2026-03-30T09:00:00", "2026-06-29T09:00:00"]),
            ("0 9 * * 5L", "2026-01-01T09:00:00Z", ["2026-01-30T09:00:00", "2026-02-27T09:00:00"]),
            ("0 9 * * SUNL", "2026-01-01T09:00:00Z", ["2026-01-25T09:00:00", "2026-02-22T09:00:00"]),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]),
            ("@hourly", "2026-01-01T00:30:00Z", ["2026-01-01T01:00:00", "2026-01-01T02:00:00"]),
            ("@daily", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00", "2026-01-03T00:00:00"]),
            ("@midnight", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00", "2026-01-03T00:00:00"]),
            ("@weekly", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00", "2026-01-11T00:00:00"]),
            ("@monthly", "2026-01-01T00:00:00Z", ["2026-02-01T00:00:00", "2026-03-01T00:00:00"]),
            ("@yearly", "2026-01-01T00:00:00Z", ["2027-01-01T00:00:00", "2028-01-01T00:00:00"]),
            ("@annually", "2026-01-01T00:00:00Z", ["2027-01-01T00:00:00", "2028-01-01T00:00:00"]),
            ("  0   9 * * *  ", "2026-01-01T00:00:00Z", ["2026-01-01T09:00:00", "2026-01-02T09:00:00"]),
        ])
    func constructs(expression: String, start: String, expected: [String]) throws {
        #expect(try ScheduleFixture.locals(expression, after: start, 2) == expected)
    }

    @Test(
        "day of month and day of week follow Vixie's rule",
        arguments: [
            // Neither begins with a star: one of both is enough.
            ("0 0 13 * FRI", ["2026-02-06", "2026-02-13", "2026-02-20"]),
            ("0 0 1-31 * MON", ["2026-02-02", "2026-02-03", "2026-02-04"]),
            ("0 0 1,L * MON#2", ["2026-02-09", "2026-02-28", "2026-03-01"]),
            // One begins with a star: both must match, also where the star has a step or a list behind it.
            ("0 0 13 * *", ["2026-02-13", "2026-03-13", "2026-04-13"]),
            ("0 0 * * FRI", ["2026-02-06", "2026-02-13", "2026-02-20"]),
            ("0 0 */2 * MON", ["2026-02-09", "2026-02-23", "2026-03-09"]),
            ("0 0 13 * */2", ["2026-06-13", "2026-08-13", "2026-09-13"]),
            ("0 0 *,5 * FRI", ["2026-02-06", "2026-02-13", "2026-02-20"]),
            // The impossible half of an alternative does no harm.
            ("0 0 30 2 MON", ["2026-02-02", "2026-02-09", "2026-02-16"]),
        ])
    func vixie(expression: String, expected: [String]) throws {
        let found = try ScheduleFixture.locals(expression, after: "2026-02-01T00:00:00Z", 3).map {
            String($0.prefix(10))
        }
        #expect(found == expected)
    }

    @Test(
        "what no date ever matches is refused when it is written",
        arguments: [
            ("0 0 30 2 *", 5), ("0 0 31 2 *", 5), ("0 0 31 4,6,9,11 *", 5), ("0 0 30,31 FEB *", 5),
            ("0 0 31W APR *", 5), ("0 0 L-30 4 *", 5), ("5 0 0 30 2 *", 7), ("0 0 */31 2 1#2", 5),
        ])
    func never(expression: String, position: Int) throws {
        let error = try #require(throws: ScheduleError.self) { try ScheduleExpression(parsing: expression) }
        #expect(error.code == .neverFires)
        #expect(error.position == position)
    }

    @Test(
        "what some year matches is allowed",
        arguments: ["0 0 29 2 *", "0 0 */29 2 MON", "0 0 */28 2 MON#5", "0 0 L-28 2 *"])
    func rare(expression: String) throws {
        #expect(try ScheduleFixture.locals(expression, after: "2026-01-01T00:00:00Z", 1).count == 1)
    }

    @Test(
        "a fault names its place and what is allowed there",
        arguments: [
            ("", ScheduleError.Code.syntax, 1, "five cron fields"),
            ("0 9 * *", .syntax, 7, "4 fields"),
            ("0 0 9 * * * *", .syntax, 13, "7 fields"),
            ("60 * * * *", .outOfRange, 1, "0-59"),
            ("0 24 * * *", .outOfRange, 3, "0-23"),
            ("0 9 0 * *", .outOfRange, 5, "1-31"),
            ("0 9 32 * *", .outOfRange, 5, "1-31"),
            ("0 9 * 13 *", .outOfRange, 7, "1-12"),
            ("0 9 * * 8", .outOfRange, 9, "0-7"),
            ("0 9 * * MON-XXX", .syntax, 13, "SUN-SAT"),
            ("0 9 * FOO *", .syntax, 7, "JAN-DEC"),
            ("0 9 * MONDAY *", .syntax, 7, "JAN-DEC"),
            ("0 9 * * MONDAY", .syntax, 12, "SUN-SAT"),
            ("*/0 * * * *", .outOfRange, 3, "1-59"),
            ("*/60 * * * *", .outOfRange, 3, "1-59"),
            ("*/ * * * *", .syntax, 3, "step"),
            ("0 22-2 * * *", .outOfRange, 3, "22-23 and 0-2"),
            ("0 9,, * * *", .syntax, 5, "0-23"),
            ("0 9, * * *", .syntax, 5, "missing"),
            ("0 9- * * *", .syntax, 5, "missing"),
            ("0 9 ? * *", .syntax, 5, "1-31"),
            ("0 9 L-0 * *", .outOfRange, 7, "1-30"),
            ("0 9 W * *", .syntax, 5, "nW"),
            ("0 9 * * 1#6", .outOfRange, 11, "1-5"),
            ("0 9 * * L", .syntax, 9, "nL"),
            ("L 9 * * *", .syntax, 1, "0-59"),
            ("0 99999 * * *", .outOfRange, 3, "0-23"),
            ("0 9 * * ñ", .syntax, 9, "SUN-SAT"),
            ("@reboot", .unsupported, 1, "@reboot is refused"),
            ("@fortnightly", .syntax, 1, "@hourly"),
            ("@daily 9", .syntax, 8, "nothing may follow"),
        ] as [(String, ScheduleError.Code, Int, String)])
    func faults(expression: String, code: ScheduleError.Code, position: Int, text: String) throws {
        let error = try #require(throws: ScheduleError.self) { try ScheduleExpression(parsing: expression) }
        #expect(error.code == code)
        #expect(error.position == position)
        #expect(error.message.contains(text), "\(error.message)")
    }

    @Test("random expressions agree with a search that looks at every second", arguments: 0..<40)
    func agreesWithBruteForce(seed: UInt64) throws {
        var random = ScheduleDice(seed: seed)
        let sample = NaiveCron.random(using: &random)
        guard let expression = try? ScheduleExpression(parsing: sample.text) else {
            // Only what never fires may be refused, and the search must agree.
            #expect(sample.days(of: 2026, 8).isEmpty)
            return
        }
        let start = LocalDate(year: 2026, month: Int.random(in: 1...12, using: &random), day: 1)!
        let begin = Timestamp(seconds: Int64(start.days) * 86_400 - 1)
        let end = Timestamp(seconds: Int64(start.adding(days: 400).days) * 86_400 - 1)
        let expected = sample.days(from: start, count: 400)
        // The days, from the first tick of each, and the times of the first day, one by one.
        var days: [LocalDate] = []
        var last = begin
        while let tick = expression.nextTick(after: last, zone: .utc), tick.instant <= end {
            days.append(tick.local.date)
            last = Timestamp(seconds: Int64(tick.local.date.adding(days: 1).days) * 86_400 - 1)
        }
        #expect(days == expected, "\(sample.text)")
        if let first = expected.first {
            let midnight = Timestamp(seconds: Int64(first.days) * 86_400 - 1)
            let times = sample.seconds()
            let ticks = expression.ticks(after: midnight, count: min(times.count, 500), zone: .utc)
            #expect(ticks.map(\.local.secondOfDay) == Array(times.prefix(500)), "\(sample.text)")
            #expect(expression.tickCount(after: begin, upTo: end, zone: .utc) == days.count * times.count)
        }
    }
}
