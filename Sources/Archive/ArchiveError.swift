/// Why a package could not be written or looked at. What is wrong *inside* a package is a `BagFinding` instead.
package struct ArchiveError: Error, CustomStringConvertible, Sendable {
    /// What went wrong.
    package enum Code: String, Sendable, CaseIterable {
        /// A path of the payload is not one that a package can hold.
        case invalidPath = "invalid_path"
        /// An entry for bag-info.txt is malformed.
        case invalidInfo = "invalid_info"
        /// A file of the payload cannot be read, or changed while it was read.
        case sourceUnreadable = "source_unreadable"
        /// The folder for packages does not exist; it is never made, as it may be a disk that is not mounted.
        case destinationMissing = "destination_missing"
        /// Another package lies under the name already, or the one there is damaged. It is never overwritten.
        case conflict = "conflict"
        /// Another process is building the same package right now.
        case busy = "busy"
        /// The disk or the quota is full. Nothing that looks finished is left.
        case diskFull = "disk_full"
        /// Any other refusal of the operating system.
        case inputOutput = "input_output"
    }

    /// What went wrong, for programs.
    package let code: Code
    /// What happened, with which value and what to do, for people.
    package let message: String
    /// The file or folder concerned.
    package let context: String?
    /// The error behind this one, if any.
    package let cause: (any Error)?

    /// An error of a code with its message, the file concerned and the error behind it.
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
