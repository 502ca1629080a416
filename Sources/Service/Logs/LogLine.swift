import Civil
import Logging

/// One line of the log as text.
enum LogLine {
    /// How the lines look.
    enum Style: Sendable {
        /// One JSON object a line, for programs.
        case json
        /// Time, level, message and metadata, for people.
        case plain
    }

    static func text(
        _ style: Style, at time: Timestamp, level: Logger.Level, label: String, message: String,
        metadata: [(key: String, value: String)]
    ) -> String {
        let message = Secrets.masked(message)
        let metadata = metadata.map { (key: $0.key, value: Secrets.masked($0.value, key: $0.key)) }
        switch style {
        case .json:
            var line =
                "{\"time\":\(quoted(time.description)),\"level\":\"\(level.rawValue)\",\"logger\":\(quoted(label))"
            line += ",\"message\":\(quoted(message))"
            for (key, value) in metadata { line += ",\(quoted(key)):\(quoted(value))" }
            return line + "}\n"
        case .plain:
            var line = "\(time.description) \(level.rawValue.uppercased()) \(singleLine(message))"
            for (key, value) in metadata { line += " \(key)=\(singleLine(value))" }
            return line + "\n"
        }
    }

    /// A JSON string. The word that tells when a daemon serves is written with an escape, which a reader of JSON does not
    /// see: so exactly one line of a start contains it as it is, whatever else is logged.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _
            where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted.replacing(Readiness.word, with: "\\u0072eady") + "\""
    }

    /// A text on one line, without control characters that a terminal would obey.
    private static func singleLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? " " : $0 }))
    }
}

/// Keeps secrets out of the log, should one ever get into a message.
enum Secrets {
    private static let keys = ["password", "passwd", "secret", "token", "conninfo", "authorization"]
    static let mask = "***"

    /// A value as the log may show it, by its key and by what looks like a password in it.
    static func masked(_ text: String, key: String = "") -> String {
        let key = key.lowercased()
        if keys.contains(where: key.contains) { return mask }
        var text = text
        // The searches are slow, so they are made only where there is something to find.
        if text.contains("://"), text.contains("@") {
            text = text.replacing(#/(?<head>:\/\/[^\s:\/@]*:)[^\s@]+@/#) { "\($0.head)\(mask)@" }
        }
        if text.contains("="), keys.contains(where: text.lowercased().contains) {
            let assignment =
                #/(?<head>(?i:password|passwd|secret|token)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s&;,"']+)/#
            text = text.replacing(assignment) { "\($0.head)\(mask)" }
        }
        return text
    }
}
