import Civil
import Domain
import Testing

@Suite("The region's figures")
struct RegionTests {
    /// Units A, B, C with baseline 10 and target 110 each; A reported 60.
    private func withBaselines(_ direction: Direction = .up) -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I", .stock, direction)
        set.units("A", "B", "C")
        return set
    }

    @Test("units without a number stand at their baseline")
    func baselines() throws {
        var set = withBaselines()
        for unit in ["A", "B", "C"] { set.target("I", unit, 110, baseline: 10) }
        set.says("A", "2019-H2", ["I": .n(60)])
        set.says("B", "2019-H1", ["I": .n(20)])
        let region = try set.ask("2019-H2").region()
        #expect(region.reported == 60)
        #expect(region.attained == Rational(60 + 20 - 30, 300))
        #expect(region.carried == 80)
        #expect(region.attainedCarried == Rational(80 + 10 - 30, 300))
        #expect(region.upper == 280)
        #expect(region.attainedUpper == Rational(280 - 30, 300))
        #expect(region.attainedReporting == Rational(50, 100))
        #expect(region.attainedCapped == Rational(50, 300))
    }

    @Test("with a baseline, a unit without a target and number makes the share unknown, unless it is M")
    func unknownBaseline() throws {
        func attained(_ said: Said?) throws -> Rational? {
            var set = withBaselines()
            set.target("I", "A", 110, baseline: 10)
            set.target("I", "B", 110, baseline: 10)
            set.says("A", "2019-H2", ["I": .n(60)])
            if let said { set.says("C", "2019-H2", ["I": said]) }
            return try set.ask("2019-H2").region().attained
        }
        #expect(try attained(nil) == nil)
        #expect(try attained(.nothing(.waived)) == nil)
        #expect(try attained(.nothing(.notApplicable)) == Rational(60 + 10 - 20, 200))
        #expect(try attained(.n(5)) == Rational(65 + 10 - 20, 200))
    }

    @Test("downwards, shares run from the baseline down, and the best is the smaller")
    func down() throws {
        var set = withBaselines(.down)
        set.target("I", "A", 100, baseline: 157)
        set.target("I", "B", 10, baseline: 30)
        set.says("A", "2019-H2", ["I": .n(120)])
        set.says("B", "2019-H1", ["I": .n(8)])
        let answer = try set.ask("2019-H2")
        #expect(try answer.unit("A").attained?.percentText == "64.91")
        #expect(try answer.region().upper == 128)
        var capped = withBaselines(.down)
        capped.target("I", "A", 100, baseline: 157)
        capped.says("A", "2019-H2", ["I": .n(90)])
        #expect(try capped.ask("2019-H2").region().attainedCapped == 1)
        #expect(try capped.ask("2019-H2").unit("A").status == .blue)
    }

    @Test("M and J units are neither reporting nor missing and add to no figure")
    func excused() throws {
        var set = withBaselines()
        for unit in ["A", "B", "C"] { set.target("I", unit, 10) }
        set.says("A", "2019-H2", ["I": .n(4)])
        for unit in ["B", "C"] { set.says(unit, "2019-H1", ["I": .n(9)]) }
        set.says("B", "2019-H2", ["I": .nothing(.notApplicable)])
        set.says("C", "2019-H2", ["I": .nothing(.waived)])
        let region = try set.ask("2019-H2").region()
        #expect(region.reported == 4)
        #expect(region.carried == 4)
        #expect(region.upper == 4)
        #expect(try set.ask("2019-H2").weighted() == "100.00")
        #expect(region.target == 30)
    }

    @Test("nothing reported is null, never nought; what is carried or aimed at still stands")
    func nothingReported() throws {
        var set = withBaselines()
        set.target("I", "A", 10)
        set.says("B", "2019-H1", ["I": .n(3)])
        let region = try set.ask("2019-H2").region()
        #expect(region.reported == nil)
        #expect(region.attained == nil)
        #expect(region.attainedReporting == nil)
        #expect(region.attainedCapped == nil)
        #expect(region.carried == 3)
        #expect(region.upper == 13)
        #expect(region.status == .grey)
        var empty = withBaselines()
        empty.target("I", nil, 10)
        let none = try empty.ask("2019-H2").region()
        #expect(none.carried == nil)
        #expect(none.upper == nil)
    }

    @Test("a unit without a target counts above the line only, and adds nothing to the capped share")
    func withoutTarget() throws {
        var set = withBaselines()
        set.target("I", "A", 10)
        set.says("A", "2019-H2", ["I": .n(15)])
        set.says("B", "2019-H2", ["I": .n(5)])
        let region = try set.ask("2019-H2").region()
        #expect(region.reported == 20)
        #expect(region.attainedReporting == 2)
        #expect(region.attainedCapped == 1)
        #expect(try set.ask("2019-H2").unit("B").status == .noTarget)
        #expect(try set.ask("2019-H2").unit("B").actual == 5)
    }

    @Test("over-attainment is shown whole and capped at the target")
    func overAttainment() throws {
        var set = withBaselines()
        set.target("I", "A", 78)
        set.says("A", "2019-H2", ["I": .n(94)])
        let answer = try set.ask("2019-H2")
        #expect(try answer.unit("A").attained?.percentText == "120.51")
        #expect(try answer.unit("A").status == .blue)
        #expect(try answer.region().attainedCapped == 1)
    }
}
