/// A statement as it may be shown to anyone: without the values that were written into it.
enum StatementText {
    /// The longest text that is worth showing.
    private static let longest = 200

    /// The statement with `?` in place of texts and numbers, without comments, on one line and not too long. One that
    /// was cut off in the middle of a text, as the server does with long ones, shows nothing of that text.
    static func withoutLiterals(_ statement: String) -> String {
        var scanner = Scanner(Array(statement.unicodeScalars))
        let shown = scanner.rest()
        return shown.count > longest ? shown.prefix(longest) + " …" : shown
    }

    private struct Scanner {
        private let scalars: [Unicode.Scalar]
        private var place = 0
        private var shown = String.UnicodeScalarView()

        init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

        private func at(_ offset: Int) -> Unicode.Scalar? {
            place + offset < scalars.count ? scalars[place + offset] : nil
        }

        mutating func rest() -> String {
            while let scalar = at(0) {
                switch scalar {
                case "'": skipText(escaped: wordBefore(is: ["e", "E"]))
                case "\"": copyQuotedName()
                case "-" where at(1) == "-": skip { $0 != "\n" }
                case "/" where at(1) == "*": skipComment()
                case "$": skipDollar()
                case "0"..."9" where !isPartOfName(shown.last): skipNumber()
                case " ", "\n", "\t", "\r":
                    if let last = shown.last, last != " " { shown.append(" ") }
                    place += 1
                default:
                    shown.append(scalar)
                    place += 1
                }
            }
            if shown.last == " " { shown.removeLast() }
            return String(shown)
        }

        private func isPartOfName(_ scalar: Unicode.Scalar?) -> Bool {
            guard let scalar else { return false }
            return scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }

        /// Whether the text just shown ends in a word of one letter, such as the E of `E'…'`.
        private func wordBefore(is letters: [Unicode.Scalar]) -> Bool {
            guard let last = shown.last, letters.contains(last) else { return false }
            return !isPartOfName(shown.dropLast().last)
        }

        private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
            while let scalar = at(0), condition(scalar) { place += 1 }
        }

        private mutating func skipText(escaped: Bool) {
            shown.append("?")
            place += 1
            while let scalar = at(0) {
                place += 1
                if escaped, scalar == "\\" {
                    place += 1
                } else if scalar == "'" {
                    guard at(0) == "'" else { return }
                    place += 1
                }
            }
        }

        private mutating func copyQuotedName() {
            repeat {
                if let scalar = at(0) { shown.append(scalar) }
                place += 1
            } while at(0) != nil && at(0) != "\""
            if at(0) != nil {
                shown.append("\"")
                place += 1
            }
        }

        private mutating func skipComment() {
            var depth = 0
            while at(0) != nil {
                if at(0) == "/", at(1) == "*" {
                    depth += 1
                    place += 2
                } else if at(0) == "*", at(1) == "/" {
                    depth -= 1
                    place += 2
                    if depth == 0 { return }
                } else {
                    place += 1
                }
            }
        }

        /// A parameter stays, a text in dollar quotes goes.
        private mutating func skipDollar() {
            var end = place + 1
            while end < scalars.count, isPartOfName(scalars[end]), scalars[end] != "$" { end += 1 }
            let isTag = end < scalars.count && scalars[end] == "$" && !("0"..."9").contains(at(1) ?? "a")
            guard isTag, !isPartOfName(shown.last) else {
                shown.append("$")
                place += 1
                while place < end {
                    shown.append(scalars[place])
                    place += 1
                }
                return
            }
            let tag = Array(scalars[place...end])
            shown.append("?")
            place = end + 1
            while at(0) != nil {
                if place + tag.count <= scalars.count, Array(scalars[place..<(place + tag.count)]) == tag {
                    place += tag.count
                    return
                }
                place += 1
            }
        }

        private mutating func skipNumber() {
            shown.append("?")
            skip(while: Self.isNumeric)
        }

        private static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "." || scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
                || ("A"..."Z").contains(scalar)
        }
    }
}
