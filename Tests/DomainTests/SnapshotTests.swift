import Civil
import Domain
import Testing

@Suite("Snapshots")
struct SnapshotTests {
    private func two() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 10)
        set.says("A", "2019-H2", ["I": .n(5)], at: "2020-01-10")
        return set
    }

    @Test("the order of rows, the clock and known-at are not in the hash")
    func whatIsNotIn() throws {
        var set = two()
        set.says("B", "2019-H2", ["I": .n(5)], at: "2020-01-11")
        let hash = try set.ask("2019-H2", knownAt: "2020-02-01").snapshot
        #expect(hash.utf8.count == 64)
        #expect(try set.ask("2019-H2", knownAt: "2024-02-01").snapshot == hash)
        #expect(try set.ask("2019-H2", today: "2030-01-01").snapshot == hash)
        var shuffled = set
        shuffled.dataSet.units.reverse()
        shuffled.dataSet.submissions.reverse()
        shuffled.dataSet.observations.reverse()
        shuffled.dataSet.memberships.reverse()
        #expect(try shuffled.ask("2019-H2").snapshot == hash)
    }

    @Test("whether a missing submission was due is in it, and nothing else about the day")
    func due() throws {
        let set = two()
        let before = try set.ask("2019-H2", knownAt: "2020-01-12").snapshot
        #expect(try set.ask("2019-H2", knownAt: "2020-01-14").snapshot == before)
        let after = try set.ask("2019-H2", knownAt: "2020-01-15").snapshot
        #expect(after != before)
        #expect(try set.ask("2019-H2", knownAt: "2021-01-15").snapshot == after)
    }

    @Test("rows that play no part leave it as it is")
    func unused() throws {
        var set = two()
        let hash = try set.ask("2019-H2").snapshot
        set.says("A", "2020-H1", ["I": .n(6)])
        set.says("A", "2019-H2", ["I": .n(7)], version: 2, status: .received)
        set.unit("Z", from: "2022-01-01")
        set.version(9, from: "2030-01-01")
        set.target("I", "A", 50, version: 9)
        set.form("OTHER")
        set.indicator("X", on: "OTHER")
        set.says("A", "2019-H2", ["X": .n(1)], form: "OTHER")
        set.dataSet.calendar = [CalendarDay(calendar: "LV", date: day("2024-01-01"), kind: .holiday, name: "")]
        #expect(try set.ask("2019-H2").snapshot == hash)
    }

    @Test("whatever changes a figure, and every part of the question, changes it")
    func used() throws {
        let set = two()
        var hashes = [try set.ask("2019-H2").snapshot]
        func also(_ change: (inout SetBuilder) -> Void) throws {
            var changed = set
            change(&changed)
            hashes.append(try changed.ask("2019-H2").snapshot)
        }
        try also { $0.dataSet.observations[0].value = 6 }
        try also { $0.dataSet.observations[0].obsStatus = .estimated }
        try also { $0.dataSet.submissions[0].isNil = true }
        try also { $0.says("A", "2019-H2", ["I": .n(5)], version: 2) }
        try also { $0.says("B", "2019-H1", ["I": .n(5)]) }
        try also { $0.target("I", "B", 0) }
        try also { $0.target("I", "A", 5, by: "2019-01-01", .milestone) }
        try also { $0.dataSet.targets[0].baseline = 1 }
        try also { $0.dataSet.plans[0].targetDate = day("2024-12-31") }
        try also { $0.unit("C") }
        try also { $0.dataSet.forms[0].dueWorkingDays = 3 }
        try also { $0.dataSet.indicators[0].direction = .down }
        try also {
            $0.version(2, from: "2018-06-01")
        }
        hashes.append(try set.ask("2019-H2", asOf: "2019-12-30").snapshot)
        hashes.append(try set.ask("2019").snapshot)
        hashes.append(try set.ask("2019-H2", basis: .original).snapshot)
        hashes.append(try set.ask("2019-H2", vintage: .map(day("2021-07-01"))).snapshot)
        // A nil flag on a submission with a row for every indicator says nothing more.
        #expect(hashes[3] == hashes[0])
        hashes.remove(at: 3)
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("the JSON has the fixed keys in the fixed order")
    func json() throws {
        var set = SetBuilder()
        set.indicator("I")
        set.units("A", "B")
        set.target("I", "A", 350, by: "2019-12-31")
        set.says("A", "2019-H1", ["I": .n(57)])
        set.says("B", "2019-H2", ["I": .n(number("0.50"))])
        let answer = try set.ask("2019-H2", knownAt: "2020-01-31")
        let expected = """
            {"plan":"P","period":"2019-H2","as_of":"2019-12-31","known_at":"2020-01-31T21:59:59Z","plan_version":1,\
            "snapshot":"\(answer.snapshot)","completeness":{"expected":2,"reported":1,"on_time":1,\
            "weighted":{"I":"0.00"}},"region":[{"indicator":"I","target":"350","baseline":"0","reported":"0.5",\
            "carried":"57.5","upper":"350.5","attained":"0.14","attained_reporting":null,"attained_carried":"16.43",\
            "attained_upper":"100.14","attained_capped":"0.00","pace":"0.0043","status":"GREY"}],\
            "units":[{"unit":"A","indicator":"I","target":"350","baseline":"0","actual":null,"obs_status":"L",\
            "attained":null,"pace":null,"status":"GREY","carried":{"value":"57","age":1}},\
            {"unit":"B","indicator":"I","target":null,"baseline":null,"actual":"0.5","obs_status":"A",\
            "attained":null,"pace":null,"status":"NO_TARGET","carried":null}]}
            """
        #expect(answer.json() == expected)
        let parts = answer.unitParts()
        #expect(parts.map(\.unit) == ["A", "B"])
        #expect(
            answer.json().hasSuffix(
                "\"units\":[\(parts.map { String($0.json.dropFirst().dropLast()) }.joined(separator: ","))]}"))
        #expect(answer.json().contains(answer.regionJSON()))
        #expect(answer.json().contains(answer.completenessJSON()))
    }

    @Test("rows come in the code point order of their codes")
    func order() throws {
        var set = SetBuilder()
        for code in ["b", "a", "Z", "ā", "B1-X", "B10"] { set.indicator(code) }
        for code in ["02", "10", "1", "Ž", "z"] { set.unit(code) }
        for indicator in set.dataSet.indicators { set.target(indicator.indicator, nil, 1) }
        let answer = try set.ask("2019-H2")
        #expect(answer.region.map(\.indicator) == ["B1-X", "B10", "Z", "a", "b", "ā"])
        #expect(answer.units.prefix(6).map(\.indicator) == ["B1-X", "B10", "Z", "a", "b", "ā"])
        #expect(
            Array(Set(answer.units.map(\.unit))).sorted {
                $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
            }
                == ["02", "1", "10", "z", "Ž"])
        #expect(answer.units.map(\.unit).first == "02")
        #expect(answer.units.map(\.unit).last == "Ž")
    }
}
