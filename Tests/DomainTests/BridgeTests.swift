import Civil
import Domain
import Testing

@Suite("The bridge between two snapshots")
struct BridgeTests {
    private func goal(_ target: Rational, _ baseline: Rational = 0) throws -> BridgeSteps.Goal {
        try #require(BridgeSteps.Goal(target: target, baseline: baseline))
    }

    @Test("T-15: 240 of 350, then 252 of 375")
    func targets() throws {
        let steps = try BridgeSteps(
            from: 240, restated: 240, to: 252, joined: 0, oldGoal: goal(350), movedGoal: goal(350),
            newGoal: goal(375))
        #expect(steps.percentTexts == ["3.43", "0.00", "0.00", "-4.80"])
        #expect(steps.changeText == "-1.37")
        #expect(steps.from.percentText == "68.57")
        #expect(steps.to.percentText == "67.20")
    }

    @Test("T-17: 153 corrected to 151 of 350")
    func correction() throws {
        let steps = try BridgeSteps(
            from: 153, restated: 151, to: 151, joined: 0, oldGoal: goal(350), movedGoal: goal(350), newGoal: goal(350)
        )
        #expect(steps.percentTexts == ["0.00", "-0.57", "0.00", "0.00"])
        #expect(steps.correction == Rational(-2, 350))
    }

    @Test("each step has its own cause")
    func causes() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A")
        set.unit("N", from: "2020-01-01")
        set.target("I", "A", 100)
        set.target("I", "N", 50)
        set.version(2, from: "2020-03-01")
        set.target("I", "A", 125, version: 2)
        set.says("A", "2019-H2", ["I": .n(20)])
        set.says("A", "2019-H2", ["I": .n(18)], version: 2, at: "2020-02-01")
        set.says("A", "2020-H1", ["I": .n(40)])
        set.says("N", "2020-H1", ["I": .n(10)])
        let bridge = try Bridge.compute(
            from: Question(plan: "P", period: period("2019-H2"), knownAt: instant("2020-01-20")),
            to: Question(plan: "P", period: period("2020-H1")), in: set.dataSet, today: day("2026-01-01"), zone: riga)
        let steps = try #require(bridge.lines[0].steps)
        #expect(steps.from == Rational(20, 100))
        #expect(steps.actual == Rational(22, 100))
        #expect(steps.correction == Rational(-2, 100))
        #expect(steps.organisation == Rational(50, 150) - Rational(40, 100))
        #expect(steps.target == Rational(50, 175) - Rational(50, 150))
        #expect(steps.to == Rational(50, 175))
        #expect(bridge.json().contains(#""exact":{"change":"3/35","actual":"11/50","correction":"-1/50""#))
    }

    @Test("a merger alone changes nothing, and a unit that leaves takes its figure along")
    func organisation() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B", to: "2020-01-01")
        set.unit("C", from: "2020-01-01")
        set.unit("D", to: "2020-01-01")
        set.succeeds("C", [("A", 1), ("B", 1)], on: "2020-01-01")
        set.target("I", nil, 100)
        for unit in ["A", "B", "D"] { set.says(unit, "2019-H2", ["I": .n(10)]) }
        set.says("C", "2020-H1", ["I": .n(3)])
        let bridge = try Bridge.compute(
            from: Question(plan: "P", period: period("2019-H2")), to: Question(plan: "P", period: period("2020-H1")),
            in: set.dataSet, today: day("2026-01-01"), zone: riga)
        let steps = try #require(bridge.lines[0].steps)
        #expect(steps.actual == Rational(3, 100))
        #expect(steps.organisation == Rational(-10, 100))
        #expect(steps.correction == 0)
        #expect(steps.target == 0)
    }

    @Test("without a share at one end there is nothing to explain; two plans are refused")
    func refusals() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A")
        set.target("I", "A", 100)
        set.says("A", "2019-H2", ["I": .n(20)])
        let (first, second) = (
            Question(plan: "P", period: period("2019-H2")), Question(plan: "P", period: period("2020-H1"))
        )
        let bridge = try Bridge.compute(
            from: first, to: second, in: set.dataSet, today: day("2026-01-01"), zone: riga)
        #expect(bridge.lines[0].steps == nil)
        #expect(throws: DomainError.self) {
            try Bridge.compute(
                from: first, to: Question(plan: "Q", period: period("2020-H1")), in: set.dataSet,
                today: day("2026-01-01"), zone: riga)
        }
    }

    @Test("adds up exactly to the change, in fractions and as printed", arguments: 0..<60)
    func addsUp(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 77)
        var set = randomSet(UInt64(seed))
        // What else can change: a second version, a baseline, a unit that joins, a late correction.
        set.version(2, from: "2020-03-01")
        set.unit("J", from: "2020-02-01")
        if random.chance(50) { set.target("I", "J", Rational(random.below(40) + 1)) }
        if random.chance(70) { set.says("J", "2020-H2", ["I": .n(Rational(random.below(9)))]) }
        if random.chance(70) { set.target("I", "A0", Rational(random.below(60) + 1), version: 2) }
        if random.chance(40) {
            for row in set.dataSet.targets.indices { set.dataSet.targets[row].baseline = Rational(random.below(4), 3) }
        }
        if random.chance(70) {
            set.says("A0", "2019-H2", ["I": .n(Rational(random.below(30)))], version: 2, at: "2020-06-01")
        }
        let ends: [(String, String?)] = [
            ("2018-H2", nil), ("2019-H2", "2020-01-10"), ("2019-H2", nil), ("2020-H2", "2021-01-12"),
            ("2021-H1", nil), ("2021-H2", nil),
        ]
        for first in ends {
            for second in ends {
                func question(_ end: (String, String?)) -> Question {
                    Question(plan: "P", period: period(end.0), knownAt: end.1.map(instant))
                }
                let bridge = try Bridge.compute(
                    from: question(first), to: question(second), in: set.dataSet, today: day("2026-01-01"), zone: riga)
                for line in bridge.lines {
                    guard let steps = line.steps else {
                        #expect(line.from.attained == nil || line.to.attained == nil)
                        continue
                    }
                    #expect(steps.from == line.from.attained)
                    #expect(steps.to == line.to.attained)
                    #expect(steps.inOrder.reduce(.zero, +) == steps.change)
                    let printed = steps.percentTexts.map(number).reduce(.zero, +)
                    #expect(printed == number(steps.changeText))
                    let (from, to) = (steps.from.percentText, steps.to.percentText)
                    #expect(printed == number(to) - number(from))
                }
            }
        }
    }
}
