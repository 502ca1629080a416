import Logging

/// Reads values one by one and gathers the faults.
struct ConfigurationReader {
    private let source: ConfigurationSource
    private(set) var faults: [ConfigurationError.Fault] = []

    init(_ source: ConfigurationSource) {
        self.source = source
    }

    mutating func text(_ key: String) -> String? {
        found(key)?.text
    }

    mutating func seconds(_ key: String, in allowed: ClosedRange<Double>) -> Duration? {
        guard let found = found(key) else { return nil }
        guard let number = Double(found.text), allowed.contains(number) else {
            invalid(key, found, "seconds, from \(shortest(allowed.lowerBound)) to \(shortest(allowed.upperBound))")
            return nil
        }
        // To the millisecond: what is written is never finer.
        return .milliseconds(Int64((number * 1000).rounded()))
    }

    mutating func queues(_ key: String) -> [QueueAllotment]? {
        guard let found = found(key) else { return nil }
        var allotments: [QueueAllotment] = []
        for part in found.text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false).map(trimmed)
            guard pieces.count == 2, isQueueName(pieces[0]), let handlers = Int(pieces[1]),
                (1...1000).contains(handlers),
                !allotments.contains(where: { $0.queue == pieces[0] })
            else {
                invalid(
                    key, found, "QUEUE:N with commas between, each queue once and N from 1 to 1000: monitoring:4,mail:2"
                )
                return nil
            }
            allotments.append(QueueAllotment(queue: String(pieces[0]), handlers: handlers))
        }
        return allotments
    }

    mutating func smtp() -> SMTPConfiguration? {
        let url = smtpURL("smtp.url")
        let passwordFile = text("smtp.passwordFile")
        let from = address("smtp.from")
        return url.map { SMTPConfiguration(url: $0, passwordFile: passwordFile, from: from) }
    }

    private mutating func smtpURL(_ key: String) -> String? {
        guard let found = found(key) else { return nil }
        let allowed = "smtp:// or smtps:// with an optional user, a host and an optional port: smtps://user@host:465"
        let parts = found.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 || (parts.count == 4 && parts[3].isEmpty), parts[0] == "smtp:" || parts[0] == "smtps:",
            parts[1].isEmpty
        else {
            // The value may hold a password and is not shown.
            faults.append(.init(.invalid, key: key, "\(found.origin) is not allowed; allowed is \(allowed)"))
            return nil
        }
        let authority = parts[2].split(separator: "@", omittingEmptySubsequences: false)
        if authority.count == 2, authority[0].contains(":") {
            faults.append(
                .init(
                    .invalid, key: key,
                    "\(found.origin) holds a password; put it into a file and name that in smtp.passwordFile"))
            return nil
        }
        guard authority.count <= 2, !authority[0].isEmpty, isHostAndPort(authority[authority.count - 1]) else {
            faults.append(.init(.invalid, key: key, "\(found.origin) is not allowed; allowed is \(allowed)"))
            return nil
        }
        return found.text
    }

    mutating func address(_ key: String) -> String? {
        guard let found = found(key) else { return nil }
        let parts = found.text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !found.text.contains(where: \.isWhitespace), isHost(parts[1]) else {
            invalid(key, found, "an e-mail address, name@example.lv")
            return nil
        }
        return found.text
    }

    mutating func domain(_ key: String) -> String? {
        guard let found = found(key) else { return nil }
        guard isHost(Substring(found.text)) else {
            invalid(key, found, "a domain name, example.lv")
            return nil
        }
        return found.text
    }

    /// One of a closed set of words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let found = found(key) else { return nil }
        guard let choice = Choice(rawValue: found.text.lowercased()) else {
            invalid(key, found, Choice.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        return choice
    }

    mutating func zone(_ key: String) -> String? {
        guard let found = found(key) else { return nil }
        // Whether the name is known only the database can say.
        let isName = found.text.utf8.allSatisfy { byte in
            isLetterOrDigit(byte)
                || [UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte)
        }
        guard isName, let first = found.text.utf8.first, isLetterOrDigit(first) else {
            invalid(key, found, "an IANA zone name, Europe/Riga")
            return nil
        }
        return found.text
    }

    mutating func level(_ key: String) -> Logger.Level? {
        guard let found = found(key) else { return nil }
        guard let level = Logger.Level(rawValue: found.text.lowercased()) else {
            invalid(key, found, Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        return level
    }

    private mutating func found(_ key: String) -> ConfigurationSource.Found? {
        do {
            return try source.value(key)
        } catch {
            faults += error.faults
            return nil
        }
    }

    private mutating func invalid(_ key: String, _ found: ConfigurationSource.Found, _ allowed: String) {
        faults.append(
            .init(
                .invalid, key: key,
                "\"\(found.text.prefix(200))\" from \(found.origin) is not allowed; allowed: \(allowed)"))
    }
}

/// A number without a needless `.0`.
private func shortest(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

private func isQueueName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first, name.utf8.count <= 128 else {
        return false
    }
    return name.utf8.allSatisfy { byte in
        (isLetterOrDigit(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte))
            || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
    }
}

private func isHost(_ host: Substring) -> Bool {
    !host.isEmpty && host.utf8.count <= 253
        && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
}

/// `host`, `host:port` or `[::1]:port`.
private func isHostAndPort(_ text: Substring) -> Bool {
    var port = Substring()
    if text.hasPrefix("[") {
        guard let end = text.firstIndex(of: "]") else { return false }
        let inside = text[text.index(after: text.startIndex)..<end]
        let rest = text[text.index(after: end)...]
        guard inside.contains(":"), rest.isEmpty || rest.hasPrefix(":") else { return false }
        if rest.isEmpty { return true }
        port = rest.dropFirst()
    } else {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, isHost(parts[0]) else { return false }
        if parts.count == 1 { return true }
        port = parts[1]
    }
    return Int(port).map { (1...65_535).contains($0) } ?? false
}
