import Domain
import Foundation

/// Reads one file of a data set folder, record by record, in bounded memory.
struct TableReader {
    let table: DataTable
    let path: String

    private static let pieceSize = 1 << 18

    /// Reads the file to its end, or to where it is no CSV any more. The faults found so far go in, those found here come
    /// out added.
    ///
    /// - Parameters:
    ///   - take: is given each record that has as many fields as the header, and reports its faults to them.
    ///   - pass: is called after every piece of the file, to send on what has gathered.
    /// - Throws: `RegistryError` where the file cannot be read, and what `pass` throws.
    func read(
        faults: ImportFaults, take: (RecordFields) -> Void, pass: () async throws -> Void
    ) async throws -> ImportFaults {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw RegistryError(.unusableFolder, "\(path) cannot be opened; check that it may be read")
        }
        defer { try? file.close() }
        var faults = faults
        var parser = CSVParser()
        var record = CSVRecord()
        var fields: RecordFields?
        var isAtEnd = false
        while true {
            do {
                guard try parser.next(into: &record) else {
                    try await pass()
                    if isAtEnd { break }
                    if let piece = try readPiece(of: file) {
                        parser.feed(piece)
                    } else {
                        parser.finish()
                        isAtEnd = true
                    }
                    continue
                }
            } catch let fault as CSVSyntaxFault {
                faults = fields?.faults ?? faults
                faults.addUnreadable(table, line: fault.line, "field \(fault.field) \(Self.text(of: fault.reason))")
                return faults
            }
            if let fields {
                offer(&record, fields, take)
            } else {
                guard let places = header(record, &faults) else { return faults }
                fields = RecordFields(table: table, places: places, faults: faults)
            }
        }
        if fields == nil {
            faults.addUnreadable(table, line: 1, "is empty; its first line must name the columns \(columnNames)")
        }
        return fields?.faults ?? faults
    }

    private func offer(_ record: inout CSVRecord, _ fields: RecordFields, _ take: (RecordFields) -> Void) {
        // The record goes to the fields and comes back, so that its buffers serve for the whole file.
        swap(&record, &fields.record)
        defer { swap(&record, &fields.record) }
        guard fields.record.count == fields.width else {
            let count = fields.record.count
            fields.fault(
                nil,
                "has \(count) \(count == 1 ? "field" : "fields") where the header has \(fields.width); "
                    + "put fields with commas or line ends in quotes")
            return
        }
        take(fields)
    }

    private func readPiece(of file: FileHandle) throws -> [UInt8]? {
        do {
            guard let data = try file.read(upToCount: Self.pieceSize), !data.isEmpty else { return nil }
            return [UInt8](data)
        } catch {
            throw RegistryError(.unusableFolder, "\(path) cannot be read to its end", cause: error)
        }
    }

    /// Where each column of the format stands in the file, or nil where the header has faults.
    private func header(_ record: CSVRecord, _ faults: inout ImportFaults) -> [Int]? {
        var places = Array(repeating: -1, count: table.columns.count)
        var isWhole = true
        func fault(_ message: String) {
            isWhole = false
            faults.addUnreadable(table, line: record.line, message)
        }
        for place in 0..<record.count {
            guard let name = String(validating: record[place], as: UTF8.self) else {
                fault("column \(place + 1) is not named in valid UTF-8; save the file as UTF-8")
                continue
            }
            guard let column = table.columns.first(where: { $0.name == name }) else {
                fault("\(RecordFields.quoted(name)) is no column of this file; it has \(columnNames)")
                continue
            }
            if places[column.index] >= 0 { fault("the column \(name) stands in the header twice; delete one") }
            places[column.index] = place
        }
        for column in table.columns where places[column.index] < 0 && !column.isOptional {
            fault("the column \(column.name) is missing in the header; the file has \(columnNames)")
        }
        return isWhole ? places : nil
    }

    private var columnNames: String {
        table.columns.map(\.name).joined(separator: ",")
    }

    private static func text(of reason: CSVSyntaxFault.Reason) -> String {
        switch reason {
        case .quoteInPlainField:
            "has a quote but does not begin with one; put the whole field in quotes and double those inside"
        case .textAfterQuote: "goes on after its closing quote; double the quotes inside a field"
        case .unterminatedQuote: "begins with a quote that is never closed; close it"
        case .bareCarriageReturn: "ends with a carriage return without a line feed; end lines with CRLF or LF"
        }
    }
}
