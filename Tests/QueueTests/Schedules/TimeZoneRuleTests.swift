import Civil
import Testing

@testable import Queue

@Suite("Schedules and time zones")
struct TimeZoneRuleTests {
    @Test("a missing local time fires at the first valid instant after the gap")
    func gap() throws {
        let ticks = try ScheduleExpression(parsing: "30 3 * * *")
            .ticks(after: ScheduleFixture.instant("2026-03-27T22:00:00Z"), count: 3, zone: ScheduleFixture.riga)
        #expect(
            ticks.map(\.instant.description) == [
                "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z",
            ])
        #expect(ticks[1].localText == "2026-03-29T04:00:00+03:00")
        #expect(ticks[1].note?.contains("03:30 does not exist on 2026-03-29") == true)
        #expect(ticks[0].note == nil && ticks[2].note == nil)
    }

    @Test("several missing times of one gap make one tick, which a time due at the gap's end joins")
    func gapCoalesces() throws {
        let missing = try ScheduleFixture.instants(
            "*/10 3 * * *", after: "2026-03-29T00:00:00Z", 2, zone: ScheduleFixture.riga)
        #expect(missing == ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"])
        let joined = try ScheduleFixture.instants(
            "30 3,4 * * *", after: "2026-03-29T00:00:00Z", 3, zone: ScheduleFixture.riga)
        #expect(joined == ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"])
        let same = try ScheduleFixture.instants(
            "0 3,4 * * *", after: "2026-03-29T00:00:00Z", 2, zone: ScheduleFixture.riga)
        #expect(same == ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"])
    }

    @Test("a local time that occurs twice fires once, at its first occurrence")
    func fold() throws {
        let ticks = try ScheduleExpression(parsing: "30 3 * * *")
            .ticks(after: ScheduleFixture.instant("2026-10-24T12:00:00Z"), count: 2, zone: ScheduleFixture.riga)
        #expect(ticks.map(\.instant.description) == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
        #expect(ticks[0].localText == "2026-10-25T03:30:00+03:00")
        #expect(ticks[0].note?.contains("03:30 occurs twice on 2026-10-25") == true)
    }

    @Test("within the second pass of a fold nothing fires again")
    func secondPass() throws {
        for start in ["2026-10-25T01:00:00Z", "2026-10-25T01:15:00Z", "2026-10-25T01:59:59Z"] {
            let next = try ScheduleFixture.instants("* * 3-4 * * *", after: start, 1, zone: ScheduleFixture.riga)
            #expect(next == ["2026-10-25T02:00:00Z"])
        }
    }

    @Test("what has a star for its hour follows UTC through a gap and a fold")
    func followsUTC() throws {
        let spring = try ScheduleFixture.instants(
            "*/30 * * * *", after: "2026-03-29T00:00:00Z", 4, zone: ScheduleFixture.riga)
        #expect(
            spring == ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"])
        let autumn = try ScheduleExpression(parsing: "every 30 minutes")
            .ticks(after: ScheduleFixture.instant("2026-10-24T23:59:59Z"), count: 5, zone: ScheduleFixture.riga)
        #expect(
            autumn.map(\.localText) == [
                "2026-10-25T03:00:00+03:00", "2026-10-25T03:30:00+03:00", "2026-10-25T03:00:00+02:00",
                "2026-10-25T03:30:00+02:00", "2026-10-25T04:00:00+02:00",
            ])
        #expect(autumn[0].note?.contains("first occurrence") == true)
        #expect(autumn[2].note?.contains("second occurrence") == true)
        #expect(autumn[4].note == nil)
    }

    @Test("following UTC, the minute and the hour step are read on the clock of UTC")
    func utcFields() throws {
        let half = try ScheduleFixture.instants(
            "0 * * * *", after: "2026-01-01T00:10:00Z", 1, zone: ScheduleFixture.kolkata)
        #expect(half == ["2026-01-01T01:00:00Z"])
        let steps = try ScheduleFixture.instants(
            "0 */6 * * *", after: "2026-06-30T22:00:00Z", 2, zone: ScheduleFixture.riga)
        #expect(steps == ["2026-07-01T00:00:00Z", "2026-07-01T06:00:00Z"])
    }

    @Test("clocks that change at midnight keep one tick a date")
    func midnight() throws {
        let gap = try ScheduleFixture.instants(
            "0 0 * * *", after: "2026-04-22T22:00:00Z", 2, zone: ScheduleFixture.cairo)
        #expect(gap == ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"])
        let fold = try ScheduleFixture.instants(
            "30 23 * * *", after: "2026-10-28T22:00:00Z", 2, zone: ScheduleFixture.cairo)
        #expect(fold == ["2026-10-29T20:30:00Z", "2026-10-30T21:30:00Z"])
    }

    @Test("nine o'clock in Riga is seven or six o'clock in UTC")
    func acrossTheYear() throws {
        for (day, utc) in [("2026-03-27", "07"), ("2026-03-30", "06"), ("2026-10-23", "06"), ("2026-10-26", "07")] {
            let tick = try ScheduleFixture.instants(
                "0 9 * * *", after: "\(day)T00:00:00Z", 1, zone: ScheduleFixture.riga)
            #expect(tick == ["\(day)T\(utc):00:00Z"])
        }
    }

    @Test("the next tick is strictly later, to the microsecond")
    func strictlyAfter() throws {
        let expression = try ScheduleExpression(parsing: "0 9 * * *")
        let nine = ScheduleFixture.instant("2026-01-01T07:00:00Z")
        let before = expression.nextTick(after: nine.adding(.microseconds(-1)), zone: ScheduleFixture.riga)
        #expect(before?.instant == nine)
        #expect(
            expression.nextTick(after: nine, zone: ScheduleFixture.riga)?.instant
                == ScheduleFixture.instant("2026-01-02T07:00:00Z"))
        let after = expression.nextTick(after: nine.adding(.microseconds(1)), zone: ScheduleFixture.riga)
        #expect(after?.instant == ScheduleFixture.instant("2026-01-02T07:00:00Z"))
    }

    @Test("instants without a calendar have no next tick", arguments: [Timestamp.distantPast, .distantFuture])
    func infinities(instant: Timestamp) throws {
        for text in ["0 9 * * *", "* * * * *", "every minute", "wd of week at 09:00 on LV"] {
            #expect(try ScheduleExpression(parsing: text).nextTick(after: instant, zone: ScheduleFixture.riga) == nil)
        }
    }

    @Test(
        "counting by whole days agrees with stepping, also across transitions",
        arguments: [
            "*/10 3 * * *", "0 */10 2-4 * * *", "30 23 * * *", "0,30 0 * * *", "*/7 * * * *", "every 7 minutes",
            "0 4 1,15 * MON", "wd of week at 03:30 on LV", "last wd of month at 00:10 on LV",
        ], [ScheduleFixture.riga, ScheduleFixture.cairo, ScheduleFixture.kolkata])
    func counts(text: String, zone: ZoneRules) throws {
        let expression = try ScheduleExpression(parsing: text)
        var random = ScheduleDice(seed: 7)
        for start in ["2026-03-27T01:13:00Z", "2026-04-22T20:00:00Z", "2026-10-23T00:30:00Z", "2026-10-29T20:10:00Z"] {
            let begin = ScheduleFixture.instant(start)
            let end = begin.adding(.seconds(Int64.random(in: 0...400_000, using: &random)))
            var steps = 0
            var last = begin
            while let tick = expression.nextTick(after: last, zone: zone, calendar: ScheduleFixture.latvia),
                tick.instant <= end
            {
                #expect(tick.instant > last)
                last = tick.instant
                steps += 1
            }
            let counted = expression.tickCount(after: begin, upTo: end, zone: zone, calendar: ScheduleFixture.latvia)
            #expect(counted == steps, "\(text) in \(zone.name) from \(begin) to \(end)")
        }
    }
}
