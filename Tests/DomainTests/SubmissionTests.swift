import Civil
import Domain
import Testing

@Suite("Submissions and what they say")
struct SubmissionTests {
    private func one(_ kind: IndicatorKind = .cumulativeUnique) -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I", kind)
        set.unit("A")
        set.target("I", "A", 100)
        return set
    }

    @Test("the highest accepted version counts; received and returned ones leave the earlier in force")
    func versions() throws {
        var set = one()
        set.says("A", "2019-H2", ["I": .n(1)], version: 1, at: "2020-01-05")
        set.says("A", "2019-H2", ["I": .n(2)], version: 2, at: "2020-01-06")
        set.says("A", "2019-H2", ["I": .n(3)], version: 3, at: "2020-01-07", status: .returned)
        set.says("A", "2019-H2", ["I": .n(4)], version: 4, at: "2020-01-08", status: .received)
        #expect(try set.ask("2019-H2").unit("A").actual == 2)
        #expect(try set.ask("2019-H2", knownAt: "2020-01-05").unit("A").actual == 1)
        #expect(try set.ask("2019-H2", knownAt: "2020-01-04").unit("A").actual == nil)
    }

    @Test("known-at is inclusive to the instant")
    func inclusive() throws {
        var set = one()
        set.says("A", "2019-H2", ["I": .n(1)], at: "2020-01-05T10:00:00+02:00")
        #expect(try set.ask("2019-H2", knownAt: "2020-01-05T10:00:00+02:00").unit("A").actual == 1)
        #expect(try set.ask("2019-H2", knownAt: "2020-01-05T09:59:59.999999+02:00").unit("A").actual == nil)
    }

    @Test("a version replaces the one before whole: an indicator without a row is missing")
    func replacesWhole() throws {
        var set = one()
        set.indicator("J")
        set.target("J", "A", 5)
        set.says("A", "2019-H2", ["I": .n(1), "J": .n(1)])
        set.says("A", "2019-H2", ["J": .n(2)], version: 2)
        let row = try set.ask("2019-H2").unit("A")
        #expect(row.actual == nil)
        #expect(row.obsStatus == .lacking)
    }

    @Test(
        "A, P, E and B are shown as they are",
        arguments: [ObservationStatus.actual, .provisional, .estimated, .seriesBreak])
    func numbers(status: ObservationStatus) throws {
        var set = one()
        set.says("A", "2019-H2", ["I": .n(7, status)])
        let row = try set.ask("2019-H2").unit("A")
        #expect(row.actual == 7)
        #expect(row.obsStatus?.rawValue == status.rawValue)
    }

    @Test(
        "L, M and J show no figure", arguments: [ObservationStatus.lacking, .notApplicable, .waived])
    func noNumbers(status: ObservationStatus) throws {
        var set = one()
        set.says("A", "2019-H1", ["I": .n(7)])
        set.says("A", "2019-H2", ["I": .nothing(status)])
        let row = try set.ask("2019-H2", today: "2020-01-01").unit("A")
        #expect(row.actual == nil)
        #expect(row.obsStatus?.rawValue == status.rawValue)
        #expect(row.carried == (status == .lacking ? CarriedFigure(value: 7, age: 1) : nil))
    }

    @Test("without an accepted submission it is not due through the due date, then lacking")
    func notDue() throws {
        var set = one()
        set.says("A", "2019-H2", ["I": .n(7)], at: "2020-01-05", status: .received)
        func status(_ knownAt: String?, today: String = "2020-01-14") throws -> ShownStatus? {
            try set.ask("2019-H2", knownAt: knownAt, today: today).unit("A").obsStatus
        }
        #expect(try status("2020-01-14") == .notDue)
        #expect(try status("2020-01-15") == .lacking)
        #expect(try status(nil, today: "2020-01-14") == .notDue)
        #expect(try status(nil, today: "2020-01-15") == .lacking)
    }

    @Test("NIL repeats the last number at any age, and the age runs from the nil return")
    func nilRepeats() throws {
        var set = one()
        set.says("A", "2018-H1", ["I": .n(7, .estimated)])
        set.says("A", "2020-H1", isNil: true)
        let row = try set.ask("2020-H1").unit("A")
        #expect(row.actual == 7)
        #expect(row.obsStatus == .unchanged)
        #expect(try set.ask("2021-H1").unit("A").carried == CarriedFigure(value: 7, age: 2))
        #expect(try set.ask("2021-H2").unit("A").carried == nil)
        #expect(try set.ask("2020-H1").completeness.reported == 1)
    }

    @Test("nil concerns the indicators without a row of their own")
    func nilBesideRows() throws {
        var set = one()
        set.indicator("J")
        set.target("J", "A", 5)
        set.says("A", "2019-H1", ["I": .n(1), "J": .n(2)])
        set.says("A", "2019-H2", ["I": .n(3)], isNil: true)
        let answer = try set.ask("2019-H2")
        #expect(try answer.unit("A", "I").actual == 3)
        #expect(try answer.unit("A", "I").obsStatus == .actual)
        #expect(try answer.unit("A", "J").actual == 2)
        #expect(try answer.unit("A", "J").obsStatus == .unchanged)
    }

    @Test("a nil return whose number was not known yet is lacking")
    func nilBeforeKnown() throws {
        var set = one()
        set.says("A", "2019-H1", ["I": .n(7)], at: "2020-05-01")
        set.says("A", "2019-H2", at: "2020-01-05", isNil: true)
        #expect(try set.ask("2019-H2", knownAt: "2020-02-01").unit("A").obsStatus == .lacking)
        #expect(try set.ask("2019-H2", knownAt: "2020-02-01").completeness.reported == 1)
        #expect(try set.ask("2019-H2", knownAt: "2020-05-02").unit("A").actual == 7)
    }

    @Test("a missing figure is carried for at most two periods, and never shown as actual")
    func carriedLimit() throws {
        for kind in [IndicatorKind.cumulativeUnique, .stock] {
            var set = one(kind)
            set.says("A", "2019-H1", ["I": .n(7)])
            #expect(try set.ask("2019-H2").unit("A").carried == CarriedFigure(value: 7, age: 1))
            #expect(try set.ask("2020-H1").unit("A").carried == CarriedFigure(value: 7, age: 2))
            #expect(try set.ask("2020-H2").unit("A").carried == nil)
            #expect(try set.ask("2020-H1").unit("A").actual == nil)
        }
    }

    @Test("nothing but persons and places is carried", arguments: [IndicatorKind.money, .flow, .step, .ratio])
    func notCarried(kind: IndicatorKind) throws {
        var set = one(kind)
        set.says("A", "2019-H1", ["I": kind == .ratio ? .ratio(1, 2) : .n(7)])
        let answer = try set.ask("2019-H2")
        #expect(try answer.unit("A").carried == nil)
        let region = try answer.region()
        #expect(region.carried == nil)
        #expect(region.upper == nil)
        #expect(region.attainedCarried == nil)
        #expect(region.attainedUpper == nil)
    }

    @Test("an indicator on no form has the reporters of as-of, all null, with their targets")
    func onNoForm() throws {
        var set = SetBuilder()
        set.indicator("I", on: nil)
        set.unit("A")
        set.unit("B", from: "2019-12-01")
        set.unit("C", role: .partner)
        set.target("I", "A", 4)
        let answer = try set.ask("2019-H2", asOf: "2019-11-30")
        #expect(answer.units.map(\.unit) == ["A"])
        #expect(try answer.unit("A").obsStatus == nil)
        #expect(try answer.unit("A").target == 4)
        #expect(try answer.unit("A").status == .grey)
        #expect(try answer.region().reported == nil)
        #expect(answer.completeness.expected == 0)
    }

    @Test("a monthly question about a half-yearly form shows the last half-year that has ended")
    func lastEndedPeriod() throws {
        var set = one()
        set.says("A", "2019-H1", ["I": .n(3)])
        set.says("A", "2019-H2", ["I": .n(5)])
        #expect(try set.ask("2019-11").unit("A").actual == 3)
        #expect(try set.ask("2019-H2", asOf: "2019-12-30").unit("A").actual == 3)
        #expect(try set.ask("2019-12").unit("A").actual == 5)
    }
}
