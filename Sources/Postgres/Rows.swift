import CLibPQ
package import Civil
import Glibc

/// The answer to a statement: its rows, decoded from libpq's own memory only when and where they are asked for. The whole
/// answer stays in memory as long as any of its rows does.
package struct Rows: RandomAccessCollection, Sendable {
    private let result: QueryResult?
    /// The number of rows.
    package let count: Int
    /// The number of rows that the statement inserted, updated, deleted, copied or returned.
    package let affected: Int

    init(_ result: QueryResult) {
        self.result = result
        count = result.rowCount
        affected = result.affected
    }

    init() {
        result = nil
        count = 0
        affected = 0
    }

    /// The first row's position: 0.
    package var startIndex: Int { 0 }
    /// The position after the last row.
    package var endIndex: Int { count }

    /// The row at a position.
    package subscript(position: Int) -> Row {
        precondition(position >= 0 && position < count, "row \(position) of \(count)")
        return Row(result: result!, index: position)
    }

    /// The names of the columns.
    package var columnNames: [String] { result?.columnNames ?? [] }

    /// One value by column and row, both counted from 0: the shortest way to read many.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column.
    package func decode<Value: PostgresDecodable>(
        column: Int, row: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try self[row].decode(column, as: type)
    }

    /// A 64-bit integer by column and row, both counted from 0.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column, also for NULL.
    package func int64(column: Int, row: Int) throws(PostgresError) -> Int64 {
        try self[row].decode(column, as: Int64.self)
    }

    /// An instant by column and row, both counted from 0.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column, also for NULL.
    package func timestamp(column: Int, row: Int) throws(PostgresError) -> Timestamp {
        try self[row].decode(column, as: Timestamp.self)
    }

    /// A text by column and row, both counted from 0.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column, also for NULL.
    package func text(column: Int, row: Int) throws(PostgresError) -> String {
        try self[row].decode(column, as: String.self)
    }

    /// The values of a column, one a row.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column.
    package func column<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in self { values.append(try row.decode(column, as: type)) }
        return values
    }
}

/// One row of an answer.
package struct Row: Sendable {
    private let result: QueryResult
    private let index: Int

    init(result: QueryResult, index: Int) {
        self.result = result
        self.index = index
    }

    /// The value of a column, counted from 0. Read what may be NULL as an Optional.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column.
    package func decode<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        do {
            return try Value.read(try cell(column))
        } catch {
            throw named(column, error)
        }
    }

    /// The value of a column by name. Read what may be NULL as an Optional.
    ///
    /// - Throws: `PostgresError.Code.decoding` naming the column, also where there is none of that name.
    package func decode<Value: PostgresDecodable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try decode(try column(name), as: type)
    }

    /// Whether the value of a column, counted from 0, is NULL.
    package func isNull(_ column: Int) -> Bool {
        result.cell(row: index, column: column)?.isNull ?? true
    }

    /// The number of a column by name.
    ///
    /// - Throws: `PostgresError.Code.decoding` where there is none of that name.
    package func column(_ name: String) throws(PostgresError) -> Int {
        guard let column = result.column(name) else {
            throw PostgresError(
                .decoding,
                "the answer has no column \"\(name)\", only \(result.columnNames.joined(separator: ", "))")
        }
        return column
    }

    func cell(_ column: Int) throws(PostgresError) -> Cell {
        guard let cell = result.cell(row: index, column: column) else {
            throw PostgresError(.decoding, "the answer has no column \(column), only \(result.columnCount)")
        }
        return cell
    }

    /// A decoding failure with the column's name in front.
    func named(_ column: Int, _ error: PostgresError) -> PostgresError {
        guard result.columnNames.indices.contains(column) else { return error }
        return PostgresError(
            error.code, "column \"\(result.columnNames[column])\": \(error.message)", cause: error.cause)
    }
}

/// Owns a `PGresult`: it is never changed once received, so it may be read from anywhere.
final class QueryResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let types: [PostgresType]
    let rowCount: Int
    let columnCount: Int

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
        types = (0..<columnCount).map { PostgresType(oid: PQftype(pointer, CInt($0))) }
    }

    deinit {
        PQclear(pointer)
    }

    var affected: Int {
        Int(String(cString: PQcmdTuples(pointer))) ?? 0
    }

    var columnNames: [String] {
        (0..<columnCount).map { String(cString: PQfname(pointer, CInt($0))) }
    }

    func column(_ name: String) -> Int? {
        // PQfnumber would fold case and look for quotes.
        (0..<columnCount).first { strcmp(PQfname(pointer, CInt($0)), name) == 0 }
    }

    func cell(row: Int, column: Int) -> Cell? {
        guard column >= 0, column < columnCount else { return nil }
        let (row, index) = (CInt(row), CInt(column))
        let length = PQgetlength(pointer, row, index)
        // Only an empty value can be NULL: one call saved for all others.
        if length == 0, PQgetisnull(pointer, row, index) == 1 {
            return Cell(type: types[column], start: nil, count: 0)
        }
        return Cell(type: types[column], start: UnsafeRawPointer(PQgetvalue(pointer, row, index)), count: Int(length))
    }
}
