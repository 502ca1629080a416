/// Every fault of a configuration at once, each with its key, where the value came from and what is allowed.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    package enum Code: String, Hashable, Sendable {
        /// A value that is needed is not set.
        case missing
        /// A value is not one that is allowed.
        case invalid
        /// The file cannot be read or is not YAML.
        case unreadable
    }

    /// One fault.
    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        /// What kind of fault it is.
        package let code: Code
        /// The key, as the file writes it; empty where the file as a whole is at fault.
        package let key: String
        /// What is wrong, where it stands and what is allowed; never the value of a secret.
        package let message: String

        /// A fault of a key, or of the file where the key is empty.
        package init(_ code: Code, key: String, _ message: String) {
            self.code = code
            self.key = key
            self.message = message
        }

        package var description: String { key.isEmpty ? message : "\(key): \(message)" }
    }

    /// The faults, in the order of the keys.
    package let faults: [Fault]

    /// An error of one or more faults.
    package init(_ faults: [Fault]) {
        self.faults = faults
    }

    package var description: String {
        "the configuration cannot be used:\n" + faults.map { "  \($0)" }.joined(separator: "\n")
    }
}
