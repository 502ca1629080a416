/// One value of a result as the server sent it, in binary. Valid only while it is being decoded.
package struct Cell {
    /// The type that the server gave it.
    package let type: PostgresType
    /// The first byte, or nil for NULL.
    let start: UnsafeRawPointer?
    /// The number of bytes.
    package let count: Int

    init(type: PostgresType, start: UnsafeRawPointer?, count: Int) {
        self.type = type
        self.start = start
        self.count = count
    }

    /// Whether the value is NULL.
    package var isNull: Bool { start == nil }

    /// The bytes, empty for NULL.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count) }

    /// The big-endian integer of a width that begins at an offset. The caller has checked the width.
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, at offset: Int = 0) -> Integer {
        Integer(bigEndian: start!.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    /// The failure of reading this value as a Swift type.
    package func mismatch(_ wanted: String) -> PostgresError {
        PostgresError(.decoding, "a value of type \(type) with \(count) bytes cannot be read as \(wanted)")
    }
}
