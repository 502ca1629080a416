package import Civil

/// Why an obligation gets a reminder on a day, or none: policy, arithmetic, stop condition and contacts, as a person wants
/// to read them (`docs/domain.md` §12).
package struct ReminderExplanation: Sendable {
    /// One step of the ladder with its day.
    package struct Rung: Hashable, Sendable {
        /// The step.
        package let step: ReminderStep
        /// How its day is counted, in words.
        package let counting: String
        /// The day from which it is due.
        package let day: LocalDate
        /// The days between the due date and that day that are not what their weekday says, with their kind.
        package let exceptions: [(day: LocalDate, kind: WorkingDays.DayKind)]

        package static func == (left: Rung, right: Rung) -> Bool {
            left.step == right.step && left.day == right.day && left.counting == right.counting
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(step)
            hasher.combine(day)
        }
    }

    /// One addressee of the step in force.
    package struct Addressing: Hashable, Sendable {
        /// As what they are addressed.
        package let addressee: Addressee
        /// Whether they get a copy.
        package let isCopy: Bool
        /// The contact; nil where there is none, not even a general address.
        package let contact: Contact?
        /// Whether another role's address stands in.
        package let isStandIn: Bool
        /// Whether the address has declined courtesies, and this is one.
        package let hasDeclined: Bool
        /// Whether the ledger has it already.
        package let isPlanned: Bool
    }

    /// The obligation with what is known of it.
    package let facts: ReminderFacts
    /// The ladder.
    package let ladder: [Rung]
    /// The step in force on the day; nil where none is.
    package let step: ReminderStep?
    /// Why it does not go out; nil where nothing stands against it.
    package let stop: StopCondition?
    /// Whether the unit's adoption of moved days is known for the year of the day.
    package let isAdoptionKnown: Bool
    /// Those whom the step addresses.
    package let addressing: [Addressing]
}

extension ReminderDecision {
    /// Explains what is decided for an obligation on a day, by the same rules and facts as `due`.
    package func explain(_ facts: ReminderFacts, on day: LocalDate) -> ReminderExplanation {
        let obligation = facts.obligation
        let days = policy.days(
            of: obligation, graceWorkingDays: graceWorkingDays[obligation.form] ?? 0, calendar: calendar)
        let rule = step(of: facts, on: day)
        var stop: StopCondition?
        if let rule {
            stop = facts.stopCondition(step: rule.step, plannedFor: facts.dueVersion, on: day)
            if stop == nil, !calendar.isSurelyWorkingDay(day, unit: obligation.unit) { stop = .notAWorkingDay }
        }
        let wanted = (rule?.to ?? []).map { ($0, false) } + (rule?.copies ?? []).map { ($0, true) }
        return ReminderExplanation(
            facts: facts,
            ladder: days.map { rule, first in
                ReminderExplanation.Rung(
                    step: rule.step, counting: rule.timing.words, day: first,
                    exceptions: exceptions(between: obligation.dueOn, and: first))
            },
            step: rule?.step, stop: stop, isAdoptionKnown: calendar.adoption(of: obligation.unit)[day.year] != nil,
            addressing: wanted.map { addressee, isCopy in
                let contact = contacts.contact(addressee, of: obligation.responsible)
                return ReminderExplanation.Addressing(
                    addressee: addressee, isCopy: isCopy, contact: contact,
                    isStandIn: contact.map { found in addressee.role.map { $0 != found.role } ?? false } ?? false,
                    hasDeclined: !(rule?.isMandatory ?? true)
                        && contact.map { optedOut.contains($0.email.lowercased()) } ?? false,
                    isPlanned: rule.map {
                        facts.ledger.contains(
                            .init(step: $0.step, addressee: addressee, dueVersion: facts.dueVersion))
                    } ?? false)
            })
    }

    private func exceptions(
        between one: LocalDate, and other: LocalDate
    ) -> [(day: LocalDate, kind: WorkingDays.DayKind)] {
        let (first, last) = (min(one, other), max(one, other))
        return calendar.days.days.filter { first <= $0.key && $0.key <= last }
            .sorted { $0.key < $1.key }.map { (day: $0.key, kind: $0.value) }
    }
}

extension ReminderPolicy.Timing {
    /// How the day is counted, in words.
    package var words: String {
        switch self {
        case .beforeDue(let count): "due − \(count) working days, not before the window opens"
        case .afterDue(let count): "due + \(count) working days"
        case .endOfGrace: "end of grace"
        }
    }
}
