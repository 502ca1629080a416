extension Bool: PostgresScalar {
    package static var postgresType: PostgresType { .bool }
    package static var postgresArrayType: PostgresType { .boolArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(self ? 1 : 0)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Bool {
        guard cell.type == .bool, cell.count == 1 else { throw cell.mismatch("Bool") }
        return cell.integer(UInt8.self) != 0
    }
}

extension Int16: PostgresScalar {
    package static var postgresType: PostgresType { .int2 }
    package static var postgresArrayType: PostgresType { .int2Array }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: self)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Int16 {
        guard cell.type == .int2, cell.count == 2 else { throw cell.mismatch("Int16") }
        return cell.integer(Int16.self)
    }
}

extension Int32: PostgresScalar {
    package static var postgresType: PostgresType { .int4 }
    package static var postgresArrayType: PostgresType { .int4Array }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: self)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Int32 {
        switch (cell.type, cell.count) {
        case (.int4, 4): return cell.integer(Int32.self)
        case (.int2, 2): return Int32(cell.integer(Int16.self))
        default: throw cell.mismatch("Int32")
        }
    }
}

extension Int64: PostgresScalar {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: self)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Int64 {
        if cell.type == .int8, cell.count == 8 { return cell.integer(Int64.self) }
        switch (cell.type, cell.count) {
        case (.int4, 4): return Int64(cell.integer(Int32.self))
        case (.int2, 2): return Int64(cell.integer(Int16.self))
        case (.oidType, 4): return Int64(cell.integer(UInt32.self))
        // A 64-bit transaction number stays far below the sign bit.
        case (.xid8, 8): return cell.integer(Int64.self)
        default: throw cell.mismatch("Int64")
        }
    }

    package static func encodeArray(_ values: [Int64], into bytes: inout [UInt8]) throws(PostgresError) {
        encodeFixedWidthArray(values, of: .int8, into: &bytes)
    }
}

extension Int: PostgresScalar {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: Int64(self))
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Int {
        Int(try Int64.decode(cell))
    }

    package static func encodeArray(_ values: [Int], into bytes: inout [UInt8]) throws(PostgresError) {
        encodeFixedWidthArray(values, of: .int8, into: &bytes)
    }
}

extension Double: PostgresScalar {
    package static var postgresType: PostgresType { .float8 }
    package static var postgresArrayType: PostgresType { .float8Array }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: bitPattern)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> Double {
        switch (cell.type, cell.count) {
        case (.float8, 8): return Double(bitPattern: cell.integer(UInt64.self))
        case (.float4, 4): return Double(Float(bitPattern: cell.integer(UInt32.self)))
        default: throw cell.mismatch("Double")
        }
    }
}

extension [UInt8] {
    /// Appends an integer's bytes, the most significant first.
    mutating func append<Integer: FixedWidthInteger & BitwiseCopyable>(bigEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
