import Mustache

/// Templates that were checked and can be rendered.
struct TemplateSet: Sendable {
    /// How the text of values is written into a template.
    enum Format {
        /// As it is.
        case text
        /// With `<`, `>`, `&` and quotation marks escaped.
        case html
    }

    private let library: MustacheLibrary

    /// The templates of a format by name; each one that is rendered by itself is checked against its fields.
    ///
    /// - Parameters:
    ///   - sources: the templates' texts by name, those included by others among them.
    ///   - fields: what a template that is rendered by itself may name, by its name.
    /// - Throws: `RenderingError`.
    init(
        _ sources: [String: String], format: Format, fields: [String: [String: TemplateSchema]]
    ) throws(RenderingError) {
        var library = MustacheLibrary()
        for (name, text) in sources.sorted(by: { $0.key < $1.key }) {
            // An included template begins anew as HTML: each says its own format.
            let pragma = format == .text ? "{{% CONTENT_TYPE:TEXT}}\n" : ""
            do {
                try library.register(pragma + text, named: name)
            } catch let error as MustacheTemplate.ParserError {
                throw RenderingError(
                    .malformedTemplate, "\(error.error)",
                    context: "\(name), line \(error.context.lineNumber - (pragma.isEmpty ? 0 : 1))")
            } catch {
                throw RenderingError(.malformedTemplate, "the template cannot be read", context: name, cause: error)
            }
        }
        let check = TemplateCheck(templates: sources)
        for (name, schema) in fields.sorted(by: { $0.key < $1.key }) { try check.check(name, against: schema) }
        self.library = library
    }

    /// A template filled in with values.
    func render(_ name: String, _ fields: TemplateFields) -> String {
        guard let text = library.render(fields.mustache, withTemplate: name) else {
            preconditionFailure("the template \(name) was checked when it was loaded")
        }
        return text
    }
}

/// The text of an embedded file; ours are UTF-8.
func embeddedText(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
