import Registry
import Testing

@Suite("CSV as RFC 4180 writes it")
struct CSVTests {
    @Test("quoted fields keep commas, quotes and line ends", arguments: 1...7)
    func quotedFields(pieceSize: Int) throws {
        let records = try parse("a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n,,\r\nx,y,z", pieceSize: pieceSize)
        #expect(records.map(\.fields) == [["a", "b,\"c\"", "d\r\ne"], ["", "", ""], ["x", "y", "z"]])
        #expect(records.map(\.line) == [1, 3, 4])
    }

    @Test("LF and CRLF both end a record, and a byte order mark is passed over", arguments: 1...4)
    func lineEnds(pieceSize: Int) throws {
        let records = try parse("\u{FEFF}a,b\nc,d\r\n", pieceSize: pieceSize)
        #expect(records.map(\.fields) == [["a", "b"], ["c", "d"]])
    }

    @Test("an empty file has no record, an empty line has one empty field")
    func empty() throws {
        #expect(try parse("", pieceSize: 3).isEmpty)
        #expect(try parse("\na", pieceSize: 3).map(\.fields) == [[""], ["a"]])
    }

    @Test(
        "what is no CSV is refused with its line and field",
        arguments: [
            ("a,b\nc,d\"e\n", 2, 2, CSVSyntaxFault.Reason.quoteInPlainField),
            ("a\n\"b\"c\n", 2, 1, .textAfterQuote),
            ("a\n\nb,\"c\nd\n", 3, 2, .unterminatedQuote),
            ("a\rb\n", 1, 1, .bareCarriageReturn),
        ])
    func syntaxFaults(text: String, line: Int, field: Int, reason: CSVSyntaxFault.Reason) {
        let fault = #expect(throws: CSVSyntaxFault.self) { try parse(text, pieceSize: 2) }
        #expect(fault?.line == line)
        #expect(fault?.field == field)
        #expect(fault?.reason == reason)
    }

    @Test("what is written reads back the same, quoted only where it must be")
    func roundTrip() throws {
        var writer = CSVWriter()
        let fields = ["plain", "with,comma", "with \"quotes\"", "two\nlines", "ā č", ""]
        writer.write(fields.map(Optional.some))
        writer.write(["x", nil, "y"])
        let text = String(decoding: writer.take(), as: UTF8.self)
        #expect(text.hasPrefix("plain,\"with,comma\",\"with \"\"quotes\"\"\",\"two\nlines\",ā č,\r\n"))
        #expect(try parse(text, pieceSize: 5).map(\.fields) == [fields, ["x", "", "y"]])
        #expect(writer.take().isEmpty)
    }

    private func parse(_ text: String, pieceSize: Int) throws(CSVSyntaxFault) -> [(line: Int, fields: [String])] {
        var parser = CSVParser()
        var record = CSVRecord()
        var records: [(line: Int, fields: [String])] = []
        var rest = Array(text.utf8)[...]
        var isFinished = false
        while true {
            if try parser.next(into: &record) {
                records.append((record.line, (0..<record.count).map { String(decoding: record[$0], as: UTF8.self) }))
            } else if isFinished {
                return records
            } else if rest.isEmpty {
                parser.finish()
                isFinished = true
            } else {
                parser.feed(Array(rest.prefix(pieceSize)))
                rest = rest.dropFirst(pieceSize)
            }
        }
    }
}
