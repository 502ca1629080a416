import Civil
import Domain
import Testing

@Suite("Reform: predecessors and successors")
struct ReformTests {
    /// A and B end on 2021-07-01; C takes over both.
    private func merged(_ kind: IndicatorKind = .cumulativeUnique, onForm recurrence: Recurrence = .halfYear)
        -> SetBuilder
    {
        var set = SetBuilder()
        set.form("G", recurrence)
        set.indicator("I", kind, on: "G")
        set.units("A", "B", to: "2021-07-01")
        set.unit("C", from: "2021-07-01")
        set.succeeds("C", [("A", 1), ("B", 1)], on: "2021-07-01")
        set.target("I", "A", 10)
        set.target("I", "B", 20)
        return set
    }

    @Test(
        "an own number is added to the frozen finals; one that includes them is not",
        arguments: [
            IndicatorKind.cumulativeUnique, .money,
        ])
    func basis(kind: IndicatorKind) throws {
        var set = merged(kind)
        set.says("A", "2021-H1", ["I": .n(3)], form: "G")
        set.says("B", "2020-H1", ["I": .n(4)], form: "G")
        set.says("C", "2021-H2", ["I": .n(5)], form: "G")
        set.says("C", "2022-H1", ["I": .n(15, .actual, .includesPredecessors)], form: "G")
        let own = try set.ask("2021-H2").unit("C")
        #expect(own.actual == 12)
        #expect(own.obsStatus == .actual)
        #expect(try set.ask("2022-H1").unit("C").actual == 15)
    }

    @Test("basis plays no part in stocks, steps and ratios", arguments: [IndicatorKind.stock, .step, .ratio])
    func noBasis(kind: IndicatorKind) throws {
        var set = merged(kind)
        set.says("A", "2021-H1", ["I": kind == .ratio ? .ratio(3, 4) : .n(3)], form: "G")
        set.says("C", "2021-H2", ["I": kind == .ratio ? .ratio(1, 4) : .n(5)], form: "G")
        let row = try set.ask("2021-H2").unit("C")
        #expect(row.actual == (kind == .ratio ? Rational(1, 4) : 5))
        #expect(row.obsStatus == .actual)
    }

    @Test("a flow adds its predecessors' sums, whatever the basis, and their gaps make it partial")
    func flow() throws {
        var set = merged(.flow, onForm: .year)
        for code in ["2018", "2019", "2020"] {
            set.says("A", code, ["I": .n(1)], form: "G")
            set.says("B", code, ["I": .n(10)], form: "G")
        }
        set.says("C", "2021", ["I": .n(100, .actual, .includesPredecessors)], form: "G")
        let row = try set.ask("2021").unit("C")
        #expect(row.actual == 133)
        #expect(row.obsStatus == .actual)
        var gap = merged(.flow, onForm: .year)
        gap.says("A", "2020", ["I": .n(1)], form: "G")
        gap.says("C", "2021", ["I": .n(100)], form: "G")
        #expect(try gap.ask("2021").unit("C").obsStatus == .provisional)
        #expect(try gap.ask("2021").unit("C").actual == 101)
    }

    @Test("a ratio includes its predecessors' periods of the span, by share")
    func ratio() throws {
        var set = merged(.ratio)
        set.says("A", "2021-H1", ["I": .ratio(1, 2)], form: "G")
        set.says("B", "2021-H1", ["I": .ratio(1, 4)], form: "G")
        set.says("B", "2020-H2", ["I": .ratio(100, 100)], form: "G")
        set.says("C", "2021-H2", ["I": .ratio(1, 10)], form: "G")
        #expect(try set.ask("2021").unit("C").actual == Rational(3, 16))
        #expect(try set.ask("2021-H2").unit("C").actual == Rational(1, 10))
    }

    @Test("a predecessor that owed its last period and never gave a number makes the figure partial")
    func partial() throws {
        var set = merged()
        set.says("A", "2021-H1", ["I": .n(3)], form: "G")
        set.says("C", "2021-H2", ["I": .n(5)], form: "G")
        let row = try set.ask("2021-H2").unit("C")
        #expect(row.actual == 8)
        #expect(row.obsStatus == .provisional)
        // One that did not owe it adds nothing and leaves the figure whole.
        set.dataSet.memberships.removeAll { $0.unit == "B" }
        #expect(try set.ask("2021-H2").unit("C").obsStatus == .actual)
    }

    @Test("a final is as known at known-at, and of the last period that ended before the reform")
    func frozen() throws {
        var set = merged()
        set.says("A", "2020-H2", ["I": .n(1)], form: "G")
        set.says("A", "2021-H1", ["I": .n(2)], form: "G", at: "2022-03-01")
        // After its end: it belongs to no final.
        set.says("A", "2021-H2", ["I": .n(50)], form: "G")
        set.says("B", "2021-H1", ["I": .n(10)], form: "G")
        set.says("C", "2021-H2", ["I": .n(100)], form: "G")
        #expect(try set.ask("2021-H2", knownAt: "2022-02-01").unit("C").actual == 111)
        #expect(try set.ask("2021-H2", knownAt: "2022-03-02").unit("C").actual == 112)
    }

    @Test("a successor's first nil return repeats its predecessors' finals")
    func nilAfterReform() throws {
        for kind in [IndicatorKind.cumulativeUnique, .stock] {
            var set = merged(kind)
            set.says("A", "2019-H1", ["I": .n(3)], form: "G")
            set.says("B", "2021-H1", ["I": .n(4)], form: "G")
            set.says("C", "2021-H2", form: "G", isNil: true)
            let row = try set.ask("2021-H2").unit("C")
            #expect(row.actual == 7)
            #expect(row.obsStatus == .unchanged)
        }
    }

    @Test("a successor that never reported carries its predecessors' figures, each within its own limit")
    func carried() throws {
        var set = merged()
        set.says("A", "2021-H1", ["I": .n(3)], form: "G")
        set.says("B", "2020-H2", ["I": .n(4)], form: "G")
        #expect(try set.ask("2021-H2").unit("C").carried == CarriedFigure(value: 7, age: 2))
        #expect(try set.ask("2022-H1").unit("C").carried == CarriedFigure(value: 3, age: 2))
        #expect(try set.ask("2022-H2").unit("C").carried == nil)
        // Frozen parts inside an own number do not age.
        set.says("C", "2022-H2", ["I": .n(1)], form: "G")
        #expect(try set.ask("2023-H2").unit("C").carried == CarriedFigure(value: 8, age: 2))
    }

    @Test("shares of a split add up: what each half takes over is its share")
    func split() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A", to: "2021-07-01")
        set.units("B", "C", from: "2021-07-01")
        set.succeeds("B", [("A", number("0.6"))], on: "2021-07-01")
        set.succeeds("C", [("A", number("0.4"))], on: "2021-07-01")
        set.target("I", "A", 7, baseline: 2)
        set.says("A", "2021-H1", ["I": .n(5)])
        for unit in ["B", "C"] { set.says(unit, "2021-H2", ["I": .n(1)]) }
        let answer = try set.ask("2021-H2")
        #expect(try answer.unit("B").actual == 4)
        #expect(try answer.unit("C").actual == 3)
        #expect(try answer.unit("B").target == number("4.2"))
        #expect(try answer.unit("B").baseline == number("1.2"))
        #expect(try answer.region().target == 7)
        #expect(try answer.region().reported == 7)
    }

    @Test("targets are taken over as a sum, own rows count alone, steps take the largest, ratios the common value")
    func targets() throws {
        #expect(try merged().ask("2021-H2").unit("C").target == 30)
        var own = merged()
        own.target("I", "C", 25)
        #expect(try own.ask("2021-H2").unit("C").target == 25)
        var empty = merged()
        empty.target("I", "C", nil)
        #expect(try empty.ask("2021-H2").unit("C").target == nil)
        #expect(try merged(.step).ask("2021-H2").unit("C").target == 20)
        #expect(try merged(.ratio).ask("2021-H2").unit("C").target == nil)
        var common = merged(.ratio)
        common.dataSet.targets[0].value = 20
        #expect(try common.ask("2021-H2").unit("C").target == 20)
        var half = merged()
        half.dataSet.targets[0].value = nil
        #expect(try half.ask("2021-H2").unit("C").target == 20)
    }

    @Test("milestones of predecessors are not taken over")
    func milestones() throws {
        var set = merged()
        set.target("I", "A", 9, by: "2021-12-31", .milestone)
        set.says("C", "2021-H2", ["I": .n(3)], form: "G")
        let expected = Rational(day("2021-12-31").days(since: day("2018-01-01")), 2190)
        #expect(try set.ask("2021-H2").unit("C").pace == Rational(3, 30) / expected)
    }

    @Test("over three generations finals are handed on, and a silent generation makes them partial")
    func generations() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A", to: "2019-07-01")
        set.unit("B", from: "2019-07-01", to: "2021-07-01")
        set.unit("C", from: "2021-07-01")
        set.succeeds("B", [("A", 1)], on: "2019-07-01")
        set.succeeds("C", [("B", 1)], on: "2021-07-01")
        set.target("I", "A", 10)
        set.says("A", "2019-H1", ["I": .n(3)])
        set.says("C", "2021-H2", ["I": .n(5)])
        #expect(try set.ask("2021-H2").unit("C").actual == 8)
        #expect(try set.ask("2021-H2").unit("C").obsStatus == .provisional)
        #expect(try set.ask("2021-H2").unit("C").target == 10)
        set.says("B", "2021-H1", ["I": .n(4)])
        #expect(try set.ask("2021-H2").unit("C").actual == 12)
        #expect(try set.ask("2021-H2").unit("C").obsStatus == .actual)
    }

    @Test("a submission for a unit that does not owe it is in its series, and neither expected nor reported")
    func notOwed() throws {
        var set = merged()
        set.dataSet.memberships.removeAll { $0.unit == "A" }
        set.says("A", "2021-H1", ["I": .n(3)], form: "G")
        set.says("B", "2021-H1", ["I": .n(4)], form: "G")
        set.says("C", "2021-H2", ["I": .n(1)], form: "G")
        #expect(try set.ask("2021-H1").units.map(\.unit) == ["B"])
        #expect(try set.ask("2021-H1").completeness.expected == 1)
        #expect(try set.ask("2021-H2").unit("C").actual == 8)
    }
}
