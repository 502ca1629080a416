import Civil
import Domain
import Testing

@Suite("The Kurzeme example")
struct KurzemeTests {
    @Test("2019-H2: 18 of 20 municipalities reported, and the three figures stand together")
    func endOf2019() throws {
        let answer = try Kurzeme.builder().ask("2019-H2", knownAt: "2020-01-22")
        #expect(answer.completeness.expected == 20)
        #expect(answer.completeness.reported == 18)
        #expect(answer.completeness.onTime == 16)
        #expect(try answer.weighted("GRT") == "98.86")
        #expect(try answer.weighted("FT") == "98.96")
        let grt = try answer.region("GRT")
        #expect(grt.target == 350)
        #expect(grt.reported == 57)
        #expect(grt.attained?.percentText == "16.29")
        #expect(grt.attainedReporting?.percentText == "16.47")
        #expect(grt.upper == 61)
        #expect(grt.attainedUpper?.percentText == "17.43")
        #expect(grt.pace?.paceText == "0.4892")
        #expect(grt.status == .red)
        let ft = try answer.region("FT")
        #expect(ft.reported == 204)
        #expect(ft.attained?.percentText == "70.83")
        #expect(ft.attainedReporting?.percentText == "71.58")
        #expect(ft.upper == 207)
        #expect(ft.attainedUpper?.percentText == "71.88")
        #expect(ft.status == .green)
        #expect(try answer.unit("0624200", "GRT").obsStatus == .lacking)
        #expect(try answer.unit("0624200", "GRT").actual == nil)
        #expect(answer.units.count == 40)
    }

    @Test("the map of 2021 shows the figures of 2019 by the seven successors, and changes nothing else")
    func onTheLaterMap() throws {
        let set = Kurzeme.builder()
        let reported = try set.ask("2019-H2", knownAt: "2020-01-22")
        let later = try set.ask("2019-H2", knownAt: "2020-01-22", vintage: .map(day("2021-07-01")))
        let codes = ["0027000", "0033000", "0046000", "0051000", "0056000", "0005000", "0007000"]
        #expect(try codes.map { try later.unit($0, "GRT").actual } == [9, 12, 7, 8, 1, 13, 7])
        #expect(try codes.map { try later.unit($0, "FT").actual } == [19, 24, 22, 25, 7, 68, 39])
        #expect(
            try codes.map { try later.unit($0, "GRT").attained?.percentText } == [
                "15.25", "20.69", "14.29", "12.70", "5.26", "20.97", "17.50",
            ])
        #expect(
            try codes.map { try later.unit($0, "FT").attained?.percentText } == [
                "50.00", "77.42", "68.75", "59.52", "58.33", "87.18", "70.91",
            ])
        #expect(try later.unit("0033000", "GRT").obsStatus == .provisional)
        #expect(try later.unit("0027000", "GRT").obsStatus == .actual)
        #expect(try later.region("GRT").attained == reported.region("GRT").attained)
        #expect(later.completeness == reported.completeness)
        #expect(later.snapshot != reported.snapshot)
    }

    @Test("2021-H2: Ventspils is missing, and its last figure is carried on the frozen final of its predecessor")
    func endOf2021() throws {
        let answer = try Kurzeme.builder().ask("2021-H2", knownAt: "2022-01-31")
        let grt = try answer.region("GRT")
        #expect(grt.reported == 139)
        #expect(grt.carried == 153)
        #expect(grt.upper == 179)
        #expect(grt.attained?.percentText == "39.71")
        #expect(grt.attainedCarried?.percentText == "43.71")
        #expect(grt.attainedUpper?.percentText == "51.14")
        #expect(grt.attainedReporting?.percentText == "44.84")
        #expect(try answer.weighted("GRT") == "88.57")
        let ft = try answer.region("FT")
        #expect(ft.reported == 238)
        #expect(ft.carried == 285)
        #expect(ft.upper == 293)
        #expect(ft.attained?.percentText == "82.64")
        #expect(ft.attainedCarried?.percentText == "98.96")
        #expect(ft.attainedUpper?.percentText == "101.74")
        #expect(ft.attainedReporting?.percentText == "102.15")
        // Liepāja counts for its target only: 220 of 288.
        #expect(ft.attainedCapped?.percentText == "76.39")
        #expect(try answer.weighted("FT") == "80.90")
        #expect(try answer.unit("0007000", "GRT").carried == CarriedFigure(value: 14, age: 1))
        #expect(try answer.unit("0005000", "FT").actual == 94)
        #expect(try answer.unit("0005000", "FT").status == .blue)
        #expect(try answer.unit("0027000", "GRT").target == 59)
        #expect(answer.completeness.expected == 7)
        #expect(answer.completeness.reported == 6)
    }

    @Test("with Ventspils reporting 47 the capped share counts 267 of 288")
    func cappedWithAll() throws {
        var set = Kurzeme.builder()
        set.says("0007000", "2021-H2", ["GRT": .n(0), "FT": .n(0)])
        let ft = try set.ask("2021-H2").region("FT")
        #expect(ft.reported == 285)
        #expect(ft.attainedCapped == Rational(267, 288))
    }

    @Test("a question at an earlier instant is answered as it was then")
    func knownAtIsStable() throws {
        var set = Kurzeme.builder()
        let before = try set.ask("2021-H2", knownAt: "2022-01-31")
        set.says("0007000", "2021-H2", ["GRT": .n(3), "FT": .n(3)], at: "2022-03-01")
        set.version(2, from: "2020-01-01", approved: "2022-07-26")
        set.target("GRT", "0007000", 43, version: 2)
        #expect(try set.ask("2021-H2", knownAt: "2022-01-31") == before)
        let after = try set.ask("2021-H2", knownAt: "2022-08-01")
        #expect(after.planVersion == 2)
        #expect(try after.unit("0007000", "GRT").actual == 17)
        #expect(try after.unit("0007000", "FT").actual == 50)
        #expect(after.snapshot != before.snapshot)
    }
}
