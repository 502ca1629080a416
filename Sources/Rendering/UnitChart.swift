import Domain

/// A bar chart of units against their targets, as SVG inside the page. Everything that it shows stands in the table
/// below it as well; its own title and description say so to those who hear the page.
struct UnitChart {
    private static let width = 760
    private static let labelWidth = 190
    private static let barWidth = 390
    private static let valueX = 600
    private static let rowHeight = 26
    private static let top = 34

    let indicator: ReportContent.Indicator
    /// The chart's id in the page.
    let id: String

    /// The share at the right end of the scale, at least 100 %, in whole tenths.
    private var scale: Rational {
        let greatest = indicator.units.compactMap(\.attained).max() ?? .zero
        return max(.one, (greatest * Rational(10)).roundedUp / Rational(10))
    }

    /// The chart's markup.
    var svg: String {
        let height = Self.top + indicator.units.count * Self.rowHeight + 12
        let title = "\(indicator.name): pašvaldību sasniegtais pret to mērķi"
        var lines = [
            "<svg class=\"chart\" role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\" viewBox=\"0 0 \(Self.width) \(height)\""
                + " width=\"\(Self.width)\" height=\"\(height)\" font-size=\"13\">",
            "<title id=\"\(id)-t\">\(escaped(title))</title>",
            "<desc id=\"\(id)-d\">\(escaped(description))</desc>",
        ]
        lines.append(
            "<line x1=\"\(Self.labelWidth)\" y1=\"\(Self.top - 2)\" x2=\"\(Self.labelWidth)\" y2=\"\(height - 8)\""
                + " stroke=\"#8a93a0\" stroke-width=\"1\"/>")
        lines += reference(at: .one, label: "mērķis 100 %", dashes: nil, height: height)
        if let expected = indicator.expected, expected < .one {
            lines += reference(
                at: expected, label: "gaidāmais \(LatvianNumber.percent(expected))", dashes: "4 3", height: height)
        }
        for (index, unit) in indicator.units.enumerated() { lines += row(unit, index) }
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    /// What the chart shows, in words.
    private var description: String {
        "Joslu diagramma. "
            + indicator.units.map { "\($0.name): \(Self.value(of: $0))" }.joined(separator: "; ") + "."
    }

    private func x(_ share: Rational) -> String {
        let units = max(.zero, share) / scale * Rational(Self.barWidth)
        return (units + Rational(Self.labelWidth)).rounded(decimals: 1)
    }

    private func reference(at share: Rational, label: String, dashes: String?, height: Int) -> [String] {
        let x = x(share)
        let style = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        return [
            "<line x1=\"\(x)\" y1=\"\(Self.top - 8)\" x2=\"\(x)\" y2=\"\(height - 8)\" stroke=\"#1c2430\""
                + " stroke-width=\"1\"\(style)/>",
            "<text x=\"\(x)\" y=\"\(Self.top - 14)\" text-anchor=\"middle\" font-size=\"12\" fill=\"#1c2430\">"
                + "\(escaped(label))</text>",
        ]
    }

    private func row(_ unit: ReportContent.UnitFigure, _ index: Int) -> [String] {
        let y = Self.top + index * Self.rowHeight
        let style = StatusStyle(unit.status)
        var lines = [
            "<text x=\"\(Self.labelWidth - 8)\" y=\"\(y + 15)\" text-anchor=\"end\" fill=\"#1c2430\">"
                + "\(escaped(unit.name))</text>"
        ]
        if let attained = unit.attained, attained > .zero {
            let length = (max(.zero, attained) / scale * Rational(Self.barWidth)).rounded(decimals: 1)
            lines.append(
                "<rect x=\"\(Self.labelWidth)\" y=\"\(y + 2)\" width=\"\(length)\" height=\"\(Self.rowHeight - 8)\""
                    + " fill=\"\(style.colour)\"/>")
        }
        lines.append(
            "<text x=\"\(Self.valueX)\" y=\"\(y + 15)\" fill=\"#1c2430\">\(escaped(Self.value(of: unit)))</text>")
        return lines
    }

    /// `13 no 62 (20,97 %)`, or what stands in place of a number.
    private static func value(of unit: ReportContent.UnitFigure) -> String {
        guard let actual = unit.actual else { return unit.observation?.label ?? "nav datu" }
        let target = unit.target.map { " no \(LatvianNumber.text($0))" } ?? ""
        let share = unit.attained.map { " (\(LatvianNumber.percent($0)))" } ?? ""
        return LatvianNumber.text(actual) + target + share
    }
}

/// A text inside markup.
func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
}
