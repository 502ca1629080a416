import Foundation

/// Paths inside a package: relative, with slashes, as manifests write them (RFC 8493, section 2.1.3).
enum BagPath {
    /// The folder of the payload.
    static let payload = "data"

    /// Why a path must not be used, or nil where it stays inside the package and can be written everywhere.
    ///
    /// Refused are absolute paths, `.`, `..`, empty names, `~`, backslashes, NUL and names too long for a file system.
    static func fault(in path: String) -> String? {
        if path.isEmpty { return "the path is empty" }
        if path.hasPrefix("/") { return "the path is absolute" }
        if path.hasPrefix("~") { return "the path begins with ~" }
        if path.unicodeScalars.contains("\0") { return "the path holds a NUL" }
        if path.unicodeScalars.contains("\\") { return "the path holds a backslash" }
        for name in path.split(separator: "/", omittingEmptySubsequences: false) {
            switch name {
            case "": return "the path has an empty name"
            case ".", "..": return "the path leaves its folder"
            default: if name.utf8.count > 255 { return "a name in the path is longer than 255 octets" }
            }
        }
        return path.utf8.count > 2048 ? "the path is longer than 2048 octets" : nil
    }

    /// Whether a path is in Unicode's composed form (NFC), in which alone two equal names are the same octets.
    static func isComposed(_ path: String) -> Bool {
        Array(path.unicodeScalars) == Array(path.precomposedStringWithCanonicalMapping.unicodeScalars)
    }

    /// A path as a manifest writes it: percent signs and line breaks encoded, nothing else.
    static func encoded(_ path: String) -> String {
        path.unicodeScalars.map { scalar in
            switch scalar {
            case "%": "%25"
            case "\r": "%0D"
            case "\n": "%0A"
            default: String(scalar)
            }
        }.joined()
    }

    /// A path from a manifest; what is not one of the three encodings stands for itself.
    static func decoded(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if scalar == "%", let character = character(encodedAs: rest.prefix(2)) {
                result.append(character)
                rest = rest.dropFirst(2)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func character(encodedAs digits: ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        switch String(String.UnicodeScalarView(digits)).uppercased() {
        case "25": "%"
        case "0D": "\r"
        case "0A": "\n"
        default: nil
        }
    }

    /// The order of paths in a manifest: that of their octets, which depends on no language.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
