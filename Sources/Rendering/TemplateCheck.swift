/// Checks, before anything is rendered, that a template names only fields that there are, each as what it is.
///
/// Mustache itself passes over an unknown name in silence: the sentence would go out with a hole in it.
struct TemplateCheck {
    /// The templates by name, for those that include one another.
    let templates: [String: String]

    /// One section that is open.
    private struct Scope {
        let name: String
        let fields: [String: TemplateSchema]
    }

    /// One tag of a template.
    private struct Tag {
        let kind: Character?
        let name: String
        let line: Int
    }

    /// Checks a template and those that it includes against the fields.
    func check(_ name: String, against fields: [String: TemplateSchema]) throws(RenderingError) {
        try check(name, scopes: [Scope(name: "", fields: fields)], included: [])
    }

    private func check(_ template: String, scopes outer: [Scope], included: [String]) throws(RenderingError) {
        guard let text = templates[template] else {
            throw RenderingError(.unknownTemplate, "there is no such template", context: template)
        }
        guard !included.contains(template) else {
            throw RenderingError(.unsupportedTag, "the template includes itself", context: template)
        }
        var scopes = outer
        for tag in try Self.tags(of: text, template: template) {
            let place = "\(template), line \(tag.line)"
            switch tag.kind {
            case nil:
                guard case .text = try field(tag, in: scopes, place) else { throw Self.misused(tag, "a text", place) }
            case "{":
                guard case .markup = try field(tag, in: scopes, place) else { throw Self.misused(tag, "markup", place) }
            case "#":
                var inner: [String: TemplateSchema] = [:]
                if case .list(let fields) = try field(tag, in: scopes, place) { inner = fields }
                scopes.append(Scope(name: tag.name, fields: inner))
            case "^":
                _ = try field(tag, in: scopes, place)
                scopes.append(Scope(name: tag.name, fields: [:]))
            case "/":
                guard scopes.count > outer.count, scopes.removeLast().name == tag.name else {
                    throw RenderingError(.malformedTemplate, "no section \(tag.name) ends here", context: place)
                }
            case ">":
                try check(tag.name, scopes: scopes, included: included + [template])
            case "!": break
            default:
                throw RenderingError(
                    .unsupportedTag, "only {{name}}, {{{name}}}, sections, comments and {{> name}} are used here",
                    context: place)
            }
        }
        guard scopes.count == outer.count else {
            throw RenderingError(
                .malformedTemplate, "the section \(scopes.last!.name) is not closed", context: template)
        }
    }

    private func field(_ tag: Tag, in scopes: [Scope], _ place: String) throws(RenderingError) -> TemplateSchema {
        for scope in scopes.reversed() {
            if let found = scope.fields[tag.name] { return found }
        }
        let known = Set(scopes.flatMap(\.fields.keys)).sorted().joined(separator: ", ")
        throw RenderingError(
            .unknownField, "there is no field \(tag.name) here; there are \(known)", context: place)
    }

    private static func misused(_ tag: Tag, _ what: String, _ place: String) -> RenderingError {
        RenderingError(.unknownField, "the field \(tag.name) is not \(what)", context: place)
    }

    /// The tags of a template in order.
    private static func tags(of text: String, template: String) throws(RenderingError) -> [Tag] {
        var tags: [Tag] = []
        var rest = text[...]
        var line = 1
        while let start = rest.firstRange(of: "{{") {
            line += rest[..<start.lowerBound].count(where: \.isNewline)
            let isMarkup = rest[start.upperBound...].first == "{"
            let content = rest[start.upperBound...].dropFirst(isMarkup ? 1 : 0)
            guard let end = content.firstRange(of: isMarkup ? "}}}" : "}}") else {
                throw RenderingError(.malformedTemplate, "a tag is not closed", context: "\(template), line \(line)")
            }
            tags.append(tag(content[..<end.lowerBound], isMarkup: isMarkup, line: line))
            line += content[..<end.lowerBound].count(where: \.isNewline)
            rest = rest[end.upperBound...]
        }
        return tags
    }

    private static func tag(_ content: Substring, isMarkup: Bool, line: Int) -> Tag {
        let trimmed = content.drop(while: \.isWhitespace)
        let first = trimmed.first
        let hasKind = !isMarkup && first.map { !$0.isLetter } == true
        let name = (hasKind ? trimmed.dropFirst() : trimmed).filter { !$0.isWhitespace }
        return Tag(kind: isMarkup ? "{" : hasKind ? first : nil, name: String(name), line: line)
    }
}
