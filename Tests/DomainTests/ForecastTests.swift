import Civil
import Domain
import Testing

@Suite("Forecasts")
struct ForecastTests {
    private func point(_ date: String, _ figure: Rational, isBreak: Bool = false) -> Forecast.Point {
        Forecast.Point(date: day(date), figure: figure, isBreak: isBreak)
    }

    private func refusal(_ body: () throws(Forecast.Refusal) -> Forecast) -> Forecast.Refusal? {
        do {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("T-29: 124 and 153 persons half a year later, to 350 by the end of 2023")
    func worked() throws {
        let forecast = try Forecast(
            points: [point("2021-06-30", 124), point("2021-12-31", 153)], target: 350, end: day("2023-12-31"))
        #expect(forecast.rate == Rational(29, 184))
        #expect(forecast.rate.rounded(decimals: 6) == "0.157609")
        #expect(forecast.atEnd.rounded(decimals: 2) == "268.05")
        #expect(forecast.shareAtEnd.percentText == "76.59")
        #expect(forecast.requiredToActual?.rounded(decimals: 2) == "1.71")
        #expect(forecast.reachedOn == day("2025-06-03"))
    }

    @Test("a figure that stands still or goes the other way never arrives; one that has arrived is there")
    func directions() throws {
        let still = try Forecast(
            points: [point("2021-06-30", 5), point("2021-12-31", 5)], target: 9, end: day("2023-12-31"))
        #expect(still.reachedOn == nil)
        #expect(still.requiredToActual == nil)
        let back = try Forecast(
            points: [point("2021-06-30", 5), point("2021-12-31", 4)], target: 9, end: day("2023-12-31"))
        #expect(back.reachedOn == nil)
        #expect(back.requiredToActual == nil)
        let down = try Forecast(
            points: [point("2021-06-30", 157), point("2021-12-31", 120)], target: 100, baseline: 157,
            end: day("2023-12-31"))
        #expect(down.reachedOn == day("2021-12-31").adding(days: 100))
        #expect(down.shareAtEnd > .one)
        let there = try Forecast(
            points: [point("2021-06-30", 9), point("2021-12-31", 12)], target: 10, end: day("2023-12-31"))
        #expect(there.reachedOn == day("2021-12-31"))
        let slow = try Forecast(
            points: [point("2021-06-30", 0), point("2021-12-31", number("0.000001"))], target: 1000,
            end: day("2023-12-31"))
        #expect(slow.reachedOn == nil)
    }

    @Test("is refused with a reason")
    func refusals() {
        let (first, last) = (point("2021-06-30", 124), point("2021-12-31", 153))
        let end = day("2023-12-31")
        #expect(
            refusal { () throws(Forecast.Refusal) in try Forecast(points: [first, last], target: nil, end: end) }
                == .noTarget)
        #expect(
            refusal { () throws(Forecast.Refusal) in
                try Forecast(points: [first, last], target: 0, end: end)
            } == .noTarget)
        #expect(refusal { () throws(Forecast.Refusal) in try Forecast(points: [], target: 9, end: end) } == .noFigure)
        #expect(
            refusal { () throws(Forecast.Refusal) in try Forecast(points: [last], target: 9, end: end) }
                == .tooFewPoints)
        #expect(
            refusal { () throws(Forecast.Refusal) in
                try Forecast(points: [first, point("2021-12-31", 3, isBreak: true)], target: 9, end: end)
            } == .seriesBreak)
        #expect(
            refusal { () throws(Forecast.Refusal) in
                try Forecast(points: [first, last], target: 9, end: end, completeness: Rational(79, 100))
            } == .belowGate)
        #expect(
            refusal { () throws(Forecast.Refusal) in
                try Forecast(points: [first, last], target: 9, end: day("2021-12-31"))
            } == .pathEnded)
        #expect(
            refusal { () throws(Forecast.Refusal) in
                try Forecast(
                    points: [point("2021-06-30", 3, isBreak: true), last], target: 9, end: end,
                    completeness: Rational(4, 5))
            } == nil)
    }

    private func plan() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 80)
        set.target("I", "B", 20)
        return set
    }

    private func outlook(_ set: SetBuilder, _ code: String) throws -> Outlook.Line {
        try Outlook.compute(
            Question(plan: "P", period: period(code)), in: set.dataSet, today: day("2026-01-01"), zone: riga
        ).lines[0]
    }

    @Test("of a plan rest on the last two periods that can be compared")
    func comparablePeriods() throws {
        var set = plan()
        for (code, a) in [("2018-H2", 10), ("2019-H2", 30)] as [(String, Rational)] {
            set.says("A", code, ["I": .n(a)])
            set.says("B", code, ["I": .n(5)])
        }
        // One of the two is not there: too little to compare with.
        set.says("B", "2019-H1", ["I": .n(5)])
        let line = try outlook(set, "2019-H2")
        let forecast = try line.forecast.get()
        #expect(forecast.points == [point("2018-12-31", 15), point("2019-12-31", 35)])
        #expect(line.gap == 65)
        #expect(line.missing(to: 85) == 50)

        #expect(throws: Forecast.Refusal.tooFewPoints) { try outlook(set, "2018-H2").forecast.get() }
        #expect(throws: Forecast.Refusal.belowGate) { try outlook(set, "2019-H1").forecast.get() }
        #expect(throws: Forecast.Refusal.noFigure) { try outlook(set, "2020-H1").forecast.get() }
        #expect(try outlook(set, "2020-H1").gap == nil)
    }

    @Test("do not lead across a break, even in a period that is passed over")
    func breaks() throws {
        var set = plan()
        for (code, a) in [("2018-H2", 10), ("2019-H2", 30)] as [(String, Rational)] {
            set.says("A", code, ["I": .n(a)])
            set.says("B", code, ["I": .n(5)])
        }
        set.says("B", "2019-H1", ["I": .n(5, .seriesBreak)])
        #expect(throws: Forecast.Refusal.seriesBreak) { try outlook(set, "2019-H2").forecast.get() }
        set.says("A", "2020-H1", ["I": .n(31)])
        set.says("B", "2020-H1", ["I": .n(5)])
        #expect(try outlook(set, "2020-H1").forecast.get().points.count == 2)
    }

    @Test("of what is to fall lack no whole persons")
    func downwards() throws {
        var set = SetBuilder()
        set.indicator("I", .stock, .down)
        set.units("A")
        set.target("I", "A", 100, baseline: 157)
        set.says("A", "2019-H1", ["I": .n(130)])
        set.says("A", "2019-H2", ["I": .n(120)])
        let line = try outlook(set, "2019-H2")
        #expect(line.gap == -20)
        #expect(line.missing(to: 85) == nil)
        #expect(try line.forecast.get().reachedOn == day("2019-12-31").adding(days: 368))
    }
}
