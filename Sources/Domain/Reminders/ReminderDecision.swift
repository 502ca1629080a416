package import Civil

/// Decides which reminders are due on a day, for any day, without sending one (`docs/domain.md` §12).
package struct ReminderDecision: Sendable {
    /// The ladder.
    package var policy: ReminderPolicy
    /// Working days as known.
    package var calendar: DutyCalendar
    /// The contacts that hold on the day.
    package var contacts: ContactBook
    /// Grace in working days, by form.
    package var graceWorkingDays: [String: Int]
    /// The domain of Message-IDs.
    package var mailDomain: String
    /// Addresses that want no courtesies, in lower case.
    package var optedOut: Set<String>

    /// What is needed to decide.
    package init(
        policy: ReminderPolicy = .standard, calendar: DutyCalendar, contacts: ContactBook,
        graceWorkingDays: [String: Int], mailDomain: String, optedOut: Set<String> = []
    ) {
        self.policy = policy
        self.calendar = calendar
        self.contacts = contacts
        self.graceWorkingDays = graceWorkingDays
        self.mailDomain = mailDomain
        self.optedOut = optedOut
    }

    /// The reminders due on a day, by unit, form and period. Of each obligation only the highest step whose day has come,
    /// so that what an outage missed is not made up for; nothing that the ledger has already.
    package func due(on day: LocalDate, _ facts: [ReminderFacts]) -> [Reminder] {
        func byForm(_ facts: ReminderFacts) -> [String] {
            [facts.obligation.form, facts.obligation.period.code, facts.obligation.unit]
        }
        func byUnit(_ reminder: Reminder) -> [String] {
            [reminder.obligation.unit, reminder.obligation.form, reminder.obligation.period.code]
        }
        let ordered = facts.sorted { Self.precedes(byForm($0), byForm($1)) }
        var reminders = ordered.compactMap { reminder($0, on: day) }
        merge(&reminders)
        return reminders.sorted { Self.precedes(byUnit($0), byUnit($1)) }
    }

    /// The step of the ladder that is due for an obligation on a day, whatever has been sent; nil where none is.
    package func step(of facts: ReminderFacts, on day: LocalDate) -> ReminderPolicy.Rule? {
        let days = policy.days(
            of: facts.obligation, graceWorkingDays: graceWorkingDays[facts.obligation.form] ?? 0, calendar: calendar)
        guard let rule = days.last(where: { $0.day <= day })?.rule else { return nil }
        // Before the due date no text goes out after it, nor the opening again for a date that has been put off.
        if rule.step.isBeforeDue, day > facts.obligation.dueOn { return nil }
        if rule.step == .opening, facts.dueVersion > 1 { return nil }
        return rule
    }

    private func reminder(_ facts: ReminderFacts, on day: LocalDate) -> Reminder? {
        guard let rule = step(of: facts, on: day) else { return nil }
        var stop = facts.stopCondition(step: rule.step, plannedFor: facts.dueVersion, on: day)
        // The last step has no end: what is settled would stand under it for ever.
        if rule.step == policy.rules.last?.step, let stop, stop.isFinal { return nil }
        if stop == nil, !calendar.isSurelyWorkingDay(day, unit: facts.obligation.unit) { stop = .notAWorkingDay }
        var reminder = Reminder(
            obligation: facts.obligation, dueVersion: facts.dueVersion, step: rule.step,
            isMandatory: rule.isMandatory, isDraft: rule.isDraft, suppressed: stop, recipients: [], unreached: [])
        let wanted = rule.to.map { ($0, false) } + rule.copies.map { ($0, true) }
        let open = wanted.filter { addressee, _ in
            !facts.ledger.contains(
                ReminderFacts.Entry(step: rule.step, addressee: addressee, dueVersion: facts.dueVersion))
        }
        if open.isEmpty { return nil }
        for (addressee, isCopy) in open { add(addressee, isCopy: isCopy, rule, facts, to: &reminder) }
        return reminder
    }

    private func add(
        _ addressee: Addressee, isCopy: Bool, _ rule: ReminderPolicy.Rule, _ facts: ReminderFacts,
        to reminder: inout Reminder
    ) {
        guard let contact = contacts.contact(addressee, of: facts.obligation.responsible) else {
            reminder.unreached.append(addressee)
            return
        }
        let address = contact.email.lowercased()
        if !rule.isMandatory, optedOut.contains(address) { return }
        // Who is asked already needs no copy of it.
        if isCopy, reminder.recipients.contains(where: { $0.email.lowercased() == address }) { return }
        reminder.recipients.append(
            Reminder.Recipient(
                addressee: addressee, email: contact.email, language: contact.language,
                messageID: MessageID.of(
                    facts.obligation, rule.step, dueVersion: facts.dueVersion, addressee, domain: mailDomain),
                mergedInto: nil, isCopy: isCopy))
    }

    /// Lets everything for one address go out in one message, under the first one's identity; copies apart, since they
    /// say to whom else they went.
    private func merge(_ reminders: inout [Reminder]) {
        struct Key: Hashable {
            let address: String
            let isCopy: Bool
        }
        var first: [Key: String] = [:]
        for index in reminders.indices where reminders[index].suppressed == nil && !reminders[index].isDraft {
            for place in reminders[index].recipients.indices {
                let recipient = reminders[index].recipients[place]
                let key = Key(address: recipient.email.lowercased(), isCopy: recipient.isCopy)
                if let id = first[key] {
                    reminders[index].recipients[place].mergedInto = id
                } else {
                    first[key] = recipient.messageID
                }
            }
        }
    }

    private static func precedes(_ left: [String], _ right: [String]) -> Bool {
        for (one, other) in zip(left, right) where one != other { return inCodePointOrder(one, other) }
        return false
    }
}
