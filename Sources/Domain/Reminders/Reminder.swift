import Civil

/// A step that is due for an obligation on a day, with those whom it reaches: one element of
/// `rinda reminders due --json` (`docs/domain.md` §12).
package struct Reminder: Hashable, Sendable {
    /// One message, or a share in one.
    package struct Recipient: Hashable, Sendable {
        /// As what they are addressed; an address may stand in for another.
        package var addressee: Addressee
        /// The address.
        package var email: String
        /// The language of the message.
        package var language: Language
        /// The Message-ID of this notice, without angle brackets.
        package var messageID: String
        /// The Message-ID of the message in which it goes out; nil where it goes out under its own.
        package var mergedInto: String?
        /// Whether it is a copy of what others are asked.
        package var isCopy: Bool

        /// Someone a reminder reaches.
        package init(
            addressee: Addressee, email: String, language: Language, messageID: String, mergedInto: String?,
            isCopy: Bool
        ) {
            self.addressee = addressee
            self.email = email
            self.language = language
            self.messageID = messageID
            self.mergedInto = mergedInto
            self.isCopy = isCopy
        }
    }

    /// The obligation.
    package var obligation: Obligation
    /// The version of the due date.
    package var dueVersion: Int
    /// The step.
    package var step: ReminderStep
    /// Whether it cannot be switched off.
    package var isMandatory: Bool
    /// Whether it is only drafted, for a person to send.
    package var isDraft: Bool
    /// Why it does not go out; nil where it does.
    package var suppressed: StopCondition?
    /// Whom it reaches.
    package var recipients: [Recipient]
    /// Those for whom there is no contact, not even a general address: the region must be told.
    package var unreached: [Addressee]

    /// A step that is due, with those whom it reaches.
    package init(
        obligation: Obligation, dueVersion: Int, step: ReminderStep, isMandatory: Bool, isDraft: Bool,
        suppressed: StopCondition?, recipients: [Recipient], unreached: [Addressee]
    ) {
        self.obligation = obligation
        self.dueVersion = dueVersion
        self.step = step
        self.isMandatory = isMandatory
        self.isDraft = isDraft
        self.suppressed = suppressed
        self.recipients = recipients
        self.unreached = unreached
    }

    /// Reminders as `rinda reminders due --json` prints them, in their order.
    package static func json(_ reminders: [Reminder]) -> String {
        var text = JSONText()
        text.array(reminders) { reminder, text in
            text.object { text in
                text.member("unit", reminder.obligation.unit)
                text.member("form", reminder.obligation.form)
                text.member("period", reminder.obligation.period.code)
                text.member("due_on", reminder.obligation.dueOn.description)
                text.member("due_version", reminder.dueVersion)
                text.member("step", reminder.step.rawValue)
                text.member("mandatory", reminder.isMandatory)
                text.member("suppressed", reminder.suppressed?.rawValue)
                text.name("recipients")
                text.array(reminder.recipients) { recipient, text in
                    text.object { text in
                        text.member("role", recipient.addressee.rawValue)
                        text.member("email", recipient.email)
                        text.member("language", recipient.language.rawValue)
                        text.member("message_id", recipient.messageID)
                        text.member("merged_into", recipient.mergedInto)
                        text.member("copy", recipient.isCopy)
                    }
                }
            }
        }
        return text.text
    }
}
