extension Connection {
    /// Sends data into a table by `copy … from stdin`: the body writes, the server reads as fast as it can, and the body
    /// waits where it is faster.
    ///
    /// - Parameters:
    ///   - statement: the trusted text of the statement.
    ///   - answerTimeout: how long the server may stay silent while an answer is due; every piece taken counts anew.
    ///   - body: writes the data in the format that the statement names.
    /// - Returns: the number of rows copied.
    /// - Throws: what the body throws, after which nothing has been copied; what the server refuses.
    @discardableResult
    package mutating func copyIn(
        _ statement: String, answerTimeout: AnswerTimeout = .standard,
        _ body: (inout CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await session.copyIn(statement, answerTimeout, body)
    }

    /// Reads data from a table or query by `copy … to stdout`.
    ///
    /// - Parameters:
    ///   - statement: the trusted text of the statement.
    ///   - answerTimeout: how long the server may stay silent; every piece counts anew.
    ///   - body: takes the data piece by piece, each piece whole rows; the server waits meanwhile.
    /// - Returns: the number of rows copied.
    /// - Throws: what the body throws, after which the statement has been cancelled; what the server refuses.
    @discardableResult
    package mutating func copyOut(
        _ statement: String, answerTimeout: AnswerTimeout = .standard,
        _ body: (_ piece: [UInt8]) async throws -> Void
    ) async throws -> Int {
        try await session.copyOut(statement, answerTimeout, body)
    }
}

extension Transaction {
    /// Sends data into a table by `copy … from stdin`, as `Connection.copyIn` does.
    ///
    /// - Throws: what the body throws; what the server refuses. The transaction has failed then.
    @discardableResult
    package mutating func copyIn(
        _ statement: String, answerTimeout: AnswerTimeout = .standard,
        _ body: (inout CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await session.copyIn(statement, answerTimeout, body)
    }

    /// Reads data from a table or query by `copy … to stdout`, as `Connection.copyOut` does.
    ///
    /// - Throws: what the body throws; what the server refuses. The transaction has failed then.
    @discardableResult
    package mutating func copyOut(
        _ statement: String, answerTimeout: AnswerTimeout = .standard,
        _ body: (_ piece: [UInt8]) async throws -> Void
    ) async throws -> Int {
        try await session.copyOut(statement, answerTimeout, body)
    }
}

/// Where the body of `copyIn` writes. Data are gathered into pieces of a good size for the wire.
package struct CopyWriter: ~Copyable {
    private let session: Session
    private var patience: Patience
    private var buffer: [UInt8] = []
    private static let pieceSize = 64 * 1024

    init(_ session: Session, _ patience: Patience) {
        self.session = session
        self.patience = patience
        buffer.reserveCapacity(Self.pieceSize + 4096)
    }

    /// Appends bytes as they stand.
    ///
    /// - Throws: `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func write(_ bytes: some Sequence<UInt8>) async throws(PostgresError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.pieceSize { try await flush() }
    }

    /// Appends a text as it stands.
    ///
    /// - Throws: `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func write(_ text: String) async throws(PostgresError) {
        try await write(text.utf8)
    }

    /// Appends one row in COPY's text format (the default of the statement): values as PostgreSQL reads them, nil for
    /// NULL; what needs escaping is escaped.
    ///
    /// - Throws: `.encoding` for a text with NUL; `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func writeRow(_ values: [String?]) async throws(PostgresError) {
        for (index, value) in values.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: "\t")) }
            guard let value else {
                buffer += Array("\\N".utf8)
                continue
            }
            for byte in value.utf8 {
                switch byte {
                case 0:
                    throw PostgresError(
                        .encoding, "a text holds the character NUL (U+0000), which PostgreSQL cannot store")
                case UInt8(ascii: "\\"): buffer += Array("\\\\".utf8)
                case UInt8(ascii: "\t"): buffer += Array("\\t".utf8)
                case UInt8(ascii: "\n"): buffer += Array("\\n".utf8)
                case UInt8(ascii: "\r"): buffer += Array("\\r".utf8)
                default: buffer.append(byte)
                }
            }
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.pieceSize { try await flush() }
    }

    /// Sends what has been gathered and waits until the server has taken it.
    ///
    /// - Throws: `.connectionLost`, `.answerTimeout`, `.cancelled`.
    package mutating func flush() async throws(PostgresError) {
        guard !buffer.isEmpty else { return }
        try await session.putCopyData(buffer, &patience)
        buffer.removeAll(keepingCapacity: true)
    }
}
