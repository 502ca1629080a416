/// Why a message or a mail server's settings are refused before anything is sent.
///
/// What the server answers is not an error but a `DeliveryResult`. No address, password or text of a message stands in
/// the error.
package struct MailError: Error, CustomStringConvertible, Sendable {
    /// What is wrong.
    package enum Code: String, Sendable, CaseIterable {
        /// An address is not one that SMTP can carry.
        case invalidAddress = "invalid_address"
        /// A value for a header holds a line break or another control character: header injection.
        case forbiddenCharacter = "forbidden_character"
        /// A message lacks something or says something that cannot be.
        case invalidMessage = "invalid_message"
        /// The server's URL is not one of `smtp://` or `smtps://`.
        case invalidServer = "invalid_server"
        /// The file with the password cannot be read or is empty.
        case passwordUnreadable = "password_unreadable"
        /// The journal of deliveries cannot be read, written or synced, or is another kind of file.
        case journalUnusable = "journal_unusable"
        /// libcurl lacks something that is needed.
        case libraryUnusable = "library_unusable"
    }

    /// What is wrong, for programs.
    package let code: Code
    /// What is wrong, with which value and what to do, for people.
    package let message: String
    /// The header, field or setting concerned.
    package let context: String?
    /// The error behind this one, if any.
    package let cause: (any Error)?

    /// An error of a code with its message, the field concerned and the error behind it.
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
