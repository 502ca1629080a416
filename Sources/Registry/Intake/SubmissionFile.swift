package import Domain

/// A file in which a municipality sends its rows: the columns of `observations.csv`, of which the version is the system's
/// to give, and beside them `nil` and `reason` (`docs/domain.md` §18).
package struct SubmissionFile: Hashable, Sendable {
    /// The columns that a file may have; the first three must be there.
    package static let columns = [
        "unit", "form", "period", "indicator", "value", "obs_status", "basis", "denominator", "version", "nil",
        "reason",
    ]
    private static let required = 3
    /// What a form that was sent out prefilled says for information: it may come back, and is not looked at.
    static let informative = ["name", "measure", "target", "last_period", "last_value"]

    /// What the file sends, one filing a form and period, in the order of the file; empty where there are findings.
    package private(set) var filings: [IntakeFiling] = []
    /// Why the file cannot be read.
    package private(set) var findings: [IntakeFinding] = []

    /// Reads the file.
    ///
    /// - Parameter reason: why it changes what was said before; a reason in a row comes before it.
    package init(_ bytes: [UInt8], reason: String? = nil) {
        var parser = CSVParser()
        parser.feed(bytes)
        parser.finish()
        var record = CSVRecord()
        var header: Header?
        do {
            while try parser.next(into: &record) {
                if let header {
                    take(record, header)
                } else {
                    header = readHeader(record)
                    if header == nil { break }
                }
            }
        } catch {
            add(.notCSV, line: error.line)
        }
        if findings.isEmpty, filings.isEmpty { add(.empty) }
        if Set(filings.map(\.unit)).count > 1 { add(.severalUnits, value: Self.list(filings.map(\.unit))) }
        if !findings.isEmpty { filings = [] }
        for filing in filings.indices where filings[filing].reason == nil { filings[filing].reason = reason }
    }

    private struct Header {
        /// The place of each column of `columns`; nil for one that the file leaves out.
        let places: [Int?]
        let width: Int
    }

    private mutating func add(
        _ rule: IntakeFinding.Rule, line: Int? = nil, subject: String? = nil, value: String? = nil
    ) {
        findings.append(IntakeFinding(rule, line: line, subject: subject, value: value))
    }

    private mutating func readHeader(_ record: CSVRecord) -> Header? {
        var places = [Int?](repeating: nil, count: Self.columns.count)
        for place in 0..<record.count {
            let name = String(validating: record[place], as: UTF8.self)
            if let name, Self.informative.contains(name) { continue }
            guard let name, let column = Self.columns.firstIndex(of: name), places[column] == nil else {
                add(.columnUnknown, line: record.line, value: name.map(RecordFields.quoted) ?? "?")
                continue
            }
            places[column] = place
        }
        for column in 0..<Self.required where places[column] == nil {
            add(.columnMissing, line: record.line, subject: Self.columns[column])
        }
        return findings.isEmpty ? Header(places: places, width: record.count) : nil
    }

    /// Takes a row: of its filing, which begins with the first row of its form and period.
    private mutating func take(_ record: CSVRecord, _ header: Header) {
        guard record.count == header.width else {
            return add(.fieldCount, line: record.line, value: "\(record.count)")
        }
        var fields = Fields(record: record, places: header.places)
        let unit = fields.code("unit")
        let form = fields.code("form")
        let period = fields.read("period") { Period(code: $0) }
        let row = fields.row()
        let isNil = fields.optional("nil") { ["true": true, "false": false][$0] } ?? false
        let reason = fields.optional("reason") { Optional($0) }
        findings += fields.findings
        guard let unit, let form, let period, fields.findings.isEmpty else { return }
        let place =
            filings.firstIndex { $0.unit == unit && $0.form == form && $0.period == period }
            ?? {
                filings.append(IntakeFiling(unit: unit, form: form, period: period, line: record.line))
                return filings.count - 1
            }()
        // "No change" without an indicator is said of all that have no row.
        if isNil || (row?.indicator.isEmpty ?? false) { filings[place].isNil = true }
        if let row, !row.indicator.isEmpty { filings[place].rows.append(row) }
        filings[place].reason = filings[place].reason ?? reason
    }

    private static func list(_ codes: [String]) -> String {
        Array(Set(codes)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: ", ")
    }

    /// The fields of one row.
    private struct Fields {
        let record: CSVRecord
        let places: [Int?]
        var findings: [IntakeFinding] = []

        init(record: CSVRecord, places: [Int?]) {
            self.record = record
            self.places = places
        }

        /// The text of a field, empty where the file has no such column; nil where it is no text.
        mutating func text(_ column: String) -> String? {
            guard let index = SubmissionFile.columns.firstIndex(of: column), let place = places[index] else {
                return ""
            }
            guard let text = String(validating: record[place], as: UTF8.self), !text.utf8.contains(0) else {
                fault(column, "?")
                return nil
            }
            return text
        }

        mutating func fault(_ column: String, _ value: String) {
            findings.append(
                IntakeFinding(
                    .malformed, line: record.line, subject: column, value: RecordFields.quoted(value)))
        }

        mutating func read<Value>(_ column: String, _ read: (String) -> Value?) -> Value? {
            guard let text = text(column) else { return nil }
            let value = read(text)
            if value == nil { fault(column, text) }
            return value
        }

        mutating func optional<Value>(_ column: String, _ read: (String) -> Value?) -> Value? {
            guard let text = text(column), !text.isEmpty else { return nil }
            return self.read(column, read)
        }

        mutating func code(_ column: String) -> String? {
            read(column) { RecordFields.isCode($0) ? $0 : nil }
        }

        /// The indicator of the row, with an empty code where the row says something of the form as a whole; nil where
        /// it says nothing at all, or cannot be read.
        mutating func row() -> IntakeFiling.Row? {
            let indicator = optional("indicator") { RecordFields.isCode($0) ? $0 : nil }
            let value = optional("value") { $0.utf8.count <= 100 ? Rational(decimal: $0) : nil }
            let denominator = optional("denominator") { $0.utf8.count <= 100 ? Rational(decimal: $0) : nil }
            let basis = optional("basis") { Basis(rawValue: $0) } ?? .ownOnly
            // A number without a status is an actual one.
            let said = optional("obs_status") { ObservationStatus(rawValue: $0) }
            let status = said ?? (value == nil ? nil : .actual)
            if indicator == nil, status == .unchanged, value == nil {
                return IntakeFiling.Row(line: record.line, indicator: "", value: nil, obsStatus: .unchanged)
            }
            guard let indicator else {
                // A row may say no more than nil.
                if value != nil || status != nil { fault("indicator", "") }
                return nil
            }
            guard let status else {
                if findings.isEmpty { fault("obs_status", "") }
                return nil
            }
            return IntakeFiling.Row(
                line: record.line, indicator: indicator, value: value, obsStatus: status, basis: basis,
                denominator: denominator)
        }
    }
}
