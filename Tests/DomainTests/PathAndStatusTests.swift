import Civil
import Domain
import Testing

@Suite("Path, pace and status")
struct PathAndStatusTests {
    private func region(_ target: Rational, _ actual: Rational, _ more: (inout SetBuilder) -> Void = { _ in })
        throws -> RegionFigure
    {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A")
        set.target("I", nil, target)
        set.says("A", "2019-H2", ["I": .n(actual)])
        more(&set)
        return try set.ask("2019-H2").region()
    }

    @Test("pace at 2019-12-31 on the straight path of 2,190 days, 729 of them gone")
    func straight() throws {
        #expect(try region(350, 57).pace == Rational(57, 350) / Rational(729, 2190))
        #expect(try region(350, 57).pace?.paceText == "0.4892")
        #expect(try region(350, 57).status == .red)
        #expect(try region(288, 200).pace?.paceText == "2.0862")
        #expect(try region(288, 200).status == .green)
    }

    @Test("a milestone bends the path: 30 % by 2018-12-31 leaves 43.99 % expected a year later")
    func milestone() throws {
        let row = try region(350, 57) { set in
            set.target("I", nil, 105, by: "2018-12-31", .milestone)
            // Not strictly between the ends, or without a value: no point of the path.
            set.target("I", nil, 1, by: "2018-01-01", .milestone)
            set.target("I", nil, 349, by: "2023-12-31", .milestone)
            set.target("I", nil, nil, by: "2019-06-30", .milestone)
        }
        #expect(row.pace?.paceText == "0.3702")
        #expect(row.target == 350)
    }

    @Test("the path ends at the date of the FINAL row, and is 1 from there on")
    func finalDate() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 10, by: "2019-12-31")
        set.target("I", "B", 10, by: "2018-12-31")
        for unit in ["A", "B"] { set.says(unit, "2019-H2", ["I": .n(8)]) }
        let answer = try set.ask("2019-H2")
        #expect(try answer.unit("A").pace == Rational(4, 5))
        #expect(try answer.unit("B").pace == Rational(4, 5))
        #expect(try answer.unit("A").status == .amber)
        // A sum has no date of its own: the plan's.
        #expect(try answer.region().pace == Rational(16, 20) / Rational(729, 2190))
    }

    @Test("nothing expected yet: no pace, and grey unless the target is reached")
    func nothingExpected() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 10)
        set.target("I", "B", 10)
        set.says("A", "2017-H2", ["I": .n(5)])
        set.says("B", "2017-H2", ["I": .n(10)])
        let answer = try set.ask("2017-H2", basis: .original)
        #expect(try answer.unit("A").pace == nil)
        #expect(try answer.unit("A").status == .grey)
        #expect(try answer.unit("B").status == .blue)
    }

    @Test("a falling milestone never lets more be expected than all, nor less than nothing")
    func clamped() throws {
        let row = try region(100, 50) { set in
            set.target("I", nil, 150, by: "2019-12-31", .milestone)
        }
        #expect(row.pace == Rational(1, 2))
    }

    @Test(
        "the borders of pace are exact: 0.90 is green, 0.70 amber",
        arguments: [(900, AttainmentStatus.green), (899, .amber), (700, .amber), (699, .red), (1000, .blue)])
    func borders(actual: Int, status: AttainmentStatus) throws {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A")
        set.target("I", "A", 1000, by: "2019-12-31")
        set.says("A", "2019-H2", ["I": .n(Rational(actual))])
        #expect(try set.ask("2019-H2").unit("A").status == status)
    }

    @Test("target 0: no target for a figure of 0, unplanned for another, and no percentage")
    func targetZero() throws {
        #expect(try region(0, 0).status == .noTarget)
        #expect(try region(0, 3).status == .unplanned)
        #expect(try region(0, 3).attained == nil)
        #expect(try region(0, 3).reported == 3)
    }

    @Test("a target equal to its baseline is grey unless both are nought")
    func targetAtBaseline() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.unit("A")
        set.target("I", "A", 5, baseline: 5)
        set.says("A", "2019-H2", ["I": .n(7)])
        #expect(try set.ask("2019-H2").unit("A").status == .grey)
        #expect(try set.ask("2019-H2").unit("A").attained == nil)
    }

    @Test("the region is grey below 80 % completeness, exactly; units have no gate")
    func gate() throws {
        func status(_ reporting: Rational) throws -> (AttainmentStatus, AttainmentStatus) {
            var set = SetBuilder()
            set.indicator("I")
            set.units("A", "B")
            set.target("I", "A", reporting)
            set.target("I", "B", 100 - reporting)
            set.says("A", "2019-H2", ["I": .n(100)])
            let answer = try set.ask("2019-H2")
            return (try answer.region().status, try answer.unit("A").status)
        }
        #expect(try status(80) == (.blue, .blue))
        #expect(try status(number("79.9999")) == (.grey, .blue))
    }
}
