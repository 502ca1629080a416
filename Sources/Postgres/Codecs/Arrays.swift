/// A value that PostgreSQL keeps arrays of.
package protocol PostgresArrayElement: Sendable {
    /// The array's type.
    static var postgresArrayType: PostgresType { get }

    /// Appends the binary form of an array of such values.
    ///
    /// - Throws: `PostgresError.Code.encoding` for an element that its type cannot hold.
    static func encodeArray(_ values: [Self], into bytes: inout [UInt8]) throws(PostgresError)

    /// Reads an array of such values.
    ///
    /// - Throws: `PostgresError.Code.decoding` where it is not a one-dimensional array of them.
    static func decodeArray(_ cell: Cell) throws(PostgresError) -> [Self]
}

/// A single value that can be sent, read, and kept in arrays.
package protocol PostgresScalar: PostgresEncodable, PostgresDecodable, PostgresArrayElement {}

extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    /// Appends the header and the elements, each in its own binary form.
    ///
    /// - Throws: `PostgresError.Code.encoding` for an element that its type cannot hold.
    package static func encodeArray(_ values: [Self], into bytes: inout [UInt8]) throws(PostgresError) {
        guard !values.isEmpty else { return ArrayForm.appendEmpty(of: postgresType, to: &bytes) }
        ArrayForm.appendHeader(
            of: postgresType, count: values.count, hasNull: values.contains { $0.isPostgresNull }, to: &bytes)
        for value in values {
            if value.isPostgresNull {
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            let mark = bytes.count
            bytes.append(bigEndian: Int32(0))
            try value.encode(into: &bytes)
            let length = Int32(bytes.count - mark - 4).bigEndian
            bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: mark, as: Int32.self) }
        }
    }

    /// Reads the elements, each by its own type.
    ///
    /// - Throws: `PostgresError.Code.decoding` where it is not a one-dimensional array of them.
    package static func decodeArray(_ cell: Cell) throws(PostgresError) -> [Self] {
        var reader = try ArrayForm.Reader(cell)
        var values: [Self] = []
        values.reserveCapacity(reader.count)
        for _ in 0..<reader.count {
            values.append(try Self.read(try reader.next()))
        }
        return values
    }

    /// Writes an array of 64-bit integers in one go: ids come in thousands.
    static func encodeFixedWidthArray(
        _ values: [some FixedWidthInteger & Sendable], of type: PostgresType, into bytes: inout [UInt8]
    ) {
        guard !values.isEmpty else { return ArrayForm.appendEmpty(of: type, to: &bytes) }
        ArrayForm.appendHeader(of: type, count: values.count, hasNull: false, to: &bytes)
        let mark = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: values.count * 12))
        bytes.withUnsafeMutableBytes { buffer in
            var offset = mark
            for value in values {
                buffer.storeBytes(of: Int32(8).bigEndian, toByteOffset: offset, as: Int32.self)
                buffer.storeBytes(of: Int64(value).bigEndian, toByteOffset: offset + 4, as: Int64.self)
                offset += 12
            }
        }
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresScalar {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        try Element.encodeArray(self, into: &bytes)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package static func decode(_ cell: Cell) throws(PostgresError) -> [Element] {
        try Element.decodeArray(cell)
    }
}

/// Only `bytea` has a Swift array as its single value, so only arrays of bytes are elements of arrays.
extension Array: PostgresArrayElement where Element == UInt8 {
    package static var postgresArrayType: PostgresType { .byteaArray }
}

/// The binary form of a one-dimensional array: dimensions, whether there are nulls, the element's type, length and
/// lower bound, then each element with its length in front, -1 for NULL.
enum ArrayForm {
    static func appendEmpty(of type: PostgresType, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: Int32(0))
        bytes.append(bigEndian: type.oid)
    }

    static func appendHeader(of type: PostgresType, count: Int, hasNull: Bool, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(1))
        bytes.append(bigEndian: Int32(hasNull ? 1 : 0))
        bytes.append(bigEndian: type.oid)
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
    }

    /// Walks an array's elements.
    struct Reader {
        let count: Int
        private let cell: Cell
        private let elementType: PostgresType
        private var offset: Int

        init(_ cell: Cell) throws(PostgresError) {
            // An array says itself what it is; what does not look like one is told by its header.
            guard cell.count >= 12 else { throw cell.mismatch("an array") }
            let dimensions = cell.integer(Int32.self)
            guard (0...1).contains(cell.integer(Int32.self, at: 4)) else { throw cell.mismatch("an array") }
            self.cell = cell
            elementType = PostgresType(oid: cell.integer(UInt32.self, at: 8))
            switch dimensions {
            case 0:
                count = 0
                offset = 12
            case 1:
                guard cell.count >= 20 else { throw cell.mismatch("an array") }
                count = Int(cell.integer(Int32.self, at: 12))
                offset = 20
                guard count >= 0, count <= (cell.count - 20) / 4 else { throw cell.mismatch("an array") }
            default:
                throw PostgresError(.decoding, "an array of \(dimensions) dimensions is not read: flatten it in SQL")
            }
        }

        mutating func next() throws(PostgresError) -> Cell {
            guard offset + 4 <= cell.count else { throw cell.mismatch("an array") }
            let length = Int(cell.integer(Int32.self, at: offset))
            offset += 4
            guard length >= 0 else { return Cell(type: elementType, start: nil, count: 0) }
            guard offset + length <= cell.count else { throw cell.mismatch("an array") }
            defer { offset += length }
            return Cell(type: elementType, start: cell.start! + offset, count: length)
        }
    }
}
