/// One record of a CSV file: its fields as bytes, unquoted, and the line on which it begins.
///
/// Reused from record to record, so that reading millions of them allocates nothing for each.
package struct CSVRecord: Sendable {
    /// The line on which the record begins, counted from 1.
    package internal(set) var line = 0
    /// The fields, one after the other.
    var bytes: [UInt8] = []
    /// Where each field ends in `bytes`.
    var ends: [Int] = []

    /// A record without fields, for `CSVParser.next(into:)` to fill.
    package init() {}

    /// The number of fields.
    package var count: Int { ends.count }

    /// The bytes of a field, counted from 0.
    package subscript(field: Int) -> ArraySlice<UInt8> {
        bytes[(field == 0 ? 0 : ends[field - 1])..<ends[field]]
    }

    mutating func begin(line: Int) {
        self.line = line
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    mutating func endField() {
        ends.append(bytes.count)
    }
}

/// Why a file is not RFC 4180 CSV. After one of these the rest of the file has no meaning.
package struct CSVSyntaxFault: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// A quote in a field that does not begin with one.
        case quoteInPlainField
        /// A character between a closing quote and the next comma or line end.
        case textAfterQuote
        /// A quoted field that never ends.
        case unterminatedQuote
        /// A carriage return that no line feed follows.
        case bareCarriageReturn
    }

    /// The line, counted from 1, on which it was found (for an unterminated field: on which it begins).
    package let line: Int
    /// The field of its record, counted from 1.
    package let field: Int
    /// What is wrong.
    package let reason: Reason
}
