package import Domain
import Foundation
package import Postgres

/// What an export wrote.
package struct ExportReport: Hashable, Sendable {
    /// The rows of one file.
    package struct FileCount: Hashable, Sendable {
        /// The file.
        package let table: DataTable
        /// Its rows, the header not counted.
        package let rows: Int
    }

    /// The files, in the order of the format.
    package var files: [FileCount] = []
}

extension Registry {
    /// Writes everything that the data set format covers into a folder, as one state of the database: one file a table,
    /// sorted by key. Importing it elsewhere gives the same set, and exporting that the same files, byte for byte.
    ///
    /// - Parameters:
    ///   - path: the folder, made if it is missing; files of the format in it are replaced, each at once.
    ///   - zone: the IANA name of the zone in whose offset instants are written.
    /// - Throws: `RegistryError.unusableFolder`, `PostgresError`.
    @discardableResult
    package static func exportFolder(
        _ path: String, on pool: Pool, zone: String = "Europe/Riga"
    ) async throws -> ExportReport {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RegistryError(.unusableFolder, "\(path) cannot be made a folder; choose another", cause: error)
        }
        return try await pool.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            try await transaction.execute(
                "select set_config('timezone', \(zone), true), set_config('datestyle', 'ISO', true)")
            var report = ExportReport()
            for table in DataTable.allCases {
                let rows = try await TableExport(table: table).write(to: path, in: &transaction)
                report.files.append(ExportReport.FileCount(table: table, rows: rows))
            }
            return report
        }
    }
}

/// Writes one file of a data set folder.
struct TableExport {
    let table: DataTable

    /// The rows in COPY's text format, one column of text a field, sorted by key. Reads the table whole.
    private var copySQL: String {
        let fields = table.columns.map { column in
            switch column.type {
            case .boolean: "case when \"\(column.name)\" then 'true' else 'false' end"
            case .instant: Self.instantSQL(column)
            default: "\"\(column.name)\""
            }
        }.joined(separator: ", ")
        if table == .observations {
            let names = "unit, form, period, version, indicator, value, obs_status, basis, denominator"
            return """
                copy (select \(names) from rinda.submission join rinda.observation on submission = id
                       order by unit, form, period, version, indicator) to stdout
                """
        }
        let merge = TableMerge.all.first { $0.table == table }!
        let order = merge.key.map { column in
            // A row for the region stands before those of its units.
            column.type == .code || column.type == .text
                ? "\"\(column.name)\" collate \"C\" nulls first" : "\"\(column.name)\""
        }.joined(separator: ", ")
        return "copy (select \(fields) from \(merge.target) order by \(order)) to stdout"
    }

    /// An instant with the zone's offset, and with decimals only where it has some.
    private static func instantSQL(_ column: Column) -> String {
        let name = "\"\(column.name)\""
        return """
            to_char(\(name), 'YYYY-MM-DD"T"HH24:MI:SS')
            || case when date_trunc('second', \(name)) = \(name) then '' else to_char(\(name), '.US') end
            || to_char(\(name), 'TZH:TZM')
            """
    }

    /// Writes the file beside its place and moves it there when it is whole.
    func write(to folder: String, in transaction: inout Transaction) async throws -> Int {
        let path = "\(folder)/\(table.fileName)"
        let draft = path + ".part"
        guard FileManager.default.createFile(atPath: draft, contents: nil),
            let file = FileHandle(forWritingAtPath: draft)
        else { throw RegistryError(.unusableFolder, "\(draft) cannot be written; check the folder's permissions") }
        defer { try? file.close() }
        var writer = CSVWriter()
        writer.write(table.columns.map { Optional($0.name) })
        let rows = try await transaction.copyOut(copySQL, answerTimeout: .never) { piece in
            CopyText.forEachRow(of: piece) { writer.write($0) }
            try put(writer.take(), into: file, draft)
        }
        try put(writer.take(), into: file, draft)
        guard rename(draft, path) == 0 else {
            throw RegistryError(.unusableFolder, "\(path) cannot be replaced; check the folder's permissions")
        }
        return rows
    }

    private func put(_ bytes: [UInt8], into file: FileHandle, _ path: String) throws(RegistryError) {
        do {
            try file.write(contentsOf: Data(bytes))
        } catch {
            throw RegistryError(.unusableFolder, "\(path) cannot be written; is the disk full?", cause: error)
        }
    }
}

/// COPY's text format: fields between tabs, rows between line feeds, `\N` for NULL, a few characters escaped.
enum CopyText {
    /// Calls the body with the fields of each row; the bytes are whole rows.
    static func forEachRow(of bytes: [UInt8], _ body: ([String?]) -> Void) {
        var fields: [String?] = []
        var field: [UInt8] = []
        var isNull = false
        var index = 0
        func end() {
            fields.append(isNull ? nil : String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            isNull = false
        }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\t"): end()
            case UInt8(ascii: "\n"):
                end()
                body(fields)
                fields.removeAll(keepingCapacity: true)
            case UInt8(ascii: "\\") where index + 1 < bytes.count:
                index += 1
                switch bytes[index] {
                case UInt8(ascii: "N"): isNull = true
                case UInt8(ascii: "t"): field.append(UInt8(ascii: "\t"))
                case UInt8(ascii: "n"): field.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "r"): field.append(UInt8(ascii: "\r"))
                case UInt8(ascii: "b"): field.append(0x08)
                case UInt8(ascii: "f"): field.append(0x0C)
                case UInt8(ascii: "v"): field.append(0x0B)
                case let other: field.append(other)
                }
            case let byte: field.append(byte)
            }
            index += 1
        }
    }
}
