/// The two content transfer encodings of RFC 2045 that any relay lets through unharmed.
enum TransferEncoding: String {
    /// Readable where most octets are ASCII.
    case quotedPrintable = "quoted-printable"
    /// Compact for everything else.
    case base64 = "base64"

    /// The most octets of an encoded line (RFC 2045, sections 6.7 and 6.8).
    private static let lineLength = 76

    /// A text part in the shorter encoding, quoted-printable where they are alike, with CR LF line breaks.
    static func shortest(text lines: [String]) -> (encoding: TransferEncoding, body: String) {
        let quoted = quotedPrintable(lines)
        let packed = base64(Array((lines.joined(separator: "\r\n") + "\r\n").utf8))
        return quoted.utf8.count <= packed.utf8.count ? (.quotedPrintable, quoted) : (.base64, packed)
    }

    /// Lines in quoted-printable; each ends with CR LF, longer ones are broken softly.
    static func quotedPrintable(_ lines: [String]) -> String {
        var result = ""
        for line in lines {
            let bytes = Array(line.utf8)
            var width = 0
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                let encoded = quoted(byte, isLast: isLast)
                // A soft break takes one octet of its own, unless the line ends here.
                if width + encoded.utf8.count > (isLast ? lineLength : lineLength - 1) {
                    result += "=\r\n"
                    width = 0
                }
                result += encoded
                width += encoded.utf8.count
            }
            result += "\r\n"
        }
        return result
    }

    /// Octets in base64, in lines of 76 ended by CR LF.
    static func base64(_ bytes: [UInt8]) -> String {
        var result = ""
        var width = 0
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[index + 2]) }
            for position in 0..<4 {
                let sextet = Int(group >> UInt32(18 - 6 * position)) & 0x3F
                result.unicodeScalars.append(position <= count ? alphabet[sextet] : "=")
            }
            width += 4
            index += 3
            if width == lineLength || index >= bytes.count {
                result += "\r\n"
                width = 0
            }
        }
        return result
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)

    private static func quoted(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case UInt8(ascii: "="): "=3D"
        // A blank at a line's end would be lost on the way.
        case UInt8(ascii: " "), UInt8(ascii: "\t"):
            isLast ? "=" + HeaderText.hexOctet(byte) : String(UnicodeScalar(byte))
        case 0x21...0x7E: String(UnicodeScalar(byte))
        default: "=" + HeaderText.hexOctet(byte)
        }
    }
}
