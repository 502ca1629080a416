package import Civil

/// A step of the ladder of reminders, in its order (`docs/domain.md` §12).
package enum ReminderStep: String, Hashable, Sendable, CaseIterable, Comparable {
    /// The window is open.
    case opening = "S1"
    /// Some days are left.
    case friendly = "S2"
    /// The day before the due date.
    case lastCall = "S3"
    /// The due date has passed.
    case overdue = "S4"
    /// Grace ends.
    case graceOver = "S5"
    /// A formal letter, which a person sends.
    case formalLetter = "S6"

    package static func < (left: ReminderStep, right: ReminderStep) -> Bool { left.rawValue < right.rawValue }

    /// Whether it comes before the due date, so that it must never go out after it.
    package var isBeforeDue: Bool { self < .overdue }
}

/// To whom a reminder goes: a contact of the unit that answers, or the region.
package enum Addressee: String, Hashable, Sendable, CaseIterable {
    /// Who sends the data.
    case submitter = "SUBMITTER"
    /// Who heads the social service.
    case head = "HEAD"
    /// The executive director.
    case executive = "EXEC"
    /// The chair of the council.
    case chair = "CHAIR"
    /// The general address.
    case general = "GENERAL"
    /// The planning region.
    case region = "REGION"

    /// The role of the unit's contact; nil for the region.
    package var role: ContactRole? { ContactRole(rawValue: rawValue) }
}

/// When which reminder goes to whom; data, so that it can be changed and versioned (`docs/domain.md` §12).
package struct ReminderPolicy: Hashable, Sendable {
    /// When a step falls due, in working days of the unit's calendar.
    package enum Timing: Hashable, Sendable {
        /// So many working days before the due date, never before the window opens.
        case beforeDue(Int)
        /// So many working days after the due date.
        case afterDue(Int)
        /// At the end of grace, never before the first day after the due date.
        case endOfGrace
    }

    /// One step.
    package struct Rule: Hashable, Sendable {
        /// The step.
        package var step: ReminderStep
        /// When it falls due.
        package var timing: Timing
        /// To whom it goes.
        package var to: [Addressee]
        /// Who gets a copy, each as a message of its own.
        package var copies: [Addressee]
        /// Whether it is only drafted, for a person to send.
        package var isDraft: Bool

        /// A rule for a step.
        package init(
            _ step: ReminderStep, _ timing: Timing, to: [Addressee], copies: [Addressee] = [], isDraft: Bool = false
        ) {
            self.step = step
            self.timing = timing
            self.to = to
            self.copies = copies
            self.isDraft = isDraft
        }

        /// Whether it cannot be switched off: only the courtesies before the last call can.
        package var isMandatory: Bool { step >= .lastCall }
    }

    /// The steps, in the order of the ladder.
    package var rules: [Rule]

    /// A ladder.
    package init(rules: [Rule]) {
        self.rules = rules.sorted { $0.step < $1.step }
    }

    /// The ladder as long as no other is agreed.
    package static let standard = ReminderPolicy(rules: [
        Rule(.opening, .beforeDue(10), to: [.submitter]),
        Rule(.friendly, .beforeDue(5), to: [.submitter]),
        Rule(.lastCall, .beforeDue(1), to: [.submitter], copies: [.head]),
        Rule(.overdue, .afterDue(1), to: [.submitter, .head]),
        Rule(.graceOver, .endOfGrace, to: [.head, .general], copies: [.executive, .region]),
        Rule(.formalLetter, .afterDue(10), to: [.chair], isDraft: true),
    ])

    /// The day from which each step is due for an obligation, on the calendar of the unit that owes it; a day whose
    /// adoption is unknown counts only if it is worked in any case.
    package func days(of obligation: Obligation, graceWorkingDays: Int, calendar: DutyCalendar) -> [(
        rule: Rule, day: LocalDate
    )] {
        rules.map { rule in
            (
                rule,
                Self.day(rule.timing, obligation, graceWorkingDays: graceWorkingDays, calendar: calendar)
            )
        }
    }

    private static func day(
        _ timing: Timing, _ obligation: Obligation, graceWorkingDays: Int, calendar: DutyCalendar
    ) -> LocalDate {
        func after(_ count: Int) -> LocalDate {
            calendar.sureWorkingDay(max(count, 1), from: obligation.dueOn, unit: obligation.unit)
        }
        switch timing {
        case .beforeDue(let count):
            let day = calendar.sureWorkingDay(-max(count, 1), from: obligation.dueOn, unit: obligation.unit)
            if day >= obligation.opensOn { return day }
            return calendar.sureWorkingDay(1, from: obligation.opensOn.adding(days: -1), unit: obligation.unit)
        case .afterDue(let count): return after(count)
        case .endOfGrace: return after(graceWorkingDays)
        }
    }
}
