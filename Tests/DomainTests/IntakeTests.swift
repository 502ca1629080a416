import Civil
import Domain
import Testing

@Suite("What a municipality sends, against what it said before")
struct IntakeTests {
    private func plan() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.indicator("M", .money)
        set.indicator("S", .stock)
        set.indicator("R", .ratio)
        set.units("A")
        for indicator in ["I", "M", "S", "R"] { set.target(indicator, "A", 100) }
        set.says("A", "2019-H1", ["I": .n(50), "M": .n(10), "S": .n(7), "R": .ratio(1, 2)])
        return set
    }

    private func row(
        _ indicator: String, _ value: Rational?, _ status: ObservationStatus = .actual, basis: Basis = .ownOnly,
        denominator: Rational? = nil
    ) -> IntakeFiling.Row {
        IntakeFiling.Row(
            line: 2, indicator: indicator, value: value, obsStatus: status, basis: basis, denominator: denominator)
    }

    private func filing(
        _ rows: [IntakeFiling.Row], _ code: String = "2019-H2", unit: String = "A", isNil: Bool = false,
        reason: String? = nil
    ) -> IntakeFiling {
        IntakeFiling(unit: unit, form: "F", period: period(code), isNil: isNil, reason: reason, rows: rows)
    }

    private func rules(
        _ filing: IntakeFiling, _ set: SetBuilder, due: String? = "2026-06-01", today: String = "2026-01-10"
    ) -> [IntakeFinding.Rule] {
        Intake.check(filing, in: set.dataSet, dueOn: due.map(day), today: day(today), zone: riga).map(\.rule)
    }

    /// Rows for all four indicators, in which nothing is wrong.
    private var whole: [IntakeFiling.Row] { [row("I", 50), row("M", 10), row("S", 1), row("R", 1, denominator: 3)] }

    @Test("nothing is said of what is whole, in order and in time")
    func fine() {
        #expect(rules(filing(whole), plan()) == [])
        #expect(rules(filing([], isNil: true), plan()) == [])
    }

    @Test("a cumulative number that falls is sent back, with a reason it is accepted; a stock may fall")
    func decrease() {
        var rows = whole
        rows[0] = row("I", 49)
        #expect(rules(filing(rows), plan()) == [.decrease])
        #expect(rules(filing(rows, reason: "counted twice"), plan()) == [.decreaseExplained])
        rows[0] = row("I", 50)
        rows[1] = row("M", number("9.99"))
        #expect(rules(filing(rows), plan()) == [.decrease])
    }

    @Test("neither may it rise above what was accepted for a later period")
    func laterPeriod() {
        var set = plan()
        set.says("A", "2020-H1", ["I": .n(60)])
        var rows = whole
        rows[0] = row("I", 61)
        let findings = Intake.check(
            filing(rows), in: set.dataSet, dueOn: day("2026-06-01"), today: day("2026-01-10"), zone: riga)
        #expect(findings.map(\.rule) == [.decrease])
        #expect(findings[0].when == "2020-H1" && findings[0].value == "61" && findings[0].other == "60")
    }

    @Test("what was accepted changes only for a reason, what was sent back without one")
    func corrections() {
        var set = plan()
        set.says("A", "2019-H2", ["I": .n(55), "M": .n(10), "S": .n(1), "R": .ratio(1, 3)])
        #expect(rules(filing(whole), set) == [.correctionWithoutReason, .decrease])
        #expect(rules(filing(whole, reason: "typo"), set) == [.decreaseExplained])
        var returned = plan()
        returned.says("A", "2019-H2", ["I": .n(55)], status: .returned)
        #expect(rules(filing(whole), returned) == [])
    }

    @Test("a successor's number that includes its predecessors' is not below what they had reached")
    func reform() {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B", to: "2021-07-01")
        set.unit("C", from: "2021-07-01")
        set.succeeds("C", [("A", 1), ("B", 1)], on: "2021-07-01")
        set.target("I", "A", 100)
        set.says("A", "2021-H1", ["I": .n(10)])
        set.says("B", "2021-H1", ["I": .n(5)])
        func said(_ value: Rational, _ basis: Basis) -> [IntakeFinding.Rule] {
            rules(filing([row("I", value, basis: basis)], "2021-H2", unit: "C"), set)
        }
        #expect(said(14, .includesPredecessors) == [.belowPredecessors])
        #expect(said(15, .includesPredecessors) == [])
        #expect(said(0, .ownOnly) == [])
        #expect(rules(filing([row("I", nil, .unchanged)], "2021-H2", unit: "C"), set) == [])
    }

    @Test("\"no change\" needs a number before it: nothing is kept otherwise")
    func nilReturns() {
        #expect(rules(filing([], "2018-H2", isNil: true), plan()) == Array(repeating: .nilWithoutPrior, count: 4))
        var rows = whole
        rows[2] = row("S", nil, .unchanged)
        #expect(rules(filing(rows, "2019-H1", reason: "x"), plan()) == [.nilWithoutPrior])
        #expect(rules(filing(rows), plan()) == [])
    }

    @Test("negative numbers are sent back")
    func negative() {
        var rows = whole
        rows[2] = row("S", -1)
        #expect(rules(filing(rows), plan()) == [.negative])
        rows[2] = row("S", 1)
        rows[3] = row("R", 1, denominator: -3)
        #expect(rules(filing(rows), plan()) == [.negative])
    }

    @Test("more served than assessed, lacking rows and lateness are warned of")
    func warnings() {
        var set = plan()
        set.indicator("IZV-I")
        set.target("IZV-I", "A", 100)
        set.says("A", "2018-H2", ["IZV-I": .n(52)])
        #expect(
            rules(filing([row("I", 53)]), set) == [
                .servedAboveAssessed, .indicatorLacking, .indicatorLacking, .indicatorLacking, .indicatorLacking,
            ])
        #expect(!rules(filing([row("I", 52)]), set).contains(.servedAboveAssessed))
        #expect(rules(filing(whole), plan(), today: "2026-06-02") == [.late])
        #expect(rules(filing(whole), plan(), today: "2026-06-01") == [])
    }

    @Test("what it is about must be right before anything else is looked at")
    func subject() {
        #expect(rules(filing(whole, unit: "X"), plan()) == [.unknownUnit])
        var other = filing(whole)
        other.form = "X"
        #expect(rules(other, plan()) == [.unknownForm])
        #expect(rules(filing(whole, "2019"), plan()) == [.wrongPeriod])
        #expect(rules(filing(whole, "2026-H1"), plan(), today: "2026-06-30") == [.periodNotEnded])
        #expect(!rules(filing(whole, "2026-H1"), plan(), today: "2026-07-01").contains(.periodNotEnded))
        #expect(rules(filing(whole), plan(), due: nil) == [.notOwed])
        for reason in ["kļūda, 010190-12345", "01019012345", "320000-12345"] {
            #expect(rules(filing(whole, reason: reason), plan()) == [.personalCode])
        }
        #expect(rules(filing(whole, reason: "2019-12-31 and 123456-789"), plan()) == [])
    }

    @Test("rows fit the form and their status")
    func rowFaults() {
        let rows = [
            row("X", 1), row("I", 50), row("I", 51), row("M", nil), row("S", 1, .notApplicable), row("R", 1),
        ]
        #expect(
            rules(filing(rows), plan()) == [
                .unknownIndicator, .duplicate, .valueMissing, .valueUnwanted, .denominatorMissing,
            ])
        #expect(rules(filing([row("I", 50, denominator: 2)]), plan()) == [.denominatorUnwanted])
    }
}
