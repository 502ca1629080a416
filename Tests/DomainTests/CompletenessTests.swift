import Civil
import Domain
import Testing

@Suite("Completeness")
struct CompletenessTests {
    private func counts(_ answer: Attainment) -> [Int] {
        [answer.completeness.expected, answer.completeness.reported, answer.completeness.onTime]
    }

    private func one() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A")
        set.target("I", "A", 10)
        return set
    }

    @Test("obligations whose period ends between the period's first day and as-of are expected, due or not")
    func span() throws {
        let set = one()
        #expect(try counts(set.ask("2019", today: "2019-01-01")) == [2, 0, 0])
        #expect(try counts(set.ask("2019", asOf: "2019-12-30")) == [1, 0, 0])
        #expect(try counts(set.ask("2019-07")) == [0, 0, 0])
        #expect(try counts(set.ask("2019-06")) == [1, 0, 0])
    }

    @Test("a unit with two forms counts twice, and a form outside the plan not at all")
    func forms() throws {
        var set = one()
        set.form("G", .year)
        set.indicator("J", on: "G")
        set.target("J", "A", 1)
        set.form("H", .month)
        set.indicator("K", on: "H")
        #expect(try counts(set.ask("2019-H2")) == [2, 0, 0])
    }

    @Test("only units that exist and have the form's role on the period's last day owe it")
    func whoOwes() throws {
        var set = one()
        set.unit("B", to: "2019-12-31")
        set.unit("C", from: "2019-12-31")
        set.unit("D", role: .partner)
        set.says("D", "2019-H2", ["I": .n(5)])
        let answer = try set.ask("2019-H2")
        #expect(answer.units.map(\.unit) == ["A", "C"])
        #expect(counts(answer) == [2, 0, 0])
        #expect(try answer.region().reported == nil)
    }

    @Test("on time is an accepted version by the due date, local day, even if a correction comes later")
    func onTime() throws {
        // The due date of 2019-H2 is 2020-01-14 without holidays.
        func asked(_ arrivals: [(String, SubmissionStatus)]) throws -> [Int] {
            var set = one()
            for (number, (at, status)) in arrivals.enumerated() {
                set.says("A", "2019-H2", ["I": .n(1)], version: number + 1, at: at, status: status)
            }
            return try counts(set.ask("2019-H2"))
        }
        #expect(try asked([("2020-01-14T21:59:59Z", .accepted)]) == [1, 1, 1])
        #expect(try asked([("2020-01-14T22:00:00Z", .accepted)]) == [1, 1, 0])
        #expect(try asked([("2020-01-10", .accepted), ("2020-03-01", .accepted)]) == [1, 1, 1])
        #expect(try asked([("2020-01-10", .returned), ("2020-03-01", .accepted)]) == [1, 1, 0])
        #expect(try asked([("2020-01-10", .received)]) == [1, 0, 0])
    }

    @Test("an obligation of which every indicator is M or J leaves all three")
    func excused() throws {
        var set = one()
        set.indicator("K")
        set.target("K", nil, nil)
        set.says("A", "2019-H2", ["I": .nothing(.notApplicable), "K": .nothing(.waived)])
        #expect(try counts(set.ask("2019-H2")) == [0, 0, 0])
        set.says("A", "2019-H2", ["I": .nothing(.notApplicable)], version: 2)
        #expect(try counts(set.ask("2019-H2")) == [1, 1, 1])
    }

    @Test("weights are targets; M and J are left out; without weight it is null")
    func weighted() throws {
        var set = one()
        set.units("B", "C", "D")
        set.target("I", "B", 30)
        set.target("I", "C", 60)
        set.says("A", "2019-H2", ["I": .n(1)])
        set.says("C", "2019-H2", ["I": .nothing(.notApplicable)])
        #expect(try set.ask("2019-H2").weighted() == "25.00")
        var bare = SetBuilder()
        bare.indicator("I")
        bare.units("A", "B")
        bare.target("I", nil, 10)
        bare.says("A", "2019-H2", ["I": .n(10)])
        let answer = try bare.ask("2019-H2")
        #expect(try answer.weighted() == nil)
        // The gate counts units then: one of two is below 80 %.
        #expect(try answer.region().status == .grey)
        bare.says("B", "2019-H2", ["I": .n(0)])
        #expect(try bare.ask("2019-H2").region().status == .blue)
    }

    @Test("a ratio weighs 1 for each unit with a target, a step only above nought")
    func countedWeights() throws {
        var set = SetBuilder()
        set.indicator("R", .ratio)
        set.indicator("S", .step)
        set.units("A", "B", "C")
        for (unit, target) in [("A", 0), ("B", 5), ("C", 7)] as [(String, Rational)] {
            set.target("R", unit, target)
            set.target("S", unit, target)
        }
        set.says("A", "2019-H2", ["R": .ratio(1, 2), "S": .n(1)])
        set.says("B", "2019-H2", ["R": .ratio(1, 2), "S": .n(1)])
        let answer = try set.ask("2019-H2")
        #expect(try answer.weighted("R") == "66.67")
        #expect(try answer.weighted("S") == "50.00")
    }

    @Test("20 expected, 18 reported, 16 on time: timeliness is counted of what was expected")
    func timeliness() throws {
        let completeness = try Kurzeme.builder().ask("2019-H2").completeness
        #expect(Rational(completeness.reported, completeness.expected).percentText == "90.00")
        #expect(Rational(completeness.onTime, completeness.expected).percentText == "80.00")
    }
}
