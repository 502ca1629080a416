import Civil
import Domain
import Testing

@Suite("The later map")
struct LaterMapTests {
    private func merging(_ kind: IndicatorKind = .cumulativeUnique, _ direction: Direction = .up) -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I", kind, direction)
        set.units("A", "B", to: "2021-07-01")
        set.unit("C", from: "2021-07-01")
        set.unit("D")
        set.succeeds("C", [("A", 1), ("B", 1)], on: "2021-07-01")
        set.target("I", "A", 10, baseline: 2)
        set.target("I", "B", 20, baseline: 4)
        set.target("I", "C", 99)
        set.target("I", "D", 5)
        return set
    }

    private let map = Vintage.map(day("2021-07-01"))

    @Test("units that meet are one row, with the targets of the parts and never rows of its own")
    func mergedRow() throws {
        var set = merging()
        set.says("A", "2019-H2", ["I": .n(5)])
        set.says("B", "2019-H2", ["I": .n(7, .estimated)])
        let answer = try set.ask("2019-H2", vintage: map)
        #expect(answer.units.map(\.unit) == ["C", "D"])
        let row = try answer.unit("C")
        #expect(row.actual == 12)
        #expect(row.target == 30)
        #expect(row.baseline == 6)
        #expect(row.attained == Rational(6, 24))
        #expect(row.obsStatus == .estimated)
        #expect(row.pace == Rational(1, 4) / Rational(729, 2190))
    }

    @Test("a missing part makes it partial and stands at its baseline; nothing is carried")
    func missingPart() throws {
        var set = merging()
        set.says("A", "2019-H2", ["I": .n(5)])
        set.says("B", "2019-H1", ["I": .n(7)])
        let row = try set.ask("2019-H2", vintage: map).unit("C")
        #expect(row.actual == 5)
        #expect(row.attained == Rational(3, 24))
        #expect(row.obsStatus == .provisional)
        #expect(row.carried == nil)
    }

    @Test(
        "the status is the first of those of the parts",
        arguments: [
            (["B", "A"], "B"), (["A", "NIL"], "A"), (["NIL", "NIL"], "NIL"), (["E", "P"], "E"), (["A", "M"], "A"),
            (["A", "J"], "A"), (["A", "L"], "P"), (["A", "-"], "P"), (["L", "-"], "L"), (["-", "-"], "NOT_DUE"),
            (["-", "M"], "NOT_DUE"), (["L", "J"], "L"), (["J", "M"], "J"), (["M", "M"], "M"),
        ])
    func statuses(parts: [String], expected: String) throws {
        var set = merging()
        for (unit, text) in zip(["A", "B"], parts) {
            set.says(unit, "2019-H1", ["I": .n(1)])
            guard let status = ObservationStatus(rawValue: text) else { continue }
            set.says(unit, "2019-H2", ["I": status.carriesNumber ? .n(1, status) : .nothing(status)])
        }
        let answer = try set.ask("2019-H2", vintage: map, today: "2020-01-10")
        #expect(try answer.unit("C").obsStatus?.rawValue == expected)
    }

    @Test("steps take the smallest, ratios the sums")
    func otherKinds() throws {
        var steps = merging(.step)
        steps.says("A", "2019-H2", ["I": .n(20)])
        steps.says("B", "2019-H2", ["I": .n(19)])
        let step = try steps.ask("2019-H2", vintage: map)
        #expect(try step.unit("C").actual == 19)
        #expect(try step.unit("C").target == 20)
        // On the later map C has not done it, D has not reported: none of two.
        #expect(try step.region().attainedCapped == 0)
        #expect(try step.region().reported == 1)
        var ratios = merging(.ratio)
        ratios.says("A", "2019-H2", ["I": .ratio(1, 2)])
        ratios.says("B", "2019-H2", ["I": .ratio(1, 4)])
        #expect(try ratios.ask("2019-H2", vintage: map).unit("C").actual == Rational(2, 6))
    }

    @Test("only the units and the capped share change with the map")
    func whatChanges() throws {
        var set = merging()
        for (unit, value) in [("A", 15), ("B", 7), ("D", 1)] {
            set.says(unit, "2019-H2", ["I": .n(Rational(value))])
        }
        let reported = try set.ask("2019-H2")
        let later = try set.ask("2019-H2", vintage: map)
        #expect(try reported.region().attainedCapped == Rational(8 + 3 + 1, 29))
        #expect(try later.region().attainedCapped == Rational(16 + 1, 29))
        var same = try later.region()
        same.attainedCapped = try reported.region().attainedCapped
        #expect(same == (try reported.region()))
        #expect(later.completeness == reported.completeness)
    }

    @Test("a split unit is shown in shares, through several reforms")
    func splitAndChain() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A", to: "2020-07-01")
        set.unit("B", from: "2020-07-01", to: "2021-07-01")
        set.unit("C", from: "2020-07-01")
        set.unit("D", from: "2021-07-01")
        set.succeeds("B", [("A", number("0.75"))], on: "2020-07-01")
        set.succeeds("C", [("A", number("0.25"))], on: "2020-07-01")
        set.succeeds("D", [("B", 1)], on: "2021-07-01")
        set.target("I", "A", 8)
        set.says("A", "2019-H2", ["I": .n(4)])
        func rows(_ date: String) throws -> [String: Rational?] {
            let rows = try set.ask("2019-H2", vintage: .map(day(date))).units
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.unit, $0.actual) })
        }
        #expect(try rows("2020-06-30") == ["A": 4])
        #expect(try rows("2020-07-01") == ["B": 3, "C": 1])
        #expect(try rows("2021-07-01") == ["D": 3, "C": 1])
    }

    @Test("a map older than a listed successor is refused, and one before it was split off is not needed")
    func refused() throws {
        var set = merging()
        set.says("C", "2021-H2", ["I": .n(1)])
        #expect(throws: DomainError.self) { try set.ask("2021-H2", vintage: .map(day("2021-06-30"))) }
        #expect(try set.ask("2021-H2", vintage: map).unit("C").actual == 1)
        #expect(try set.ask("2019-H2", vintage: .map(day("2000-01-01"))).units.count == 3)
    }
}
