import Civil
import Domain

/// The fields of the record being read, as the types of the format. A field that is not of its type becomes a fault and
/// reads as nil; the other fields of the record are read all the same, so that all its faults are told at once.
///
/// A class, so that one value is filled record by record and passed to whoever builds rows from it.
final class RecordFields {
    let table: DataTable
    /// Where each column of the format stands in the file; -1 for an optional one that the file leaves out.
    private let places: [Int]
    private(set) var faults: ImportFaults
    /// How many fields the header has.
    let width: Int
    var record = CSVRecord()

    init(table: DataTable, places: [Int], faults: ImportFaults) {
        self.width = places.count { $0 >= 0 }
        self.table = table
        self.places = places
        self.faults = faults
    }

    /// The bytes of a field; empty where the file leaves the column out.
    func bytes(_ column: Column) -> ArraySlice<UInt8> {
        let place = places[column.index]
        return place < 0 ? [] : record[place]
    }

    func isEmpty(_ column: Column) -> Bool {
        bytes(column).isEmpty
    }

    func fault(_ column: Column?, _ message: String) {
        faults.addUnreadable(table, line: record.line, column: column, message)
    }

    /// The value of a field that may be empty: some(nil) where it is, nil where it holds a fault.
    func ifPresent<Value>(_ column: Column, _ read: (Column) -> Value?) -> Value?? {
        if isEmpty(column) { return .some(nil) }
        return read(column).map { .some($0) }
    }

    // MARK: types of fields

    /// A text, which may be empty unless a value is required.
    func text(_ column: Column, required: Bool = false) -> String? {
        guard let text = string(column) else { return nil }
        if required && text.isEmpty {
            fault(column, "is empty; a value is required")
            return nil
        }
        return text
    }

    /// A code: one to 64 characters without white space.
    func code(_ column: Column) -> String? {
        guard let code = text(column, required: true) else { return nil }
        guard Self.isCode(code) else {
            fault(column, "\(Self.quoted(code)) is no code; write 1 to 64 characters without white space")
            return nil
        }
        return code
    }

    func date(_ column: Column) -> LocalDate? {
        guard let text = text(column, required: true) else { return nil }
        guard let date = LocalDate(iso: text) else {
            fault(column, "\(Self.quoted(text)) is no date; write YYYY-MM-DD")
            return nil
        }
        return date
    }

    func instant(_ column: Column) -> Timestamp? {
        guard let text = text(column, required: true) else { return nil }
        guard let instant = Timestamp(iso: text) else {
            fault(
                column,
                "\(Self.quoted(text)) is no instant; write date, time and offset from UTC: 2020-01-15T10:00:00+02:00")
            return nil
        }
        return instant
    }

    func integer(_ column: Column, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(column, required: true) else { return nil }
        guard let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") else {
            let bounds =
                range.upperBound == .max ? "from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            fault(column, "\(Self.quoted(text)) is no whole number \(bounds)")
            return nil
        }
        return value
    }

    func boolean(_ column: Column) -> Bool? {
        guard let text = text(column, required: true) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            fault(column, "\(Self.quoted(text)) is neither true nor false")
            return nil
        }
    }

    func decimal(_ column: Column) -> Rational? {
        guard let text = text(column, required: true) else { return nil }
        guard text.utf8.count <= Self.longestDecimal, let value = Rational(decimal: text) else {
            fault(column, "\(Self.quoted(text)) is no number; write a plain decimal with a point: 1172200.5")
            return nil
        }
        return value
    }

    func period(_ column: Column) -> Period? {
        guard let text = text(column, required: true) else { return nil }
        guard let period = Period(code: text) else {
            fault(column, "\(Self.quoted(text)) is no period; write 2019, 2019-H2, 2019-Q4 or 2019-07")
            return nil
        }
        return period
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ column: Column, _ type: Choice.Type) -> Choice? {
        guard let text = text(column, required: true) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            fault(column, "\(Self.quoted(text)) is none of \(known)")
            return nil
        }
        return choice
    }

    /// A mail address. Its value is never repeated in a fault: it may be a person's.
    func email(_ column: Column) -> String? {
        guard let text = text(column, required: true) else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isWord = !text.unicodeScalars.contains {
            $0.properties.isWhitespace || $0.properties.generalCategory == .control
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isWord else {
            fault(column, "is no mail address; write one address of the form name@domain")
            return nil
        }
        return text
    }

    // MARK: reading

    private func string(_ column: Column) -> String? {
        let bytes = bytes(column)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            fault(column, "is not valid UTF-8; save the file as UTF-8")
            return nil
        }
        guard !bytes.contains(0) else {
            fault(column, "holds a NUL character; remove it")
            return nil
        }
        return text
    }

    private static let longestDecimal = 100

    static func isCode(_ text: String) -> Bool {
        // Nearly all codes are plain ASCII, and a large file has millions of them.
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return (1...64).contains(text.utf8.count) }
        var length = 0
        for scalar in text.unicodeScalars {
            length += 1
            if scalar.properties.isWhitespace || scalar.properties.generalCategory == .control { return false }
        }
        return (1...64).contains(length)
    }

    /// A value as a fault shows it: in quotes, and not longer than a line.
    static func quoted(_ value: String) -> String {
        let shown = value.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
        return "“\(shown.joined())\(value.unicodeScalars.count > 60 ? "…" : "")”"
    }
}
