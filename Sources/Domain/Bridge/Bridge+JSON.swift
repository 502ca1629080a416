import Civil

extension Bridge {
    /// The JSON of `rinda bridge --json`: shares in percent, steps in percentage points with two decimals, which add up
    /// exactly to the change; the same as fractions of 1 in `exact`. Null where there is no share at one of the ends.
    package func json() -> String {
        var text = JSONText()
        text.object { text in
            text.member("plan", from.question.plan)
            text.name("from")
            Self.write(from, to: &text)
            text.name("to")
            Self.write(to, to: &text)
            text.name("indicators")
            text.array(lines) { line, text in line.write(to: &text) }
        }
        return text.text
    }

    private static func write(_ attainment: Attainment, to text: inout JSONText) {
        text.object { text in
            text.member("period", attainment.question.period.code)
            text.member("as_of", attainment.asOf.description)
            text.member("known_at", attainment.question.knownAt?.description)
            text.member("plan_version", attainment.planVersion)
            text.member("snapshot", attainment.snapshot)
        }
    }
}

extension Bridge.Line {
    /// The names of the steps, in their order.
    package static let stepNames = ["actual", "correction", "organisation", "target"]

    fileprivate func write(to text: inout JSONText) {
        text.object { text in
            text.member("indicator", indicator)
            text.name("from")
            Self.write(from, to: &text)
            text.name("to")
            Self.write(to, to: &text)
            text.member("change", steps?.changeText)
            let shown = steps?.percentTexts
            for (place, name) in Self.stepNames.enumerated() { text.member(name, shown?[place]) }
            text.name("exact")
            if let steps {
                text.object { text in
                    text.member("change", steps.change.fractionText)
                    for (name, step) in zip(Self.stepNames, steps.inOrder) { text.member(name, step.fractionText) }
                }
            } else {
                text.null()
            }
        }
    }

    private static func write(_ figure: RegionFigure, to text: inout JSONText) {
        text.object { text in
            text.member("reported", figure.kind.text(of: figure.reported))
            text.member("target", figure.target?.decimalText)
            text.member("attained", figure.attained?.percentText)
        }
    }
}
