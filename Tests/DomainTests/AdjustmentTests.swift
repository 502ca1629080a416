import Civil
import Domain
import Testing

@Suite("Persons whom several units count")
struct AdjustmentTests {
    /// Two units with 100 and 53 persons, of a target of 350, and a third that is missing and had 10.
    private func plan(_ kind: IndicatorKind = .cumulativeUnique) -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I", kind)
        set.units("A", "B", "C")
        set.target("I", nil, 350)
        set.target("I", "A", 150)
        set.target("I", "B", 150)
        set.target("I", "C", 50)
        set.says("C", "2019-H1", ["I": .n(10)])
        set.says("A", "2019-H2", ["I": .n(100)])
        set.says("B", "2019-H2", ["I": .n(53)])
        return set
    }

    private func adjusted(_ delta: Rational, _ code: String, _ kind: IndicatorKind = .cumulativeUnique) -> SetBuilder {
        var set = plan(kind)
        set.dataSet.adjustments = [
            Adjustment(plan: "P", indicator: "I", period: period(code), delta: delta, reason: "in A and B")
        ]
        return set
    }

    @Test("leave the region's figures, and no unit's: T-35")
    func region() throws {
        let before = try plan().ask("2019-H2")
        let after = try adjusted(-2, "2019-H2").ask("2019-H2")
        let row = try after.region()
        #expect(row.reported == 151)
        #expect(row.attained?.percentText == "43.14")
        #expect(row.carried == 161)
        #expect(row.upper == 201)
        #expect(row.attainedReporting == Rational(151, 300))
        #expect(row.attainedCapped == Rational(153, 350))
        #expect(after.units == before.units)
        #expect(after.completeness == before.completeness)
        #expect(after.snapshot != before.snapshot)
    }

    @Test("count from the end of their period on, and add up")
    func time() throws {
        var set = adjusted(-2, "2019-H2")
        set.says("A", "2020-H1", ["I": .n(100)])
        #expect(try set.ask("2020-H1").region().reported == 98)
        #expect(try set.ask("2019-H1").region().reported == 10)
        let early = try adjusted(-2, "2019").ask("2019", asOf: "2019-12-30")
        #expect(try early.region().reported == plan().ask("2019", asOf: "2019-12-30").region().reported)
        set.dataSet.adjustments.append(
            Adjustment(plan: "P", indicator: "I", period: period("2020-H1"), delta: -1, reason: "one more"))
        #expect(try set.ask("2020-H1").region().reported == 97)
        #expect(try set.ask("2019-H2").region().reported == 151)
    }

    @Test("make no figure where there is none")
    func nothingReported() throws {
        let row = try adjusted(-2, "2018-H1").ask("2018-H2").region()
        #expect(row.reported == nil)
        #expect(row.carried == nil)
    }

    @Test("concern only indicators of persons ever served, are never above nought, and come once a period")
    func checks() {
        var set = adjusted(1, "2019-H2", .stock).dataSet
        set.adjustments.append(
            Adjustment(plan: "Q", indicator: "X", period: period("2019-H2"), delta: -1, reason: "?"))
        set.adjustments.append(set.adjustments[1])
        let faults = DataSetCheck.check(set).faults.filter { $0.table == .adjustments }
        #expect(faults.map(\.row) == [0, 0, 1, 1, 2, 2, 2])
        #expect(faults.prefix(2).map(\.column) == ["indicator", "delta"])
    }
}
