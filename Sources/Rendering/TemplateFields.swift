import Foundation

/// The values that a template may name, by name.
struct TemplateFields: ExpressibleByDictionaryLiteral {
    /// One value.
    indirect enum Value {
        /// A text, which is escaped where the template is HTML.
        case text(String)
        /// Markup of ours, for `{{{name}}}` in a template of HTML.
        case markup(String)
        /// Whether a section is shown.
        case flag(Bool)
        /// A section that is repeated for each.
        case list([TemplateFields])
        /// Nothing: the section is left out.
        case absent
    }

    private(set) var values: [String: Value]

    init(dictionaryLiteral elements: (String, Value)...) {
        values = Dictionary(uniqueKeysWithValues: elements)
    }

    /// Adds the fields of another record; no name may be in both.
    mutating func add(_ other: TemplateFields) {
        values.merge(other.values) { _, _ in preconditionFailure("two fields of one name") }
    }

    /// The fields as swift-mustache looks them up.
    var mustache: [String: Any] {
        values.mapValues { value -> Any in
            switch value {
            case .text(let text), .markup(let text): text
            case .flag(let flag): flag
            case .list(let records): records.map(\.mustache)
            // Shadows a field of the same name further out, and prints nothing.
            case .absent: NSNull()
            }
        }
    }
}

extension TemplateFields.Value {
    /// A text, or nothing.
    static func optional(_ text: String?) -> Self { text.map { .text($0) } ?? .absent }
}

/// Which fields there are, and as what a template may use them.
indirect enum TemplateSchema {
    case text, markup, flag
    case list([String: TemplateSchema])

    /// The schema of a specimen: a record in which no field is absent and each list has a record.
    static func fields(of specimen: TemplateFields) -> [String: TemplateSchema] {
        specimen.values.mapValues { value in
            switch value {
            case .text: .text
            case .markup: .markup
            case .flag: .flag
            case .list(let records): .list(fields(of: records.first ?? [:]))
            case .absent: preconditionFailure("a specimen has every field")
            }
        }
    }
}
