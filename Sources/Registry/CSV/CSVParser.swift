/// Reads RFC 4180 CSV as it arrives: quoted fields with doubled quotes, commas and line ends in them; CRLF or LF between
/// records; a byte order mark at the beginning is passed over.
///
/// Bytes are fed in pieces of any size, and memory is bounded by one piece and one record.
package struct CSVParser: Sendable {
    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted, carriageReturn
    }

    private var input: ArraySlice<UInt8> = []
    private var state = State.fieldStart
    private var line = 1
    private var quoteLine = 1
    private var isInRecord = false
    private var isAtStart = true
    private var isFinished = false

    /// A parser at the beginning of a file.
    package init() {}

    /// Gives the next bytes of the file. Call when `next(into:)` has returned false.
    package mutating func feed(_ bytes: [UInt8]) {
        input = input.isEmpty ? bytes[...] : input + bytes
    }

    /// Says that no more bytes follow.
    package mutating func finish() {
        isFinished = true
    }

    /// Fills the record with the next one, or returns false where more bytes are needed (or, after `finish`, none are
    /// left). The same record must be passed again after a false, since it holds what has been read of it.
    ///
    /// - Throws: `CSVSyntaxFault`.
    package mutating func next(into record: inout CSVRecord) throws(CSVSyntaxFault) -> Bool {
        if isAtStart {
            guard input.count >= 3 || isFinished else { return false }
            if input.starts(with: [0xEF, 0xBB, 0xBF]) { input = input.dropFirst(3) }
            isAtStart = false
        }
        var position = input.startIndex
        let end = input.endIndex
        defer { input = input[position...] }
        while position < end {
            let byte = input[position]
            position += 1
            if !isInRecord {
                isInRecord = true
                record.begin(line: line)
            }
            switch state {
            case .fieldStart where byte == Self.quote:
                state = .quoted
                quoteLine = line
            case .fieldStart, .plain:
                switch byte {
                case Self.comma:
                    record.endField()
                    state = .fieldStart
                case Self.lineFeed:
                    return endRecord(&record)
                case Self.carriageReturn: state = .carriageReturn
                case Self.quote: throw fault(.quoteInPlainField, record)
                default:
                    record.bytes.append(byte)
                    state = .plain
                }
            case .quoted:
                if byte == Self.quote {
                    state = .quoteInQuoted
                } else {
                    if byte == Self.lineFeed { line += 1 }
                    record.bytes.append(byte)
                }
            case .quoteInQuoted:
                switch byte {
                case Self.quote:
                    record.bytes.append(byte)
                    state = .quoted
                case Self.comma:
                    record.endField()
                    state = .fieldStart
                case Self.lineFeed:
                    return endRecord(&record)
                case Self.carriageReturn: state = .carriageReturn
                default: throw fault(.textAfterQuote, record)
                }
            case .carriageReturn:
                guard byte == Self.lineFeed else { throw fault(.bareCarriageReturn, record) }
                return endRecord(&record)
            }
        }
        return try finishRecord(&record)
    }

    private mutating func finishRecord(_ record: inout CSVRecord) throws(CSVSyntaxFault) -> Bool {
        guard isFinished, isInRecord else { return false }
        switch state {
        case .quoted: throw CSVSyntaxFault(line: quoteLine, field: record.count + 1, reason: .unterminatedQuote)
        case .carriageReturn: throw fault(.bareCarriageReturn, record)
        case .fieldStart, .plain, .quoteInQuoted: return endRecord(&record)
        }
    }

    private mutating func endRecord(_ record: inout CSVRecord) -> Bool {
        record.endField()
        line += 1
        state = .fieldStart
        isInRecord = false
        return true
    }

    private func fault(_ reason: CSVSyntaxFault.Reason, _ record: CSVRecord) -> CSVSyntaxFault {
        CSVSyntaxFault(line: line, field: record.count + 1, reason: reason)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
