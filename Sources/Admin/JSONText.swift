import Civil
import Postgres

/// A JSON value as text, built in the order in which it is to be read.
struct JSONText {
    let text: String

    /// Text that is JSON already.
    init(raw: String) { text = raw }

    init(_ json: JSON) { text = json.text }

    init(_ value: String) {
        var escaped = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        text = escaped + "\""
    }

    init(_ value: some BinaryInteger) { text = "\(value)" }

    init(_ value: Bool) { text = value ? "true" : "false" }

    init(_ value: Timestamp) { self.init(value.description) }

    init(_ value: LocalDate) { self.init(value.description) }

    static let null = JSONText(raw: "null")

    /// An object with its members in order.
    static func object(_ members: [(String, JSONText)]) -> JSONText {
        JSONText(raw: "{" + members.map { "\(JSONText($0).text): \($1.text)" }.joined(separator: ", ") + "}")
    }

    /// An array, one element a line.
    static func array(_ elements: [JSONText]) -> JSONText {
        elements.isEmpty
            ? JSONText(raw: "[]") : JSONText(raw: "[\n  " + elements.map(\.text).joined(separator: ",\n  ") + "\n]")
    }
}

extension Optional {
    /// The value's JSON, or null.
    func json(_ make: (Wrapped) -> JSONText) -> JSONText { map(make) ?? .null }
}
