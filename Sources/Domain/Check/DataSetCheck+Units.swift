import Civil

extension DataSetCheck {
    /// Rows of units: names, validity, and that rows of one code do not overlap.
    mutating func checkUnits() {
        struct Key: Hashable {
            let code: String
            let from: LocalDate
        }
        checkKeys(.units, dataSet.units, "code", "code and valid_from") { Key(code: $0.code, from: $0.validFrom) }
        for (row, unit) in dataSet.units.enumerated() {
            checkNotEmpty(unit.code, .units, row, "code")
            checkNotEmpty(unit.name, .units, row, "name")
            checkSpan(unit.validFrom, unit.validTo, .units, row)
        }
        let rowsOfCode = Dictionary(grouping: dataSet.units.indices, by: { dataSet.units[$0].code })
        for rows in rowsOfCode.values where rows.count > 1 {
            let ordered = rows.sorted { dataSet.units[$0].validFrom < dataSet.units[$1].validFrom }
            for (earlier, later) in zip(ordered, ordered.dropFirst()) {
                let (first, second) = (dataSet.units[earlier], dataSet.units[later])
                // Two rows from one day are already reported as having one key.
                guard first.validFrom < second.validFrom else { continue }
                guard first.validTo.map({ $0 > second.validFrom }) ?? true else { continue }
                fault(
                    .units, max(earlier, later), "valid_from",
                    "Two rows of unit \(second.code) overlap: the one from \(first.validFrom) has not ended by "
                        + "\(second.validFrom); let it end (valid_to) on the day the next one begins.")
            }
        }
    }

    /// The shape of successions: the predecessor ends and the successor begins on the day, and shares add up to one.
    mutating func checkSuccessions() {
        checkKeys(.successions, dataSet.successions, "predecessor", "predecessor and successor") {
            [$0.predecessor, $0.successor]
        }
        var begins: [String: LocalDate] = [:]
        var ends: [String: LocalDate?] = [:]
        for unit in dataSet.units {
            begins[unit.code] = min(begins[unit.code] ?? unit.validFrom, unit.validFrom)
            if let known = ends[unit.code] {
                ends[unit.code] = .some(known.flatMap { end in unit.validTo.map { max(end, $0) } })
            } else {
                ends[unit.code] = .some(unit.validTo)
            }
        }
        var totals: [String: (first: Int, sum: Rational)] = [:]
        for (row, succession) in dataSet.successions.enumerated() {
            checkUnit(succession.predecessor, .successions, row, "predecessor")
            checkUnit(succession.successor, .successions, row, "successor")
            if succession.predecessor == succession.successor {
                fault(.successions, row, "successor", "Unit \(succession.successor) cannot succeed itself.")
            }
            if succession.share.signum <= 0 || succession.share > .one {
                fault(
                    .successions, row, "share",
                    "The share \(succession.share) is not above 0 and at most 1; write 1 for a whole unit.")
            }
            if let end = ends[succession.predecessor], end != succession.effectiveOn {
                fault(
                    .successions, row, "effective_on",
                    "Predecessor \(succession.predecessor) \(end.map { "ends on \($0)" } ?? "does not end"), not on "
                        + "\(succession.effectiveOn); its valid_to and effective_on must be one day.")
            }
            if let begin = begins[succession.successor], begin != succession.effectiveOn {
                fault(
                    .successions, row, "effective_on",
                    "Successor \(succession.successor) begins on \(begin), not on \(succession.effectiveOn); "
                        + "a unit that takes over others gets a code of its own from that day.")
            }
            let total = totals[succession.predecessor] ?? (row, .zero)
            totals[succession.predecessor] = (total.first, total.sum + succession.share)
        }
        for (code, total) in totals where total.sum != .one {
            fault(
                .successions, total.first, "share",
                "The shares of predecessor \(code) add up to \(total.sum); they must add up to exactly 1.")
        }
    }
}
