import Civil
import Domain

/// Municipalities that merge on 2021-07-01 with whole shares or splits, and report with gaps.
func randomSet(_ seed: UInt64, whole: Bool = false) -> SetBuilder {
    var random = SeededRandom(seed: seed)
    var set = SetBuilder()
    let kinds: [IndicatorKind] = [.cumulativeUnique, .stock, .money, .flow]
    set.indicator("I", kinds[random.below(whole ? 1 : kinds.count)])
    let count = random.below(5) + 2
    let olds = (0..<count).map { "A\($0)" }
    let news = (0..<random.below(3) + 1).map { "B\($0)" }
    for old in olds { set.unit(old, to: "2021-07-01") }
    for new in news { set.unit(new, from: "2021-07-01") }
    for old in olds {
        if random.chance(50) || news.count == 1 {
            set.succeeds(news[random.below(news.count)], [(old, 1)], on: "2021-07-01")
        } else {
            set.succeeds(news[0], [(old, number("0.3"))], on: "2021-07-01")
            set.succeeds(news[1], [(old, number("0.7"))], on: "2021-07-01")
        }
        if whole || old == "A0" || random.chance(80) { set.target("I", old, Rational(random.below(40) + 1)) }
        var total = 0
        for code in ["2018-H1", "2018-H2", "2019-H1", "2019-H2", "2020-H1", "2020-H2", "2021-H1"] {
            total += random.below(5)
            if whole || random.chance(70) { set.says(old, code, ["I": .n(Rational(total))]) }
        }
    }
    // A unit that has taken over nothing would only be in the way.
    let heirs = Set(set.dataSet.successions.map(\.successor))
    set.dataSet.units.removeAll { $0.code.hasPrefix("B") && !heirs.contains($0.code) }
    set.dataSet.memberships.removeAll { $0.unit.hasPrefix("B") && !heirs.contains($0.unit) }
    for new in news where heirs.contains(new) {
        if whole || random.chance(70) { set.says(new, "2021-H2", ["I": .n(Rational(whole ? 0 : random.below(5)))]) }
    }
    return set
}
