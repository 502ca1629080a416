import Civil
import Domain
import Testing

@Suite("Plan versions and targets")
struct PlanVersionTests {
    private func amended() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 10)
        set.target("I", "B", 20)
        set.target("I", nil, 100)
        // Version 2 is effective within 2019-H2 but approved after it; 3 is a draft; 4 comes later.
        set.version(2, from: "2019-10-01", approved: "2020-03-01")
        set.target("I", "A", 12, version: 2)
        set.version(3, from: "2019-11-01", isDraft: true)
        set.target("I", "A", 99, version: 3)
        set.version(4, from: "2021-01-01")
        set.target("I", "B", nil, version: 4)
        return set
    }

    @Test("the version in force on the period's last day gives the targets, whatever as-of")
    func atPeriodEnd() throws {
        let set = amended()
        #expect(try set.ask("2019-H1").planVersion == 1)
        #expect(try set.ask("2019-H2").planVersion == 2)
        #expect(try set.ask("2019-H2", asOf: "2019-08-01").planVersion == 2)
        #expect(try set.ask("2021-H1").planVersion == 4)
    }

    @Test("a version counts from its day of approval on, and a draft never")
    func knownVersions() throws {
        let set = amended()
        #expect(try set.ask("2019-H2", knownAt: "2020-02-29").planVersion == 1)
        #expect(try set.ask("2019-H2", knownAt: "2020-03-01").planVersion == 2)
    }

    @Test("the other bases choose by report date, by lowest number, by number")
    func otherBases() throws {
        let set = amended()
        #expect(try set.ask("2019-H2", knownAt: "2021-05-01", basis: .atReportDate).planVersion == 4)
        #expect(try set.ask("2019-H2", basis: .atReportDate, today: "2020-06-01").planVersion == 2)
        #expect(try set.ask("2021-H2", basis: .original).planVersion == 1)
        #expect(try set.ask("2019-H1", basis: .fixed(4)).planVersion == 4)
    }

    @Test("a fixed version that is a draft, unknown then or not there is refused")
    func fixedRefused() {
        let set = amended()
        for (number, knownAt) in [(3, nil), (9, nil), (4, "2020-12-31")] as [(Int, String?)] {
            #expect(throws: DomainError.self) { try set.ask("2019-H2", knownAt: knownAt, basis: .fixed(number)) }
        }
    }

    @Test("without a version in force there is no target and no error")
    func noneInForce() throws {
        var set = amended()
        set.says("A", "2017-H2", ["I": .n(1)])
        let answer = try set.ask("2017-H2")
        #expect(answer.planVersion == nil)
        #expect(try answer.region().status == .noTarget)
        #expect(try answer.region().target == nil)
        #expect(try answer.region().baseline == nil)
        #expect(try answer.unit("A").status == .noTarget)
        #expect(try answer.weighted() == nil)
    }

    @Test("rows hold until a later version has rows of the same unit, and an empty value drops the target")
    func inheritance() throws {
        let set = amended()
        let first = try set.ask("2019-H2")
        #expect(try first.unit("A").target == 12)
        #expect(try first.unit("B").target == 20)
        #expect(try first.region().target == 100)
        let second = try set.ask("2021-H1")
        #expect(try second.unit("B").target == nil)
        #expect(try second.unit("B").status == .noTarget)
    }

    @Test("the region's row holds though it differs from the sum, and if it is empty there is no target")
    func regionRow() throws {
        var set = amended()
        set.target("I", nil, nil, version: 4)
        #expect(try set.ask("2021-H1").region().target == nil)
        var summed = SetBuilder()
        summed.indicator("I")
        summed.units("A", "B", "C")
        summed.target("I", "A", 10, baseline: 2)
        summed.target("I", "B", 5, baseline: 1)
        let row = try summed.ask("2019-H2").region()
        #expect(row.target == 15)
        #expect(row.baseline == 3)
    }

    @Test("an indicator belongs to the plan by any row, even an empty one of a draft, and no other is shown")
    func whichIndicators() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.indicator("Z")
        set.indicator("OTHER")
        set.unit("A")
        set.target("I", "A", 10)
        set.version(2, from: "2030-01-01", isDraft: true)
        set.target("Z", nil, nil, version: 2)
        let answer = try set.ask("2019-H2")
        #expect(answer.region.map(\.indicator) == ["I", "Z"])
        #expect(answer.units.map(\.indicator) == ["I", "Z"])
        #expect(answer.completeness.weighted.map(\.indicator) == ["I", "Z"])
    }

    @Test("unknown plans and an as-of date outside the period are refused")
    func refusals() {
        let set = amended()
        #expect(throws: DomainError.self) { try set.ask("2019-H2", plan: "NOPE") }
        #expect(throws: DomainError.self) { try set.ask("2019-H2", asOf: "2019-06-30") }
        #expect(throws: DomainError.self) { try set.ask("2019-H2", asOf: "2020-01-01") }
    }

    @Test(
        "bases are read as they are printed",
        arguments: ["AT_PERIOD_END", "AT_REPORT_DATE", "ORIGINAL", "FIXED:0", "FIXED:12"])
    func basisText(text: String) {
        #expect(TargetBasis(text)?.description == text)
        #expect(TargetBasis(text + "x") == nil)
    }

    @Test("a fixed basis needs a number", arguments: ["FIXED:", "FIXED", "FIXED:-1", "fixed:1", "", "FIXED:+1"])
    func basisMalformed(text: String) {
        #expect(TargetBasis(text) == nil)
    }
}
