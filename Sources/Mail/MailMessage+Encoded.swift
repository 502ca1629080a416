import Civil

extension MailMessage {
    /// The message's octets as they are sent and as an .eml file holds them (RFC 5322, 2045 to 2047, 2183, 3676), lines
    /// ended by CR LF, all ASCII.
    ///
    /// Dots at a line's beginning stay single: doubling them belongs to SMTP's transfer and is libcurl's.
    ///
    /// - Throws: `MailError` where a header would carry a line break, an id is malformed, or the subject is empty.
    package func encoded() throws(MailError) -> [UInt8] {
        var headers = HeaderBlock()
        try headers.add("Date", token: MailDate.text(date, offset: zoneOffset))
        try headers.add("From", mailbox: from)
        try headers.add("To", mailbox: to)
        if let replyTo { try headers.add("Reply-To", mailbox: replyTo) }
        guard !subject.isEmpty else {
            throw MailError(.invalidMessage, "a message needs a subject", context: "Subject")
        }
        try headers.add("Subject", unstructured: subject)
        try headers.add("Message-ID", token: try MessageID.bracketed(messageID))
        if let last = references.last {
            // The thread's latest message is what this one answers; all of them hold the thread together.
            try headers.add("In-Reply-To", token: try MessageID.bracketed(last))
            var ids: [String] = []
            for id in references { ids.append(try MessageID.bracketed(id)) }
            try headers.add("References", words: ids)
        }
        if isAutoSubmitted {
            try headers.add("Auto-Submitted", token: "auto-generated")
            try headers.add("X-Auto-Response-Suppress", token: "All")
        }
        if let unsubscribe {
            let subject = PercentEncoding.encode(unsubscribe.subject)
            try HeaderText.refuseControls(in: unsubscribe.subject, of: "List-Unsubscribe")
            let address = PercentEncoding.encode(unsubscribe.address.address, keeping: "@")
            try headers.add("List-Unsubscribe", words: ["<mailto:\(address)?subject=\(subject)>"])
        }
        try headers.add("Content-Language", token: language)
        try headers.add("MIME-Version", token: "1.0")
        return Array((headers.text + (try body().text)).utf8)
    }

    /// The body as one part, or as a tree of parts where there is HTML or a file.
    private func body() throws(MailError) -> MIMEPart {
        var content = try MIMEPart.text(
            FlowedText.lines(of: text), mediaType: "text/plain; charset=utf-8; format=flowed")
        if let html {
            var lines = MailText.lines(of: html)
            while lines.last == "" { lines.removeLast() }
            let page = try MIMEPart.text(lines, mediaType: "text/html; charset=utf-8")
            // Readers show the last alternative that they understand: plain text comes first.
            content = try MIMEPart.multipart("alternative", [content, page], boundary: boundary("alternative"))
        }
        guard !attachments.isEmpty else { return content }
        var parts = [content]
        for attachment in attachments { parts.append(try MIMEPart.file(attachment)) }
        return try MIMEPart.multipart("mixed", parts, boundary: boundary("mixed"))
    }

    /// A boundary that depends on the message's id alone. `=_` can stand in neither transfer encoding, so that no part
    /// can hold it.
    private func boundary(_ level: String) -> String {
        // FNV-1a, 64 bits: enough to tell the boundaries of nested and forwarded messages apart.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in messageID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "=_\(level)_\(String(hash, radix: 16))"
    }
}

/// Message ids (RFC 5322, section 3.6.4).
enum MessageID {
    /// `<left@right>` of an id without brackets.
    static func bracketed(_ id: String) throws(MailError) -> String {
        let sides = id.split(separator: "@", omittingEmptySubsequences: false)
        let isValid =
            sides.count == 2 && id.utf8.count <= 900
            && sides.allSatisfy { side in
                side.split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(HeaderText.isAtomCharacter) }
            }
        guard isValid else {
            throw MailError(
                .invalidMessage,
                "a message id is two dotted ASCII names joined by @, without brackets, blanks or empty parts",
                context: "Message-ID")
        }
        return "<\(id)>"
    }
}
