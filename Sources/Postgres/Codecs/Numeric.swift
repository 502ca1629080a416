/// A `numeric` as plain decimal text, exact: `-12.50`, no exponent. `NaN`, `Infinity` and `-Infinity` are possible.
package struct Numeric: Hashable, Sendable {
    /// The decimal text. Two texts of one value with different zeros at the end are different here.
    package let text: String

    /// The number that a decimal text spells; checked when it is bound.
    package init(_ text: String) {
        self.text = text
    }
}

extension Numeric: PostgresScalar {
    package static var postgresType: PostgresType { .numeric }
    package static var postgresArrayType: PostgresType { .numericArray }

    // The binary form: number of base-10000 digits, weight of the first (its power of 10000), sign, number of decimals
    // shown, the digits.
    private static let negative: UInt16 = 0x4000
    private static let special: [String: UInt16] = ["NaN": 0xC000, "Infinity": 0xD000, "-Infinity": 0xF000]

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        if let sign = Self.special[text] {
            for part in [0, 0, sign, 0] { bytes.append(bigEndian: part) }
            return
        }
        guard let form = DecimalText(text) else {
            throw PostgresError(.encoding, "a Numeric must be a plain decimal such as -12.50")
        }
        // Pad both sides to whole groups of four around the point.
        let lead = (4 - form.whole.count % 4) % 4
        let trail = (4 - form.decimals.count % 4) % 4
        let padded =
            [UInt8](repeating: 0, count: lead) + form.whole + form.decimals + [UInt8](repeating: 0, count: trail)
        var groups = stride(from: 0, to: padded.count, by: 4).map { start in
            padded[start..<start + 4].reduce(UInt16(0)) { $0 * 10 + UInt16($1) }
        }
        var weight = (form.whole.count + lead) / 4 - 1
        while groups.first == 0 {
            groups.removeFirst()
            weight -= 1
        }
        while groups.last == 0 { groups.removeLast() }
        guard groups.count <= Int(Int16.max), weight <= Int(Int16.max), form.decimals.count <= 16_383 else {
            throw PostgresError(.encoding, "a Numeric has more digits than PostgreSQL holds")
        }
        if groups.isEmpty { weight = 0 }
        bytes.append(bigEndian: Int16(groups.count))
        bytes.append(bigEndian: Int16(weight))
        bytes.append(bigEndian: form.isNegative && !groups.isEmpty ? Self.negative : 0)
        bytes.append(bigEndian: Int16(form.decimals.count))
        for group in groups { bytes.append(bigEndian: group) }
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Numeric {
        switch cell.type {
        case .int2, .int4, .int8: return Numeric(String(try Int64.decode(cell)))
        case .numeric: break
        default: throw cell.mismatch("Numeric")
        }
        guard cell.count >= 8, cell.count == 8 + 2 * Int(cell.integer(Int16.self)) else {
            throw cell.mismatch("Numeric")
        }
        let sign = cell.integer(UInt16.self, at: 4)
        if let name = special.first(where: { $0.value == sign })?.key { return Numeric(name) }
        let weight = Int(cell.integer(Int16.self, at: 2))
        let scale = Int(cell.integer(Int16.self, at: 6))
        let groups = (0..<Int(cell.integer(Int16.self))).map { cell.integer(UInt16.self, at: 8 + 2 * $0) }

        func digits(ofGroup index: Int) -> [UInt8] {
            let value = groups.indices.contains(index) ? groups[index] : 0
            return [value / 1000, value / 100 % 10, value / 10 % 10, value % 10].map { UInt8(ascii: "0") + UInt8($0) }
        }
        var text: [UInt8] = sign == negative ? [UInt8(ascii: "-")] : []
        let whole = weight < 0 ? [] : (0...weight).flatMap(digits).drop { $0 == UInt8(ascii: "0") }
        text += whole.isEmpty ? [UInt8(ascii: "0")] : Array(whole)
        if scale > 0 {
            text.append(UInt8(ascii: "."))
            text += (weight + 1..<weight + 1 + (scale + 3) / 4).flatMap(digits).prefix(scale)
        }
        return Numeric(String(decoding: text, as: UTF8.self))
    }
}

/// A plain decimal taken apart: sign, digits before the point, digits after it, as numbers 0 to 9.
private struct DecimalText {
    var isNegative = false
    var whole: [UInt8] = []
    var decimals: [UInt8] = []

    init?(_ text: String) {
        var seenPoint = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: "+") where index == 0: break
            case UInt8(ascii: ".") where !seenPoint: seenPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if seenPoint { decimals.append(digit) } else { whole.append(digit) }
            default: return nil
            }
        }
        if whole.isEmpty && decimals.isEmpty { return nil }
    }
}
