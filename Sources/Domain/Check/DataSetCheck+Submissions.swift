import Civil

extension DataSetCheck {
    /// Submissions: references, keys, and periods of their form's recurrence.
    mutating func checkSubmissions() {
        checkKeys(.submissions, dataSet.submissions, "version", "unit, form, period and version") { $0.key }
        for (row, submission) in dataSet.submissions.enumerated() {
            checkUnit(submission.unit, .submissions, row)
            checkForm(submission.form, .submissions, row)
            if let form = forms[submission.form], form.recurrence != submission.period.recurrence {
                fault(
                    .submissions, row, "period",
                    "Form \(form.form) is owed each \(form.recurrence.rawValue); \(submission.period) is not such a "
                        + "period.")
            }
            if submission.version < 1 {
                fault(.submissions, row, "version", "The version \(submission.version) is below 1.")
            }
        }
    }

    /// Observations: their submission, their form, and a number exactly where the status says so.
    mutating func checkObservations() {
        struct Key: Hashable {
            let submission: Int
            let indicator: String
        }
        var rowOfSubmission: [Submission.Key: Int] = Dictionary(minimumCapacity: dataSet.submissions.count)
        for (row, submission) in dataSet.submissions.enumerated() { rowOfSubmission[submission.key] = row }
        var onForm: [String: String] = [:]
        for entry in dataSet.formIndicators where onForm[entry.indicator] == nil {
            onForm[entry.indicator] = entry.form
        }
        var seen: Set<Key> = []
        seen.reserveCapacity(dataSet.observations.count)
        var last: (key: Submission.Key, row: Int?)?
        for (row, observation) in dataSet.observations.enumerated() {
            let key = observation.submission
            if last?.key != key { last = (key, rowOfSubmission[key]) }
            if let submission = last?.row {
                if !seen.insert(Key(submission: submission, indicator: observation.indicator)).inserted {
                    fault(
                        .observations, row, "indicator",
                        "An earlier row has the same unit, form, period, version and indicator; keep one of the two.")
                }
            } else {
                fault(
                    .observations, row, "version",
                    "There is no submission of unit \(key.unit) for form \(key.form), period \(key.period), version "
                        + "\(key.version) in submissions.csv; add it.")
            }
            if indicators[observation.indicator] == nil {
                checkIndicator(observation.indicator, .observations, row)
            } else if onForm[observation.indicator] != observation.form {
                fault(
                    .observations, row, "indicator",
                    "Form \(observation.form) does not ask for indicator \(observation.indicator); see "
                        + "form_indicators.csv.")
            }
            checkNumber(of: observation, row)
        }
    }

    private mutating func checkNumber(of observation: Observation, _ row: Int) {
        let status = observation.obsStatus
        if status.carriesNumber, observation.value == nil {
            fault(
                .observations, row, "value",
                "Status \(status.rawValue) carries a number, and the value is empty; write it, or L for not collected.")
        }
        if !status.carriesNumber, observation.value != nil {
            fault(
                .observations, row, "value",
                "Status \(status.rawValue) carries no number; leave the value empty, or write status A.")
        }
        let isRatio = indicators[observation.indicator]?.kind == .ratio
        if isRatio, status.carriesNumber, observation.denominator == nil {
            fault(
                .observations, row, "denominator",
                "Indicator \(observation.indicator) is a RATIO: a number needs its denominator.")
        }
        if observation.denominator != nil, !isRatio || !status.carriesNumber {
            fault(
                .observations, row, "denominator",
                isRatio
                    ? "Status \(status.rawValue) carries no number, so it has no denominator either."
                    : "Only indicators of kind RATIO have a denominator; leave it empty.")
        }
    }

    /// A submission from a unit that does not owe the form is allowed; its numbers belong to the unit's series.
    mutating func warnOfSubmissionsNotOwed() {
        struct Key: Hashable {
            let unit: String
            let form: String
            let period: Period
        }
        let duties = FormDuties(dataSet)
        var answers: [Key: Bool] = [:]
        for (row, submission) in dataSet.submissions.enumerated() {
            guard forms[submission.form] != nil, units.contains(submission.unit) else { continue }
            let key = Key(unit: submission.unit, form: submission.form, period: submission.period)
            let owes =
                answers[key] ?? duties.owes(submission.form, unit: submission.unit, on: submission.period.lastDay)
            answers[key] = owes
            if !owes {
                warn(
                    .submissions, row, "unit",
                    "Unit \(submission.unit) does not owe form \(submission.form) for \(submission.period): its "
                        + "numbers are kept in its series, but it is neither expected nor counted as reported.")
            }
        }
    }
}
