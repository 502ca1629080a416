/// Why a template or the content for it is refused.
package struct RenderingError: Error, CustomStringConvertible, Sendable {
    /// What is wrong.
    package enum Code: String, Sendable, CaseIterable {
        /// A template is not Mustache: a tag is not closed, a section ends elsewhere.
        case malformedTemplate = "malformed_template"
        /// A template names a field that there is none of, or uses one as what it is not.
        case unknownField = "unknown_field"
        /// A template includes another that there is none of.
        case unknownTemplate = "unknown_template"
        /// A template uses a part of Mustache that cannot be checked before it is rendered.
        case unsupportedTag = "unsupported_tag"
        /// The content contradicts itself, or lacks what the text cannot do without.
        case invalidContent = "invalid_content"
    }

    /// What is wrong, for programs.
    package let code: Code
    /// What is wrong, with which value and what to do, for people.
    package let message: String
    /// The template concerned, with the line where there is one.
    package let context: String?
    /// The error behind this one, if any.
    package let cause: (any Error)?

    /// An error of a code with its message, the template concerned and the error behind it.
    package init(_ code: Code, _ message: String, context: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.context = context
        self.cause = cause
    }

    package var description: String {
        let place = context.map { "\($0): " } ?? ""
        let reason = cause.map { " (\($0))" } ?? ""
        return "\(place)\(message)\(reason) [\(code.rawValue)]"
    }
}
