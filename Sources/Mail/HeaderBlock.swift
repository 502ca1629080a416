/// The header fields of a message or of a part of it, folded into lines as they are added.
struct HeaderBlock {
    /// A line is folded before it grows beyond this (RFC 5322 recommends 78 without the line break).
    private static let lineLength = 76
    /// No line may be longer (RFC 5322, section 2.1.1).
    private static let hardLimit = 998

    /// The fields so far, each line ended by CR LF.
    private(set) var text = ""

    /// Adds a field whose value is split into words; a line is folded only between two of them.
    mutating func add(_ name: String, words: [String]) throws(MailError) {
        var line = "\(name):"
        for (index, word) in words.enumerated() {
            guard word.utf8.count < Self.hardLimit else {
                throw MailError(
                    .invalidMessage, "a value without a blank must be shorter than 998 octets", context: name)
            }
            if index > 0, !word.isEmpty, line.utf8.count + 1 + word.utf8.count > Self.lineLength {
                text += line + "\r\n"
                line = ""
            }
            line += " " + word
        }
        text += line + "\r\n"
    }

    /// Adds a field of text in which letters beyond ASCII are encoded.
    mutating func add(_ name: String, unstructured value: String) throws(MailError) {
        try HeaderText.refuseControls(in: value, of: name)
        try add(name, words: HeaderText.words(unstructured: value))
    }

    /// Adds a field of tokens in ASCII, which is written as it is.
    mutating func add(_ name: String, token value: String) throws(MailError) {
        try HeaderText.refuseControls(in: value, of: name)
        guard value.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw MailError(.invalidMessage, "the value must be ASCII", context: name)
        }
        try add(name, words: value.split(separator: " ").map(String.init))
    }

    /// Adds a field that names one mailbox.
    mutating func add(_ name: String, mailbox: MailAddress) throws(MailError) {
        guard let shown = mailbox.name else { return try add(name, words: [mailbox.address]) }
        try add(name, words: HeaderText.words(phrase: shown) + ["<\(mailbox.address)>"])
    }
}
