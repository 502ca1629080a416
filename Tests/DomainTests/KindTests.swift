import Civil
import Domain
import Testing

@Suite("Kinds of indicator")
struct KindTests {
    private func set(_ kind: IndicatorKind, _ direction: Direction = .up, units: [String] = ["A"]) -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I", kind, direction)
        for unit in units { set.unit(unit) }
        return set
    }

    @Test("a flow is the sum of all periods from the start of the path")
    func flow() throws {
        var set = set(.flow)
        set.target("I", "A", 100)
        set.says("A", "2017-H2", ["I": .n(1000)])
        for (code, value) in [("2018-H1", 1), ("2018-H2", 2), ("2019-H1", 4), ("2019-H2", 8)] {
            set.says("A", code, ["I": .n(Rational(value))])
        }
        let row = try set.ask("2019-H2").unit("A")
        #expect(row.actual == 15)
        #expect(row.obsStatus == .actual)
        #expect(try set.ask("2018-H2").unit("A").actual == 3)
    }

    @Test("a flow with an owed period unanswered is partial; M and J leave no gap, NIL adds nought")
    func flowGaps() throws {
        func status(_ second: Said?) throws -> UnitFigure {
            var set = set(.flow)
            set.target("I", "A", 100)
            set.says("A", "2018-H1", ["I": .n(1)])
            if let second { set.says("A", "2018-H2", ["I": second]) }
            set.says("A", "2019-H1", ["I": .n(4, .estimated)])
            return try set.ask("2019-H1").unit("A")
        }
        #expect(try status(nil).obsStatus == .provisional)
        #expect(try status(nil).actual == 5)
        #expect(try status(.nothing(.lacking)).obsStatus == .provisional)
        #expect(try status(.nothing(.notApplicable)).obsStatus == .estimated)
        #expect(try status(.nothing(.waived)).obsStatus == .estimated)
        #expect(try status(.nothing(.unchanged)).obsStatus == .estimated)
        #expect(try status(.n(0)).obsStatus == .estimated)
    }

    @Test("a nil return to a flow repeats only what came since the start of the path")
    func flowNil() throws {
        var set = set(.flow)
        set.target("I", "A", 100)
        set.says("A", "2017-H2", ["I": .n(5)])
        set.says("A", "2018-H1", isNil: true)
        #expect(try set.ask("2018-H1").unit("A").obsStatus == .lacking)
        set.says("A", "2018-H2", ["I": .n(3)])
        set.says("A", "2019-H1", isNil: true)
        #expect(try set.ask("2019-H1").unit("A").actual == 3)
    }

    @Test("a unit without a number for R adds nothing to a flow's reported figure")
    func flowMissing() throws {
        var set = set(.flow, units: ["A", "B"])
        set.target("I", nil, 100)
        set.says("A", "2019-H1", ["I": .n(5)])
        set.says("B", "2019-H2", ["I": .n(2)])
        #expect(try set.ask("2019-H2").region().reported == 2)
    }

    @Test("a ratio is Σ/Σ over the periods of the span asked about, in the region over the units that reported R")
    func ratio() throws {
        var set = set(.ratio, units: ["A", "B"])
        set.target("I", nil, number("0.8"), baseline: number("0.2"))
        set.target("I", "A", number("0.5"))
        set.says("A", "2019-H1", ["I": .ratio(1, 4)])
        set.says("A", "2019-H2", ["I": .ratio(2, 4)])
        set.says("B", "2019-H1", ["I": .ratio(4, 4)])
        let year = try set.ask("2019")
        #expect(try year.unit("A").actual == Rational(3, 8))
        #expect(try year.unit("A").attained == Rational(3, 4))
        // B has no number for R and is not in the region's sums.
        let region = try year.region()
        #expect(region.reported == Rational(3, 8))
        #expect(region.attained == (Rational(3, 8) - number("0.2")) / number("0.6"))
        #expect(region.attainedReporting == region.attained)
        #expect(region.attainedCapped == nil)
        #expect(try set.ask("2019-H2").unit("A").actual == Rational(1, 2))
        // The last half-year ended before the month asked about: it is taken alone.
        #expect(try set.ask("2019-11").unit("A").actual == Rational(1, 4))
    }

    @Test("a ratio over nought has no figure but has reported; a nil return repeats both of its numbers")
    func ratioOverNought() throws {
        var set = set(.ratio, units: ["A", "B"])
        set.target("I", nil, 1)
        set.target("I", "A", 1)
        set.target("I", "B", 1)
        set.says("A", "2019-H1", ["I": .ratio(0, 0)])
        set.says("B", "2019-H1", ["I": .ratio(1, 3)])
        set.says("B", "2019-H2", isNil: true)
        let first = try set.ask("2019-H1")
        #expect(try first.unit("A").actual == nil)
        #expect(try first.unit("A").obsStatus == .actual)
        #expect(try first.unit("A").status == .grey)
        #expect(try first.weighted() == "100.00")
        #expect(try first.region().reported == Rational(1, 3))
        #expect(try set.ask("2019-H2").unit("B").actual == Rational(1, 3))
        #expect(try set.ask("2019").unit("B").actual == Rational(2, 6))
    }

    @Test("a ratio's region has a target only from a row of its own")
    func ratioTarget() throws {
        var set = set(.ratio)
        set.target("I", "A", number("0.5"))
        set.says("A", "2019-H2", ["I": .ratio(1, 3)])
        let answer = try set.ask("2019-H2")
        #expect(try answer.region().target == nil)
        #expect(try answer.region().status == .noTarget)
        #expect(try answer.region().reported == Rational(1, 3))
        #expect(answer.json().contains("\"reported\":\"0.333333\""))
    }

    @Test("steps are counted: done at or beyond a target above nought")
    func step() throws {
        var set = set(.step, units: ["A", "B", "C", "D", "E"])
        for (unit, target) in [("A", 1), ("B", 100), ("C", 100), ("D", 0)] as [(String, Rational)] {
            set.target("I", unit, target)
        }
        set.says("A", "2019-H2", ["I": .n(1)])
        set.says("B", "2019-H2", ["I": .n(50)])
        set.says("D", "2019-H2", ["I": .n(5)])
        set.says("E", "2019-H2", ["I": .n(5)])
        let answer = try set.ask("2019-H2")
        let region = try answer.region()
        #expect(region.target == 3)
        #expect(region.baseline == 0)
        #expect(region.reported == 1)
        #expect(region.attained == Rational(1, 3))
        #expect(region.attainedReporting == Rational(1, 2))
        #expect(region.attainedCapped == Rational(1, 3))
        #expect(try answer.weighted() == "66.67")
        #expect(try answer.unit("B").attained == Rational(1, 2))
        #expect(try answer.unit("D").status == .unplanned)
    }

    @Test("a step downwards is done at or below its target, and the region's own row holds")
    func stepDown() throws {
        var set = set(.step, .down, units: ["A", "B"])
        set.target("I", "A", 5, baseline: 10)
        set.target("I", "B", 5, baseline: 10)
        set.target("I", nil, 4)
        set.says("A", "2019-H2", ["I": .n(5)])
        set.says("B", "2019-H2", ["I": .n(6)])
        let region = try set.ask("2019-H2").region()
        #expect(region.reported == 1)
        #expect(region.target == 4)
        #expect(region.attained == Rational(1, 4))
        #expect(region.attainedCapped == Rational(1, 2))
    }

    @Test("money keeps its decimals and is neither carried nor bounded")
    func money() throws {
        var set = set(.money)
        set.target("I", "A", number("1172200"))
        set.says("A", "2019-H2", ["I": .n(number("996370.50"))])
        let answer = try set.ask("2019-H2")
        #expect(answer.json().contains("\"actual\":\"996370.5\""))
        #expect(try answer.unit("A").attained?.percentText == "85.00")
    }
}
