/// Plain text as `format=flowed` (RFC 3676): short lines for old readers, paragraphs for those that can join them.
enum FlowedText {
    /// Lines are broken at or before this many characters (RFC 3676, section 4.2, asks for 78 at most).
    private static let width = 72

    /// The lines of a text whose own line breaks are fixed; a longer line is broken after a blank, which stays at the
    /// line's end and so says that the next line continues it.
    static func lines(of text: String) -> [String] {
        var lines = MailText.lines(of: text)
        while lines.last == "" { lines.removeLast() }
        return lines.flatMap { line -> [String] in
            // A fixed line must not end with a blank, or it would flow into the next one.
            let trimmed = String(line.reversed().drop { $0 == " " }.reversed())
            return broken(trimmed).map(stuffed)
        }
    }

    private static func broken(_ line: String) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            if !current.isEmpty, current.count + word.count > width {
                lines.append(current)
                current = ""
            }
            current += word + " "
        }
        current.removeLast()
        return lines + [current]
    }

    /// A line that begins with what has a meaning there gets a blank in front (RFC 3676, section 4.4).
    private static func stuffed(_ line: String) -> String {
        line.hasPrefix(" ") || line.hasPrefix(">") || line.hasPrefix("From ") ? " " + line : line
    }
}

/// Line breaks of texts that come from templates and people.
enum MailText {
    /// The lines of a text, whichever of the three line breaks it uses.
    static func lines(of text: String) -> [String] {
        text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
