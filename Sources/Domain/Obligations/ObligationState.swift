package import Civil

/// What has become of an obligation (`docs/domain.md` §4).
package enum ObligationState: String, Hashable, Sendable, CaseIterable {
    /// Its window has not opened.
    case planned = "PLANNED"
    /// Figures are awaited.
    case open = "OPEN"
    /// Figures have arrived in time and are being looked at.
    case submitted = "SUBMITTED"
    /// They have been sent back.
    case returned = "RETURNED"
    /// They have been accepted.
    case accepted = "ACCEPTED"
    /// The due date has passed without figures.
    case overdue = "OVERDUE"
    /// Figures have arrived late and are being looked at.
    case lateSubmitted = "LATE_SUBMITTED"
    /// The due date has been put off.
    case extended = "EXTENDED"
    /// The obligation has been lifted.
    case waived = "WAIVED"
}

/// What can happen to an obligation.
package enum ObligationEvent: String, Hashable, Sendable, CaseIterable {
    /// The day after the period's end has come.
    case windowOpened
    /// A version has arrived.
    case submitted
    /// The newest version has been sent back.
    case returned
    /// A version has been accepted.
    case accepted
    /// The day after the due date has come.
    case duePassed
    /// The due date has been put off.
    case extended
    /// The obligation has been lifted.
    case waived
}

extension ObligationState {
    /// The state after an event (`docs/domain.md` §4).
    ///
    /// - Throws: `DomainError` (`illegalTransition`) where the event cannot happen in this state.
    package func after(_ event: ObligationEvent) throws(DomainError) -> ObligationState {
        switch (self, event) {
        case (.waived, _): throw refusal(event)
        case (_, .waived): return .waived

        case (.planned, .windowOpened): return .open
        case (.planned, .extended): return .planned

        case (.open, .submitted), (.extended, .submitted), (.returned, .submitted), (.submitted, .submitted):
            return .submitted
        case (.open, .duePassed), (.extended, .duePassed), (.returned, .duePassed): return .overdue
        case (.open, .extended), (.extended, .extended), (.returned, .extended), (.overdue, .extended):
            return .extended

        case (.submitted, .returned): return .returned
        case (.submitted, .accepted), (.lateSubmitted, .accepted): return .accepted
        // What has arrived in time stays in time, however long it is looked at.
        case (.submitted, .duePassed): return .submitted

        case (.overdue, .submitted), (.lateSubmitted, .submitted): return .lateSubmitted
        // What was late and is sent back is owed as before.
        case (.lateSubmitted, .returned): return .overdue

        // A correction is a new version: until it is accepted, and even if it is sent back, the accepted one holds.
        case (.accepted, .submitted), (.accepted, .accepted), (.accepted, .returned), (.accepted, .duePassed):
            return .accepted

        default: throw refusal(event)
        }
    }

    private func refusal(_ event: ObligationEvent) -> DomainError {
        DomainError(
            .illegalTransition, "An obligation that is \(rawValue) cannot be \(event.rawValue).",
            context: ["state": rawValue, "event": event.rawValue])
    }

    /// The state on a day, from the facts: what has arrived by then, a due date that may have been put off, a waiver.
    ///
    /// - Parameters:
    ///   - opensOn: the first day of the window.
    ///   - dueOn: the due date as it stands on that day.
    ///   - isExtended: whether it has been put off.
    ///   - isWaived: whether the obligation has been lifted by then.
    ///   - answers: the versions that have arrived by then, each with its local day of arrival.
    package static func on(
        _ day: LocalDate, opensOn: LocalDate, dueOn: LocalDate, isExtended: Bool, isWaived: Bool,
        answers: [(version: Int, status: SubmissionStatus, arrivedOn: LocalDate)]
    ) -> ObligationState {
        if isWaived { return .waived }
        if answers.contains(where: { $0.status == .accepted }) { return .accepted }
        let isLate = day > dueOn
        switch answers.max(by: { $0.version < $1.version }) {
        case .some(let newest) where newest.status == .received:
            return newest.arrivedOn > dueOn ? .lateSubmitted : .submitted
        case .some: return isLate ? .overdue : .returned
        case nil: break
        }
        if isLate { return .overdue }
        if day < opensOn { return .planned }
        return isExtended ? .extended : .open
    }
}
