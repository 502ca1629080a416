/// A statement with its bind values. Values written into it by interpolation become `$1`, `$2` …; they never become part
/// of the text.
///
/// ```swift
/// let sql: SQL = "select id from rinda.job where queue = \(queue) limit \(limit)"
/// ```
///
/// `\(raw:)` splices trusted text, `\(identifier:)` a quoted name, and an `SQL` in an `SQL` keeps its own values. A value
/// that cannot be sent (a text with NUL) makes the statement fail when it is run, before anything is sent.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The statement's text, with `$n` for each bind value.
    package private(set) var text: String
    private(set) var binds = Binds()
    /// Where each `$n` begins in the text, in UTF-8 bytes, so that it can be renumbered when spliced elsewhere.
    private var marks: [Int] = []
    private(set) var failure: PostgresError?

    /// A statement without bind values.
    package init(stringLiteral text: String) {
        self.text = text
    }

    /// A statement of trusted text, without bind values.
    package init(raw text: String) {
        self.text = text
    }

    /// A statement with the bind values interpolated into it.
    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// Appends another piece with its bind values.
    package mutating func append(_ other: SQL) {
        if failure == nil { failure = other.failure }
        guard !other.marks.isEmpty else {
            text += other.text
            return
        }
        let utf8 = other.text.utf8
        var position = utf8.startIndex
        for (index, mark) in other.marks.enumerated() {
            let dollar = utf8.index(utf8.startIndex, offsetBy: mark)
            text += other.text[position..<dollar]
            placeMark(number: binds.count + index + 1)
            position = utf8.index(dollar, offsetBy: 1 + String(index + 1).utf8.count)
        }
        text += other.text[position...]
        binds.append(other.binds)
    }

    fileprivate mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        do {
            try binds.append(value)
        } catch {
            if failure == nil { failure = error }
        }
        placeMark(number: binds.count)
    }

    private mutating func placeMark(number: Int) {
        marks.append(text.utf8.count)
        text += "$"
        text += String(number)
    }

    /// The pieces of an `SQL` as the compiler hands them over.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(raw: "")

        /// An empty statement with room for what the compiler announces.
        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            sql.marks.reserveCapacity(interpolationCount)
            sql.binds.reserveCapacity(interpolationCount)
        }

        /// Appends trusted text of the source code.
        package mutating func appendLiteral(_ literal: String) {
            sql.text += literal
        }

        /// Binds a value.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
            sql.bind(value)
        }

        /// Binds a value or NULL: an overload of its own, since the compiler takes an optional in an interpolation for an
        /// oversight otherwise.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            sql.bind(value)
        }

        /// Splices another statement's text and values.
        package mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }

        /// Splices trusted text as it stands: never anything that came from outside.
        package mutating func appendInterpolation(raw text: String) {
            sql.text += text
        }

        /// Splices a name in double quotes.
        package mutating func appendInterpolation(identifier name: String) {
            if sql.failure == nil, name.utf8.contains(0) {
                sql.failure = PostgresError(.encoding, "a name holds the character NUL (U+0000)")
            }
            sql.text += SQL.quoted(identifier: name)
        }
    }

    /// A name in double quotes, those inside doubled.
    package static func quoted(identifier name: String) -> String {
        var quoted = "\""
        for character in name.unicodeScalars {
            if character == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(character) }
        }
        return quoted + "\""
    }
}

extension SQL: CustomStringConvertible {
    /// The text with its placeholders: bind values are never shown.
    package var description: String { text }
}

/// Bind values in PostgreSQL's binary form, one behind the other.
struct Binds: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var types: [UInt32] = []
    /// Bytes of each value, -1 for NULL.
    private(set) var lengths: [Int32] = []

    var count: Int { types.count }

    mutating func reserveCapacity(_ count: Int) {
        types.reserveCapacity(count)
        lengths.reserveCapacity(count)
    }

    mutating func append<Value: PostgresEncodable>(_ value: Value) throws(PostgresError) {
        types.append(Value.postgresType.oid)
        if value.isPostgresNull {
            lengths.append(-1)
            return
        }
        let start = bytes.count
        // The length goes in even where encoding fails, so that values and placeholders stay in step.
        defer { lengths.append(Int32(clamping: bytes.count - start)) }
        try value.encode(into: &bytes)
    }

    mutating func append(_ other: Binds) {
        bytes += other.bytes
        types += other.types
        lengths += other.lengths
    }
}
