import Civil

extension FrameworkAssessment {
    /// The JSON of `rinda framework --json`: one object, keys in one order, figures as plain decimals in strings,
    /// percentages with two decimals. What cannot be assessed is null.
    package func json() -> String {
        var text = JSONText()
        text.object { text in
            text.member("plan", attainment.question.plan)
            text.member("period", attainment.question.period.code)
            text.member("as_of", attainment.asOf.description)
            text.member("known_at", attainment.question.knownAt?.description)
            text.member("plan_version", attainment.planVersion)
            text.member("snapshot", attainment.snapshot)
            text.member("analogy", true)
            text.member("label", Self.label)
            text.member("serious_failure_count_basis", countBasis.rawValue)
            text.name("priorities")
            text.array(priorities) { priority, text in priority.write(to: &text) }
        }
        return text.text
    }
}

extension FrameworkAssessment.Priority {
    fileprivate func write(to text: inout JSONText) {
        text.object { text in
            text.member("priority", code)
            text.member("result", verdict.result.rawValue)
            if let isSeriousFailure = verdict.isSeriousFailure {
                text.member("serious_failure", isSeriousFailure)
            } else {
                text.member("serious_failure", nil as String?)
            }
            text.member("blocking", verdict.blocking)
            text.name("indicators")
            text.array(lines) { line, text in line.write(to: &text) }
        }
    }
}

extension FrameworkAssessment.Line {
    fileprivate func write(to text: inout JSONText) {
        text.object { text in
            text.member("indicator", measure.indicator)
            text.member("kind", measure.kind.rawValue)
            text.member("actual", kind?.text(of: measure.actual))
            text.member("reference", kind?.text(of: measure.reference))
            text.member("reference_kind", referenceKind?.rawValue)
            text.member("reference_date", referenceDate?.description)
            text.member("percent", measure.share?.percentText)
            text.name("missing")
            text.object { text in
                for level in FrameworkAssessment.levels {
                    text.member("\(level)", kind?.text(of: missing(to: level)))
                }
            }
            text.name("above")
            text.object { text in
                for level in FrameworkAssessment.levels { text.member("\(level)", kind?.text(of: above(level))) }
            }
        }
    }
}
