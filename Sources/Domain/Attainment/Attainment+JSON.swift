import Civil

/// The rows of one unit in an attainment, as JSON: what a snapshot stores once and shares between snapshots.
package struct UnitPart: Hashable, Sendable {
    /// The unit's code.
    package let unit: String
    /// An array of the unit's rows, in the form and order of `units`.
    package let json: String
}

extension Attainment {
    /// The fixed JSON of `rinda attainment --json`: one object, keys in one order, figures as plain decimals in strings,
    /// percentages with two decimals, pace with four (`docs/domain.md` §7).
    package func json() -> String {
        var text = JSONText()
        text.object { text in
            text.member("plan", question.plan)
            text.member("period", question.period.code)
            text.member("as_of", asOf.description)
            text.member("known_at", question.knownAt?.description)
            text.member("plan_version", planVersion)
            text.member("snapshot", snapshot)
            text.name("completeness")
            completeness.write(to: &text)
            text.name("region")
            text.array(region) { figure, text in figure.write(to: &text) }
            text.name("units")
            text.array(units) { figure, text in figure.write(to: &text) }
        }
        return text.text
    }

    /// The completeness as JSON, as in `completeness`.
    package func completenessJSON() -> String {
        var text = JSONText()
        completeness.write(to: &text)
        return text.text
    }

    /// The region's figures as JSON, as in `region`.
    package func regionJSON() -> String {
        var text = JSONText()
        text.array(region) { figure, text in figure.write(to: &text) }
        return text.text
    }

    /// Rows of one unit as JSON.
    static func json(of rows: ArraySlice<UnitFigure>) -> String {
        var text = JSONText()
        text.array(rows) { figure, text in figure.write(to: &text) }
        return text.text
    }

    /// The units' rows as JSON, one part a unit, by code.
    package func unitParts() -> [UnitPart] {
        var parts: [UnitPart] = []
        var start = 0
        while start < units.count {
            var end = start + 1
            while end < units.count && units[end].unit == units[start].unit { end += 1 }
            parts.append(UnitPart(unit: units[start].unit, json: Self.json(of: units[start..<end])))
            start = end
        }
        return parts
    }
}

extension Completeness {
    func write(to text: inout JSONText) {
        text.object { text in
            text.member("expected", expected)
            text.member("reported", reported)
            text.member("on_time", onTime)
            text.name("weighted")
            text.object { text in
                for entry in weighted { text.member(entry.indicator, entry.share?.percentText) }
            }
        }
    }
}

extension RegionFigure {
    func write(to text: inout JSONText) {
        text.object { text in
            text.member("indicator", indicator)
            text.member("target", target?.decimalText)
            text.member("baseline", baseline?.decimalText)
            text.member("reported", kind.text(of: reported))
            text.member("carried", kind.text(of: carried))
            text.member("upper", kind.text(of: upper))
            text.member("attained", attained?.percentText)
            text.member("attained_reporting", attainedReporting?.percentText)
            text.member("attained_carried", attainedCarried?.percentText)
            text.member("attained_upper", attainedUpper?.percentText)
            text.member("attained_capped", attainedCapped?.percentText)
            text.member("pace", pace?.paceText)
            text.member("status", status.rawValue)
        }
    }
}

extension UnitFigure {
    func write(to text: inout JSONText) {
        text.object { text in
            text.member("unit", unit)
            text.member("indicator", indicator)
            text.member("target", target?.decimalText)
            text.member("baseline", baseline?.decimalText)
            text.member("actual", kind.text(of: actual))
            text.member("obs_status", obsStatus?.rawValue)
            text.member("attained", attained?.percentText)
            text.member("pace", pace?.paceText)
            text.member("status", status.rawValue)
            text.name("carried")
            if let carried {
                text.object { text in
                    text.member("value", carried.value.decimalText)
                    text.member("age", carried.age)
                }
            } else {
                text.null()
            }
        }
    }
}

extension IndicatorKind {
    /// A figure of this kind as printed: a ratio with at most six decimals, anything else in full.
    package func text(of figure: Rational?) -> String? {
        self == .ratio ? figure?.ratioText : figure?.decimalText
    }
}
