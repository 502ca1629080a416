/// Why a question about a plan, or a change to it, cannot be answered.
package struct DomainError: Error, Hashable, Sendable {
    /// What kind of refusal it is; closed, so that callers can choose an exit code.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The text of a period, date, basis, vintage or number cannot be read.
        case malformed
        /// No such plan, plan version, unit, form or indicator.
        case unknown
        /// The as-of date lies outside the period.
        case asOfOutsidePeriod = "as_of_outside_period"
        /// The plan version asked for is not approved, or was not known at the time asked about.
        case versionNotInForce = "version_not_in_force"
        /// The map asked for is older than a unit that would have to be shown on it.
        case impossibleVintage = "impossible_vintage"
        /// A state machine does not know this event in this state.
        case illegalTransition = "illegal_transition"
        /// A rule about who may act, or what must be given with the act, is not met.
        case ruleNotMet = "rule_not_met"
    }

    /// The kind of refusal.
    package let code: Code
    /// What happened, with which value, and what to do; holds no personal data.
    package let message: String
    /// Further values by name, for logs and for `--json`.
    package let context: [String: String]

    /// A refusal of a kind, with a message that says what to do, and values by name.
    package init(_ code: Code, _ message: String, context: [String: String] = [:]) {
        self.code = code
        self.message = message
        self.context = context
    }
}

extension DomainError: CustomStringConvertible {
    package var description: String { message }
}
