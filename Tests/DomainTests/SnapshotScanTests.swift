import Civil
import Domain
import Testing

@Suite("Snapshots piece by piece")
struct SnapshotScanTests {
    /// What belongs to some units: their rows and those of all that they came from or became.
    private func slice(_ dataSet: DataSet, _ units: [String]) -> DataSet {
        var relatives = Set(units)
        var grows = true
        while grows {
            let before = relatives.count
            for row in dataSet.successions {
                if relatives.contains(row.predecessor) { relatives.insert(row.successor) }
                if relatives.contains(row.successor) { relatives.insert(row.predecessor) }
            }
            grows = relatives.count > before
        }
        var slice = dataSet
        slice.units.removeAll { !relatives.contains($0.code) }
        slice.memberships.removeAll { !relatives.contains($0.unit) }
        slice.successions.removeAll { !relatives.contains($0.predecessor) }
        slice.submissions.removeAll { !relatives.contains($0.unit) }
        slice.observations.removeAll { !relatives.contains($0.unit) }
        return slice
    }

    private func scan(
        _ set: SetBuilder, _ question: Question, pieces size: Int, known: Set<[UInt8]> = []
    ) throws -> (answer: Attainment, parts: [SnapshotScan.Part]) {
        var scan = try SnapshotScan(question, reference: slice(set.dataSet, []), today: day("2026-01-01"), zone: riga)
        let codes = Set(set.dataSet.units.map(\.code)).sorted()
        var parts: [SnapshotScan.Part] = []
        for start in stride(from: 0, to: codes.count, by: size) {
            let own = Array(codes[start..<min(start + size, codes.count)])
            parts += try scan.add(try scan.piece(Set(own), in: slice(set.dataSet, own)), known: known)
        }
        return (scan.finish(), parts)
    }

    @Test("say the same as at once: hash, region, completeness and rows", arguments: 0..<40)
    func sameAsWhole(seed: Int) throws {
        let set = randomSet(UInt64(seed))
        for (code, knownAt) in [("2019-H2", "2020-01-10"), ("2021-H1", nil), ("2021-H2", nil), ("2018", nil)] {
            let question = Question(plan: "P", period: period(code), knownAt: knownAt.map(instant))
            let whole = try Attainment.compute(question, in: set.dataSet, today: day("2026-01-01"), zone: riga)
            for size in [1, 2, 100] {
                let (answer, parts) = try scan(set, question, pieces: size)
                #expect(answer.snapshot == whole.snapshot)
                #expect(answer.region == whole.region)
                #expect(answer.completeness == whole.completeness)
                #expect(parts.map(\.unit) == whole.unitParts().map(\.unit))
                #expect(parts.map(\.rows) == whole.unitParts().map { Optional($0.json) })
            }
        }
    }

    @Test("rows that are known are not computed, and the answer is the same")
    func knownParts() throws {
        let set = randomSet(7)
        let question = Question(plan: "P", period: period("2020-H2"))
        let first = try scan(set, question, pieces: 2)
        let again = try scan(set, question, pieces: 2, known: Set(first.parts.map(\.inputs)))
        #expect(again.answer == first.answer)
        #expect(!again.parts.isEmpty && again.parts.allSatisfy { $0.rows == nil })
        #expect(again.parts.map(\.inputs) == first.parts.map(\.inputs))
    }

    @Test("after a correction only the inputs of that unit, and of those that came from it, are others")
    func correction() throws {
        var set = randomSet(7)
        let question = Question(plan: "P", period: period("2021-H2"))
        let unit = set.dataSet.successions[0].predecessor
        let heirs = Set(set.dataSet.successions.filter { $0.predecessor == unit }.map(\.successor))
        func changed(_ question: Question, _ change: (inout SetBuilder) -> Void) throws -> Set<String> {
            let before = Set(try scan(set, question, pieces: 3).parts.map(\.inputs))
            var other = set
            change(&other)
            return Set(try scan(other, question, pieces: 3).parts.filter { !before.contains($0.inputs) }.map(\.unit))
        }
        let code = "2020-H1"
        #expect(
            try changed(Question(plan: "P", period: period("2020-H2"))) {
                $0.says(unit, code, ["I": .n(77)], version: 9)
            } == [unit])
        #expect(try changed(question) { $0.says(unit, code, ["I": .n(77)], version: 9) } == heirs)
        #expect(try changed(question) { $0.target("I", nil, 999) }.isEmpty)
        set.dataSet.targets.removeAll { $0.unit == nil }
    }

    @Test("equal inputs have equal rows, whatever else the plan holds", arguments: 0..<20)
    func inputsDecide(seed: Int) throws {
        let set = randomSet(UInt64(seed))
        var rows: [[UInt8]: String?] = [:]
        for code in ["2019-H1", "2019-H2", "2020-H2", "2021-H1", "2021-H2"] {
            for knownAt in ["2019-07-10", "2020-01-14", "2020-01-15", "2021-07-01", "2022-01-20", "2024-01-01"] {
                let question = Question(plan: "P", period: period(code), knownAt: instant(knownAt))
                for part in try scan(set, question, pieces: 4).parts {
                    if let before = rows[part.inputs] { #expect(before == part.rows) }
                    rows[part.inputs] = part.rows
                }
            }
        }
    }

    @Test("units that a later map joins cannot come in pieces")
    func laterMap() {
        #expect(throws: DomainError.self) {
            try SnapshotScan(
                Question(plan: "P", period: period("2019-H2"), vintage: .map(day("2022-01-01"))),
                reference: randomSet(1).dataSet, today: day("2026-01-01"), zone: riga)
        }
    }
}
