import Civil

extension DataSetCheck {
    /// A nil return repeats a number, so there must be one: of the unit in an earlier period, or of a predecessor before
    /// it ended. Whether it was known in time is asked when figures are computed.
    mutating func checkNilReturns() {
        let numbers = FirstNumbers(dataSet, forms: forms)
        var rowOfSubmission: [Submission.Key: Int] = Dictionary(minimumCapacity: dataSet.submissions.count)
        for (row, submission) in dataSet.submissions.enumerated() where submission.isNil {
            rowOfSubmission[submission.key] = row
        }
        var withRow: [Int: Set<String>] = [:]
        for (row, observation) in dataSet.observations.enumerated() {
            if !rowOfSubmission.isEmpty, let submission = rowOfSubmission[observation.submission] {
                withRow[submission, default: []].insert(observation.indicator)
            }
            guard observation.obsStatus == .unchanged else { continue }
            if !numbers.exist(observation.unit, observation.indicator, before: observation.period) {
                fault(
                    .observations, row, "obs_status",
                    "NIL repeats a number, and unit \(observation.unit) has none for indicator "
                        + "\(observation.indicator) before \(observation.period); write the number (0 if there is "
                        + "nothing), or M if the unit has no such target group.")
            }
        }
        for row in rowOfSubmission.values {
            let submission = dataSet.submissions[row]
            let missing = (indicatorsOfForm[submission.form] ?? []).filter {
                withRow[row]?.contains($0) != true
                    && !numbers.exist(submission.unit, $0, before: submission.period)
            }
            if !missing.isEmpty {
                fault(
                    .submissions, row, "nil",
                    "A nil return repeats numbers, and unit \(submission.unit) has none before \(submission.period) "
                        + "for: \(missing.sorted(by: inCodePointOrder).joined(separator: ", ")); give these a row.")
            }
        }
    }
}

/// The first period with a number, by unit and indicator.
private struct FirstNumbers {
    private struct Key: Hashable {
        let unit: String
        let indicator: String
    }

    private var first: [Key: Int] = [:]
    private let predecessors: [String: [Succession]]
    private let recurrences: [String: Recurrence]

    init(_ dataSet: DataSet, forms: [String: Form]) {
        predecessors = Dictionary(grouping: dataSet.successions, by: \.successor)
        var recurrences: [String: Recurrence] = [:]
        for entry in dataSet.formIndicators { recurrences[entry.indicator] = forms[entry.form]?.recurrence }
        self.recurrences = recurrences
        guard
            dataSet.submissions.contains(where: \.isNil)
                || dataSet.observations.contains(where: { $0.obsStatus == .unchanged })
        else { return }
        for row in dataSet.observations where row.obsStatus.carriesNumber {
            let key = Key(unit: row.unit, indicator: row.indicator)
            first[key] = min(first[key] ?? .max, row.period.ordinal)
        }
    }

    func exist(_ unit: String, _ indicator: String, before period: Period) -> Bool {
        // Successions in a circle are a fault of their own and must not keep this one from ending.
        exist(unit, indicator, through: period.ordinal - 1, depth: 0)
    }

    private func exist(_ unit: String, _ indicator: String, through last: Int, depth: Int) -> Bool {
        if let own = first[Key(unit: unit, indicator: indicator)], own <= last { return true }
        guard depth < 32, let recurrence = recurrences[indicator] else { return false }
        return (predecessors[unit] ?? []).contains { succession in
            let frozenAt = Period.last(recurrence, endingBy: succession.effectiveOn.adding(days: -1)).ordinal
            return exist(succession.predecessor, indicator, through: frozenAt, depth: depth + 1)
        }
    }
}
