/// What a delivery status message says of one recipient (RFC 3464).
package struct DeliveryStatus: Hashable, Sendable {
    /// What became of the message.
    package enum Action: String, Hashable, Sendable, CaseIterable {
        /// It was not delivered and will not be.
        case failed
        /// It has not been delivered yet.
        case delayed
        /// It was delivered.
        case delivered
        /// It was handed to a system that reports nothing.
        case relayed
        /// It was delivered to several in place of the recipient.
        case expanded
    }

    /// What became of the message.
    package let action: Action
    /// The enhanced status code (RFC 3463), `5.1.1`; nil where it is missing or malformed.
    package let code: String?
    /// The recipient, without its type; nil where none is named.
    package let recipient: String?
}

/// A delivery status message: which message it is about, and what it says of its recipients.
package struct DeliveryReport: Hashable, Sendable {
    /// The addresses to which the report itself came: of a VERP address the delivery can be told.
    package let addressedTo: [String]
    /// The Message-ID of the message reported on, without angle brackets; nil where the report does not include it.
    package let messageID: String?
    /// What it says, recipient by recipient; not empty.
    package let statuses: [DeliveryStatus]

    /// Reads a message; nil for anything but a delivery status message.
    ///
    /// Nothing in it is trusted beyond this: a report only ever concerns a message that the ledger has.
    package init?(_ octets: [UInt8]) {
        let message = MIMEReader(octets)
        guard message.type == "multipart/report", let boundary = message.parameter("boundary") else { return nil }
        let parts = message.parts(boundary)
        guard let status = parts.first(where: { $0.type == "message/delivery-status" }) else { return nil }
        // The first group is about the message, each further one about a recipient.
        let statuses = status.groups().compactMap(Self.status)
        guard !statuses.isEmpty else { return nil }
        self.statuses = statuses
        addressedTo = ["delivered-to", "x-original-to", "envelope-to", "to"].flatMap { message.values($0) }
            .map(Self.withoutBrackets)
        let original = parts.first {
            ["message/rfc822", "text/rfc822-headers", "message/global-headers"].contains($0.type)
        }
        messageID = original.flatMap { MIMEReader($0.body).values("message-id").first.map(Self.withoutBrackets) }
    }

    /// The delivery that a VERP address of a mailbox names, where the report came to one (see `BounceAddress`).
    package func delivery(at mailbox: MailAddress) -> String? {
        for address in addressedTo {
            if let address = try? MailAddress(address),
                let delivery = BounceAddress.delivery(in: address, at: mailbox)
            {
                return delivery
            }
        }
        return nil
    }

    private static func status(_ group: [String: String]) -> DeliveryStatus? {
        guard let word = group["action"]?.lowercased(), let action = DeliveryStatus.Action(rawValue: word) else {
            return nil
        }
        let recipient = (group["final-recipient"] ?? group["original-recipient"]).map { value in
            withoutBrackets(String(value.split(separator: ";", maxSplits: 1).last ?? ""))
        }
        // A comment may follow the code.
        let code = group["status"]?.split { $0 == " " || $0 == "(" }.first.map(String.init)
        return DeliveryStatus(
            action: action, code: code.flatMap { isCode($0) ? $0 : nil },
            recipient: recipient.flatMap { $0.isEmpty ? nil : $0 })
    }

    private static func isCode(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && ["2", "4", "5"].contains(numbers[0])
            && numbers.allSatisfy { (1...3).contains($0.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    private static func withoutBrackets(_ text: String) -> String {
        if let open = text.firstIndex(of: "<"), let end = text[open...].firstIndex(of: ">") {
            return String(text[text.index(after: open)..<end])
        }
        return text.filter { !$0.isWhitespace }
    }
}

/// Reads a message or a part of one as far as a delivery status message needs it: headers, parameters, parts.
struct MIMEReader {
    private let headers: [(name: String, value: String)]
    /// The octets after the empty line.
    let body: [UInt8]

    /// A message or part; line breaks may be CR LF or LF alone.
    init(_ octets: [UInt8]) {
        var lines: [String] = []
        var rest = octets[...]
        while !rest.isEmpty {
            let line = Self.line(&rest)
            if line.isEmpty { break }
            lines.append(line)
        }
        headers = Self.fields(lines)
        body = Array(rest)
    }

    /// The media type in lower case; text/plain where none is given.
    var type: String {
        let value = values("content-type").first ?? "text/plain"
        return (value.split(separator: ";").first.map(String.init) ?? "").filter { !$0.isWhitespace }.lowercased()
    }

    /// The values of a header, unfolded.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    /// A parameter of the content type.
    func parameter(_ name: String) -> String? {
        for part in (values("content-type").first ?? "").split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, sides[0].filter({ !$0.isWhitespace }).lowercased() == name else { continue }
            let value = sides[1].drop(while: \.isWhitespace)
            if value.first == "\"" { return value.dropFirst().split(separator: "\"").first.map(String.init) }
            return String(value.prefix { !$0.isWhitespace })
        }
        return nil
    }

    /// The parts between the lines of a boundary.
    func parts(_ boundary: String) -> [MIMEReader] {
        var parts: [MIMEReader] = []
        var current: [UInt8]?
        var rest = body[...]
        while !rest.isEmpty {
            let before = rest
            let line = Self.line(&rest)
            if line == "--\(boundary)" || line == "--\(boundary)--" {
                if let part = current { parts.append(MIMEReader(part)) }
                if line.hasSuffix("--") && line != "--\(boundary)" { return parts }
                current = []
            } else if current != nil {
                current! += before[before.startIndex..<rest.startIndex]
            }
        }
        if let part = current { parts.append(MIMEReader(part)) }
        return parts
    }

    /// The groups of fields that empty lines separate, by name in lower case.
    func groups() -> [[String: String]] {
        var groups: [[String: String]] = []
        var lines: [String] = []
        var rest = body[...]
        while !rest.isEmpty {
            let line = Self.line(&rest)
            if line.isEmpty {
                if !lines.isEmpty { groups.append(Self.group(lines)) }
                lines = []
            } else {
                lines.append(line)
            }
        }
        if !lines.isEmpty { groups.append(Self.group(lines)) }
        return groups
    }

    private static func group(_ lines: [String]) -> [String: String] {
        Dictionary(fields(lines).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Fields of lines; a line that begins with a blank goes on with the one before.
    private static func fields(_ lines: [String]) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for line in lines {
            if line.first == " " || line.first == "\t" {
                if !fields.isEmpty { fields[fields.count - 1].value += " " + line.drop(while: \.isWhitespace) }
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
                fields.append((line[..<colon].lowercased(), String(value)))
            }
        }
        return fields
    }

    /// Takes the next line off, without its break and the blanks before it.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> String {
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        var line = rest[rest.startIndex..<(end ?? rest.endIndex)]
        rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        while let last = line.last, last == 0x0D || last == 0x20 || last == 0x09 { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }
}
