import Domain
import Postgres

/// One file of a folder on its way into the database: a temporary table with the file's columns and, for faults, the
/// line of each record.
///
/// Rows are staged by COPY as they are read, so that a file of any size needs the memory of one piece; what has to be
/// compared with the stored rows is then compared where they are.
struct StagedTable {
    let table: DataTable

    /// The temporary table's name.
    var name: String { "pg_temp.import_\(table.rawValue)" }

    var createSQL: String {
        let columns = table.columns.map { "\"\($0.name)\" \($0.type.rawValue)" }.joined(separator: ", ")
        return "create temporary table \"import_\(table.rawValue)\" (line integer not null, \(columns)) on commit drop"
    }

    var copySQL: String {
        let columns = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        return "copy \(name) (line, \(columns)) from stdin"
    }

    /// Appends a record in COPY's text format. Its fields have been read as their types, and PostgreSQL reads the same
    /// texts, so they go over as they are.
    func append(_ fields: RecordFields, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(fields.record.line).utf8)
        for column in table.columns {
            bytes.append(UInt8(ascii: "\t"))
            let field = fields.bytes(column)
            if field.isEmpty && column.isNullable {
                bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "N")])
                continue
            }
            for byte in field {
                switch byte {
                case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
                case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
                case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
                case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
                default: bytes.append(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
