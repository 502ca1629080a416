/// One part of a message: its own headers and its encoded body (RFC 2045, 2046).
struct MIMEPart {
    /// The headers, an empty line and the body, lines ended by CR LF.
    let text: String

    /// Lines of UTF-8 text in the shorter transfer encoding.
    static func text(_ lines: [String], mediaType: String) throws(MailError) -> MIMEPart {
        let (encoding, body) = TransferEncoding.shortest(text: lines)
        var headers = HeaderBlock()
        try headers.add("Content-Type", token: mediaType)
        try headers.add("Content-Transfer-Encoding", token: encoding.rawValue)
        return MIMEPart(text: headers.text + "\r\n" + body)
    }

    /// A file, whose name is given in ASCII for old readers and in full for the others (RFC 2183, 2231).
    static func file(_ attachment: MailMessage.Attachment) throws(MailError) -> MIMEPart {
        let name = attachment.fileName
        try HeaderText.refuseControls(in: name, of: "attachment")
        guard !name.isEmpty, name.utf8.count <= 200, !name.contains("/"), !name.contains("\\") else {
            throw MailError(
                .invalidMessage, "a file's name has 1 to 200 octets and no slash or backslash", context: "attachment")
        }
        let plain = String(
            String.UnicodeScalarView(name.unicodeScalars.map { $0.isASCII && $0 != "\"" ? $0 : "_" }))
        var words = ["attachment;", "filename=\"\(plain)\""]
        // Readers that know both forms take the first.
        if plain != name { words.insert("filename*=UTF-8''\(PercentEncoding.encode(name));", at: 1) }
        var headers = HeaderBlock()
        try headers.add("Content-Type", token: attachment.mediaType)
        try headers.add("Content-Transfer-Encoding", token: TransferEncoding.base64.rawValue)
        try headers.add("Content-Disposition", words: words)
        return MIMEPart(text: headers.text + "\r\n" + TransferEncoding.base64(attachment.content))
    }

    /// Several parts, in order, between boundary lines.
    static func multipart(_ subtype: String, _ parts: [MIMEPart], boundary: String) throws(MailError) -> MIMEPart {
        var headers = HeaderBlock()
        try headers.add("Content-Type", words: ["multipart/\(subtype);", "boundary=\"\(boundary)\""])
        let body = parts.map { "--\(boundary)\r\n\($0.text)" }.joined(separator: "\r\n")
        return MIMEPart(text: headers.text + "\r\n" + body + "\r\n--\(boundary)--\r\n")
    }
}

/// Octets of UTF-8 as `%C4%81`, as URLs and parameters of headers write them.
enum PercentEncoding {
    /// A text with everything but ASCII letters, digits, `-`, `.`, `_` and the characters to keep encoded.
    static func encode(_ text: String, keeping kept: String = "") -> String {
        text.utf8.map { byte in
            HeaderText.isAlphanumeric(byte) || "-._".utf8.contains(byte) || kept.utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + HeaderText.hexOctet(byte)
        }.joined()
    }
}
