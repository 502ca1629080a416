/// A value that can be bound to a statement's parameter. Always sent in PostgreSQL's binary form.
package protocol PostgresEncodable: Sendable {
    /// The type that the parameter is declared with.
    static var postgresType: PostgresType { get }

    /// Whether the value is sent as NULL, in which case it is not asked for its bytes.
    var isPostgresNull: Bool { get }

    /// Appends the value's binary form, without its length.
    ///
    /// - Throws: `PostgresError.Code.encoding` for a value that the type cannot hold.
    func encode(into bytes: inout [UInt8]) throws(PostgresError)
}

extension PostgresEncodable {
    /// Whether the value is sent as NULL: never, unless the type says otherwise.
    package var isPostgresNull: Bool { false }
}

/// A value that can be read from a result's binary form.
package protocol PostgresDecodable {
    /// Reads a value that is not NULL.
    ///
    /// - Throws: `PostgresError.Code.decoding` where the server's type is not one that this type reads.
    static func decode(_ cell: Cell) throws(PostgresError) -> Self

    /// What NULL is read as: a failure, unless the type has a place for it.
    static func decodeNull() throws(PostgresError) -> Self
}

extension PostgresDecodable {
    /// What NULL is read as: a failure, since the type has no place for it.
    package static func decodeNull() throws(PostgresError) -> Self {
        throw PostgresError(.decoding, "NULL cannot be read as \(Self.self): read it as an Optional")
    }

    /// Reads a value or NULL.
    static func read(_ cell: Cell) throws(PostgresError) -> Self {
        cell.isNull ? try decodeNull() : try decode(cell)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        if let self { try self.encode(into: &bytes) }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ cell: Cell) throws(PostgresError) -> Wrapped? {
        .some(try Wrapped.decode(cell))
    }

    package static func decodeNull() throws(PostgresError) -> Wrapped? {
        .none
    }
}

/// Enumerations with a raw value that PostgreSQL can hold are bound as that value.
extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// The raw value's type.
    package static var postgresType: PostgresType { RawValue.postgresType }

    /// Appends the raw value's binary form.
    ///
    /// - Throws: `PostgresError.Code.encoding` for a raw value that its type cannot hold.
    package func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        try rawValue.encode(into: &bytes)
    }
}

/// Enumerations with a raw value that PostgreSQL can hold are read from that value.
extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// Reads the case of the raw value.
    package static func decode(_ cell: Cell) throws(PostgresError) -> Self {
        let raw = try RawValue.decode(cell)
        guard let value = Self(rawValue: raw) else {
            throw PostgresError(.decoding, "a value of type \(cell.type) is not a case of \(Self.self)")
        }
        return value
    }
}
