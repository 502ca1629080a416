import Civil
import Domain
import Testing

/// Properties over random plans; the seed is in the failure, so that it can be run again.
@Suite("Properties over random plans")
struct PropertyTests {
    @Test("sums over predecessors equal sums over successors, for figures and for targets", arguments: 0..<60)
    func sumsAcrossReform(seed: Int) throws {
        let set = randomSet(UInt64(seed), whole: true)
        #expect(DataSetCheck.check(set.dataSet).faults.isEmpty)
        let before = try set.ask("2021-H1").region()
        let after = try set.ask("2021-H2").region()
        #expect(after.reported == before.reported)
        #expect(after.target == before.target)
        let later = try set.ask("2021-H1", vintage: .map(day("2021-07-01")))
        #expect(later.units.allSatisfy { $0.unit.hasPrefix("B") })
        #expect(later.units.reduce(Rational.zero) { $0 + ($1.actual ?? .zero) } == before.reported)
        #expect(later.units.reduce(Rational.zero) { $0 + ($1.target ?? .zero) } == before.target)
    }

    @Test("a later map keeps the sum of what was reported", arguments: 0..<60)
    func laterMapKeepsSums(seed: Int) throws {
        let set = randomSet(UInt64(seed))
        let reported = try set.ask("2020-H2")
        let later = try set.ask("2020-H2", vintage: .map(day("2022-01-01")))
        func sum(_ answer: Attainment) -> Rational { answer.units.reduce(.zero) { $0 + ($1.actual ?? .zero) } }
        #expect(sum(reported) == sum(later))
        #expect(try reported.region().reported ?? .zero == sum(reported))
    }

    @Test(
        "taking away the report of a unit whose actual is at most max(target, last value) never lowers the upper figure",
        arguments: 0..<60)
    func missingNeverLowersUpper(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 1_000)
        var set = randomSet(UInt64(seed))
        set.dataSet.indicators[0].kind = .cumulativeUnique
        let code = ["2019-H2", "2020-H2"][random.below(2)]
        let full = try set.ask(code)
        for row in full.units {
            guard let actual = row.actual else { continue }
            var without = set
            without.dataSet.submissions.removeAll { $0.unit == row.unit && $0.period.code == code }
            without.dataSet.observations.removeAll { $0.unit == row.unit && $0.period.code == code }
            let answer = try without.ask(code)
            let last = try answer.unit(row.unit).carried?.value
            guard let bound = [row.target, last].compactMap({ $0 }).max(), actual <= bound else { continue }
            #expect(try #require(answer.region().upper) >= (try #require(full.region().upper)))
        }
    }

    @Test("lower bound, carried and upper stand in order where nobody exceeds what can be expected", arguments: 0..<60)
    func boundsAreOrdered(seed: Int) throws {
        var set = randomSet(UInt64(seed))
        set.dataSet.indicators[0].kind = .stock
        for code in ["2018-H2", "2020-H2", "2021-H2"] {
            let row = try set.ask(code).region()
            if let reported = row.reported, let carried = row.carried { #expect(reported <= carried) }
            if let carried = row.carried, let upper = row.upper { #expect(carried <= upper) }
        }
    }

    @Test("a snapshot is a function of its inputs: equal hashes have equal figures", arguments: 0..<20)
    func snapshotIsAFunction(seed: Int) throws {
        let set = randomSet(UInt64(seed))
        var known: [String: Attainment] = [:]
        for code in ["2019-H2", "2021-H1", "2021-H2"] {
            for knownAt in ["2020-01-03", "2020-01-14", "2020-01-15", "2021-07-01", "2022-01-20", "2024-01-01"] {
                var answer = try set.ask(code, knownAt: knownAt)
                answer.question.knownAt = nil
                if let before = known[answer.snapshot] { #expect(before == answer) }
                known[answer.snapshot] = answer
            }
        }
        #expect(known.count > 3)
    }
}
