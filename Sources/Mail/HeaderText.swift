/// The text of header fields: what may stand in them, and how letters beyond ASCII are written (RFC 2047).
enum HeaderText {
    /// The most octets of one encoded word (RFC 2047, section 2).
    private static let encodedWordLimit = 75
    private static let prefix = "=?utf-8?q?"
    private static let suffix = "?="

    /// Refuses line breaks and other control characters: with them a value could begin a header of its own.
    static func refuseControls(in text: String, of field: String) throws(MailError) {
        for scalar in text.unicodeScalars
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
            || scalar.value == 0x2029
        {
            throw MailError(
                .forbiddenCharacter, "the value holds the control character U+\(hex(scalar.value)); remove it",
                context: field)
        }
    }

    /// A character of an atom (RFC 5322, `atext`).
    static func isAtomCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// An ASCII letter or digit.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Unstructured text as words for folding: ASCII words as they are; from the first word that needs it to the last,
    /// encoded words, which carry the blanks between them.
    static func words(unstructured text: String) -> [String] {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        // A blank at an end would be lost.
        if words.first == "" || words.last == "" { return encodedWords(of: text) }
        guard let first = words.firstIndex(where: needsEncoding), let last = words.lastIndex(where: needsEncoding)
        else { return words }
        let encoded = encodedWords(of: words[first...last].joined(separator: " "))
        return Array(words[..<first]) + encoded + Array(words[(last + 1)...])
    }

    /// A name to show before an address (RFC 5322, `phrase`): a quoted string, or encoded words.
    static func words(phrase text: String) -> [String] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) && !text.contains("=?") {
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return ["\"\(escaped)\""]
        }
        return encodedWords(of: text)
    }

    /// A word that cannot stand as it is: beyond ASCII, or what a reader would take for an encoded word, or so long
    /// that no line could hold it.
    private static func needsEncoding(_ word: String) -> Bool {
        word.utf8.contains { $0 >= 0x80 } || word.hasPrefix("=?") || word.utf8.count > encodedWordLimit
    }

    /// Encoded words in the Q encoding, each of whole code points and of at most 75 octets.
    private static func encodedWords(of text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for scalar in text.unicodeScalars {
            let encoded = String(scalar).utf8.map(qEncoded).joined()
            let used = prefix.utf8.count + current.utf8.count + encoded.utf8.count + suffix.utf8.count
            if used > encodedWordLimit && !current.isEmpty {
                words.append(prefix + current + suffix)
                current = ""
            }
            current += encoded
        }
        return current.isEmpty ? words : words + [prefix + current + suffix]
    }

    /// One octet in the Q encoding, in the narrow form that is allowed in a phrase too (RFC 2047, section 5).
    private static func qEncoded(_ byte: UInt8) -> String {
        if byte == UInt8(ascii: " ") { return "_" }
        if isAlphanumeric(byte) || "!*+-/".utf8.contains(byte) { return String(UnicodeScalar(byte)) }
        return "=" + hexOctet(byte)
    }

    /// Two upper-case hexadecimal digits.
    static func hexOctet(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
