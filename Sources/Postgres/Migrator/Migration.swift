import Crypto

/// One step of the database's schema: numbered, never changed once released, never undone.
package struct Migration: Sendable, Hashable {
    /// Its place in the row, from 1, without holes.
    package let number: Int
    /// What it brings, as in its file's name.
    package let name: String
    /// The statements.
    package let sql: String
    /// Whether programs that do not know it can no longer work with the database.
    package let breaking: Bool

    /// A step of the schema.
    package init(number: Int, name: String, sql: String, breaking: Bool) {
        self.number = number
        self.name = name
        self.sql = sql
        self.breaking = breaking
    }

    /// A step from a file named `0001_foundation.sql`; it is breaking where its first line is `-- rinda: breaking`.
    ///
    /// - Precondition: the file's name has that form; it stands in the source code.
    package init(file: String, _ bytes: [UInt8]) {
        let parts = file.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]), parts[1].hasSuffix(".sql") else {
            preconditionFailure("a migration's file is named like 0001_foundation.sql, not \(file)")
        }
        let sql = String(decoding: bytes, as: UTF8.self)
        let firstLine = sql.prefix { !$0.isNewline }
        self.init(
            number: number, name: String(parts[1].dropLast(4)), sql: sql,
            breaking: firstLine.split(separator: " ") == ["--", "rinda:", "breaking"])
    }

    /// SHA-256 of the text, in hexadecimal digits.
    package var checksum: String {
        SHA256.hash(data: Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// How it is called in messages: `0001_foundation`.
    package var title: String { Self.title(number: number, name: name) }

    static func title(number: Int, name: String) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name
    }
}
