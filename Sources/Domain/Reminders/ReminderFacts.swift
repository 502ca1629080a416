package import Civil

/// Why a reminder must not go out; asked when it is planned, and again before it is sent (`docs/domain.md` §12).
package enum StopCondition: String, Hashable, Sendable, CaseIterable {
    /// The obligation has been lifted.
    case waived
    /// Figures have been accepted.
    case accepted
    /// A nil return has arrived.
    case nilReturn = "nil"
    /// Figures have arrived and have not been sent back.
    case submitted
    /// The due date has been put off since the reminder was planned.
    case extended
    /// The unit that answers exists no more.
    case unitClosed = "unit_closed"
    /// Someone has talked to the unit and asked for quiet.
    case snoozed
    /// A later step has been planned since: of what has piled up only the highest goes out.
    case superseded
    /// A step before the due date, after it.
    case dueDatePassed = "due_date_passed"
    /// Not a working day of the unit.
    case notAWorkingDay = "not_a_working_day"

    /// Whether nothing more will be wanted of this obligation as it stands.
    var isFinal: Bool {
        switch self {
        case .waived, .accepted, .nilReturn, .submitted, .unitClosed: true
        case .extended, .snoozed, .superseded, .dueDatePassed, .notAWorkingDay: false
        }
    }
}

/// What is known of an obligation when reminders are decided.
package struct ReminderFacts: Hashable, Sendable {
    /// A line of the ledger: a step that has been planned for someone.
    package struct Entry: Hashable, Sendable {
        /// The step.
        package var step: ReminderStep
        /// To whom.
        package var addressee: Addressee
        /// For which version of the due date.
        package var dueVersion: Int

        /// A line of the ledger.
        package init(step: ReminderStep, addressee: Addressee, dueVersion: Int) {
            self.step = step
            self.addressee = addressee
            self.dueVersion = dueVersion
        }
    }

    /// The obligation, with the due date as it stands.
    package var obligation: Obligation
    /// The version of the due date, 1 at first; grows with every extension.
    package var dueVersion: Int
    /// The status of the newest submission; nil without one.
    package var newestStatus: SubmissionStatus?
    /// Whether the newest submission is a nil return.
    package var isNewestNil: Bool
    /// Whether any version has been accepted.
    package var isAccepted: Bool
    /// Whether the obligation has been lifted.
    package var isWaived: Bool
    /// Whether the unit that answers exists no more.
    package var isUnitClosed: Bool
    /// Quiet is asked for through this day.
    package var snoozedThrough: LocalDate?
    /// What has been planned already, whatever became of it.
    package var ledger: Set<Entry>

    /// Facts; without more, of an obligation of which nothing has been heard.
    package init(
        obligation: Obligation, dueVersion: Int = 1, newestStatus: SubmissionStatus? = nil, isNewestNil: Bool = false,
        isAccepted: Bool = false, isWaived: Bool = false, isUnitClosed: Bool = false,
        snoozedThrough: LocalDate? = nil, ledger: Set<Entry> = []
    ) {
        self.obligation = obligation
        self.dueVersion = dueVersion
        self.newestStatus = newestStatus
        self.isNewestNil = isNewestNil
        self.isAccepted = isAccepted
        self.isWaived = isWaived
        self.isUnitClosed = isUnitClosed
        self.snoozedThrough = snoozedThrough
        self.ledger = ledger
    }

    /// Why a step planned for a version of the due date must not go out on a day; nil where it may.
    package func stopCondition(step: ReminderStep, plannedFor version: Int, on day: LocalDate) -> StopCondition? {
        if isWaived { return .waived }
        if isAccepted { return .accepted }
        if let newestStatus, newestStatus != .returned { return isNewestNil ? .nilReturn : .submitted }
        if version != dueVersion { return .extended }
        if isUnitClosed { return .unitClosed }
        if let snoozedThrough, day <= snoozedThrough { return .snoozed }
        if step.isBeforeDue, day > obligation.dueOn { return .dueDatePassed }
        if ledger.contains(where: { $0.dueVersion == version && $0.step > step }) { return .superseded }
        return nil
    }
}

/// When messages may go out: working days of the unit, in office hours (`docs/domain.md` §12).
package enum SendingHours {
    /// The first hour in which messages go out.
    package static let from = 9
    /// The hour from which they no longer do.
    package static let until = 16

    /// Whether a message to a unit may go out at a local time.
    package static func allow(_ local: LocalDateTime, unit: String, calendar: DutyCalendar) -> Bool {
        (from..<until).contains(local.hour) && calendar.isSurelyWorkingDay(local.date, unit: unit)
    }

    /// How many days ahead is looked for one on which all units work; no calendar has that many days off together.
    private static let horizon = 31

    /// The first local time from a time on at which a message about units may go out: the time itself, or the beginning
    /// of the next hours of a day that is surely a working day of each. Nil where there is none in a month.
    package static func next(
        from local: LocalDateTime, units: [String], calendar: DutyCalendar
    ) -> LocalDateTime? {
        if units.allSatisfy({ allow(local, unit: $0, calendar: calendar) }) { return local }
        let first = local.hour < from ? 0 : 1
        for offset in first..<(first + horizon) {
            let opening = LocalDateTime(date: local.date.adding(days: offset), hour: from)
            if units.allSatisfy({ allow(opening, unit: $0, calendar: calendar) }) { return opening }
        }
        return nil
    }
}
