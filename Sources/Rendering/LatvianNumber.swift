import Domain

/// Figures in Latvian: decimal comma, blanks that do not break between thousands and before the percent sign.
enum LatvianNumber {
    /// The blank at which no line may break.
    private static let space = "\u{A0}"

    /// `1 172 200,5`: all decimals there are (a ratio has six at most).
    static func text(_ value: Rational) -> String { text(decimal: value.decimalText) }

    /// `1 172 200`
    static func text(_ value: Int) -> String { text(decimal: String(value)) }

    /// `16,29 %` of a share, where 1 is 100 %: two decimals, halves away from zero.
    static func percent(_ share: Rational) -> String { text(decimal: share.percentText) + space + "%" }

    /// `0,86`: two decimals, halves away from zero.
    static func twoDecimals(_ value: Rational) -> String { text(decimal: value.rounded(decimals: 2)) }

    private static func text(decimal: String) -> String {
        let isNegative = decimal.hasPrefix("-")
        let parts = decimal.drop { $0 == "-" }.split(separator: ".")
        let digits = Array(parts[0])
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += space }
            grouped.append(digit)
        }
        return (isNegative ? "\u{2212}" : "") + grouped + (parts.count > 1 ? ",\(parts[1])" : "")
    }
}

/// The plural categories of Latvian (Unicode CLDR, `lv`): 0, 10 to 20, 30 … are a category of their own.
enum LatvianPlural: Hashable {
    case zero, one, other

    /// The category of a count.
    init(_ count: Int) {
        let count = abs(count)
        if count % 10 == 0 || (11...19).contains(count % 100) {
            self = .zero
        } else {
            self = count % 10 == 1 ? .one : .other
        }
    }

    /// The form for a count: one for 1, 21, 31 …, the other for the rest, which in the nominative and the accusative is
    /// also that of the zero category.
    static func form(_ count: Int, one: String, other: String) -> String {
        LatvianPlural(count) == .one ? one : other
    }

    /// The count with its noun, `2 veidlapas`, `21 veidlapa`.
    static func phrase(_ count: Int, one: String, other: String) -> String {
        "\(LatvianNumber.text(count)) \(form(count, one: one, other: other))"
    }
}
