import Civil
import Testing

@testable import Queue

@Suite("Catching up")
struct CatchUpTests {
    private func decide(
        _ text: String, from: String, to: String, _ policy: CatchUpPolicy, zone: ZoneRules = .utc
    ) throws -> CatchUp {
        CatchUp(
            try ScheduleExpression(parsing: text), decidedUntil: ScheduleFixture.instant(from),
            now: ScheduleFixture.instant(to),
            policy: policy, zone: zone)
    }

    @Test(
        "before the tick nothing is due",
        arguments: [CatchUpPolicy.latest, .skip, .all(count: 10, age: .seconds(86_400))])
    func early(policy: CatchUpPolicy) throws {
        let decision = try decide("0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-02T08:59:59Z", policy)
        #expect(decision.due.isEmpty && decision.skipped == nil)
        #expect(decision.next?.instant == ScheduleFixture.instant("2026-01-02T09:00:00Z"))
    }

    @Test(
        "at its very instant the tick is due",
        arguments: [CatchUpPolicy.latest, .skip, .all(count: 10, age: .seconds(86_400))])
    func onTime(policy: CatchUpPolicy) throws {
        let decision = try decide("0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-02T09:00:00Z", policy)
        #expect(decision.due.map(\.instant) == [ScheduleFixture.instant("2026-01-02T09:00:00Z")])
        #expect(decision.skipped == nil)
        #expect(decision.next?.instant == ScheduleFixture.instant("2026-01-03T09:00:00Z"))
    }

    @Test("after two weeks the latest policy makes up for one tick and counts the others")
    func latest() throws {
        let decision = try decide("0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-15T12:00:00Z", .latest)
        #expect(decision.due.map(\.instant) == [ScheduleFixture.instant("2026-01-15T09:00:00Z")])
        let skipped = try #require(decision.skipped)
        #expect(skipped.count == 13)
        #expect(skipped.first == ScheduleFixture.instant("2026-01-02T09:00:00Z"))
        #expect(skipped.last == ScheduleFixture.instant("2026-01-14T09:00:00Z"))
    }

    @Test("two weeks of a tick each second are counted exactly")
    func dense() throws {
        let decision = try decide("* * * * * *", from: "2026-01-01T00:00:00Z", to: "2026-01-15T00:00:00.5Z", .latest)
        #expect(decision.due.map(\.instant) == [ScheduleFixture.instant("2026-01-15T00:00:00Z")])
        #expect(decision.skipped?.count == 14 * 86_400 - 1)
    }

    @Test("the policy for all ticks keeps their order and both its bounds")
    func all() throws {
        let week = try decide(
            "0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-15T12:00:00Z",
            .all(count: 100, age: .seconds(7 * 86_400)))
        #expect(week.due.map(\.local.date.day) == [9, 10, 11, 12, 13, 14, 15])
        #expect(week.skipped?.count == 7)
        let three = try decide(
            "0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-15T12:00:00Z",
            .all(count: 3, age: .seconds(90 * 86_400)))
        #expect(three.due.map(\.local.date.day) == [13, 14, 15])
        #expect(three.skipped?.last == ScheduleFixture.instant("2026-01-12T09:00:00Z"))
        let every = try decide(
            "0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-15T12:00:00Z",
            .all(count: 100, age: .seconds(90 * 86_400)))
        #expect(every.due.count == 14 && every.skipped == nil)
    }

    @Test("the policy to skip passes over whatever is later than a minute")
    func skip() throws {
        let late = try decide("0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-03T09:01:01Z", .skip)
        #expect(late.due.isEmpty)
        #expect(late.skipped?.count == 2)
        #expect(late.skipped?.last == ScheduleFixture.instant("2026-01-03T09:00:00Z"))
        let soon = try decide("0 9 * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-03T09:00:59Z", .skip)
        #expect(soon.due.map(\.instant) == [ScheduleFixture.instant("2026-01-03T09:00:00Z")])
        #expect(soon.skipped?.count == 1)
    }

    @Test("a clock set back fires nothing again")
    func clockBack() throws {
        let decision = try decide("0 * * * *", from: "2026-01-01T09:00:00Z", to: "2026-01-01T08:00:00Z", .latest)
        #expect(decision.due.isEmpty && decision.skipped == nil)
        #expect(decision.next?.instant == ScheduleFixture.instant("2026-01-01T10:00:00Z"))
    }

    @Test("every tick is due or skipped exactly once, however the evaluations fall", arguments: 0..<12)
    func conservation(seed: UInt64) throws {
        var random = ScheduleDice(seed: seed)
        let text = ["*/10 3 * * *", "0 */7 2-4 * * *", "every 11 minutes", "30 3 * * *"][Int(seed % 4)]
        let policies: [CatchUpPolicy] = [.latest, .skip, .all(count: 5, age: .seconds(20_000))]
        let policy = policies[Int(seed % 3)]
        let expression = try ScheduleExpression(parsing: text)
        // A fortnight around the night on which clocks go back.
        let begin = ScheduleFixture.instant("2026-10-18T00:00:00Z")
        let end = begin.adding(.seconds(14 * 86_400))
        var decided = begin
        var accounted = 0
        var last = begin
        while decided < end {
            let now = min(end, decided.adding(.seconds(Int64.random(in: 1...100_000, using: &random))))
            let decision = CatchUp(
                expression, decidedUntil: decided, now: now, policy: policy, zone: ScheduleFixture.riga)
            for tick in decision.due {
                #expect(tick.instant > last && tick.instant <= now)
                last = tick.instant
            }
            if let skipped = decision.skipped {
                #expect(skipped.first > decided && skipped.last <= now && skipped.first <= skipped.last)
                #expect(decision.due.allSatisfy { $0.instant > skipped.last })
            }
            accounted += decision.due.count + (decision.skipped?.count ?? 0)
            decided = now
        }
        #expect(accounted == expression.tickCount(after: begin, upTo: end, zone: ScheduleFixture.riga))
    }
}
