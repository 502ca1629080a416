/// What the registry refuses or cannot do.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// A data set folder has faults; `faults` lists them.
        case faultyDataSet
        /// A folder or file cannot be read or written.
        case unusableFolder
        /// No plan, form, unit, snapshot, report or package of that name is known.
        case unknown
        /// The act does not fit the state that the thing is in.
        case wrongState
        /// The same key is taken by something with another content.
        case conflict
        /// Two persons are needed: who compiled a report or edited its data cannot approve it.
        case secondPersonNeeded
        /// The database holds something that this version does not understand.
        case unreadableRow
    }

    /// Why.
    package let code: Code
    /// What happened, with which value, and what to do.
    package let message: String
    /// The faults of a data set, in the order of files and lines; at most the first thousand.
    package let faults: [ImportFault]
    /// What lay beneath, where something did.
    package let cause: (any Error)?

    /// A refusal with its reason in words.
    package init(_ code: Code, _ message: String, faults: [ImportFault] = [], cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.faults = faults
        self.cause = cause
    }

    /// The message, with each fault on a line of its own.
    package var description: String {
        faults.isEmpty ? message : ([message] + faults.map { "  \($0)" }).joined(separator: "\n")
    }
}
