/// JSON written in the order of the calls, so that the same values give the same bytes.
struct JSONText {
    private(set) var text = ""
    /// Whether the next value or name has a neighbour before it.
    private var needsComma = false

    mutating func object(_ body: (inout JSONText) -> Void) {
        separate()
        text += "{"
        needsComma = false
        body(&self)
        text += "}"
        needsComma = true
    }

    mutating func array<Elements: Sequence>(
        _ elements: Elements, _ body: (Elements.Element, inout JSONText) -> Void
    ) {
        separate()
        text += "["
        needsComma = false
        for element in elements { body(element, &self) }
        text += "]"
        needsComma = true
    }

    mutating func name(_ name: String) {
        separate()
        quote(name)
        text += ":"
        needsComma = false
    }

    mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int?) {
        self.name(name)
        raw(value.map(String.init) ?? "null")
    }

    mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        raw(value ? "true" : "false")
    }

    mutating func string(_ value: String?) {
        guard let value else { return null() }
        separate()
        quote(value)
        needsComma = true
    }

    mutating func null() { raw("null") }

    private mutating func raw(_ value: String) {
        separate()
        text += value
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += "," }
    }

    /// RFC 8259 §7: the quotation mark, the reverse solidus and the control characters are escaped.
    private mutating func quote(_ value: String) {
        text += "\""
        if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                case "\r": text += "\\r"
                case "\t": text += "\\t"
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
        } else {
            text += value
        }
        text += "\""
    }
}
