/// Follows one SMTP session by its lines, so that a failure can be told by its stage and by the server's own answer.
///
/// libcurl reports a refused recipient and a lost connection by the same error code; the dialogue tells them apart.
struct SMTPDialogue {
    /// Where the session stands.
    private(set) var stage: DeliveryStage
    /// The server's last complete answer in this stage, if it gave one.
    private(set) var reply: SMTPReply?
    /// Whether our side has said goodbye: what the server answers to that says nothing about the message.
    private var isLeaving = false

    /// A session whose connection, once made, begins with encryption or with the greeting.
    init(stage: DeliveryStage = .connection) {
        self.stage = stage
    }

    /// The connection is there; what comes next is the handshake or the greeting.
    mutating func connected(encryptsFirst: Bool) {
        guard stage == .connection else { return }
        enter(encryptsFirst ? .encryption : .greeting)
    }

    /// A command went out. Only its verb is looked at: a login's line holds a secret.
    mutating func sent(_ command: ArraySlice<UInt8>) {
        let verb = String(decoding: command.prefix { $0 > 0x20 }, as: UTF8.self).uppercased()
        switch verb {
        case "EHLO", "HELO": enter(.hello)
        case "STARTTLS": enter(.startTLS)
        case "AUTH": enter(.authentication)
        case "MAIL": enter(.sender)
        case "RCPT": enter(.recipient)
        case "DATA": enter(.data)
        case "QUIT": isLeaving = true
        case "RSET", "NOOP": break
        // A further line of a login; everything else that is sent has a verb of its own.
        default: if stage == .authentication { reply = nil }
        }
    }

    /// The message began to go out.
    mutating func contentBegan() {
        if stage == .data { enter(.content) }
    }

    /// The whole message was handed over: the final dot follows at once.
    mutating func contentEnded() {
        if stage == .data || stage == .content { enter(.acceptance) }
    }

    /// A line came in. An answer is complete with the line that has a blank, or nothing, after its code.
    mutating func received(_ line: ArraySlice<UInt8>) {
        if isLeaving { return }
        if stage == .connection || stage == .encryption { enter(.greeting) }
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let code = Int(String(decoding: digits, as: UTF8.self)), (200...599).contains(code)
        else { return }
        let rest = line.dropFirst(3)
        guard rest.first != UInt8(ascii: "-") else { return }
        reply = SMTPReply(code: code, rest: String(decoding: rest, as: UTF8.self))
    }

    /// The server's refusal in the present stage, if it refused.
    var refusal: DeliveryResult? {
        guard let reply, reply.code >= 400 else { return nil }
        return reply.code < 500 ? .temporarilyRefused(reply, at: stage) : .permanentlyRefused(reply, at: stage)
    }

    private mutating func enter(_ next: DeliveryStage) {
        stage = next
        reply = nil
        isLeaving = false
    }
}

extension SMTPReply {
    /// The most characters of a server's words that are kept.
    private static let textLimit = 200

    /// An answer of a code and the rest of its line, which may begin with an enhanced status code.
    fileprivate init(code: Int, rest: String) {
        var words = rest.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined()
            .split(separator: " ")
        var enhanced: String?
        if let first = words.first, Self.isEnhancedCode(first, of: code) {
            enhanced = String(first)
            words.removeFirst()
        }
        self.init(code: code, enhancedCode: enhanced, text: String(words.joined(separator: " ").prefix(Self.textLimit)))
    }

    private static func isEnhancedCode(_ word: Substring, of code: Int) -> Bool {
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers[0] == String(code / 100)
            && numbers.dropFirst().allSatisfy { (1...3).contains($0.count) && UInt16($0) != nil }
    }
}
