import Civil

/// Finds the units that a plan's figures can need: its members, all they have succeeded, and, for a later map, all that
/// have succeeded them.
enum UnitDirectory {
    static func units(of plan: String, in dataSet: DataSet, withSuccessors: Bool) -> [UnitFrame] {
        var predecessors: [String: [Int]] = [:]
        var successors: [String: [Int]] = [:]
        for (row, succession) in dataSet.successions.enumerated() {
            predecessors[succession.successor, default: []].append(row)
            successors[succession.predecessor, default: []].append(row)
        }
        var codes: Set<String> = []
        var open: [String] = []
        func find(_ code: String) {
            if codes.insert(code).inserted { open.append(code) }
        }
        for membership in dataSet.memberships where membership.plan == plan { find(membership.unit) }
        while let code = open.popLast() {
            for row in predecessors[code] ?? [] { find(dataSet.successions[row].predecessor) }
            if withSuccessors { for row in successors[code] ?? [] { find(dataSet.successions[row].successor) } }
        }

        var units = codes.sorted(by: inCodePointOrder).map { UnitFrame(code: $0) }
        var numbers: [String: Int] = Dictionary(minimumCapacity: units.count)
        for (number, unit) in units.enumerated() { numbers[unit.code] = number }
        for row in dataSet.units {
            if let number = numbers[row.code] {
                units[number].validity.append(Interval(from: row.validFrom, to: row.validTo))
            }
        }
        for row in dataSet.memberships where row.plan == plan {
            if let number = numbers[row.unit] {
                units[number].memberships.append((row.role, Interval(from: row.validFrom, to: row.validTo)))
            }
        }
        for row in dataSet.successions {
            let old = numbers[row.predecessor]
            let new = numbers[row.successor]
            if let old, let new {
                units[new].predecessors.append(
                    SuccessionEdge(unit: old, share: row.share, effectiveOn: row.effectiveOn))
                units[old].successors.append(
                    SuccessionEdge(unit: new, share: row.share, effectiveOn: row.effectiveOn))
            }
        }
        return units
    }
}
