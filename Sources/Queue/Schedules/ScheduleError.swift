/// Why a schedule could not be understood, defined, changed or evaluated.
package struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The expression cannot be read.
        case syntax
        /// The expression can be read but names a value that its field does not have.
        case outOfRange = "out_of_range"
        /// The expression can be read but no date ever matches it.
        case neverFires = "never_fires"
        /// The expression asks for something that a scheduler of many hosts cannot do, such as `@reboot`.
        case unsupported
        /// The zone is not known to the database.
        case unknownZone = "unknown_zone"
        /// The calendar holds no day, while others do.
        case unknownCalendar = "unknown_calendar"
        /// Another part of the definition (name, kind, queue, args, bounds) is not allowed.
        case invalidDefinition = "invalid_definition"
        /// A schedule of this name exists already.
        case exists
        /// No schedule has this name.
        case notFound = "not_found"
        /// The schedule belongs to another file.
        case ownedElsewhere = "owned_elsewhere"
    }

    /// What kind of fault it is.
    package let code: Code
    /// What happened, with which value, and what is allowed.
    package let message: String
    /// Where in the expression the fault lies: the character's number, counted from 1; nil where it is no matter of place.
    package let position: Int?

    /// A fault with its message and, for an expression, the place in it.
    package init(_ code: Code, _ message: String, position: Int? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    package var description: String {
        position.map { "position \($0): \(message)" } ?? message
    }
}
