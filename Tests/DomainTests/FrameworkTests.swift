import Civil
import Domain
import Testing

@Suite("The performance framework, by the worked examples")
struct FrameworkRuleTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let id: String
        let percents: [(FrameworkKind, Rational?)]
        let result: FrameworkResult
        let isSerious: Bool?
        let blocking: String?

        init(
            _ id: String, _ percents: [(FrameworkKind, Rational?)], _ result: FrameworkResult, _ isSerious: Bool?,
            blocking: String? = nil
        ) {
            (self.id, self.percents, self.result, self.isSerious) = (id, percents, result, isSerious)
            self.blocking = blocking
        }

        var testDescription: String { id }

        /// Outputs of these percentages.
        static func outputs(_ percents: String...) -> [(FrameworkKind, Rational?)] {
            percents.map { (.output, number($0)) }
        }

        func verdict(_ basis: SeriousFailureBasis = .all) -> PerformanceFramework.Verdict {
            PerformanceFramework.verdict(
                of: percents.enumerated().map { place, entry in
                    PerformanceFramework.Measure(
                        indicator: "I\(place + 1)", kind: entry.0, actual: entry.1, reference: 100)
                }, countBasis: basis)
        }
    }

    static let examples = [
        Example("P1", Example.outputs("85"), .achieved, false),
        Example("P2", Example.outputs("84.996"), .notAchieved, false, blocking: "I1"),
        Example("P3", Example.outputs("90", "84"), .notAchieved, false, blocking: "I2"),
        Example("P4", Example.outputs("100", "86", "75"), .achievedByDerogation, false, blocking: "I3"),
        Example("P5", Example.outputs("100", "86", "74.99"), .notAchieved, false, blocking: "I3"),
        Example("P6", Example.outputs("100", "84", "76"), .notAchieved, false, blocking: "I3"),
        Example("P7", Example.outputs("64.9", "120"), .notAchieved, true, blocking: "I1"),
        Example("P8", Example.outputs("64.9", "120", "120"), .notAchieved, false, blocking: "I1"),
        Example("P9", Example.outputs("64.9", "60", "120"), .notAchieved, true, blocking: "I2"),
        Example("P10", [(.result, 40), (.output, 90), (.financial, 70)], .notAchieved, false, blocking: "I1"),
        Example("P11", Example.outputs("65", "85"), .notAchieved, false, blocking: "I1"),
        Example(
            "P12",
            [(.output, Rational(24500, 288)), (.output, Rational(29800, 350)), (.output, Rational(26300, 350))],
            .achievedByDerogation, false, blocking: "I3"),
    ]

    @Test("judges as worked out by hand", arguments: examples)
    func worked(example: Example) {
        let verdict = example.verdict()
        #expect(verdict.result == example.result)
        #expect(verdict.isSeriousFailure == example.isSerious)
        #expect(verdict.blocking == example.blocking)
    }

    @Test("an indicator without a figure leaves open what it can still change, and nothing else")
    func indeterminate() {
        let open: [Example] = [
            Example("one of one", [(.output, nil)], .indeterminate, nil),
            Example("one of two", [(.output, 90), (.output, nil)], .indeterminate, nil),
            Example("the other below", [(.output, 84), (.output, nil)], .notAchieved, nil, blocking: "I1"),
            Example("the other far below", [(.output, 64), (.output, nil)], .notAchieved, true, blocking: "I1"),
            Example(
                "derogation still possible", [(.output, 80), (.output, 90), (.output, nil)], .indeterminate, false,
                blocking: "I1"),
            Example(
                "two below 65 decide", [(.output, 60), (.output, 50), (.output, nil)], .notAchieved, true,
                blocking: "I2"),
            Example("a result cannot fail seriously", [(.output, 90), (.result, nil)], .indeterminate, false),
            Example("none in place of a reference of nought", [(.output, nil), (.output, 100)], .indeterminate, nil),
        ]
        for example in open {
            let verdict = example.verdict()
            #expect(verdict.result == example.result, "\(example.id)")
            #expect(verdict.isSeriousFailure == example.isSerious, "\(example.id)")
            #expect(verdict.blocking == example.blocking, "\(example.id)")
        }
        let zero = PerformanceFramework.Measure(indicator: "I", kind: .output, actual: 3, reference: 0)
        #expect(zero.share == nil)
        #expect(PerformanceFramework.verdict(of: [zero]).result == .indeterminate)
    }

    @Test("whether results count for a serious failure is a parameter")
    func countBasis() {
        let example = Example("", [(.result, 100), (.output, 60), (.output, 100)], .notAchieved, false)
        #expect(example.verdict(.all).isSeriousFailure == false)
        #expect(example.verdict(.nonResult).isSeriousFailure == true)
    }

    @Test("persons are missing whole: T-34 and the head-counts of 65, 75 and 85 %")
    func missingPersons() {
        func missing(_ actual: Rational, _ reference: Rational, _ percent: Int = 85) -> Rational {
            LevelGap.missing(
                to: Rational(percent, 100), of: reference, actual: actual, kind: .cumulativeUnique)
        }
        #expect(missing(153, 350) == 145)
        #expect(missing(269, 375) == 50)
        #expect(missing(334, 350) == 0)
        #expect(
            LevelGap.surplus(over: Rational(85, 100), of: 350, actual: 334, kind: .cumulativeUnique) == 36)
        for (reference, counts) in [(350, [228, 263, 298]), (288, [188, 216, 245]), (375, [244, 282, 319])] {
            for (percent, count) in zip(FrameworkAssessment.levels, counts) {
                #expect(missing(0, Rational(reference), percent) == Rational(count))
                #expect(missing(Rational(count - 1), Rational(reference), percent) == 1)
                #expect(missing(Rational(count), Rational(reference), percent) == 0)
            }
        }
        #expect(LevelGap.missing(to: Rational(85, 100), of: number("0.5"), actual: 0, kind: .money) == number("0.425"))
    }

    @Test("297 of 350 fails the 85 % test and 298 passes: T-38")
    func exactComparison() {
        func result(_ actual: Rational) -> FrameworkResult {
            PerformanceFramework.verdict(of: [
                PerformanceFramework.Measure(indicator: "I", kind: .output, actual: actual, reference: 350)
            ]).result
        }
        #expect(result(297) == .notAchieved)
        #expect(result(298) == .achieved)
    }
}

@Suite("The performance framework of a plan")
struct FrameworkAssessmentTests {
    private func plan() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.indicator("J", .stock, .down)
        set.units("A", "B")
        set.target("I", nil, 100)
        set.target("I", nil, 40, by: "2018-12-31", .milestone)
        set.target("J", nil, 10, baseline: 20)
        set.says("A", "2018-H2", ["I": .n(20), "J": .n(9)])
        set.says("B", "2018-H2", ["I": .n(14), "J": .n(5)])
        set.says("A", "2019-H2", ["I": .n(84)])
        set.dataSet.framework = [FrameworkEntry(plan: "P", priority: "9", indicator: "I", kind: .output)]
        return set
    }

    private func assess(_ set: SetBuilder, _ code: String) throws -> FrameworkAssessment {
        try FrameworkAssessment.compute(
            Question(plan: "P", period: period(code)), in: set.dataSet, today: day("2026-01-01"), zone: riga)
    }

    @Test("measures by the milestone until its day, by the target afterwards")
    func references() throws {
        let milestone = try assess(plan(), "2018-H2").priorities[0]
        #expect(milestone.lines[0].measure.actual == 34)
        #expect(milestone.lines[0].measure.reference == 40)
        #expect(milestone.lines[0].referenceKind == .milestone)
        #expect(milestone.verdict.result == .achieved)
        let target = try assess(plan(), "2019-H2").priorities[0]
        #expect(target.lines[0].measure.reference == 100)
        #expect(target.lines[0].missing(to: 85) == 1)
        #expect(target.lines[0].above(75) == 9)
        #expect(target.verdict.result == .notAchieved)
    }

    @Test("what is to fall, and what the plan does not have, cannot be assessed")
    func notAssessed() throws {
        var set = plan()
        set.dataSet.framework += [
            FrameworkEntry(plan: "P", priority: "9", indicator: "J", kind: .result),
            FrameworkEntry(plan: "P", priority: "10", indicator: "X", kind: .output),
            FrameworkEntry(plan: "Q", priority: "9", indicator: "I", kind: .output),
        ]
        let assessment = try assess(set, "2018-H2")
        #expect(assessment.priorities.map(\.code) == ["10", "9"])
        #expect(assessment.priorities[0].verdict.result == .indeterminate)
        #expect(assessment.priorities[1].lines.map(\.measure.indicator) == ["I", "J"])
        #expect(assessment.priorities[1].verdict.result == .indeterminate)
        #expect(assessment.priorities[1].verdict.isSeriousFailure == false)
        #expect(assessment.json().contains(#""priority":"9","result":"INDETERMINATE","serious_failure":false"#))
        #expect(assessment.json().contains(#""label":"Early-warning analogy"#))
    }
}
