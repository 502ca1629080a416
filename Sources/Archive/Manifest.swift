/// The lines of a manifest: a digest and a path each (RFC 8493, section 2.1.3).
struct Manifest {
    /// The manifest's own file name.
    let name: String
    /// The digest's algorithm.
    let algorithm: DigestAlgorithm
    /// The digest recorded for each path.
    private(set) var digests: [String: String] = [:]
    /// What is wrong with its lines.
    private(set) var findings: [BagFinding] = []

    /// The manifest of a text, whose line breaks may be any of the three.
    ///
    /// - Parameter isPayload: whether paths must lie below `data/`, or must not.
    init(name: String, algorithm: DigestAlgorithm, text: String, isPayload: Bool) {
        self.name = name
        self.algorithm = algorithm
        for (index, line) in TagText.lines(of: text).enumerated() where !line.isEmpty {
            guard let (digest, path) = Self.parts(of: line, digits: algorithm.digits) else {
                findings.append(
                    BagFinding(.malformed, name, "line \(index + 1) is not a \(algorithm.rawValue) digest and a path"))
                continue
            }
            let isBelowPayload = path.hasPrefix(BagPath.payload + "/")
            if let fault = BagPath.fault(in: path) {
                findings.append(BagFinding(.unsafePath, name, "line \(index + 1): \(fault)"))
            } else if isBelowPayload != isPayload {
                let rule = isPayload ? "does not lie below data/" : "lies below data/, where tag files do not"
                findings.append(BagFinding(.unsafePath, name, "line \(index + 1): \(path) \(rule)"))
            } else if digests.updateValue(digest, forKey: path) != nil {
                findings.append(BagFinding(.unsafePath, name, "line \(index + 1) lists \(path) again"))
            }
        }
    }

    private static func parts(of line: String, digits: Int) -> (digest: String, path: String)? {
        let scalars = line.unicodeScalars
        let digest = String(scalars.prefix { $0 != " " && $0 != "\t" }).lowercased()
        let path = scalars.dropFirst(digest.unicodeScalars.count).drop { $0 == " " || $0 == "\t" }
        guard digest.utf8.count == digits, !path.isEmpty,
            digest.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            })
        else { return nil }
        return (digest, BagPath.decoded(String(path)))
    }
}

/// The text of tag files.
enum TagText {
    /// The lines of a text, whichever of the three line breaks it uses.
    static func lines(of text: String) -> [String] {
        text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
            .flatMap { line -> [Substring.UnicodeScalarView] in
                let line = line.last == "\r" ? line.dropLast() : line
                return line.split(separator: "\r", omittingEmptySubsequences: false)
            }
            .map { String($0) }
    }

    /// The entries of bag-info.txt, or nil where a line is none; a line that begins with a blank continues the last.
    static func entries(of text: String) -> [BagInfoEntry]? {
        var entries: [BagInfoEntry] = []
        for line in lines(of: text) where !line.isEmpty {
            if let first = line.first, first == " " || first == "\t" {
                guard let last = entries.popLast() else { return nil }
                entries.append(BagInfoEntry(last.label, "\(last.value) \(trimmed(line[...]))"))
            } else {
                guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
                entries.append(
                    BagInfoEntry(
                        trimmed(line[..<colon]), trimmed(line[line.index(after: colon)...])))
            }
        }
        return entries
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
