import Civil
import Domain

extension NoticeContent {
    /// The fields that a notice's template may name, in the recipient's language.
    var fields: TemplateFields {
        let words: any NoticeWords = language == .latvian ? LatvianNoticeWords() : EnglishNoticeWords()
        let periods = Set(duties.map(\.period))
        let earliest = duties.map(\.due).min()!
        var fields: TemplateFields = [
            "language": .text(language.rawValue),
            "subjectTag": .text(sender.subjectTag),
            "organisation": .text(sender.organisation),
            "contactName": .optional(sender.contactName),
            "contactPhone": .optional(sender.contactPhone),
            "contactEmail": .text(sender.contactEmail),
            "single": .list(duties.count == 1 ? [words.fields(of: duties[0], today: today)] : []),
            "several": .flag(duties.count > 1),
            "duties": .list(duties.map { words.fields(of: $0, today: today) }),
            "earliestDueShort": .text(words.shortDate(earliest)),
            "daysLeft": .optional(workingDaysLeft.map(words.daysLeft)),
            "remindersSent": .optional(remindersSent.map(words.remindersSent)),
            "alsoSentTo": .optional(alsoSentTo.isEmpty ? nil : words.audience(alsoSentTo)),
            "isCopy": .flag(isCopy),
            "formAttached": .flag(hasFormAttached),
            "canOptOut": .flag(canOptOut),
        ]
        // The subject names the period where all obligations share it.
        fields.add(words.fields(commonPeriod: periods.count == 1 ? periods.first : nil))
        fields.add(words.fields(forms: duties.count))
        fields.add(words.fields(today: today, newDeadline: newDeadline))
        return fields
    }
}

/// What a notice says about its content, in one language. Both languages have the same fields or their templates differ.
protocol NoticeWords {
    /// The fields of one obligation.
    func fields(of duty: NoticeContent.Duty, today: LocalDate) -> TemplateFields
    /// The fields of the period that all obligations share, absent where they do not.
    func fields(commonPeriod: Period?) -> TemplateFields
    /// The fields that count the forms.
    func fields(forms count: Int) -> TemplateFields
    /// The fields of the day of sending and of the new deadline.
    func fields(today: LocalDate, newDeadline: LocalDate?) -> TemplateFields
    /// A date for a subject line.
    func shortDate(_ date: LocalDate) -> String
    /// How many working days are left, as the end of a sentence.
    func daysLeft(_ count: Int) -> String
    /// How many reminders were sent, as the end of a sentence.
    func remindersSent(_ count: Int) -> String
    /// To whom a notice went, after *to*.
    func audience(_ audience: [NoticeAudience]) -> String
}
