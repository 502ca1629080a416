package import Civil
package import Domain

/// A step of the ladder of reminders (`docs/domain.md`, reminders).
package enum NoticeStep: String, Hashable, Sendable, CaseIterable {
    /// The window is open.
    case opening = "S1"
    /// A friendly reminder before the due date.
    case friendly = "S2"
    /// The last call before the due date.
    case lastCall = "S3"
    /// The due date is over.
    case overdue = "S4"
    /// The grace is over too.
    case escalation = "S5"
    /// A letter for the chair, which a person signs and sends.
    case formalLetter = "S6"
}

/// Who gets a notice, as another recipient is told.
package enum NoticeAudience: String, Hashable, Sendable, CaseIterable {
    /// Who sends the data.
    case submitter = "SUBMITTER"
    /// The head of the social service.
    case head = "HEAD"
    /// The executive director.
    case executive = "EXEC"
    /// The chair of the council.
    case chair = "CHAIR"
    /// The municipality's general address.
    case general = "GENERAL"
    /// The planning region.
    case region = "REGION"
}

/// Everything that a notice's text says. Names of units come in their cases, as nobody inflects them by rule.
package struct NoticeContent: Hashable, Sendable {
    /// The unit that owes data.
    package struct Respondent: Hashable, Sendable {
        /// `Talsu novads`
        package let nominative: String
        /// `Talsu novada`
        package let genitive: String
        /// `Talsu novadam`
        package let dative: String
        /// `Talsu novadu`
        package let accusative: String
        /// Whether it is a municipality, of which letters speak as *Talsu novada pašvaldība*.
        package let isMunicipality: Bool

        /// A unit of its name in four cases.
        package init(nominative: String, genitive: String, dative: String, accusative: String, isMunicipality: Bool) {
            self.nominative = nominative
            self.genitive = genitive
            self.dative = dative
            self.accusative = accusative
            self.isMunicipality = isMunicipality
        }
    }

    /// One obligation that the notice is about.
    package struct Duty: Hashable, Sendable {
        /// Who owes.
        package let respondent: Respondent
        /// The form's name, in Latvian as the region calls it.
        package let form: String
        /// The form's period.
        package let period: Period
        /// The last day for the data, extensions counted.
        package let due: LocalDate

        /// The obligation of a unit to send a form for a period by a day.
        package init(respondent: Respondent, form: String, period: Period, due: LocalDate) {
            self.respondent = respondent
            self.form = form
            self.period = period
            self.due = due
        }
    }

    /// Who writes, and who answers questions.
    package struct Sender: Hashable, Sendable {
        /// The organisation that signs, `Kurzemes plānošanas reģions`.
        package let organisation: String
        /// What stands in brackets before each subject, `KPR DI`.
        package let subjectTag: String
        /// The person to ask, if one is named.
        package let contactName: String?
        /// Their telephone, if any.
        package let contactPhone: String?
        /// The monitored address to which answers go.
        package let contactEmail: String

        /// An organisation with its tag for subjects and its contact.
        package init(
            organisation: String, subjectTag: String, contactName: String? = nil, contactPhone: String? = nil,
            contactEmail: String
        ) {
            self.organisation = organisation
            self.subjectTag = subjectTag
            self.contactName = contactName
            self.contactPhone = contactPhone
            self.contactEmail = contactEmail
        }
    }

    /// The step, which chooses the text.
    package var step: NoticeStep
    /// The recipient's language.
    package var language: Language
    /// The local date on which the notice goes out.
    package var today: LocalDate
    /// The obligations, at least one; several to one address go in one message.
    package var duties: [Duty]
    /// Working days from today to the earliest due date, on the unit's calendar; nil where it is not to be said.
    package var workingDaysLeft: Int?
    /// The day by which overdue data are asked for (the end of grace in S4); nil says *as soon as possible*.
    package var newDeadline: LocalDate?
    /// How many reminders went out before, for the letter of S6; nil where it is not to be said.
    package var remindersSent: Int?
    /// To whom else it goes, each in a message of its own.
    package var alsoSentTo: [NoticeAudience]
    /// Whether this message is a copy, for information.
    package var isCopy: Bool
    /// Whether the prefilled form is attached.
    package var hasFormAttached: Bool
    /// Whether the recipient may decline such notices (S1 and S2 only).
    package var canOptOut: Bool
    /// Who writes.
    package var sender: Sender

    /// The content of a notice.
    package init(
        step: NoticeStep, language: Language, today: LocalDate, duties: [Duty], workingDaysLeft: Int? = nil,
        newDeadline: LocalDate? = nil, remindersSent: Int? = nil, alsoSentTo: [NoticeAudience] = [],
        isCopy: Bool = false, hasFormAttached: Bool = false, canOptOut: Bool = false, sender: Sender
    ) {
        self.step = step
        self.language = language
        self.today = today
        self.duties = duties
        self.workingDaysLeft = workingDaysLeft
        self.newDeadline = newDeadline
        self.remindersSent = remindersSent
        self.alsoSentTo = alsoSentTo
        self.isCopy = isCopy
        self.hasFormAttached = hasFormAttached
        self.canOptOut = canOptOut
        self.sender = sender
    }
}
