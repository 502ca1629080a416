import Civil
import Domain

/// An attainment as a person reads it in a terminal.
struct AttainmentText {
    private let attainment: Attainment
    private let contradictions: [Contradiction]

    init(_ attainment: Attainment, contradictions: [Contradiction] = []) {
        self.attainment = attainment
        self.contradictions = contradictions
    }

    var text: String {
        var lines = [
            "Plan \(attainment.question.plan), \(attainment.question.period.code), as of \(attainment.asOf)"
                + (attainment.question.knownAt.map { ", as known at \($0)" } ?? ""),
            "Targets of plan version \(attainment.planVersion.map(String.init) ?? "none") "
                + "(\(attainment.question.targetBasis)); snapshot \(attainment.snapshot.prefix(16))",
            "Reported: \(attainment.completeness.reported) of \(attainment.completeness.expected), "
                + "on time \(attainment.completeness.onTime)",
            "",
        ]
        var region = Table("INDICATOR", "REPORTED", "TARGET", "%", "CARRIED %", "UPPER %", "CAPPED %", "PACE", "STATUS")
        for figure in attainment.region {
            region.add(
                figure.indicator, figure.kind.text(of: figure.reported) ?? "–",
                figure.kind.text(of: figure.target) ?? "–",
                figure.attained?.percentText ?? "–", figure.attainedCarried?.percentText ?? "–",
                figure.attainedUpper?.percentText ?? "–", figure.attainedCapped?.percentText ?? "–",
                figure.pace?.paceText ?? "–", figure.status.rawValue)
        }
        lines.append(region.text(empty: "The plan has no indicators."))
        lines.append("")
        var units = Table("UNIT", "INDICATOR", "ACTUAL", "OBS", "TARGET", "%", "STATUS", "CARRIED")
        for row in attainment.units {
            units.add(
                row.unit, row.indicator, row.kind.text(of: row.actual) ?? "–", row.obsStatus?.rawValue ?? "–",
                row.kind.text(of: row.target) ?? "–", row.attained?.percentText ?? "–", row.status.rawValue,
                row.carried.map { "\(row.kind.text(of: $0.value) ?? "–") (\($0.age) periods old)" } ?? "")
        }
        lines.append(units.text(empty: "No units."))
        if !contradictions.isEmpty { lines += ["", "Published elsewhere:"] + contradictions.map(Self.note) }
        return lines.joined(separator: "\n")
    }

    private static func note(_ contradiction: Contradiction) -> String {
        let source = contradiction.source + (contradiction.publishedOn.map { ", \($0)" } ?? "")
        return "  \(contradiction.indicator): \(contradiction.value) (\(source))"
            + (contradiction.note.isEmpty ? "" : ": \(contradiction.note)")
    }
}
