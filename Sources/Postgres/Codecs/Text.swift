extension String: PostgresScalar {
    package static var postgresType: PostgresType { .text }
    package static var postgresArrayType: PostgresType { .textArray }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        var text = self
        let holdsNUL = text.withUTF8 { utf8 in
            if utf8.contains(0) { return true }
            bytes.append(contentsOf: utf8)
            return false
        }
        if holdsNUL {
            throw PostgresError(.encoding, "a text holds the character NUL (U+0000), which PostgreSQL cannot store")
        }
    }

    /// Reads every type whose binary form is its text; types made in the database (enums, `citext`) are taken for such
    /// where their bytes are UTF-8 without NUL.
    package static func decode(_ cell: Cell) throws(PostgresError) -> String {
        let bytes = cell.bytes
        switch cell.type {
        case .text, .varchar, .name, .bpchar, .unknown, .json, .xml, .char:
            return String(decoding: bytes, as: UTF8.self)
        case .jsonb:
            return String(decoding: try JSON.body(cell), as: UTF8.self)
        case let type where type.isUserDefined:
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                throw cell.mismatch("String")
            }
            return text
        default:
            throw cell.mismatch("String")
        }
    }
}

/// A JSON value as its text, for `jsonb` and `json`.
package struct JSON: Hashable, Sendable {
    /// The JSON text. PostgreSQL checks it; `jsonb` comes back in PostgreSQL's own order and spacing.
    package let text: String

    /// The JSON value that a text spells.
    package init(_ text: String) {
        self.text = text
    }
}

extension JSON: PostgresScalar {
    package static var postgresType: PostgresType { .jsonb }
    package static var postgresArrayType: PostgresType { .jsonbArray }

    /// The version of `jsonb`'s binary form: one byte before the text.
    private static let version: UInt8 = 1

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(Self.version)
        try text.encode(into: &bytes)
    }

    package static func decode(_ cell: Cell) throws(PostgresError) -> JSON {
        JSON(try String.decode(cell))
    }

    /// A `jsonb`'s text, after its version.
    static func body(_ cell: Cell) throws(PostgresError) -> UnsafeRawBufferPointer.SubSequence {
        let bytes = cell.bytes
        guard bytes.first == version else {
            throw PostgresError(.decoding, "a jsonb value has a binary version that this program does not know")
        }
        return bytes.dropFirst()
    }
}
